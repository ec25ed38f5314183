"""The repairs that ship: what they promise on new people and garments, and what they say of themselves."""

import numpy as np
import pytest
from tryon_utils import damages, datasets, metrics, weights
from tryon_utils.models import translate

# what the simplest repair leaves, gained in dB; the issue asks for 2 where a hole or a size is concerned
PROMISED = {"noise": 5, "blur": 2, "hole": 2, "old photograph": 5, "2x smaller": 2, "4x smaller": 2}


@pytest.fixture(scope="module")
def unseen():
    return np.concatenate([datasets.load_faces("new_both").picture[:30], datasets.load_garments().picture[1100:1130]])


@pytest.mark.parametrize("damage", damages.KINDS)
def test_what_ships_repairs_new_pictures_as_promised(damage, unseen):
    restorer = translate.load(damage)
    seen, missing = damages.damage(unseen, damage, np.random.default_rng(3))
    made = restorer.apply(seen, missing)
    assert made.dtype == np.uint8 and made.shape == unseen.shape
    assert (metrics.psnr(unseen, made) - metrics.psnr(unseen, seen)).mean() >= PROMISED[damage]
    if damage == "hole":
        np.testing.assert_array_equal(made[~missing], unseen[~missing])


@pytest.mark.parametrize("damage", damages.KINDS)
def test_provenance_is_the_lists_own(damage):
    restorer, found = translate.load(damage), weights.find(translate.weights_name(damage))
    assert restorer.provenance == found and found["sha256"] and found["scores"]["repaired"] >= found["scores"]["seen"] + 2
    assert not restorer.generator.trainable_variables
