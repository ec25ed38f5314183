# %% [markdown]
# # Warp a garment
#
# **What you'll do**: take a garment as a shop shows it, flat on white, and bring it into the shape that it has on a person: shoulders where the shoulders are, sleeves along the arms, crossed or raised. You build
# the tool for it from one line of arithmetic, and a small network that says how to use it.
#
# **What you'll learn**
# - why a warp says where to *fetch from*, and where the centre of a pixel lies;
# - how a picture is sampled between its pixels, so that a gradient runs through;
# - affine maps and thin-plate splines, both in closed form;
# - how keypoints carry a garment, and why it takes three pieces;
# - how a network learns to correct them from the true flow, starting from no correction at all;
# - how to measure a warp in pixels, and to see which poses fail.
#
# **What you need**: [Build a DCGAN](03_build_a_dcgan.ipynb), and the people of [The people in this course](the_people_in_this_course.ipynb).
#
# **Time**: about 50 minutes of reading, 90 seconds of training on two CPU cores

# %%
import tryon_utils  # first: it keeps TensorFlow's start-up log quiet
import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers, ops
from typing import NamedTuple
from tryon_utils import datasets, images, metrics, training, warp, widgets
from tryon_utils.gates import gate
from tryon_utils.models import garment
from tryon_utils.paperdoll.pose import POSES
from tryon_utils.plotting import people
from tryon_utils.plotting import pictures as picture_plots
from tryon_utils.plotting import warps as warp_plots

plt.style.use("tryon_utils.course")
training.use_small_net_threads()

# %%
image_size = (64, 48)    # height, width
batch_size = 16
learning_rate = 0.002    # at the start; it falls along half a cosine
training_steps = 700
seed = 0

# %% [markdown]
# ## The task
#
# Here are people, garments that they'd like to try on, and the right answer, which only a rendered world knows. Our data knows more: for each pixel of the worn garment, the place in the shop's picture where this very bit of cloth lies. This is the
# **flow**. In the last column places have colours, so that you can follow them from the shop to the person.

# %% tags=["nbval-check-output"]
train_bodies, new_bodies = datasets.load_bodies("train"), datasets.load_bodies("new_both")
print("garment", new_bodies.garment.shape, "   flow", new_bodies.flow.shape, new_bodies.flow.dtype)
known = (new_bodies.visible > 0) & (new_bodies.target_mask > 127)
print(f"the flow is known at {known.sum() / (new_bodies.target_mask > 127).sum():.0%} of the garments' pixels")

# %% alt="Four rows of five pictures: a person, a garment on white, the garment's area filled with coloured squares, the person wearing the garment, and the same coloured squares bent into the shape of the worn garment, along arms that hang, are bent, raised or crossed."
pose_of = np.array([POSES[person.pose][0] for person, _, _ in new_bodies.recipes])
shown_people = [next(number for number in range(400) if pose_of[number] == pose and new_bodies.recipes[number][2].sleeve == "long")
                for pose in ("down", "bent", "raised", "crossed")]
rows = []
for number in shown_people:
    centres = people.place_colours(np.asarray(warp.grid(*image_size)), image_size)
    in_shop = np.where(new_bodies.garment_mask[number][..., None] > 127, centres, 255)
    on_person = np.where(known[number][..., None], people.place_colours(new_bodies.flow[number], image_size), new_bodies.target[number] // 3 + 170)
    rows += [new_bodies.person[number], new_bodies.garment[number], in_shop, new_bodies.target[number], on_person]
people.draw_pictures([row.astype("uint8") for row in rows], 5, ["person", "garment", "its places", "the right answer", "where they went"], width=6.0)

# %% [markdown]
# What may our warper know? The garment and its outline; the person with everything grey that must be painted anew; and the person's joints. Never the answer, nor anything that was made from it: that is what we must find.
#
# ## Fetch, don't push
#
# *Predict, then run.* Make a picture twice as large. You could take each pixel and *push* it to its new place. How many of the large picture's pixels get something?

# %% alt="Two grids of eight by eight numbers. Pushed: a one in every second row and column, zeros elsewhere. Fetched: ones everywhere."
pushed, fetched = np.zeros((8, 8)), np.zeros((8, 8))
for row, column in np.ndindex(4, 4):
    pushed[2 * row, 2 * column] += 1      # the old pixel chooses a new one
for row, column in np.ndindex(8, 8):
    fetched[row, column] += 1             # the new pixel chooses an old one: row // 2, column // 2
picture_plots.draw_fields([pushed, fetched], ["pushed", "fetched"], width=5.0)

# %% [markdown]
# Pushing leaves holes. So we go backwards: *each pixel of the result asks where it has to fetch from*. An array of such places, x and y for each pixel of the result, is a **warp**, and this is what our flow is, too.
#
# ## Where is a pixel?
#
# A pixel is a small square, and its colour belongs to the middle of it. We count places so that the picture's left edge is at 0 and its right edge at its width. Then the first pixel's centre is at **0.5**. The places that change nothing are the centres:

# %% tags=["twin:tryon_utils.warp"]
def grid(height, width):
    x, y = ops.meshgrid(ops.arange(width, dtype="float32") + 0.5, ops.arange(height, dtype="float32") + 0.5)
    return ops.stack([x, y], axis=-1)

# %% tags=["nbval-check-output"]
print("shape", grid(2, 3).shape, "   first row:", ops.convert_to_numpy(grid(2, 3)[0]).tolist())

# %% [markdown]
# It looks pedantic. Its reward: a picture of twice the size has twice the places, with nothing to add. If centres were at whole numbers, every change of size would need a shift by a half somewhere, and everybody forgets it once.
#
# ## Between the pixels
#
# A place seldom falls on a centre. Then we mix: on a line, between two pixels, each counts the more, the nearer it is. At x = 1.25 we are three quarters of the way from the first centre, 0.5, to the second, 1.5.

# %% alt="A bar chart of four pixels with heights 10, 30, 20 and 40, and a line that joins the tops of their centres. Orange diamonds on the line mark what is fetched: 10 at 0.5, 25 at 1.25, 25 at 2, and 40 at 3.9, beyond the last centre."
line = np.array([10.0, 30.0, 20.0, 40.0])
places_on_line = np.array([0.5, 1.25, 2.0, 3.9])
values_there = np.interp(places_on_line, np.arange(4) + 0.5, line)
np.testing.assert_allclose(values_there, [10, 0.25 * 10 + 0.75 * 30, (30 + 20) / 2, 40])
warp_plots.draw_line(line, places_on_line, values_there)

# %% [markdown]
# In a picture we do it twice: once along x in the row above and in the row below, and then along y between the two. With $a$ and $b$ as the shares of the way to the right and down,
#
# $$v = (1-a)(1-b)\,p_{00} + a(1-b)\,p_{01} + (1-a)\,b\,p_{10} + ab\,p_{11} .$$
#
# That is **bilinear sampling**. Keras has no such operation, so we write it: the four pixels around each place are fetched from a flat list by their numbers. Whoever asks for a place outside gets the border's colour.

# %% tags=["twin:tryon_utils.warp"]
def sample(images, places):
    images, places = ops.convert_to_tensor(images), ops.convert_to_tensor(places)
    batch, height, width, channels = ops.shape(images)
    x = ops.clip(places[..., 0] - 0.5, 0, width - 1)
    y = ops.clip(places[..., 1] - 0.5, 0, height - 1)
    left, top = (ops.stop_gradient(ops.floor(value)) for value in (x, y))
    a, b = (x - left)[..., None], (y - top)[..., None]
    pixels = ops.reshape(images, (-1, channels))
    first = ops.reshape(ops.arange(batch, dtype="int32") * (height * width), (-1, 1, 1))
    left, top = ops.cast(left, "int32"), ops.cast(top, "int32")
    right, below = ops.minimum(left + 1, width - 1), ops.minimum(top + 1, height - 1)

    def fetch(row, column):
        return ops.take(pixels, first + row * width + column, axis=0)

    upper = (1 - a) * fetch(top, left) + a * fetch(top, right)
    lower = (1 - a) * fetch(below, left) + a * fetch(below, right)
    return (1 - b) * upper + b * lower

# %% [markdown]
# *Predict, then run.* Four pixels, 10 and 20 above, 30 and 80 below. What lies in the very middle? And at x = 1.25, y = 0.75?

# %% tags=["nbval-check-output"]
four = np.array([[10.0, 20.0], [30.0, 80.0]]).reshape(1, 2, 2, 1)
asked = np.array([[1.0, 1.0], [1.25, 0.75]]).reshape(1, 1, 2, 2)
middle, other = ops.convert_to_numpy(sample(four, asked)).ravel()
by_hand = 0.25 * 0.75 * 10 + 0.75 * 0.75 * 20 + 0.25 * 0.25 * 30 + 0.75 * 0.25 * 80
np.testing.assert_allclose([middle, other], [(10 + 20 + 30 + 80) / 4, by_hand])
print(f"images {four.shape}, places {asked.shape} -> {middle:g} and {other:g}")

# %% [markdown]
# ## Is its gradient right?
#
# A network will choose the places, so the gradient must run through them: *if I fetch a little further to the right, does it become better?* The slope along x is the difference of right and left, mixed along y. We don't trust it; we measure it. In
# float64, moving a number by a millionth up and down gives a slope that is exact to some ten digits.

# %%
def measured_slopes(function, values, step=1e-6):
    slopes = np.zeros_like(values)
    for place in np.ndindex(values.shape):
        up, down = values.copy(), values.copy()
        up[place] += step
        down[place] -= step
        slopes[place] = (float(function(up)) - float(function(down))) / (2 * step)
    return slopes


def gradient_error(function, values):
    variable = tf.constant(values)
    with tf.GradientTape() as tape:
        tape.watch(variable)
        result = function(variable)
    gradient = tape.gradient(result, variable)
    return None if gradient is None else float(np.abs(gradient - measured_slopes(function, values)).max())

# %% tags=["nbval-check-output"]
rng = np.random.default_rng(0)
pictures, places, wanted = rng.normal(size=(1, 6, 6, 2)), rng.uniform(0.6, 5.4, (1, 6, 6, 2)), rng.normal(size=(1, 6, 6, 2))
for_pictures = gradient_error(lambda moved: ops.sum(wanted * sample(moved, places)), pictures)
for_places = gradient_error(lambda moved: ops.sum(wanted * sample(pictures, moved)), places)
assert for_pictures < 1e-7 and for_places < 1e-7
print("largest error of our gradient: below 1e-7 for pictures and for places")

# %% [markdown]
# Keras does have an operation that warps, `ops.image.affine_transform`. Why not take that? Because we measured it, too. Here it shrinks a picture to two thirds.

# %% tags=["nbval-check-output"]
shrink = np.array([[1.5, 0, 0, 0, 1.5, 0, 0, 0]])


def by_keras(pictures, transform):
    return ops.sum(wanted * ops.image.affine_transform(pictures, transform, interpolation="bilinear", fill_mode="constant"))


error_of_keras = gradient_error(lambda moved: by_keras(moved, shrink), pictures)
slopes = np.abs(measured_slopes(lambda moved: by_keras(moved, shrink), pictures)).max()
assert error_of_keras > 0.3 * slopes
print(f"its gradient for pictures: up to {error_of_keras:.2f} off, where the largest true slope is {slopes:.2f}")
print("its gradient for the transform:", gradient_error(lambda moved: by_keras(pictures, moved), shrink))

# %% [markdown]
# Nothing would have complained. A network would have trained with it, somewhat worse than it could, and nobody would have known why. Where a gradient comes from a stranger, measure it once.
#
# ## Affine: by the keypoints
#
# An **affine map** turns, stretches, shears and shifts: $\text{place} = A\,(x, y) + t$. Six numbers. Given points on the person and where they lie in the shop's picture, least squares finds the best six in closed form:
# subtract both means, and solve $P^\top\!P\,A^\top = P^\top G$.

# %% tags=["twin:tryon_utils.warp"]
def affine(matrices, places):
    places = ops.broadcast_to(places, (ops.shape(matrices)[0], *places.shape[-3:]))
    return ops.einsum("bij,bhwj->bhwi", matrices[..., :2], places) + matrices[:, None, None, :, 2]


def fit_affine(points, goals):
    points, goals = ops.convert_to_tensor(points), ops.convert_to_tensor(goals)
    middle, goal_middle = ops.mean(points, axis=1, keepdims=True), ops.mean(goals, axis=1, keepdims=True)
    around, goals_around = points - middle, goals - goal_middle  # the best map leads the middle to the middle
    turned = ops.swapaxes(around, 1, 2)
    matrices = ops.swapaxes(ops.solve(ops.matmul(turned, around), ops.matmul(turned, goals_around)), 1, 2)
    shifts = ops.swapaxes(goal_middle, 1, 2) - ops.matmul(matrices, ops.swapaxes(middle, 1, 2))
    return ops.concatenate([matrices, shifts], axis=-1)

# %% tags=["nbval-check-output"]
turn = np.array([[[0.8, -0.6, 10.0], [0.6, 0.8, -4.0]]], "float32")
corners = np.array([[[0, 0], [48, 0], [0, 64], [48, 64]]], "float32")
goals = corners @ turn[0, :, :2].T + turn[0, :, 2]
np.testing.assert_allclose(fit_affine(corners, goals), turn, atol=1e-4)
print("points", corners.shape, "and goals", goals.shape, "-> maps", fit_affine(corners, goals).shape, "   the six numbers are found again")

# %% [markdown]
# ## Thin-plate splines: by hand
#
# Cloth bends. A **thin-plate spline** takes a few handles, moves each exactly as it is told, and everything between them as smoothly as possible, like a thin sheet of steel. It, too, is solved in closed form: with
# $U(r) = r^2 \log r^2$ of the distance to each handle, and an affine part,
#
# $$\begin{pmatrix} U & P \\ P^\top & 0 \end{pmatrix} \begin{pmatrix} w \\ a \end{pmatrix} = \begin{pmatrix} \text{moves} \\ 0 \end{pmatrix}.$$
#
# The moves stand on the right side alone. So the solution is *linear* in them: one matrix, computed once, turns any moves of the handles into the moves of all pixels.

# %% tags=["twin:tryon_utils.warp"]
def _bending(places, handles):
    square = ops.sum(ops.square(places[:, None] - handles[None]), axis=-1)
    return square * ops.log(ops.maximum(square, 1e-12))


def spline_matrix(handles, places):
    handles, places = (ops.reshape(ops.cast(points, "float32"), (-1, 2)) for points in (handles, places))
    middle, reach = ops.mean(handles, axis=0), ops.max(ops.std(handles, axis=0))
    handles, places = (handles - middle) / reach, (places - middle) / reach  # numbers around 1 are solved most exactly
    count = handles.shape[0]
    flat = ops.concatenate([ops.ones((count, 1)), handles], axis=-1)
    system = ops.concatenate([ops.concatenate([_bending(handles, handles), flat], axis=1),
                              ops.concatenate([ops.transpose(flat), ops.zeros((3, 3))], axis=1)], axis=0)
    solution = ops.solve(system, ops.concatenate([ops.eye(count), ops.zeros((3, count))], axis=0))
    at_places = ops.concatenate([_bending(places, handles), ops.ones((places.shape[0], 1)), places], axis=-1)
    return ops.matmul(at_places, solution)

# %% tags=["nbval-check-output"]
columns, rows = np.meshgrid(np.linspace(0, 48, 5), np.linspace(0, 64, 5))
handles = np.stack([columns, rows], axis=-1).reshape(-1, 2).astype("float32")
spline = ops.convert_to_numpy(spline_matrix(handles, grid(*image_size)))
np.testing.assert_allclose(spline_matrix(handles, handles), np.eye(25), atol=1e-4)  # every handle goes where it is told
np.testing.assert_allclose(spline.sum(axis=1), 1, atol=1e-3)                        # all alike: everything goes along
print("25 handles; the matrix", spline.shape, "times moves (25, 2) gives the moves of all 64 x 48 pixels")

# %% [markdown]
# Drag one. The handle's row and column are yours to choose, and so is where it fetches. Remember which way round a warp works: *predict* what the garment does when a handle fetches from further right.

# %% alt="Left: a checked garment on white with a grid of five by five handles, of which one is moved to the right and up; the lines of the grid bend around it. Right: the result, in which the garment bends to the other side."
shop = new_bodies.garment[shown_people[3]]


def drag(row, column, right, down):
    moves = np.zeros((25, 2), "float32")
    moves[5 * row + column] = right, down
    places = np.asarray(grid(*image_size)) + (spline @ moves).reshape(*image_size, 2)
    result = sample(images.to_model(shop)[None], places[None])[0]
    return warp_plots.draw_spline(shop, images.to_picture(result), places, handles, handles + moves)


widgets.explore(drag, row=widgets.slider(0, 4, 2), column=widgets.slider(0, 4, 2), right=widgets.slider(-12.0, 12.0, 6.0, 1.0), down=widgets.slider(-12.0, 12.0, -3.0, 1.0))

# %% [markdown]
# ## One warp after another
#
# We'll first carry a garment by its keypoints, then correct it by a spline. Two warps; must we sample twice? Each sampling blurs a little. No: the second warp is itself a picture, whose two colours are x and y. So we can sample *it*.

# %% tags=["twin:tryon_utils.warp"]
def compose(first, second):
    return sample(second, first)

# %% [markdown]
# *Predict, then run.* One warp doubles, the other fetches from 4 pixels further right. Is it all the same which comes first?

# %% tags=["nbval-check-output"]
still = np.asarray(grid(*image_size))[None]
double, shift = 0.5 * still, still + np.array([4, 0], "float32")
print("x at the 21st pixel, 20.5: doubled first", compose(double, shift)[0, 30, 20, 0].numpy(), "  shifted first", compose(shift, double)[0, 30, 20, 0].numpy())
np.testing.assert_allclose(compose(double, shift)[0, 30, 20, 0], 0.5 * 20.5 + 4)
np.testing.assert_allclose(compose(shift, double)[0, 30, 20, 0], 0.5 * (20.5 + 4))

there, back = still + np.array([0.5, 0], "float32"), still - np.array([0.5, 0], "float32")
picture = images.to_model(new_bodies.garment[shown_people])
twice, once = sample(sample(picture, np.repeat(there, 4, 0)), np.repeat(back, 4, 0)), sample(picture, np.repeat(compose(back, there), 4, 0))
assert np.abs(once - picture)[:, :, 1:-1].max() < 1e-5 < 0.05 < np.abs(twice - picture)[:, :, 1:-1].max()
print("half a pixel there and back: composed, nothing is lost; sampled twice, edges are blurred")

# %% [markdown]
# ## Arms
#
# One affine map for the whole garment can follow shoulders and hips. It can't follow arms: where one is raised, the sleeve must turn by more than a right angle, and the torso must not. A single spline can't either, since where a sleeve lies over the torso, one place on the person would
# need two answers. So the garment has **three pieces**, and each is carried alone: the torso by shoulders and hips, each sleeve by its arm.
#
# An arm is two bones. Along with a bone, places are stretched from its ends to those that it will have in the shop's picture; *across* it, cloth keeps its width. Past the line that halves the bend of the elbow, the forearm takes over.

# %% tags=["twin:tryon_utils.models.garment"]
ELBOW = 2.0  # pixels over which the upper arm's map gives way to the forearm's


def unit(vectors):
    return vectors / ops.sqrt(ops.sum(ops.square(vectors), axis=-1, keepdims=True) + 1e-4)


def carry_bone(start, end, goal_start, goal_end, width, places):
    along, goal_along = unit(end - start), unit(goal_end - goal_start)
    longer = ops.sum((goal_end - goal_start) * goal_along, axis=-1) / ops.maximum(ops.sum((end - start) * along, axis=-1), 1.0)
    across, goal_across = (ops.stack([-vector[:, 1], vector[:, 0]], axis=-1) for vector in (along, goal_along))
    stretch = ops.einsum("n,ni,nj->nij", longer, goal_along, along) + ops.einsum("n,ni,nj->nij", width, goal_across, across)
    shift = goal_start - ops.einsum("nij,nj->ni", stretch, start)
    return warp.affine(ops.concatenate([stretch, shift[..., None]], axis=-1), places)


def carry_sleeve(joints, points, width, places):
    (shoulder, elbow, wrist), (first, second, third) = ops.unstack(joints, axis=1), ops.unstack(points, axis=1)
    onward = unit(unit(elbow - shoulder) + unit(wrist - elbow))
    past = ops.einsum("nhwj,nj->nhw", places[None] - elbow[:, None, None], onward)[..., None]
    share = ops.clip(past / ELBOW + 0.5, 0, 1)
    upper, fore = carry_bone(shoulder, elbow, first, second, width, places), carry_bone(elbow, wrist, second, third, width, places)
    return (1 - share) * upper + share * fore

# %% [markdown]
# The points in the shop's picture are eight: shoulder, elbow, wrist and hip on both sides. Where are they? Nobody has marked them; a network will find them. Until then we take their means over the training part.

# %% tags=["twin:tryon_utils.models.garment"]
SIZE = (64, 48)  # height and width at which the networks see; every other size is brought to it
PIECES = ("torso", "right sleeve", "left sleeve")
MEAN_POINTS = ((11.2, 16.8), (1.7, 42.3), (-3.4, 63.4), (17.0, 57.7), (36.8, 16.8), (46.3, 42.3), (51.4, 63.4), (31.0, 57.7))
MEAN_WIDTH = 1.5


def carry(joints, points, width, size=SIZE):
    places = warp.grid(*size)
    corners = [number for number in range(8) if number % 4 in (0, 3)]  # shoulders and hips
    torso = warp.affine(warp.fit_affine(ops.take(joints, corners, axis=1), ops.take(points, corners, axis=1)), places)
    sleeves = [carry_sleeve(joints[:, side:side + 3], points[:, side:side + 3], width, places) for side in (0, 4)]
    return ops.stack([torso, *sleeves], axis=1)


def carry_mean(joints, size=SIZE):
    count = ops.shape(joints)[0]
    points = ops.broadcast_to(ops.array(MEAN_POINTS, "float32"), (count, 8, 2))
    return carry(joints, points, ops.full((count,), MEAN_WIDTH), size)

# %% tags=["nbval-check-output"]
joints = new_bodies.keypoints[:, list(garment.JOINTS), :2]
carried = ops.convert_to_numpy(carry_mean(joints))
print("joints", joints.shape, "-> places of the three pieces", carried.shape)

# %% [markdown]
# How far off is that? At each pixel whose true place is known, take the distance from our place to the true one, in pixels of the shop's picture: the **end-point error**. Let each pixel have the piece that comes nearest; choosing pieces is the network's
# task, and we don't have it yet.

# %% tags=["nbval-ignore-output"]
off = np.linalg.norm(carried - new_bodies.flow[:, None], axis=-1)
by_keypoints = np.take_along_axis(carried, off.argmin(axis=1)[:, None, ..., None], axis=1)[:, 0]
mean_error = np.asarray(warp.end_point_error(by_keypoints, new_bodies.flow, known))
print(f"keypoints and mean points: {mean_error.mean():.2f} pixels off, from {mean_error.min():.1f} to {mean_error.max():.1f}")

# %% [markdown]
# Several pixels, of 48. The mean garment fits nobody: a crop top fills the picture with a short torso, and long sleeves make everything else small.
#
# ## The network
#
# **The finder** sees the garment's outline, and says how far each point lies from its mean. Its last layer starts at zero, so it starts *at* the mean.

# %% tags=["twin:tryon_utils.models.garment"]
def build_finder(size=SIZE, seed=0):
    initializer = keras.initializers.HeNormal(keras.random.SeedGenerator(seed))
    mask = keras.Input((*size, 1), name="mask")
    coarse, rows, columns = (layers.Flatten()(layers.AveragePooling2D(cells)(mask)) for cells in ((4, 4), (1, size[1]), (size[0], 1)))
    x = layers.Concatenate()([coarse, rows, columns])
    for _ in range(2):
        x = layers.Dense(64, activation="relu", kernel_initializer=initializer)(x)
    points = layers.Reshape((8, 2))(layers.Dense(16, kernel_initializer="zeros", name="points")(x))
    width = layers.Dense(1, kernel_initializer="zeros", name="width")(x)
    return keras.Model(mask, {"points": 10.0 * points + np.array(MEAN_POINTS, "float32"), "width": width + MEAN_WIDTH}, name="finder")

# %% tags=["nbval-check-output"]
finder = build_finder()
found = finder(new_bodies.garment_mask[:8, ..., None] / np.float32(255))
np.testing.assert_allclose(found["points"], np.repeat([MEAN_POINTS], 8, axis=0), atol=1e-5)
print(f"{finder.count_params():,} weights; masks (8, 64, 48, 1) -> points {found['points'].shape}; untrained, they are the means")

# %% [markdown]
# **The fitter** sees the person, without the garment that they came in, and for each of the three pieces two things: the garment's outline as the keypoints have carried it, and the places that the mean garment would have. The first says where there is cloth, about; the
# second how far along an arm, or the torso, a pixel lies. Its bottom moves the handles of three splines, one a piece, spread over the shop's picture; again it starts at zero. Its top says at each pixel which piece shows, or none: the **layout**.

# %% tags=["twin:tryon_utils.models.garment"]
HANDLES = 5  # rows and columns of a spline's handles, spread over the shop's picture


def build_fitter(size=SIZE, channels=16, seed=0):
    initializer = keras.initializers.HeNormal(keras.random.SeedGenerator(seed))

    def convolve(x, width, kernel_size=3, strides=1):
        return layers.Conv2D(width, kernel_size, strides, "same", activation="relu", kernel_initializer=initializer)(x)

    seen = keras.Input((*size, 13), name="seen")
    half = convolve(seen, 3 * channels // 2, 4, 2)
    quarter = convolve(convolve(half, 3 * channels, 3, 2), 3 * channels)
    eighth = convolve(convolve(quarter, 4 * channels, 3, 2), 4 * channels)
    bottom = layers.Flatten()(convolve(eighth, channels, 1))
    moves = layers.Dense(len(PIECES) * HANDLES**2 * 2, kernel_initializer="zeros", name="moves")(bottom)
    moves = 3.0 * layers.Reshape((len(PIECES), HANDLES**2, 2))(moves)
    x = convolve(layers.Concatenate()([layers.UpSampling2D()(eighth), quarter]), 3 * channels)
    x = convolve(layers.Concatenate()([layers.UpSampling2D()(x), half]), 3 * channels // 2)
    x = layers.Concatenate()([layers.UpSampling2D(interpolation="bilinear")(x), convolve(seen, 2 * channels, 1)])
    layout = layers.Conv2D(1 + len(PIECES), 1, kernel_initializer="zeros", name="layout")(convolve(x, 2 * channels, 1))
    return keras.Model(seen, {"moves": moves, "layout": layout}, name="fitter")

# %% [markdown]
# The **warper** puts it together: find the points, carry the pieces, look, bend. Bending composes two warps: the spline's move is read where the keypoints have led. What it returns has four parts, so they get names.

# %% tags=["twin:tryon_utils.models.garment"]
class Found(NamedTuple):
    carried: object
    moves: object
    places: object
    layout: object


class Warper(keras.Model):
    def __init__(self, finder, fitter):
        super().__init__()
        self.finder, self.fitter = finder, fitter
        self.size = finder.input_shape[1:3]
        rows, columns = (np.linspace(0, side, HANDLES, dtype="float32") for side in self.size)
        handles = np.stack(np.meshgrid(columns, rows), axis=-1)
        self.spline = ops.convert_to_numpy(warp.spline_matrix(handles, warp.grid(*self.size)))
        self.built = True  # its networks are

    def call(self, mask, agnostic, joints, every=1):
        found = self.finder(mask)
        carried = carry(joints, found["points"], found["width"][:, 0], self.size)
        seen = [agnostic]
        for places, usual in zip(ops.unstack(ops.stop_gradient(carried), axis=1), ops.unstack(carry_mean(joints, self.size), axis=1), strict=True):
            seen += [warp.sample(mask, places), ops.clip(usual / self.size[0], -1, 2)]
        fitted = self.fitter(ops.concatenate(seen, axis=-1))
        bends = ops.reshape(ops.matmul(self.spline, fitted["moves"]), (-1, len(PIECES), *self.size, 2))
        carried = carried[:, :, every - 1::every, every - 1::every]
        moved = [places + warp.sample(bend, places) for places, bend in zip(ops.unstack(carried, axis=1), ops.unstack(bends, axis=1), strict=True)]
        return Found(carried, fitted["moves"], ops.stack(moved, axis=1), fitted["layout"])

# %% tags=["nbval-check-output"]
warper = Warper(build_finder(seed=2 * seed), build_fitter(seed=2 * seed + 1))
pairs, to_range = garment.to_pairs(train_bodies), garment.to_range  # bytes; a batch of them as floats
print({name: values.shape for name, values in pairs.items()})
found = warper(to_range(pairs["garment"][:2])[..., 3:], to_range(pairs["agnostic"][:2]), pairs["joints"][:2])
assert not np.any(found.moves)
np.testing.assert_array_equal(found.places, found.carried)
print(f"{warper.count_params():,} weights; untrained, it corrects nothing: its places are the keypoints'")

# %% [markdown]
# Every pair comes twice, once mirrored: left and right change places in pictures, joints and flow alike.
#
# ## What the teacher says
#
# The true flow is known, so the loss can be plain. Four parts:
#
# - **flow**: at each pixel, the distance of the *nearest* piece to the true place. So no piece is pulled to pixels that belong to another one;
# - **layout**: cross-entropy, where the right piece is the one that came nearest. Around the shoulder two pieces know the way; there, the torso has it;
# - **mask**: cross-entropy of *some piece shows* with the true coverage;
# - **smooth**: how much neighbouring handles disagree, which keeps a spline from wild bends where nothing is known.
#
# Places change slowly from pixel to pixel, so every second row and column is enough for the first part, at a quarter of the cost.

# %% tags=["twin:tryon_utils.models.garment"]
DOUBT = np.array([0.0, 1.0, 1.0], "float32")[:, None, None]  # pixels by which a sleeve must be nearer than the torso


class Teacher(keras.Model):
    def __init__(self, warper, pairs, flow_weight=0.5, layout_weight=1.0, mask_weight=2.0, smooth_weight=0.1):
        super().__init__()
        self.warper = warper
        self.pairs = {name: ops.convert_to_tensor(values) for name, values in pairs.items()}
        self.loss_weights = {"flow": flow_weight, "layout": layout_weight, "mask": mask_weight, "smooth": smooth_weight}

    def __len__(self):
        return self.pairs["garment"].shape[0]

    def compile(self, optimizer, **options):
        super().compile(optimizer=optimizer, **options)
        optimizer.build(self.warper.trainable_variables)

    def measure(self, numbers):
        pairs = {name: ops.take(values, numbers, axis=0) for name, values in self.pairs.items()}
        garment, agnostic, target = (to_range(pairs[name]) for name in ("garment", "agnostic", "target"))
        found = self.warper(garment[..., 3:], agnostic, pairs["joints"], every=2)
        flow, known = (ops.cast(pairs[name], "float32")[:, 1::2, 1::2] for name in ("flow", "known"))
        off = ops.sqrt(ops.sum(ops.square(found.places - flow[:, None]), axis=-1) + 1e-4)
        nearest = known[..., None] * ops.one_hot(ops.argmin(off + DOUBT, axis=1), len(PIECES))
        whole = ops.repeat(ops.repeat(nearest, 2, axis=1), 2, axis=2) * ops.cast(pairs["known"], "float32")[..., None]
        handles = ops.reshape(found.moves, (-1, HANDLES, HANDLES, 2))
        bends = [ops.diff(handles, n=2, axis=axis) for axis in (1, 2)]
        return {"flow": ops.sum(nearest * ops.transpose(off, (0, 2, 3, 1))) / ops.sum(known),
                "layout": -ops.sum(whole * ops.log_softmax(found.layout[..., 1:])) / ops.sum(whole),
                "mask": ops.mean(ops.binary_crossentropy(target[..., 3:], 1 - ops.softmax(found.layout)[..., :1])),
                "smooth": sum(ops.mean(ops.abs(bend)) for bend in bends)}

    def train_step(self, numbers):
        with tf.GradientTape() as tape:
            parts = self.measure(numbers)
            loss = sum(weight * parts[name] for name, weight in self.loss_weights.items())
        self.optimizer.apply(tape.gradient(loss, self.warper.trainable_variables), self.warper.trainable_variables)
        return {"loss": loss, **parts}

# %% [markdown]
# A batch is just numbers: the teacher holds the pairs as bytes, and turns only those of a batch into floats. Now train.

# %% tags=["training", "nbval-ignore-output"]
teacher = Teacher(warper, pairs)
falling_rate = keras.optimizers.schedules.CosineDecay(learning_rate, training_steps, alpha=0.02)
teacher.compile(keras.optimizers.Adam(falling_rate, beta_2=0.99))
training.train(teacher, np.arange(len(teacher)), training_steps, batch_size, seed=seed, callbacks=[training.Progress()]);

# %% [markdown]
# ## How far off is it now?
#
# The test is the hard one: new people in new garments, 400 of them. The pieces are now chosen by the layout.

# %%
given = garment.known_at_inference(new_bodies)
worn = garment.predict(warper, *given)
error = np.asarray(warp.end_point_error(worn.places, new_bodies.flow, known))
covered, shown = worn.coverage[..., 0] > 0.5, new_bodies.target_mask > 127
overlap = (covered & shown).sum(axis=(1, 2)) / (covered | shown).sum(axis=(1, 2))

# %% tags=["nbval-check-output"]
gate("end-point error, pixels", error.mean(), at_most=0.8)
gate("error left of what the keypoints leave", error.mean() / mean_error.mean(), at_most=0.2)
gate("overlap of coverage and truth", overlap.mean(), at_least=0.85)

# %% [markdown]
# The limits come from five seeds: they left 0.63 to 0.69 pixels, 16 to 17 % of what the keypoints leave, and overlaps of 0.87 to 0.89.
#
# Look at the pieces of one person with crossed arms. Each piece sees the whole garment from its own point of view, and only where it belongs does it make sense. The last picture says which piece shows where.

# %% alt="Six small pictures: a garment with the points found on it, the person's joints, the garment as the torso sees it, nearly as it was, and as the right and the left sleeve see it, distorted outside their own parts, and a map in blue, orange and pink of which piece shows where."
number = shown_people[3]
one = garment.to_pairs(new_bodies, mirror=False)
one_garment, one_agnostic = (to_range(one[name][[number]]) for name in ("garment", "agnostic"))
found = warper(one_garment[..., 3:], one_agnostic, one["joints"][[number]])
points = warper.finder(one_garment[..., 3:])["points"][0]
views = [images.to_picture(sample(one_garment[..., :3], found.places[:, piece])[0]) for piece in range(3)]
warp_plots.draw_pieces(new_bodies.garment[number], ops.convert_to_numpy(points), new_bodies.person[number], joints[number], views, ops.convert_to_numpy(ops.softmax(found.layout))[0])

# %% [markdown]
# ## Arrows
#
# An average hides where the error is. So draw it: at every third pixel of the worn garment, an arrow that says how far, and in which direction, the place would have to move to be right. Above, the keypoints alone; below, the trained warper.

# %% alt="Two rows of four people with arms down, bent, raised and crossed, covered with arrows. In the upper row, by the keypoints, the arrows are long; in the lower row, by the warper, most are hardly to be seen, and the few long ones lie along the edges of arms."
warps = {"by the keypoints": by_keypoints[shown_people], "by the warper": worn.places[shown_people]}
warp_plots.draw_errors(new_bodies.target[shown_people], warps, new_bodies.flow[shown_people], known[shown_people], ["down", "bent", "raised", "crossed"])

# %% [markdown]
# Remember: a place that must move to the right means that the garment on the person must move to the left.
#
# *Predict, then run.* Which pose is the hardest, now that every piece is carried by its own joints?

# %% alt="Two dots with intervals for each of four poses, bent, crossed, down and raised. By the keypoints all lie around four pixels; by the warper all lie below one pixel, close together, crossed arms a little above the others."
by_pose = {"by the keypoints": metrics.by_group(mean_error, pose_of), "by the warper": metrics.by_group(error, pose_of)}
warp_plots.draw_by_pose(by_pose)

# %% tags=["nbval-ignore-output"]
print("worst pose:", max(by_pose["by the warper"], key=lambda row: row.mean).group)
print(f"half of all people are less than {np.median(error):.2f} pixels off; one in twenty is more than {np.quantile(error, 0.95):.1f} off")

# %% [markdown]
# Next to no difference: a raised arm is no harder than one that hangs, since its sleeve is carried by its own joints. Crossed arms are a little harder. There, at the edge of an arm, the wrong piece is chosen now and then: few pixels, but each
# of them is half a picture off, as the long arrows above show.
#
# The failures, worst first. *Predict, then run.* Which garments will they wear?

# %% alt="Four people in cropped tops without sleeves, covered with long arrows that point outwards and down from the chest; the title of each says the pose and how many pixels the mean error is, from about three to seven."
worst = np.argsort(error)[::-1][:4]
warp_plots.draw_errors(new_bodies.target[worst], {"by the warper": worn.places[worst]}, new_bodies.flow[worst], known[worst], pose_of[worst])

# %% [markdown]
# All arrows of a picture point outwards: everything would have to be fetched from further away from the middle. So the garment is *larger* in the shop's picture than our warper believes. Which garments are?

# %% tags=["nbval-ignore-output"]
def is_rare(people):
    return np.array([wanted.sleeve == "none" and wanted.hem == "cropped" for _, _, wanted in people.recipes])


rare = is_rare(new_bodies)
print(f"cropped tops without sleeves, {rare.sum()} of {len(rare)}: {error[rare].mean():.2f} pixels off; all other garments: {error[~rare].mean():.2f}")
print(f"there were {is_rare(train_bodies).sum()} among the {len(train_bodies.garment)} garments that the warper learned from")

# %% [markdown]
# A garment fills the shop's picture. Without sleeves and without a waist, it is the chest that fills it, larger than in any other garment, and our warper has seen too few of them to know. It is a fault of the *data's share*, not of the pose, and a mean
# over all people would never have told you.
#
# ## The fitting
#
# Every one of the 400 new people in a new garment is yours to look at, with the truth beside it. The warper wasn't shown any of them. It gives no skin, no shadows and no folds: it puts the cloth where it belongs, and says where it is.

# %% alt="Four pictures: a garment on white, the same garment in the shape that it has on a person in front of the person without garment in grey, the true picture, and the true picture covered with small arrows."
def lay_on(worn, agnostic, number):
    alpha = worn.coverage[number]
    return images.to_picture(alpha * worn.picture[number] + (1 - alpha) * agnostic[number])


def try_on(number):
    title = f"{pose_of[number]}: {error[number]:.2f} pixels off"
    return warp_plots.draw_fitting(new_bodies.garment[number], new_bodies.target[number], lay_on(worn, given[2], number), worn.places[number],
                                   new_bodies.flow[number], known[number], title)


widgets.explore(try_on, number=widgets.slider(0, 399, int(shown_people[1]), label="person"))

# %% [markdown]
# ## Trained longer
#
# The course ships the same warper after 2,000 steps on twice as many people; `make weights` trains it anew, in six or seven minutes. *Predict, then run.* How much of the error is left to be learned?

# %%
shipped = garment.load()
longer = garment.predict(shipped, *given)
longer_error = np.asarray(warp.end_point_error(longer.places, new_bodies.flow, known))

# %% tags=["nbval-ignore-output"]
print(f"shipped: {longer_error.mean():.2f} pixels off, ours: {error.mean():.2f}; on cropped tops without sleeves {longer_error[rare].mean():.2f} and {error[rare].mean():.2f}")

# %% tags=["nbval-check-output"]
gate("end-point error of the warper that ships, pixels", longer_error.mean(), at_most=0.5)

# %% [markdown]
# ## Any size
#
# The networks see 64 x 48 pixels, and only places come out of them. Places can be scaled, so one small warper serves pictures of any size: found small, multiplied, and fetched from the garment's large picture. Not a thread of it passes through the network. So a photograph keeps its resolution.

# %% tags=["nbval-ignore-output"]
large = datasets.load_bodies("new_both", 3, size=256)

# %% tags=["nbval-check-output"] alt="Three garments on people, each twice: at 64 by 48 pixels, coarse, and at 256 by 192 pixels, where patterns, seams and edges are sharp."
given_large = garment.known_at_inference(large)
fine = garment.predict(shipped, *given_large)
print("places", fine.places.shape, "   picture", fine.picture.shape)
coarse = [lay_on(longer, given[2], number).repeat(4, axis=0).repeat(4, axis=1) for number in range(3)]
sharp = [lay_on(fine, given_large[2], number) for number in range(3)]
people.draw_pictures([picture for pair in zip(coarse, sharp, strict=True) for picture in pair], 6, ["64 x 48", "256 x 192"] * 3)

# %% [markdown]
# ## What we have now
#
# - A sampler whose gradient we have measured, and the convention of half a pixel that keeps every size in step.
# - Affine maps and splines in closed form, composed without blurring twice.
# - A warper that starts from the keypoints and learns what is left, and a length in pixels that says how well, pose by pose.
# - The same warper trained longer, as `garment.load()` returns it: it carries the garments of the next chapters.
#
# ## Next
#
# [Chapter 14](14_try_on_clothes.ipynb), try on clothes: a warped garment is not yet a picture. Skin must be painted where a long sleeve was, folds and shadows must fall, hands must lie in front, and nobody should see where the person ends and the paint begins.
#
# ## Further reading
#
# - Jaderberg, Simonyan, Zisserman, Kavukcuoglu: [Spatial Transformer Networks](https://arxiv.org/abs/1506.02025), 2015. Where bilinear sampling became a layer.
# - Bookstein: Principal warps: thin-plate splines and the decomposition of deformations, 1989.
# - Han, Wu, Wu, Yu, Davis: [VITON: An Image-based Virtual Try-on Network](https://arxiv.org/abs/1711.08447), 2018; Wang, Zheng, Liang, Chen, Lin, Yang: [Toward Characteristic-Preserving Image-based Virtual Try-On Network](https://arxiv.org/abs/1807.07688), 2018, whose spline is one for the whole garment.
