"""How the painter of characters is trained: first its sketches, then its pictures by absolute error, then the game; chapter 08 does the same, shorter."""

import pathlib
import time

import keras
import numpy as np

from tryon_utils import characters, datasets, images, leftovers, training
from tryon_utils.models import character, character_reader, conditional

from recipes.clock import Clock

SEED = 0
COUNT = 3000  # people, each bare and made up
BATCH = 32
SKETCH_STEPS, PAINT_STEPS, PLAY_STEPS = 2500, 4000, 300
PLAY_BATCH = 10
GAME_WEIGHT = 0.01
OPTIONS = {"leftover_dim": leftovers.SIZE, "condition_dim": characters.SIZE, "style_dim": 96, "units": 112, "depth": 4, "colours": 16, "met": 1}


def samples(part, count):
    """Return uint8 pictures (2 n, 64, 64, 3), all bare, then all made up; leftovers and conditions (2 n, ...);
    landmarks (2 n, 68, 2); and the values of the conditions, a list of dictionaries."""
    faces = datasets.load_faces(part, count)
    values = [characters.values_of(face, made_up) for made_up in (False, True) for face, _ in faces.recipes]
    left = np.stack([leftovers.leftovers_of(*recipe) for recipe in faces.recipes])
    return (np.concatenate([faces.bare, faces.picture]), np.tile(left, (2, 1)), np.stack([characters.condition(**row) for row in values]),
            np.tile(faces.landmarks[..., :2].astype("float32"), (2, 1, 1)), values)


def numbers_of(values):
    """Return numbers of the people to learn from, in which what is rare and small comes more often: glasses three times, open mouths twice."""
    return np.repeat(np.arange(len(values)), [1 + 2 * (row["glasses"] == "yes") + (row["expression"] == "open mouth") for row in values])


def falling(steps, rate, beta_1=0.9):
    return keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(rate, steps, alpha=0.02), beta_1=beta_1)


def score(generator):
    """Return how far sketched landmarks are off, the mean absolute error of new people's pictures, and for each attribute the mean over its values of
    the share that the reader of characters reads right, in renders and in fakes, for the leftovers of people whom nobody has drawn."""
    pictures, left, conditions, landmarks, values = samples("new_both", 200)
    reader = character_reader.load()

    def accuracies(some_pictures):
        found = characters.read_values(reader.predict(images.to_model(some_pictures), batch_size=50, verbose=0))
        return {name: round(share, 4) for name, share in characters.balanced(characters.accuracies(found, values), values).items()}

    sketched = generator.get_layer("sketcher").predict([left, conditions], batch_size=50, verbose=0)
    error = np.abs(images.to_model(pictures) - character.paint(generator, left, conditions)).mean()
    fakes = images.to_picture(character.paint(generator, leftovers.draw(len(left), seed=8), conditions))
    return {"landmark_pixels": round(float(np.linalg.norm(sketched - landmarks, axis=-1).mean()), 3), "error": round(float(error), 4),
            "real": accuracies(pictures), "fakes": accuracies(fakes)}


def make(path, folder):
    """Train the painter of characters and write its weights.

    Args:
        path: Path of the file of weights, ending in .weights.h5.
        folder: Path where a stopped run finds its last steps.

    Returns:
        Dictionary for the manifest.
    """
    pictures, left, conditions, landmarks, values = samples("train", COUNT)
    numbers = numbers_of(values)
    generator = character.build_whole(**OPTIONS, seed=SEED)
    started = time.monotonic()
    sketcher = generator.get_layer("sketcher")
    sketcher.compile(falling(SKETCH_STEPS, 0.005), "mse")
    order = np.random.default_rng(SEED).integers(0, len(left), 64 * SKETCH_STEPS)
    sketcher.fit([left[order], conditions[order]], landmarks[order], batch_size=64, verbose=0)
    sketcher.trainable = False
    seconds = time.monotonic() - started
    find = conditional.look_up(pictures, left, conditions)
    painter = character.Painter(generator, find, seed=SEED)
    painter.compile(falling(PAINT_STEPS, 0.004))
    painting = Clock(PAINT_STEPS)
    training.train(painter, numbers, PAINT_STEPS, BATCH, SEED,
                   checkpoint=training.Checkpoint(pathlib.Path(folder, "paint.npz")), callbacks=[training.Progress(every=30), painting])
    painting_seconds = painting.seconds()
    before = score(generator)
    playing = Clock(PLAY_STEPS)
    gan = character.PaintingGAN(generator, conditional.build_discriminator((32, 32, 3), characters.SIZE, 16, seed=SEED), find, GAME_WEIGHT, PLAY_BATCH, seed=SEED)
    gan.compile(falling(PLAY_STEPS, 0.0005), falling(PLAY_STEPS, 0.0005, 0.5))
    training.train(gan, numbers, PLAY_STEPS, PLAY_BATCH, SEED,
                   checkpoint=training.Checkpoint(pathlib.Path(folder, "play.npz")), callbacks=[training.Progress(every=30), playing])
    gan.average_generator.save_weights(path)
    return {"seed": SEED, "seconds": round(seconds + painting_seconds + playing.seconds()), "parameters": generator.count_params(), "options": OPTIONS,
            "trained_on": f"{COUNT} people of world 0, bare and made up", "held_out": "200 new people in new looks, and 400 people whom nobody has drawn",
            "before_the_game": before, "scores": score(gan.average_generator)}
