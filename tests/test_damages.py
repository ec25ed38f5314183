"""Damage on purpose: what is kept, what is lost, and that the truth is laid beside it."""

import numpy as np
import pytest
from tryon_utils import damages


@pytest.fixture
def pictures():
    return np.random.default_rng(0).integers(40, 200, (6, 16, 12, 3)).astype("uint8")


def test_shrinking_takes_means(pictures):
    small = damages.shrink(pictures, 4)
    assert small.shape == (6, 4, 3, 3) and small.dtype == np.uint8
    assert small[2, 1, 2, 0] == np.rint(pictures[2, 4:8, 8:12, 0].mean())
    np.testing.assert_array_equal(damages.shrink(pictures, 1), pictures)
    with pytest.raises(ValueError, match="16 x 12.*5 divides"):
        damages.shrink(pictures, 5)


def test_enlarging_keeps_flat_pictures_and_gives_the_size_back():
    flat = np.full((2, 4, 3, 3), 77, "uint8")
    np.testing.assert_array_equal(damages.enlarge(flat, 4), np.full((2, 16, 12, 3), 77))


@pytest.mark.parametrize("kind", damages.KINDS)
def test_every_damage_changes_the_picture_and_keeps_its_shape(kind, pictures):
    before = pictures.copy()
    seen, missing = damages.damage(pictures, kind, np.random.default_rng(1))
    assert seen.shape == pictures.shape and seen.dtype == np.uint8
    assert missing.shape == pictures.shape[:3] and missing.dtype == bool
    assert (seen != pictures).any(axis=(1, 2, 3)).all()
    assert missing.any() == (kind == "hole")
    np.testing.assert_array_equal(pictures, before)


@pytest.mark.parametrize("kind", damages.KINDS)
def test_the_generator_decides_alone(kind, pictures):
    first, again, other = (damages.damage(pictures, kind, np.random.default_rng(seed))[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert kind.endswith("smaller") or not np.array_equal(first, other)


def test_a_hole_is_filled_with_the_mean_of_the_rest_and_nothing_else_changes(pictures):
    seen, missing = damages.make_hole(pictures[0], np.random.default_rng(3))
    np.testing.assert_array_equal(seen[~missing], pictures[0][~missing])
    np.testing.assert_array_equal(seen[missing], np.tile(np.rint(pictures[0][~missing].mean(axis=0)), (missing.sum(), 1)))
    rows, columns = np.flatnonzero(missing.any(axis=1)), np.flatnonzero(missing.any(axis=0))
    assert missing.sum() == len(rows) * len(columns), "the hole is a rectangle"
    assert 4 <= len(rows) <= 8 and 3 <= len(columns) <= 6


def test_noise_has_the_strength_that_was_drawn():
    flat = np.full((40, 32, 32, 3), 128, "uint8")
    spread = damages.damage(flat, "noise", np.random.default_rng(0))[0].astype(float).std(axis=(1, 2, 3))
    assert 13 < spread.min() < 20 and 33 < spread.max() < 42


def test_an_old_photograph_has_lost_contrast_and_blue_and_has_scratches():
    pictures = np.random.default_rng(0).integers(0, 256, (8, 64, 64, 3)).astype("uint8")
    old, _ = damages.damage(pictures, "old photograph", np.random.default_rng(1))
    assert old.astype(float).std() < pictures.astype(float).std()
    assert old[..., 2].mean() < old[..., 0].mean() - 10
    plain = np.stack([damages.make_old(picture, np.random.default_rng(5), scratches=0) for picture in pictures])
    scratched = np.stack([damages.make_old(picture, np.random.default_rng(5), scratches=3) for picture in pictures])
    share = (plain != scratched).any(axis=-1).mean()
    assert 0.5 * 3 / 64 < share <= 3 / 64


def test_an_unknown_kind_is_refused(pictures):
    with pytest.raises(ValueError, match="'rust' came; one of 'noise'.*'4x smaller'"):
        damages.damage(pictures, "rust", np.random.default_rng(0))


def test_pairs_take_turns_and_hold_the_truth(pictures):
    kinds = ("hole", "4x smaller")
    packed = damages.damaged_pairs(pictures, 20, np.random.default_rng(0), kinds)
    assert packed.shape == (20, 16, 12, 7) and packed.dtype == np.uint8
    originals = {picture.tobytes() for picture in pictures}
    assert all(np.ascontiguousarray(row[..., 4:]).tobytes() in originals for row in packed)
    has_hole = packed[..., 3].any(axis=(1, 2))
    np.testing.assert_array_equal(has_hole, np.arange(20) % 2 == 0)
    assert set(np.unique(packed[..., 3])) == {0, 255}
    seen, truth, missing = packed[..., :3], packed[..., 4:], packed[..., 3] > 0
    assert (seen[::2][~missing[::2]] == truth[::2][~missing[::2]]).all()
    np.testing.assert_array_equal(seen[1::2], damages.enlarge(damages.shrink(truth[1::2], 4), 4))
