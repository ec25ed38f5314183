"""How every checker judges: by what an answer computes, never by how it is written."""

from typing import NamedTuple

import numpy as np


class Verdict(NamedTuple):
    """What a checker returns. True where the answer is right; shown as its message.

    Attributes:
        right: Boolean.
        message: String. Praise that says what was shown, or a hint that names the misconception.
    """

    right: bool
    message: str

    def __bool__(self):
        return self.right

    def __repr__(self):
        return ("Right. " if self.right else "Not yet. ") + self.message


class Misconception(NamedTuple):
    """A wrong answer that people give, and the hint for it.

    Attributes:
        answer: Function with the reference's arguments (or a value, where the answer is one).
        hint: String. Names the misconception without giving the right answer away.
    """

    answer: object
    hint: str


def judge(answer, reference, inputs, misconceptions=(), praise="", tolerance=1e-3):
    """Compare an answer with the reference on given inputs, and name the misconception where it is a known one.

    Args:
        answer: Function, or a value where `inputs` is None. Tensors, arrays, lists and numbers of any dtype will do.
        reference: Function (or value) that is right.
        inputs: List of tuples of arguments, or None where the answer is a value.
        misconceptions: List of `Misconception`, tried in order once the answer is seen to be wrong.
        praise: String. What the right answer has shown.
        tolerance: Float. Relative and absolute tolerance.

    Returns:
        A `Verdict`.
    """
    if inputs is None:
        if callable(answer):
            return Verdict(False, "The answer is a function; a value is wanted: call it, and pass what it returns.")
        return judge(lambda: answer, lambda: reference, [()],
                     [Misconception(lambda wrong=m.answer: wrong, m.hint) for m in misconceptions], praise, tolerance)
    if not callable(answer):
        return Verdict(False, f"A function is wanted; this is a {type(answer).__name__}. "
                              "Pass the function itself, without calling it.")
    wanted = [_as_array(reference(*arguments)) for arguments in inputs]
    got = []
    for arguments in inputs:
        try:
            returned = answer(*arguments)
        except Exception as error:  # the learner's own code: whatever it raises is what they need to read
            return Verdict(False, f"Your function raised {type(error).__name__}: {error}")
        if returned is None:
            return Verdict(False, "Your function returns None. Does it end with `return`?")
        try:
            got.append(_as_array(returned))
        except (TypeError, ValueError):
            return Verdict(False, f"Your function returns a {type(returned).__name__}, which is no number or array.")
    if _all_close(got, wanted, tolerance):
        return Verdict(True, praise)
    for misconception in misconceptions:
        if _all_close(got, [_as_array(misconception.answer(*arguments)) for arguments in inputs], tolerance):
            return Verdict(False, misconception.hint)
    return Verdict(False, _difference(got, wanted, tolerance))


def _as_array(value):
    """Return numbers, lists, tensors and tuples of them as one float64 array."""
    if isinstance(value, (tuple, list)):
        return np.stack([_as_array(part) for part in value])
    return np.asarray(value).astype("float64")


def _all_close(got, wanted, tolerance):
    return all(ours.shape == theirs.shape and np.allclose(ours, theirs, rtol=tolerance, atol=tolerance)
               for ours, theirs in zip(got, wanted, strict=True))


def _difference(got, wanted, tolerance):
    """Say how an unknown wrong answer differs, without giving the right one away."""
    for ours, theirs in zip(got, wanted, strict=True):
        if ours.shape != theirs.shape:
            return f"The shape is {ours.shape}; {theirs.shape} is wanted. Is a mean missing, or one too many?"
        if not np.all(np.isfinite(ours)):
            return "Some values are infinite or not a number. Which logarithm or division can run into zero?"
    ours, theirs = next((a, b) for a, b in zip(got, wanted, strict=True) if not _all_close([a], [b], tolerance))
    if np.allclose(ours, -theirs, rtol=tolerance, atol=tolerance):
        return "The size is right and the sign is wrong."
    place = np.argmax(np.abs(np.atleast_1d(ours - theirs)))
    return (f"On one of the test inputs yours gives {np.atleast_1d(ours).flat[place]:.4f}, where the right value is "
            f"{'larger' if np.atleast_1d(theirs).flat[place] > np.atleast_1d(ours).flat[place] else 'smaller'}. "
            "Work one case by hand and compare.")
