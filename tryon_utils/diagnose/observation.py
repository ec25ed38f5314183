"""Observes a GAN on its data: some training steps watched from the inside, and what the networks answer. Afterwards all is as before.

The instruments read what is collected here. Nothing here knows a particular GAN: which of the discriminator's inputs is the sample, and
which of its batches are real, is found by following the data and the fakes to where they arrive.
"""

import dataclasses

import keras
import numpy as np
import tensorflow as tf

from tryon_utils.diagnose.state import Keeper, value_of
from tryon_utils.diagnose.watching import PLAYERS, Watcher, main_output

CONFIDENCES = (-20.0, -8.0, -4.0, -2.0, 0.0, 2.0, 4.0, 8.0, 20.0)
PATIENCE = 16  # steps that are watched, one after the other, until both networks have moved


@dataclasses.dataclass(frozen=True)
class Players:
    """A GAN that is no single object, as `observe` and `checkup` want it.

    Example:
        checkup(Players(generator, discriminator, train_step), real_images)

    Attributes:
        generator, discriminator: `keras.Model`.
        train_step: Function of one batch that trains both once.
        others: Tuple of further models, optimizers and seed generators that the step changes, to be put back as they were. Optimizers that
            are used in the step are found without it.
    """

    generator: object
    discriminator: object
    train_step: object
    others: tuple = ()


@dataclasses.dataclass
class Observation:
    """What was seen of a GAN.

    Attributes:
        generator, discriminator: The networks.
        data: List of arrays `(n, ...)`: the parts of the data.
        real_part: Integer. Which part the generator shall imitate; the others are conditions.
        slot: Pair of which input of the discriminator is the sample, and which of its channels ("all", "first" or "last").
        batches: List of lists of arrays, one a step.
        steps: List of `watching.Step`, taken one after the other.
        kinds: List, one a step, of a dictionary from a discriminator call's number to an array of strings, one a sample: "real", "fake",
            "between" (on the line from a fake to a real sample) or "other".
        between: List of arrays: for each call between real and fake samples, the share of the real one at each.
        curves: Dictionary from (player, kind) to a dictionary from a logit to an array: the slope of the player's loss at that logit, one number a
            sample, summing to the slope when all move together.
        losses: Dictionary from a confidence to the discriminator's loss where real samples have that logit and fakes its negative.
        squashed: Boolean. Whether the discriminator returns probabilities.
        taken: Integer or None. Steps that an optimizer took before the examination; the largest number, where there are several.
    """

    generator: object
    discriminator: object
    data: list
    batches: list
    steps: list
    real_part: int = 0
    slot: tuple = (0, "all")
    kinds: list = dataclasses.field(default_factory=list)
    between: list = dataclasses.field(default_factory=list)
    curves: dict = dataclasses.field(default_factory=dict)
    losses: dict = dataclasses.field(default_factory=dict)
    squashed: bool = False
    taken: object = None

    @property
    def error(self):
        """The exception that ended a step, or None."""
        return next((step.error for step in self.steps if step.error), None)

    @property
    def both_moved(self):
        """Whether each network was moved, or handed to an optimizer, in any step."""
        return all(any(step.moved[player] > 0 or any(player in update.players for update in step.updates) for step in self.steps) for player in PLAYERS)

    @property
    def loss_now(self):
        """The discriminator's loss in the steps watched, on average; NaN where it has none."""
        found = [loss for step in self.steps if (loss := _loss_of(step)) is not None]
        return float(np.mean(found)) if found else float("nan")

    @property
    def real(self):
        """The part of the data that the generator shall imitate."""
        return self.data[self.real_part]

    def calls(self, player):
        """Return all calls of a player, over all steps."""
        return [call for step in self.steps for call in step.of(player)]

    def pulls(self, player):
        """Return (number of the step, pull) for every loss whose gradient was asked with respect to the player's weights."""
        return [(number, pull) for number, step in enumerate(self.steps) for pull in step.pulls if player in pull.players]

    def sample_of(self, call):
        """Return the sample among the inputs of a discriminator call."""
        return _view(call.inputs[self.slot[0]], self.slot[1], self.real.shape[-1])

    def samples(self, kind):
        """Return the discriminator's samples of one kind over all steps, `(n, ...)`; none where there were none."""
        found = [self.sample_of(call)[rows] for step, kinds in zip(self.steps, self.kinds, strict=True) for call in step.of("discriminator")
                 if (rows := kinds[call.number] == kind).any()]
        return np.concatenate(found) if found else np.zeros((0, *self.real.shape[1:]), "float32")

    @property
    def fakes(self):
        """All that the generator has made in the steps watched, `(n, ...)`."""
        outputs = [call.output for call in self.calls("generator")]
        return np.concatenate(outputs) if outputs else None


def call_again(network, call, inputs, training=False):
    """Ask a network as in a recorded call, with other inputs (a flat list), and return its output as an array; its variables stay as they are."""
    flat, inputs = tf.nest.flatten(call.arguments), iter(inputs)
    args, options = tf.nest.pack_sequence_as(call.arguments, [tf.cast(next(inputs), part.dtype) if hasattr(part, "shape") else part for part in flat])
    keeper = Keeper(network.non_trainable_variables if training else None)
    try:
        outputs = tf.nest.flatten(network(*args, **options, training=training))
    finally:
        keeper.restore()
    return value_of(outputs[main_output(call.player, outputs)])


def observe(gan, data, batch_size=64, steps=4, seed=0):
    """Watch some training steps of a GAN from the inside, and put everything back as it was.

    Args:
        gan: Object with `generator`, `discriminator` and `train_step(batch)`, such as a `keras.Model` or `Players`.
        data: Array `(n, ...)` of real samples, or a tuple of arrays, as the training step takes a batch of it.
        batch_size: Integer.
        steps: Integer. Steps to watch. Where a network hasn't moved by then, more are watched, up to 16 in all.
        seed: Integer. Fixes which samples are taken.

    Returns:
        An `Observation`.

    Raises:
        ValueError: the object lacks a network or a training step, a network was never called, or the data are no arrays or too few.
    """
    parts = _checked(gan, data)
    rng = np.random.default_rng(seed)

    def run(number, **options):
        batch = tf.nest.pack_sequence_as(data, [tf.convert_to_tensor(part) for part in seen.batches[number]]) if isinstance(data, (tuple, list, dict)) \
            else tf.convert_to_tensor(seen.batches[number][0])
        return Watcher(gan.generator, gan.discriminator, keeper, **options).watch(gan.train_step, batch)

    keeper = Keeper(gan, gan.generator, gan.discriminator, getattr(gan, "others", ()))
    try:
        seen = Observation(gan.generator, gan.discriminator, parts, [], [])
        while len(seen.steps) < steps or len(seen.steps) < PATIENCE and not seen.both_moved:
            rows = rng.permutation(len(parts[0]))[:batch_size]
            seen.batches.append([part[rows] for part in parts])
            seen.steps.append(run(len(seen.steps)))
            if seen.error:
                break
        keeper.restore()
        seen.taken = max((int(owner.iterations) for owner in keeper.seen.values() if isinstance(owner, keras.optimizers.Optimizer)), default=None)
        _follow_the_data(seen)
        seen.squashed = _is_squashed(seen)
        if seen.calls("discriminator"):
            for confidence in CONFIDENCES:
                _sweep(seen, run(0, logits=_forced(seen, confidence), squashed=seen.squashed, still=not seen.error), confidence)
                keeper.restore()
            whole = [key for key, curve in seen.curves.items() if len(curve) == len(CONFIDENCES) and len(set(map(len, curve.values()))) == 1]
            seen.curves = {key: seen.curves[key] for key in whole}
    finally:
        keeper.restore()
    return seen


def _checked(gan, data):
    """Return the parts of the data as a list of arrays, or say what is missing."""
    for name in (*PLAYERS, "train_step"):
        if not hasattr(gan, name):
            raise ValueError(f"The GAN has no `{name}`. Wrap what you have: diagnose.Players(generator, discriminator, train_step).")
    for name in PLAYERS:
        if not isinstance(getattr(gan, name), keras.Layer):
            raise ValueError(f"The {name} is a {type(getattr(gan, name)).__name__}; a keras.Model is wanted.")
        if not all(layer.built for layer in getattr(gan, name)._flatten_layers()):
            raise ValueError(f"The {name} has layers without weights, since it was never called. Call it once on a batch: a checkup changes nothing, "
                             "and that includes making weights.")
    if isinstance(data, tf.data.Dataset):
        raise ValueError("A tf.data.Dataset came; arrays are wanted, such as the NumPy arrays that it was made from.")
    parts = [np.asarray(part) for part in tf.nest.flatten(data)]
    if any(part.ndim == 0 or len(part) != len(parts[0]) for part in parts) or len(parts[0]) < 2:
        raise ValueError(f"Data of the shapes {[part.shape for part in parts]} came; two or more samples are wanted, as many in each part.")
    return parts


# ---- Where real and fake samples arrive -----------------------------------------------------------------------------

def _follow_the_data(seen):
    """Find which input of the discriminator is the sample and which part of the data it imitates, then what each sample is."""
    outputs = [call.output for call in seen.calls("generator")]
    made = set().union(*map(rows_of, outputs))
    seen.slot = _slot(seen, outputs, made)
    arrived = set().union(*[rows_of(seen.sample_of(call)) for call in seen.calls("discriminator")]) - made

    def found(place):
        """How many real samples of a part arrived as they are; where none did, how much those that arrived are like it."""
        exact = sum(row in arrived for batch in seen.batches for row in rows_of(batch[place]))
        return exact or max((likeness(seen.sample_of(call), seen.batches[0][place]) for call in seen.steps[0].of("discriminator")), default=0)

    same = [place for place, part in enumerate(seen.data) if outputs and part[0].size == outputs[0][0].size]
    largest = max(range(len(seen.data)), key=lambda place: seen.data[place].ndim)
    seen.real_part = max(same, key=found) if len(same) > 1 else same[0] if same else largest
    seen.kinds = [_kinds(seen, made, step, batch) for step, batch in zip(seen.steps, seen.batches, strict=True)]


def _slot(seen, outputs, made):
    """Return which input of the discriminator, and which of its channels, the fakes come to."""
    wanted = outputs[0].shape[-1] if outputs else None
    views = [(place, channels) for call in seen.calls("discriminator")[:1] for place in range(len(call.inputs)) for channels in ("all", "first", "last")]
    shown = {slot: [_view(call.inputs[slot[0]], slot[1], wanted) for call in seen.calls("discriminator")] for slot in views}
    exact = {slot: sum(row in made for part in parts for row in rows_of(part)) for slot, parts in shown.items()}
    if any(exact.values()):
        return max(exact, key=exact.get)
    first = outputs[:len(seen.steps[0].of("generator"))]  # they were changed on the way, such as by augmentation
    alike = {slot: max((likeness(part, output) for part in parts[:len(seen.steps[0].of("discriminator"))] for output in first), default=0)
             for slot, parts in shown.items()}
    return max(alike, key=alike.get) if any(alike.values()) else (0, "all")


def _kinds(seen, fake_rows, step, batch):
    """Say of each sample that the discriminator was shown in a step what it is."""
    real, made = batch[seen.real_part], [call.output for call in step.of("generator")]
    real_rows = set(rows_of(real))
    kinds, unknown, shown = {}, [], [real]
    for call in step.of("discriminator"):
        sample = seen.sample_of(call)
        kinds[call.number] = np.array(["fake" if row in fake_rows else "real" if row in real_rows else "other" for row in rows_of(sample)],
                                      dtype="<U7")
        if np.mean(kinds[call.number] == "other") > 0.5:
            unknown.append((likeness(sample, real), call.number, sample))
        elif (kinds[call.number] == "real").all():
            shown.append(sample)
    for scaled, number, sample in sorted(unknown, key=lambda found: -found[0]):
        if scaled > 0.9999:
            kinds[number][:] = "real"
            shown.append(sample)
            continue
        weights = next((weights for fake in made for one in shown if (weights := _between(sample, one, fake)) is not None), None)
        if weights is not None:
            seen.between.append(weights)
            kinds[number][:] = "between"
            continue
        alike = {"real": max((likeness(sample, one) for one in shown), default=0.0),
                 "fake": max((likeness(sample, one) for one in made), default=0.0)}
        kinds[number][:] = max(alike, key=alike.get) if max(alike.values()) > 0.2 else "other"
    return kinds


def _between(sample, real, fake):
    """Return each sample's place on the line from its fake (0) to its real partner (1), or None where they lie on no such lines."""
    if not sample.shape == real.shape == fake.shape:
        return None
    sample, real, fake = (values.reshape(len(values), -1).astype("float64") for values in (sample, real, fake))
    way = real - fake
    lengths = np.maximum(np.sum(way**2, axis=1), 1e-12)
    weights = np.sum((sample - fake) * way, axis=1) / lengths
    off = np.sqrt(np.sum((sample - fake - weights[:, None] * way)**2, axis=1) / lengths)
    return weights if np.median(off) < 1e-5 and np.std(weights) > 1e-2 else None


def likeness(sample, other):
    """Return how well one batch explains another, up to a change of range or an axis of length 1: 1 for perfectly, 0 for not at all."""
    if len(sample) != len(other) or sample.size != other.size:
        return 0.0
    sample, other = sample.ravel().astype("float64"), other.ravel().astype("float64")
    if sample.std() < 1e-9 or other.std() < 1e-9:
        return 0.0
    return max(float(np.corrcoef(sample, other)[0, 1]), 0.0)**2


def _view(part, channels, wanted):
    if channels == "all" or wanted is None or part.ndim < 2 or part.shape[-1] <= wanted:
        return part
    return part[..., :wanted] if channels == "first" else part[..., -wanted:]


def rows_of(values):
    """Return each sample of a batch as bytes, by which it is known again."""
    return [row.tobytes() for row in np.ascontiguousarray(values, dtype="float32")]


# ---- The slope of the losses at any logit ---------------------------------------------------------------------------

def _is_squashed(seen):
    """Whether the discriminator's answers stay in [0, 1] whatever it is shown."""
    calls = seen.calls("discriminator")
    if not calls or any(call.output.min() < 0 or call.output.max() > 1 for call in calls):
        return False
    wild = [call_again(seen.discriminator, calls[0], [part * scale if place == seen.slot[0] else part for place, part in enumerate(calls[0].inputs)])
            for scale in (-300.0, 30.0, 300.0)]
    return all(answers.min() >= 0 and answers.max() <= 1 for answers in wild)


def _forced(seen, confidence):
    logits = {"real": confidence, "fake": -confidence}
    return {number: np.array([logits.get(kind, np.nan) for kind in kinds]) for number, kinds in seen.kinds[0].items()}


def _sweep(seen, step, confidence):
    """Read the slopes of both players' losses where real samples have the logit `confidence` and fakes its negative."""
    for player in ("discriminator", "generator"):
        for kind, logit in (("real", confidence), ("fake", -confidence)):
            slopes, own = [], [pull for pull in step.pulls if pull.players == (player,)]
            for number, kinds in seen.kinds[0].items():
                found = [pull.at_logits[number] for pull in own or step.pulls if player in pull.players and number in pull.at_logits]
                if found and (kinds == kind).any():
                    slopes.append(np.sum(found, axis=0)[kinds == kind])
            if slopes and np.isfinite(np.concatenate(slopes)).all():
                seen.curves.setdefault((player, kind), {})[logit] = np.concatenate(slopes) / len(slopes)
    if (loss := _loss_of(step)) is not None:
        seen.losses[confidence] = loss


def _loss_of(step):
    """Return the sum of the discriminator's losses in a step, or None."""
    found = [pull.loss for pull in step.pulls if "discriminator" in pull.players and pull.at_logits]
    return sum(found) if found else None
