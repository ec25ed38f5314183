"""Checkers of the exercises, one module a chapter: each takes the learner's answer and returns a `Verdict`."""
