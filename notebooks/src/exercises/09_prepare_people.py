# %% [markdown]
# # Exercises: prepare people
#
# Five exercises, in the order in which a photograph goes through them: from its first bytes to painted lips. Replace the three dots, run the cell, and read what the checker says. It looks at what your answer *computes*, so write it as you like. A hint tells you
# where you went wrong, not what is right.
#
# **What you need**: [chapter 09](../09_prepare_people.ipynb). **Time**: about 40 minutes. Solutions stand in `notebooks/solutions`.

# %%
import tryon_utils  # first: it keeps TensorFlow's start-up log quiet
import struct

import numpy as np
from tryon_utils.checks import prepare_people as check
from tryon_utils.photos import detect

# %% [markdown]
# ## 1. The limit comes first
#
# A PNG file begins with a signature of 8 bytes. Then the first chunk: 4 bytes of length, 4 of name (`IHDR`), 4 of width, 4 of height. All numbers have their large end first. Given the first 24 bytes, return the pair `(height, width)`, as the shape of an array has it. `struct.unpack` with `>` reads large ends first.

# %% tags=["nbval-check-output"]
def stated_size(head):
    # solution
    width, height = struct.unpack(">II", head[16:24])
    return height, width
    # end of solution


check.stated_size(stated_size)

# %% [markdown]
# ## 2. Which way is up?
#
# Given the array as stored, `(height, width, 3)`, and EXIF's orientation, return it upright. Only four occur here: 1, as it is; 3, upside down (turn it by 180 degrees); 6, turn it by 90 degrees clockwise; 8, by 90 degrees against the clock. Look at [the chapter's figure](../09_prepare_people.ipynb) if you mix up the last two; everybody does.

# %% tags=["nbval-check-output"]
def upright(stored, orientation):
    # solution
    return np.rot90(stored, {1: 0, 3: 2, 6: 3, 8: 1}[orientation])  # against the clock
    # end of solution


check.upright(upright)

# %% [markdown]
# ## 3. One box a face
#
# Non-maximum suppression in its plain form: go through the boxes from the best score to the worst, and keep a box where it overlaps no box *that was kept* by more than `most_overlap`. Return the numbers of the boxes kept, best first. `detect.overlap(box, boxes)` gives the overlap of one box, `(4,)`, with others, `(n, 4)`.
#
# Then answer for yourself: two people kiss. What happens to their boxes?

# %% tags=["nbval-check-output"]
def suppress(boxes, scores, most_overlap):
    # solution
    kept = []
    for number in np.argsort(-scores):
        if np.all(detect.overlap(boxes[number], boxes[kept].reshape(-1, 4)) <= most_overlap):
            kept.append(number)
    return kept
    # end of solution


check.suppress(suppress)

# %% [markdown]
# ## 4. The way back
#
# A frame, `(2, 3)`, leads from places in a crop to places in the photograph: `places @ frame[:, :2].T + frame[:, 2]`. Landmarks were found in the photograph. Where do they lie in the crop? Take them back, `(n, 2)`, without `align`.

# %% tags=["nbval-check-output"]
def lead_back(frame, places):
    # solution
    return (places - frame[:, 2]) @ np.linalg.inv(frame[:, :2]).T
    # end of solution


check.lead_back(lead_back)

# %% [markdown]
# ## 5. Paint softly
#
# Given a uint8 picture `(h, w, 3)`, a colour of three numbers in [0, 255], a soft mask `(h, w)` in [0, 1] and a strength in [0, 1], return the painted picture, uint8, rounded. The opacity of a pixel is the strength times its mask; what is below shows through by the rest.

# %% tags=["nbval-check-output"]
def paint(picture, colour, mask, strength):
    # solution
    opacity = strength * mask[..., None]
    return np.rint((1 - opacity) * picture + opacity * np.array(colour)).astype("uint8")
    # end of solution


check.paint(paint)
