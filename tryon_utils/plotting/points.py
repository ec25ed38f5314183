"""Figures of GANs in the plane: points, a discriminator's surface, gradient arrows, training films and curves."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Circle

LIMIT = 3.0
SMALL_DPI = 90  # for figures of many panels, whose files would else be large
# from "surely fake" (the generator's vermilion) over undecided (white) to "surely real" (the data's blue)
SURFACE_COLOURS = LinearSegmentedColormap.from_list("fake to real", ["#f2b48a", "#fbe3d2", "#ffffff", "#d3e6f3", "#8dbfe0"])


# ---- Parts of a figure ---------------------------------------------------------------------------------------------

def frame_plane(ax, limit=LIMIT, title="", ticks=True):
    """Make an axes a square window on the plane."""
    ax.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal", title=title)
    ax.set(xticks=range(-2, 3, 2), yticks=range(-2, 3, 2))
    if ticks:
        ax.set(xlabel="$x_1$")
        ax.set_ylabel("$x_2$", rotation=0, labelpad=2)
    else:
        ax.tick_params(labelleft=False, labelbottom=False, length=0)
    return ax


def draw_points(ax, real=None, fake=None, size=7):
    """Scatter real points (blue) and fake points (vermilion), each an array of shape `(n, 2)`."""
    if real is not None:
        ax.scatter(*np.asarray(real).T, s=size, color="C0", alpha=0.55, linewidths=0, zorder=2)
    if fake is not None:
        ax.scatter(*np.asarray(fake).T, s=size, color="C1", alpha=0.75, linewidths=0, zorder=3)
    return ax


def draw_surface(ax, probabilities, limit=LIMIT):
    """Colour the plane by what a discriminator says there, and mark where it is undecided.

    Args:
        ax: Axes.
        probabilities: Array of shape `(count * count,)` or `(count * count, 1)` in [0, 1], at the points of `points.plane`.
        limit: Float. Half the width of the plane.

    Returns:
        The axes.
    """
    side = round(np.size(probabilities) ** 0.5)
    surface = np.reshape(probabilities, (side, side))
    steps = np.linspace(-limit, limit, side)
    ax.contourf(steps, steps, surface, levels=np.linspace(0, 1, 11), cmap=SURFACE_COLOURS, vmin=0, vmax=1, zorder=0)
    if surface.min() < 0.5 < surface.max():
        ax.contour(steps, steps, surface, levels=[0.5], colors="C2", linewidths=1.4, zorder=1)
    ax.grid(False)
    return ax


def draw_arrows(ax, origins, directions, longest=0.9):
    """Draw an arrow at each origin along its direction, both of shape `(n, 2)`; the longest gets the given length."""
    lengths = np.linalg.norm(directions, axis=1)
    scale = longest / max(lengths.max(), 1e-12)
    ax.quiver(*np.asarray(origins).T, *(np.asarray(directions) * scale).T, angles="xy", scale_units="xy", scale=1,
              color="#222222", width=0.006, headwidth=3.6, headlength=4.2, zorder=4)
    return ax


def name_colours(ax, names=("real", "fake"), colours=("C0", "C1")):
    """Write what the colours mean into the upper right corner of an axes."""
    for place, (name, colour) in enumerate(zip(names[::-1], colours[::-1], strict=True)):
        ax.annotate(name, (1, 1), xytext=(-6 - 30 * place, -14), xycoords="axes fraction", textcoords="offset points",
                    ha="right", color=colour, weight="bold", fontsize=9, zorder=5)
    return ax


# ---- Whole figures -------------------------------------------------------------------------------------------------

def draw_point_sets(point_sets, count=400, seed=0):
    """Samples of several point sets side by side, with a cross on each mode.

    Args:
        point_sets: List of `points.PointSet`.
        count: Integer. Points drawn from each.
        seed: Integer. For the sample shown.

    Returns:
        A figure.
    """
    figure = Figure(figsize=(7.2, 2.15), dpi=SMALL_DPI)
    for ax, point_set in zip(figure.subplots(1, len(point_sets), sharey=True), point_sets, strict=True):
        draw_points(ax, real=point_set.sample(count, np.random.default_rng(seed)), size=4)
        ax.scatter(*point_set.modes.T, s=16, marker="+", color="#111111", linewidths=0.9, zorder=3)
        frame_plane(ax, title=point_set.name, ticks=False)
    return figure


def draw_game(real, fake, surface, arrows=None, title=""):
    """The game at one moment: both kinds of points over the discriminator's surface, and where the fake ones are told to go.

    Args:
        real: Array of shape `(n, 2)`.
        fake: Array of shape `(n, 2)`.
        surface: Array of shape `(count * count, 1)` in [0, 1]: D at the points of `points.plane`.
        arrows: Array of shape `(m, 2)`, m <= n: directions for the first m fake points. None draws none.
        title: String.

    Returns:
        A figure.
    """
    figure = Figure(figsize=(4.6, 4.4))
    ax = frame_plane(draw_surface(figure.subplots(), surface), title=title)
    draw_points(ax, real, fake)
    if arrows is not None:
        draw_arrows(ax, np.asarray(fake)[:len(arrows)], np.asarray(arrows))
    name_colours(ax)
    return figure


def draw_board(real, fake, surface, arrows, steps, distances, floor, title=""):
    """The game beside the course of its distance so far; the arguments of `draw_game`, and:

    Args:
        steps: List of k numbers of steps.
        distances: List of k Wasserstein distances at these steps.
        floor: Float. The distance between two real samples.

    Returns:
        A figure.
    """
    figure = Figure(figsize=(7.6, 3.7))
    left, right = figure.subplots(1, 2, width_ratios=[1.15, 1])
    frame_plane(draw_surface(left, surface), title=title)
    draw_arrows(draw_points(left, real, fake), np.asarray(fake)[:len(arrows)], np.asarray(arrows))
    name_colours(left)
    right.plot(steps, distances, color="C1", marker="o", markersize=3.5, linewidth=1.4)
    right.axhline(floor, color="C0", linestyle="--", linewidth=1.2)
    right.annotate("two real samples", (0.02, floor), xycoords=("axes fraction", "data"), xytext=(0, 3),
                   textcoords="offset points", color="C0", fontsize=9)
    right.set(xlabel="updates so far", title="Wasserstein distance", ylim=(0, max([1.0, *distances]) * 1.08),
              xlim=(0, max(20, *steps) * 1.04))
    return figure


def draw_film_strip(real, frames, steps, limit=LIMIT):
    """Some frames of a film side by side.

    Args:
        real: Array of shape `(n, 2)`.
        frames: List of dictionaries with `fake`, shape `(m, 2)`, and `surface`, shape `(count * count, 1)`.
        steps: List of integers, one a frame.
        limit: Float. Half the width of the plane.

    Returns:
        A figure.
    """
    figure = Figure(figsize=(7.2, 7.2 / len(frames) + 0.5), dpi=SMALL_DPI)
    for ax, frame, step in zip(figure.subplots(1, len(frames), sharey=True), frames, steps, strict=True):
        frame_plane(draw_surface(ax, frame["surface"], limit), limit, f"step {step:,}", ticks=False)
        draw_points(ax, real, frame["fake"], size=3)
    return figure


def draw_samples(samples, titles, point_set, columns=5, shown=500):
    """Samples of several runs over the circles within which they count as good.

    Args:
        samples: List of arrays of shape `(n, 2)`.
        titles: List of strings, one a sample.
        point_set: `points.PointSet` that they should imitate, or a list with one for each sample.
        columns: Integer. Pictures in a row.
        shown: Integer. Points drawn of each sample, from its beginning: enough to see, few enough to tell them apart.

    Returns:
        A figure.
    """
    columns = min(columns, len(samples))
    rows = -(-len(samples) // columns)
    figure = Figure(figsize=(7.2, rows * (7.2 / columns + 0.45)), dpi=SMALL_DPI)
    axes = list(figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True).flat)
    targets = point_set if isinstance(point_set, list) else [point_set] * len(samples)
    for ax, sample, title, target in zip(axes, samples, titles, targets, strict=False):
        frame_plane(ax, ticks=False).set_title(title, fontsize=9.5, weight="normal")
        for x, y in target.modes:
            ax.add_patch(Circle((x, y), 3 * target.standard_deviation, facecolor="#cfe3f2", edgecolor="none", zorder=1))
        draw_points(ax, fake=sample[:shown], size=4)
    for ax in axes[len(samples):]:
        ax.set_visible(False)
    return figure


def draw_training(history):
    """The curves of one training: both losses, both mean probabilities, and the distance.

    Args:
        history: `training.History` (or a like mapping with `steps`) with discriminator_loss, generator_loss,
            real_probability, fake_probability and distance.

    Returns:
        A figure.
    """
    figure = Figure(figsize=(7.6, 2.7), dpi=SMALL_DPI)
    left, middle, right = figure.subplots(1, 3)
    _curves(left, history.steps, [(history["discriminator_loss"], "C2", "discriminator"),
                                  (history["generator_loss"], "C1", "generator")], [2 * np.log(2), np.log(2)])
    left.set(title="losses")
    _curves(middle, history.steps, [(history["real_probability"], "C0", "D(x)"),
                                    (history["fake_probability"], "C1", "D(G(z))")], [0.5])
    middle.set(title="mean probabilities", ylim=(0, 1))
    _curves(right, history.steps, [(history["distance"], "C1", "")], [])
    right.set(title="distance to real points", ylim=(0, None))
    for ax in (left, middle, right):
        ax.set(xlabel="steps", xlim=(0, history.steps[-1]))
    return figure


def _curves(ax, steps, curves, levels):
    for level in levels:
        ax.axhline(level, color="#888888", linestyle=":", linewidth=1.2)
    for values, colour, label in curves:
        ax.plot(steps, values, color=colour, linewidth=1.4, label=label)
    if any(label for _, _, label in curves):
        ax.legend(loc="best", fontsize=8.5, handlelength=1.2, borderpad=0.1)
