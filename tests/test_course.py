"""The course keeps its rules: every notebook, the package, and the files around it."""

import pathlib

import build_notebooks
import course_rules
import nbformat
import pytest
from measuring import store

ROOT = pathlib.Path(__file__).resolve().parents[1]
CHAPTERS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
PAGES = sorted(set((ROOT / "notebooks").glob("*.ipynb")) - set(CHAPTERS))  # notebooks beside the chapters: no lesson, no exercises
SOLUTIONS = sorted((ROOT / "notebooks" / "solutions").glob("*.ipynb"))
EXERCISES = sorted((ROOT / "notebooks" / "exercises").glob("*.ipynb"))
EXECUTED_RULES = [course_rules.not_executed, course_rules.untagged_text, course_rules.error_output,
                  course_rules.machine_paths, course_rules.missing_alts, course_rules.live_widgets]
CHAPTER_RULES = [course_rules.opening_and_closing, course_rules.cadence]


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def by_name(rule_or_path):
    return getattr(rule_or_path, "__name__", None) or "/".join(rule_or_path.relative_to(ROOT / "notebooks").parts)


def assert_none(complaints):
    assert not complaints, "\n".join(complaints)


def test_there_are_chapters_and_each_has_exercises():
    assert CHAPTERS
    assert [path.name for path in CHAPTERS] == [path.name for path in SOLUTIONS]


def test_sources_and_notebooks_are_in_step():
    assert_none(build_notebooks.check())


@pytest.mark.parametrize("rule", EXECUTED_RULES, ids=by_name)
@pytest.mark.parametrize("path", CHAPTERS + PAGES + SOLUTIONS, ids=by_name)
def test_executed_notebook(path, rule):
    assert_none(rule(nbformat.read(path, as_version=4)))


@pytest.mark.parametrize("rule", CHAPTER_RULES, ids=by_name)
@pytest.mark.parametrize("path", CHAPTERS, ids=by_name)
def test_chapter(path, rule):
    assert_none(rule(nbformat.read(path, as_version=4)))


@pytest.mark.parametrize("path", CHAPTERS, ids=by_name)
def test_twins(path):
    assert_none(course_rules.different_twins(nbformat.read(path, as_version=4), ROOT))


@pytest.mark.parametrize("path", SOLUTIONS, ids=by_name)
def test_there_are_enough_exercises(path):
    assert_none(course_rules.exercises(nbformat.read(path, as_version=4)))


@pytest.mark.parametrize("path", CHAPTERS + PAGES + SOLUTIONS + EXERCISES, ids=by_name)
def test_links_and_size(path):
    assert_none(course_rules.broken_links(nbformat.read(path, as_version=4), path.parent) + course_rules.too_large(path))


def test_imports_run_one_way():
    table = course_rules.import_table(read("CONTRIBUTING.md"))
    assert "losses" in table and "models/*" in table
    assert_none(course_rules.wrong_imports(ROOT, table))


def test_files_are_short():
    assert_none(course_rules.too_long(ROOT))


def test_environment_files_agree():
    assert_none(course_rules.disagreements(read("requirements.in"), read("requirements.lock"), read("environment.yml"),
                                           read("pyproject.toml")))


@pytest.mark.parametrize("path", CHAPTERS, ids=by_name)
def test_the_chapter_states_the_seconds_that_were_measured(path):
    measured = store.read()["chapters"][path.stem]["training_seconds"]
    assert_none(course_rules.stated_seconds(nbformat.read(path, as_version=4), measured))
