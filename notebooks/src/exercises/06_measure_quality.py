# %% [markdown]
# # Exercises: measure quality
#
# Four exercises, from recall to "derive and check". Replace the three dots, run the cell, and read what the checker says. It looks at what your answer *computes*, so write it as you like. A hint tells you
# where you went wrong, not what is right.
#
# **What you need**: [chapter 06](../06_measure_quality.ipynb). **Time**: about 30 minutes. Solutions stand in `notebooks/solutions`.

# %%
import tryon_utils  # first: it keeps TensorFlow's start-up log quiet
import numpy as np
from scipy.spatial.distance import cdist
from tryon_utils.checks import measure_quality as check

# %% [markdown]
# ## 1. What is 6 dB?
#
# A model gets better: at every pixel, its error is half of what it was. By how many decibels does the PSNR rise?

# %% tags=["nbval-check-output"]
gain = 20 * np.log10(2)  # solution
check.psnr_gain(gain)

# %% [markdown]
# ## 2. Where the task is
#
# A colleague measures the colour of lips. She multiplies the errors by the mask and takes the mean over each picture. Her model looks splendid, and best of all on people with small mouths. Write the function as it should be: one number
# a picture, the mean error inside its mask.

# %% tags=["nbval-check-output"]
def masked_mean(errors, masks):
    # solution
    return (errors * masks).sum(axis=(1, 2)) / masks.sum(axis=(1, 2))
    # end of solution


check.masked_mean(masked_mean)

# %% [markdown]
# ## 3. Without bias
#
# Given are the three matrices of a kernel: real with real, shape `(n, n)`; fake with fake, `(m, m)`; real with fake, `(n, m)`. Return the unbiased KID.

# %% tags=["nbval-check-output"]
def unbiased_kid(real_real, fake_fake, real_fake):
    # solution
    def without_diagonal(kernel):
        n = len(kernel)
        return (kernel.sum() - np.trace(kernel)) / (n * (n - 1))

    return without_diagonal(real_real) + without_diagonal(fake_fake) - 2 * real_fake.mean()
    # end of solution


check.unbiased_kid(unbiased_kid)

# %% [markdown]
# ## 4. Coverage
#
# Around each real sample lies a ball that reaches to its `neighbours`-th neighbour among the real samples. Coverage is the share of balls with at least one fake inside (its border counts). `cdist(a, b)` gives all
# distances, shape `(len(a), len(b))`.
#
# Then answer for yourself: twice as many fakes as before, drawn from the same generator. Does coverage stay the same?

# %% tags=["nbval-check-output"]
def coverage(real, fake, neighbours):
    # solution
    radii = np.sort(cdist(real, real), axis=1)[:, neighbours]  # the first, 0, is the sample itself
    return np.mean(cdist(real, fake).min(axis=1) <= radii)
    # end of solution


check.coverage(coverage)
