"""Figures of photographs: what a detector guesses, how a region of interest leads to landmarks and back, regions, joints, and what was lost on the way."""

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from tryon_utils.plotting import people

REGION_COLOURS = {"lips": "C1", "eyes": "C0", "brows": "C3", "cheeks": "C4", "skin": "C2"}


def outline(ax, corners, colour="C1", **options):
    """Draw a closed polygon, float (k, 2), over a picture."""
    closed = np.concatenate([corners, corners[:1]])
    ax.plot(*closed.T, color=colour, **{"linewidth": 1.4, **options})
    return ax


def corners_of(box):
    """Return the four corners, float (4, 2), of a box left, top, right, bottom."""
    left, top, right, bottom = box
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]])


def row_of(pictures, titles, width=7.2, wide=None):
    """Return a figure with one picture a panel, all of one height, and its axes: for drawing over them.

    Args:
        pictures: Sequence of uint8 (h, w, 3), of any shapes.
        titles: Sequence of strings, one a picture.
        width: Float. Width of the figure in inches.
        wide: Float. Inches between two panels.
    """
    gap = 0.06 if wide is None else wide
    ratios = [picture.shape[1] / picture.shape[0] for picture in pictures]
    tall = (width - gap * (len(pictures) - 1)) / sum(ratios)
    figure, at, axes = Figure(figsize=(width, tall + 0.24), layout="none"), 0.0, []
    for picture, title, ratio in zip(pictures, titles, ratios, strict=True):
        ax = figure.add_axes((at / width, 0, ratio * tall / width, tall / (tall + 0.24)))
        people.show(ax, picture)
        ax.set_title(title, fontsize=8, fontweight="normal", loc="center", pad=3)
        at += ratio * tall + gap
        axes.append(ax)
    return figure, axes


def draw_guesses(picture, centres, boxes, scores, kept):
    """Return a figure of a detector at work: its anchors, what it guesses at them, and what is left without doubles.

    Args:
        picture: uint8 (size, size, 3). What the detector looks at.
        centres: float (n, 2). The anchors, in parts of the square.
        boxes: float (m, 4). Guesses, in parts of the square: left, top, right, bottom.
        scores: float (m,) in [0, 1].
        kept: List of triples (score, box, points), in parts of the square.
    """
    size = len(picture)
    figure, (left, middle, right) = row_of([picture] * 3, [f"{len(centres)} guesses, at {len(np.unique(centres, axis=0))} places",
                                                           f"the {len(boxes)} that it believes in", "without doubles"])
    left.scatter(*(centres * size).T, s=2.5, color="white", linewidths=0)
    for box, score in zip(boxes, scores, strict=True):
        outline(middle, corners_of(box * size), linewidth=1.0, alpha=float(0.25 + 0.75 * score))
    for score, box, points in kept:
        outline(right, corners_of(box * size))
        right.scatter(*(points * size).T, s=14, color="C4", edgecolors="black", linewidths=0.5, zorder=3)
        right.annotate(f"{score:.2f}", box[:2] * size, xytext=(1, 3), textcoords="offset points", color="white", fontsize=8)
    return figure


def draw_landmarks_found(pixels, corners, region, in_region, in_photo):
    """Return a figure of a region of interest in a photograph, the landmarks found in it, and the same led back.

    Args:
        pixels: uint8 (h, w, 3). The photograph.
        corners: float (4, 2). The region's corners in it.
        region: uint8 (size, size, 3). The region, upright.
        in_region: float (n, 2). Landmarks in the region's pixels.
        in_photo: float (n, 2). The same in the photograph's.
    """
    figure, (left, middle, right) = row_of([pixels, region, pixels], ["region of interest", "468 landmarks in it", "led back"])
    outline(left, corners)
    outline(left, corners[:2], colour="C4", linewidth=2.4)  # its upper edge
    middle.scatter(*in_region.T, s=2.2, color="C5", linewidths=0)
    right.scatter(*in_photo.T, s=0.8, color="C5", linewidths=0)
    return figure


def draw_faces_found(photos, faces, titles):
    """Return a figure of photographs with the landmarks of every face found in them, numbered by size.

    Args:
        photos: Sequence of uint8 (h, w, 3).
        faces: Sequence of lists of faces, each with `points`, float (468, 2).
        titles: Sequence of strings.
    """
    figure, axes = row_of(photos, titles)
    for ax, found in zip(axes, faces, strict=True):
        for number, face in enumerate(found, 1):
            ax.scatter(*face.points.T, s=0.4, color="C5", linewidths=0)
            if len(found) > 1:
                ax.annotate(str(number), (face.points[:, 0].mean(), face.points[:, 1].min()), ha="center", va="bottom", color="black", fontsize=9,
                            bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none"})
    return figure


def tint(picture, masks, names, strength=0.65):
    """Return a picture with soft regions laid over it, each in its colour.

    Args:
        picture: uint8 (h, w, 3).
        masks: float (h, w, k) in [0, 1].
        names: Sequence of k names of `REGION_COLOURS`.
        strength: Float in [0, 1]. How opaque a region is where its mask is 1.
    """
    painted = picture.astype("float32")
    for place in np.argsort([name != "skin" for name in names], kind="stable"):  # skin lies below the others
        weight = strength * masks[..., place, None] * (0.45 if names[place] == "skin" else 1.0)
        painted += weight * (255 * np.array(to_rgb(REGION_COLOURS[names[place]]), "float32") - painted)
    return np.clip(np.rint(painted), 0, 255).astype("uint8")


def draw_regions(pictures, masks, names):
    """Return a figure of faces above the same faces with their regions laid over, and a line that names the colours.

    Args:
        pictures: Sequence of uint8 (h, w, 3).
        masks: Sequence of float (h, w, k) in [0, 1], of the same sizes.
        names: Sequence of k names.
    """
    columns = len(pictures)
    tile = 7.2 / columns
    figure = Figure(figsize=(7.2, 2 * tile + 0.32), layout="none")
    tall = 2 * tile + 0.32
    for column, (picture, mask) in enumerate(zip(pictures, masks, strict=True)):
        for row, shown in enumerate((picture, tint(picture, mask, names))):
            ax = figure.add_axes(((column + 0.015) / columns, (1 - row) * tile / tall + 0.28 / tall, 0.97 / columns, 0.97 * tile / tall))
            people.show(ax, shown)
    for place, name in enumerate(names):
        figure.text((place + 0.5) / len(names), 0.07 / tall, f"\N{BLACK CIRCLE} {name}", color=REGION_COLOURS[name], ha="center", fontsize=10)
    return figure


def draw_round_trip(pixels, corners, crop, painted, result):
    """Return a figure of a face laid upright, painted there, and put back where it was. Arguments as in `align`; corners is float (4, 2)."""
    figure, axes = row_of([pixels, crop, painted, result], ["photograph", "laid upright", "painted there", "and put back"])
    outline(axes[0], corners)
    return figure


def draw_people(pictures, keypoints, titles, columns=None, masks=None):
    """Return a figure of people with their joints.

    Args:
        pictures: Sequence of uint8 (h, w, 3), all of one shape.
        keypoints: Sequence of float (18, 3), in the pictures' pixels.
        titles: Sequence of strings.
        columns: Integer. How many in a row; all where None.
        masks: Sequence of float (h, w) in [0, 1]. What isn't a person is shown pale; everything is shown where None.
    """
    if masks is not None:
        pictures = [np.rint(255 - (255 - picture) * (0.25 + 0.75 * mask[..., None])).astype("uint8") for picture, mask in zip(pictures, masks, strict=True)]
    columns = columns or len(pictures)
    figure = people.draw_pictures(pictures, columns, [""] * len(pictures))
    for ax, points, title in zip(figure.axes, keypoints, titles, strict=True):
        people.draw_skeleton(ax, points)
        ax.set_title(title, fontsize=8, fontweight="normal", loc="center", pad=3)
    return figure


def draw_changed(picture, landmarks, masks, names, title=""):
    """Return a figure of a face that was changed together with its truth: the picture, its landmarks, its regions.

    Args:
        picture: uint8 (h, w, 3).
        landmarks: float (68, 3). x, y in pixels, and visible.
        masks: float (h, w, k) in [0, 1].
        names: Sequence of k names.
        title: String. What was done.
    """
    figure, (_, middle, _) = row_of([picture, (255 - (255 - picture) // 2), tint(picture, masks, names)], [title, "its landmarks", "its regions"])
    people.draw_landmarks(middle, landmarks)
    return figure
