"""Translation between two piles of pictures of which no two belong together: two generators, two discriminators, and the cycle between them.

Pile A and pile B, such as bare faces and made-up ones. `CycleGAN` has one answer for every picture; `StyledCycleGAN` has many, by a code.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from tryon_utils import losses, weights


@keras.saving.register_keras_serializable(package="tryon_utils")
class Modulate(layers.Layer):
    """Multiplies each channel by one number and adds another; a code decides both, picture by picture, and from the beginning.

    Formula:
        `x * (1 + scale(code)) + shift(code)`

    Call arguments:
        Features (batch, height, width, channels), and codes (batch, code_dim).

    Source:
        Perez, Strub, de Vries, Dumoulin, Courville, 2018.
    """

    def build(self, input_shape):
        channels, code_dim = input_shape[0][-1], input_shape[1][-1]
        self.matrix = self.add_weight((code_dim, 2 * channels), initializer=keras.initializers.RandomNormal(stddev=0.5, seed=channels), name="matrix")

    def call(self, inputs):
        features, codes = inputs
        scale, shift = ops.split(ops.matmul(codes, self.matrix)[:, None, None], 2, axis=-1)
        return features * (1 + scale) + shift

    def compute_output_shape(self, input_shape):
        return input_shape[0]


@keras.saving.register_keras_serializable(package="tryon_utils")
class Places(layers.Layer):
    """Adds to every channel a number of its own at every place. It begins with doing nothing.

    A convolution does the same everywhere. Where windows are cut so that eyes lie on eyes, the place says what is there.

    Call arguments:
        Features (batch, height, width, channels).
    """

    def build(self, input_shape):
        self.map = self.add_weight(input_shape[1:], initializer="zeros", name="map")

    def call(self, features):
        return features + self.map

    def compute_output_shape(self, input_shape):
        return input_shape


def build_translator(shape=(48, 40), channels=16, blocks=2, code_dim=0, fine=False, seed=0):
    """Build a generator from one pile to the other: down twice, some residual blocks, and up again beside what was seen on the way down.

    It predicts a correction of the picture. Its last layers are zero at first, so it begins with changing nothing.

    Args:
        shape: Pair of integers, multiples of 4. Height and width.
        channels: Integer. Features at half the size; twice as many at a quarter.
        blocks: Integer. Residual blocks at a quarter of the size.
        code_dim: Integer. Numbers in the code that chooses among answers; 0 for none.
        fine: Boolean. Whether the correction is decided pixel by pixel; at half the size and enlarged where not, which costs a third less.
        seed: Integer. Fixes the initial weights.

    Returns:
        A functional `keras.Model` from pictures (batch, *shape, 3) in [-1, 1], or from a list of pictures and codes (batch, code_dim), to pictures
        (batch, *shape, 3): in [-1, 1] but for small overshoots, which `translate` clips.

    Source:
        Residual blocks: He, Zhang, Ren, Sun, 2016, and Zhu, Park, Isola, Efros, 2017.
    """
    initializer = keras.initializers.HeNormal(keras.random.SeedGenerator(seed))

    def convolve(x, width, kernel_size=3, strides=1, active=True):
        x = layers.Conv2D(width, kernel_size, strides, "same", kernel_initializer=initializer)(x)
        return layers.LeakyReLU(negative_slope=0.1)(x) if active else x

    pictures = keras.Input((*shape, 3), name="pictures")
    code = keras.Input((code_dim,), name="code") if code_dim else None
    half = Places()(convolve(pictures, channels, 4, 2))
    x = convolve(half, 2 * channels, 4, 2)
    for _ in range(blocks):
        inner = convolve(x, 2 * channels)
        if code_dim:
            inner = Modulate()([inner, code])
        x = layers.Add()([x, convolve(inner, 2 * channels, active=False)])
    x = convolve(layers.Concatenate()([layers.UpSampling2D()(x), half]), channels)
    if code_dim:
        x = Modulate()([x, code])
    if fine:
        x = convolve(layers.Concatenate()([layers.UpSampling2D()(x), pictures]), channels)
    correction = Places()(layers.Conv2D(3, 3, padding="same", kernel_initializer="zeros", name="correction")(x))
    if not fine:
        correction = layers.UpSampling2D(interpolation="bilinear")(correction)
    return keras.Model([pictures, code] if code_dim else pictures, layers.Add(name="translated")([pictures, correction]), name="translator")


def build_encoder(shape=(32, 32), channels=16, code_dim=4, seed=0):
    """Build the network that reads from a picture of pile B which of the many answers it is.

    Args:
        shape: Pair of integers. Height and width.
        channels: Integer. Features at half the size; twice as many after that.
        code_dim: Integer.
        seed: Integer. Fixes the initial weights.

    Returns:
        A functional `keras.Model` from pictures (batch, *shape, 3) in [-1, 1] to codes (batch, code_dim).
    """
    initializer = keras.initializers.HeNormal(keras.random.SeedGenerator(seed))
    pictures = keras.Input((*shape, 3), name="pictures")
    x = pictures
    for width in (channels, 2 * channels, 2 * channels):
        x = layers.LeakyReLU(negative_slope=0.1)(layers.Conv2D(width, 4, 2, "same", kernel_initializer=initializer)(x))
    return keras.Model(pictures, layers.Dense(code_dim, kernel_initializer=initializer, name="code")(layers.Flatten()(x)), name="encoder")


class ImagePool(layers.Layer):
    """Keeps some of the fakes of earlier steps, and gives a discriminator old ones among the new: it shan't forget how the generator used to cheat.

    Until it is full, it gives back what it gets. Then each fake is, with probability 1/2, kept in exchange for an old one.

    Args:
        size: Integer. How many fakes are kept.
        shape: Triple of integers. Of one picture.
        seed: Integer. Fixes the exchanges.

    Source:
        Shrivastava, Pfister, Tuzel, Susskind, Wang, Webb, 2017.
    """

    def __init__(self, size=50, shape=(48, 40, 3), seed=0):
        super().__init__()
        self.size, self.draws = size, keras.random.SeedGenerator(seed)
        self.kept = self.add_weight((size, *shape), initializer="zeros", trainable=False, name="kept")
        self.filled = self.add_weight((), initializer="zeros", dtype="int32", trainable=False, name="filled")

    def exchange(self, fakes):
        """Return as many fakes as came, float (batch, height, width, 3): some of them old."""
        batch = ops.shape(fakes)[0]
        full = self.filled >= self.size
        at_random = ops.argsort(keras.random.uniform((self.size,), seed=self.draws))[:batch]
        places = ops.where(full, at_random, (self.filled + ops.arange(batch)) % self.size)
        old = ops.take(self.kept, places, axis=0)
        swapped = (keras.random.uniform((batch,), seed=self.draws) < 0.5)[:, None, None, None]
        self.kept.assign(ops.scatter_update(self.kept, places[:, None], ops.where(ops.logical_or(swapped, ops.logical_not(full)), fakes, old)))
        self.filled.assign(ops.minimum(self.filled + batch, self.size))
        return ops.where(ops.logical_and(swapped, full), old, fakes)


def distance(first, second):
    """Return the mean absolute difference of two batches of pictures or codes."""
    return ops.mean(ops.abs(first - second))


class TwoWays(keras.Model):
    """Two generators, there and back, with moving averages, a discriminator for each pile, and their optimizers: who plays, but not yet what.

    Args:
        to_a, to_b: Generators; see `build_translator`.
        judges: Pair of discriminators, of pile A and of pile B.
        pool_size: Integer. Fakes of earlier steps that are kept; 0 for none.
        average_decay: Float in [0, 1). How much of the averages each step keeps.
        seed: Integer. Fixes what is drawn in training.

    Attributes:
        average_to_a, average_to_b: Copies of the generators whose weights are moving averages of theirs.
    """

    def __init__(self, to_a, to_b, judges, pool_size=48, average_decay=0.98, seed=0):
        super().__init__()
        self.to_a, self.to_b, self.judges, self.average_decay = to_a, to_b, list(judges), average_decay
        self.average_to_a, self.average_to_b = (keras.models.clone_model(network) for network in (to_a, to_b))
        for average, network in ((self.average_to_a, to_a), (self.average_to_b, to_b)):
            average.set_weights(network.get_weights())
            average.trainable = False
        self.pools = [ImagePool(pool_size, to_a.output_shape[1:], 2 * seed + number) for number in (0, 1)] if pool_size else []
        self.draws = keras.random.SeedGenerator(seed)

    def compile(self, generator_optimizer, judge_optimizer, **options):
        """Set the optimizers: one for all that translates, one for both discriminators."""
        super().compile(optimizer=None, **options)
        self.generator_optimizer, self.judge_optimizer = generator_optimizer, judge_optimizer
        generator_optimizer.build(self.translator_variables())
        judge_optimizer.build(self.judge_variables())

    def translator_variables(self):
        """Return the trainable variables of all that translates."""
        return self.to_a.trainable_variables + self.to_b.trainable_variables

    def judge_variables(self):
        """Return the trainable variables of both discriminators."""
        return self.judges[0].trainable_variables + self.judges[1].trainable_variables

    def move_averages(self):
        """Move the average generators a little towards the generators."""
        for average, network in ((self.average_to_a, self.to_a), (self.average_to_b, self.to_b)):
            for kept, newest in zip(average.variables, network.variables, strict=True):
                kept.assign(self.average_decay * kept + (1 - self.average_decay) * newest)


class CycleGAN(TwoWays):
    """Learns to translate between two piles of which no picture of one belongs to one of the other.

    Formula:
        `L_G = fooled + cycle_weight * cycle + identity_weight * identity`, with
        `cycle = |a - A(B(a))| + |b - B(A(b))|` and `identity = |a - A(a)| + |b - B(b)|`, where `B` leads to pile B and `A` back

    Args:
        to_a, to_b, judges: See `TwoWays`.
        cycle_weight, identity_weight: Floats.
        **options: Those of `TwoWays`.

    Source:
        Zhu, Park, Isola, Efros, 2017; the identity loss: Taigman, Polyak, Wolf, 2017; least squares: Mao, Li, Xie, Lau, Wang, Smolley, 2017.
    """

    def __init__(self, to_a, to_b, judges, cycle_weight=10.0, identity_weight=5.0, **options):
        super().__init__(to_a, to_b, judges, **options)
        self.cycle_weight, self.identity_weight = cycle_weight, identity_weight

    def translate_both(self, a, b):
        """Return the fakes of pile A and of pile B, and the losses that need no discriminator, by name."""
        fake_b, same_b = ops.split(self.to_b(ops.concatenate([a, b]), training=True), 2)
        fake_a, same_a = ops.split(self.to_a(ops.concatenate([b, a]), training=True), 2)
        cycle = distance(a, self.to_a(fake_b, training=True)) + distance(b, self.to_b(fake_a, training=True))
        return fake_a, fake_b, {"cycle": self.cycle_weight * cycle, "identity": self.identity_weight * (distance(a, same_a) + distance(b, same_b))}

    def train_judges(self, a, b, fake_a, fake_b):
        """Move both discriminators one step down their losses, on real pictures and on fakes, old ones among them."""
        fakes = [ops.stop_gradient(fake) for fake in (fake_a, fake_b)]
        if self.pools:
            fakes = [pool.exchange(fake) for pool, fake in zip(self.pools, fakes, strict=True)]
        with tf.GradientTape() as tape:
            loss = sum(losses.least_squares_discriminator_loss(judge(real, training=True), judge(fake, training=True))
                       for judge, real, fake in zip(self.judges, (a, b), fakes, strict=True))
        self.judge_optimizer.apply(tape.gradient(loss, self.judge_variables()), self.judge_variables())
        return loss

    def train_step(self, packed):
        """Train what translates once, then both discriminators, on uint8 (batch, height, width, 6): a picture of pile A and any one of pile B."""
        values = ops.cast(packed, "float32") / 127.5 - 1
        a, b = values[..., :3], values[..., 3:]
        with tf.GradientTape() as tape:
            fake_a, fake_b, parts = self.translate_both(a, b)
            parts["fooled"] = sum(losses.least_squares_generator_loss(judge(fake))  # not training: their weights stay
                                  for judge, fake in zip(self.judges, (fake_a, fake_b), strict=True))
            loss = sum(parts.values())
        self.generator_optimizer.apply(tape.gradient(loss, self.translator_variables()), self.translator_variables())
        self.move_averages()
        return parts | {"judges": self.train_judges(a, b, fake_a, fake_b)}


class StyledCycleGAN(CycleGAN):
    """A CycleGAN that makes many pictures of pile B from one of pile A: a code chooses. What the way to A forgets, the code carries.

    Formula:
        `cycle = |a - A(B(a, z))| + |b - B(A(b), E(b))|`, `code = |z - E(B(a, z))|`, and `E(b)` shall have mean 0 and deviation 1 as `z` has

    Args:
        to_a: Generator; see `build_translator`.
        to_b: Generator with a code.
        encoder: See `build_encoder`.
        judges: Pair of discriminators, of pile A and of pile B.
        code_weight: Float.
        **options: Those of `CycleGAN`.

    Source:
        Almahairi, Rajeswar, Sordoni, Bachman, Courville, 2018.
    """

    def __init__(self, to_a, to_b, encoder, judges, code_weight=1.0, **options):
        super().__init__(to_a, to_b, judges, **options)
        self.encoder, self.code_weight = encoder, code_weight

    def translator_variables(self):
        """Return the trainable variables of all that translates, the encoder included."""
        return super().translator_variables() + self.encoder.trainable_variables

    def translate_both(self, a, b):
        """Return the fakes of pile A and of pile B, and the losses that need no discriminator, by name."""
        drawn = keras.random.normal((ops.shape(a)[0], self.encoder.output_shape[-1]), seed=self.draws)
        read = self.encoder(b, training=True)
        fake_b, same_b = ops.split(self.to_b([ops.concatenate([a, b]), ops.concatenate([drawn, read])], training=True), 2)
        fake_a, same_a = ops.split(self.to_a(ops.concatenate([b, a]), training=True), 2)
        cycle = distance(a, self.to_a(fake_b, training=True)) + distance(b, self.to_b([fake_a, read], training=True))
        spread = ops.mean(ops.square(ops.mean(read, axis=0))) + ops.mean(ops.square(ops.std(read, axis=0) - 1))
        code = distance(drawn, self.encoder(fake_b, training=True)) + 0.1 * spread
        identity = distance(a, same_a) + distance(b, same_b)
        return fake_a, fake_b, {"cycle": self.cycle_weight * cycle, "identity": self.identity_weight * identity, "code": self.code_weight * code}


class WithPairs(keras.Model):
    """A generator that is taught by pairs, to measure the others by: what can be learned where somebody knows the answers.

    Formula:
        `L = |b - B(a)|`, the mean over pixels

    Args:
        translator: Generator; see `build_translator`.
        average_decay: Float in [0, 1). How much of the average each step keeps.

    Attributes:
        average: Copy of the generator whose weights are moving averages of its own.
    """

    def __init__(self, translator, average_decay=0.98):
        super().__init__()
        self.translator, self.average, self.average_decay = translator, keras.models.clone_model(translator), average_decay
        self.average.set_weights(translator.get_weights())
        self.average.trainable = False

    def train_step(self, packed):
        """Train once on uint8 (batch, height, width, 6): a picture, and what it shall become."""
        values = ops.cast(packed, "float32") / 127.5 - 1
        with tf.GradientTape() as tape:
            loss = distance(values[..., 3:], self.translator(values[..., :3], training=True))
        self.optimizer.apply(tape.gradient(loss, self.translator.trainable_variables), self.translator.trainable_variables)
        for kept, newest in zip(self.average.variables, self.translator.variables, strict=True):
            kept.assign(self.average_decay * kept + (1 - self.average_decay) * newest)
        return {"distance": loss}


def falling_adam(training_steps, learning_rate):
    """Return Adam with a rate that falls along a cosine, to a twentieth."""
    return keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(learning_rate, training_steps, alpha=0.05), beta_1=0.5, beta_2=0.99)


def compile_cycle(model, training_steps, learning_rate=0.002, judge_rate=0.001):
    """Give a CycleGAN its optimizers; see `falling_adam`.

    Args:
        model: `CycleGAN` or `StyledCycleGAN`.
        training_steps: Integer.
        learning_rate: Float. The generators'.
        judge_rate: Float. The discriminators': the lower, the later they know every picture of a small pile by heart.

    Returns:
        The model.
    """
    model.compile(falling_adam(training_steps, learning_rate), falling_adam(training_steps, judge_rate))
    return model


def translate(translator, pictures, codes=None):
    """Return what a generator makes of pictures, clipped and rounded, piece by piece.

    Args:
        translator: See `build_translator`.
        pictures: uint8 (n, height, width, 3).
        codes: float (n, code_dim), where the generator takes codes.

    Returns:
        uint8 (n, height, width, 3).
    """
    made = np.empty_like(pictures)
    for start in range(0, len(pictures), 50):
        piece = slice(start, start + 50)
        given = pictures[piece] / np.float32(127.5) - 1
        values = ops.convert_to_numpy(translator(given if codes is None else [given, np.asarray(codes[piece], "float32")]))
        made[piece] = np.clip(np.rint((values + 1) * 127.5), 0, 255)
    return made


def join(to_a, to_b, encoder=None):
    """Return the networks of one training as one `keras.Model`, the form in which they ship: from pictures, and codes where there is an encoder."""
    pictures = keras.Input(to_a.input_shape[1:], name="pictures")
    if encoder is None:
        return keras.Model(pictures, [to_a(pictures), to_b(pictures)], name="two_ways")
    code = keras.Input(encoder.output_shape[1:], name="code")
    return keras.Model([pictures, code], [to_a(pictures), to_b([pictures, code]), encoder(pictures)], name="two_ways")


def build_networks(shape, code_dim=0, fine=True, seed=0):
    """Build the generators to A and to B, and the encoder of codes, or None where there are none."""
    both = build_translator(shape, fine=fine, seed=seed), build_translator(shape, code_dim=code_dim, fine=fine, seed=seed + 1)
    to_a, to_b = (keras.Model(one.input, one.output, name=name) for one, name in zip(both, ("to_a", "to_b"), strict=True))
    return to_a, to_b, build_encoder(shape, code_dim=code_dim, seed=seed + 4) if code_dim else None


def load(name, folder=weights.FOLDER):
    """Load the networks of a training that ships with the course, frozen; see `build_networks`.

    Raises:
        WeightsError: an unknown name, or a file that is missing or damaged.
    """
    networks = build_networks(**weights.find(name, folder)["options"])
    weights.load(join(*networks), name, folder)
    return networks
