"""Faces in photographs: where they are, their landmarks within two pixels however the photograph is turned or scaled, and what is no face."""

import functools
import json
import pathlib

import numpy as np
import pytest
import skimage.data
from PIL import Image
from tryon_utils import datasets
from tryon_utils.photos import align, detect, landmarks, models
from tryon_utils.photos.intake import PhotoError

STORED = json.loads((pathlib.Path(__file__).parent / "photos" / "astronaut.json").read_text())


@functools.cache
def astronaut():
    return skimage.data.astronaut()


@functools.cache
def faces(turn, scale):
    """The faces of the astronaut turned by right angles and scaled."""
    pixels = np.ascontiguousarray(np.rot90(astronaut(), turn))
    side = round(512 * scale)
    return landmarks.find(np.array(Image.fromarray(pixels).resize((side, side), Image.Resampling.LANCZOS)))


def turned_back(points, turn, scale):
    """Points of the photograph turned anticlockwise by right angles and scaled, in the photograph as it was."""
    points = points / scale
    for _ in range(turn):
        points = np.stack([512 - points[:, 1], points[:, 0]], axis=1)
    return points


# ---- Landmarks -----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("scale", [0.5, 1, 2])
@pytest.mark.parametrize("turn", range(4))
def test_the_astronauts_landmarks_lie_within_two_pixels_of_the_stored_ones(turn, scale):
    found = faces(turn, scale)
    assert len(found) == 1 and found[0].score > 0.95
    errors = np.hypot(*(turned_back(found[0].points, turn, scale) - STORED["mesh"]).T)
    assert errors.max() < 2.0 and errors.mean() < 0.6


def test_they_lie_where_the_eye_sees_them():
    errors = [np.hypot(*(faces(0, 1)[0].points[index] - place)) for index, *place in STORED["by_eye"].values()]
    assert np.mean(errors) < 2.0 and max(errors) < 3.0, dict(zip(STORED["by_eye"], np.round(errors, 1), strict=True))


@pytest.mark.parametrize("degrees", [20, 45, 135, 200, 290])
def test_a_tilted_face_is_found(degrees):
    found = landmarks.find(np.array(Image.fromarray(astronaut()).rotate(degrees, Image.Resampling.BICUBIC)))[0]
    frame = align.square_frame((256, 256), 512, np.radians(-degrees), 512)
    errors = np.hypot(*(found.points - align.move(frame, np.array(STORED["mesh"]))).T)
    assert errors.max() < 2.0
    upright_face = np.degrees(faces(0, 1)[0].angle)
    assert abs((np.degrees(found.angle) - upright_face + degrees + 180) % 360 - 180) < 1.5


@pytest.mark.parametrize("box", [(170, 55, 285, 190), (185, 80, 265, 175)])
def test_a_close_up_is_found(box):
    """The second box cuts hair, chin and ears off."""
    close = np.array(Image.fromarray(astronaut()).crop(box).resize((4 * (box[2] - box[0]), 4 * (box[3] - box[1])), Image.Resampling.BICUBIC))
    points = landmarks.find(close)[0].points / 4 + box[:2]
    inner = [33, 133, 362, 263, 1, 4, 61, 291, 13, 14, 159, 386]  # the middle of the face; the outline is not all in the picture
    assert np.hypot(*(points - STORED["mesh"])[inner].T).max() < 3.0


def test_a_small_face_is_found():
    small = np.full((1024, 768, 3), 180, "uint8")
    small[300:500, 420:620] = np.array(Image.fromarray(astronaut()).resize((200, 200), Image.Resampling.LANCZOS))
    found = landmarks.find(small)
    expected = np.array(STORED["mesh"]) * 200 / 512 + [420, 300]
    assert len(found) == 1 and np.hypot(*(found[0].points - expected).T).max() < 2.0


def test_several_faces_are_all_found_the_largest_first():
    group = np.full((512, 900, 3), 120, "uint8")
    group[:, 388:] = astronaut()
    group[150:406, 40:296] = np.array(Image.fromarray(astronaut()).resize((256, 256), Image.Resampling.LANCZOS))
    found = landmarks.find(group)
    assert len(found) == 2 and found[0].area > 3 * found[1].area
    for face, scale, corner in zip(found, (1, 0.5), ((388, 0), (40, 150)), strict=True):
        assert np.hypot(*(face.points - (np.array(STORED["mesh"]) * scale + corner)).T).max() < 2.0


@pytest.mark.parametrize("pixels", [
    np.full((300, 400, 3), 128, "uint8"), skimage.data.rocket(), skimage.data.coffee(), np.random.default_rng(0).integers(0, 256, (200, 300, 3)).astype("uint8"),
])  # fmt: skip
def test_where_no_face_is_none_is_found(pixels):
    with pytest.raises(PhotoError, match="No face was found"):
        landmarks.find(pixels)


def test_what_is_no_picture_is_refused():
    for wrong in (np.zeros((9, 9, 3)), np.zeros((9, 9), "uint8"), "me.jpg"):
        with pytest.raises(ValueError, match="uint8 pixels"):
            landmarks.find(wrong)


# ---- The usual 68 --------------------------------------------------------------------------------------------------

def test_the_68_are_in_the_usual_order():
    points = landmarks.to_68(np.array(STORED["mesh"]))
    assert points.shape == (68, 3) and points.dtype == np.float32 and (points[:, 2] == 1).all()
    x, y = points[:, 0], points[:, 1]
    for part in (slice(0, 17), slice(17, 22), slice(22, 27), slice(31, 36), slice(48, 55), slice(60, 65)):
        assert (np.diff(x[part]) > 0).all(), f"{part}: from the left of the picture to its right"
    assert y[8] == y.max() and (np.diff(y[27:31]) > 0).all()
    assert y[17:27].max() < y[36:48].min() < y[30] < y[48:60].min(), "brows above eyes above nose above lips"
    assert x[36] < x[39] < x[42] < x[45] and y[37] < y[41] and y[43] < y[47] and y[51] < y[62] < y[66] < y[57]
    steps = np.hypot(*np.diff(points[:17, :2], axis=0).T)
    assert steps.max() < 2.5 * steps.min(), "about even along the jaw"


def test_wrong_points_are_refused():
    with pytest.raises(ValueError, match="468"):
        landmarks.to_68(np.zeros((68, 2)))


def test_rendered_faces_are_found_as_photographed_ones_are():
    """Nine in ten: they are drawn, after all. Their true 68 lie near the mapped ones."""
    rendered = datasets.load_faces("new_both", 20, 256, workers=0)
    errors = []
    for pixels, true in zip(rendered.bare, rendered.landmarks, strict=True):
        try:
            points = landmarks.to_68(landmarks.find(pixels)[0].points)
        except PhotoError:
            continue
        between = np.hypot(*(true[36:42, :2].mean(axis=0) - true[42:48, :2].mean(axis=0)))
        errors.append(np.hypot(*(points - true)[17:, :2].T).mean() / between)
    assert len(errors) >= 18 and np.mean(errors) < 0.10


# ---- The parts -----------------------------------------------------------------------------------------------------

def test_anchors_are_the_middles_of_cells():
    centres = detect.anchors("face_detection")
    assert centres.shape == (896, 2) and detect.anchors("pose_detection").shape == (2254, 2)
    np.testing.assert_allclose(centres[:3], [[0.03125, 0.03125]] * 2 + [[0.09375, 0.03125]])
    np.testing.assert_allclose(centres[512:519], [[0.0625, 0.0625]] * 6 + [[0.1875, 0.0625]])
    with pytest.raises(ValueError):
        centres[0] = 0


def test_decoding_worked_by_hand():
    boxes, points = detect.decode(np.array([[12.8, -12.8, 64.0, 32.0, 0.0, 6.4]]), np.array([[0.5, 0.5]]), 128)
    np.testing.assert_allclose(boxes, [[0.35, 0.275, 0.85, 0.525]])
    np.testing.assert_allclose(points, [[[0.5, 0.55]]])


def test_overlap_worked_by_hand():
    box = np.array([0.0, 0, 2, 2])
    np.testing.assert_allclose(detect.overlap(box, np.array([[0.0, 0, 2, 2], [1, 1, 3, 3], [2, 0, 4, 2], [5, 5, 6, 6]])), [1, 1 / 7, 0, 0])


def test_guesses_at_one_thing_are_merged_by_their_scores():
    boxes = np.array([[0.0, 0, 10, 10], [30, 30, 40, 40], [1, 0, 11, 10]])
    points = boxes[:, None, :2]
    first, second = detect.suppress(boxes, np.array([0.6, 0.9, 0.3]), points)
    assert (first[0], second[0]) == (0.9, 0.6)
    np.testing.assert_allclose(second[1], [1 / 3, 0, 31 / 3, 10])
    np.testing.assert_allclose(second[2], [[1 / 3, 0]])
    assert detect.suppress(boxes[:0], np.zeros(0), points[:0]) == []


def test_the_parts_of_a_photograph_cover_it():
    pixels = np.zeros((300, 1000, 3), "uint8")
    frames = detect.part_frames(pixels, 128, 0.25)
    corners = np.array([align.move(frame, np.array([[0, 0], [128, 128]])) for frame in frames])
    assert len(frames) == 14 and corners.min() >= -1e-9 and corners[..., 0].max() == pytest.approx(1000) and corners[..., 1].max() == pytest.approx(300)
    assert (np.diff(np.unique(corners[:, 0, 0].round(6))) <= 125.001).all()


def test_networks_are_asked_politely():
    with pytest.raises(ValueError, match="face_detection"):
        models.run("face", np.zeros((128, 128, 3), "uint8"))
    with pytest.raises(ValueError, match=r"\(128, 128, 3\)"):
        models.run("face_detection", np.zeros((64, 64, 3), "uint8"))
    np.testing.assert_allclose(models.sigmoid(np.array([-1e9, 0, 1e9])), [0, 0.5, 1], atol=1e-30)


def test_networks_that_were_not_fetched_are_told_of(monkeypatch, tmp_path):
    monkeypatch.setattr(models, "MODELS", tmp_path)
    models.interpreter.cache_clear()
    with pytest.raises(FileNotFoundError, match="make data"):
        landmarks.find(astronaut())
    models.interpreter.cache_clear()
