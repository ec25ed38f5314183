"""The machine's own convolution ceiling: how long the convolutions of one training step take when nothing else is done.

Every convolution of a network is three operations: forward, backward to its input, backward to its weights. Each is timed alone, as a
compiled operation on tensors of the very shapes that the training has, for as long as it takes to fill some tenths of a second. A training
step needs a known number of each (`PASSES`). The sum of their times is what no loop can beat on this machine with these operations:

    ceiling = sum over layers and operations of (times a step needs it) x (its time)
    share of the ceiling = ceiling / measured time of a step

The ceiling is measured right before and right after each loop, in every round anew, since the speed of a shared machine changes within
seconds; the median of the rounds counts. The best time that an operation of milliseconds ever took, held against a loop that takes seconds,
would only tell how uneven the machine is.

What a step does besides (dense layers, normalisation, activations, dropout, losses, optimizers, noise, fetching data, the loop itself) is not in the
ceiling: all of it counts against the loop. Two loops that need different numbers of passes have different ceilings: the tutorial
makes its fakes once a step and uses them for both players; the others run them through the discriminator, or make them, once more.
"""

import time
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from keras import layers


class Passes(NamedTuple):
    """How often a training step runs one network: forward, backward to the input of its layers, backward to their weights.

    `first_to_input` counts the backward passes that go on to the input of the first convolution, which only the pictures that a
    generator made need.
    """

    forward: int
    to_input: int
    to_weights: int
    first_to_input: int


# The generator's first convolution sits behind a dense layer that learns, so its input is always needed.
PASSES = {
    # real and fake forward once; the discriminator's loss goes back through both, the generator's through the fakes alone
    "tutorial": {"generator": Passes(1, 1, 1, 1), "discriminator": Passes(2, 3, 2, 1)},
    # the same fakes, but they go through the discriminator a second time, when it has learned
    "torch": {"generator": Passes(1, 1, 1, 1), "discriminator": Passes(3, 3, 2, 1)},
    # fresh fakes for the generator's half
    "combined": {"generator": Passes(2, 1, 1, 1), "discriminator": Passes(3, 3, 2, 1)},
    "ours": {"generator": Passes(2, 1, 1, 1), "discriminator": Passes(3, 3, 2, 1)},
}


def operations(layer, batch):
    """Return the three compiled operations of a convolution layer as functions without arguments, by name.

    A transposed convolution is a convolution backward, so its forward operation is the other's way back to the input.
    """
    strides = [1, *layer.strides, 1]
    small, large = [(batch, *side.shape[1:]) for side in (layer.output, layer.input)]
    if isinstance(layer, layers.Conv2DTranspose):
        small, large = large, small
    rng = np.random.default_rng(0)
    weights, low, high = [tf.constant(rng.normal(size=shape).astype("float32")) for shape in (tuple(layer.kernel.shape), small, large)]
    options = {"strides": strides, "padding": "SAME"}

    @tf.function
    def down(high, weights):
        return tf.raw_ops.Conv2D(input=high, filter=weights, **options)

    @tf.function
    def up(low, weights):
        return tf.raw_ops.Conv2DBackpropInput(input_sizes=large, filter=weights, out_backprop=low, **options)

    @tf.function
    def to_weights(high, low):
        return tf.raw_ops.Conv2DBackpropFilter(input=high, filter_sizes=weights.shape, out_backprop=low, **options)

    forward, back = ((up, low), (down, high)) if isinstance(layer, layers.Conv2DTranspose) else ((down, high), (up, low))
    return {"forward": lambda: forward[0](forward[1], weights), "to_input": lambda: back[0](back[1], weights),
            "to_weights": lambda: to_weights(high, low)}


def mean_time(operation, seconds=0.3, clock=time.perf_counter):
    """Return the seconds of one call: the mean of as many calls as fill so many seconds."""
    operation()
    started = clock()
    operation()
    calls = max(2, int(seconds / max(clock() - started, 1e-9)))
    started = clock()
    for _ in range(calls):
        result = operation()
    result.numpy()  # waits until it is there
    return (clock() - started) / calls


def convolutions(network):
    """Return the convolution layers of a network, from its input on."""
    return [layer for layer in network.layers if isinstance(layer, (layers.Conv2D, layers.Conv2DTranspose))]


def time_layers(network, batch, seconds=0.3):
    """Return for each convolution of a network a dictionary with the mean seconds of its three operations."""
    return [{name: mean_time(operation, seconds) for name, operation in operations(layer, batch).items()} for layer in convolutions(network)]


def step_time(times, passes):
    """Return the seconds that the convolutions of one training step take at the least.

    Args:
        times: Dictionary from "generator" and "discriminator" to what `time_layers` returns.
        passes: Dictionary from the same to `Passes`; a value of `PASSES`.
    """
    total = 0.0
    for name, count in passes.items():
        for number, layer in enumerate(times[name]):
            to_input = count.to_input if number else count.first_to_input
            total += count.forward * layer["forward"] + to_input * layer["to_input"] + count.to_weights * layer["to_weights"]
    return total
