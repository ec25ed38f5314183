"""One call that examines a GAN, and the report that it returns."""

import dataclasses
import html

from tryon_utils.diagnose import instruments
from tryon_utils.diagnose.observation import Observation, observe
from tryon_utils.diagnose.verdicts import judge


@dataclasses.dataclass(frozen=True)
class Report:
    """What an examination found. In a notebook it shows itself as a page, elsewhere as text.

    Attributes:
        verdicts: List of `verdicts.Verdict`, the most serious first; empty where nothing gives cause for alarm.
        readings: Dictionary from an instrument's name to its `instruments.Reading`.
        observation: `Observation` that the readings were taken from.
    """

    verdicts: list
    readings: dict
    observation: Observation

    def __repr__(self):
        found = [f"{number}. {verdict.title}\n   Evidence: {verdict.evidence}.\n   Try next: {verdict.next}"
                 for number, verdict in enumerate(self.verdicts, 1)]
        return "\n".join(found or ["No alarm: none of the known causes left a trace in these steps."])

    def details(self):
        """Return all readings as text."""
        return "\n".join(repr(reading) for reading in self.readings.values())

    def _repr_html_(self):
        found = "".join(f"<li><b>{html.escape(verdict.title)}</b><br>Evidence: {html.escape(verdict.evidence)}.<br>"
                        f"<i>Try next:</i> {html.escape(verdict.next)}</li>" for verdict in self.verdicts)
        readings = "".join(f"<p><b>{html.escape(reading.question)}</b><br>{'<br>'.join(html.escape(line) for line in reading.lines)}</p>"
                           for reading in self.readings.values())
        top = f"<ol>{found}</ol>" if found else "<p>No alarm: none of the known causes left a trace in these steps.</p>"
        return f"<div>{top}<details><summary>All readings</summary>{readings}</details></div>"


def checkup(gan, data, show=None, epochs=None, batch_size=64, steps=4, seed=0):
    """Examine a GAN: watch some of its training steps, read all instruments, and say what is wrong, with evidence and the next thing to try.

    The GAN is left as it was, bit for bit: weights, statistics, optimizers and random state.

    Example:
        checkup(gan, real_images)
        checkup(Players(generator, discriminator, train_step), (images, labels), show=to_display, epochs=200)

    Args:
        gan: Object with `generator`, `discriminator` and `train_step(batch)`, such as a `keras.Model` or `Players`.
        data: Array `(n, ...)` of real samples, or a tuple of arrays, as the training step takes a batch of it.
        show: Function from samples to what you hand to `imshow`, to have the display examined, too; or None.
        epochs: Integer. How many epochs you believe to have trained, to have that counted; or None. It takes all your data, and your batch size.
        batch_size, steps, seed: See `observe`.

    Returns:
        A `Report`.

    Raises:
        ValueError: as `observe`.
    """
    seen = observe(gan, data, batch_size, steps, seed)
    readings = {name: instrument(seen) for name, instrument in instruments.ALL.items() if name != "counting"}
    readings["counting"] = instruments.counting(seen, epochs)
    if show is not None:
        readings["display"] = instruments.display(seen, show)
    return Report(judge(seen, readings), readings, seen)
