"""The data sets of the course, ready to train on: faces with and without makeup, people trying garments on, and garments.

The sets of `data/` are read in a second or two. Others (more samples, another size or seed) are rendered once, with all cores
and a progress line, and kept in `data/cache/`. Both ways give the same arrays. `splits` says who is in which part.
"""

import dataclasses
import functools
import hashlib
import pathlib

import keras
import numpy as np
from PIL import Image

from tryon_utils import cache, folders, packs, splits, training
from tryon_utils.paperdoll.garment_factors import SLEEVES

DATA = pathlib.Path(__file__).resolve().parents[1] / "data"
MAKERS = {"faces": splits.face_arrays, "bodies": splits.body_arrays, "garments": splits.garment_arrays}


@dataclasses.dataclass(frozen=True)
class Samples:
    """Samples of one part: their arrays, and what they were rendered from."""

    part: str
    seed: int

    def __len__(self):
        return len(getattr(self, dataclasses.fields(self)[-1].name))


@dataclasses.dataclass(frozen=True)
class Faces(Samples):
    """Faces with and without makeup, `n` of them, and the truth about each.

    Attributes:
        bare: uint8 (n, size, size, 3). Without makeup.
        picture: uint8 (n, size, size, 3). The same picture with makeup; equal to `bare` bit for bit where all opacities are 0.
        opacity: uint8 (n, 9, size, size). Opacity of each layer in `splits.MAKEUP_SLOTS`, 255 for 1; 0 where a look lacks it.
        colour: float32 (n, 9, 3). Each layer's colour, linear RGB in [0, 1].
        parse: uint8 (n, size, size). Labels 0-18 as in the MT data set.
        landmarks: float32 (n, 68, 3). x, y in pixels (the first pixel's centre is 0.5) and visible, 0 or 1.
    """

    bare: np.ndarray
    picture: np.ndarray
    opacity: np.ndarray
    colour: np.ndarray
    parse: np.ndarray
    landmarks: np.ndarray

    @functools.cached_property
    def recipes(self):
        """List of pairs of `FaceFactors` and `Look`."""
        return [splits.face_recipe(self.part, number, self.seed) for number in range(len(self))]


@dataclasses.dataclass(frozen=True)
class Bodies(Samples):
    """People who try a garment on, `n` of them: before, the garment, after, and the truth about each.

    Attributes:
        person: uint8 (n, height, width, 3). The person in a garment of their own.
        garment: uint8 (n, height, width, 3). The wanted garment as the shop shows it, on white.
        target: uint8 (n, height, width, 3). The true answer: the same person, in the same pose, in the wanted garment.
        garment_mask: uint8 (n, height, width). Coverage of the shop garment, 255 for 1.
        target_mask: uint8 (n, height, width). Coverage of the worn garment in the target.
        agnostic_mask: uint8 (n, height, width). 255 where a model must paint anew; it tells nothing of either garment.
        parse: uint8 (n, height, width). Labels 0-19 of `person`, as in VITON-HD.
        target_parse: uint8 (n, height, width). The same of `target`.
        keypoints: float32 (n, 18, 3). COCO-18: x, y in pixels (the first pixel's centre is 0.5) and visible, 0 or 1.
        flow: float32 (n, height, width, 2). For each pixel of the worn garment, its x, y in the shop picture.
        visible: uint8 (n, height, width). 1 where the flow leads to the same piece of cloth.
    """

    person: np.ndarray
    garment: np.ndarray
    target: np.ndarray
    garment_mask: np.ndarray
    target_mask: np.ndarray
    agnostic_mask: np.ndarray
    parse: np.ndarray
    target_parse: np.ndarray
    keypoints: np.ndarray
    flow: np.ndarray
    visible: np.ndarray

    @functools.cached_property
    def recipes(self):
        """List of triples of `PersonFactors` and the `GarmentFactors` worn and wanted."""
        return [splits.body_recipe(self.part, number, self.seed) for number in range(len(self))]


@dataclasses.dataclass(frozen=True)
class Garments(Samples):
    """Garments as a shop shows them, `n` of them.

    Attributes:
        picture: uint8 (n, size, size, 3). On white.
        mask: uint8 (n, size, size). Coverage, 255 for 1.
    """

    picture: np.ndarray
    mask: np.ndarray

    @functools.cached_property
    def recipes(self):
        """List of `GarmentFactors`."""
        return [splits.garment_recipe(self.part, number, self.seed) for number in range(len(self))]


# ---- Loading -------------------------------------------------------------------------------------------------------

def load_faces(part="train", count=None, size=splits.SHIPPED_SIZE, seed=0, workers=None):
    """Load faces with and without makeup.

    Example:
        faces = load_faces("new_both")
        faces.picture.shape  # (200, 64, 64, 3)

    Args:
        part: String. "train", "new_person", "new_item" (a new look) or "new_both".
        count: Integer. How many, from the first; as many as `data/` holds of the part where None.
        size: Integer. Height and width in pixels.
        seed: Integer. Another seed is another world of people.
        workers: Integer. Processes to render with; one a core where None, this one alone where 0.

    Returns:
        `Faces`.

    Raises:
        ValueError: an unknown part, or a count or size out of range.
    """
    return _load("faces", Faces, part, count, size, seed, workers)


def load_bodies(part="train", count=None, size=splits.SHIPPED_SIZE, seed=0, workers=None):
    """Load people who try a garment on; `size` is the height, the width is three quarters of it. See `load_faces`.

    Returns:
        `Bodies`.
    """
    return _load("bodies", Bodies, part, count, size, seed, workers)


def load_garments(part="train", count=None, size=splits.SHIPPED_SIZE, seed=0, workers=None):
    """Load garments as a shop shows them, square; the parts are "train" and "new_item". See `load_faces`.

    Returns:
        `Garments`.
    """
    return _load("garments", Garments, part, count, size, seed, workers)


def _load(kind, container, part, count, size, seed, workers):
    splits.check_part(part, tuple(splits.SHIPPED[kind]))
    shipped = splits.SHIPPED[kind][part]
    count = shipped if count is None else count
    if size == splits.SHIPPED_SIZE and seed == 0 and 0 < count <= shipped and pack_path(kind, part, 0).is_file():
        shards = [packs.read_pack(pack_path(kind, part, start))[0] for start in range(0, count, splits.SHARD)]
        arrays = {name: np.concatenate([shard[name] for shard in shards])[:count] for name in shards[0]}
    else:
        arrays = render(kind, part, count, size, seed, workers)
    if "flow" in arrays:
        arrays["flow"] = arrays["flow"].astype("float32") / splits.FLOW_STEPS
    return container(part, seed, **arrays)


def render(kind, part, count, size, seed=0, workers=None):
    """Return the arrays of a part as they are kept on disk, rendered or from the cache; shows a progress line."""
    make = functools.partial(MAKERS[kind], part=part, size=size, seed=seed)
    folder = DATA / "cache" / f"{kind}-{part}-{size}-{seed}-{renderer_version()}"
    with training.Progress(unit=kind.rstrip("s") if kind != "bodies" else "body") as progress:
        progress.start(count)
        return cache.compute(make, count, folder, workers, report=lambda done, total: progress.update(done))


def pack_path(kind, part, start):
    """Return the path of the shipped file that begins with sample `start`."""
    return DATA / splits.file_name(kind, part, start)


@functools.cache
def renderer_version():
    """Return ten letters that change whenever the code that renders does; they keep old pieces out of the cache."""
    package = pathlib.Path(__file__).parent
    files = [package / "splits.py", *sorted((package / "paperdoll").glob("*.py"))]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:10]


# ---- Folders in the layouts that others use ------------------------------------------------------------------------

def export_viton(root, bodies):
    """Write people in VITON-HD's layout, readable by `folders.VitonFolder` and by other people's code.

    The training part is paired: `image/` shows the person in the very garment of `cloth/`. The other parts are tests, unpaired:
    `image/` shows the person as they came, and `gt_tryon/`, which only we have, the true answer. `gt_flow/` has x, y, visible.

    Args:
        root: Path of the folder.
        bodies: `Bodies`. The part "train" becomes the split "train", every other part "test".
    """
    split = "train" if bodies.part == "train" else "test"
    folders.write_viton(root, split, (_viton_sample(bodies, number, split) for number in range(len(bodies))))


def _viton_sample(bodies, number, split):
    paired = split == "train"
    image, parse = (bodies.target[number], bodies.target_parse[number]) if paired else (bodies.person[number], bodies.parse[number])
    repaint = bodies.agnostic_mask[number] > 0
    person, _, wanted = bodies.recipes[number]
    sample = {"person_name": f"{number:05d}_00.png", "garment_name": f"{number:05d}_{0 if paired else 1:02d}.png", "image": image,
              "garment": bodies.garment[number], "garment_mask": bodies.garment_mask[number] / np.float32(255), "parse": parse,
              "parse_agnostic": np.where(repaint, 0, parse).astype("uint8"), "keypoints": bodies.keypoints[number],
              "agnostic": np.where(repaint[..., None], 128, image).astype("uint8"), "agnostic_mask": repaint.astype("float32"),
              "flow": np.dstack([bodies.flow[number], bodies.visible[number]]).astype("float32"),
              "factors": {"person": dataclasses.asdict(person), "garment": dataclasses.asdict(wanted)}}
    return sample if paired else sample | {"target": bodies.target[number]}


def export_makeup(root, faces):
    """Write faces in MT's layout, readable by `folders.MakeupFolder`: the pile "makeup" and, under the same names, "non-makeup".

    Args:
        root: Path of the folder.
        faces: `Faces`.
    """
    for pile, pictures in (("makeup", faces.picture), ("non-makeup", faces.bare)):
        folders.write_makeup(root, pile, ({"name": f"{number:05d}.png", "image": pictures[number], "parse": faces.parse[number],
                                           "landmarks": faces.landmarks[number]} for number in range(len(faces))))


# ---- Fashion-MNIST -------------------------------------------------------------------------------------------------

def load_fashion_mnist():
    """Load Fashion-MNIST through Keras; where it can't be downloaded, our garments at the same size, and a line that says so.

    Returns:
        Tuple `(images, labels, names)`: uint8 (n, 28, 28), bright on black; uint8 (n,); list of the names of the labels.

    Source:
        [Xiao et al., 2017](https://arxiv.org/abs/1708.07747).
    """
    try:
        (images, labels), _ = keras.datasets.fashion_mnist.load_data()
    except Exception as error:  # keras raises a bare Exception where a download fails
        garments = load_garments()
        print(f"Fashion-MNIST could not be downloaded ({error}). Here are {len(garments)} garments of our own in its place, "
              "labelled by sleeve. Try again where there is a network.")
        labels = [SLEEVES.index(garment.sleeve) for garment in garments.recipes]
        return small_and_grey(garments.picture), np.array(labels, "uint8"), list(SLEEVES)
    return images, labels, ["T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "trainer", "bag", "boot"]


def small_and_grey(pictures):
    """Return garments on white, uint8 (n, size, size, 3), as Fashion-MNIST shows its own: uint8 (n, 28, 28), negative, on black."""
    shrunk = [Image.fromarray(picture).convert("L").resize((28, 28), Image.Resampling.BOX) for picture in pictures]
    return 255 - np.stack([np.asarray(image) for image in shrunk])
