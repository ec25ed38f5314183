"""Figures of people: sheets of pictures, and a picture beside the truth about it."""

import numpy as np
from matplotlib.figure import Figure

from tryon_utils import labels
from tryon_utils.paperdoll.colour import linear_to_srgb

# pairs of COCO-18's keypoints that a bone joins; the side of the body decides the colour
BONES = ((1, 2), (2, 3), (3, 4), (1, 5), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10), (1, 11), (11, 12), (12, 13), (1, 0),
         (0, 14), (14, 16), (0, 15), (15, 17))
RIGHT_POINTS = {2, 3, 4, 8, 9, 10, 14, 16}
# runs of the 68 landmarks, and whether the last one joins the first
FACE_LINES = ((0, 17, False), (17, 22, False), (22, 27, False), (27, 31, False), (31, 36, False), (36, 42, True), (42, 48, True),
              (48, 60, True), (60, 68, True))


def draw_pictures(pictures, columns=None, titles=None, width=7.2, gap=0.03):
    """Return a figure of pictures side by side, without a pixel lost to axes.

    Args:
        pictures: Sequence of uint8 (h, w, 3), all of one shape.
        columns: Integer. How many in a row; all in one row where None.
        titles: Sequence of strings, one a picture, or one a column.
        width: Float. Width of the figure in inches.
        gap: Float. Space between pictures, as a share of their width.
    """
    pictures = [np.asarray(picture) for picture in pictures]
    columns = columns or len(pictures)
    rows = -(-len(pictures) // columns)
    height, across = pictures[0].shape[:2]
    tile = width / (columns + gap * (columns - 1))
    head = 0.24 if titles is not None else 0.0
    every_row = titles is not None and len(titles) == len(pictures) > columns
    tall = tile * height / across
    total = rows * tall + (rows - 1) * gap * tile + head * (rows if every_row else 1)
    figure = Figure(figsize=(width, total), layout="none")
    for number, picture in enumerate(pictures):
        row, column = divmod(number, columns)
        top = row * (tall + gap * tile) + head * (row + 1 if every_row else 1)
        ax = figure.add_axes((column * tile * (1 + gap) / width, 1 - (top + tall) / total, tile / width, tall / total))
        show(ax, picture)
        if titles is not None and number < len(titles):
            ax.set_title(titles[number], fontsize=8 if columns < 6 else 7, fontweight="normal", loc="center", pad=3)
    return figure


def show(ax, picture, title=""):
    """Show a picture, or a mask in grey, with its pixels' corners at whole numbers, as keypoints and flow count them."""
    height, width = np.shape(picture)[:2]
    grey = {"cmap": "gray", "vmin": 0, "vmax": 1 if np.asarray(picture).dtype.kind in "fb" else 255} if np.ndim(picture) == 2 else {}
    ax.imshow(picture, extent=(0, width, height, 0), interpolation="lanczos" if np.ndim(picture) == 3 else "nearest", **grey)
    ax.set(xlim=(0, width), ylim=(height, 0), title=title)
    ax.set_axis_off()
    return ax


def draw_skeleton(ax, keypoints):
    """Draw COCO-18 keypoints, float (18, 3), with the bones between those that are visible."""
    for first, second in BONES:
        if keypoints[first, 2] and keypoints[second, 2]:
            colour = "C1" if {first, second} & RIGHT_POINTS else "C0"
            ax.plot(*keypoints[[first, second], :2].T, color=colour, linewidth=1.6)
    seen = keypoints[keypoints[:, 2] > 0]
    ax.scatter(seen[:, 0], seen[:, 1], s=9, color="white", edgecolors="black", linewidths=0.6, zorder=3)
    return ax


def draw_landmarks(ax, landmarks):
    """Draw 68 face landmarks, float (68, 3); hidden ones are hollow."""
    for start, end, closed in FACE_LINES:
        line = landmarks[[*range(start, end), *([start] if closed else [])], :2]
        ax.plot(*line.T, color="C2", linewidth=0.8)
    seen = landmarks[:, 2] > 0
    ax.scatter(*landmarks[seen, :2].T, s=5, color="C2", linewidths=0, zorder=3)
    ax.scatter(*landmarks[~seen, :2].T, s=7, facecolors="none", edgecolors="C2", linewidths=0.6, zorder=3)
    return ax


def place_colours(places, shape):
    """Return places in a picture as colours: from left to right orange grows, from top to bottom blue, in eight bands each.

    Args:
        places: float (..., 2). x, y in pixels.
        shape: Height and width of the picture that they lie in.
    """
    x, y = (np.clip(places[..., axis] / shape[1 - axis], 0, 1) for axis in (0, 1))
    band = (np.floor(8 * x) + np.floor(8 * y)) % 2
    colours = np.stack([0.25 + 0.7 * x, 0.45 + 0.25 * (1 - y), 0.3 + 0.65 * y], axis=-1) - 0.12 * band[..., None]
    return np.rint(np.clip(colours, 0, 1) * 255).astype("uint8")


def draw_body_truth(sample, shop, width=7.2):
    """Return a figure of a person and the truth about the picture.

    Args:
        sample: `paperdoll.PersonSample`.
        shop: `paperdoll.GarmentSample` of the garment worn, of the same size.
        width: Float. Width of the figure in inches.
    """
    height, across = sample.parse.shape
    centres = np.stack(np.meshgrid(np.arange(across) + 0.5, np.arange(height) + 0.5), axis=-1)
    white = np.full((height, across, 3), 255, "uint8")
    in_shop = np.where(shop.mask[..., None] > 0.5, place_colours(centres, (height, across)), white)
    flown = (sample.garment_mask > 0.5)[..., None]
    pale = (255 - (255 - sample.picture.astype(int)) // 3).astype("uint8")
    on_person = np.where(flown, place_colours(sample.flow, (height, across)), pale)
    agnostic = np.where(sample.agnostic_mask[..., None] > 0, 170, sample.picture).astype("uint8")
    panels = {"picture": sample.picture, "parse map": labels.coloured(sample.parse, labels.BODY_COLOURS), "keypoints": pale,
              "to be painted": agnostic, "garment in the shop": shop.picture, "its places...": in_shop,
              "...and where they are worn": on_person, "where the flow holds": sample.visible * sample.garment_mask}
    return _panels(panels, 4, width, {"keypoints": lambda ax: draw_skeleton(ax, sample.keypoints)})


def draw_face_truth(sample, width=7.2):
    """Return a figure of a face and the truth about the picture.

    Args:
        sample: `paperdoll.FaceSample` with a look.
        width: Float. Width of the figure in inches.
    """
    pale = (255 - (255 - sample.bare.astype(int)) // 2).astype("uint8")
    change = np.abs(sample.picture.astype(float) - sample.bare).mean(axis=-1)
    panels = {"bare": sample.bare, "with makeup": sample.picture, "parse map": labels.coloured(sample.parse, labels.FACE_COLOURS),
              "landmarks": pale, "what changed": change / max(change.max(), 1.0)}
    for layer in sample.layers:
        paint = layer.opacity[..., None] * linear_to_srgb(np.asarray(layer.colour)) + (1 - layer.opacity[..., None]) * 0.96
        title = layer.kind if layer.kind not in panels else f"more {layer.kind}"
        panels[title] = np.rint(255 * np.clip(paint, 0, 1)).astype("uint8")
    return _panels(panels, 5, width, {"landmarks": lambda ax: draw_landmarks(ax, sample.landmarks)})


def _panels(panels, columns, width, more):
    """Return a figure of titled pictures; `more` draws over some of them."""
    rows = -(-len(panels) // columns)
    height, across = next(iter(panels.values())).shape[:2]
    figure = Figure(figsize=(width, rows * (width / columns * height / across + 0.25)))
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax in axes[len(panels):]:
        ax.set_axis_off()
    for ax, (title, picture) in zip(axes, panels.items(), strict=False):
        show(ax, picture)
        ax.set_title(title, fontsize=9, fontweight="normal", loc="center", pad=4)
        more.get(title, lambda ax: ax)(ax)
    return figure


def draw_factors(counts, columns=3, width=7.2):
    """Return a figure of bar charts: how often each value of each factor comes.

    Args:
        counts: Dictionary from a factor's name to a dictionary from its values to their counts.
        columns: Integer. Charts in a row.
        width: Float. Width of the figure in inches.
    """
    rows = -(-len(counts) // columns)
    longest = [max(len(values) for values in list(counts.values())[row * columns:(row + 1) * columns]) for row in range(rows)]
    figure = Figure(figsize=(width, sum(0.55 + 0.15 * bars for bars in longest)))
    axes = figure.subplots(rows, columns, squeeze=False, height_ratios=[0.55 + 0.15 * bars for bars in longest]).ravel()
    for ax in axes[len(counts):]:
        ax.set_axis_off()
    for ax, (name, values) in zip(axes, counts.items(), strict=False):
        total = sum(values.values())
        ax.barh([str(value) for value in values], [count / total * 100 for count in values.values()], color="C0", height=0.7)
        ax.invert_yaxis()
        ax.set_title(name.replace("_", " "), fontsize=9)
        ax.tick_params(labelsize=7, length=0)
        ax.xaxis.set_major_formatter("{x:.0f} %")
        ax.grid(False, axis="y")
    return figure
