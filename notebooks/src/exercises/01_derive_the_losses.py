# %% [markdown]
# # Exercises: derive the losses
#
# Five exercises, from recall to "derive and check". Work with paper first: the code is one line each. Replace the three dots, run the cell, and read what the checker says. It compares what
# your answer *computes*, so write it as you like: with plain Python, NumPy, Keras or TensorFlow. A hint tells you where you went wrong, not what is right.
#
# **What you need**: [chapter 01](../01_derive_the_losses.ipynb). **Time**: about half an hour. Solutions stand in `notebooks/solutions`.

# %%
import tryon_utils  # first: it keeps TensorFlow's start-up log quiet
import numpy as np
import tensorflow as tf
from keras import ops
from tryon_utils.checks import derive_the_losses as check

# %% [markdown]
# ## 1. By hand
#
# A discriminator gives one real sample $D(x)=0.7$ and one fake $D(G(z))=0.4$. What is its loss, $L_D$?

# %% tags=["nbval-check-output"]
loss = -np.log(0.7) - np.log(1 - 0.4)  # solution
check.loss_by_hand(loss)

# %% [markdown]
# ## 2. Read a training's log
#
# You train a discriminator with `Model.fit` and `BinaryCrossentropy(from_logits=True)` on as many fakes as real samples, to its best. Keras shows a loss. Which Jensen-Shannon divergence between real and fake does it tell you? Mind how
# Keras counts.

# %% tags=["nbval-check-output"]
def divergence_from_keras_loss(loss):
    # solution
    return np.log(2) - loss  # ours is 2 ln 2 - 2 JSD, and Keras' loss is half of ours
    # end of solution


check.divergence_from_keras_loss(divergence_from_keras_loss)

# %% [markdown]
# ## 3. More real samples than fakes
#
# In the chapter, the discriminator sees as many fakes as real samples. Now a share $s$ of all that it sees is real, and $1-s$ is fake:
#
# $$V = s\,\mathbb{E}_x[\log D(x)] + (1-s)\,\mathbb{E}_z[\log(1-D(G(z)))]$$
#
# Find the best discriminator at a place where the densities are $p$ and $q$. Maximise the bracket under the integral as in the chapter.

# %% tags=["nbval-check-output"]
def best_discriminator(p, q, real_share):
    # solution
    return real_share * p / (real_share * p + (1 - real_share) * q)
    # end of solution


check.best_discriminator(best_discriminator)

# %% [markdown]
# ## 4. Least squares behind a sigmoid
#
# Someone plays the least squares game with a sigmoid at the end of the discriminator, so that the generator's loss of one fake is $\tfrac12(\sigma(a)-1)^2$. Derive its gradient at the logit $a$. Then look at your formula: what happens to a fake that
# was spotted?

# %% tags=["nbval-check-output"]
def squashed_gradient(logit):
    # solution
    score = 1 / (1 + np.exp(-logit))
    return (score - 1) * score * (1 - score)  # chain rule: the sigmoid's derivative is score * (1 - score)
    # end of solution


check.squashed_least_squares_gradient(squashed_gradient)

# %% [markdown]
# You can check any gradient without a checker: let a tape compute it, or compare with a small difference of the loss.

# %% tags=["nbval-check-output"]
logits = tf.constant([-6.0, -2.0, 0.0, 2.0])
with tf.GradientTape() as tape:
    tape.watch(logits)
    total = ops.sum(ops.square(ops.sigmoid(logits) - 1) / 2)  # a sum: so each logit keeps its own gradient
print("by tape:", np.round(tape.gradient(total, logits), 4))

# %% [markdown]
# ## 5. How much damping does the Wasserstein game need?
#
# In the Dirac-GAN with Wasserstein losses, $L_D=\psi\theta$ and $L_G=-\psi\theta$. Write down the matrix of one simultaneous step with learning rate $\eta$ and R1 weight $\gamma$. From which $\gamma$ on does the distance no longer grow? Give it as a function of $\eta$,
# for $\eta$ below 1. (Near the limit the eigenvalues are a complex pair, so the squared spectral radius is the determinant.)

# %% tags=["nbval-check-output"]
def smallest_penalty(learning_rate):
    # solution
    # the matrix is [[1, rate], [-rate, 1 - rate * gamma]]; its determinant 1 - rate * gamma + rate**2 is 1 where gamma = rate
    return learning_rate
    # end of solution


check.smallest_penalty(smallest_penalty)

# %% [markdown]
# All five right? Then you have the tools of every loss that follows. Go on to [chapter 02](../02_train_a_toy_gan.ipynb) and train.
