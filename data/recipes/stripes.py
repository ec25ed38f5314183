"""Chapter 11's two CycleGANs of plain and striped garments, with and without a code, trained longer than a lesson lasts. What ships are the averages."""

import contextlib
import functools
import types

import numpy as np
from keras import ops

from tryon_utils import datasets, images, piles, training
from tryon_utils.models import cyclegan, translate

from recipes.clock import Clock

SEED = 0
SHAPE = (32, 32)
STEPS, BATCH = 1600, 8
CODE_DIM = 4
GENERATORS_RATE, JUDGES_RATE = 0.003, 0.002


def make(path, folder, code_dim):
    """Train both ways between plain and striped garments and write the weights of the generators, and of the encoder where there are codes.

    Args:
        path: Path of the file of weights, ending in .weights.h5.
        folder: Path where a stopped run finds its last checkpoint.
        code_dim: Integer. Numbers in a code; 0 for none.

    Returns:
        Dictionary for the manifest.
    """
    with contextlib.suppress(RuntimeError):  # where something was computed already, the threads stay as they are
        training.use_small_net_threads()
    plain, striped = two_piles()
    packed = piles.lay_side_by_side(plain, striped, 4000, np.random.default_rng(SEED))
    model = build(code_dim)
    cyclegan.compile_cycle(model, STEPS, GENERATORS_RATE, JUDGES_RATE)
    clock, checkpoint = Clock(STEPS), training.Checkpoint(folder / "stripes.npz", every=200)
    training.train(model, packed, STEPS, BATCH, SEED, checkpoint=checkpoint, callbacks=[training.Progress(), clock])
    seconds, networks = clock.seconds(), (model.average_to_a, model.average_to_b, getattr(model, "encoder", None))
    cyclegan.join(*networks).save_weights(path)
    checkpoint.path.unlink(missing_ok=True)
    return {"options": {"shape": list(SHAPE), "code_dim": code_dim}, "seed": SEED, "seconds": seconds, "steps": STEPS,
            "parameters": sum(network.count_params() for network in networks if network is not None),
            "trained_on": f"{len(plain)} plain and {len(striped)} striped garments, half of them mirror images", "scores": judge(*networks)}


def two_piles():
    """Return the piles, plain and with horizontal stripes, each with its mirror images: uint8 (n, 32, 32, 3)."""
    garments = datasets.load_garments("train")
    small, patterns = images.halve(garments.picture), np.array([garment.pattern for garment in garments.recipes])
    return [np.concatenate([pile, pile[:, :, ::-1]]) for pile in (small[patterns == "plain"], small[patterns == "horizontal stripes"])]


def build(code_dim):
    """Return the CycleGAN that is trained."""
    to_a, to_b, encoder = cyclegan.build_networks(SHAPE, code_dim, seed=SEED)
    judges = [translate.build_discriminator(SHAPE, channels=16, conditions=0, seed=SEED + number) for number in (2, 3)]
    options = {"cycle_weight": 2.0, "identity_weight": 0.5, "seed": SEED}
    return cyclegan.StyledCycleGAN(to_a, to_b, encoder, judges, code_weight=3.0, **options) if code_dim else cyclegan.CycleGAN(to_a, to_b, judges, **options)


def judge(to_a, to_b, encoder):
    """Return, in grey levels: how far striped garments made plain are from the truth, how far they are after the way back, and where nothing is done."""
    plain, striped = (images.halve(pictures)[::2] for pictures in piles.load_garments("new_item", 32))
    codes = ops.convert_to_numpy(encoder(images.to_model(striped))) if encoder is not None else None
    made = cyclegan.translate(to_a, striped)
    back = cyclegan.translate(to_b, made, codes)
    return {name: round(float(np.abs(one.astype("float32") - other).mean()), 2) for name, one, other in
            (("nothing done", striped, plain), ("made plain", made, plain), ("striped again", back, striped))}


KINDS = {name: types.SimpleNamespace(make=functools.partial(make, code_dim=code_dim)) for name, code_dim in (("stripes", 0), ("stripes_coded", CODE_DIM))}
