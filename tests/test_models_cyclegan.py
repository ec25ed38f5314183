"""The CycleGAN: its networks, its pool, its losses worked by hand, what each half of a step moves, and the code."""

import keras
import numpy as np
import pytest
from keras import ops
from tryon_utils.models import cyclegan, translate

SHAPE = (8, 8)


def variables(*networks):
    return np.concatenate([ops.convert_to_numpy(values).ravel() for network in networks for values in network.trainable_variables])


def judges():
    return [translate.build_discriminator(SHAPE, channels=4, depth=2, conditions=0, seed=seed) for seed in (5, 6)]


def awake(translator, seed):
    """Give the last layer weights, so that it changes something."""
    layer = translator.get_layer("correction")
    layer.set_weights([np.random.default_rng(seed).normal(0, 0.2, values.shape) for values in layer.get_weights()])
    return translator


def new_model(**options):
    model = cyclegan.CycleGAN(*(awake(cyclegan.build_translator(SHAPE, 4, 1, seed=seed), seed) for seed in (1, 2)), judges(), **options)
    model.compile(keras.optimizers.SGD(0.01), keras.optimizers.SGD(0.01))
    return model


def new_styled(code_dim=3, **options):
    model = cyclegan.StyledCycleGAN(awake(cyclegan.build_translator(SHAPE, 4, 1, seed=1), 1), awake(cyclegan.build_translator(SHAPE, 4, 1, code_dim, seed=2), 2),
                                    cyclegan.build_encoder(SHAPE, 4, code_dim, seed=3), judges(), **options)
    model.compile(keras.optimizers.SGD(0.01), keras.optimizers.SGD(0.01))
    return model


@pytest.fixture
def packed():
    return np.random.default_rng(0).integers(0, 256, (4, *SHAPE, 6)).astype("uint8")


@pytest.fixture
def halves(packed):
    values = ops.convert_to_tensor(packed / np.float32(127.5) - 1)
    return values[..., :3], values[..., 3:]


# ---- Networks --------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("shape", [(48, 40), (32, 32), (64, 48)])
def test_it_begins_with_changing_nothing(shape):
    pictures = np.random.default_rng(0).uniform(-1, 1, (2, *shape, 3)).astype("float32")
    np.testing.assert_array_equal(cyclegan.build_translator(shape, 4)(pictures), pictures)
    np.testing.assert_array_equal(cyclegan.build_translator(shape, 4, fine=True)(pictures), pictures)
    np.testing.assert_array_equal(cyclegan.build_translator(shape, 4, code_dim=3)([pictures, np.ones((2, 3))]), pictures)
    assert cyclegan.build_encoder(shape, 4, 5)(pictures).shape == (2, 5)


def test_the_code_scales_and_shifts_each_channel():
    layer = cyclegan.Modulate()
    features, codes = np.ones((2, 1, 1, 2), "float32"), np.array([[1.0], [2.0]], "float32")
    assert np.abs(layer([features, codes]) - features).min() > 1e-3  # codes act from the beginning
    np.testing.assert_array_equal(layer([features, 0 * codes]), features)
    layer.matrix.assign([[0.5, 0.0, 10.0, 20.0]])
    np.testing.assert_allclose(layer([features, codes])[:, 0, 0], [[11.5, 21.0], [22.0, 41.0]])


def test_a_translator_with_a_code_is_saved_and_loaded(tmp_path):
    translator = awake(cyclegan.build_translator(SHAPE, 4, code_dim=3), 0)
    translator.save(tmp_path / "translator.keras")
    given = [np.ones((2, *SHAPE, 3), "float32"), np.ones((2, 3), "float32")]
    np.testing.assert_array_equal(keras.models.load_model(tmp_path / "translator.keras")(given), translator(given))


def test_a_place_has_a_number_of_its_own():
    layer = cyclegan.Places()
    features = np.zeros((2, 2, 3, 1), "float32")
    np.testing.assert_array_equal(layer(features), features)  # it begins with doing nothing
    layer.map.assign(np.arange(6.0).reshape(2, 3, 1))
    np.testing.assert_array_equal(layer(features)[1, :, :, 0], [[0, 1, 2], [3, 4, 5]])


def test_a_correction_that_is_not_fine_is_enlarged():
    for fine, smallest in ((False, (4, 4)), (True, (8, 8))):
        translator = awake(cyclegan.build_translator(SHAPE, 4, 1, fine=fine), 3)
        assert translator.get_layer("correction").output.shape[1:3] == smallest
        assert translator(np.zeros((1, *SHAPE, 3), "float32")).shape == (1, *SHAPE, 3)


# ---- The pool --------------------------------------------------------------------------------------------------------

def test_the_pool_gives_back_what_it_gets_until_it_is_full():
    pool = cyclegan.ImagePool(8, (1, 1, 3), seed=0)
    for number in range(2):
        fakes = np.full((4, 1, 1, 3), number + 1.0, "float32")
        np.testing.assert_array_equal(pool.exchange(fakes), fakes)
    assert sorted(ops.convert_to_numpy(pool.kept)[:, 0, 0, 0]) == [1] * 4 + [2] * 4


def test_a_full_pool_exchanges_about_half_and_loses_none():
    pool = cyclegan.ImagePool(8, (1, 1, 1), seed=0)
    came, gone = [], []
    for number in range(200):
        fakes = np.arange(4 * number, 4 * number + 4, dtype="float32").reshape(4, 1, 1, 1)
        came += fakes.ravel().tolist()
        gone += ops.convert_to_numpy(pool.exchange(fakes)).ravel().tolist()
    old = np.mean([value < 4 * (place // 4) for place, value in enumerate(gone)])
    assert 0.4 < old < 0.6
    once = gone[8:] + ops.convert_to_numpy(pool.kept).ravel().tolist()  # the first eight were kept and given back
    assert sorted(once) == sorted(came)


# ---- A step ----------------------------------------------------------------------------------------------------------

def test_cycle_and_identity_by_hand(halves):
    a, b = halves
    model = new_model(cycle_weight=3.0, identity_weight=2.0)
    fake_a, fake_b, parts = model.translate_both(a, b)
    gap = lambda first, second: np.abs(ops.convert_to_numpy(first - second)).mean()  # noqa: E731
    np.testing.assert_allclose(fake_a, model.to_a(b), atol=1e-5)
    np.testing.assert_allclose(fake_b, model.to_b(a), atol=1e-5)
    np.testing.assert_allclose(parts["cycle"], 3 * (gap(a, model.to_a(model.to_b(a))) + gap(b, model.to_b(model.to_a(b)))), rtol=1e-4)
    np.testing.assert_allclose(parts["identity"], 2 * (gap(a, model.to_a(a)) + gap(b, model.to_b(b))), rtol=1e-4)


def test_a_generator_that_changes_nothing_has_no_cycle_and_no_identity_loss(halves):
    model = cyclegan.CycleGAN(*(cyclegan.build_translator(SHAPE, 4, 1, seed=seed) for seed in (1, 2)), judges())
    _, _, parts = model.translate_both(*halves)
    assert float(parts["cycle"]) == float(parts["identity"]) == 0


@pytest.mark.parametrize("build", [new_model, new_styled])
def test_a_step_moves_all_networks_and_the_averages_follow(build, packed):
    model = build(average_decay=0.75)
    networks = [model.to_a, model.to_b, *model.judges, *([model.encoder] if build is new_styled else [])]
    before = [variables(network) for network in networks]
    kept = model.to_a.get_weights()
    results = model.train_step(packed)
    assert {"cycle", "identity", "fooled", "judges"} <= set(results) and np.isfinite([float(value) for value in results.values()]).all()
    for network, old in zip(networks, before, strict=True):
        assert not np.array_equal(variables(network), old), network.name
    for old, new, average in zip(kept, model.to_a.get_weights(), model.average_to_a.get_weights(), strict=True):
        np.testing.assert_allclose(average, 0.75 * old + 0.25 * new, atol=1e-6)


def test_the_judges_half_moves_the_judges_alone(halves):
    model = new_model()
    generators, before = variables(model.to_a, model.to_b), variables(*model.judges)
    model.train_judges(*halves, *halves)
    np.testing.assert_array_equal(variables(model.to_a, model.to_b), generators)
    assert not np.array_equal(variables(*model.judges), before)


def test_without_a_pool_judges_see_the_newest_fakes_alone(packed):
    model = new_model(pool_size=0)
    assert model.pools == [] and np.isfinite(float(model.train_step(packed)["judges"]))


def test_seeds_repeat_a_training(packed):
    first, again = new_styled(seed=4), new_styled(seed=4)
    for model in (first, again):
        for _ in range(2):
            model.train_step(packed)
    np.testing.assert_array_equal(variables(first.to_b), variables(again.to_b))


def test_the_code_is_asked_back(halves):
    model = new_styled(code_weight=1.0, cycle_weight=0.0, identity_weight=0.0, seed=7)
    _, fake_b, parts = model.translate_both(*halves)
    drawn = keras.random.normal((4, 3), seed=keras.random.SeedGenerator(7))
    np.testing.assert_allclose(fake_b, model.to_b([halves[0], drawn]), atol=1e-5)
    read = ops.convert_to_numpy(model.encoder(halves[1]))
    spread = np.mean(read.mean(axis=0) ** 2) + np.mean((read.std(axis=0) - 1) ** 2)
    wanted = np.abs(ops.convert_to_numpy(drawn - model.encoder(fake_b))).mean() + 0.1 * spread
    np.testing.assert_allclose(parts["code"], wanted, rtol=1e-4)


# ---- Use -------------------------------------------------------------------------------------------------------------

def test_translating_is_the_network_clipped_and_rounded(packed):
    pictures = packed[..., :3]
    np.testing.assert_array_equal(cyclegan.translate(cyclegan.build_translator(SHAPE, 4, 1), pictures), pictures)
    styled = awake(cyclegan.build_translator(SHAPE, 4, 1, code_dim=2), 0)
    for layer in styled.layers:
        if isinstance(layer, cyclegan.Modulate):
            layer.matrix.assign(np.random.default_rng(1).normal(size=layer.matrix.shape))
    one, other = (cyclegan.translate(styled, pictures, np.full((4, 2), value)) for value in (-1.0, 1.0))
    assert one.dtype == np.uint8 and one.shape == pictures.shape and not np.array_equal(one, other)


# ---- With pairs, and the rates -----------------------------------------------------------------------------------------

def test_pairs_teach_by_the_mean_distance_and_the_average_follows(packed, halves):
    a, b = halves
    model = cyclegan.WithPairs(awake(cyclegan.build_translator(SHAPE, 4, 1), 1), average_decay=0.75)
    model.compile(keras.optimizers.SGD(0.1))
    old, loss = model.translator.get_weights(), np.abs(ops.convert_to_numpy(b - model.translator(a))).mean()
    np.testing.assert_allclose(model.train_step(packed)["distance"], loss, rtol=1e-4)
    for before, new, average in zip(old, model.translator.get_weights(), model.average.get_weights(), strict=True):
        np.testing.assert_allclose(average, 0.75 * before + 0.25 * new, atol=1e-6)
    assert np.abs(ops.convert_to_numpy(b - model.translator(a))).mean() < loss


def test_rates_fall_to_a_twentieth():
    rate = cyclegan.falling_adam(100, 0.002)._learning_rate
    np.testing.assert_allclose([rate(step) for step in (0, 50, 100, 200)], [0.002, 0.00105, 0.0001, 0.0001], rtol=1e-4)


def test_the_judges_have_a_rate_of_their_own():
    model = cyclegan.compile_cycle(cyclegan.CycleGAN(*(cyclegan.build_translator(SHAPE, 4, 1) for _ in range(2)), judges()), 10, 0.004, 0.001)
    np.testing.assert_allclose([model.generator_optimizer._learning_rate(0), model.judge_optimizer._learning_rate(0)], [0.004, 0.001], rtol=1e-5)


def test_networks_that_ship_come_back(tmp_path, monkeypatch):
    for code_dim in (0, 3):
        networks = cyclegan.build_networks(SHAPE, code_dim, seed=2)
        assert (networks[2] is None) == (code_dim == 0)
        joined = cyclegan.join(*networks)
        joined.save_weights(tmp_path / "two.weights.h5")
        monkeypatch.setattr(cyclegan.weights, "find", lambda name, folder: {"options": {"shape": list(SHAPE), "code_dim": code_dim, "seed": 5}})  # noqa: B023
        monkeypatch.setattr(cyclegan.weights, "load", lambda model, name, folder: model.load_weights(tmp_path / "two.weights.h5"))
        for first, second in zip(networks, cyclegan.load("two"), strict=True):
            if first is not None:
                for wanted, found in zip(first.get_weights(), second.get_weights(), strict=True):
                    np.testing.assert_array_equal(found, wanted)
