"""Frozen features: a small network that knows the world's factors, and whose last hidden layer measures pictures.

It was trained to read from a picture what was drawn: a garment's sleeve, neckline, pattern, and so on. To do that it must see
what matters, so the distance of two pictures in its last hidden layer says more than that of their pixels. The network is ours:
distances in it are comparable with each other, and with nothing that others published.
"""

import keras
import numpy as np
from keras import layers

from tryon_utils import weights

SIZES = (28, 32, 64)  # heights and widths that it was trained on
BATCH = 64


def build_classifier(heads, width=32, feature_dim=64, seed=0):
    """Build the network with one output for each factor.

    Args:
        heads: Dictionary from a factor's name to its values, such as `{"sleeve": ("none", "short", "long")}`.
        width: Integer. Channels of the first layer; 2 and 4 times as many follow.
        feature_dim: Integer. Numbers in the last hidden layer.
        seed: Integer. Fixes the initial weights.

    Returns:
        A functional `keras.Model` from pictures (batch, height, width, 3) in [-1, 1], of any size from 16 up, to a dictionary of
        logits (batch, values), one for each factor.
    """
    initializer = keras.initializers.HeNormal(keras.random.SeedGenerator(seed))
    pictures = keras.Input((None, None, 3), name="pictures")
    x = pictures
    for channels, kernel_size, strides in ((width, 3, 1), (width, 4, 2), (2 * width, 3, 1), (2 * width, 4, 2), (4 * width, 3, 1), (4 * width, 4, 2)):
        x = layers.Conv2D(channels, kernel_size, strides, "same", use_bias=False, kernel_initializer=initializer)(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.ReLU()(x)
    pooled = layers.Concatenate()([layers.GlobalAveragePooling2D()(x), layers.GlobalMaxPooling2D()(x)])
    features = layers.Dense(feature_dim, activation="relu", kernel_initializer=initializer, name="features")(pooled)
    logits = {name: layers.Dense(len(values), kernel_initializer=initializer, name=name)(features) for name, values in heads.items()}
    return keras.Model(pictures, logits, name="classifier")


def load_classifier(kind="garments", folder=weights.FOLDER):
    """Load the trained network with all its outputs. Nothing is unpickled, and the file must be the one that was shipped.

    Args:
        kind: String. What it was trained on; `weights.json`, beside the folder, lists the kinds.
        folder: Path of the folder of weights.

    Returns:
        A frozen `keras.Model`; see `build_classifier`.

    Raises:
        WeightsError: an unknown kind, or a file that is missing or damaged.
    """
    name = f"features_{kind}"
    entry = weights.find(name, folder)
    return weights.load(build_classifier(entry["heads"], **entry["options"]), name, folder)


def load(kind="garments", folder=weights.FOLDER):
    """Load the frozen features: the trained network up to its last hidden layer. See `load_classifier`.

    They are multiplied by one number for all, by which the mean square of a feature is 1 over the pictures that it was trained on:
    distances then read in handy numbers.

    Example:
        model = load()
        extract(model, images.to_model(garments.picture))  # (1500, 64)

    Returns:
        A frozen `keras.Model` from pictures (batch, height, width, 3) in [-1, 1] to features (batch, 64), from 0 up.
    """
    classifier = load_classifier(kind, folder)
    scaled = layers.Rescaling(weights.find(f"features_{kind}", folder)["scale"])(classifier.get_layer("features").output)
    return keras.Model(classifier.input, scaled, name=f"features_{kind}")


def extract(model, pictures):
    """Return the features of many pictures, batch by batch.

    Args:
        model: What `load` returns.
        pictures: float (n, height, width, 3) in [-1, 1], or grey (n, height, width, 1), whose channel is repeated.

    Returns:
        float32 (n, d).

    Raises:
        ValueError: another shape, or values outside [-1, 1]: uint8 pictures, say.
    """
    pictures = np.asarray(pictures)
    if pictures.ndim != 4 or pictures.shape[-1] not in (1, 3) or not len(pictures):
        raise ValueError(f"Pictures of shape {pictures.shape} came; (n, height, width, 3) or (n, height, width, 1) is wanted.")
    if not np.issubdtype(pictures.dtype, np.floating) or not np.abs(pictures).max() <= 1 + 1e-3:  # the `not` catches nan, too
        raise ValueError(f"{pictures.dtype} pictures from {pictures.min()} to {pictures.max()} came; floats in [-1, 1] are wanted. "
                         "images.to_model makes them from uint8; a generator should end in tanh.")
    colour = np.repeat(pictures, 3 // pictures.shape[-1], axis=-1).astype("float32")
    # one shape for all batches, the last one filled up, so that one graph is enough
    filled = np.concatenate([colour, np.zeros((-len(colour) % BATCH, *colour.shape[1:]), "float32")])
    made = [model.predict_on_batch(filled[start:start + BATCH]) for start in range(0, len(filled), BATCH)]
    return np.concatenate(made)[:len(colour)]

