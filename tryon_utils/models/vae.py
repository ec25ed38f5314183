"""Autoencoders: a picture becomes a code and a picture again. Plain, variational, and with a discriminator's features in place of pixels.

The decoder is any network from codes to pictures; `dcgan.build_generator` will do, so that a VAE and a GAN can be compared with the same one.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from tryon_utils import losses, weights
from tryon_utils.models import dcgan
from tryon_utils.models.dcgan import grid_sizes


def build_encoder(image_shape=(64, 64, 3), latent_dim=64, channels=16, seed=0):
    """Build the network that says of a picture which codes it may have: strided convolutions, then a mean and a logarithm of the variance.

    Args:
        image_shape: Tuple (height, width, channels), such as (64, 64, 3) or (32, 32, 3).
        latent_dim: Integer. Numbers in a code.
        channels: Integer. Features at half the picture's size; twice as many at a quarter, at most four times as many.
        seed: Integer. Fixes the initial weights.

    Returns:
        A functional `keras.Model` from pictures `(batch, *image_shape)` in [-1, 1] to a list of two tensors `(batch, latent_dim)`: means and
        logarithms of variances.

    Raises:
        ValueError: a size that halving doesn't lead to a small grid; see `dcgan.grid_sizes`.
    """
    initializer = keras.initializers.HeNormal(keras.random.SeedGenerator(seed))
    images = keras.Input(image_shape, name="images")
    x = images
    for level in range(len(grid_sizes(image_shape)) - 1):
        x = layers.Conv2D(min(4, 2**level) * channels, 4, strides=2, padding="same", use_bias=False, kernel_initializer=initializer)(x)
        x = layers.LeakyReLU(negative_slope=0.2)(layers.BatchNormalization(momentum=0.9)(x))
    x = layers.Flatten()(x)
    mean = layers.Dense(latent_dim, kernel_initializer=initializer, name="mean")(x)
    log_variance = layers.Dense(latent_dim, kernel_initializer="zeros", name="log_variance")(x)
    return keras.Model(images, [mean, log_variance], name="encoder")


def squared_error(images, decoded):
    """Return the sum of squared differences of each pair of pictures: `(batch,)`, from 0 up."""
    return ops.sum(ops.square(images - decoded), axis=(1, 2, 3))


def gaussian_divergence(mean, log_variance):
    """Return how far normal distributions lie from the standard one, in nats.

    Formula:
        `KL(N(m, s^2) | N(0, 1)) = (m^2 + s^2 - 1 - log s^2) / 2`, added up over the numbers of a code

    Args:
        mean: Tensor `(batch, latent_dim)`.
        log_variance: Tensor of the same shape: log s^2.

    Returns:
        Tensor `(batch,)`, from 0 up.

    Source:
        Kingma, Welling, 2014, appendix B.
    """
    return ops.sum(ops.square(mean) + ops.exp(log_variance) - 1 - log_variance, axis=-1) / 2


def draw_codes(mean, log_variance, seed):
    """Return one code from each normal distribution, drawn so that gradients reach its mean and its variance.

    Formula:
        `m + s * e`, with e standard normal

    Args:
        mean: Tensor `(batch, latent_dim)`.
        log_variance: Tensor of the same shape.
        seed: Integer or `keras.random.SeedGenerator`.

    Returns:
        Tensor `(batch, latent_dim)`.

    Source:
        Kingma, Welling, 2014, section 2.4: the reparameterisation.
    """
    return mean + ops.exp(log_variance / 2) * keras.random.normal(ops.shape(mean), seed=seed)


class Autoencoder(keras.Model):
    """Squeezes pictures through a code and learns to give them back. Of what the encoder says, only the mean counts.

    Example:
        model = Autoencoder(build_encoder(seed=1), dcgan.build_generator((64, 64, 3), seed=2))
        model.compile(keras.optimizers.Adam(1e-3))
        training.train(model, real_images, steps=300, batch_size=32)
        model.reconstruct(images)

    Args:
        encoder: `keras.Model` from pictures to means and logarithms of variances; see `build_encoder`.
        decoder: `keras.Model` from codes to pictures in [-1, 1].
        spread: Float. By how much a value of a pixel may be off as a matter of course: the standard deviation of the decoder's noise.
        distance: Function from two batches of pictures to `(batch,)`; `squared_error` makes the loss that of Gaussian noise, in nats.
        seed: Integer. Fixes the codes drawn in training.
    """

    def __init__(self, encoder, decoder, spread=0.25, distance=squared_error, seed=0):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder
        self.spread, self.distance = spread, distance
        self.code_seed = keras.random.SeedGenerator(seed)

    def compile(self, optimizer, **options):
        """Set the one optimizer of both networks; `options` are those of `keras.Model.compile`."""
        super().compile(optimizer=None, **options)
        self.code_optimizer = optimizer
        optimizer.build(self.encoder.trainable_variables + self.decoder.trainable_variables)

    def reconstruction_loss(self, images, decoded):
        """Return what is lost of a batch, one number: the mean distance, by the noise's variance."""
        return ops.mean(self.distance(images, decoded)) / (2 * self.spread**2)

    def measure(self, images):
        """Return the parts of the loss, whose sum goes down."""
        mean, _ = self.encoder(images, training=True)
        return {"reconstruction": self.reconstruction_loss(images, self.decoder(mean, training=True))}

    def train_step(self, images):
        """Move both networks one step down the loss on pictures `(batch, height, width, channels)` in [-1, 1]."""
        variables = self.encoder.trainable_variables + self.decoder.trainable_variables
        with tf.GradientTape() as tape:
            parts = self.measure(images)
            loss = sum(parts.values())
        gradients = zip(tape.gradient(loss, variables), variables, strict=True)
        self.code_optimizer.apply_gradients([pair for pair in gradients if pair[0] is not None])  # a plain autoencoder's variances have none
        return {"loss": loss, **parts}

    def encode(self, images, batch_size=50):
        """Return the mean codes of pictures in [-1, 1], batch by batch: float32 `(n, latent_dim)`."""
        return np.concatenate([ops.convert_to_numpy(self.encoder(images[start:start + batch_size])[0]) for start in range(0, len(images), batch_size)])

    def decode(self, codes, batch_size=50):
        """Return the pictures of codes `(n, latent_dim)`, batch by batch: float32 in [-1, 1]."""
        codes = np.asarray(codes, "float32")
        return np.concatenate([ops.convert_to_numpy(self.decoder(codes[start:start + batch_size])) for start in range(0, len(codes), batch_size)])

    def reconstruct(self, images):
        """Return pictures as they come back from their mean codes: float32 in [-1, 1]."""
        return self.decode(self.encode(images))


class VAE(Autoencoder):
    """An autoencoder whose codes are drawn from a cloud for each picture, and whose clouds together fill the standard normal distribution.

    Args:
        encoder: `keras.Model`; see `build_encoder`.
        decoder: `keras.Model` from codes to pictures.
        beta: Float. What the divergence is multiplied by; 1 makes the loss the negative ELBO, but for a constant.
        **options: Those of `Autoencoder`: spread, distance, seed.

    Source:
        Kingma, Welling, 2014; beta: Higgins, Matthey, Pal, Burgess, Glorot, Botvinick, Mohamed, Lerchner, 2017.
    """

    def __init__(self, encoder, decoder, beta=1.0, **options):
        super().__init__(encoder, decoder, **options)
        self.beta = beta

    def measure(self, images):
        mean, log_variance = self.encoder(images, training=True)
        decoded = self.decoder(draw_codes(mean, log_variance, self.code_seed), training=True)
        return {"reconstruction": self.reconstruction_loss(images, decoded),
                "divergence": self.beta * ops.mean(gaussian_divergence(mean, log_variance))}


def distance_in(network, weight=1.0):
    """Return a distance of pictures for `Autoencoder`: squared differences of pixels, and of what a frozen network sees in them.

    Formula:
        `sum (x - y)^2 + weight * sum (f(x) - f(y))^2 / mean f(x)^2`

    Args:
        network: `keras.Model` from pictures in [-1, 1] to features of any shape. It is not trained.
        weight: Float. What the features count beside the pixels.

    Returns:
        Function of two batches of pictures.

    Source:
        Johnson, Alahi, Fei-Fei, 2016: perceptual losses.
    """
    network.trainable = False

    def distance(images, decoded):
        return squared_error(images, decoded) + weight * relative_error(network(images), network(decoded))

    return distance


def relative_error(features, other):
    """Return the sum of squared differences of features `(batch, ...)`, in units of the first ones' mean square: `(batch,)`."""
    scale = ops.stop_gradient(ops.mean(ops.square(features)) + 1e-6)
    return ops.sum(ops.square(features - other), axis=tuple(range(1, len(features.shape)))) / scale


def build_eye(classifier, image_shape=(64, 64, 3), used_to=32):
    """Build what the third layer of a trained classifier sees of pictures that may be larger than those that it is used to.

    Args:
        classifier: `keras.Model`, functional, such as `features.load` returns, with ReLUs between its convolutions.
        image_shape: Tuple (height, width, channels); height and width the same or a multiple of `used_to`.
        used_to: Integer. Height of the pictures that the classifier was trained on.

    Returns:
        `keras.Model` from pictures in [-1, 1] to features `(batch, rows, columns, channels)`. It shares the classifier's weights.
    """
    third = [layer for layer in classifier.layers if isinstance(layer, layers.ReLU)][2]
    images = keras.Input(image_shape)
    smaller = layers.AveragePooling2D(image_shape[0] // used_to)(images)
    return keras.Model(images, keras.Model(classifier.input, third.output)(smaller), name="eye")


def with_features(discriminator, level=2):
    """Return a discriminator that also says what it sees: a model from pictures to a list of features and logits.

    Args:
        discriminator: `keras.Model`, functional, from pictures to one logit each, with leaky ReLUs between its convolutions.
        level: Integer. After which of its leaky ReLUs, counted from 0, the features are taken.
    """
    seen = [layer.output for layer in discriminator.layers if isinstance(layer, layers.LeakyReLU)]
    return keras.Model(discriminator.input, [seen[level], discriminator.output], name="discriminator_with_features")


class VAEGAN(VAE):
    """A VAE whose decoder is a GAN's generator as well: pictures are compared in the discriminator's features, and samples must fool it.

    Args:
        encoder: `keras.Model`; see `build_encoder`.
        decoder: `keras.Model` from codes to pictures.
        discriminator: `keras.Model` from pictures to a list of features and logits; see `with_features`.
        feature_weight: Float. What the discriminator's features count beside the pixels, as in `distance_in`.
        fooling_weight: Float. What the generator's loss counts, in nats.
        game: `losses.Game`. The pair of losses.
        **options: Those of `VAE`: beta, spread, distance, seed.

    Source:
        Larsen, Sønderby, Larochelle, Winther, 2016. (Theirs has no pixels in its loss, and shows the discriminator's loss to decoded pictures, too.)
    """

    def __init__(self, encoder, decoder, discriminator, feature_weight=1.0, fooling_weight=100.0, game=losses.GAMES["non-saturating"], **options):
        super().__init__(encoder, decoder, **options)
        self.discriminator = discriminator
        self.feature_weight, self.fooling_weight, self.game = feature_weight, fooling_weight, game

    def compile(self, optimizer, discriminator_optimizer, **options):
        """Set the optimizers: one for encoder and decoder, one for the discriminator."""
        super().compile(optimizer, **options)
        self.discriminator_optimizer = discriminator_optimizer
        discriminator_optimizer.build(self.discriminator.trainable_variables)

    def paint(self, images):
        """Return decoded pictures, pictures of codes drawn from the standard normal distribution, and the divergence."""
        mean, log_variance = self.encoder(images, training=True)
        codes = draw_codes(mean, log_variance, self.code_seed)
        noise = keras.random.normal(ops.shape(mean), seed=self.code_seed)
        decoded, sampled = ops.split(self.decoder(ops.concatenate([codes, noise]), training=True), 2)
        return decoded, sampled, ops.mean(gaussian_divergence(mean, log_variance))

    def train_step(self, images):
        """Train encoder and decoder once, and the discriminator once, on pictures `(batch, height, width, channels)` in [-1, 1]."""
        variables = self.encoder.trainable_variables + self.decoder.trainable_variables
        with tf.GradientTape() as painting, tf.GradientTape() as judging:
            decoded, sampled, divergence = self.paint(images)
            real_features, real_logits = self.discriminator(images, training=True)
            decoded_features, decoded_logits = self.discriminator(decoded, training=True)
            _, sampled_logits = self.discriminator(sampled, training=True)
            likeness = ops.mean(relative_error(real_features, decoded_features))
            parts = {"reconstruction": self.reconstruction_loss(images, decoded),
                     "feature_distance": self.feature_weight * likeness / (2 * self.spread**2),
                     "divergence": self.beta * divergence,
                     "fooling": self.fooling_weight * self.game.generator_loss(sampled_logits)}
            loss = sum(parts.values())
            judgement = self.game.discriminator_loss(real_logits, ops.concatenate([decoded_logits, sampled_logits]))
        self.code_optimizer.apply(painting.gradient(loss, variables), variables)
        seen = self.discriminator.trainable_variables
        self.discriminator_optimizer.apply(judging.gradient(judgement, seen), seen)
        return {"loss": loss, **parts, "discriminator_loss": judgement}


def joined(encoder, decoder):
    """Return encoder and decoder as one functional model, from pictures to means, logarithms of variances and pictures: what a file of weights holds."""
    mean, log_variance = encoder(encoder.input)
    return keras.Model(encoder.input, [mean, log_variance, decoder(mean)], name="encoder_and_decoder")


def load_faces(name="faces_pixels", folder=weights.FOLDER):
    """Return one of the shipped models of 64 x 64 faces: it encodes, decodes and reconstructs, and is trained no further.

    Example:
        model = load_faces("faces_pixels")
        codes = model.encode(images.to_model(faces.bare))  # float32 (n, 64)
        pictures = model.decode(codes)                     # float32 (n, 64, 64, 3) in [-1, 1]

    Args:
        name: String: "faces_pixels", "faces_features" or "faces_vaegan".
        folder: Path of the folder of weights.

    Raises:
        weights.WeightsError: there are no such weights.
    """
    options = weights.find(name, folder).get("options", {})
    shape, latent_dim, channels = tuple(options["image_shape"]), options["latent_dim"], options["channels"]
    model = VAE(build_encoder(shape, latent_dim, channels), dcgan.build_generator(shape, latent_dim, channels))
    weights.load(joined(model.encoder, model.decoder), name, folder)
    return model


def load_face_generator(folder=weights.FOLDER):
    """Return the shipped DCGAN of 64 x 64 faces: `keras.Model` from noise `(n, 64)` to pictures in [-1, 1].

    Args:
        folder: Path of the folder of weights.

    Raises:
        weights.WeightsError: there are no such weights.
    """
    options = weights.find("faces_dcgan", folder)["options"]
    return weights.load(dcgan.build_generator(tuple(options["image_shape"]), options["latent_dim"], options["channels"]), "faces_dcgan", folder)
