"""The losses of the course, written once: pure functions on logits.

A logit is what a discriminator returns before any sigmoid: a real number, above 0 where it finds a sample real. Every `..._discriminator_loss`
takes the logits of real and of fake samples, every `..._generator_loss` those of fake samples (a paired game's takes both). Each returns a mean,
to be minimised by the network that it is named after. Those without a first name are the pair that GANs are usually trained with.
"""

from typing import NamedTuple

import keras
from keras import ops

# ---- The game that GANs began with ---------------------------------------------------------------------------------


def discriminator_loss(real_logits, fake_logits):
    """Binary cross entropy of the discriminator: real samples have label 1, fake ones label 0.

    Formula:
        `mean(softplus(-real_logits)) + mean(softplus(fake_logits))`, which is
        `-mean(log D(x)) - mean(log(1 - D(G(z))))` for `D = sigmoid(logit)`, without its overflow

    Example:
        discriminator_loss([0.0], [0.0])  # 2 ln 2 = 1.3863: the discriminator cannot tell them apart

    Args:
        real_logits: Float tensor `(batch, ...)` of logits for real samples, any real number.
        fake_logits: Float tensor of logits for fake samples. The batches may differ in size, the other axes may not.

    Returns:
        Scalar tensor, 0 or more. Least where every real logit is large and every fake one far below zero.

    Raises:
        ValueError: the two have shapes such as `(8,)` and `(8, 1)`.

    Source:
        Goodfellow et al., 2014.
    """
    real_logits, fake_logits = as_logits(real_logits, fake_logits)
    return ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(fake_logits))


def generator_loss(fake_logits):
    """Non-saturating loss of the generator: cross entropy of its samples against the label "real".

    Formula:
        `mean(softplus(-fake_logits))`, which is `-mean(log D(G(z)))`

    Args:
        fake_logits: Float tensor `(batch, ...)` of logits for fake samples.

    Returns:
        Scalar tensor, 0 or more. Its gradient at a logit is `sigmoid(logit) - 1`: near -1 while fakes are spotted.

    Source:
        Goodfellow et al., 2014, section 3.
    """
    return ops.mean(ops.softplus(-as_logits(fake_logits)))


def saturating_generator_loss(fake_logits):
    """The generator's side of the value function itself, which it minimises. It goes with `discriminator_loss`.

    Formula:
        `-mean(softplus(fake_logits))`, which is `mean(log(1 - D(G(z))))`

    Args:
        fake_logits: Float tensor `(batch, ...)` of logits for fake samples.

    Returns:
        Scalar tensor, 0 or less. Its gradient at a logit is `-sigmoid(logit)`: near 0 while fakes are spotted.

    Source:
        Goodfellow et al., 2014.
    """
    return -ops.mean(ops.softplus(as_logits(fake_logits)))


# ---- Other games ---------------------------------------------------------------------------------------------------


def least_squares_discriminator_loss(real_logits, fake_logits):
    """Least squares loss of the discriminator: its plain output shall be 1 on real samples and 0 on fake ones.

    Formula:
        `mean((real_logits - 1) ** 2) / 2 + mean(fake_logits ** 2) / 2`

    Args:
        real_logits, fake_logits: As those of `discriminator_loss`, which are refused alike.

    Returns:
        Scalar tensor, 0 or more.

    Source:
        Mao, Li, Xie, Lau, Wang, Smolley, 2017.
    """
    real_logits, fake_logits = as_logits(real_logits, fake_logits)
    return ops.mean(ops.square(real_logits - 1)) / 2 + ops.mean(ops.square(fake_logits)) / 2


def least_squares_generator_loss(fake_logits):
    """Least squares loss of the generator: the discriminator's output on its samples shall be 1.

    Formula:
        `mean((fake_logits - 1) ** 2) / 2`

    Args:
        fake_logits: Float tensor `(batch, ...)` of outputs, without a sigmoid, for fake samples.

    Returns:
        Scalar tensor, 0 or more.

    Source:
        Mao, Li, Xie, Lau, Wang, Smolley, 2017.
    """
    return ops.mean(ops.square(as_logits(fake_logits) - 1)) / 2


def hinge_discriminator_loss(real_logits, fake_logits):
    """Hinge loss of the discriminator: it stops caring about a sample that is right by a margin of 1.

    Formula:
        `mean(relu(1 - real_logits)) + mean(relu(1 + fake_logits))`

    Args:
        real_logits, fake_logits: As those of `discriminator_loss`, which are refused alike.

    Returns:
        Scalar tensor, 0 or more.

    Source:
        Lim, Ye, 2017.
    """
    real_logits, fake_logits = as_logits(real_logits, fake_logits)
    return ops.mean(ops.relu(1 - real_logits)) + ops.mean(ops.relu(1 + fake_logits))


def hinge_generator_loss(fake_logits):
    """Generator's loss in the hinge game: the same as Wasserstein's.

    Formula:
        `-mean(fake_logits)`

    Args:
        fake_logits: Float tensor `(batch, ...)` of logits for fake samples.

    Returns:
        Scalar tensor, any real number.

    Source:
        Lim, Ye, 2017.
    """
    return -ops.mean(as_logits(fake_logits))


def wasserstein_discriminator_loss(real_logits, fake_logits):
    """Wasserstein loss of the discriminator: real logits up, fake ones down, without end.

    It means something only while the discriminator's slope is held at 1 or below: add `gradient_penalty`. Its negative then
    estimates the Wasserstein distance between real and fake samples.

    Formula:
        `mean(fake_logits) - mean(real_logits)`

    Args:
        real_logits, fake_logits: As those of `discriminator_loss`, which are refused alike.

    Returns:
        Scalar tensor, any real number.

    Source:
        Arjovsky, Chintala, Bottou, 2017.
    """
    real_logits, fake_logits = as_logits(real_logits, fake_logits)
    return ops.mean(fake_logits) - ops.mean(real_logits)


def wasserstein_generator_loss(fake_logits):
    """Wasserstein loss of the generator; see `hinge_generator_loss`, which is the same.

    Formula:
        `-mean(fake_logits)`

    Source:
        Arjovsky, Chintala, Bottou, 2017.
    """
    return -ops.mean(as_logits(fake_logits))


def relativistic_discriminator_loss(real_logits, fake_logits):
    """Relativistic loss of the discriminator: each real sample shall seem more real than the fake one that it is paired with.

    Formula:
        `mean(softplus(fake_logits - real_logits))`

    Args:
        real_logits: Float tensor `(batch, ...)` of logits for real samples.
        fake_logits: Float tensor of the same shape, of logits for fake samples.

    Returns:
        Scalar tensor, 0 or more; ln 2 where the two can't be told apart.

    Raises:
        ValueError: the shapes differ, so that samples don't pair up.

    Source:
        Jolicoeur-Martineau, 2019; with `r1_penalty` on real and on fake samples: Huang, Gokaslan, Kuleshov, Tompkin, 2024.
    """
    real_logits, fake_logits = as_logits(real_logits, fake_logits, paired=True)
    return ops.mean(ops.softplus(fake_logits - real_logits))


def relativistic_generator_loss(fake_logits, real_logits):
    """Relativistic loss of the generator, which needs the real logits, too; see `relativistic_discriminator_loss`.

    Formula:
        `mean(softplus(real_logits - fake_logits))`
    """
    real_logits, fake_logits = as_logits(real_logits, fake_logits, paired=True)
    return ops.mean(ops.softplus(real_logits - fake_logits))


def smoothed_discriminator_loss(real_logits, fake_logits, real_label=0.9):
    """Binary cross entropy with one-sided label smoothing: real samples have a label a little below 1, fake ones still 0.

    Formula:
        `discriminator_loss(real_logits, fake_logits) + (1 - real_label) * mean(real_logits)`

    Args:
        real_logits, fake_logits: As those of `discriminator_loss`.
        real_label: Float in [0, 1]. The label of real samples.

    Returns:
        Scalar tensor, 0 or more. Least where the real logits are `log(real_label / (1 - real_label))`, and no larger.

    Raises:
        ValueError: shapes such as `(8,)` and `(8, 1)`, or a label above 1 or below 0, with which the loss has no lower bound.

    Source:
        Salimans, Goodfellow, Zaremba, Cheung, Radford, Chen, 2016, section 3.4.
    """
    if not 0 <= real_label <= 1:
        raise ValueError(f"real_label={real_label} came; a number in [0, 1] is wanted, or the loss falls without end. Try 0.9.")
    return discriminator_loss(real_logits, fake_logits) + (1 - real_label) * ops.mean(as_logits(real_logits))


# ---- Penalties on the discriminator's slope ------------------------------------------------------------------------


def r1_penalty(gradients):
    """Half the mean squared slope of the discriminator at real samples; times gamma, it is added to its loss.

    It takes the gradients, not the discriminator, so that the tape stands in the train step, where every other one does.

    Formula:
        `mean(sum(gradients ** 2, all axes but the first)) / 2`

    Example:
        with tf.GradientTape() as slope_tape:
            slope_tape.watch(real_images)
            real_logits = discriminator(real_images)
        penalty = gamma * r1_penalty(slope_tape.gradient(real_logits, real_images))

    Args:
        gradients: Float tensor `(batch, ...)`: the gradient of each real sample's logit with respect to that sample.

    Returns:
        Scalar tensor, 0 or more.

    Raises:
        ValueError: `gradients` is None or has no axis besides the batch.

    Source:
        Mescheder, Geiger, Nowozin, 2018.
    """
    return ops.mean(squared_norms(gradients)) / 2


def gradient_penalty(gradients):
    """Mean squared distance of the discriminator's slope from 1, for points between real and fake samples.

    Formula:
        `mean((sqrt(sum(gradients ** 2, all axes but the first)) - 1) ** 2)`

    Example:
        between = interpolate(real_images, fake_images, seed=seed_generator)
        with tf.GradientTape() as slope_tape:
            slope_tape.watch(between)
            logits = discriminator(between)
        penalty = 10.0 * gradient_penalty(slope_tape.gradient(logits, between))

    Args:
        gradients: Float tensor `(batch, ...)`: the gradient of each point's logit with respect to that point.

    Returns:
        Scalar tensor, 0 or more. Its own gradient stays finite where the slope is 0.

    Raises:
        ValueError: `gradients` is None or has no axis besides the batch.

    Source:
        Gulrajani, Ahmed, Arjovsky, Dumoulin, Courville, 2017.
    """
    slopes = ops.sqrt(ops.maximum(squared_norms(gradients), 1e-12))
    return ops.mean(ops.square(slopes - 1))


def interpolate(real_samples, fake_samples, weights=None, seed=None):
    """Return a point on the straight line from each fake sample to its real partner, for `gradient_penalty`.

    Formula:
        `weights * real_samples + (1 - weights) * fake_samples`, one weight a sample

    Args:
        real_samples: Float tensor `(batch, ...)` of any rank and range.
        fake_samples: Float tensor of the same shape.
        weights: Float tensor `(batch,)`, in [0, 1]; or None, to draw them uniformly.
        seed: Integer or `keras.random.SeedGenerator` to draw the weights from, where there are none.

    Returns:
        Float tensor of the samples' shape.

    Raises:
        ValueError: the shapes differ, or not exactly one of `weights` and `seed` is given.

    Source:
        Gulrajani, Ahmed, Arjovsky, Dumoulin, Courville, 2017.
    """
    real_samples, fake_samples = ops.convert_to_tensor(real_samples), ops.convert_to_tensor(fake_samples)
    if not _agree(real_samples.shape, fake_samples.shape):
        raise ValueError(f"Real and fake samples must pair up: got shapes {tuple(real_samples.shape)} and "
                         f"{tuple(fake_samples.shape)}. Cut the larger batch to the size of the smaller.")
    if (weights is None) == (seed is None):
        raise ValueError(f"Give either weights or a seed to draw them from: got weights={weights}, seed={seed}.")
    if weights is None:
        weights = keras.random.uniform(ops.shape(real_samples)[:1], dtype=real_samples.dtype, seed=seed)
    weights = ops.reshape(ops.cast(weights, real_samples.dtype), (-1,) + (1,) * (len(real_samples.shape) - 1))
    return weights * real_samples + (1 - weights) * fake_samples


# ---- What they share -----------------------------------------------------------------------------------------------


def as_logits(*logits, paired=False):
    """Return numbers, lists or arrays as float tensors of one dtype; refuse two whose axes after the first (all, if paired) differ.

    Where labels and logits are subtracted or multiplied, shapes such as `(8,)` and `(8, 1)` silently broadcast to
    `(8, 8)`. The losses here take each mean by itself, but differing shapes still tell of a mistake before them.
    """
    tensors = [ops.convert_to_tensor(values) for values in logits]
    dtype = keras.backend.result_type(*(tensor.dtype for tensor in tensors), float)
    tensors = [ops.cast(tensor, dtype) for tensor in tensors]
    first = 0 if paired else 1
    if len({len(t.shape) for t in tensors}) > 1 or not all(_agree(tensors[0].shape[first:], t.shape[first:]) for t in tensors):
        raise ValueError(f"real_logits and fake_logits must agree in every axis{'' if paired else ' but the first'}: got shapes "
                         f"{tuple(tensors[0].shape)} and {tuple(tensors[1].shape)}. Reshape one of them, for example "
                         "with ops.squeeze(logits, axis=-1), or let one discriminator make both.")
    return tensors if len(tensors) > 1 else tensors[0]


def squared_norms(gradients):
    """Return the squared length of each sample's gradient: shape `(batch,)` from `(batch, ...)`."""
    if gradients is None:
        raise ValueError("gradients is None: the tape saw no path from the samples to the logits. Watch the samples "
                         "(tape.watch) before the discriminator is called on them, inside the tape.")
    gradients = ops.convert_to_tensor(gradients)
    if len(gradients.shape) < 2:
        raise ValueError(f"gradients must have a batch axis and at least one more: got shape {tuple(gradients.shape)}. "
                         "For samples of one number each, reshape them to (batch, 1).")
    return ops.sum(ops.square(gradients), axis=tuple(range(1, len(gradients.shape))))


def _agree(shape, other):
    """Whether two shapes are equal as far as they are known: inside a graph an axis may be None."""
    return len(shape) == len(other) and all(a == b or a is None or b is None for a, b in zip(shape, other, strict=True))


class Game(NamedTuple):
    """The two losses that belong together.

    Attributes:
        discriminator_loss: Function of `(real_logits, fake_logits)`.
        generator_loss: Function of `(fake_logits)`; in a paired game of `(fake_logits, real_logits)`.
        paired: Boolean. Whether the generator's loss compares with real samples, too.
    """

    discriminator_loss: object
    generator_loss: object
    paired: bool = False


GAMES = {
    "non-saturating": Game(discriminator_loss, generator_loss),
    "saturating": Game(discriminator_loss, saturating_generator_loss),
    "least squares": Game(least_squares_discriminator_loss, least_squares_generator_loss),
    "hinge": Game(hinge_discriminator_loss, hinge_generator_loss),
    "Wasserstein": Game(wasserstein_discriminator_loss, wasserstein_generator_loss),
}
SMOOTHED = Game(smoothed_discriminator_loss, generator_loss)
RELATIVISTIC = Game(relativistic_discriminator_loss, relativistic_generator_loss, paired=True)
