"""The reader of faces: a small network that says where the 68 landmarks are, whose face it is, and what it looks like.

It judges makeup, so no makeup model is ever trained with it. Landmarks come from heatmaps whose centre of mass is taken. Whose face it is, is
told by an embedding: a person's pictures with and without makeup lie close together, two people's far apart. The features, which must know
the look that is worn as well as hair, glasses and the like, are for a distance of sets, `metrics.kid`.
"""

from typing import NamedTuple

import keras
import numpy as np
from keras import layers, ops

from tryon_utils import weights

SIZE = 64  # height and width that it looks at; larger pictures are averaged down
POINTS = 68
BATCH = 50


class FaceReading(NamedTuple):
    """What the reader sees in n pictures.

    Attributes:
        landmarks: float32 (n, 68, 2). x, y in pixels of the pictures, the first pixel's centre at 0.5.
        embedding: float32 (n, d), each of length 1, so that the dot product of two is their cosine.
        features: float32 (n, d), from 0 up.
    """

    landmarks: np.ndarray
    embedding: np.ndarray
    features: np.ndarray


class PointsOfMaps(layers.Layer):
    """From heatmaps (batch, h, w, k) to places (batch, k, 2): the mean place under the softmax of each map, in pixels of the picture.

    Args:
        scale: Integer. Pixels of the picture to one of the map.
    """

    def __init__(self, scale, **options):
        super().__init__(**options)
        self.scale = scale

    def call(self, maps):
        _, height, width, count = maps.shape
        share = ops.softmax(ops.reshape(maps, (-1, height * width, count)), axis=1)
        y, x = np.mgrid[:height, :width].reshape(2, -1, 1).astype("float32") + 0.5
        return self.scale * ops.stack([ops.sum(share * x, axis=1), ops.sum(share * y, axis=1)], axis=-1)

    def get_config(self):
        return super().get_config() | {"scale": self.scale}


def build_reader(heads, width=16, feature_dim=64, seed=0):
    """Build the network.

    Args:
        heads: Dictionary from a factor's name to its values; each gets an output of logits, as in `features.build_classifier`.
        width: Integer. Channels of the first layer.
        feature_dim: Integer. Numbers in the features, and in the embedding.
        seed: Integer. Fixes the initial weights.

    Returns:
        A functional `keras.Model` from pictures (batch, 64, 64, 3) in [-1, 1] to a dictionary: "landmarks" (batch, 68, 2), "embedding" and
        "features" (batch, feature_dim), and the logits of each head (batch, values).
    """
    initializer = keras.initializers.HeNormal(keras.random.SeedGenerator(seed))

    def convolve(x, channels, kernel_size=3, strides=1):
        x = layers.Conv2D(channels, kernel_size, strides, "same", use_bias=False, kernel_initializer=initializer)(x)
        return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))

    pictures = keras.Input((SIZE, SIZE, 3), name="pictures")
    half = convolve(convolve(pictures, width, 4, 2), 2 * width)  # 32 x 32
    quarter = convolve(convolve(half, 3 * width, 4, 2), 3 * width)
    eighth = convolve(convolve(quarter, 4 * width, 4, 2), 4 * width)  # 8 x 8: sees the whole face
    pooled = layers.Concatenate()([pool()(maps) for maps in (quarter, eighth) for pool in (layers.GlobalAveragePooling2D, layers.GlobalMaxPooling2D)])
    features = layers.BatchNormalization(momentum=0.9)(layers.Dense(feature_dim, use_bias=False, kernel_initializer=initializer)(pooled))
    features = layers.ReLU(name="features")(features)  # without the normalisation most of them die
    # identity is a matter of where things are, too: a coarse map, not only its mean
    small = layers.Flatten()(convolve(eighth, width, 4, 2))
    embedding = layers.Dense(feature_dim, kernel_initializer=initializer)(layers.Concatenate()([pooled, small]))
    embedding = layers.UnitNormalization(name="embedding")(layers.BatchNormalization(momentum=0.9)(embedding))
    x = convolve(layers.Concatenate()([layers.UpSampling2D(interpolation="bilinear")(eighth), quarter]), 3 * width)
    landmarks = PointsOfMaps(4, name="landmarks")(layers.Conv2D(POINTS, 1, kernel_initializer=initializer)(x))
    logits = {name: layers.Dense(len(values), kernel_initializer=initializer, name=name)(features) for name, values in heads.items()}
    return keras.Model(pictures, {"landmarks": landmarks, "embedding": embedding, "features": features, **logits}, name="face_reader")


def load(folder=weights.FOLDER):
    """Load the trained reader, frozen; see `build_reader`. Nothing is unpickled, and the file must be the one that was shipped.

    Args:
        folder: Path of the folder of weights.

    Returns:
        A `keras.Model`.

    Raises:
        WeightsError: a file that is missing or damaged.
    """
    entry = weights.find("features_faces", folder)
    return weights.load(build_reader(entry["heads"], **entry["options"]), "features_faces", folder)


def read(reader, pictures):
    """Read many pictures, batch by batch.

    Example:
        reading = read(load(), faces.picture)
        reading.landmarks.shape  # (200, 68, 2)

    Args:
        reader: What `load` returns.
        pictures: uint8 (n, side, side, 3), the side a whole multiple of 64.

    Returns:
        `FaceReading`.

    Raises:
        ValueError: no uint8 pictures, or another size.
    """
    pictures = np.asarray(pictures)
    if pictures.dtype != np.uint8 or pictures.ndim != 4 or pictures.shape[-1] != 3 or not len(pictures):
        raise ValueError(f"{pictures.dtype} pictures of shape {pictures.shape} came; uint8 (n, side, side, 3) are wanted.")
    side = pictures.shape[1]
    times = side // SIZE
    if not times or pictures.shape[1:3] != (times * SIZE, times * SIZE):
        raise ValueError(f"Pictures of {side} x {pictures.shape[2]} came; a whole multiple of {SIZE} x {SIZE} is wanted. Crop or resize them.")
    parts = []
    for start in range(0, len(pictures), BATCH):
        piece = pictures[start:start + BATCH].reshape(-1, SIZE, times, SIZE, times, 3).astype("float32").mean(axis=(2, 4)) / 127.5 - 1
        filled = np.concatenate([piece, np.zeros((BATCH - len(piece), *piece.shape[1:]), "float32")])  # one shape, one graph
        parts.append({name: values[:len(piece)] for name, values in reader.predict_on_batch(filled).items()})
    found = {name: np.concatenate([part[name] for part in parts]) for name in ("landmarks", "embedding", "features")}
    return FaceReading(found["landmarks"] * times, found["embedding"], found["features"])
