"""The shop picture and the cut: every garment fits its frame, and nothing of it is hidden."""

import itertools

import numpy as np
import pytest
from tryon_utils.paperdoll.fabric import LINING, NECK, SLEEVE_LEFT, SLEEVE_RIGHT, TORSO, emblem_distance, fabric_colour
from tryon_utils.paperdoll.factors import changed
from tryon_utils.paperdoll.garment_cut import around, flat_frame, neck_opening, sleeve_end, trunk_garment_widths
from tryon_utils.paperdoll.garment_factors import EMBLEMS, HEMS, NECKLINES, PALETTES, PATTERNS, SLEEVES, GarmentFactors, sample_garment_factors
from tryon_utils.paperdoll.garment_shop import render_garment, shop_places

CUTS = [GarmentFactors(sleeve=sleeve, neckline=neckline, hem=hem, fit=(0.0, 0.5, 1.0)[number % 3], neck_depth=(0.0, 1.0)[number % 2])
        for number, (sleeve, neckline, hem) in enumerate(itertools.product(SLEEVES, NECKLINES, HEMS))]


def name_of(garment):
    return f"{garment.sleeve}, {garment.neckline}, {garment.hem}, {garment.fit}"


@pytest.fixture(scope="module")
def shop_pictures():
    return [render_garment(garment, 64) for garment in CUTS]


def test_every_cut_fills_the_picture_with_even_margins(shop_pictures):
    for shop in shop_pictures:
        rows, columns = (np.flatnonzero((shop.mask > 0.5).any(axis)) for axis in (1, 0))
        margins = rows[0], 63 - rows[-1], columns[0], 47 - columns[-1]
        assert min(margins) >= 1, (name_of(shop.garment), margins)
        assert abs(margins[0] - margins[1]) <= 4 and abs(margins[2] - margins[3]) <= 1, (name_of(shop.garment), margins)
        assert max((rows[-1] - rows[0] + 1) / 64, (columns[-1] - columns[0] + 1) / 48) > 0.8, name_of(shop.garment)


def test_the_shop_picture_is_white_where_no_garment_or_shadow_is(shop_pictures):
    for shop in shop_pictures:
        assert (shop.picture[0] >= 240).all() and (shop.picture[:, 0] >= 225).all()


def test_every_panel_of_a_cut_is_seen(shop_pictures):
    for shop in shop_pictures:
        wanted = {TORSO} | ({SLEEVE_LEFT, SLEEVE_RIGHT} if shop.garment.sleeve != "none" else set())
        wanted |= {"turtleneck": {NECK}, "boat": set()}.get(shop.garment.neckline, {LINING})  # a shallow boat neck is a slit
        assert wanted <= set(np.unique(shop.panels)) - {0}, name_of(shop.garment)


def test_no_sleeve_lies_over_the_body():
    for garment in CUTS:
        if garment.sleeve == "none":
            continue
        frame = flat_frame(garment)
        a = np.linspace(0.7, sleeve_end(garment), 30, dtype=np.float32)
        x, y = shop_places(garment, SLEEVE_RIGHT, -frame.sleeve(a), a)
        beside = y > 2.05
        assert (x[beside] > frame.width(y[beside])).all(), name_of(garment)


def test_sleeves_are_mirrored(shop_pictures):
    for shop in shop_pictures[::7]:
        np.testing.assert_array_equal(shop.mask > 0.5, (shop.mask > 0.5)[:, ::-1])


def test_a_looser_fit_is_wider():
    body = np.full(15, 0.6)
    widths = [trunk_garment_widths(body, GarmentFactors(fit=fit)) for fit in (0.0, 0.5, 1.0)]
    assert (widths[0][3:] < widths[1][3:]).all() and (widths[1][3:] < widths[2][3:]).all() and (widths[0] >= body).all()


def test_around_is_odd_grows_and_ends_at_one():
    share = np.linspace(-1, 1, 101, dtype=np.float32)
    fabric = around(share)
    assert (np.diff(fabric) > 0).all()
    np.testing.assert_allclose(fabric, -fabric[::-1], atol=1e-6)
    assert abs(fabric[-1] - 1) < 2e-3 and abs(around(np.float32(0))) < 1e-6


@pytest.mark.parametrize("neckline", NECKLINES)
def test_a_deeper_neck_opens_more(neckline):
    u, v = np.meshgrid(np.linspace(-0.6, 0.6, 61, dtype=np.float32), np.linspace(1.2, 2.2, 61, dtype=np.float32))
    shallow, deep = ((neck_opening(GarmentFactors(neckline=neckline, neck_depth=depth), u, v) < 0).sum() for depth in (0.0, 1.0))
    assert shallow > 0 and (deep > shallow or neckline == "turtleneck")
    assert (neck_opening(GarmentFactors(neckline=neckline), np.float32(0.0), np.float32(2.4)) > 0).all()


@pytest.mark.parametrize("pattern", PATTERNS)
def test_patterns_are_filtered_not_changed_by_the_footprint(pattern):
    u, v = np.meshgrid(np.linspace(-0.5, 0.5, 240, dtype=np.float32), np.linspace(1.6, 2.6, 240, dtype=np.float32))
    garment = GarmentFactors(pattern=pattern, palette="chalk", scale=0.3)
    sharp, soft = (fabric_colour(garment, TORSO, u, v, footprint) for footprint in (0.004, 0.03))
    np.testing.assert_allclose(sharp.mean((1, 2)), soft.mean((1, 2)), atol=0.02)
    assert np.abs(np.diff(soft, axis=2)).max() <= np.abs(np.diff(sharp, axis=2)).max() + 1e-6
    assert (pattern == "plain") == (sharp.std((1, 2)).max() < 1e-6)


@pytest.mark.parametrize("emblem", EMBLEMS)
def test_emblems_stay_in_their_circle(emblem):
    x, y = np.meshgrid(np.linspace(-1.5, 1.5, 151, dtype=np.float32), np.linspace(-1.5, 1.5, 151, dtype=np.float32))
    inside = emblem_distance(emblem, x, y) > 0
    assert 0.03 < inside[np.hypot(x, y) < 1].mean() < 0.9
    assert not inside[np.hypot(x, y) > 1.2].any()


def test_drawing_a_garment_is_repeatable_and_each_factor_varies():
    garments = [sample_garment_factors(1, index) for index in range(200)]
    assert garments[7] == sample_garment_factors(1, 7)
    for name, values in {"sleeve": SLEEVES, "neckline": NECKLINES, "hem": HEMS, "pattern": PATTERNS, "palette": PALETTES, "emblem": EMBLEMS}.items():
        assert {getattr(garment, name) for garment in garments} == set(values), name


def test_the_same_garment_is_the_same_at_every_size():
    garment = changed(sample_garment_factors(1, 3), pattern="checks")
    small, large = render_garment(garment, 64), render_garment(garment, 256)
    mean = large.picture.reshape(64, 4, 48, 4, 3).mean((1, 3))
    assert np.abs(mean - small.picture).mean() < 5
    np.testing.assert_allclose(large.mask.reshape(64, 4, 48, 4).mean((1, 3)), small.mask, atol=0.2)


def test_a_wrong_garment_is_refused_by_name():
    with pytest.raises(ValueError, match="Got sleeve = 'wide'"):
        render_garment(GarmentFactors(sleeve="wide"))
