"""Figures of a generator of pictures: its patterns, its training, its neighbours among the data."""

import numpy as np
from matplotlib.figure import Figure

from tryon_utils.plotting import people


def draw_fields(fields, titles, width=7.2):
    """Return a figure of small grids of numbers side by side, on one scale from 0, each number written into its place.

    Args:
        fields: Sequence of arrays `(height, width)`, 0 or more.
        titles: Sequence of strings, one a grid.
        width: Float. Width of the figure in inches.
    """
    figure = Figure(figsize=(width, width / len(fields) + 0.2))
    highest = max(np.max(field) for field in fields)
    for ax, field, title in zip(figure.subplots(1, len(fields), squeeze=False)[0], fields, titles, strict=True):
        ax.imshow(field, cmap="Blues", vmin=0, vmax=1.3 * highest)
        for (row, column), value in np.ndenumerate(field):
            ax.text(column, row, f"{value:.3g}", ha="center", va="center", fontsize=8)
        ax.set_title(title, fontsize=9)
        ax.set(xticks=[], yticks=[])
        ax.grid(False)
    return figure


def draw_training(history):
    """Return a figure of one training: both losses and both mean probabilities.

    Args:
        history: `training.History` with discriminator_loss, generator_loss, real_probability and fake_probability.
    """
    figure = Figure(figsize=(7.2, 2.6))
    left, right = figure.subplots(1, 2)
    for ax, title, curves, level in (
            (left, "losses", [("discriminator_loss", "C2", "discriminator"), ("generator_loss", "C1", "generator")], 2 * np.log(2)),
            (right, "mean probabilities", [("real_probability", "C0", "D(x)"), ("fake_probability", "C1", "D(G(z))")], 0.5)):
        ax.axhline(level, color="#888888", linestyle=":", linewidth=1.2)
        for name, colour, label in curves:
            ax.plot(history.steps, history[name], color=colour, linewidth=1.4, label=label)
        ax.set(title=title, xlabel="steps", xlim=(0, history.steps[-1]), ylim=(0, None))
        ax.legend(loc="best", fontsize=8.5)
    right.set_ylim(0, 1)
    return figure


def draw_neighbours(picture, neighbours, distances, width=7.2):
    """Return a figure of a fake picture and the real ones nearest to it, nearest first.

    Args:
        picture: uint8 `(height, width, 3)`.
        neighbours: uint8 `(n, height, width, 3)`.
        distances: Sequence of n floats.
        width: Float. Width of the figure in inches.
    """
    return people.draw_pictures([picture, *neighbours], titles=["fake", *(f"real, {distance:.1f} away" for distance in distances)], width=width)
