"""The judge goes by what an answer computes, names known misconceptions, and never raises."""

import numpy as np
import pytest
import tensorflow as tf
from tryon_utils.checks.judging import Misconception, Verdict, judge

INPUTS = [(1.0,), (2.0,), (3.0,)]
SLIPS = [Misconception(lambda x: x**2, "a square is not a double"), Misconception(lambda x: x + 1, "that adds")]


def double(answer, **options):
    return judge(answer, lambda x: 2 * x, INPUTS, SLIPS, "well doubled", **options)


def value(answer):
    return judge(answer, 4.0, None, [Misconception(2.0, "that is the root")], "four it is")


def test_a_verdict_reads_like_a_sentence_and_counts_as_a_boolean():
    assert repr(Verdict(True, "Good.")) == "Right. Good." and Verdict(True, "Good.")
    assert repr(Verdict(False, "Why?")) == "Not yet. Why?" and not Verdict(False, "Why?")


@pytest.mark.parametrize("answer", [lambda x: x + x, lambda x: np.float32(2 * x), lambda x: tf.constant([[2 * x]]), lambda x: [2 * x],
                                    lambda x: tf.constant(2 * x, tf.float16), lambda x: int(2 * x)])
def test_right_functions(answer):
    assert double(answer) == (True, "well doubled")


@pytest.mark.parametrize("answer", [4, 4.0, np.float16(4), [4.0], np.array([[4.0]]), tf.constant(4), tf.Variable(4.0)])
def test_right_values(answer):
    assert value(answer) == (True, "four it is")


def test_misconceptions_are_named_in_order():
    assert double(lambda x: x * x) == (False, "a square is not a double")
    assert double(lambda x: 1 + x) == (False, "that adds")
    assert value(2) == (False, "that is the root")


def test_a_misconception_never_overrules_a_right_answer():
    assert judge(lambda x: x, lambda x: x, INPUTS, [Misconception(lambda x: x, "no")], "yes") == (True, "yes")


@pytest.mark.parametrize(("answer", "word"), [
    (..., "three dots"),
    (lambda x: ..., "three dots"),
    (lambda x: None, "return"),
    (5.0, "function is wanted; this is a float"),
    (lambda: 1, "TypeError"),
    (lambda x: 1 / 0, "ZeroDivisionError"),
    (lambda x: "six", "returns a str"),
    (lambda x: [[1.0], [1.0, 2.0]], "returns a list"),
    (lambda x: np.ones((2, 3)), "shape is (2, 3); () is wanted"),
    (lambda x: np.inf, "infinite or not a number"),
    (lambda x: -2 * x, "sign is wrong"),
    (lambda x: 2 * x + 5, "smaller"),
    (lambda x: 2 * x - 5, "larger"),
])
def test_wrong_functions(answer, word):
    verdict = double(answer)
    assert not verdict and word in verdict.message


@pytest.mark.parametrize(("answer", "word"), [
    (..., "three dots"), (lambda: 4.0, "pass what it returns"), ("4", "this is a str"), (None, "NoneType"), (-4, "sign"),
    ([4.0, 4.0], "shape"), (np.nan, "not a number"), (5, "Yours is 5.0000, where the right value is smaller"), (1, "larger"),
])
def test_wrong_values(answer, word):
    verdict = value(answer)
    assert not verdict and word in verdict.message


def test_one_wrong_case_is_enough():
    assert not double(lambda x: 2 * x if x < 3 else 7.0)


def test_the_tolerance_counts():
    assert double(lambda x: 2 * x + 5e-4) and not double(lambda x: 2 * x + 5e-4, tolerance=1e-5)


def test_arrays_and_tuples_keep_their_shape():
    pair = [(np.arange(3.0),)]
    assert judge(lambda x: (x, x + 1), lambda x: [x, x + 1], pair)
    assert not judge(lambda x: (x + 1, x), lambda x: [x, x + 1], pair)
    assert "shape" in judge(lambda x: x[:, None], lambda x: x, pair).message
