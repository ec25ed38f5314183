"""The studio without a browser: every pane does what its controls say, keeps what it should, and lets no error out."""

import io

import numpy as np
import pytest
import studio_fakes
from PIL import Image
from tryon_utils import cards, feedback, gallery, weights
from tryon_utils.studio import advice, parts, pictures
from tryon_utils.studio.room import Room
from tryon_utils.studio.shell import Studio


@pytest.fixture(scope="module")
def studio():
    return Studio(feedback.Feedback(feedback.MEMORY), stylist=studio_fakes.TruthStylist(), dresser=studio_fakes.TruthDresser())


@pytest.fixture(autouse=True)
def nothing_kept(studio):
    yield
    studio.room.store.delete_all()
    studio._count()
    studio.room.trouble = ""


def said(studio):
    return studio.room.line.value


def jpeg(width=200, height=300, colour=(200, 120, 90)):
    file = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(file, format="JPEG")
    return file.getvalue()


# ---- The whole -------------------------------------------------------------------------------------------------------

def test_all_doors_lead_somewhere(studio):
    assert list(studio.doors) == ["Mirror", "Wardrobe", "Atelier"]
    for title, door in studio.doors.items():
        door.click()
        assert studio.here == title and studio.stage.children == (studio.panes[title].widget,)
        assert "fr-here" in door._dom_classes and "you are here" in door.tooltip
    assert sum("fr-here" in door._dom_classes for door in studio.doors.values()) == 1


def test_models_that_are_not_there_are_not_listed():
    plain = Studio(feedback.Feedback(feedback.MEMORY))
    assert list(plain.doors) == ["Atelier"]
    assert list(plain.panes["Atelier"].entries) == [entry.title for entry in gallery.listed("sample")]


def test_without_any_model_the_room_says_what_to_do(monkeypatch):
    monkeypatch.setattr(gallery, "listed", lambda *arguments, **options: [])
    empty = Studio(feedback.Feedback(feedback.MEMORY))
    assert not empty.doors and "make weights" in empty.room.line.value
    assert "image/png" not in empty._repr_mimebundle_()


def test_a_picture_is_left_behind(studio):
    for title in studio.panes:
        studio.enter(title)
        left = studio._repr_mimebundle_()["image/png"]
        assert Image.open(io.BytesIO(left)).width > 400 and len(left) < 150_000


def test_deleting_asks_first_and_then_deletes_all(studio):
    atelier = studio.panes["Atelier"]
    assert studio.delete_button.disabled
    tap(atelier, "stars", 4)
    tap(atelier, "heart", 1)
    assert "2 stars and hearts" in studio.kept.value and not studio.delete_button.disabled
    studio.delete_button.click()
    assert studio.sure_button in studio.door_out.children and studio.room.store.history()
    studio.spare_button.click()
    assert studio.door_out.children == (studio.delete_button,) and studio.room.store.history()
    studio.delete_button.click()
    studio.sure_button.click()
    assert studio.room.store.history() == [] and "Deleted: 2 entries" in said(studio) and "No stars" in studio.kept.value
    assert all(tile["stars"] == 0 and not tile["heart"] for tile in atelier.tiles.tiles)


def test_a_store_that_can_not_be_opened_is_replaced_and_it_is_said(monkeypatch, tmp_path):
    (tmp_path / "letter").write_text("Dear diary " * 100)
    monkeypatch.setenv(feedback.VARIABLE, str(tmp_path / "letter"))
    room = Room()
    assert not room.store.kept and "can&#x27;t be kept" in room.line.value and "letter" in room.line.value
    room.rate("a", 3)
    assert "kept until you leave" in room.line.value


# ---- The guard --------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("error", "words"), [(ValueError("This file is too large."), "This file is too large."),
                                              (RuntimeError("0x7f <script>"), "isn&#x27;t your fault (RuntimeError)"), (KeyError("x"), "KeyError")])
def test_no_error_gets_out_and_none_is_swallowed(error, words):
    room = Room(feedback.Feedback(feedback.MEMORY))
    with room.guard("Working"):
        raise error
    assert words in room.line.value and 'role="alert"' in room.line.value and "<script>" not in room.line.value
    assert type(error).__name__ in room.trouble


def test_the_line_says_what_is_under_way_and_then_what_was_before():
    room = Room(feedback.Feedback(feedback.MEMORY))
    room.say("All is well.")
    with room.guard("Painting"):
        assert "Painting ..." in room.line.value and "fr-busy" in room.line.value
    assert "All is well." in room.line.value
    with room.guard("Painting"):
        room.say("Painted.")
    assert "Painted." in room.line.value


# ---- The atelier ------------------------------------------------------------------------------------------------------

def tap(pane, what, value=None, number=0):
    pane._heard({"what": what, "name": pane._name(pane.numbers[number]), "value": value})


@pytest.fixture
def atelier(studio):
    pane = studio.panes["Atelier"]
    for control in pane.style_controls.values():
        control.value = "any"
    pane.draw()
    return pane


def test_drawing_shows_new_designs(atelier):
    before = atelier.numbers
    atelier.draw_button.click()
    assert len(atelier.numbers) == 8 and not set(before) & set(atelier.numbers)
    assert [tile["name"] for tile in atelier.tiles.tiles] == [f"dcgan_garments/{number}" for number in atelier.numbers]
    assert all(len(tile["alt"]) > 15 and tile["picture"].startswith("data:image/png") for tile in atelier.tiles.tiles)
    assert len({tile["picture"] for tile in atelier.tiles.tiles}) == 8


def test_a_style_is_what_the_classifier_sees(atelier):
    atelier.style_controls["pattern"].value = "horizontal stripes"
    seen = [atelier.sampler.describe(number)["pattern"] for number in atelier.numbers]
    assert seen.count("horizontal stripes") >= 7
    atelier.style_controls["sleeve"].value = "long"
    assert [atelier.sampler.describe(number)["sleeve"] for number in atelier.numbers].count("long") >= 6


def test_drawing_never_ends(atelier):
    for _ in range(35):
        atelier.draw()
    assert atelier.sampler.counted > 240 and len(set(atelier.seen)) == len(atelier.seen) and "problem" not in atelier.room.line.value


def test_choosing_shows_a_design_and_the_way_to_the_next(atelier):
    tap(atelier, "choose", number=7)
    assert atelier.chosen == atelier.numbers[7] and atelier.tiles.chosen == atelier._name(atelier.numbers[7])
    assert f"design {atelier.numbers[0]}" in atelier.film.label and len(atelier.film.frames) >= 12
    first, last = (pictures.address(atelier.sampler.pictures([atelier.numbers[place]])[0]) for place in (7, 0))
    assert (atelier.film.frames[0], atelier.film.frames[-1]) == (first, last)


def test_stars_are_kept_and_change_what_is_recommended(studio, atelier):
    for _ in range(4):
        for number in list(atelier.numbers):
            long = atelier.sampler.describe(number)["sleeve"] == "long"
            atelier._heard({"what": "stars", "name": atelier._name(number), "value": 5 if long else 1})
        atelier.advise()
    assert "From your 32 ratings" in atelier.heading.value
    seen = [atelier.sampler.describe(number)["sleeve"] for number in atelier.numbers]
    assert seen.count("long") >= 6
    assert "long sleeves" in atelier.leaning.value.split("less")[0]
    kept = studio.room.store.history("stars")
    assert len(kept) == 32 and kept[0].model == "dcgan_garments" and set(kept[0].recipe) == {"number"}


def test_a_model_that_no_classifier_judges(studio, atelier):
    title = next(entry.title for entry in gallery.listed("sample") if not entry.features)
    atelier.model.value = title
    assert atelier.entry.title == title and not atelier.style_controls and atelier.advise_button.disabled and not studio.room.trouble
    assert len(atelier.tiles.tiles) == 8 and atelier.entry.noun in atelier.film.label
    atelier.draw()
    atelier.model.value = "DCGAN garments"
    assert atelier.style_controls and not atelier.advise_button.disabled


def test_favourites_come_back(atelier):
    atelier.favourites()
    assert "no favourite yet" in atelier.room.line.value
    tap(atelier, "heart", 1, number=2)
    kept = atelier.numbers[2]
    atelier.draw()
    atelier.keep_button.click()
    assert atelier.numbers == [kept] and atelier.tiles.tiles[0]["heart"]
    tap(atelier, "heart", 0)
    assert not atelier.room.store.favourites()


def test_a_card_of_the_chosen_design(atelier):
    tap(atelier, "choose", number=3)
    atelier.takeaway.button.click()
    assert cards.read(atelier.takeaway.card) == cards.today("dcgan_garments", weights.find("dcgan_garments")["sha256"])
    assert 'download="generated-dcgan_garments.png"' in atelier.takeaway.place.value
    tap(atelier, "choose", number=4)
    assert not atelier.takeaway.card and not atelier.takeaway.place.value


@pytest.mark.parametrize("message", [{}, {"what": "stars", "name": "dcgan_garments/99999", "value": 3}, {"what": "stars", "name": "../../etc", "value": 3},
                                     {"what": "choose", "name": "dcgan_garments/-1"}])
def test_messages_about_nothing_change_nothing(atelier, message):
    before = atelier.numbers, atelier.chosen
    atelier._heard(message)
    assert (atelier.numbers, atelier.chosen) == before and atelier.room.store.history() == []


@pytest.mark.parametrize("message", [{"what": "stars", "value": 77}, {"what": "stars", "value": "many"}, {"what": "thumbs", "value": 1}, {"what": "stars"}])
def test_nonsense_from_the_browser_becomes_a_sentence(atelier, message):
    atelier._heard(message | {"name": atelier._name(atelier.numbers[0])})
    assert "problem" in atelier.room.line.value and atelier.room.store.history() == []
    atelier.room.say("Well again.")


# ---- The mirror and the wardrobe -----------------------------------------------------------------------------------------

@pytest.fixture(params=["Mirror", "Wardrobe"])
def fitting(request, studio):
    pane = studio.panes[request.param]
    pane._heard_person({"what": "choose", "name": "0"})
    return pane


def test_a_thing_and_a_person_are_chosen(fitting):
    before = fitting.compare.after
    fitting._heard_thing({"what": "choose", "name": fitting._name(fitting.rows[3])})
    assert fitting.compare.after != before and fitting.thing == fitting.rows[3]
    assert fitting.compare.label.endswith(fitting.model.things[fitting.rows[3]][1])
    bare = fitting.compare.before
    fitting._heard_person({"what": "choose", "name": "2"})
    assert fitting.compare.before != bare and fitting.person == 2


def test_an_upload_is_tried_on_and_a_bad_one_changes_nothing(fitting):
    fitting.intake.upload.data = jpeg()
    assert isinstance(fitting.person, np.ndarray) and fitting.people_tiles.chosen == "you" and fitting.intake.upload.data == b""
    shown = fitting.compare.after
    for data, words in ((b"MZ no picture", "problem"), (jpeg()[:300], "problem"), (jpeg(40, 40), "at least")):
        fitting.intake.upload.data = data
        assert "problem" in fitting.room.line.value and words in fitting.room.line.value
        assert fitting.compare.after == shown and fitting.people_tiles.chosen == "you"
    fitting.intake.upload._heard(None, {"what": "refused", "size": 12_000_000}, [])
    assert "12.0 million bytes" in fitting.room.line.value


def test_the_camera_takes_the_same_way(fitting):
    fitting.intake.camera.frame = jpeg(320, 240, (10, 200, 30))
    assert isinstance(fitting.person, np.ndarray) and fitting.person.shape == (240, 320, 3)


def test_stars_for_things_are_kept(fitting):
    fitting._heard_thing({"what": "stars", "name": fitting._name(fitting.rows[0]), "value": 5})
    assert fitting.room.store.latest() == {fitting._name(fitting.rows[0]): 5}
    fitting.advise_button.click()
    assert "From your 1 rating" in fitting.thing_heading.value


def test_a_card_of_the_result(fitting):
    fitting.takeaway.button.click()
    assert cards.read(fitting.takeaway.card).model == "renderer"


def test_strengths_and_the_lesson_of_the_mirror(studio):
    mirror = studio.panes["Mirror"]
    mirror._heard_person({"what": "choose", "name": "1"})
    full = mirror.compare.after
    for slider in mirror.strengths.values():
        slider.value = 0.0
    assert mirror.compare.after == mirror.compare.before != full
    mirror.lesson_button.click()
    assert len(mirror.film.frames) == 3
    for slider in mirror.strengths.values():
        slider.value = 1.0
    assert mirror.compare.after == full and mirror.film.frames == []


def test_repair_is_offered_where_the_model_has_it_and_begins_at_nothing():
    stylist = studio_fakes.TruthStylist()
    stylist.regions = (*stylist.regions, "repair")
    sliders = Studio(feedback.Feedback(feedback.MEMORY), stylist=stylist).panes["Mirror"].strengths
    assert {region: slider.value for region, slider in sliders.items()} == {"lips": 1.0, "eyes": 1.0, "cheeks": 1.0, "skin": 1.0, "repair": 0.0}


def test_another_colour_is_kept_until_another_look_comes(studio):
    mirror = studio.panes["Mirror"]
    lips = mirror.strengths["lips"]
    own, before = lips.colour, mirror.compare.after
    assert own == "#b03a48" and mirror.strengths["skin"].colour == ""
    lips.colour = "#204080"
    assert mirror.compare.after != before and mirror.colours == {"lips": "#204080"}
    mirror._heard_person({"what": "choose", "name": "2"})
    assert lips.colour == "#204080"
    mirror.choose(mirror.rows[1])
    assert lips.colour == own and mirror.colours == {}


def test_a_film_of_who_can_move(studio):
    wardrobe = studio.panes["Wardrobe"]
    wardrobe.film_button.click()
    assert len(wardrobe.film.frames) == 2 and wardrobe.film.frames[0] != wardrobe.film.frames[1]
    wardrobe.choose(wardrobe.rows[1])
    assert wardrobe.film.frames == []
    wardrobe.bring(np.zeros((90, 90, 3), "uint8"))
    wardrobe.film_button.click()
    assert "holds still" in studio.room.line.value and wardrobe.film.frames == []


def test_the_own_garment_is_tried_on(studio):
    wardrobe = studio.panes["Wardrobe"]
    wardrobe.bring_garment(np.zeros((90, 90, 3), "uint8"))
    assert wardrobe.garment_photo is not None and wardrobe.compare.label.endswith("a garment of your own")
    wardrobe.choose(wardrobe.rows[1])
    assert wardrobe.garment_photo is None


# ---- Small things ---------------------------------------------------------------------------------------------------------

def test_hearts_count_where_there_are_no_stars():
    room = Room(feedback.Feedback(feedback.MEMORY))
    for item, value, kind in (("a/1", 1, "heart"), ("a/2", 1, "heart"), ("a/2", 3, "stars"), ("b/4", 5, "stars"), ("a/99", 5, "stars"), ("a/x", 5, "stars")):
        room.rate(item, value, kind)
    assert advice.Advice(room, "a", np.eye(5), np.random.default_rng(0)).stars() == {1: 5.0, 2: 3.0}


def test_a_garment_in_words():
    read = {"sleeve": "none", "neckline": "v", "pattern": "horizontal stripes", "palette": "noir"}
    assert pictures.describe_garment(read) == "striped top in noir, v neckline, sleeveless"
    assert pictures.describe_garment({}) == "top"


def test_large_pictures_are_sent_smaller():
    sent = pictures.address(np.zeros((2000, 3000, 3), "uint8"))
    assert sent.startswith("data:image/jpeg") and len(sent) < 60_000


def test_every_script_is_a_module_and_the_style_is_there():
    for name in ("Tiles", "Film", "Compare", "Upload", "Slider"):
        assert "export default" in str(getattr(parts, name)._esm)
    assert 'data-jp-theme-light="false"' in parts.STYLE and "@container" in parts.STYLE
