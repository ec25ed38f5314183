"""The seconds of a training that may have been stopped on the way."""

import time

import keras


class Clock(keras.callbacks.Callback):
    """Seconds that a training of `steps` took; where it was stopped and went on, estimated from the steps of the last run."""

    def __init__(self, steps):
        super().__init__()
        self.steps, self.started, self.steps_done = steps, time.monotonic(), 0

    def on_train_batch_end(self, batch, logs=None):
        self.steps_done += 1

    def seconds(self):
        return round((time.monotonic() - self.started) * self.steps / max(self.steps_done, 1))
