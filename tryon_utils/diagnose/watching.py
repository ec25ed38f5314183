"""Watches training steps from the inside: who was called with what, which loss pulled at which logit, and whose weights were updated.

It works on any training step that runs two Keras networks, however it is written: with gradient tapes of its own, or with
`train_on_batch` on models that were compiled. While it watches, TensorFlow runs everything eagerly.
"""

import contextlib
import dataclasses
import warnings

import keras
import numpy as np
import tensorflow as tf

from tryon_utils.diagnose.state import value_of

PLAYERS = ("generator", "discriminator")


@dataclasses.dataclass
class Call:
    """One time that a network was asked.

    Attributes:
        number: Integer. Its place among the calls of the step.
        player: String. "generator" or "discriminator".
        arguments: Pair of a tuple and a dictionary: what it was called with, but for `training`.
        inputs: List of arrays `(batch, ...)`: the tensors among the arguments.
        output: Array `(batch, ...)`; where the network has several, see `main_output`.
        batch_norm: Boolean or None. Whether any of its batch normalisations took the batch's own statistics; None where it has none to train.
    """

    number: int
    player: str
    arguments: tuple
    inputs: list
    output: np.ndarray
    batch_norm: object = None


@dataclasses.dataclass
class Pull:
    """One time that a tape was asked for the gradient of a loss with respect to weights.

    Attributes:
        loss: Float.
        weights: Dictionary from a player's name to a list of (name of the weights, size of their gradient, or None where it doesn't reach them);
            NaN where only slopes at logits are noted.
        at_logits: Dictionary from a discriminator call's number to the loss's slope at each of its logits, summed for each sample; NaN where a sample
            has several answers that aren't logits, such as one a class.
        asks_discriminator: Boolean. Whether the loss depends on the discriminator: on its answers, or on features inside it.
    """

    loss: float
    weights: dict
    at_logits: dict
    asks_discriminator: bool

    @property
    def players(self):
        """The players whose weights it is for."""
        return tuple(player for player in PLAYERS if self.weights.get(player))

    def reaches(self, player):
        """Whether a gradient comes to any of the player's weights."""
        return any(size is not None for _, size in self.weights.get(player, []))


@dataclasses.dataclass
class Update:
    """One time that an optimizer was handed gradients.

    Attributes:
        optimizer: Integer that tells optimizers apart.
        name: String. The optimizer's name.
        players: Tuple of the players whose weights were among them.
        moved: Dictionary from a player's name to the largest change of any of its trainable weights.
    """

    optimizer: int
    name: str
    players: tuple
    moved: dict


@dataclasses.dataclass
class Step:
    """All that was seen of one training step.

    Attributes:
        calls, pulls, updates: Lists, in the order in which they happened.
        moved: Dictionary from a player's name to the largest change of its weights, by whatever means; statistics don't count.
        error: None, or the exception that ended the step.
        warnings: List of strings: what Python warned of.
    """

    calls: list = dataclasses.field(default_factory=list)
    pulls: list = dataclasses.field(default_factory=list)
    updates: list = dataclasses.field(default_factory=list)
    moved: dict = dataclasses.field(default_factory=dict)
    error: object = None
    warnings: list = dataclasses.field(default_factory=list)

    def of(self, player):
        """Return the calls of a player."""
        return [call for call in self.calls if call.player == player]


class Watcher:
    """Stands beside two networks while a step is run.

    Args:
        generator, discriminator: `keras.Model`. The players.
        keeper: `state.Keeper` that is told of every optimizer before it is used.
        logits: Dictionary from a discriminator call's number to the logits that the step shall see instead of its own, `(batch,)` with NaN for
            those that stay; or None.
        squashed: Boolean. Whether the discriminator returns probabilities, so that logits are what stands before the sigmoid.
        still: Boolean. Whether the optimizers leave the weights as they are, and only slopes at logits are noted; that saves a third of the time.
    """

    def __init__(self, generator, discriminator, keeper, logits=None, squashed=False, still=False):
        self.players = dict(zip(PLAYERS, (generator, discriminator), strict=True))
        self.keeper, self.logits, self.squashed, self.still = keeper, logits or {}, squashed, still
        self.weights = {name: weights_of(network) for name, network in self.players.items()}
        self.owner = {}
        for name, network in self.players.items():
            for variable in network.variables:
                self.owner[id(variable)] = self.owner[id(variable.value)] = name

    def watch(self, step, batch):
        """Run `step(batch)` and return a `Step`."""
        self.seen, self.tensors = Step(), {}
        before = {name: [value_of(weight) for weight in weights] for name, weights in self.weights.items()}
        with self._wrapped():
            try:
                step(batch)
            except Exception as error:  # a broken step is what we are here for; the report shows what it raised
                self.seen.error = error
        self.seen.moved = {name: largest_change(before[name], map(value_of, weights)) for name, weights in self.weights.items()}
        self.tensors = {}
        return self.seen

    @contextlib.contextmanager
    def _wrapped(self):
        """Put ourselves between the step and the networks, the tapes and the optimizers."""
        eager = tf.config.functions_run_eagerly()
        gradient, apply = tf.GradientTape.gradient, keras.optimizers.Optimizer.apply
        assign, draw = keras.Variable.assign, keras.random.SeedGenerator.next

        def watched_gradient(tape, target, sources, *args, **kwargs):
            return self._on_gradient(gradient, tape, target, sources, *args, **kwargs)

        def watched_apply(optimizer, grads, trainable_variables=None):
            return self._on_apply(apply, optimizer, grads, trainable_variables)

        def watched_assign(variable, value):
            self.keeper.keep(variable)
            return assign(variable, value)

        def watched_draw(seed_generator, *args, **kwargs):
            self.keeper.keep(seed_generator)
            return draw(seed_generator, *args, **kwargs)

        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            tf.config.run_functions_eagerly(True)
            tf.GradientTape.gradient, keras.optimizers.Optimizer.apply = watched_gradient, watched_apply
            keras.Variable.assign, keras.random.SeedGenerator.next = watched_assign, watched_draw
            for name, network in self.players.items():
                vars(network)["call"] = self._watched_call(name, network)
            try:
                yield
            finally:
                for network in self.players.values():
                    vars(network).pop("call", None)
                tf.GradientTape.gradient, keras.optimizers.Optimizer.apply = gradient, apply
                keras.Variable.assign, keras.random.SeedGenerator.next = assign, draw
                tf.config.run_functions_eagerly(eager)
                self.seen.warnings = [str(warning.message) for warning in caught]

    # ---- What is noted ------------------------------------------------------------------------------------------------

    def _watched_call(self, player, network):
        call = network.call

        def watched(*args, **kwargs):
            with _batch_norm_seen(network) as modes:
                output = call(*args, **kwargs)
            outputs = tf.nest.flatten(output)
            place = main_output(player, outputs)
            if not hasattr(outputs[place], "numpy"):  # a symbolic call, while Keras builds something
                return output
            number, arguments = len(self.seen.calls), (args, {name: value for name, value in kwargs.items() if name != "training"})
            inputs = [value_of(part) for part in tf.nest.flatten(arguments) if hasattr(part, "shape")]
            self.seen.calls.append(Call(number, player, arguments, inputs, value_of(outputs[place]), any(modes) if modes else None))
            if player == "generator":
                return output
            self.tensors[number], outputs[place] = self._touch(number, outputs[place])
            return tf.nest.pack_sequence_as(output, outputs)

        return watched

    def _touch(self, number, output):
        """Return the logits of an output as a tensor of which slopes can be asked, and the output made from them."""
        hidden, wanted = getattr(output, "_keras_logits", None), self.logits.get(number)
        if not has_logits(output):
            output = tf.identity(output)
            return output, output
        if hidden is not None and np.allclose(value_of(tf.sigmoid(hidden)), value_of(output), atol=1e-5):
            logits = _replaced(tf.identity(hidden), wanted)
            shown = tf.sigmoid(logits)
            shown._keras_logits = logits
            return logits, shown
        if self.squashed:
            inside = tf.clip_by_value(output, 1e-12, 1.0)
            logits = _replaced(tf.math.log(inside) - tf.math.log1p(-tf.minimum(inside, 1.0 - 6e-8)), wanted)
            return logits, tf.sigmoid(logits)
        logits = _replaced(tf.identity(output), wanted)
        return logits, tf.identity(logits)

    def _on_gradient(self, gradient, tape, target, sources, *args, **kwargs):
        flat = tf.nest.flatten(sources)
        owners = [self.owner.get(id(source)) for source in flat]
        if not any(owners) and flat:  # such as the slope of the discriminator for a penalty
            return gradient(tape, target, sources, *args, **kwargs)
        numbers = list(self.tensors)
        features = [] if self.still else self.players["discriminator"].trainable_variables
        found, slopes, inside = gradient(tape, target, [sources, [self.tensors[number] for number in numbers], features], *args, **kwargs)
        weights = {player: [] for player in PLAYERS}
        for source, owner, slope in zip(flat, owners, tf.nest.flatten(found), strict=True):
            if owner:
                weights[owner].append((getattr(source, "path", source.name), None if slope is None else self._size_of(slope)))
        at_logits = {}
        for number, slope in zip(numbers, slopes, strict=True):
            if slope is not None:
                per_sample = value_of(slope).reshape(len(slope), -1).sum(axis=1)
                at_logits[number] = per_sample if has_logits(slope) else np.full(len(slope), np.nan)
        loss = float(np.mean(value_of(tf.nest.flatten(target)[0])))
        asks = bool(at_logits) or any(slope is not None for slope in inside)
        self.seen.pulls.append(Pull(loss, weights, at_logits, asks))
        return found

    def _size_of(self, slope):
        return float("nan") if self.still else float(tf.norm(tf.convert_to_tensor(slope)))

    def _on_apply(self, apply, optimizer, grads, trainable_variables):
        if self.still:
            return optimizer.iterations
        self.keeper.keep(optimizer)
        variables = list(optimizer._trainable_variables if trainable_variables is None else trainable_variables)
        self.keeper.keep(variables)
        owners = [self.owner.get(id(variable)) for variable in variables]
        before = [value_of(variable) for variable in variables]
        self.seen.updates.append(Update(id(optimizer), optimizer.name, tuple(player for player in PLAYERS if player in owners), {}))
        update = self.seen.updates[-1]  # noted first, for it may be refused
        result = apply(optimizer, grads, trainable_variables)
        for player in update.players:
            mine = [(old, value_of(variable)) for old, variable, owner in zip(before, variables, owners, strict=True) if owner == player]
            update.moved[player] = largest_change(*zip(*mine, strict=True))
        return result


def _replaced(logits, wanted):
    """Return the logits with those of the wanted samples set to what is wanted; the slope of a loss still reaches all of them."""
    if wanted is None:
        return logits
    wanted = tf.reshape(tf.constant(wanted, logits.dtype), (-1,) + (1,) * (len(logits.shape) - 1))
    held = tf.stop_gradient(logits)
    return logits + tf.where(tf.math.is_nan(wanted), tf.zeros_like(held), wanted - held)


def largest_change(before, after):
    """Return the largest change of any number in lists of arrays; 0 where there are none."""
    return max((float(np.max(np.abs(new.astype("float64") - old), initial=0.0)) for old, new in zip(before, after, strict=True)), default=0.0)


def weights_of(network):
    """Return the weights that a network was built to train, whether it is frozen now or not."""
    return list({id(weight): weight for layer in network._flatten_layers() for weight in layer._trainable_variables}.values())


def main_output(player, outputs):
    """Return the place of the output that counts: the generator's first; the discriminator's first with one number at a place, else its first."""
    return next((place for place, output in enumerate(outputs) if player == "discriminator" and len(output.shape) > 1 and output.shape[-1] == 1), 0)


def has_logits(output):
    """Whether a discriminator's output is a logit or a map of logits for each sample, and no row of answers such as one a class."""
    return len(output.shape) != 2 or output.shape[1] == 1


@contextlib.contextmanager
def _batch_norm_seen(network):
    """Note for each batch normalisation that a network trains whether it takes the batch's own statistics."""
    modes, layers = [], [layer for layer in network._flatten_layers() if isinstance(layer, keras.layers.BatchNormalization)]

    def noted(layer, call):
        def watched(inputs, training=None, **kwargs):
            if layer.trainable:
                modes.append(bool(training))
            return call(inputs, training=training, **kwargs)

        return watched

    for layer in layers:
        vars(layer)["call"] = noted(layer, layer.call)
    try:
        yield modes
    finally:
        for layer in layers:
            vars(layer).pop("call", None)
