"""The course's own try-on models behind the studio's small interfaces: a dresser for the wardrobe, a stylist for the mirror.

Each is there only where its weights are: `find_dresser` and `find_stylist` return None otherwise, and the room opens without that door.
"""

import functools
import types

import numpy as np

from tryon_utils import cards, datasets, dressing, makeup_photos, paperdoll, pigments, recommend, splits, weights
from tryon_utils.models import garment as garments
from tryon_utils.models import makeup, tryon
from tryon_utils.outfit import cloth, dress, wearer
from tryon_utils.studio.pictures import describe_garment

PAINTERS = ("try_on_128", "try_on_256")  # the first one that is there is used
STYLIST = "makeup_0"
PEOPLE, GARMENTS = 10, 48
FACE_SIZE = 256      # pixels of the rendered faces in the mirror
SHOP_SIZE = 256      # of a garment that is put on a photograph


class Dresser:
    """Dresses rendered people and photographs with the models of chapters 13 and 14. See `wardrobe.Dresser`.

    Args:
        warper: `models.garment.Warper`.
        painter: `keras.Model`; see `models.tryon.build_painter`.
        provenance: Function that returns a `cards.Provenance`.
        people: Integer. Rendered people to choose from, at most `GARMENTS`.
        garments_shown: Integer. Garments to choose from.
    """

    name = "garments"

    def __init__(self, warper, painter, provenance, people=PEOPLE, garments_shown=GARMENTS):
        self.warper, self.painter, self.provenance = warper, painter, provenance
        self.bodies = datasets.load_bodies("new_both", garments_shown, size=painter.input_shape[1])
        wanted = [recipe[2] for recipe in self.bodies.recipes]
        self.people = [(self.bodies.person[row], f"person {row + 1}") for row in range(people)]
        self.things = [(self.bodies.garment[row], describe_garment(vars(recipe))) for row, recipe in enumerate(wanted)]
        self.points = recommend.embed_garments(wanted)

    @functools.cached_property
    def models(self):
        """What a photograph needs, put together when the first one comes."""
        return dress.gather(self.warper, self.painter)

    def before(self, person):
        """Return the person's picture: a row of `people`, or the photograph itself."""
        return person if isinstance(person, np.ndarray) else self.bodies.person[person]

    def dress(self, person, garment):
        """Return a person (a row, or the pixels of a photograph) in a garment (a row, or the pixels of a photograph).

        Raises:
            PhotoError: a photograph that can't be used.
        """
        if isinstance(person, np.ndarray):
            return dress.dress(wearer.read(person), self.cloth(garment), self.models).picture
        if isinstance(garment, np.ndarray):
            picture, mask = cloth.read(garment).shop_picture(self.bodies.person.shape[1])
        else:
            picture, mask = self.bodies.garment[garment], self.bodies.garment_mask[garment]
        row = slice(person, person + 1)
        asked = types.SimpleNamespace(person=self.bodies.person[row], agnostic_mask=self.bodies.agnostic_mask[row], keypoints=self.bodies.keypoints[row],
                                      parse=self.bodies.parse[row], garment=picture[None], garment_mask=mask[None])
        return dressing.dress(self.painter, self.warper, asked)[0]

    def cloth(self, garment):
        """Return a garment for a photograph: read from one, or drawn large from its recipe."""
        if not isinstance(garment, np.ndarray):
            garment = paperdoll.render_garment(self.bodies.recipes[garment][2], SHOP_SIZE).picture
        return cloth.read(garment)

    def truth(self, person, garment):
        """Return what a camera would have seen, for rows of `people` and `things`: only the renderer knows."""
        return paperdoll.render_person(self.bodies.recipes[person][0], self.bodies.recipes[garment][2], self.bodies.person.shape[1]).picture


class Stylist:
    """Makes up rendered faces and photographs with the model of chapter 12. See `mirror.Stylist`.

    Args:
        generator: `keras.Model`; see `models.makeup.build_generator`.
        provenance: Function that returns a `cards.Provenance`.
        people: Integer. Rendered faces to choose from.
        size: Integer. Their height and width in pixels.
    """

    name, regions = "looks", pigments.REGIONS

    def __init__(self, generator, provenance, people=PEOPLE, size=FACE_SIZE):
        self.generator, self.provenance = generator, provenance
        looks = list(paperdoll.LOOKS.values())
        self.faces = [paperdoll.render_face(splits.face_recipe("new_both", row)[0], None, size) for row in range(people)]
        models = [splits.face_recipe("train", row)[0] for row in range(len(looks))]   # each look is shown on a face of its own
        self.references = [paperdoll.render_face(model, look, size) for model, look in zip(models, looks, strict=True)]
        self.people = [(face.bare, f"face {row + 1}") for row, face in enumerate(self.faces)]
        self.things = [(reference.picture, look.name) for reference, look in zip(self.references, looks, strict=True)]
        self.points = recommend.embed_looks(looks)
        self._last = None, None, None  # face, look, layers

    def before(self, face):
        """Return the face's picture: a row of `people`, or the photograph itself."""
        return face if isinstance(face, np.ndarray) else self.faces[face].bare

    def layers(self, face, look):
        """Return the layers of a look on a face; those asked for last are remembered, so that a slider needn't wait for them."""
        if self._last[0] is not face or self._last[1] != look:
            known = None if isinstance(face, np.ndarray) else self.faces[face].landmarks
            reference = self.references[look]
            self._last = face, look, makeup_photos.predict_layers(self.generator, self.before(face), reference.picture, known, reference.landmarks)
        return self._last[2]

    def make_up(self, face, look, strengths):
        """Return a face (a row, or the pixels of a photograph) in a look, each region as strong as said.

        Raises:
            PhotoError: no face was found in the photograph.
        """
        return makeup_photos.apply_layers(self.before(face), self.layers(face, look), strengths)

    def lesson(self, face, look):
        """Return the look region by region, as one would paint it: the bare face, skin, cheeks, eyes, brows, lips."""
        order = ("skin", "cheeks", "eyes", "brows", "lips")
        steps = [dict.fromkeys(self.regions, 0.0) | dict.fromkeys(order[:done], 1.0) for done in range(len(order) + 1)]
        return [self.make_up(face, look, strengths) for strengths in steps]


def find_dresser(folder=weights.FOLDER):
    """Return the `Dresser` that the shipped weights make, or None where they aren't there."""
    shipped = weights.read_manifest(folder)
    name = next((name for name in PAINTERS if name in shipped), None)
    if name is None or "garment_warper" not in shipped:
        return None
    return Dresser(garments.load(), tryon.load(int(name.rpartition("_")[2])), lambda: cards.today(name, shipped[name]["sha256"]))


def find_stylist(folder=weights.FOLDER):
    """Return the `Stylist` that the shipped weights make, or None where they aren't there."""
    shipped = weights.read_manifest(folder)
    if STYLIST not in shipped:
        return None
    generator = weights.load(makeup.build_generator(**shipped[STYLIST].get("options", {})), STYLIST, folder)
    return Stylist(generator, lambda: cards.today(STYLIST, shipped[STYLIST]["sha256"]))
