# %% [markdown]
# # Exercises: run the studio
#
# Four exercises, one from each turn of the loop. Replace the three dots, run the cell, and read what the checker says. It looks at what your answer *computes*, so write it as you like. A hint tells you
# where you went wrong, not what is right.
#
# **What you need**: [chapter 15](../15_run_the_studio.ipynb). **Time**: about 35 minutes. Solutions stand in `notebooks/solutions`.

# %%
import tryon_utils  # first: it keeps TensorFlow's start-up log quiet
import numpy as np
from tryon_utils.checks import run_the_studio as check

# %% [markdown]
# ## 1. From design to design
#
# Return the noise at a share of the way between two designs, on the arc: `share` is 0 at the start and 1 at the end, and the angle grows evenly.

# %% tags=["nbval-check-output"]
def arc(start, end, share):
    # solution
    angle = np.arccos(start @ end / np.linalg.norm(start) / np.linalg.norm(end))
    return (np.sin((1 - share) * angle) * start + np.sin(share * angle) * end) / np.sin(angle)
    # end of solution


check.arc(arc)

# %% [markdown]
# ## 2. How often each is shown
#
# Likings come in stars, of anybody's kind: some people give fours and fives, some ones to fives. Return the weights with which training shows the samples: of mean 1, rising with the exponential of `strength` times the
# standardised liking, and with a part `floor` of all attention dealt out evenly.

# %% tags=["nbval-check-output"]
def weights(liking, strength, floor):
    # solution
    raised = np.exp(strength * (liking - liking.mean()) / liking.std())
    return floor + (1 - floor) * raised / raised.mean()
    # end of solution


check.weights(weights)

# %% [markdown]
# ## 3. A page of Thompson's
#
# The posterior over tastes has the mean `mean`, `(d,)`, and the covariance `factor @ factor.T`. Each row of `draws`, `(k, d)`, holds standard normal numbers for one place on the page. Return the rows of `points`, `(n, d)`, that fill the `k`
# places: each is what the taste drawn for its place likes best among what isn't on the page yet.

# %% tags=["nbval-check-output"]
def page(points, mean, factor, draws):
    # solution
    chosen = []
    for draw in draws:
        liking = points @ (mean + factor @ draw)
        liking[chosen] = -np.inf
        chosen.append(int(np.argmax(liking)))
    return chosen
    # end of solution


check.thompson(page)

# %% [markdown]
# ## 4. The last word
#
# A model was tuned. `before` and `after` hold measures of the held-out truth, `(k,)`: smaller is better. Each may get worse by what `allowed` says, and no more. Return True where the tuned model is kept, False where it is rolled back. Careful: a training
# that went wrong leaves `nan`.

# %% tags=["nbval-check-output"]
def keep(before, after, allowed, liked_before, liked_after):
    # solution
    return np.all(after <= before + allowed) and liked_after > liked_before
    # end of solution


check.last_word(keep)

# %% [markdown]
# ## One more, without a checker
#
# Look again at chapter 15's curves. You run a shop whose visitors rate three things on average and then leave. Which way would you choose, and what would you do about those who stay?
