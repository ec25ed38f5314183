"""Chapter 14's painter, trained longer and on larger pictures. What ships is the average painter, in half precision.

A painter of 128 x 96 begins with what one of 64 x 48 knows. One of 256 x 192 asks one of 128 x 96 and corrects what that found; so few further
steps do. At the size that ships it goes on at a smaller rate, with an opponent or without. Every stage goes on from its checkpoint.
"""

import dataclasses
import pathlib
import time

import keras
import numpy as np

from tryon_utils import agnostic, datasets, dressing, training, tryon_scores
from tryon_utils.models import garment, tryon

from recipes import precision

WIDTHS = {64: (24, 48, 96), 128: (16, 24, 48, 96)}
SIZES = (*WIDTHS, 256)
PEOPLE = {64: 800, 128: 800, 256: 400}
ALONE = {64: 600, 128: 500, 256: 400}  # steps with the truth alone
FURTHER = {128: 200, 256: 150}  # steps at a third of the rate, with an opponent or without, at the size that ships
WARM_UP = 200  # steps of the opponent alone, before
BATCH_SIZE = {64: 16, 128: 16, 256: 8}
DEPTH = {128: 4, 256: 5}  # of the discriminator: its patches are a share of the person, not so many pixels
RATE = {64: 0.003, 128: 0.003, 256: 0.001}


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How the painter of one size and seed is trained.

    Attributes:
        size: Integer. Height of its pictures, one of `SIZES`.
        seed: Integer.
        adversarial_weight: Float. What its opponent counts; with 0 it has none.
        warped: Boolean. Whether it gets the garment warped, or as it hangs in the shop.
        grown_from: Path of the weights of a painter of half the size, with which it begins; None to train the smaller ones first.
    """

    size: int
    seed: int = 0
    adversarial_weight: float = 0.0
    warped: bool = True
    grown_from: pathlib.Path | None = None

    def make(self, path, folder):
        """Train the painter and write its weights.

        Args:
            path: Path of the file of weights, ending in .weights.h5.
            folder: Path where a stopped run finds its checkpoints.

        Returns:
            Dictionary for the manifest.
        """
        started, painter, sizes = time.monotonic(), None, [size for size in SIZES if size <= self.size]
        if self.grown_from is not None:
            painter, sizes = read(self.grown_from, self.size // 2), sizes[-1:]
        for size in sizes:
            painter = self.train(size, painter, folder)
        painter.save_weights(path)
        precision.to_half(path)
        scores = judge(read(path, self.size), self.size, self.warped)
        for checkpoint in folder.glob("*.npz"):
            checkpoint.unlink()
        return {"seed": self.seed, "seconds": round(time.monotonic() - started), "parameters": painter.count_params(),
                "options": {"image_size": list(shape_of(min(self.size, 128))), "widths": list(WIDTHS[min(self.size, 128)])}, "enlarged": self.size > 128,
                "trained_on": f"{PEOPLE[self.size]} people of the training part", "scores": scores}

    def train(self, size, smaller, folder):
        """Return the average painter of a size, which begins with what the smaller one knows; with an opponent where the size ships."""
        bodies = datasets.load_bodies(count=PEOPLE[size], size=size)
        sheets = sheets_of(bodies, self.warped)
        if size == 256:
            smaller.trainable = True  # an average is frozen
            painter = tryon.enlarge(smaller, seed=self.seed)
        else:
            painter = tryon.build_painter(shape_of(size), WIDTHS[size], seed=self.seed)
        arms, seen = dressing.arm_colours(bodies)
        tryon.fit_tone(painter, face_colours(bodies)[seen], arms[seen])
        if size == 128 and smaller is not None:
            tryon.grow(smaller, painter)
        del bodies
        model = tryon.TryOn(painter, average_decay=0.99)
        model.compile(falling(RATE[size], ALONE[size]))
        self.run(model, sheets, ALONE[size], folder / f"{size}-alone.npz")
        if size != self.size:
            return model.average_painter
        return self.go_on(model, sheets, folder)

    def go_on(self, model, sheets, folder):
        """Return the average painter after further steps at a third of the rate."""
        size, steps = self.size, FURTHER[self.size]
        if not self.adversarial_weight:
            further = tryon.TryOn(model.painter, average_decay=0.99)
            further.compile(falling(RATE[size] / 3, steps))
        else:
            discriminator = tryon.build_discriminator(shape_of(size), depth=DEPTH[size], seed=self.seed + 100)
            further = tryon.TryOnGAN(model.painter, discriminator, adversarial_weight=self.adversarial_weight, average_decay=0.99)
            further.compile(falling(RATE[size] / 3, steps), keras.optimizers.Adam(0.002, beta_1=0.5))
        further.average_painter.set_weights(model.average_painter.get_weights())
        if self.adversarial_weight:
            warm_up = tryon.WarmUp(further)
            warm_up.compile()
            self.run(warm_up, sheets, WARM_UP, folder / f"{size}-warm.npz")
        self.run(further, sheets, steps, folder / f"{size}-{'joint' if self.adversarial_weight else 'further'}.npz")
        return further.average_painter

    def run(self, model, sheets, steps, path):
        """Train for so many steps in all, from the checkpoint where there is one, and keep the end, too."""
        checkpoint = training.Checkpoint(path, every=50)
        training.train(model, sheets, steps, BATCH_SIZE[sheets.shape[1]], seed=self.seed, checkpoint=checkpoint, callbacks=[training.Progress(every=10.0)])


def falling(rate, steps):
    return keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(rate, steps, alpha=0.05))


def shape_of(size):
    return size, size * 3 // 4


def build(size):
    """Return an untrained painter of a size."""
    return tryon.enlarge(build(size // 2)) if size == 256 else tryon.build_painter(shape_of(size), WIDTHS[size])


def read(path, size):
    """Return the painter of a size with the weights of a file."""
    painter = build(size)
    painter.load_weights(path)
    return painter


def sheets_of(bodies, warped=True, truth=True):
    """Return the sheets of people, garments warped by the warper that ships, or as they hang in the shop."""
    known = dressing.represent(bodies)
    garments = dressing.warp_garments(garment.load(), known, bodies) if warped else (bodies.garment, bodies.garment_mask[..., None])
    return dressing.fill_sheets(known, *garments, bodies if truth else None)


def face_colours(bodies):
    return agnostic.mean_colour(bodies.person, agnostic.regions_of(bodies.parse)["skin"] & (bodies.agnostic_mask == 0))


def judge(painter, size, warped=True):
    """Return the means of what is measured on a hundred new people with new garments, without the reader."""
    bodies = datasets.load_bodies("new_both", count=100, size=size)
    made = dressing.paint(painter, sheets_of(bodies, warped, truth=False))
    means = tryon_scores.compare(bodies.target, made, bodies).means()
    return {name: round(value, 4) for name, value in means.items() if np.isfinite(value)}
