"""Figures of makeup: faces beside the truth and the error, a look layer by layer, scores by method and by skin tone, before and after."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator
from skimage import color

from tryon_utils.paperdoll.colour import MONK_TONES, linear_to_srgb
from tryon_utils.plotting import people

REGION_COLOURS = {"lips": "#D55E00", "eyes": "#0072B2", "brows": "#E69F00", "cheeks": "#CC79A7", "skin": "#009E73"}
MOST_SHOWN = 20.0  # CIEDE2000 at which the colours of an error map end


def _grid(rows, columns, width, aspect=1.0, head=0.24, side=0.0, gap=0.03):
    """Return a figure and its axes (rows, columns): tiles without a pixel lost between them, room for titles above and for names on the left."""
    tile = (width - side) / (columns + gap * (columns - 1))
    tall = tile * aspect
    total = head + rows * tall + (rows - 1) * gap * tile
    figure = Figure(figsize=(width, total), layout="none")
    axes = np.empty((rows, columns), object)
    for row, column in np.ndindex(rows, columns):
        top = head + row * (tall + gap * tile)
        axes[row, column] = figure.add_axes(((side + column * tile * (1 + gap)) / width, 1 - (top + tall) / total, tile / width, tall / total))
    return figure, axes


def draw_faces(columns, truth=None, names=None, width=7.2):
    """Return a figure of faces, one a row, with what each method makes of them; and, where the truth is given, the last method's error.

    Args:
        columns: Dictionary from a title to uint8 (n, height, width, 3).
        truth: uint8 (n, height, width, 3), or None. Drawn after the columns, and after it the CIEDE2000 between it and the last column; the
            number is its mean where the truth differs from the first column, the bare face.
        names: Sequence of n strings, such as looks, written beside the rows, or None.
        width: Float. Width of the figure in inches.
    """
    shown = dict(columns)
    if truth is not None:
        last = list(columns.values())[-1]
        error = color.deltaE_ciede2000(color.rgb2lab(truth), color.rgb2lab(last))
        shown |= {"truth": truth, "error": error}
        made_up = np.abs(np.asarray(truth, int) - next(iter(columns.values()))).max(axis=-1) > 8
        numbers = (error * made_up).sum(axis=(1, 2)) / np.maximum(made_up.sum(axis=(1, 2)), 1)
    count = len(next(iter(columns.values())))
    figure, axes = _grid(count, len(shown), width, side=0.62 if names else 0.0)
    for column, (title, pictures) in enumerate(shown.items()):
        for row in range(count):
            ax = axes[row, column]
            if title == "error" and truth is not None:
                ax.imshow(pictures[row], cmap="magma", vmin=0, vmax=MOST_SHOWN, extent=(0, 1, 1, 0), interpolation="nearest")
                ax.set_axis_off()
                ax.text(0.95, 0.95, f"{numbers[row]:.1f}", color="white", fontsize=7, ha="right", va="bottom")
            else:
                people.show(ax, pictures[row])
        axes[0, column].set_title(title, fontsize=8 if len(shown) < 7 else 7, fontweight="normal", loc="center", pad=3)
    for row, name in enumerate(names or []):
        axes[row, 0].text(-0.06, 0.5, name.replace(" ", "\n"), transform=axes[row, 0].transAxes, fontsize=7, ha="right", va="center", color="#333333")
    return figure


def draw_layers(pictures, opacity, colours, titles, width=7.2):
    """Return a figure of a look taught layer by layer: the face as it grows above, the layer that was added below.

    Args:
        pictures: uint8 (k + 1, height, width, 3). The bare face, then the face after each layer.
        opacity: float (k, height, width) in [0, 1]. Of each layer.
        colours: float (k, 3). Each layer's colour, linear RGB in [0, 1].
        titles: Sequence of k strings.
        width: Float. Width of the figure in inches.
    """
    figure, axes = _grid(2, len(pictures), width, head=0.3)
    for number, picture in enumerate(pictures):
        people.show(axes[0, number], picture)
        axes[0, number].set_title("bare" if number == 0 else f"+ {titles[number - 1]}", fontsize=7.5, fontweight="normal", loc="center", pad=3)
    axes[1, 0].set_axis_off()
    axes[1, 0].text(0.96, 0.5, "what\nwas added", transform=axes[1, 0].transAxes, ha="right", va="center", fontsize=8, color="#333333")
    for ax, cover, colour in zip(axes[1, 1:], opacity, colours, strict=True):
        cover = np.asarray(cover)[..., None] / max(float(np.max(cover)), 1e-6)
        paper = cover * linear_to_srgb(np.asarray(colour)) + (1 - cover) * 0.955
        people.show(ax, np.rint(255 * np.clip(paper, 0, 1)).astype("uint8"))
    return figure


def draw_scores(scores, areas=("lips", "eyes", "cheeks", "makeup"), best=(), label="CIEDE2000 to the truth (0 is perfect)", width=7.2):
    """Return a figure of methods by area: one panel an area, one line a method, a short bar is good.

    Args:
        scores: Dictionary from a method's name to a dictionary from an area to its mean (or to several, one a seed).
        areas: Sequence of the areas that are drawn.
        best: Sequence of the methods that are ours, drawn in orange.
        label: String. What the numbers are.
        width: Float. Width of the figure in inches.
    """
    figure = Figure(figsize=(width, 0.75 + 0.27 * len(scores)))
    panels = figure.subplots(1, len(areas), sharey=True, squeeze=False)[0]
    places = np.arange(len(scores))
    for ax, area in zip(panels, areas, strict=True):
        values = [np.atleast_1d(score[area]) for score in scores.values()]
        means = np.array([value.mean() for value in values])
        hues = ["C1" if name in best else "#8FA3B0" for name in scores]
        ax.barh(places, means, color=hues, height=0.62)
        for place, value in zip(places, values, strict=True):
            if len(value) > 1:
                ax.plot([value.min(), value.max()], [place, place], color="#333333", linewidth=1.2, solid_capstyle="butt")
            ax.text(value.max() + 0.02 * means.max(), place, f"{value.mean():.1f}", va="center", fontsize=7.5, color="#333333")
        ax.set(xlim=(0, 1.22 * means.max()), xticks=())
        ax.set_title(area, fontsize=9)
        ax.grid(False)
        ax.spines["bottom"].set_visible(False)
        ax.tick_params(length=0)
    panels[0].set_yticks(places, list(scores), fontsize=8.5)
    panels[0].invert_yaxis()
    figure.supxlabel(label, fontsize=8.5, color="#333333")
    return figure


def draw_tones(tables, limit=1.15, label="CIEDE2000 in the makeup", width=7.2):
    """Return a figure of one or more tables by skin tone: dots in the tones' colours with intervals, the mean, and the limit that no tone should pass.

    Args:
        tables: Dictionary from a method's name to the rows of `makeup_scores.by_tone`.
        limit: Float. The multiple of the mean that is drawn as a line; None draws none.
        label: String. What the values are.
        width: Float. Width of the figure in inches.
    """
    figure = Figure(figsize=(width, 2.7))
    panels = figure.subplots(1, len(tables), sharey=True, squeeze=False)[0]
    between = " " if len(tables) < 3 else "\n"
    for ax, (name, rows) in zip(panels, tables.items(), strict=True):
        tones, means = np.array([row.group for row in rows]), np.array([row.mean for row in rows])
        overall = means.mean()
        ax.axhline(overall, color="#555555", linewidth=1, linestyle="--")
        if limit is not None:
            ax.axhspan(overall * limit, 10 * overall, color="#D55E00", alpha=0.10, linewidth=0)
        ax.vlines(tones, [row.low for row in rows], [row.high for row in rows], color="#A8A8A8", linewidth=2.5)
        ax.scatter(tones, means, s=48, c=[MONK_TONES[tone - 1] for tone in tones], edgecolors="#333333", linewidths=0.9, zorder=3)
        ax.set(xticks=tones, xlim=(0.3, 10.7), xlabel="skin tone")
        ax.tick_params(labelsize=7.5)
        ax.set_title(f"{name}:{between}worst {means.max() / overall:.2f} of the mean", fontsize=8.5 if len(tables) < 4 else 7.5)
    top = max(max(row.high for row in rows) for rows in tables.values())
    panels[0].set(ylabel=label, ylim=(0, 1.08 * max(top, max((limit or 1) * np.mean([row.mean for row in rows]) for rows in tables.values()))))
    if limit is not None:
        panels[0].text(0.02, 0.98, f"shaded: over {limit:g} of the mean", transform=panels[0].transAxes, fontsize=7.5, va="top", color="#9C4500")
    return figure


def draw_before_after(before, after, share=0.5, width=3.6):
    """Return a figure of one picture: bare to the left of a line, made up to the right of it.

    Args:
        before: uint8 (height, width, 3).
        after: uint8 of the same shape.
        share: Float in [0, 1]. Where the line stands, from the left.
        width: Float. Width of the figure in inches.

    Raises:
        ValueError: two shapes, or a share outside [0, 1].
    """
    before, after = np.asarray(before), np.asarray(after)
    if before.shape != after.shape or not 0 <= share <= 1:
        raise ValueError(f"Pictures of {before.shape} and {after.shape} and share={share} came; one shape and a share in [0, 1] are wanted.")
    height, across = before.shape[:2]
    column = round(share * across)
    figure, axes = _grid(1, 1, width, height / across, head=0.0)
    ax = people.show(axes[0, 0], np.concatenate([before[:, :column], after[:, column:]], axis=1))
    ax.axvline(column, color="white", linewidth=1.4)
    for place, alignment, word, shown in ((0.03, "left", "before", column > 0.2 * across), (0.97, "right", "after", column < 0.8 * across)):
        if shown:
            ax.text(place, 0.03, word, transform=ax.transAxes, fontsize=8, ha=alignment, va="bottom", color="white",
                    bbox={"facecolor": "#222222", "alpha": 0.55, "linewidth": 0, "boxstyle": "round,pad=0.25"})
    return figure


def draw_ramp(pictures, intensities, differences=None, width=7.2):
    """Return a figure of one face from bare to fully made up, above how far it has come from the bare face.

    Args:
        pictures: uint8 (k, height, width, 3). From the lowest intensity to the highest.
        intensities: Sequence of k floats.
        differences: Sequence of k floats, or None. CIEDE2000 from the bare face.
        width: Float. Width of the figure in inches.
    """
    if differences is None:
        return people.draw_pictures(list(pictures), titles=[f"{intensity:.0%}" for intensity in intensities], width=width)
    figure = Figure(figsize=(width, width / len(pictures) + 1.45))
    upper, lower = figure.subfigures(2, 1, height_ratios=(width / len(pictures) + 0.2, 1.25))
    for ax, picture, intensity in zip(upper.subplots(1, len(pictures)), pictures, intensities, strict=True):
        people.show(ax, picture).set_title(f"{intensity:.0%}", fontsize=8, fontweight="normal", loc="center", pad=3)
    ax = lower.subplots()
    ax.plot(intensities, differences, "o-", color="C1", markersize=4.5)
    ax.set(xlabel="intensity", ylabel="CIEDE2000\nfrom bare", ylim=(0, None), xlim=(min(intensities) - 0.02, max(intensities) + 0.02))
    ax.xaxis.label.set_size(8.5)
    ax.yaxis.label.set_size(8.5)
    ax.tick_params(labelsize=7.5)
    return figure


def draw_regions(pictures, masks, names, width=7.2):
    """Return a figure of faces with the soft masks of their regions laid over them, one colour a region.

    Args:
        pictures: uint8 (n, height, width, 3).
        masks: float (n, height, width, k) in [0, 1].
        names: Sequence of the k regions: `regions.NAMES`.
        width: Float. Width of the figure in inches.
    """
    figure, axes = _grid(len(pictures), len(names) + 1, width)
    for row, (picture, mask) in enumerate(zip(pictures, masks, strict=True)):
        people.show(axes[row, 0], picture)
        pale = 0.55 * picture + 0.45 * 255
        for column, name in enumerate(names):
            paint = np.array([int(REGION_COLOURS[name][place:place + 2], 16) for place in (1, 3, 5)])
            cover = 0.85 * mask[..., column:column + 1]
            people.show(axes[row, column + 1], np.rint(pale + cover * (paint - pale)).astype("uint8"))
    for column, name in enumerate(("face", *names)):
        axes[0, column].set_title(name, fontsize=8, fontweight="normal", loc="center", pad=3)
    return figure


def draw_strengths(pictures, strengths, remaining, title="what remains, CIEDE2000", width=7.2):
    """Return a figure of faces changed more and more, a face a row, beside how far it went or what remains.

    Args:
        pictures: uint8 (k, n, height, width, 3). For each strength, the same n faces.
        strengths: Sequence of k floats.
        remaining: Dictionary from a line's name to k floats, such as the CIEDE2000 to the same face without spots and shadows.
        title: String. What the floats are.
        width: Float. Width of the figure in inches.
    """
    columns, rows, height, across = np.shape(pictures)[:4]
    tall = width * 0.62 / columns * height / across
    figure = Figure(figsize=(width, max(rows * tall + 0.3, 1.9)))
    left, right = figure.subfigures(1, 2, width_ratios=(0.62, 0.38))
    axes = left.subplots(rows, columns, squeeze=False)
    for row, column in np.ndindex(rows, columns):
        people.show(axes[row, column], pictures[column][row])
    for column, strength in enumerate(strengths):
        axes[0, column].set_title(f"{strength:.0%}", fontsize=8, fontweight="normal", loc="center", pad=3)
    ax = right.subplots()
    for name, values in remaining.items():
        ax.plot(strengths, values, "o-", markersize=4, linewidth=1.6, label=name)
    ax.set(xlabel="strength", ylim=(0, None), title="")
    ax.set_title(title, fontsize=9)
    ax.yaxis.set_minor_locator(NullLocator())
    ax.tick_params(labelsize=7.5)
    ax.legend(fontsize=7.5)
    return figure
