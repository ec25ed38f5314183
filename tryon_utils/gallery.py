"""The trained models of the course behind one small interface: what each is called, what it needs, what it makes, and from which weights.

Only what ships is listed: a model whose weights are not in `data/weights/` is not in the course yet, and nobody offers it.
"""

import dataclasses
import functools
import pathlib

import keras
import numpy as np

from tryon_utils import cards, designs, images, leftovers, weights
from tryon_utils.models import character, dcgan, designer, features, vae

RACK = 240    # designs that are drawn at once
AT_ONCE = 60  # of them that the generator paints at once, for memory


@dataclasses.dataclass(frozen=True)
class Entry:
    """One trained model.

    Attributes:
        name: String. The name of its weights.
        title: String. What people read.
        chapter: String. The chapter that builds it, such as "03_build_a_dcgan".
        kind: String. "sample", which makes pictures from noise, or "apply", which makes one picture from others.
        needs: Tuple of strings. What it is given, such as ("noise",) or ("person", "garment").
        load: Function of the folder of weights that returns the model ready to use.
        features: String. What kind of frozen features can judge its pictures; empty where none do.
        noun: String. What its pictures show.
        draw: Function of a design's number that returns what the model is given for it, float32 (d,); None for standard normal noise.
        rack: Integer. Designs that are drawn at once.
    """

    name: str
    title: str
    chapter: str
    kind: str
    needs: tuple
    load: object
    features: str = ""
    noun: str = "top"
    draw: object = None
    rack: int = RACK

    def provenance(self, folder=weights.FOLDER):
        """Return the `cards.Provenance` of what it makes today."""
        return cards.today(self.name, weights.find(self.name, folder)["sha256"])


def load_dcgan_garments(folder=weights.FOLDER):
    """Return the generator of chapter 03 with the shipped weights."""
    return weights.load(dcgan.build_generator(), "dcgan_garments", folder)


ENTRIES = (
    Entry("dcgan_garments", "DCGAN garments", "03_build_a_dcgan", "sample", ("noise",), load_dcgan_garments, "garments"),
    Entry("faces_dcgan", "DCGAN faces", "07_encode_with_a_vae", "sample", ("noise",), vae.load_face_generator, noun="face of nobody", rack=48),
    Entry("characters", "Characters", "08_condition_on_attributes", "sample", ("numbers of a person",), character.load_sampler,
          noun="face of nobody", draw=leftovers.whole, rack=48),
    Entry("designer", "Designed garments", "08_condition_on_attributes", "sample", ("numbers of a design",), designer.load_sampler,
          draw=designs.draw, rack=48),
)


def listed(kind=None, folder=weights.FOLDER, entries=ENTRIES):
    """Return the entries whose weights are there, in the order of the chapters.

    Args:
        kind: String, "sample" or "apply"; both where None.
        folder: Path of the folder of weights.
        entries: Sequence of `Entry`.
    """
    shipped = weights.read_manifest(folder)
    return [entry for entry in entries if kind in (None, entry.kind) and entry.name in shipped
            and (pathlib.Path(folder) / shipped[entry.name]["file"]).is_file()]


def find(name, folder=weights.FOLDER):
    """Return the entry of that name.

    Raises:
        ValueError: it is not listed.
    """
    found = {entry.name: entry for entry in listed(folder=folder)}
    if name not in found:
        raise ValueError(f"name={name!r} came; the models that are ready are {', '.join(map(repr, found)) or 'none'}.")
    return found[name]


class Sampler:
    """A generator with numbered designs: design 17 is the same picture for everybody, always.

    Example:
        sampler = Sampler(find("dcgan_garments"))
        sampler.pictures([0, 17])                        # uint8 (2, 32, 32, 3)
        sampler.matching({"pattern": "checks"}, count=8)  # numbers of designs

    Args:
        entry: `Entry` of kind "sample".
        folder: Path of the folder of weights.

    Attributes:
        styles: Dictionary from the name of a factor that our classifier reads to its values; empty where there is no classifier.
    """

    def __init__(self, entry, folder=weights.FOLDER):
        self.entry, self.folder = entry, folder
        self.generator = entry.load(folder)
        self.latent_dim = self.generator.input_shape[-1]
        known = weights.read_manifest(folder)
        self._classifier = features.load_classifier(entry.features, folder) if f"features_{entry.features}" in known else None
        self.styles = {name: tuple(values) for name, values in known[f"features_{entry.features}"]["heads"].items()} if self._classifier else {}
        self._scale = known[f"features_{entry.features}"]["scale"] if self._classifier else 1.0  # as in `models.features.load`
        self._noise, self._pictures, self._likeness, self._features = [], [], {}, []
        self.counted = 0

    def noise(self, number):
        """Return what the generator is given for a design, noise in most cases: float32 (latent_dim,)."""
        if self.entry.draw:
            return self.entry.draw(int(number))
        return np.random.default_rng([int(number), 1903]).standard_normal(self.latent_dim, dtype="float32")

    def noise_of(self, count):
        """Return the noise of the first designs, `count` or more in whole racks: float32 (counted, latent_dim)."""
        self.draw(count)
        return np.concatenate(self._noise)

    def paint(self, noise):
        """Return the pictures of noise (n, latent_dim): uint8 (n, height, width, 3)."""
        noise = np.asarray(noise, "float32")
        return images.to_picture(np.concatenate([self.generator.predict_on_batch(noise[start:start + AT_ONCE]) for start in range(0, len(noise), AT_ONCE)]))

    def draw(self, count=1):
        """Draw designs, in whole racks, until there are `count`, and let the classifier look at them once. Takes about a second for the first ones."""
        while self.counted < count:
            noise = np.stack([self.noise(self.counted + step) for step in range(self.entry.rack)])
            pictures = self.paint(noise)
            self._noise.append(noise)
            self._pictures.append(pictures)
            if self._classifier:
                self._look_at(images.to_model(pictures))
            self.counted += self.entry.rack

    def _look_at(self, pictures):
        for name, logits in self._reader.predict_on_batch(pictures).items():
            if name == "features":
                self._features.append(logits * self._scale)
            else:
                odds = np.exp(logits - logits.max(axis=1, keepdims=True))
                self._likeness.setdefault(name, []).append(odds / odds.sum(axis=1, keepdims=True))

    @functools.cached_property
    def _reader(self):
        """One network for the factors and the features, so that each picture is looked at once."""
        outputs = {name: self._classifier.get_layer(name).output for name in (*self.styles, "features")}
        return keras.Model(self._classifier.input, outputs)

    def pictures(self, numbers):
        """Return the pictures of numbered designs, uint8 (n, height, width, 3)."""
        numbers = [int(number) for number in numbers]
        if any(number >= self.counted for number in numbers):
            self.draw(max(numbers) + 1)
        return np.concatenate(self._pictures)[numbers]

    def features(self):
        """Return the frozen features of all designs drawn so far, float32 (counted, d)."""
        self.draw()
        return np.concatenate(self._features)

    def describe(self, number):
        """Return what the classifier reads from a design, such as {"sleeve": "long", ...}; empty where there is none."""
        self.pictures([number])
        return {name: values[int(np.concatenate(self._likeness[name])[number].argmax())] for name, values in self.styles.items()}

    def values_of(self, name):
        """Return what the classifier reads of one factor from the first designs, those of `features`: a list of strings."""
        return [self.styles[name][place] for place in np.concatenate(self._likeness[name]).argmax(axis=1)]

    def matching(self, style, count, hide=()):
        """Return the numbers of designs that look most as wanted, by the classifier: of so many drawn, the best.

        A generator without conditions can't be told what to make. But one can draw many and keep a few.

        Args:
            style: Dictionary from a factor's name to the wanted value; empty for any.
            count: Integer.
            hide: Collection of numbers that are not wanted again.

        Raises:
            ValueError: an unknown factor or value.
        """
        for name, value in style.items():
            if value not in self.styles.get(name, ()):
                raise ValueError(f"{name}={value!r} came; one of {', '.join(map(repr, self.styles.get(name, self.styles)))} is wanted.")
        self.draw(self.entry.rack * (1 + (len(set(hide)) + count) // (self.entry.rack // 2)))
        fits = np.ones(self.counted)
        for name, value in style.items():
            fits *= np.concatenate(self._likeness[name])[:, self.styles[name].index(value)]
        fits[[number for number in hide if number < self.counted]] = -1
        order = np.argsort(-fits, kind="stable")
        return [int(number) for number in order[:count]]

    def walk(self, first, second, frames=24):
        """Return pictures on the way between two designs, uint8 (frames, height, width, 3), both included.

        The way keeps the length of the noise, since the generator has hardly seen any noise near the origin. What isn't noise goes straight.

        Formula:
            $z(t) = \\frac{\\sin((1-t)\\omega)}{\\sin\\omega} z_0 + \\frac{\\sin(t\\omega)}{\\sin\\omega} z_1$, with $\\omega$ the angle between the two.
        """
        start, end = self.noise(first), self.noise(second)
        if self.entry.draw:
            return self.paint(start + np.linspace(0, 1, frames)[:, None] * (end - start))
        angle = np.arccos(np.clip(start @ end / np.linalg.norm(start) / np.linalg.norm(end), -1, 1))
        if angle < 1e-4:
            return np.repeat(self.pictures([first]), frames, axis=0)
        share = np.linspace(0, 1, frames)[:, None]
        return self.paint((np.sin((1 - share) * angle) * start + np.sin(share * angle) * end) / np.sin(angle))
