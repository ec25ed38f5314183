"""Virtual try-on: a painter that puts a warped garment on a person, a judge that sees the conditions, and the GAN of the two.

A sheet is one uint8 array of all that belongs to a sample, channel by channel: first the conditions, which are known of a photograph, too,
then the truth, which training alone knows. `CHANNELS` says what lies where.
"""

import itertools

import keras
import tensorflow as tf
from keras import layers, ops

from tryon_utils import lab, losses
from tryon_utils.layers import DifferentiableAugmentation

WIDTHS = {"agnostic": 3, "mask": 1, "pose": 6, "palette": 3, "warped": 3, "coverage": 1, "target": 3, "target_mask": 1, "target_skin": 1}
ENDS = dict(zip(WIDTHS, itertools.accumulate(WIDTHS.values()), strict=True))
CHANNELS = {name: slice(end - WIDTHS[name], end) for name, end in ENDS.items()}
CONDITIONS = ENDS["coverage"]  # channels that are known without the truth


def convolve(x, channels, initializer, kernel_size=3, strides=1):
    """Convolve, normalise over the batch, and cut off what is below zero."""
    x = layers.Conv2D(channels, kernel_size, strides, "same", use_bias=False, kernel_initializer=initializer)(x)
    return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))


def build_painter(image_size=(64, 48), channels=24, levels=4, seed=0):
    """Build the U-Net that decides, pixel by pixel, what of the garment is seen, how it is lit, and what is seen where it isn't.

    Formula:
        `picture = mask * (alpha * shade * warped + (1 - alpha) * rest) + (1 - mask) * agnostic`, in light from 0 to 1, where
        `rest = skin * shade * tone + (1 - skin) * colour`

    Args:
        image_size: Pair (height, width), divisible by 2 ** (levels - 1).
        channels: Integer. Features at full size; twice as many at half of it, at most four times as many.
        levels: Integer. Sizes at which the network looks.
        seed: Integer. Fixes the initial weights.

    Returns:
        A functional `keras.Model` from conditions `(batch, height, width, 17)` in [-1, 1] to a dictionary of `picture` `(batch, height, width, 3)`
        in [-1, 1], `alpha`, `shade`, `skin` `(batch, height, width, 1)` and `colour`, `tone` in light from 0 to 1; shade from 0 to 2.
    """
    initializer = keras.initializers.HeNormal(keras.random.SeedGenerator(seed))
    conditions = keras.Input((*image_size, CONDITIONS), name="conditions")
    x, seen = convolve(conditions, channels, initializer), []
    for level in range(1, levels):
        seen.append(x)
        x = convolve(x, min(4, 2**level) * channels, initializer, 4, 2)
        x = convolve(x, min(4, 2**level) * channels, initializer)
    for level in reversed(range(levels - 1)):
        x = layers.UpSampling2D(interpolation="nearest")(x)
        x = convolve(layers.Concatenate()([x, seen.pop()]), min(4, 2**level) * channels, initializer)
    layers_of_picture = layers.Conv2D(6, 3, padding="same", name="layers")(x)
    return keras.Model(conditions, Compose(name="compose")([conditions, layers_of_picture]), name="painter")


@keras.saving.register_keras_serializable(package="tryon_utils")
class Compose(layers.Layer):
    """Puts a picture together from its layers, and copies every pixel outside the mask.

    The skin's tone is the palette's colour in Lab, moved by a matrix: arms are lit and blush otherwise than faces.
    """

    def build(self, input_shape):
        self.matrix = self.add_weight((3, 3), initializer="identity", name="matrix")
        self.shift = self.add_weight((3,), initializer="zeros", name="shift")

    def call(self, inputs):
        conditions, found = inputs
        agnostic, mask, palette, warped, coverage = ((conditions[..., CHANNELS[name]] + 1) / 2 for name in ("agnostic", "mask", "palette", "warped", "coverage"))
        tone = lab.to_srgb(ops.matmul(lab.from_srgb(palette[:, :1, :1]), self.matrix) + self.shift)
        worn, skin = ops.sigmoid(found[..., :1] + 4 * coverage - 2), ops.sigmoid(found[..., 1:2])
        shade, colour = 2 * ops.sigmoid(found[..., 2:3]), ops.sigmoid(found[..., 3:])
        rest = skin * shade * tone + (1 - skin) * colour
        picture = ops.where(mask > 0.5, worn * shade * warped + (1 - worn) * rest, agnostic)
        return {"picture": 2 * picture - 1, "alpha": worn, "shade": shade, "skin": skin, "colour": colour, "tone": tone}


def build_judge(image_size=(64, 48), channels=32, depth=3, seed=0):
    """Build the patch discriminator: it sees conditions and picture together, and gives every patch a logit of its own.

    It changes both alike in training, by shifts and cut-outs, never in colour: colours are what it shall judge. All convolutions are held
    in check by spectral normalisation.

    Args:
        image_size: Pair (height, width), divisible by 2 ** depth.
        channels: Integer. Features at half size; twice as many at each halving.
        depth: Integer. Halvings.
        seed: Integer. Fixes the initial weights and the changes drawn.

    Returns:
        A functional `keras.Model` from `(batch, height, width, 17 + 3)` in [-1, 1] to logits `(batch, height / 2 ** depth, width / 2 ** depth, 1)`.

    Source:
        Isola, Zhu, Zhou, Efros, 2017; Miyato, Kataoka, Koyama, Yoshida, 2018; Zhao, Liu, Lin, Zhu, Han, 2020.
    """
    initializer = keras.initializers.HeNormal(keras.random.SeedGenerator(seed))
    both = keras.Input((*image_size, CONDITIONS + 3), name="both")
    x = DifferentiableAugmentation(("translation", "cutout"), seed)(both)
    for level in range(depth):
        x = layers.SpectralNormalization(layers.Conv2D(2**level * channels, 4, 2, "same", kernel_initializer=initializer))(x)
        x = layers.LeakyReLU(negative_slope=0.2)(x)
    logits = layers.SpectralNormalization(layers.Conv2D(1, 3, padding="same", kernel_initializer=initializer), name="logits")(x)
    judge = keras.Model(both, logits, name="judge")
    for layer in judge.layers:
        if isinstance(layer, layers.SpectralNormalization):  # Keras draws this vector without a seed
            layer.vector_u.assign(initializer(layer.vector_u.shape))
    return judge


def split(sheets):
    """Return the conditions, float32 in [-1, 1], and the truth of uint8 sheets: a dictionary of pictures in [-1, 1] and masks in [0, 1]."""
    values = ops.cast(sheets, "float32") / 127.5 - 1
    masks = {name: (values[..., CHANNELS[name]] + 1) / 2 for name in ("mask", "target_mask", "target_skin")}
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


LOSS_WEIGHTS = {"pixels": 3.0, "colour": 0.06, "pyramid": 1.0, "alpha": 1.0, "skin": 0.3}


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
            "alpha": ops.sum(mask * ops.abs(truth["target_mask"] - painted["alpha"])) / inside,
            "skin": ops.sum(mask * (1 - truth["target_mask"]) * ops.abs(truth["target_skin"] - painted["skin"])) / inside}


class TryOn(keras.Model):
    """A painter that learns from the true answer alone, and a moving average of it.

    Example:
        model = TryOn(build_painter(seed=1))
        model.compile(keras.optimizers.Adam(2e-3))
        training.train(model, sheets, steps=350, batch_size=16)

    Args:
        painter: `keras.Model`; see `build_painter`.
        weights: Dictionary. What each part of `painting_losses` is multiplied by.
        average_decay: Float in [0, 1). How much of the average each step keeps.

    Attributes:
        average_painter: `keras.Model`. A copy of the painter whose weights are the moving average of the painter's.
    """

    def __init__(self, painter, weights=None, average_decay=0.98):
        super().__init__()
        self.painter = painter
        self.average_painter = keras.models.clone_model(painter)
        self.average_painter.set_weights(painter.get_weights())
        self.average_painter.trainable = False
        self.weights_of_losses = dict(LOSS_WEIGHTS if weights is None else weights)
        self.average_decay = average_decay

    def compile(self, painter_optimizer, **options):
        """Set the painter's optimizer; `options` are those of `keras.Model.compile`."""
        super().compile(optimizer=None, **options)
        self.painter_optimizer = painter_optimizer
        painter_optimizer.build(self.painter.trainable_variables)

    def judge_painter(self, conditions, picture):
        """Return what is added to the painter's loss: nothing here."""
        return 0.0

    def train_painter(self, conditions, truth):
        """Move the painter one step down its loss, and its average a little towards it."""
        with tf.GradientTape() as tape:
            painted = self.painter(conditions, training=True)
            parts = painting_losses(painted, truth)
            loss = sum(self.weights_of_losses[name] * value for name, value in parts.items())
            loss = loss + self.judge_painter(conditions, painted["picture"])
        gradients = tape.gradient(loss, self.painter.trainable_variables)
        self.painter_optimizer.apply(gradients, self.painter.trainable_variables)
        for average, weights in zip(self.average_painter.variables, self.painter.variables, strict=True):
            average.assign(self.average_decay * average + (1 - self.average_decay) * weights)
        return {"loss": loss, "colour": parts["colour"], "alpha": parts["alpha"]}

    def train_step(self, sheets):
        """Train the painter once on sheets, uint8 `(batch, height, width, 22)`."""
        return self.train_painter(*split(sheets))


class TryOnGAN(TryOn):
    """The same painter, and a judge that learns to tell its pictures from true ones, given the conditions.

    Args:
        painter: `keras.Model`; see `build_painter`.
        judge: `keras.Model`; see `build_judge`.
        judge_weight: Float. What the adversarial loss is multiplied by in the painter's.
        penalty_weight, penalty_every: Floats. Of R1, which is due every so many steps and then counts so many times as much.
        **options: Those of `TryOn`.

    Source:
        Lim, Ye, 2017 (hinge); Mescheder, Geiger, Nowozin, 2018 (R1); Karras, Laine, Aittala, Hellsten, Lehtinen, Aila, 2020 (lazily).
    """

    def __init__(self, painter, judge, judge_weight=0.05, penalty_weight=1.0, penalty_every=8, **options):
        super().__init__(painter, **options)
        self.judge = judge
        self.judge_weight, self.penalty_weight, self.penalty_every = judge_weight, penalty_weight, penalty_every

    def compile(self, painter_optimizer, judge_optimizer, **options):
        """Set both optimizers."""
        super().compile(painter_optimizer, **options)
        self.judge_optimizer = judge_optimizer
        judge_optimizer.build(self.judge.trainable_variables)

    def judge_painter(self, conditions, picture):
        """Return the adversarial loss times its weight: patches shall be found real."""
        logits = self.judge(ops.concatenate([conditions, picture], axis=-1), training=True)
        return self.judge_weight * losses.hinge_generator_loss(logits)

    def slope_penalty(self, conditions, target):
        """Return R1: how steeply the judge's logits change with the true pictures."""
        with tf.GradientTape() as slope_tape:
            slope_tape.watch(target)
            logits = self.judge(ops.concatenate([conditions, target], axis=-1), training=True)
        return losses.r1_penalty(slope_tape.gradient(logits, target))

    def update_judge(self, conditions, target, times):
        """Move the judge one step down its loss and so many times the penalty."""
        picture = self.painter(conditions, training=True)["picture"]
        with tf.GradientTape() as tape:
            real_logits, fake_logits = (self.judge(ops.concatenate([conditions, shown], axis=-1), training=True) for shown in (target, picture))
            loss = total = losses.hinge_discriminator_loss(real_logits, fake_logits)
            if times:
                total = loss + self.penalty_weight * times * self.slope_penalty(conditions, target)
        gradients = tape.gradient(total, self.judge.trainable_variables)
        self.judge_optimizer.apply(gradients, self.judge.trainable_variables)
        return {"judge_loss": loss}

    def train_step(self, sheets):
        """Train the judge once, then the painter once, on sheets, uint8 `(batch, height, width, 22)`."""
        conditions, truth = split(sheets)
        due = self.judge_optimizer.iterations % self.penalty_every == 0
        results = tf.cond(due, lambda: self.update_judge(conditions, truth["target"], self.penalty_every), lambda: self.update_judge(conditions, truth["target"], 0))
        return results | self.train_painter(conditions, truth)
