"""The course's try-on models behind the studio's interfaces, here with untrained networks: what they are given, and what they leave alone."""

import numpy as np
import pytest
from skimage import data
from tryon_utils import cards, datasets, feedback, makeup_photos, pigments
from tryon_utils.models import garment as garments
from tryon_utils.models import makeup, tryon
from tryon_utils.photos.intake import PhotoError
from tryon_utils.studio import try_ons
from tryon_utils.studio.shell import Studio


def provenance():
    return cards.today("untrained", "0" * 64)


@pytest.fixture(scope="module")
def dresser():
    return try_ons.Dresser(garments.build_warper(), tryon.build_painter((64, 48)), provenance, people=3, garments_shown=12)


@pytest.fixture(scope="module")
def stylist():
    return try_ons.Stylist(makeup.build_generator(), provenance, people=3, size=128)


def test_a_rendered_person_changes_inside_the_region_only(dresser):
    before, after = dresser.before(1), dresser.dress(1, 5)
    region = datasets.load_bodies("new_both", 12).agnostic_mask[1] > 0
    assert after.shape == before.shape == (64, 48, 3) and after.dtype == np.uint8
    assert np.array_equal(after[~region], before[~region]) and not np.array_equal(after[region], before[region])
    assert np.array_equal(dresser.dress(1, 5), after)


def test_the_truth_is_the_renderers(dresser):
    bodies = datasets.load_bodies("new_both", 12)
    assert np.array_equal(dresser.truth(5, 5), bodies.target[5])


def test_strangers_garments_and_bad_pictures(dresser):
    paper = np.full((300, 240, 3), 250, "uint8")
    paper[60:240, 60:180] = (150, 40, 60)
    assert dresser.dress(0, paper).shape == (64, 48, 3)
    with pytest.raises(PhotoError):
        dresser.dress(0, np.random.default_rng(0).integers(0, 256, (200, 200, 3), "uint8"))


def test_a_rendered_face_and_its_strengths(stylist):
    before = stylist.before(0)
    nothing = stylist.make_up(0, 3, dict.fromkeys(stylist.regions, 0.0))
    everything = stylist.make_up(0, 3, dict.fromkeys(stylist.regions, 1.0))
    assert np.array_equal(nothing, before) and everything.shape == before.shape == (128, 128, 3)
    lesson = stylist.lesson(0, 3)
    assert len(lesson) == 6 and np.array_equal(lesson[0], before) and np.array_equal(lesson[-1], everything)


def test_layers_are_found_once_for_all_strengths(stylist, monkeypatch):
    stylist.make_up(1, 2, dict.fromkeys(stylist.regions, 1.0))
    monkeypatch.setattr(try_ons.makeup_photos, "predict_layers", None)
    stylist.make_up(1, 2, dict.fromkeys(stylist.regions, 0.4))
    with pytest.raises(TypeError):
        stylist.make_up(1, 4, dict.fromkeys(stylist.regions, 0.4))


def test_repair_comes_before_the_makeup_and_only_when_asked_for(stylist, monkeypatch):
    assert "repair" not in stylist.regions
    able = try_ons.Stylist(makeup.build_generator(), provenance, makeup.build_generator(layer_names=pigments.REPAIRS), people=3, size=128)
    assert able.regions == (*pigments.REGIONS, "repair")
    strong = np.zeros((2, 128, 128), "uint8")
    strong[0, 60:66, 40:50] = 255
    layers = makeup_photos.PhotoLayers((0, 0, 128, 128), strong, np.float32([[1.3, 0, 0], [1, 0, 0]]), pigments.REPAIRS)
    asked = []
    monkeypatch.setattr(makeup_photos, "predict_repair", lambda generator, pixels, points: asked.append(len(pixels)) or layers)
    nothing = dict.fromkeys(able.regions, 0.0)
    assert np.array_equal(able.make_up(0, 3, nothing), able.before(0)) and not asked
    half, whole = (able.make_up(0, 3, nothing | {"repair": strength}).astype(int) - able.before(0) for strength in (0.5, 1.0))
    assert asked == [128]  # found once for all strengths
    assert 0 < half.sum() < whole.sum() and np.array_equal(whole.any(axis=-1), strong[0] > 0)
    assert np.array_equal(able.make_up(0, 3, dict.fromkeys(able.regions, 1.0) | {"repair": 0.0}), stylist_without(able).make_up(0, 3, dict.fromkeys(pigments.REGIONS, 1.0)))
    assert len(able.lesson(0, 3)) == 6


def stylist_without(able):
    return try_ons.Stylist(able.generator, provenance, people=3, size=128)


def test_another_colour_changes_its_region_only(stylist, monkeypatch):
    full = dict.fromkeys(stylist.regions, 1.0)
    layers = stylist.layers(0, 0)._replace(opacity=np.array(stylist.layers(0, 0).opacity))
    layers.opacity[:] = 0
    layers.opacity[pigments.LAYERS.index("lipstick"), 4:8, 5:9] = 255
    monkeypatch.setattr(stylist, "layers", lambda face, look: layers)
    own = stylist.colours(0, 0)
    assert set(own) == {"lips"}
    assert np.abs(stylist.make_up(0, 0, full, own).astype(int) - stylist.make_up(0, 0, full)).max() <= 1
    blue = stylist.make_up(0, 0, full, {"lips": "#2040c0"})
    changed = np.any(blue != stylist.before(0), axis=-1)
    assert changed.sum() == 16
    assert np.abs(blue[changed].mean(axis=0) - (0x20, 0x40, 0xc0)).max() < 12
    for nonsense in ({"lips": "blue"}, {"lips": "#12"}, {"skin": "#204080"}):
        with pytest.raises(ValueError, match="came; one of lips, eyes, cheeks"):
            stylist.make_up(0, 0, full, nonsense)


def test_a_film_is_a_try_on_in_each_frame(dresser):
    frames = dresser.film(1, 2)
    assert frames.shape == (try_ons.FRAMES, 64, 48, 3) and frames.dtype == np.uint8
    assert not np.array_equal(frames[0], frames[-1])


def test_photographs(dresser, stylist):
    astronaut = data.astronaut()
    made_up = stylist.make_up(astronaut, 2, dict.fromkeys(stylist.regions, 1.0))
    assert made_up.shape == astronaut.shape
    with pytest.raises(PhotoError):
        stylist.make_up(np.full((200, 200, 3), 90, "uint8"), 2, dict.fromkeys(stylist.regions, 1.0))
    with pytest.raises(PhotoError):
        dresser.dress(np.full((300, 200, 3), 90, "uint8"), 0)


def test_the_room_has_their_doors(dresser, stylist):
    studio = Studio(feedback.Feedback(feedback.MEMORY), stylist=stylist, dresser=dresser)
    assert list(studio.doors) == ["Mirror", "Wardrobe", "Atelier"] and not studio.room.trouble
    studio.panes["Wardrobe"].advise()
    assert not studio.room.trouble


def test_weights_that_are_not_there_make_no_door(tmp_path):
    (tmp_path / "weights.json").write_text('{"weights": {}}')
    assert try_ons.find_dresser(tmp_path / "weights") is None and try_ons.find_stylist(tmp_path / "weights") is None
