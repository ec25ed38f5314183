# %% [markdown]
# # Exercises: translate without pairs
#
# Four exercises, from recall to "derive and check". Replace the three dots, run the cell, and read what the checker says. It looks at what your answer *computes*, so write it as you like. A hint tells you
# where you went wrong, not what is right.
#
# **What you need**: [chapter 11](../11_translate_without_pairs.ipynb). **Time**: about 25 minutes. Solutions stand in `notebooks/solutions`.

# %%
import tryon_utils  # first: it keeps TensorFlow's start-up log quiet
import numpy as np
from tryon_utils.checks import translate_without_pairs as check

# %% [markdown]
# ## 1. The cycle
#
# Given are pictures `a` and `b` of the two piles, and two generators: `to_b` leads from pile A to pile B, and `to_a` back. Write the cycle loss, without its weight: the mean absolute difference of each picture to itself, there and back; the sum of both ways.

# %% tags=["nbval-check-output"]
def cycle(a, b, to_a, to_b):
    # solution
    return np.mean(np.abs(a - to_a(to_b(a)))) + np.mean(np.abs(b - to_b(to_a(b))))
    # end of solution


check.cycle(cycle)

# %% [markdown]
# ## 2. The share of the gain
#
# Doing nothing leaves an error, a model that learned from pairs leaves less, and one without pairs something in between, mostly. What share of the paired model's gain does the unpaired one reach?

# %% tags=["nbval-check-output"]
def share_of_gain(nothing, unpaired, paired):
    # solution
    return (nothing - unpaired) / (nothing - paired)
    # end of solution


check.share_of_gain(share_of_gain)

# %% [markdown]
# ## 3. The pool
#
# A full pool keeps old fakes: `kept`, of shape `(size,)`, numbers in place of pictures. New `fakes` come, `(n,)`, and for each a place in the pool, all different, and a coin. Where the coin is true, the old fake at that place is given to the discriminator, and the new one
# takes its place. Where it is false, the new one is given, and the pool stays as it is. Return what is given, and the pool as it is then.

# %% tags=["nbval-check-output"]
def exchange(kept, fakes, places, coins):
    # solution
    old, kept = kept[places], kept.copy()
    kept[places] = np.where(coins, fakes, old)
    return np.where(coins, old, fakes), kept
    # end of solution


check.exchange(exchange)

# %% [markdown]
# ## 4. How many answers?
#
# One plain garment, and `m` answers to it, one a code: an array of shape `(m, d)`. Return the mean distance of two different answers, over all pairs; the distance of two is the mean absolute difference.
#
# Then answer for yourself: pure noise would score high. What must be measured beside it?

# %% tags=["nbval-check-output"]
def diversity(answers):
    # solution
    gaps = np.abs(answers[:, None] - answers[None]).mean(axis=-1)
    return gaps.sum() / (len(answers) * (len(answers) - 1))
    # end of solution


check.diversity(diversity)
