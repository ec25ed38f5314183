# %% [markdown]
# # Exercises: diagnose broken GANs
#
# Four exercises, from recall to "derive and check". Replace the three dots, run the cell, and read what the checker says. It looks at what your answer *computes*, so write it as you like. A hint tells you where
# you went wrong, not what is right.
#
# **What you need**: [chapter 04](../04_diagnose_broken_gans.ipynb). **Time**: about 35 minutes. Solutions stand in `notebooks/solutions`.

# %%
import tryon_utils  # first: it keeps TensorFlow's start-up log quiet
import numpy as np
import tensorflow as tf
from keras import ops
from tryon_utils import losses
from tryon_utils.checks import diagnose_broken_gans as check

# %% [markdown]
# ## 1. Whose fault?
#
# A colleague sends you readings of her GAN, which makes mud. A pull above 0 is up.
#
# | loss | at logit -4 | at 0 | at +4 |
# |---|---|---|---|
# | the discriminator's, on real samples | +0.98 | +0.50 | +0.02 |
# | the discriminator's, on fakes | -0.02 | -0.50 | -0.98 |
# | the generator's, on fakes | -0.02 | -0.50 | -0.98 |
#
# What is it? Choose from: "the generator's sign", "the generator cooperates", "a sigmoid too many", "logits taken for probabilities", "no labels", "one loss for both".

# %% tags=["nbval-check-output"]
fault = "the generator cooperates"  # solution
check.whose_fault(fault)

# %% [markdown]
# ## 2. The pull of any loss
#
# Write the instrument: it takes a loss, which is a function from logits of shape `(batch, 1)` to a number, and a logit. Give the loss a batch whose logits all have that value, and return by how much it pulls them all *together*; above 0 is up.

# %% tags=["nbval-check-output"]
def pull(loss, logit):
    # solution
    logits = tf.fill((8, 1), float(logit))
    with tf.GradientTape() as tape:
        tape.watch(logits)
        value = loss(logits)
    return -ops.sum(tape.gradient(value, logits))
    # end of solution


check.pull(pull)

# %% [markdown]
# ## 3. How low can it fall?
#
# A discriminator ends in a sigmoid, and its loss takes another one of it. Real samples have a label $r$ between 0.5 and 1, fakes the label 0. With the answer $p\in[0,1]$, a real sample costs $\ln(1+e^{p})-r\,p$, a fake one
# $\ln(1+e^{p})$. The discriminator may answer real samples and fakes differently. What is the least that both cost together, as a function of $r$?

# %% tags=["nbval-check-output"]
def least_loss(label):
    # solution
    best = np.log(label / (1 - label)) if label < 1 else 1.0  # where sigmoid(p) is the label ...
    best = min(best, 1.0)  # ... or as near to it as a probability can be
    return np.log1p(np.exp(best)) - label * best + np.log(2)  # a fake costs least at p = 0
    # end of solution


check.least_loss(least_loss)

# %% [markdown]
# ## 4. Who moves?
#
# Write the simplest instrument of all. It takes two networks and a training step, which is a function without arguments; it runs the step once and returns two answers: was the generator moved, was the discriminator? Afterwards all weights are as they were. Then use it on a GAN of
# your own.

# %% tags=["nbval-check-output"]
def who_moves(generator, discriminator, step):
    # solution
    networks = [generator, discriminator]
    before = [network.get_weights() for network in networks]  # copies
    step()
    moved = [any(not np.array_equal(old, new) for old, new in zip(kept, network.get_weights(), strict=True))
             for network, kept in zip(networks, before, strict=True)]
    for network, kept in zip(networks, before, strict=True):
        network.set_weights(kept)
    return moved
    # end of solution


check.who_moves(who_moves)

# %% [markdown]
# All four right? Then you have built the two instruments that find half of the ward. Optimizers and seeds have a state, too: how `diagnose.state.Keeper` puts those back is worth an evening's reading.
