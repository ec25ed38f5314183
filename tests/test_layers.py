"""The course's own layers: what they compute, worked out another way, and that gradients, seeds and saving work."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops
from tryon_utils import layers


@pytest.fixture
def pictures():
    return np.random.default_rng(0).uniform(-1, 1, (6, 16, 24, 3)).astype("float32")


def augment(pictures, *changes, seed=1):
    return ops.convert_to_numpy(layers.DifferentiableAugmentation(changes, seed)(pictures, training=True))


# ---- Minibatch deviation ---------------------------------------------------------------------------------------------

def test_the_deviation_is_added_as_one_channel():
    features = np.array([[1.0, 5.0], [3.0, 5.0]], "float32").reshape(2, 1, 1, 2)  # deviations 1 and 0
    result = ops.convert_to_numpy(layers.MinibatchDeviation()(features))
    np.testing.assert_allclose(result, [[[[1, 5, 0.5]]], [[[3, 5, 0.5]]]], atol=1e-4)


def test_a_batch_all_alike_has_none_and_a_finite_gradient():
    alike = tf.ones((4, 2, 2, 3))
    with tf.GradientTape() as tape:
        tape.watch(alike)
        deviation = layers.MinibatchDeviation()(alike)[..., -1]
    assert ops.max(deviation) < 2e-4
    assert np.isfinite(tape.gradient(deviation, alike)).all()


def test_the_generator_is_told_to_spread():
    """The gradient of the deviation drives samples apart: a batch moved along it differs more."""
    samples = tf.constant(np.random.default_rng(0).normal(size=(5, 2, 2, 1)).astype("float32"))
    with tf.GradientTape() as tape:
        tape.watch(samples)
        deviation = layers.MinibatchDeviation()(samples)[0, 0, 0, -1]
    assert layers.MinibatchDeviation()(samples + 0.5 * tape.gradient(deviation, samples))[0, 0, 0, -1] > deviation


# ---- Augmentation ----------------------------------------------------------------------------------------------------

def test_translation_moves_and_fills_with_grey(pictures):
    seen = set()
    for seed in range(4):
        for picture, moved in zip(pictures, augment(pictures, "translation", seed=seed), strict=True):
            fits = []
            for down in range(-2, 3):
                for right in range(-3, 4):
                    filled = np.zeros_like(picture)
                    filled[max(-down, 0):16 - max(down, 0), max(-right, 0):24 - max(right, 0)] = picture[max(down, 0):16 + min(down, 0), max(right, 0):24 + min(right, 0)]
                    fits += [(down, right)] if np.allclose(filled, moved) else []
            assert len(fits) == 1, "the picture moved by whole pixels, up to an eighth of its size"
            seen |= set(fits)
    assert {down for down, _ in seen} == set(range(-2, 3)) and len(seen) > 10


def test_cutout_hides_a_rectangle_and_leaves_the_rest(pictures):
    shapes = set()
    for seed in range(5):
        cut = augment(pictures, "cutout", seed=seed)
        hidden = np.all(cut == 0, axis=-1)
        np.testing.assert_array_equal(cut[~hidden], pictures[~hidden])
        for mask in hidden:
            rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
            assert mask.sum() == len(rows) * len(columns), "a rectangle"
            assert rows[-1] - rows[0] + 1 == len(rows) <= 8 and columns[-1] - columns[0] + 1 == len(columns) <= 12
            shapes.add((len(rows), len(columns)))
    assert (8, 12) in shapes and len(shapes) > 3


def test_colour_changes_brightness_saturation_and_contrast_of_the_whole_picture(pictures):
    changed = augment(pictures, "colour")
    for picture, other in zip(pictures, changed, strict=True):
        assert abs(other.mean() - picture.mean()) <= 0.5
        grey, other_grey = picture.mean(axis=-1), other.mean(axis=-1)
        contrast = np.polyfit(grey.ravel(), other_grey.ravel(), 1)
        np.testing.assert_allclose(np.polyval(contrast, grey), other_grey, atol=1e-4)
        assert 0.5 <= contrast[0] <= 1.5
        tint, other_tint = picture - grey[..., None], other - other_grey[..., None]
        factor = np.sum(tint * other_tint) / np.sum(tint**2)
        np.testing.assert_allclose(other_tint, factor * tint, atol=1e-4)
        assert 0 <= factor / contrast[0] <= 2


@pytest.mark.parametrize("change", layers.CHANGES)
def test_gradients_reach_what_is_seen(change, pictures):
    images = tf.constant(pictures)
    with tf.GradientTape() as tape:
        tape.watch(images)
        total = ops.sum(layers.DifferentiableAugmentation((change,), 3)(images, training=True) ** 2)
    gradients = ops.convert_to_numpy(tape.gradient(total, images))
    assert np.isfinite(gradients).all()
    assert np.mean(np.abs(gradients) > 0) > 0.5


def test_every_call_and_every_picture_is_changed_otherwise_and_a_seed_repeats_it(pictures):
    layer, again = layers.DifferentiableAugmentation(seed=2), layers.DifferentiableAugmentation(seed=2)
    first, second = layer(pictures, training=True), layer(pictures, training=True)
    assert not np.allclose(first, second)
    np.testing.assert_array_equal(again(pictures, training=True), first)
    np.testing.assert_array_equal(layer(pictures), pictures)
    alike = augment(np.repeat(pictures[:1], 3, axis=0), "colour")
    assert not np.allclose(alike[0], alike[1])


def test_both_are_saved_and_loaded(pictures, tmp_path):
    inputs = keras.Input(pictures.shape[1:])
    model = keras.Model(inputs, layers.MinibatchDeviation()(layers.DifferentiableAugmentation(("cutout", "colour"), 5)(inputs)))
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(pictures, training=True), model(pictures, training=True))
    assert model.output_shape == (None, 16, 24, 4)


def test_an_unknown_change_is_refused():
    with pytest.raises(ValueError, match="'blur' is not among 'colour', 'translation', 'cutout'"):
        layers.DifferentiableAugmentation(("colour", "blur"))
