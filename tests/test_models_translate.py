"""The translation from pairs: its networks, what each half of a step moves, its loss worked by hand, its patches, and saving."""

import keras
import numpy as np
import pytest
from keras import ops
from tryon_utils import losses, weights
from tryon_utils.models import translate

SHAPE, WIDTHS = (16, 8), (4, 6)


def variables(network):
    return np.concatenate([ops.convert_to_numpy(values).ravel() for values in network.trainable_variables])


def new_model(seed=0, adversary=True, patches=True, **options):
    discriminator = translate.build_discriminator(SHAPE, channels=4, depth=2, patches=patches, seed=seed + 1) if adversary else None
    model = translate.Translation(translate.build_generator(SHAPE, WIDTHS, seed=seed), discriminator, **options)
    model.compile(keras.optimizers.SGD(0.05), keras.optimizers.SGD(0.05))
    return model


@pytest.fixture
def packed():
    return np.random.default_rng(0).integers(0, 256, (6, *SHAPE, 7)).astype("uint8")


@pytest.fixture
def halves(packed):
    values = ops.convert_to_tensor(packed / np.float32(127.5) - 1)
    return values[..., :4], values[..., 4:]


# ---- Networks --------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("shape", [(64, 64), (64, 48), (32, 32), (48, 40)])
@pytest.mark.parametrize("skips", [True, False])
def test_pictures_of_every_size_are_translated_and_judged(shape, skips):
    generator = translate.build_generator(shape, (4, 6, 8), skips)
    made = generator(np.zeros((2, *shape, 4), "float32"))
    assert made.shape == (2, *shape, 3)
    logits = translate.build_discriminator(shape, channels=4)(np.zeros((2, *shape, 7), "float32"))
    assert logits.shape == (2, shape[0] // 8, shape[1] // 8, 1)
    assert translate.build_discriminator(shape, channels=4, patches=False)(np.zeros((2, *shape, 7), "float32")).shape == (2, 1)
    assert translate.build_discriminator(shape, channels=4, conditions=0)(np.zeros((2, *shape, 3), "float32")).shape == logits.shape


def test_it_begins_with_doing_nothing(halves):
    seen, _ = halves
    np.testing.assert_array_equal(translate.build_generator(SHAPE, WIDTHS)(seen), seen[..., :3])
    np.testing.assert_array_equal(translate.build_generator(SHAPE, WIDTHS, skips=False)(seen), np.zeros((6, *SHAPE, 3)))


def test_weights_learned_on_windows_repair_whole_pictures(halves):
    generator = translate.build_generator((None, None), WIDTHS, seed=2)
    generator.get_layer("correction").set_weights([np.random.default_rng(0).normal(size=(3, 3, 4, 3)), np.zeros(3)])
    fixed = translate.build_generator(SHAPE, WIDTHS)
    fixed.set_weights(generator.get_weights())
    np.testing.assert_allclose(generator(halves[0]), fixed(halves[0]), atol=1e-5)
    assert generator(np.zeros((1, 32, 20, 4), "float32")).shape == (1, 32, 20, 3)


def test_a_size_that_can_not_be_halved_is_refused():
    with pytest.raises(ValueError, match="20 x 16.*8 divides"):
        translate.build_generator((20, 16), (4, 4, 4))


def test_skips_hand_fine_detail_across(halves):
    def moved(skips):
        generator = translate.build_generator(SHAPE, WIDTHS, skips, seed=1)
        generator.get_layer("correction").set_weights([np.random.default_rng(0).normal(size=(3, 3, 4, 3)), np.zeros(3)])
        flat = np.zeros((1, *SHAPE, 4), "float32")
        board = flat + (np.indices(SHAPE).sum(axis=0) % 2 * 2.0 - 1)[None, ..., None].astype("float32")  # the finest detail there is
        change = ops.convert_to_numpy(generator(board) - generator(flat))[0]
        return np.abs(np.diff(change, axis=0)).mean()

    assert moved(True) > 3 * moved(False)


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_the_patch_is_as_wide_as_stated(depth):
    size = 64
    judge = translate.build_discriminator((size, size), channels=4, depth=depth, conditions=0, seed=3)
    pictures = np.random.default_rng(0).normal(size=(1, size, size, 3)).astype("float32")
    logits = ops.convert_to_numpy(judge(pictures))[0, ..., 0]
    middle = len(logits) // 2
    seen = []
    for column in range(size):
        changed = pictures.copy()
        changed[:, :, column] += 10.0
        seen.append(not np.allclose(ops.convert_to_numpy(judge(changed))[0, middle, middle, 0], logits[middle, middle], atol=1e-6))
    assert sum(seen) == translate.patch_size(depth)


@pytest.mark.parametrize("build", [translate.build_generator, translate.build_discriminator])
def test_a_seed_fixes_the_weights(build):
    first, again, other = ([values for values in build(SHAPE if build is translate.build_discriminator else (16, 16), seed=seed).get_weights()] for seed in (4, 4, 5))
    for ours, theirs in zip(first, again, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert any(not np.array_equal(ours, theirs) for ours, theirs in zip(first, other, strict=True))


def test_a_generator_is_saved_and_loaded(tmp_path, halves):
    model = new_model()
    model.train_step(np.random.default_rng(1).integers(0, 256, (4, *SHAPE, 7)).astype("uint8"))
    model.average_generator.save(tmp_path / "generator.keras")
    np.testing.assert_array_equal(keras.models.load_model(tmp_path / "generator.keras")(halves[0]), model.average_generator(halves[0]))


# ---- Training --------------------------------------------------------------------------------------------------------

def test_the_generators_half_moves_the_generator_alone(halves):
    model = new_model()
    generator, discriminator = variables(model.generator), variables(model.discriminator)
    results, _ = model.train_generator(*halves)
    assert set(results) == {"pixels"} and not np.array_equal(variables(model.generator), generator)
    np.testing.assert_array_equal(variables(model.discriminator), discriminator)


def test_the_discriminators_half_moves_the_discriminator_alone(halves):
    model = new_model()
    generator, discriminator = variables(model.generator), variables(model.discriminator)
    results = model.train_discriminator(*halves, model.generator(halves[0]))
    assert set(results) == {"discriminator_loss"} and not np.array_equal(variables(model.discriminator), discriminator)
    np.testing.assert_array_equal(variables(model.generator), generator)


@pytest.mark.parametrize("error", [ops.abs, ops.square])
def test_the_pixel_loss_is_the_mean_error_in_the_hole_or_everywhere_where_there_is_none(packed, halves, error):
    missing = np.zeros((6, *SHAPE), bool)
    missing[:3, 4:9, 2:6] = True
    packed[..., 3] = 255 * missing
    results = new_model(adversary=False, error=error).train_step(packed)
    assert set(results) == {"pixels"}
    counted = np.where(missing.any(axis=(1, 2), keepdims=True), missing, True)
    errors = ops.convert_to_numpy(error(halves[1] - halves[0][..., :3]))
    np.testing.assert_allclose(results["pixels"], errors[counted].mean(), rtol=1e-5)


def test_without_weight_the_adversary_does_not_move_the_generator(packed):
    with_adversary, alone = new_model(adversarial_weight=0.0), new_model(adversary=False)
    for model in (with_adversary, alone):
        model.train_step(packed)
    np.testing.assert_allclose(variables(with_adversary.generator), variables(alone.generator), atol=1e-6)


def test_the_discriminators_loss_is_the_games(halves):
    model, twin = new_model(), new_model()
    made = halves[0][..., :3]
    loss = model.train_discriminator(*halves, made)["discriminator_loss"]
    logits = [twin.discriminator(ops.concatenate([halves[0], shown], axis=-1), training=True) for shown in (halves[1], made)]
    np.testing.assert_allclose(loss, losses.hinge_discriminator_loss(*logits), rtol=1e-4)


def test_the_average_follows(packed):
    model = new_model(average_decay=0.75)
    before = model.generator.get_weights()
    model.train_step(packed)
    for old, new, average in zip(before, model.generator.get_weights(), model.average_generator.get_weights(), strict=True):
        np.testing.assert_allclose(average, 0.75 * old + 0.25 * new, atol=1e-6)
    assert not model.average_generator.trainable_variables


def test_it_learns_to_undo_a_damage(packed):
    truth = np.random.default_rng(3).integers(60, 180, (32, 1, 1, 3)) * np.ones((1, *SHAPE, 1))
    dark = np.concatenate([truth / 2, np.zeros((32, *SHAPE, 1)), truth], axis=-1).astype("uint8")
    model = new_model(adversary=False)
    model.compile(keras.optimizers.Adam(0.03))
    first = float(model.train_step(dark)["pixels"])
    for _ in range(25):
        last = float(model.train_step(dark)["pixels"])
    assert last < 0.5 * first


def test_restoring_is_the_network_clipped_and_rounded(packed):
    model = new_model()
    seen, missing = packed[..., :3], packed[..., 3] > 127
    np.testing.assert_array_equal(translate.restore(model.generator, seen, missing), seen)  # it has learned nothing yet
    model.train_step(packed)
    missing[0] = False
    given = np.concatenate([seen / np.float32(127.5) - 1, 2.0 * missing[..., None] - 1], axis=-1).astype("float32")
    wanted = np.clip(np.rint((ops.convert_to_numpy(model.generator(given)) + 1) * 127.5), 0, 255)
    wanted[1:] = np.where(missing[1:, ..., None], wanted[1:], seen[1:])  # beside a hole every pixel was known
    assert np.abs(translate.restore(model.generator, seen, missing).astype(int) - wanted).max() <= 1
    assert not np.array_equal(translate.restore(model.generator, seen), translate.restore(model.generator, seen, np.ones_like(missing)))


def test_the_chapters_model_is_built_with_and_without_its_adversary():
    assert translate.build_translation(10, (16, 16), widths=(4, 6)).discriminator is not None
    assert translate.build_translation(10, (16, 16), adversarial_weight=0, widths=(4, 6), skips=False).discriminator is None


# ---- For the studio --------------------------------------------------------------------------------------------------

def test_a_restorer_says_what_it_needs_and_applies_its_generator(packed):
    model = new_model()
    model.train_step(packed)
    seen, missing = packed[..., :3], packed[..., 3] > 127
    noise, hole = (translate.Restorer(damage, model.generator, {"seed": 0}) for damage in ("noise", "hole"))
    assert (noise.name, noise.title, noise.kind, noise.needs, hole.needs) == ("restore_noise", "Repair: noise", "apply", ("picture",), ("picture", "missing"))
    np.testing.assert_array_equal(noise.apply(seen), translate.restore(model.generator, seen))
    np.testing.assert_array_equal(hole.apply(seen, missing), translate.restore(model.generator, seen, missing))
    with pytest.raises(ValueError, match="missing=None.*restore_hole"):
        hole.apply(seen)


def test_unknown_repairs_are_refused():
    with pytest.raises(weights.WeightsError, match="restore_rust"):
        translate.load("rust")
