"""Figures of codes and conditions: what a code costs and gives back, models side by side, and what a condition changes."""

import numpy as np
from matplotlib.figure import Figure

from tryon_utils.plotting import people


def draw_rows(rows, titles=None, width=7.2):
    """Return a figure of rows of pictures, each with its name at the left.

    Args:
        rows: Dictionary from a row's name to uint8 (n, height, width, 3), the same n for all.
        titles: Sequence of n strings above the columns, or None.
        width: Float. Width of the figure in inches.

    Raises:
        ValueError: rows of different length.
    """
    lengths = {name: len(pictures) for name, pictures in rows.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"Rows of different length came: {lengths}; the same number of pictures in each is wanted.")
    columns, margin = next(iter(lengths.values())), 0.085 * max(map(len, rows)) + 0.1
    height, across = np.shape(next(iter(rows.values())))[1:3]
    tile, head = (width - margin) / columns, 0.22 if titles is not None else 0.02
    total = head + len(rows) * tile * height / across
    figure = Figure(figsize=(width, total), layout="none", dpi=90)
    for row, (name, pictures) in enumerate(rows.items()):
        top = head + (row + 1) * tile * height / across
        figure.text((margin - 0.08) / width, 1 - (top - tile * height / across / 2) / total, name, ha="right", va="center", fontsize=8)
        for column, picture in enumerate(pictures):
            ax = figure.add_axes(((margin + column * tile) / width, 1 - top / total, 0.97 * tile / width, 0.97 * tile * height / across / total))
            people.show(ax, picture)
            if row == 0 and titles is not None:
                ax.set_title(titles[column], fontsize=8, fontweight="normal", loc="center", pad=2)
    return figure


def draw_bound(means, bounds, truth, best):
    """Return a figure of the evidence lower bound over the mean of the cloud that is tried, below the logarithm of the evidence.

    Args:
        means: float (n,). The means that were tried.
        bounds: Dictionary from a standard deviation to float (n,), the bound in nats.
        truth: Float. log p(x).
        best: Float. The mean of the true posterior.
    """
    figure = Figure(figsize=(7.2, 2.8))
    ax = figure.subplots()
    ax.axhline(truth, color="#333333", linewidth=1.2, linestyle="--")
    ax.text(means[0], truth, "log p(x)", fontsize=9, va="bottom", color="#333333")
    for number, (deviation, values) in enumerate(bounds.items()):
        ax.plot(means, values, color=f"C{number}", label=f"s = {deviation:.2f}")
    ax.axvline(best, color="#999999", linewidth=1, linestyle=":")
    ax.set(xlabel="mean of the cloud of codes", ylabel="ELBO, nats", xlim=(means[0], means[-1]), ylim=(truth - 6, truth + 0.8))
    ax.legend(title="its spread", fontsize=8.5, title_fontsize=8.5, loc="lower center", bbox_to_anchor=(0.487, 0.0))
    return figure


def draw_trade(betas, divergences, errors, decoded):
    """Return a figure of what a code costs against what it gives back, one dot a beta, and pictures that came back at each.

    Args:
        betas: Sequence of n floats.
        divergences: Sequence of n floats, nats a picture.
        errors: Sequence of n floats, mean squared errors.
        decoded: uint8 (n + 1, k, height, width, 3). The pictures themselves, then those of each beta.
    """
    figure = Figure(figsize=(7.2, 2.7), dpi=90)
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.25))
    left.plot(divergences, errors, color="#999999", linewidth=1)
    for number, beta in enumerate(betas):
        left.plot(divergences[number], errors[number], "o", color=f"C{number}", markersize=8)
        left.annotate(f"beta {beta:g}", (divergences[number], errors[number]), textcoords="offset points", xytext=(8, 6), fontsize=8.5)
    left.set(xlabel="divergence, nats", ylabel="mean squared error", ylim=(0, 1.25 * max(errors)), xlim=(0, 1.35 * max(divergences)))
    people.show(right, np.concatenate([np.concatenate(list(row), axis=1) for row in decoded]))
    height, size = decoded.shape[2], decoded.shape[2] * len(decoded)
    for number, name in enumerate(["faces", *(f"beta {beta:g}" for beta in betas)]):
        right.text(-0.02, 1 - (number + 0.5) * height / size, name, transform=right.transAxes, ha="right", va="center", fontsize=8)
    return figure


def draw_scores(scores, better, floors=None):
    """Return a figure of several scores of several models: one panel a score, one dot a model.

    Args:
        scores: Dictionary from a model's name to a dictionary from a score's name to a number; nan where it has none.
        better: Dictionary from a score's name to "low" or "high", whichever is better.
        floors: Dictionary from a score's name to what real pictures have, drawn as a line; may lack some.
    """
    names = list(scores)
    figure = Figure(figsize=(7.6, 0.34 * len(names) + 1.15), dpi=90)
    for number, (ax, score) in enumerate(zip(figure.subplots(1, len(better), sharey=True, squeeze=False)[0], better, strict=True)):
        values = np.array([scores[name][score] for name in names], "float64")
        ax.hlines(range(len(names)), 0, values, color="#CCCCCC", linewidth=2)
        ax.scatter(values, range(len(names)), s=42, color=[f"C{place}" for place in range(len(names))], zorder=3)
        if floors and score in floors:
            ax.axvline(floors[score], color="#333333", linewidth=1, linestyle="--")
        for place, value in enumerate(values):
            ax.annotate("none" if np.isnan(value) else f"{value:.3g}", (0 if np.isnan(value) else value, place), textcoords="offset points",
                        xytext=(6, 5), fontsize=8)
        top = np.nanmax([*values, (floors or {}).get(score, 0.0), 1e-6])
        ax.set(xlim=(0, 1.4 * top), ylim=(len(names) - 0.5, -0.7), yticks=range(len(names)), xlabel=f"{better[score]} is better")
        ax.set_title(score, fontsize=9)
        ax.xaxis.label.set_size(8)
        ax.tick_params(labelsize=8, left=False)
        if number == 0:
            ax.set_yticklabels(names)
        ax.grid(axis="y", visible=False)
    return figure


def draw_accuracies(fake, real, chance=None):
    """Return a figure of how often each attribute is read as wanted, of fakes and of real pictures.

    Args:
        fake: Dictionary from an attribute to a share of 1.
        real: Dictionary from an attribute to a share of 1, the reader's own accuracy.
        chance: Dictionary from an attribute to the share that would be right by chance, or None.
    """
    figure = Figure(figsize=(7.2, 0.36 * len(fake) + 0.9))
    ax = figure.subplots()
    places = np.arange(len(fake))
    ax.hlines(places, [fake[name] for name in fake], [real[name] for name in fake], color="#CCCCCC", linewidth=3)
    ax.plot([real[name] for name in fake], places, "o", color="C0", markersize=8, label="real renders")
    ax.plot([fake[name] for name in fake], places, "o", color="C1", markersize=8, label="fakes")
    if chance:
        ax.plot([chance[name] for name in fake], places, "|", color="#555555", markersize=12, markeredgewidth=2, label="conditions permuted")
    ax.set(xlim=(0, 1.03), ylim=(len(fake) - 0.4, -0.6), yticks=places, yticklabels=list(fake), xlabel="share read as wanted")
    ax.legend(fontsize=8.5, loc="lower left", ncols=3, bbox_to_anchor=(0, 1), borderaxespad=0)
    return figure


def draw_permutations(permuted, measured, label):
    """Return a figure of a statistic under permuted conditions, and what it is with the right ones.

    Args:
        permuted: float (n,). One number a permutation.
        measured: Float.
        label: String. What is measured.
    """
    figure = Figure(figsize=(7.2, 2.3))
    ax = figure.subplots()
    ax.hist(permuted, bins=20, color="#BBBBBB")
    ax.axvline(measured, color="C1", linewidth=2.5)
    ax.annotate("the right conditions", (measured, 0.88), xycoords=("data", "axes fraction"), xytext=(-6, 0), textcoords="offset points", ha="right",
                fontsize=9, color="#A03C00")
    low, high = min(np.min(permuted), measured), max(np.max(permuted), measured)
    ax.set(xlabel=label, ylabel="permutations", xlim=(low - 0.08 * (high - low), high + 0.08 * (high - low)))
    return figure


def draw_by_condition(panels, conditions, modes):
    """Return a figure of points in the plane, coloured by what was wanted: one panel a set, with a ring around each mode in its own colour.

    Args:
        panels: Dictionary from a title to float (n, 2).
        conditions: Whole numbers (n,), the number of the wanted mode.
        modes: float (m, 2).
    """
    figure = Figure(figsize=(7.4, 7.4 / len(panels) + 0.25), dpi=90)
    colours = [f"C{number}" if number < 7 else "#000000" for number in range(len(modes))]
    for ax, (title, points) in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels.items(), strict=True):
        ax.scatter(*np.asarray(points).T, s=6, c=[colours[number] for number in conditions], alpha=0.7, linewidths=0)
        ax.scatter(*np.asarray(modes).T, s=170, facecolors="none", edgecolors=colours, linewidths=1.6)
        ax.set(xlim=(-2.9, 2.9), ylim=(-2.9, 2.9), aspect="equal", xticks=(-2, 0, 2), yticks=(-2, 0, 2))
        ax.set_title(title, fontsize=9, loc="left")
        ax.tick_params(labelsize=7)
    return figure
