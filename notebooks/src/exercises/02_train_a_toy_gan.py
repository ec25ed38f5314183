# %% [markdown]
# # Exercises: train a toy GAN
#
# Five exercises, from recall to "derive and check". Replace the three dots, run the cell, and read what the checker says. It looks at what your answer *computes*, so write it as you like: with plain Python,
# NumPy, Keras or TensorFlow. A hint tells you where you went wrong, not what is right.
#
# **What you need**: [chapter 02](../02_train_a_toy_gan.ipynb). **Time**: about 40 minutes. Solutions stand in `notebooks/solutions`.

# %%
import tryon_utils  # first: it keeps TensorFlow's start-up log quiet
import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import ops
from tryon_utils import losses, points, training
from tryon_utils.checks import train_a_toy_gan as check
from tryon_utils.models import toy
from tryon_utils.plotting import points as point_plots

plt.style.use("tryon_utils.course")
training.use_small_net_threads()

# %% [markdown]
# ## 1. Count the modes
#
# A generator made 1000 samples for a ring of 8 modes. On the modes lie 300, 240, 150, 130, 60, 26, 24 and 3 good samples; the others are bad. How many modes does `covered_modes` count?

# %% tags=["nbval-check-output"]
covered = sum(count >= 0.2 * 1000 / 8 for count in [300, 240, 150, 130, 60, 26, 24, 3])  # solution
check.covered_by_hand(covered)

# %% [markdown]
# ## 2. A softer count
#
# A threshold has no shades: a mode with 26 samples counts as much as one with 300. Here is a measure without one. Let $p_i$ be the share of mode $i$ among the good samples. The entropy
# $H=-\sum_i p_i\ln p_i$ of $n$ equal shares is $\ln n$. So $e^H$ is an **effective number of modes**: $n$ where $n$ modes share equally, and fewer than $n$ where they don't.
#
# Write it, as a function of an array of counts, in which there may be zeros.

# %% tags=["nbval-check-output"]
def effective_modes(counts):
    # solution
    shares = counts[counts > 0] / np.sum(counts)  # p ln p goes to 0 with p: empty modes add nothing
    return np.exp(-np.sum(shares * np.log(shares)))
    # end of solution


check.effective_modes(effective_modes)

# %% [markdown]
# ## 3. The generator's half
#
# Write the generator's half of a training step from memory: with its own tape, the non-saturating loss, and the generator's weights alone moved by the optimizer. The checker runs it on two small networks and
# looks at every weight.

# %% tags=["nbval-check-output"]
def train_generator(generator, discriminator, generator_optimizer, noise):
    # solution
    with tf.GradientTape() as tape:
        loss = losses.generator_loss(discriminator(generator(noise)))
    gradients = tape.gradient(loss, generator.trainable_variables)
    generator_optimizer.apply(gradients, generator.trainable_variables)
    # end of solution


check.generator_half(train_generator)

# %% [markdown]
# ## 4. Why is this training broken?
#
# A colleague has read that a GAN has *two* losses, and wants to save a tape. So she adds the losses, and lets one optimizer move all weights down their sum. Nothing fails. Run it and look.

# %%
ring = points.ring()
gan = toy.ToyGAN(toy.build_generator(seed=1), toy.build_discriminator(seed=2), seed=3)
variables = gan.generator.trainable_variables + gan.discriminator.trainable_variables
optimizer = keras.optimizers.Adam(0.002, beta_1=0.5)
optimizer.build(variables)


@tf.function
def broken_step(real_points):
    with tf.GradientTape() as tape:
        fake_logits = gan.discriminator(gan.generator(gan.draw_noise(256)))
        loss = losses.discriminator_loss(gan.discriminator(real_points), fake_logits) + losses.generator_loss(fake_logits)
    optimizer.apply(tape.gradient(loss, variables), variables)
    return ops.mean(ops.sigmoid(fake_logits))

# %% tags=["nbval-check-output"]
rng = np.random.default_rng(4)
fake_probabilities = [float(broken_step(ring.sample(256, rng))) for _ in range(1000)]
samples = ops.convert_to_numpy(gan.generator(gan.draw_noise(1000)))
print(f"D(G(z)) on average, last 100 steps: {np.mean(fake_probabilities[-100:]):.2f}")
print(f"{points.covered_modes(samples, ring)} of 8 modes covered")

# %% alt="Blue real points in eight clusters on a ring; all orange fake points lie in one small heap in the middle, and there the discriminator says one half."
surface = ops.convert_to_numpy(ops.sigmoid(gan.discriminator(points.plane())))
point_plots.draw_game(ring.sample(300, rng), samples[:300], surface, title="after 1000 steps")

# %% [markdown]
# $D(G(z))$ stands at one half, as at the equilibrium. And yet nothing has been learned. Derive why: what is the gradient of the sum of the losses, $\mathrm{softplus}(a)+\mathrm{softplus}(-a)$, at a fake's logit
# $a$? Where is it zero?

# %% tags=["nbval-check-output"]
def joint_gradient(logit):
    # solution
    return 2 / (1 + np.exp(-logit)) - 1  # sigmoid(a) from the discriminator's loss, sigmoid(a) - 1 from the generator's
    # end of solution


check.joint_gradient(joint_gradient)

# %% [markdown]
# ## 5. How old may the news be?
#
# In the chapter, the gradients in Adam's memory were $\beta_1/(1-\beta_1)$ steps old on average. Turn it round: which $\beta_1$ gives a mean age of so many steps? Then find out how much memory the toy GAN
# bears: train it with mean ages of 0, 1, 2, 4 and 9 steps.

# %% tags=["nbval-check-output"]
def memory_for_age(age):
    # solution
    return age / (1 + age)
    # end of solution


check.memory_for_age(memory_for_age)

# %% [markdown]
# All five right? Then you can take a GAN apart, and you know what to look at when one goes wrong.
