"""The painter and its opponent: shapes, the composition by hand, pixels that are copied, who learns in which step, and seeds."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops
from tryon_utils import dressing, lab
from tryon_utils.models import tryon

SIZE = (32, 24)


@pytest.fixture
def sheets():
    rng = np.random.default_rng(0)
    made = rng.integers(0, 256, (4, *SIZE, 22)).astype("uint8")
    made[..., tryon.CHANNELS["mask"]] = 255 * rng.integers(0, 2, (4, *SIZE, 1))
    made[..., tryon.CHANNELS["palette"]] = made[:, :1, :1, tryon.CHANNELS["palette"]]
    return made


def small_painter(seed=0):
    return tryon.build_painter(SIZE, channels=4, levels=3, seed=seed)


def small_gan(**options):
    model = tryon.TryOnGAN(small_painter(), tryon.build_discriminator(SIZE, channels=4, depth=2, seed=1), **options)
    model.compile(keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3))
    return model


def values_of(network):
    return [ops.convert_to_numpy(variable).copy() for variable in network.trainable_variables]


def moved(network, before):
    return any(not np.array_equal(values, ops.convert_to_numpy(variable)) for values, variable in zip(before, network.trainable_variables, strict=True))


# ---- Sheets ----------------------------------------------------------------------------------------------------------

def test_the_channels_lie_side_by_side():
    found = np.concatenate([np.arange(22)[places] for places in tryon.CHANNELS.values()])
    np.testing.assert_array_equal(found, np.arange(22))
    assert tryon.CONDITIONS == 17


def test_a_sheet_is_split_into_conditions_and_truth(sheets):
    conditions, truth = tryon.split(sheets)
    np.testing.assert_allclose(conditions, sheets[..., :17] / 127.5 - 1, atol=1e-6)
    np.testing.assert_allclose(truth["target"], sheets[..., 17:20] / 127.5 - 1, atol=1e-6)
    np.testing.assert_allclose(truth["target_mask"], sheets[..., 20:21] / 255, atol=1e-6)
    assert set(np.unique(truth["mask"])) == {0, 1}


# ---- The painter -----------------------------------------------------------------------------------------------------

def test_shapes_and_ranges(sheets):
    painted = small_painter()(tryon.split(sheets)[0])
    assert {name: tuple(values.shape) for name, values in painted.items()} == {
        "picture": (4, *SIZE, 3), "alpha": (4, *SIZE, 1), "shade": (4, *SIZE, 1), "skin": (4, *SIZE, 1), "colour": (4, *SIZE, 3), "tone": (4, 1, 1, 3)}
    for name, values in painted.items():
        low, high = {"picture": (-1, 3), "shade": (0, 2)}.get(name, (0, 1))  # shade may take a bright garment above white
        assert ops.min(values) >= low and ops.max(values) <= high, name


def test_the_composition_by_hand(sheets):
    """Layers of zeros: half of a doubt, light as it is, skin and colour in equal shares."""
    conditions, _ = tryon.split(sheets)
    compose = tryon.Compose()
    painted = compose([conditions, ops.zeros((4, *SIZE, 6))])
    light = (np.asarray(conditions) + 1) / 2
    palette, warped, coverage, mask = (light[..., tryon.CHANNELS[name]] for name in ("palette", "warped", "coverage", "mask"))
    alpha = 1 / (1 + np.exp(2 - 4 * coverage))
    expected = alpha * warped + (1 - alpha) * (0.5 * palette + 0.5 * 0.5)
    found = (ops.convert_to_numpy(painted["picture"]) + 1) / 2
    np.testing.assert_allclose(found, np.where(mask > 0.5, expected, light[..., :3]), atol=2e-4)


def test_pixels_outside_the_mask_are_the_persons_bit_for_bit(sheets):
    made = dressing.paint(small_painter(), sheets)
    outside = sheets[..., 3] == 0
    assert made.dtype == np.uint8
    assert (made[outside] == sheets[..., :3][outside]).all() and outside.any()


def test_a_painter_is_fixed_by_its_seed(sheets):
    conditions, _ = tryon.split(sheets)
    one, same, other = (ops.convert_to_numpy(small_painter(seed)(conditions)["picture"]) for seed in (3, 3, 4))
    assert (one == same).all() and np.abs(one - other).max() > 0.01


def test_a_painter_is_saved_and_loaded(sheets, tmp_path):
    painter = tryon.fit_tone(small_painter(1), np.random.default_rng(0).integers(60, 240, (20, 3)), np.random.default_rng(1).integers(60, 240, (20, 3)))
    painter.save_weights(tmp_path / "painter.weights.h5")
    other = small_painter(2)
    other.load_weights(tmp_path / "painter.weights.h5")
    conditions, _ = tryon.split(sheets)
    np.testing.assert_array_equal(painter(conditions)["picture"], other(conditions)["picture"])


def test_the_tone_is_the_least_squares_answer():
    """Arms that are the faces' colours moved by a matrix and a shift in Lab are found exactly, but for rounding to whole numbers."""
    faces = np.random.default_rng(0).integers(80, 220, (50, 3))
    wanted = ops.convert_to_numpy(lab.from_srgb(faces / 255.0)) @ np.diag([0.95, 0.9, 1.05]) + [4.0, -2.0, 0.5]
    arms = np.rint(255 * ops.convert_to_numpy(lab.to_srgb(wanted)))
    painter = tryon.fit_tone(small_painter(), faces, arms)
    matrix, shift = painter.get_layer("compose").get_weights()
    np.testing.assert_allclose(matrix, np.diag([0.95, 0.9, 1.05]), atol=0.03)
    np.testing.assert_allclose(shift, [4.0, -2.0, 0.5], atol=1.5)


# ---- Losses ----------------------------------------------------------------------------------------------------------

def test_the_truth_itself_costs_nothing(sheets):
    _, truth = tryon.split(sheets)
    found = tryon.painting_losses({"picture": truth["target"], "alpha": truth["target_mask"], "skin": truth["target_skin"]}, truth)
    assert max(float(value) for value in found.values()) < 2e-3


def test_pixels_count_inside_the_mask_alone(sheets):
    _, truth = tryon.split(sheets)
    wrong = truth["target"] + ops.where(truth["mask"] > 0, 0.25, 5.0)
    found = tryon.painting_losses({"picture": wrong, "alpha": truth["target_mask"], "skin": truth["target_skin"]}, truth)
    np.testing.assert_allclose(found["pixels"], 0.25, rtol=1e-4)


def test_the_pyramid_by_hand():
    """A picture that differs by the same everywhere differs in the coarsest band alone; a checkerboard in the finest alone."""
    flat, board = np.full((1, 16, 16, 3), 0.5, "float32"), np.indices((16, 16)).sum(axis=0)[None, :, :, None] % 2 * 2.0 - 1
    np.testing.assert_allclose(tryon.pyramid_difference(flat, 0 * flat), 0.5, atol=1e-6)
    np.testing.assert_allclose(tryon.pyramid_difference(board.astype("float32"), np.zeros_like(board, "float32")), 1.0, atol=1e-6)


# ---- The trainings ---------------------------------------------------------------------------------------------------

def test_the_discriminators_step_moves_only_its_own_weights(sheets):
    model = small_gan()
    conditions, truth = tryon.split(sheets)
    painter, discriminator = values_of(model.painter), values_of(model.discriminator)
    model.update_discriminator(conditions, truth["target"], 2)
    assert moved(model.discriminator, discriminator) and not moved(model.painter, painter)


def test_the_painters_step_moves_only_its_own_weights_and_its_average(sheets):
    model = small_gan()
    painter, discriminator, average = values_of(model.painter), values_of(model.discriminator), model.average_painter.get_weights()
    model.train_painter(*tryon.split(sheets))
    assert moved(model.painter, painter) and not moved(model.discriminator, discriminator)
    assert any((before != after).any() for before, after in zip(average, model.average_painter.get_weights(), strict=True))


def test_the_penalty_is_due_every_eighth_step(sheets, monkeypatch):
    model = small_gan()
    counted = []
    real = model.update_discriminator
    monkeypatch.setattr(model, "update_discriminator", lambda conditions, target, times: counted.append(times) or real(conditions, target, times))
    for _ in range(9):
        model.train_step(sheets)
    assert counted == [8, *[0] * 7, 8]


def test_the_penalty_is_the_slope_at_true_pictures(sheets):
    model = small_gan()
    conditions, truth = tryon.split(sheets)
    with tf.GradientTape() as tape:
        tape.watch(truth["target"])
        logits = model.discriminator(ops.concatenate([conditions, truth["target"]], axis=-1))
    slope = ops.convert_to_numpy(tape.gradient(logits, truth["target"]))
    model.discriminator.layers[1].changes = ()  # without its changes, which are drawn anew
    assert float(model.slope_penalty(conditions, truth["target"])) == pytest.approx((slope**2).sum(axis=(1, 2, 3)).mean() / 2, rel=0.05)


def test_the_discriminator_gives_every_patch_a_logit_and_never_changes_colours(sheets):
    discriminator = tryon.build_discriminator((64, 48))
    assert discriminator.output_shape == (None, 8, 6, 1)
    assert discriminator.layers[1].changes == ("translation", "cutout")


def test_training_lowers_the_loss_and_repeats_itself(sheets):
    def train():
        keras.utils.clear_session()
        model = tryon.TryOn(small_painter(5))
        model.compile(keras.optimizers.Adam(3e-3))
        return [float(model.train_step(sheets)["loss"]) for _ in range(40)]

    first, second = train(), train()
    assert first[-1] < 0.8 * first[0]
    np.testing.assert_allclose(first, second, rtol=1e-3)
