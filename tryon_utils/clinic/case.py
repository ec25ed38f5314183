"""What a case of the clinic is: a GAN with one bug, the same GAN without it, and what is measured on both.

Every case differs from a healthy GAN in one thing, and its code shows that thing alone.
"""

import contextlib
import dataclasses
import functools
import warnings

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from tryon_utils import datasets, images, points
from tryon_utils.diagnose import checkup
from tryon_utils.models import dcgan, toy

RING = points.ring()
BATCH_SIZE = 128
SHAPE = (16, 16, 3)  # height, width, colours of the small garments


@dataclasses.dataclass(frozen=True)
class Case:
    """A broken GAN of the clinic.

    Attributes:
        name: String.
        symptom: String. What one sees, and nothing more.
        cause: String. A key of `diagnose.CAUSES`.
        story: String. What was written, and why it does what it does.
        fix: String. What the cured GAN does instead.
        broken: Function from a seed to a GAN with the bug.
        cured: Function from a seed to the GAN without it.
        data: Function without arguments that returns what both train on.
        measure: Function from a trained GAN (and `show`, where there is one) to a number.
        measured: String. What that number is.
        steps: Integer. Steps of training, a few seconds' worth.
        cured_steps: Integer or None. Where the bug is that there are too few steps.
        compiled: Boolean. Whether the training step can be made into a graph.
        cured_compiled: Boolean. The same of the cured GAN.
        show, cured_show: Functions that the GANs' owners hand to `imshow`, or None.
        epochs: Integer or None. How many epochs the owners believe to have trained.
        instruments: Tuple of the names of the instruments that show the cause.
        marked: Pair of words and a function from a count to booleans: which fakes the film sets apart; or None.
    """

    name: str
    symptom: str
    cause: str
    story: str
    fix: str
    broken: object
    cured: object
    data: object
    measure: object
    measured: str
    steps: int = 600
    cured_steps: object = None
    compiled: bool = True
    cured_compiled: bool = True
    show: object = None
    cured_show: object = None
    epochs: object = None
    instruments: tuple = ()
    marked: object = None

    def train(self, broken=True, seed=0, frames=0):
        """Build and train the broken GAN, or the cured one.

        Args:
            broken: Boolean.
            seed: Integer. Fixes weights, noise and the order of the data.
            frames: Integer. How many frames of a film to take; 0 takes none.

        Returns:
            A `Trained`.
        """
        gan = (self.broken if broken else self.cured)(seed)
        steps = self.steps if broken else self.cured_steps or self.steps
        return train(gan, self.data(), steps, seed, self.compiled if broken else self.cured_compiled, frames)

    def score(self, gan, broken=True):
        """Return what is measured on a trained GAN, the broken or the cured one."""
        show = self.show if broken else self.cured_show
        return self.measure(gan, show) if show else self.measure(gan)

    def checkup(self, gan, broken=True, **options):
        """Examine a GAN of this case as its owner would; see `diagnose.checkup`."""
        counting = {"epochs": self.epochs, "batch_size": BATCH_SIZE} if self.epochs else {}
        return checkup(gan, self.data(), show=self.show if broken else self.cured_show, **(counting | options))


@dataclasses.dataclass
class Trained:
    """A training and what is left of it.

    Attributes:
        gan: The GAN.
        steps: List of integers: the steps behind us at each frame.
        frames: List of arrays: samples from the same noise.
        history: Dictionary from a name to a list of numbers, one a step.
        error: None, or the exception that ended the training.
        warnings: List of strings: what Python and Keras warned of.
    """

    gan: object
    steps: list = dataclasses.field(default_factory=list)
    frames: list = dataclasses.field(default_factory=list)
    history: dict = dataclasses.field(default_factory=dict)
    error: object = None
    warnings: list = dataclasses.field(default_factory=list)


def train(gan, data, steps, seed=0, compiled=True, frames=0):
    """Train a GAN for so many steps on batches of its data. Errors, which end the training, and warnings are kept. Returns a `Trained`."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with short_of_search():
            done = _train(gan, data, steps, seed, compiled, frames)
    done.warnings = [str(warning.message) for warning in caught if issubclass(warning.category, UserWarning)]
    return done


@contextlib.contextmanager
def short_of_search():
    """Let TensorFlow take graphs as they are: its search for faster ones takes a tenth of a training as short as these, and wins nothing back."""
    before = tf.config.optimizer.get_experimental_options().get("disable_meta_optimizer", False)
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    try:
        yield
    finally:
        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": before})


def _train(gan, data, steps, seed, compiled, frames):
    done, rng = Trained(gan), np.random.default_rng([seed, 1])
    step = tf.function(gan.train_step) if compiled else gan.train_step
    film_steps = set((steps * np.linspace(0, 1, frames)**2).astype(int)) if frames else set()  # much happens early
    for number in range(steps + 1):
        if number in film_steps:
            done.steps.append(number)
            done.frames.append(samples(gan, 400, seed=seed))
        if number == steps:
            break
        rows = rng.integers(len(tf.nest.flatten(data)[0]), size=BATCH_SIZE)
        try:
            results = step(tf.nest.map_structure(lambda part: tf.convert_to_tensor(part[rows]), data))
        except Exception as error:  # some bugs stop a training; what they raise is their symptom
            done.error = error
            break
        for name, value in (results or {}).items():
            done.history.setdefault(name, []).append(value)
    done.history = {name: [float(value) for value in values] for name, values in done.history.items()}
    return done


def samples(gan, count, seed=0):
    """Return samples of a GAN from noise, as an array; a conditional one chooses conditions by itself."""
    if hasattr(gan, "sample"):
        return gan.sample(count, seed)
    noise = keras.random.normal((count, gan.generator.input_shape[-1]), seed=seed + 100)
    return ops.convert_to_numpy(gan.generator(noise, training=False))


# ---- Healthy GANs ---------------------------------------------------------------------------------------------------

def adam(learning_rate=0.002):
    return keras.optimizers.Adam(learning_rate, beta_1=0.5, beta_2=0.9)


def points_gan(seed=0, kind=dcgan.GAN, discriminator=None, **options):
    """Return a compiled GAN for points in the plane; a case hands in the class, the network or the losses in which it differs."""
    gan = kind(toy.build_generator(seed=3 * seed), discriminator or toy.build_discriminator(seed=3 * seed + 1), seed=3 * seed + 2, **options)
    gan.compile(adam(), adam())
    return gan


def pictures_gan(seed=0, kind=dcgan.GAN, generator=None, **options):
    """Return a compiled GAN for small garments."""
    gan = kind(generator or dcgan.build_generator(SHAPE, 16, 8, seed=3 * seed), dcgan.build_discriminator(SHAPE, 8, seed=3 * seed + 1),
               average_decay=0.9, seed=3 * seed + 2, **options)
    gan.compile(adam(), adam())
    return gan


# ---- Data and measures ----------------------------------------------------------------------------------------------

@functools.cache
def ring_points():
    return RING.sample(2000, np.random.default_rng(0))


@functools.cache
def small_garments():
    """float32 (600, 16, 16, 3) in [-1, 1]."""
    return images.to_model(images.halve(images.halve(datasets.load_garments(count=600).picture)))


def distance(gan):
    """Wasserstein distance of fake points to real ones."""
    return points.wasserstein_distance(samples(gan, 400), ring_points()[:400])


def colour_distance(gan):
    """How far the fakes' mean and spread of each pixel are from the garments', in the model's range."""
    fakes, real = samples(gan, 400), small_garments()
    return float(np.abs(fakes.mean(axis=0) - real.mean(axis=0)).mean() + np.abs(fakes.std(axis=0) - real.std(axis=0)).mean())
