# %% [markdown]
# # Exercises: build a DCGAN
#
# Four exercises, from recall to "derive and check". Replace the three dots, run the cell, and read what the checker says. It looks at what your answer *computes*, so write it as you like. A hint tells you where
# you went wrong, not what is right.
#
# **What you need**: [chapter 03](../03_build_a_dcgan.ipynb). **Time**: about 35 minutes. Solutions stand in `notebooks/solutions`.

# %%
import tryon_utils  # first: it keeps TensorFlow's start-up log quiet
import numpy as np
from tryon_utils.checks import build_a_dcgan as check

# %% [markdown]
# ## 1. How large is the picture?
#
# A tutorial starts from a grid of 7 x 7 and doubles it twice with `Conv2DTranspose(..., 5, strides=2)`, to reach 28 x 28. It leaves out `padding="same"`; Keras then keeps every stamp whole. What side does the
# picture have after both layers? Draw the stamps of the first layer on a line: where does the last one begin, and where does it end?

# %% tags=["nbval-check-output"]
side = 2 * (2 * 7 + 3) + 3  # solution
check.sides(side)

# %% [markdown]
# ## 2. How strong is the checkerboard?
#
# In the chapter, pixels got 1 to 4 stamps of a 3 x 3 kernel, and 4 to 9 of a 5 x 5 kernel, with a stride of 2. Find the ratio of most to fewest stamps for any kernel size and any stride (not larger than the kernel).

# %% tags=["nbval-check-output"]
def most_to_fewest(kernel_size, stride):
    # solution
    most, fewest = np.ceil(kernel_size / stride), kernel_size // stride  # on a line
    return (most / fewest)**2  # rows and columns multiply
    # end of solution


check.most_to_fewest(most_to_fewest)

# %% [markdown]
# ## 3. How long does the average remember?
#
# The average generator starts as a copy of the untrained one. After how many steps is half of that start left in it? Derive it as a function of the decay; the answer needn't be a whole number.

# %% tags=["nbval-check-output"]
def half_life(decay):
    # solution
    return np.log(0.5) / np.log(decay)  # each step multiplies what is left by the decay
    # end of solution


check.half_life(half_life)

# %% [markdown]
# ## 4. A loop with more steps of the discriminator
#
# Some games of [chapter 05](../05_stabilise_training.ipynb) want a discriminator that is ahead. Write the loop: before each step of the generator, the discriminator takes `discriminator_steps` steps, each on a fresh
# batch. Then the generator takes one, on as many fakes as there are pictures in a batch, and the average follows it. Stop when too few batches are left for a whole round. Use the methods of `GAN`:
# `train_discriminator(real_images)`, `train_generator(count)` and `move_average()`.

# %% tags=["nbval-check-output"]
def train_in_rounds(gan, batches, discriminator_steps):
    # solution
    for start in range(0, len(batches) - discriminator_steps + 1, discriminator_steps):
        for real_images in batches[start:start + discriminator_steps]:
            gan.train_discriminator(real_images)
        gan.train_generator(len(real_images))
        gan.move_average()
    # end of solution


check.training_loop(train_in_rounds)

# %% [markdown]
# All four right? Then you can read the shapes of any convolutional generator, and say beforehand where it will show a pattern.
