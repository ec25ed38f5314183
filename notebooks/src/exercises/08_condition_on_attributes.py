# %% [markdown]
# # Exercises: condition on attributes
#
# Four exercises, from recall to "derive and check". Replace the three dots, run the cell, and read what the checker says. It looks at what your answer *computes*, so write it as you like. A hint tells you
# where you went wrong, not what is right.
#
# **What you need**: [chapter 08](../08_condition_on_attributes.ipynb). **Time**: about 35 minutes. Solutions stand in `notebooks/solutions`.

# %%
import tryon_utils  # first: it keeps TensorFlow's start-up log quiet
import numpy as np
from tryon_utils.checks import condition_on_attributes as check

# %% [markdown]
# ## 1. What a sum can't do
#
# A generator adds what it makes of the noise and what it makes of the condition: f(z) + g(c). There are two noises (rows) and two conditions (columns), and a table of what should come out. Choose f and g as well as can be. Return the root of the mean squared error that remains.

# %% tags=["nbval-check-output"]
def interaction(table):
    # solution
    rest = table - table.mean(axis=0) - table.mean(axis=1, keepdims=True) + table.mean()
    return np.sqrt(np.mean(rest**2))
    # end of solution


check.interaction(interaction)

# %% [markdown]
# ## 2. Projection
#
# A discriminator has seen `features` `(n, d)` of pictures that should fulfil `conditions` `(n, k)`. It has one vector `weights` `(d,)` for "real or not", and `directions` `(k, d)` that turn a condition into a direction. Return one logit a picture.

# %% tags=["nbval-check-output"]
def projection(features, conditions, weights, directions):
    # solution
    return features @ weights + np.sum(features * (conditions @ directions), axis=1)
    # end of solution


check.projection(projection)

# %% [markdown]
# ## 3. Is it chance?
#
# You measured a statistic with the right conditions, and again with the conditions in many random orders: `permuted`, shape `(n,)`. Large values speak for the condition. If the condition didn't matter, the right order would be an order like all others. Return the probability, counted over all
# orders including the right one, of a value at least as large as the measured.

# %% tags=["nbval-check-output"]
def permutation_value(measured, permuted):
    # solution
    return (1 + np.sum(permuted >= measured)) / (1 + len(permuted))
    # end of solution


check.permutation_value(permutation_value)

# %% [markdown]
# ## 4. Does an edit leak?
#
# A smile may change the face; it should not change the hair. Given are pictures before and after an edit, `(n, height, width)`, and masks of where the change may be. Return the share of all absolute change that lies outside.

# %% tags=["nbval-check-output"]
def leakage(before, after, allowed):
    # solution
    change = np.abs(after - before)
    return change[~allowed].sum() / change.sum()
    # end of solution


check.leakage(leakage)
