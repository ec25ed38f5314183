"""The clinic's poster: from symptom to instrument, cause and cure, on one page. Made from the cases and nothing else."""

from tryon_utils.clinic import CASES
from tryon_utils.diagnose import CAUSES

HEAD = """# The bug clinic on one page

Print it, and hang it where you train. The instruments are those of `tryon_utils.diagnose`; `checkup(gan, data)` reads all of them. Each line is a case of
[chapter 04](chapters/04_diagnose_broken_gans.ipynb), where it is trained, measured and cured.

| what you see | what to look at | what it is | the cure |
|---|---|---|---|
"""


def poster():
    """Return the page as Markdown."""
    rows = [f"| {case.symptom} | {', '.join(f'`{name}`' for name in case.instruments)} | **{CAUSES[case.cause].title}** {case.story} | {case.fix} |"
            for case in CASES.values()]
    return HEAD + "\n".join(rows) + "\n"
