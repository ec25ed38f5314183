"""Figures of measuring: measures against sample size and strength, tables by group, and nearest neighbours."""

import numpy as np
from matplotlib.figure import Figure

from tryon_utils.plotting import people

PAIRS = (("precision", "recall"), ("density", "coverage"))


def draw_bias(counts, frechet, kid):
    """Return a figure of two distances between samples of one world, against how many samples each has.

    Args:
        counts: Sequence of sample sizes.
        frechet: float (sizes, repeats).
        kid: float (sizes, repeats).
    """
    figure = Figure(figsize=(7.2, 2.8))
    for ax, values, title, colour in zip(figure.subplots(1, 2), (frechet, kid), ("Fréchet distance", "KID"), ("C1", "C2"), strict=True):
        values = np.asarray(values)
        ax.axhline(0, color="#555555", linewidth=1)
        ax.plot(np.repeat(counts, values.shape[1]), values.ravel(), "o", color=colour, markersize=3.5, alpha=0.35, linewidth=0)
        ax.plot(counts, values.mean(axis=1), color=colour)
        ax.set(xscale="log", xticks=counts, xlabel="samples in each set", title=title)
        ax.set_xticklabels([str(count) for count in counts])
        ax.minorticks_off()
    figure.axes[0].text(counts[0], 0.04 * np.max(frechet), "the truth: 0", fontsize=9, color="#333333")
    return figure


def draw_lab(pictures, strengths, measured, strength, title):
    """Return a figure of corrupted pictures above how each metric moves with the strength of the corruption.

    Args:
        pictures: uint8 (12, height, width, 3).
        strengths: float (s,). The strengths that were measured.
        measured: Dictionary from a metric's name to float (s,): "KID", "Fréchet distance", "precision", "recall", "density",
            "coverage" and "closer than honest".
        strength: Float. The strength shown.
        title: String.
    """
    figure = Figure(figsize=(7.6, 3.7), dpi=90)
    rows = figure.add_gridspec(2, 1, height_ratios=(1, 1.75))
    ax = figure.add_subplot(rows[0])
    people.show(ax, np.concatenate(list(pictures[:12]), axis=1))
    ax.set_title(f"{title}, strength {strength:.1f}", fontsize=10)
    panels = [("KID",), ("Fréchet distance",), *PAIRS, ("closer than honest",)]
    for names, ax in zip(panels, rows[1].subgridspec(1, len(panels)).subplots(), strict=True):
        for name, colour in zip(names, ("C0", "C1"), strict=False):
            ax.plot(strengths, measured[name], color=colour if len(names) > 1 else "C2", linewidth=1.6)
            ax.plot(strength, np.interp(strength, strengths, measured[name]), "o", color=colour if len(names) > 1 else "C2", markersize=6)
        ax.axvline(strength, color="#999999", linewidth=0.8, zorder=0)
        ax.set(xlabel="strength", xticks=(0, 0.5, 1))
        if len(names) > 1:
            ax.set_ylim(-0.05, 1.35)
            for name, colour, height in zip(names, ("C0", "C1"), (0.97, 0.86), strict=True):
                ax.text(0.97, height, name, color=colour, fontsize=8, transform=ax.transAxes, ha="right", va="top")
        else:
            ax.set_title(names[0], fontsize=8, fontweight="normal", pad=3)
            top = max(np.max(measured[names[0]]), 0.2)
            ax.set_ylim(min(0, np.min(measured[names[0]])) - 0.04 * top, 1.08 * top)
        ax.tick_params(labelsize=7)
        ax.xaxis.label.set_size(8)
    return figure


def draw_measured_training(history):
    """Return a figure of one training: its losses, its KID, and its precision and coverage.

    Args:
        history: `training.History` with discriminator_loss, generator_loss, KID, precision and coverage.
    """
    figure = Figure(figsize=(7.6, 2.6), dpi=90)
    panels = (("losses", (("discriminator_loss", "C2", "discriminator"), ("generator_loss", "C1", "generator"))),
              ("KID", (("KID", "C0", None),)),
              ("precision and coverage", (("precision", "C0", "precision"), ("coverage", "C1", "coverage"))))
    for ax, (title, curves) in zip(figure.subplots(1, 3), panels, strict=True):
        for name, colour, label in curves:
            ax.plot(history.steps, history[name], color=colour, label=label, linewidth=1.8)
        ax.set(xlabel="steps", xlim=(0, history.steps[-1]))
        ax.set_title(title, fontsize=10)
        ax.set_ylim(0, None)
        if len(curves) > 1:
            ax.legend(fontsize=8, loc="best")
    figure.axes[2].set_ylim(0, 1)
    return figure


def draw_groups(rows, colours, label, group_label="skin tone"):
    """Return a figure of means by group with their intervals.

    Args:
        rows: List of rows with group, count, mean, low and high: what `metrics.by_group` returns.
        colours: float (groups, 3) in [0, 1]. The face of each dot.
        label: String. What the values are.
        group_label: String. What the groups are.
    """
    figure = Figure(figsize=(7.2, 2.7))
    ax = figure.subplots()
    places = np.arange(len(rows))
    means = np.array([row.mean for row in rows])
    overall = np.average(means, weights=[row.count for row in rows])
    ax.hlines(overall, -0.6, len(rows) - 0.55, color="#555555", linewidth=1, linestyle="--")
    ax.text(len(rows) - 0.45, overall, "mean\nof all", fontsize=8, va="center", color="#333333")
    ax.vlines(places, [row.low for row in rows], [row.high for row in rows], color="#888888", linewidth=3)
    ax.scatter(places, means, s=55, c=colours, edgecolors="#333333", linewidths=1, zorder=3)
    ax.set(xticks=places, xlabel=group_label, ylabel=label, ylim=(0, None), xlim=(-0.6, len(rows) + 0.3))
    ax.set_xticklabels([str(row.group) for row in rows])
    return figure


def draw_neighbours(fakes, neighbours, distances):
    """Return a figure of pictures in the upper row and what each is nearest to in the lower one.

    Args:
        fakes: uint8 (n, height, width, 3).
        neighbours: uint8 of the same shape.
        distances: float (n,).
    """
    figure = Figure(figsize=(7.2, 2.0), dpi=90)
    for number, (upper, lower) in enumerate(zip(*figure.subplots(2, len(fakes)), strict=True)):
        people.show(upper, fakes[number]).set_title(f"{distances[number]:.1f}", fontsize=8, fontweight="normal", loc="center", pad=2)
        people.show(lower, neighbours[number])
    figure.axes[0].text(-0.12, 0.5, "sample", rotation=90, va="center", ha="right", fontsize=8, transform=figure.axes[0].transAxes)
    figure.axes[len(fakes)].text(-0.12, 0.5, "nearest", rotation=90, va="center", ha="right", fontsize=8, transform=figure.axes[len(fakes)].transAxes)
    return figure
