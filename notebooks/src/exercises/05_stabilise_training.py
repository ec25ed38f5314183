# %% [markdown]
# # Exercises: stabilise training
#
# Four exercises, from recall to "derive and check"; the last is a training loop of your own. Replace the three dots, run the cell, and read what the checker says. It looks at what your answer *computes*, so write it as you like. A hint
# tells you where you went wrong, not what is right.
#
# **What you need**: [chapter 05](../05_stabilise_training.ipynb). **Time**: about 40 minutes. Solutions stand in `notebooks/solutions`.

# %%
import tryon_utils  # first: it keeps TensorFlow's start-up log quiet
import numpy as np
import tensorflow as tf
from tryon_utils import losses
from tryon_utils.checks import stabilise_training as check

# %% [markdown]
# ## 1. Compare in pairs
#
# Write the loss of the relativistic discriminator: each real sample shall seem more real than the fake one at the same place of the batch. It takes two arrays of logits of one shape and returns one number. (Mind large logits: `np.logaddexp(0, a)` is a softplus
# that doesn't overflow.)

# %% tags=["nbval-check-output"]
def paired_loss(real_logits, fake_logits):
    # solution
    return np.mean(np.logaddexp(0, fake_logits - real_logits))
    # end of solution


check.paired_loss(paired_loss)

# %% [markdown]
# ## 2. What does a smoothed discriminator believe?
#
# In [chapter 01](../01_derive_the_losses.ipynb) the best discriminator turned out to be $p/(p+q)$. Now real samples have the label $t$ instead of 1, and fake ones still 0. At one point, the loss is
#
# $$-p\,\bigl[t \log D + (1-t)\log(1-D)\bigr] - q \log(1-D).$$
#
# Which $D$ makes it least? Derive it as a function of $p$, $q$ and $t$ (all three may be arrays).

# %% tags=["nbval-check-output"]
def best_answer(p, q, label):
    # solution
    return label * p / (p + q)  # p t / D = (p (1 - t) + q) / (1 - D), solved for D
    # end of solution


check.best_answer(best_answer)

# %% [markdown]
# ## 3. The longest stretch
#
# Spectral normalisation divides a kernel by its largest singular value: the most by which it stretches any vector. Find it without a decomposition, by **power iteration**: send a vector through the matrix and back again and again, normalise it each time, and see at the end
# by how much the matrix stretches it. (Why does it turn into the most stretched direction, whatever it was at first?)

# %% tags=["nbval-check-output"]
def norm(matrix, iterations):
    # solution
    vector = np.random.default_rng(0).normal(size=matrix.shape[1])
    for _ in range(iterations):
        vector = matrix.T @ (matrix @ vector)
        vector = vector / np.linalg.norm(vector)
    return np.linalg.norm(matrix @ vector)
    # end of solution


check.norm(norm)

# %% [markdown]
# ## 4. A lazy training loop
#
# Write the discriminator's training with R1 that comes only in step 0 and then in each `penalty_every`-th, and pulls as strongly on average as if it came at every step. `batches` is a list of pairs of real and fake samples; train the discriminator in place with
# the optimizer, one step a pair. The loss is `losses.discriminator_loss`, the penalty `losses.r1_penalty` of the slopes of the logits at the real samples. The checker looks at the weights that your loop leaves.

# %% tags=["nbval-check-output"]
def train_lazily(discriminator, optimizer, batches, penalty_weight, penalty_every):
    # solution
    for step, (real, fake) in enumerate(batches):
        with tf.GradientTape() as tape:
            loss = losses.discriminator_loss(discriminator(real), discriminator(fake))
            if step % penalty_every == 0:
                with tf.GradientTape() as slope_tape:
                    slope_tape.watch(real)
                    logits = discriminator(real)
                slopes = slope_tape.gradient(logits, real)
                loss = loss + penalty_weight * penalty_every * losses.r1_penalty(slopes)
        gradients = tape.gradient(loss, discriminator.trainable_variables)
        optimizer.apply(gradients, discriminator.trainable_variables)
    # end of solution


check.lazy_training(train_lazily)

# %% [markdown]
# All four right? Then you have written the two cures that most of today's GANs rely on: a game of pairs, and a discriminator that may not be steep.
