"""Virtual makeup: a generator that predicts layers of pigment, not faces, and the two ways to train it, with pairs and without.

Inside, colours are CIE Lab: the numbers in which makeup was measured to add up best. A face is never painted anew: layers change what is there,
so that with all opacities at 0 it stays as it was.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from tryon_utils import lab, losses

REGIONS = ("lips", "eyes", "brows", "cheeks", "skin")  # what each can be given a strength of its own
LAYERS = ("foundation", "contour", "blush", "eyeshadow", "second eyeshadow", "liner", "brow", "lipstick", "gloss")  # in painting order
REGION_OF = {"foundation": "skin", "contour": "skin", "blush": "cheeks", "eyeshadow": "eyes", "second eyeshadow": "eyes", "liner": "eyes",
             "brow": "brows", "lipstick": "lips", "gloss": "lips"}
COVERING = ("eyeshadow", "second eyeshadow", "lipstick")  # what hides the skin's colour; the others change it
GROUPS = {"lips": ("lipstick",), "eyes": ("eyeshadow", "second eyeshadow"), "cheeks": ("blush",)}  # what training recolours
WINDOW = (48, 40)  # height and width in pixels of the part of a 64-pixel picture that networks see; between the eyes is its middle
LAB_UNIT = 50.0


# ---- Layers of pigment -------------------------------------------------------------------------------------------------

def compose(face, opacity, pigment):
    """Lay layers of pigment over faces, one after the other, and keep the light that falls on them.

    A layer multiplies the lightness that is there, so that shadows stay shadows, and shifts the two colour axes.

    Formula:
        `L <- L * (1 + opacity * (ratio - 1))`, `(a, b) <- (a, b) + opacity * shift`

    Args:
        face: Float tensor (batch, height, width, 3). Lab.
        opacity: Float tensor (batch, height, width, layers) in [0, 1].
        pigment: Float tensor (batch, layers, 3). Ratio of lightness, from 0 up, and the shifts of a and b.

    Returns:
        Float tensor (batch, height, width, 3). Lab; equal to the face where all opacities are 0.
    """
    lightness, shift = face[..., :1], face[..., 1:]
    for layer in range(opacity.shape[-1]):
        cover = opacity[..., layer:layer + 1]
        ratio, move = pigment[:, None, None, layer, :1], pigment[:, None, None, layer, 1:]
        lightness, shift = lightness * (1 + cover * (ratio - 1)), shift + cover * move
    return ops.concatenate([lightness, shift], axis=-1)


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
        colour = own + covers * (theirs - own) + LAB_UNIT * found  # a covering pigment is what is seen there on the reference
        ratio = ops.maximum(colour[..., :1], 0.0) / ops.maximum(own[..., :1], 4.0)
        return ops.concatenate([0.02 + ratio, colour[..., 1:] - own[..., 1:]], axis=-1)

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def get_config(self):
        return {**super().get_config(), "covering": self.covering, "width": self.width, "seed": self.seed}


# ---- Networks ----------------------------------------------------------------------------------------------------------

def build_generator(shape=WINDOW, channels=16, layer_names=LAYERS, seed=0):
    """Build the network that looks at a face and at a reference laid over it, and predicts layers of pigment.

    A U-Net finds where each layer lies. What colour it has is read from the reference, there.

    Args:
        shape: Pair of integers, multiples of 8. Height and width of the faces.
        channels: Integer. Features at full size; 2, 3 and 4 times as many further down.
        layer_names: Sequence of strings. The layers, in painting order.
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
    opacity = layers.Conv2D(len(layer_names), 3, padding="same", activation="sigmoid", bias_initializer=keras.initializers.Constant(-3.0), name="seen")(x)
    on_face = layers.MaxPooling2D(3, strides=1, padding="same")(ops.max(masks, axis=-1, keepdims=True))
    opacity = layers.Multiply(name="opacity")([opacity, on_face])
    covering = [number for number, name in enumerate(layer_names) if name in COVERING]
    under = [RegionMeans()([picture, opacity]) for picture in (face, reference)]
    pigment = Pigments(covering, seed=seed, name="pigment")([*under, palette])
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


def to_lab(pictures):
    """Return the Lab colours of uint8 or float pictures in [0, 255]."""
    return lab.from_srgb(ops.cast(pictures, "float32") / 255.0)


# ---- Training with pairs -------------------------------------------------------------------------------------------------

class MakeupTransfer(keras.Model):
    """Learns layers from pairs: the same face without and with the makeup of its reference, both known.

    Args:
        generator: See `build_generator`.
        discriminator: See `build_discriminator`; none where None, and then there is no adversary.
        adversarial_weight: Float.
        recolour: Float. How far colours of makeup are moved, on the reference and in the truth alike, so that more than the looks that are there is
            learned; 0 leaves them.
        average_decay: Float in [0, 1). How much of the average each step keeps.
        seed: Integer. Fixes what is drawn in training.
    """

    def __init__(self, generator, discriminator=None, adversarial_weight=0.05, recolour=1.0, average_decay=0.98, seed=0):
        super().__init__()
        self.generator, self.discriminator = generator, discriminator
        self.adversarial_weight, self.recolour, self.average_decay = adversarial_weight, recolour, average_decay
        self.average_generator = keras.models.clone_model(generator)
        self.average_generator.set_weights(generator.get_weights())
        self.average_generator.trainable = False
        self.draws = keras.random.SeedGenerator(seed)

    def compile(self, generator_optimizer, discriminator_optimizer=None, **options):
        """Set the optimizers; `options` are those of `keras.Model.compile`."""
        super().compile(optimizer=None, **options)
        self.generator_optimizer, self.discriminator_optimizer = generator_optimizer, discriminator_optimizer
        generator_optimizer.build(self.generator.trainable_variables)
        if self.discriminator:
            discriminator_optimizer.build(self.discriminator.trainable_variables)

    def unpack(self, packed):
        """Return face, truth, masks, opacity and one reference each from packed pairs, mirrored and recoloured at random."""
        count = ops.shape(packed)[0]
        mirror = keras.random.uniform((count, 1, 1, 1), seed=self.draws) < 0.5
        values = ops.cast(ops.where(mirror, ops.flip(packed, axis=2), packed), "float32")
        masks, opacity = values[..., 6:11] / 255.0, values[..., 11:20] / 255.0
        face, truth = to_lab(values[..., :3]), to_lab(values[..., 3:6])
        choices = (packed.shape[-1] - 20) // 6
        own = ops.concatenate([values[..., 3:6], 255.0 * self.seen_groups(opacity)], axis=-1)  # now and then a face is its own reference
        drawn = keras.random.uniform((count,), seed=self.draws)
        place = ops.where(drawn < 0.15, choices, ops.cast(ops.floor((drawn - 0.15) / 0.85 * choices), "int32"))
        chosen = ops.one_hot(place, choices + 1)[:, None, None, :, None]
        every = ops.concatenate([ops.reshape(values[..., 20:], (-1, *packed.shape[1:3], choices, 6)), own[:, :, :, None]], axis=3)
        shown = ops.sum(chosen * every, axis=3)
        moves = self.recolour * keras.random.normal((count, 1, 1, 3, 3), seed=self.draws) * ops.convert_to_tensor(SPREAD)
        moves = moves * ops.cast(keras.random.uniform((count, 1, 1, 1, 1), seed=self.draws) < 0.75, "float32")
        truth = recolour(truth, self.seen_groups(opacity), moves)
        reference = recolour(to_lab(shown[..., :3]), shown[..., 3:] / 255.0, moves)
        return face, truth, masks, opacity, reference

    @staticmethod
    def seen_groups(opacity):
        """Return how much of each of `GROUPS` is seen, from the nine layers' opacities."""
        seen = []
        for names in GROUPS.values():
            bare = 1.0
            for name in names:
                bare = bare * (1 - opacity[..., LAYERS.index(name)])
            seen.append(1 - bare)
        return ops.stack(seen, axis=-1) * (1 - opacity[..., LAYERS.index("liner"), None])

    def loss_of(self, face, truth, masks, opacity, predicted, pigment):
        """Return the made-up face in Lab and its losses: of colour, of opacity and of opacity's edges."""
        made = compose(face, predicted, pigment)
        painted = ops.cast(ops.max(opacity[..., 1:], axis=-1) > 0.1, "float32")
        weights = 0.2 * ops.max(masks, axis=-1) + painted + 2.0 * ops.max(masks[..., :2], axis=-1) * painted + 0.02
        colour = ops.mean(ops.sum(weights * lab.difference(truth, made), axis=(1, 2)) / ops.sum(weights, axis=(1, 2)))
        known = LAYERS.index("gloss")  # gloss is seen in spots only, so its opacity is left free
        opacity_loss = ops.mean(ops.sum(ops.abs(predicted - opacity)[..., :known], axis=-1))
        edges = [ops.mean(ops.abs(ops.diff(predicted, axis=axis))) for axis in (1, 2)]
        return made, {"colour": colour, "opacity": 10.0 * opacity_loss, "smoothness": 0.1 * (edges[0] + edges[1])}

    def train_step(self, packed):
        """Train the discriminator once, where there is one, then the generator once, on packed pairs; see `makeup_pairs.pack_pairs`."""
        face, truth, masks, opacity, reference = self.unpack(packed)
        results = {}
        with tf.GradientTape() as tape:
            predicted, pigment = self.generator([face, masks, reference], training=True)
            made, parts = self.loss_of(face, truth, masks, opacity, predicted, pigment)
            loss = sum(parts.values())
            if self.discriminator:
                fake_logits = self.discriminator(ops.concatenate([made, face, reference], axis=-1), training=True)
                loss = loss + self.adversarial_weight * losses.hinge_generator_loss(fake_logits)
        gradients = tape.gradient(loss, self.generator.trainable_variables)
        self.generator_optimizer.apply(gradients, self.generator.trainable_variables)
        if self.discriminator:
            results["discriminator_loss"] = self.train_discriminator(face, truth, reference, made)
        self.move_average()
        return {"colour": parts["colour"], "opacity": parts["opacity"], **results}

    def move_average(self):
        """Move the average generator a little towards the generator."""
        for average, weights in zip(self.average_generator.variables, self.generator.variables, strict=True):
            average.assign(self.average_decay * average + (1 - self.average_decay) * weights)

    def train_discriminator(self, face, truth, reference, made):
        """Move the discriminator one step down its loss on true and made-up faces; return it."""
        with tf.GradientTape() as tape:
            real_logits, fake_logits = (self.discriminator(ops.concatenate([shown, face, reference], axis=-1), training=True)
                                        for shown in (truth, ops.stop_gradient(made)))
            loss = losses.hinge_discriminator_loss(real_logits, fake_logits)
        gradients = tape.gradient(loss, self.discriminator.trainable_variables)
        self.discriminator_optimizer.apply(gradients, self.discriminator.trainable_variables)
        return loss


SPREAD = np.array([[[14.0, 18.0, 14.0], [16.0, 20.0, 20.0], [5.0, 8.0, 6.0]]], "float32")  # of random moves in Lab, by `GROUPS`


def recolour(picture, seen, moves):
    """Move the colours of lips, eyes and cheeks in Lab pictures.

    Args:
        picture: Float tensor (batch, height, width, 3). Lab.
        seen: Float tensor (batch, height, width, 3) in [0, 1]. How much of `GROUPS` is seen.
        moves: Float tensor (batch, 1, 1, 3, 3). What is added to L, a, b of each group where it hides all, in light of L = 60.

    Returns:
        Float tensor (batch, height, width, 3).
    """
    added = ops.sum(seen[..., None] * moves, axis=3)
    lit = ops.clip(picture[..., :1] / 60.0, 0.2, 1.5)
    return ops.concatenate([ops.clip(picture[..., :1] + lit * added[..., :1], 0.0, 100.0), picture[..., 1:] + added[..., 1:]], axis=-1)


# ---- Training without pairs ------------------------------------------------------------------------------------------------

def histogram_difference(colours, wanted, mask, count):
    """Return how far the colours of a region are from the wanted ones when both are sorted, each channel by itself: which pixel has which doesn't matter.

    Args:
        colours: Float tensor (batch, height, width, 3). Lab.
        wanted: Float tensor of the same shape.
        mask: Float tensor (batch, height, width). The `count` pixels with the largest values are compared.
        count: Integer.

    Returns:
        Float tensor, the mean over all.
    """
    _, places = ops.top_k(ops.reshape(mask, (-1, mask.shape[1] * mask.shape[2])), count)
    drawn = [ops.sort(ops.take_along_axis(ops.reshape(values, (-1, mask.shape[1] * mask.shape[2], 3)), places[..., None], axis=1), axis=1)
             for values in (colours, wanted)]
    return ops.mean(ops.abs(drawn[0] - drawn[1]))


class UnpairedTransfer(MakeupTransfer):
    """Learns the same layers from two piles: bare faces, and other people's faces with makeup.

    The one generator puts makeup on (the reference wears some) and takes it off (the reference is bare). Nobody says what is right; these must
    hold: what was put on comes off again, what was taken off can be put on again, a bare reference changes nothing, the colours of
    regions are the reference's, and two discriminators can't tell the results from the piles.

    Args:
        generator: See `build_generator`.
        discriminators: Pair of `keras.Model`, of made-up and of bare faces; see `build_discriminator`, not conditional.
        histogram_weights: Dictionary from regions to floats.
        **options: Those of `MakeupTransfer`: adversarial_weight, average_decay, seed.

    Source:
        Li, Qian, Dong, Liu, Yan, Zhu, Lin, 2018 (BeautyGAN); the cycle: Zhu, Park, Isola, Efros, 2017.
    """

    def __init__(self, generator, discriminators, histogram_weights=None, **options):
        super().__init__(generator, **options)
        self.discriminators = list(discriminators)
        self.histogram_weights = histogram_weights or {"lips": 1.0, "eyes": 1.0, "skin": 0.1}

    def compile(self, generator_optimizer, discriminator_optimizer, **options):
        """Set the optimizers; `options` are those of `keras.Model.compile`."""
        super().compile(generator_optimizer, **options)
        self.discriminator_optimizer = discriminator_optimizer
        discriminator_optimizer.build([weights for judge in self.discriminators for weights in judge.trainable_variables])

    def lay_on(self, face, masks, reference):
        """Return faces with the layers that the generator predicts for the references, in Lab."""
        opacity, pigment = self.generator([face, masks, reference], training=True)
        return compose(face, opacity, pigment)

    def train_step(self, packed):
        """Train the generator once, then both discriminators once, on packed piles; see `makeup_pairs.pack_piles`."""
        values = ops.cast(packed, "float32")
        one, made_over, bare_over, two, bare_over_two = (to_lab(values[..., start:start + 3]) for start in (0, 8, 11, 14, 22))
        masks, masks_two = values[..., 3:8] / 255.0, values[..., 17:22] / 255.0
        with tf.GradientTape() as tape:
            made, same, removed = ops.split(self.lay_on(ops.concatenate([one, one, two]), ops.concatenate([masks, masks, masks_two]),
                                                        ops.concatenate([made_over, bare_over, bare_over_two])), 3)
            one_again, two_again = ops.split(self.lay_on(ops.concatenate([made, removed]), ops.concatenate([masks, masks_two]),
                                                         ops.concatenate([bare_over, two])), 2)
            cycle = ops.mean(lab.difference(one, one_again)) + ops.mean(lab.difference(two, two_again))
            identity = ops.mean(lab.difference(one, same))
            histogram = sum(weight * histogram_difference(made, made_over, masks[..., REGIONS.index(name)], 128 if name == "skin" else 32)
                            for name, weight in self.histogram_weights.items())
            fooled = sum(losses.least_squares_generator_loss(judge(fakes, training=True)) for judge, fakes in zip(self.discriminators, (made, removed), strict=True))
            loss = 5.0 * cycle + 5.0 * identity + histogram + self.adversarial_weight * fooled
        gradients = tape.gradient(loss, self.generator.trainable_variables)
        self.generator_optimizer.apply(gradients, self.generator.trainable_variables)
        judged = self.train_discriminators(((two, made), (one, removed)))
        self.move_average()
        return {"cycle": cycle, "histogram": histogram, "discriminator_loss": judged}

    def train_discriminators(self, pairs):
        """Move both discriminators one step down their losses on (real, fake) pictures; return the losses' sum."""
        with tf.GradientTape() as tape:
            loss = sum(losses.least_squares_discriminator_loss(judge(real, training=True), judge(ops.stop_gradient(fake), training=True))
                       for judge, (real, fake) in zip(self.discriminators, pairs, strict=True))
        weights = [variable for judge in self.discriminators for variable in judge.trainable_variables]
        self.discriminator_optimizer.apply(tape.gradient(loss, weights), weights)
        return loss


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


def apply(bare, opacity, pigment, strength=1.0):
    """Lay predicted layers over faces. Where the opacities or the strengths are 0, a face stays as it is, bit for bit.

    Args:
        bare: uint8 (n, height, width, 3), of any size.
        opacity: uint8 (n, height, width, layers).
        pigment: float (n, layers, 3).
        strength: Float in [0, 1] for all regions, or a dictionary from names of `REGIONS` to floats; regions not named keep 1.

    Returns:
        uint8 (n, height, width, 3).

    Raises:
        ValueError: an unknown region, or a strength outside [0, 1].
    """
    named = strength if isinstance(strength, dict) else dict.fromkeys(REGIONS, strength)
    if set(named) - set(REGIONS) or not all(0 <= value <= 1 for value in named.values()):
        raise ValueError(f"strength={strength} came; a number in [0, 1], or a dictionary from {', '.join(REGIONS)} to such numbers, is wanted.")
    scale = np.array([named.get(REGION_OF[name], 1.0) for name in LAYERS], "float32") / 255
    results = np.array(bare)
    for start in range(0, len(bare), 50):
        piece = slice(start, start + 50)
        cover = opacity[piece] * scale
        made = lab.to_srgb(compose(to_lab(bare[piece]), cover, ops.convert_to_tensor(pigment[piece])))
        changed = cover.max(axis=-1, keepdims=True) > 0
        results[piece] = np.where(changed, np.rint(255 * np.clip(ops.convert_to_numpy(made), 0, 1)).astype("uint8"), bare[piece])
    return results
