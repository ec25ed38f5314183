"""The Dirac-GAN: the smallest game there is, two numbers that chase each other."""

import matplotlib.pyplot as plt
import numpy as np

OUT, ROUND, IN = "C3", "C4", "C5"  # colours of paths that leave the equilibrium, circle it, and come to it


def dirac_gradients(fake, slope, game="saturating", penalty=0.0):
    """Return the gradients of both losses of the Dirac-GAN.

    All real samples lie at 0, all fake ones at the generator's only parameter, `fake`. The discriminator's logit at `x` is
    `slope * x`, its only parameter `slope`.

    Args:
        fake: Float or array. Where the fake samples lie.
        slope: Float or array of that shape. The discriminator's slope.
        game: String. A name in `tryon_utils.losses.GAMES`: "non-saturating", "saturating" or "Wasserstein".
        penalty: Float. Gamma, the weight of R1, which is `slope ** 2 / 2` here.

    Returns:
        Tuple of the generator loss' gradient with respect to `fake` and the discriminator loss' with respect to `slope`.

    Source:
        Mescheder, Geiger, Nowozin, 2018.
    """
    score = 1.0 if game == "Wasserstein" else 1 / (1 + np.exp(-np.clip(slope * fake, -60, 60)))
    push = {"non-saturating": score - 1, "saturating": -score, "Wasserstein": -score}[game]
    return push * slope, score * fake + penalty * slope


def dirac_path(start, learning_rate, steps, alternating=False, penalty=0.0, game="saturating"):
    """Play the Dirac-GAN by gradient descent and return every position on the way.

    Args:
        start: Tuple `(fake, slope)`.
        learning_rate: Float. The same for both players.
        steps: Integer.
        alternating: Boolean. Whether the generator answers the discriminator's new slope, or its old one.
        penalty: Float. Gamma, the weight of R1.
        game: String. See `dirac_gradients`.

    Returns:
        Array `(steps + 1, 2)` of `(fake, slope)`, beginning with `start`.
    """
    fake, slope = start
    path = [(fake, slope)]
    for _ in range(steps):
        new_slope = slope - learning_rate * dirac_gradients(fake, slope, game, penalty)[1]
        answered = new_slope if alternating else slope
        fake = fake - learning_rate * dirac_gradients(fake, answered, game, penalty)[0]
        slope = new_slope
        path.append((fake, slope))
    return np.array(path)


def dirac_jacobian(learning_rate, alternating=False, penalty=0.0, game="saturating"):
    """Return the matrix that one step multiplies a small `(fake, slope)` by, near the equilibrium `(0, 0)`.

    Args:
        learning_rate: Float.
        alternating: Boolean. See `dirac_path`.
        penalty: Float. Gamma, the weight of R1.
        game: String. See `dirac_gradients`.

    Returns:
        Array `(2, 2)`.
    """
    push = learning_rate * (1.0 if game == "Wasserstein" else 0.5)
    keep = 1 - learning_rate * penalty
    if alternating:
        return np.array([[1 - push**2, push * keep], [-push, keep]])
    return np.array([[1.0, push], [-push, keep]])


def spectral_radius(matrix):
    """Return the largest size of the matrix' eigenvalues: what many steps multiply a distance by, step for step."""
    return np.max(np.abs(np.linalg.eigvals(matrix)))


def draw_field(ax, penalty=0.0, game="saturating", limit=2.4):
    """Draw, as small arrows of equal length, where both players want to go from each position.

    Args:
        ax: matplotlib axes.
        penalty: Float. Gamma, the weight of R1.
        game: String. See `dirac_gradients`.
        limit: Float. Half the width of what is shown.

    Returns:
        The axes.
    """
    fake, slope = np.meshgrid(*[np.linspace(-limit, limit, 10)] * 2)
    right, up = (-gradient for gradient in dirac_gradients(fake, slope, game, penalty))
    length = np.maximum(np.hypot(right, up), 1e-9)
    ax.quiver(fake, slope, right / length, up / length, color="0.72", pivot="mid", scale=15, width=0.007, zorder=1)
    ax.plot(0, 0, marker="+", color="0.2", markersize=11, markeredgewidth=1.6, zorder=4)
    ax.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal", xlabel="where fakes lie, $\\theta$",
           ylabel="slope of $D$, $\\psi$")
    ax.grid(False)
    return ax


def draw_path(ax, path, colour="C3", label=None):
    """Draw a path of `(fake, slope)`, a dot for each step, with its first (white) and last position marked.

    Args:
        ax: matplotlib axes.
        path: Array `(steps + 1, 2)`.
        colour: matplotlib colour.
        label: String or None. Stands at the end.

    Returns:
        The axes.
    """
    ax.plot(*path.T, color=colour, linewidth=1.2, alpha=0.75, zorder=2)
    ax.plot(*path.T, ".", color=colour, markersize=3.5, zorder=3)
    ax.plot(*path[0], marker="o", color="white", markeredgecolor="0.2", markersize=7, zorder=5)
    ax.plot(*path[-1], marker="o", color=colour, markeredgecolor="white", markersize=8, zorder=5)
    if label:
        ax.annotate(label, path[-1], (7, 5), textcoords="offset points", color=colour, fontweight="bold", zorder=6)
    return ax


def draw_the_game():
    """Draw the two networks, what flows through them, and the way that the gradient comes back.

    Returns:
        A matplotlib figure.
    """
    figure, ax = plt.subplots(figsize=(7.6, 2.5))
    boxes = {"G": (2.3, 0.0, "generator\n$G$", "C1"), "D": (6.3, 0.75, "discriminator\n$D$", "C2")}
    for x, y, text, colour in boxes.values():
        ax.text(x, y, text, ha="center", va="center", color="white", fontweight="bold", fontsize=11, linespacing=1.4,
                bbox={"boxstyle": "round,pad=0.75", "facecolor": colour, "edgecolor": "none"})
    things = [(0.25, 0.0, "noise\n$z$", "0.3"), (4.3, 0.0, "fake\n$G(z)$", "C1"), (4.3, 1.5, "real\n$x$", "C0"),
              (8.25, 0.75, "logit\n$a$", "0.3"), (9.85, 0.75, "probability\n$D=\\sigma(a)$", "0.3")]
    for x, y, text, colour in things:
        ax.text(x, y, text, ha="center", va="center", color=colour, fontweight="bold", fontsize=10.5, linespacing=1.4)
    for start, end in (((0.6, 0), (1.45, 0)), ((3.15, 0), (3.85, 0)), ((4.75, 0.1), (5.3, 0.45)), ((4.65, 1.45), (5.3, 1.05)),
                       ((7.35, 0.75), (7.95, 0.75)), ((8.5, 0.75), (9.15, 0.75))):
        ax.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": "0.35", "linewidth": 1.4})
    ax.plot([6.3, 6.3, 2.3, 2.3], [0.2, -1.0, -1.0, -0.75], color="C2", linewidth=1.6, linestyle=(0, (4, 2)))
    ax.annotate("", (2.3, -0.55), (2.3, -0.78), arrowprops={"arrowstyle": "-|>", "color": "C2", "linewidth": 1.6})
    ax.text(4.3, -1.1, "the gradient: which way would look more real?", color="C2", ha="center", va="top", fontsize=9.5)
    ax.set(xlim=(-0.2, 10.6), ylim=(-1.45, 1.95))
    ax.axis("off")
    return figure


def draw_tangent_step(learning_rate=1.2, steps=5):
    """Draw why steps along the tangent leave the circle: each is the second leg of a right triangle.

    Args:
        learning_rate: Float. Large, so that the triangles can be seen.
        steps: Integer. How many triangles.

    Returns:
        A matplotlib figure.
    """
    figure, ax = plt.subplots(figsize=(4.8, 3.7))
    turn = dirac_jacobian(learning_rate)
    path = [np.array([1.0, 0.0])]
    for _ in range(steps):
        path.append(turn @ path[-1])
    path = np.array(path)
    angles = np.linspace(0, 2 * np.pi, 200)
    ax.plot(np.cos(angles), np.sin(angles), color="0.7", linewidth=1.2, linestyle=(0, (4, 3)))
    for here, there in zip(path, path[1:], strict=False):
        ax.plot(*np.array([[0, 0], here]).T, color="0.7", linewidth=0.8)
        ax.annotate("", there, here, arrowprops={"arrowstyle": "-|>", "color": "C3", "linewidth": 2, "shrinkA": 0, "shrinkB": 0})
    ax.fill(*np.array([[0, 0], path[0], path[1]]).T, color="C3", alpha=0.15, linewidth=0)
    ax.plot(*np.array([[0, 0], path[1]]).T, color="0.35", linewidth=1.2)
    ax.plot(*path.T, "o", color="C3", markersize=5)
    ax.text(0.5, 0.06, "$r$", ha="center", fontsize=12)
    ax.text(1.06, -0.32, r"$\frac{\eta}{2}\,r$", fontsize=13, color="C3")
    ax.annotate(r"$r\,\sqrt{1+\eta^2/4}$", (0.82, -0.49), (1.25, -1.0), fontsize=11, va="center",
                arrowprops={"arrowstyle": "-", "color": "0.35", "linewidth": 0.8, "shrinkA": 0, "shrinkB": 0})
    ax.text(-0.78, 0.8, "the circle around\nthe equilibrium", color="0.45", ha="right", fontsize=9)
    ax.text(path[-1][0], path[-1][1] + 0.14, f"{steps} steps, $\\eta$ = {learning_rate:g}", color="C3", ha="center", fontsize=9)
    ax.plot(0, 0, marker="+", color="0.2", markersize=11, markeredgewidth=1.6)
    ax.set(title="A straight step leaves the circle", aspect="equal", xlabel="where fakes lie, $\\theta$",
           ylabel="slope of $D$, $\\psi$")
    ax.margins(0.12)
    ax.grid(False)
    return figure


def draw_dirac_ways(learning_rate=0.3, steps=100, penalty=0.3, start=(1.0, 0.0)):
    """Draw simultaneous steps, alternating steps, and simultaneous steps with R1 side by side.

    Args:
        learning_rate: Float.
        steps: Integer.
        penalty: Float. Gamma in the third picture.
        start: Tuple `(fake, slope)`.

    Returns:
        A matplotlib figure.
    """
    figure, axes = plt.subplots(1, 3, figsize=(7.4, 2.85), sharey=True)
    ways = [("Simultaneous: spirals out", OUT, {}), ("Alternating: goes in circles", ROUND, {"alternating": True}),
            (f"With R1, $\\gamma$ = {penalty:g}: settles", IN, {"penalty": penalty})]
    for ax, (title, colour, options) in zip(axes, ways, strict=True):
        radius = spectral_radius(dirac_jacobian(learning_rate, **options))
        draw_field(ax, options.get("penalty", 0.0))
        draw_path(ax, dirac_path(start, learning_rate, steps, **options), colour)
        ax.set_title(title, fontsize=10)
        ax.text(0.5, 0.03, f"near the centre: $\\times$ {radius:.4f}", transform=ax.transAxes, ha="center",
                fontsize=8.5, color="0.2", bbox={"color": "white", "alpha": 0.85, "pad": 1.5})
        ax.label_outer()
    return figure


def draw_phase_portrait(learning_rate=0.3, penalty=0.0, alternating=False, game="saturating", steps=150):
    """Draw the Dirac-GAN's path among the arrows of its game, and its distance from the equilibrium step by step.

    Args:
        learning_rate: Float.
        penalty: Float. Gamma, the weight of R1.
        alternating: Boolean. See `dirac_path`.
        game: String. See `dirac_gradients`.
        steps: Integer.

    Returns:
        A matplotlib figure.
    """
    path = dirac_path((1.0, 0.0), learning_rate, steps, alternating, penalty, game)
    radius = spectral_radius(dirac_jacobian(learning_rate, alternating, penalty, game))
    verdict, colour = (("moves away", OUT) if radius > 1 + 1e-9 else ("settles", IN) if radius < 1 - 1e-9 else
                       ("goes in circles", ROUND))
    figure, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.2), width_ratios=[1, 1.15])
    draw_path(draw_field(left, penalty, game), path, colour)
    left.set_title(f"Near the centre it {verdict}")
    distances = np.clip(np.hypot(*path.T), 1e-6, 1e6)
    right.semilogy(distances, color=colour)
    right.semilogy(np.clip(radius ** np.arange(steps + 1.0), 1e-6, 1e6), color="0.45", linestyle=(0, (4, 3)), linewidth=1.2)
    decades = np.log10([distances.min(), distances.max()])
    right.set(title=f"Spectral radius {radius:.4f}", xlabel="step", ylabel="distance from equilibrium",
              ylim=10.0 ** np.array([min(-2, np.floor(decades[0])), max(1, np.ceil(decades[1]))]))
    right.minorticks_off()
    right.text(0.04, 0.05, "solid: the game\ndashed: spectral radius$^{\\,\\mathrm{step}}$", va="bottom", transform=right.transAxes,
               fontsize=9, color="0.3")
    return figure
