"""How the reader of characters is trained: hair, expression, glasses, makeup or none, and skin tone, from rendered faces. It judges chapter 08's fakes."""

import time

import keras
import numpy as np

from tryon_utils import characters, datasets, images
from tryon_utils.models import features

from recipes import features_faces

SEED = 0
COUNT = 2500  # known people, bare and made up
BATCH = 32
EPOCHS = 8


def samples(part, count):
    """Return faces bare and made up, what is neither face nor hair, and the number of each attribute's value in `characters.HEADS`.

    Returns:
        uint8 (2 n, 64, 64, 3); bool (2 n, 64, 64); dictionary from attribute to whole numbers (2 n,).
    """
    faces = datasets.load_faces(part, count)
    values = [characters.values_of(face, made_up) for made_up in (False, True) for face, _ in faces.recipes]
    numbers = {name: np.array([choices.index(row[name]) for row in values]) for name, choices in characters.HEADS.items()}
    return np.concatenate([faces.bare, faces.picture]), np.tile(np.isin(faces.parse, features_faces.BEHIND), (2, 1, 1)), numbers


class Batches(keras.utils.PyDataset):
    """Batches of faces, moved, mirrored and spoilt a little as drawn from (seed, epoch, batch), before a background of any colour."""

    def __init__(self, pictures, behind, truth, seed):
        super().__init__()
        self.pictures, self.behind, self.truth, self.seed, self.epoch = pictures, behind, truth, seed, 0

    def __len__(self):
        return len(self.pictures) // BATCH

    def __getitem__(self, index):
        order = np.random.default_rng((self.seed, self.epoch)).permutation(len(self.pictures))
        rng = np.random.default_rng((self.seed, self.epoch, index))
        chosen = order[index * BATCH:(index + 1) * BATCH]
        colours = rng.integers(0, 256, (BATCH, 1, 1, 3)).astype("uint8")
        pictures = np.where(self.behind[chosen][..., None] & (rng.random((BATCH, 1, 1, 1)) < 0.5), colours, self.pictures[chosen])
        mirrored = rng.random((BATCH, 1, 1, 1)) < 0.5
        pictures = np.where(mirrored, pictures[:, :, ::-1], pictures)
        pictures, _ = features_faces.move(pictures, np.zeros((BATCH, 1, 3), "float32"), rng, most=3)
        return features_faces.spoil(images.to_model(pictures), rng), {name: values[chosen] for name, values in self.truth.items()}

    def on_epoch_end(self):
        self.epoch += 1


def judge(model, pictures, truth):
    """Return the share of right answers for each attribute, and the scale of the features; a tone may be one step off."""
    logits = model.predict(images.to_model(pictures), batch_size=50, verbose=0)
    right = {name: np.abs(logits[name].argmax(axis=1) - values) <= (1 if name == "tone" else 0) for name, values in truth.items()}
    return {name: round(float(values.mean()), 4) for name, values in right.items()}


def make(path, folder):
    """Train the reader and write its weights.

    Args:
        path: Path of the file of weights, ending in .weights.h5.
        folder: Path where a stopped run finds its last epoch.

    Returns:
        Dictionary for the manifest.
    """
    started = time.monotonic()
    options = {"width": 16, "feature_dim": 64, "seed": SEED}
    model = features.build_classifier(characters.HEADS, **options)
    pictures, behind, truth = samples("train", COUNT)
    batches = Batches(pictures, behind, truth, SEED)
    model.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(3e-3, EPOCHS * len(batches))),
                  {name: keras.losses.SparseCategoricalCrossentropy(from_logits=True) for name in characters.HEADS})
    follow = keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: setattr(batches, "epoch", epoch))
    model.fit(batches, epochs=EPOCHS, callbacks=[keras.callbacks.BackupAndRestore(folder), follow], shuffle=False, verbose=2)
    seconds = round(time.monotonic() - started)
    bare = features.build_classifier(characters.HEADS, **options)  # without the optimizer's memory, which would be saved, too
    bare.set_weights(model.get_weights())
    bare.save_weights(path)
    trunk = keras.Model(bare.input, bare.get_layer("features").output)
    scale = 1 / np.sqrt(np.mean(features.extract(trunk, images.to_model(pictures[:1000])) ** 2))
    held_out, _, held_truth = samples("new_both", 200)
    return {"seed": SEED, "seconds": seconds, "parameters": bare.count_params(), "options": options, "heads": characters.HEADS, "scale": round(float(scale), 6),
            "trained_on": f"{COUNT} known people, bare and made up", "held_out": "200 new people, bare and made up in new looks",
            "scores": judge(bare, held_out, held_truth)}
