"""The metrics, against closed forms, against scikit-image, and against numbers worked by hand."""

import numpy as np
import pytest
from skimage import color
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from tryon_utils import metrics


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def pictures(rng):
    target = rng.integers(0, 256, (4, 16, 12, 3)).astype("uint8")
    return target, np.clip(target + rng.normal(0, 20, target.shape), 0, 255).astype("uint8")


# ---- Pairs -----------------------------------------------------------------------------------------------------------

def test_psnr_is_scikit_images(pictures):
    expected = [peak_signal_noise_ratio(target, picture, data_range=255) for target, picture in zip(*pictures, strict=True)]
    np.testing.assert_allclose(metrics.psnr(*pictures), expected, rtol=1e-12)


def test_psnr_by_hand():
    black = np.zeros((1, 2, 2, 3), "uint8")
    assert metrics.psnr(black, black + np.uint8(255))[0] == 0
    assert metrics.psnr(black, black + np.uint8(1))[0] == pytest.approx(20 * np.log10(255))
    assert metrics.psnr(black, black)[0] == np.inf


def test_ssim_is_scikit_images(pictures):
    expected = [structural_similarity(target, picture, channel_axis=-1, data_range=255, gaussian_weights=True, sigma=1.5, use_sample_covariance=False)
                for target, picture in zip(*pictures, strict=True)]
    np.testing.assert_allclose(metrics.ssim(*pictures), expected, rtol=1e-12)
    np.testing.assert_allclose(metrics.ssim(pictures[0], pictures[0]), 1)


def test_the_colour_difference_is_scikit_images_and_knows_sharmas_first_pair(pictures):
    expected = [color.deltaE_ciede2000(*map(color.rgb2lab, pair)).mean() for pair in zip(*pictures, strict=True)]
    np.testing.assert_allclose(metrics.colour_difference(*pictures), expected, rtol=1e-12)
    # the first pair of the table in Sharma et al., 2005: what scikit-image must return for us to trust it
    assert color.deltaE_ciede2000([50, 2.6772, -79.7751], [50, 0, -82.7485]) == pytest.approx(2.0425, abs=1e-4)


def test_black_and_white_are_as_different_as_can_be():
    black = np.zeros((1, 2, 2, 3), "uint8")
    assert metrics.colour_difference(black, black + np.uint8(255))[0] == pytest.approx(100, abs=1e-3)


@pytest.mark.parametrize("measure", [metrics.psnr, metrics.ssim, metrics.colour_difference])
def test_a_mask_chooses_the_pixels(measure, pictures):
    target, picture = pictures
    everywhere = np.ones(target.shape[:3], bool)
    # psnr and the colour difference of the half that is chosen are those of the half alone
    np.testing.assert_allclose(measure(target, picture, everywhere), measure(target, picture), rtol=0.02)
    left = everywhere.copy()
    left[:, :, 6:] = False
    spoilt = picture.copy()
    spoilt[:, :, 11:] = 0  # farther from the mask than ssim's window reaches
    if measure is metrics.ssim:
        left[:, :, 3:] = False
    np.testing.assert_allclose(measure(target, spoilt, left), measure(target, picture, left))
    if measure is not metrics.ssim:
        np.testing.assert_allclose(measure(target, picture, left), measure(target[:, :, :6], picture[:, :, :6]))


@pytest.mark.parametrize("measure", [metrics.psnr, metrics.ssim, metrics.colour_difference])
def test_pairs_that_are_none_are_refused(measure, pictures):
    target, picture = pictures
    with pytest.raises(ValueError, match="float32.*to_picture"):
        measure(target, picture.astype("float32"))
    with pytest.raises(ValueError, match=r"picture\[None\]"):
        measure(target[0], picture[0])
    with pytest.raises(ValueError, match="equal shapes"):
        measure(target, picture[:2])
    with pytest.raises(ValueError, match="mask > 127"):
        measure(target, picture, np.ones(target.shape[:3], "uint8"))
    nothing = np.ones(target.shape[:3], bool)
    nothing[2] = False
    with pytest.raises(ValueError, match="picture 2 chooses no pixel"):
        measure(target, picture, nothing)


def test_ssim_refuses_what_is_smaller_than_its_window():
    small = np.zeros((1, 10, 20, 3), "uint8")
    with pytest.raises(ValueError, match="10 x 20.*11 x 11"):
        metrics.ssim(small, small)


# ---- Fréchet's distance -----------------------------------------------------------------------------------------------

def with_moments(mean, covariance, count, rng):
    """Return samples whose mean and covariance are exactly those given."""
    drawn = rng.normal(size=(count, len(mean)))
    drawn -= drawn.mean(axis=0)
    drawn = drawn @ np.linalg.inv(np.linalg.cholesky(np.cov(drawn, rowvar=False))).T
    return drawn @ np.linalg.cholesky(np.asarray(covariance)).T + mean


def test_the_frechet_distance_of_normal_distributions_is_the_closed_form(rng):
    first = with_moments([0, 0, 0], np.diag([1.0, 4.0, 9.0]), 200, rng)
    second = with_moments([3, 4, 0], np.diag([4.0, 4.0, 1.0]), 300, rng)
    # where both covariances are diagonal: |m|^2 + sum of (s_r - s_f)^2 = 25 + (1 - 2)^2 + 0 + (3 - 1)^2
    assert metrics.frechet_distance(first, second) == pytest.approx(30)


def test_the_frechet_distance_of_covariances_that_do_not_commute(rng):
    first, second = np.array([[2.0, 1.0], [1.0, 2.0]]), np.array([[3.0, 0.0], [0.0, 1.0]])
    # in the plane trace(M^(1/2)) = sqrt(trace(M) + 2 sqrt(det(M))), here with M = first @ second: trace 8, determinant 9
    expected = 4 + 4 - 2 * np.sqrt(8 + 2 * 3)
    assert metrics.frechet_distance(with_moments([0, 0], first, 50, rng), with_moments([0, 0], second, 60, rng)) == pytest.approx(expected)


def test_the_frechet_distance_keeps_what_a_distance_keeps(rng):
    first, second = rng.normal(size=(40, 5)), rng.normal(1, 2, size=(30, 5))
    distance = metrics.frechet_distance(first, second)
    assert metrics.frechet_distance(first, first) == pytest.approx(0, abs=1e-9)
    assert metrics.frechet_distance(second, first) == pytest.approx(distance)
    turn, _ = np.linalg.qr(rng.normal(size=(5, 5)))
    assert metrics.frechet_distance(first @ turn + 7, second @ turn + 7) == pytest.approx(distance)
    assert metrics.frechet_distance(3 * first, 3 * second) == pytest.approx(9 * distance)


def test_the_frechet_distance_stands_fewer_samples_than_features_and_one_feature(rng):
    few = metrics.frechet_distance(rng.normal(size=(5, 20)), rng.normal(size=(6, 20)))
    assert np.isfinite(few) and few > 0
    assert metrics.frechet_distance([[0.0], [2.0]], [[5.0], [7.0]]) == pytest.approx(25)


def test_the_frechet_distance_reads_too_high_on_few_samples_and_kid_does_not(rng):
    def on(count):
        draws = [(rng.normal(size=(count, 8)), rng.normal(size=(count, 8))) for _ in range(40)]
        values = np.array([metrics.kid(*draw, subsets=2).value for draw in draws])
        return np.mean([metrics.frechet_distance(*draw) for draw in draws]), values.mean() / (values.std(ddof=1) / np.sqrt(len(values)))

    (few, few_t), (many, many_t) = on(20), on(320)
    assert few > 10 * many > 0
    assert abs(few_t) < 3 and abs(many_t) < 3


# ---- KID --------------------------------------------------------------------------------------------------------------

def test_kid_by_hand():
    real, fake = np.array([[0.0], [1.0], [0.0], [1.0]]), np.array([[1.0], [1.0], [1.0], [1.0]])
    # kernel: k(0, .) = 1, k(1, 1) = 8. Within real, of 12 ordered pairs 2 are (1, 1): (10 + 2 * 8) / 12; within fake 8; across (1 + 8) / 2
    assert metrics.kid(real, fake).value == pytest.approx(26 / 12 + 8 - 9)


def test_kid_is_the_plain_loop(rng):
    real, fake = rng.normal(size=(7, 3)), rng.normal(0.5, 1, size=(5, 3))

    def kernel(x, y):
        return (x @ y / 3 + 1) ** 3

    def pairs(points):
        return np.mean([kernel(x, y) for i, x in enumerate(points) for j, y in enumerate(points) if i != j])

    expected = pairs(real) + pairs(fake) - 2 * np.mean([kernel(x, y) for x in real for y in fake])
    assert metrics.kid(real, fake).value == pytest.approx(expected)


def test_kids_deviation_is_that_of_other_draws(rng):
    def draw():
        return metrics.kid(rng.normal(size=(120, 4)), rng.normal(0.4, 1, size=(120, 4)), subsets=40, rng=rng)

    estimates = [draw() for _ in range(40)]
    between = np.std([estimate.value for estimate in estimates], ddof=1)
    assert np.mean([estimate.deviation for estimate in estimates]) == pytest.approx(between, rel=0.3)


def test_kid_depends_on_the_generator_passed_in_alone(rng):
    real, fake = rng.normal(size=(2, 30, 4))
    first, again, other = (metrics.kid(real, fake, rng=np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first == again == metrics.kid(real, fake, rng=np.random.default_rng(1))
    assert first.value == other.value and first.deviation != other.deviation


def test_kid_refuses_one_subset(rng):
    with pytest.raises(ValueError, match="subsets=1"):
        metrics.kid(rng.normal(size=(9, 2)), rng.normal(size=(9, 2)), subsets=1)


# ---- Neighbours -------------------------------------------------------------------------------------------------------

LINE = np.array([[0.0], [1.0], [2.0], [10.0]])  # with one neighbour: radii 1, 1, 1 and 8


def test_precision_and_recall_by_hand():
    fake = np.array([[0.5], [2.5], [-2.0], [5.0]])  # with one neighbour: radii 2, 2, 2.5 and 2.5
    found = metrics.precision_recall(LINE, fake, neighbours=1)
    assert found.precision == 3 / 4  # 5 lies in the wide ball of the stray sample; -2 in none
    assert found.recall == 3 / 4  # only 10 is reached by no fake


def test_density_and_coverage_by_hand():
    fake = np.array([[0.5], [0.5], [-2.0], [5.0]])  # 0.5 lies in the balls of 0 and 1, 5 in that of 10
    found = metrics.density_coverage(LINE, fake, neighbours=1)
    assert found.density == (2 + 2 + 1) / 4
    assert found.coverage == 3 / 4  # 2's ball reaches from 1 to 3


def test_one_set_drawn_twice_has_density_1_and_the_coverage_of_the_formula(rng):
    real, fake = rng.normal(size=(2, 1500, 6))
    found = metrics.density_coverage(real, fake, neighbours=5)
    assert found.density == pytest.approx(1, abs=0.05)
    assert found.coverage == pytest.approx(1 - 2**-5, abs=0.015)
    assert min(metrics.precision_recall(real, fake)) > 0.85


def test_a_stray_sample_makes_room_in_precision_but_hardly_in_density(rng):
    real = np.concatenate([rng.normal(size=(200, 2)), [[60.0, 0.0]]])
    fake = rng.normal([45.0, 0.0], 1.0, size=(200, 2))
    assert metrics.precision_recall(real, fake).precision == 1
    assert metrics.density_coverage(real, fake).density < 0.25


@pytest.mark.parametrize("measure", [metrics.precision_recall, metrics.density_coverage])
def test_neighbours_do_not_change_by_moving_turning_and_scaling_both_sets(measure, rng):
    real, fake = rng.normal(size=(60, 3)), rng.normal(0.5, 1, size=(50, 3))
    turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    np.testing.assert_allclose(measure(real, fake), measure(5 * real @ turn + 1, 5 * fake @ turn + 1))
    np.testing.assert_allclose(measure(real, fake), measure(real[::-1], fake[rng.permutation(50)]))


@pytest.mark.parametrize("measure", [metrics.precision_recall, metrics.density_coverage])
@pytest.mark.parametrize("neighbours", [0, 4])
def test_neighbours_that_are_not_there_are_refused(measure, neighbours):
    with pytest.raises(ValueError, match=f"neighbours={neighbours} came with 4 samples; a number from 1 to 3"):
        measure(LINE, LINE, neighbours)


# ---- Memorisation -----------------------------------------------------------------------------------------------------

def test_memorisation_by_hand():
    train = np.array([[0.0], [10.0]])
    held_out = np.array([[1.0], [12.0], [3.0], [14.0]])  # 1, 2, 3 and 4 away
    found = metrics.memorisation(train, held_out, np.array([[10.5], [2.5]]))
    np.testing.assert_array_equal(found.nearest, [1, 0])
    np.testing.assert_allclose(found.distances, [0.5, 2.5])
    assert found.share_closer == 0.5  # the quantile of 5 % lies at 1.15
    assert found.z == pytest.approx((2 - 4) / np.sqrt(2 * 4 * 7 / 12))  # farther in two of eight pairs: (2.5, 1) and (2.5, 2)


def test_an_honest_set_passes_and_copies_do_not(rng):
    train, held_out, honest = rng.normal(size=(3, 800, 6))
    found = metrics.memorisation(train, held_out, honest)
    assert abs(found.z) < 3 and found.share_closer == pytest.approx(0.05, abs=0.03)
    copies = metrics.memorisation(train, held_out, train[:200] + 0.01 * rng.normal(size=(200, 6)))
    assert copies.share_closer == 1 and copies.z < -10
    np.testing.assert_array_equal(copies.nearest, np.arange(200))


def test_ties_count_half():
    points = np.array([[1.0], [2.0]])
    assert metrics.memorisation(np.zeros((1, 1)), points, points).z == 0


# ---- What can't be measured -------------------------------------------------------------------------------------------

SETS = [metrics.frechet_distance, metrics.kid, metrics.precision_recall, metrics.density_coverage, lambda real, fake: metrics.memorisation(real, real, fake)]


@pytest.mark.parametrize("measure", SETS)
def test_sets_that_are_none_are_refused(measure, rng):
    real = rng.normal(size=(9, 3))
    with pytest.raises(ValueError, match=r"fake has shape \(9, 3, 3\).*features.extract"):
        measure(real, np.zeros((9, 3, 3)))
    with pytest.raises(ValueError, match="different width.*3.*4"):
        measure(real, np.zeros((9, 4)))
    with pytest.raises(ValueError, match="fake has values that are not finite"):
        measure(real, np.full((9, 3), np.nan))
    with pytest.raises(ValueError, match="fake has 0 samples"):
        measure(real, np.zeros((0, 3)))


@pytest.mark.parametrize("measure", SETS[:4])
def test_real_numbers_of_any_kind_give_the_same(measure, rng):
    real, fake = rng.integers(0, 9, (2, 20, 3))
    np.testing.assert_allclose(measure(real, fake), measure(real.astype("float32"), fake.tolist()))


# ---- Tables -----------------------------------------------------------------------------------------------------------

def test_a_table_by_group():
    rows = metrics.by_group([1.0, 3.0, 10.0, 10.0], [2, 2, 1, 1])
    assert [(row.group, row.count, row.mean) for row in rows] == [(1, 2, 10.0), (2, 2, 2.0)]
    assert (rows[0].low, rows[0].high) == (10, 10) and (rows[1].low, rows[1].high) == (1, 3)


def test_the_interval_is_that_of_the_mean(rng):
    row, = metrics.by_group(rng.normal(5, 2, 400), ["dark"] * 400)
    assert row.group == "dark"
    assert (row.high - row.low) / 2 == pytest.approx(1.96 * 2 / 20, rel=0.15)


@pytest.mark.parametrize(("values", "groups", "words"), [([1.0], [1, 2], "one label a sample"), ([], [], "one label"), ([np.inf, 1.0], [1, 1], "PSNR")])
def test_tables_that_can_not_be_made(values, groups, words):
    with pytest.raises(ValueError, match=words):
        metrics.by_group(values, groups)
