"""Layers of pigment: numbers worked by hand, what stays as it is, strengths, colours, and what training draws."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops
from skimage import color
from tryon_utils import lab, pigments
from tryon_utils.pigments import LAYERS, REGION_OF, REGIONS


@pytest.fixture
def faces():
    return np.random.default_rng(0).integers(20, 236, (3, 16, 16, 3)).astype("uint8")


@pytest.fixture
def opacity():
    values = np.random.default_rng(1).integers(0, 256, (3, 16, 16, len(LAYERS))).astype("uint8")
    values[:, :4] = 0
    return values


@pytest.fixture
def pigment():
    return np.random.default_rng(2).uniform([0.3, -20, -20], [1.2, 20, 20], (3, len(LAYERS), 3)).astype("float32")


def packed_pairs(count=6, choices=2):
    return np.random.default_rng(3).integers(0, 256, (count, 8, 8, 20 + 6 * choices)).astype("uint8")


def test_two_layers_are_laid_one_after_the_other():
    face = ops.convert_to_tensor([[[[60.0, 10.0, 10.0]]]])
    made = pigments.compose(face, ops.convert_to_tensor([[[[0.5, 1.0]]]]), ops.convert_to_tensor([[[0.5, 40.0, 0.0], [2.0, 0.0, -4.0]]]))
    np.testing.assert_allclose(made[0, 0, 0], [90, 30, 6])  # 60 * 0.75 * 2, 10 + 20, 10 - 4


def test_layers_without_opacity_change_nothing():
    face = ops.convert_to_tensor(np.random.default_rng(0).uniform(0, 100, (2, 4, 4, 3)).astype("float32"))
    np.testing.assert_array_equal(pigments.compose(face, ops.zeros((2, 4, 4, 3)), 5 * ops.ones((2, 3, 3))), face)


def test_strength_0_gives_the_picture_back_bit_for_bit(faces, opacity, pigment):
    np.testing.assert_array_equal(pigments.apply(faces, opacity, pigment, 0.0), faces)
    np.testing.assert_array_equal(pigments.apply(faces, opacity, pigment, dict.fromkeys(REGIONS, 0)), faces)


def test_where_no_layer_lies_a_face_stays_bit_for_bit(faces, opacity, pigment):
    made = pigments.apply(faces, opacity, pigment)
    np.testing.assert_array_equal(made[:, :4], faces[:, :4])
    assert not np.array_equal(made[:, 4:], faces[:, 4:]) and made.dtype == np.uint8


def test_a_regions_strength_moves_its_own_layers_alone(faces, opacity, pigment):
    only_lips = opacity.copy()
    for place, name in enumerate(LAYERS):
        if REGION_OF[name] != "lips":
            only_lips[..., place] = 0
    np.testing.assert_array_equal(pigments.apply(faces, opacity, pigment, {"lips": 1, "eyes": 0, "brows": 0, "cheeks": 0, "skin": 0}),
                                  pigments.apply(faces, only_lips, pigment))


def test_more_strength_never_changes_a_layer_less(faces, opacity, pigment):
    one = np.where(np.arange(len(LAYERS)) == 7, opacity, 0).astype("uint8")
    changes = [np.abs(pigments.apply(faces, one, pigment, strength).astype(int) - faces) for strength in np.linspace(0, 1, 6)]
    for less, more in zip(changes, changes[1:]):
        assert (more.mean(axis=(1, 2, 3)) >= less.mean(axis=(1, 2, 3))).all()
    assert changes[-1].mean() > 1


@pytest.mark.parametrize("strength", [-0.1, 1.5, {"ears": 1}, {"lips": 2}])
def test_strengths_that_mean_nothing_are_refused(faces, opacity, pigment, strength):
    with pytest.raises(ValueError, match="lips, eyes, brows, cheeks, skin"):
        pigments.apply(faces, opacity, pigment, strength)


def test_a_pigment_for_a_colour_looks_like_it(faces, opacity, pigment):
    colours = np.random.default_rng(5).uniform(0.2, 0.8, (3, len(LAYERS), 3))
    found = pigments.pigment_for(faces, opacity, colours)
    np.testing.assert_allclose(pigments.colours_of(faces, opacity, found), colours, atol=2e-3)


def test_expected_makeup_by_hand():
    """Bare lips lie at 0 with variance 4 beside their skin, made-up ones at 3 with variance 16: at 7, a quarter of 4 is the lips' own, and 6 is makeup."""
    colours = np.zeros((1, 1, 2, 3), "float32")
    colours[0, 0, :, 0] = [57, 50]
    masks = np.zeros((1, 1, 2, 5), "float32")
    masks[0, 0, 0, REGIONS.index("lips")] = masks[0, 0, 1, REGIONS.index("skin")] = 1
    clouds = {"lips": (np.zeros(3, "float32"), np.array([3, 0, 0], "float32"), np.eye(3, dtype="float32") * 4 / 16)}
    skin = 50 / 1.001  # the thousandth that keeps a picture without skin from dividing by 0
    differs = 57 - skin
    assert abs(differs - 7) < 0.051
    np.testing.assert_allclose(pigments.expected_makeup(colours, masks, clouds)[0, 0], [[differs - (differs - 3) / 4, 0, 0], [0, 0, 0]], atol=1e-4)


def test_the_mean_of_the_skin_is_of_the_skin_alone():
    colours = np.zeros((1, 1, 3, 3), "float32")
    colours[0, 0, :, 0] = [10, 20, 90]
    masks = np.zeros((1, 1, 3, 5), "float32")
    masks[0, 0, :2, REGIONS.index("skin")] = 1
    np.testing.assert_allclose(pigments.skin_mean(colours, masks)[0, 0, 0], [15, 0, 0], rtol=1e-3)


def test_sorted_colours_are_compared_not_places():
    colours = np.random.default_rng(0).uniform(0, 50, (2, 4, 4, 3)).astype("float32")
    shuffled = colours.reshape(2, 16, 3)[:, np.random.default_rng(1).permutation(16)].reshape(2, 4, 4, 3)
    np.testing.assert_allclose(pigments.histogram_difference(colours, shuffled, ops.ones((2, 4, 4)), 16), 0, atol=1e-6)
    np.testing.assert_allclose(pigments.histogram_difference(colours, colours + 3, ops.ones((2, 4, 4)), 16), 3, rtol=1e-5)


def test_only_the_regions_pixels_count():
    mask = np.zeros((1, 4, 4), "float32")
    mask[0, 0, :2] = 1
    colours = np.zeros((1, 4, 4, 3), "float32")
    wanted = colours + np.where(mask[..., None] > 0, 0, 99).astype("float32")
    np.testing.assert_allclose(pigments.histogram_difference(colours, wanted, mask, 2), 0)


def test_liner_hides_what_lies_below_it():
    opacity = np.zeros((1, 1, 1, 9), "float32")
    opacity[..., LAYERS.index("eyeshadow")], opacity[..., LAYERS.index("second eyeshadow")], opacity[..., LAYERS.index("liner")] = 0.5, 0.5, 0.2
    np.testing.assert_allclose(pigments.seen_groups(opacity)[0, 0, 0], [0, 0.75 * 0.8, 0], rtol=1e-6)


def test_another_pigment_gives_the_picture_that_was_painted_with_it():
    rng = np.random.default_rng(0)
    skin, cover = rng.uniform(0.05, 0.6, (2, 4, 4, 3)).astype("float32"), rng.uniform(0, 1, (2, 4, 4, 1)).astype("float32")
    old, new = np.float32([0.2, 0.1, 0.3]), np.float32([0.5, 0.4, 0.1])
    painted, wanted = ((1 - cover) * skin + cover * pigment for pigment in (old, new))  # light adds up
    seen = np.concatenate([np.zeros_like(cover), cover, np.zeros_like(cover)], axis=-1)
    changes = np.zeros((2, 3, 3), "float32")
    changes[:, 1] = new - old
    changes[:, 2] = 1  # of a group that isn't worn
    np.testing.assert_allclose(pigments.recolour(painted, seen, changes), lab.from_linear(wanted), atol=2e-3)


def test_a_pigment_is_read_where_it_covers_and_moved_in_lab():
    seen = np.zeros((1, 1, 2, 3), "float32")
    seen[0, 0, 0, 0] = 1  # the first pixel wears lipstick, the second nothing
    light = np.float32([[[[0.2, 0.1, 0.1], [0.9, 0.9, 0.9]]]])
    moves = np.zeros((1, 3, 3), "float32")
    moves[0, 0] = [5, 3, -4]
    changed = light[0, 0, 0] + pigments.change_pigments(light, seen, moves)[0, 0]
    np.testing.assert_allclose(lab.from_linear(changed) - lab.from_linear(light[0, 0, 0]), [5, 3, -4], atol=0.05)
    moves[0, 0] = [200, 0, 0]
    brightest = light[0, 0, 0] + pigments.change_pigments(light, seen, moves)[0, 0]
    assert ops.max(brightest) <= 1.001  # what no screen can show is clipped


def test_pairs_are_drawn_with_shapes_and_ranges_that_the_generator_takes():
    face, truth, reference, masks, opacity = pigments.draw_pairs(ops.convert_to_tensor(packed_pairs()), keras.random.SeedGenerator(0))
    assert face.shape == truth.shape == reference.shape == (6, 8, 8, 3) and masks.shape == (6, 8, 8, 5) and opacity.shape == (6, 8, 8, 9)
    assert ops.min(face[..., 0]) >= 0 and ops.max(face[..., 0]) <= 100.01 and ops.max(masks) <= 1


def test_without_moves_a_face_is_its_own_reference_or_has_one_of_its_own():
    packed = packed_pairs(count=40)
    face, truth, reference, _, _ = pigments.draw_pairs(ops.convert_to_tensor(packed), keras.random.SeedGenerator(0), spread=np.zeros((3, 3)))
    candidates = {"own": packed[..., 3:6], "first": packed[..., 20:23], "second": packed[..., 26:29]}
    found = []
    for number in range(40):
        flipped = not np.allclose(face[number], pigments.to_lab(packed[number, ..., :3]), atol=1e-2)
        turn = slice(None, None, -1) if flipped else slice(None)
        np.testing.assert_allclose(face[number], pigments.to_lab(packed[number, :, turn, :3]), atol=1e-2)
        np.testing.assert_allclose(truth[number], pigments.to_lab(packed[number, :, turn, 3:6]), atol=1e-2)
        match = [name for name, pictures in candidates.items() if np.allclose(reference[number], pigments.to_lab(pictures[number, :, turn]), atol=1e-2)]
        assert len(match) == 1
        found += [(match[0], flipped)]
    assert {name for name, _ in found} == {"own", "first", "second"} and {flipped for _, flipped in found} == {True, False}


def test_true_layers_cost_nothing_but_their_edges():
    truth = ops.convert_to_tensor(np.random.default_rng(0).uniform(10, 90, (2, 8, 8, 3)).astype("float32"))
    opacity, masks = ops.ones((2, 8, 8, 9)), ops.ones((2, 8, 8, 5))
    losses = pigments.layer_losses(truth, truth, opacity, opacity, masks)
    np.testing.assert_allclose([float(value) for value in losses.values()], 0, atol=0.03)  # opacities are held off 0 and 1 by a thousandth
    assert float(pigments.layer_losses(truth + 3, truth, opacity, opacity, masks)["colour"]) > 1


def test_the_seen_difference_is_nearly_ciede2000_and_its_gradient_is_finite():
    rng = np.random.default_rng(0)
    truth = rng.uniform([20, -5, 0], [80, 35, 30], (4000, 3)).astype("float32")
    other = truth + rng.normal(0, 4, truth.shape).astype("float32")
    exact, found = color.deltaE_ciede2000(truth, other), ops.convert_to_numpy(pigments.seen_difference(truth, other))
    assert np.corrcoef(exact, found)[0, 1] > 0.98 and np.abs(exact - found).mean() < 0.35
    same = tf.constant(truth)
    with tf.GradientTape() as tape:
        tape.watch(same)
        loss = ops.mean(pigments.seen_difference(same, tf.constant(truth)))
    assert np.isfinite(tape.gradient(loss, same)).all() and float(loss) < 2e-3


def test_red_on_dull_skin_is_seen_more_than_as_much_lightness_by_hand():
    dull = np.array([[25.0, 8, 8]], "float32")
    redder, lighter = (float(pigments.seen_difference(dull, dull + np.array([step], "float32"))[0]) for step in ([0, 3, 0], [3, 0, 0]))
    np.testing.assert_allclose([redder, lighter], [2.822, 2.228], rtol=2e-3)  # stretched by 1.4565; divided by S_L = 1.3463


def test_layers_of_other_names_take_one_strength(faces, opacity, pigment):
    made = pigments.apply(faces, opacity[..., :2], pigment[:, :2], 0.5)
    assert not np.array_equal(made, faces)
    np.testing.assert_array_equal(pigments.apply(faces, opacity[..., :2], pigment[:, :2], 0.0), faces)
