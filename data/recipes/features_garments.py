"""How the frozen features of the garments are trained: on two other worlds, to read from a picture what was drawn."""

import time

import keras
import numpy as np
from PIL import Image

from tryon_utils import cache, datasets, images, splits
from tryon_utils.models import features
from tryon_utils.paperdoll import garment_factors as garments

SEED = 0
WORLDS = (1, 2)  # seeds of the garments that the features are trained on; the course's own world is 0, which they never see
HEADS = {"sleeve": garments.SLEEVES, "neckline": garments.NECKLINES, "hem": garments.HEMS, "pattern": garments.PATTERNS,
         "palette": tuple(garments.PALETTES)}
BATCH_SIZE = 64
EPOCHS = 16


class Batches(keras.utils.PyDataset):
    """Batches of garments for one epoch after another: size, flip, shift and exposure drawn from (seed, epoch, batch).

    Args:
        pictures: Dictionary from size to uint8 (n, size, size, 3).
        labels: Dictionary from factor to int (n,).
        seed: Integer.
        first_epoch: Integer. Where a stopped run goes on.
    """

    def __init__(self, pictures, labels, seed, first_epoch=0):
        super().__init__()
        self.pictures, self.labels, self.seed, self.epoch = pictures, labels, seed, first_epoch
        self.sizes = sorted(pictures)

    def __len__(self):
        return len(self.pictures[self.sizes[0]]) // BATCH_SIZE

    def __getitem__(self, index):
        order = np.random.default_rng((self.seed, self.epoch)).permutation(len(self.pictures[self.sizes[0]]))
        rng = np.random.default_rng((self.seed, self.epoch, index))
        chosen = order[index * BATCH_SIZE:(index + 1) * BATCH_SIZE]
        batch = images.to_model(self.pictures[self.sizes[(index + self.epoch) % len(self.sizes)]][chosen])
        return change(batch, rng), {name: values[chosen] for name, values in self.labels.items()}

    def on_epoch_end(self):
        self.epoch += 1


def change(batch, rng):
    """Mirror half of a batch in [-1, 1], move each picture by up to a sixteenth of its size, change its exposure a little."""
    most = batch.shape[1] // 16
    padded = np.pad(batch, ((0, 0), (most, most), (most, most), (0, 0)), constant_values=1.0)
    changed = []
    for number, (down, right, mirror) in enumerate(zip(*rng.integers(0, 2 * most + 1, (2, len(batch))), rng.random(len(batch)) < 0.5, strict=True)):
        picture = padded[number, down:down + batch.shape[1], right:right + batch.shape[2]]
        changed.append(picture[:, ::-1] if mirror else picture)
    gain = rng.uniform(0.95, 1.05, (len(batch), 1, 1, 1))
    return np.clip((np.stack(changed) + 1) * gain - 1, -1, 1).astype("float32")


def resized(pictures, size):
    """Return uint8 pictures at another size, averaged over the area of each new pixel."""
    if pictures.shape[1] == size:
        return pictures
    return np.stack([np.asarray(Image.fromarray(picture).resize((size, size), Image.Resampling.BOX)) for picture in pictures])


def labels_of(recipes):
    """Return the number of each factor's value, int (n,), by factor."""
    return {name: np.array([values.index(getattr(recipe, name)) for recipe in recipes]) for name, values in HEADS.items()}


def worlds(seeds, count=None):
    """Return the garments of whole worlds, known and new: pictures by size, and labels."""
    sets = [datasets.load_garments(part, count or whole_pieces(len(splits.wardrobe(part == "new_item", seed))), seed=seed)
            for seed in seeds for part in ("train", "new_item")]
    pictures = np.concatenate([samples.picture for samples in sets])
    return {size: resized(pictures, size) for size in features.SIZES}, labels_of([recipe for samples in sets for recipe in samples.recipes])


def whole_pieces(count):
    """Return the largest count that fills its pieces in the cache: those are rendered whole, and the wardrobe ends somewhere."""
    return count // cache.PIECE * cache.PIECE


def accuracy(classifier, pictures, labels):
    """Return the share of right answers by factor; `pictures` is uint8 of one size."""
    logits = classifier.predict(images.to_model(pictures), batch_size=BATCH_SIZE, verbose=0)
    return {name: round(float(np.mean(logits[name].argmax(axis=1) == labels[name])), 4) for name in labels}


def scale_of(classifier, pictures):
    """Return the number by which the last hidden layer's mean square becomes 1 over uint8 pictures."""
    hidden = keras.Model(classifier.input, classifier.get_layer("features").output)
    found = hidden.predict(images.to_model(pictures), batch_size=BATCH_SIZE, verbose=0)
    return round(float(np.mean(found.astype("float64") ** 2) ** -0.5), 5)


def make(path, folder):
    """Train the garments' features and write their weights.

    Args:
        path: Path of the file of weights, ending in .weights.h5.
        folder: Path where a stopped run finds its last epoch.

    Returns:
        Dictionary for the manifest.
    """
    started = time.monotonic()
    pictures, labels = worlds(WORLDS)
    options = {"width": 32, "feature_dim": 64, "seed": SEED}
    classifier = features.build_classifier(HEADS, **options)
    steps = EPOCHS * (len(pictures[32]) // BATCH_SIZE)
    classifier.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, steps)),
                       {name: keras.losses.SparseCategoricalCrossentropy(from_logits=True) for name in HEADS})
    backup = keras.callbacks.BackupAndRestore(folder)
    batches = Batches(pictures, labels, SEED)
    follow = keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: setattr(batches, "epoch", epoch))
    classifier.fit(batches, epochs=EPOCHS, callbacks=[backup, follow], shuffle=False, verbose=2)
    seconds = round(time.monotonic() - started)
    bare = features.build_classifier(HEADS, **options)  # without the optimizer's memory, which would be saved, too
    bare.set_weights(classifier.get_weights())
    bare.save_weights(path)
    held_out, truth = worlds([0], count=500)
    return {"seed": SEED, "seconds": seconds,
            "parameters": classifier.count_params(), "options": options, "scale": scale_of(bare, pictures[32]), "heads": HEADS, "trained_on": f"{len(pictures[32])} garments of the worlds {WORLDS}",
            "held_out": f"{len(held_out[32])} garments of world 0", "accuracy": {str(size): accuracy(classifier, held_out[size], truth) for size in features.SIZES},
            "chance": {name: round(float(np.bincount(values).max() / len(values)), 4) for name, values in truth.items()}}
