"""Figures of the bug clinic: a case's film and curves, the pull of losses, and the game."""

import textwrap

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch

from tryon_utils.plotting.points import LIMIT, draw_points, frame_plane

PULLS = {("discriminator", "real"): ("C0", 3.2, "-", "discriminator, on real"), ("discriminator", "fake"): ("C2", 1.5, "-", "discriminator, on fake"),
         ("generator", "fake"): ("C1", 1.8, "--", "generator, on fake")}  # colour, width, style: where curves coincide, both are seen
LOSSES = {"discriminator_loss": "C2", "generator_loss": "C1", "loss": "#333333"}
SHOWN_LOGIT = 8  # pulls are drawn from minus this to this


def draw_symptom(trained, real, show=None, marked=None, shown=4):
    """Some frames of a training, and its losses beside them.

    Args:
        trained: `clinic.case.Trained` with frames.
        real: Array `(n, 2)` of real points, or `(n, height, width, colours)` of real pictures in [-1, 1].
        show: Function from pictures to what is displayed, or None for one that is right.
        marked: Pair of words and a function from a count to booleans: fakes that are set apart; or None.
        shown: Integer. How many panels.

    Returns:
        A figure.
    """
    figure = Figure(figsize=(7.2, 1.85))
    axes = list(figure.subplots(1, shown + 1, width_ratios=[1] * shown + [1.35]))
    draw_film(axes[:-1], trained, real, show, marked)
    draw_losses(axes[-1], trained)
    return figure


def draw_film(axes, trained, real, show=None, marked=None):
    """Fill a row of axes with frames of a training; where they are pictures, the first shows real ones. See `draw_symptom`."""
    frames = list(axes)
    for ax in frames:
        ax.set_axis_off()
    if trained.frames and trained.frames[0].ndim > 2:
        draw_frame(frames.pop(0), real, real, show).set_title("real", fontsize=8.5, weight="normal")
    for ax, number in zip(frames, frames_to_show(trained, len(frames)), strict=False):
        draw_frame(ax, trained.frames[number], real, show, marked).set_title(f"step {trained.steps[number]:,}", fontsize=8.5, weight="normal")


def frames_to_show(trained, count):
    """Return the numbers of at most `count` frames, the first and the last among them."""
    return np.unique(np.linspace(0, len(trained.frames) - 1, count).astype(int)) if trained.frames else []


def draw_frame(ax, fakes, real, show=None, marked=None):
    """Draw fakes, points over real ones or pictures as a mosaic; return `ax`."""
    ax.set_axis_on()
    ax.grid(False)
    for spine in ax.spines.values():
        spine.set_visible(True)
    if fakes.ndim > 2:
        ax.set(xticks=[], yticks=[])
        ax.imshow(np.clip((show or to_unit)(mosaic(fakes[:16])), 0, 1))
        return ax
    draw_points(frame_plane(ax, ticks=False), real[:300], fakes[:300], size=4).set(xticks=[], yticks=[])
    if marked:
        words, chosen = marked
        ax.scatter(*fakes[:300][chosen(len(fakes[:300]))].T, s=5, color="black", linewidths=0, zorder=4)
        ax.text(0.5, 0.02, words, fontsize=6, ha="center", transform=ax.transAxes).set_in_layout(False)
    outside = np.mean(np.abs(fakes).max(axis=1) > LIMIT)
    if outside > 0.01:
        ax.text(0.03, 0.97, "all are outside" if outside == 1 else f"{outside:.0%} outside", fontsize=6.5, color="C1", va="top", transform=ax.transAxes, zorder=5,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.8})
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
    """Draw every loss of a training over its steps, or say what ended it; return `ax`."""
    drawn = {name: values for name, values in trained.history.items() if name in LOSSES and len(values) > 1}
    label = ax.text(-0.1, 1.05, "losses:" if len(drawn) > 1 else "" if drawn else "no losses", fontsize=7.2, transform=ax.transAxes)
    for name, values in drawn.items():
        ax.plot(values, color=LOSSES[name], linewidth=0.9)
        label = ax.annotate(f" {name.removesuffix('_loss') if len(drawn) > 1 else 'the only loss'}", xy=(1, 0), xycoords=label, fontsize=7.2, color=LOSSES[name], va="bottom")
    if drawn:
        values = np.concatenate(list(drawn.values()))
        if np.ptp(values) > 50:
            ax.set_yscale("symlog")
            ax.set_yticks(sorted({0, *(np.sign(end) * 10.0 ** int(np.log10(max(abs(end), 1))) for end in (values.min(), values.max()))}))
            ax.minorticks_off()
    else:
        words = f"{type(trained.error).__name__}: {str(trained.error)[:110]} ..." if trained.error else ""
        ax.text(0.5, 0.9, textwrap.fill(words, 30), ha="center", va="top", fontsize=6.5, transform=ax.transAxes)
        ax.set_axis_off()
    ax.tick_params(labelsize=7)
    return ax


PLACES = [  # what stands in a training step: words, x, y, width, colour
    ("noise,\nconditions", 0.9, 2.6, 1.5, "#f3f3f3"), ("generator", 3.0, 2.6, 1.5, "#f8dcc8"), ("fakes", 5.1, 2.6, 1.2, "#f3f3f3"), ("data", 5.1, 0.6, 1.2, "#d6e7f3"),
    ("discriminator", 7.2, 1.6, 1.7, "#cfe8df"), ("logits", 9.2, 1.6, 1.1, "#f3f3f3"), ("losses", 11.0, 1.6, 1.2, "#f3f3f3")]
WAYS = [(1.65, 2.6, 2.25, 2.6), (3.75, 2.6, 4.5, 2.6), (5.7, 2.5, 6.35, 1.9), (5.7, 0.7, 6.35, 1.3), (8.05, 1.6, 8.65, 1.6), (9.75, 1.6, 10.4, 1.6)]
STATIONS = [  # the instruments' names, and where they stand
    ("conditions", 0.9, 3.3), ("modes\ndead units", 3.0, 3.4), ("ranges, variety\ndisplay", 5.1, 3.4), ("arrivals", 6.6, 2.5), ("scores", 7.75, 2.25),
    ("pulls\nlabels", 9.2, 2.4), ("counting", 5.1, 0.0), ("reach", 9.2, -0.5), ("updates", 3.0, 0.9), ("updates", 7.2, 0.45)]


def draw_instruments():
    """One training step from the noise to the losses and back, and where each instrument of `diagnose` stands. Returns a figure."""
    figure = Figure(figsize=(7.2, 2.6))
    ax = figure.subplots()
    ax.set(xlim=(0.05, 11.7), ylim=(-0.8, 3.8))
    ax.set_axis_off()
    for words, x, y, width, colour in PLACES:
        ax.add_patch(FancyBboxPatch((x - width / 2, y - 0.38), width, 0.76, boxstyle="round,pad=0,rounding_size=0.12", facecolor=colour, edgecolor="#888888", linewidth=0.8))
        ax.text(x, y, words, ha="center", va="center", fontsize=8.5)
    for x, y, to_x, to_y in WAYS:
        ax.annotate("", (to_x, to_y), (x, y), arrowprops={"arrowstyle": "-|>", "color": "#555555", "linewidth": 1})
    ax.plot([11.0, 11.0, 3.0, 3.0], [1.2, -0.5, -0.5, 2.0], color="C3", linewidth=1.2, linestyle="--")  # the slopes go back to the weights
    ax.plot([7.2, 7.2], [-0.5, 1.0], color="C3", linewidth=1.2, linestyle="--")
    for x, y in ((3.0, 2.2), (7.2, 1.2)):
        ax.annotate("", (x, y), (x, y - 0.3), arrowprops={"arrowstyle": "-|>", "color": "C3", "linewidth": 1.2})
    for words, x, y in STATIONS:
        ax.text(x, y, words, ha="center", va="center", fontsize=8, color="C0", weight="bold", bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})
    return figure


def draw_pulls(readings, titles):
    """The pull of each loss at each logit: where a curve is above 0, the loss pushes that sample's logit up.

    Args:
        readings: List of readings of `diagnose.instruments.pulls`.
        titles: List of strings, one a reading.

    Returns:
        A figure.
    """
    figure = Figure(figsize=(7.2, 2.7))
    axes = figure.subplots(1, len(readings), sharey=True, squeeze=False)[0]
    for ax, reading, title in zip(axes, readings, titles, strict=True):
        ax.axhline(0, color="#888888", linewidth=0.8)
        for key, (colour, width, style, label) in PULLS.items():
            if pull := reading.values.get(key):
                logits = [logit for logit in sorted(pull) if abs(logit) <= SHOWN_LOGIT]
                ax.plot(logits, [pull[logit] for logit in logits], style, color=colour, linewidth=width, label=label)
        ax.set(xlabel="logit", ylim=(-1.15, 1.15), xticks=range(-SHOWN_LOGIT, SHOWN_LOGIT + 1, 4))
        ax.set_title(title, fontsize=9, weight="normal")
    axes[0].set_ylabel("pull (above 0: up)")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=8)
    return figure


def draw_game(game):
    """The clinic game as it stands: the patient's film and curves, what the player has read, and the points.

    Args:
        game: `clinic.game.Game`.

    Returns:
        A figure.
    """
    lines = [part for line in game.text() for part in (textwrap.wrap(line, 112, subsequent_indent=" " * (3 + len(line) - len(line.lstrip()))) or [""])]
    film, line_height, margin = 1.55, 0.162, 0.1  # inches
    height = film + 0.3 + line_height * (len(lines) + 0.5) + margin
    figure = Figure(figsize=(7.6, height), layout="none")
    real = game.case.data()
    axes = [figure.add_axes([0.01 + 0.185 * number, 1 - 1.52 / height, 0.175, 1.27 / height]) for number in range(4)]
    draw_film(axes, game.trained, real[0] if isinstance(real, tuple) else real, game.case.show, game.case.marked)
    draw_losses(figure.add_axes([0.8, 1 - 1.48 / height, 0.185, 1.2 / height]), game.trained)
    figure.text(0.01, 1 - (film + 0.15) / height, game.score(), fontsize=8.5, va="top", weight="bold")
    for number, line in enumerate(lines):
        heading, truth = line.endswith("?"), line.startswith(("Right:", "No, it is"))
        figure.text(0.01 + 0.011 * (len(line) - len(line.lstrip())) / 3, 1 - (film + 0.42 + line_height * number) / height, line.strip(), fontsize=7.6, va="top",
                    color="C0" if heading else "black", weight="bold" if truth else "normal")
    return figure


# ---- The poster ------------------------------------------------------------------------------------------------------

POSTER = (16.5, 11.7)  # inches: A3, which reads well on A4, too
COLUMNS = 5


def draw_poster(rows):
    """All cases on one page: the last frame and the losses of each, symptom, instruments, cause and cure.

    Args:
        rows: List of dictionaries with the strings name, symptom, look_at, cause and cure, and with trained, real, show and marked as in `draw_symptom`.

    Returns:
        A figure.
    """
    figure = Figure(figsize=POSTER, layout="none")
    width, height = (POSTER[0] - 0.6) / COLUMNS, (POSTER[1] - 1.0) / -(-len(rows) // COLUMNS)
    figure.text(0.3 / POSTER[0], 1 - 0.32 / POSTER[1], "The bug clinic", fontsize=22, weight="bold", va="center")
    figure.text(3.2 / POSTER[0], 1 - 0.33 / POSTER[1], "What you see, which instrument to read, what it is, and the cure. All of them at once: diagnose.checkup(gan, data)", fontsize=12,
                va="center", color="#444444")
    for number, row in enumerate(rows):
        left, top = 0.3 + width * (number % COLUMNS), POSTER[1] - 0.7 - height * (number // COLUMNS)
        _draw_poster_cell(figure, row, left, top, width, height)
    return figure


def _draw_poster_cell(figure, row, left, top, width, height):
    """Draw one case into a cell whose upper left corner and size are given in inches."""
    def axes(x, y, wide, high):
        return figure.add_axes([(left + x) / POSTER[0], (top - y - high) / POSTER[1], wide / POSTER[0], high / POSTER[1]])

    frame = axes(0.05, 0.1, 0.95, 0.95)
    draw_frame(frame, row["trained"].frames[-1], row["real"], row["show"], row["marked"])
    curves = draw_losses(axes(0.05, 1.15, 0.95, height - 1.4), row["trained"])
    curves.set(xticks=[], yticks=[])
    for words in frame.texts:
        words.set_fontsize(5)
    for words in curves.texts:  # what the colours mean is said once, on the page; an error is said here
        words.set(fontsize=5, visible=words is curves.texts[-1] and not row["trained"].history, text=textwrap.fill(" ".join(words.get_text().split())[:80], 22))
    y = 0.17
    for text, columns, space, options in ((row["name"], 27, 0.05, {"weight": "bold", "fontsize": 8.6}), (row["symptom"], 37, 0.06, {}),
                                          ("read: " + row["look_at"], 37, 0.06, {"color": "C0", "weight": "bold"}), (row["cause"], 33, 0.06, {"weight": "bold"}),
                                          ("cure: " + row["cure"], 37, 0, {"color": "#006b4e"})):
        for line in textwrap.wrap(text, columns):
            figure.text((left + 1.1) / POSTER[0], (top - y) / POSTER[1], line, **({"fontsize": 7.2, "va": "center"} | options))
            y += 0.128
        y += space
    figure.add_artist(Line2D([left / POSTER[0], (left + width - 0.12) / POSTER[0]], [(top - height + 0.06) / POSTER[1]] * 2, color="#cccccc", linewidth=0.6))
