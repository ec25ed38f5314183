"""What the panes share: the store of feedback, the line that says how things stand, and the guard."""

import contextlib
import html
import traceback

import ipywidgets

from tryon_utils import feedback


class Room:
    """The room that all panes stand in.

    Args:
        store: `feedback.Feedback`; where it can't be opened, everything works, and nothing outlives the kernel.

    Attributes:
        line: `ipywidgets.HTML`. One sentence, read out by screen readers when it changes.
        trouble: String. The last error in full, for whoever mends the studio; nobody is shown it.
    """

    def __init__(self, store=None):
        self.line = ipywidgets.HTML().add_class("fr-line")
        self.trouble, self._listeners = "", []
        self.say("Welcome. Everything here stays on this computer.")
        self.store = store
        if store is None:
            try:
                self.store = feedback.Feedback()
            except feedback.FeedbackError as error:
                self.store = feedback.Feedback(feedback.MEMORY)
                self.say(f"Your stars can't be kept this time: {error}", "problem")

    def say(self, sentence, tone="calm"):
        """Show one sentence; `tone` is "calm", "busy" or "problem"."""
        role = "alert" if tone == "problem" else "status"
        self.line.value = f'<p class="fr-say fr-{tone}" role="{role}" aria-live="polite">{html.escape(sentence)}</p>'

    @contextlib.contextmanager
    def guard(self, doing=""):
        """Do something for a visitor: say that it is under way, and turn whatever goes wrong into one sentence. Nothing gets out.

        Example:
            with room.guard("Drawing eight designs"):
                self.show(sampler.matching(style, 8))
        """
        before = self.line.value
        if doing:
            self.say(f"{doing} ...", "busy")
        busy = self.line.value
        try:
            yield
        except ValueError as error:  # ours: PhotoError, FeedbackError, WeightsError and the like are sentences
            self.trouble = traceback.format_exc()
            self.say(str(error), "problem")
        except Exception as error:  # a boundary: a visitor must never meet a traceback
            self.trouble = traceback.format_exc()
            self.say(f"That didn't work, and it isn't your fault ({type(error).__name__}). Nothing is lost: try again, or open the room anew.", "problem")
        else:
            if doing and self.line.value == busy:
                self.line.value = before

    def on_feedback(self, listener):
        """Call `listener()` whenever something was rated or deleted."""
        self._listeners.append(listener)

    def rate(self, item, value, kind="stars", model="", recipe=None):
        """Keep a rating and tell everybody who listens."""
        self.store.rate(item, value, kind, model, recipe)
        words = {"stars": f"{value:g} of 5 stars", "heart": "A favourite" if value else "No favourite any more"}[kind]
        self.say(f"{words}: {'kept on this computer' if self.store.kept else 'kept until you leave'}.")
        self._tell()

    def delete_all(self):
        """Delete all feedback and tell everybody who listens."""
        count = self.store.delete_all()
        self.say(f"Deleted: {count} {'entry' if count == 1 else 'entries'}. Nothing of yours is kept now.")
        self._tell()

    def _tell(self):
        for listener in self._listeners:
            listener()
