"""The garment warper: where each pixel of a worn garment lies in the shop's picture, found from what is known before it is worn.

Three pieces, the torso and two sleeves, are first carried by the keypoints, in closed form, and then corrected by a spline over the
shop's picture, whose handles a network moves. The same network says which piece shows at each pixel, or none.
"""

from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from tryon_utils import warp, weights

SIZE = (64, 48)  # height and width at which the networks see; every other size is brought to it
JOINTS = (2, 3, 4, 8, 5, 6, 7, 11)  # of COCO-18: shoulder, elbow, wrist and hip, of the right side, then of the left
PIECES = ("torso", "right sleeve", "left sleeve")
HANDLES = 5  # rows and columns of a spline's handles, spread over the shop's picture
ELBOW = 2.0  # pixels over which the upper arm's map gives way to the forearm's
MEAN_POINTS = ((11.2, 16.8), (1.7, 42.3), (-3.4, 63.4), (17.0, 57.7), (36.8, 16.8), (46.3, 42.3), (51.4, 63.4), (31.0, 57.7))
MEAN_WIDTH = 1.5
DOUBT = np.array([0.0, 1.0, 1.0], "float32")[:, None, None]  # pixels by which a sleeve must be nearer than the torso


class Found(NamedTuple):
    """What a warper finds, for n garments and persons.

    Attributes:
        carried: Float tensor (n, 3, height, width, 2). Each piece's places in the shop's picture, by the keypoints alone.
        moves: Float tensor (n, 3, HANDLES**2, 2). How far each piece's spline moves its handles, pixels.
        places: Float tensor (n, 3, height, width, 2). Each piece's places, corrected.
        layout: Float tensor (n, height, width, 4). Logits of no garment and of the three pieces.
    """

    carried: object
    moves: object
    places: object
    layout: object


class Warped(NamedTuple):
    """Garments in the shape of persons.

    Attributes:
        picture: float32 (n, height, width, 3) in [-1, 1]. The garment's colours; where the coverage is 0 they mean nothing.
        coverage: float32 (n, height, width, 1) in [0, 1]. Where the garment shows.
        places: float32 (n, height, width, 2). For each pixel, its x, y in the shop's picture.
    """

    picture: object
    coverage: object
    places: object


# ---- By the keypoints alone, in closed form --------------------------------------------------------------------------

def unit(vectors):
    """Return vectors (n, 2) at length 1; those near length 0 stay short."""
    return vectors / ops.sqrt(ops.sum(ops.square(vectors), axis=-1, keepdims=True) + 1e-4)


def carry_bone(start, end, goal_start, goal_end, width, places):
    """Carry places along with a bone: it is stretched from its own ends to their goals, and by `width` across.

    Args:
        start, end, goal_start, goal_end: Float tensors (n, 2).
        width: Float tensor (n,). Pixels of the shop's picture for a pixel across the bone.
        places: Float tensor (height, width, 2).

    Returns:
        Float tensor (n, height, width, 2).
    """
    along, goal_along = unit(end - start), unit(goal_end - goal_start)
    longer = ops.sum((goal_end - goal_start) * goal_along, axis=-1) / ops.maximum(ops.sum((end - start) * along, axis=-1), 1.0)
    across, goal_across = (ops.stack([-vector[:, 1], vector[:, 0]], axis=-1) for vector in (along, goal_along))
    stretch = ops.einsum("n,ni,nj->nij", longer, goal_along, along) + ops.einsum("n,ni,nj->nij", width, goal_across, across)
    shift = goal_start - ops.einsum("nij,nj->ni", stretch, start)
    return warp.affine(ops.concatenate([stretch, shift[..., None]], axis=-1), places)


def carry_sleeve(joints, points, width, places):
    """Carry places along with an arm: with its upper part, and past the line that halves the bend of the elbow, with its forearm.

    Args:
        joints, points: Float tensors (n, 3, 2). Shoulder, elbow and wrist of the person, and their points in the shop's picture.
        width, places: See `carry_bone`.

    Returns:
        Float tensor (n, height, width, 2).
    """
    (shoulder, elbow, wrist), (first, second, third) = ops.unstack(joints, axis=1), ops.unstack(points, axis=1)
    onward = unit(unit(elbow - shoulder) + unit(wrist - elbow))
    past = ops.einsum("nhwj,nj->nhw", places[None] - elbow[:, None, None], onward)[..., None]
    share = ops.clip(past / ELBOW + 0.5, 0, 1)
    upper, fore = carry_bone(shoulder, elbow, first, second, width, places), carry_bone(elbow, wrist, second, third, width, places)
    return (1 - share) * upper + share * fore


def carry(joints, points, width, size=SIZE):
    """Carry all three pieces by the keypoints alone.

    Args:
        joints: Float tensor (n, 8, 2). The `JOINTS` of the persons, pixels.
        points: Float tensor (n, 8, 2). Where they lie in the shop's picture.
        width: Float tensor (n,); see `carry_bone`.
        size: Tuple (height, width).

    Returns:
        Float tensor (n, 3, height, width, 2). The places of the `PIECES` in the shop's picture.
    """
    places = warp.grid(*size)
    corners = [number for number in range(8) if number % 4 in (0, 3)]  # shoulders and hips
    torso = warp.affine(warp.fit_affine(ops.take(joints, corners, axis=1), ops.take(points, corners, axis=1)), places)
    sleeves = [carry_sleeve(joints[:, side:side + 3], points[:, side:side + 3], width, places) for side in (0, 4)]
    return ops.stack([torso, *sleeves], axis=1)


def carry_mean(joints, size=SIZE):
    """Carry all three pieces of the mean garment: it says how far along, and how far beside, torso and arms a pixel lies; see `carry`."""
    count = ops.shape(joints)[0]
    points = ops.broadcast_to(ops.array(MEAN_POINTS, "float32"), (count, 8, 2))
    return carry(joints, points, ops.full((count,), MEAN_WIDTH), size)


# ---- The networks ----------------------------------------------------------------------------------------------------

def build_finder(size=SIZE, seed=0):
    """Build the network that finds, in the shop's picture, the points that will lie on the joints. The garment's outline is all that it sees.

    Args:
        size: Tuple (height, width), multiples of 4.
        seed: Integer. Fixes the initial weights.

    Returns:
        A functional `keras.Model` from masks (n, height, width, 1) in [0, 1] to points (n, 8, 2) and width (n, 1); see `carry`. Untrained, it
        answers with their means over the training part.
    """
    initializer = keras.initializers.HeNormal(keras.random.SeedGenerator(seed))
    mask = keras.Input((*size, 1), name="mask")
    coarse, rows, columns = (layers.Flatten()(layers.AveragePooling2D(cells)(mask)) for cells in ((4, 4), (1, size[1]), (size[0], 1)))
    x = layers.Concatenate()([coarse, rows, columns])
    for _ in range(2):
        x = layers.Dense(64, activation="relu", kernel_initializer=initializer)(x)
    points = layers.Reshape((8, 2))(layers.Dense(16, kernel_initializer="zeros", name="points")(x))
    width = layers.Dense(1, kernel_initializer="zeros", name="width")(x)
    return keras.Model(mask, {"points": 10.0 * points + np.array(MEAN_POINTS, "float32"), "width": width + MEAN_WIDTH}, name="finder")


def build_fitter(size=SIZE, channels=16, seed=0):
    """Build the network that corrects the pieces, and says which shows where: a U-Net whose bottom moves the handles of the splines.

    Args:
        size: Tuple (height, width), multiples of 8.
        channels: Integer. About the features of the first layer.
        seed: Integer. Fixes the initial weights.

    Returns:
        A functional `keras.Model` from what is seen (n, height, width, 13) to moves and layout; see `Found`. Untrained, it moves nothing.
    """
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


class Warper(keras.Model):
    """Finds the warp of a garment: points by the finder, places by the keypoints, corrections and layout by the fitter.

    Example:
        found = warper(mask, agnostic, joints)  # (n, 64, 48, 1), (n, 64, 48, 4) and (n, 8, 2)

    Args:
        finder: `keras.Model`; see `build_finder`.
        fitter: `keras.Model`; see `build_fitter`.
    """

    def __init__(self, finder, fitter):
        super().__init__()
        self.finder, self.fitter = finder, fitter
        self.size = finder.input_shape[1:3]
        rows, columns = (np.linspace(0, side, HANDLES, dtype="float32") for side in self.size)
        handles = np.stack(np.meshgrid(columns, rows), axis=-1)
        self.spline = ops.convert_to_numpy(warp.spline_matrix(handles, warp.grid(*self.size)))
        self.built = True  # its networks are

    def call(self, mask, agnostic, joints, every=1):
        """Find the warp.

        Args:
            mask: Float tensor (n, height, width, 1) in [0, 1]. The garment's, in the shop.
            agnostic: Float tensor (n, height, width, 4). The person in [-1, 1], grey where to paint anew, and the mask of that in [0, 1].
            joints: Float tensor (n, 8, 2). The `JOINTS` of the persons, pixels.
            every: Integer. 2 gives the places of every second row and column alone; training needs no more.

        Returns:
            `Found`.
        """
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


def build_warper(size=SIZE, channels=16, seed=0):
    """Build an untrained `Warper`; see `build_fitter` for the arguments."""
    return Warper(build_finder(size, seed=2 * seed), build_fitter(size, channels, seed=2 * seed + 1))


def load():
    """Return the `Warper` whose weights ship with the course, frozen."""
    return weights.load(build_warper(**weights.find("garment_warper")["options"]), "garment_warper")


# ---- Wearing ---------------------------------------------------------------------------------------------------------

def overlay(garment, places, layout):
    """Lay the pieces over each other.

    Args:
        garment: Float tensor (n, h, w, 4); see `warp.sample_cut_out`.
        places: Float tensor (n, 3, height, width, 2).
        layout: Float tensor (n, height, width, 4). Logits; see `Found`.

    Returns:
        `Warped`. Its places are those of the likeliest piece.
    """
    pieces = ops.softmax(layout[..., 1:])
    views = [warp.sample_cut_out(garment, piece) for piece in ops.unstack(places, axis=1)]
    picture = sum(view * pieces[..., number:number + 1] for number, view in enumerate(views))
    first = ops.one_hot(ops.argmax(pieces, axis=-1), len(PIECES), dtype=places.dtype)
    return Warped(picture, 1 - ops.softmax(layout)[..., :1], ops.einsum("nhwk,nkhwj->nhwj", first, places))


def wear(warper, garment, garment_mask, agnostic, agnostic_mask, keypoints):
    """Warp garments onto persons, of any size: found at the warper's own size, fetched from the pictures as they came.

    Args:
        warper: `Warper`.
        garment: Float tensor (n, h, w, 3) in [-1, 1], on white.
        garment_mask: Float tensor (n, h, w, 1) in [0, 1].
        agnostic: Float tensor (n, height, width, 3) in [-1, 1]. The person; what is to be painted anew is 0, grey.
        agnostic_mask: Float tensor (n, height, width, 1) in [0, 1]. 1 where to paint anew.
        keypoints: Float tensor (n, 18, 2 or 3). COCO-18: x, y in pixels.

    Returns:
        `Warped` of tensors, in the size of the person's picture.
    """
    garment = ops.concatenate([garment, garment_mask], axis=-1)
    agnostic = ops.concatenate([agnostic, agnostic_mask], axis=-1)
    small_garment, small_agnostic = (ops.image.resize(pictures, warper.size, antialias=True) if pictures.shape[1:3] != warper.size else pictures
                                     for pictures in (garment, agnostic))
    height, width = agnostic.shape[1:3]
    joints = ops.take(keypoints[..., :2], np.array(JOINTS), axis=1) * (warper.size[0] / height)
    found = warper(small_garment[..., 3:], small_agnostic, joints)
    if (height, width) == warper.size and garment.shape[1:3] == warper.size:
        return overlay(garment, found.places, found.layout)
    scale = garment.shape[1] / warper.size[0]
    places = [warp.resize(piece, height, width, scale) for piece in ops.unstack(found.places, axis=1)]
    return overlay(garment, ops.stack(places, axis=1), ops.image.resize(found.layout, (height, width)))


def known_at_inference(bodies):
    """Return what `wear` takes of people who try a garment on, `datasets.Bodies`: nothing of how it will look."""
    grey = np.where(bodies.agnostic_mask[..., None] > 0, np.float32(0), bodies.person / np.float32(127.5) - 1)
    return (bodies.garment / np.float32(127.5) - 1, bodies.garment_mask[..., None] / np.float32(255),
            grey, bodies.agnostic_mask[..., None] / np.float32(255), bodies.keypoints)


def predict(warper, garment, garment_mask, agnostic, agnostic_mask, keypoints, batch_size=50):
    """Warp many garments, `batch_size` at a time; see `wear` for the arguments.

    Returns:
        `Warped` of NumPy arrays.
    """
    given = (garment, garment_mask, agnostic, agnostic_mask, keypoints)
    made = []
    for start in range(0, len(garment), batch_size):
        piece = [np.asarray(values[start:start + batch_size], "float32") for values in given]
        made.append([ops.convert_to_numpy(values) for values in wear(warper, *piece)])
    return Warped(*(np.concatenate(values) for values in zip(*made, strict=True)))


# ---- Training --------------------------------------------------------------------------------------------------------

def to_pairs(bodies, mirror=True):
    """Turn people who try a garment on into what a warper learns from.

    Args:
        bodies: `datasets.Bodies` of the warper's size.
        mirror: Boolean. Whether every pair comes mirrored, too.

    Returns:
        Dictionary of uint8, float16 and float32 arrays: `garment` and `agnostic` (n, height, width, 4), `joints` (n, 8, 2), and the truth:
        `target` (n, height, width, 4), the picture and the garment's coverage in it, `flow` (n, height, width, 2), and `known` (n, height, width).
    """
    grey = np.where(bodies.agnostic_mask[..., None] > 0, np.uint8(128), bodies.person)
    pairs = {"garment": np.concatenate([bodies.garment, bodies.garment_mask[..., None]], axis=-1),
             "agnostic": np.concatenate([grey, bodies.agnostic_mask[..., None]], axis=-1),
             "joints": bodies.keypoints[:, list(JOINTS), :2],
             "target": np.concatenate([bodies.target, bodies.target_mask[..., None]], axis=-1),
             "flow": bodies.flow.astype("float16"),
             "known": ((bodies.visible > 0) & (bodies.target_mask > 127)).astype("uint8")}
    if not mirror:
        return pairs
    turned = {name: values[:, :, ::-1] for name, values in pairs.items()}
    turned["joints"] = np.roll(pairs["joints"], 4, axis=1)
    for name in ("joints", "flow"):
        turned[name] = turned[name] * np.array([-1, 1], "float16") + np.array([bodies.garment.shape[2], 0], turned[name].dtype)
    return {name: np.concatenate([values, turned[name].astype(values.dtype)]) for name, values in pairs.items()}


def to_range(values):
    """Turn uint8 (n, height, width, 4) into floats: the colours in [-1, 1], the mask in [0, 1]."""
    values = ops.cast(values, "float32") / 255.0
    return ops.concatenate([2 * values[..., :3] - 1, values[..., 3:]], axis=-1)


class Teacher(keras.Model):
    """Trains a warper on pairs whose true flow is known. A batch is the numbers of its pairs.

    Example:
        teacher = Teacher(build_warper(seed=1), to_pairs(datasets.load_bodies()))
        teacher.compile(keras.optimizers.Adam(1e-3))
        training.train(teacher, np.arange(len(teacher)), steps=1000, batch_size=16)

    Args:
        warper: `Warper`.
        pairs: Dictionary of arrays; see `to_pairs`.
        flow_weight, layout_weight, mask_weight, smooth_weight: Floats. What the parts of the loss are multiplied by.
    """

    def __init__(self, warper, pairs, flow_weight=0.5, layout_weight=1.0, mask_weight=2.0, smooth_weight=0.1):
        super().__init__()
        self.warper = warper
        self.pairs = {name: ops.convert_to_tensor(values) for name, values in pairs.items()}
        self.loss_weights = {"flow": flow_weight, "layout": layout_weight, "mask": mask_weight, "smooth": smooth_weight}

    def __len__(self):
        return self.pairs["garment"].shape[0]

    def compile(self, optimizer, **options):
        """Set the optimizer; `options` are those of `keras.Model.compile`."""
        super().compile(optimizer=optimizer, **options)
        optimizer.build(self.warper.trainable_variables)

    def measure(self, numbers):
        """Return the parts of the loss, and the end-point error in pixels, of pairs."""
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
        """Train on the pairs of these numbers (batch,)."""
        with tf.GradientTape() as tape:
            parts = self.measure(numbers)
            loss = sum(weight * parts[name] for name, weight in self.loss_weights.items())
        self.optimizer.apply(tape.gradient(loss, self.warper.trainable_variables), self.warper.trainable_variables)
        return {"loss": loss, **parts}
