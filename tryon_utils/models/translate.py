"""Translation learned from pairs: a U-Net that turns one picture into another, and a discriminator that judges pairs, patch by patch.

What comes in is a picture and a mask of what is missing in it; a network that was trained on damaged pictures repairs them.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from tryon_utils import losses, weights

SEEN = 4  # channels of what is given: a picture, and where nothing is known


def build_generator(shape=(None, None), widths=(16, 32, 64), skips=True, seed=0):
    """Build the U-Net: strided convolutions down to a small grid, and up again, with what was seen on the way down handed across.

    It predicts a correction, which is added to what is seen. Its last layer is zero at first, so it begins with doing nothing.

    Args:
        shape: Pair of integers. Height and width, divisible by 2 ** (number of widths); None, and any such size may come.
        widths: Sequence of integers. Features at half the size, at a quarter, and so on.
        skips: Boolean. Whether what was seen on the way down, and the picture itself, is handed across.
        seed: Integer. Fixes the initial weights.

    Returns:
        A functional `keras.Model` from what is seen, (batch, *shape, 4) in [-1, 1], to pictures (batch, *shape, 3): in [-1, 1] but for small
        overshoots, which `restore` clips.

    Raises:
        ValueError: a size that can't be halved so often.

    Source:
        Ronneberger, Fischer, Brox, 2015; as the generator of a GAN: Isola, Zhu, Zhou, Efros, 2017.
    """
    if any(size and size % 2 ** len(widths) for size in shape):
        raise ValueError(f"A shape of {shape[0]} x {shape[1]} came; height and width that {2 ** len(widths)} divides are wanted, or fewer widths.")
    initializer = keras.initializers.HeNormal(keras.random.SeedGenerator(seed))

    def convolve(x, width, kernel_size=3, strides=1):
        x = layers.Conv2D(width, kernel_size, strides, "same", use_bias=False, kernel_initializer=initializer)(x)
        return layers.LeakyReLU(negative_slope=0.1)(layers.BatchNormalization(momentum=0.9)(x))

    seen = keras.Input((*shape, SEEN), name="seen")
    x, across = seen, []
    for width in widths:
        across.append(x)
        x = convolve(x, width, kernel_size=4, strides=2)
    for width, handed in zip((*reversed(widths[:-1]), widths[0]), reversed(across), strict=True):
        x = layers.UpSampling2D()(x)
        x = convolve(layers.Concatenate()([x, handed]) if skips else x, width)
    correction = layers.Conv2D(3, 3, padding="same", kernel_initializer="zeros", name="correction")(x)
    pictures = layers.Add(name="pictures")([seen[..., :3], correction]) if skips else correction
    return keras.Model(seen, pictures, name="generator")


def build_discriminator(shape=(64, 64), channels=24, depth=3, conditions=SEEN, patches=True, spectral=True, seed=0):
    """Build the discriminator: it sees a picture beside what it was made from, and gives every patch a logit of its own.

    Args:
        shape: Pair of integers. Height and width.
        channels: Integer. Features at half the size; twice as many after that.
        depth: Integer. Halvings; a patch is `patch_size(depth)` pixels wide.
        conditions: Integer. Channels of what the picture was made from; 0, and it sees the picture alone.
        patches: Boolean. Whether there is a logit for each patch; one for the whole picture where not.
        spectral: Boolean. Whether spectral normalisation holds its slope in check.
        seed: Integer. Fixes the initial weights.

    Returns:
        A functional `keras.Model` from (batch, *shape, conditions + 3) in [-1, 1] to logits (batch, height / 2 ** depth, width / 2 ** depth, 1), or
        (batch, 1).

    Source:
        Isola, Zhu, Zhou, Efros, 2017; spectral normalisation: Miyato, Kataoka, Koyama, Yoshida, 2018.
    """
    initializer = keras.initializers.HeNormal(keras.random.SeedGenerator(seed))
    wrap = layers.SpectralNormalization if spectral else lambda layer: layer
    both = keras.Input((*shape, conditions + 3), name="both")
    x = both
    for level in range(depth):
        x = wrap(layers.Conv2D(min(2, level + 1) * channels, 4, 2, "same", kernel_initializer=initializer))(x)
        x = layers.LeakyReLU(negative_slope=0.2)(x)
    last = layers.Conv2D(1, 3, padding="same", kernel_initializer=initializer) if patches else layers.Dense(1, kernel_initializer=initializer)
    logits = wrap(last)(x if patches else layers.Flatten()(x))
    discriminator = keras.Model(both, logits, name="discriminator")
    for layer in discriminator.layers:
        if isinstance(layer, layers.SpectralNormalization):  # Keras draws this vector without a seed
            layer.vector_u.assign(initializer(layer.vector_u.shape))
    return discriminator


def patch_size(depth=3):
    """Return how many pixels wide the patch is that a logit sees: `depth` convolutions of 4 x 4 in steps of 2, then one of 3 x 3.

    Formula:
        `1 + sum of (kernel_size - 1) * (product of the strides before)`

    Args:
        depth: Integer.
    """
    seen, step = 1, 1
    for kernel_size, stride in [(4, 2)] * depth + [(3, 1)]:
        seen, step = seen + (kernel_size - 1) * step, step * stride
    return seen


class Opponents(keras.Model):
    """A generator, a moving average of it, and a discriminator where there is one, with their optimizers: who plays, but not yet what.

    Args:
        generator: `keras.Model` from what is seen to pictures.
        discriminator: `keras.Model` from what is seen and a picture to logits; None, and there is no adversary.
        average_decay: Float in [0, 1). How much of the average each step keeps.

    Attributes:
        average_generator: `keras.Model`. A copy of the generator whose weights are the moving average of the generator's.
    """

    def __init__(self, generator, discriminator=None, average_decay=0.98):
        super().__init__()
        self.generator, self.discriminator, self.average_decay = generator, discriminator, average_decay
        self.average_generator = keras.models.clone_model(generator)
        self.average_generator.set_weights(generator.get_weights())
        self.average_generator.trainable = False

    def compile(self, generator_optimizer, discriminator_optimizer=None, **options):
        """Set the optimizers, one for each network; `options` are those of `keras.Model.compile`."""
        super().compile(optimizer=None, **options)
        self.generator_optimizer, self.discriminator_optimizer = generator_optimizer, discriminator_optimizer
        generator_optimizer.build(self.generator.trainable_variables)
        if self.discriminator is not None:
            discriminator_optimizer.build(self.discriminator.trainable_variables)

    def move_average(self):
        """Move the average generator a little towards the generator, batch normalisation's statistics included."""
        for average, newest in zip(self.average_generator.variables, self.generator.variables, strict=True):
            average.assign(self.average_decay * average + (1 - self.average_decay) * newest)


class Translation(Opponents):
    """A generator that learns from pairs, and from a discriminator that tells its answers from true ones, where there is one.

    Formula:
        `L_G = pixel_weight * mean error(truth - G(seen)) + adversarial_weight * game.generator_loss(D(seen, G(seen)))`; the mean is over all pixels,
        or, in pictures with a hole, over the hole's.

    Example:
        model = Translation(build_generator(seed=1), build_discriminator(seed=2))
        model.compile(keras.optimizers.Adam(2e-3), keras.optimizers.Adam(1e-3, beta_1=0.5))
        training.train(model, packed, steps=400, batch_size=16)

    Args:
        generator, discriminator: See `Opponents`.
        pixel_weight: Float.
        adversarial_weight: Float.
        error: Function from differences to errors of the same shape, such as `ops.abs` or `ops.square`.
        game: `losses.Game`.
        **options: Those of `Opponents`: average_decay.

    Source:
        Isola, Zhu, Zhou, Efros, 2017 (pix2pix).
    """

    def __init__(self, generator, discriminator=None, pixel_weight=1.0, adversarial_weight=0.02, error=ops.abs, game=losses.GAMES["hinge"], **options):
        super().__init__(generator, discriminator, **options)
        self.pixel_weight, self.adversarial_weight, self.error, self.game = pixel_weight, adversarial_weight, error, game

    def train_discriminator(self, seen, truth, made):
        """Move the discriminator one step down its loss on true pictures and made ones; the generator's weights stay."""
        with tf.GradientTape() as tape:
            real_logits, fake_logits = (self.discriminator(ops.concatenate([seen, shown], axis=-1), training=True) for shown in (truth, made))
            loss = self.game.discriminator_loss(real_logits, fake_logits)
        gradients = tape.gradient(loss, self.discriminator.trainable_variables)
        self.discriminator_optimizer.apply(gradients, self.discriminator.trainable_variables)
        return {"discriminator_loss": loss}

    def train_generator(self, seen, truth):
        """Move the generator one step down its loss, and the average a little towards it; the discriminator's weights stay."""
        missing = (seen[..., 3:] + 1) / 2
        counted = ops.maximum(missing, 1 - ops.max(missing, axis=(1, 2), keepdims=True))  # a hole's pixels; all, where there is no hole
        with tf.GradientTape() as tape:
            made = self.generator(seen, training=True)
            pixels = ops.sum(counted * self.error(truth - made)) / (3 * ops.sum(counted))
            loss = self.pixel_weight * pixels
            if self.discriminator is not None:
                logits = self.discriminator(ops.concatenate([seen, made], axis=-1))  # not training: spectral normalisation would move its weights
                loss = loss + self.adversarial_weight * self.game.generator_loss(logits)
        gradients = tape.gradient(loss, self.generator.trainable_variables)
        self.generator_optimizer.apply(gradients, self.generator.trainable_variables)
        self.move_average()
        return {"pixels": pixels}, made

    def train_step(self, packed):
        """Train the generator once, then the discriminator, on uint8 (batch, height, width, 7): what is seen, and the truth."""
        values = ops.cast(packed, "float32") / 127.5 - 1
        seen, truth = values[..., :SEEN], values[..., SEEN:]
        results, made = self.train_generator(seen, truth)
        if self.discriminator is not None:
            results |= self.train_discriminator(seen, truth, ops.stop_gradient(made))
        return results


def build_translation(training_steps, shape=(64, 64), adversarial_weight=0.02, pixel_weight=1.0, error=ops.abs, learning_rate=0.004, seed=0,
                      patches=True, begin_with=None, **options):
    """Build and compile the translation of chapter 10: both networks, and Adam with rates that fall along half a cosine.

    Args:
        training_steps: Integer. Steps until the learning rates have fallen.
        shape: Pair of integers. Height and width of the pictures.
        adversarial_weight: Float. 0, and there is no adversary.
        pixel_weight: Float.
        error: Function; see `Translation`.
        learning_rate: Float. Of both networks, at the start.
        seed: Integer. Fixes the initial weights.
        patches: Boolean. See `build_discriminator`.
        begin_with: `keras.Model`, or None. A trained generator whose weights this one begins with.
        **options: Those of `build_generator`: widths, skips.

    Returns:
        A compiled `Translation`.

    Source:
        To begin with a generator that was trained by its error alone: Ledig, Theis, Huszar, and others, 2017.
    """
    generator = build_generator(shape, seed=2 * seed, **options)
    if begin_with is not None:
        generator.set_weights(begin_with.get_weights())
    discriminator = build_discriminator(shape, depth=2, patches=patches, seed=2 * seed + 1) if adversarial_weight else None
    model = Translation(generator, discriminator, pixel_weight, adversarial_weight, error)
    rates = [keras.optimizers.schedules.CosineDecay(learning_rate, training_steps, alpha=0.05) for _ in range(2)]
    model.compile(keras.optimizers.Adam(rates[0], beta_1=0.9), keras.optimizers.Adam(rates[1], beta_1=0.5, beta_2=0.99))
    return model


def restore(generator, seen, missing=None):
    """Return what the generator makes of pictures, clipped and rounded, piece by piece; where holes are, all else stays as it is.

    Args:
        generator: See `build_generator`.
        seen: uint8 (n, height, width, 3).
        missing: bool (n, height, width); nothing is missing where None.

    Returns:
        uint8 (n, height, width, 3).
    """
    missing = np.zeros(seen.shape[:3], bool) if missing is None else missing
    made = np.empty_like(seen)
    for start in range(0, len(seen), 50):
        piece = slice(start, start + 50)
        given = np.concatenate([seen[piece] / np.float32(127.5) - 1, 2 * missing[piece][..., None].astype("float32") - 1], axis=-1)
        pictures = ops.convert_to_numpy(generator(given))
        made[piece] = np.clip(np.rint((pictures + 1) * 127.5), 0, 255)
    with_hole = missing.any(axis=(1, 2))
    made[with_hole] = np.where(missing[with_hole][..., None], made[with_hole], seen[with_hole])
    return made


def weights_name(damage):
    """Return the name of the weights that repair a damage, such as "restore_old_photograph"."""
    return f"restore_{damage.replace(' ', '_')}"


class Restorer:
    """One of the course's repairs: a generator, what it needs, and where its weights come from.

    Example:
        repaired = load("hole").apply(pictures, missing)

    Args:
        damage: String, such as "hole".
        generator: See `build_generator`.
        provenance: Dictionary: what the list of weights says, or what made them; see `weights.find`.

    Attributes:
        name: String. The name of its weights.
        title: String. What people read.
        chapter: String. The chapter that builds it.
        kind: String. "apply": it makes one picture from another.
        needs: Tuple of strings. What `apply` takes.
    """

    chapter, kind = "10_translate_pairs", "apply"

    def __init__(self, damage, generator, provenance):
        self.name, self.title, self.generator, self.provenance = weights_name(damage), f"Repair: {damage}", generator, provenance
        self.needs = ("picture", "missing") if damage == "hole" else ("picture",)

    def apply(self, pictures, missing=None):
        """Return repaired pictures.

        Args:
            pictures: uint8 (n, height, width, 3), damaged; height and width are divisible by 2 ** (number of widths).
            missing: bool (n, height, width). Where nothing is known; asked for by the repair of holes alone.

        Returns:
            uint8 (n, height, width, 3).

        Raises:
            ValueError: a hole to be repaired, and nobody says where it is.
        """
        if "missing" in self.needs and missing is None:
            raise ValueError(f"missing=None came; {self.name} wants a mask (n, height, width) of where nothing is known.")
        return restore(self.generator, np.asarray(pictures), missing)


def load(damage, folder=weights.FOLDER):
    """Load a repair that ships with the course; see `weights.load`.

    Args:
        damage: String, one of `damages.KINDS`.
        folder: Path of the folder of weights.

    Returns:
        A `Restorer` with a frozen generator.

    Raises:
        WeightsError: an unknown name, or a file that is missing or damaged.
    """
    name = weights_name(damage)
    found = weights.find(name, folder)
    return Restorer(damage, weights.load(build_generator(**found["options"]), name, folder), found)
