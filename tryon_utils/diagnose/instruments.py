"""The instruments: each reads one thing from an `Observation`, and says it in numbers and in words.

An instrument measures and doesn't judge; `verdicts` does that. Each is a pure function: it changes neither the GAN nor the observation.
"""

import keras
import numpy as np

from tryon_utils import metrics
from tryon_utils.diagnose.conditions import conditions
from tryon_utils.diagnose.observation import call_again, likeness, rows_of
from tryon_utils.diagnose.reading import Reading
from tryon_utils.diagnose.state import value_of
from tryon_utils.diagnose.watching import PLAYERS

TYPICAL = 4.0  # a logit at which a discriminator is sure: D = 0.982
NEIGHBOURS = 5  # among real samples; a fake within the fifth's distance covers a sample


# ---- Who moves whom -------------------------------------------------------------------------------------------------

def updates(seen):
    """Whose weights does each update of a training step move?"""
    first, lines = seen.steps[0], []
    for number, update in enumerate(first.updates, 1):
        moved = ", ".join(f"{player} (by up to {update.moved.get(player, 0.0):.2g})" for player in update.players) or "neither network"
        lines.append(f"update {number}, by {update.name}: {moved}")
    if not first.updates:
        lines.append("no optimizer was used")
    for player, size in first.moved.items():
        if size > 0 and not any(player in update.players for update in first.updates):
            lines.append(f"the {player} is moved by other means (by up to {size:.2g})")
    if seen.error:
        lines.append(f"the step ended in {type(seen.error).__name__}: {first_line(seen.error)}")
    by_optimizer = {}
    for step in seen.steps:
        for update in step.updates:
            by_optimizer.setdefault(update.optimizer, set()).add(update.players)
    together = any(len(update.players) == 2 for step in seen.steps for update in step.updates)
    return Reading("Whose weights does each update move?", lines, {
        "updates": [update.players for update in first.updates],
        "ever": {player: any(step.moved[player] > 0 or any(player in update.players for update in step.updates) for step in seen.steps)
                 for player in PLAYERS},
        "optimizers": [sorted(sets) for sets in by_optimizer.values()],
        "one loss": together and any(pull.reaches("generator") and pull.reaches("discriminator") for step in seen.steps for pull in step.pulls),
        "frozen": {player: bool(network.weights) and not network.trainable_weights
                   for player, network in zip(PLAYERS, (seen.generator, seen.discriminator), strict=True)}})


def reach(seen):
    """How far does each loss's gradient get, and how large is it, layer by layer?"""
    lines, values = [], {}
    for player in PLAYERS:
        pulls = [pull for number, pull in seen.pulls(player) if number == 0]
        values[player] = {"pulls": len(pulls), "cut": sum(not pull.reaches(player) for _, pull in seen.pulls(player)), "by layer": []}
        for pull in pulls:
            named = pull.weights[player]
            if not pull.reaches(player):
                lines.append(f"{player}: a loss of {pull.loss:.3g} was asked for its slope, and none reaches any of the {len(named)} weights")
                continue
            layers = _by_layer(named)
            values[player]["by layer"].append(layers)
            lines.append(f"{player}: {sum(size is not None for _, size in named)} of {len(named)} weights are reached; layer by layer, from the noise or "
                         f"sample on: {', '.join('none' if size is None else f'{size:.2g}' for size in layers)}")
        if not pulls:
            lines.append(f"{player}: no loss is asked for its slope with respect to these weights")
    return Reading("Does a gradient reach every layer, and how large is it there?", lines, values)


def _by_layer(named):
    """Return for each layer the size of the gradient of all its weights together, or None where it reaches none of them."""
    layers = {}
    for name, size in named:
        layers.setdefault(name.rsplit("/", 1)[0], []).append(size)
    return [None if all(size is None for size in sizes) else float(np.linalg.norm([size or 0.0 for size in sizes])) for sizes in layers.values()]


# ---- What the losses want -------------------------------------------------------------------------------------------

def pulls(seen):
    """Where does each loss push a logit: up or down, and how hard?

    The loss's slope is asked at logits that the step did not choose: every real sample at -4, say. A pull above 0 says "up".
    """
    lines, values = [], {}
    for (player, kind), curve in seen.curves.items():
        total = {logit: -float(slopes.sum()) for logit, slopes in sorted(curve.items())}
        values[player, kind] = total
        lines.append(f"the {player}'s loss on {kind} samples: pulls {total[-TYPICAL]:+.2g} at logit -4, {total[0.0]:+.2g} at 0, {total[TYPICAL]:+.2g} at +4")
    if seen.losses:
        floor, even, now = seen.losses[max(seen.losses)], seen.losses[0.0], seen.loss_now
        lines.append(f"the discriminator's loss: {now:.3g} now, {even:.3g} where it can't tell, {floor:.3g} where it is sure and right")
        values |= {"now": now, "even": even, "floor": floor}
    if seen.squashed:
        lines.append("the discriminator returns probabilities: logits are what stands before its sigmoid")
    if not seen.curves:
        lines.append("no loss pulls at any logit")
    return Reading("Where does each loss push a logit, and how hard?", lines, values)


def is_cross_entropy(curve):
    """Whether the slopes at each logit are those of D minus a label: flat far out on both sides, and half-way up in the middle."""
    low, bend, middle, top, high = (np.mean(curve[logit]) for logit in (-20.0, -8.0, 0.0, 8.0, 20.0))
    errors = low - bend, high - top, (low + high) / 2 - middle
    return high > low and max(map(abs, errors)) < 0.1 * (high - low)  # not 0: labels may be drawn at random each time


def labels(seen):
    """Which labels does the discriminator's loss take for real and for fake samples?

    For a cross entropy they can be read off the slope: it is D minus the label, so that far out on one side it is the label alone.

    Returns:
        A `Reading` whose values are "real" and "fake": arrays of labels; left out where the loss is no cross entropy.
    """
    values, lines = {}, []
    for kind in ("real", "fake"):
        curve = seen.curves.get(("discriminator", kind))
        if curve is None or seen.squashed or not is_cross_entropy(curve):
            continue
        weights = curve[20.0] - curve[-20.0]  # what each sample weighs in the loss
        values[kind] = np.round(-curve[-20.0] / np.maximum(weights, 1e-12), 4) + 0.0
        lines.append(f"{kind} samples: from {values[kind].min():.2f} to {values[kind].max():.2f}, on average {values[kind].mean():.2f}")
    return Reading("Which labels does the discriminator's loss take?", lines or ["no cross entropy on logits: no labels to read"], values)


# ---- What arrives ---------------------------------------------------------------------------------------------------

def arrivals(seen):
    """What is the discriminator shown: real samples, fakes, both in one batch, or points between them?"""
    calls, lines, mixed = [], [], 0
    for step, kinds in zip(seen.steps, seen.kinds, strict=True):
        for call in step.of("discriminator"):
            counts = {kind: int(np.sum(kinds[call.number] == kind)) for kind in ("real", "fake", "between", "other")}
            mixed += counts["real"] > 0 and counts["fake"] > 0
            calls.append(counts)
            if step is seen.steps[0]:
                lines.append("a batch of " + " and ".join(f"{count} {kind}" for kind, count in counts.items() if count))
    weights = np.concatenate(seen.between) if seen.between else np.zeros(0)
    if len(weights):
        lines.append(f"between: the real one's share goes from {weights.min():.2f} to {weights.max():.2f}")
    same = _same_noise([[call.inputs for call in step.of("generator")] for step in seen.steps])
    lines.append(f"the generator gets {'the same noise' if same else 'new inputs'} in every step")
    return Reading("What reaches the discriminator, and the generator?", lines or ["nothing"], {
        "calls": calls, "mixed": mixed, "weights": weights, "same_noise": same})


def _same_noise(steps):
    """Whether some input of the generator, call for call, was the same in all steps, though it has another value for each sample.

    Args:
        steps: List, one a step, of lists, one a call, of the inputs.
    """
    first, places = steps[0], min((len(inputs) for calls in steps for inputs in calls), default=0)
    if len(steps) < 2 or any(len(calls) != len(first) for calls in steps):
        return False
    return any(all(len(set(rows_of(inputs[place]))) > 1 for inputs in first) and
               all(np.array_equal(inputs[place], other[place]) for calls in steps[1:] for inputs, other in zip(first, calls, strict=True))
               for place in range(places))


def ranges(seen):
    """In which range do the data lie, and in which the fakes?"""
    real, fakes, lines = seen.real.astype("float64"), seen.fakes, []
    shown = seen.samples("real")
    values = {"data": (real.min(), real.max()), "shape": real.shape[1:], "fake_shape": None if fakes is None else fakes.shape[1:],
              "asked": {seen.sample_of(call).shape[1:] for call in seen.calls("discriminator")}}
    lines.append(f"data: shape {real.shape[1:]}, from {real.min():.2f} to {real.max():.2f}")
    if len(shown):
        values["real"] = float(shown.min()), float(shown.max())
        lines.append(f"real samples, as the discriminator gets them: from {shown.min():.2f} to {shown.max():.2f}")
    if fakes is not None:
        values["fake"] = float(fakes.min()), float(fakes.max())
        values["finite"] = bool(np.isfinite(fakes).all())
        lines.append(f"fakes: shape {fakes.shape[1:]}, from {fakes.min():.2f} to {fakes.max():.2f}")
        wild, way = _turned_up(seen.generator, seen.calls("generator")[0]), _way_to_the_discriminator(seen)
        values["bounds"] = float(wild.min()), float(wild.max())
        lines.append(f"fakes with the last layer's weights turned up a thousand times: from {wild.min():.2f} to {wild.max():.2f}")
        if way is not None:
            values["reach"] = tuple(sorted(way[0] * end + way[1] for end in values["bounds"]))
            if way != (1.0, 0.0):
                lines.append(f"on the way to the discriminator fakes are scaled: it can get {values['reach'][0]:.2f} to {values['reach'][1]:.2f}")
    return Reading("Do data and fakes have one shape and one range?", lines, values)


def _way_to_the_discriminator(seen):
    """Return (scale, shift) of what happens to fakes between the two networks: (1, 0) for nothing; None where it is neither of these."""
    made = {row for call in seen.calls("generator") for row in rows_of(call.output)}
    for call in seen.steps[0].of("discriminator"):
        shown = seen.sample_of(call)
        if any(row in made for row in rows_of(shown)):
            return 1.0, 0.0
        for output in (other.output for other in seen.steps[0].of("generator")):
            if likeness(shown, output) > 0.9999:
                scale, shift = np.polyfit(output.ravel().astype("float64"), shown.ravel().astype("float64"), 1)
                return float(scale), float(shift)
    return None


def _turned_up(generator, call):
    """Return samples of a generator whose last weights are a thousand times as large, either way: they show the bounds of its last activation."""
    last = next((variable for variable in reversed(generator.trainable_variables) if len(variable.shape) > 1), None)
    if last is None:
        return call.output
    kept = value_of(last)
    try:
        made = []
        for scale in (-1000.0, 1000.0):
            last.assign(scale * kept)
            made.append(call_again(generator, call, call.inputs))
    finally:
        last.assign(kept)
    return np.concatenate([call.output, *made])


def scores(seen):
    """What does the discriminator say to real samples, to fakes, to noise and to constants?"""
    call = next(iter(seen.calls("discriminator")), None)
    if call is None:
        return Reading("What does the discriminator say?", ["it is never asked"], {})
    real = seen.real.astype("float32")
    sample, rng = seen.samples("real"), np.random.default_rng(0)
    sample = sample if len(sample) else real
    low, high = float(sample.min()), float(sample.max())
    shape = call.inputs[seen.slot[0]].shape
    tests = {"noise": rng.uniform(low, high, shape), "all least": np.full(shape, low), "all greatest": np.full(shape, high)}
    answers = {kind: np.concatenate([one.output[kinds[one.number] == kind].ravel() for step, kinds in zip(seen.steps, seen.kinds, strict=True)
                                     for one in step.of("discriminator")] or [np.zeros(0)]) for kind in ("real", "fake")}
    if seen.slot[1] == "all" and shape[1:] == seen.real.shape[1:]:
        for name, values in tests.items():
            answers[name] = call_again(seen.discriminator, call, [values if place == seen.slot[0] else part for place, part in enumerate(call.inputs)])
    answers = {name: values for name, values in answers.items() if len(values)}
    kind = "probability" if seen.squashed else "logit"
    return Reading("What does the discriminator say to real, fake, noise and constants?",
                   [f"{name}: mean {kind} {np.mean(values):+.2f}, from {np.min(values):+.2f} to {np.max(values):+.2f}" for name, values in answers.items()],
                   {name: float(np.mean(values)) for name, values in answers.items()} | {"finite": all(np.isfinite(v).all() for v in answers.values())})


# ---- The networks themselves ----------------------------------------------------------------------------------------

def modes(seen):
    """Does batch normalisation train on its batches, and do the generator's samples agree between training and inference?"""
    lines, values = [], {}
    for player, network in zip(PLAYERS, (seen.generator, seen.discriminator), strict=True):
        calls = [call for call in seen.calls(player) if call.batch_norm is not None]
        layers = [layer for layer in network._flatten_layers() if isinstance(layer, keras.layers.BatchNormalization)]
        values[player] = {"layers": len(layers), "calls": len(calls), "training": sum(call.batch_norm for call in calls),
                          "fresh": bool(layers) and all(np.all(value_of(layer.moving_mean) == 0) for layer in layers)}
        lines.append(f"{player}: " + (f"{len(layers)} batch normalisations, on the batch's statistics in {values[player]['training']} of {len(calls)} calls"
                                      + (", and their stored statistics are those of the first day" if values[player]["fresh"] else "")
                                      if layers else "no batch normalisation"))
    call = next(iter(seen.calls("generator")), None)
    if call is not None:
        one, other = (call_again(seen.generator, call, call.inputs, training=flag) for flag in (True, False))
        values["gap"] = float(np.abs(one - other).mean() / max(np.abs(one - one.mean(axis=0)).mean(), 1e-12))
        lines.append(f"the same noise, in training and in inference: fakes differ by {values['gap']:.0%} of how much fakes differ among themselves")
    return Reading("Do the networks do the same in training and afterwards?", lines, values)


def dead_units(seen):
    """Which share of the units of each layer answers 0 to everything?"""
    lines, values = [], {}
    for player, network in zip(PLAYERS, (seen.generator, seen.discriminator), strict=True):
        call = next(iter(seen.calls(player)), None)
        if call is None:
            continue
        for layer, active in _activity(network, call).items():
            values[player, layer] = 1 - active
        dead = [share for (owner, _), share in values.items() if owner == player]
        lines.append(f"{player}: " + (f"up to {max(dead):.0%} of a layer's units never answer" if dead else "no unit can die"))
    return Reading("Are there units that never answer?", lines, values)


def _activity(network, call):
    """Return for each layer that can answer exactly 0 the share of its units that do not always do so."""
    seen, layers = {}, [layer for layer in network._flatten_layers(include_self=False)
                        if type(layer) in (keras.layers.ReLU, keras.layers.Activation, keras.layers.Dense, keras.layers.Conv2D)]

    def noted(layer, own):
        def watched(*args, **kwargs):
            output = own(*args, **kwargs)
            units = value_of(output).reshape(-1, output.shape[-1])
            started = not layer.weights or np.any(value_of(layer.weights[0]))  # some layers begin with all weights 0, on purpose
            if (units == 0).mean() > 0.01 and started:
                seen[layer.name] = max(seen.get(layer.name, 0.0), float(np.mean((units != 0).any(axis=0))))
            return output

        return watched

    for layer in layers:
        vars(layer)["call"] = noted(layer, layer.call)
    try:
        call_again(network, call, call.inputs, training=True)
    finally:
        for layer in layers:
            vars(layer).pop("call", None)
    return seen


def variety(seen):
    """How much do fakes differ among themselves, and how much of the data do they cover?"""
    fakes = seen.fakes
    if fakes is None:
        return Reading("How different are the fakes, and what do they cover?", ["there are none"], {})
    flat = [some.reshape(len(some), -1).astype("float64") for some in (seen.real, fakes)]
    spreads = [float(np.std(some, axis=0).mean()) for some in flat]
    values, lines = {"real": spreads[0], "fake": spreads[1]}, [f"spread of real samples {spreads[0]:.3f}, of fakes {spreads[1]:.3f}"]
    shown = seen.samples("real")
    if len(shown) > NEIGHBOURS and shown[0].size == fakes[0].size and _way_to_the_discriminator(seen) == (1.0, 0.0) and np.isfinite(fakes).all():
        count = min(len(shown), len(fakes), 400)
        values["covered"] = metrics.density_coverage(*(some[:count].reshape(count, -1).astype("float64") for some in (shown, fakes)), NEIGHBOURS).coverage
        lines.append(f"{values['covered']:.0%} of the real samples have a fake nearer than their {NEIGHBOURS}th real neighbour")
    return Reading("How different are the fakes, and what do they cover?", lines, values)


def counting(seen, epochs=None):
    """How often has the training gone over the data?"""
    if seen.taken is None:
        return Reading("How often was each sample seen?", ["no optimizer was found"], {})
    batch_size, count = len(seen.batches[0][0]), len(seen.real)
    passes = seen.taken * batch_size / count
    lines = [f"{seen.taken:,} steps with {batch_size} samples each have gone over the {count:,} samples {passes:.1f} times"]
    if epochs:
        lines.append(f"you say {epochs:,} epochs")
    return Reading("How often was each sample seen?", lines, {"passes": passes, "epochs": epochs})


def display(seen, show):
    """How much of what is displayed is cut off?

    Args:
        show: Function from samples `(n, ...)` to what is handed to `imshow`: floats in [0, 1] or whole numbers in [0, 255].
    """
    samples = seen.fakes if seen.fakes is not None else seen.real
    shown = np.asarray(show(samples))
    high = 255 if np.issubdtype(shown.dtype, np.integer) else 1.0
    values = {"lost": float(np.mean((shown < 0) | (shown > high))), "low": float(shown.min()), "high": float(shown.max()), "dtype": str(shown.dtype)}
    lines = [f"handed to imshow: {shown.dtype}, from {shown.min():.2f} to {shown.max():.2f}; it cuts {values['lost']:.1%} of the numbers off at 0 or {high:g}"]
    if len(shown) == len(samples) and shown.size == samples.size > 8 * len(samples):
        values["follows"] = _explained(samples, shown)
        lines.append(f"brighter or darker, and of more or less contrast, a sample explains {values['follows']:.0%} of its display")
    return Reading("Is the display right?", lines, values)


def _explained(samples, shown):
    """Return which share of a displayed sample's variance a straight line from its own numbers explains; the median over the samples."""
    one, other = (values.reshape(len(values), -1).astype("float64") for values in (samples, shown))
    one, other = one - one.mean(axis=1, keepdims=True), other - other.mean(axis=1, keepdims=True)
    sizes = np.sum(one**2, axis=1) * np.sum(other**2, axis=1)
    varied = sizes > 1e-12
    return float(np.median(np.sum(one * other, axis=1)[varied]**2 / sizes[varied])) if varied.any() else 1.0


def first_line(error):
    """Return an exception's first line, cut to 160 characters."""
    return (str(error).strip().splitlines() or [""])[0][:160]


ALL = {"updates": updates, "reach": reach, "pulls": pulls, "labels": labels, "arrivals": arrivals, "ranges": ranges, "scores": scores,
       "conditions": conditions, "modes": modes, "dead units": dead_units, "variety": variety, "counting": counting}
