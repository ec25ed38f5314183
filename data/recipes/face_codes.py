"""Chapter 07's models of faces at 64 x 64, each trained for about the same seconds on the same pictures: three that have a code, and the DCGAN.

The three begin with the same steps as a plain VAE, and then go on each in its own way, as in the chapter.
"""

import contextlib
import functools
import types

import keras
import numpy as np

from tryon_utils import datasets, images, training
from tryon_utils.models import dcgan, features, vae

from recipes.clock import Clock

SEED = 0
SHAPE, LATENT_DIM, CHANNELS, SPREAD = (64, 64, 3), 64, 16, 0.25
BATCH = 32
TRUNK = 1000  # steps that the three have in common
STEPS = {"pixels": 1200, "features": 950, "vaegan": 300, "dcgan": 1300}  # after them; the DCGAN has these alone


def falling(rate, steps, **options):
    return keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(rate, steps, alpha=0.05), **options)


def networks():
    return vae.build_encoder(SHAPE, LATENT_DIM, CHANNELS, seed=SEED), dcgan.build_generator(SHAPE, LATENT_DIM, CHANNELS, seed=SEED + 1)


def discriminator():
    return dcgan.build_stable_discriminator(SHAPE, CHANNELS, "spectral", seed=SEED + 2)


def branch(kind, pair):
    """Return a compiled model that goes on from the trunk's two networks."""
    steps, options = STEPS[kind], {"spread": SPREAD, "seed": SEED + 1}
    if kind == "vaegan":
        model = vae.VAEGAN(*pair, vae.with_features(discriminator()), feature_weight=0.05, fooling_weight=300.0, **options)
        model.compile(falling(1e-3, steps), falling(1e-3, steps, beta_1=0.5))
        return model
    if kind == "features":
        options["distance"] = vae.distance_in(vae.build_eye(features.load("garments"), SHAPE), weight=0.05)
    model = vae.VAE(*pair, **options)
    model.compile(falling(1e-3, steps))
    return model


def make(path, folder, kind):
    """Train one of them and write its weights: encoder and decoder, or the DCGAN's average generator.

    Args:
        path: Path of the file of weights, ending in .weights.h5.
        folder: Path where a stopped run finds its last checkpoints.
        kind: String, a key of `STEPS`.

    Returns:
        Dictionary for the manifest.
    """
    with contextlib.suppress(RuntimeError):  # where something was computed already, the threads stay as they are
        training.use_small_net_threads()
    bare = datasets.load_faces("train").bare
    pictures = images.to_model(np.concatenate([bare, bare[:, :, ::-1]]))
    clock, total = Clock(STEPS[kind] + (TRUNK if kind != "dcgan" else 0)), STEPS[kind]

    def train(model, name, steps, seed):
        training.train(model, pictures, steps, BATCH, seed, checkpoint=training.Checkpoint(folder / name, every=200), callbacks=[training.Progress(), clock])

    if kind == "dcgan":
        model = dcgan.GAN(networks()[1], dcgan.build_discriminator(SHAPE, CHANNELS, seed=SEED + 2), average_decay=0.99, seed=SEED)
        model.compile(*[falling(7e-4, total, beta_1=0.5, beta_2=0.99) for _ in range(2)])
        train(model, "dcgan.npz", total, SEED)
        shipped = model.average_generator
    else:
        trunk = vae.VAE(*networks(), spread=SPREAD, seed=SEED)
        trunk.compile(keras.optimizers.Adam(2e-3))
        train(trunk, "trunk.npz", TRUNK, SEED)
        train(branch(kind, (trunk.encoder, trunk.decoder)), f"{kind}.npz", STEPS[kind], SEED + 1)
        shipped = vae.joined(trunk.encoder, trunk.decoder)
        total += TRUNK
    shipped.save_weights(path)
    for left in ("trunk.npz", f"{kind}.npz"):
        (folder / left).unlink(missing_ok=True)
    return {"seed": SEED, "seconds": clock.seconds(), "steps": total, "options": {"image_shape": SHAPE, "latent_dim": LATENT_DIM, "channels": CHANNELS},
            "parameters": shipped.count_params(), "trained_on": f"{len(bare)} bare faces of world 0 and their mirror images"}


KINDS = {f"faces_{kind}": types.SimpleNamespace(make=functools.partial(make, kind=kind)) for kind in STEPS}
