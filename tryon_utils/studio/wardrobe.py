"""The wardrobe: any person in any garment, and a film of those who can move."""

from typing import Protocol

import ipywidgets
import numpy as np

from tryon_utils.cards import Provenance
from tryon_utils.studio import intake, parts, pictures
from tryon_utils.studio.fitting import Fitting


class Dresser(Protocol):
    """What fills the wardrobe.

    Attributes:
        people: List of (uint8 picture, words).
        things: List of garments: (uint8 picture, words).
        points: float (garments, d); see `recommend`.
        name: String. The name of the garments' collection, for the stars.
    """

    people: list
    things: list
    points: np.ndarray
    name: str

    def before(self, person):
        """Return the picture of a person (a row of `people`, or pixels) at the size at which `dress` paints."""

    def dress(self, person, garment):
        """Return the person in the garment, each a row or pixels: uint8, of the size of `before(person)`.

        Raises:
            ValueError: a photograph that can't be used; the message says why and what to do.
        """

    def film(self, person, garment):
        """Return the person, a row of `people`, moving in the garment: uint8 (frames, height, width, 3)."""

    def provenance(self) -> Provenance:
        """Return what made the pictures."""


class Wardrobe(Fitting):
    """The pane on which people are dressed."""

    title, who, things_are, verb = "Wardrobe", "a person", "garments", "in"

    def __init__(self, room, rng, model):
        self.garment_photo = None
        super().__init__(room, rng, model)

    def controls(self):
        self.garment_intake = intake.Intake(self.room, self.bring_garment, "a garment", with_camera=False)
        return [self.garment_intake.widget]

    def extras(self):
        self.film_button = ipywidgets.Button(description="Let them move", tooltip="A short film: each frame is a try-on of its own")
        self.film_button.on_click(lambda button: self.move())
        self.film = parts.Film(label="A short film of the try-on")
        return [self.film_button, self.film]

    def move(self):
        """Show the person moving in the garment."""
        with self.room.guard("Trying it on, frame by frame"):
            if isinstance(self.person, np.ndarray):
                raise ValueError("A photograph holds still. Choose somebody who doesn't exist, and they will move.")
            self.film.frames = [pictures.address(frame) for frame in self.model.film(self.person, self._what())]

    def _what(self):
        return self.thing if self.garment_photo is None else self.garment_photo

    def bring_garment(self, pixels):
        """Try the visitor's own garment on, photographed on a plain background."""
        before, self.garment_photo = self.garment_photo, np.asarray(pixels)
        try:
            self.renew()
        except Exception:
            self.garment_photo = before
            raise

    def choose(self, row):
        self.garment_photo = None
        super().choose(row)

    def what(self):
        return super().what() if self.garment_photo is None else "a garment of your own"

    def make(self):
        self.film.frames = []
        return self.model.dress(self.person, self._what())
