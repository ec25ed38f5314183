"""Colour, noise, randomness and light: numbers worked by hand."""

import numpy as np
import pytest

from tryon_utils.paperdoll import LOOKS, sample_face_factors, sample_look
from tryon_utils.paperdoll.colour import (
    MONK_TONES, hex_to_linear, linear_to_lab, linear_to_srgb, mix, monk_tone, saturate, srgb_to_linear, to_uint8,
)
from tryon_utils.paperdoll.factors import choose, even_tone, stream
from tryon_utils.paperdoll.makeup import SHAPES, MakeupLayer, layer_colour
from tryon_utils.paperdoll.noise import fbm_tile, sample_tile
from tryon_utils.paperdoll.shading import GBuffer, Light, coverage, light_from, over, shade, shrink, smoothstep, tone


def test_srgb_and_linear_light_are_inverse():
    srgb = np.linspace(0, 1, 256, dtype=np.float32)
    np.testing.assert_allclose(linear_to_srgb(srgb_to_linear(srgb)), srgb, atol=1e-5)
    np.testing.assert_allclose(srgb_to_linear(0.5), 0.21404, atol=1e-4)
    np.testing.assert_array_equal(to_uint8(srgb_to_linear(np.arange(256) / 255)), np.arange(256))


def test_monk_tones_are_the_published_colours():
    for number, text in enumerate(MONK_TONES, start=1):
        code = "#" + "".join(f"{level:02x}" for level in to_uint8(monk_tone(number)))
        assert code == text
    lightness = [linear_to_lab(monk_tone(number))[0] for number in range(1, 11)]
    assert lightness[0] > 93 and lightness[9] < 16


def test_lab_of_white_grey_and_red():
    np.testing.assert_allclose(linear_to_lab(np.ones(3, np.float32)), [100, 0, 0], atol=0.05)
    np.testing.assert_allclose(linear_to_lab(hex_to_linear("#ff0000")), [53.24, 80.09, 67.20], atol=0.05)


def test_saturation_keeps_luminance_and_mixing_nothing_changes_no_bit():
    colour = hex_to_linear("#a07e56")
    grey = saturate(colour, 0)
    np.testing.assert_allclose(grey, grey[0])
    np.testing.assert_array_equal(mix(colour, grey, np.float32(0)), colour)


@pytest.mark.parametrize("text", ["a07e56", "#a07e5", "#a07e5g", 7])
def test_a_colour_that_is_none_says_so(text):
    with pytest.raises(ValueError, match="wanted"):
        hex_to_linear(text)


def test_noise_tiles_without_a_seam():
    tile = fbm_tile(4, 5)
    x = np.linspace(-1, 2, 50, dtype=np.float32)
    np.testing.assert_allclose(sample_tile(tile, x, 0.3 * x), sample_tile(tile, x + 1, 0.3 * x - 2), atol=2e-3)
    assert np.abs(tile).max() == 1
    with pytest.raises(ValueError, match="power of two"):
        sample_tile(tile[:100], x, x)


def test_tones_are_even_and_streams_are_apart():
    tones = np.bincount([even_tone(3, index) for index in range(1000)], minlength=11)[1:]
    assert (tones == 100).all()
    drawn = np.bincount([sample_face_factors(8, index).monk_tone for index in range(500)], minlength=11)[1:] / 500
    assert np.abs(drawn - 0.1).max() <= 0.02
    assert stream(1, 2, "a").uniform() == stream(1, 2, "a").uniform() != stream(1, 2, "b").uniform()
    assert choose(stream(0, 0, "x"), {"never": 0, "always": 1}) == "always"
    with pytest.raises(ValueError, match="from 0 up"):
        stream(-1, 0, "a")


def test_light_falls_on_what_faces_it():
    shape = (2, 2)
    normal = np.zeros((3, *shape), np.float32)
    normal[2] = 1
    buffer = GBuffer(np.full((3, *shape), 0.5, np.float32), normal, np.ones(shape), np.zeros(shape), np.zeros(shape, np.uint8))
    front = shade(buffer, Light(direction=(0, 0, 1)))
    behind = shade(buffer, Light(direction=(0.6, 0, -0.8)))
    assert (front > behind).all() and np.isfinite(front).all()
    assert light_from(-40).direction[0] < 0 < light_from(40).direction[0]
    with pytest.raises(ValueError, match="degrees"):
        light_from(120)


def test_painting_with_nothing_changes_no_bit():
    back = np.random.default_rng(0).uniform(size=(3, 4, 4)).astype(np.float32)
    np.testing.assert_array_equal(over(1 - back, np.zeros((4, 4), np.float32), back), back)
    np.testing.assert_allclose(shrink(back, 2)[:, 0, 0], back[:, :2, :2].mean((1, 2)), atol=1e-6)
    assert coverage(np.float32(1), 0.1) == 1 and coverage(np.float32(-1), 0.1) == 0 and coverage(np.float32(0), 0.1) == 0.5
    assert smoothstep(0, 1, np.float32(0.5)) == smoothstep(1, 0, np.float32(0.5)) == 0.5
    assert tone(np.float32(0.6)) == np.float32(0.6) and tone(np.float32(50)) < 1


def test_looks_are_described_and_drawn_alike():
    assert all(look.name == name and look.note.endswith(".") for name, look in LOOKS.items())
    assert sample_look(4, 9) == sample_look(4, 9)
    assert {sample_look(4, index).name for index in range(400)} == set(LOOKS)
    assert len(LOOKS) >= 12
    assert {layer.kind for look in LOOKS.values() for layer in look.layers} == set(SHAPES)


def test_matched_colours_come_from_the_skin():
    skin = monk_tone(6)
    contour = layer_colour(MakeupLayer("contour", None, 0.2, "soft"), skin, 6)
    assert (contour < skin).all()
    red = MakeupLayer("lipstick", "#b3141d", 0.9, "full")
    assert layer_colour(red, monk_tone(10), 10)[0] < layer_colour(red, monk_tone(1), 1)[0]
