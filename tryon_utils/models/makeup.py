"""Virtual makeup: a generator that predicts layers of pigment, not faces, and the two ways to train it, with pairs and without.

Inside, colours are CIE Lab: the numbers in which makeup was measured to add up best. A face is never painted anew: layers change what is there,
so that with all opacities at 0 it stays as it was.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from tryon_utils import lab, losses, weights
from tryon_utils.pigments import COVERING, LAB_UNIT, LAYERS, REGION_OF, REGIONS, SPREAD, WINDOW, compose, draw_pairs, expected_makeup, histogram_difference, layer_losses, to_lab

# ---- Networks ----------------------------------------------------------------------------------------------------------

@keras.saving.register_keras_serializable(package="tryon_utils")
class RegionMeans(layers.Layer):
    """The mean colour in each soft region.

    Input:
        List of colours (batch, height, width, 3) and weights (batch, height, width, regions), 0 or more.

    Output:
        (batch, regions, 3); 0 where a region has no weight.
    """

    def call(self, inputs):
        colours, weights = inputs
        total = ops.sum(weights, axis=(1, 2))[..., None]
        return ops.einsum("bhwc,bhwr->brc", colours, weights) / (total + 1e-3)

    def compute_output_shape(self, input_shape):
        return (input_shape[0][0], input_shape[1][-1], input_shape[0][-1])


@keras.saving.register_keras_serializable(package="tryon_utils")
class Pigments(layers.Layer):
    """Turns what was read under each layer into its pigment: a straight line, and a small network for what isn't straight.

    Input:
        List of the mean colours under each layer of the face and of the reference, both (batch, layers, 3), and of their regions' means,
        flattened (batch, numbers). All are Lab.

    Output:
        (batch, layers, 3): ratio of lightness from 0.02 up, and the shifts of a and b.
    """

    def __init__(self, covering=(), width=24, seed=0, **options):
        super().__init__(**options)
        self.covering, self.width, self.seed = tuple(covering), width, seed

    def build(self, input_shape):
        count, numbers = input_shape[0][1], 12 + input_shape[2][-1]
        draw = keras.initializers.HeNormal(keras.random.SeedGenerator(self.seed))
        self.first = self.add_weight(shape=(count, numbers, self.width), initializer=draw, name="first")
        self.bias = self.add_weight(shape=(count, self.width), initializer="zeros", name="bias")
        self.second = self.add_weight(shape=(count, self.width, 3), initializer="zeros", name="second")
        self.straight = self.add_weight(shape=(count, numbers, 3), initializer="zeros", name="straight")
        self.shift = self.add_weight(shape=(count, 3), initializer="zeros", name="shift")

    def call(self, inputs):
        own, theirs, palette = inputs
        count = own.shape[1]
        around = ops.broadcast_to(ops.expand_dims(palette, 1), (ops.shape(own)[0], count, palette.shape[-1]))
        known = ops.concatenate([own, theirs, theirs - own, ops.square((theirs - own) / LAB_UNIT) * LAB_UNIT, around], axis=-1) / LAB_UNIT
        hidden = ops.relu(ops.einsum("bkn,knh->bkh", known, self.first) + self.bias)
        found = ops.einsum("bkh,khc->bkc", hidden, self.second) + ops.einsum("bkn,knc->bkc", known, self.straight) + self.shift
        covers = ops.reshape(ops.convert_to_tensor([float(layer in self.covering) for layer in range(count)], "float32"), (1, -1, 1))
        colour = own + covers * (theirs - own) + 20.0 * found  # a covering pigment is what is seen there on the reference
        ratio = ops.maximum(colour[..., :1], 0.0) / ops.maximum(own[..., :1], 4.0)
        return ops.concatenate([0.02 + ratio, colour[..., 1:] - own[..., 1:]], axis=-1)

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def get_config(self):
        return {**super().get_config(), "covering": self.covering, "width": self.width, "seed": self.seed}


def build_generator(shape=WINDOW, channels=16, layer_names=LAYERS, covering=COVERING, in_regions=False, seed=0):
    """Build the network that looks at a face and at a reference laid over it, and predicts layers of pigment.

    A U-Net finds where each layer lies. What colour it has is read from the reference, there.

    Args:
        shape: Pair of integers, multiples of 8. Height and width of the faces.
        channels: Integer. Features at full size; 2, 3 and 4 times as many further down.
        layer_names: Sequence of strings. The layers, in painting order.
        covering: Sequence of strings. The layers whose pigment is what is seen on the reference; the others begin with changing nothing.
        in_regions: Boolean. Whether a layer's opacity is 0 outside of its region, by the masks; else outside of the face only.
        seed: Integer. Fixes the initial weights.

    Returns:
        A functional `keras.Model` from faces (batch, *shape, 3) in Lab, soft masks of `REGIONS` (batch, *shape, 5) in [0, 1] and references
        (batch, *shape, 3) in Lab, laid over the faces, to opacities (batch, *shape, layers) in [0, 1] and pigments (batch, layers, 3); see `compose`.

    Source:
        The U-Net: Ronneberger, Fischer, Brox, 2015.
    """
    initializer = keras.initializers.HeNormal(keras.random.SeedGenerator(seed))

    def convolve(x, width, strides=1):
        return layers.LeakyReLU(0.1)(layers.Conv2D(width, 3, strides, "same", kernel_initializer=initializer)(x))

    face, reference = keras.Input((*shape, 3), name="face"), keras.Input((*shape, 3), name="reference")
    masks = keras.Input((*shape, len(REGIONS)), name="masks")
    own, theirs = RegionMeans()([face, masks]), RegionMeans()([reference, masks])
    palette = layers.Flatten()(layers.Concatenate(axis=-1)([own, theirs]))
    shown = [face / LAB_UNIT, reference / LAB_UNIT]
    shown += [(picture - means[:, None, -1:, :]) / (LAB_UNIT / 2) for picture, means in ((face, own), (reference, theirs))]  # but for the skin's tone
    x = convolve(layers.Concatenate(axis=-1)([*shown, masks]), channels)
    kept = []
    for times in (2, 3, 4):
        kept.append(convolve(x, (times - 1) * channels))
        x = convolve(kept[-1], times * channels, strides=2)
    code = layers.Dense(4 * channels, kernel_initializer=initializer)(palette / LAB_UNIT)
    x = convolve(layers.Add()([x, layers.Reshape((1, 1, 4 * channels))(code)]), 3 * channels)
    for skipped, times in zip(reversed(kept), (2, 1, 1), strict=True):
        x = convolve(layers.Concatenate(axis=-1)([layers.UpSampling2D()(x), skipped]), times * channels)
    x = convolve(x, channels)
    logits = layers.Conv2D(len(layer_names), 3, padding="same", kernel_initializer=initializer, bias_initializer=keras.initializers.Constant(-3.0))(x)
    if in_regions:  # each layer keeps to its own region
        allowed = ops.stack([masks[..., REGIONS.index(REGION_OF[name])] for name in layer_names], axis=-1)
    else:
        allowed = layers.MaxPooling2D(3, strides=1, padding="same")(ops.max(masks, axis=-1, keepdims=True))
    opacity = layers.Multiply(name="opacity")([layers.Activation("sigmoid")(logits), allowed])
    covers = [number for number, name in enumerate(layer_names) if name in covering]
    under = [RegionMeans()([picture, opacity]) for picture in (face, reference)]
    pigment = Pigments(covers, seed=seed, name="pigment")([*under, palette])
    return keras.Model([face, masks, reference], [opacity, pigment], name="generator")


def build_discriminator(shape=WINDOW, channels=24, conditional=True, seed=0):
    """Build the network that judges, patch by patch, whether makeup on a face is real: strided convolutions with spectral normalisation.

    Args:
        shape: Pair of integers. Height and width of the faces.
        channels: Integer. Features at half the size; twice as many further down.
        conditional: Boolean. Whether it also sees the bare face and the reference.
        seed: Integer. Fixes the initial weights.

    Returns:
        A functional `keras.Model` from pictures (batch, *shape, 9, or 3 where not conditional) in Lab to logits, one for each patch: (batch, height / 8, width / 8, 1).

    Source:
        Patches: Isola, Zhu, Zhou, Efros, 2017; spectral normalisation: Miyato, Kataoka, Koyama, Yoshida, 2018.
    """
    initializer = keras.initializers.HeNormal(keras.random.SeedGenerator(seed))
    pictures = keras.Input((*shape, 9 if conditional else 3), name="pictures")
    x = pictures / LAB_UNIT
    for width, strides in ((channels, 2), (2 * channels, 2), (2 * channels, 2)):
        x = layers.SpectralNormalization(layers.Conv2D(width, 4, strides, "same", kernel_initializer=initializer))(x)
        x = layers.LeakyReLU(0.2)(x)
    logits = layers.SpectralNormalization(layers.Conv2D(1, 3, padding="same", kernel_initializer=initializer))(x)
    discriminator = keras.Model(pictures, logits, name="discriminator")
    for layer in discriminator.layers:
        if isinstance(layer, layers.SpectralNormalization):  # Keras draws this vector without a seed
            layer.vector_u.assign(initializer(layer.vector_u.shape))
    return discriminator


# ---- Training with pairs -------------------------------------------------------------------------------------------------

class LayerModel(keras.Model):
    """A generator of layers, a moving average of it, and whoever judges it: what the trainings with and without pairs share.

    Args:
        generator: See `build_generator`.
        judges: Sequence of discriminators; none, and there is no adversary.
        adversarial_weight: Float.
        average_decay: Float in [0, 1). How much of the average each step keeps.
        seed: Integer. Fixes what is drawn in training.

    Attributes:
        average_generator: `keras.Model`. What is used in the end.
    """

    def __init__(self, generator, judges=(), adversarial_weight=0.05, average_decay=0.98, seed=0):
        super().__init__()
        self.generator, self.judges = generator, list(judges)
        self.adversarial_weight, self.average_decay = adversarial_weight, average_decay
        self.average_generator = keras.models.clone_model(generator)
        self.average_generator.set_weights(generator.get_weights())
        self.average_generator.trainable = False
        self.draws = keras.random.SeedGenerator(seed)

    def compile(self, generator_optimizer, judge_optimizer=None, **options):
        """Set the optimizers; `options` are those of `keras.Model.compile`."""
        super().compile(optimizer=None, **options)
        self.generator_optimizer, self.judge_optimizer = generator_optimizer, judge_optimizer
        generator_optimizer.build(self.generator.trainable_variables)
        if self.judges:
            judge_optimizer.build(self.judge_variables())

    def judge_variables(self):
        """Return the trainable variables of all discriminators."""
        return [variable for judge in self.judges for variable in judge.trainable_variables]

    def update_generator(self, tape, loss):
        """Move the generator one step down its loss, and the average a little towards it."""
        self.generator_optimizer.apply(tape.gradient(loss, self.generator.trainable_variables), self.generator.trainable_variables)
        for average, newest in zip(self.average_generator.variables, self.generator.variables, strict=True):
            average.assign(self.average_decay * average + (1 - self.average_decay) * newest)

    def update_judges(self, pairs, discriminator_loss):
        """Move each discriminator one step down its loss on its pair of real and fake pictures; return the losses' sum."""
        with tf.GradientTape() as tape:
            loss = sum(discriminator_loss(judge(real, training=True), judge(ops.stop_gradient(fake), training=True))
                       for judge, (real, fake) in zip(self.judges, pairs, strict=True))
        self.judge_optimizer.apply(tape.gradient(loss, self.judge_variables()), self.judge_variables())
        return loss


class MakeupTransfer(LayerModel):
    """Learns layers from pairs: the same face without and with the makeup of its reference. Its judge, where there is one, sees both beside the result.

    Args:
        generator: See `build_generator`.
        judges: Sequence of at most one discriminator, conditional; see `build_discriminator`.
        spread: float (3, 3); see `draw_pairs`.
        **options: Those of `LayerModel`.
    """

    def __init__(self, generator, judges=(), spread=SPREAD, **options):
        super().__init__(generator, judges, **options)
        self.spread = spread

    def train_step(self, packed):
        """Train the generator once, then the discriminator, where there is one, on packed pairs; see `makeup_pairs.pack_pairs`."""
        face, truth, reference, masks, opacity = draw_pairs(packed, self.draws, self.spread)
        with tf.GradientTape() as tape:
            predicted, pigment = self.generator([face, masks, reference], training=True)
            made = compose(face, predicted, pigment)
            parts = layer_losses(made, truth, predicted, opacity, masks)
            loss = sum(parts.values())
            real, fake = (ops.concatenate([shown, face, reference], axis=-1) for shown in (truth, made))
            for judge in self.judges:
                loss = loss + self.adversarial_weight * losses.hinge_generator_loss(judge(fake, training=True))
        self.update_generator(tape, loss)
        if self.judges:
            parts["discriminator_loss"] = self.update_judges([(real, fake)], losses.hinge_discriminator_loss)
        return {name: value for name, value in parts.items() if name != "smoothness"}


# ---- Training without pairs ------------------------------------------------------------------------------------------------

class UnpairedTransfer(LayerModel):
    """Learns the same layers from two piles: bare faces, and other people's faces with makeup.

    The one generator puts makeup on and takes it off. As its reference it is shown what the piles let expect: the face with as much of the reference's
    colours as is makeup, or with as much less. Nobody says what is right; these must hold: what was put on comes off again, what was
    taken off can be put on again, a bare reference changes nothing, the colours of regions are those expected, and two discriminators can't tell the
    results from the piles.

    Args:
        generator: See `build_generator`; with all layers covering, since it is shown colours that suit the face.
        judges: Pair of discriminators, of made-up and of bare faces, not conditional; see `build_discriminator`.
        clouds: See `makeup_pairs.compare_piles`.
        **options: Those of `LayerModel`.

    Source:
        Li, Qian, Dong, Liu, Yan, Zhu, Lin, 2018 (BeautyGAN); the cycle: Zhu, Park, Isola, Efros, 2017.
    """

    def __init__(self, generator, judges, clouds, **options):
        super().__init__(generator, judges, **options)
        self.clouds = clouds

    def lay_on(self, faces, masks, references):
        """Return batches of faces, each with the layers that the generator predicts for its reference, in Lab."""
        opacity, pigment = self.generator([ops.concatenate(faces), ops.concatenate(masks), ops.concatenate(references)], training=True)
        return ops.split(compose(ops.concatenate(faces), opacity, pigment), len(faces))

    def train_step(self, packed):
        """Train the generator once, then both discriminators once, on packed piles; see `makeup_pairs.pack_piles`."""
        values = ops.cast(packed, "float32")
        bare, made_over, bare_over, other = (to_lab(values[..., start:start + 3]) for start in (0, 8, 11, 14))
        masks, other_masks = values[..., 3:8] / 255.0, values[..., 17:22] / 255.0
        look, none = (expected_makeup(over, masks, self.clouds) for over in (made_over, bare_over))
        worn = expected_makeup(other, other_masks, self.clouds)
        with tf.GradientTape() as tape:
            made, same, removed = self.lay_on([bare, bare, other], [masks, masks, other_masks], [bare + look, bare + none, other - worn])
            bare_again, other_again = self.lay_on([made, removed], [masks, other_masks], [made - look, removed + worn])
            cycle = ops.mean(lab.difference(bare, bare_again)) + ops.mean(lab.difference(other, other_again))
            identity = ops.mean(lab.difference(bare, same))
            histogram = sum(histogram_difference(made, bare + look, masks[..., place]) + 0.5 * histogram_difference(removed, other - worn, other_masks[..., place])
                            for place in map(REGIONS.index, self.clouds))
            fooled = sum(losses.least_squares_generator_loss(judge(fake, training=True)) for judge, fake in zip(self.judges, (made, removed), strict=True))
            loss = 0.5 * cycle + 0.3 * identity + histogram + self.adversarial_weight * fooled
        self.update_generator(tape, loss)
        judged = self.update_judges([(other, made), (bare, removed)], losses.least_squares_discriminator_loss)
        return {"cycle": cycle, "histogram": histogram, "discriminator_loss": judged}


class LayerRepair(LayerModel):
    """Learns layers that even out what a person may not like: trained on the same faces with and without spots and dark circles."""

    def train_step(self, packed):
        """Train the generator once on uint8 (batch, height, width, 11): a face, the same one without them, and its masks."""
        values = ops.cast(packed, "float32")
        face, clean, masks = to_lab(values[..., :3]), to_lab(values[..., 3:6]), values[..., 6:] / 255.0
        with tf.GradientTape() as tape:
            opacity, pigment = self.generator([face, masks, face], training=True)
            weights = 0.1 + lab.difference(clean, face)  # most pixels need no repair, and would win if all counted alike
            colour = ops.sum(weights * lab.difference(clean, compose(face, opacity, pigment))) / ops.sum(weights)
        self.update_generator(tape, colour)
        return {"colour": colour}


# ---- Use -----------------------------------------------------------------------------------------------------------------

def predict(generator, bare, masks, reference):
    """Return the opacities, uint8 (n, height, width, layers), and pigments, float32 (n, layers, 3), for faces and references laid over them.

    Args:
        generator: See `build_generator`.
        bare: uint8 (n, height, width, 3).
        masks: float (n, height, width, 5) in [0, 1], of `REGIONS`.
        reference: uint8 (n, height, width, 3). Laid over the faces; see `makeup_pairs.lay_over`.
    """
    opacity, pigment = [], []
    for start in range(0, len(bare), 50):
        piece = slice(start, start + 50)
        found = generator([to_lab(bare[piece]), ops.cast(masks[piece], "float32"), to_lab(reference[piece])])
        opacity.append(np.rint(255 * ops.convert_to_numpy(found[0])).astype("uint8"))
        pigment.append(ops.convert_to_numpy(found[1]))
    return np.concatenate(opacity), np.concatenate(pigment)


def load(seed=0, folder=weights.FOLDER):
    """Load the generator that ships with the course; see `weights.load`.

    Args:
        seed: Integer, 0 to 2. Which of three trainings.
        folder: Path of the folder of weights.

    Returns:
        A frozen `keras.Model`; see `build_generator`.

    Raises:
        WeightsError: an unknown seed, or a file that is missing or damaged.
    """
    name = f"makeup_{seed}"
    return weights.load(build_generator(**weights.find(name, folder)["options"]), name, folder)


def load_repair(folder=weights.FOLDER):
    """Load the generator of layers that even out spots and dark circles; see `load` and `LayerRepair`."""
    return weights.load(build_generator(**weights.find("makeup_repair", folder)["options"]), "makeup_repair", folder)
