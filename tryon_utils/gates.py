"""Gates: measured values that a chapter promises, held against thresholds that come from several seeds.

A chapter that trains can't promise a number, since another processor rounds otherwise and another seed leads elsewhere. It can promise
a limit. `make bench` reads what was measured from `measured`, for several seeds, and the book's performance page lists it.
"""

import math

import numpy as np

measured = {}  # name: {"values": list, "at_least": number or None, "at_most": number or None}, in the order of the gates


class GateMissed(AssertionError):
    """A measured value lies beyond its threshold; the message names both."""


def gate(name, values, at_least=None, at_most=None):
    """Hold measured values against a threshold, or two, and print the promise that they kept.

    The measured values are not printed: they differ from machine to machine, and the promise doesn't.

    Example:
        gate("coverage", 0.93, at_least=0.6)                 # gate passed: coverage at least 0.6
        gate("modes covered", [8, 8, 8], at_least=8)         # gate passed: modes covered at least 8, 3 times of 3

    Args:
        name: String. What was measured.
        values: Number, or a sequence of them: one a seed, say. Each must keep the promise.
        at_least: Number. The lowest value that passes.
        at_most: Number. The highest value that passes.

    Raises:
        GateMissed: a value lies beyond a threshold, or is not a number.
        ValueError: no threshold, or no values.
    """
    found = [float(value) for value in np.ravel(values)]
    if at_least is None and at_most is None:
        raise ValueError(f"The gate {name!r} has no threshold: give at_least, at_most or both.")
    if not found:
        raise ValueError(f"The gate {name!r} got no values; one or more are wanted.")
    measured[name] = {"values": found, "at_least": at_least, "at_most": at_most}
    promise = describe(name, at_least, at_most)
    kept = [(at_least is None or value >= at_least) and (at_most is None or value <= at_most) and not math.isnan(value) for value in found]
    if not all(kept):
        missed = ", ".join(f"{value:.4g}" for value, good in zip(found, kept, strict=True) if not good)
        raise GateMissed(f"gate missed: {promise} was promised, and {missed} was measured. What have you changed?")
    print(f"gate passed: {promise}" + (f", {len(found)} times of {len(found)}" if len(found) > 1 else ""))


def describe(name, at_least=None, at_most=None):
    """Return the promise in words, such as "KID at most 0.15"."""
    limits = [f"{words} {limit:g}" for words, limit in (("at least", at_least), ("at most", at_most)) if limit is not None]
    return f"{name} {' and '.join(limits)}"
