"""Gates: what passes is printed without its value, what misses fails with it, and both are kept for `make bench`."""

import numpy as np
import pytest
from tryon_utils import gates
from tryon_utils.gates import gate


@pytest.fixture(autouse=True)
def nothing_measured(monkeypatch):
    monkeypatch.setattr(gates, "measured", {})


def test_a_kept_promise_is_printed_without_its_value(capsys):
    gate("KID", np.float32(0.0625), at_most=0.15)
    assert capsys.readouterr().out == "gate passed: KID at most 0.15\n"
    assert gates.measured == {"KID": {"values": [0.0625], "at_least": None, "at_most": 0.15}}


def test_several_values_are_counted(capsys):
    gate("modes covered", [8, 8], at_least=8)
    gate("slope", np.array([[-1.1], [-1.0]]), at_least=-1.25, at_most=-0.9)
    assert capsys.readouterr().out.splitlines() == [
        "gate passed: modes covered at least 8, 2 times of 2", "gate passed: slope at least -1.25 and at most -0.9, 2 times of 2"]
    assert gates.measured["slope"]["values"] == [-1.1, -1.0]


@pytest.mark.parametrize("values, limits, said", [
    (0.2, {"at_most": 0.15}, "KID at most 0.15 was promised, and 0.2 was measured"),
    ([0.7, 0.5, 0.4], {"at_least": 0.6}, "and 0.5, 0.4 was measured"),
    (float("nan"), {"at_most": 0.15}, "nan was measured"),
    (-2, {"at_least": -1, "at_most": 1}, "KID at least -1 and at most 1 was promised, and -2")])
def test_a_missed_promise_fails_and_is_kept(values, limits, said):
    with pytest.raises(gates.GateMissed, match=said):
        gate("KID", values, **limits)
    assert np.array_equal(gates.measured["KID"]["values"], np.ravel(values), equal_nan=True)


def test_the_limits_themselves_pass():
    gate("on the limit", [0.6, 0.9], at_least=0.6, at_most=0.9)


@pytest.mark.parametrize("values, limits, said", [(1, {}, "has no threshold"), ([], {"at_most": 1}, "got no values")])
def test_a_gate_that_could_not_fail_is_refused(values, limits, said):
    with pytest.raises(ValueError, match=said):
        gate("KID", values, **limits)
    assert not gates.measured
