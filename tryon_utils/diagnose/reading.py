"""What an instrument shows."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Reading:
    """What an instrument shows.

    Attributes:
        question: String. What the instrument answers.
        lines: List of strings.
        values: Dictionary of the numbers behind them.
    """

    question: str
    lines: list
    values: dict

    def __repr__(self):
        return "\n".join([self.question, *("  " + line for line in self.lines)])
