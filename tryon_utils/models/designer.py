"""Paint a garment pixel by pixel, from where on the cloth each pixel lies: at any size. See chapter 08."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from tryon_utils import weights

TURNS = (0.25, 0.5, 1.0, 2.0, 4.0)  # of the waves that tell a place, a head of cloth
STRIPES = np.linspace(1.7, 5.0, 24).astype("float32")  # of those that patterns are woven of
DIRECTIONS = (0, 2, 3, 4)  # sideways, down, along and across a sleeve; see `find_on_cloth`
PLACES = 2**16  # that are painted at once, at most, for memory


def build_finder(condition_dim, mean, spread, units=96, seed=0):
    """Build the network that tells how a garment lies in its picture.

    Args:
        condition_dim: Integer. Numbers of a garment; see `designs.numbers_of`.
        mean, spread: float `(3,)`. Mean and standard deviation of what is told, so that the network's own numbers are about 1.
        units: Integer. Numbers in each of its three layers.
        seed: Integer. Fixes the initial weights.

    Returns:
        A functional `keras.Model` from conditions to `(batch, 3)`: how many heads the picture shows, its upper edge, the sleeves' angle.
    """
    initializer = keras.initializers.HeNormal(keras.random.SeedGenerator(seed))
    condition = x = keras.Input((condition_dim,), name="condition")
    for _ in range(3):
        x = layers.LeakyReLU(negative_slope=0.2)(layers.Dense(units, kernel_initializer=initializer)(x))
    return keras.Model(condition, layers.Dense(3, kernel_initializer=initializer)(x) * np.float32(spread) + np.float32(mean), name="finder")


def find_on_cloth(places, lie):
    """Return where on the cloth places of a picture lie, in heads: `(batch, n, 5)`, sideways from the middle, the same without its sign, down from
    the chest, and along and across a sleeve that hangs from the shoulder at its angle.

    Args:
        places: `(batch, n, 2)` in [0, 1]: across and down the picture.
        lie: `(batch, 3)`; see `build_finder`.
    """
    shown, top, angle = (lie[:, None, number] for number in range(3))
    sideways, down = (places[..., 0] - 0.5) * shown, top + places[..., 1] * shown
    beyond, below = ops.abs(sideways) - 0.83, down - 1.61  # from the shoulder's joint
    along, across = below * ops.cos(angle) + beyond * ops.sin(angle), beyond * ops.cos(angle) - below * ops.sin(angle)
    return ops.stack([sideways, ops.abs(sideways), down - 2.0, along, across], axis=-1)


def waves_of(values, turns):
    """Return cosines and sines of values that turn so many times a unit: `(..., 2 * turns)`."""
    angles = ops.expand_dims(values, -1) * (2 * np.pi * np.float32(turns))
    return ops.concatenate([ops.cos(angles), ops.sin(angles)], axis=-1)


def build_painter(condition_dim, palette_dim, pattern_dim, units=64, style_dim=128, woven=6, colours=6, seed=0):
    """Build the network that paints places of a picture, each by itself.

    The colours come from the first numbers of the condition alone, the palette; where each of them stands, from all others. So another palette
    can't change a cut. What repeats is woven of waves over the cloth, whose strengths the last numbers choose, pattern and scale.

    Args:
        condition_dim, palette_dim, pattern_dim: Integers. Numbers of a condition, and how many of them, at the beginning and at the end, say the
            palette and the pattern.
        units: Integer. Features of a place.
        style_dim: Integer. Numbers in a style.
        woven: Integer. Woven features for each direction.
        colours: Integer. Colours to choose from.
        seed: Integer. Fixes the initial weights.

    Returns:
        A functional `keras.Model` from a list, conditions, lies and places `(batch, n, 2)`, to colours `(batch, n, 3)`, about in [-1, 1].

    Source:
        Stanley, 2007, for pictures as functions of a place; Tancik et al., 2020, for telling it in waves; Perez et al., 2018, for styles that
        stretch and shift features.
    """
    draws = keras.random.SeedGenerator(seed)
    initializer, gentle = keras.initializers.HeNormal(draws), keras.initializers.VarianceScaling(0.3, seed=draws)
    condition, lie, places = keras.Input((condition_dim,), name="condition"), keras.Input((3,), name="lie"), keras.Input((None, 2), name="places")
    palette, cut = condition[:, :palette_dim], condition[:, palette_dim:]
    style = cut
    for _ in range(2):
        style = layers.LeakyReLU(negative_slope=0.2)(layers.Dense(style_dim, kernel_initializer=initializer)(style))
    style = layers.Concatenate()([style, cut])
    cloth = find_on_cloth(places, lie)
    strengths = layers.Dense(len(DIRECTIONS) * 2 * len(STRIPES) * woven, kernel_initializer=keras.initializers.RandomNormal(stddev=0.05, seed=draws))
    strengths = ops.reshape(strengths(ops.concatenate([style[:, :style_dim], cut[:, -pattern_dim:]], -1)), (-1, len(DIRECTIONS), 2 * len(STRIPES), woven))
    x = [cloth, *(waves_of(cloth[..., number], TURNS) for number in range(5))]
    x += [ops.matmul(waves_of(cloth[..., direction], STRIPES), strengths[:, number]) for number, direction in enumerate(DIRECTIONS)]
    x = ops.concatenate(x, axis=-1)
    for _ in range(3):
        stretch, shift = (layers.Reshape((1, units))(layers.Dense(units, kernel_initializer=gentle)(style)) for _ in range(2))
        x = layers.LeakyReLU(negative_slope=0.2)(layers.Dense(units, kernel_initializer=initializer)(x) * (1 + stretch) + shift)
    inks = layers.Reshape((colours, 3))(layers.Dense(3 * colours, activation="tanh", kernel_initializer=initializer, name="inks")(palette))
    shares = ops.softmax(3 * layers.Dense(colours, kernel_initializer=initializer, name="shares")(x), axis=-1)
    light = layers.Dense(1, kernel_initializer=keras.initializers.RandomNormal(stddev=0.01, seed=draws), name="light")(x)
    return keras.Model([condition, lie, places], ops.matmul(shares, inks) + light, name="painter")


def build_networks(condition_dim, palette_dim, pattern_dim, mean, spread, units=64, style_dim=128, seed=0):
    """Build finder and painter of one design; see `build_finder` and `build_painter`."""
    return (build_finder(condition_dim, mean, spread, seed=2 * seed),
            build_painter(condition_dim, palette_dim, pattern_dim, units, style_dim, seed=2 * seed + 1))


def join(finder, painter):
    """Return finder and painter as one `keras.Model`, from a list, conditions and places, to colours: the form in which they ship."""
    condition, places = keras.Input(finder.input_shape[1:], name="condition"), keras.Input((None, 2), name="places")
    return keras.Model([condition, places], painter([condition, finder(condition), places]), name="designer")


def load(folder=weights.FOLDER):
    """Load the designer that ships, frozen.

    Args:
        folder: Path of the folder of weights.

    Returns:
        `Designer`, which paints.

    Raises:
        WeightsError: the file is missing or damaged.
    """
    finder, painter = build_networks(**weights.find("designer", folder)["options"])
    weights.load(join(finder, painter), "designer", folder)
    return Designer(finder, painter)


def grid(size):
    """Return the middles of all pixels of a square picture, row by row: float32 `(size * size, 2)` in [0, 1], across and down."""
    middles = (np.arange(size, dtype="float32") + 0.5) / size
    return np.stack(np.meshgrid(middles, middles), axis=-1).reshape(-1, 2)


def draw_pixels(count, pixels, size, seed):
    """Return the numbers of random pixels of pictures, half of them from everywhere, half from where necks and chests are: `(count, pixels)`.

    Args:
        count, pixels, size: Integers. Pictures, how many pixels of each, and a picture's height and width.
        seed: `keras.random.SeedGenerator`.
    """
    places = keras.random.uniform((count, pixels, 2), seed=seed)
    close = ops.cast(ops.arange(pixels) % 2, "float32")[None, :, None]
    places = places * (1 - close) + (np.float32([0.28, 0.12]) + places * np.float32([0.44, 0.36])) * close
    columns_and_rows = ops.cast(places * size, "int32")
    return columns_and_rows[..., 1] * size + columns_and_rows[..., 0]


class Designer(keras.Model):
    """Learns to paint garments of which all is known, from some pixels of each picture, and to tell how they lie.

    Example:
        designer = Designer(finder, painter, pictures, designs.conditions_of(garments), designs.lie_of(garments))
        designer.compile(keras.optimizers.Adam(0.003))
        training.train(designer, np.arange(len(pictures)), steps=1000, batch_size=32)
        designer.paint(designs.conditions_of(garments[:8]), size=64)

    Args:
        finder: `keras.Model` from conditions to lies; see `build_finder`.
        painter: `keras.Model`; see `build_painter`.
        pictures: uint8 `(n, size, size, 3)`, or None for one that was trained before.
        conditions: float `(n, condition_dim)`.
        lies: float `(n, 3)`. The truth for the finder.
        more: Tuple of conditions and lies of garments that no picture shows, for the finder; None for none.
        pixels: Integer. How many of each picture a step looks at.
        seed: Integer. Fixes which.
    """

    def __init__(self, finder, painter, pictures=None, conditions=None, lies=None, more=None, pixels=256, seed=0):
        super().__init__()
        self.finder, self.painter, self.pixels = finder, painter, pixels
        self.pixel_seed = keras.random.SeedGenerator(seed)
        if pictures is not None:
            self.size = pictures.shape[1]
            self.places, self.values = ops.convert_to_tensor(grid(self.size)), ops.convert_to_tensor(pictures.reshape(-1, 3))
            self.conditions, self.lies, self.more = ops.convert_to_tensor(conditions), ops.convert_to_tensor(lies), more or (conditions, lies)
            self.usual = lies.std(axis=0)

    def train_step(self, numbers):
        """Move both networks one step down the loss on some pixels of the pictures of these numbers."""
        chosen = draw_pixels(ops.shape(numbers)[0], self.pixels, self.size, self.pixel_seed)
        wanted = ops.cast(ops.take(self.values, ops.cast(numbers, "int32")[:, None] * self.size**2 + chosen, axis=0), "float32") / 127.5 - 1.0
        conditions, lies = ops.take(self.conditions, numbers, axis=0), ops.take(self.lies, numbers, axis=0)
        others = keras.random.randint((self.pixels,), 0, len(self.more[0]), seed=self.pixel_seed)
        variables = self.finder.trainable_variables + self.painter.trainable_variables
        with tf.GradientTape() as tape:
            painted = self.painter([conditions, lies, ops.take(self.places, chosen, axis=0)], training=True)
            painting = ops.mean(ops.abs(painted - wanted))
            told = self.finder(ops.take(self.more[0], others, axis=0), training=True)
            finding = ops.mean(ops.square((told - ops.take(self.more[1], others, axis=0)) / self.usual))
            loss = painting + 0.1 * finding
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        return {"loss": loss, "painting": painting, "finding": finding}

    def paint(self, conditions, size=64):
        """Return pictures: float32 `(n, size, size, 3)` in [-1, 1].

        Args:
            conditions: float `(n, condition_dim)`.
            size: Integer. Height and width, whatever it was trained at.
        """
        places, batch, made = grid(size), max(1, PLACES // size**2), []
        for start in range(0, len(conditions), batch):
            some = np.asarray(conditions[start:start + batch], "float32")
            made.append(self.painter.predict_on_batch([some, self.finder.predict_on_batch(some), np.repeat(places[None], len(some), axis=0)]))
        return np.clip(np.concatenate(made), -1, 1).reshape(-1, size, size, 3)


def load_sampler(folder=weights.FOLDER, size=64):
    """Load the designer that ships as one frozen network from all that it is told to whole pictures, for walks from design to design.

    Example:
        load_sampler()(np.stack([designs.draw(1), designs.draw(2)]))

    Args:
        folder: Path of the folder of weights.
        size: Integer. Height and width of the pictures.

    Returns:
        A functional `keras.Model` from conditions `(batch, d)` to pictures `(batch, size, size, 3)` in [-1, 1].

    Raises:
        WeightsError: the file is missing or damaged.
    """
    return build_sampler(load(folder), size)


def build_sampler(designer, size=64):
    """Return a `Designer` as one network from conditions to whole pictures; see `load_sampler`."""
    condition = keras.Input(designer.finder.input_shape[1:], name="condition")
    places = ops.repeat(ops.zeros_like(condition[:, None, :1]), size**2, axis=1) + grid(size)
    painted = designer.painter([condition, designer.finder(condition), places])
    return keras.Model(condition, ops.reshape(ops.clip(painted, -1.0, 1.0), (-1, size, size, 3)), name="garments")
