"""The losses of both networks, and their gradients, as curves over the logit."""

import matplotlib.pyplot as plt
import numpy as np

LOGITS = np.linspace(-8.0, 8.0, 401)
LONGEST_BAR = 2.6
COLOURS = {"non-saturating": "C1", "saturating": "C6", "least squares": "C4", "hinge": "C5", "Wasserstein": "C3"}


def sigmoid(logit):
    """Return the probability that belongs to a logit, for any logit."""
    return 0.5 * (1 + np.tanh(np.asarray(logit) / 2))


def softplus(logit):
    """Return `log(1 + exp(logit))` for any logit."""
    return np.logaddexp(0, logit)


# for one fake sample: the generator's loss at a logit, and its gradient there
GENERATOR_CURVES = {
    "non-saturating": (lambda a: softplus(-a), lambda a: sigmoid(a) - 1),
    "saturating": (lambda a: -softplus(a), lambda a: -sigmoid(a)),
    "least squares": (lambda a: (a - 1) ** 2 / 2, lambda a: a - 1),
    "hinge": (lambda a: -a, lambda a: -1 + 0 * a),
    "Wasserstein": (lambda a: -a, lambda a: -1 + 0 * a),
}
# for one fake sample: the discriminator's loss at a logit, and its gradient there
DISCRIMINATOR_CURVES = {
    "non-saturating": (softplus, sigmoid),
    "saturating": (softplus, sigmoid),
    "least squares": (lambda a: a**2 / 2, lambda a: a),
    "hinge": (lambda a: np.maximum(1 + a, 0), lambda a: np.where(a > -1, 1.0, 0.0)),
    "Wasserstein": (lambda a: a, lambda a: 1 + 0 * a),
}


def draw_saturation(logits=LOGITS):
    """Draw the generator's two cross-entropy losses and the size of their gradients, over the logit of a fake sample.

    Args:
        logits: Array, rising.

    Returns:
        A matplotlib figure.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.1), sharex=True)
    for name, label, place, side in (("non-saturating", "non-saturating\n$-\\log D$", (-3.8, 4.6), "left"),
                                     ("saturating", "saturating\n$\\log(1-D)$", (4.0, -6.6), "right")):
        loss, gradient = GENERATOR_CURVES[name]
        left.plot(logits, loss(logits), color=COLOURS[name])
        left.text(*place, label, color=COLOURS[name], fontweight="bold", ha=side)
        right.plot(logits, -gradient(logits), color=COLOURS[name])
    for ax in (left, right):
        ax.axvspan(logits[0], -2, color="C2", alpha=0.08, linewidth=0, zorder=0)
        ax.set(xlabel="logit of a fake sample", xlim=(logits[0], logits[-1]))
    left.text(-7.8, -7.2, "here $D$ is sure\nthat it is fake", color="C2", va="center")
    left.set(title="Loss of the generator", ylabel="loss", ylim=(-8.6, 8.8), xticks=np.arange(-8, 9, 4))
    right.set(title="How hard it pushes the logit up", ylabel="size of the gradient", ylim=(0, 1.12))
    right.text(-7.8, 0.66, "full push\nwhere fakes\nare spotted", color=COLOURS["non-saturating"])
    right.text(-7.8, 0.07, "almost none", color=COLOURS["saturating"])
    right.annotate("equal at 0", (0, 0.5), (1.2, 0.5), color="0.3", va="center",
                   arrowprops={"arrowstyle": "-", "color": "0.5"})
    return figure


def draw_losses_at_logit(logit=-4.0, loss_of="generator"):
    """Draw every game's loss of a fake sample as a curve, with its tangent at one logit, and the pushes there as bars.

    Args:
        logit: Float. The logit of a fake sample, from -8 to 8.
        loss_of: String, "generator" or "discriminator".

    Returns:
        A matplotlib figure.
    """
    if not LOGITS[0] <= logit <= LOGITS[-1]:
        raise ValueError(f"logit must lie from {LOGITS[0]:g} to {LOGITS[-1]:g}: got {logit:g}.")
    if loss_of not in ("generator", "discriminator"):
        raise ValueError(f"loss_of must be \"generator\" or \"discriminator\": got {loss_of!r}.")
    curves = GENERATOR_CURVES if loss_of == "generator" else DISCRIMINATOR_CURVES
    shown = {"generator": {"Wasserstein": "hinge, Wasserstein"}, "discriminator": {"non-saturating": "cross entropy"}}[loss_of]
    hidden = {"generator": "hinge", "discriminator": "saturating"}[loss_of]  # the same curve as another one
    names = [name for name in curves if name != hidden]
    figure, (left, right) = plt.subplots(1, 2, figsize=(7.4, 3.2), width_ratios=[1.35, 1])
    left.axvline(logit, color="0.6", linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
    run = np.array([-1.2, 1.2])
    for row, name in enumerate(reversed(names)):
        loss, gradient = curves[name]
        push = float(-gradient(logit))
        left.plot(LOGITS, loss(LOGITS), color=COLOURS[name], linewidth=1.8)
        left.plot(logit + run, loss(logit) - push * run, color="0.15", linewidth=1.4, zorder=4)
        left.plot(logit, loss(logit), marker="o", color=COLOURS[name], markeredgecolor="white", markersize=8, zorder=5)
        right.barh(row, np.clip(push, -LONGEST_BAR, LONGEST_BAR), color=COLOURS[name], height=0.36)
        right.plot([0, 0], [row - 0.22, row + 0.22], color="0.4", linewidth=0.9)
        right.text(-LONGEST_BAR, row + 0.32, f"{shown.get(name, name)}: {push + 0.0:.4f}", color=COLOURS[name], fontweight="bold",
                   fontsize=9.5, va="center")
        if abs(push) > LONGEST_BAR:
            right.text(LONGEST_BAR * np.sign(push), row, "\u25b6" if push > 0 else "\u25c0", color=COLOURS[name], va="center",
                       ha="left" if push > 0 else "right")
    left.set(title=f"Fake sample at logit {logit:g}:  $D$ = {sigmoid(logit):.4f}", xlabel="logit of a fake sample",
             ylabel=f"loss of the {loss_of}", xlim=(-8, 8), ylim=(-9, 12))
    right.set(title="Push on the logit", xlabel="negative gradient: right is towards \"real\"", xlim=(-2.9, 2.9),
              ylim=(-0.4, len(names) - 0.4), yticks=[])
    right.spines.left.set_visible(False)
    return figure


def draw_travel(ways):
    """Draw where a generator's samples stand, step by step.

    Args:
        ways: Dictionary from `(start, name of the loss)` to an array of positions, one a step; the data stand at 0.

    Returns:
        A matplotlib figure.
    """
    figure, ax = plt.subplots(figsize=(7.0, 2.9))
    for (start, name), way in ways.items():
        ax.plot(way, color=COLOURS[name])
    ax.axhline(0, color="C0", linewidth=1.2, linestyle=(0, (4, 3)))
    farthest = max(start for start, _ in ways)
    steps = len(next(iter(ways.values()))) - 1
    for name, step, offset, side in (("saturating", steps * 0.6, (0, -15), "center"), ("non-saturating", steps * 0.12, (12, 2), "left")):
        ax.annotate(name, (step, ways[farthest, name][int(step)]), offset, textcoords="offset points", color=COLOURS[name],
                    fontweight="bold", ha=side)
    ax.text(0.5, -0.12, "data", color="C0", fontweight="bold", va="top")
    ax.set(title="Where the fakes stand, against the best discriminator", xlabel="step", ylabel="position", xlim=(0, steps),
           ylim=(-0.6, farthest * 1.1))
    return ax.figure
