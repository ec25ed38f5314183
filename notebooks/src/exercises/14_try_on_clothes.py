# %% [markdown]
# # Exercises: try on clothes
#
# Four exercises: two that build a try-on, two that judge one. Replace the three dots, run the cell, and read what the checker says. It looks at what your answer *computes*, so write it as you like. A hint tells you
# where you went wrong, not what is right.
#
# **What you need**: [chapter 14](../14_try_on_clothes.ipynb). **Time**: about 35 minutes. Solutions stand in `notebooks/solutions`.

# %%
import tryon_utils  # first: it keeps TensorFlow's start-up log quiet
import numpy as np
from tryon_utils.checks import try_on_clothes as check

# %% [markdown]
# ## 1. Hide the arm, not the sleeve
#
# Return the region that a model shall paint anew: every pixel whose *centre* lies nearer to a bone than `reach`. A bone runs from its start to its end, x and y in pixels, and the first pixel's centre is at 0.5.
# You also get `worn`, where the old garment is, bool `(height, width)`. How much of it should you use?

# %% tags=["nbval-check-output"]
def hidden_region(bones, reach, worn):
    # solution
    y, x = np.mgrid[:worn.shape[0], :worn.shape[1]] + 0.5  # of `worn`, the size alone
    hidden = np.zeros(worn.shape, bool)
    for start, end in bones:
        way = end - start
        share = np.clip(((x - start[0]) * way[0] + (y - start[1]) * way[1]) / (way @ way), 0, 1)
        hidden |= np.hypot(x - start[0] - share * way[0], y - start[1] - share * way[1]) < reach
    return hidden
    # end of solution


check.hidden_region(hidden_region)

# %% [markdown]
# ## 2. Put the picture together
#
# A painter has decided, for every pixel, how much of the warped garment is seen (`alpha`), how it is lit (`shade`, from 0 to 2), and what is seen where it isn't (`rest`). `warped` and `rest` are in light from 0 to 1,
# `person` is a uint8 picture, `mask` is bool. Return the finished picture, uint8, rounded.
#
# $$\text{light} = \text{alpha} \cdot \text{shade} \cdot \text{warped} + (1 - \text{alpha}) \cdot \text{rest} \quad\text{inside the mask}$$
#
# And outside?

# %% tags=["nbval-check-output"]
def composition(person, mask, warped, alpha, shade, rest):
    # solution
    light = alpha * shade * warped + (1 - alpha) * rest
    painted = np.clip(np.rint(255 * light), 0, 255).astype("uint8")
    return np.where(mask[..., None], painted, person)
    # end of solution


check.composition(composition)

# %% [markdown]
# ## 3. Which model would you ship?
#
# Before the training, three promises were written down. SSIM inside the mask is at most 0.01 below the best model's. Sleeves are less than 5 percent of the arm off. No skin tone's error is more than 1.1 times the
# mean. Of the models that keep all three, the one with the smallest garment error is shipped. Each argument has one number a model; return the number of the model, from 0 up.
#
# Then look at chapter 14's table with your function. Is it the model that you would have picked by eye?

# %% tags=["nbval-check-output"]
def shipped(garment, ssim, sleeve, worst_tone):
    # solution
    keeps = (ssim >= ssim.max() - 0.01) & (sleeve < 5) & (worst_tone <= 1.1)
    return np.argmin(np.where(keeps, garment, np.inf))
    # end of solution


check.shipped(shipped)

# %% [markdown]
# ## 4. Does KID know?
#
# Where no true answers exist, try-on models are compared by KID. Here we have the truth as well. Take every two different models: both measures say which of the two is better. Return the share of pairs on which they
# agree. In both, less is better, and no two models are equal.

# %% tags=["nbval-check-output"]
def agreement(kid, error):
    # solution
    first, second = np.triu_indices(len(kid), 1)
    return np.mean((kid[first] < kid[second]) == (error[first] < error[second]))
    # end of solution


check.agreement(agreement)
