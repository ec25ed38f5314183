"""What holds for every rendered person, whatever the seed. The tests ask a few hundred; this asks as many as you like:

    python tests/paperdoll/invariants.py 10000
"""

import concurrent.futures
import multiprocessing
import os
import sys
import warnings

import numpy as np
from scipy import ndimage
from tryon_utils import labels, paperdoll
from tryon_utils.paperdoll.colour import linear_to_srgb

FACE_MASKS = ("lips", "eyes", "brows", "skin", "hair")  # no two of them share a pixel
NOT_DRAWN = {"glove", "dress", "coat", "socks", "scarf", "left shoe", "right shoe"}  # labels of VITON-HD that we have no use for
UPPER = labels.BODY.index("upper garment")


def is_picture(array, height, width):
    return array.shape == (height, width, 3) and array.dtype == np.uint8 and array.std() > 5


def face_faults(seed, index, size=64):
    """Return what is wrong with a face, as texts."""
    look = paperdoll.sample_look(seed, index)
    sample = paperdoll.render_face(paperdoll.sample_face_factors(seed, index), look, size)
    opacity = np.max([layer.opacity for layer in sample.layers], axis=0)
    masks = sum(sample.masks[name] for name in FACE_MASKS)
    x, y = np.clip(sample.landmarks[:, :2], 0, size - 1).astype(int).T
    visible = sample.landmarks[:, 2] == 1
    on_head = ~np.isin(sample.parse, [labels.FACE.index(name) for name in ("background", "neck", "necklace", "clothes")])
    off_head = ndimage.distance_transform_edt(~on_head)[y, x]
    promises = {
        "both are pictures": is_picture(sample.picture, size, size) and is_picture(sample.bare, size, size),
        "no pixel without makeup changed": not (sample.picture != sample.bare)[opacity == 0].any(),
        "makeup shows": (sample.picture != sample.bare).any(),
        "opacities are shares": all(0 <= layer.opacity.min() and layer.opacity.max() <= 1 for layer in sample.layers),
        "masks are shares": all(-1e-4 <= mask.min() and mask.max() <= 1 + 1e-4 for mask in sample.masks.values()),
        "masks don't overlap": masks.max() <= 1.02,
        "labels are MT's": sample.parse.dtype == np.uint8 and sample.parse.max() < len(labels.FACE),
        "a face is seen": (sample.parse == 1).mean() > 0.08,
        "landmarks are numbers": np.isfinite(sample.landmarks).all() and set(sample.landmarks[:, 2]) <= {0.0, 1.0},
        "visible landmarks lie on the head": (off_head[visible] <= 0.05 * size).all(),
    }
    return [promise for promise, kept in promises.items() if not kept]


def fetch(values, flow):
    """Return `values`, float (h, w, c), at the places `flow`, float (n, 2): x, y in pixels, the first pixel's centre at 0.5."""
    at = (flow - 0.5)[:, ::-1].T
    return np.stack([ndimage.map_coordinates(values[..., channel], at, order=1, mode="nearest") for channel in range(values.shape[-1])], axis=-1)


def flow_error(sample, shop):
    """Return the mean difference, of 255, between the cloth that the flow fetches from the shop and the cloth that is worn."""
    sure = (sample.visible > 0) & (sample.garment_mask > 0.999)
    if not sure.any():
        return 0.0
    fetched = linear_to_srgb(fetch(shop.albedo, sample.flow[sure]))
    return float(np.abs(fetched - linear_to_srgb(sample.worn[sure])).mean() * 255)


def misses(sample, shop):
    """Return how far the flow misses, as a share of what half a pixel of softness would cost: below 1 is right, a pixel beside it about 3.

    A look-up between pixels softens hard edges, and how much that costs depends on the pattern. So the error is held against the
    difference that softening the shop's picture by 1-2-1 makes at the same places, plus half a level of 255. Only pixels inside
    a panel are asked: at its rim a pixel mixes two panels, or cloth and skin, and no one place of the shop shows that.
    """
    x, y = np.minimum(sample.flow, np.array(shop.mask.shape[::-1]) - 1).astype(int).transpose(2, 0, 1)
    panel = np.where(sample.visible > 0, shop.panels[y, x], 0)
    inside = (panel > 0) & (ndimage.minimum_filter(panel, 3) == ndimage.maximum_filter(panel, 3))
    if not inside.any():
        return 0.0
    soft = ndimage.convolve(shop.albedo, np.outer([1, 2, 1], [1, 2, 1])[..., None] / 16, mode="nearest")
    fetched, softened = (linear_to_srgb(fetch(cloth, sample.flow[inside])) for cloth in (shop.albedo, soft))
    error, cost = (np.abs(fetched - other).mean() * 255 for other in (linear_to_srgb(sample.worn[inside]), softened))
    return float(error / (cost + 0.5))


def body_faults(seed, index, height=64):
    """Return what is wrong with a person in two garments, as texts."""
    width = height * 3 // 4
    person = paperdoll.sample_person_factors(seed, index)
    garments = [paperdoll.sample_garment_factors(seed, 2 * index + number) for number in (0, 1)]
    first, second = paperdoll.render_people(person, garments, height)
    shop = paperdoll.render_garment(garments[0], height)
    elsewhere = ~(first.garment_region | second.garment_region)
    x, y = first.keypoints[:, :2].T
    visible = first.keypoints[:, 2] == 1
    flow = first.flow[first.visible > 0]
    on_person = first.parse > 0
    off_person = ndimage.distance_transform_edt(~on_person)[np.clip(y, 0, height - 1).astype(int), np.clip(x, 0, width - 1).astype(int)]
    promises = {
        "all are pictures": all(is_picture(picture, height, width) for picture in (first.picture, second.picture, shop.picture)),
        "masks are shares": all(0 <= mask.min() and mask.max() <= 1 + 1e-4 for mask in (first.garment_mask, shop.mask)),
        "labels are VITON-HD's": first.parse.dtype == np.uint8 and not NOT_DRAWN & {labels.BODY[label] for label in np.unique(first.parse)},
        "the mask and the parse map agree": not ((first.garment_mask > 0.99) & (first.parse != UPPER)).any()
                                            and not ((first.garment_mask < 0.01) & (first.parse == UPPER)).any(),
        "a garment is seen": first.garment_mask.mean() > 0.04 and shop.mask.mean() > 0.08,
        "the shop's garment is not cut off": not np.concatenate([shop.mask[0], shop.mask[-1], shop.mask[:, 0], shop.mask[:, -1]]).any(),
        "what must be painted anew covers the garment": (first.agnostic_mask[first.garment_mask > 0.5] > 0).mean() > 0.995,
        "what must be painted anew does not tell the garment": np.array_equal(first.agnostic_mask, second.agnostic_mask),
        "keypoints do not tell the garment": np.array_equal(first.keypoints, second.keypoints),
        "nothing changes where the garment and its shadow are not": np.array_equal(first.picture[elsewhere], second.picture[elsewhere]),
        "keypoints are in the picture or invisible": ((x >= 0) & (x < width) & (y >= 0) & (y < height))[visible].all(),
        "visible keypoints lie on the person": (off_person[visible] <= 0.03 * height).all(),
        "the flow stays in the shop's picture": (flow >= 0).all() and (flow <= (width, height)).all(),
        "the flow fetches the cloth that is worn": flow_error(first, shop) < 8 or misses(first, shop) < 1,  # 8 of 255, or a pattern with many hard edges
    }
    return [promise for promise, kept in promises.items() if not kept]


def faults(index, seed=2026):
    """Return what is wrong with the face and the body of a number, as texts; a warning of NumPy's is wrong, too."""
    found = []
    for kind, check in (("face", face_faults), ("body", body_faults)):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                found += [f"{kind} {index}: not kept: {promise}" for promise in check(seed, index)]
        except Exception as error:  # whatever it is, say of whom
            found.append(f"{kind} {index}: {type(error).__name__}: {error}")
    return found


def main(count):
    os.environ["OMP_NUM_THREADS"] = "1"
    broken = 0
    with concurrent.futures.ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        for done, found in enumerate(pool.map(faults, range(count), chunksize=16), 1):
            broken += bool(found)
            print("\n".join(found) or f"\r{done:,} of {count:,}, {broken} with faults", end="\n" if found else "", flush=True)
    print()
    return broken > 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
