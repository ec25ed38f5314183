# %% [markdown]
# # The people in this course
#
# Nobody here exists. We draw them: every face, every body, every garment and every stroke of makeup comes out of a renderer, `tryon_utils.paperdoll`, from a list of
# numbers and words that we call **factors**. There are two reasons.
#
# - **Nobody is exposed.** Collections of photographs for try-on are withdrawn, gated or not free to use, and the people on them were seldom asked.
# - **We know the right answer.** No camera can show *this* person, in *this* pose, in the garment that they did *not* put on. We just draw it. So whatever
#   a model of this course makes can be held against the truth, pixel by pixel, and by skin tone and body shape too.
#
# This page shows who and what there is, and lets you turn every factor. How the sets are split and how many samples ship with the course stands in the
# data card, `data/README.md`.

# %%
import tryon_utils  # first: it keeps TensorFlow's start-up log quiet
import dataclasses
import matplotlib.pyplot as plt
import numpy as np
from tryon_utils import paperdoll, widgets
from tryon_utils.paperdoll.body_lower import LOWERS
from tryon_utils.paperdoll.face_factors import EXPRESSIONS, HAIR_STYLES
from tryon_utils.paperdoll.garment_factors import HEMS, NECKLINES, PALETTES, PATTERNS, SLEEVES
from tryon_utils.paperdoll.pose import POSES
from tryon_utils.plotting import people as plots

plt.style.use("tryon_utils.course")

# %% [markdown]
# ## Everybody, once
#
# A person is drawn from a seed and a number, always the same. Each factor has its own stream of chance: skin tone, the face's proportions, hair, figure, pose, light, and so on. The ten **Monk
# skin tones** take turns, so that each comes equally often among any ten people in a row.

# %% alt="Twelve people from the hips up, in front of plain walls, of all skin tones, with different hair, figures, poses and tops."
crowd = [paperdoll.render_person(paperdoll.sample_person_factors(0, number), paperdoll.sample_garment_factors(0, number), 256)
         for number in range(12)]
plots.draw_pictures([person.picture for person in crowd], columns=6, width=7)

# %% alt="Twenty-four portraits of bare faces in four rows, of all skin tones, ages and hair styles."
faces = [paperdoll.render_face(paperdoll.sample_face_factors(0, number), None, 192).picture for number in range(24)]
plots.draw_pictures(faces, columns=8)

# %% [markdown]
# ## One factor at a time
#
# Change one factor, and only what it governs changes. Here is one person in all ten skin tones, with everything else kept. Light, makeup and cloth fall on all of them in the same way.

# %% alt="The same portrait ten times, once in each Monk skin tone from the lightest to the darkest."
face = paperdoll.sample_face_factors(0, 5)
tones = [paperdoll.render_face(dataclasses.replace(face, monk_tone=tone), None, 192).picture for tone in range(1, 11)]
plots.draw_pictures(tones, columns=5, titles=[f"Monk tone {tone}" for tone in range(1, 11)])

# %% alt="One person in every pose: arms hanging down, bent, raised and crossed."
person, garment = paperdoll.sample_person_factors(0, 3), paperdoll.sample_garment_factors(0, 8)
poses = [paperdoll.render_person(dataclasses.replace(person, pose=pose), garment, 256).picture for pose in POSES]
plots.draw_pictures(poses, columns=5, titles=list(POSES), width=6)

# %% [markdown]
# ## People and garments
#
# Each row is a person, each column a garment, as the shop shows it at the top. The models of chapters 13 to 15 get a row's person and a column's garment, and must find the picture where they meet.

# %% alt="A table of pictures: five garments from the shop in the first row, and below them three people, each of whom wears each garment in an unchanged pose."
garments = [paperdoll.sample_garment_factors(0, number) for number in (1, 4, 6, 9, 12)]
shop = [paperdoll.render_garment(garment, 256).picture for garment in garments]
worn = [sample.picture for number in (2, 7, 9) for sample in paperdoll.render_people(paperdoll.sample_person_factors(0, number), garments, 256)]
plots.draw_pictures(shop + worn, columns=5, width=6)

# %% [markdown]
# ## Faces and looks
#
# Makeup is painted in layers, before the light falls on it: foundation, contour, blush, eyeshadow, liner, brows, lipstick, gloss. A **look** is a set of layers with a name; each layer has a colour,
# an opacity, a shape and an intensity from 0 to 1. There are sixteen, from barely there to the stage.

# %% alt="The named looks, each on a different face, with its name above."
looks = [paperdoll.render_face(paperdoll.sample_face_factors(0, 30 + number), look, 192).picture
         for number, look in enumerate(paperdoll.LOOKS.values())]
plots.draw_pictures(looks, columns=6, titles=list(paperdoll.LOOKS), width=6.6)

# %% [markdown]
# ## The truth about a picture
#
# Every picture comes with what a real data set has to guess. For a body: a **parse map** (which pixel is hair, skin, garment), the **keypoints** of the skeleton, the region that a model must paint anew, and the **flow**: for each
# pixel of the worn garment, the place in the shop picture that it shows. Equal colours below are equal places on the cloth.

# %% alt="Eight panels: a person, the parse map in colours, keypoints and bones, the region to be painted in grey, the garment in the shop, the same garment coloured by place, the person with the same colours where these places are worn, and where the flow holds."
sample = paperdoll.render_person(person, garments[1], 384)
plots.draw_body_truth(sample, paperdoll.render_garment(garments[1], 384))

# %% alt="Panels of a face: bare, with makeup, the parse map, landmarks, what changed, and each makeup layer by itself."
face_sample = paperdoll.render_face(paperdoll.sample_face_factors(0, 12), paperdoll.LOOKS["wedding gold"], 256)
plots.draw_face_truth(face_sample)

# %% [markdown]
# Two of these truths are easily tested. Where a flow holds, fetching the garment's colours along it gives the cloth that is worn, before light falls on it. And where no layer of makeup lies, not one pixel has changed.

# %% tags=["nbval-check-output"]
unpainted = np.max([layer.opacity for layer in face_sample.layers], axis=0) == 0
np.testing.assert_array_equal(face_sample.picture[unpainted], face_sample.bare[unpainted])
print(f"{unpainted.mean():.0%} of the pixels have no makeup, and none of them changed")

# %% [markdown]
# ## Turn the factors
#
# Draw a person by number, then change what you like.

# %% alt="A person, the parse map, the keypoints and the flow, side by side; controls choose the person, skin tone, pose, and the top's sleeve, neckline, hem, fit, pattern and colours."
def draw_person(person, tone, pose, hair, lower, sleeve, neckline, hem, fit, pattern, palette):
    factors = paperdoll.sample_person_factors(0, person)
    face = dataclasses.replace(factors.face, monk_tone=tone, hair_style=hair)
    factors = dataclasses.replace(factors, face=face, pose=pose, lower=lower, lower_colour="indigo" if lower == "jeans" else "ink")
    garment = dataclasses.replace(paperdoll.sample_garment_factors(0, person), sleeve=sleeve, neckline=neckline, hem=hem, fit=fit,
                                  pattern=pattern, palette=palette)
    return plots.draw_body_truth(paperdoll.render_person(factors, garment, 192), paperdoll.render_garment(garment, 192))


widgets.explore(draw_person, person=widgets.slider(0, 99, 3), tone=widgets.slider(1, 10, 6), pose=widgets.choice(list(POSES)),
                hair=widgets.choice([style for style in HAIR_STYLES if style != "headscarf"]), lower=widgets.choice(list(LOWERS)),
                sleeve=widgets.choice(SLEEVES, "long"), neckline=widgets.choice(NECKLINES), hem=widgets.choice(HEMS, "hip"),
                fit=widgets.slider(0.0, 1.0, 0.4), pattern=widgets.choice(PATTERNS, "horizontal stripes"), palette=widgets.choice(list(PALETTES)))

# %% alt="A face bare and with makeup, its parse map, landmarks, what changed, and each layer; controls choose the person, skin tone, expression, light, turn of the head, look and intensity."
def draw_face(person, tone, expression, light, turn, look, intensity):
    factors = dataclasses.replace(paperdoll.sample_face_factors(0, person), monk_tone=tone, expression=expression,
                                  light_angle=light, yaw=turn)
    return plots.draw_face_truth(paperdoll.render_face(factors, paperdoll.LOOKS[look].at(intensity), 192))


widgets.explore(draw_face, person=widgets.slider(0, 99, 12), tone=widgets.slider(1, 10, 8), expression=widgets.choice(EXPRESSIONS),
                light=widgets.slider(-70.0, 70.0, -35.0), turn=widgets.slider(-15.0, 15.0, 0.0),
                look=widgets.choice(list(paperdoll.LOOKS), "lagoon lids"), intensity=widgets.slider(0.0, 1.0, 1.0))
