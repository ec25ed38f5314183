"""Keeps the state of a GAN while it is examined, and puts it back bit for bit."""

import random

import keras
import numpy as np
import tensorflow as tf
from tensorflow.python.eager import context  # it alone knows where tf.random takes its seeds from

PLAIN = (bool, int, float, str, type(None))


def value_of(tensor):
    """Return a copy of the numbers of a variable, tensor or array."""
    return np.copy(tensor.numpy() if hasattr(tensor, "numpy") else tensor)


class Keeper:
    """Remembers variables, flags and random states as they are now, and restores them.

    Whatever is found in the owners is kept at once: weights, statistics, seed generators, optimizers, in attributes, lists and dictionaries.
    What turns up later, such as an optimizer that only a training step knows, is kept with `keep` before it is used for the first time.

    Example:
        keeper = Keeper(gan)
        gan.train_step(batch)
        keeper.restore()  # as if the step had not been

    Args:
        *owners: Models, optimizers, seed generators, or objects with such attributes.
    """

    def __init__(self, *owners):
        self.variables, self.lists, self.attributes, self.seen = {}, [], [], {}
        self.numpy_state, self.python_state = np.random.get_state(), random.getstate()
        self.tensorflow_random = getattr(context.context(), "_rng", None)  # there once somebody has set a seed
        self.tensorflow_state = self.tensorflow_random and self.tensorflow_random.getstate()
        self.keep(tf.random.get_global_generator().state)
        for owner in owners:
            self.keep(owner)

    def keep(self, owner):
        """Remember the state of a variable, model, optimizer or seed generator, where it isn't remembered yet."""
        if owner is None or id(owner) in self.seen:
            return
        self.seen[id(owner)] = owner  # held, so that no other object gets its id
        if isinstance(owner, (keras.Variable, tf.Variable)):
            self.variables[id(owner)] = owner, value_of(owner)
            if isinstance(owner, keras.Variable):
                self.attributes.append((owner, {"_trainable": owner._trainable}))
        elif isinstance(owner, (list, tuple, set)):
            for part in owner:
                self.keep(part)
        elif isinstance(owner, dict):
            self.keep(list(owner.values()))
        elif isinstance(owner, keras.optimizers.Optimizer):
            self.keep(owner.variables)
            if not owner.built:  # then it shall be unbuilt again
                self.attributes.append((owner, dict(vars(owner))))
                self.lists += [(value, len(value)) for value in vars(owner).values() if isinstance(value, list)]
        elif isinstance(owner, keras.random.SeedGenerator):
            self.keep(owner.state)
        elif hasattr(owner, "__dict__") and not isinstance(owner, type):
            self._keep_object(owner)

    def _keep_object(self, owner):
        own = vars(owner)
        self.attributes.append((owner, {name: value for name, value in own.items() if isinstance(value, PLAIN)}))
        if isinstance(owner, keras.Layer):
            self.keep(owner.variables)
            for layer in owner._flatten_layers(include_self=False):
                self.keep(layer)
        for name, value in own.items():  # such as a history that the step writes
            parts = [value, *value.values()] if isinstance(value, dict) else [value]
            self.lists += [(part, len(part)) for part in parts if isinstance(part, list) and not name.startswith("_")]
        kinds = (keras.Layer, keras.Variable, keras.optimizers.Optimizer, keras.random.SeedGenerator, tf.Variable)
        for value in list(own.values()):
            parts = list(value.values()) if isinstance(value, dict) else value
            if isinstance(value, kinds) or isinstance(parts, (list, tuple)) and any(isinstance(part, kinds) for part in parts):
                self.keep(value)

    def restore(self):
        """Put all that is remembered back. It may be called as often as wanted."""
        for owner, attributes in self.attributes:
            if isinstance(owner, keras.optimizers.Optimizer):
                vars(owner).clear()
            vars(owner).update(attributes)
        for content, length in self.lists:
            if len(content) > length:
                del content[length:]
        for variable, value in self.variables.values():
            variable.assign(value)
        np.random.set_state(self.numpy_state)
        random.setstate(self.python_state)
        if self.tensorflow_random and self.tensorflow_random.getstate() != self.tensorflow_state:
            self.tensorflow_random.setstate(self.tensorflow_state)
            context.context().clear_kernel_cache()  # a kernel for each of its seeds has begun to draw
