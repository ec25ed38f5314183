"""Two densities on a line, the best discriminator between them, and how far apart they are."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patheffects import withStroke

HALO = [withStroke(linewidth=3, foreground="white")]  # keeps a label readable where it crosses a curve
LINE = np.linspace(-10.0, 10.0, 2001)


def normal_density(x, mean, deviation):
    """Return the density of the normal distribution with that mean and standard deviation at `x`."""
    return np.exp(-0.5 * ((x - mean) / deviation) ** 2) / (deviation * np.sqrt(2 * np.pi))


def heap_density(x, mean, width):
    """Return the density of a rounded heap around `mean` at `x`: one arch of a cosine, exactly 0 outside of `width`."""
    inside = np.abs(x - mean) < width / 2
    return np.where(inside, (1 + np.cos(2 * np.pi * (x - mean) / width)) / width, 0.0)


def integrate(values, x):
    """Return the integral of `values` over the evenly spaced points `x`, by the trapezoidal rule."""
    return np.sum((values[1:] + values[:-1]) / 2 * np.diff(x))


def kl_divergence(p, q, x):
    """Return the Kullback-Leibler divergence of `p` from `q`, two densities at the points `x`, in nats.

    Formula:
        `integral of p * log(p / q)`, where `p > 0`
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return integrate(np.where(p > 0, p * np.log(p / q), 0.0), x)


def jensen_shannon_divergence(p, q, x):
    """Return the Jensen-Shannon divergence of two densities at the points `x`: from 0 (equal) to ln 2 (disjoint).

    Formula:
        `KL(p, m) / 2 + KL(q, m) / 2` with the mixture `m = (p + q) / 2`

    Source:
        Lin, 1991.
    """
    mixture = (p + q) / 2
    return kl_divergence(p, mixture, x) / 2 + kl_divergence(q, mixture, x) / 2


def wasserstein_distance(p, q, x):
    """Return the Wasserstein-1 distance of two densities at the points `x`: the work of moving one heap onto the other.

    Formula:
        On a line: `integral of |P - Q|`, the areas under the densities up to each point
    """
    difference = (p - q)[1:] + (p - q)[:-1]
    return np.sum(np.abs(np.cumsum(difference / 2 * np.diff(x))) * np.diff(x))


def best_discriminator(p, q):
    """Return `p / (p + q)`, the share of real samples among all at a point; not a number where there are none."""
    with np.errstate(invalid="ignore"):
        return p / (p + q)


def draw_best_discriminator(ax, x, p, q, labels=True):
    """Draw real and fake density and, on the same axis from 0 to 1, the best discriminator between them.

    Args:
        ax: matplotlib axes.
        x: Array of points.
        p: Array. Density of real samples there.
        q: Array. Density of fake samples there.
        labels: Boolean. Whether the curves carry their names.

    Returns:
        The axes.
    """
    ax.fill_between(x, p, color="C0", alpha=0.25, linewidth=0)
    ax.fill_between(x, q, color="C1", alpha=0.25, linewidth=0)
    ax.plot(x, p, color="C0")
    ax.plot(x, q, color="C1")
    ax.plot(x, best_discriminator(p, q), color="C2", linewidth=2.5)
    ax.axhline(0.5, color="0.6", linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
    if labels:
        real_is_left = np.argmax(p) <= np.argmax(q)
        for values, name, colour, left in ((p, "real $p$", "C0", real_is_left), (q, "fake $q$", "C1", not real_is_left)):
            flank = x <= x[np.argmax(values)] if left else x >= x[np.argmax(values)]  # the side away from the other
            place = np.argmin(np.where(flank, np.abs(values - min(0.7 * values.max(), 0.75)), np.inf))
            ax.annotate(name, (x[place], values[place]), (-7 if left else 7, 0), textcoords="offset points", color=colour,
                        ha="right" if left else "left", va="center", fontweight="bold", path_effects=HALO)
    ax.set(xlim=(x[0], x[-1]), ylim=(0, 1.08), xlabel="$x$", ylabel="density, and $D$ in [0, 1]")
    return ax


def draw_found_discriminator(x, p, q, found):
    """Draw the formula for the best discriminator, and what training found.

    Args:
        x: Array of points.
        p: Array. Density of real samples there.
        q: Array. Density of fake samples there.
        found: Dictionary from a name to a tuple of points and probabilities.

    Returns:
        A matplotlib figure.
    """
    figure, ax = plt.subplots(figsize=(7.2, 3.3))
    draw_best_discriminator(ax, x, p, q)
    styles = [{"linestyle": "", "marker": "o", "markersize": 4.5, "color": "white", "markeredgecolor": "0.15"},
              {"color": "0.15", "linewidth": 1.3, "linestyle": (0, (4, 2))}]
    for (name, (places, values)), style in zip(found.items(), styles, strict=True):
        ax.plot(places, values, label=name, zorder=4, **style)
    ax.plot([], [], color="C2", linewidth=2.5, label="$p/(p+q)$")
    ax.legend(loc="center left", bbox_to_anchor=(0.0, 0.7), fontsize=9)
    ax.set_title("The best discriminator, by formula and by training")
    return figure


def draw_two_densities(distance=3.0, real_deviation=1.0, fake_deviation=1.0):
    """Draw two bell curves, the best discriminator between them, and J-S divergence and Wasserstein distance beside it.

    Args:
        distance: Float. From the mean of real to the mean of fake samples; negative where fakes lie left.
        real_deviation: Float. Standard deviation of real samples, above 0.
        fake_deviation: Float. Standard deviation of fake samples, above 0.

    Returns:
        A matplotlib figure.
    """
    p = normal_density(LINE, -distance / 2, real_deviation)
    q = normal_density(LINE, distance / 2, fake_deviation)
    divergence, moved = jensen_shannon_divergence(p, q, LINE), wasserstein_distance(p, q, LINE)
    figure, (left, right) = plt.subplots(1, 2, width_ratios=[2.3, 1], figsize=(7.4, 3.0))
    draw_best_discriminator(left, LINE, p, q)
    left.set(xlim=(-8, 8), title="Real, fake, and the best discriminator")
    edge = -7.8 if distance >= 0 else 7.8
    score = np.interp(edge, LINE, best_discriminator(p, q))
    left.annotate("best $D$", (edge, score), (0, -14 if score > 0.6 else 5), textcoords="offset points", color="C2",
                  fontweight="bold", ha="left" if edge < 0 else "right")
    shares = [divergence / np.log(2), moved / 8]
    right.barh([1, 0], shares, color=["C2", "C3"], height=0.36)
    right.barh([1, 0], [1, 1], color="none", edgecolor="0.75", height=0.36)
    for row, text in ((1, f"J-S divergence {divergence:.3f}"), (0, f"Wasserstein distance {moved:.2f}")):
        right.text(0, row + 0.26, text, fontweight="bold", color="0.2")
    right.text(1, 0.76, "ln 2", ha="right", va="top", color="0.45", fontsize=9)
    right.text(1, -0.24, "8", ha="right", va="top", color="0.45", fontsize=9)
    right.text(0, -0.62, f"loss of the best $D$: {2 * np.log(2) - 2 * divergence:.3f}", color="0.2")
    right.set(xlim=(0, 1.02), ylim=(-0.8, 1.6))
    right.axis("off")
    return figure


def draw_heaps_apart(gaps, curves, distances, width=1.0, gap=2.5):
    """Draw the best discriminators between two heaps that are apart, and what each sees while the heaps approach.

    Args:
        gaps: Array of distances between the heaps' middles, rising.
        curves: Dictionary from a game's name to an array: its divergence at those distances, as a share of its ceiling.
        distances: Array. The Wasserstein distance there.
        width: Float. The heaps' width.
        gap: Float. The distance shown on the left.

    Returns:
        A matplotlib figure.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(7.6, 3.3))
    x = np.linspace(-gap / 2 - 1.2, gap / 2 + 1.2, 600)
    for sign, colour, name in ((-1, "C0", "real"), (1, "C1", "fake")):
        heap = heap_density(x, sign * gap / 2, width)
        left.fill_between(x, heap * 0.45 - 2.3, -2.3, where=heap > 0, color=colour, alpha=0.35, linewidth=0)
        left.text(sign * gap / 2, -2.12, name, color=colour, fontweight="bold", ha="center")
        edge = np.array([-width / 2, width / 2]) + sign * gap / 2
        left.plot(edge, [-sign, -sign], color="C5", linewidth=4)
    left.plot([-gap / 2 + width / 2, gap / 2 - width / 2], [1, -1], color="C5", linewidth=1.5, linestyle=(0, (1, 2)))
    left.plot(x, -x, color="C3", linewidth=2)
    left.annotate("hinge: level\non each heap,\nno slope there", (gap / 2, -1), (0.55, 1.4), color="C5", va="center", fontweight="bold",
                  arrowprops={"arrowstyle": "-", "color": "C5", "linewidth": 0.8})
    left.annotate("Wasserstein:\nslope $-1$\neverywhere", (-0.35, 0.35), (-2.35, -0.6), color="C3", va="center", fontweight="bold",
                  arrowprops={"arrowstyle": "-", "color": "C3", "linewidth": 0.8})
    left.set(title="Two best discriminators", xlabel="$x$", ylabel="logit", ylim=(-2.3, 2.2), xlim=(x[0], x[-1]))
    right.axvspan(width, gaps[-1], color="0.95", zorder=0)
    for (name, values), colour, place in zip(curves.items(), ["C1", "C4", "C5"], [0.22, 0.30, 0.40], strict=True):
        right.plot(gaps, values, color=colour)
        near = np.argmin(np.abs(gaps - place * width))
        right.annotate(name, (gaps[near], values[near]), (gaps[-1] * 0.5, 0.12 + 0.17 * (list(curves).index(name))), color=colour,
                       fontweight="bold", va="center", arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.8})
    right.plot(gaps, distances, color="C3")
    right.annotate("Wasserstein\ndistance", (gaps[-1] * 0.6, distances[-1] * 0.6), (-8, 4), textcoords="offset points", ha="right",
                   color="C3", fontweight="bold")
    right.text(gaps[-1] * 0.98, 1.06, "no overlap: all three are flat", color="0.35", ha="right", fontsize=9)
    right.set(title="What each game sees", xlabel="distance between the heaps", ylabel="divergence, share of its ceiling",
              xlim=(gaps[0], gaps[-1]), ylim=(0, distances[-1]))
    return figure
