# %% [markdown]
# # Exercises: open the fitting room
#
# Three small exercises, to see how they work here. Replace the three dots, run the cell, and read what the checker says. It looks at what your answer *computes*, so write it as you like. A hint tells you
# where you went wrong, not what is right.
#
# **What you need**: [chapter 00](../00_open_the_fitting_room.ipynb). **Time**: about 15 minutes. Solutions stand in `notebooks/solutions`.

# %%
import tryon_utils  # first: it keeps TensorFlow's start-up log quiet
import numpy as np
from tryon_utils.checks import open_the_fitting_room as check

# %% [markdown]
# ## 1. From bytes to the model
#
# On disk a picture is bytes, 0 for black to 255 for white. Every model of this course wants real numbers from -1 to 1. Most silent failures of such models come from a picture in the wrong range. Write the one right way.

# %% tags=["nbval-check-output"]
def to_model(pictures):
    # solution
    return pictures.astype("float32") / 127.5 - 1
    # end of solution


check.to_model(to_model)

# %% [markdown]
# ## 2. Not a pixel more
#
# A try-on may paint inside `region`, a boolean array `(h, w)`, and nowhere else. Given the picture before and after, uint8 `(h, w, 3)`, return how many pixels changed where they must not.

# %% tags=["nbval-check-output"]
def strays(before, after, region):
    # solution
    return np.sum(np.any(before != after, axis=-1) & ~region)
    # end of solution


check.strays(strays)

# %% [markdown]
# ## 3. May I?
#
# You want to put a photograph of a few people into the room. For each of them you have noted what they said to being shown in clothes that they never wore: `"yes"`, `"no"`, or `""` where you haven't asked. Return True where you may use it.

# %% tags=["nbval-check-output"]
def may_use(said):
    # solution
    return all(one == "yes" for one in said)
    # end of solution


check.may_use(may_use)
