"""Curves, strokes and limb coordinates: the mathematics under the figure."""

import numpy as np
import pytest
from tryon_utils.paperdoll.body_curves import Profile, Strokes, bump, ease, edge, hermite, slopes
from tryon_utils.paperdoll.body_frame import Grid, LimbField, picture_grid
from tryon_utils.paperdoll.body_shape import BodyProfiles, BodyShape, trunk_widths
from tryon_utils.paperdoll.pose import POSES, UPPER_ARM, WRIST, build_skeleton


def test_hermite_passes_through_its_knots_and_never_overshoots():
    knots, values = [0.0, 1.0, 1.5, 4.0], [0.0, 2.0, 2.0, 1.0]
    np.testing.assert_allclose(hermite(knots, values, knots), values, atol=1e-6)
    between = hermite(knots, values, np.linspace(-1, 5, 200))
    assert between.min() >= 0 and between.max() <= 2 + 1e-6
    with pytest.raises(ValueError, match="growing numbers"):
        hermite([0.0, 0.0], [1.0, 2.0], [0.0])


def test_a_profile_has_two_sides():
    profile = Profile([0.0, 1.0], [0.0, 1.0], [2.0, 4.0])
    np.testing.assert_allclose(profile(np.array([0.5, 0.5]), np.array([False, True])), [0.5, 3.0], atol=1e-5)


def test_a_stroke_is_the_same_in_its_window_as_everywhere_and_ends_where_it_ends():
    generator = np.random.default_rng(0)
    y, x = np.meshgrid(np.linspace(0, 2, 80, dtype=np.float32), np.linspace(-1, 1, 90, dtype=np.float32), indexing="ij")
    x = x + 0.1 * np.sin(3 * y)  # coordinates of a leaning body
    strokes = Strokes(x, y)
    for _ in range(20):
        start, end, bend = generator.uniform(-1, 2, 2), generator.uniform(-1, 2, 2), generator.uniform(-0.2, 0.2)
        total = strokes.one(start, end, 0.05, 0.7, bend, 0.3)
        step = (end - start) / np.hypot(*(end - start)) ** 2
        along = (x - start[0]) * step[0] + (y - start[1]) * step[1]
        assert (total[(along < 0) | (along > 1)] == 0).all() and 0 <= total.min() and total.max() <= 0.7 + 1e-6
        whole = np.zeros_like(x)
        strokes_everywhere = Strokes(x, y)
        strokes_everywhere.bounds = [[(np.full_like(low, -9), np.full_like(high, 9)) for low, high in pair] for pair in strokes.bounds]
        strokes_everywhere.add(whole, start, end, 0.05, 0.7, bend, 0.3)
        np.testing.assert_array_equal(total, whole)


def test_slopes_of_a_plane():
    y, x = np.meshgrid(np.arange(6, dtype=np.float32), np.arange(8, dtype=np.float32), indexing="ij")
    result = slopes(0.5 * x - 0.25 * y, 0.5)
    np.testing.assert_allclose(result[0], -1.0, atol=1e-6)
    np.testing.assert_allclose(result[1], 0.5, atol=1e-6)


def test_soft_steps_stay_in_their_range():
    x = np.linspace(-2, 2, 101, dtype=np.float32)
    for value in (ease(0, 1, x), ease(1, 0, x), edge(x, 0.3), bump(x, 0 * x, 0.3, 0.3)):
        assert value.min() >= 0 and value.max() <= 1
    assert edge(np.float32(0), 0.1) == 0.5 and ease(0, 1, np.float32(0.5)) == 0.5


def test_limb_coordinates_measure_the_distance_from_the_line():
    points = np.stack([np.linspace(0, 2, 41), np.full(41, 1.0)], 1).astype(np.float32)
    grid = Grid(80, 100, 0.025, 0.0, 0.0)
    limb = LimbField(grid, points, np.linspace(0, 2, 41, dtype=np.float32), 1, 0.4)
    middle = (limb.a > 0.1) & (limb.a < 1.9)
    np.testing.assert_allclose(np.abs(limb.d)[middle], np.broadcast_to(np.abs(limb.y - 1), limb.d.shape)[middle], atol=1e-4)
    np.testing.assert_allclose(limb.a[middle], np.broadcast_to(limb.x, limb.a.shape)[middle], atol=1e-3)


def test_the_picture_shows_the_same_part_of_the_world_at_every_size():
    small, large = picture_grid(64, 48, 2), picture_grid(256, 192, 1)
    for grid in (small, large):
        assert abs(grid.left + 0.5 * grid.width * grid.pixel) < 1e-9
        assert abs(grid.height * grid.pixel - small.height * small.pixel) < 1e-9 and grid.top == small.top


@pytest.mark.parametrize("pose", POSES)
def test_arms_keep_their_lengths(pose):
    for mirror in (False, True):
        skeleton = build_skeleton(pose, mirror, (0.3, -0.5, 0.2, 0.7, -0.1, 0.4, -0.6, 0.5))
        for name in ("left", "right"):
            shoulder, elbow, wrist = (np.array(skeleton.joints[f"{name} {part}"]) for part in ("shoulder", "elbow", "wrist"))
            assert 0.8 * UPPER_ARM < np.hypot(*(elbow - shoulder)) < 1.02 * UPPER_ARM
            assert 0.55 * (WRIST - UPPER_ARM) < np.hypot(*(wrist - elbow)) < 1.1 * (WRIST - UPPER_ARM)  # foreshortened at most
        for points, along in skeleton.curves.values():
            assert (np.diff(along) > 0).all() and np.isfinite(points).all()


def test_a_mirrored_pose_is_the_mirror_image():
    first, second = (build_skeleton("hand on hip", mirror, (0.0,) * 8) for mirror in (False, True))
    for name in ("shoulder", "elbow", "wrist", "hip", "knee"):
        x, y = first.joints[f"left {name}"]
        np.testing.assert_allclose(second.joints[f"right {name}"], (-x, y), atol=1e-9)


def test_unknown_poses_and_shapes_are_refused():
    with pytest.raises(ValueError, match="Got pose = 'flying'"):
        build_skeleton("flying", False, (0.0,) * 8)
    with pytest.raises(ValueError, match="Got hip = 1.5"):
        BodyShape(hip=1.5)


def test_proportions_are_natural():
    """Seven to seven and a half heads: crown to crotch is about half of the height; shoulders are over two heads wide."""
    from tryon_utils.paperdoll.body_scene import HEAD_SCALE

    skeleton = build_skeleton("relaxed", False, (0.0,) * 8)
    profiles = BodyProfiles(BodyShape(), skeleton)
    crotch = 3.93 + 0.02
    assert 6.8 < 2 * crotch / HEAD_SCALE < 7.6
    head_width = 2 * 0.68 * 0.5 * HEAD_SCALE
    across = skeleton.joints["left shoulder"][0] - skeleton.joints["right shoulder"][0] + 2 * profiles.arm_outer.max()
    assert 2.0 < across / head_width < 2.7
    chin, pit = 0.535 + 0.955 * 0.5 * HEAD_SCALE, skeleton.joints["neck"][1]
    assert 0.15 < (pit - chin) / HEAD_SCALE < 0.35
    assert 0.45 < 2 * float(profiles.neck(np.float32(1.0), np.bool_(True))) / head_width < 0.65


def test_each_shape_number_moves_its_own_widths():
    base = trunk_widths(BodyShape())
    for name, wider in {"shoulder": slice(0, 4), "waist": slice(6, 8), "hip": slice(9, 12), "fullness": slice(3, 12)}.items():
        more = trunk_widths(BodyShape(**{name: 0.8}))
        assert (more[wider] > base[wider]).all(), name
