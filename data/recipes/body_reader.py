"""How the reader of dressed people is trained: on people of a world of its own, in the garment they came in and in the one they want.

It judges pictures of new people in new garments, so it learns from all kinds of garments, those too that try-on models are never shown; but
nobody and nothing of its world is in the world that it judges.
"""

import time

import keras
import numpy as np
from keras import ops

from tryon_utils import datasets, images
from tryon_utils.models import reader
from tryon_utils.paperdoll import garment_factors as garments
from tryon_utils.paperdoll.garment_cut import sleeve_end
from tryon_utils.paperdoll.pose import WRIST

SEED = 0
WORLD = 1  # the seed of its people and garments; those that it judges are of world 0
PEOPLE = {"train": 2400, "new_both": 1200}  # each in two garments
EPOCHS = 6
BATCH_SIZE = 32
HEADS = {"sleeve": garments.SLEEVES, "neckline": garments.NECKLINES, "hem": garments.HEMS, "pattern": garments.PATTERNS,
         "palette": tuple(garments.PALETTES), "tone": tuple(range(1, 11))}
LEFT_FOR_RIGHT = [0, 1, 5, 6, 7, 2, 3, 4, 9, 8]  # the place, among the reader's joints, of each joint's mirror image


def samples(part, count, size=reader.SIZE[0], seed=0):
    """Return uint8 pictures of people in both garments, and the truth about each: a dictionary of arrays.

    The joints are (n, 10, 3): x, y and how much the place counts, 1 where it shows and a third where it must be guessed. The sleeves
    are (n, 2, 2): the share of the arm, and 1 where the wrist shows, or a third.
    """
    bodies = datasets.load_bodies(part, count, size, seed)
    pictures = np.concatenate([bodies.person, bodies.target])
    recipes = [(person, worn) for person, worn, _ in bodies.recipes] + [(person, wanted) for person, _, wanted in bodies.recipes]
    joints = np.tile(bodies.keypoints[:, list(reader.JOINTS)], (2, 1, 1)).astype("float32")
    joints[..., 2] = np.where(joints[..., 2] > 0, 1, 1 / 3) * (joints[..., :2] != 0).any(axis=-1)
    ends = np.array([sleeve_end(garment) / WRIST for _, garment in recipes], "float32")
    shown = joints[:, [reader.JOINTS.index(arm[-1]) for arm in reader.ARMS], 2]
    truth = {"joints": joints, "sleeves": np.stack([np.stack([ends, ends], axis=1), shown], axis=-1)}
    truth |= {name: np.array([HEADS[name].index(getattr(garment, name)) for _, garment in recipes]) for name in HEADS if name != "tone"}
    return pictures, truth | {"tone": np.array([person.monk_tone - 1 for person, _ in recipes])}


class Batches(keras.utils.PyDataset):
    """Batches for one epoch after another, mirrored and spoilt a little as drawn from (seed, epoch, batch).

    Args:
        pictures: uint8 (n, 64, 48, 3).
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
        batch, truth["joints"], truth["sleeves"] = mirror(images.to_model(self.pictures[chosen]), truth["joints"], truth["sleeves"], rng)
        return spoil(batch, rng), truth | {"joint_maps": truth["joints"], "sleeve_maps": truth["sleeves"]}

    def on_epoch_end(self):
        self.epoch += 1


def mirror(batch, joints, sleeves, rng):
    """Mirror about half of a batch, and the truth with it: a mirrored person's right arm is their left one."""
    chosen = rng.random(len(batch)) < 0.5
    other = joints[:, LEFT_FOR_RIGHT] * np.float32([-1, 1, 1]) + np.float32([batch.shape[2], 0, 0])
    pick = lambda changed, kept: np.where(chosen.reshape(-1, *[1] * (kept.ndim - 1)), changed, kept)  # noqa: E731
    return pick(batch[:, :, ::-1], batch), pick(other, joints), pick(sleeves[:, ::-1], sleeves)


def spoil(batch, rng):
    """Blur half of a batch in [-1, 1], as painted pictures are, add some noise, and change the exposure a little."""
    padded = np.pad(batch, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="edge")
    rows = (padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]) / 4
    blurred = (rows[:, :, :-2] + 2 * rows[:, :, 1:-1] + rows[:, :, 2:]) / 4
    draw = lambda low, high: rng.uniform(low, high, (len(batch), 1, 1, 1)).astype("float32")  # noqa: E731
    share = draw(0, 1) * (draw(0, 1) < 0.5)
    noise = rng.standard_normal(batch.shape, "float32") * draw(0, 0.05)
    return np.clip((batch + share * (blurred - batch) + noise + 1) * draw(0.93, 1.07) - 1, -1, 1).astype("float32")


def weighed(truth, found):
    """Return the mean distance of each sample; the last number of each true place says how much it counts."""
    return ops.mean(truth[..., -1] * ops.mean(ops.abs(truth[..., :-1] - ops.reshape(found, ops.shape(truth[..., :-1]))), axis=-1), axis=-1)


def from_maps(truth, places, logits, spread):
    """Return the cross entropy of maps: what they give to each place should be a bump of that spread around the true one.

    Args:
        truth: Float tensor (n, k, d + 1). True places, and how much each counts.
        places: float (m, d). Where the map's cells lie.
        logits: Float tensor (n, m, k).
        spread: Float. Standard deviation of the bump.

    Returns:
        Float tensor (n,).
    """
    far = ops.sum(ops.square(truth[:, None, :, :-1] - places[None, :, None]), axis=-1)
    wanted = ops.softmax(-far / (2 * spread**2), axis=1)
    return -ops.mean(truth[..., -1] * ops.sum(wanted * ops.log_softmax(logits, axis=1), axis=1), axis=-1)


def joint_entropy(truth, maps):
    """Return the cross entropy of the joints' maps, (n,); a cell is two pixels wide."""
    _, height, width, count = maps.shape
    cells = 2 * (np.stack(np.mgrid[:height, :width][::-1], axis=-1).reshape(-1, 2) + 0.5).astype("float32")
    return from_maps(truth, cells, ops.reshape(maps, (-1, height * width, count)), 1.5)


def sleeve_entropy(truth, maps):
    """Return the cross entropy of the sleeves' maps, (n,)."""
    return from_maps(truth, reader.STEPS[:, None], ops.transpose(maps, (0, 2, 1)), 0.03)


def judge(model, pictures, truth):
    """Return how far the joints and sleeves are off where they show, and the share of right factors."""
    found = reader.read(model, images.to_model(pictures))
    joints, sleeves = truth["joints"], truth["sleeves"]
    distance = np.hypot(*np.moveaxis(found.joints - joints[..., :2], -1, 0))
    logits = model.predict(reader.shrink(images.to_model(pictures))[0], batch_size=BATCH_SIZE, verbose=0)
    scores = {"joint_pixels": float(distance[joints[..., 2] == 1].mean()),
              "sleeve_percent": float(100 * np.abs(found.sleeves - sleeves[..., 0])[sleeves[..., 1] == 1].mean())}
    scores |= {name: float(np.mean(logits[name].argmax(axis=1) == truth[name])) for name in HEADS}
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
    parts = [samples(part, count, seed=WORLD) for part, count in PEOPLE.items()]
    pictures = np.concatenate([part[0] for part in parts])
    truth = {name: np.concatenate([part[1][name] for part in parts]) for name in parts[0][1]}
    options = {"width": 32, "feature_dim": 64, "seed": SEED}
    model = reader.build_reader(HEADS, **options)
    schedule = keras.optimizers.schedules.CosineDecay(3e-3, EPOCHS * (len(pictures) // BATCH_SIZE))
    entropy = {name: keras.losses.SparseCategoricalCrossentropy(from_logits=True) for name in HEADS}
    model.compile(keras.optimizers.Adam(schedule), {"joint_maps": joint_entropy, "joints": weighed, "sleeve_maps": sleeve_entropy, "sleeves": weighed, **entropy},
                  loss_weights={"joint_maps": 1.0, "joints": 0.5, "sleeve_maps": 1.0, "sleeves": 10.0, **dict.fromkeys(HEADS, 0.5)})
    batches = Batches(pictures, truth, SEED)
    follow = keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: setattr(batches, "epoch", epoch))
    model.fit(batches, epochs=EPOCHS, callbacks=[keras.callbacks.BackupAndRestore(folder), follow], shuffle=False, verbose=2)
    seconds = round(time.monotonic() - started)
    bare = reader.build_reader(HEADS, **options)  # without the optimizer's memory, which would be saved, too
    bare.set_weights(model.get_weights())
    bare.save_weights(path)
    return {"seed": SEED, "seconds": seconds, "parameters": bare.count_params(), "options": options, "heads": HEADS,
            "trained_on": f"{sum(PEOPLE.values())} people of world {WORLD}, each in two garments", "held_out": "400 new people in new garments, worn and wanted",
            "scores": judge(bare, *samples("new_both", 400))}
