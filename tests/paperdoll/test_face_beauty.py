"""What a viewer must be able to see: every feature on every skin tone, and makeup on every skin tone, at 64 pixels."""

import warnings

import numpy as np
import pytest

from tryon_utils.paperdoll import LOOKS, render_face, sample_face_factors, sample_look
from tryon_utils.paperdoll.colour import linear_to_lab, srgb_to_linear
from tryon_utils.paperdoll.factors import changed

TONES = range(1, 11)


def plain_face(tone, **values):
    """A face that looks straight at us, with nothing on it."""
    bare = dict(hair_style="low bun", hair_colour="espresso", glasses="none", facial_hair="none", expression="soft smile", eye_colour="dark brown")
    bare |= dict(lines=0.0, freckles=0.0, blemishes=0.0, dark_circles=0.0, yaw=0.0, pitch=0.0, roll=0.0, eye_shape="almond")
    return changed(sample_face_factors(2, 0), monk_tone=tone, **(bare | values))


def lab(picture):
    return linear_to_lab(srgb_to_linear(picture / np.float32(255)))


def mean_lab(sample, name, least=0.6):
    return lab(sample.bare)[sample.masks[name] > least].mean(0)


@pytest.mark.parametrize("tone", TONES)
@pytest.mark.parametrize("size", [64, 128])
def test_features_read_on_every_tone(tone, size):
    sample = render_face(plain_face(tone), None, size)
    skin = mean_lab(sample, "cheeks")
    lightness = lab(sample.bare)[..., 0]
    eyes = sample.masks["eyes"] > 0.5
    assert np.linalg.norm(mean_lab(sample, "lips") - skin) > 6
    assert skin[0] - mean_lab(sample, "brows")[0] > 5
    assert np.ptp(np.percentile(lightness[eyes], [5, 95])) > 25, "the white of the eye must stand out from the iris"
    assert np.percentile(lightness[eyes], 90) > 40


@pytest.mark.parametrize("tone", TONES)
def test_every_look_shows_on_every_tone(tone):
    factors = plain_face(tone)
    for look in LOOKS.values():
        sample = render_face(factors, look, 64)
        moved = np.linalg.norm(lab(sample.picture) - lab(sample.bare), axis=-1)
        for layer in sample.layers:
            if layer.kind in ("lipstick", "eyeshadow", "blush"):
                where = layer.opacity > 0.6 * layer.opacity.max()
                assert moved[where].mean() > 2.0, f"{layer.kind} of {look.name!r} can't be seen on tone {tone}"


def test_skin_tones_go_from_light_to_dark():
    lightness = [mean_lab(render_face(plain_face(tone), None, 64), "cheeks")[0] for tone in TONES]
    assert lightness[0] - lightness[9] > 40
    assert all(first > second - 1 for first, second in zip(lightness, lightness[1:], strict=False))


def test_more_intensity_changes_more():
    factors = plain_face(5)
    for name in ("classic red", "smoky evening", "carnival"):
        steps = [render_face(factors, LOOKS[name].at(share), 48) for share in (0, 0.25, 0.5, 0.75, 1)]
        change = [np.abs(step.picture.astype(int) - step.bare).sum() for step in steps]
        assert change[0] == 0 and all(less < more for less, more in zip(change, change[1:], strict=False))
        for less, more in zip(steps[1:], steps[2:], strict=False):
            for before, after in zip(less.layers, more.layers, strict=True):
                assert (after.opacity >= before.opacity).all()


def test_hundreds_of_people_render_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for index in range(220):
            sample = render_face(sample_face_factors(2026, index), sample_look(2026, index), 64, supersample=1)
            total = sum(mask for name, mask in sample.masks.items() if name != "cheeks")
            np.testing.assert_allclose(total, 1, atol=1e-5)
