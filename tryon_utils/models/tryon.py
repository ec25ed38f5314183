"""Virtual try-on: a painter that puts a warped garment on a person, a discriminator that sees the conditions, and the GAN of the two.

A sheet is one uint8 array of all that belongs to a sample, channel by channel: first the conditions, which are known of a photograph, too,
then the truth, which training alone knows. `CHANNELS` says what lies where.
"""

import itertools

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from tryon_utils import lab, losses, weights
from tryon_utils.layers import DifferentiableAugmentation

WIDTHS = {"agnostic": 3, "mask": 1, "pose": 6, "skin": 3, "lower": 3, "background": 3, "warped": 3, "coverage": 1,
          "target": 3, "target_mask": 1, "target_skin": 1, "target_lower": 1}
ENDS = dict(zip(WIDTHS, itertools.accumulate(WIDTHS.values()), strict=True))
CHANNELS = {name: slice(end - WIDTHS[name], end) for name, end in ENDS.items()}
CONDITIONS = ENDS["coverage"]  # channels that are known without the truth
SOURCES = ("warped", "skin", "lower", "background", "other")  # where a painted pixel's colour may come from
WATCHED = ("agnostic", "warped", "coverage")  # the conditions that the discriminator sees


def convolve(x, channels, initializer, kernel_size=3, strides=1, name=None):
    """Convolve, normalise over the batch, and cut off what is below zero."""
    x = layers.Conv2D(channels, kernel_size, strides, "same", use_bias=False, kernel_initializer=initializer, name=name)(x)
    return layers.ReLU()(layers.BatchNormalization(momentum=0.9, name=name and f"{name}_norm")(x))


def build_painter(image_size=(64, 48), widths=(24, 48, 96), seed=0):
    """Build the U-Net that decides, pixel by pixel, from which source the colour comes, and how it is lit.

    It thinks in blocks of 2 x 2 pixels, deals them out at its end, and takes a last look at full size: fine detail comes with the garment.
    Its last layer is zero at first, so it begins with equal shares and light as it is.

    Args:
        image_size: Pair (height, width), divisible by 2 ** (number of widths).
        widths: Sequence of integers. Features at half of the size, a quarter, and so on.
        seed: Integer. Fixes the initial weights.

    Returns:
        A functional `keras.Model` from conditions `(batch, height, width, 23)` in [-1, 1] to a dictionary; see `Compose`. Its layers are named by
        their distance from the smallest grid, so that `grow` finds them in a larger painter.

    Source:
        Ronneberger, Fischer, Brox, 2015, for the U-Net; Shi, Caballero, Huszar, Totz, Aitken, Bishop, Rueckert, Wang, 2016, for its end.
    """
    initializer = keras.initializers.HeNormal(keras.random.SeedGenerator(seed))
    conditions = keras.Input((*image_size, CONDITIONS), name="conditions")
    x, seen = convolve(conditions, widths[0], initializer, 4, 2), []
    for height, width in zip(reversed(range(len(widths) - 1)), widths[1:], strict=True):
        seen.append(x)
        x = convolve(x, width, initializer, 4, 2, f"down_{height}")
        x = convolve(x, width, initializer, name=f"look_{height}")
    for height, width in enumerate(reversed(widths[:-1]), 1):
        x = layers.UpSampling2D(interpolation="bilinear")(convolve(x, width, initializer, name=f"up_{height}"))
        x = convolve(layers.Add()([x, seen.pop()]), width, initializer, name=f"join_{height}")
    x = DepthToSpace()(convolve(x, widths[0], initializer))
    x = convolve(layers.Concatenate()([x, conditions]), 16, initializer)
    found = layers.Conv2D(len(SOURCES) + 4, 3, padding="same", kernel_initializer="zeros", name="found")(x)
    return keras.Model(conditions, Compose(name="compose")([conditions, found]), name="painter")


def grow(small, large):
    """Give a painter of larger pictures what a trained one of half the size knows: all layers that both have, and the fitted tone.

    Args:
        small, large: `keras.Model`; see `build_painter`. `large` has one width more, before the others.

    Returns:
        `large`.

    Source:
        Karras, Aila, Laine, Lehtinen, 2018, for the idea.
    """
    for layer in small.layers:
        if layer.weights and layer.name.split("_")[0] in ("down", "look", "up", "join", "compose"):
            large.get_layer(layer.name).set_weights(layer.get_weights())
    return large


def enlarge(painter, channels=16, seed=0):
    """Build a painter of pictures twice as large: it asks the smaller one, which sees them at half the size, and corrects what that found.

    Its correction is zero at first, so it begins as good as the smaller one, whose weights it shares.

    Args:
        painter: `keras.Model`; see `build_painter`, which says what is returned, too.
        channels, seed: Integers. Features at full size, and what fixes the initial weights.
    """
    initializer = keras.initializers.HeNormal(keras.random.SeedGenerator(seed))
    conditions = keras.Input([2 * side for side in painter.input_shape[1:3]] + [CONDITIONS], name="conditions")
    smaller = keras.Model(painter.input, painter.get_layer("found").output, name="smaller")
    roughly = layers.UpSampling2D(interpolation="bilinear")(smaller(layers.AveragePooling2D(2)(conditions)))
    x = convolve(convolve(layers.Concatenate()([roughly, conditions]), channels, initializer), channels, initializer)
    found = layers.Add(name="found")([roughly, layers.Conv2D(len(SOURCES) + 4, 3, padding="same", kernel_initializer="zeros")(x)])
    larger = keras.Model(conditions, Compose(name="compose")([conditions, found]), name="painter")
    larger.get_layer("compose").set_weights(painter.get_layer("compose").get_weights())
    return larger


@keras.saving.register_keras_serializable(package="tryon_utils")
class DepthToSpace(layers.Layer):
    """Deals the channels of each place out to 2 x 2 pixels: (batch, height, width, 4 c) becomes (batch, 2 height, 2 width, c)."""

    def call(self, x):
        _, height, width, channels = x.shape
        x = ops.reshape(x, (-1, height, width, 2, 2, channels // 4))
        return ops.reshape(ops.transpose(x, (0, 1, 3, 2, 4, 5)), (-1, 2 * height, 2 * width, channels // 4))


@keras.saving.register_keras_serializable(package="tryon_utils")
class Compose(layers.Layer):
    """Puts a picture together from its sources, and copies every pixel outside the mask.

    The colour of arms is that of the face in Lab, moved by a matrix and a shift: see `fit_tone`.

    Formula:
        `picture = mask * (shade * (a_1 warped + a_2 skin + a_3 lower) + a_4 background + a_5 other) + (1 - mask) * agnostic`, in light from 0 to 1,
        with shares `a_1 + ... + a_5 = 1`, the softmax of the first five channels; where the warped garment covers, its logit is 4 higher

    Call arguments:
        Conditions `(batch, height, width, 23)` in [-1, 1], and what was found, `(batch, height, width, 9)`: five logits, shade, other.

    Returns:
        Dictionary of `picture` `(batch, height, width, 3)`, from -1 up (a bright garment in bright light may exceed 1), `shares`
        `(batch, height, width, 5)`, `shade` `(batch, height, width, 1)` from 0 to 2, `other` `(batch, height, width, 3)` and `tone`
        `(batch, 1, 1, 3)` from 0 to 1.
    """

    def build(self, input_shape):
        self.matrix = self.add_weight((3, 3), initializer="identity", trainable=False, name="matrix")
        self.shift = self.add_weight((3,), initializer="zeros", trainable=False, name="shift")

    def call(self, inputs):
        conditions, found = inputs
        light = {name: (conditions[..., CHANNELS[name]] + 1) / 2 for name in ("agnostic", "mask", "skin", "lower", "background", "warped", "coverage")}
        tone = lab.to_srgb(ops.matmul(lab.from_srgb(light["skin"][:, :1, :1]), self.matrix) + self.shift)
        covered = ops.concatenate([4 * light["coverage"], ops.zeros_like(found[..., 1:len(SOURCES)])], axis=-1)
        shares = ops.softmax(found[..., :len(SOURCES)] + covered)
        shade, other = 2 * ops.sigmoid(found[..., len(SOURCES):len(SOURCES) + 1]), ops.sigmoid(found[..., len(SOURCES) + 1:])
        sources = (shade * light["warped"], shade * tone, shade * light["lower"], light["background"], other)
        painted = sum(shares[..., number:number + 1] * source for number, source in enumerate(sources))
        picture = ops.where(light["mask"] > 0.5, painted, light["agnostic"])
        return {"picture": 2 * picture - 1, "shares": shares, "shade": shade, "other": other, "tone": tone}


def load(height=128, folder=weights.FOLDER):
    """Load the painter that ships for pictures of a height. Nothing is unpickled, and the file must be the one that was shipped.

    Args:
        height: Integer. 128 or 256; the width is three quarters of it.
        folder: Path of the folder of weights.

    Returns:
        A frozen `keras.Model`; see `build_painter`.

    Raises:
        WeightsError: no painter of that height, or a file that is missing or damaged.
    """
    entry = weights.find(f"try_on_{height}", folder)
    painter = build_painter(**entry["options"])
    return weights.load(enlarge(painter) if entry["enlarged"] else painter, f"try_on_{height}", folder)


def fit_tone(painter, palettes, arms):
    """Set, in closed form, how the painter gets the colour of arms from that of the face: the least squares answer in Lab.

    Args:
        painter: `keras.Model`; see `build_painter`.
        palettes: uint8 (n, 3). Mean colour of the skin seen, of n people.
        arms: uint8 (n, 3). Mean colour of their arms.

    Returns:
        The painter.
    """
    seen, wanted = (ops.convert_to_numpy(lab.from_srgb(colours / 255.0)) for colours in (palettes, arms))
    found = np.linalg.lstsq(np.c_[seen, np.ones(len(seen))], wanted, rcond=None)[0]
    painter.get_layer("compose").set_weights([found[:3], found[3]])
    return painter


def build_discriminator(image_size=(64, 48), channels=24, depth=3, seed=0):
    """Build the patch discriminator: it sees conditions and picture together, and gives every patch a logit of its own.

    It changes both alike in training, by shifts and cut-outs, never in colour: colours are what it shall judge. Spectral normalisation holds
    its convolutions in check; each may double what it is given, since otherwise three of them leave nothing of a small difference.

    Args:
        image_size: Pair (height, width), divisible by 2 ** depth.
        channels: Integer. Features at half size; twice as many at each halving.
        depth: Integer. Halvings.
        seed: Integer. Fixes the initial weights and the changes drawn.

    Returns:
        A functional `keras.Model` from `(batch, height, width, 7 + 3)` in [-1, 1], see `beside`, to logits `(batch, height / 2 ** depth, width / 2 ** depth, 1)`.

    Source:
        Isola, Zhu, Zhou, Efros, 2017; Miyato, Kataoka, Koyama, Yoshida, 2018; Zhao, Liu, Lin, Zhu, Han, 2020.
    """
    initializer = keras.initializers.HeNormal(keras.random.SeedGenerator(seed))
    both = keras.Input((*image_size, sum(WIDTHS[name] for name in WATCHED) + 3), name="both")
    x = DifferentiableAugmentation(("translation", "cutout"), seed)(both)
    for level in range(depth):
        x = layers.SpectralNormalization(layers.Conv2D(2**level * channels, 4, 2, "same", kernel_initializer=initializer))(x)
        x = layers.LeakyReLU(negative_slope=0.2)(layers.Rescaling(2.0)(x))
    logits = layers.Conv2D(1, 3, padding="same", kernel_initializer=initializer, name="logits")(x)
    discriminator = keras.Model(both, logits, name="discriminator")
    for layer in discriminator.layers:
        if isinstance(layer, layers.SpectralNormalization):  # Keras draws this vector without a seed
            layer.vector_u.assign(initializer(layer.vector_u.shape))
    return discriminator


def beside(conditions, picture):
    """Return what the discriminator sees: the conditions that it watches, and a picture, `(batch, height, width, 7 + 3)` in [-1, 1]."""
    return ops.concatenate([*(conditions[..., CHANNELS[name]] for name in WATCHED), picture], axis=-1)


def split(sheets):
    """Return the conditions, float32 in [-1, 1], and the truth of uint8 sheets: a dictionary of pictures in [-1, 1] and masks in [0, 1]."""
    values = ops.cast(sheets, "float32") / 127.5 - 1
    masks = {name: (values[..., CHANNELS[name]] + 1) / 2 for name in ("mask", "target_mask", "target_skin", "target_lower")}
    return values[..., :CONDITIONS], {"target": values[..., CHANNELS["target"]], **masks}


def pyramid_difference(true_pictures, pictures, levels=3):
    """Return the mean difference of two pictures band by band: fine detail, then what is left from farther and farther away.

    Source:
        Burt, Adelson, 1983.
    """
    error, total = true_pictures - pictures, 0.0
    for _ in range(levels):
        smaller = ops.average_pool(error, 2, 2, "same")
        shape = ops.shape(error)
        total = total + ops.mean(ops.abs(error - ops.image.resize(smaller, shape[1:3], "bilinear")))
        error = smaller
    return total + ops.mean(ops.abs(error))


LOSS_WEIGHTS = {"pixels": 3.0, "colour": 0.06, "pyramid": 1.0, "garment": 1.0, "rest": 0.3}


def painting_losses(painted, truth):
    """Return the parts of the painter's loss, by name, before their weights.

    Args:
        painted: Dictionary; see `build_painter`.
        truth: Dictionary; see `split`.

    Returns:
        Dictionary of scalar tensors. `pixels` and `colour` (CIE94) are means inside the mask; outside it every pixel is copied.
    """
    mask, target, picture = truth["mask"], truth["target"], painted["picture"]
    inside = ops.maximum(ops.sum(mask), 1.0)
    seen = lab.difference(lab.from_srgb((target + 1) / 2), lab.from_srgb((picture + 1) / 2))
    return {"pixels": ops.sum(mask * ops.abs(target - picture)) / (3 * inside),
            "colour": ops.sum(mask[..., 0] * seen) / inside,
            "pyramid": pyramid_difference(target, picture),
            "garment": ops.sum(mask * ops.abs(truth["target_mask"] - painted["shares"][..., :1])) / inside,
            "rest": ops.sum(mask * ops.abs(ops.concatenate([truth["target_skin"], truth["target_lower"]], axis=-1) - painted["shares"][..., 1:3])) / inside}



class TryOn(keras.Model):
    """A painter that learns from the true answer alone, and a moving average of it.

    Example:
        model = TryOn(build_painter(seed=1))
        model.compile(keras.optimizers.Adam(2e-3))
        training.train(model, sheets, steps=350, batch_size=16)

    Args:
        painter: `keras.Model`; see `build_painter`.
        loss_weights: Dictionary. What each part of `painting_losses` is multiplied by.
        average_decay: Float in [0, 1). How much of the average each step keeps.

    Attributes:
        average_painter: `keras.Model`. A copy of the painter whose weights are the moving average of the painter's.
    """

    def __init__(self, painter, loss_weights=None, average_decay=0.98):
        super().__init__()
        self.painter = painter
        self.average_painter = keras.models.clone_model(painter)
        self.average_painter.set_weights(painter.get_weights())
        self.average_painter.trainable = False
        self.loss_weights = dict(LOSS_WEIGHTS if loss_weights is None else loss_weights)
        self.average_decay = average_decay

    def compile(self, painter_optimizer, **options):
        """Set the painter's optimizer; `options` are those of `keras.Model.compile`."""
        super().compile(optimizer=None, **options)
        self.painter_optimizer = painter_optimizer
        painter_optimizer.build(self.painter.trainable_variables)

    def train_step(self, sheets):
        """Move the painter one step down its loss on sheets, uint8 `(batch, height, width, 29)`, and its average a little towards it."""
        conditions, truth = split(sheets)
        with tf.GradientTape() as tape:
            painted = self.painter(conditions, training=True)
            parts = painting_losses(painted, truth)
            loss = sum(self.loss_weights[name] * value for name, value in parts.items())
            with tape.stop_recording():
                results = self.train_discriminator(conditions, truth["target"], painted["picture"])
            loss = loss + self.adversarial_loss(conditions, painted["picture"])
        gradients = tape.gradient(loss, self.painter.trainable_variables)
        self.painter_optimizer.apply(gradients, self.painter.trainable_variables)
        for average, current in zip(self.average_painter.variables, self.painter.variables, strict=True):
            average.assign(self.average_decay * average + (1 - self.average_decay) * current)
        return {"loss": loss, "colour": parts["colour"], "garment": parts["garment"], **results}

    def train_discriminator(self, conditions, target, picture):
        """Let an opponent learn from this batch, where there is one, and return how it stands; here there is none."""
        return {}

    def adversarial_loss(self, conditions, picture):
        """Return what the opponent adds to the painter's loss; here there is none."""
        return 0.0


class TryOnGAN(TryOn):
    """The same painter, and a discriminator that learns to tell its pictures from true ones, given the conditions.

    Args:
        painter: `keras.Model`; see `build_painter`.
        discriminator: `keras.Model`; see `build_discriminator`.
        adversarial_weight: Float. What the adversarial loss is multiplied by in the painter's.
        penalty_weight, penalty_every: Floats. Of R1, which is due every so many steps and then counts so many times as much.
        **options: Those of `TryOn`.

    Source:
        Lim, Ye, 2017 (hinge); Mescheder, Geiger, Nowozin, 2018 (R1); Karras, Laine, Aittala, Hellsten, Lehtinen, Aila, 2020 (lazily).
    """

    def __init__(self, painter, discriminator, adversarial_weight=0.05, penalty_weight=0.01, penalty_every=8, **options):
        super().__init__(painter, **options)
        self.discriminator = discriminator
        self.adversarial_weight, self.penalty_weight, self.penalty_every = adversarial_weight, penalty_weight, penalty_every

    def compile(self, painter_optimizer, discriminator_optimizer, **options):
        """Set both optimizers."""
        super().compile(painter_optimizer, **options)
        self.discriminator_optimizer = discriminator_optimizer
        discriminator_optimizer.build(self.discriminator.trainable_variables)

    def adversarial_loss(self, conditions, picture):
        """Return the adversarial loss times its weight: patches shall be found real."""
        logits = self.discriminator(beside(conditions, picture), training=True)
        return self.adversarial_weight * losses.hinge_generator_loss(logits)

    def slope_penalty(self, conditions, target):
        """Return R1: how steeply the mean of the discriminator's logits changes with the true pictures."""
        with tf.GradientTape() as slope_tape:
            slope_tape.watch(target)
            logits = ops.mean(self.discriminator(beside(conditions, target), training=True), axis=(1, 2, 3))
        return losses.r1_penalty(slope_tape.gradient(logits, target))

    def update_discriminator(self, conditions, target, picture, times):
        """Move the discriminator one step down its loss and so many times the penalty."""
        with tf.GradientTape() as tape:
            real_logits, fake_logits = (self.discriminator(beside(conditions, shown), training=True) for shown in (target, picture))
            loss = total = losses.hinge_discriminator_loss(real_logits, fake_logits)
            if times:
                total = loss + self.penalty_weight * times * self.slope_penalty(conditions, target)
        gradients = tape.gradient(total, self.discriminator.trainable_variables)
        self.discriminator_optimizer.apply(gradients, self.discriminator.trainable_variables)
        return {"discriminator_loss": loss}

    def train_discriminator(self, conditions, target, picture):
        """Move the discriminator one step down its loss, with the penalty where it is due; the painter's weights stay."""
        due = self.discriminator_optimizer.iterations % self.penalty_every == 0
        return tf.cond(due, lambda: self.update_discriminator(conditions, target, picture, self.penalty_every),
                       lambda: self.update_discriminator(conditions, target, picture, 0))


class WarmUp(keras.Model):
    """Lets the discriminator of a `TryOnGAN` learn alone, from a painter that stands still, before the two play.

    Example:
        warm_up = WarmUp(gan)
        warm_up.compile()
        training.train(warm_up, sheets, steps=120, batch_size=16)

    Args:
        gan: Compiled `TryOnGAN`.
    """

    def __init__(self, gan):
        super().__init__()
        self.gan = gan

    def train_step(self, sheets):
        """Move the discriminator one step down its loss on sheets, uint8 `(batch, height, width, 29)`; both painters stay as they are."""
        conditions, truth = split(sheets)
        picture = self.gan.average_painter(conditions, training=False)["picture"]
        return self.gan.train_discriminator(conditions, truth["target"], picture)
