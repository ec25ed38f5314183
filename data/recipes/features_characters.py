"""How the reader of characters is trained: who somebody is, where the landmarks are, and hair, expression, glasses, makeup or none, and skin tone.

It judges chapter 08's fakes, so it learns from the people of a world of its own: nobody of the world that it judges is among them. Fakes are
softer than renders; half of what it is shown is blurred a little. When it has found out where mouths and eyes are, a second look learns to read
them: from the same people, drawn, moved and spoilt a few times more.
"""

import time

import keras
import numpy as np
from keras import ops

from tryon_utils import characters, datasets, images
from tryon_utils.models import character_reader, face_reader

from recipes import features_faces

SEED = 0
WORLD = 1  # the seed of its people
COUNT = 1408  # of them, each bare and made up
PEOPLE = 32  # in a batch, each twice
EPOCHS = 12
SPOILT = 5  # times that each picture is prepared anew for the second look
SECOND_EPOCHS = 8
JAW, BROWS, BRIDGE, NOSTRILS = range(16, -1, -1), range(26, 16, -1), range(27, 31), range(35, 30, -1)
EYES = (45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40)
MOUTH = (*range(54, 47, -1), *range(59, 54, -1), *range(64, 59, -1), *range(67, 64, -1))
MIRRORED = np.array([*JAW, *BROWS, *BRIDGE, *NOSTRILS, *EYES, *MOUTH])  # which of the 68 landmarks takes whose place in the mirror


def samples(part, count, seed=0):
    """Return faces bare and made up, and the truth about each.

    Returns:
        uint8 pictures (n, 2, 64, 64, 3), bare and made up; bool (n, 64, 64), what is neither face nor hair; and a dictionary: "landmarks"
        (n, 68, 3), x, y and how much the place counts; and the number of each attribute's value in `characters.HEADS`, (n, 2).
    """
    faces = datasets.load_faces(part, count, seed=seed)
    landmarks = faces.landmarks.astype("float32")
    landmarks[..., 2] = np.where(landmarks[..., 2] > 0, 1, 1 / 3)
    values = [[characters.values_of(face, made_up) for made_up in (False, True)] for face, _ in faces.recipes]
    numbers = {name: np.array([[choices.index(one[name]) for one in both] for both in values]) for name, choices in characters.HEADS.items()}
    return np.stack([faces.bare, faces.picture], axis=1), np.isin(faces.parse, features_faces.BEHIND), {"landmarks": landmarks, **numbers}


class Batches(keras.utils.PyDataset):
    """Batches of people, bare and made up, mirrored or not, moved, blurred and spoilt a little as drawn from (seed, epoch, batch), before a
    background of any colour.

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
        colours = rng.integers(0, 256, (len(chosen), 1, 1, 3)).astype("uint8")
        pictures = np.where(self.behind[chosen][..., None] & (rng.random((len(chosen), 1, 1, 1)) < 0.5), colours, self.pictures[chosen, which])
        truth = {name: values[chosen, which] for name, values in self.truth.items() if name != "landmarks"}
        pictures, landmarks = mirror(pictures, self.truth["landmarks"][chosen], np.repeat(rng.random(PEOPLE) < 0.5, 2))
        pictures, truth["landmarks"] = features_faces.move(pictures, landmarks, rng)
        return features_faces.spoil(blur(images.to_model(pictures), rng), rng), truth | {"embedding": chosen}

    def on_epoch_end(self):
        self.epoch += 1


def mirror(pictures, landmarks, chosen):
    """Mirror the chosen pictures, and their landmarks with them: a mirrored person's right eye is their left one."""
    other = landmarks[:, MIRRORED] * np.float32([-1, 1, 1]) + np.float32([pictures.shape[2], 0, 0])
    return np.where(chosen[:, None, None, None], pictures[:, :, ::-1], pictures), np.where(chosen[:, None, None], other, landmarks)


def blur(batch, rng):
    """Blur half of a batch a little, as painted pictures are."""
    padded = np.pad(batch, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="edge")
    rows = (padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]) / 4
    blurred = (rows[:, :, :-2] + 2 * rows[:, :, 1:-1] + rows[:, :, 2:]) / 4
    share = rng.uniform(size=(len(batch), 1, 1, 1)) * (rng.random((len(batch), 1, 1, 1)) < 0.5)
    return (batch + share.astype("float32") * (blurred - batch)).astype("float32")


def fair_entropy(numbers, count):
    """Return a loss: the cross entropy (batch,) of logits, in which each value counts as much as every other, however rare it is.

    Args:
        numbers: Whole numbers (n,). The values of the training set.
        count: Integer. How many values there are.
    """
    share = np.maximum(np.bincount(numbers, minlength=count), 1) / len(numbers)
    counts = ops.convert_to_tensor(1 / (count * share), "float32")

    def entropy(numbers, logits):
        numbers = ops.cast(ops.reshape(numbers, (-1,)), "int32")
        return ops.take(counts, numbers) * keras.losses.sparse_categorical_crossentropy(numbers, logits, from_logits=True)

    return entropy


def judge(model, pictures, truth):
    """Return how far landmarks are off where they show, how many people are recognised with makeup, and for each attribute the mean over its
    values of the share that is read right, bare and made up; a tone may be one step off."""
    bare, made_up = (face_reader.read(model, pictures[:, which]) for which in (0, 1))
    shown = truth["landmarks"][..., 2] == 1
    distance = np.mean([np.linalg.norm(found.landmarks - truth["landmarks"][..., :2], axis=-1)[shown].mean() for found in (bare, made_up)])
    scores = {"landmark_pixels": float(distance), "recognised": float(np.mean((made_up.embedding @ bare.embedding.T).argmax(axis=1) == np.arange(len(pictures))))}
    logits = model.predict(images.to_model(pictures.reshape(-1, *pictures.shape[2:])), batch_size=50, verbose=0)
    wanted = [{name: choices[truth[name][number, which]] for name, choices in characters.HEADS.items()} for number in range(len(pictures)) for which in (0, 1)]
    scores |= characters.balanced(characters.accuracies(characters.read_values(logits), wanted), wanted)
    return {name: round(value, 4) for name, value in scores.items()}


def first_look(pictures, behind, truth, options, folder):
    """Train the first look, and return it."""
    first = character_reader.build_first_look(characters.HEADS, **options)
    model = keras.Model(first.input, {name: output for name, output in first.output.items() if name != "features"})
    batches = Batches(pictures, behind, truth, SEED)
    entropy = {name: fair_entropy(truth[name].ravel(), len(values)) for name, values in characters.HEADS.items()}
    model.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(4e-3, EPOCHS * len(batches))),
                  {"landmarks": features_faces.weighed, "embedding": features_faces.who_is_who, **entropy},
                  loss_weights={"landmarks": 1.0, "embedding": 1.0, **dict.fromkeys(characters.HEADS, 1.0)})
    follow = keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: setattr(batches, "epoch", epoch))
    model.fit(batches, epochs=EPOCHS, callbacks=[keras.callbacks.BackupAndRestore(folder), follow], shuffle=False, verbose=2)
    return first


def second_look(first, pictures, behind, truth, options):
    """Train the second look on what the first one's landmarks cut out, and return it."""
    cutter, batches, shown, wanted = character_reader.build_cutter(first), Batches(pictures, behind, truth, SEED), [], []
    for batches.epoch in range(EPOCHS, EPOCHS + SPOILT):
        for index in range(len(batches)):
            batch, known = batches[index]
            shown.append([part.astype("float16") for part in cutter.predict_on_batch(batch)])
            wanted.append([known[name] for name in character_reader.CLOSELY])
    shown, wanted = [np.concatenate(parts) for parts in zip(*shown, strict=True)], [np.concatenate(parts) for parts in zip(*wanted, strict=True)]
    second = character_reader.build_second_look(characters.HEADS, options["width"], seed=options["seed"] + 1)
    entropy = {name: fair_entropy(truth[name].ravel(), len(characters.HEADS[name])) for name in character_reader.CLOSELY}
    steps = SECOND_EPOCHS * (len(shown[0]) // (2 * PEOPLE))
    second.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(3e-3, steps)), entropy)
    second.fit(shown, dict(zip(character_reader.CLOSELY, wanted, strict=True)), batch_size=2 * PEOPLE, epochs=SECOND_EPOCHS, verbose=2)
    return second


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
    people = samples("train", COUNT, WORLD)
    first = first_look(*people, options, folder)
    second = second_look(first, *people, options)
    seconds = round(time.monotonic() - started)
    bare = character_reader.build_reader(characters.HEADS, **options)  # without the optimizers' memory, which would be saved, too
    bare.set_weights(character_reader.join_looks(first, second).get_weights())
    bare.save_weights(path)
    return {"seed": SEED, "seconds": seconds, "parameters": bare.count_params(), "options": options, "heads": characters.HEADS,
            "trained_on": f"{COUNT} people of world {WORLD}, bare and made up", "held_out": "200 new people of world 0, bare and made up in new looks",
            "scores": judge(bare, *samples("new_both", 200)[::2])}
