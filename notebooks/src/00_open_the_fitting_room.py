# %% [markdown]
# # Open the fitting room
#
# **What you'll do**: see whether your computer is ready, dress somebody who doesn't exist in a top that they never wore, hold the answer against the truth, and look at the map of the course.
#
# **What you'll learn**
# - what a try-on model is given, what it paints, and what it leaves alone;
# - why everybody in this course is rendered, and what that buys us;
# - how to treat a picture of somebody's face.
#
# **What you need**: nothing. Run one cell after the other, with Shift and Enter.
#
# **Time**: about 15 minutes of reading, 0 seconds of training on two CPU cores

# %%
import time

opened = time.monotonic()
import tryon_utils  # keeps TensorFlow's start-up log quiet
import matplotlib.pyplot as plt
import numpy as np
from tryon_utils import datasets, gallery, readiness, widgets
from tryon_utils.gates import gate
from tryon_utils.plotting import people as people_plots
from tryon_utils.plotting import studio as plots
from tryon_utils.studio import try_ons
from tryon_utils.studio.opening import open_studio

plt.style.use("tryon_utils.course")
opening = time.monotonic() - opened

# %% [markdown]
# ## Is everything here?
#
# Five questions, five answers. Where one is *no*, the line below it says what to do.

# %% tags=["nbval-ignore-output"]
for finding in readiness.look_around():
    print(finding)

# %% [markdown]
# ## Somebody tries something on
#
# The models are trained already; their weights came with the course. On the left somebody, then a top as a shop shows it. *Predict, then run*: the model has never seen this person, nor this top. Which will it get wrong: the pattern, the length of
# the sleeves, or the arms that were hidden before?

# %% alt="Four pictures side by side: somebody in their own clothes, a top on white, the model's picture of that person in that top, and the true picture, which looks nearly the same."
started = time.monotonic()
dresser = try_ons.find_dresser()
person, garment = 1, 6
result = dresser.dress(person, garment)
seconds = opening + time.monotonic() - started   # without your reading between the cells
plots.draw_try_on(dresser.before(person), dresser.bodies.garment[garment], result, dresser.truth(person, garment))

# %% tags=["nbval-check-output"]
gate("seconds from opening to the first try-on", seconds, at_most=60)

# %% [markdown]
# The fourth picture is the **truth**: this very person, in this very pose, in the top that they did not put on. No camera can take it. We can, because nobody here exists: people, garments and makeup come out of a renderer, and it can dress the same person twice.
# So everything in this course is measured against right answers, by skin tone, by body shape, by pose; and no photograph of anybody is needed to learn it. [The people in this course](the_people_in_this_course.ipynb) shows how they are made.
#
# ## What it paints, and what it leaves alone
#
# The model may only paint where the top could reach. Everything else, the face above all, is copied: not nearly, but bit for bit.

# %% tags=["nbval-check-output"]
before, may_paint = dresser.before(person), dresser.bodies.agnostic_mask[person] > 0
changed = np.any(result != before, axis=-1)
print(f"it may paint {may_paint.mean():.0%} of the picture; changed elsewhere: {np.sum(changed & ~may_paint)} pixels")
assert not np.any(changed & ~may_paint)

# %% alt="Three pictures: the person, the same person with a grey region where the top, the arms and the neck were, and the result."
hidden = np.where(may_paint[..., None], np.uint8(128), before)
people_plots.draw_pictures([before, hidden, result], titles=["somebody", "what the model sees", "what it paints"], width=4.8)

# %% [markdown]
# Turn it yourself. Which pairs fool you? Which do you catch, and by what?

# %%
def draw(person, garment):
    return plots.draw_try_on(dresser.before(person), dresser.bodies.garment[garment], dresser.dress(person, garment), dresser.truth(person, garment))


# %% alt="The same four pictures for the first person and the first garment, under two sliders that choose both."
widgets.explore(draw, person=widgets.slider(0, len(dresser.people) - 1, 0), garment=widgets.slider(0, len(dresser.things) - 1, 0))

# %% [markdown]
# ## The map
#
# You start with one formula and end in this room. Each chapter adds one thing to the picture.

# %%
parts = {
    "The game": [("01", "Derive the losses", "why two networks should play at all"), ("02", "Train a toy GAN", "points that find their places"), ("03", "Build a DCGAN", "tops that nobody sewed")],
    "Trust it": [("04", "Diagnose broken GANs", "what is wrong, and why"), ("05", "Stabilise training", "cures, and their price"), ("06", "Measure quality", "how good, and for whom")],
    "Steer it": [("07", "Encode with a VAE", "the way back to the noise"), ("08", "Condition on attributes", "what you ask for")],
    "Repair it": [("09", "Prepare people", "photographs, safely"), ("10", "Translate pairs", "broken pictures, mended"), ("11", "Translate without pairs", "style without examples")],
    "Try it on": [("12", "Try on makeup", "looks on faces"), ("13", "Warp a garment", "cloth that bends"), ("14", "Try on clothes", "the picture above")],
    "Open it": [("15", "Run the studio", "people who like it or not")],
}
there = {path.name[:2] for path in (readiness.ROOT / "notebooks").glob("[0-9]*.ipynb")}

# %% tags=["nbval-ignore-output"]
face = datasets.load_faces("new_both", 8)
top = gallery.Sampler(gallery.find("dcgan_garments")).pictures([117])[0]
noisy = np.clip(top + np.random.default_rng(0).normal(0, 60, top.shape), 0, 255).astype("uint8")
pictures = {"03": top, "06": noisy, "09": face.bare[3], "12": face.picture[3], "13": dresser.bodies.garment[garment], "14": result}

# %% alt="A map of the course in six columns, from the game to the studio, with a box for each chapter that says what it adds, some with a small picture."
plots.draw_map(parts, there, pictures)

# %% [markdown]
# Read from left to right, or begin where you are curious: each chapter says which ones it needs.
#
# - *The game*: [01 Derive the losses](01_derive_the_losses.ipynb), [02 Train a toy GAN](02_train_a_toy_gan.ipynb), [03 Build a DCGAN](03_build_a_dcgan.ipynb)
# - *Trust it*: [04 Diagnose broken GANs](04_diagnose_broken_gans.ipynb), [05 Stabilise training](05_stabilise_training.ipynb), [06 Measure quality](06_measure_quality.ipynb)
# - *Steer it*: [07 Encode with a VAE](07_encode_with_a_vae.ipynb), [08 Condition on attributes](08_condition_on_attributes.ipynb)
# - *Repair it*: [09 Prepare people](09_prepare_people.ipynb), [10 Translate pairs](10_translate_pairs.ipynb), [11 Translate without pairs](11_translate_without_pairs.ipynb)
# - *Try it on*: [12 Try on makeup](12_try_on_makeup.ipynb), [13 Warp a garment](13_warp_a_garment.ipynb), [14 Try on clothes](14_try_on_clothes.ipynb)
# - *Open it*: [15 Run the studio](15_run_the_studio.ipynb)
#
# ## Faces, and care
#
# In the room below you may put yourself. Before you do, and above all before you put anybody else there:
#
# - **Ask.** Upload a picture of somebody else only if they said yes to *this*: being shown in clothes and makeup that they never wore. For children that is their parents' decision, and "it was on the internet" is nobody's consent.
# - **It stays here.** Pictures go from your browser to this computer's memory and are gone when you close the room. Nothing is uploaded to anybody and no picture is kept. Stars are, in a small file of yours; a button deletes them.
# - **Say that it is generated.** What leaves the room leaves it on a card with a visible mark. Don't cut it off: a picture of somebody in clothes that they never wore is a claim about them.
# - **It isn't equally good for everybody.** How good it is for which skin tone and which body is measured in each chapter, and stands in tables. Look there before you rely on it.
# - **It can't know who you are**, and isn't built to: no part of the course recognises people.
#
# ## The room
#
# Everything at once: a mirror, a wardrobe, an atelier. Doors whose models aren't trained yet are not there. It opens in a few seconds.

# %% tags=["nbval-ignore-output"] alt="The studio with its mirror open: its title, the doors to its rooms, and a rendered face before and after it was made up."
open_studio(dresser=dresser)

# %% [markdown]
# ## What we have now
#
# - A computer that is ready, and a model that dresses people who don't exist, with the truth beside it.
# - A rule that it keeps to the bit: it changes only what it may.
#
# ## Next
#
# [Derive the losses](01_derive_the_losses.ipynb): the one formula that all of this rests on. Three small [exercises](exercises/00_open_the_fitting_room.ipynb) come first, if you like.
#
# ## Further reading
#
# - E. Monk, *The Monk Skin Tone scale*, 2019: the ten tones by which we count.
# - *How to use this book*, a page of the book (`make book`), for those who learn alone and those who teach.
