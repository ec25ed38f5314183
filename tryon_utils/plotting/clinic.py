"""Figures of the bug clinic: a case's film and curves, the pull of losses, and the game."""

import textwrap

import numpy as np
from matplotlib.figure import Figure

COLOURS = {("discriminator", "real"): ("C0", "discriminator, on real"), ("discriminator", "fake"): ("C1", "discriminator, on fake"),
           ("generator", "fake"): ("C2", "generator, on fake")}
SHOWN_LOGIT = 8  # pulls are drawn from minus this to this


def draw_symptom(trained, real, show=None, shown=4):
    """Some frames of a training, and its losses beside them.

    Args:
        trained: `clinic.case.Trained` with frames.
        real: Array `(n, 2)` of real points, or `(n, height, width, colours)` of real pictures in [-1, 1].
        show: Function from pictures to what is displayed, or None for one that is right.
        shown: Integer. How many frames.

    Returns:
        A figure.
    """
    figure = Figure(figsize=(7.2, 1.9))
    axes = figure.subplots(1, shown + 1, width_ratios=[1] * shown + [1.35])
    chosen = frames_to_show(trained, shown)
    for ax, number in zip(axes, chosen, strict=False):
        draw_frame(ax, trained.frames[number], real, show)
        ax.set_title(f"step {trained.steps[number]:,}", fontsize=8.5, weight="normal")
    for ax in axes[len(chosen):-1]:
        ax.set_axis_off()
    draw_losses(axes[-1], trained)
    return figure


def frames_to_show(trained, count):
    """Return the numbers of at most `count` frames, the first and the last among them."""
    return np.unique(np.linspace(0, len(trained.frames) - 1, count).astype(int)) if trained.frames else []


def draw_frame(ax, fakes, real, show=None):
    """Draw fakes, points over real ones or pictures as a mosaic; return `ax`."""
    ax.set(xticks=[], yticks=[])
    ax.grid(False)
    if fakes.ndim == 2:
        ax.scatter(*real[:300].T, s=3, color="C0", alpha=0.35, linewidths=0)
        ax.scatter(*fakes[:300].T, s=3, color="C1", linewidths=0)
        ax.set(xlim=(-3, 3), ylim=(-3, 3), aspect="equal")
    else:
        ax.imshow(np.clip((show or to_unit)(mosaic(fakes[:16])), 0, 1))
    return ax


def to_unit(pictures):
    """Return values in [-1, 1] as values in [0, 1]."""
    return (pictures + 1) / 2


def mosaic(pictures, columns=4):
    """Return pictures `(n, height, width, colours)` as one, `columns` in a row."""
    count, height, width, colours = pictures.shape
    rows = count // columns
    whole = pictures[:rows * columns].reshape(rows, columns, height, width, colours).transpose(0, 2, 1, 3, 4)
    return whole.reshape(rows * height, columns * width, colours)


def draw_losses(ax, trained):
    """Draw every loss of a training over its steps, or say that there is none; return `ax`."""
    colours = {"discriminator_loss": "C0", "generator_loss": "C2", "loss": "C4"}
    drawn = [name for name in colours if len(trained.history.get(name, [])) > 1]
    for name in drawn:
        ax.plot(trained.history[name], color=colours[name], linewidth=0.9, label=name.replace("_loss", ""))
    if drawn:
        ax.legend(fontsize=6.5, loc="best", handlelength=1, borderpad=0.1, framealpha=0.7)
        values = np.concatenate([trained.history[name] for name in drawn])
        if np.ptp(values) > 50:
            ax.set_yscale("symlog")
            ax.set_yticks(sorted({0, *(np.sign(end) * 10.0 ** int(np.log10(max(abs(end), 1))) for end in (values.min(), values.max()))}))
            ax.minorticks_off()
    else:
        words = f"{type(trained.error).__name__}: {str(trained.error)[:90]}" if trained.error else "no losses"
        ax.text(0.5, 0.5, textwrap.fill(words, 26), ha="center", va="center", fontsize=6.5, transform=ax.transAxes)
        ax.set(xticks=[], yticks=[])
    ax.set_title("losses", fontsize=8.5, weight="normal")
    ax.tick_params(labelsize=7)
    return ax


def draw_pulls(readings, titles):
    """The pull of each loss at each logit: where a curve is above 0, the loss pushes that sample's logit up.

    Args:
        readings: List of readings of `diagnose.instruments.pulls`.
        titles: List of strings, one a reading.

    Returns:
        A figure.
    """
    figure = Figure(figsize=(7.2, 2.5))
    axes = figure.subplots(1, len(readings), sharey=True, squeeze=False)[0]
    for ax, reading, title in zip(axes, readings, titles, strict=True):
        ax.axhline(0, color="#888888", linewidth=0.8)
        for key, (colour, label) in COLOURS.items():
            pull = reading.values.get(key)
            if pull:
                logits = [logit for logit in sorted(pull) if abs(logit) <= SHOWN_LOGIT]
                ax.plot(logits, [pull[logit] for logit in logits], color=colour, marker=".", markersize=4, linewidth=1.3, label=label,
                        linestyle="--" if key[0] == "generator" else "-")
        ax.set(xlabel="logit", ylim=(-1.15, 1.15))
        ax.set_title(title, fontsize=9, weight="normal")
    axes[0].set_ylabel("pull (above 0: up)")
    axes[0].legend(fontsize=6.5, loc="upper right", handlelength=1.5)
    return figure


def draw_game(game):
    """The clinic game as it stands: the patient's film and curves, what the player has read, and the points.

    Args:
        game: `clinic.game.Game`.

    Returns:
        A figure.
    """
    lines = [part for line in game.text() for part in (textwrap.wrap(line, 118, subsequent_indent="   ") or [""])]
    height = 2.0 + 0.155 * len(lines)
    figure = Figure(figsize=(7.6, height), layout="none")
    count = 5
    real = game.case.data()
    real = real[0] if isinstance(real, tuple) else real
    frames = frames_to_show(game.trained, count - 1)
    for number in range(count - 1):
        ax = figure.add_axes([0.01 + 0.185 * number, 1 - 1.55 / height, 0.17, 1.25 / height])
        if number < len(frames):
            draw_frame(ax, game.trained.frames[frames[number]], real, game.case.show).set_title(f"step {game.trained.steps[frames[number]]:,}", fontsize=8, weight="normal")
        else:
            ax.set_axis_off()
    draw_losses(figure.add_axes([0.80, 1 - 1.5 / height, 0.19, 1.15 / height]), game.trained)
    figure.text(0.01, 1 - 1.85 / height, f"Points: {game.points}. Patients diagnosed: {game.seen}. This one is worth {game.worth}.", fontsize=8.5, va="top", weight="bold")
    figure.text(0.01, 1 - 2.05 / height, "\n".join(lines), fontsize=7.3, va="top", linespacing=1.35)
    return figure
