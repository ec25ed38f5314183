"""From a photograph to an upright crop and back: the arithmetic of frames, crops without false patterns, pastes that leave the rest alone."""

import numpy as np
import pytest
from skimage.transform import SimilarityTransform
from tryon_utils import datasets
from tryon_utils.photos import align


@pytest.fixture
def frame():
    return align.square_frame((31.5, 40.25), 37.0, 0.7, 64)


def test_a_square_lies_where_it_is_said_to():
    frame = align.square_frame((10, 20), 8, 0, 4)
    np.testing.assert_allclose(frame, [[2, 0, 6], [0, 2, 16]])
    np.testing.assert_allclose(align.move(align.square_frame((10, 20), 8, np.pi / 2, 4), [4, 0]), [14, 24], err_msg="its upper right corner, turned clockwise")


def test_there_and_back_is_exact(frame):
    places = np.random.default_rng(0).uniform(-50, 120, (100, 2))
    np.testing.assert_allclose(align.move(align.invert(frame), align.move(frame, places)), places, atol=1e-10)
    assert align.scale_of(frame) == pytest.approx(37 / 64) and align.angle_of(frame) == pytest.approx(0.7)


def test_further_columns_are_kept(frame):
    points = np.random.default_rng(0).uniform(0, 60, (18, 3))
    np.testing.assert_array_equal(align.move(frame, points)[:, 2], points[:, 2])


def test_the_similarity_is_scikit_images():
    random = np.random.default_rng(1)
    sources = random.uniform(0, 64, (9, 2))
    targets = align.move(align.square_frame((100, 50), 300, -2.0, 64), sources) + random.normal(0, 2, (9, 2))
    theirs = SimilarityTransform.from_estimate(sources, targets).params[:2]
    np.testing.assert_allclose(align.similarity(sources, targets), theirs, atol=1e-9)


@pytest.mark.parametrize(("sources", "targets", "words"), [
    (np.zeros((3, 2)), np.ones((3, 2)), "same place"), (np.zeros((1, 2)), np.ones((1, 2)), "equal shapes"), (np.eye(2), np.ones((3, 2)), "equal shapes"),
])  # fmt: skip
def test_impossible_similarities_are_refused(sources, targets, words):
    with pytest.raises(ValueError, match=words):
        align.similarity(sources, targets)


def test_a_crop_of_the_whole_is_the_whole():
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3)).astype("uint8")
    np.testing.assert_array_equal(align.crop(pixels, align.square_frame((16, 16), 32, 0, 32), 32), pixels)
    quarter = align.crop(pixels, align.square_frame((16, 16), 32, np.pi / 2, 32), 32)
    np.testing.assert_allclose(quarter, np.rot90(pixels), atol=1, err_msg="the square's x-axis runs down the photograph")


@pytest.mark.parametrize("shrink", [1, 1.4, 3, 8.6])
def test_a_crop_shows_what_lies_at_its_places(shrink):
    """A picture whose value is its place: every pixel of the crop must say where its frame leads."""
    y, x = np.mgrid[:400, :400] + 0.5
    pixels = np.stack([x / 2, y / 2, 0 * x], axis=-1).round().astype("uint8")
    frame = align.square_frame((200, 190), 24 * shrink, 0.6, 24)
    rows, columns = np.mgrid[:24, :24] + 0.5
    there = align.move(frame, np.stack([columns, rows], axis=-1)) / 2
    np.testing.assert_allclose(align.crop(pixels, frame, 24)[..., :2], there, atol=1.5)


def test_shrinking_makes_no_false_patterns():
    stripes = np.zeros((512, 512), "uint8")
    stripes[:, ::2] = 255
    assert align.crop(stripes, align.square_frame((256, 256), 420, 0.1, 32), 32).std() < 4, "fine stripes are grey from afar"


def test_what_lies_outside_is_filled():
    pixels = np.full((20, 20, 3), 200, "uint8")
    crop = align.crop(pixels, align.square_frame((0, 10), 20, 0, 16), 16, fill=7)
    assert (crop[:, :7] == 7).all() and (crop[:, 9:] == 200).all()
    assert (align.crop(pixels, align.square_frame((-900, 10), 200, 0, 16), 16, fill=7) == 7).all()


def test_a_paste_changes_nothing_outside_and_all_inside(frame):
    pixels = np.random.default_rng(0).integers(0, 256, (96, 80, 3)).astype("uint8")
    before = pixels.copy()
    result = align.paste(pixels, np.full((64, 64, 3), 255, "uint8"), frame, align.feather(64))
    np.testing.assert_array_equal(pixels, before, err_msg="the photograph itself was changed")
    rows, columns = np.mgrid[:96, :80] + 0.5
    inside = align.move(align.invert(frame), np.stack([columns, rows], axis=-1))
    outside = ((inside < 0) | (inside > 64)).any(axis=-1)
    np.testing.assert_array_equal(result[outside], before[outside])
    assert (result[((inside > 14) & (inside < 50)).all(axis=-1)] == 255).all()
    np.testing.assert_array_equal(align.paste(pixels, align.crop(pixels, frame, 64), frame, np.zeros((64, 64), "float32")), before)


def test_a_crop_pasted_back_unpainted_is_nearly_the_photograph():
    pixels = datasets.load_faces("train", 1).bare[0].repeat(4, 0).repeat(4, 1)
    frame = align.square_frame((128, 128), 150, 0.4, 256)
    again = align.paste(pixels, align.crop(pixels, frame, 256), frame, align.feather(256))
    assert np.abs(again.astype(int) - pixels).mean() < 1.0


def test_faces_come_upright_with_their_eyes_in_place():
    faces = datasets.load_faces("train", 20)
    for landmarks in faces.landmarks:
        turned = align.move(align.square_frame((50, 70), 300, 1.1, 64), landmarks)
        frame = align.face_frame(turned, 128)
        eyes = align.move(align.invert(frame), turned)[36:48, :2].reshape(2, 6, 2).mean(axis=1)
        np.testing.assert_allclose(eyes, np.array(align.EYES) * 128, atol=1e-6)
    eyes = faces.landmarks[:, 36:48, :2].reshape(-1, 2, 6, 2).mean(axis=(0, 2)) / 64
    np.testing.assert_allclose(eyes, align.EYES, atol=0.02, err_msg="canonical faces lie as rendered ones do")


def test_wrong_landmarks_are_refused():
    with pytest.raises(ValueError, match="68"):
        align.face_frame(np.zeros((468, 2)), 64)
    with pytest.raises(ValueError, match="positive"):
        align.square_frame((0, 0), 0, 0, 64)
