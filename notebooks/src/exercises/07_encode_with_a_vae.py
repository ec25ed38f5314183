# %% [markdown]
# # Exercises: encode with a VAE
#
# Four exercises, from recall to "derive and check". Replace the three dots, run the cell, and read what the checker says. It looks at what your answer *computes*, so write it as you like. A hint tells you
# where you went wrong, not what is right.
#
# **What you need**: [chapter 07](../07_encode_with_a_vae.ipynb). **Time**: about 30 minutes. Solutions stand in `notebooks/solutions`.

# %%
import tryon_utils  # first: it keeps TensorFlow's start-up log quiet
import numpy as np
from tryon_utils.checks import encode_with_a_vae as check

# %% [markdown]
# ## 1. What does it cost?
#
# One number of a code has a cloud with mean 0 and standard deviation 0.1. How many nats does it cost?

# %% tags=["nbval-check-output"]
cost = (0.1**2 - 1 - np.log(0.1**2)) / 2  # solution
check.code_cost(cost)

# %% [markdown]
# ## 2. A draw that gradients get through
#
# Given are means, logarithms of variances and standard normal noise, all of shape `(n, d)`. Return the codes.

# %% tags=["nbval-check-output"]
def draw(mean, log_variance, noise):
    # solution
    return mean + np.exp(log_variance / 2) * noise
    # end of solution


check.draw(draw)

# %% [markdown]
# ## 3. The best answer in pixels
#
# A code leaves open which of several pictures it stands for: `pictures` of shape `(n, height, width)`, with `probabilities` of shape `(n,)`. Return the one picture that a decoder should paint, if its mean squared error is all that counts. Set the derivative to zero.

# %% tags=["nbval-check-output"]
def best_answer(pictures, probabilities):
    # solution
    return np.tensordot(probabilities, pictures, axes=1)
    # end of solution


check.best_answer(best_answer)

# %% [markdown]
# ## 4. A slider
#
# Given are codes `(n, d)` and one attribute `(n,)` of each, such as how far the head turns. Fit a line, code = c + attribute * b, by least squares, and return b: the step that makes the attribute one larger.
#
# Then answer for yourself: older people in your data wear glasses more often. What will your slider for age do to people without glasses?

# %% tags=["nbval-check-output"]
def slider(codes, attribute):
    # solution
    centred = attribute - attribute.mean()
    return centred @ codes / (centred @ centred)
    # end of solution


check.slider(slider)
