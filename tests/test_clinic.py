"""The clinic: for every case the checkup names the true cause, and is silent on its cure."""

import pytest
from tryon_utils import diagnose
from tryon_utils.clinic import CASES
from tryon_utils.clinic.case import train

SHORT = 40  # steps: a cause is visible long before its symptom


@pytest.mark.parametrize("name", CASES)
def test_the_checkup_names_the_cause_and_is_silent_on_the_cure(name):
    case = CASES[name]
    for seed in range(2):
        broken = train(case.broken(seed), case.data(), min(case.steps, SHORT if case.compiled else 3), seed, case.compiled).gan
        verdicts = case.checkup(broken, steps=6).verdicts
        assert case.cause in [verdict.cause for verdict in verdicts[:2]], verdicts
        assert set(case.instruments) >= set(diagnose.CAUSES[case.cause].instruments[:1])
    cured = train(case.cured(0), case.data(), case.cured_steps or SHORT if case.epochs else 5, 0, case.cured_compiled).gan
    assert case.checkup(cured, broken=False).verdicts == []


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
