"""The mirror: any look on any face, as strong as wanted in each region and in other colours, and a lesson that paints it layer by layer."""

from typing import Protocol

import ipywidgets
import numpy as np

from tryon_utils.cards import Provenance
from tryon_utils.studio import parts, pictures
from tryon_utils.studio.fitting import Fitting


REPAIR = "repair"  # of spots and dark circles: no part of a look, so nobody gets it unasked


class Stylist(Protocol):
    """What fills the mirror.

    Attributes:
        people: List of (uint8 picture, words).
        things: List of looks: (uint8 picture of it, words).
        points: float (looks, d); see `recommend`.
        name: String. The name of the looks' collection, for the stars.
        regions: Tuple of strings. What can be made stronger and weaker apart, such as ("lips", "eyes", "cheeks", "skin"), and `REPAIR` where
            the model can even a face out.
    """

    people: list
    things: list
    points: np.ndarray
    name: str
    regions: tuple

    def before(self, face):
        """Return the picture of a face (a row of `people`, or pixels) at the size at which `make_up` paints."""

    def colours(self, face, look):
        """Return the colours of the look on that face: a dictionary from the regions that can be given another colour to strings such as "#a8452a"."""

    def make_up(self, face, look, strengths, colours=None):
        """Return the face in the look: uint8, of the size of `before(face)`.

        Args:
            strengths: Dictionary from a region to a number in [0, 1].
            colours: Dictionary from some regions to other colours, such as {"lips": "#a8452a"}.

        Raises:
            ValueError: a photograph that can't be used; the message says why and what to do.
        """

    def lesson(self, face, look):
        """Return the look layer by layer: a list of uint8 pictures, the bare face first."""

    def provenance(self) -> Provenance:
        """Return what made the pictures."""


class Mirror(Fitting):
    """The pane on which faces are made up."""

    title, who, things_are, verb = "Mirror", "a face", "looks", "wearing"

    def controls(self):
        self.strengths = {region: parts.Slider(label=region.capitalize(), value=float(region != REPAIR)) for region in self.model.regions}
        self.colours, self._setting = {}, False  # what the visitor has chosen instead of the look's own
        for slider in self.strengths.values():
            slider.observe(self._turned, ["value", "colour"])
        return list(self.strengths.values())

    def extras(self):
        self.lesson_button = ipywidgets.Button(description="Teach me this look", tooltip="Paint the look layer by layer")
        self.lesson_button.on_click(lambda button: self.teach())
        self.film = parts.Film(label="The look, layer by layer")
        return [self.lesson_button, self.film]

    def make(self):
        self.film.frames = []
        made = self.model.make_up(self.person, self.thing, {region: slider.value for region, slider in self.strengths.items()}, self.colours)
        own, self._setting = self.model.colours(self.person, self.thing), True
        for region, slider in self.strengths.items():
            slider.colour = self.colours.get(region, own[region]) if region in own else ""
        self._setting = False
        return made

    def choose(self, row):
        self.colours = {}  # another look, and its own colours
        super().choose(row)

    def teach(self):
        """Show the look layer by layer."""
        with self.room.guard("Painting layer by layer"):
            self.film.frames = [pictures.address(picture) for picture in self.model.lesson(self.person, self.thing)]

    def _turned(self, change):
        if self._setting:
            return
        with self.room.guard("Mirror at work"):
            if change["name"] == "colour":
                self.colours |= {region: slider.colour for region, slider in self.strengths.items() if slider is change["owner"]}
            self.renew()
