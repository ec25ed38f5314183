"""A dresser and a stylist for tests of the studio: the renderer itself, which needs no training and always knows the answer."""

import dataclasses

import numpy as np
from tryon_utils import cards, paperdoll, recommend, splits

SIZE = 64


def small(pixels, height, width):
    """Return a photograph cut and thinned out to a size, or raise as a real model does for a picture that it can't use."""
    if pixels.shape[0] < height or pixels.shape[1] < width:
        raise ValueError(f"This picture is {pixels.shape[1]} pixels wide; at least {width} are wanted: choose a larger one.")
    rows, columns = np.linspace(0, pixels.shape[0] - 1, height).astype(int), np.linspace(0, pixels.shape[1] - 1, width).astype(int)
    return np.ascontiguousarray(pixels[rows][:, columns])


class TruthDresser:
    """Dresses people by rendering them; a photograph is only tinted."""

    name = "garments"

    def __init__(self, people=4, garments=24):
        self._people = [splits.body_recipe("new_both", row, 0)[0] for row in range(people)]
        self._garments = [splits.garment_recipe("new_item", row, 0) for row in range(garments)]
        self._own = [splits.body_recipe("new_both", row, 0)[1] for row in range(people)]
        self.people = [(self.before(row), f"person {row + 1}") for row in range(people)]
        self.things = [(paperdoll.render_garment(garment, SIZE).picture, f"{garment.pattern} top in {garment.palette}") for garment in self._garments]
        self.points = recommend.embed_garments(self._garments)

    def before(self, person):
        if isinstance(person, np.ndarray):
            return small(person, SIZE, SIZE * 3 // 4)
        return paperdoll.render_person(self._people[person], self._own[person], SIZE).picture

    def dress(self, person, garment):
        if isinstance(person, np.ndarray):
            return self.before(person) // 2 + 60
        wanted = self._garments[0 if isinstance(garment, np.ndarray) else garment]
        return paperdoll.render_person(self._people[person], wanted, SIZE).picture

    def film(self, person, garment):
        return np.stack([paperdoll.render_person(dataclasses.replace(self._people[person], sway=sway), self._garments[garment], SIZE).picture for sway in (0.2, 0.8)])

    def provenance(self):
        return cards.today("renderer", "0" * 64)


class TruthStylist:
    """Makes faces up by rendering them."""

    name, regions = "looks", ("lips", "eyes", "cheeks", "skin")

    def __init__(self, people=4):
        self._faces = [splits.face_recipe("new_both", row, 0)[0] for row in range(people)]
        self._looks = list(paperdoll.LOOKS.values())
        self.people = [(self.before(row), f"face {row + 1}") for row in range(people)]
        self.things = [(paperdoll.render_face(self._faces[0], look, SIZE).picture, look.name) for look in self._looks]
        self.points = recommend.embed_looks(self._looks)

    def before(self, face):
        return small(face, SIZE, SIZE) if isinstance(face, np.ndarray) else paperdoll.render_face(self._faces[face], None, SIZE).picture

    def colours(self, face, look):
        return {"lips": "#b03a48"}

    def make_up(self, face, look, strengths, colours=None):
        if isinstance(face, np.ndarray):
            return self.before(face) // 2 + 60
        made = paperdoll.render_face(self._faces[face], self._looks[look].at(np.mean(list(strengths.values()))), SIZE).picture
        if colours:  # below the nose, in the middle
            made[44:48, 28:36] = np.frombuffer(bytes.fromhex(colours["lips"][1:]), "uint8")
        return made

    def lesson(self, face, look):
        return [paperdoll.render_face(self._faces[face], self._looks[look].at(strength), SIZE).picture for strength in (0.0, 0.5, 1.0)]

    def provenance(self):
        return cards.today("renderer", "0" * 64)
