"""How fast the loops train, which share of the machine's convolution ceiling they reach, and how good the pictures are after equal time.

The data are the garments of chapter 03, at 32 x 32 in colour, and their mirror images. Loops are measured in turns, so that a machine that
slows down slows all of them down.
"""

import importlib.util
import statistics
import time

import keras
import numpy as np
import tensorflow as tf
from keras import ops
from tryon_utils import datasets, images, metrics, training
from tryon_utils.models import dcgan, features

from measuring import ceiling, loops, store, torch_process

OUR_CHANNELS, OUR_BATCH = 16, 64  # as chapter 03 has them


def load_garments(count=1300):
    """Return the training pictures of chapter 03, (count, 32, 32, 3) in [-1, 1]."""
    return images.to_model(images.halve(datasets.load_garments().picture[:count]))


def both_ways(real_images):
    """Return the images and their mirror images."""
    return np.concatenate([real_images, real_images[:, :, ::-1]])


# ---- The loops, each as a function that trains some steps and calls `after_step` when one is done -----------------------------

def random_batches(samples, seed):
    """Return an endless iterator over random batches."""
    rng = np.random.default_rng(seed)
    while True:
        yield samples[rng.choice(len(samples), loops.BATCH, replace=False)]


def train_tutorial(samples):
    """Return the tutorial's loop, fed as the tutorial feeds it."""
    step = loops.make_tutorial_step(loops.build_generator(1), loops.build_discriminator(2))
    batches = iter(tutorial_dataset(samples, seed=0))

    def train(steps, after_step):
        for _ in range(steps):
            step(next(batches)).numpy()  # waits until it is there
            after_step()

    return train


def tutorial_dataset(samples, seed):
    dataset = tf.data.Dataset.from_tensor_slices(samples).shuffle(len(samples), seed=seed)
    return dataset.batch(loops.BATCH, drop_remainder=True).repeat()


def train_combined(samples):
    """Return the loop with `predict` and `train_on_batch`."""
    step, batches = loops.make_combined_step(loops.build_generator(1), loops.build_discriminator(2)), random_batches(samples, 0)

    def train(steps, after_step):
        for _ in range(steps):
            step(next(batches))
            after_step()

    return train


def _train(gan, samples, batch):
    """Return our loop with a model: `training.train`, as every chapter calls it."""
    def train(steps, after_step):
        training.train(gan, samples, steps, batch, callbacks=[keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: after_step())])

    return train


def train_equal(samples):
    """Return our loop with the tutorial's architecture."""
    gan = dcgan.GAN(loops.build_generator(1), loops.build_discriminator(2))
    gan.compile(keras.optimizers.Adam(loops.RATE), keras.optimizers.Adam(loops.RATE))
    return _train(gan, samples, loops.BATCH)


def train_ours(samples):
    """Return our loop with the architecture of chapter 03."""
    return _train(dcgan.build_gan(training_steps=1000, channels=OUR_CHANNELS), samples, OUR_BATCH)


# ---- Images a second, and the share of the ceiling -----------------------------------------------------------------------------

def time_step(train, steps, clock=time.monotonic):
    """Return the seconds of a step: the mean of so many. One more goes before them, since a call of `fit` takes a while to start."""
    ends = []
    train(steps + 1, lambda: ends.append(clock()))
    return (ends[-1] - ends[0]) / steps


def measure_rates(samples, seconds=3.0, rounds=12, say=print):
    """Return for each loop the seconds of a step, and those of its convolutions alone, in each round."""
    loops_of = {"tutorial": (train_tutorial, loops.BATCH), "ours": (train_ours, OUR_BATCH), "equal": (train_equal, loops.BATCH),
                "combined": (train_combined, loops.BATCH)}
    if importlib.util.find_spec("torch"):
        loops_of["torch"] = torch_process.TorchProcess, loops.BATCH
    trains = {name: make(samples) for name, (make, _) in loops_of.items()}
    steps = {name: max(2, round(seconds / time_step(train, 2))) for name, train in trains.items()}
    ours = dcgan.build_gan(training_steps=1, channels=OUR_CHANNELS)
    networks = {"tutorial": (loops.build_generator(), loops.build_discriminator(), loops.BATCH),
                "ours": (ours.generator, ours.discriminator, OUR_BATCH)}
    rows = {name: {"batch": loops_of[name][1], "step_seconds": [], "ceiling_seconds": []} for name in trains}
    for number in range(rounds):
        for name, train in trains.items():
            network = networks["ours" if name == "ours" else "tutorial"]
            passes = ceiling.PASSES["ours" if name == "equal" else name]
            before = time_convolutions(*network, passes, seconds)
            rows[name]["step_seconds"].append(rounded(time_step(train, steps[name])))
            rows[name]["ceiling_seconds"].append(rounded((before + time_convolutions(*network, passes, seconds)) / 2))
        say(f"  round {number + 1} of {rounds}: " + ", ".join(
            f"{name} {row['batch'] / row['step_seconds'][-1]:.0f} ({row['ceiling_seconds'][-1] / row['step_seconds'][-1]:.0%})"
            for name, row in rows.items()) + " images/s and share of the ceiling", flush=True)
    if "torch" in trains:
        trains["torch"].close()
    return rows


def time_convolutions(generator, discriminator, batch, passes, seconds):
    """Return the seconds that the convolutions of one step take alone, measured over about half as many seconds."""
    times = {name: ceiling.time_layers(network, batch, seconds / 30) for name, network in (("generator", generator), ("discriminator", discriminator))}
    return ceiling.step_time(times, passes)


def rounded(seconds):
    return float(f"{seconds:.4g}")


# ---- KID after equal time ----------------------------------------------------------------------------------------------------------

class Watch:
    """Seconds of training. The clock stands still while `look` works at each mark, and over a stall.

    A stall is a step that takes longer than `longest_step` seconds: somebody stopped the program, or the machine slept.
    """

    def __init__(self, marks, look, longest_step=5.0, clock=time.monotonic):
        self.marks, self.look, self.longest_step, self.clock = list(marks), look, longest_step, clock
        self.found, self.seconds, self.last = [], 0.0, clock()

    def after_step(self):
        """Look where a mark was reached; return whether the last one is behind us."""
        now = self.clock()
        if now - self.last <= self.longest_step:
            self.seconds += now - self.last
        if self.marks and self.seconds >= self.marks[0]:
            self._look()
            self.marks = [mark for mark in self.marks if mark > self.seconds]
        self.last = self.clock()
        return not self.marks

    def finish(self):
        """Look once more where the training ended before the last mark."""
        if self.marks:
            self._look()

    def _look(self):
        self.found.append((self.seconds, self.look()))


class _Stopper(keras.callbacks.Callback):
    def __init__(self, watch):
        super().__init__()
        self.watch = watch

    def on_train_batch_end(self, batch, logs=None):
        if self.watch.after_step():
            self.model.stop_training = True


def kid_of(generator, judge, count, batch=100):
    """Return the KID between the real garments and as many pictures of a generator."""
    noise = np.random.default_rng(7).normal(size=(count, generator.input_shape[-1])).astype("float32")
    fakes = np.concatenate([ops.convert_to_numpy(generator(noise[start:start + batch], training=False)) for start in range(0, count, batch)])
    return judge(fakes)


def run_tutorial(samples, seed, marks, judge, count):
    """Train with the tutorial's loop up to the last mark; return the (seconds, KID) of each. The first step, which compiles, isn't counted."""
    generator = loops.build_generator(2 * seed)
    step = loops.make_tutorial_step(generator, loops.build_discriminator(2 * seed + 1), seed)
    batches = iter(tutorial_dataset(samples, seed))
    step(next(batches)).numpy()
    watch = Watch(marks, lambda: kid_of(generator, judge, count))
    while not watch.after_step():
        step(next(batches))
    return watch.found


def run_ours(samples, seed, marks, judge, count, steps):
    """Train as chapter 03 does, with a rate that falls over so many steps, for at most the same time; return the same."""
    gan = dcgan.build_gan(steps, channels=OUR_CHANNELS, seed=seed)
    training.train(gan, samples, 1, OUR_BATCH, seed)
    watch = Watch(marks, lambda: kid_of(gan.average_generator, judge, count))
    training.train(gan, samples, steps, OUR_BATCH, seed, callbacks=[_Stopper(watch)])
    watch.finish()
    return watch.found


def measure_kid(real_images, step_seconds, seconds=45.0, seeds=5, looks=5, say=print):
    """Return the (seconds, KID) of both loops for each seed, in turns.

    Args:
        real_images: float (n, 32, 32, 3) in [-1, 1].
        step_seconds: Float. What a step of ours takes; the falling rate is planned with it, for 95 % of the time.
        seconds: Float. The time that each training has.
        seeds: Integer.
        looks: Integer. How often the KID is measured in that time.
    """
    samples, model = both_ways(real_images), features.load()
    real_features = features.extract(model, real_images)
    steps = max(50, int(0.95 * seconds / step_seconds) // 50 * 50)
    marks = [seconds * (number + 1) / looks for number in range(looks)]

    def judge(fakes):
        return metrics.kid(real_features, features.extract(model, fakes)).value

    found = {"tutorial": [], "ours": []}
    for seed in range(seeds):
        for name, run in {"tutorial": lambda: run_tutorial(samples, seed, marks, judge, len(real_images)),
                          "ours": lambda: run_ours(samples, seed, marks, judge, len(real_images), steps)}.items():
            keras.backend.clear_session()
            looked = run()
            found[name].append([[round(second, 1), round(kid, 4)] for second, kid in looked])
            say(f"  seed {seed}, {name}: KID {looked[-1][1]:.3f} after {looked[-1][0]:.1f} s", flush=True)
    return {"seconds": seconds, "steps": steps, "pictures": len(real_images), "runs": found}


def measure(parts=("loops", "kid"), known=None, say=print, loops_options=None, kid_options=None):
    """Return the figures of this part.

    Args:
        parts: Sequence of "loops", the speed of the loops, and "kid", their pictures after equal time.
        known: Figures of an earlier run, from which the other part is kept.
        say: Function that is told how far it is.
        loops_options: Dictionary of options for `measure_rates`.
        kid_options: Dictionary of options for `measure_kid`.
    """
    found, real_images = dict(known or {}), load_garments()
    if "loops" in parts:
        found["loops"] = measure_rates(both_ways(real_images), say=say, **(loops_options or {}))
        found["machine"] = store.machine(store.PACKAGES | {"torch": "PyTorch"})
    if "kid" in parts:
        found["kid"] = measure_kid(real_images, statistics.median(found["loops"]["ours"]["step_seconds"]), say=say, **(kid_options or {}))
    return found
