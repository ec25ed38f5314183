"""Makeup on photographs: only the layers' own pixels change, at any size and turn; the small opacities come back with edges."""

import pathlib
import time

import numpy as np
import pytest
from skimage import data
from tryon_utils import makeup_pairs, makeup_photos, paperdoll, pigments, regions, splits
from tryon_utils.photos import align, intake

LIPSTICK, BLUSH, FOUNDATION = (pigments.LAYERS.index(name) for name in ("lipstick", "blush", "foundation"))
HERE = pathlib.Path(__file__).parent
needs_models = pytest.mark.skipif(not (HERE.parent / "data" / "models" / "face_landmarks.tflite").is_file(), reason="python data/make_models.py fetches the networks")


class Painter:
    """Stands for a generator: lipstick and blush where the masks are, foundation on the skin."""

    def predict_on_batch(self, inputs):
        face, masks, reference = inputs
        assert face.shape == reference.shape == (1, *pigments.WINDOW, 3) and masks.shape == (1, *pigments.WINDOW, 5)
        opacity = np.zeros((1, *pigments.WINDOW, 9), "float32")
        for layer, region, most in ((LIPSTICK, 0, 0.9), (BLUSH, 3, 0.4), (FOUNDATION, 4, 0.3)):
            opacity[..., layer] = most * masks[..., region]
        pigment = np.tile(np.float32([1, 0, 0]), (1, 9, 1))
        pigment[0, LIPSTICK], pigment[0, BLUSH], pigment[0, FOUNDATION] = (0.6, 40, 15), (0.95, 15, 5), (1.03, 0, 0)
        return opacity, pigment


@pytest.fixture(scope="module")
def sample():
    return paperdoll.render_face(*splits.face_recipe("new_both", 12), 320)


@pytest.fixture(scope="module")
def layers(sample):
    return makeup_photos.predict_layers(Painter(), sample.bare, sample.picture, sample.landmarks, sample.landmarks)


# ---- On the photograph's pixels ----------------------------------------------------------------------------------------------

def test_makeup_lies_where_it_should_and_nowhere_else(sample, layers):
    result = makeup_photos.apply_layers(sample.bare, layers)
    lips, skin = sample.masks["lips"] > 0.95, sample.masks["skin"] > 0.95
    changed = (result != sample.bare).any(axis=-1)
    assert changed[lips].mean() > 0.95 and changed[skin].mean() > 0.5
    assert changed[(sample.masks["skin"] + sample.masks["lips"] + sample.masks["brows"] + sample.masks["hair"]) == 0].mean() < 0.02
    red = result[lips].astype(int)
    assert (red[:, 0] - red[:, 1]).mean() > (sample.bare[lips][:, 0].astype(int) - sample.bare[lips][:, 1]).mean() + 40


def test_strength_zero_gives_the_photograph_back_bit_for_bit(sample, layers):
    for strength in (0, 0.0, dict.fromkeys(pigments.REGIONS, 0.0)):
        np.testing.assert_array_equal(makeup_photos.apply_layers(sample.bare, layers, strength), sample.bare)


def test_more_strength_is_more_makeup(sample, layers):
    steps = [np.abs(makeup_photos.apply_layers(sample.bare, layers, strength).astype(int) - sample.bare).sum() for strength in (0, 0.25, 0.5, 0.75, 1)]
    assert np.all(np.diff(steps) > 0)


def test_each_region_has_a_strength_of_its_own(sample, layers):
    result = makeup_photos.apply_layers(sample.bare, layers, {"lips": 0.0, "cheeks": 0.0, "skin": 0.0})
    np.testing.assert_array_equal(result, sample.bare)
    only_lips = makeup_photos.apply_layers(sample.bare, layers, {"cheeks": 0.0, "skin": 0.0})
    far = regions.soft_masks(sample.landmarks, 320, 320)[..., 0] < 0.01
    y, x = np.nonzero((only_lips != sample.bare).any(axis=-1) & far)
    mouth = sample.landmarks[48:60, :2]
    assert len(x) and np.all(np.hypot(x - mouth[:, 0].mean(), y - mouth[:, 1].mean()) < np.ptp(mouth[:, 0]))


def test_the_tables_give_what_the_formulas_give(sample):
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (40, 50, 3)).astype("uint8")
    opacity = (rng.integers(0, 256, (40, 50, 9)) * (rng.random((40, 50, 9)) < 0.5)).astype("uint8")
    pigment = np.column_stack([rng.uniform(0.3, 1.2, 9), rng.normal(0, 15, (9, 2))]).astype("float32")
    for strength in (1.0, 0.4, {"lips": 0.2, "eyes": 0.0}):
        found = makeup_photos.apply_layers(pictures, makeup_photos.PhotoLayers((0, 0, 50, 40), np.moveaxis(opacity, -1, 0), pigment), strength)
        wanted = pigments.apply(pictures[None], opacity[None], pigment[None], strength)[0]
        assert np.abs(found.astype(int) - wanted).max() <= 1


class Repairer:
    """Stands for a generator of repairing layers: a lighter skin around the left eye, and nothing else."""

    def predict_on_batch(self, inputs):
        face, masks, reference = inputs
        np.testing.assert_array_equal(face, reference)  # its reference is the face itself
        opacity = np.zeros((1, *pigments.WINDOW, 2), "float32")
        opacity[0, 14:20, 8:14, 0] = 0.8
        return opacity, np.float32([[[1.2, -2, 0], [1, 0, 0]]])


def test_repair_is_a_layer_as_well(sample):
    layers = makeup_photos.predict_repair(Repairer(), sample.bare, sample.landmarks)
    assert layers.names == pigments.REPAIRS and layers.opacity.shape[0] == 2
    np.testing.assert_array_equal(makeup_photos.apply_layers(sample.bare, layers, 0.0), sample.bare)
    half, whole = (makeup_photos.apply_layers(sample.bare, layers, strength).astype(int) - sample.bare for strength in (0.5, 1.0))
    assert 0 < half.sum() < whole.sum() and 0.003 < (whole != 0).any(axis=-1).mean() < 0.1
    np.testing.assert_array_equal(makeup_photos.apply_layers(sample.bare, layers, {"lips": 0.0, "skin": 0.0}), sample.bare + whole)  # in no region


@pytest.mark.parametrize("strength", [1.2, -0.1, {"nose": 1.0}])
def test_a_strength_that_is_none_is_refused(sample, layers, strength):
    with pytest.raises(ValueError, match="strength="):
        makeup_photos.apply_layers(sample.bare, layers, strength)


# ---- From small to large -----------------------------------------------------------------------------------------------------

def spread_truth(sample, filtered=True):
    """The true opacities made small and spread again, and the true ones, (9, height, width)."""
    side = len(sample.bare)
    truth = np.zeros((9, side, side), "uint8")
    for layer in sample.layers:
        truth[pigments.LAYERS.index(layer.kind)] = np.rint(255 * layer.opacity)
    frame, face, places = makeup_photos._upright(sample.bare, sample.landmarks)
    window = makeup_pairs.find_windows(places[None])
    small = makeup_pairs.cut(np.stack([align.crop(plane, frame, 64) for plane in truth], axis=-1)[None], window)[0]
    face = makeup_pairs.cut(face[None], window)[0]
    found = makeup_photos.spread(sample.bare, frame, window[0], face if filtered else np.full_like(face, 128), small, np.zeros((9, 3)))
    full = np.zeros_like(truth)
    full[:, found.box[1]:found.box[3], found.box[0]:found.box[2]] = found.opacity
    return full, truth


def test_edges_come_back(sample):
    """Against opacities spread without looking at the photograph."""
    (found, truth), (plain, _) = spread_truth(sample), spread_truth(sample, filtered=False)
    for layer in ("lipstick", "brow"):
        number = pigments.LAYERS.index(layer)
        there = (truth[number] > 0) | (found[number] > 0) | (plain[number] > 0)
        errors = [np.abs(values[number].astype(int) - truth[number])[there].mean() / 255 for values in (found, plain)]
        assert errors[0] < 0.8 * errors[1], layer


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_turned_photograph_gets_the_same_makeup(sample, layers, turns):
    points = sample.landmarks[:, :2].copy()
    for _ in range(turns):
        points = np.stack([points[:, 1], 320 - points[:, 0]], axis=1)  # a quarter turn against the clock, as np.rot90's
    turned = makeup_photos.apply_look(Painter(), np.ascontiguousarray(np.rot90(sample.bare, turns)), sample.picture, 1.0, points, sample.landmarks)
    upright = makeup_photos.apply_layers(sample.bare, layers)
    difference = np.abs(np.rot90(turned, -turns).astype(int) - upright)
    assert difference.mean() < 1.0 and np.quantile(difference, 0.99) < 25


def test_a_face_at_the_border_is_made_up_as_far_as_it_is_there(sample):
    left = int(sample.landmarks[30, 0])  # the nose is at the border
    half = np.ascontiguousarray(sample.bare[:, left:])
    points = sample.landmarks[:, :2] - np.float32([left, 0])
    result = makeup_photos.apply_look(Painter(), half, sample.picture, 1.0, points, sample.landmarks)
    assert result.shape == half.shape and (result != half).any()


# ---- Photographs -----------------------------------------------------------------------------------------------------------

@needs_models
def test_the_astronaut_gets_red_lips():
    photo = data.astronaut()
    points = makeup_photos.find_landmarks(photo)
    reference = paperdoll.render_face(*splits.face_recipe("new_both", 12), 128)
    result = makeup_photos.apply_look(Painter(), photo, reference.picture, {"cheeks": 0.0, "skin": 0.0}, reference_points=reference.landmarks)
    mouth = points[48:60, :2]
    left, top, right, bottom = [*mouth.min(axis=0).astype(int), *mouth.max(axis=0).astype(int)]
    changed = (result != photo).any(axis=-1)
    assert changed[top:bottom, left:right].mean() > 0.5
    changed[top - 12:bottom + 12, left - 12:right + 12] = False  # three pixels of the crop
    assert not changed.any()


@needs_models
def test_a_picture_without_a_face_is_refused():
    with pytest.raises(intake.PhotoError, match="face"):
        makeup_photos.apply_look(Painter(), np.full((200, 200, 3), 127, "uint8"), np.full((64, 64, 3), 127, "uint8"))


def test_a_large_photograph_takes_a_moment(sample):
    large = np.repeat(np.repeat(sample.bare, 3, axis=0), 3, axis=1)  # 960 pixels
    points = sample.landmarks * np.float32([3, 3, 1])
    times = []
    for _ in range(3):
        started = time.process_time()  # of this process alone: other tests run at the same time
        makeup_photos.apply_look(Painter(), large, sample.picture, 1.0, points, sample.landmarks)
        times.append(time.process_time() - started)
    assert min(times) < 1.0  # two cores share it: measured about 0.2 s of them together
