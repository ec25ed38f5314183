"""Figures of warps: sampling on a line, splines with their handles, the pieces of a garment, and how far off a warp is."""

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from tryon_utils.plotting import people

PIECE_COLOURS = ("C0", "C4", "C3")  # torso, right sleeve, left sleeve
LONGEST = 4.0  # pixels; the end of the scale of errors


def draw_line(values, places, fetched):
    """Return a figure of a row of pixels, and of what is fetched from it at places between their centres.

    Args:
        values: float (n,). The pixels.
        places: float (m,). x, where the first pixel's centre is at 0.5.
        fetched: float (m,). What was fetched there.
    """
    figure = Figure(figsize=(7.2, 2.5))
    ax = figure.subplots()
    centres = np.arange(len(values)) + 0.5
    ax.bar(centres, values, width=0.96, color="C5", alpha=0.35, linewidth=0)
    fine = np.linspace(0, len(values), 200)
    ax.plot(fine, np.interp(fine, centres, values), color="C0", linewidth=1.4)
    ax.plot(centres, values, "o", color="C0", markersize=5, label="a pixel's centre")
    ax.plot(places, fetched, "D", color="C1", markersize=7, label="fetched", zorder=4)
    for place, value in zip(places, fetched, strict=True):
        ax.vlines(place, 0, value, color="C1", linewidth=1, linestyle=":")
        ax.annotate(f"{place:g}: {value:g}", (place, value), (0, 8), textcoords="offset points", ha="center", fontsize=9, color="#333333")
    ax.set(xlim=(0, len(values)), ylim=(0, 1.25 * max(np.max(values), np.max(fetched))), xticks=range(len(values) + 1), xlabel="x, in pixels", ylabel="value")
    ax.grid(False, axis="x")
    ax.legend(loc="upper left", fontsize=8.5)
    return figure


def draw_spline(picture, warped, places, handles, goals):
    """Return a figure of a picture with the spline's handles on it, and of the result with the lines that were straight before.

    Args:
        picture: uint8 (h, w, 3). The source.
        warped: uint8 (height, width, 3).
        places: float (height, width, 2). The warp.
        handles: float (k, 2). In the result.
        goals: float (k, 2). Where the handles lie in the source.
    """
    figure = Figure(figsize=(6.4, 4.4), dpi=90)
    left, right = figure.subplots(1, 2)
    for ax, shown, title in ((left, picture, "source: where they fetch"), (right, warped, "result: the handles")):
        people.show(ax, shown)
        _head(ax, title, 9)
    for line in (*places[::6], *places.swapaxes(0, 1)[::6]):
        left.plot(*line.T, color="C0", linewidth=0.6, alpha=0.6)
    still = np.linalg.norm(goals - handles, axis=1) < 1e-6
    for ax, points in ((left, goals), (right, handles)):
        ax.scatter(*points[still].T, s=14, color="white", edgecolors="#555555", linewidths=0.8, zorder=4, clip_on=False)
        ax.scatter(*points[~still].T, s=34, color="C1", edgecolors="white", linewidths=0.8, zorder=5, clip_on=False)
    for start, end in zip(handles[~still], goals[~still], strict=True):
        left.annotate("", end, start, arrowprops={"arrowstyle": "->", "color": "C1", "linewidth": 1.6})
    return figure


def draw_pieces(garment, points, picture, joints, worn, layout):
    """Return a figure of how a garment is worn: its points, the joints that they go to, each piece's view, and which shows where.

    Args:
        garment: uint8 (h, w, 3). In the shop.
        points: float (8, 2). Shoulder, elbow, wrist and hip, of the right side, then of the left.
        picture: uint8 (height, width, 3). The person.
        joints: float (8, 2).
        worn: uint8 (3, height, width, 3). The garment as each piece sees it.
        layout: float (height, width, 4). Probabilities of no garment and of the three pieces.
    """
    figure = Figure(figsize=(7.2, 1.85))
    axes = figure.subplots(1, 6)
    titles = ("in the shop", "joints", "as torso", "as right sleeve", "as left sleeve", "which shows")
    colours = np.array([matplotlib.colors.to_rgb(matplotlib.rcParams["axes.prop_cycle"].by_key()["color"][number]) for number in (0, 4, 3)])
    shown = layout[..., :1] + layout[..., 1:] @ colours
    pictures = (garment, _pale(picture), *worn, np.clip(np.rint(255 * shown), 0, 255).astype("uint8"))
    for ax, title, shown in zip(axes, titles, pictures, strict=True):
        people.show(ax, shown)
        _head(ax, title)
    for ax, places in zip(axes, (points, joints), strict=False):
        for side, colour in ((0, PIECE_COLOURS[1]), (4, PIECE_COLOURS[2])):
            ax.plot(*places[side:side + 3].T, "o-", color=colour, markersize=3, linewidth=1.4)
        ax.plot(*places[[0, 4, 7, 3, 0]].T, "o-", color=PIECE_COLOURS[0], markersize=3, linewidth=1.2, zorder=2)
    return figure


def draw_arrows(ax, picture, places, true_places, known, every=3, title=""):
    """Draw, over a picture, how far and whereto each place would have to move to be right, in true length; the colour says how far.

    Args:
        picture: uint8 (height, width, 3).
        places, true_places: float (height, width, 2).
        known: bool (height, width). Where the truth is known.
        every: Integer. Pixels from one arrow to the next.
        title: String.
    """
    people.show(ax, _pale(picture), title)
    rows, columns = np.nonzero(known)
    chosen = (rows % every == every // 2) & (columns % every == every // 2)
    rows, columns = rows[chosen], columns[chosen]
    move = (true_places - places)[rows, columns]
    arrows = ax.quiver(columns + 0.5, rows + 0.5, *move.T, np.linalg.norm(move, axis=1), cmap="plasma_r", clim=(0, LONGEST), angles="xy", scale_units="xy",
                       scale=1, width=0.012, headwidth=3.5, headlength=4, minlength=0)
    return arrows


def draw_errors(pictures, warps, true_places, known, titles, every=3):
    """Return a figure of arrows for several people, one row for each of several warps.

    Args:
        pictures: uint8 (n, height, width, 3).
        warps: Dictionary from a warp's name to its places, float (n, height, width, 2).
        true_places: float (n, height, width, 2).
        known: bool (n, height, width).
        titles: Sequence of n strings.
        every: Integer. Pixels from one arrow to the next.
    """
    count = len(pictures)
    figure = Figure(figsize=(7.2, 0.35 + len(warps) * 7.2 / (count + 0.35) * 4 / 3))
    axes = figure.subplots(len(warps), count, squeeze=False)
    for row, (name, places) in zip(axes, warps.items(), strict=True):
        for number, ax in enumerate(row):
            arrows = draw_arrows(ax, pictures[number], places[number], true_places[number], known[number], every)
            off = np.linalg.norm(places[number] - true_places[number], axis=-1)[known[number]].mean()
            _head(ax, f"{titles[number]}: {off:.1f}")
        row[0].text(-2, pictures.shape[1] / 2, name, rotation=90, va="center", ha="right", fontsize=9)
    bar = figure.colorbar(arrows, ax=axes, shrink=0.6, aspect=30, pad=0.01, extend="max")
    bar.set_label("pixels off", fontsize=8.5)
    bar.ax.tick_params(labelsize=8)
    return figure


def draw_by_pose(rows):
    """Return a figure of the mean error by pose for several warps, with intervals.

    Args:
        rows: Dictionary from a warp's name to a list of `metrics.GroupRow`, the same groups for all.
    """
    figure = Figure(figsize=(7.2, 2.6))
    ax = figure.subplots()
    for number, (name, scores) in enumerate(rows.items()):
        at = np.arange(len(scores)) + 0.14 * (number - (len(rows) - 1) / 2)
        means, lows, highs = (np.array([getattr(score, key) for score in scores]) for key in ("mean", "low", "high"))
        ax.errorbar(at, means, [means - lows, highs - means], fmt="o", color=("C6", "C5", "C1")[number % 3] if len(rows) > 1 else "C1",
                    markersize=7, capsize=3, linewidth=1.4, label=name)
        for place, mean in zip(at, means, strict=True):
            ax.annotate(f"{mean:.2f}", (place, mean), (9, 0), textcoords="offset points", va="center", fontsize=8.5)
    ax.set(xticks=range(len(scores)), xticklabels=[f"{score.group}\n{score.count} people" for score in scores], ylabel="end-point error, pixels",
           xlim=(-0.5, len(scores) - 0.3), ylim=(0, None))
    ax.grid(False, axis="x")
    ax.legend(loc="best", fontsize=8.5)
    return figure


def draw_fitting(garment, target, worn, places, true_places, known, title):
    """Return a figure of one fitting: the garment in the shop, worn by the warp, worn in truth, and the arrows between them.

    Args:
        garment, target, worn: uint8 (height, width, 3).
        places, true_places: float (height, width, 2).
        known: bool (height, width).
        title: String.
    """
    figure = Figure(figsize=(6.6, 2.5), dpi=90)
    axes = figure.subplots(1, 4)
    for ax, picture, name in zip(axes, (garment, worn, target), ("in the shop", "warped onto the person", "the truth"), strict=False):
        people.show(ax, picture)
        _head(ax, name)
    draw_arrows(axes[3], target, places, true_places, known, 2)
    _head(axes[3], title)
    return figure


def _head(ax, title, fontsize=8):
    ax.set_title(title, fontsize=fontsize, fontweight="normal", loc="center", pad=3)


def _pale(picture):
    return (255 - (255 - picture.astype(int)) // 3).astype("uint8")
