"""Tabled noise: deterministic, smooth and cheap.

Random numbers live in two small tiling tables that are made once; looking one up costs two index operations, so hair strands,
cloth folds and paper grain can all have noise at every pixel.
"""

import functools

import numpy as np

SIZE = 256
"""Side of the tables; noise repeats after this many units."""


@functools.lru_cache(maxsize=8)
def _table(seed):
    return np.random.default_rng([20240, seed]).uniform(-1, 1, (SIZE, SIZE)).astype(np.float32)


def value_noise(x, y, seed=0):
    """Smooth noise in [-1, 1] with one random value on each whole-number point.

    Args:
        x, y: coordinates, float arrays that broadcast together, any values; features are about one unit wide.
        seed: which table; a small whole number.

    Returns:
        float32 array of the broadcast shape.
    """
    table = _table(int(seed)).ravel()
    x, y = np.broadcast_arrays(np.asarray(x, np.float32), np.asarray(y, np.float32))
    column, row = np.floor(x), np.floor(y)
    u, v = x - column, y - row
    u, v = u * u * (3 - 2 * u), v * v * (3 - 2 * v)
    column, row = column.astype(np.int32) & (SIZE - 1), (row.astype(np.int32) & (SIZE - 1)) * SIZE
    right, below = (column + 1) & (SIZE - 1), (row + SIZE) & (SIZE * SIZE - 1)
    top = table[row + column]
    top = top + u * (table[row + right] - top)
    bottom = table[below + column]
    bottom = bottom + u * (table[below + right] - bottom)
    return top + v * (bottom - top)


def fbm(x, y, octaves=4, seed=0, gain=0.5):
    """Fractal noise in about [-1, 1]: ``octaves`` layers of `value_noise`, each twice as fine and ``gain`` times as strong."""
    x, y = np.asarray(x, np.float32), np.asarray(y, np.float32)
    total, strength, weight = 0, np.float32(1), 0.0
    for octave in range(octaves):
        total = total + strength * value_noise(x * 2**octave + 17 * octave, y * 2**octave + 41 * octave, seed + octave % 4)
        weight += float(strength)
        strength = strength * np.float32(gain)
    return (total / np.float32(weight)).astype(np.float32)


@functools.lru_cache(maxsize=64)
def fbm_tile(octaves=5, seed=0, gain=0.5, cells=8):
    """A tiling (256, 256) float32 table of fractal noise in about [-1, 1]; ``cells`` coarse cells a side."""
    axis = np.arange(SIZE, dtype=np.float32) / SIZE
    total, strength = np.zeros((SIZE, SIZE), np.float32), 1.0
    for octave in range(octaves):
        count = cells * 2**octave
        if count > SIZE:
            break
        lattice = np.random.default_rng([777, seed, octave]).uniform(-1, 1, (count, count)).astype(np.float32)
        position = axis * count
        low = np.floor(position).astype(int)
        blend = position - low
        blend = blend * blend * (3 - 2 * blend)
        high = (low + 1) % count
        rows = lattice[low] + blend[:, None] * (lattice[high] - lattice[low])
        total += np.float32(strength) * (rows[:, low] + blend[None] * (rows[:, high] - rows[:, low]))
        strength *= gain
    return total / np.abs(total).max()


def sample_tile(tile, x, y):
    """Bilinear look-up in a tiling table; x and y in tile widths (1.0 = once round).  Returns float32 of their shape.

    Args:
        tile: (side, side) float32 table, side a power of two (from `fbm_tile`).
        x, y: float arrays of one shape.
    """
    side = tile.shape[0]
    if side & (side - 1) or tile.shape[0] != tile.shape[1]:
        raise ValueError(f"Got a table of shape {tile.shape}; wanted a square whose side is a power of two (see fbm_tile).")
    flat = tile.ravel()
    x, y = np.asarray(x, np.float32) * np.float32(side), np.asarray(y, np.float32) * np.float32(side)
    column, row = np.floor(x), np.floor(y)
    u, v = x - column, y - row
    column, row = column.astype(np.int32) & (side - 1), (row.astype(np.int32) & (side - 1)) * side
    right, below = (column + 1) & (side - 1), (row + side) & (side * side - 1)
    top = flat[row + column]
    top = top + u * (flat[row + right] - top)
    bottom = flat[below + column]
    bottom = bottom + u * (flat[below + right] - bottom)
    return top + v * (bottom - top)
