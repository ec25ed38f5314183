"""What every training of the course shares: its progress, history, film and checkpoints. Knows no model.

All four are callbacks for `keras.Model.fit`; the first three can be called by hand from a loop of one's own. `train` is `fit` with
an order of the data that a killed training finds again.
"""

import io
import json
import os
import pathlib
import sys
import time
import zipfile

import IPython
import IPython.display
import keras
import numpy as np
import tensorflow as tf


def use_small_net_threads():
    """Let TensorFlow run every operation on one thread, and two operations side by side.

    Networks as small as those of the first chapters train faster so, since splitting their work costs more than it gains;
    and their results are the same, bit for bit, however many cores the processor has. Call it before anything else computes.

    Raises:
        RuntimeError: TensorFlow has already started its threads.
    """
    try:
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(2)
    except RuntimeError as error:
        raise RuntimeError("TensorFlow has already computed something and keeps the threads it started with. "
                           "Restart the kernel, and call this right after the imports.") from error


class _CountsSteps(keras.callbacks.Callback):
    """Knows how many steps lie behind, over all epochs and trainings, also where nobody knows how long an epoch is."""

    def __init__(self):
        super().__init__()
        self.steps_done = self.epoch_began = 0

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch_began = self.steps_done

    def on_train_batch_end(self, batch, logs=None):
        self.steps_done = self.epoch_began + batch + 1


class Progress(_CountsSteps):
    """One line that says how far a training is, how long it still takes and how the losses stand.

    In a notebook the line, and a picture below it where one is wanted, are renewed in place; on a terminal the line is.

    Example:
        gan.fit(real_points, epochs=10, verbose=0, callbacks=[Progress(draw_samples)])

        with Progress() as progress:  # in a loop of one's own
            progress.start(1000)
            for step in range(1000):
                progress.update(step + 1, train_step(batch))

    Args:
        picture: Function without arguments that returns a figure (anything with `savefig`) or what IPython can display.
        every: Float. Seconds between two updates, so that showing does not slow the training down.
        unit: String. What is counted.
        stream: Where the line goes outside a notebook; standard output where not given.
        clock: Function without arguments that returns seconds.
    """

    def __init__(self, picture=None, every=1.0, unit="step", stream=None, clock=time.monotonic):
        super().__init__()
        self.picture, self.every, self.unit, self.stream, self.clock = picture, every, unit, stream, clock
        self.in_notebook = stream is None and hasattr(IPython.get_ipython(), "kernel")
        self.line, self.handles = "", []

    def start(self, total=None):
        """Begin to count to `total`, or without end where it isn't known."""
        self.total, self.done, self.values = total, 0, {}
        self.started, self.handles = self.clock(), []
        self._show()

    def update(self, done, values=None):
        """Note that so many are done; `values` is a dictionary of losses and the like (tensors will do)."""
        self.done, self.values = done, values or {}
        if self.clock() - self.shown >= self.every:
            self._show()

    def finish(self):
        """Show the state at the end; it is what a saved notebook keeps."""
        self._show(ended=True)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.finish()

    def on_train_begin(self, logs=None):
        self.steps_done = 0
        self.start(self.params["steps"] and self.params["epochs"] * self.params["steps"])

    def on_train_batch_end(self, batch, logs=None):
        super().on_train_batch_end(batch)
        self.update(self.steps_done, logs)

    def on_train_end(self, logs=None):
        self.finish()

    def describe(self, ended=False):
        """Return the line: how many are done, the time left (or taken, at the end) and the values."""
        taken = self.clock() - self.started
        parts = [f"{self.unit} {self.done:,}" + (f" of {self.total:,}" if self.total else "")]
        if ended:
            parts.append(f"{taken:.0f} s")
        elif self.done and self.total:
            parts.append(f"{taken * (self.total - self.done) / self.done:.0f} s left")
        parts += [f"{name.replace('_', ' ')} {float(value):.3f}" for name, value in self.values.items()]
        return "  |  ".join(parts)

    def _show(self, ended=False):
        self.shown = self.clock()
        before, self.line = self.line, self.describe(ended)
        if not self.in_notebook:
            stream = self.stream or sys.stdout
            stream.write("\r" + self.line.ljust(len(before)) + ("\n" if ended else ""))
            stream.flush()
            return
        shown = [{"text/plain": self.line}]
        if self.picture:
            shown.append(_display_data(self.picture()))
        if not self.handles:
            self.handles = [IPython.display.display(data, raw=True, display_id=True) for data in shown]
            return
        for handle, data in zip(self.handles, shown, strict=True):
            handle.update(data, raw=True)


def _display_data(picture):
    """Return a figure, or what IPython can display, by MIME type."""
    if hasattr(picture, "savefig"):
        buffer = io.BytesIO()
        picture.savefig(buffer, format="png")
        picture = IPython.display.Image(buffer.getvalue(), format="png")
    data, _ = IPython.core.formatters.format_display_data(picture) if IPython.get_ipython() else ({}, {})
    return data


class History(_CountsSteps):
    """How a training went: named numbers, step by step or epoch by epoch. A second `fit` goes on where the first ended.

    Example:
        history = History(measure=lambda: {"covered_modes": covered_modes(sample(), ring)})
        gan.fit(real_points, epochs=10, callbacks=[history])
        history["generator_loss"], history["covered_modes"]  # ten numbers each, at history.steps

    Args:
        measure: Function without arguments that returns a dictionary of further numbers; called once an epoch.

    Attributes:
        steps: List of integers: the steps behind us at each record.
        values: Dictionary from a name to the list of its numbers, one a record.
    """

    def __init__(self, measure=None):
        super().__init__()
        self.measure = measure
        self.steps, self.values = [], {}

    def record(self, step, values):
        """Add one record; `values` must have the names of the first one (tensors will do)."""
        if self.steps and values.keys() != self.values.keys():
            raise ValueError(f"Every record has the same names: got {sorted(values)}, but the first had {sorted(self.values)}.")
        self.steps.append(step)
        for name, value in values.items():
            self.values.setdefault(name, []).append(float(value))

    def on_epoch_end(self, epoch, logs=None):
        measured = self.measure() if self.measure else {}
        self.record(self.steps_done, (logs or {}) | measured)

    def __getitem__(self, name):
        """Return the numbers of one name as an array of shape `(records,)`."""
        if name not in self.values:
            raise KeyError(f"{name} was not recorded; there are {', '.join(self.values)}.")
        return np.array(self.values[name])


class Film(_CountsSteps):
    """Frames of a training, taken before it and after every few epochs, to be played afterwards.

    A frame is whatever the given function returns: points, images, a dictionary of several things. Take all frames from
    the same fixed noise: then what moves is the generator. A second `fit` goes on where the first ended.

    Example:
        film = Film(lambda: ops.convert_to_numpy(generator(fixed_noise)))
        gan.fit(real_points, epochs=10, callbacks=[film])
        len(film.frames)  # 11

    Args:
        take: Function without arguments that returns one frame. Arrays, not tensors or figures, keep a long film small.
        every: Integer. Epochs between two frames.

    Attributes:
        frames: List of what `take` returned.
        steps: List of integers: the steps behind us at each frame.
    """

    def __init__(self, take, every=1):
        super().__init__()
        self.take, self.every = take, every
        self.frames, self.steps, self.epochs_done = [], [], 0

    def record(self, step):
        """Take one frame."""
        self.frames.append(self.take())
        self.steps.append(step)

    def on_train_begin(self, logs=None):
        if not self.frames:
            self.record(0)

    def on_epoch_end(self, epoch, logs=None):
        self.epochs_done += 1
        if self.epochs_done % self.every == 0:
            self.record(self.steps_done)


class CheckpointError(ValueError):
    """A checkpoint that can't be used; the message names the file, what is wrong and what to do."""


class Checkpoint(_CountsSteps):
    """Keeps a training on disk, so that it goes on exactly where it was after it was killed at any moment.

    Kept are all variables of the model (networks, averages and seed generators), those of its optimizers, and the number of
    steps. A new file replaces the old one at once, when it is whole; so there is always a whole one.

    Example:
        train(gan, real_images, steps=20_000, checkpoint=Checkpoint("runs/garments.npz"))  # run it again after an interruption

    Args:
        path: Path of the file, ending in ".npz"; its folder is made where missing.
        every: Integer. Steps between two checkpoints: no more than these are lost.
    """

    def __init__(self, path, every=200):
        super().__init__()
        self.path, self.every, self.about = pathlib.Path(path), every, {}

    def save(self):
        """Write the state of the model, whole or not at all."""
        arrays = {name: keras.ops.convert_to_numpy(variable) for name, variable in _state(self.model).items()}
        arrays["about"] = np.array(json.dumps({"steps_done": self.steps_done, **self.about}))
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_name(self.path.name + ".draft")
        with open(draft, "wb") as file:
            np.savez(file, **arrays)
            file.flush()
            os.fsync(file.fileno())  # or a power cut might leave the new name on an empty file
        os.replace(draft, self.path)

    def restore(self, model):
        """Put the kept state into a built and compiled model, or leave it as it is where nothing was kept yet.

        Returns:
            Integer. How many steps lie behind.

        Raises:
            CheckpointError: the file is damaged, or belongs to another model or another training.
        """
        self.set_model(model)
        if not self.path.exists():
            return 0
        try:
            with np.load(self.path, allow_pickle=False) as file:
                arrays = dict(file)
            about = json.loads(str(arrays.pop("about")))
        except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
            raise CheckpointError(f"{self.path} is no whole checkpoint ({error}). Delete it to begin anew.") from None
        self.steps_done = about.pop("steps_done")
        if about != self.about:
            raise CheckpointError(f"{self.path} is of a training with {about}; this one has {self.about}. Take another path, or delete it.")
        state = _state(model)
        kept, wanted = ({name: tuple(values.shape) for name, values in values_of.items()} for values_of in (arrays, state))
        if kept != wanted:
            other = sorted(name for name in kept.keys() | wanted.keys() if kept.get(name) != wanted.get(name))[0]
            raise CheckpointError(f"{self.path} is of another model: {other} has the shape {kept.get(other)}, and {wanted.get(other)} is "
                                  "wanted. Take another path, or delete it.")
        for name, variable in state.items():
            variable.assign(arrays[name])
        return self.steps_done

    def on_train_batch_end(self, batch, logs=None):
        before = self.steps_done
        super().on_train_batch_end(batch)
        if self.steps_done // self.every > before // self.every:
            self.save()


def _state(model):
    """Return all that a training changes, by its place: Keras' own names count the layers of a session, and differ in the next one."""
    holders = {"model": model, **{name: value for name, value in vars(model).items() if isinstance(value, keras.optimizers.Optimizer)}}
    return {f"{holder}.{number:03d}": variable
            for holder, owner in holders.items() for number, variable in enumerate(owner.variables)}


class Batches:
    """Batches in a shuffled order that depends on the seed and the step alone: whoever knows the step finds the order again.

    Every pass over the samples has an order of its own; the few samples that don't fill a batch are left out of that pass.

    Args:
        samples: Array `(n, ...)`.
        batch_size: Integer, at most n.
        seed: Integer.
    """

    def __init__(self, samples, batch_size, seed=0):
        if not 0 < batch_size <= len(samples):
            raise ValueError(f"batch_size={batch_size} came for {len(samples)} samples; 1 to {len(samples)} is wanted.")
        self.samples, self.batch_size, self.seed = samples, batch_size, seed
        self.shuffled = None, None

    def __getitem__(self, step):
        """Return the batch of a step, counted from 0 over all passes."""
        passed, place = divmod(step, len(self.samples) // self.batch_size)
        if self.shuffled[0] != passed:
            self.shuffled = passed, np.random.default_rng([self.seed, passed]).permutation(len(self.samples))
        return self.samples[self.shuffled[1][place * self.batch_size:(place + 1) * self.batch_size]]

    def dataset(self, first_step=0):
        """Return an endless `tf.data.Dataset` of the batches from that step on."""
        def batch_of(step):
            batch = tf.numpy_function(self.__getitem__, [step], self.samples.dtype)
            return tf.ensure_shape(batch, (self.batch_size, *self.samples.shape[1:]))

        return tf.data.Dataset.counter(first_step).map(batch_of).prefetch(2)


def train(model, samples, steps, batch_size=64, seed=0, report_every=50, checkpoint=None, callbacks=()):
    """Train a compiled model for so many steps in all, and go on from its checkpoint where there is one.

    Example:
        train(gan, real_images, steps=2000, callbacks=[Progress(), history])

    Args:
        model: Built and compiled `keras.Model` with a `train_step` that takes a batch.
        samples: Array `(n, ...)`.
        steps: Integer. Steps behind the model at the end, those before an interruption included.
        batch_size: Integer.
        seed: Integer. Fixes the order of the samples.
        report_every: Integer. Steps that count as an epoch for the callbacks.
        checkpoint: `Checkpoint`, or None.
        callbacks: Callbacks of Keras, such as `Progress`, `History` and `Film`.

    Returns:
        The model.
    """
    done = 0
    if checkpoint:
        checkpoint.about = {"samples": len(samples), "batch_size": batch_size, "seed": seed}
        done = checkpoint.restore(model)
    batches, callbacks = Batches(samples, batch_size, seed), [*callbacks, *([checkpoint] if checkpoint else [])]
    for callback in callbacks:
        if isinstance(callback, _CountsSteps):
            callback.steps_done = done
    while done < steps:
        rest = min(-done % report_every, steps - done)  # of an epoch that was interrupted
        epoch = rest or min(report_every, steps - done)
        epochs = 1 if rest else (steps - done) // epoch
        model.fit(batches.dataset(done), steps_per_epoch=epoch, epochs=epochs, shuffle=False, verbose=0, callbacks=callbacks)
        done += epoch * epochs
    return model
