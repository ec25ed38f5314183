"""The painter and its opponent: shapes, the composition by hand, pixels that are copied, who learns in which step, and seeds."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops
from tryon_utils import dressing, lab, weights
from tryon_utils.models import tryon

SIZE = (32, 24)


@pytest.fixture
def sheets():
    rng = np.random.default_rng(0)
    made = rng.integers(0, 256, (4, *SIZE, 29)).astype("uint8")
    made[..., tryon.CHANNELS["mask"]] = 255 * rng.integers(0, 2, (4, *SIZE, 1))
    made[..., tryon.CHANNELS["skin"]] = made[:, :1, :1, tryon.CHANNELS["skin"]]
    return made


def small_painter(seed=0):
    return tryon.build_painter(SIZE, widths=(8, 8), seed=seed)


def small_gan(**options):
    model = tryon.TryOnGAN(small_painter(), tryon.build_discriminator(SIZE, channels=4, depth=2, seed=1), **options)
    model.compile(keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3))
    return model


def values_of(network):
    return [ops.convert_to_numpy(variable).copy() for variable in network.trainable_variables]


def moved(network, before):
    return any(not np.array_equal(values, ops.convert_to_numpy(variable)) for values, variable in zip(before, network.trainable_variables, strict=True))


def directions_of(network):
    """Return the weights at length 1: Keras' spectral normalisation scales them whenever the network is called in training."""
    return [values / max(np.linalg.norm(values), 1e-9) for values in values_of(network)]


# ---- Sheets ----------------------------------------------------------------------------------------------------------

def test_the_channels_lie_side_by_side():
    found = np.concatenate([np.arange(29)[places] for places in tryon.CHANNELS.values()])
    np.testing.assert_array_equal(found, np.arange(29))
    assert tryon.CONDITIONS == 23


def test_a_sheet_is_split_into_conditions_and_truth(sheets):
    conditions, truth = tryon.split(sheets)
    np.testing.assert_allclose(conditions, sheets[..., :23] / 127.5 - 1, atol=1e-6)
    np.testing.assert_allclose(truth["target"], sheets[..., 23:26] / 127.5 - 1, atol=1e-6)
    np.testing.assert_allclose(truth["target_mask"], sheets[..., 26:27] / 255, atol=1e-6)
    assert set(np.unique(truth["mask"])) == {0, 1}


# ---- The painter -----------------------------------------------------------------------------------------------------

def test_shapes_and_ranges(sheets):
    painted = small_painter()(tryon.split(sheets)[0])
    assert {name: tuple(values.shape) for name, values in painted.items()} == {
        "picture": (4, *SIZE, 3), "shares": (4, *SIZE, 5), "shade": (4, *SIZE, 1), "other": (4, *SIZE, 3), "tone": (4, 1, 1, 3)}
    np.testing.assert_allclose(ops.sum(painted["shares"], axis=-1), 1, atol=1e-5)
    for name, values in painted.items():
        low, high = {"picture": (-1, 3), "shade": (0, 2)}.get(name, (0, 1))  # shade may take a bright garment above white
        assert ops.min(values) >= low and ops.max(values) <= high, name


def test_the_composition_by_hand(sheets):
    """Nothing but zeros found: all sources have the same say, but for the garment where it covers; light as it is, and mid-grey besides."""
    conditions, _ = tryon.split(sheets)
    painted = tryon.Compose()([conditions, ops.zeros((4, *SIZE, 9))])
    light = {name: (ops.convert_to_numpy(conditions)[..., places] + 1) / 2 for name, places in list(tryon.CHANNELS.items())[:8]}
    garment = np.exp(4 * light["coverage"]) / (np.exp(4 * light["coverage"]) + 4)
    expected = garment * light["warped"] + (1 - garment) / 4 * (light["skin"] + light["lower"] + light["background"] + 0.5)
    found = (ops.convert_to_numpy(painted["picture"]) + 1) / 2
    np.testing.assert_allclose(found, np.where(light["mask"] > 0.5, expected, light["agnostic"]), atol=2e-4)


def test_blocks_are_dealt_out_to_pixels_in_order():
    found = tryon.DepthToSpace()(ops.reshape(ops.arange(16), (1, 1, 2, 8)))  # four pixels of two channels, twice
    np.testing.assert_array_equal(found[0, :, :, 0], [[0, 2, 8, 10], [4, 6, 12, 14]])


def test_pixels_outside_the_mask_are_the_persons_bit_for_bit(sheets):
    made = dressing.paint(small_painter(), sheets)
    outside = sheets[..., 3] == 0
    assert made.dtype == np.uint8
    assert (made[outside] == sheets[..., :3][outside]).all() and outside.any()


def test_a_painter_is_fixed_by_its_seed():
    one, same, other = (small_painter(seed).get_weights() for seed in (3, 3, 4))
    assert all((first == second).all() for first, second in zip(one, same, strict=True))
    assert np.abs(one[0] - other[0]).max() > 0.01


def test_a_painter_is_saved_and_loaded(sheets, tmp_path):
    painter = tryon.fit_tone(small_painter(1), np.random.default_rng(0).integers(60, 240, (20, 3)), np.random.default_rng(1).integers(60, 240, (20, 3)))
    painter.save_weights(tmp_path / "painter.weights.h5")
    other = small_painter(2)
    other.load_weights(tmp_path / "painter.weights.h5")
    conditions, _ = tryon.split(sheets)
    np.testing.assert_array_equal(painter(conditions)["picture"], other(conditions)["picture"])


def test_a_larger_painter_takes_over_what_a_smaller_one_knows():
    small = tryon.fit_tone(tryon.build_painter((32, 24), (8, 8, 12), seed=1), *np.random.default_rng(0).integers(60, 240, (2, 20, 3)))
    large = tryon.grow(small, tryon.build_painter((64, 48), (4, 8, 8, 12), seed=2))
    for name in ("down_0", "look_0", "down_1", "look_1", "up_1", "join_1", "up_2", "join_2", "compose", "down_0_norm"):
        if name in {layer.name for layer in small.layers}:
            for one, other in zip(small.get_layer(name).get_weights(), large.get_layer(name).get_weights(), strict=True):
                np.testing.assert_array_equal(one, other)
    assert "down_2" in {layer.name for layer in large.layers} and large.output["picture"].shape == (None, 64, 48, 3)


def test_an_enlarged_painter_begins_with_what_the_smaller_one_finds_and_learns_from_there(tmp_path):
    small = tryon.fit_tone(tryon.build_painter((32, 24), (8, 8, 12), seed=1), *np.random.default_rng(0).integers(60, 240, (2, 20, 3)))
    rng = np.random.default_rng(3)
    small.get_layer("found").set_weights([rng.normal(0, 0.1, values.shape) for values in small.get_layer("found").get_weights()])
    large = tryon.enlarge(small, channels=6, seed=2)
    sheets = np.kron(rng.integers(0, 256, (4, 32, 24, 29)).astype("uint8"), np.ones((1, 2, 2, 1), "uint8"))  # blocks of four equal pixels
    conditions, _ = tryon.split(sheets)
    assert large(conditions)["picture"].shape == (4, 64, 48, 3)
    roughly, found = (keras.Model(painter.input, painter.get_layer("found").output) for painter in (small, large))
    np.testing.assert_allclose(found(conditions), keras.layers.UpSampling2D(2, interpolation="bilinear")(roughly(conditions[:, ::2, ::2])), atol=1e-4)
    np.testing.assert_allclose(large(conditions)["tone"], small(conditions[:, ::2, ::2])["tone"], atol=1e-6)
    model = tryon.TryOn(large)
    model.compile(keras.optimizers.Adam(3e-3))
    losses = [float(model.train_step(sheets)["loss"]) for _ in range(12)]
    assert losses[-1] < losses[0]
    assert not np.array_equal(model.average_painter.get_layer("smaller").get_weights()[0], np.asarray(model.painter.get_layer("smaller").get_weights()[0]))
    large.save_weights(tmp_path / "large.weights.h5")
    again = tryon.enlarge(tryon.build_painter((32, 24), (8, 8, 12), seed=7), channels=6)
    again.load_weights(tmp_path / "large.weights.h5")
    np.testing.assert_array_equal(again(conditions)["picture"], large(conditions)["picture"])


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

def true_painting(truth):
    shares = ops.concatenate([truth[name] for name in ("target_mask", "target_skin", "target_lower")], axis=-1)
    return {"picture": truth["target"], "shares": shares}


def test_the_truth_itself_costs_nothing(sheets):
    _, truth = tryon.split(sheets)
    found = tryon.painting_losses(true_painting(truth), truth)
    assert max(float(value) for value in found.values()) < 2e-3


def test_pixels_count_inside_the_mask_alone(sheets):
    _, truth = tryon.split(sheets)
    wrong = truth["target"] + ops.where(truth["mask"] > 0, 0.25, 5.0)
    found = tryon.painting_losses(true_painting(truth) | {"picture": wrong}, truth)
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
    model.update_discriminator(conditions, truth["target"], -truth["target"], 2)
    assert moved(model.discriminator, discriminator) and not moved(model.painter, painter)


def test_without_an_opponent_the_painters_step_moves_painter_and_average(sheets):
    model = tryon.TryOn(small_painter())
    model.compile(keras.optimizers.Adam(1e-3))
    painter, average = values_of(model.painter), model.average_painter.get_weights()
    model.train_step(sheets)
    assert moved(model.painter, painter)
    assert any((before != after).any() for before, after in zip(average, model.average_painter.get_weights(), strict=True))


def test_the_painters_gradient_leaves_the_discriminator_alone(sheets, monkeypatch):
    model = small_gan()
    monkeypatch.setattr(model, "train_discriminator", lambda *batch: {})
    painter, discriminator = values_of(model.painter), directions_of(model.discriminator)
    model.train_step(sheets)
    assert moved(model.painter, painter)
    for before, after in zip(discriminator, directions_of(model.discriminator), strict=True):
        np.testing.assert_allclose(after, before, atol=1e-5)


def test_the_opponent_adds_to_the_painters_loss(sheets):
    """With an opponent that counts a thousand times, the first step leads elsewhere than with one that doesn't count."""
    ways = []
    for weight in (0.0, 1000.0):
        model = small_gan(adversarial_weight=weight)
        model.train_step(sheets)
        ways.append(values_of(model.painter))
    assert any(np.abs(one - other).max() > 1e-4 for one, other in zip(*ways, strict=True))


def test_the_penalty_is_due_every_eighth_step(sheets, monkeypatch):
    model = small_gan()
    counted, real = [], model.update_discriminator
    monkeypatch.setattr(model, "update_discriminator", lambda *batch: counted.append(batch[-1]) or real(*batch))
    for _ in range(9):
        model.train_step(sheets)
    assert counted == [8, *[0] * 7, 8]


def test_the_penalty_is_the_slope_at_true_pictures(sheets):
    model = small_gan()
    conditions, truth = tryon.split(sheets)
    model.discriminator.layers[1].changes = ()  # which are drawn anew at each call
    for _ in range(20):  # spectral normalisation settles
        model.discriminator(tryon.beside(conditions, truth["target"]), training=True)
    with tf.GradientTape() as tape:
        tape.watch(truth["target"])
        logits = ops.mean(model.discriminator(tryon.beside(conditions, truth["target"])), axis=(1, 2, 3))
    slope = ops.convert_to_numpy(tape.gradient(logits, truth["target"]))
    assert float(model.slope_penalty(conditions, truth["target"])) == pytest.approx((slope**2).sum(axis=(1, 2, 3)).mean() / 2, rel=0.01)


def test_the_discriminator_sees_the_hidden_person_the_warped_garment_and_the_picture(sheets):
    conditions, truth = tryon.split(sheets)
    found = ops.convert_to_numpy(tryon.beside(conditions, truth["target"]))
    np.testing.assert_allclose(found, sheets[..., [0, 1, 2, 19, 20, 21, 22, 23, 24, 25]] / 127.5 - 1, atol=1e-6)


def test_the_warm_up_moves_the_discriminator_alone(sheets):
    model = small_gan()
    painter, average, discriminator = values_of(model.painter), model.average_painter.get_weights(), values_of(model.discriminator)
    warm_up = tryon.WarmUp(model)
    warm_up.compile()
    warm_up.train_step(sheets)
    assert moved(model.discriminator, discriminator) and not moved(model.painter, painter)
    assert all((before == after).all() for before, after in zip(average, model.average_painter.get_weights(), strict=True))


def test_the_opponent_learns_to_tell(sheets):
    """Real pictures are brighter than what is shown as fake: the hinge loss falls well below 2, where an opponent knows nothing."""
    keras.utils.clear_session()
    discriminator = tryon.build_discriminator(SIZE, channels=8, depth=2, seed=1)
    model = tryon.TryOnGAN(small_painter(), discriminator)
    model.compile(keras.optimizers.Adam(1e-3), keras.optimizers.Adam(2e-3, beta_1=0.5))
    conditions, truth = tryon.split(sheets)
    found = [float(model.train_discriminator(conditions, truth["target"] * 0.1 + 0.3, truth["target"] * 0.1)["discriminator_loss"]) for _ in range(60)]
    assert np.mean(found[:5]) > 1.8 and np.mean(found[-10:]) < 1.2


def test_the_discriminator_gives_every_patch_a_logit_and_never_changes_colours(sheets):
    discriminator = tryon.build_discriminator((64, 48))
    assert discriminator.output_shape == (None, 8, 6, 1)
    assert discriminator.layers[1].changes == ("translation", "cutout")


def test_training_lowers_the_loss_and_repeats_itself(sheets):
    def train():
        keras.utils.clear_session()
        model = tryon.TryOn(small_painter(5))
        model.compile(keras.optimizers.Adam(3e-3))
        return [float(model.train_step(sheets)["loss"]) for _ in range(25)]

    first, second = train(), train()
    assert first[-1] < 0.85 * first[0]
    np.testing.assert_allclose(first, second, rtol=1e-3)


def test_a_height_that_does_not_ship_is_refused():
    with pytest.raises(weights.WeightsError, match="try_on_48"):
        tryon.load(48)
