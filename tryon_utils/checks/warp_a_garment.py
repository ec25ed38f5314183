"""Checkers for the exercises of chapter 13. Each takes the learner's answer and returns a `Verdict`."""

import numpy as np

from tryon_utils import warp
from tryon_utils.checks.judging import Misconception, judge


def fetch(answer):
    """Check a function from a picture (h, w), x and y to the value fetched at that place.

    Args:
        answer: Function of an array and two numbers.

    Returns:
        A `Verdict`.
    """
    def mix(picture, x, y, back=0.5):
        height, width = picture.shape
        x, y = np.clip(x - back, 0, width - 1), np.clip(y - back, 0, height - 1)
        left, top = min(int(x), width - 2), min(int(y), height - 2)
        return picture[top:top + 2, left:left + 2], x - left, y - top

    def value(picture, x, y, back=0.5):
        four, a, b = mix(picture, x, y, back)
        return float(np.array([1 - b, b]) @ four @ np.array([1 - a, a]))

    def swapped_shares(picture, x, y):
        four, a, b = mix(picture, x, y)
        return float(np.array([b, 1 - b]) @ four @ np.array([a, 1 - a]))

    def nearest(picture, x, y):
        return picture[int(np.clip(y, 0, picture.shape[0] - 1)), int(np.clip(x, 0, picture.shape[1] - 1))]

    def one_way(picture, x, y):
        four, a, _ = mix(picture, x, y)
        return four[0] @ np.array([1 - a, a])

    def dark_outside(picture, x, y):
        return value(np.pad(picture, 9), x + 9, y + 9)

    slips = [
        Misconception(lambda picture, x, y: value(picture, x, y, 0.0), "Your picture sits half a pixel off: the centre of the first pixel is at 0.5, and there its own value must come out."),
        Misconception(lambda picture, x, y: value(picture, x, y, -0.5), "You moved by half a pixel the wrong way: at 0.5 the first pixel's own value must come out, so something is taken away."),
        Misconception(nearest, "That is the value of the pixel that the place lies in. Mix it with its neighbours: without mixing, there is no gradient."),
        Misconception(swapped_shares, "The shares are swapped: the nearer a pixel's centre is, the more it must count."),
        Misconception(lambda picture, x, y: value(picture.T, x, y), "Rows and columns are swapped: y chooses the row, and the row is the first index."),
        Misconception(one_way, "You mix left with right in the upper row only. The lower row counts, too, by the share of the way down."),
        Misconception(lambda picture, x, y: mix(picture, x, y)[0].mean(), "You take the mean of the four pixels. The nearer ones must count more."),
        Misconception(dark_outside, "Outside of the picture yours turns to 0. Here the border goes on: move the place to the nearest centre of a pixel first."),
    ]
    rng = np.random.default_rng(0)
    inputs = [(rng.uniform(0, 9, (size, size)), x, y) for size, x, y in
              ((4, 1.3, 2.9), (5, 2.5, 1.7), (4, 0.5, 0.5), (6, 4.1, 0.8), (4, 0.1, 2.2), (4, 3.9, 3.7), (5, -2.0, 6.5))]
    return judge(answer, value, inputs, slips, tolerance=1e-5,
                 praise="Four pixels, each with its share. Move x a little, and the value moves a little: that is what the gradient lives on.")


def place_of_pixel(answer):
    """Check a function from a pixel's number, the old width and the new width to the pixel's place in the old picture.

    Args:
        answer: Function of three integers.

    Returns:
        A `Verdict`.
    """
    slips = [
        Misconception(lambda number, old, new: number * old / new, "That is the pixel's left edge. Its centre lies half a pixel further, in the new picture."),
        Misconception(lambda number, old, new: number * (old - 1) / (new - 1), "That lays the outermost centres over each other, as if a pixel had no width. Then the picture is stretched a little too much; and where did the halves go?"),
        Misconception(lambda number, old, new: number * (old - 1) / (new - 1) + 0.5, "That lays the outermost centres over each other. It is the pictures' edges that fall together, not the centres."),
        Misconception(lambda number, old, new: (number + 0.5) * old / new - 0.5, "That is the right place for those who count the first centre as 0. Here it is 0.5: nothing need be taken away at the end."),
        Misconception(lambda number, old, new: (number + 0.5) * new / old, "The scale is upside down: the pixels of a larger picture lie closer together in the old one."),
        Misconception(lambda number, old, new: number * old / new + 0.5, "Half a pixel, yes, but of the new picture: it shrinks with all the rest."),
    ]
    inputs = [(0, 64, 256), (3, 64, 256), (255, 64, 256), (0, 96, 48), (47, 96, 48), (5, 7, 10)]
    return judge(answer, lambda number, old, new: (number + 0.5) * old / new, inputs, slips, tolerance=1e-6,
                 praise="Edges fall on edges, so a place is scaled by a single factor, with nothing to add. That is why we count from 0.5.")


def compose(answer):
    """Check a function from two warps, float (height, width, 2), to the one that does both.

    Args:
        answer: Function of two arrays of one shape: the result's places in the picture between, and that one's places in the source.

    Returns:
        A `Verdict`.
    """
    def join(first, second):
        return np.asarray(warp.sample(second[None].astype("float64"), first[None].astype("float64")))[0]

    slips = [
        Misconception(lambda first, second: join(second, first), "You went the other way round. Start at a pixel of the result: which of the two warps knows where it lies?"),
        Misconception(lambda first, second: first + second, "Two places can't be added. Only moves can; and even these must be read where they are needed."),
        Misconception(lambda first, second: first + second - np.asarray(warp.grid(*first.shape[:2])), "You added the moves of both warps at the same pixel. The second move must be read at the place to which the first one led."),
        Misconception(lambda first, second: second[np.clip(first[..., 1], 0, first.shape[0] - 1).astype(int), np.clip(first[..., 0], 0, first.shape[1] - 1).astype(int)],
                      "You read the second warp at the nearest pixel. Between pixels, places are mixed as colours are."),
        Misconception(lambda first, second: join(first[..., ::-1], second), "x and y are swapped on the way."),
        Misconception(lambda first, second: second, "That is the second warp alone."),
        Misconception(lambda first, second: first, "That is the first warp alone."),
    ]
    rng = np.random.default_rng(0)
    inputs = []
    for height, width in ((5, 5), (6, 4)):
        still = np.asarray(warp.grid(height, width), "float64")
        inputs.append((still + rng.uniform(-1.2, 1.2, still.shape), 0.8 * still + rng.uniform(-0.5, 0.5, still.shape)))
    return judge(answer, join, inputs, slips, tolerance=1e-4,
                 praise="The second warp is a picture like any other, whose two colours are x and y. So the colours of the source are mixed once, not twice.")


def end_point_error(answer):
    """Check a function from places and true places, float (n, height, width, 2), and known, bool (n, height, width), to each picture's error.

    Args:
        answer: Function of three arrays.

    Returns:
        A `Verdict`.
    """
    def off(places, truth):
        return np.linalg.norm(places - truth, axis=-1)

    def error(places, truth, known):
        return (off(places, truth) * known).sum((1, 2)) / known.sum((1, 2))

    slips = [
        Misconception(lambda places, truth, known: off(places, truth).mean((1, 2)), "You count pixels whose truth nobody knows. Only those that are known may count."),
        Misconception(lambda places, truth, known: (off(places, truth) * known).mean((1, 2)), "You leave out the unknown pixels, and still divide by all. How many were counted?"),
        Misconception(lambda places, truth, known: off(places, truth)[known].mean(), "You threw all people together. One number a person is wanted: who is covered by more cloth weighs more in yours."),
        Misconception(lambda places, truth, known: (np.abs(places - truth).sum(-1) * known).sum((1, 2)) / known.sum((1, 2)), "You added the ways along x and y. The straight way is shorter."),
        Misconception(lambda places, truth, known: (np.square(places - truth).sum(-1) * known).sum((1, 2)) / known.sum((1, 2)), "Those are squared distances: the root is missing."),
        Misconception(lambda places, truth, known: np.sqrt((np.square(places - truth).sum(-1) * known).sum((1, 2)) / known.sum((1, 2))), "You took the root at the end, of the mean. Take it at each pixel: it is the mean distance that is wanted."),
        Misconception(lambda places, truth, known: (off(places, truth) * known).sum((1, 2)), "That is a sum over pixels. Divide it by the number that counts."),
        Misconception(lambda places, truth, known: (off(places, truth) * ~known).sum((1, 2)) / (~known).sum((1, 2)), "Those are the pixels whose truth is not known: the mask is turned round."),
    ]
    rng = np.random.default_rng(0)
    inputs = []
    for shape in ((3, 4, 5), (2, 6, 3)):
        known = rng.random(shape) < 0.6
        known[:, 0, 0], known[:, -1, -1] = True, False
        inputs.append((rng.normal(0, 2, (*shape, 2)), rng.normal(0, 2, (*shape, 2)), known))
    return judge(answer, error, inputs, slips, tolerance=1e-5,
                 praise="A length that can be read in pixels, one number a person, so that a table by pose can be made of it.")


def stripe_moves(answer):
    """Check by how many pixels, and which way, the stripe on the person has to move.

    Args:
        answer: Number: to the right where positive.

    Returns:
        A `Verdict`.
    """
    slips = [
        Misconception(2.0, "That is how the *place* has to move, in the shop's picture. If every pixel fetches from further right, which way does the stripe move on the person?"),
        Misconception(0.0, "Every pixel fetches another colour afterwards, so the stripe can't stay."),
        Misconception(18.0, "That is where the stripe lies in truth. By how much must it move to get there?"),
        Misconception(22.0, "That is a place, and on the wrong side. The pixel that shows the stripe in truth is the one whose true place is 20."),
        Misconception(20.0, "That is where the stripe lies now. By how much must it move?"),
        Misconception(-4.0, "Right direction, twice too far: the place moves by 2, and so does the stripe."),
        Misconception(4.0, "Twice too far, and the wrong way: the stripe lies in truth where the true place is 20."),
    ]
    return judge(answer, -2.0, None, slips, tolerance=1e-6,
                 praise="A warp says where to fetch from. So the picture moves against the arrows.")
