"""How every checker judges: by what an answer computes, never by how it is written."""

from typing import NamedTuple

import numpy as np

YOUR_TURN = "This one is still yours to do: put your answer where the three dots stand, then run the cell again."


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
        answer: Function, or a value where `inputs` is None. Tensors, arrays, lists and numbers of any dtype will do; a
            single number may have any number of axes.
        reference: Function (or value) that is right.
        inputs: List of tuples of arguments, or None where the answer is a value.
        misconceptions: List of `Misconception`, tried in order once the answer is seen to be wrong.
        praise: String. What the right answer has shown.
        tolerance: Float. Relative and absolute tolerance.

    Returns:
        A `Verdict`. Whatever the answer is or does, nothing is raised.
    """
    if answer is ...:
        return Verdict(False, YOUR_TURN)
    if inputs is None:
        return _judge_value(answer, reference, misconceptions, praise, tolerance)
    if not callable(answer):
        return Verdict(False, f"A function is wanted; this is a {type(answer).__name__}. "
                              "Pass the function itself, without calling it.")
    got = []
    for arguments in inputs:
        try:
            returned = answer(*arguments)
        except Exception as error:  # the learner's own code: whatever it raises is what they need to read
            return Verdict(False, f"Your function raised {type(error).__name__}: {error}")
        if returned is None:
            return Verdict(False, "Your function returns nothing yet. Write its body and end it with `return`.")
        if returned is ...:
            return Verdict(False, YOUR_TURN)
        numbers = _as_numbers(returned)
        if numbers is None:
            return Verdict(False, f"Your function returns a {type(returned).__name__}, which is no number or array.")
        got.append(numbers)
    wanted = [_as_numbers(reference(*arguments)) for arguments in inputs]
    if _all_close(got, wanted, tolerance):
        return Verdict(True, praise)
    for misconception in misconceptions:
        if _all_close(got, [_as_numbers(misconception.answer(*arguments)) for arguments in inputs], tolerance):
            return Verdict(False, misconception.hint)
    return Verdict(False, _difference(got, wanted, tolerance, "On one of the test inputs yours gives"))


def _judge_value(answer, reference, misconceptions, praise, tolerance):
    if callable(answer):
        return Verdict(False, "The answer is a function; a value is wanted: call it, and pass what it returns.")
    got, wanted = _as_numbers(answer), _as_numbers(reference)
    if got is None:
        return Verdict(False, f"A number is wanted; this is a {type(answer).__name__}.")
    if _all_close([got], [wanted], tolerance):
        return Verdict(True, praise)
    for misconception in misconceptions:
        if _all_close([got], [_as_numbers(misconception.answer)], tolerance):
            return Verdict(False, misconception.hint)
    return Verdict(False, _difference([got], [wanted], tolerance, "Yours is"))


def _as_numbers(value):
    """Return numbers, lists, tensors and tuples of them as one float64 array, a single number without axes; else None."""
    try:
        if isinstance(value, (tuple, list)):
            parts = [_as_numbers(part) for part in value]
            numbers = None if any(part is None for part in parts) else np.stack(parts)
        else:
            numbers = np.asarray(value)
            numbers = numbers.astype("float64") if numbers.dtype.kind in "biuf" else None
    except (TypeError, ValueError):  # such as a string, or parts of different shapes
        return None
    return numbers.reshape(()) if numbers is not None and numbers.size == 1 else numbers


def _all_close(got, wanted, tolerance):
    return all(ours.shape == theirs.shape and np.allclose(ours, theirs, rtol=tolerance, atol=tolerance)
               for ours, theirs in zip(got, wanted, strict=True))


def _difference(got, wanted, tolerance, opening):
    """Say how an unknown wrong answer differs, without giving the right one away."""
    for ours, theirs in zip(got, wanted, strict=True):
        if ours.shape != theirs.shape:
            return f"The shape is {ours.shape}; {theirs.shape} is wanted. Is a mean missing, or one too many?"
        if not np.all(np.isfinite(ours)):
            return "Some values are infinite or not a number. Which logarithm or division can run into zero?"
    if _all_close([-ours for ours in got], wanted, tolerance):
        return "The size is right and the sign is wrong."
    ours, theirs = next((a, b) for a, b in zip(got, wanted, strict=True) if not _all_close([a], [b], tolerance))
    ours, theirs = np.atleast_1d(ours), np.atleast_1d(theirs)
    place = np.argmax(np.abs(ours - theirs))
    return (f"{opening} {ours.flat[place]:.4f}, where the right value is "
            f"{'larger' if theirs.flat[place] > ours.flat[place] else 'smaller'}. Work one case by hand and compare.")
