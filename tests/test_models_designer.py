"""The painter of places: where on the cloth, what reaches what, learning, and any size."""

import dataclasses

import keras
import numpy as np
import pytest
from keras import ops
from tryon_utils import designs, paperdoll, training
from tryon_utils.models import designer

GARMENTS = [paperdoll.sample_garment_factors(5, index) for index in range(12)]
CONDITIONS, LIES = designs.conditions_of(GARMENTS), designs.lie_of(GARMENTS)
OPTIONS = {"condition_dim": designs.SIZE, "palette_dim": designs.PALETTE, "pattern_dim": designs.LATER}


def small_painter(seed=0):
    return designer.build_painter(**OPTIONS, units=16, style_dim=16, seed=seed)


def small_finder(seed=0):
    return designer.build_finder(designs.SIZE, LIES.mean(axis=0), LIES.std(axis=0), units=16, seed=seed)


def test_the_grid_holds_the_middles_of_pixels():
    np.testing.assert_allclose(designer.grid(2), [[0.25, 0.25], [0.75, 0.25], [0.25, 0.75], [0.75, 0.75]])


def test_a_place_is_found_on_the_cloth():
    lie = np.float32([[4.0, 0.5, 0.0]])
    found = ops.convert_to_numpy(designer.find_on_cloth(np.float32([[[0.25, 0.5], [0.75, 0.5]]]), lie))[0]
    np.testing.assert_allclose(found[0], [-1.0, 1.0, 0.5, 0.89, 0.17], atol=1e-5)
    np.testing.assert_allclose(found[1, 1:], found[0, 1:], atol=1e-5)


def test_the_sleeves_directions_turn_with_them():
    straight = designer.find_on_cloth(np.float32([[[0.9, 0.6]]]), np.float32([[4.0, 0.5, 0.0]]))[0, 0]
    spread = designer.find_on_cloth(np.float32([[[0.9, 0.6]]]), np.float32([[4.0, 0.5, np.pi / 2]]))[0, 0]
    np.testing.assert_allclose(spread[3], straight[4], atol=1e-5)
    np.testing.assert_allclose(spread[4], -straight[3], atol=1e-5)


def test_waves_turn_as_often_as_is_said():
    waves = ops.convert_to_numpy(designer.waves_of(np.float32([0.0, 0.25, 1.0]), [1.0, 2.0]))
    np.testing.assert_allclose(waves, [[1, 1, 0, 0], [0, -1, 1, 0], [1, 1, 0, 0]], atol=1e-5)


def test_each_place_is_painted_by_itself():
    painter, places = small_painter(), np.repeat(designer.grid(8)[None], 2, axis=0)
    whole = painter.predict_on_batch([CONDITIONS[:2], LIES[:2], places])
    part = painter.predict_on_batch([CONDITIONS[:2], LIES[:2], places[:, 10:20]])
    assert whole.shape == (2, 64, 3)
    np.testing.assert_allclose(whole[:, 10:20], part, atol=1e-5)


def test_the_palette_reaches_the_inks_alone():
    painter = small_painter()
    parts = keras.Model(painter.input, [painter.get_layer(name).output for name in ("shares", "light", "inks")])
    one = dataclasses.replace(GARMENTS[0], palette="navy")
    both = designs.conditions_of([one, dataclasses.replace(one, palette="plum")])
    # each by itself: where in a batch a row lies, a product of matrices may round it another way
    shares, light, inks = zip(*(parts.predict_on_batch([one_of_them[None], LIES[:1], designer.grid(8)[None]]) for one_of_them in both), strict=True)
    np.testing.assert_array_equal(shares[0], shares[1])
    np.testing.assert_array_equal(light[0], light[1])
    assert not np.allclose(inks[0], inks[1])
    cuts = designs.conditions_of([one, dataclasses.replace(one, pattern="checks", sleeve="none", neckline="v")])
    np.testing.assert_array_equal(*(parts.predict_on_batch([cut[None], LIES[:1], designer.grid(8)[None]])[2] for cut in cuts))


def test_one_seed_one_network():
    for first, second in zip(small_painter(3).get_weights(), small_painter(3).get_weights(), strict=True):
        np.testing.assert_array_equal(first, second)
    assert any(not np.array_equal(first, second) for first, second in zip(small_painter(3).get_weights(), small_painter(4).get_weights(), strict=True))


def test_pixels_are_drawn_from_the_picture_and_half_of_them_near_the_chest():
    chosen = ops.convert_to_numpy(designer.draw_pixels(40, 200, 64, keras.random.SeedGenerator(0)))
    rows, columns = chosen // 64, chosen % 64
    assert chosen.shape == (40, 200) and chosen.min() >= 0 and chosen.max() < 64**2
    close = (columns >= 17) & (columns <= 46) & (rows >= 7) & (rows <= 30)
    assert close[:, 1::2].all() and 0.1 < close[:, ::2].mean() < 0.25


@pytest.fixture(scope="module")
def trained():
    pictures = np.stack([paperdoll.render_garment(garment, 32, 32).picture for garment in GARMENTS])
    model = designer.Designer(small_finder(), small_painter(), pictures, CONDITIONS, LIES, pixels=64, seed=1)
    model.compile(keras.optimizers.Adam(0.01))
    before = np.abs(model.paint(CONDITIONS, 32) - (pictures / 127.5 - 1)).mean()
    training.train(model, np.arange(len(pictures)), 120, 12, 0)
    return model, pictures, before


def test_it_learns_to_paint_and_to_tell_how_garments_lie(trained):
    model, pictures, before = trained
    assert np.abs(model.paint(CONDITIONS, 32) - (pictures / 127.5 - 1)).mean() < before / 3
    told = model.finder.predict_on_batch(CONDITIONS)
    assert np.abs(told - LIES).mean() < 0.3 * np.abs(LIES - LIES.mean(axis=0)).mean()


def test_it_paints_at_any_size(trained):
    model, _, _ = trained
    small, large = model.paint(CONDITIONS[:3], 16), model.paint(CONDITIONS[:3], 48)
    assert small.shape == (3, 16, 16, 3) and large.shape == (3, 48, 48, 3) and small.dtype == np.float32
    assert max(np.abs(small).max(), np.abs(large).max()) <= 1
    np.testing.assert_allclose(large[:, 1::3, 1::3], small, atol=1e-4)  # the middle of three pixels is the middle of the one


def test_finder_and_painter_ship_as_one(trained):
    model, _, _ = trained
    whole = designer.join(model.finder, model.painter)
    places = np.repeat(designer.grid(16)[None], 3, axis=0)
    np.testing.assert_allclose(np.clip(whole.predict_on_batch([CONDITIONS[:3], places]), -1, 1).reshape(3, 16, 16, 3), model.paint(CONDITIONS[:3], 16), atol=1e-4)
    assert whole.count_params() == model.finder.count_params() + model.painter.count_params()


def test_the_sampler_paints_what_the_designer_paints(trained):
    model, _, _ = trained
    made = designer.build_sampler(model, 16).predict_on_batch(CONDITIONS[:3])
    np.testing.assert_allclose(made, model.paint(CONDITIONS[:3], 16), atol=1e-4)
