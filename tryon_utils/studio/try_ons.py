"""The course's own try-on models behind the studio's small interfaces: a dresser for the wardrobe, a stylist for the mirror.

Each is there only where its weights are: `find_dresser` and `find_stylist` return None otherwise, and the room opens without that door.
"""

import dataclasses
import functools
import re
import types

import numpy as np
from IPython.utils.capture import capture_output

from tryon_utils import cards, datasets, dressing, makeup_photos, paperdoll, pigments, recommend, splits, weights
from tryon_utils.models import garment as garments
from tryon_utils.models import makeup, tryon
from tryon_utils.outfit import cloth, dress, wearer
from tryon_utils.studio.mirror import REPAIR
from tryon_utils.studio.pictures import describe_garment

PAINTERS = ("try_on_128", "try_on_256")  # the first one that is there is used
STYLIST, REPAIRER = "makeup_0", "makeup_repair"
PEOPLE, GARMENTS = 10, 48
FACE_SIZE = 256      # pixels of the rendered faces in the mirror
COLOUR = re.compile("#[0-9a-f]{6}")
SHOP_SIZE = 256      # of a garment that is put on a photograph
FRAMES = 12          # of a film
LEAST_COVER = 40     # of 255: a layer that covers less than this nowhere is not worn, and has no colour


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
        with capture_output():  # no line on how many are rendered, which would stay above the room
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
        row = slice(person, person + 1)
        return self._dress(garment, self.bodies.person[row], self.bodies.agnostic_mask[row], self.bodies.keypoints[row], self.bodies.parse[row])[0]

    def film(self, person, garment):
        """Return a rendered person, a row, who sways in a garment, a row or pixels: each frame is a try-on of its own, uint8 (frames, height, width, 3)."""
        mover, worn, _ = self.bodies.recipes[person]
        moves = [dataclasses.replace(mover, sway=share, wobble=(2 * share - 1,) * len(mover.wobble)) for share in np.linspace(0, 1, FRAMES)]
        scenes = [paperdoll.render_person(move, worn, self.bodies.person.shape[1]) for move in moves]
        masks = np.stack([np.rint(255 * scene.agnostic_mask) for scene in scenes]).astype("uint8")
        return self._dress(garment, np.stack([scene.picture for scene in scenes]), masks, np.stack([scene.keypoints for scene in scenes]),
                           np.stack([scene.parse for scene in scenes]))

    def _dress(self, garment, person, agnostic_mask, keypoints, parse):
        """Return rendered people, arrays as in `datasets.Bodies`, all in one garment, a row or pixels."""
        if isinstance(garment, np.ndarray):
            picture, mask = cloth.read(garment).shop_picture(self.bodies.person.shape[1])
        else:
            picture, mask = self.bodies.garment[garment], self.bodies.garment_mask[garment]
        asked = types.SimpleNamespace(person=person, agnostic_mask=agnostic_mask, keypoints=keypoints, parse=parse,
                                      garment=np.repeat(picture[None], len(person), axis=0), garment_mask=np.repeat(mask[None], len(person), axis=0))
        return dressing.dress(self.painter, self.warper, asked)

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
        repairer: `keras.Model` that evens a face out; see `models.makeup.load_repair`. None, and there is no repair.
        people: Integer. Rendered faces to choose from.
        size: Integer. Their height and width in pixels.
    """

    name = "looks"

    def __init__(self, generator, provenance, repairer=None, people=PEOPLE, size=FACE_SIZE):
        self.generator, self.provenance, self.repairer = generator, provenance, repairer
        self.regions = (*pigments.REGIONS, REPAIR) if repairer else pigments.REGIONS
        looks = list(paperdoll.LOOKS.values())
        self.faces = [paperdoll.render_face(splits.face_recipe("new_both", row)[0], None, size) for row in range(people)]
        models = [splits.face_recipe("train", row)[0] for row in range(len(looks))]   # each look is shown on a face of its own
        self.references = [paperdoll.render_face(model, look, size) for model, look in zip(models, looks, strict=True)]
        self.people = [(face.bare, f"face {row + 1}") for row, face in enumerate(self.faces)]
        self.things = [(reference.picture, look.name) for reference, look in zip(self.references, looks, strict=True)]
        self.points = recommend.embed_looks(looks)
        self._last = None, None, None  # face, look, layers
        self._last_repair = None, None  # face, layers

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

    def repaired(self, face, strength):
        """Return the face's picture with its spots and dark circles evened out, as strong as said; what was found last is remembered."""
        if strength == 0:
            return self.before(face)
        if self._last_repair[0] is not face:
            known = None if isinstance(face, np.ndarray) else self.faces[face].landmarks
            self._last_repair = face, makeup_photos.predict_repair(self.repairer, self.before(face), known)
        return makeup_photos.apply_layers(self.before(face), self._last_repair[1], strength)

    def make_up(self, face, look, strengths, colours=None):
        """Return a face (a row, or the pixels of a photograph) in a look, each region as strong as said, and in another colour where one is said.

        Repair, where it is asked for, comes first: makeup lies on top.

        Raises:
            PhotoError: no face was found in the photograph.
            ValueError: a colour that is none.
        """
        layers = self.layers(face, look)
        if colours:
            layers = layers._replace(pigment=self._recoloured(face, layers, colours))
        in_regions = {region: value for region, value in strengths.items() if region != REPAIR}
        return makeup_photos.apply_layers(self.repaired(face, strengths.get(REPAIR, 0.0)), layers, in_regions)

    def colours(self, face, look):
        """Return the colours of what a look puts on lips, eyes and cheeks, as this face wears it: strings such as "#a8452a"; who wears none has none."""
        layers = self.layers(face, look)
        seen = pigments.colours_of(*self._small(face, layers), layers.pigment[None])[0]
        worn = {region: pigments.LAYERS.index(names[0]) for region, names in pigments.GROUPS.items()}
        return {region: "#" + bytes(np.rint(255 * np.clip(seen[layer], 0, 1)).astype("uint8")).hex() for region, layer in worn.items()
                if layers.opacity[layer].max() > LEAST_COVER}

    def _small(self, face, layers):
        """Return the part of a picture that layers lie on and their opacities, thinned out: enough for mean colours."""
        left, top, right, bottom = layers.box
        step = max(1, max(right - left, bottom - top) // 128)
        return self.before(face)[None, top:bottom:step, left:right:step], np.moveaxis(layers.opacity[:, ::step, ::step], 0, -1)[None]

    def _recoloured(self, face, layers, colours):
        """Return the pigments that give some regions other colours; a region's further layers move along with its first."""
        small = self._small(face, layers)
        seen = pigments.colours_of(*small, layers.pigment[None])
        wanted, moved = seen.copy(), []
        for region, colour in colours.items():
            if region not in pigments.GROUPS or not COLOUR.fullmatch(colour):
                raise ValueError(f"{region} in {colour!r} came; one of {', '.join(pigments.GROUPS)}, in a colour such as #a8452a, is wanted.")
            rows = [pigments.LAYERS.index(name) for name in pigments.GROUPS[region]]
            wanted[0, rows] = np.clip(seen[0, rows] + np.frombuffer(bytes.fromhex(colour[1:]), "uint8") / 255 - seen[0, rows[0]], 0, 1)
            moved += rows
        pigment = layers.pigment.copy()
        pigment[moved] = pigments.pigment_for(*small, wanted)[0, moved]
        return pigment

    def lesson(self, face, look):
        """Return the look region by region, as one would paint it: the bare face, skin, cheeks, eyes, brows, lips."""
        order = ("skin", "cheeks", "eyes", "brows", "lips")
        steps = [dict.fromkeys(pigments.REGIONS, 0.0) | dict.fromkeys(order[:done], 1.0) for done in range(len(order) + 1)]
        return [self.make_up(face, look, strengths) for strengths in steps]


def find_dresser(folder=weights.FOLDER):
    """Return the `Dresser` that the shipped weights make, or None where they aren't there."""
    shipped = weights.read_manifest(folder)
    name = next((name for name in PAINTERS if name in shipped), None)
    if name is None or "garment_warper" not in shipped:
        return None
    warper = weights.load(garments.build_warper(**shipped["garment_warper"]["options"]), "garment_warper", folder)
    return Dresser(warper, tryon.load(int(name.rpartition("_")[2]), folder), lambda: cards.today(name, shipped[name]["sha256"]))


def find_stylist(folder=weights.FOLDER):
    """Return the `Stylist` that the shipped weights make, or None where they aren't there."""
    shipped = weights.read_manifest(folder)
    if STYLIST not in shipped:
        return None
    generator = weights.load(makeup.build_generator(**shipped[STYLIST].get("options", {})), STYLIST, folder)
    repairer = makeup.load_repair(folder) if REPAIRER in shipped else None
    return Stylist(generator, lambda: cards.today(STYLIST, shipped[STYLIST]["sha256"]), repairer)
