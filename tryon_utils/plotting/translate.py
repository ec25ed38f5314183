"""Figures of translation: repairs by damage, distortion against realism, patches and their logits, wrong pairs, and what a cycle forgets."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import NullLocator

from tryon_utils.plotting import people

COLOURS = ("#888888", "#56B4E9", "#0072B2", "#D55E00", "#009E73")


def draw_repairs(scores, label="PSNR in dB (more is better)", width=7.2):
    """Return a figure of one line for each damage, on which each method has a dot.

    Args:
        scores: Dictionary from a method to a dictionary from a damage to its score; all methods have the same damages.
        label: String. What the numbers are.
        width: Float. Width of the figure in inches.
    """
    kinds = list(next(iter(scores.values())))
    figure = Figure(figsize=(width, 0.8 + 0.32 * len(kinds)))
    ax = figure.subplots()
    places = np.arange(len(kinds))
    values = np.array([[score[kind] for kind in kinds] for score in scores.values()])
    ax.hlines(places, values.min(axis=0), values.max(axis=0), color="#CCCCCC", linewidth=3, zorder=1)
    for number, (name, row) in enumerate(zip(scores, values, strict=True)):
        ax.scatter(row, places, s=46, color=COLOURS[number % len(COLOURS)], edgecolors="white", linewidths=0.8, label=name, zorder=2 + number)
    ax.set(yticks=places, yticklabels=kinds, xlabel=label, ylim=(len(kinds) - 0.5, -0.5))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.grid(False, axis="y")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=len(scores), fontsize=8.5)
    return figure


def draw_trade(runs, blends, chosen=None, width=7.2):
    """Return a figure of distortion against unlikeness: towards the lower left is better, and nothing lies in the corner.

    Args:
        runs: Dictionary from a run's name to its pair (root of the mean squared error, KID).
        blends: float (k, 2). The same of mixtures of two runs, on the way from one to the other.
        chosen: Integer, or None. Which blend is marked.
        width: Float. Width of the figure in inches.
    """
    figure = Figure(figsize=(width, 3.4))
    ax = figure.subplots()
    blends = np.asarray(blends)
    ax.plot(blends[:, 0], blends[:, 1], color="#999999", linewidth=1.4, linestyle="--", zorder=1, label="blends of two runs")
    for number, (name, (error, kid)) in enumerate(runs.items()):
        colour = COLOURS[number % len(COLOURS)]
        ax.scatter(error, kid, s=60, color=colour, zorder=3, edgecolors="white")
        ax.annotate(name, (error, kid), xytext=(7, 4), textcoords="offset points", fontsize=8.5, color="#333333")
    if chosen is not None:
        ax.scatter(*blends[chosen], s=110, facecolors="none", edgecolors="#333333", linewidths=1.8, zorder=4)
    ax.set(xlabel="distortion: root mean squared error, grey levels", ylabel="KID: how unlike the real set", ylim=(0, None))
    ax.margins(x=0.18)
    ax.legend(loc="best", fontsize=8.5)
    return figure


def draw_blend(pictures, runs, blends, chosen, titles):
    """Return a figure of a row of pictures above the trade between distortion and unlikeness.

    Args:
        pictures: uint8 (n, height, width, 3).
        runs, blends, chosen: See `draw_trade`.
        titles: String. Written above the pictures.
    """
    figure = Figure(figsize=(7.2, 4.2), dpi=90)
    rows = figure.add_gridspec(2, 1, height_ratios=(1, 2.2))
    ax = people.show(figure.add_subplot(rows[0]), np.concatenate(list(pictures), axis=1))
    ax.set_title(titles, fontsize=9)
    ax = figure.add_subplot(rows[1])
    blends = np.asarray(blends)
    ax.plot(blends[:, 0], blends[:, 1], color="#999999", linewidth=1.4, linestyle="--")
    for number, (name, (error, kid)) in enumerate(runs.items()):
        ax.scatter(error, kid, s=46, color=COLOURS[number % len(COLOURS)], zorder=3, edgecolors="white")
        ax.annotate(name, (error, kid), xytext=(6, 3), textcoords="offset points", fontsize=8, color="#333333")
    ax.scatter(*blends[chosen], s=120, facecolors="none", edgecolors="#333333", linewidths=1.8, zorder=4)
    ax.set(xlabel="distortion (grey levels)", ylabel="KID", ylim=(0, None))
    ax.margins(x=0.18)
    return figure


def draw_patches(picture, logits, patch, place, width=7.2):
    """Return a figure of a picture with one patch framed, beside the logits of all patches.

    Args:
        picture: uint8 (height, width, 3).
        logits: float (rows, columns).
        patch: Integer. How many pixels wide a patch is.
        place: Pair of integers, row and column of the logit whose patch is framed.
        width: Float. Width of the figure in inches.
    """
    figure = Figure(figsize=(width, 2.7), dpi=90)
    left, right = figure.subplots(1, 2)
    people.show(left, picture).set_title(f"the patch of one logit: {patch} x {patch} pixels", fontsize=9)
    corner = (np.array(place) + 0.5) * np.array(picture.shape[:2]) / logits.shape - patch / 2
    left.add_patch(Rectangle(corner[::-1], patch, patch, fill=False, edgecolor="#222222", linewidth=2))
    most = max(float(np.abs(logits).max()), 1e-6)
    drawn = right.imshow(logits, cmap="PuOr", vmin=-most, vmax=most)
    right.add_patch(Rectangle((place[1] - 0.5, place[0] - 0.5), 1, 1, fill=False, edgecolor="#222222", linewidth=2))
    right.set(xticks=[], yticks=[])
    right.grid(False)
    right.set_title("logits: orange says fake, violet real", fontsize=9)
    figure.colorbar(drawn, ax=right, shrink=0.85)
    return figure


def draw_pairings(a, pairings, truth, width=7.2):
    """Return a figure of ways to pair two piles of numbers, each a panel: lines lead from a number of pile A to its partner in pile B.

    Args:
        a: float (n,).
        pairings: Dictionary from a title to float (n,), the partners.
        truth: float (n,). The hidden partners, drawn as crosses.
        width: Float. Width of the figure in inches.
    """
    figure = Figure(figsize=(width, 2.6))
    for ax, (title, partners) in zip(figure.subplots(1, len(pairings), squeeze=False)[0], pairings.items(), strict=True):
        for start, end in zip(a, partners, strict=True):
            ax.plot((0, 1), (start, end), color="#999999", linewidth=0.9, zorder=1)
        ax.scatter(np.zeros_like(a), a, s=22, color="C0", zorder=2)
        ax.scatter(np.ones_like(a), partners, s=22, color="C1", zorder=2)
        ax.scatter(np.full_like(a, 1.12), truth, s=18, color="#333333", marker="x", linewidths=1, zorder=2)
        error = np.mean(np.abs(np.asarray(partners) - truth))
        ax.set(xticks=(0, 1, 1.12), xlim=(-0.12, 1.25))
        ax.set_xticklabels(["A", "B", " truth"], fontsize=8)
        ax.set_title(f"{title}: {error:.2f} off", fontsize=9, fontweight="normal")
        ax.grid(False)
    return figure


def draw_forgetting(strengths, errors, floor, width=7.2):
    """Return a figure of how far a picture is from itself after the cycle, when the picture half way was disturbed.

    Args:
        strengths: float (k,). Deviation of the noise, in grey levels.
        errors: Dictionary from a model's name to float (k,), mean absolute differences in grey levels.
        floor: Float. The same where nothing is left of what was to be hidden: the undisturbed picture half way itself.
        width: Float. Width of the figure in inches.
    """
    figure = Figure(figsize=(width, 2.7))
    ax = figure.subplots()
    ax.axhline(floor, color="#555555", linewidth=1, linestyle="--")
    ax.text(strengths[-1], floor, "the plain picture itself ", fontsize=8, ha="right", va="bottom", color="#333333")
    for colour, (name, values) in zip(("C1", "C0", "C2", "C3"), errors.items(), strict=False):
        ax.plot(strengths, values, "o-", color=colour, markersize=5, label=name)
    ax.set(xlabel="noise on the picture half way (grey levels)", ylabel="stripes lost (grey levels)", ylim=(0, None))
    ax.legend(fontsize=8.5)
    return figure


def draw_cycle_training(history, width=7.2):
    """Return a figure of a training without pairs: the generators' parts, and the discriminators' loss.

    Args:
        history: `training.History` with cycle, identity, fooled and judges.
        width: Float. Width of the figure in inches.
    """
    figure = Figure(figsize=(width, 2.5), dpi=90)
    left, right = figure.subplots(1, 2)
    for ax, title, curves in ((left, "what keeps things as they are", (("cycle", "C0"), ("identity", "C4"))), (right, "the game", (("fooled", "C1"), ("judges", "C2")))):
        for name, colour in curves:
            ax.plot(history.steps, history[name], "o-", color=colour, markersize=3, linewidth=1.6, label=name)
        ax.set(xlabel="steps", ylim=(0, None))
        ax.set_title(title, fontsize=10)
        ax.legend(fontsize=8.5)
    return figure


def draw_gains(errors, areas, label="CIEDE2000 to the truth", width=7.2):
    """Return a figure of errors by area, a panel for each direction, with a bar for each method.

    Args:
        errors: Dictionary from a direction to a dictionary from a method to a dictionary from an area to float (n,); nan where there is nothing.
        areas: Sequence of the areas drawn.
        label: String. What the numbers are.
        width: Float. Width of the figure in inches.
    """
    figure = Figure(figsize=(width, 2.7), dpi=90)
    panels = figure.subplots(1, len(errors), sharey=True, squeeze=False)[0]
    for ax, (direction, methods) in zip(panels, errors.items(), strict=True):
        thick = 0.8 / len(methods)
        for number, (name, found) in enumerate(methods.items()):
            places = np.arange(len(areas)) + (number - (len(methods) - 1) / 2) * thick
            ax.bar(places, [np.nanmean(found[area]) for area in areas], 0.92 * thick, color=("#BBBBBB", "#D55E00", "#0072B2", "#009E73")[number % 4], label=name)
        ax.set(xticks=range(len(areas)), xticklabels=areas)
        ax.set_title(direction, fontsize=10)
        ax.grid(False, axis="x")
    panels[0].set_ylabel(label, fontsize=9)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=4, fontsize=8.5)
    return figure
