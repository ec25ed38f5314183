"""Chapter 03's GAN, trained longer than a lesson lasts, on the same pictures. What ships is its average generator."""

import keras
import numpy as np
from keras import ops

from tryon_utils import datasets, images, metrics, training
from tryon_utils.models import dcgan, features

from recipes.clock import Clock

SEED = 0
STEPS = 12_000
KNOWN = 1300  # garments; those after them are kept for the test, as in the chapter


def make(path, folder):
    """Train the GAN and write its average generator's weights.

    Args:
        path: Path of the file of weights, ending in .weights.h5.
        folder: Path where a stopped run finds its last checkpoint.

    Returns:
        Dictionary for the manifest.
    """
    garments = images.to_model(images.halve(datasets.load_garments().picture))
    known, held_out = garments[:KNOWN], garments[KNOWN:]
    gan = dcgan.build_gan(STEPS, seed=SEED)
    clock = Clock(STEPS)
    checkpoint = training.Checkpoint(folder / "gan.npz", every=500)
    training.train(gan, np.concatenate([known, known[:, :, ::-1]]), STEPS, seed=SEED, checkpoint=checkpoint, callbacks=[training.Progress(), clock])
    gan.average_generator.save_weights(path)
    scores = judge(gan.average_generator, known, held_out)
    checkpoint.path.unlink()
    return {"seed": SEED, "seconds": clock.seconds(), "steps": STEPS, "parameters": gan.average_generator.count_params(),
            "trained_on": f"{KNOWN} garments of world 0, and their mirror images", "scores": scores}


def judge(generator, known, held_out):
    """Return KID, coverage and the share of samples that lie suspiciously close to the training set."""
    model = features.load()
    noise = keras.random.normal((len(known), generator.input_shape[-1]), seed=7)
    real, unseen, fake = (features.extract(model, pictures) for pictures in (known, held_out, ops.convert_to_numpy(generator(noise))))
    return {"kid": round(metrics.kid(real, fake).value, 4), "coverage": round(metrics.density_coverage(real, fake).coverage, 4),
            "share_closer": round(metrics.memorisation(real, unseen, fake).share_closer, 4)}
