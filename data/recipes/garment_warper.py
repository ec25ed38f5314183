"""Chapter 13's warper, trained longer than a lesson lasts, on twice as many people. It is found at 64 x 48, and serves every size."""

import keras
import numpy as np

from tryon_utils import datasets, training, warp
from tryon_utils.models import garment

from recipes.clock import Clock

SEED = 0
STEPS = 2000
PEOPLE = 1600
LEARNING_RATE = 2e-3


def make(path, folder):
    """Train the warper and write its weights.

    Args:
        path: Path of the file of weights, ending in .weights.h5.
        folder: Path where a stopped run finds its last checkpoint.

    Returns:
        Dictionary for the manifest.
    """
    warper = garment.build_warper(seed=SEED)
    teacher = garment.Teacher(warper, garment.to_pairs(datasets.load_bodies(count=PEOPLE)))
    teacher.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(LEARNING_RATE, STEPS, alpha=0.02), beta_2=0.99))
    clock = Clock(STEPS)
    checkpoint = training.Checkpoint(folder / "teacher.npz", every=250)
    training.train(teacher, np.arange(len(teacher)), STEPS, batch_size=16, seed=SEED, checkpoint=checkpoint, callbacks=[training.Progress(), clock])
    warper.save_weights(path)
    scores = judge(warper, datasets.load_bodies("new_both"))
    checkpoint.path.unlink()
    return {"options": {}, "seed": SEED, "seconds": clock.seconds(), "steps": STEPS, "parameters": warper.count_params(),
            "trained_on": f"{PEOPLE} people of world 0 in their garments, and their mirror images", "scores": scores}


def judge(warper, bodies):
    """Return the mean end-point error on people and garments never seen, in pixels at 64 x 48, and how the coverage overlaps the true one."""
    worn = garment.predict(warper, *garment.known_at_inference(bodies))
    shown = bodies.target_mask > 127
    error = warp.end_point_error(worn.places, bodies.flow, shown & (bodies.visible > 0))
    covered = worn.coverage[..., 0] > 0.5
    overlap = np.sum(covered & shown, axis=(1, 2)) / np.sum(covered | shown, axis=(1, 2))
    return {"end_point_error": round(float(np.mean(error)), 4), "overlap": round(float(overlap.mean()), 4)}
