"""Layers of the course's own: what Keras does not have, written on `keras.ops` so that gradients run through."""

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable(package="tryon_utils")
class MinibatchDeviation(layers.Layer):
    """Adds one channel that says how much the samples of this batch differ: the same number at every place.

    A discriminator judges samples one by one, so a generator that makes one good picture over and over can satisfy it. With
    this channel it sees whether a batch is all alike.

    Formula:
        `mean over places and channels of sqrt(variance over the batch + 1e-8)`

    Example:
        MinibatchDeviation()(features)  # (64, 4, 4, 128) -> (64, 4, 4, 129)

    Source:
        Karras, Aila, Laine, Lehtinen, 2018, section 3.
    """

    def call(self, features):
        deviation = ops.mean(ops.sqrt(ops.var(features, axis=0) + 1e-8))
        return ops.concatenate([features, ops.broadcast_to(deviation, (*ops.shape(features)[:-1], 1))], axis=-1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] + 1)


def draw_each(images, low, high, seed):
    """Return one number from `low` to `high` for each picture: float32 `(batch,)`."""
    return keras.random.uniform((ops.shape(images)[0],), low, high, seed=seed)


def change_colour(images, seed):
    """Add up to 0.5 to all values of a picture, take its saturation times 0 to 2, and its contrast times 0.5 to 1.5."""
    brightness, saturation, contrast = (draw_each(images, low, high, seed)[:, None, None, None] for low, high in ((-0.5, 0.5), (0, 2), (0.5, 1.5)))
    images = images + brightness
    grey = ops.mean(images, axis=-1, keepdims=True)
    images = grey + saturation * (images - grey)
    level = ops.mean(images, axis=(1, 2, 3), keepdims=True)
    return level + contrast * (images - level)


def translate(images, seed):
    """Move each picture by up to an eighth of its height and width, and fill the gap with 0, mid-grey."""
    for axis, equation in ((1, "bij,bjwc->biwc"), (2, "bij,bhjc->bhic")):
        size = images.shape[axis]
        shift = ops.floor(draw_each(images, -(size // 8), size // 8 + 1, seed))
        rows = ops.arange(size, dtype="float32")
        # row i of the result is row j of the picture where j = i + shift, or nothing: a matrix of zeros and ones for each picture
        chosen = ops.equal(rows[None, :, None] + shift[:, None, None], rows[None, None, :])
        images = ops.einsum(equation, ops.cast(chosen, images.dtype), images)
    return images


def cut_out(images, seed):
    """Set a rectangle of half the height and width to 0, mid-grey; a part of it may lie outside the picture."""
    hidden = 1.0
    for axis in (1, 2):
        size = images.shape[axis]
        middle = ops.floor(draw_each(images, 0, size + 1, seed))[:, None]
        inside = ops.abs(ops.arange(size, dtype="float32") + 0.5 - middle) < size / 4
        hidden = hidden * ops.expand_dims(ops.cast(inside, images.dtype), 2 if axis == 1 else 1)
    return images * (1 - hidden)[..., None]


CHANGES = {"colour": change_colour, "translation": translate, "cutout": cut_out}


@keras.saving.register_keras_serializable(package="tryon_utils")
class DifferentiableAugmentation(layers.Layer):
    """Changes each picture at random, in training alone, so that gradients still reach the pictures that came.

    Put it before a discriminator: then real and fake pictures both go through it, in the discriminator's step and in the
    generator's. So few real pictures can't be learned by heart, and yet the generator need not imitate the changes.

    Example:
        discriminator = keras.Sequential([DifferentiableAugmentation(seed=1), dcgan.build_discriminator(seed=2)])

    Args:
        changes: Sequence of "colour", "translation" and "cutout": see `change_colour`, `translate` and `cut_out`.
        seed: Integer. Fixes the changes drawn.

    Input:
        Float tensor `(batch, height, width, channels)`, usually in [-1, 1]. The result may lie outside.

    Raises:
        ValueError: an unknown change.

    Source:
        Zhao, Liu, Lin, Zhu, Han, 2020.
    """

    def __init__(self, changes=tuple(CHANGES), seed=0, **options):
        super().__init__(**options)
        if unknown := set(changes) - set(CHANGES):
            raise ValueError(f"changes={changes} came; {', '.join(map(repr, sorted(unknown)))} is not among {', '.join(map(repr, CHANGES))}.")
        self.changes, self.seed = tuple(changes), seed
        self.draws = keras.random.SeedGenerator(seed)

    def call(self, images, training=False):
        for change in self.changes if training else ():
            images = CHANGES[change](images, self.draws)
        return images

    def get_config(self):
        return {**super().get_config(), "changes": self.changes, "seed": self.seed}
