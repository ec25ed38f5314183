# %% [markdown]
# # Exercises: try on makeup
#
# Five exercises. Replace the three dots, run the cell, and read what the checker says. It looks at what your answer *computes*, so write it as you like. A hint tells you where you went wrong, not what is
# right.
#
# **What you need**: [chapter 12](../12_try_on_makeup.ipynb). **Time**: about 40 minutes. Solutions stand in `notebooks/solutions`.

# %%
import tryon_utils  # first: it keeps TensorFlow's start-up log quiet
import numpy as np
from tryon_utils.checks import try_on_makeup as check


def light_from_srgb(srgb):
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def srgb_from_light(light):
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 0) ** (1 / 2.4) - 0.055)


# %% [markdown]
# ## 1. One layer
#
# A pigment covers a share of what lies under it: the opacity. Of the light that comes to your eye, that share comes from the pigment and the rest from the skin. Face, shape `(height, width, 3)`, and colour, `(3,)`, are sRGB in
# [0, 1]; the opacity is `(height, width)`. Return the face with the layer on it, in sRGB.
#
# Before you run it, guess: black and white, half of each. Is that the number 0.5 in sRGB, or more, or less?

# %% tags=["nbval-check-output"]
def layer_in_light(face, opacity, colour):
    # solution
    skin, pigment = light_from_srgb(face), light_from_srgb(colour)
    return srgb_from_light(skin + opacity[..., None] * (pigment - skin))
    # end of solution


check.layer_in_light(layer_in_light)

# %% [markdown]
# ## 2. A slider for each layer
#
# Now there are `k` layers, painted one after the other: opacities `(height, width, k)`, colours `(k, 3)`, and strengths `(k,)` in [0, 1], one slider each. All colours are light already. At strength 0 a layer must leave the face as it
# is, bit for bit; at 1 it is there in full.

# %% tags=["nbval-check-output"]
def with_strengths(face, opacities, colours, strengths):
    # solution
    for layer, (colour, strength) in enumerate(zip(colours, strengths)):
        face = face + strength * opacities[..., [layer]] * (colour - face)
    return face
    # end of solution


check.with_strengths(with_strengths)

# %% [markdown]
# ## 3. For whom is it worst?
#
# A colleague trains without pairs. Her loss pulls the colours of the *whole skin* to those of the reference, and the mean error over all test faces looks fine. Most test faces have light skin. So do most references.
#
# Write the number that would have told her: the mean error of the worst tone, as a multiple of the mean over the tones. `errors` and `tones` have shape `(n,)`; tones come in any order, and not equally often.

# %% tags=["nbval-check-output"]
def worst_tone(errors, tones):
    # solution
    means = [errors[tones == tone].mean() for tone in np.unique(tones)]
    return max(means) / np.mean(means)
    # end of solution


check.worst_tone(worst_tone)

# %% [markdown]
# ## 4. Where lipstick ends
#
# `distance` says for each pixel how far it is from the lips' outline, in pixels: above 0 inside, below 0 outside. Make a soft mask of it: 0 from `width / 2` outside on, 1 from `width / 2` inside on, and between them the curve $3t^2 - 2t^3$,
# where $t$ runs from 0 to 1.

# %% tags=["nbval-check-output"]
def soft_edge(distance, width):
    # solution
    share = np.clip(distance / width + 0.5, 0, 1)
    return 3 * share**2 - 2 * share**3
    # end of solution


check.soft_edge(soft_edge)

# %% [markdown]
# ## 5. Follow the edge
#
# The guided filter explains a map by a picture, window by window: $\text{map} \approx a \cdot \text{guide} + b$. It takes the $a$ and $b$ that make
#
# $$\overline{(a\,\text{guide} + b - \text{map})^2} + \varepsilon a^2$$
#
# smallest. Set both derivatives to zero, and return `a, b` for one window. (The line over a term is the mean over the window's pixels.)

# %% tags=["nbval-check-output"]
def line_in_window(guide, values, epsilon):
    # solution
    covariance = np.mean((guide - guide.mean()) * (values - values.mean()))
    a = covariance / (guide.var() + epsilon)
    return a, values.mean() - a * guide.mean()
    # end of solution


check.line_in_window(line_in_window)
