# %% [markdown]
# # Exercises: translate pairs
#
# Four exercises, from recall to "derive and check". Replace the three dots, run the cell, and read what the checker says. It looks at what your answer *computes*, so write it as you like. A hint tells you
# where you went wrong, not what is right.
#
# **What you need**: [chapter 10](../10_translate_pairs.ipynb). **Time**: about 25 minutes. Solutions stand in `notebooks/solutions`.

# %%
import tryon_utils  # first: it keeps TensorFlow's start-up log quiet
import numpy as np
from tryon_utils.checks import translate_pairs as check

# %% [markdown]
# ## 1. The best guess
#
# A pixel may have one of several values, all equally likely. A network must answer with one number. Which one has the least mean *absolute* error? Write it as a function of the possible values; there is an odd number of them.

# %% tags=["nbval-check-output"]
def best_guess(values):
    # solution
    return np.median(values)
    # end of solution


check.best_guess(best_guess)

# %% [markdown]
# ## 2. Keep what is known
#
# A network filled a hole, but it also changed pixels outside, where everything was known. Given are what it made and what was seen, both of shape `(height, width, 3)`, and where nothing was known, `(height, width)`, true or false. Put the picture together as it should be.

# %% tags=["nbval-check-output"]
def keep_known(made, seen, missing):
    # solution
    return np.where(missing[..., None], made, seen)
    # end of solution


check.keep_known(keep_known)

# %% [markdown]
# ## 3. The patch of a logit
#
# Given are the kernel sizes and the strides of a discriminator's convolutions, from the picture to the logits. How many pixels wide is the patch that one logit sees? Begin at one pixel, and go through the layers: by how much does each widen it?

# %% tags=["nbval-check-output"]
def patch(kernel_sizes, strides):
    # solution
    seen, step = 1, 1
    for kernel_size, stride in zip(kernel_sizes, strides, strict=True):
        seen, step = seen + (kernel_size - 1) * step, step * stride
    return seen
    # end of solution


check.patch(patch)

# %% [markdown]
# ## 4. Contradicted?
#
# Pictures `made`, of shape `(n, height, width, channels)`, were made from smaller ones, `small`; each pixel of those is the mean of a square of `factor` times `factor`. How much do the made pictures contradict what was seen? Return one number a picture: the mean absolute
# difference between the made picture, made small again, and the small one.
#
# Then answer for yourself: is a picture that contradicts nothing true?

# %% tags=["nbval-check-output"]
def contradiction(made, small, factor):
    # solution
    n, height, width, channels = made.shape
    again = made.reshape(n, height // factor, factor, width // factor, factor, channels).mean(axis=(2, 4))
    return np.abs(again - small).mean(axis=(1, 2, 3))
    # end of solution


check.contradiction(contradiction)
