"""Tabled noise: deterministic, smooth and cheap.

Random numbers live in two small tiling tables that are made once; looking one up costs two index operations, so hair strands,
cloth folds and paper grain can all have noise at every pixel.
"""

import functools

import numpy as np

SIZE = 256
"""Side of the tables."""


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
    column, row = column.astype(np.intp) & (side - 1), (row.astype(np.intp) & (side - 1)) * side
    right, below = (column + 1) & (side - 1), (row + side) & (side * side - 1)
    top = flat.take(row + column)
    top += u * (flat.take(row + right) - top)
    bottom = flat.take(below + column)
    bottom += u * (flat.take(below + right) - bottom)
    return top + v * (bottom - top)
