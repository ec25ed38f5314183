"""Every checker accepts all right answers and rejects all wrong ones with a hint; for every chapter's exercises."""

import importlib.util
import inspect
import pathlib

import pytest
from tryon_utils.checks.judging import Verdict

ANSWERS = sorted(pathlib.Path(__file__).parent.glob("answers/*.py"))


def load(path):
    specification = importlib.util.spec_from_file_location(f"answers_{path.stem}", path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def checkers(name):
    """The functions that a module of `tryon_utils.checks` defines for learners, by name."""
    module = importlib.import_module(f"tryon_utils.checks.{name}")
    return {key: value for key, value in vars(module).items()
            if inspect.isfunction(value) and value.__module__ == module.__name__ and not key.startswith("_")}


LISTS = {path.stem: load(path) for path in ANSWERS}
RIGHT = [(name, exercise, number) for name, lists in LISTS.items() for exercise in lists.RIGHT
         for number in range(len(lists.RIGHT[exercise]))]
WRONG = [(name, exercise, number) for name, lists in LISTS.items() for exercise in lists.WRONG
         for number in range(len(lists.WRONG[exercise]))]


def test_every_module_of_checks_has_its_lists():
    modules = {path.stem for path in (pathlib.Path(__file__).parents[1] / "tryon_utils" / "checks").glob("*.py")}
    assert set(LISTS) == modules - {"__init__", "judging"} and LISTS


@pytest.mark.parametrize("name", LISTS)
def test_enough_exercises_and_answers(name):
    assert set(checkers(name)) == set(LISTS[name].RIGHT) == set(LISTS[name].WRONG)
    assert len(LISTS[name].RIGHT) >= 3
    for exercise in LISTS[name].RIGHT:
        assert len(LISTS[name].RIGHT[exercise]) >= 2, exercise
        assert len(LISTS[name].WRONG[exercise]) >= 5, exercise


@pytest.mark.parametrize(("name", "exercise", "number"), RIGHT)
def test_a_right_answer_is_accepted(name, exercise, number):
    verdict = checkers(name)[exercise](LISTS[name].RIGHT[exercise][number])
    assert isinstance(verdict, Verdict)
    assert verdict, verdict
    assert len(verdict.message) > 20 and str(verdict).startswith("Right.")


@pytest.mark.parametrize(("name", "exercise", "number"), WRONG)
def test_a_wrong_answer_is_rejected_with_its_hint(name, exercise, number):
    answer, word = LISTS[name].WRONG[exercise][number]
    verdict = checkers(name)[exercise](answer)
    assert isinstance(verdict, Verdict)
    assert not verdict, verdict
    assert word.lower() in verdict.message.lower(), verdict
    assert str(verdict).startswith("Not yet.")


@pytest.mark.parametrize(("name", "exercise"), sorted({(name, exercise) for name, exercise, _ in RIGHT}))
@pytest.mark.parametrize("answer", [..., None, "text", [[1.0], [1.0, 2.0]], lambda *arguments: ..., lambda *arguments: 1 / 0],
                         ids=["dots", "None", "text", "ragged", "function of dots", "function that raises"])
def test_no_answer_makes_a_checker_fail(name, exercise, answer):
    verdict = checkers(name)[exercise](answer)
    assert not verdict and len(verdict.message) > 15
