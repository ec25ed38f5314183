"""Figures of try-ons: people with all that was made of them, tables, groups, rankings, failures and films."""

import numpy as np
from matplotlib import colormaps
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from skimage import color

from tryon_utils.plotting import people

INK, PALE = "#333333", "#888888"
ERRORS = "magma_r"


def error_map(truth, pictures, most=20.0):
    """Return where pictures differ from the truth, as colours: white where equal, darker with CIEDE2000, black from `most` on.

    Args:
        truth, pictures: uint8 (n, height, width, 3).
        most: Float. The difference that is drawn darkest.

    Returns:
        uint8 (n, height, width, 3).
    """
    found = np.stack([color.deltaE_ciede2000(color.rgb2lab(a), color.rgb2lab(b)) for a, b in zip(truth, pictures, strict=True)])
    colours = colormaps[ERRORS](np.clip(found / most, 0, 1))[..., :3]
    colours[found == 0] = 1
    return np.rint(255 * colours).astype("uint8")


def draw_try_ons(columns, notes=None, width=7.2, gap=0.04):
    """Return a figure of people, one a row, and what belongs to each, one a column.

    Args:
        columns: Dictionary from a title to pictures, uint8 (n, height, width, 3), or masks, uint8 or float in [0, 1] (n, height, width).
        notes: Sequence of n strings, written beside the rows; none where None.
        width: Float. Width of the figure in inches.
        gap: Float. Space between pictures, as a share of their width.
    """
    rows = len(next(iter(columns.values())))
    height, across = np.shape(next(iter(columns.values())))[1:3]
    side = 0.8 if notes else 0.0
    tile = (width - side) / (len(columns) + gap * (len(columns) - 1))
    tall, head = tile * height / across, 0.24
    total = head + rows * tall + (rows - 1) * gap * tile
    figure = Figure(figsize=(width, total), layout="none")
    for column, (title, pictures) in enumerate(columns.items()):
        for row in range(rows):
            top = head + row * (tall + gap * tile)
            ax = figure.add_axes(((side + column * tile * (1 + gap)) / width, 1 - (top + tall) / total, tile / width, tall / total))
            people.show(ax, pictures[row])
            if row == 0:
                ax.set_title(title, fontsize=8 if len(columns) < 7 else 7, fontweight="normal", loc="center", pad=3)
            if column == 0 and notes:
                ax.text(-0.06, 0.5, notes[row], transform=ax.transAxes, fontsize=7, color=INK, ha="right", va="center", linespacing=1.3)
    return figure


def draw_swap(person, garment, result, truth, title="", width=7.2):
    """Return a figure of one try-on: the person, the garment, what the model made, the true answer, and where they differ.

    Args:
        person, garment, result, truth: uint8 (height, width, 3).
        title: String.
        width: Float. Width of the figure in inches.
    """
    height, across = result.shape[:2]
    figure = Figure(figsize=(width, width / 5.3 * height / across + 0.3), layout="constrained")
    error = error_map(truth[None], result[None])[0]
    panels = {"person": person, "garment": garment, "try-on": result, "truth": truth, "difference": error}
    axes = figure.subplots(1, 5)
    for ax, (name, picture) in zip(axes, panels.items(), strict=True):
        people.show(ax, picture).set_title(name, fontsize=8.5, fontweight="normal", loc="center", pad=3)
    scale = figure.colorbar(ScalarMappable(Normalize(0, 20), ERRORS), ax=axes[-1], fraction=0.06, pad=0.02)
    scale.set_ticks([0, 10, 20], labels=["0", "10", "20 ΔE"])
    scale.ax.tick_params(labelsize=7, length=0)
    scale.outline.set_visible(False)
    if title:
        figure.suptitle(title, fontsize=9.5, fontweight="bold", x=0.01, ha="left")
    return figure


def draw_table(rows, columns, mark=None, width=7.2):
    """Return a figure of a table of results: the best number of each column is bold, and the better a number, the deeper its colour.

    Args:
        rows: Dictionary from a model's name to a dictionary from a column's name to its number; nan where there is none.
        columns: Dictionary from a column's name to a triple: its heading, its format, such as "{:.2f}", and whether more is better.
        mark: String. Name of the row that is set off.
        width: Float. Width of the figure in inches.
    """
    names, left = list(rows), 2.2
    figure = Figure(figsize=(width, 0.27 * len(names) + 0.55), layout="none")
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, width), ylim=(len(names) + 0.15, -1.75))
    ax.set_axis_off()
    tile = (width - left) / len(columns)
    for place, (column, (heading, form, more)) in enumerate(columns.items()):
        x = left + (place + 0.5) * tile
        ax.text(x, -0.18, heading + (" ↑" if more else " ↓"), ha="center", va="bottom", fontsize=7.5, color=INK, linespacing=1.15)
        values = np.array([rows[name].get(column, np.nan) for name in names], "float64")
        share, best = _goodness(values, more), _best(values, more)
        for row, value in enumerate(values):
            if np.isnan(value):
                ax.text(x, row + 0.5, "–", ha="center", va="center", fontsize=8.5, color=PALE)
                continue
            ax.add_patch(_box(x - tile / 2 + 0.02, row + 0.04, tile - 0.04, 0.92, share[row]))
            bold = "bold" if form.format(value) == form.format(values[best]) else "normal"
            ax.text(x, row + 0.52, form.format(value).replace("-", "−"), ha="center", va="center", fontsize=8.5, fontweight=bold, color="#222222")
    for row, name in enumerate(names):
        ax.text(0.05, row + 0.5, name, ha="left", va="center", fontsize=8.5, fontweight="bold" if name == mark else "normal", color=INK)
    ax.plot([0.05, width - 0.02], [-0.08, -0.08], color=PALE, linewidth=0.8)
    return figure


def _goodness(values, more):
    """Return how good each value is among its column's, in [0, 1], by rank: outliers don't wash the others out."""
    order = np.argsort(np.argsort(values if more else -values))
    return order / max(1, np.sum(~np.isnan(values)) - 1)


def _best(values, more):
    return int((np.nanargmax if more else np.nanargmin)(values)) if not np.isnan(values).all() else 0


def _box(x, y, width, height, share):
    return FancyBboxPatch((x + 0.02, y), width - 0.04, height, boxstyle="round,pad=0,rounding_size=0.05", linewidth=0,
                          facecolor=colormaps["YlGnBu"](0.04 + 0.36 * float(np.clip(share, 0, 1)) ** 2))


def draw_tones(rows, colours, label="skin CIEDE2000", limit=1.1, title=""):
    """Return a figure of the means by skin tone, the mean of all tones, and the line that none should cross.

    Args:
        rows: List of `metrics.GroupRow`, light tones first.
        colours: Sequence of colours of the dots, as Matplotlib takes them.
        label: String. What the values are.
        limit: Float. How many times the mean a tone may have.
        title: String.
    """
    figure = Figure(figsize=(7.2, 2.7))
    ax = figure.subplots()
    places, means = np.arange(len(rows)), np.array([row.mean for row in rows])
    overall = means.mean()
    ax.axhspan(limit * overall, 2 * limit * overall, color="C1", alpha=0.07, linewidth=0)
    for height, style, text in ((overall, "--", "mean"), (limit * overall, "-", f"{limit:g} × mean")):
        ax.hlines(height, -0.6, len(rows) - 0.4, color="C1" if style == "-" else "#555555", linewidth=1.1, linestyle=style)
        ax.text(len(rows) - 0.33, height, text, fontsize=8, va="center", color="C1" if style == "-" else INK)
    ax.vlines(places, [row.low for row in rows], [row.high for row in rows], color=PALE, linewidth=2.5, alpha=0.7)
    ax.scatter(places, means, s=70, c=list(colours), edgecolors=INK, linewidths=1, zorder=3)
    top = max(max(row.high for row in rows), limit * overall)
    ax.set(xticks=places, xlabel="Monk skin tone", ylabel=label, ylim=(0, 1.08 * top), xlim=(-0.6, len(rows) + 0.5), title=title)
    ax.set_xticklabels([str(row.group) for row in rows])
    ax.grid(False, axis="x")
    return figure


def draw_cases(rows, label, width=7.2):
    """Return a figure of hard cases, one a line, and the mean of each model in it.

    Args:
        rows: Dictionary from a model's name to a list of `metrics.GroupRow`, the same groups for all models, "all" first.
        label: String. What the values are; less is better.
        width: Float. Width of the figure in inches.
    """
    groups = next(iter(rows.values()))
    figure = Figure(figsize=(width, 0.27 * len(groups) + 0.85))
    ax = figure.subplots()
    for number, (name, cases) in enumerate(rows.items()):
        lines = np.arange(len(cases)) + 0.11 * (number - (len(rows) - 1) / 2)
        ax.hlines(lines, [row.low for row in cases], [row.high for row in cases], color=f"C{number}", linewidth=2, alpha=0.4)
        ax.scatter([row.mean for row in cases], lines, s=32, color=f"C{number}", edgecolors="white", linewidths=0.6, zorder=3, label=name)
    ax.set(yticks=range(len(groups)), xlabel=label, xlim=(0, None))
    ax.set_yticklabels([f"{row.group} ({row.count})" for row in groups], fontsize=8.5)
    ax.invert_yaxis()
    ax.axhline(0.5, color=PALE, linewidth=0.8)
    ax.grid(False, axis="y")
    ax.legend(fontsize=8, loc="lower right", bbox_to_anchor=(1, 1), ncols=len(rows), borderaxespad=0.2, handletextpad=0.2, columnspacing=1.2)
    return figure


def draw_ranking(first, second, first_label, second_label, spread=None, width=5.2):
    """Return a figure of two rankings of the same models, best on top: lines that cross are pairs that the two judge differently.

    Args:
        first, second: Dictionaries from a model's name to a number, less is better.
        first_label, second_label: Strings. What they measure.
        spread: Dictionary from a model's name to the standard deviation of its first number, written beside it; none where None.
        width: Float. Width of the figure in inches.
    """
    names = list(first)
    ranks = [{name: place for place, name in enumerate(sorted(names, key=scores.get))} for scores in (first, second)]
    figure = Figure(figsize=(width, 0.34 * len(names) + 0.6), layout="none")
    ax = figure.add_axes((0, 0, 1, 1))
    for name in names:
        start, end = ranks[0][name], ranks[1][name]
        crossed = any((ranks[0][name] - ranks[0][other]) * (ranks[1][name] - ranks[1][other]) < 0 for other in names)
        colour = "C1" if crossed else "C0"
        ax.plot([0, 1], [start, end], color=colour, linewidth=2, marker="o", markersize=6, markeredgecolor="white", solid_capstyle="round")
        more = f" ± {spread[name]:.3f}" if spread else ""
        ax.text(-0.05, start, f"{first[name]:.3f}{more}".replace("-", "−"), ha="right", va="center", fontsize=8.5, color=INK)
        ax.text(1.05, end, f"{second[name]:.2f}   ", ha="left", va="center", fontsize=8.5, color=INK)
        ax.text(1.28, end, name, ha="left", va="center", fontsize=8.5, color=INK)
    ax.text(-0.05, -0.85, first_label, ha="right", fontsize=9, fontweight="bold", color=INK)
    ax.text(1.05, -0.85, second_label, ha="left", fontsize=9, fontweight="bold", color=INK)
    ax.set(xlim=(-0.8, 2.15), ylim=(len(names) - 0.4, -1.5))
    ax.set_axis_off()
    return figure


def draw_failures(cases, width=7.2, columns=2):
    """Return a figure of what went wrong: of each case the person, the garment, the try-on and the truth, and a line that says it.

    Args:
        cases: Sequence of pairs: a caption, and four uint8 pictures (height, width, 3): person, garment, try-on, truth.
        width: Float. Width of the figure in inches.
        columns: Integer. Cases in a row.
    """
    rows = -(-len(cases) // columns)
    height, across = cases[0][1][0].shape[:2]
    space, head = 0.18, 0.34
    tile = (width - space * (columns - 1)) / (4 * columns)
    tall = tile * height / across
    total = rows * (tall + head)
    figure = Figure(figsize=(width, total), layout="none")
    for number, (caption, pictures) in enumerate(cases):
        row, column = divmod(number, columns)
        for place, picture in enumerate(pictures):
            left = column * (4 * tile + space) + place * tile
            ax = figure.add_axes((left / width, 1 - ((row + 1) * (tall + head) - 0.1) / total, 0.97 * tile / width, tall / total))
            people.show(ax, picture)
            if number < columns:
                ax.text(0.5, -0.02, ("person", "garment", "try-on", "truth")[place], transform=ax.transAxes, fontsize=6.5, color=PALE, ha="center", va="top")
            if place == 0:
                ax.set_title(caption, fontsize=8, fontweight="normal", loc="left", pad=3, color=INK)
    return figure


def draw_film(frames, flicker=None, label="flicker", width=7.2):
    """Return a figure of a film: its frames in a strip, and below how much each step flickers.

    Args:
        frames: uint8 (n, height, width, 3).
        flicker: Dictionary from a name to float (n - 1,), a number a step; no curves where None.
        label: String. What the numbers are.
        width: Float. Width of the figure in inches.
    """
    height, across = frames.shape[1:3]
    tall = width / len(frames) * height / across
    below = 1.8 if flicker else 0.0
    total = tall + 0.16 + below
    figure = Figure(figsize=(width, total), layout="none")
    strip = figure.add_axes((0, 1 - (tall + 0.16) / total, 1, (tall + 0.16) / total))
    strip.set(xlim=(0, len(frames)), ylim=(0, 1))
    strip.set_axis_off()
    strip.axvspan(0, len(frames), color="#26262c", linewidth=0)
    for number in range(len(frames)):
        ax = figure.add_axes(((number + 0.03) / len(frames), 1 - (tall + 0.08) / total, 0.94 / len(frames), tall / total))
        people.show(ax, frames[number])
    for hole in np.arange(0.12, len(frames), 0.25):
        strip.plot([hole, hole + 0.08], [0.03, 0.03], color="white", linewidth=2.2, solid_capstyle="butt")
        strip.plot([hole, hole + 0.08], [0.97, 0.97], color="white", linewidth=2.2, solid_capstyle="butt")
    if flicker:
        ax = figure.add_axes((0.09, 0.46 / total, 0.89, (below - 0.85) / total))
        for number, (name, values) in enumerate(flicker.items()):
            ax.plot(np.arange(1, len(values) + 1), values, color=f"C{number}", marker="o", markersize=3.5, linewidth=1.6, label=name)
        ax.set(xlim=(0.5, len(frames) - 0.5), xlabel="step of the film", ylim=(0, None))
        ax.set_title(label, fontsize=8.5, fontweight="normal", loc="left", pad=4)
        ax.legend(fontsize=8, loc="lower right", bbox_to_anchor=(1, 1), ncols=len(flicker), borderaxespad=0.2)
        ax.tick_params(labelsize=8)
    return figure

