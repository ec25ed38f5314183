"""The clinic's poster: from symptom to instrument, cause and cure, on one page. Made from the cases and nothing else."""

from tryon_utils.clinic import CASES
from tryon_utils.diagnose import CAUSES

HEAD = """# The bug clinic on one page

Print it, and hang it where you train: A3 is best, A4 will do. Green curves are the discriminator's losses, orange ones the generator's, a black one is both players' only loss. The instruments are those of
`tryon_utils.diagnose`; `checkup(gan, data)` reads all of them.

[![The broken GANs of the clinic, five in a row: for each the last frame of its training, its losses, the symptom, the instrument to read, the cause and the cure. The table below says the same.](_static/clinic_poster.png)](_static/clinic_poster.png)

And in words. Each line is a case of [chapter 04](chapters/04_diagnose_broken_gans.ipynb), where it is trained, measured and cured.

{.stack}
| what you see | what to look at | what it is | the cure |
|---|---|---|---|
"""


def poster():
    """Return the page as Markdown."""
    rows = [f"| {case.symptom} | {', '.join(f'`{name}`' for name in case.instruments)} | **{CAUSES[case.cause].title}** {case.story} | {case.fix} |"
            for case in CASES.values()]
    return HEAD + "\n".join(rows) + "\n"


def panels(seed=0):
    """Train every case for a few seconds, and return what `plotting.clinic.draw_poster` draws of it."""
    found = []
    for case in CASES.values():
        real = case.data()
        found.append({"name": case.name, "symptom": case.symptom, "look_at": ", ".join(case.instruments), "cause": CAUSES[case.cause].title, "cure": case.fix,
                      "trained": case.train(seed=seed, frames=2), "real": real[0] if isinstance(real, tuple) else real, "show": case.show, "marked": case.marked})
    return found
