"""How the reader of faces is trained: on the known people, bare and made up, a hundred of them on two days. It is used on new people alone."""

import time

import keras
import numpy as np
from keras import layers, ops

from tryon_utils import datasets, images
from tryon_utils.models import face_reader
from tryon_utils.paperdoll import LOOKS, face_factors

SEED = 0
PARTS = {"train": 1000, "new_item": 100}  # faces; the people of the second part are the first ones of the first part, on another day
BATCH_SIZE = 64
EPOCHS = 20
SHARPNESS = 16.0  # by which cosines are multiplied before the softmax over people
HEADS = {"look": ("none", *LOOKS), "tone": tuple(range(1, 11)), "hair": face_factors.HAIR_STYLES, "glasses": face_factors.GLASSES,
         "expression": face_factors.EXPRESSIONS, "facial_hair": face_factors.FACIAL_HAIR}


def samples(parts):
    """Return uint8 pictures, bare and made up, of several parts, and the truth about each: a dictionary of arrays.

    The landmarks are (n, 68, 3): x, y and how much the place counts, 1 where it shows and a third where it must be guessed. The
    identities are numbers of people in a part, so a person of "train" has the same one in "new_item", which is another day.

    Args:
        parts: Dictionary from parts to how many faces.
    """
    sets = [datasets.load_faces(part, count) for part, count in parts.items()]
    pictures = np.concatenate([array for faces in sets for array in (faces.bare, faces.picture)])
    landmarks = np.concatenate([np.tile(faces.landmarks, (2, 1, 1)) for faces in sets]).astype("float32")
    landmarks[..., 2] = np.where(landmarks[..., 2] > 0, 1, 1 / 3)
    people = [face for faces in sets for _ in range(2) for face, _ in faces.recipes]
    looks = [name for faces in sets for worn in (["none"] * len(faces), [look.name for _, look in faces.recipes]) for name in worn]
    truth = {"landmarks": landmarks, "identity": np.concatenate([np.tile(np.arange(len(faces)), 2) for faces in sets]),
             "look": np.array([HEADS["look"].index(name) for name in looks])}
    fields = {"tone": "monk_tone", "hair": "hair_style"}  # where a head's name isn't the factor's
    return pictures, truth | {name: np.array([HEADS[name].index(getattr(face, fields.get(name, name))) for face in people])
                              for name in HEADS if name != "look"}


class Batches(keras.utils.PyDataset):
    """Batches for one epoch after another, moved and spoilt a little as drawn from (seed, epoch, batch).

    Args:
        pictures: uint8 (n, 64, 64, 3).
        truth: Dictionary; see `samples`.
        seed: Integer.
    """

    def __init__(self, pictures, truth, seed):
        super().__init__()
        self.pictures, self.truth, self.seed, self.epoch = pictures, truth, seed, 0

    def __len__(self):
        return len(self.pictures) // BATCH_SIZE

    def __getitem__(self, index):
        order = np.random.default_rng((self.seed, self.epoch)).permutation(len(self.pictures))
        rng = np.random.default_rng((self.seed, self.epoch, index))
        chosen = order[index * BATCH_SIZE:(index + 1) * BATCH_SIZE]
        truth = {name: values[chosen] for name, values in self.truth.items()}
        batch, truth["landmarks"] = move(self.pictures[chosen], truth["landmarks"], rng)
        return spoil(images.to_model(batch), rng), truth

    def on_epoch_end(self):
        self.epoch += 1


def move(pictures, landmarks, rng, most=5):
    """Move each picture by up to five pixels, and its landmarks with it; what comes in repeats the border."""
    padded = np.pad(pictures, ((0, 0), (most, most), (most, most), (0, 0)), mode="edge")
    side = pictures.shape[1]
    starts = rng.integers(0, 2 * most + 1, (len(pictures), 2))  # x, y of the window
    moved = np.stack([padded[number, y:y + side, x:x + side] for number, (x, y) in enumerate(starts)])
    places = landmarks.copy()
    places[..., :2] += most - starts[:, None]
    return moved, places


def spoil(batch, rng):
    """Add some noise to a batch in [-1, 1], and change exposure and white balance a little."""
    gain = rng.uniform(0.92, 1.08, (len(batch), 1, 1, 1)) * rng.uniform(0.98, 1.02, (len(batch), 1, 1, 3))
    noise = rng.normal(size=batch.shape) * rng.uniform(0, 0.04, (len(batch), 1, 1, 1))
    return np.clip((batch + noise + 1) * gain - 1, -1, 1).astype("float32")


def weighed(truth, found):
    """Return the mean distance of each sample; the last number of each true place says how much it counts."""
    return ops.mean(truth[..., 2:] * ops.abs(truth[..., :2] - found), axis=(1, 2))


def with_identities(model, count):
    """Return the reader with one more output, used in training alone: logits of who it is, among `count` people."""
    who = layers.Dense(count, use_bias=False, kernel_constraint=keras.constraints.UnitNorm(axis=0), name="people")(model.output["embedding"])
    outputs = {name: output for name, output in model.output.items() if name not in ("embedding", "features")}
    return keras.Model(model.input, outputs | {"identity": layers.Rescaling(SHARPNESS, name="identity")(who)})


def judge(model, pictures, truth):
    """Return how far landmarks are off where they show, the share of right factors, and how many are recognised bare and made up.

    The pictures are those of one part: the bare ones, then the same people made up.
    """
    found = face_reader.read(model, pictures)
    distance = np.hypot(*np.moveaxis(found.landmarks - truth["landmarks"][..., :2], -1, 0))
    bare, made_up = np.split(found.embedding, 2)
    logits = model.predict(images.to_model(pictures), batch_size=BATCH_SIZE, verbose=0)
    scores = {"landmark_pixels": float(distance[truth["landmarks"][..., 2] == 1].mean()),
              "recognised": float(np.mean((made_up @ bare.T).argmax(axis=1) == np.arange(len(bare))))}
    return {name: round(value, 4) for name, value in (scores | {name: float(np.mean(logits[name].argmax(axis=1) == truth[name])) for name in HEADS}).items()}


def make(path, folder):
    """Train the reader and write its weights.

    Args:
        path: Path of the file of weights, ending in .weights.h5.
        folder: Path where a stopped run finds its last epoch.

    Returns:
        Dictionary for the manifest.
    """
    started = time.monotonic()
    pictures, truth = samples(PARTS)
    options = {"width": 16, "feature_dim": 64, "seed": SEED}
    reader = face_reader.build_reader(HEADS, **options)
    model = with_identities(reader, max(PARTS.values()))
    schedule = keras.optimizers.schedules.CosineDecay(3e-3, EPOCHS * (len(pictures) // BATCH_SIZE))
    entropy = {name: keras.losses.SparseCategoricalCrossentropy(from_logits=True) for name in ("identity", *HEADS)}
    model.compile(keras.optimizers.Adam(schedule), {"landmarks": weighed, **entropy},
                  loss_weights={"landmarks": 1.0, "identity": 1.0, **dict.fromkeys(HEADS, 0.2)})
    batches = Batches(pictures, truth, SEED)
    follow = keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: setattr(batches, "epoch", epoch))
    model.fit(batches, epochs=EPOCHS, callbacks=[keras.callbacks.BackupAndRestore(folder), follow], shuffle=False, verbose=2)
    seconds = round(time.monotonic() - started)
    bare = face_reader.build_reader(HEADS, **options)  # without the optimizer's memory, which would be saved, too
    bare.set_weights(reader.get_weights())
    bare.save_weights(path)
    return {"seed": SEED, "seconds": seconds, "parameters": bare.count_params(), "options": options, "heads": HEADS,
            "trained_on": f"{PARTS['train']} known people, bare and made up, and {PARTS['new_item']} of them on another day", "held_out": "200 new people, bare and made up in new looks",
            "scores": judge(bare, *samples({"new_both": 200}))}
