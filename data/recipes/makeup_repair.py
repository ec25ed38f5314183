"""Chapter 12's generator of repairing layers, trained longer than a lesson lasts: faces with spots and dark circles, and the same ones without."""

import contextlib
import dataclasses

import keras
import numpy as np

from recipes import clock
from tryon_utils import datasets, makeup_pairs, metrics, paperdoll, pigments, regions, training
from tryon_utils.models import makeup

STEPS, BATCH, RATE = 1200, 8, 1e-3
OPTIONS = {"channels": 16, "layer_names": list(pigments.REPAIRS)}
MARKED = 0.5  # of spots and circles together: from here on they are seen


def make(path, folder):
    """Train the generator and write its average's weights.

    Args:
        path: Path of the file of weights, ending in .weights.h5.
        folder: Path where a stopped run finds its last checkpoint.

    Returns:
        Dictionary for the manifest.
    """
    with contextlib.suppress(RuntimeError):  # where something was computed already, the threads stay as they are
        training.use_small_net_threads()
    packed = pack(datasets.load_faces("train"))
    model, timer = makeup.LayerRepair(makeup.build_generator(**OPTIONS, seed=0), average_decay=0.99, seed=0), clock.Clock(STEPS)
    model.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(RATE, STEPS, alpha=0.05), beta_1=0.8, beta_2=0.99))
    training.train(model, packed, STEPS, BATCH, seed=0, checkpoint=training.Checkpoint(folder / "repair.npz", every=100), callbacks=[training.Progress(), timer])
    model.average_generator.save_weights(path)
    (folder / "repair.npz").unlink(missing_ok=True)
    return {"seed": 0, "seconds": timer.seconds(), "steps": STEPS, "options": OPTIONS, "parameters": model.generator.count_params(),
            "trained_on": f"{len(packed)} faces of world 0, each with the same face without spots and circles", "scores": judge_it(model.average_generator)}


def pack(faces):
    """Return faces, the same ones without spots and circles, and their masks: uint8 (n, 48, 40, 11); see `makeup.LayerRepair`."""
    plain = [dataclasses.replace(face, blemishes=0.0, dark_circles=0.0) for face, _ in faces.recipes]
    clean = np.stack([paperdoll.render_face(face, None, 64).bare for face in plain])
    masks = np.rint(255 * regions.soft_masks(faces.landmarks, 64, 64)).astype("uint8")
    return makeup_pairs.cut(np.concatenate([faces.bare, clean, masks], axis=-1), makeup_pairs.find_windows(faces.landmarks))


def judge_it(generator):
    """Return what remains of spots and circles on new people, as a share of what was there, and the CIEDE2000 that is done to pixels without any."""
    faces = datasets.load_faces("new_both")
    packed = pack(faces)
    face, clean = packed[..., :3], packed[..., 3:6]
    opacity, pigment = makeup.predict(generator, face, packed[..., 6:] / 255, face)
    made = pigments.apply(face, opacity, pigment)
    marks = (np.abs(face.astype(int) - clean) > 4).any(axis=-1)
    marked = np.array([recipe.blemishes + recipe.dark_circles > MARKED for recipe, _ in faces.recipes]) & marks.any(axis=(1, 2))
    before, after = (metrics.colour_difference(clean[marked], pictures[marked], marks[marked]).mean() for pictures in (face, made))
    elsewhere = metrics.colour_difference(face, made, ~marks & (packed[..., 6:].max(axis=-1) > 128)).mean()
    return {"remaining": round(float(after / before), 3), "elsewhere": round(float(elsewhere), 3)}
