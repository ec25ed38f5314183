"""The reader: a small network that looks at a dressed person and says where the joints are and where the sleeves end.

It judges try-ons, so no try-on model is ever trained with it. Joints come from heatmaps whose centre of mass is taken. For a
sleeve it walks along the arm that it found, from before the shoulder to behind the wrist, and says how far the cloth goes: a share
of the arm's length, 0 at the shoulder and 1 at the wrist. Its last hidden layer, which must also know neckline, hem, pattern,
colours and skin tone, gives features for a distance of sets, `metrics.kid`.
"""

from typing import NamedTuple

import keras
import numpy as np
from keras import layers, ops

from tryon_utils import warp, weights

SIZE = (64, 48)  # height and width that it looks at; larger pictures are averaged down
JOINTS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 11)  # those of COCO-18 that it finds: nose, neck, shoulders, elbows, wrists, hips
ARMS = ((2, 3, 4), (5, 6, 7))  # shoulder, elbow, wrist of the person's right and left arm, as numbers in COCO-18
STEPS = np.linspace(-0.125, 1.125, 41).astype("float32")  # places along an arm, in shares of its length
ACROSS = np.linspace(-0.08, 0.08, 3).astype("float32")  # places beside its middle, in shares of its length
ELBOW = 1.34 / 2.44  # share of the arm's length, from the shoulder, at which the elbow lies
BATCH = 50


class Reading(NamedTuple):
    """What the reader sees in n pictures.

    Attributes:
        joints: float32 (n, 10, 2). x, y in pixels of the pictures, the first pixel's centre at 0.5; in the order of `JOINTS`.
        sleeves: float32 (n, 2). Where the right and the left sleeve end, in shares of the arm's length.
        features: float32 (n, 64), from 0 up.
    """

    joints: np.ndarray
    sleeves: np.ndarray
    features: np.ndarray


class CentreOfMass(layers.Layer):
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


class AlongArms(layers.Layer):
    """From a map of features and the joints to what lies along the arms, (2 batch, 41, 3, channels): each picture's right and left arm.

    The joints' places are taken as they are: no gradient flows through them.

    Args:
        scale: Integer. Pixels of the picture to one of the map.
    """

    def __init__(self, scale, **options):
        super().__init__(**options)
        self.scale = scale

    def call(self, maps, joints):
        joints = ops.stop_gradient(joints) / self.scale
        places = ops.concatenate([arm_places(*(joints[:, JOINTS.index(joint)] for joint in arm)) for arm in ARMS], axis=1)
        return ops.reshape(warp.sample(maps, places), (-1, len(STEPS), len(ACROSS), maps.shape[-1]))

    def get_config(self):
        return super().get_config() | {"scale": self.scale}


def arm_places(shoulder, elbow, wrist):
    """Return a grid of places along an arm, and across it.

    Args:
        shoulder, elbow, wrist: float (n, 2). x, y.

    Returns:
        float (n, 41, 3, 2): along `STEPS`, before the shoulder and behind the wrist too, and along `ACROSS`.
    """
    steps = STEPS[:, None, None]
    upper, lower = (elbow - shoulder)[:, None, None], (wrist - elbow)[:, None, None]
    on_upper = shoulder[:, None, None] + steps / ELBOW * upper
    on_lower = elbow[:, None, None] + (steps - ELBOW) / (1 - ELBOW) * lower
    middle = ops.where(steps < ELBOW, on_upper, on_lower)
    bone = ops.where(steps < ELBOW, upper, lower)
    away = ops.stack([-bone[..., 1], bone[..., 0]], axis=-1) / (ops.norm(bone, axis=-1, keepdims=True) + 1e-6)
    length = ops.norm(upper, axis=-1, keepdims=True) + ops.norm(lower, axis=-1, keepdims=True)
    return middle + ACROSS[None, None, :, None] * length * away


def build_reader(heads, width=32, feature_dim=64, seed=0):
    """Build the network.

    Args:
        heads: Dictionary from a factor's name to its values; each gets an output of logits, as in `features.build_classifier`.
        width: Integer. Channels of the first layers; one and a half times and twice as many follow.
        feature_dim: Integer. Numbers in the last hidden layer.
        seed: Integer. Fixes the initial weights.

    Returns:
        A functional `keras.Model` from pictures (batch, 64, 48, 3) in [-1, 1] to a dictionary: "joints" (batch, 10, 2), "sleeves"
        (batch, 2), the logits that they are the means of, "joint_maps" (batch, 32, 24, 10) and "sleeve_maps" (batch, 2, 41), "features" (batch,
        feature_dim) and the logits of each head (batch, values).
    """
    initializer = keras.initializers.HeNormal(keras.random.SeedGenerator(seed))

    def convolve(x, channels, kernel_size=3, strides=1, padding="same"):
        x = layers.Conv2D(channels, kernel_size, strides, padding, use_bias=False, kernel_initializer=initializer)(x)
        return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))

    def enlarge(x, beside):
        return layers.Add()([layers.UpSampling2D(interpolation="bilinear")(convolve(x, beside.shape[-1], 1)), beside])

    pictures = keras.Input((*SIZE, 3), name="pictures")
    blocks = layers.Reshape((SIZE[0] // 2, 2, SIZE[1] // 2, 2, 3))(pictures)  # each 2 x 2 pixels become one of 12 channels
    blocks = layers.Reshape((SIZE[0] // 2, SIZE[1] // 2, 12))(layers.Permute((1, 3, 2, 4, 5))(blocks))
    half = convolve(convolve(blocks, width), width)  # 32 x 24
    quarter = convolve(convolve(half, 3 * width // 2, strides=2), 3 * width // 2)
    eighth = convolve(convolve(quarter, 2 * width, strides=2), 2 * width)  # 8 x 6: sees the whole body
    pooled = [pool()(maps) for maps in (quarter, eighth) for pool in (layers.GlobalAveragePooling2D, layers.GlobalMaxPooling2D)]
    placed = layers.Flatten()(convolve(eighth, width // 2, 1))  # people stand in the middle: where something is says much
    features = layers.Dense(feature_dim, use_bias=False, kernel_initializer=initializer)(layers.Concatenate()([placed, *pooled]))
    features = layers.ReLU(name="features")(layers.BatchNormalization(momentum=0.9)(features))  # normalised, since they die otherwise
    x = convolve(enlarge(eighth, quarter), 3 * width // 2)
    x = convolve(enlarge(x, half), width)
    joint_maps = layers.Conv2D(len(JOINTS), 1, kernel_initializer=initializer, name="joint_maps")(x)
    joints = CentreOfMass(2, name="joints")(joint_maps)
    arms = convolve(AlongArms(2)(x, joints), width)
    arms = convolve(layers.ZeroPadding2D(((2, 2), (0, 0)))(arms), width, (5, len(ACROSS)), padding="valid")  # (2 batch, 41, 1, width)
    arms = convolve(convolve(arms, width, (9, 1)), width, (9, 1))  # each place along the arm sees most of it
    sleeve_maps = layers.Identity(name="sleeve_maps")(ops.reshape(layers.Conv2D(1, 1, kernel_initializer=initializer)(arms), (-1, 2, len(STEPS))))
    sleeves = layers.Identity(name="sleeves")(ops.matmul(ops.softmax(sleeve_maps), STEPS[:, None])[..., 0])
    logits = {name: layers.Dense(len(values), kernel_initializer=initializer, name=name)(features) for name, values in heads.items()}
    return keras.Model(pictures, {"joints": joints, "joint_maps": joint_maps, "sleeves": sleeves, "sleeve_maps": sleeve_maps, "features": features, **logits}, name="reader")


def load(folder=weights.FOLDER):
    """Load the trained reader, frozen; see `build_reader`. Nothing is unpickled, and the file must be the one that was shipped.

    Args:
        folder: Path of the folder of weights.

    Raises:
        WeightsError: a file that is missing or damaged.
    """
    entry = weights.find("body_reader", folder)
    return weights.load(build_reader(entry["heads"], **entry["options"]), "body_reader", folder)


def shrink(pictures):
    """Average pictures down to the size that the reader looks at.

    Args:
        pictures: float32 (n, height, width, 3), height and width the same whole multiple of 64 and 48.

    Returns:
        Pair of float32 (n, 64, 48, 3), and the multiple.

    Raises:
        ValueError: another size.
    """
    height, width = pictures.shape[1:3]
    times = height // SIZE[0]
    if not times or (height, width) != (times * SIZE[0], times * SIZE[1]):
        raise ValueError(f"Pictures of {height} x {width} came; a whole multiple of {SIZE[0]} x {SIZE[1]} is wanted. Crop or resize them.")
    return pictures.reshape(-1, SIZE[0], times, SIZE[1], times, pictures.shape[-1]).mean(axis=(2, 4)), times


def read(reader, pictures):
    """Read many pictures, batch by batch.

    Args:
        reader: What `load` returns.
        pictures: float32 (n, height, width, 3) in [-1, 1]; see `shrink` for the sizes.

    Returns:
        `Reading`.

    Raises:
        ValueError: no pictures, values outside [-1, 1], or another size.
    """
    pictures = np.asarray(pictures)
    if pictures.ndim != 4 or pictures.shape[-1] != 3 or not len(pictures):
        raise ValueError(f"Pictures of shape {pictures.shape} came; (n, height, width, 3) is wanted.")
    if not np.issubdtype(pictures.dtype, np.floating) or not np.abs(pictures).max() <= 1 + 1e-3:  # the `not` catches nan, too
        raise ValueError(f"{pictures.dtype} pictures from {pictures.min()} to {pictures.max()} came; floats in [-1, 1] are wanted. "
                         "images.to_model makes them from uint8.")
    small, times = shrink(pictures.astype("float32"))
    filled = np.concatenate([small, np.zeros((-len(small) % BATCH, *small.shape[1:]), "float32")])  # one shape, one graph
    made = [reader.predict_on_batch(filled[start:start + BATCH]) for start in range(0, len(filled), BATCH)]
    found = {name: np.concatenate([part[name] for part in made])[:len(pictures)] for name in ("joints", "sleeves", "features")}
    return Reading(found["joints"] * times, found["sleeves"], found["features"])
