"""Chapter 10's repairs of faces and garments, one network a damage, wider ones and trained longer than a lesson lasts. What ships are the averages."""

import contextlib
import functools
import types

import numpy as np
from keras import ops

from tryon_utils import damages, datasets, metrics, training
from tryon_utils.models import translate

from recipes.clock import Clock

SEED = 0
STEPS = {"noise": 1000, "blur": 1200, "hole": 2000, "old photograph": 1500, "2x smaller": 2000, "4x smaller": 2000}
PAIRS = 3000
BATCH = 4
KNOWN = 1100  # garments; those after them are kept for the test, as in the chapter
WIDTHS = (24, 48, 96)


def make(path, folder, damage):
    """Train the translation of one damage and write its average generator's weights.

    Args:
        path: Path of the file of weights, ending in .weights.h5.
        folder: Path where a stopped run finds its last checkpoint.
        damage: String, one of `damages.KINDS`.

    Returns:
        Dictionary for the manifest.
    """
    with contextlib.suppress(RuntimeError):  # where something was computed already, the threads stay as they are
        training.use_small_net_threads()
    known = np.concatenate([datasets.load_faces().picture, datasets.load_garments().picture[:KNOWN]])
    packed = damages.damaged_pairs(known, PAIRS, np.random.default_rng(SEED), [damage])
    steps = STEPS[damage]
    model = translate.build_translation(steps, (64, 64), adversarial_weight=0, error=ops.square, seed=SEED, widths=WIDTHS)
    clock, checkpoint = Clock(steps), training.Checkpoint(folder / "restore.npz", every=500)
    training.train(model, packed, steps, BATCH, SEED, checkpoint=checkpoint, callbacks=[training.Progress(), clock])
    seconds = clock.seconds()
    model.average_generator.save_weights(path)
    unseen = np.concatenate([datasets.load_faces("new_both").picture, datasets.load_garments().picture[KNOWN:]])
    found = {"options": {"widths": list(WIDTHS)}, "seed": SEED, "seconds": seconds, "steps": steps, "parameters": model.average_generator.count_params(),
             "trained_on": f"1000 faces and {KNOWN} garments of world 0", "scores": judge(model.average_generator, unseen, damage)}
    checkpoint.path.unlink()
    return found


def judge(generator, unseen, damage):
    """Return the PSNR of what is seen, and of what is repaired, in decibels, on new people and garments."""
    seen, missing = damages.damage(unseen, damage, np.random.default_rng(1))
    before, after = (float(metrics.psnr(unseen, pictures).mean()) for pictures in (seen, translate.restore(generator, seen, missing)))
    return {"seen": round(before, 2), "repaired": round(after, 2)}


DAMAGES = {translate.weights_name(damage): types.SimpleNamespace(make=functools.partial(make, damage=damage)) for damage in damages.KINDS}
