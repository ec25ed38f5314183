"""Randomness by name: one independent stream for each (seed, index, factor).

Drawing a factor never moves another factor, so a person can be changed in one respect only.
"""

import dataclasses
import zlib

import numpy as np


def stream(seed, index, name):
    """The random generator of one factor of one person.

    Args:
        seed: whole number >= 0, of the data set.
        index: whole number >= 0, of the person.
        name: the factor's name.

    Returns:
        `np.random.Generator`, equal for equal arguments and independent of all others.

    Raises:
        ValueError: when seed or index is negative.
    """
    if seed < 0 or index < 0:
        raise ValueError(f"Got seed {seed} and index {index}; wanted whole numbers from 0 up.")
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([int(seed), int(index), zlib.crc32(name.encode())])))


def choose(generator, weights):
    """Draws one key of a {value: weight} table (weights need not sum to 1)."""
    names = list(weights)
    share = np.cumsum([float(weights[name]) for name in names])
    if share[-1] <= 0:
        raise ValueError("Got a weight table that sums to 0; wanted at least one positive weight.")
    return names[int(np.searchsorted(share, generator.uniform() * share[-1], side="right"))]


def even_tone(seed, index, count=10, name="monk tone"):
    """A whole number 1..count, drawn evenly: any ``count`` consecutive indexes hold each value exactly once."""
    return int(stream(seed, 0, name).permutation(count)[index % count]) + 1


def changed(factors, **values):
    """A copy of a frozen factors dataclass with some fields replaced.

    Raises:
        ValueError: when a name is not a field.
    """
    names = [field.name for field in dataclasses.fields(factors)]
    unknown = sorted(set(values) - set(names))
    if unknown:
        raise ValueError(f"Got the factor(s) {unknown}; wanted some of {names}. Check the spelling.")
    return dataclasses.replace(factors, **values)


def check_choice(name, value, allowed):
    """Raises ValueError unless ``value`` is one of ``allowed``."""
    if value not in allowed:
        raise ValueError(f"Got {name} = {value!r}; wanted one of {sorted(allowed, key=str)}.")


def check_range(name, value, low, high):
    """Raises ValueError unless low <= value <= high."""
    if not low <= value <= high:
        raise ValueError(f"Got {name} = {value!r}; wanted a number from {low} to {high}.")
