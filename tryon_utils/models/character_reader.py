"""The reader of characters: who somebody is, where the landmarks are, and hair, expression, glasses, makeup or none, and skin tone.

It does all that `face_reader` does, and looks closely where the landmarks say that mouth and eyes are: whether a mouth smiles is a matter of a few
pixels in the right place, which a mean over the whole picture doesn't show.
"""

import keras
import numpy as np
from keras import layers, ops

from tryon_utils import weights
from tryon_utils.models.face_reader import POINTS, SIZE, PointsOfMaps

MOUTH, EYES = (48, 68), (36, 48)  # the landmarks whose mean is a window's centre
MOUTH_WINDOW, EYES_WINDOW = (12, 20), (18, 40)  # pixels, of the 64 x 64 that are looked at
WINDOWS = ((MOUTH, MOUTH_WINDOW), (EYES, EYES_WINDOW))
CLOSELY = ("expression", "glasses", "style")  # what the second look is for


class Window(layers.Layer):
    """Cuts a window out of each picture around the mean of some landmarks, between the pixels where it falls there.

    Call arguments:
        Pictures (batch, height, width, channels), and landmarks (batch, 68, 2) in pixels, to which no gradient goes.

    Args:
        points: Pair of integers. The first of the landmarks, and the first that isn't among them any more.
        size: Pair of integers. Height and width of the window; beyond the border stands what is at it.
    """

    def __init__(self, points, size, **options):
        super().__init__(**options)
        self.points, self.size = tuple(points), tuple(size)

    def call(self, pictures, landmarks):
        centre = ops.mean(ops.stop_gradient(landmarks[:, self.points[0]:self.points[1]]), axis=1)
        shares = []  # of each pixel's row (column) in each row (column) of the window
        for axis, count in ((1, self.size[0]), (0, self.size[1])):
            last = pictures.shape[2 - axis] - 1
            wanted = ops.clip(centre[:, axis, None] - 0.5 + np.arange(count, dtype="float32") - (count - 1) / 2, 0, last)
            shares.append(ops.relu(1 - ops.abs(wanted[..., None] - np.arange(last + 1, dtype="float32"))))
        return ops.einsum("bhy,byxc,bwx->bhwc", shares[0], pictures, shares[1])

    def compute_output_shape(self, pictures_shape, landmarks_shape):
        return (pictures_shape[0], *self.size, pictures_shape[-1])

    def get_config(self):
        return super().get_config() | {"points": self.points, "size": self.size}


def relative(landmarks):
    """Return landmarks (batch, 68, 2) seen from their middle, the distance of the eyes being 1: (batch, 136)."""
    eyes = ops.mean(landmarks[:, 36:42], axis=1) - ops.mean(landmarks[:, 42:48], axis=1)
    distance = ops.sqrt(ops.sum(ops.square(eyes), axis=-1) + 1e-3)[:, None, None]
    return ops.reshape((landmarks - ops.mean(landmarks, axis=1, keepdims=True)) / distance, (-1, 2 * POINTS))


def normalise(x):
    return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))


def convolve(x, channels, initializer, kernel_size=3, strides=1):
    return normalise(layers.Conv2D(channels, kernel_size, strides, "same", use_bias=False, kernel_initializer=initializer)(x))


def condense(x, units, initializer):
    return layers.BatchNormalization(momentum=0.9)(layers.Dense(units, use_bias=False, kernel_initializer=initializer)(x))


def build_first_look(heads, width=16, feature_dim=64, closely=32, seed=0):
    """Build the network that finds the landmarks and learns all there is to learn; see `build_reader` for its arguments.

    Returns:
        A functional `keras.Model` from pictures (batch, 64, 64, 3) in [-1, 1] to a dictionary: "landmarks" (batch, 68, 2), "embedding" and
        "features" (batch, feature_dim), and the logits of each head (batch, values).
    """
    draws = keras.initializers.HeNormal(keras.random.SeedGenerator(seed))
    pictures = keras.Input((SIZE, SIZE, 3), name="pictures")
    half = convolve(convolve(pictures, width, draws, 4, 2), 2 * width, draws)  # 32 x 32
    quarter = convolve(convolve(half, 3 * width, draws, 4, 2), 3 * width, draws)
    eighth = convolve(convolve(quarter, 4 * width, draws, 4, 2), 4 * width, draws)  # 8 x 8: sees the whole face
    x = convolve(layers.Concatenate()([layers.UpSampling2D(interpolation="bilinear")(eighth), quarter]), 3 * width, draws)
    landmarks = PointsOfMaps(4, name="landmarks")(layers.Conv2D(POINTS, 1, kernel_initializer=draws)(x))
    pooled = layers.Concatenate()([pool()(maps) for maps in (quarter, eighth) for pool in (layers.GlobalAveragePooling2D, layers.GlobalMaxPooling2D)])
    small = layers.Flatten()(convolve(eighth, width, draws, 4, 2))  # identity and hair are a matter of where things are, too: a coarse map, not only its mean
    seen = [pooled, small]
    for points, size in WINDOWS:
        window = convolve(convolve(Window(points, size)(pictures, landmarks), width, draws, 4, 2), width, draws)
        seen.append(layers.ReLU()(condense(layers.Flatten()(window), closely, draws)))
    places = layers.BatchNormalization(momentum=0.9)(relative(landmarks))
    seen.append(layers.ReLU()(condense(places, closely, draws)))
    features = layers.ReLU(name="features")(condense(layers.Concatenate()(seen), feature_dim, draws))  # without the normalisation most of them die
    embedding = layers.UnitNormalization(name="embedding")(condense(layers.Concatenate()([pooled, small]), feature_dim, draws))
    logits = {name: layers.Dense(len(values), kernel_initializer=draws, name=name)(features) for name, values in heads.items()}
    return keras.Model(pictures, {"landmarks": landmarks, "embedding": embedding, "features": features, **logits}, name="first_look")


def build_cutter(first):
    """Return the network that cuts out what the second look is shown, where the first look's landmarks are: it has no weights of its own.

    Returns:
        A functional `keras.Model` from pictures to a list: the windows around mouth and eyes, and where the landmarks are, (batch, 136).
    """
    pictures, landmarks = first.input, first.output["landmarks"]
    return keras.Model(pictures, [*(Window(points, size)(pictures, landmarks) for points, size in WINDOWS), relative(landmarks)], name="cutter")


def build_second_look(heads, width=16, closely=32, seed=0):
    """Build the network that reads what is small from the windows alone: trained when the landmarks stay where they are.

    Returns:
        A functional `keras.Model` from what the cutter returns to a dictionary of logits, one for each head that is in `CLOSELY`.
    """
    draws = keras.initializers.HeNormal(keras.random.SeedGenerator(seed))
    shown = [keras.Input((*size, 3)) for _, size in WINDOWS] + [keras.Input((2 * POINTS,))]
    seen = [layers.Flatten()(convolve(convolve(window, width, draws, 4, 2), width, draws)) for window in shown[:-1]]
    seen.append(layers.BatchNormalization(momentum=0.9)(shown[-1]))
    x = layers.Concatenate()([layers.ReLU()(condense(part, closely, draws)) for part in seen])
    return keras.Model(shown, {name: layers.Dense(len(heads[name]), kernel_initializer=draws, name=name)(x) for name in CLOSELY if name in heads}, name="second_look")


def build_reader(heads, width=16, feature_dim=64, closely=32, seed=0):
    """Build the reader: the first look, and the second one for what is small.

    Args:
        heads: Dictionary from an attribute's name to its values; each gets an output of logits, as in `features.build_classifier`.
        width: Integer. Channels of the first layer.
        feature_dim: Integer. Numbers in the features, and in the embedding.
        closely: Integer. Numbers that are taken from each window, and from where the landmarks are.
        seed: Integer. Fixes the initial weights.

    Returns:
        A functional `keras.Model` from pictures (batch, 64, 64, 3) in [-1, 1] to a dictionary: "landmarks" (batch, 68, 2), "embedding" and
        "features" (batch, feature_dim), and the logits of each head (batch, values). `face_reader.read` reads many pictures with it.
    """
    return join_looks(build_first_look(heads, width, feature_dim, closely, seed), build_second_look(heads, width, closely, seed + 1))


def join_looks(first, second):
    """Return the reader that is made of the two looks, and shares their weights."""
    return keras.Model(first.input, {**first.output, **second(build_cutter(first).output)}, name="character_reader")


def load(folder=weights.FOLDER):
    """Load the trained reader, frozen; see `build_reader`. Nothing is unpickled, and the file must be the one that was shipped.

    Args:
        folder: Path of the folder of weights.

    Returns:
        A `keras.Model`.

    Raises:
        WeightsError: a file that is missing or damaged.
    """
    entry = weights.find("features_characters", folder)
    return weights.load(build_reader(entry["heads"], **entry["options"]), "features_characters", folder)
