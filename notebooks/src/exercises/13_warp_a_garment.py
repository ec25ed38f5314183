# %% [markdown]
# # Exercises: warp a garment
#
# Five exercises, from the sampler to reading a figure. Replace the three dots, run the cell, and read what the checker says. It looks at what your answer *computes*, so write it as you like. A hint tells you
# where you went wrong, not what is right.
#
# **What you need**: [chapter 13](../13_warp_a_garment.ipynb). **Time**: about 40 minutes. Solutions stand in `notebooks/solutions`.

# %%
import tryon_utils  # first: it keeps TensorFlow's start-up log quiet
import numpy as np
from tryon_utils import warp
from tryon_utils.checks import warp_a_garment as check

# %% [markdown]
# ## 1. The sampler
#
# Fetch one value from a grey picture, float `(height, width)`, at the place `x, y`. The first pixel's centre is at 0.5, 0.5. A place beyond the outermost centres is moved to the nearest one first. Use NumPy.

# %% tags=["nbval-check-output"]
def fetch(picture, x, y):
    # solution
    height, width = picture.shape
    x, y = np.clip(x - 0.5, 0, width - 1), np.clip(y - 0.5, 0, height - 1)
    left, top = int(x), int(y)
    right, below = min(left + 1, width - 1), min(top + 1, height - 1)
    a, b = x - left, y - top
    upper = (1 - a) * picture[top, left] + a * picture[top, right]
    lower = (1 - a) * picture[below, left] + a * picture[below, right]
    return (1 - b) * upper + b * lower
    # end of solution


check.fetch(fetch)

# %% [markdown]
# ## 2. Half a pixel
#
# A picture `old` pixels wide is brought to `new` pixels. Its edges stay where they are. From which x of the old picture does the new pixel with this number, counted from 0, have to fetch?

# %% tags=["nbval-check-output"]
def place_of_pixel(number, old, new):
    # solution
    return (number + 0.5) * old / new
    # end of solution


check.place_of_pixel(place_of_pixel)

# %% [markdown]
# ## 3. One warp instead of two
#
# `first` says for each pixel of the result where it lies in a picture in between; `second` says for each pixel of *that* where it lies in the source. Both are `(height, width, 2)`. Return the warp that leads
# from the result straight to the source. `warp.sample` is yours to use; it wants a batch axis.

# %% tags=["nbval-check-output"]
def compose(first, second):
    # solution
    return warp.sample(second[None], first[None])[0]
    # end of solution


check.compose(compose)

# %% [markdown]
# ## 4. How far off?
#
# Places and true places are `(n, height, width, 2)`; `known` is `(n, height, width)` and true where the truth is known. Return the end-point error of each person: the mean distance, in pixels, over the pixels that are known. Shape `(n,)`.

# %% tags=["nbval-check-output"]
def end_point_error(places, true_places, known):
    # solution
    distances = np.linalg.norm(places - true_places, axis=-1)
    return (distances * known).sum(axis=(1, 2)) / known.sum(axis=(1, 2))
    # end of solution


check.end_point_error(end_point_error)

# %% [markdown]
# ## 5. Read the arrows
#
# A garment has an upright stripe at x = 20 in the shop's picture. A warp that changes nothing puts it at x = 20 on the person. In chapter 13's figure all arrows on this person point to the right, and each is 2 pixels long: so far, and
# thither, the *places* have to move. By how many pixels does the *stripe on the person* have to move? Give a negative number if it has to move to the left.

# %% tags=["nbval-check-output"]
move = -2  # solution
check.stripe_moves(move)
