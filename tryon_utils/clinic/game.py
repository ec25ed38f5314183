"""The clinic game: a broken GAN, instruments to order, a diagnosis to make. The fewer instruments, the more points."""

import numpy as np

from tryon_utils.diagnose import CAUSES

FULL_MARKS, PRICE = 10, 2  # points for a right diagnosis, and what each instrument takes from them


class Game:
    """One player's visit to the clinic.

    Example:
        game = Game({"the obliging generator": (case, trained, report)}, seed=0)
        game.order("pulls")
        game.diagnose("generator cooperates")  # 8 points

    Args:
        patients: Dictionary from a name to a triple of `Case`, `Trained` and the `diagnose.Report` of its checkup.
        seed: Integer. Fixes the order in which patients come.

    Attributes:
        case, trained, report: Of the patient at hand.
        ordered: List of the instruments ordered for the patient.
        answer: None, or the cause that was named for the patient.
        points: Integer. Points over all patients.
        seen: Integer. How many patients were diagnosed.
    """

    def __init__(self, patients, seed=0):
        self.patients, self.order_of_visits = patients, list(np.random.default_rng(seed).permutation(list(patients)))
        self.points = self.seen = self.visit = 0
        self._receive()

    def _receive(self):
        self.case, self.trained, self.report = self.patients[self.order_of_visits[self.visit % len(self.patients)]]
        self.ordered, self.answer = [], None

    def order(self, instrument):
        """Read an instrument; one that was read before costs nothing."""
        if self.answer is None and instrument not in self.ordered:
            self.ordered.append(instrument)

    def diagnose(self, cause):
        """Name the cause, once a patient; return the points for it."""
        if cause not in CAUSES:
            raise ValueError(f"{cause!r} is no cause that the clinic knows. Choose one of {', '.join(CAUSES)}.")
        if self.answer is not None:
            return 0
        self.answer, self.seen = cause, self.seen + 1
        won = self.worth if cause == self.case.cause else 0
        self.points += won
        return won

    @property
    def worth(self):
        """What a right diagnosis is worth after the instruments ordered so far; at least 1."""
        return max(1, FULL_MARKS - PRICE * len(self.ordered))

    def next(self):
        """Receive the next patient; after the last one, the first comes again."""
        self.visit += 1
        self._receive()

    def score(self):
        """Return the points so far, and what this patient is worth, as a line."""
        won = f"{self.points} points after {self.seen} patient{'' if self.seen == 1 else 's'}" if self.seen else "No patient diagnosed yet"
        if self.answer is not None:
            return f"{won}. Receive the next one."
        return f"{won}. A right diagnosis of this one, patient {self.visit + 1}, is worth {self.worth}."

    def text(self):
        """Return what the player knows, as lines: the symptom, the readings ordered, and the truth once a diagnosis was made."""
        lines = [self.case.symptom]
        for name in self.ordered:
            reading = self.report.readings.get(name)
            lines += ["", f"{name}: {reading.question}", *("   " + line for line in reading.lines)] if reading else ["", f"{name}: not in use here"]
        if self.answer is not None:
            right = self.answer == self.case.cause
            lines += ["", f"{'Right' if right else 'No, it is another cause'}: {CAUSES[self.case.cause].title}", self.case.story, f"Cure: {self.case.fix}."]
            lines += [] if self.case.instruments[0] in self.ordered else [f"The instrument that shows it: {' or '.join(self.case.instruments)}."]
        return lines
