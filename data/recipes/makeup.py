"""Chapter 12's generator of makeup layers, trained longer than a lesson lasts, with three seeds: alone first, then against a discriminator."""

import contextlib
import functools
import time
import types

import keras
import numpy as np

from tryon_utils import datasets, makeup_pairs, makeup_scores, pigments, regions, training
from tryon_utils.models import makeup

STEPS_ALONE, STEPS_JUDGED = 2400, 600
REFERENCES = 5
BATCH = 8
CHANNELS = 16


def make(path, folder, seed=0):
    """Train the generator and write its average's weights.

    Args:
        path: Path of the file of weights, ending in .weights.h5.
        folder: Path where a stopped run finds its last checkpoint.
        seed: Integer.

    Returns:
        Dictionary for the manifest.
    """
    with contextlib.suppress(RuntimeError):  # where something was computed already, the threads stay as they are
        training.use_small_net_threads()
    packed = pack(datasets.load_faces("train"))
    generator, clock = makeup.build_generator(channels=CHANNELS, seed=3 * seed), Clock()
    train(makeup.MakeupTransfer(generator, seed=3 * seed + 1, average_decay=0.99), packed, STEPS_ALONE, 2e-3, seed, folder / "alone.npz", clock)
    judge = makeup.build_discriminator(seed=3 * seed + 1)
    judged = makeup.MakeupTransfer(generator, [judge], adversarial_weight=0.05, seed=3 * seed + 2, average_decay=0.99)
    train(judged, packed, STEPS_JUDGED, 7e-4, seed, folder / "judged.npz", clock)
    judged.average_generator.save_weights(path)
    found = {"seed": seed, "seconds": clock.seconds(STEPS_ALONE + STEPS_JUDGED), "steps": STEPS_ALONE + STEPS_JUDGED,
             "options": {"channels": CHANNELS}, "parameters": generator.count_params(), "trained_on": f"{len(packed)} faces of world 0 with {REFERENCES} references each",
             "scores": judge_it(judged.average_generator)}
    for name in ("alone", "judged"):
        (folder / f"{name}.npz").unlink(missing_ok=True)
    return found


def train(model, packed, steps, rate, seed, path, clock):
    """Train one stage; a stopped run goes on with the step it was in."""
    falling = [keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(start, steps, alpha=0.05), beta_1=beta, beta_2=0.99)
               for start, beta in ((rate, 0.8), (5e-4, 0.5))]
    model.compile(*falling)
    training.train(model, packed, steps, BATCH, seed=seed, checkpoint=training.Checkpoint(path, every=100), callbacks=[training.Progress(), clock])


class Clock(keras.callbacks.Callback):
    """Seconds that the training took; where it was stopped and went on, estimated from the steps of the last run."""

    def __init__(self):
        super().__init__()
        self.taken, self.steps_done = 0.0, 0

    def on_train_begin(self, logs=None):
        self.started = time.monotonic()

    def on_train_batch_end(self, batch, logs=None):
        self.steps_done += 1

    def on_train_end(self, logs=None):
        self.taken += time.monotonic() - self.started

    def seconds(self, steps):
        return round(self.taken * steps / max(self.steps_done, 1))


def wearing(faces):
    """Return the name and the strength of the look that each face wears."""
    return [(look.name, look.layers[0].intensity) for _, look in faces.recipes]


def pack(faces):
    """Return the training faces with their references; see `makeup_pairs.pack_pairs`."""
    chosen = makeup_pairs.choose_references(wearing(faces), REFERENCES, np.random.default_rng(0))
    return makeup_pairs.pack_pairs(faces, regions.soft_masks(faces.landmarks, 64, 64), chosen)


def judge_it(generator):
    """Return the CIEDE2000 on new people in new looks, by area, and the worst tone as a multiple of the mean."""
    faces = datasets.load_faces("new_both")
    chosen = makeup_pairs.choose_references(wearing(faces), 1, np.random.default_rng(1))[:, 0]
    windows, masks = makeup_pairs.find_windows(faces.landmarks), regions.soft_masks(faces.landmarks, 64, 64)
    laid = makeup_pairs.lay_over(faces.picture[chosen], faces.landmarks[chosen], faces.landmarks, windows)
    opacity, pigment = makeup.predict(generator, makeup_pairs.cut(faces.bare, windows), makeup_pairs.cut(masks, windows), laid)
    made = pigments.apply(faces.bare, makeup_pairs.put_back(opacity, windows), pigment)
    scores = makeup_scores.compare(faces.picture, made, faces.opacity)
    tone, worst = makeup_scores.worst_tone(makeup_scores.by_tone(scores["makeup"], faces.recipes))
    return {area: round(float(np.nanmean(values)), 3) for area, values in scores.items()} | {"worst_tone": int(tone), "worst_tone_share": round(float(worst), 3)}


SEEDS = tuple(types.SimpleNamespace(make=functools.partial(make, seed=seed)) for seed in range(3))
