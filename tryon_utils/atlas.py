"""The record of chapter 05: how trainings with many settings went, and the means to run any one of them anew.

The command (`make atlas`) and the chapter call the same `run`. A training is a `Cell`: all its settings, the seed included.
"""

import hashlib
import io
import itertools
import json
import pathlib
from typing import NamedTuple

import keras
import numpy as np
from PIL import Image

from tryon_utils import datasets, images, layers, losses, metrics, training
from tryon_utils.models import dcgan, features

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "data" / "atlas"
COMMAND = "make atlas"
GAMES = {**losses.GAMES, "smoothed": losses.SMOOTHED, "relativistic": losses.RELATIVISTIC}
SIZE, CHANNELS, LATENT_DIM, BATCH_SIZE = 32, 16, 64, 32
TRAINING_PICTURES, HELD_OUT = 1300, 200
FAKES = 650            # samples that the numbers are taken from
FRAMES, SAMPLES = 4, 6  # of a strip
REPORTS = 16           # points of a curve
BETA_1, BETA_2, AVERAGE_DECAY = 0.5, 0.99, 0.99


class AtlasError(ValueError):
    """A record that can't be used; the message names the file, what is wrong and what to do."""


class Cell(NamedTuple):
    """The settings of one training.

    Attributes:
        game: String, a key of `GAMES`.
        normalisation: String. The discriminator's: "batch", "spectral" or "none".
        learning_rate: Float. Adam's, of the generator.
        discriminator_rate: Float. How many times as large the discriminator's is.
        discriminator_steps: Integer. Its steps before each of the generator.
        penalties: Tuple, see `dcgan.StabilisedGAN`, as the next two.
        penalty_weight: Float.
        penalty_every: Integer.
        minibatch_deviation: Boolean.
        augment: Boolean. Whether pictures go through `layers.DifferentiableAugmentation`.
        pictures: Integer. How many real pictures there are, before their mirror images.
        steps: Integer. Of the generator. Each takes `discriminator_steps` times 32 real pictures.
        seed: Integer.
    """

    game: str = "non-saturating"
    normalisation: str = "batch"
    learning_rate: float = 0.002
    discriminator_rate: float = 1.0
    discriminator_steps: int = 1
    penalties: tuple = ()
    penalty_weight: float = 1.0
    penalty_every: int = 1
    minibatch_deviation: bool = False
    augment: bool = False
    pictures: int = TRAINING_PICTURES
    steps: int = 400
    seed: int = 0


class Result(NamedTuple):
    """What one training left.

    Attributes:
        numbers: Dictionary of floats, not a number where the fakes are none: "kid" and "coverage" of the average generator, "kid_last" of the
            generator itself, "spread" (mean distance of two fakes over that of two real pictures), and "memory": the chance that the
            discriminator finds a training picture more real than one held out, 0.5 where it knows none by heart.
        steps: int (points,). Where the curves' points lie.
        curves: Dictionary from a name of the train step's results to float32 (points,).
        frames: uint8 (4, 6, 32, 32, 3). What the average generator made of six fixed noises, after each quarter.
    """

    numbers: dict
    steps: np.ndarray
    curves: dict
    frames: np.ndarray


class Data(NamedTuple):
    """What every cell is trained on and measured against: float32 pictures in [-1, 1], and the features of the first set."""

    real_images: np.ndarray
    held_out: np.ndarray
    feature_model: keras.Model
    real_features: np.ndarray


class Record(NamedTuple):
    """What `data/atlas/` holds.

    Attributes:
        zoo: Dictionary from a cure's name to its results, one a seed.
        grid: Dictionary from a `Cell` to its `Result`.
        milliseconds: Dictionary from a cure's name to the duration of one step.
        about: The manifest: command, machine, seconds.
    """

    zoo: dict
    grid: dict
    milliseconds: dict
    about: dict


# ---- What is recorded ------------------------------------------------------------------------------------------------

SEEDS = range(5)
R1_WEIGHT = 0.1
ZOO = {
    "baseline": Cell(),
    "least squares": Cell(game="least squares"),
    "hinge": Cell(game="hinge"),
    "label smoothing": Cell(game="smoothed"),
    "two learning rates": Cell(learning_rate=0.001, discriminator_rate=4.0),
    "minibatch deviation": Cell(minibatch_deviation=True),
    "no normalisation": Cell(normalisation="none"),
    "spectral normalisation": Cell(normalisation="spectral"),
    "R1": Cell(normalisation="none", penalties=("r1",), penalty_weight=R1_WEIGHT),
    "lazy R1": Cell(normalisation="none", penalties=("r1",), penalty_weight=R1_WEIGHT, penalty_every=8),
    "WGAN-GP": Cell(game="Wasserstein", normalisation="none", penalties=("gradient",), penalty_weight=10.0),
    "relativistic, R1 and R2": Cell(game="relativistic", normalisation="none", penalties=("r1", "r2"), penalty_weight=R1_WEIGHT),
    "200 pictures": Cell(pictures=200, steps=800),
    "200 pictures, DiffAugment": Cell(pictures=200, steps=800, augment=True),
}
GRID_GAMES = ("non-saturating", "hinge", "Wasserstein")
GRID_RATES = (0.0002, 0.001, 0.005)
GRID_STEPS = (1, 3)
GRID_SEEDS = (0, 1)
GRID = [Cell(game, normalisation, rate, discriminator_steps=count, seed=seed) for game, normalisation, rate, count, seed
        in itertools.product(GRID_GAMES, dcgan.NORMALISATIONS, GRID_RATES, GRID_STEPS, GRID_SEEDS)]
NUMBERS = ("kid", "coverage", "kid_last", "spread", "memory")
CURVES = ("discriminator_loss", "generator_loss", "real_logit", "fake_logit", "real_probability", "fake_probability")


# ---- One training ----------------------------------------------------------------------------------------------------

def load_data():
    """Return the course's garments at 32 x 32, the last 200 held out, with the features that fakes are compared by."""
    real_images, held_out = np.split(images.to_model(images.halve(datasets.load_garments().picture)), [TRAINING_PICTURES])
    feature_model = features.load()
    return Data(real_images, held_out[:HELD_OUT], feature_model, features.extract(feature_model, real_images))


def new_gan(cell):
    """Build and compile the two networks of a cell, with random weights from its seed."""
    shape, seeds = (SIZE, SIZE, 3), [4 * cell.seed + number for number in range(4)]
    generator = dcgan.build_generator(shape, LATENT_DIM, CHANNELS, seed=seeds[0])
    discriminator = dcgan.build_stable_discriminator(shape, CHANNELS, cell.normalisation, cell.minibatch_deviation, seed=seeds[1])
    if cell.augment:
        discriminator = keras.Sequential([layers.DifferentiableAugmentation(seed=seeds[2]), discriminator])
    gan = dcgan.StabilisedGAN(generator, discriminator, cell.discriminator_steps, penalties=cell.penalties, penalty_weight=cell.penalty_weight,
                              penalty_every=cell.penalty_every, game=GAMES[cell.game], average_decay=AVERAGE_DECAY, seed=seeds[3])
    rates = cell.learning_rate, cell.learning_rate * cell.discriminator_rate
    gan.compile(*[keras.optimizers.Adam(rate, beta_1=BETA_1, beta_2=BETA_2) for rate in rates])
    return gan


def start_again(gan, cell):
    """Put a compiled GAN into the state in which `new_gan(cell)` begins; only seed and learning rates may differ from its own cell's."""
    for mine, fresh in zip(_state(gan), _state(new_gan(cell)), strict=True):
        mine.assign(fresh)
    return gan


def _state(gan):
    return [*gan.variables, *gan.generator_optimizer.variables, *gan.discriminator_optimizer.variables]


def run(cell, data, gan=None, callbacks=()):
    """Train one cell and measure what came of it.

    Args:
        cell: `Cell`.
        data: `Data`.
        gan: What `new_gan(cell)` returned; made where None. It is trained on.
        callbacks: Callbacks of Keras, such as `training.Progress`.

    Returns:
        `Result`. On one kind of processor, with `training.use_small_net_threads`, the same every time, bit for bit.
    """
    gan = gan or new_gan(cell)
    real_images = data.real_images[:cell.pictures]
    both_ways = np.concatenate([real_images, real_images[:, :, ::-1]])
    fixed_noise = keras.random.normal((SAMPLES, LATENT_DIM), seed=1000 + cell.seed)
    history = training.History()
    film = training.Film(lambda: images.to_picture(np.nan_to_num(keras.ops.convert_to_numpy(gan.average_generator(fixed_noise)))), every=REPORTS // FRAMES)
    training.train(gan, both_ways, cell.steps, BATCH_SIZE * cell.discriminator_steps, cell.seed, report_every=cell.steps // REPORTS,
                   callbacks=[history, film, *callbacks])
    return Result(measure(gan, cell, data), np.array(history.steps), {name: history[name].astype("float32") for name in CURVES}, np.stack(film.frames[1:]))


def measure(gan, cell, data):
    """Return the numbers of a trained GAN; see `Result`."""
    noise = keras.random.normal((FAKES, LATENT_DIM), seed=2000 + cell.seed)
    average, last = (keras.ops.convert_to_numpy(generator(noise)) for generator in (gan.average_generator, gan.generator))
    if not (np.isfinite(average).all() and np.isfinite(last).all()):
        return dict.fromkeys(NUMBERS, float("nan"))
    average, last = (features.extract(data.feature_model, fakes) for fakes in (average, last))
    known, unknown = (keras.ops.convert_to_numpy(gan.discriminator(pictures))[:, 0] for pictures in (data.real_images[:len(data.held_out)], data.held_out))
    return {"kid": metrics.kid(data.real_features, average, subsets=2).value,
            "coverage": metrics.density_coverage(data.real_features, average).coverage,
            "kid_last": metrics.kid(data.real_features, last, subsets=2).value,
            "spread": mean_distance(average) / mean_distance(data.real_features),
            "memory": float(np.mean(known[:, None] > unknown) + np.mean(known[:, None] == unknown) / 2)}


def mean_distance(points):
    """Return the mean distance of two different points of a cloud (n, d)."""
    squares = np.sum(points.astype("float64") ** 2, axis=1)
    distances = np.sqrt(np.maximum(squares[:, None] + squares - 2 * points.astype("float64") @ points.T, 0))
    np.fill_diagonal(distances, 0)
    return float(distances.sum() / (len(points) * (len(points) - 1)))


LEARNED_KID = 0.8
LARGEST_LOGIT = 1000
COLLAPSED_SPREAD = 0.3


def verdict(result):
    """Say in one word how a training ended, by its numbers alone.

    - "learned": the KID of its fakes is at most 0.8;
    - "diverged": otherwise, and the discriminator's mean logit left all bounds, or is no number any more;
    - "collapsed": otherwise, and the fakes differ from each other less than 0.3 times as much as real pictures do;
    - "stalled": the rest. The fakes differ, but not as garments do.
    """
    if result.numbers["kid"] <= LEARNED_KID:
        return "learned"
    last_logits = np.array([result.curves[name][-1] for name in ("real_logit", "fake_logit")])
    if not np.all(np.abs(last_logits) <= LARGEST_LOGIT):  # true for what is no number, too
        return "diverged"
    return "collapsed" if result.numbers["spread"] < COLLAPSED_SPREAD else "stalled"


# ---- On disk ---------------------------------------------------------------------------------------------------------

def save_part(path, results):
    """Write some results: numbers and curves into `path`.npz, all strips into `path`.webp, one a row. Return what the manifest says of both."""
    arrays = {name: np.array([result.numbers[name] for result in results]) for name in NUMBERS}
    arrays |= {name: np.stack([result.curves[name] for result in results]) for name in CURVES}
    arrays["steps"] = np.stack([result.steps for result in results])
    written = io.BytesIO()
    np.savez_compressed(written, **arrays)
    sheet = np.stack([result.frames for result in results]).transpose(0, 3, 1, 2, 4, 5).reshape(len(results) * SIZE, FRAMES * SAMPLES * SIZE, 3)
    drawn = io.BytesIO()
    Image.fromarray(sheet).save(drawn, "WEBP", quality=85, method=6)
    entries = {}
    for suffix, content in ((".npz", written.getvalue()), (".webp", drawn.getvalue())):
        file = path.with_suffix(suffix)
        draft = file.with_suffix(".draft")
        draft.write_bytes(content)
        draft.replace(file)
        entries[file.name] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    return entries


def load_part(folder, name, files):
    """Return the results of one part, in the order in which they were saved; the files must be those of the manifest."""
    content = {}
    for file in (f"{name}.npz", f"{name}.webp"):
        path = pathlib.Path(folder) / file
        if not path.is_file() or file not in files:
            raise AtlasError(f"{file} is missing in data/atlas/. Restore it with git, or record it anew with `{COMMAND}`.")
        content[path.suffix] = path.read_bytes()
        if hashlib.sha256(content[path.suffix]).hexdigest() != files[file]["sha256"]:
            raise AtlasError(f"{file} is damaged or of another version: its sha256 is not the manifest's. Restore it with git, or record it anew with `{COMMAND}`.")
    with np.load(io.BytesIO(content[".npz"]), allow_pickle=False) as file:
        arrays = dict(file)
    sheet = np.asarray(Image.open(io.BytesIO(content[".webp"])).convert("RGB"))
    frames = sheet.reshape(-1, SIZE, FRAMES, SAMPLES, SIZE, 3).transpose(0, 2, 3, 1, 4, 5)
    return [Result({number: float(arrays[number][place]) for number in NUMBERS}, arrays["steps"][place],
                   {curve: arrays[curve][place] for curve in CURVES}, frames[place]) for place in range(len(frames))]


def zoo_cells():
    """Return the cells of the zoo, all seeds of one cure after another."""
    return [cell._replace(seed=seed) for cell in ZOO.values() for seed in SEEDS]


def settings():
    """Return all that a record depends on besides code: it is kept in the manifest, and a record of other settings is refused."""
    return {"zoo": {name: list(cell) for name, cell in ZOO.items()}, "seeds": list(SEEDS), "grid": [list(cell) for cell in GRID],
            "batch_size": BATCH_SIZE, "channels": CHANNELS, "latent_dim": LATENT_DIM, "beta_1": BETA_1, "beta_2": BETA_2, "average_decay": AVERAGE_DECAY,
            "fakes": FAKES}


def load(folder=FOLDER):
    """Read the record, files checked against the manifest.

    Returns:
        `Record`.

    Raises:
        AtlasError: a file is missing or damaged, or the record is one of other settings.
    """
    path = pathlib.Path(folder) / "manifest.json"
    if not path.is_file():
        raise AtlasError(f"manifest.json is missing in data/atlas/. Restore it with git, or record everything anew with `{COMMAND}`.")
    about = json.loads(path.read_text())
    if about["settings"] != json.loads(json.dumps(settings())):
        raise AtlasError(f"The record in data/atlas/ is of other settings than those in tryon_utils/atlas.py. Record it anew with `{COMMAND}`.")
    zoo, grid = (load_part(folder, name, about["files"]) for name in ("zoo", "grid"))
    in_fives = [zoo[start:start + len(SEEDS)] for start in range(0, len(zoo), len(SEEDS))]
    return Record(dict(zip(ZOO, in_fives, strict=True)), dict(zip(GRID, grid, strict=True)), about["milliseconds"], about)
