# %% [markdown]
# # Try on makeup
#
# **What you'll do**: teach a generator to put another person's makeup on a face that it never saw. It doesn't paint the face anew: it predicts *layers of pigment*, and you can turn each of them up, down, or into another colour. Then you teach
# it once more without a single pair, as one must on photographs, and find out what that costs.
#
# **What you'll learn**
# - why layers, and not faces, are what a network should predict;
# - how pigment and light add up, measured, so that a painted lip keeps its shadows;
# - how a reference face is laid over yours by its landmarks;
# - what a conditional discriminator adds to a good loss, and how to tell when it adds little;
# - how to train from two unordered piles: what they say about how much of a face is makeup, and why a loss on all of the skin would change its tone;
# - to read a model's results by region and by skin tone, next to simple methods.
#
# **What you need**: [Build a DCGAN](03_build_a_dcgan.ipynb), [Measure quality](06_measure_quality.ipynb), and [Prepare people](09_prepare_people.ipynb) for landmarks and regions.
#
# **Time**: about 60 minutes of reading, 120 seconds of training on two CPU cores

# %%
import tryon_utils  # first: it keeps TensorFlow's start-up log quiet
import dataclasses
import io
import time

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers, ops
from PIL import Image
from skimage import color, data
from tryon_utils import datasets, lab, losses, makeup_pairs, makeup_photos, makeup_scores, metrics, paperdoll, pigments, regions, training, widgets
from tryon_utils.gates import gate
from tryon_utils.models import face_reader, makeup
from tryon_utils.photos import intake
from tryon_utils.pigments import COVERING, LAB_UNIT, LAYERS, REGION_OF, REGIONS, SPREAD, WINDOW, draw_pairs, seen_difference, to_lab
from tryon_utils.plotting import makeup as makeup_plots
from tryon_utils.plotting import people

plt.style.use("tryon_utils.course")
training.use_small_net_threads()

# %%
references_each = 2          # faces in the same look, for each training face
batch_size = 8
steps_together = 300         # of the generator alone
steps_apart = 80             # then again as many, once alone and once against a discriminator
unpaired_steps, unpaired_batch_size = 60, 4
repair_steps = 100
adversarial_weight = 0.05
seed = 0

# %% [markdown]
# ## One face, another person's look
#
# You have a face without makeup, and a picture of somebody else whose makeup you like. What would *your* face look like in it? On photographs nobody knows: the same person, in the same light, with and without that makeup, is a picture that does not
# exist. In our rendered world it does.

# %% tags=["nbval-ignore-output"]
faces, new_faces = datasets.load_faces("train"), datasets.load_faces("new_both")

# %% tags=["nbval-check-output"]
def wearing(faces):
    return [(look.name, look.layers[0].intensity) for _, look in faces.recipes]


chosen = makeup_pairs.choose_references(wearing(faces), references_each, np.random.default_rng(0))
new_chosen = makeup_pairs.choose_references(wearing(new_faces), 1, np.random.default_rng(1))[:, 0]
print(f"to learn from: {len(faces)} faces in {len({name for name, _ in wearing(faces)})} looks")
print(f"to be judged by: {len(new_faces)} new people in {len({name for name, _ in wearing(new_faces)})} new looks")

# %% alt="A sheet of four rows. Each shows a bare face, another person with makeup, and the first face with that makeup: a dark berry mouth, blush under the eyes, teal lids, gold lids and a crimson mouth."
looks = {name: [number for number in range(len(new_faces)) if wearing(new_faces)[number][0] == name] for name in sorted({name for name, _ in wearing(new_faces)})}
shown = [max(numbers, key=lambda number: wearing(new_faces)[number][1]) for numbers in looks.values()]  # of each look, who wears it most strongly
people.draw_pictures([picture for number in shown for picture in (new_faces.bare[number], new_faces.picture[new_chosen[number]], new_faces.picture[number])],
                     3, ["your face", "the reference", "the truth"], width=2.7)

# %% [markdown]
# The reference is always somebody else, in the same look about as strongly. Its skin, its light and the way it holds its head are its own. These people and these four looks are not among those to learn from.
#
# *Predict, then run.* How good is a model that does nothing at all? We measure CIEDE2000 where makeup truly is, and next to it some simple methods: give the whole picture the reference's colours; give each region the colours of the reference's
# region; cut the reference's lips, eyes and cheeks out and paste them.

# %% tags=["nbval-ignore-output"]
masks, new_masks = (regions.soft_masks(some.landmarks, 64, 64) for some in (faces, new_faces))
reference, reference_marks = new_faces.picture[new_chosen], new_faces.landmarks[new_chosen]
answers = {
    "nothing": makeup_scores.no_op(new_faces.bare),
    "colours of the whole picture": makeup_scores.global_transfer(new_faces.bare, reference),
    "histograms of regions": makeup_scores.match_regions(new_faces.bare, new_masks, reference, new_masks[new_chosen]),
    "the same, but for the skin": makeup_scores.match_regions(new_faces.bare, new_masks, reference, new_masks[new_chosen], ("lips", "eyes")),
    "cut and paste": makeup_scores.paste_regions(new_faces.bare, new_faces.landmarks, new_masks, reference, reference_marks),
}
scores = {name: makeup_scores.compare(new_faces.picture, pictures, new_faces.opacity) for name, pictures in answers.items()}

# %% alt="Bars of the error of five simple methods, in lips, eyes, cheeks and all makeup. Doing nothing has an error of about five; matching the lips and eyes alone seven; everything that touches the skin eleven or more."
means = {name: {area: np.nanmean(values) for area, values in score.items()} for name, score in scores.items()}
makeup_plots.draw_scores(means)

# %% tags=["nbval-check-output"]
makeup_errors = {name: mean["makeup"] for name, mean in means.items()}
assert min(makeup_errors, key=makeup_errors.get) == "nothing"
assert means["histograms of regions"]["skin"] > 10 * means["nothing"]["skin"]
print("the best of the simple methods: nothing")

# %% [markdown]
# Nothing is hard to beat. What copies colours copies the reference's *skin* with them, and a face in a stranger's tone is worse than a bare one. By how much does a match of the whole skin move its tone?

# %% tags=["nbval-ignore-output"]
tone_of = np.array([face.monk_tone for face, _ in new_faces.recipes])


def skin_lightness(pictures):
    skin = new_masks[..., regions.NAMES.index("skin")]
    return (skin * color.rgb2lab(pictures)[..., 0]).sum(axis=(1, 2)) / skin.sum(axis=(1, 2))


moved = skin_lightness(answers["histograms of regions"]) - skin_lightness(new_faces.picture)
for first, last in ((1, 3), (4, 7), (8, 10)):
    there = (tone_of >= first) & (tone_of <= last)
    print(f"tones {first} to {last}: the skin's lightness moves by {moved[there].mean():+.1f} on average, by {np.abs(moved[there]).mean():.1f} in size")

# %% tags=["nbval-check-output"]
assert moved[tone_of <= 3].mean() < -5 and moved[tone_of >= 8].mean() > 5
print("who matches all of the skin makes light skin darker, and dark skin lighter")

# %% [markdown]
# Everybody comes out nearer to the middle. It is why no loss below may match the whole skin.
#
# ## Regions
#
# From 68 landmarks, `tryon_utils.regions` draws five soft masks. They say roughly where to look; they know nothing of any makeup.

# %% alt="Three faces, each beside the same face with one of its regions tinted: lips, the lids and the skin below the brows, the brows, the cheeks, and the rest of the skin."
makeup_plots.draw_regions(new_faces.bare[[3, 8, 21]], new_masks[[3, 8, 21]], regions.NAMES, width=4.4)

# %% [markdown]
# ## Layers, not faces
#
# A network that paints faces has to learn skin, hair and glasses only to copy them, and everything that it copies badly is damage. Ours says, for nine kinds of makeup, *where* and *what*: an **opacity** map in $[0, 1]$ and one **pigment**. A face
# without makeup needs no painting: all opacities 0.
#
# How do pigment and face add up? Three ideas for one layer with opacity $o$:
#
# - *flat*: $x \leftarrow (1-o)\,x + o\,c$. What everybody writes first. It covers shadows and highlights with one colour.
# - *lit, in linear light*: $x \leftarrow (1-o)\,x + o\,s\,c$, where $s$ says how bright the light is at this pixel.
# - *lit, in Lab*: lightness is multiplied, $L \leftarrow L\,(1 + o\,(r-1))$, and the colour axes are shifted, $(a,b) \leftarrow (a,b) + o\,d$.
#
# Each is linear in its pigment, so for a known opacity the best pigment comes out of least squares. Take true lipsticks and their true opacities, and look which idea can say what the renderer did.

# %% tags=["nbval-check-output"]
def best_fit(target, factor):
    return factor * (factor * target).sum(axis=0) / (factor * factor).sum(axis=0)


rival = {"flat": [], "lit, in linear light": [], "lit, in Lab": []}
lipstick = LAYERS.index("lipstick")
for bare, made, cover in zip(new_faces.bare[:60], new_faces.picture[:60], new_faces.opacity[:60, lipstick] / 255):
    there, o = cover > 0.1, cover[cover > 0.1][:, None]
    (x, x_lab), (y, y_lab) = ((ops.convert_to_numpy(lab.linear_from_srgb(pixels / 255)), ops.convert_to_numpy(to_lab(pixels))) for pixels in (bare[there], made[there]))
    light = x @ [[0.2126], [0.7152], [0.0722]]
    guesses = [(1 - o) * x + best_fit(y - (1 - o) * x, o), (1 - o) * x + best_fit(y - (1 - o) * x, o * light)]
    lit = x_lab + best_fit(y_lab - x_lab, o * np.concatenate([x_lab[:, :1], np.ones((len(x), 2))], axis=1))
    for found, colours in zip(rival.values(), [*(ops.convert_to_numpy(lab.from_linear(guess)) for guess in guesses), lit]):
        found.append(float(color.deltaE_ciede2000(y_lab, colours).mean()))
for name, found in rival.items():
    print(f"{name:22} {np.mean(found):.2f}")
assert np.argmin([np.mean(found) for found in rival.values()]) == 2

# %% [markdown]
# In Lab, then: the layers multiply lightness, and shadows stay shadows.

# %% tags=["twin:tryon_utils.pigments"]
def compose(face, opacity, pigment):
    lightness, shift = face[..., :1], face[..., 1:]
    for layer in range(opacity.shape[-1]):
        cover = opacity[..., layer:layer + 1]
        ratio, move = pigment[:, None, None, layer, :1], pigment[:, None, None, layer, 1:]
        lightness, shift = lightness * (1 + cover * (ratio - 1)), shift + cover * move
    return ops.concatenate([lightness, shift], axis=-1)


# %% [markdown]
# By hand, for one pixel: $L = 60$, $a = b = 10$, under a layer of opacity 0.5 that halves the lightness and adds 40 to $a$. Then $L = 60\,(1 - 0.5 \cdot 0.5) = 45$ and $a = 10 + 0.5 \cdot 40 = 30$.

# %% tags=["nbval-check-output"]
pixel = ops.convert_to_tensor([[[[60.0, 10.0, 10.0]]]])
made = compose(pixel, ops.convert_to_tensor([[[[0.5]]]]), ops.convert_to_tensor([[[0.5, 40.0, 0.0]]]))
np.testing.assert_allclose(made[0, 0, 0], [45, 30, 10])
np.testing.assert_array_equal(compose(pixel, ops.zeros((1, 1, 1, 1)), ops.convert_to_tensor([[[0.5, 40.0, 0.0]]])), pixel)
print("layered:", ops.convert_to_numpy(made)[0, 0, 0], "  with opacity 0: unchanged")

# %% [markdown]
# ## The reference, laid over
#
# Where does the reference wear its eyeshadow? On *its* lids. A thin-plate spline bends its picture until its landmarks lie on yours: then its lids are where yours are, and a convolution can compare the two pixel by pixel. Networks see a
# window of 48 by 40 pixels around the face.

# %% tags=["nbval-ignore-output"]
packed = makeup_pairs.pack_pairs(faces, masks, chosen)
windows = makeup_pairs.find_windows(new_faces.landmarks)
laid = makeup_pairs.lay_over(reference, reference_marks, new_faces.landmarks, windows)

# %% tags=["nbval-check-output"]
print("a packed face, its truth, masks, opacities and two references:", packed.shape, packed.dtype)
print("references laid over new faces:", laid.shape, laid.dtype)

# %% alt="Three columns of windows on six faces: the face, the reference as it is, and the reference bent so that its eyes and lips lie where the face has them."
few = shown + [3, 30]
own = makeup_pairs.cut(new_faces.bare, windows)[few]
people.draw_pictures([picture for three in zip(own, makeup_pairs.cut(reference, windows)[few], laid[few]) for picture in three], 9, ["face", "reference", "laid over"] * 3, width=5.4)

# %% [markdown]
# ## The generator
#
# Two questions, two parts.
#
# *Where?* A U-Net sees the face, the reference over it, both once more with their own skin's mean taken off (a blush on dark skin and one on light skin then look alike), and the masks. It answers with nine opacity maps.
#
# *What?* The pigment is **read from the reference, there**: the mean colour under each opacity map, on the face and on the reference. What covers (eyeshadow, lipstick) is what is seen on the reference; what tints (foundation, blush) starts as no change. A straight line and a
# small network per layer correct that, since the reference's skin shines through.

# %% tags=["twin:tryon_utils.models.makeup"]
@keras.saving.register_keras_serializable(package="tryon_utils")
class RegionMeans(layers.Layer):
    def call(self, inputs):
        colours, weights = inputs
        total = ops.sum(weights, axis=(1, 2))[..., None]
        return ops.einsum("bhwc,bhwr->brc", colours, weights) / (total + 1e-3)

    def compute_output_shape(self, input_shape):
        return (input_shape[0][0], input_shape[1][-1], input_shape[0][-1])


# %% tags=["twin:tryon_utils.models.makeup"]
@keras.saving.register_keras_serializable(package="tryon_utils")
class Pigments(layers.Layer):
    def __init__(self, covering=(), width=24, seed=0, **options):
        super().__init__(**options)
        self.covering, self.width, self.seed = tuple(covering), width, seed

    def build(self, input_shape):
        count, numbers = input_shape[0][1], 12 + input_shape[2][-1]
        draw = keras.initializers.HeNormal(keras.random.SeedGenerator(self.seed))
        self.first = self.add_weight(shape=(count, numbers, self.width), initializer=draw, name="first")
        self.bias = self.add_weight(shape=(count, self.width), initializer="zeros", name="bias")
        self.second = self.add_weight(shape=(count, self.width, 3), initializer="zeros", name="second")
        self.straight = self.add_weight(shape=(count, numbers, 3), initializer="zeros", name="straight")
        self.shift = self.add_weight(shape=(count, 3), initializer="zeros", name="shift")

    def call(self, inputs):
        own, theirs, palette = inputs
        count = own.shape[1]
        around = ops.broadcast_to(ops.expand_dims(palette, 1), (ops.shape(own)[0], count, palette.shape[-1]))
        known = ops.concatenate([own, theirs, theirs - own, ops.square((theirs - own) / LAB_UNIT) * LAB_UNIT, around], axis=-1) / LAB_UNIT
        hidden = ops.relu(ops.einsum("bkn,knh->bkh", known, self.first) + self.bias)
        found = ops.einsum("bkh,khc->bkc", hidden, self.second) + ops.einsum("bkn,knc->bkc", known, self.straight) + self.shift
        covers = ops.reshape(ops.convert_to_tensor([float(layer in self.covering) for layer in range(count)], "float32"), (1, -1, 1))
        colour = own + covers * (theirs - own) + 20.0 * found  # a covering pigment is what is seen there on the reference
        ratio = ops.maximum(colour[..., :1], 0.0) / ops.maximum(own[..., :1], 4.0)
        return ops.concatenate([0.02 + ratio, colour[..., 1:] - own[..., 1:]], axis=-1)

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def get_config(self):
        return {**super().get_config(), "covering": self.covering, "width": self.width, "seed": self.seed}


# %% [markdown]
# The masked mean is what it says: on two pixels of lightness 20 and 80, weighted 1 and 3, it is $(20 + 3 \cdot 80) / 4 = 65$.

# %% tags=["nbval-check-output"]
two_pixels = ops.convert_to_tensor([[[[20.0, 0.0, 0.0], [80.0, 0.0, 0.0]]]])
np.testing.assert_allclose(RegionMeans()([two_pixels, ops.convert_to_tensor([[[[1.0], [3.0]]]])])[0, 0, 0], (20 + 3 * 80) / 4, rtol=1e-3)
print("weighted mean: 65")

# %% tags=["twin:tryon_utils.models.makeup"]
def build_generator(shape=WINDOW, channels=16, layer_names=LAYERS, covering=COVERING, in_regions=False, seed=0):
    initializer = keras.initializers.HeNormal(keras.random.SeedGenerator(seed))

    def convolve(x, width, strides=1):
        return layers.LeakyReLU(0.1)(layers.Conv2D(width, 3, strides, "same", kernel_initializer=initializer)(x))

    face, reference = keras.Input((*shape, 3), name="face"), keras.Input((*shape, 3), name="reference")
    masks = keras.Input((*shape, len(REGIONS)), name="masks")
    own, theirs = RegionMeans()([face, masks]), RegionMeans()([reference, masks])
    palette = layers.Flatten()(layers.Concatenate(axis=-1)([own, theirs]))
    shown = [face / LAB_UNIT, reference / LAB_UNIT]
    shown += [(picture - means[:, None, -1:, :]) / (LAB_UNIT / 2) for picture, means in ((face, own), (reference, theirs))]  # but for the skin's tone
    x = convolve(layers.Concatenate(axis=-1)([*shown, masks]), channels)
    kept = []
    for times in (2, 3, 4):
        kept.append(convolve(x, (times - 1) * channels))
        x = convolve(kept[-1], times * channels, strides=2)
    code = layers.Dense(4 * channels, kernel_initializer=initializer)(palette / LAB_UNIT)
    x = convolve(layers.Add()([x, layers.Reshape((1, 1, 4 * channels))(code)]), 3 * channels)
    for skipped, times in zip(reversed(kept), (2, 1, 1), strict=True):
        x = convolve(layers.Concatenate(axis=-1)([layers.UpSampling2D()(x), skipped]), times * channels)
    x = convolve(x, channels)
    logits = layers.Conv2D(len(layer_names), 3, padding="same", kernel_initializer=initializer, bias_initializer=keras.initializers.Constant(-3.0))(x)
    if in_regions:  # each layer keeps to its own region
        allowed = ops.stack([masks[..., REGIONS.index(REGION_OF[name])] for name in layer_names], axis=-1)
    else:
        allowed = layers.MaxPooling2D(3, strides=1, padding="same")(ops.max(masks, axis=-1, keepdims=True))
    opacity = layers.Multiply(name="opacity")([layers.Activation("sigmoid")(logits), allowed])
    covers = [number for number, name in enumerate(layer_names) if name in covering]
    under = [RegionMeans()([picture, opacity]) for picture in (face, reference)]
    pigment = Pigments(covers, seed=seed, name="pigment")([*under, palette])
    return keras.Model([face, masks, reference], [opacity, pigment], name="generator")


# %% tags=["nbval-check-output"]
generator = build_generator(seed=3 * seed)
new_windows, mask_windows = makeup_pairs.cut(new_faces.bare, windows), makeup_pairs.cut(new_masks, windows)
opacity, pigment = generator([to_lab(new_windows[:4]), ops.convert_to_tensor(mask_windows[:4]), to_lab(laid[:4])])
print(f"{generator.count_params():,} weights;  opacity {tuple(opacity.shape)}, pigment {tuple(pigment.shape)}")
assert 0 <= ops.min(opacity) and ops.max(opacity) <= 1

# %% [markdown]
# ## What to train on, and for what
#
# There are twelve looks to learn from, and the test has four others, with colours that none of the twelve has. A network that sees twelve lipsticks learns twelve lipsticks. But we know where each layer lies and how much it lets through, so we can
# **recolour** truth and reference alike: give both the same new pigment. Then every batch wears makeup that nobody ever wore.
#
# One thing must be right: a layer that covers half lets half of the skin's *light* through. *Predict, then run.* Dark skin of lightness 25 under a layer that covers half of it, of a grey pigment of lightness 70: is the result lighter or darker than the middle, 47.5?

# %% tags=["nbval-check-output"]
skin_light, pigment_light = (lab.to_linear([[lightness, 0.0, 0.0]]) for lightness in (25.0, 70.0))
covered = float(lab.from_linear((skin_light + pigment_light) / 2)[0, 0])
changed = pigments.recolour(ops.reshape(skin_light, (1, 1, 1, 3)), ops.convert_to_tensor([[[[0.5, 0.0, 0.0]]]]), ops.reshape(pigment_light - skin_light, (1, 1, 3)) * ops.ones((1, 3, 1)))
np.testing.assert_allclose(changed[0, 0, 0, 0], covered, rtol=1e-4)
print(f"lightness {covered:.1f}")
assert covered > 54

# %% [markdown]
# Much lighter. When we wrote this chapter we first added the moves in Lab, and so taught the network the wrong answer. On average it hardly showed. By skin tone it did: light lids on the darkest three tones came out four steps too dark. A table by tone found an error in our
# *training data*. Now light is mixed as light.

# %% alt="Two rows of four windows. Above, one face made up four times, with lips in pink, grey, rose and magenta; below each its reference, whose lips have the same colour: once the face itself, three times somebody else."
draws = keras.random.SeedGenerator(11)
views = [draw_pairs(ops.convert_to_tensor(packed[[6]]), draws) for _ in range(4)]
rows = [[ops.convert_to_numpy(lab.to_srgb(view[place]))[0] for view in views] for place in (1, 2)]
people.draw_pictures([np.rint(255 * picture).astype("uint8") for row in rows for picture in row], 4, ["truth 1", "truth 2", "truth 3", "truth 4"], width=3.4)

# %% [markdown]
# The loss asks for the colour that is *seen*, three times as much on lips and eyes, which are small; a little for the true opacities, so that a layer means what it is called; and a little for calm edges.

# %% tags=["twin:tryon_utils.pigments"]
def layer_losses(made, truth, predicted, opacity, masks):
    painted = ops.cast(ops.max(opacity[..., 2:8], axis=-1) > 0.1, "float32")
    weights = 0.02 + 0.2 * ops.max(masks, axis=-1) + painted * (1.0 + 2.0 * ops.max(masks[..., :2], axis=-1))  # lips and eyes count three times
    colour = ops.sum(weights * seen_difference(truth, made), axis=(1, 2)) / ops.sum(weights, axis=(1, 2))
    unrest = sum(ops.mean(ops.abs(ops.diff(predicted, axis=axis))) for axis in (1, 2))
    share = ops.clip(predicted[..., :8], 1e-3, 1 - 1e-3)  # cross entropy: with plain L1, rare layers vanish at once and for good
    surprise = -ops.sum(opacity[..., :8] * ops.log(share) + (1 - opacity[..., :8]) * ops.log(1 - share), axis=-1)
    return {"colour": ops.mean(colour), "opacity": 3.0 * ops.mean(surprise), "smoothness": 0.1 * unrest}


# %% [markdown]
# CIEDE2000 itself has kinks and angles that gradients don't like. `pigments.seen_difference` is CIEDE2000 without them: a step is seen less where colours are strong and far from middle lightness, and red is seen more on dull skin, which matters most on the darkest. How near is it? On
# these faces, before and after makeup:

# %% tags=["nbval-check-output"]
pairs = [color.rgb2lab(pictures[:40]).reshape(-1, 3)[(new_faces.opacity[:40] > 60).any(axis=1).ravel()].astype("float32") for pictures in (new_faces.bare, new_faces.picture)]
agreement = np.corrcoef(color.deltaE_ciede2000(*pairs), ops.convert_to_numpy(pigments.seen_difference(*pairs)))[0, 1]
print(f"correlation over 97 %: {agreement > 0.97}")
assert agreement > 0.97

# %% [markdown]
# Could the error still be small and the face look wrong? Yes: a mean loss likes the middle. So a **discriminator** looks at patches, and, as it is *conditional*, at the bare face and the reference beside them: it doesn't ask whether this is a made-up face, but whether
# it is *this* face in *that* makeup. Spectral normalisation keeps it gentle, the hinge loss keeps it short.

# %% tags=["twin:tryon_utils.models.makeup"]
def build_discriminator(shape=WINDOW, channels=24, conditional=True, seed=0):
    initializer = keras.initializers.HeNormal(keras.random.SeedGenerator(seed))
    pictures = keras.Input((*shape, 9 if conditional else 3), name="pictures")
    x = pictures / LAB_UNIT
    for width, strides in ((channels, 2), (2 * channels, 2), (2 * channels, 2)):
        x = layers.SpectralNormalization(layers.Conv2D(width, 4, strides, "same", kernel_initializer=initializer))(x)
        x = layers.LeakyReLU(0.2)(x)
    logits = layers.SpectralNormalization(layers.Conv2D(1, 3, padding="same", kernel_initializer=initializer))(x)
    discriminator = keras.Model(pictures, logits, name="discriminator")
    for layer in discriminator.layers:
        if isinstance(layer, layers.SpectralNormalization):  # Keras draws this vector without a seed
            layer.vector_u.assign(initializer(layer.vector_u.shape))
    return discriminator


# %% tags=["twin:tryon_utils.models.makeup"]
class LayerModel(keras.Model):
    def __init__(self, generator, judges=(), adversarial_weight=0.05, average_decay=0.98, seed=0):
        super().__init__()
        self.generator, self.judges = generator, list(judges)
        self.adversarial_weight, self.average_decay = adversarial_weight, average_decay
        self.average_generator = keras.models.clone_model(generator)
        self.average_generator.set_weights(generator.get_weights())
        self.average_generator.trainable = False
        self.draws = keras.random.SeedGenerator(seed)

    def compile(self, generator_optimizer, judge_optimizer=None, **options):
        super().compile(optimizer=None, **options)
        self.generator_optimizer, self.judge_optimizer = generator_optimizer, judge_optimizer
        generator_optimizer.build(self.generator.trainable_variables)
        if self.judges:
            judge_optimizer.build(self.judge_variables())

    def judge_variables(self):
        return [variable for judge in self.judges for variable in judge.trainable_variables]

    def update_generator(self, tape, loss):
        self.generator_optimizer.apply(tape.gradient(loss, self.generator.trainable_variables), self.generator.trainable_variables)
        for average, newest in zip(self.average_generator.variables, self.generator.variables, strict=True):
            average.assign(self.average_decay * average + (1 - self.average_decay) * newest)

    def update_judges(self, pairs, discriminator_loss):
        with tf.GradientTape() as tape:
            loss = sum(discriminator_loss(judge(real, training=True), judge(ops.stop_gradient(fake), training=True))
                       for judge, (real, fake) in zip(self.judges, pairs, strict=True))
        self.judge_optimizer.apply(tape.gradient(loss, self.judge_variables()), self.judge_variables())
        return loss


# %% tags=["twin:tryon_utils.models.makeup"]
class MakeupTransfer(LayerModel):
    def __init__(self, generator, judges=(), spread=SPREAD, **options):
        super().__init__(generator, judges, **options)
        self.spread = spread

    def train_step(self, packed):
        face, truth, reference, masks, opacity = draw_pairs(packed, self.draws, self.spread)
        with tf.GradientTape() as tape:
            predicted, pigment = self.generator([face, masks, reference], training=True)
            made = compose(face, predicted, pigment)
            parts = layer_losses(made, truth, predicted, opacity, masks)
            loss = sum(parts.values())
            real, fake = (ops.concatenate([shown, face, reference], axis=-1) for shown in (truth, made))
            for judge in self.judges:
                loss = loss + self.adversarial_weight * losses.hinge_generator_loss(judge(fake, training=True))
        self.update_generator(tape, loss)
        if self.judges:
            parts["discriminator_loss"] = self.update_judges([(real, fake)], losses.hinge_discriminator_loss)
        return {name: value for name, value in parts.items() if name != "smoothness"}


# %% [markdown]
# ## Training
#
# First without a judge. Then the path forks: a copy goes on alone, another one against a discriminator, for as many steps, so that what the adversary adds can be told from what more training adds.

# %%
def falling(rate, steps):
    return keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(rate, steps, alpha=0.05), beta_1=0.8, beta_2=0.99)


def fit(model, samples, steps, rate, at_once=batch_size):
    model.compile(falling(rate, steps), keras.optimizers.Adam(5e-4, beta_1=0.5, beta_2=0.99))
    return training.train(model, samples, steps, at_once, seed=seed, callbacks=[training.Progress()])


def copy_of(generator):
    copied = keras.models.clone_model(generator)
    copied.set_weights(generator.get_weights())
    return copied


# %% tags=["training", "nbval-ignore-output"]
together = fit(MakeupTransfer(generator, seed=3 * seed + 1), packed, steps_together, 2e-3).generator
alone = fit(MakeupTransfer(copy_of(together), seed=3 * seed + 2), packed, steps_apart, 7e-4).average_generator

# %% tags=["training", "nbval-ignore-output"]
judge = build_discriminator(seed=3 * seed + 1)
judged = fit(MakeupTransfer(copy_of(together), [judge], adversarial_weight=adversarial_weight, seed=3 * seed + 2), packed, steps_apart, 7e-4).average_generator

# %% [markdown]
# Opacities are kept as whole numbers from 0 to 255, like pictures. `pigments.apply` lays them over a face of any size; where they are 0 the face stays, bit for bit.

# %%
def lay_look(generator, numbers, references):
    """Predict the layers that give each of these faces the look of a reference."""
    laid = makeup_pairs.lay_over(new_faces.picture[references], new_faces.landmarks[references], new_faces.landmarks[numbers], windows[numbers])
    opacity, pigment = makeup.predict(generator, new_windows[numbers], mask_windows[numbers], laid)
    return makeup_pairs.put_back(opacity, windows[numbers]), pigment


def record(name, pictures):
    answers[name], scores[name] = pictures, makeup_scores.compare(new_faces.picture, pictures, new_faces.opacity)
    means[name] = {area: np.nanmean(values) for area, values in scores[name].items()}


def score(name, generator):
    opacity, pigment = lay_look(generator, everybody, new_chosen)
    record(name, pigments.apply(new_faces.bare, opacity, pigment))
    return opacity, pigment


everybody = np.arange(len(new_faces))
score("layers, no adversary", alone)
score("layers, with adversary", judged);

# %% [markdown]
# ## How good is it?
#
# *Predict, then run.* By how much will it beat doing nothing? And will the adversary show in the table?

# %% alt="Bars of the error of seven methods by area. Both of ours, in orange, are the shortest everywhere, at about two thirds of doing nothing; between them no difference shows."
makeup_plots.draw_scores(means, best=("layers, no adversary", "layers, with adversary"))

# %% tags=["nbval-check-output"]
best_simple = min(makeup_errors.values())
gate("error in the makeup, as a share of the best simple method's", means["layers, with adversary"]["makeup"] / best_simple, at_most=0.75)
gate("CIEDE2000 outside the makeup", means["layers, with adversary"]["outside"], at_most=0.05)

# %% alt="Four faces in the four new looks: bare, reference, the result, the truth, and the error, which is largest on the lids and along the liner."
few = np.array(shown)
makeup_plots.draw_faces({"bare": new_faces.bare[few], "reference": reference[few], "made up": answers["layers, with adversary"][few]}, new_faces.picture[few], [wearing(new_faces)[number][0] for number in few], width=4.4)

# %% tags=["nbval-ignore-output"]
differing = (answers["layers, no adversary"] != answers["layers, with adversary"]).any(axis=-1).mean()
print(f"pixels on which the two differ at all: {differing:.1%}")

# %% [markdown]
# **Be honest about the adversary**: on this table, with this much training, it is a tie; on nearly all pixels the two are the same. Its own loss stays near 2, which is what the hinge loss is when it can't tell real from fake. The loss above already knows the truth of every pixel, and a discriminator can only guess it. Where there is no truth,
# further down, it is all we have.
#
# ## For whom?

# %% alt="Two panels of ten dots in the skin tones' colours, for doing nothing and for our model. In both the darkest tones lie highest; in ours all lie below those of doing nothing."
tables = {name: makeup_scores.by_tone(scores[answer]["makeup"], new_faces.recipes) for name, answer in (("nothing", "nothing"), ("ours", "layers, with adversary"))}
makeup_plots.draw_tones(tables)

# %% tags=["nbval-check-output"]
ratios = [ours.mean / before.mean for ours, before in zip(tables["ours"], tables["nothing"], strict=True)]
gate("tones that are better off than with nothing", sum(ratio < 1 for ratio in ratios), at_least=10)

# %% tags=["nbval-ignore-output"]
print(f"the worst tone, as a multiple of the mean: {makeup_scores.worst_tone(tables['nothing'])[1]:.2f} with nothing, {makeup_scores.worst_tone(tables['ours'])[1]:.2f} with ours")

# %% [markdown]
# Everybody gains. The same makeup makes a larger difference on the darkest skin, so doing nothing is already most wrong there, and what we leave undone is, too. Our aim was that no tone is more than 15 % worse than the mean. After a lesson's training it is **missed**: the darkest one is about a fifth
# worse. Hence no gate here, but the number.
#
# ## Trained longer
#
# A hundred seconds are short. With the course come three generators of the same code, from three seeds, that saw eight times as many steps (`make weights`). One seed may be luck; three say more.
#
# *Predict, then run.* What will longer training mend: the mean, or the worst tone?

# %%
shipped = [makeup.load(number) for number in range(3)]
found = [score(f"trained longer, seed {number}", generator) for number, generator in enumerate(shipped)]
opacity, pigment = found[0]
longer = [name for name in answers if name.startswith("trained longer")]

# %% tags=["nbval-check-output"]
gate("trained longer: error in the makeup, as a share of the best simple method's", [means[name]["makeup"] / best_simple for name in longer], at_most=0.55)
gate("trained longer: CIEDE2000 outside the makeup", [means[name]["outside"] for name in longer], at_most=0.05)

# %% [markdown]
# And the tones? In the table above each tone stands for twenty *other* people, in other looks and other light: the grey bars say how far chance alone may move a dot. We have a renderer, so we can ask the clean question: the *same* people, looks and light, in every tone.

# %% tags=["nbval-ignore-output"]
asked = np.repeat([number for numbers in looks.values() for number in numbers[:2]], 10)  # two people of each look, ten times
tones = np.tile(np.arange(1, 11), len(asked) // 10)
recipes = [(dataclasses.replace(new_faces.recipes[number][0], monk_tone=int(tone)), new_faces.recipes[number][1]) for number, tone in zip(asked, tones, strict=True)]
rendered = [paperdoll.render_face(*recipe, 64) for recipe in recipes]
toned, toned_truth = (np.array([getattr(sample, name) for sample in rendered]) for name in ("bare", "picture"))

# %% alt="A sheet of three rows of ten faces: the same person in ten skin tones, bare, with our layers, and the truth."
def score_tones(generator):
    opacity, pigment = makeup.predict(generator, makeup_pairs.cut(toned, windows[asked]), mask_windows[asked], laid[asked])
    made = pigments.apply(toned, makeup_pairs.put_back(opacity, windows[asked]), pigment)
    return made, makeup_scores.by_tone(makeup_scores.compare(toned_truth, made, new_faces.opacity[asked])["makeup"], recipes)


results = [score_tones(generator) for generator in shipped]
person = slice(40, 50)
people.draw_pictures([picture for pictures in (toned, results[0][0], toned_truth) for picture in makeup_pairs.cut(pictures[person], windows[asked[person]])], 10, width=4.4)

# %% alt="Four panels of ten dots in the skin tones' colours: doing nothing, and the three generators. In all three, every dot lies at about half its height for doing nothing, and none in the shaded band."
nothing = makeup_scores.by_tone(makeup_scores.compare(toned_truth, toned, new_faces.opacity[asked])["makeup"], recipes)
makeup_plots.draw_tones({"nothing": nothing} | {f"seed {number}": rows for number, (_, rows) in enumerate(results)})

# %% tags=["nbval-check-output"]
gate("the same people in ten tones: the worst tone, as a multiple of the mean", [makeup_scores.worst_tone(rows)[1] for _, rows in results], at_most=1.15)

# %% tags=["nbval-ignore-output"]
for name in longer:
    worst, share = makeup_scores.worst_tone(makeup_scores.by_tone(scores[name]["makeup"], new_faces.recipes))
    print(f"{name}: among twenty other people in each tone, tone {worst} is worst, {share:.2f} times the mean")

# %% [markdown]
# On the same people no tone is more than 15 % worse than the mean, which was our aim. Among different people one is, by 17 or 18 %: part of that is whom chance put there, and part is not. Look at the lids in the darkest tones above: light eyeshadow still comes out a little too dark. If you had only
# photographs, you could not tell the two apart. Then take more people, and say which table you show.
#
# From here on we use the first of the three.
#
# ## Turn it up, turn it down
#
# Every region has its strength, a number that its opacities are multiplied by. At 0 you get your picture back, every bit of it.

# %% tags=["nbval-check-output"]
strengths = np.linspace(0, 1, 6)
np.testing.assert_array_equal(pigments.apply(new_faces.bare, opacity, pigment, 0.0), new_faces.bare)
ramp = [pigments.apply(new_faces.bare[few], opacity[few], pigment[few], float(strength)) for strength in strengths]
changes = np.array([makeup_scores.compare(new_faces.bare[few], pictures, new_faces.opacity[few])["makeup"] for pictures in ramp])
assert np.all(np.diff(changes, axis=0) > 0)
for region in ("lips", "eyes", "cheeks"):
    alone = [pigments.apply(new_faces.bare[few], opacity[few], pigment[few], dict.fromkeys(REGIONS, 0.0) | {region: float(strength)}) for strength in strengths]
    change = [np.nanmean(makeup_scores.compare(new_faces.bare[few], pictures, new_faces.opacity[few])[region]) for pictures in alone]
    assert change[0] == 0 and np.all(np.diff(change) > 0)
print("0 changes nothing; every step changes every face more than the one before, and so does each region by itself")

# %% alt="Four faces from bare to fully made up in six steps, one look a row; beside them four lines of the change, which all rise from 0 without a dip."
makeup_plots.draw_strengths([makeup_pairs.cut(pictures, windows[few]) for pictures in ramp], strengths, {wearing(new_faces)[number][0]: changes[:, place] for place, number in enumerate(few)}, "change, CIEDE2000", width=5.4)

# %% [markdown]
# ## From one look to another
#
# Two looks are eighteen layers. Turn the first nine down while you turn the others up.

# %%
def blend(number, first, second, share):
    (one, its), (other, others) = (lay_look(shipped[0], [number], [reference]) for reference in (first, second))
    faded = np.concatenate([one * (1 - share), other * share], axis=-1)
    return pigments.apply(new_faces.bare[[number]], np.rint(faded).astype("uint8"), np.concatenate([its, others], axis=1))[0]


np.testing.assert_array_equal(blend(3, shown[0], shown[1], 0.0), blend(3, shown[0], shown[2], 0.0))  # nothing of the second look yet

# %% alt="Two faces, each in six pictures from one look to another: the colours of lids and lips go over into the other look's without a jump."
blends = {number: np.array([blend(number, shown[first], shown[second], share) for share in strengths]) for number, first, second in ((3, 0, 3), (30, 1, 2))}
people.draw_pictures([picture for number, pictures in blends.items() for picture in makeup_pairs.cut(pictures, np.repeat(windows[[number]], 6, axis=0))], 6,
                     [f"{share:.0%}" for share in strengths], width=3.8)

# %% [markdown]
# And since a layer is a layer, you can give one another colour. Try all of it: any face, any look, any strength, another colour for the lips.

# %% alt="A face, bare in its left half and made up in its right half, with sliders for the person, the look, the strength of lips, eyes and cheeks, the colour of the lips and the place of the dividing line."
lip_colours = {"of the reference": None, "red": (0.70, 0.05, 0.10), "plum": (0.36, 0.10, 0.24), "coral": (0.93, 0.42, 0.33), "blue": (0.15, 0.25, 0.65)}


def mirror(face, look, lips, eyes, cheeks, lip_colour, share):
    opacity, pigment = lay_look(shipped[0], [face], [look])
    if lip_colour is not None:
        colours = pigments.colours_of(new_faces.bare[[face]], opacity, pigment)
        colours[:, lipstick] = lip_colour
        pigment[:, lipstick] = pigments.pigment_for(new_faces.bare[[face]], opacity, colours)[:, lipstick]
    after = pigments.apply(new_faces.bare[[face]], opacity, pigment, {"lips": lips, "eyes": eyes, "cheeks": cheeks})
    return makeup_plots.draw_before_after(new_faces.bare[face], after[0], share)


widgets.explore(mirror, face=widgets.slider(0, len(new_faces) - 1, int(few[-1])), look=widgets.choice({wearing(new_faces)[number][0]: number for number in shown}),
                lips=widgets.slider(0.0, 1.0, 1.0), eyes=widgets.slider(0.0, 1.0, 1.0), cheeks=widgets.slider(0.0, 1.0, 1.0),
                lip_colour=widgets.choice(lip_colours, label="lip colour"), share=widgets.slider(0.0, 1.0, 0.5, label="before | after"))

# %% [markdown]
# ## A look, taught layer by layer
#
# What a make-up artist would tell you, in painting order: what comes next, where, and in which colour.

# %% alt="A strip: the bare face, then the same face with one layer more each time, foundation, blush, eyeshadow, liner, lipstick and so on; below, what was added."
face = int(few[-1])
worn = [layer for layer in range(len(LAYERS)) if opacity[face, ..., layer].max() > 60]
steps = [new_faces.bare[face]]
for last in worn:
    kept = np.where(np.arange(len(LAYERS)) <= last, opacity[[face]], 0).astype("uint8")
    steps.append(pigments.apply(new_faces.bare[[face]], kept, pigment[[face]])[0])
colours = ops.convert_to_numpy(lab.linear_from_srgb(pigments.colours_of(new_faces.bare[[face]], opacity[[face]], pigment[[face]])[0, worn]))
makeup_plots.draw_layers(np.array(steps), np.moveaxis(opacity[face][..., worn], -1, 0) / 255, colours, [LAYERS[layer] for layer in worn])

# %% [markdown]
# ## Without pairs
#
# Now the real world. You have a pile of bare faces and a pile of made-up ones, of other people, in no order. Nobody is in both. What can be asked of the same generator?
#
# - **Cycle**: put a look on, take it off again (the reference is now a bare face): the face is back. Take a look off, put it on again: the look is back.
# - **Identity**: a bare reference changes nothing.
# - **Histograms**: sort the colours of the lips, of the lids, on the result and on the reference: the sorted lists should agree. Which pixel has which colour doesn't matter.
# - **Two judges**: results belong to the pile of made-up faces, faces that were freed of makeup to the pile of bare ones.
#
# Which colours should agree? The reference's lips are its own lips, under its own light, below its lipstick. How much of what you see is makeup? Nobody knows for one picture; but *the piles* know. Lips differ from their skin with lipstick and without. Over the pile
# of bare faces they differ by a little, over the pile of made-up ones by more. What bare lips vary by is a person's **own**; the rest is makeup.
#
# By hand, with one number for a colour: bare lips lie at 0 beside their skin on average, with a variance of 4; made-up ones at 3, with a variance of 16. A reference's lips lie at 7. A quarter, $4/16$, of what it has over the mean is its own: $(7-3)/4 = 1$. So $7 - 1 = 6$ is
# makeup. With three numbers, the quarter is a matrix: the bare pile's covariance, divided by the other's.

# %% tags=["twin:tryon_utils.pigments"]
def skin_mean(colours, masks):
    skin = masks[..., REGIONS.index("skin")][..., None]
    return ops.sum(skin * colours, axis=(1, 2), keepdims=True) / (ops.sum(skin, axis=(1, 2), keepdims=True) + 1e-3)


def expected_makeup(colours, masks, clouds):
    differs = colours - skin_mean(colours, masks)
    return sum(masks[..., REGIONS.index(name)][..., None] * (differs - bare - ops.matmul(differs - made_up, ops.transpose(own)))
               for name, (bare, made_up, own) in clouds.items())


# %% tags=["nbval-check-output"]
lips_and_skin = np.eye(5, dtype="float32")[[REGIONS.index("lips"), REGIONS.index("skin")]][None, None]  # masks of two pixels
two_pixels = ops.convert_to_tensor([[[[57.0, 0.0, 0.0], [50.0, 0.0, 0.0]]]])
by_hand = {"lips": (np.zeros(3, "float32"), np.float32([3, 0, 0]), np.eye(3, dtype="float32") * 4 / 16)}
np.testing.assert_allclose(expected_makeup(two_pixels, ops.convert_to_tensor(lips_and_skin), by_hand)[0, 0, 0], [6, 0, 0], atol=0.05)
print("of a difference of 7, makeup is 6")

# %% tags=["nbval-check-output"]
people_in_order = np.random.default_rng(2).permutation(len(faces))
piles = makeup_pairs.pack_piles(faces, masks, people_in_order[:500], people_in_order[500:], np.random.default_rng(3))
clouds = makeup_pairs.compare_piles(piles)
print("a bare face, a made-up one and another bare one laid over it, and the made-up one itself:", piles.shape)

# %% [markdown]
# *Predict, then run.* Three ways to carry the reference's colours over, without any training. Which is nearest to the truth, that only we know? And is it nearer than doing nothing?

# %% tags=["nbval-ignore-output"]
carried = pigments.carry_over(new_windows, mask_windows, laid, clouds)
own_lab, laid_lab, window_masks = to_lab(new_windows), to_lab(laid), ops.convert_to_tensor(mask_windows.astype("float32"))
on_own_skin = lab.to_srgb(laid_lab + skin_mean(own_lab, window_masks) - skin_mean(laid_lab, window_masks))
window_truth, window_opacity = makeup_pairs.cut(new_faces.picture, windows), makeup_pairs.cut(new_faces.opacity.transpose(0, 2, 3, 1), windows).transpose(0, 3, 1, 2)
ways = {"nothing": new_windows, "as they are": laid, "moved to your skin's mean": np.rint(255 * np.clip(on_own_skin, 0, 1)).astype("uint8"), "what is makeup": carried}
way_errors = {name: np.nanmean(makeup_scores.compare(window_truth, pictures, window_opacity)["makeup"]) for name, pictures in ways.items()}
for name, error in way_errors.items():
    print(f"{name:28} {error:5.2f}")

# %% tags=["nbval-check-output"]
print("from best to worst:", ", ".join(sorted(way_errors, key=way_errors.get)))

# %% [markdown]
# The colours of all of a face are far worse than nothing, and a match of the skin's mean doesn't save them. What the piles call makeup is the first thing in this chapter without pairs that beats nothing. So that is what our generator is shown as its reference, and what its
# histograms are compared with. It knows, too, how to take makeup *off*: subtract.
#
# Sort the colours of a region, and sort the wanted ones: a histogram loss compares the two lists.

# %% tags=["twin:tryon_utils.pigments"]
def histogram_difference(colours, wanted, mask, count=32):
    _, places = ops.top_k(ops.reshape(mask, (-1, mask.shape[1] * mask.shape[2])), count)
    drawn = [ops.sort(ops.take_along_axis(ops.reshape(values, (-1, mask.shape[1] * mask.shape[2], 3)), places[..., None], axis=1), axis=1)
             for values in (colours, wanted)]
    return ops.mean(ops.abs(drawn[0] - drawn[1]))


# %% [markdown]
# On three pixels: 1, 5, 3 against 3, 1, 6. Sorted, 1, 3, 5 against 1, 3, 6: the mean difference is 1/3.

# %% tags=["nbval-check-output"]
one_channel = lambda values: ops.convert_to_tensor(values, "float32")[None, None, :, None] * ops.ones((1, 1, 1, 3))  # noqa: E731
np.testing.assert_allclose(histogram_difference(one_channel([1, 5, 3]), one_channel([3, 1, 6]), ops.ones((1, 1, 3)), count=3), 1 / 3, rtol=1e-6)
print("sorted lists differ by 1/3")

# %% tags=["twin:tryon_utils.models.makeup"]
class UnpairedTransfer(LayerModel):
    def __init__(self, generator, judges, clouds, **options):
        super().__init__(generator, judges, **options)
        self.clouds = clouds

    def lay_on(self, faces, masks, references):
        opacity, pigment = self.generator([ops.concatenate(faces), ops.concatenate(masks), ops.concatenate(references)], training=True)
        return ops.split(compose(ops.concatenate(faces), opacity, pigment), len(faces))

    def train_step(self, packed):
        values = ops.cast(packed, "float32")
        bare, made_over, bare_over, other = (to_lab(values[..., start:start + 3]) for start in (0, 8, 11, 14))
        masks, other_masks = values[..., 3:8] / 255.0, values[..., 17:22] / 255.0
        look, none = (expected_makeup(over, masks, self.clouds) for over in (made_over, bare_over))
        worn = expected_makeup(other, other_masks, self.clouds)
        with tf.GradientTape() as tape:
            made, same, removed = self.lay_on([bare, bare, other], [masks, masks, other_masks], [bare + look, bare + none, other - worn])
            bare_again, other_again = self.lay_on([made, removed], [masks, other_masks], [made - look, removed + worn])
            cycle = ops.mean(lab.difference(bare, bare_again)) + ops.mean(lab.difference(other, other_again))
            identity = ops.mean(lab.difference(bare, same))
            histogram = sum(histogram_difference(made, bare + look, masks[..., place]) + 0.5 * histogram_difference(removed, other - worn, other_masks[..., place])
                            for place in map(REGIONS.index, self.clouds))
            fooled = sum(losses.least_squares_generator_loss(judge(fake, training=True)) for judge, fake in zip(self.judges, (made, removed), strict=True))
            loss = 0.5 * cycle + 0.3 * identity + histogram + self.adversarial_weight * fooled
        self.update_generator(tape, loss)
        judged = self.update_judges([(other, made), (bare, removed)], losses.least_squares_discriminator_loss)
        return {"cycle": cycle, "histogram": histogram, "discriminator_loss": judged}

# %% tags=["training", "nbval-ignore-output"]
piles_judges = [build_discriminator(conditional=False, seed=3 * seed + place) for place in (1, 2)]
unpaired = UnpairedTransfer(build_generator(covering=LAYERS, in_regions=True, seed=3 * seed + 1), piles_judges, clouds, adversarial_weight=1.0, average_decay=0.95, seed=seed)
fit(unpaired, piles, unpaired_steps, 2e-3, unpaired_batch_size);

# %% [markdown]
# *Predict, then run.* Real data sets can't tell how good that is. Ours can: the hidden pairs are there. Will it be nearer to the paired model, or to doing nothing?

# %% tags=["nbval-check-output"]
record("the piles' colours, no network", np.where(makeup_pairs.put_back(np.full((len(carried), *WINDOW, 1), 1), windows) > 0, makeup_pairs.put_back(carried, windows), new_faces.bare))
found_opacity, found_pigment = makeup.predict(unpaired.average_generator, new_windows, mask_windows, carried)
record("layers, no pairs", pigments.apply(new_faces.bare, makeup_pairs.put_back(found_opacity, windows), found_pigment))
unpaired_error, paired_error = (means[name]["makeup"] for name in ("layers, no pairs", "layers, with adversary"))
gate("without pairs: error in the makeup, as a share of doing nothing's", unpaired_error / best_simple, at_most=0.95)
gate("without pairs: the share of the gain that pairs bring", (best_simple - unpaired_error) / (best_simple - paired_error), at_least=0.2)

# %% [markdown]
# Between a quarter and two fifths of the way, over five seeds: that is what no pairs cost here. And honestly, the piles' colours by themselves, without a network, are nearer to the truth (4.4 against 4.6 to 4.9): a layer has one pigment, and eyes have many colours. But with a picture of colours
# you can do nothing more. With layers you have the strengths, the regions, the strip.

# %% alt="Four faces in the four new looks: bare, the reference, the result learned from pairs, the one learned without them, the truth, and the error without pairs. Without pairs the looks come out paler; most of the error lies on lids, lips and cheeks."
makeup_plots.draw_faces({"bare": new_faces.bare[few], "reference": reference[few], "from pairs": answers["layers, with adversary"][few],
                         "without pairs": answers["layers, no pairs"][few]}, new_faces.picture[few], width=4.4)

# %% [markdown]
# ## Everything in one table
#
# Colour is not all. Is it still the same person? A small network of ours (`models.face_reader`), which no makeup model was trained with, says whose face it is, where its landmarks are, and what it looks like. So we can ask: how far do the landmarks
# **drift** that it reads, in pixels? Of how many people does it still say who they are, among two hundred? And how unlike are results and true made-up faces as *sets* (KID)?
#
# *Predict, then run.* True makeup moves no landmark. Will the drift of the truth be 0?

# %% tags=["nbval-ignore-output"]
reader = face_reader.load()
read = {name: face_reader.read(reader, pictures) for name, pictures in {"bare": new_faces.bare, "the truth": new_faces.picture, **answers}.items()}
means["the truth"] = dict.fromkeys(makeup_scores.AREAS, 0.0)
judged_by_reader = {}
print(f"{'':32} lips   eyes cheeks   skin outside  drift  known    KID")
for name in ("the truth", *answers):
    drift = makeup_scores.landmark_drift(read["bare"].landmarks, read[name].landmarks).mean()
    known = makeup_scores.recognised(read["bare"].embedding, read[name].embedding).mean()
    distance = metrics.kid(read["the truth"].features, read[name].features).value if name != "the truth" else 0.0
    judged_by_reader[name] = (drift, known, distance)
    print(f"{name:30}", *(f"{means[name][area]:6.2f}" for area in ("lips", "eyes", "cheeks", "skin")), f"{means[name]['outside']:7.2f} {drift:6.2f} {known:6.0%} {distance:6.3f}")

# %% tags=["nbval-ignore-output"]
print("trained longer, mean of three seeds, by skin tone")
print(f"{'tone':>4}   lips   eyes cheeks   skin outside  drift  known")
for tone in range(1, 11):
    there = tone_of == tone
    row = [np.mean([np.nanmean(scores[name][area][there]) for name in longer]) for area in ("lips", "eyes", "cheeks", "skin", "outside")]
    drift = np.mean([makeup_scores.landmark_drift(read["bare"].landmarks[there], read[name].landmarks[there]).mean() for name in longer])
    known = np.mean([makeup_scores.recognised(read["bare"].embedding, read[name].embedding)[there].mean() for name in longer])
    print(f"{tone:4}", *(f"{value:6.2f}" for value in row[:4]), f"{row[4]:7.2f} {drift:6.2f} {known:6.0%}")

# %% [markdown]
# Layers leave everybody who they are, and the landmarks drift no more than with true makeup: by a tenth of a pixel, by two tenths on the two darkest tones. By region, it is the eyes that are worst on dark skin. A match of the skin's histograms makes two in three people somebody else. And KID? It finds *nothing* as good as anything of ours, with distances around 0: features that were taught to tell people
# hardly see a lipstick. A measure that can't tell doing nothing from the truth is no judge here. Look at that row first, always.
#
# ## Repair
#
# The same idea evens out what somebody may not like: spots, and dark circles under the eyes. Here a layer has to *lighten*. We render a few people again without either, and teach a small generator of two layers. Its reference is the face itself.

# %% tags=["nbval-ignore-output"]
def clean_twins(faces, count, first=0):
    marked = [number for number, (face, _) in enumerate(faces.recipes) if face.blemishes + face.dark_circles > 0.5][first:first + count]
    plain = [dataclasses.replace(faces.recipes[number][0], blemishes=0.0, dark_circles=0.0) for number in marked]
    return marked, np.array([paperdoll.render_face(face, None, 64).bare for face in plain])


marked, clean = clean_twins(faces, 64)
new_marked, new_clean = clean_twins(new_faces, 24)

# %%
def pack_repair(faces, marked, clean):
    marked_masks = np.rint(255 * regions.soft_masks(faces.landmarks[marked], 64, 64)).astype("uint8")
    return makeup_pairs.cut(np.concatenate([faces.bare[marked], clean, marked_masks], axis=-1), makeup_pairs.find_windows(faces.landmarks[marked]))


repair_pairs, new_repair = pack_repair(faces, marked, clean), pack_repair(new_faces, new_marked, new_clean)

# %% tags=["twin:tryon_utils.models.makeup"]
class LayerRepair(LayerModel):
    def train_step(self, packed):
        values = ops.cast(packed, "float32")
        face, clean, masks = to_lab(values[..., :3]), to_lab(values[..., 3:6]), values[..., 6:] / 255.0
        with tf.GradientTape() as tape:
            opacity, pigment = self.generator([face, masks, face], training=True)
            weights = 0.1 + lab.difference(clean, face)  # most pixels need no repair, and would win if all counted alike
            colour = ops.sum(weights * lab.difference(clean, compose(face, opacity, pigment))) / ops.sum(weights)
        self.update_generator(tape, colour)
        return {"colour": colour}


# %% tags=["training", "nbval-ignore-output"]
repair = LayerRepair(build_generator(layer_names=("under the eyes", "spots"), seed=seed), average_decay=0.9, seed=seed)
fit(repair, repair_pairs, repair_steps, 5e-4)  # at 5e-3 the pigments run off before the opacities know where, and all goes to 0
repair_opacity, repair_pigment = makeup.predict(repair.average_generator, new_repair[..., :3], new_repair[..., 6:] / 255, new_repair[..., :3])

# %% tags=["nbval-check-output"]
repaired = [pigments.apply(new_repair[..., :3], repair_opacity, repair_pigment, float(strength)) for strength in strengths]
changed = (np.abs(new_repair[..., :3].astype(int) - new_repair[..., 3:6]) > 4).any(axis=-1)
seen = changed.any(axis=(1, 2))  # on some, glasses hide all of it
remaining = [metrics.colour_difference(new_repair[seen, ..., 3:6], pictures[seen], changed[seen]).mean() for pictures in repaired]
gate("what remains of spots and circles, as a share", remaining[-1] / remaining[0], at_most=0.6)

# %% tags=["nbval-ignore-output"]
shipped_layers = makeup.predict(makeup.load_repair(), new_repair[..., :3], new_repair[..., 6:] / 255, new_repair[..., :3])
longer = metrics.colour_difference(new_repair[seen, ..., 3:6], pigments.apply(new_repair[..., :3], *shipped_layers)[seen], changed[seen]).mean()
print(f"of spots and circles remain {remaining[-1] / remaining[0]:.0%}; trained longer, on a thousand faces, {longer / remaining[0]:.0%}: that one evens faces out in the studio's mirror")

# %% alt="Three faces with dark circles or spots, repaired in six steps of strength, which fade; beside them a line that falls."
clearest = np.argsort(-np.where(changed, np.abs(new_repair[..., :3].astype(int) - new_repair[..., 3:6]).sum(axis=-1), 0).sum(axis=(1, 2)))[:3]
makeup_plots.draw_strengths([pictures[clearest] for pictures in repaired], strengths, {"spots and circles": remaining}, width=5.4)

# %% [markdown]
# ## On a photograph
#
# A photograph has a million pixels, and our network sees 48 by 40. For a network that paints faces that would be the end. For layers it isn't: the face is found by its landmarks and laid upright, the layers are predicted small, their opacities are spread over the photograph *along its
# own edges* (a guided filter; `tryon_utils.makeup_photos`), and they are laid on the photograph's own pixels. What no layer covers stays as it was taken.
#
# The one photograph of a person that comes with our packages is NASA's portrait of Eileen Collins. *Predict, then run*: the network has seen rendered faces only, a thousand of them. What will carry over, and what won't?

# %% tags=["nbval-check-output"]
photograph = data.astronaut()
made_up = [makeup_photos.apply_look(shipped[0], photograph, new_faces.picture[number], reference_points=new_faces.landmarks[number]) for number in shown]
untouched = np.mean([(photograph == picture).all(axis=-1).mean() for picture in made_up])
print(f"{photograph.shape[1]} x {photograph.shape[0]} pixels, of which at least four in five stay as they were, bit for bit: {untouched > 0.8}")
assert untouched > 0.8

# %% alt="A photograph of a woman in an orange space suit, her face only: as it was taken, and in the four new looks of rendered references. In the first look her lips turn purple, in the third her lids a little blue; the rest changes slightly."
face_only = (slice(60, 215), slice(155, 290))
people.draw_pictures([photograph[face_only], *[picture[face_only] for picture in made_up]], 5, ["as taken", *[wearing(new_faces)[number][0] for number in shown]], width=5.0)

# %% [markdown]
# How long does that take? The issue of a mirror is that it must keep up with you.

# %% tags=["nbval-ignore-output"]
def milliseconds(run, count):
    took = []
    for _ in range(count + 2):
        started = time.perf_counter()
        run()
        took.append(1000 * (time.perf_counter() - started))
    return np.array(took[2:])  # the first two also load and compile


stored = io.BytesIO()
Image.fromarray(photograph).resize((1024, 1024), Image.Resampling.LANCZOS).save(stored, "jpeg", quality=92)
one = [ops.convert_to_numpy(to_lab(new_windows[:1])), mask_windows[:1].astype("float32"), ops.convert_to_numpy(to_lab(laid[:1]))]
call = milliseconds(lambda: shipped[0].predict_on_batch(one), 100)
whole = milliseconds(lambda: makeup_photos.apply_look(shipped[0], intake.read(stored.getvalue()).pixels, reference[0], reference_points=reference_marks[0]), 10)
print(f"the network, one face: {np.quantile(call, 0.95):.1f} ms at the 95th percentile")
print(f"1024 x 1024, from the file's bytes to the result: {np.median(whole):.0f} ms, in the middle of ten")

# %% [markdown]
# Nobody knows the truth here, so there is no number to print. Look for yourself: what colour the lips and lids have carries over; whether it is the colour *she* would have, under that light, nobody measured. A model that was taught by renders makes no promise about
# people; it makes a suggestion. And ask before you put makeup on somebody's picture.
#
# ## What we have now
#
# - `pigments.compose`: layers that multiply lightness and shift colour, and a generator that predicts them from a face and a reference laid over it.
# - A strength for every region, monotone, and 0 gives the picture back; colours that can be changed; a look as a strip of steps.
# - Two ways to train it, with pairs and without, and what the second costs, measured on pairs that it never saw; and `pigments.expected_makeup`, which two piles are enough for.
# - A table by skin tone beside every score, with doing nothing in it.
#
# ## Next
#
# First the [exercises](exercises/12_try_on_makeup.ipynb). Then clothes: a garment has to be bent before it can be worn.
#
# ## Further reading
#
# - Li, Qian, Dong, Liu, Yan, Zhu, Lin, *BeautyGAN: Instance-level Facial Makeup Transfer with Deep Generative Adversarial Network*, 2018: two piles, a cycle and histograms by region.
# - Jiang, Liu, Gao, Chen, Hu, Feng, Yan, *PSGAN: Pose and Expression Robust Spatial-Aware GAN for Customizable Makeup Transfer*, 2020: the reference's makeup as maps that fit your face.
# - Isola, Zhu, Zhou, Efros, *Image-to-Image Translation with Conditional Adversarial Networks*, 2017: conditional discriminators that judge patches.
# - Zhu, Park, Isola, Efros, *Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks*, 2017.
# - Reinhard, Ashikhmin, Gooch, Shirley, *Color Transfer between Images*, 2001: the simple method with the longest life.
