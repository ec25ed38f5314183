"""The clinic: for every case the checkup names the true cause, and is silent on its cure."""

import functools
import hashlib
import pathlib

import numpy as np
import pytest
from PIL import Image
from tryon_utils import diagnose
from tryon_utils.clinic import CASES
from tryon_utils.clinic.case import BATCH_SIZE, Trained, train
from tryon_utils.clinic.game import Game
from tryon_utils.clinic.poster import poster
from tryon_utils.diagnose import Reading, Report
from tryon_utils.plotting import clinic as clinic_plots

BOOK = pathlib.Path(__file__).parents[1] / "book"
SHORT = 4  # steps: a cause is visible long before its symptom; the chapter examines the cases after their whole training


@functools.cache
def alarms_on(cured, cured_show, data, epochs, steps):
    """Many cases share one cured GAN: it is trained and examined once."""
    gan = train(cured(0), data(), steps, 0, compiled=steps > SHORT).gan
    return diagnose.checkup(gan, data(), show=cured_show, epochs=epochs, batch_size=BATCH_SIZE, steps=3).verdicts


@pytest.mark.parametrize("name", CASES)
def test_the_checkup_names_the_cause_and_is_silent_on_the_cure(name):
    case = CASES[name]
    broken = train(case.broken(1), case.data(), min(case.steps, SHORT), 1, compiled=False).gan
    verdicts = case.checkup(broken, steps=3).verdicts
    assert case.cause in [verdict.cause for verdict in verdicts[:2]], verdicts
    assert set(case.instruments) >= set(diagnose.CAUSES[case.cause].instruments[:1])
    assert alarms_on(case.cured, case.cured_show, case.data, case.epochs, case.cured_steps if case.epochs else SHORT) == []


def test_cases_cover_the_causes_and_tell_no_cause_in_their_symptom():
    assert len(CASES) >= 16
    for case in CASES.values():
        assert case.cause in diagnose.CAUSES
        assert set(case.instruments) <= {"display", *diagnose.instruments.ALL}
        assert diagnose.CAUSES[case.cause].title not in case.symptom
        assert case.symptom.endswith(".") and case.story.endswith((".", ".)"))


def test_cases_do_not_depend_on_the_order_in_which_they_are_opened():
    case = CASES["the generator that flees"]
    first = train(case.broken(3), case.data(), 5, 3).history
    train(CASES["one loss for two"].broken(0), case.data(), 5)
    assert train(case.broken(3), case.data(), 5, 3).history == first


@pytest.mark.parametrize("name", CASES)
def test_a_seed_fixes_a_training(name):
    case = CASES[name]
    first, second = (train(case.broken(7), case.data(), 2, 7, compiled=False, frames=2) for _ in range(2))
    assert first.history == second.history
    np.testing.assert_array_equal(first.frames, second.frames)  # also of those that crash before they have a history


# ---- The poster and the game -----------------------------------------------------------------------------------------

def test_the_poster_is_made_from_the_cases():
    page = (BOOK / "clinic_poster.md").read_text(encoding="utf-8")
    assert page == poster(), "run book/tools/make_poster.py"
    with Image.open(BOOK / "_static" / "clinic_poster.png") as picture:
        assert picture.text["Description"] == hashlib.sha256(page.encode()).hexdigest(), "run book/tools/make_poster.py"
    assert page.count("\n|") == len(CASES) + 2 and all(row.count("|") == 5 for row in page.splitlines() if row.startswith("|"))


@pytest.fixture
def game():
    report = Report([], {"pulls": Reading("Where to?", ["up"], {}), "ranges": Reading("How far?", ["far"], {})}, None)
    names = list(CASES)[:3]
    return Game({name: (CASES[name], Trained(None, [0], [CASES[name].data()[:10]], {"generator_loss": [2.0, 1.0]}), report) for name in names}, seed=1)


def test_a_diagnosis_without_instruments_is_worth_most(game):
    assert game.worth == 10 and game.diagnose(game.case.cause) == 10 == game.points
    assert game.diagnose(game.case.cause) == 0 and game.points == 10  # once a patient
    assert game.case.story in game.text()


def test_instruments_cost_points_once_each(game):
    for name in ("pulls", "pulls", "ranges"):
        game.order(name)
    assert game.worth == 6 and "   up" in game.text() and "   far" in game.text()
    assert game.diagnose("same noise") == 0 == game.points and game.seen == 1
    assert game.score() == "0 points after 1 patient. Receive the next one."


def test_a_diagnosis_is_never_worth_nothing_and_patients_come_again(game):
    for name in diagnose.instruments.ALL:
        game.order(name)
    assert game.worth == 1
    names = [game.case.name]
    for _ in range(3):
        game.next()
        names.append(game.case.name)
    assert len(set(names[:3])) == 3 and names[3] == names[0] and game.ordered == []


def test_an_unknown_cause_is_refused(game):
    with pytest.raises(ValueError, match="no cause"):
        game.diagnose("bad luck")


def test_the_game_hides_the_truth_until_the_diagnosis(game):
    assert not any(game.case.story in line or game.case.fix in line for line in game.text())
    words = " ".join(text.get_text() for text in clinic_plots.draw_game(game).texts)
    assert "10" in words and game.case.story not in words


def test_a_symptom_shows_frames_and_losses_or_the_error():
    trained = Trained(None, [0, 5], [CASES["one loss for two"].data()[:10]] * 2, {"loss": [2.0, 1.0]})
    figure = clinic_plots.draw_symptom(trained, CASES["one loss for two"].data())
    assert len(figure.axes) == 5 and figure.axes[0].get_title() == "step 0" and len(figure.axes[-1].lines) == 1
    assert "the only loss" in figure.axes[-1].texts[-1].get_text()
    failed = clinic_plots.draw_symptom(Trained(None, error=ValueError("unknown variable")), CASES["one loss for two"].data())
    assert ["no losses", "ValueError: unknown variable ..."] == [" ".join(text.get_text().split()) for text in failed.axes[-1].texts]


def test_a_frame_marks_the_fakes_asked_for_and_counts_those_outside():
    case = CASES["the class nobody ordered"]
    real = case.data()[0]
    figure = clinic_plots.draw_symptom(Trained(None, [0], [np.concatenate([real[:30], 10 + real[:10]])]), real, marked=case.marked)
    assert [text.get_text() for text in figure.axes[0].texts] == ["black: asked for class 9", "25% outside"]
    assert len(figure.axes[0].collections[-1].get_offsets()) == 4  # of 40 fakes, classes in turn


def test_pictures_are_shown_beside_real_ones():
    real = np.zeros((16, 4, 4, 3), "float32")
    figure = clinic_plots.draw_symptom(Trained(None, [0, 3], [real, real], {"generator_loss": [1.0, 2.0]}), real)
    assert [ax.get_title() for ax in figure.axes] == ["real", "step 0", "step 3", "", ""]


def test_every_instrument_has_its_place_in_the_picture():
    words = " ".join(text.get_text() for text in clinic_plots.draw_instruments().axes[0].texts)
    assert all(name in words for name in [*diagnose.instruments.ALL, "display"])


def test_a_pull_is_drawn_for_each_loss():
    pull = {-4.0: 1.0, 0.0: 0.5, 4.0: 0.0}
    figure = clinic_plots.draw_pulls([Reading("?", [], {("discriminator", "real"): pull, ("generator", "fake"): pull, "floor": 0.0})] * 2, ["one", "two"])
    assert [len(ax.lines) for ax in figure.axes] == [3, 3]  # and the line at zero


def test_the_poster_has_a_cell_for_every_case():
    trained = Trained(None, [0], [CASES["one loss for two"].data()[:10]], {"loss": [2.0, 1.0]})
    row = {"name": "a case", "symptom": "It hurts.", "look_at": "pulls", "cause": "A cause.", "cure": "a cure", "trained": trained, "real": trained.frames[0],
           "show": None, "marked": None}
    figure = clinic_plots.draw_poster([row] * 7)
    assert len(figure.axes) == 14
    words = [text.get_text() for text in figure.texts]
    assert all(words.count(wanted) == 7 for wanted in ("a case", "It hurts.", "read: pulls", "A cause.", "cure: a cure"))
