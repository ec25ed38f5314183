"""Right and wrong answers to the exercises of chapter 09; each wrong one with a word that its hint must contain."""

import struct

import numpy as np
from tryon_utils.photos import align


# ---- The stated size -------------------------------------------------------------------------------------------------

def size_by_from_bytes(head):
    return [int.from_bytes(head[20:24], "big"), int.from_bytes(head[16:20], "big")]


def size_by_frombuffer(head):
    width, height = np.frombuffer(head, ">u4", 2, 16)
    return height, width


# ---- Upright ---------------------------------------------------------------------------------------------------------

def upright_by_axes(stored, orientation):
    if orientation == 6:
        return stored[::-1].swapaxes(0, 1)
    if orientation == 8:
        return stored[:, ::-1].swapaxes(0, 1)
    return stored[::-1, ::-1] if orientation == 3 else stored


def upright_by_turns(stored, orientation):
    return np.rot90(stored, {1: 0, 3: 2, 6: -1, 8: 1}[orientation])


# ---- Suppression -----------------------------------------------------------------------------------------------------

def area(box):
    return max(0, box[2] - box[0]) * max(0, box[3] - box[1])


def shared(one, other):
    both = area([max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])])
    return both / (area(one) + area(other) - both)


def suppress_by_loop(boxes, scores, most, share=shared, order=lambda scores: np.argsort(-scores)):
    kept = []
    for number in order(scores):
        if all(share(boxes[number], boxes[other]) <= most for other in kept):
            kept.append(int(number))
    return kept


def suppress_by_crossing_out(boxes, scores, most):
    left, kept = set(range(len(boxes))), []
    while left:
        best = max(left, key=lambda number: scores[number])
        kept.append(best)
        left = {number for number in left if number != best and shared(boxes[best], boxes[number]) <= most}
    return np.array(kept)


def suppress_against_all(boxes, scores, most):
    order = np.argsort(-scores)
    return [number for place, number in enumerate(order) if all(shared(boxes[number], boxes[other]) <= most for other in order[:place])]


def share_of_own(one, other):
    both = area([max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])])
    return both / area(one)


def share_unclipped(one, other):
    both = (min(one[2], other[2]) - max(one[0], other[0])) * (min(one[3], other[3]) - max(one[1], other[1]))
    return both / (area(one) + area(other) - both)


# ---- The way back ----------------------------------------------------------------------------------------------------

def back_by_solving(frame, places):
    return np.linalg.solve(frame[:, :2], (places - frame[:, 2]).T).T


def back_by_three_by_three(frame, places):
    whole = np.vstack([frame, [0, 0, 1]])
    return (np.linalg.inv(whole) @ np.column_stack([places, np.ones(len(places))]).T).T[:, :2]


def back_by_complex_numbers(frame, places):
    z = (places - frame[:, 2]) @ [1, 1j] / (frame[0, 0] + 1j * frame[1, 0])
    return np.stack([z.real, z.imag], axis=1)


# ---- Painting --------------------------------------------------------------------------------------------------------

def paint_by_difference(picture, colour, mask, strength):
    old = picture.astype("float64")
    return np.rint(old + strength * mask[..., None] * (np.asarray(colour) - old)).astype("uint8")


def paint_by_channel(picture, colour, mask, strength):
    painted = picture.copy()
    for channel in range(3):
        painted[..., channel] = np.round(picture[..., channel] * (1 - strength * mask) + colour[channel] * strength * mask)
    return painted


def paint_with(opacity):
    return lambda picture, colour, mask, strength: paint_by_difference(picture, colour, opacity(mask, strength), 1.0)


RIGHT = {
    "stated_size": [size_by_from_bytes, size_by_frombuffer, lambda head: struct.unpack(">II", head[16:24])[::-1]],
    "upright": [upright_by_axes, upright_by_turns],
    "suppress": [suppress_by_loop, suppress_by_crossing_out],
    "lead_back": [back_by_solving, back_by_three_by_three, back_by_complex_numbers, lambda frame, places: align.move(align.invert(frame), places)],
    "paint": [paint_by_difference, paint_by_channel],
}

WRONG = {
    "stated_size": [
        (lambda head: struct.unpack(">II", head[16:24]), "width comes before"), (lambda head: struct.unpack("<II", head[16:24])[::-1], "large end"),
        (lambda head: struct.unpack(">II", head[8:16])[::-1], "length and name"), (lambda head: struct.unpack(">II", head[:8])[::-1], "signature"),
        (lambda head: (struct.unpack(">H", head[22:24])[0], struct.unpack(">H", head[18:20])[0]), "two bytes"), (lambda head: [head[23], head[19]], "last byte"),
        (lambda head: int(np.prod(size_by_from_bytes(head))), "number of pixels"),
    ],
    "upright": [
        (lambda stored, orientation: np.rot90(stored, {1: 0, 3: 2, 6: 1, 8: -1}[orientation]), "exchanged"), (lambda stored, orientation: stored.copy(), "nothing"),
        (lambda stored, orientation: {1: stored, 3: stored[::-1, ::-1]}.get(orientation, stored.transpose(1, 0, 2)), "backwards"),
        (lambda stored, orientation: np.flipud(stored) if orientation == 3 else upright_by_axes(stored, orientation), "both axes reversed"),
        (lambda stored, orientation: np.fliplr(stored) if orientation == 3 else upright_by_axes(stored, orientation), "mirrored"),
        (lambda stored, orientation: np.rot90(stored, {1: 0, 3: 2, 6: -1, 8: -1}[orientation]), "not the same"),
        (lambda stored, orientation: np.rot90(stored, {1: 0, 3: 2, 6: 1, 8: 1}[orientation]), "not the same"),
        (lambda stored, orientation: upright_by_axes(stored, orientation)[:, :, ::-1], "red and blue"),
    ],
    "suppress": [
        (lambda boxes, scores, most: suppress_by_loop(boxes, scores, most, order=np.argsort), "worst"),
        (lambda boxes, scores, most: suppress_by_loop(boxes, scores, most, order=lambda scores: range(len(scores))), "as they come"),
        (suppress_against_all, "put aside can't"),
        (lambda boxes, scores, most: suppress_by_loop(boxes, scores, 0.0), "touches"),
        (lambda boxes, scores, most: suppress_by_loop(boxes, scores, most, share=share_of_own), "one box"),
        (lambda boxes, scores, most: suppress_by_loop(boxes, scores, most, share=share_unclipped), "negative"),
        (lambda boxes, scores, most: np.argsort(scores)[::-1], "nothing is put aside"),
        (lambda boxes, scores, most: sorted(suppress_by_loop(boxes, scores, most)), "order"),
        (lambda boxes, scores, most: boxes[suppress_by_loop(boxes, scores, most)], "numbers"),
        (lambda boxes, scores, most: int(np.argmax(scores)), "more than one"),
    ],
    "lead_back": [
        (align.move, "way back"), (lambda frame, places: (np.linalg.inv(frame[:, :2]) @ places.T).T - frame[:, 2], "go first"),
        (lambda frame, places: (np.linalg.inv(frame[:, :2]) @ places.T).T, "forgotten"), (lambda frame, places: (frame[:, :2] @ (places - frame[:, 2]).T).T, "once more instead"),
        (lambda frame, places: (frame[:, :2].T @ (places - frame[:, 2]).T).T, "transpose"), (lambda frame, places: (places - frame[:, 2]) @ np.linalg.inv(frame[:, :2]), "rows"),
        (lambda frame, places: back_by_solving(frame, places + 2 * frame[:, 2]), "taken away"), (lambda frame, places: (places - frame[:, 2]) / np.hypot(*frame[:, 0]), "turn isn't"),
        (lambda frame, places: back_by_solving(frame, places)[:, [1, 0]], "changed places"),
    ],
    "paint": [
        (paint_with(lambda mask, strength: np.round(mask) * strength), "hard"), (paint_with(lambda mask, strength: np.ceil(mask) * strength), "hard"),
        (paint_with(lambda mask, strength: mask), "strength isn't"), (paint_with(lambda mask, strength: np.full_like(mask, strength)), "mask isn't"),
        (paint_with(lambda mask, strength: 1 - strength * mask), "exchanged"),
        (lambda picture, colour, mask, strength: np.minimum(255, np.rint(picture + strength * mask[..., None] * np.asarray(colour))), "brightens"),
        (lambda picture, colour, mask, strength: (picture + mask[..., None] * strength * (np.array(colour, "uint8") - picture)).astype("uint8"), "246"),
        (lambda picture, colour, mask, strength: (picture * (1 - strength * mask[..., None]) + np.array(colour) * (strength * mask[..., None])).astype("uint8"), "decimals"),
        (lambda *given: paint_by_difference(*given) / 255, "between 0 and 1"),
    ],
}
