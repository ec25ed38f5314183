"""Checkers for the exercises of chapter 09. Each takes the learner's answer and returns a `Verdict`."""

import struct
import zlib

import numpy as np

from tryon_utils.checks.judging import Misconception, judge
from tryon_utils.photos import align, detect


def stated_size(answer):
    """Check a function from the first 24 bytes of a PNG file to the pair (height, width) that it states.

    Args:
        answer: Function of bytes.

    Returns:
        A `Verdict`.
    """
    slips = [
        Misconception(lambda head: struct.unpack(">II", head[16:24]), "You return what stands first, first: in the file the width comes before the height. Our arrays have it the other way round."),
        Misconception(lambda head: struct.unpack("<II", head[16:24])[::-1], "The bytes are in the wrong order: PNG writes the large end of a number first."),
        Misconception(lambda head: struct.unpack(">II", head[8:16])[::-1], "These eight bytes are the first chunk's length and name. The size comes right after them."),
        Misconception(lambda head: struct.unpack(">II", head[:8])[::-1], "These eight bytes are the signature, the same in every PNG file."),
        Misconception(lambda head: struct.unpack(">HH", head[18:20] + head[22:24])[::-1], "You read two bytes a number. Four are written: a side of 70,000 pixels comes out as 4,464, and the limit is passed."),
        Misconception(lambda head: (head[23], head[19]), "That is the last byte of each number. There are four; only pictures under 256 pixels come out right."),
        Misconception(lambda head: np.prod(struct.unpack(">II", head[16:24])), "That is the number of pixels. The pair of sides is wanted, height first."),
    ]
    def head(width, height):
        content = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
        return (b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + content + struct.pack(">I", zlib.crc32(b"IHDR" + content)))[:24]

    inputs = [(head(4032, 3024),), (head(70_000, 300),), (head(200, 120),)]
    return judge(answer, lambda head: struct.unpack(">II", head[16:24])[::-1], inputs, slips, tolerance=1e-9,
                 praise="Twenty-four bytes, and you know how much memory the rest would ask for. No decoder was started.")


def upright(answer):
    """Check a function from a stored array and EXIF's orientation (1, 3, 6 or 8) to the upright array.

    Args:
        answer: Function of an array (height, width, 3) and an integer.

    Returns:
        A `Verdict`.
    """
    turns = {1: 0, 3: 2, 6: 3, 8: 1}  # quarter turns against the clock, as np.rot90 counts them

    def right(stored, orientation):
        return np.rot90(stored, turns[orientation])

    slips = [
        Misconception(lambda stored, orientation: np.rot90(stored, -turns[orientation]), "6 and 8 are exchanged. np.rot90 turns against the clock; 6 wants a quarter turn with it."),
        Misconception(lambda stored, orientation: stored, "Nothing is turned yet."),
        Misconception(lambda stored, orientation: stored.swapaxes(0, 1) if orientation in (6, 8) else right(stored, orientation), "Exchanging rows and columns also mirrors. Text in the picture would run backwards."),
        Misconception(lambda stored, orientation: stored[::-1] if orientation == 3 else right(stored, orientation), "Upside down is not turned round: 3 wants both axes reversed, rows and columns."),
        Misconception(lambda stored, orientation: stored[:, ::-1] if orientation == 3 else right(stored, orientation), "You mirrored 3. Both axes are to be reversed, rows and columns."),
        Misconception(lambda stored, orientation: np.rot90(stored, {1: 0, 3: 2, 6: 3, 8: 3}[orientation]), "6 and 8 are not the same: the camera was held on one side or on the other."),
        Misconception(lambda stored, orientation: np.rot90(stored, {1: 0, 3: 2, 6: 1, 8: 1}[orientation]), "6 and 8 are not the same: the camera was held on one side or on the other."),
        Misconception(lambda stored, orientation: np.rot90(stored, turns[orientation])[..., ::-1], "The turn is right, and red and blue have changed places: your reversal reached the colours."),
    ]
    rng = np.random.default_rng(0)
    inputs = [(rng.integers(256, size=(3, 5, 3), dtype="uint8"), orientation) for orientation in (6, 8, 3, 1)]
    return judge(answer, right, inputs, slips, tolerance=1e-9, praise="Four ways to hold a phone, one picture. And the note that said so is not passed on.")


def suppress(answer):
    """Check a function from boxes (n, 4), scores (n,) and the most overlap allowed to the numbers of the boxes kept, best first.

    Args:
        answer: Function of two arrays and a float.

    Returns:
        A `Verdict`.
    """
    def chosen(boxes, scores, most, order=None, share=detect.overlap, against_all=False, wrong_side=False):
        order = np.argsort(-scores) if order is None else order(scores)
        kept, seen = [], []
        for number in order:
            others = boxes[seen if against_all else kept].reshape(-1, 4)
            shares = share(boxes[number], others)
            if np.all(shares > most) if wrong_side and len(kept) else np.all(shares <= most):
                kept.append(number)
            seen.append(number)
        return np.array(kept)

    def of_first(box, boxes):
        low, high = np.maximum(box[:2], boxes[:, :2]), np.minimum(box[2:], boxes[:, 2:])
        return np.prod(np.clip(high - low, 0, None), axis=1) / np.prod(box[2:] - box[:2])

    def unclipped(box, boxes):
        low, high = np.maximum(box[:2], boxes[:, :2]), np.minimum(box[2:], boxes[:, 2:])
        both = np.prod(high - low, axis=1)
        return both / (np.prod(box[2:] - box[:2]) + np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) - both)

    def touching(box, boxes):
        return np.where(detect.overlap(box, boxes) > 0, 1.0, 0.0)

    slips = [
        Misconception(lambda boxes, scores, most: chosen(boxes, scores, most, order=np.argsort), "You begin with the worst guess. It then puts the better ones aside."),
        Misconception(lambda boxes, scores, most: chosen(boxes, scores, most, order=lambda scores: np.arange(len(scores))), "You take the boxes as they come. The best guess goes first."),
        Misconception(lambda boxes, scores, most: chosen(boxes, scores, most, against_all=True), "A box that was put aside can't put others aside: compare with the boxes that were kept, and with no others."),
        Misconception(lambda boxes, scores, most: chosen(boxes, scores, most, share=touching), "You put aside whatever touches a kept box. People stand close: only more than `most_overlap` is the same thing."),
        Misconception(lambda boxes, scores, most: chosen(boxes, scores, most, share=of_first), "You divide by the area of one box. A small box inside a large one then counts as a double: divide by what either covers."),
        Misconception(lambda boxes, scores, most: chosen(boxes, scores, most, share=unclipped), "Boxes that lie apart in both directions come out as overlapping: a negative width times a negative height. Cut both off at 0."),
        Misconception(lambda boxes, scores, most: chosen(boxes, scores, most, wrong_side=True), "You keep the doubles and put the others aside: look at the direction of your comparison."),
        Misconception(lambda boxes, scores, most: np.argsort(-scores), "The order is right, and nothing is put aside yet."),
        Misconception(lambda boxes, scores, most: np.sort(chosen(boxes, scores, most)), "The right boxes, in the wrong order: the best comes first."),
        Misconception(lambda boxes, scores, most: boxes[chosen(boxes, scores, most)], "These are the right boxes themselves. Their numbers are wanted."),
        Misconception(lambda boxes, scores, most: np.argmax(scores), "Only the best box is left. There may be more than one face."),
    ]
    one = np.array([[0, 0, 10, 10], [2, 0, 12, 10], [4.5, 0, 14.5, 10], [40, 40, 50, 50], [11, 3, 18, 11], [40, 41, 50, 52], [42, 42, 47, 47], [60, 20, 70, 30]], "float64")
    two = np.array([[5, 5, 9, 9], [20, 20, 30, 30], [5, 5, 9, 10], [21, 21, 31, 31], [0, 0, 40, 40]], "float64")
    inputs = [(one, np.array([0.7, 0.9, 0.8, 0.6, 0.75, 0.95, 0.55, 0.5]), 0.3), (two, np.array([0.6, 0.8, 0.7, 0.9, 0.65]), 0.5), (one[[1, 0, 2]], np.array([0.6, 0.9, 0.5]), 0.45)]
    return judge(answer, chosen, inputs, slips, tolerance=1e-9, praise="One box a face, and a friend who stands close keeps hers.")


def lead_back(answer):
    """Check a function from a frame (2, 3) and places (n, 2) in the photograph to the places in the crop.

    Args:
        answer: Function of two arrays.

    Returns:
        A `Verdict`.
    """
    slips = [
        Misconception(align.move, "That leads from the crop to the photograph, the way the frame goes. The way back is wanted."),
        Misconception(lambda frame, places: places @ np.linalg.inv(frame[:, :2]).T - frame[:, 2], "You turn first and take the shift away afterwards. On the way there the shift came last: so it must go first."),
        Misconception(lambda frame, places: places @ np.linalg.inv(frame[:, :2]).T, "The shift is forgotten."),
        Misconception(lambda frame, places: (places - frame[:, 2]) @ frame[:, :2].T, "The shift is undone. The turn and the scale are done once more instead of undone."),
        Misconception(lambda frame, places: (places - frame[:, 2]) @ frame[:, :2], "The transpose undoes a turn, and no scale: it is the inverse of a rotation only."),
        Misconception(lambda frame, places: (places - frame[:, 2]) @ np.linalg.inv(frame[:, :2]), "The places stand in rows, so the matrix that acts on them is transposed: yours turns the other way."),
        Misconception(lambda frame, places: (places + frame[:, 2]) @ np.linalg.inv(frame[:, :2]).T, "The shift is added once more. It must be taken away."),
        Misconception(lambda frame, places: (places - frame[:, 2]) / align.scale_of(frame), "Shift and scale are undone, and the turn isn't."),
        Misconception(lambda frame, places: ((places - frame[:, 2]) @ np.linalg.inv(frame[:, :2]).T)[:, ::-1], "x and y have changed places."),
    ]
    rng = np.random.default_rng(0)
    inputs = [(align.square_frame((200, 150), side, angle, 64), rng.uniform(0, 300, (4, 2))) for side, angle in ((160, 0.5), (90, -0.9), (40, 2.0))]
    return judge(answer, lambda frame, places: align.move(align.invert(frame), places), inputs, slips, tolerance=1e-6,
                 praise="Shift away, then the inverse. Landmarks that were found in the photograph now lie in the crop, where the masks are drawn.")


def paint(answer):
    """Check a function from a picture (h, w, 3), a colour (3,), a soft mask (h, w) and a strength to the painted picture, uint8.

    Args:
        answer: Function of a uint8 array, three numbers, a float array and a float.

    Returns:
        A `Verdict`.
    """
    def right(picture, colour, mask, strength):
        weight = strength * mask[..., None]
        return np.rint((1 - weight) * picture + weight * np.array(colour)).astype("uint8")

    def weighted(picture, colour, mask, strength, opacity):
        weight = opacity(mask[..., None], strength)
        return np.rint((1 - weight) * picture + weight * np.array(colour)).astype("uint8")

    slips = [
        Misconception(lambda *given: weighted(*given, lambda mask, strength: (mask > 0.5) * strength), "You made the mask hard: 0 or 1. Its soft edge is what keeps a lip from looking cut out."),
        Misconception(lambda *given: weighted(*given, lambda mask, strength: (mask > 0) * strength), "You made the mask hard: every pixel that it touches is painted fully."),
        Misconception(lambda *given: weighted(*given, lambda mask, strength: mask), "The strength isn't used."),
        Misconception(lambda *given: weighted(*given, lambda mask, strength: strength), "The mask isn't used: the whole picture is painted."),
        Misconception(lambda *given: weighted(*given, lambda mask, strength: 1 - strength * mask), "It is painted everywhere but in the mask: the two weights are exchanged."),
        Misconception(lambda picture, colour, mask, strength: np.clip(np.rint(picture + strength * mask[..., None] * np.array(colour)), 0, 255).astype("uint8"), "You added the colour on top, so that painting always brightens. What is below must give way: weigh it with 1 less the opacity."),
        Misconception(lambda picture, colour, mask, strength: (picture + (strength * mask[..., None] * (np.array(colour, "uint8") - picture))).astype("uint8"), "uint8 has no negative numbers: 20 - 30 is 246 in it. Make floats before you subtract."),
        Misconception(lambda picture, colour, mask, strength: np.floor((1 - strength * mask[..., None]) * picture + strength * mask[..., None] * np.array(colour)).astype("uint8"), "You cut the decimals off instead of rounding. Half of all pixels get one step darker, and at strength 0 a float's error may change a pixel that nobody painted."),
        Misconception(lambda *given: right(*given) / 255.0, "The values are right, between 0 and 1. A uint8 picture is wanted."),
    ]
    rng = np.random.default_rng(0)
    inputs = []
    for strength in (0.71371, 0.25193, 0.0):  # no value of a picture comes out half-way between two whole ones
        picture, mask = rng.integers(256, size=(5, 6, 3), dtype="uint8"), np.clip(rng.uniform(-0.5, 1.3, (5, 6)), 0, 1)
        inputs.append((picture, (150, 20, 60), mask, strength))
    return judge(answer, right, inputs, slips, tolerance=1e-9, praise="Soft at the edge, and at strength 0 every pixel is what it was.")
