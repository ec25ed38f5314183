"""Figures of the opening chapter and of the studio's loop: the map of the course, what recommending brings, and what tuning did."""

import textwrap

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from tryon_utils.plotting import people

COLOURS = {"random": "C6", "most popular": "C4", "best guess": "C0", "Thompson": "C1"}


def draw_rounds(curves, shown):
    """Return a figure of what people truly thought of what they were shown, round by round.

    Args:
        curves: Dictionary from a way of recommending to (mean, low, high), each float (rounds,).
        shown: Integer. Things in a round.
    """
    figure = Figure(figsize=(7.2, 3.0))
    ax = figure.subplots()
    for name, (mean, low, high) in curves.items():
        ratings = shown * np.arange(1, len(mean) + 1)
        ax.fill_between(ratings, low, high, color=COLOURS[name], alpha=0.15, linewidth=0)
        ax.plot(ratings, mean, color=COLOURS[name], label=name)
    ends = _apart([curve[0][-1] for curve in curves.values()], 0.17)
    for (name, curve), height in zip(curves.items(), ends, strict=True):
        ax.text(shown * len(curve[0]) + 1.5, height, name, color=COLOURS[name], va="center", fontsize=9.5)
    ax.set(xlabel="things rated so far", ylabel="true liking of what is shown\n(stars)", xlim=(shown, 1.2 * shown * len(mean)), ylim=(2.3, 4.9),
           xticks=np.arange(0, len(mean) + 1, max(1, len(mean) // 5))[1:] * shown)
    return figure


def _apart(values, gap):
    """Move labels up where they would lie on each other."""
    order, placed = np.argsort(values), np.array(values, "float64")
    for lower, upper in zip(order, order[1:], strict=False):
        placed[upper] = max(placed[upper], placed[lower] + gap)
    return placed


def draw_weights(pictures, liking, weights, share):
    """Return a figure of how much each sample counts: those that count most and least, and the weights of all.

    Args:
        pictures: uint8 (n, height, width, 3).
        liking: float (n,). How well each is believed to be liked.
        weights: float (n,). Of mean 1.
        share: Float. The effective share of the samples.
    """
    figure = Figure(figsize=(7.2, 2.7), dpi=90)
    order = np.argsort(-np.asarray(weights), kind="stable")
    grid = figure.add_gridspec(2, 2, width_ratios=(1.25, 1))
    for row, (rows, title) in enumerate(((order[:6], "count most"), (order[-6:], "count least"))):
        ax = figure.add_subplot(grid[row, 0])
        people.show(ax, np.concatenate(list(pictures[rows]), axis=1))
        ax.set_title(f"{title}: {np.mean(weights[rows]):.2g} times the average", fontsize=9, fontweight="normal", pad=3)
    ax = figure.add_subplot(grid[:, 1])
    ax.plot(np.sort(liking), np.asarray(weights)[np.argsort(liking)], color="C1")
    ax.axhline(1, color="#777777", linewidth=1, linestyle=":")
    ax.set(xlabel="believed liking (stars)", ylabel="weight", ylim=(0, None))
    ax.set_title(f"worth {share:.0%} of the data", fontsize=10)
    return figure


def draw_tunings(rows, titles, width=7.2):
    """Return a figure of samples of several models, from the same noise, a row a model.

    Args:
        rows: Sequence of uint8 (n, height, width, 3), all alike.
        titles: Sequence of strings, one a row.
        width: Float. Width of the figure in inches.
    """
    figure = Figure(figsize=(width, len(rows) * (width / len(rows[0]) + 0.27)), dpi=90)
    for ax, samples, title in zip(figure.subplots(len(rows), 1, squeeze=False)[:, 0], rows, titles, strict=True):
        people.show(ax, np.concatenate(list(samples), axis=1))
        ax.set_title(title, fontsize=9.5, fontweight="normal", pad=3)
    return figure


def draw_map(parts, there, pictures=()):
    """Return a figure of the course: a column a part, a box a chapter, those that are there in colour.

    Args:
        parts: Dictionary from a part's name to a list of (number, verb and noun, what it adds), strings.
        there: Collection of the numbers of the chapters that are there.
        pictures: Dictionary from a number to uint8 (height, width, 3), which stands in the chapter's box.
    """
    figure = Figure(figsize=(7.8, 4.0), dpi=100, layout="none")
    ax = figure.add_axes((0, 0, 1, 1))
    colours = ("C0", "C2", "C5", "C3", "C1", "C4")
    rows = max(map(len, parts.values()))
    ax.set(xlim=(-0.04, len(parts)), ylim=(-rows + 0.28, 0.72))
    ax.axis("off")
    for column, (name, chapters) in enumerate(parts.items()):
        ax.text(column + 0.02, 0.42, name, fontsize=10, fontweight="bold", va="bottom")
        for row, (number, title, adds) in enumerate(chapters):
            ready = number in there
            ax.add_patch(Rectangle((column, -row - 0.62), 0.95, 0.94, facecolor=colours[column] if ready else "#eeeeee", alpha=0.16 if ready else 1,
                                   edgecolor="none"))
            ax.add_patch(Rectangle((column, -row - 0.62), 0.025, 0.94, facecolor=colours[column] if ready else "#cccccc", edgecolor="none"))
            ink = "#222222" if ready else "#777777"
            ax.text(column + 0.07, -row + 0.26, number, fontsize=8, va="top", color=ink, fontweight="bold")
            ax.text(column + 0.22, -row + 0.26, "\n".join(textwrap.wrap(title, 13)), fontsize=7.4, va="top", color=ink, fontweight="bold", linespacing=1.05)
            ax.text(column + 0.07, -row - 0.57, "\n".join(textwrap.wrap(adds, 20)), fontsize=6.8, va="bottom", color=ink, linespacing=1.1)
            if number in pictures:
                height, width = np.shape(pictures[number])[:2]
                inset = ax.inset_axes((column + 0.5 - 0.17 * width / height, -row - 0.34, 0.34 * width / height, 0.36), transform=ax.transData)
                people.show(inset, pictures[number])
    return figure


def draw_try_on(person, garment, result, truth):
    """Return a figure of a person, a garment, the model's try-on and the truth, which only the renderer knows.

    Args:
        person, garment, result, truth: uint8 (height, width, 3), all alike.
    """
    return people.draw_pictures([person, garment, result, truth], titles=["somebody", "a top", "the model's answer", "the truth"], width=6.4)
