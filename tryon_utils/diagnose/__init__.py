"""Find out what is wrong with a GAN: `checkup(gan, data)` examines any pair of Keras networks and its training step.

`observation` watches some training steps and puts everything back; `instruments` read what was seen; `verdicts` says what it amounts to.
"""

from tryon_utils.diagnose.observation import Observation, Players, observe
from tryon_utils.diagnose.reading import Reading
from tryon_utils.diagnose.report import Report, checkup
from tryon_utils.diagnose.verdicts import CAUSES, Verdict

__all__ = ["CAUSES", "Observation", "Players", "Reading", "Report", "Verdict", "checkup", "observe"]
