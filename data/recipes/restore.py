"""Chapter 10's repair of faces and garments, trained longer than a lesson lasts, by a wider network. What ships is its average generator."""

import keras
import numpy as np

from tryon_utils import damages, datasets, metrics, training
from tryon_utils.models import translate

from recipes.clock import Clock

SEED = 0
STEPS = 3000
PAIRS = 6000
KNOWN = 1100  # garments; those after them are kept for the test, as in the chapter
OPTIONS = {"shape": (64, 64), "widths": (24, 48, 72, 96)}


def make(path, folder):
    """Train the translation and write its average generator's weights.

    Args:
        path: Path of the file of weights, ending in .weights.h5.
        folder: Path where a stopped run finds its last checkpoint.

    Returns:
        Dictionary for the manifest.
    """
    known = np.concatenate([datasets.load_faces().picture, datasets.load_garments().picture[:KNOWN]])
    model = translate.build_translation(STEPS, OPTIONS["shape"], seed=SEED, widths=OPTIONS["widths"])
    clock = Clock(STEPS)
    checkpoint = training.Checkpoint(folder / "restore.npz", every=250)
    packed = damages.damaged_pairs(known, PAIRS, np.random.default_rng(SEED))
    training.train(model, packed, STEPS, batch_size=16, seed=SEED, checkpoint=checkpoint, callbacks=[training.Progress(), clock])
    model.average_generator.save_weights(path)
    unseen = np.concatenate([datasets.load_faces("new_both").picture, datasets.load_garments().picture[KNOWN:]])
    scores = judge(model.average_generator, unseen)
    checkpoint.path.unlink()
    return {"options": {name: list(value) for name, value in OPTIONS.items()}, "seed": SEED, "seconds": clock.seconds(), "steps": STEPS,
            "parameters": model.average_generator.count_params(), "trained_on": f"1000 faces and {KNOWN} garments of world 0", "scores": scores}


def judge(generator, unseen):
    """Return the PSNR of what is repaired, and of what is seen, in decibels by damage."""
    scores = {}
    for kind in damages.KINDS:
        seen, missing = damages.damage(unseen, kind, np.random.default_rng(1))
        before, after = (float(metrics.psnr(unseen, pictures).mean()) for pictures in (seen, translate.restore(generator, seen, missing)))
        scores[kind] = {"seen": round(before, 2), "repaired": round(after, 2)}
    return scores
