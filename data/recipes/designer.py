"""How the shipped designer of garments is trained: chapter 08's, wider, on more garments and for longer."""

import time

import keras
import numpy as np

from tryon_utils import datasets, designs, images, paperdoll, training, weights, words
from tryon_utils.models import designer, features

SEED = 0
WORLDS = (0, 3, 4)  # seeds of the wardrobes; the classifier that judges has learned from 1 and 2
FROM_EACH = 1500
HELD_OUT = (("checks", "long"), ("horizontal stripes", "none"), ("emblem", "short"), ("plain", "three-quarter"))  # pattern and sleeve, never shown
UNDRAWN = 6000  # garments of which the finder learns how they lie
STEPS, BATCH_SIZE, PIXELS, RATE = 4500, 32, 384, 0.003
OPTIONS = {"units": 96, "style_dim": 160}


def is_shown(garment):
    """Return whether a garment (`GarmentFactors`) is one that the designer learns from."""
    return garment.pattern in words.PATTERNS and (garment.pattern, garment.sleeve) not in HELD_OUT


def samples():
    """Return the pictures that are shown, uint8 (n, 64, 64, 3), and their garments, a list."""
    pictures, garments = [], []
    for world in WORLDS:
        wardrobe = datasets.load_garments("train", FROM_EACH, seed=world)
        chosen = [number for number, garment in enumerate(wardrobe.recipes) if is_shown(garment)]
        pictures.append(wardrobe.picture[chosen])
        garments += [wardrobe.recipes[number] for number in chosen]
    return np.concatenate(pictures), garments


def judge(model):
    """Return how often chapter 06's classifier reads, halved, what a sentence would say: for combinations that were shown, and held out.

    The rest of each garment comes from another one of the wardrobe.
    """
    wardrobe = datasets.load_garments("train").recipes
    rng, scores = np.random.default_rng(5), {}
    rest = [garment for garment in wardrobe if is_shown(garment)]
    for name, asked in (("seen", rest[:300]), ("held_out", [garment for garment in wardrobe if (garment.pattern, garment.sleeve) in HELD_OUT][:300])):
        said = [words.values_of(garment) for garment in asked]
        designed = [designs.complete(values, rest[rng.integers(len(rest))], rng) for values in said]
        pictures = images.halve(images.to_picture(model.paint(designs.conditions_of(designed))))
        scores[name] = agreement(pictures, said)
    return scores


def agreement(pictures, said):
    """Return the share of uint8 pictures in which the classifier reads what was said, by attribute."""
    heads = weights.find("features_garments")["heads"]
    logits = features.load_classifier("garments").predict(images.to_model(pictures), batch_size=50, verbose=0)
    read = {name: [values[number] for number in logits[name].argmax(axis=1)] for name, values in heads.items()}
    colours = {palette: colour for colour, palettes in words.COLOURS.items() for palette in palettes}
    read["colour"] = [colours[palette] for palette in read["palette"]]
    return {name: round(float(np.mean([value == values[name] for value, values in zip(read[name], said, strict=True)])), 4) for name in words.ATTRIBUTES}


def make(path, folder):
    """Train the designer and write the weights of its two networks.

    Args:
        path: Path of the file of weights, ending in .weights.h5.
        folder: Path where a stopped run finds its checkpoint.

    Returns:
        Dictionary for the manifest.
    """
    started = time.monotonic()
    pictures, garments = samples()
    lies = designs.lie_of(garments)
    undrawn = [paperdoll.sample_garment_factors(9, number) for number in range(UNDRAWN)]
    options = {"condition_dim": designs.SIZE, "palette_dim": designs.PALETTE, "pattern_dim": designs.LATER, **OPTIONS,
               "mean": lies.mean(axis=0).round(4).tolist(), "spread": lies.std(axis=0).round(4).tolist()}
    networks = designer.build_networks(**options, seed=SEED)
    model = designer.Designer(*networks, pictures, designs.conditions_of(garments), lies, (designs.conditions_of(undrawn), designs.lie_of(undrawn)), PIXELS, SEED)
    model.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(RATE, STEPS, alpha=0.02), beta_2=0.99))
    checkpoint = training.Checkpoint(folder / "designer.npz", every=250)
    training.train(model, np.arange(len(pictures)), STEPS, BATCH_SIZE, SEED, checkpoint=checkpoint, callbacks=[training.Progress(every=10.0)])
    designer.join(*networks).save_weights(path)
    checkpoint.path.unlink(missing_ok=True)
    return {"seed": SEED, "seconds": round(time.monotonic() - started), "parameters": sum(network.count_params() for network in networks), "options": options,
            "trained_on": f"{len(pictures)} garments of the worlds {WORLDS}, without {len(HELD_OUT)} combinations of pattern and sleeve",
            "held_out": "designs from 300 sentences each about combinations that were shown and that were not", "scores": judge(model)}
