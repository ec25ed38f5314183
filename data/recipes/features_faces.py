"""How the reader of faces is trained: on the known people, bare and made up. It is used on new people alone."""

import contextlib
import time

import keras
import numpy as np
from keras import ops

from tryon_utils import datasets, images, training
from tryon_utils.models import face_reader
from tryon_utils.paperdoll import LOOKS, face_factors

SEED = 0
COUNT = 1000  # people
PEOPLE = 32  # in a batch, each bare and made up
EPOCHS = 8
SHARPNESS = 16.0  # by which cosines are multiplied before the softmax over a batch
BEHIND = (0, 16)  # labels of background and clothes, which say nothing of who it is
HEADS = {"look": ("none", *LOOKS), "tone": tuple(range(1, 11)), "hair": face_factors.HAIR_STYLES, "glasses": face_factors.GLASSES,
         "expression": face_factors.EXPRESSIONS}


def samples(part, count):
    """Return faces bare and made up, and the truth about each.

    Args:
        part: String. See `datasets.load_faces`.
        count: Integer. How many people.

    Returns:
        uint8 pictures (n, 2, 64, 64, 3), bare and made up; bool (n, 64, 64), what is neither face nor hair; and a dictionary: "landmarks"
        (n, 68, 3), x, y and how much the place counts, 1 where it shows and a third where it must be guessed; and the numbers of each factor's
        value, (n, 2), in `HEADS`.
    """
    faces = datasets.load_faces(part, count)
    landmarks = faces.landmarks.astype("float32")
    landmarks[..., 2] = np.where(landmarks[..., 2] > 0, 1, 1 / 3)
    fields = {"tone": "monk_tone", "hair": "hair_style"}  # where a head's name isn't the factor's
    numbers = {name: np.array([2 * [HEADS[name].index(getattr(face, fields.get(name, name)))] for face, _ in faces.recipes]) for name in HEADS if name != "look"}
    numbers["look"] = np.array([[0, HEADS["look"].index(look.name)] for _, look in faces.recipes])
    return np.stack([faces.bare, faces.picture], axis=1), np.isin(faces.parse, BEHIND), {"landmarks": landmarks, **numbers}


class Batches(keras.utils.PyDataset):
    """Batches of people, bare and made up, moved and spoilt a little as drawn from (seed, epoch, batch), before a background of any colour.

    Args:
        pictures: uint8 (n, 2, 64, 64, 3).
        behind: bool (n, 64, 64).
        truth: Dictionary; see `samples`.
        seed: Integer.
    """

    def __init__(self, pictures, behind, truth, seed):
        super().__init__()
        self.pictures, self.behind, self.truth, self.seed, self.epoch = pictures, behind, truth, seed, 0

    def __len__(self):
        return len(self.pictures) // PEOPLE

    def __getitem__(self, index):
        order = np.random.default_rng((self.seed, self.epoch)).permutation(len(self.pictures))
        rng = np.random.default_rng((self.seed, self.epoch, index))
        chosen = np.repeat(order[index * PEOPLE:(index + 1) * PEOPLE], 2)
        which = np.tile([0, 1], PEOPLE)
        pictures = self.pictures[chosen, which]
        colours = rng.integers(0, 256, (len(chosen), 1, 1, 3)).astype("uint8")
        pictures = np.where(self.behind[chosen][..., None] & (rng.random((len(chosen), 1, 1, 1)) < 0.7), colours, pictures)
        truth = {name: values[chosen, which] for name, values in self.truth.items() if name != "landmarks"}
        pictures, truth["landmarks"] = move(pictures, self.truth["landmarks"][chosen], rng)
        return spoil(images.to_model(pictures), rng), truth | {"embedding": chosen}

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


def who_is_who(people, embedding):
    """Return for each picture of a batch how hard it is to tell the same person's other picture from everybody else's.

    Formula:
        -log softmax over the other pictures of (sharpness * cosine), at the same person's

    Args:
        people: Integers (batch,) or (batch, 1). Each comes twice.
        embedding: (batch, d), each of length 1.

    Returns:
        (batch,).
    """
    people = ops.reshape(people, (-1,))
    itself = ops.eye(ops.shape(embedding)[0])
    logits = SHARPNESS * ops.matmul(embedding, ops.transpose(embedding)) - 1e4 * itself
    same = ops.cast(ops.equal(people[:, None], people[None, :]), "float32") - itself
    return -ops.sum(same * ops.log_softmax(logits, axis=1), axis=1)


def judge(model, pictures, truth):
    """Return how far landmarks are off where they show, how many people are recognised with makeup, and the share of right factors."""
    bare, made_up = (face_reader.read(model, pictures[:, which]) for which in (0, 1))
    shown = truth["landmarks"][..., 2] == 1
    distance = np.mean([np.linalg.norm(found.landmarks - truth["landmarks"][..., :2], axis=-1)[shown].mean() for found in (bare, made_up)])
    logits = model.predict(images.to_model(pictures[:, 1]), batch_size=64, verbose=0)
    scores = {"landmark_pixels": float(distance), "recognised": float(np.mean((made_up.embedding @ bare.embedding.T).argmax(axis=1) == np.arange(len(pictures))))}
    scores |= {name: float(np.mean(logits[name].argmax(axis=1) == truth[name][:, 1])) for name in HEADS}
    return {name: round(value, 4) for name, value in scores.items()}


def make(path, folder):
    """Train the reader and write its weights.

    Args:
        path: Path of the file of weights, ending in .weights.h5.
        folder: Path where a stopped run finds its last epoch.

    Returns:
        Dictionary for the manifest.
    """
    started = time.monotonic()
    with contextlib.suppress(RuntimeError):  # where something was computed already, the threads stay as they are
        training.use_small_net_threads()
    options = {"width": 16, "feature_dim": 64, "seed": SEED}
    reader = face_reader.build_reader(HEADS, **options)
    trained = {name: output for name, output in reader.output.items() if name != "features"}
    model = keras.Model(reader.input, trained)
    batches = Batches(*samples("train", COUNT), SEED)
    entropy = {name: keras.losses.SparseCategoricalCrossentropy(from_logits=True) for name in HEADS}
    model.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(4e-3, EPOCHS * len(batches))), {"landmarks": weighed, "embedding": who_is_who, **entropy},
                  loss_weights={"landmarks": 1.0, "embedding": 1.0, **dict.fromkeys(HEADS, 0.3)})
    follow = keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: setattr(batches, "epoch", epoch))
    model.fit(batches, epochs=EPOCHS, callbacks=[keras.callbacks.BackupAndRestore(folder), follow], shuffle=False, verbose=2)
    seconds = round(time.monotonic() - started)
    bare = face_reader.build_reader(HEADS, **options)  # without the optimizer's memory, which would be saved, too
    bare.set_weights(reader.get_weights())
    bare.save_weights(path)
    pictures, _, truth = samples("new_both", 200)
    return {"seed": SEED, "seconds": seconds, "parameters": bare.count_params(), "options": options, "heads": HEADS,
            "trained_on": f"{COUNT} known people, bare and made up",
            "held_out": "200 new people, bare and made up in new looks; the factors are read from the made-up ones", "scores": judge(bare, pictures, truth)}
