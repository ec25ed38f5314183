"""How good a try-on is, where the true answer is known: picture by picture, so that tables by tone, shape and hard case can be made.

Everything is measured in pieces of a few pictures, so that 400 large ones need no more memory than a few do.
"""

import dataclasses
import functools

import numpy as np
from skimage import color
from skimage.metrics import structural_similarity

from tryon_utils import cache, datasets, images, metrics, splits, tones
from tryon_utils.models import reader as readers
from tryon_utils.models import tryon
from tryon_utils.paperdoll.colour import MONK_TONES
from tryon_utils.paperdoll.garment_cut import HEM, sleeve_end
from tryon_utils.paperdoll.garment_factors import PALETTES
from tryon_utils.paperdoll.pose import POSES, WRIST

PIECE = 12 * 128 * 96  # pixels that are measured at once
LEAST = 5 / (64 * 48)  # share of the picture's pixels that a region must have to be measured
ARMS = (10, 14, 15)  # labels of neck and arms: the skin that has to be painted anew
HAIR = 2
WRISTS = (4, 7)  # numbers of the keypoints, right and left


@dataclasses.dataclass(frozen=True)
class Scores:
    """What was measured of n pictures; float64 (n,), nan where a picture has nothing to measure.

    Attributes:
        ssim, psnr: Structural similarity, and decibels, over the whole picture; more is better.
        ssim_inside, psnr_inside: The same over the region that was painted.
        garment: CIEDE2000 over the pixels of the garment in the true answer; less is better.
        skin: CIEDE2000 over neck and arms in the painted region of the true answer.
        sleeve: How far from the truth the sleeves end, in percent of the arm's length, where the wrist shows.
        drift: How far from the truth joints are read, in percent of the picture's height, where they show.
        features: float32 (n, 64), the reader's, for `kid`; None without a reader.
    """

    ssim: np.ndarray
    psnr: np.ndarray
    ssim_inside: np.ndarray
    psnr_inside: np.ndarray
    garment: np.ndarray
    skin: np.ndarray
    sleeve: np.ndarray
    drift: np.ndarray
    features: np.ndarray | None = None

    def means(self):
        """Return the mean of each measure over the pictures that have it: a dictionary of floats, nan where none has."""
        found = {field.name: getattr(self, field.name) for field in dataclasses.fields(self) if field.name != "features"}
        return {name: float(np.mean(values[~np.isnan(values)])) if not np.isnan(values).all() else float("nan") for name, values in found.items()}


def compare(truth, pictures, bodies, reader=None):
    """Compare painted pictures with the true answers.

    Example:
        scores = compare(bodies.target, pictures, bodies, reader.load())
        scores.means()["garment"]

    Args:
        truth: uint8 (n, height, width, 3). The true answers, `bodies.target`.
        pictures: uint8 (n, height, width, 3). What a model made.
        bodies: `datasets.Bodies` of n, whose masks, parse maps, keypoints and recipes say where to look.
        reader: `keras.Model`; see `models.reader.load`. Sleeves and joints are nan where None.

    Returns:
        `Scores`.

    Raises:
        ValueError: pictures of another kind, or not as many as bodies.
    """
    truth, pictures = np.asarray(truth), np.asarray(pictures)
    for name, array in (("truth", truth), ("pictures", pictures)):
        if array.dtype != np.uint8 or array.shape != bodies.target.shape:
            raise ValueError(f"{name} is {array.dtype} {array.shape}; uint8 {bodies.target.shape} is wanted, one picture for each of the bodies. "
                             "images.to_picture makes uint8 from [-1, 1].")
    step = max(1, PIECE // (truth.shape[1] * truth.shape[2]))
    parts = [_pixels(truth[start:start + step], pictures[start:start + step], bodies.agnostic_mask[start:start + step] > 0,
                     bodies.target_mask[start:start + step] > 127, bodies.target_parse[start:start + step]) for start in range(0, len(truth), step)]
    found = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    unknown = np.full(len(truth), np.nan)
    if reader is None:
        return Scores(**found, sleeve=unknown, drift=unknown)
    reading = read(reader, pictures)
    return Scores(**found, sleeve=sleeve_error(reading, bodies), drift=keypoint_drift(reading, bodies), features=reading.features)


def _pixels(truth, pictures, painted, garment, parse):
    """Return what can be measured without reading, by name, of a piece of the pictures."""
    whole, inside = _structure(truth, pictures, painted)
    squares = np.mean((truth.astype("float32") - pictures) ** 2, axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        psnr, psnr_inside = (10 * np.log10(255.0**2 / errors) for errors in (squares.mean(axis=(1, 2)), _inside(squares, painted)))
    return {"ssim": whole, "psnr": psnr, "ssim_inside": inside, "psnr_inside": psnr_inside, "garment": _colour(truth, pictures, garment),
            "skin": _colour(truth, pictures, np.isin(parse, ARMS) & painted)}


def _structure(truth, pictures, mask):
    """Return `metrics.ssim` of whole pictures and inside a mask, from one pass."""
    maps = [structural_similarity(*pair, channel_axis=-1, data_range=255, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, full=True)
            for pair in zip(truth, pictures, strict=True)]
    return np.array([mean for mean, _ in maps]), _inside(np.stack([values.mean(axis=-1) for _, values in maps]), mask)


def _inside(values, mask):
    """Return the mean of (n, height, width) where the mask is true, by picture; nan where it chooses too few pixels."""
    count = mask.sum(axis=(1, 2))
    return np.where(count >= LEAST * mask[0].size, (values * mask).sum(axis=(1, 2)) / np.maximum(count, 1), np.nan)


def _colour(truth, pictures, mask):
    """Return CIEDE2000 inside a mask, by picture; only the mask's pixels are converted."""
    values = np.zeros(mask.shape)
    if mask.any():
        values[mask] = color.deltaE_ciede2000(color.rgb2lab(truth[mask]), color.rgb2lab(pictures[mask]))
    return _inside(values, mask)


# ---- Baselines that learn nothing -----------------------------------------------------------------------------------------

def leave_grey(sheets):
    """Return the person as a model gets them: grey where it should paint. The first baseline.

    Args:
        sheets: uint8 (n, height, width, 23 or more); see `models.tryon.CHANNELS`.

    Returns:
        uint8 (n, height, width, 3).
    """
    return sheets[..., tryon.CHANNELS["agnostic"]].copy()


def paste(sheets):
    """Return people with the garment pasted on as the sheets hold it, warped or not; where it doesn't cover the hole, mean skin.

    Args:
        sheets: uint8 (n, height, width, 23 or more); see `models.tryon.CHANNELS`.

    Returns:
        uint8 (n, height, width, 3); outside the mask the person, bit for bit.
    """
    picture, mask, skin, warped, coverage = (sheets[..., tryon.CHANNELS[name]] for name in ("agnostic", "mask", "skin", "warped", "coverage"))
    share = coverage.astype("float32") / 255
    mixed = np.rint(share * warped + (1 - share) * skin).astype("uint8")
    return np.where(mask > 0, mixed, picture)


# ---- What the reader sees --------------------------------------------------------------------------------------------

def read(reader, pictures):
    """Read uint8 pictures piece by piece; returns a `models.reader.Reading`."""
    step = max(1, PIECE // (pictures.shape[1] * pictures.shape[2])) // readers.BATCH * readers.BATCH or readers.BATCH
    parts = [readers.read(reader, images.to_model(pictures[start:start + step])) for start in range(0, len(pictures), step)]
    return readers.Reading(*(np.concatenate(values) for values in zip(*parts, strict=True)))


def sleeve_shares(recipes):
    """Return where the wanted garments' sleeves end, in shares of the arm's length: float64 (n,), 0 without sleeves."""
    return np.array([sleeve_end(wanted) / WRIST for _, _, wanted in recipes])


def sleeve_error(reading, bodies):
    """Return how far the sleeves are read from where they should end, in percent of the arm, over arms whose wrist shows: (n,)."""
    shown = bodies.keypoints[:, list(WRISTS), 2] > 0
    error = 100 * np.abs(reading.sleeves - sleeve_shares(bodies.recipes)[:, None])
    return np.where(shown.any(axis=1), (error * shown).sum(axis=1) / np.maximum(shown.sum(axis=1), 1), np.nan)


def keypoint_drift(reading, bodies):
    """Return how far the joints are read from where they are, in percent of the picture's height, over those that show: (n,)."""
    places = bodies.keypoints[:, list(readers.JOINTS)]
    distance = np.hypot(*np.moveaxis(reading.joints - places[..., :2], -1, 0)) * 100 / bodies.target.shape[1]
    shown = places[..., 2] > 0
    return np.where(shown.any(axis=1), (distance * shown).sum(axis=1) / np.maximum(shown.sum(axis=1), 1), np.nan)


def kid(real, fake, people=None, resamples=200, rng=None):
    """Kernel distance of two sets of features whose pictures may show the same people, and its spread over people drawn anew.

    A result and its true answer are no two independent samples: they show one person. Pairs of one person are left out everywhere,
    as a sample with itself is in `metrics.kid`; the distance is unbiased then, and 0 where both sets are the same.

    Args:
        real: float (n, d). Features of the true answers.
        fake: float (n, d). Features of the results, in the same order.
        people: int (n,). Who is in each pair; everyone once where None.
        resamples: Integer. How often the people are drawn again, with replacement.
        rng: `np.random.Generator`; one of seed 0 where None.

    Returns:
        `metrics.Estimate`: the value over all, and the standard deviation over the draws.

    Raises:
        ValueError: sets of different size, or fewer than four people.

    Source:
        Bińkowski, Sutherland, Arbel, Gretton, 2018 (the kernel).
    """
    real, fake = np.asarray(real, "float64"), np.asarray(fake, "float64")
    if real.ndim != 2 or real.shape != fake.shape:
        raise ValueError(f"real is {real.shape} and fake {fake.shape}; two sets of equal shape (n, d) are wanted, result beside truth.")
    names, people = np.unique(np.arange(len(real)) if people is None else people, return_inverse=True)
    if len(names) < 4:
        raise ValueError(f"{len(names)} people came; four at least are wanted, since pairs of different people are compared.")
    kernel = lambda first, second: (first @ second.T / real.shape[1] + 1) ** 3  # noqa: E731
    both = kernel(real, real) + kernel(fake, fake) - kernel(real, fake) - kernel(fake, real)
    both[people[:, None] == people[None]] = 0
    pairs = (people[:, None] != people[None]).astype("float64")
    rng = np.random.default_rng(0) if rng is None else rng
    drawn = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), resamples)[:, people].astype("float64")
    weights = np.concatenate([np.ones((1, len(people))), drawn])
    count = np.einsum("ri,ri->r", weights @ pairs, weights)
    values = np.einsum("ri,ri->r", weights @ both, weights)[count > 0] / count[count > 0]  # a draw may hold one person only
    return metrics.Estimate(float(values[0]), float(values[1:].std(ddof=1)))


# ---- Tables ----------------------------------------------------------------------------------------------------------

def by_tone(values, bodies):
    """Return the means by Monk skin tone, `metrics.GroupRow`s; pictures with nan are left out."""
    return _by(values, [person.monk_tone for person, _, _ in bodies.recipes])


def by_shape(values, bodies):
    """Return the means by the body's fullness, a third of the scale each: `metrics.GroupRow`s of "slim", "middle" and "full"."""
    rows = _by(values, [int(np.digitize(person.shape.fullness, (-1 / 3, 1 / 3))) for person, _, _ in bodies.recipes])
    return [row._replace(group=("slim", "middle", "full")[row.group]) for row in rows]


def by_case(values, bodies):
    """Return the mean of every hard case, and of all, in the order of `hard_cases`: `metrics.GroupRow`s. A picture may be in several."""
    known = ~np.isnan(values)
    rows = [metrics.by_group(values[known], ["all"] * known.sum())[0]]
    for name, chosen in hard_cases(bodies).items():
        rows += metrics.by_group(values[chosen & known], [name] * (chosen & known).sum()) if (chosen & known).any() else []
    return rows


def _by(values, groups):
    known = ~np.isnan(values)
    return metrics.by_group(values[known], np.asarray(groups)[known])


def worst(rows):
    """Return the row with the largest mean, and how many times the mean of the groups' means it is."""
    row = max(rows, key=lambda row: row.mean)
    return row, row.mean / np.mean([row.mean for row in rows])


def hard_cases(bodies):
    """Return who is a hard case: a dictionary from its name to bool (n,). A picture may be several, or none."""
    people, worn, wanted = zip(*bodies.recipes, strict=True)
    before, after = (np.array([sleeve_end(garment) for garment in garments]) / WRIST for garments in (worn, wanted))
    hem = [np.array([HEM[garment.hem] for garment in garments]) for garments in (worn, wanted)]
    necks = bodies.keypoints[:, 1, 1]
    rows = np.arange(bodies.target.shape[1])[None, :, None] + 0.5
    hair = ((bodies.target_parse == HAIR) & (rows > necks[:, None, None])).mean(axis=(1, 2))
    size = np.array([max(abs(getattr(person.shape, name)) for name in ("shoulder", "waist", "hip", "fullness")) for person in people])
    return {"long to short": before - after > 0.4, "short to long": after - before > 0.4,
            "crossed arms": np.array([POSES[person.pose][0] == "crossed" for person in people]), "hair over garment": hair > 0.0025,
            "stripes, checks, emblem": np.array([garment.pattern in ("horizontal stripes", "vertical stripes", "checks", "emblem") for garment in wanted]),
            "unknown pattern": np.array([garment.pattern == "dots" for garment in wanted]),
            "shorter garment": hem[0] - hem[1] > 0.3, "colour of the skin": np.array([_near_skin(*pair) for pair in zip(people, wanted, strict=True)]),
            "extreme size": size > 0.8}


def _near_skin(person, garment, most=12.0):
    """Return whether the garment's main colour differs from the skin's by less than so much CIEDE2000."""
    return _difference(MONK_TONES[person.monk_tone - 1], PALETTES[garment.palette][0]) < most


@functools.cache
def _difference(first, second):
    """Return the CIEDE2000 of two colours such as "#f6ede4"."""
    return float(color.deltaE_ciede2000(*(color.rgb2lab(np.array([[int(code[at:at + 2], 16) / 255 for at in (1, 3, 5)]])) for code in (first, second)))[0])


# ---- The same people in every tone ---------------------------------------------------------------------------------------

@dataclasses.dataclass(frozen=True)
class InEveryTone(datasets.Bodies):
    """Bodies of which ten in a row are one person in the ten skin tones; see `same_people_in_every_tone`."""

    @functools.cached_property
    def recipes(self):
        """List of triples of `PersonFactors` and the `GarmentFactors` worn and wanted."""
        return [tones.toned_recipe(self.part, number, self.seed) for number in range(len(self))]

    @property
    def people(self):
        """int (n,). Which person each is."""
        return np.arange(len(self)) // len(tones.TONES)


def same_people_in_every_tone(count=40, part="new_both", size=64, seed=0, workers=None):
    """Render people in each of the ten skin tones, everything else equal, and keep them in `data/cache/`.

    Args:
        count: Integer. People; ten times as many bodies come.
        part, size, seed, workers: See `datasets.load_bodies`.

    Returns:
        `InEveryTone`.
    """
    make = functools.partial(tones.toned_arrays, part=part, size=size, seed=seed)
    folder = datasets.DATA / "cache" / f"toned-{part}-{size}-{seed}-{datasets.renderer_version()}"
    arrays = cache.compute(make, count * len(tones.TONES), folder, workers)
    return InEveryTone(part, seed, **arrays | {"flow": arrays["flow"].astype("float32") / splits.FLOW_STEPS})
