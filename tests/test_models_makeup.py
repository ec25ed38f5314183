"""The makeup model: shapes and ranges, what a step moves and what it doesn't, seeds, and saving."""

import keras
import numpy as np
import pytest
from keras import ops
from tryon_utils import losses, pigments
from tryon_utils.models import makeup
from tryon_utils.pigments import LAYERS, WINDOW

SHAPE = (16, 8)
CLOUDS = {name: (np.zeros(3, "float32"), np.full(3, 2, "float32"), np.eye(3, dtype="float32") / 4) for name in ("lips", "eyes", "cheeks")}


def weights_of(network):
    return np.concatenate([weights.ravel() for weights in network.get_weights()])


def trainable(network):
    return np.concatenate([ops.convert_to_numpy(weights).ravel() for weights in network.trainable_variables])


def small_generator(seed=0):
    return makeup.build_generator(SHAPE, channels=4, seed=seed)


def inputs(count=2, shape=SHAPE, seed=0):
    rng = np.random.default_rng(seed)
    face, reference = (rng.uniform([0, -20, -20], [100, 20, 20], (count, *shape, 3)).astype("float32") for _ in range(2))
    return [face, rng.uniform(0, 1, (count, *shape, 5)).astype("float32"), reference]


def packed_pairs(count=4):
    return np.random.default_rng(3).integers(0, 256, (count, *SHAPE, 32)).astype("uint8")


def packed_piles(count=4):
    return np.random.default_rng(4).integers(0, 256, (count, *SHAPE, 22)).astype("uint8")


def compiled(model, rate=0.01):
    model.compile(keras.optimizers.SGD(rate), keras.optimizers.SGD(rate))
    return model


# ---- Networks --------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("shape", [WINDOW, (64, 64), (16, 8)])
def test_layers_of_every_size_have_opacity_and_pigment(shape):
    opacity, pigment = makeup.build_generator(shape, channels=4)(inputs(shape=shape))
    assert opacity.shape == (2, *shape, len(LAYERS)) and pigment.shape == (2, len(LAYERS), 3)
    assert ops.min(opacity) >= 0 and ops.max(opacity) <= 1 and ops.min(pigment[..., 0]) > 0


def test_layers_can_be_kept_to_their_regions():
    face, masks, reference = inputs()
    masks[..., pigments.REGIONS.index("lips")] = 0
    opacity, _ = makeup.build_generator(SHAPE, channels=4, in_regions=True)([face, masks, reference])
    for number, name in enumerate(LAYERS):
        assert (ops.max(opacity[..., number]) == 0) == (pigments.REGION_OF[name] == "lips")


def test_a_covering_layer_starts_with_the_references_colour_and_others_with_none():
    _, pigment = makeup.build_generator(SHAPE, channels=4, covering=("lipstick",))(inputs())
    still = [np.allclose(pigment[:, number, 1:], 0, atol=1e-5) for number in range(len(LAYERS))]
    assert [name for name, unchanged in zip(LAYERS, still, strict=True) if not unchanged] == ["lipstick"]


def test_off_the_face_nothing_is_painted():
    face, masks, reference = inputs()
    masks[:, :6] = 0
    opacity, _ = small_generator()([face, masks, reference])
    np.testing.assert_array_equal(opacity[:, :5], 0)
    assert ops.max(opacity[:, 8:]) > 0


def test_covering_pigments_start_as_the_references_colour_and_others_as_no_change():
    layer = makeup.Pigments(covering=[1])
    own, theirs = np.array([[[60.0, 5, 5]] * 2], "float32"), np.array([[[30.0, 25, -5]] * 2], "float32")
    found = layer([own, theirs, np.zeros((1, 4), "float32")])
    np.testing.assert_allclose(found[0], [[1.02, 0, 0], [0.52, 20, -10]], atol=1e-5)


def test_region_means_are_weighted_and_empty_regions_are_zero():
    colours = np.array([[[[20.0, 0, 0], [80.0, 0, 4]]]], "float32")
    weights = np.array([[[[1.0, 0], [3.0, 0]]]], "float32")
    np.testing.assert_allclose(makeup.RegionMeans()([colours, weights])[0], [[65, 0, 3], [0, 0, 0]], rtol=1e-3)


@pytest.mark.parametrize("conditional", [True, False])
def test_patches_are_judged_one_by_one(conditional):
    discriminator = makeup.build_discriminator(conditional=conditional, channels=4)
    assert discriminator(np.zeros((2, *WINDOW, 9 if conditional else 3), "float32")).shape == (2, WINDOW[0] // 8, WINDOW[1] // 8, 1)


@pytest.mark.parametrize("build", [makeup.build_generator, makeup.build_discriminator])
def test_a_seed_fixes_the_weights(build):
    np.testing.assert_array_equal(weights_of(build(SHAPE, channels=4, seed=4)), weights_of(build(SHAPE, channels=4, seed=4)))
    assert not np.allclose(weights_of(build(SHAPE, channels=4, seed=4)), weights_of(build(SHAPE, channels=4, seed=5)))


def test_a_generator_is_saved_and_loaded(tmp_path):
    generator = small_generator()
    generator.save(tmp_path / "generator.keras")
    for saved, loaded in zip(generator(inputs()), keras.models.load_model(tmp_path / "generator.keras")(inputs()), strict=True):
        np.testing.assert_array_equal(saved, loaded)


def test_prediction_in_pieces_is_prediction():
    generator, rng = small_generator(), np.random.default_rng(0)
    bare, reference = (rng.integers(0, 256, (53, *SHAPE, 3)).astype("uint8") for _ in range(2))
    masks = rng.uniform(0, 1, (53, *SHAPE, 5)).astype("float32")
    opacity, pigment = makeup.predict(generator, bare, masks, reference)
    alone = makeup.predict(generator, bare[51:52], masks[51:52], reference[51:52])
    assert opacity.dtype == np.uint8 and opacity.shape == (53, *SHAPE, 9) and pigment.shape == (53, 9, 3)
    assert np.abs(opacity[51].astype(int) - alone[0][0]).max() <= 1
    np.testing.assert_allclose(pigment[51], alone[1][0], rtol=1e-3, atol=1e-3)


# ---- Training --------------------------------------------------------------------------------------------------------

def test_without_a_judge_the_generator_and_its_average_move():
    model = compiled(makeup.MakeupTransfer(small_generator()))
    before, average = trainable(model.generator), weights_of(model.average_generator)
    results = model.train_step(ops.convert_to_tensor(packed_pairs()))
    assert set(results) == {"colour", "opacity"} and all(np.isfinite(float(value)) for value in results.values())
    assert not np.array_equal(trainable(model.generator), before) and not np.array_equal(weights_of(model.average_generator), average)


def test_a_judge_learns_and_its_optimizer_leaves_the_generator_alone():
    judge = makeup.build_discriminator(SHAPE, channels=4)
    model = compiled(makeup.MakeupTransfer(small_generator(), [judge]))
    generator, before = trainable(model.generator), trainable(judge)
    real, fake = (np.random.default_rng(seed).normal(size=(2, *SHAPE, 9)).astype("float32") for seed in (0, 1))
    model.update_judges([(real, fake)], losses.hinge_discriminator_loss)
    np.testing.assert_array_equal(trainable(model.generator), generator)
    assert not np.array_equal(trainable(judge), before)
    assert "discriminator_loss" in model.train_step(ops.convert_to_tensor(packed_pairs()))


def test_the_adversary_changes_what_the_generator_learns():
    alone, judged = (compiled(makeup.MakeupTransfer(small_generator(), judges, seed=1, adversarial_weight=5.0), rate=1e-4)
                     for judges in ([], [makeup.build_discriminator(SHAPE, channels=4)]))
    for model in (alone, judged):
        model.train_step(ops.convert_to_tensor(packed_pairs()))
    assert not np.array_equal(trainable(alone.generator), trainable(judged.generator))


@pytest.mark.parametrize("kind", ["pairs", "piles", "repair"])
def test_a_seed_fixes_a_step(kind):
    def trained(seed):
        judges = [makeup.build_discriminator(SHAPE, channels=4, conditional=False, seed=place) for place in (1, 2)]
        models = {"pairs": makeup.MakeupTransfer(small_generator(), seed=seed),
                  "piles": makeup.UnpairedTransfer(small_generator(), judges, CLOUDS, seed=seed),
                  "repair": makeup.LayerRepair(small_generator(), seed=seed)}
        model = compiled(models[kind], rate=1e-3)
        model.train_step(ops.convert_to_tensor({"pairs": packed_pairs(), "piles": packed_piles(), "repair": packed_pairs()[..., :11]}[kind]))
        return trainable(model.generator)

    np.testing.assert_array_equal(trained(0), trained(0))


def test_piles_move_the_generator_and_both_judges():
    judges = [makeup.build_discriminator(SHAPE, channels=4, conditional=False, seed=place) for place in (1, 2)]
    model = compiled(makeup.UnpairedTransfer(small_generator(), judges, CLOUDS))
    before = [trainable(network) for network in (model.generator, *judges)]
    results = model.train_step(ops.convert_to_tensor(packed_piles()))
    assert set(results) == {"cycle", "histogram", "discriminator_loss"}
    for network, weights in zip((model.generator, *judges), before, strict=True):
        assert not np.array_equal(trainable(network), weights)


def test_layers_can_be_learned_from_one_pair():
    """A few dozen steps on one made-up face bring it most of the way from bare to its truth."""
    rng = np.random.default_rng(0)
    packed = np.zeros((4, *SHAPE, 26), "uint8")
    packed[..., :3] = [200, 160, 140]
    packed[..., 6:11] = 255
    truth = packed[..., :3].copy()
    truth[:, 4:8, 2:6] = [150, 30, 50]
    opacity = np.zeros((4, *SHAPE, 9), "uint8")
    opacity[:, 4:8, 2:6, LAYERS.index("lipstick")] = 255
    packed[..., 3:6], packed[..., 11:20], packed[..., 20:23] = truth, opacity, truth
    packed[..., 23] = opacity[..., LAYERS.index("lipstick")]
    model = makeup.MakeupTransfer(small_generator(), spread=np.zeros((3, 3)), seed=int(rng.integers(9)))
    model.compile(keras.optimizers.Adam(0.01))
    model.fit(np.tile(packed, (8, 1, 1, 1)), batch_size=4, epochs=8, verbose=0)
    found = makeup.predict(model.generator, packed[..., :3], packed[..., 6:11] / 255, packed[..., 20:23])
    made = pigments.apply(packed[..., :3], *found)
    assert np.abs(made.astype(int) - truth).mean() < 0.4 * np.abs(packed[..., :3].astype(int) - truth).mean()
