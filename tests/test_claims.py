"""The course keeps what it promises: the committed figures satisfy every claim, and the committed pages say what the figures give."""

import copy

import nbformat
import pytest
from measuring import chapters, claims, figures, page, store

MEASURED = store.read()
CHAPTERS = chapters.names()


def a_gate(*values, at_least=None, at_most=None):
    return {"values": list(values), "at_least": at_least, "at_most": at_most}


def example():
    """Figures in which every promise is just kept."""
    loops = {name: {"batch": 100, "step_seconds": [1.0, 1.25, 1.5], "ceiling_seconds": [0.7, 1.0, 1.35]} for name in claims.SHOWN}
    loops["ours"] = {"batch": 30, "step_seconds": [0.1, 0.125, 0.2], "ceiling_seconds": [0.05, 0.0625, 0.1]}
    runs = {"tutorial": [[[22.5, 2.0], [45.0, 1.0]]] * 5, "ours": [[[22.5, 1.0], [45.0, 0.9]]] * 4 + [[[22.5, 1.0], [45.0, 1.1]]]}
    chapter = {"title": "Do a thing", "machine": "2 cores", "runs": 2, "errors": [], "seconds": [20.0, 30.0], "training_seconds": [11.0, 14.0],
               "megabytes": [800, 1999], "gates": {"KID": a_gate(0.1, 0.15, at_most=0.15), "slopes": a_gate(-1.0, at_least=-1.25, at_most=-0.9)}}
    return {"training": {"machine": "2 cores", "loops": loops, "kid": {"seconds": 45.0, "steps": 1000, "pictures": 1300, "runs": runs}},
            "chapters": {"01_do_a_thing": chapter},
            "latency": {"machine": "2 cores", "rows": [{"name": "A call", "milliseconds": [5.0] * 18 + [24.9, 80.0], "quantile": 0.95, "wanted": 25}]},
            "people": {"machine": "2 cores", "rows": [{"name": "faces", "rate": 40.0, "wanted": 40, "read_rate": 900}], "plain_read_rate": 2000, "worker_megabytes": 80}}


# ---- What was measured ------------------------------------------------------------------------------------------------------

def test_everything_was_measured():
    assert set(MEASURED) == {"people", "training", "latency", "chapters"}
    assert sorted(MEASURED["chapters"]) == sorted(CHAPTERS)
    assert all(len(row["milliseconds"]) >= 20 for row in MEASURED["latency"]["rows"])
    assert set(MEASURED["training"]["loops"]) >= set(claims.SHOWN) - {"torch"}  # which is no dependency


def test_every_claim_holds():
    assert [sentence for sentence, kept in claims.verdicts(MEASURED) if not kept] == []


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_measured_gates_are_those_of_the_chapter(name):
    stated = chapters.gates_of(nbformat.read(chapters.NOTEBOOKS / f"{name}.ipynb", as_version=4))
    measured = {gate: (found["at_least"], found["at_most"]) for gate, found in MEASURED["chapters"][name]["gates"].items()}
    assert measured == stated, f"run `make bench CHAPTER={name}`"


@pytest.mark.parametrize("name", [name for name in CHAPTERS if name[0].isdigit()])
def test_a_chapter_with_gates_was_measured_with_five_seeds(name):
    found = MEASURED["chapters"][name]
    assert not found["gates"] or found["runs"] - len(found["errors"]) >= 5


# ---- What the pages say ------------------------------------------------------------------------------------------------------

def test_the_page_and_the_readme_are_what_the_figures_give():
    assert page.PAGE.read_text(encoding="utf-8") == page.performance(MEASURED), "run `make bench PART=page`"
    text = page.README.read_text(encoding="utf-8")
    assert text == page.readme(text, MEASURED, page.readings()), "run `make bench PART=page`"


@pytest.mark.parametrize("name", page.FIGURES)
def test_the_figures_are_drawn_from_the_figures(name):
    assert figures.drawn_from(page.PAGE.parent / "_static" / name) == figures.digest(MEASURED["training"]), "run `make bench PART=page`"


# ---- The rules can fail --------------------------------------------------------------------------------------------------------

def test_an_example_that_just_keeps_everything():
    assert all(kept for _, kept in claims.verdicts(example()))
    assert len(claims.verdicts(example())) == 8


@pytest.mark.parametrize("path, value, said", [
    (("training", "loops", "ours", "step_seconds"), [0.1, 0.126, 0.2], "Ours trains 3.0 times"),
    (("training", "loops", "equal", "ceiling_seconds"), [0.7, 0.99, 1.35], "reaches 79%"),
    (("training", "kid", "runs", "ours"), [[[45.0, 0.9]]] * 3 + [[[45.0, 1.0]]] * 2, "in 3 of 5 seeds"),
    (("chapters", "01_do_a_thing", "megabytes"), [800, 2000], "at most 2,000 MB"),
    (("chapters", "01_do_a_thing", "errors"), ["cell 3: ValueError: no"], "broke off, in cell 3"),
    (("chapters", "01_do_a_thing", "gates", "KID", "values"), [0.1, 0.151], "passed 1 times of 2"),
    (("latency", "rows", 0, "milliseconds"), [5.0] * 18 + [25.0, 80.0], "25.0 ms in 95% of the calls"),
    (("people", "rows", 0, "rate"), 39.0, "39 faces a second")])
def test_a_broken_promise_is_seen_and_said(path, value, said):
    broken = example()
    place = broken
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    missed = [sentence for sentence, kept in claims.verdicts(broken) if not kept]
    assert len(missed) == 1 and said in missed[0]
    if path[0] != "people":
        assert f"**Not reached:** {missed[0]}" in page.performance(broken)


def test_the_page_of_an_example():
    text = page.performance(example())
    for row in ("| the loop of TensorFlow's DCGAN tutorial | 80 (67 to 100) | 1.00 | 80% (70% to 90%) |",
                "| our loop, the architecture of chapter 03 | 240 (150 to 300) | 3.00 (2.25 to 3.00) | 50% |",
                "| 4 | 1.000 | 1.100 | no |", "| 01 [Do a thing](chapters/01_do_a_thing.ipynb) | 2 | 25 (20 to 30) | 12 (11 to 14) | 1,400 (800 to 1,999) |",
                "| 01 | KID | at most 0.15 | 0.125 (0.1 to 0.15) | 2 of 2 |", "| 01 | slopes | at least -1.25 and at most -0.9 | -1 | 1 of 1 |",
                "| A call | 20 | 5.0 | 24.9 | under 25 in 95% |", "| faces | 40 | 40 | 900 |"):
        assert row in text, row
    assert "PyTorch is not installed" not in text
    without = example()
    del without["training"]["loops"]["torch"]
    assert "PyTorch is not installed here" in page.performance(without)


def test_the_page_is_written_from_what_there_is():
    assert page.performance({}).startswith("# How fast it is") and "##" not in page.performance({})
    assert "## Five ways" not in page.performance({"chapters": example()["chapters"]})


def readme_with(*rows):
    return "\n".join(["before", page.MARKERS[0], *rows, page.MARKERS[1], "after", ""])


def test_the_table_of_the_readme_is_filled_in():
    row = "| 01 | [Do a thing](notebooks/01_do_a_thing.ipynb) | a thing, done |"
    filled = page.readme(readme_with(row + " 5 min | 99 s |"), example(), {"01_do_a_thing": 45})
    assert row + " 45 min | 10 s | 2.0 GB |" in filled.splitlines()
    assert page.readme(filled, example(), {"01_do_a_thing": 45}) == filled
    assert filled.startswith("before\n") and filled.endswith("\nafter\n")
    assert row + " 45 min | not measured |  |" in page.readme(readme_with(row), {}, {"01_do_a_thing": 45})


@pytest.mark.parametrize("text, readings, said", [
    ("no table", {}, "stands between"), (readme_with(), {"01_do": 5}, "has the chapters "), (readme_with("| 01 | [a](notebooks/01_a.ipynb) | b |"), {}, "Write a row")])
def test_a_readme_that_lacks_a_chapter_is_refused(text, readings, said):
    with pytest.raises(ValueError, match=said):
        page.readme(text, {}, readings)


def test_figures_carry_what_they_were_drawn_from(tmp_path):
    training = example()["training"]
    for name, draw in page.FIGURES.items():
        figures.save(draw(training), tmp_path / name, training)
        assert figures.drawn_from(tmp_path / name) == figures.digest(training)
    other = copy.deepcopy(training)
    other["kid"]["seconds"] = 46.0
    assert figures.digest(other) != figures.digest(training)
    assert figures.drawn_from(tmp_path / "missing.png") is None
