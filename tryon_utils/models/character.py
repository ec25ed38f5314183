"""Characters: a generator that first sketches a face, then paints each place by where it lies in the sketch; trained on people of whom everything is
known, and sharpened by a game.

The sketch is the 68 landmarks. Where a mouth is and how far it is open is a matter of few numbers, and a small dense network learns it in seconds.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from tryon_utils import weights
from tryon_utils.models.conditional import ConditionalGAN, build_mapping

POINTS = 68
LINES = ((0, 17, True), (17, 22, False), (22, 27, False), (27, 36, False), (36, 42, True), (42, 48, True), (48, 60, True), (60, 68, True))
LEFT_EYE, RIGHT_EYE, MOUTH = slice(36, 42), slice(42, 48), slice(48, 60)  # as they stand in the picture
WAVES = (0.25, 0.5, 1.0, 2.0, 4.0)  # of the waves that tell a place, a distance of the eyes
NEAR, FAR = 1 / 64, 1 / 16  # of a picture's side: how fine distances to lines are told
WINDOW = (16, 17, 32)  # left, top and side of what the game is played on, in pixels of 64


def build_sketcher(leftover_dim, condition_dim, size=64, units=128, seed=0):
    """Build the network from leftovers and condition to landmarks: a linear map, and one hidden layer for what is not linear.

    Args:
        leftover_dim: Integer. Numbers that say what is left of a person.
        condition_dim: Integer. Numbers in a condition.
        size: Integer. The picture's side in pixels.
        units: Integer. Of the hidden layer.
        seed: Integer. Fixes the initial weights.

    Returns:
        A functional `keras.Model` from a list, leftovers and conditions, to landmarks `(batch, 68, 2)` in pixels.
    """
    draws = keras.initializers.HeNormal(keras.random.SeedGenerator(seed))
    known = [keras.Input((leftover_dim,), name="leftovers"), keras.Input((condition_dim,), name="condition")]
    x = layers.Concatenate()(known)
    bent = layers.LeakyReLU(negative_slope=0.2)(layers.Dense(units, kernel_initializer=draws)(x))
    places = layers.Dense(2 * POINTS, kernel_initializer="zeros")(layers.Concatenate()([x, bent]))
    return keras.Model(known, layers.Reshape((POINTS, 2))(places * (size / 16) + size / 2), name="sketcher")


def distance_to_line(places, points, closed):
    """Return how far places lie from a line through points; within a closed line, the distance is negative.

    Args:
        places: Tensor `(batch, n, 2)`.
        points: Tensor `(batch, k, 2)`.
        closed: Boolean. Whether the last point is joined with the first.
    """
    starts, ends = (points, ops.roll(points, -1, axis=1)) if closed else (points[:, :-1], points[:, 1:])
    start, way, off = starts[:, None], (ends - starts)[:, None], places[:, :, None] - starts[:, None]  # (batch, n, k, 2)
    share = ops.clip(ops.sum(off * way, axis=-1) / (ops.sum(way**2, axis=-1) + 1e-9), 0.0, 1.0)
    distance = ops.sqrt(ops.min(ops.sum((off - share[..., None] * way)**2, axis=-1), axis=-1) + 1e-9)
    if not closed:
        return distance
    across = ops.not_equal(start[..., 1] > places[:, :, None, 1], ends[:, None, :, 1] > places[:, :, None, 1])  # a ray to the right meets it
    right = off[..., 0] < way[..., 0] * off[..., 1] / ops.where(ops.abs(way[..., 1]) > 1e-9, way[..., 1], 1e-9)
    inside = ops.sum(ops.cast(ops.logical_and(across, right), "float32"), axis=-1) % 2
    return distance * (1 - 2 * inside)


@keras.saving.register_keras_serializable("tryon_utils")
class Where(layers.Layer):
    """Tells places by a sketch: seen from between the eyes, from each eye and from the mouth, in waves; and how far from each line they are.

    Call arguments:
        places: Tensor `(batch, n, 2)` in [0, 1]: across and down the picture.
        landmarks: Tensor `(batch, 68, 2)`, in the same unit.

    Returns:
        Tensor `(batch, n, d)`.
    """

    def call(self, places, landmarks):
        left, right, mouth = (ops.mean(landmarks[:, part], axis=1, keepdims=True) for part in (LEFT_EYE, RIGHT_EYE, MOUTH))
        axis = (right - left) / (ops.sum((right - left)**2, axis=-1, keepdims=True) + 1e-6)
        told = []
        for origin, turns in (((left + right) / 2, WAVES), (left, WAVES[2:]), (right, WAVES[2:]), (mouth, WAVES[2:])):
            off = places - origin
            along, down = ops.sum(off * axis, axis=-1), off[..., 1] * axis[..., 0] - off[..., 0] * axis[..., 1]
            for value in (along, ops.abs(along), down) if turns is WAVES else (along, down):
                angles = value[..., None] * (2 * np.pi * np.float32(turns))
                told += [ops.clip(value, -2, 2)[..., None], ops.cos(angles), ops.sin(angles)]
        for first, last, closed in LINES:
            distance = distance_to_line(places, landmarks[:, first:last], closed)[..., None]
            told += [ops.tanh(distance / NEAR), ops.tanh(distance / FAR)]
        return ops.concatenate(told, axis=-1)


def build_synthesis(style_dim=96, units=80, depth=3, colours=12, seed=0):
    """Build the network that paints places by a sketch, each by itself, with one style for each of its layers; two people's styles can be mixed.

    The last style is made into a palette, and what a place has become only says which shares of its colours stand there. So a colour has a short way
    to the picture.

    Args:
        style_dim: Integer. Numbers in a style.
        units: Integer. Features of a place.
        depth: Integer. Layers between place and colour.
        colours: Integer. Colours in the palette.
        seed: Integer. Fixes the initial weights.

    Returns:
        A functional `keras.Model` from a list, styles `(batch, depth + 1, style_dim)`, landmarks `(batch, 68, 2)` in pixels of 64 and places
        `(batch, n, 2)` in [0, 1], to colours `(batch, n, 3)`, about in [-1, 1].

    Source:
        Stanley, 2007, for pictures as functions of a place; Tancik et al., 2020, for waves; Karras, Laine, Aila, 2019, for a style at every layer.
    """
    draws = keras.random.SeedGenerator(seed)
    initializer, gentle = keras.initializers.HeNormal(draws), keras.initializers.VarianceScaling(0.3, seed=draws)
    styles, landmarks, places = keras.Input((depth + 1, style_dim), name="styles"), keras.Input((POINTS, 2), name="landmarks"), keras.Input((None, 2), name="places")
    told = x = Where()(places, landmarks / 64)
    for layer in range(depth):
        stretch, shift = (layers.Reshape((1, units))(layers.Dense(units, kernel_initializer=gentle)(styles[:, layer])) for _ in range(2))
        x = layers.Dense(units, kernel_initializer=initializer)(layers.Concatenate()([x, told]) if layer == 1 else x)
        x = layers.LeakyReLU(negative_slope=0.2)(x * (1 + stretch) + shift)
    palette = layers.Reshape((colours, 3))(layers.Dense(3 * colours, "tanh", kernel_initializer=initializer, name="palette")(styles[:, depth]))
    shares = ops.softmax(3 * layers.Dense(colours, kernel_initializer=initializer, name="shares")(x), axis=-1)
    light = layers.Dense(3, kernel_initializer=keras.initializers.RandomNormal(stddev=0.01, seed=draws), name="light")(x)
    return keras.Model([styles, landmarks, places], ops.matmul(shares, palette) + light, name="synthesis")


def build_generator(mapping, sketcher, synthesis):
    """Put the three together: leftovers and condition become a style, which all layers get, and a sketch.

    Args:
        mapping: `keras.Model` from leftovers and conditions to styles; see `conditional.build_mapping`.
        sketcher: `keras.Model`; see `build_sketcher`.
        synthesis: `keras.Model`; see `build_synthesis`.

    Returns:
        A functional `keras.Model` from a list, leftovers, conditions and places, to colours. `get_layer` finds "mapping", "sketcher" and "synthesis".
    """
    leftovers, condition = (keras.Input(part.shape[1:], name=name) for name, part in zip(("leftovers", "condition"), mapping.inputs, strict=True))
    places = keras.Input((None, 2), name="places")
    styles = layers.RepeatVector(synthesis.input_shape[0][1])(mapping([leftovers, condition]))
    return keras.Model([leftovers, condition, places], synthesis([styles, sketcher([leftovers, condition]), places]), name="generator")


def build_whole(leftover_dim, condition_dim, style_dim=96, units=80, depth=3, colours=12, met=48, seed=0):
    """Build a generator and its three parts; see `build_generator`."""
    mapping = build_mapping(leftover_dim, condition_dim, style_dim, met, seed)
    return build_generator(mapping, build_sketcher(leftover_dim, condition_dim, seed=seed), build_synthesis(mapping.output_shape[-1], units, depth, colours, seed + 2))


def load(folder=weights.FOLDER):
    """Load the shipped painter of characters, frozen; see `build_generator`, `leftovers` and `characters.condition`.

    Example:
        paint(load(), leftovers.draw(4, seed=8), characters.condition(hair="curls", tone=8)[None])

    Raises:
        WeightsError: a file that is missing or damaged.
    """
    return weights.load(build_whole(**weights.find("characters", folder)["options"]), "characters", folder)


def load_sampler(folder=weights.FOLDER):
    """Load the shipped painter as a network from one vector, leftovers and condition, `(batch, d)`, to pictures `(batch, 64, 64, 3)` in [-1, 1]; see
    `leftovers.whole`.

    Raises:
        WeightsError: a file that is missing or damaged.
    """
    generator = load(folder)
    leftover_dim, condition_dim = (part.shape[1] for part in generator.inputs[:2])
    told = keras.Input((leftover_dim + condition_dim,), name="told")
    places = ops.repeat(ops.zeros_like(told[:, None, :1]), 64 * 64, axis=1) + pixel_places()  # a product would count as sparse
    painted = generator([told[:, :leftover_dim], told[:, leftover_dim:], places])
    return keras.Model(told, ops.reshape(ops.clip(painted, -1.0, 1.0), (-1, 64, 64, 3)), name="characters")


def pixel_places(size=64):
    """Return where the middles of a square picture's pixels are, row by row: float32 `(size * size, 2)` in [0, 1], across and down."""
    middles = (np.arange(size, dtype="float32") + 0.5) / size
    return np.stack(np.meshgrid(middles, middles), axis=-1).reshape(-1, 2)


def paint(generator, leftovers, conditions, size=64, batch_size=20):
    """Return what a generator makes, batch by batch: float32 `(n, size, size, 3)` in [-1, 1].

    Args:
        generator: `keras.Model`; see `build_generator`.
        leftovers: Float `(n, leftover_dim)`.
        conditions: Float `(n, condition_dim)`, or of one condition, which all get.
        size: Integer. Height and width, whatever it was trained at.
        batch_size: Integer. Pictures at a time.
    """
    leftovers = np.asarray(leftovers, "float32")
    conditions, places = np.broadcast_to(conditions, (len(leftovers), np.shape(conditions)[1])), pixel_places(size)
    made = []
    for start in range(0, len(leftovers), batch_size):
        some = leftovers[start:start + batch_size], conditions[start:start + batch_size]
        made.append(generator.predict_on_batch([*some, np.repeat(places[None], len(some[0]), axis=0)]))
    return np.clip(np.concatenate(made), -1, 1).reshape(-1, size, size, 3)


def choose_pixels(count, pixels, seed):
    """Return the numbers of random pixels of pictures of 64 x 64, half of them from the window where a face is: `(count, pixels)`.

    Args:
        count, pixels: Integers. Pictures, and how many pixels of each.
        seed: `keras.random.SeedGenerator`.
    """
    left, top, side = WINDOW
    places = keras.random.uniform((count, pixels, 2), seed=seed)
    close = ops.cast(ops.arange(pixels) % 2, "float32")[None, :, None]
    places = places * 64 * (1 - close) + (np.float32([left, top]) + places * side) * close
    columns_and_rows = ops.cast(places, "int32")
    return columns_and_rows[..., 1] * 64 + columns_and_rows[..., 0]


class Painter(keras.Model):
    """Learns to paint people of whom everything is known, from some pixels of each picture: it is told all, and shown what came of it.

    Args:
        generator: `keras.Model`; see `build_generator`. Its sketcher stays as it is.
        find: Function from numbers to pictures, leftovers and conditions; see `conditional.look_up`.
        pixels: Integer. How many of each picture a step looks at.
        seed: Integer. Fixes which.
    """

    def __init__(self, generator, find, pixels=256, seed=0):
        super().__init__()
        self.generator, self.find, self.pixels = generator, find, pixels
        self.pixel_seed = keras.random.SeedGenerator(seed)

    def train_step(self, numbers):
        """Move the generator one step towards the pictures of these numbers."""
        pictures, leftovers, conditions = self.find(numbers)
        chosen = choose_pixels(ops.shape(numbers)[0], self.pixels, self.pixel_seed)
        variables = self.generator.trainable_variables
        with tf.GradientTape() as tape:
            painted = self.generator([leftovers, conditions, ops.take(pixel_places(), chosen, axis=0)], training=True)
            loss = ops.mean(ops.abs(painted - pick(pictures, chosen)))
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        return {"loss": loss}


def pick(pictures, chosen):
    """Return the pixels `(batch, n, 3)` of pictures `(batch, height, width, 3)` that have these numbers `(batch, n)`, counted row by row."""
    return ops.take_along_axis(ops.reshape(pictures, (ops.shape(pictures)[0], -1, 3)), chosen[..., None], axis=1)


class PaintingGAN(ConditionalGAN):
    """Goes on where a `Painter` ends: the discriminator is shown the same people's faces, real and painted, and asks what a mean error doesn't.

    Args:
        generator: `keras.Model`; see `build_generator`.
        discriminator: `keras.Model` from windows of `WINDOW` and conditions; see `conditional.build_discriminator`.
        find: As in `Painter`.
        game_weight: Float. What the game's loss counts beside the absolute error.
        painted: Integer. How many people of a batch are painted; of the others, only real pictures are shown.
        pixels: Integer. How many others of each picture a step looks at, so that they don't change.
        **options: Those of `ConditionalGAN`: game, average_decay, seed.

    Source:
        Isola, Zhu, Zhou, Efros, 2017: a game beside an absolute error; Miyato, Koyama, 2018: the projection.
    """

    def __init__(self, generator, discriminator, find, game_weight=0.01, painted=10, pixels=256, **options):
        super().__init__(generator, discriminator, find, mismatch=True, **options)
        self.game_weight, self.painted, self.pixels = game_weight, painted, pixels

    def train_step(self, numbers):
        """Train the generator once, then the discriminator once, on the people of these numbers."""
        pictures, leftovers, conditions = self.find(numbers)
        left, top, side = WINDOW
        window = ops.reshape(ops.arange(64 * 64), (64, 64))[top:top + side, left:left + side]
        chosen = ops.cast(choose_pixels(self.painted, self.pixels, self.noise_seed), window.dtype)
        chosen = ops.concatenate([ops.repeat(ops.reshape(window, (1, -1)), self.painted, axis=0), chosen], axis=1)
        variables, told = self.generator.trainable_variables, [leftovers[:self.painted], conditions[:self.painted]]
        with tf.GradientTape() as tape:
            colours = self.generator([*told, ops.take(pixel_places(), chosen, axis=0)], training=True)
            error = ops.mean(ops.abs(colours - pick(pictures[:self.painted], chosen)))
            faces = ops.reshape(colours[:, :side**2], (-1, side, side, 3))
            loss = error + self.game_weight * self.game.generator_loss(self.discriminator([faces, told[1]], training=True))
        self.generator_optimizer.apply(tape.gradient(loss, variables), variables)
        results = self.judge(pictures[:, top:top + side, left:left + side], faces, conditions)
        self.move_average()
        return results | {"error": error}
