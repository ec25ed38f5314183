"""The studio with every model of the course that is there."""

from tryon_utils.studio import try_ons
from tryon_utils.studio.shell import Studio


def open_studio(store=None, seed=0, dresser=None):
    """Return a `shell.Studio` with all its doors: those whose models have their weights in `data/weights/`.

    Args:
        store: `feedback.Feedback`; the learner's own file where not given.
        seed: Integer. Which designs are shown first.
        dresser: `try_ons.Dresser`, where one is open already; loaded where not given.
    """
    return Studio(store, seed, try_ons.find_stylist(), dresser or try_ons.find_dresser())
