"""Warps: where each pixel of the result comes from, and the sampler that fetches it. On `keras.ops`, so that gradients run through.

A warp is an array of **places**: for each pixel of the result, the x, y in the source from which its colour comes. Places are counted as
in all of the course's data: corners of pixels lie at whole numbers, so the centre of the first pixel is at 0.5, and a picture of twice
the size has twice the places.
"""

from keras import ops


def grid(height, width):
    """Return the places that change nothing: each pixel's own centre.

    Example:
        grid(2, 3)[0]  # [[0.5, 0.5], [1.5, 0.5], [2.5, 0.5]]

    Args:
        height, width: Integers. Size of the result.

    Returns:
        float32 (height, width, 2). x, y.
    """
    x, y = ops.meshgrid(ops.arange(width, dtype="float32") + 0.5, ops.arange(height, dtype="float32") + 0.5)
    return ops.stack([x, y], axis=-1)


def sample(images, places):
    """Fetch the colour at each place, mixed from the four pixels around it.

    A place outside is moved to the nearest pixel's centre, so the border's colours go on for ever, and no gradient reaches that place.

    Formula:
        `(1-a)(1-b) p00 + a (1-b) p01 + (1-a) b p10 + a b p11`, with a, b the shares of the way to the right and lower pixel

    Example:
        sample(images, ops.broadcast_to(grid(64, 48), (8, 64, 48, 2)))  # the images

    Args:
        images: Float tensor (batch, h, w, channels), any range.
        places: Float tensor (batch, height, width, 2). x, y in pixels of the images.

    Returns:
        Float tensor (batch, height, width, channels). Its gradient reaches images and places.

    Source:
        Jaderberg, Simonyan, Zisserman, Kavukcuoglu, 2015.
    """
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


def sample_cut_out(pictures, places):
    """Fetch the colours of things cut out on white; those of pixels at their edge are freed of the white before they are mixed.

    Args:
        pictures: Float tensor (batch, h, w, 4). Colours in [-1, 1], white around, and coverage in [0, 1].
        places: Float tensor (batch, height, width, 2).

    Returns:
        Float tensor (batch, height, width, 3) in [-1, 1]; where nothing is covered, it means nothing.
    """
    colours, mask = pictures[..., :3], pictures[..., 3:]
    fetched = sample(ops.concatenate([colours - (1 - mask), mask], axis=-1), places)
    return ops.clip(fetched[..., :3] / ops.maximum(fetched[..., 3:], 0.1), -1, 1)


def affine(matrices, places):
    """Move places by affine maps: turn, stretch, shear and shift.

    Args:
        matrices: Float tensor (batch, 2, 3). Two rows: what makes the new x, and the new y, from (x, y, 1).
        places: Float tensor (height, width, 2), or (batch, height, width, 2).

    Returns:
        Float tensor (batch, height, width, 2).
    """
    places = ops.broadcast_to(places, (ops.shape(matrices)[0], *places.shape[-3:]))
    return ops.einsum("bij,bhwj->bhwi", matrices[..., :2], places) + matrices[:, None, None, :, 2]


def fit_affine(points, goals):
    """Find the affine maps that lead points to their goals, or nearest to them, in closed form (least squares).

    Args:
        points: Float tensor (batch, k, 2), k at least 3, not all on a line.
        goals: Float tensor (batch, k, 2).

    Returns:
        Float tensor (batch, 2, 3); see `affine`.
    """
    points, goals = ops.convert_to_tensor(points), ops.convert_to_tensor(goals)
    middle, goal_middle = ops.mean(points, axis=1, keepdims=True), ops.mean(goals, axis=1, keepdims=True)
    around, goals_around = points - middle, goals - goal_middle  # the best map leads the middle to the middle
    turned = ops.swapaxes(around, 1, 2)
    matrices = ops.swapaxes(ops.solve(ops.matmul(turned, around), ops.matmul(turned, goals_around)), 1, 2)
    shifts = ops.swapaxes(goal_middle, 1, 2) - ops.matmul(matrices, ops.swapaxes(middle, 1, 2))
    return ops.concatenate([matrices, shifts], axis=-1)


def spline_matrix(handles, places):
    """Find what each handle of a thin-plate spline does to each place, in closed form.

    The spline is the smoothest map that moves every handle exactly as it is told. It is linear in the handles' moves, so one matrix, made
    once, serves every move.

    Formula:
        `U(r) = r^2 log r^2`; the weights of U and of an affine part solve `[[U, P], [P', 0]] [w, a] = [moves, 0]`

    Example:
        moved = places + ops.reshape(ops.matmul(spline_matrix(handles, places), moves), places.shape)

    Args:
        handles: Float tensor (k, 2), k at least 3, not all on a line.
        places: Float tensor (..., 2).

    Returns:
        float32 (number of places, k): times moves (k, 2), the move of each place.

    Source:
        Bookstein, 1989.
    """
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


def _bending(places, handles):
    """Return U of the distance of each place to each handle."""
    square = ops.sum(ops.square(places[:, None] - handles[None]), axis=-1)
    return square * ops.log(ops.maximum(square, 1e-12))


def compose(first, second):
    """Join two warps into one, without sampling a picture twice.

    `first` says for each pixel of the result where it lies in a picture in between, `second` for each pixel of that where it lies in the source.

    Args:
        first: Float tensor (batch, height, width, 2).
        second: Float tensor (batch, h, w, 2). In between, places are mixed as `sample` mixes colours.

    Returns:
        Float tensor (batch, height, width, 2).
    """
    return sample(second, first)


def resize(places, height, width, source_scale=1.0):
    """Return a warp for a result of another size.

    Args:
        places: Float tensor (batch, h, w, 2).
        height, width: Integers. Size of the new result.
        source_scale: Float. How many times as large the new source is.

    Returns:
        Float tensor (batch, height, width, 2).
    """
    scale = ops.cast(ops.array([places.shape[2] / width, places.shape[1] / height]), "float32")
    finer = ops.broadcast_to(grid(height, width) * scale, (ops.shape(places)[0], height, width, 2))
    return source_scale * sample(places, finer)


def end_point_error(places, true_places, weights):
    """Return how far places are from where they should be, in pixels: the mean distance in each picture.

    Args:
        places, true_places: Float tensors (batch, height, width, 2).
        weights: Float tensor (batch, height, width). How much each pixel counts, 0 where the truth is not known.

    Returns:
        Float tensor (batch,); 0 for a picture in which no pixel counts.
    """
    distance = ops.sqrt(ops.sum(ops.square(places - true_places), axis=-1) + 1e-12)
    weights = ops.cast(weights, distance.dtype)
    return ops.sum(weights * distance, axis=(1, 2)) / ops.maximum(ops.sum(weights, axis=(1, 2)), 1e-6)
