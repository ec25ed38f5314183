"""The bug clinic: small broken GANs, each with its cure. `CASES` maps a case's name to it, in the order of the chapter."""

from tryon_utils.clinic import condition_cases, data_cases, losses_cases, steps_cases

CASES = {case.name: case for case in [*losses_cases.CASES, *steps_cases.CASES, *data_cases.CASES, *condition_cases.CASES]}
