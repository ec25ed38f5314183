"""What the readings of the instruments amount to: causes, each with the evidence that sets it apart from the others.

A rule looks at readings alone and never at names or source code. Rules stand in the order in which their verdicts are reported: first what
keeps a training from running at all, last what a training can survive.
"""

from typing import NamedTuple

import numpy as np

from tryon_utils.diagnose.instruments import first_line


class Cause(NamedTuple):
    """Something that breaks GANs.

    Attributes:
        title: String. What is wrong.
        next: String. The next thing to try.
        instruments: Tuple of the names of the instruments that show it.
    """

    title: str
    next: str
    instruments: tuple


class Verdict(NamedTuple):
    """A cause that the evidence speaks for.

    Attributes:
        cause: String. A key of `CAUSES`.
        evidence: String. What was measured, with numbers.
    """

    cause: str
    evidence: str

    @property
    def title(self):
        return CAUSES[self.cause].title

    @property
    def next(self):
        return CAUSES[self.cause].next


CAUSES = {
    "wrong shape": Cause("The generator's samples don't have the data's shape.",
                         "Print the shape after each of its layers. Conv2DTranspose keeps whole stamps unless it has padding=\"same\".", ("ranges",)),
    "shared optimizer": Cause("One optimizer serves both networks.",
                              "Make two optimizers: each remembers past gradients weight by weight, for the weights it was built with.", ("updates",)),
    "not finite": Cause("Numbers have run away to infinity, or are none.", "Look for a logarithm or a division, or a learning rate too large.",
                        ("ranges", "scores")),
    "loss without the discriminator": Cause("A loss never asks the discriminator.",
                                            "Compare logits with labels. A loss between pictures knows nothing of real and fake.", ("reach", "pulls")),
    "gradient cut": Cause("The generator's gradient is cut between the two networks.",
                          "Call the generator inside the tape, as generator(noise, training=True). predict and NumPy leave the tape.", ("reach",)),
    "step fails": Cause("The training step raises an error.", "Read the error, and the updates that came before it.", ("updates",)),
    "discriminator frozen": Cause("The discriminator is never trained.",
                                  "Set no trainable flag: in Keras 3 it also counts for models that were compiled before. Use tapes, and ask each for one "
                                  "network's weights.", ("updates",)),
    "generator frozen": Cause("The generator is never trained.", "Ask a tape for the slope of its loss at the generator's weights, and apply it.", ("updates",)),
    "joint loss": Cause("Both networks walk down one loss.",
                        "Give each a loss of its own, a tape of its own, and let an optimizer move its weights alone.", ("updates", "pulls")),
    "discriminator moved by the generator's loss": Cause(
        "The generator's update moves the discriminator, too.",
        "Hand the generator's optimizer the generator's weights alone (or freeze the discriminator while the combined model is called).",
        ("updates", "pulls")),
    "discriminator's sign": Cause("The discriminator is trained to call real samples fake.",
                                  "It maximises log D(x) + log(1 - D(G(z))). Minimise the negative of that.", ("pulls",)),
    "no labels": Cause("The discriminator's loss treats real and fake samples alike.",
                       "Take the cross entropy against labels: 1 for real, 0 for fake.", ("pulls",)),
    "generator cooperates": Cause("The generator is trained on the discriminator's own loss.",
                                  "Its loss on fakes has the label \"real\": softplus(-logit).", ("pulls",)),
    "generator's sign": Cause("The generator's loss pushes its samples towards \"fake\".",
                              "Flip the sign: the non-saturating generator minimises -log D(G(z)).", ("pulls",)),
    "logits as probabilities": Cause("Logits are taken for probabilities.",
                                     "Pass from_logits=True, or use losses made for logits: clipping leaves no slope outside 0 and 1.", ("pulls",)),
    "sigmoid twice": Cause("A sigmoid too many stands before the loss.",
                           "Let the discriminator end without a sigmoid, and keep from_logits=True.", ("pulls", "scores")),
    "sigmoid twice, repaired": Cause("A sigmoid too many, which Keras has noticed and repaired.",
                                     "Take the sigmoid out: after a Reshape or with tf.nn losses nothing would repair it.", ("pulls",)),
    "saturating": Cause("The generator's loss is flat where the discriminator is sure.",
                        "Use the non-saturating loss, -log D(G(z)).", ("pulls", "scores")),
    "labels beyond 1": Cause("Some labels lie beyond 1 or below 0, so that the loss has no floor.",
                             "Draw noisy labels within [0, 1], or take one label of 0.9.", ("labels",)),
    "range": Cause("Data and generator have different ranges.",
                   "Bring the data into the generator's range: [-1, 1] for a tanh.", ("ranges",)),
    "interpolation": Cause("The gradient penalty is taken beyond the line between real and fake samples.",
                           "Draw the shares uniformly from [0, 1], one a sample.", ("arrivals",)),
    "mixed batch norm": Cause("Real and fake samples share the statistics of one batch.",
                              "Call the discriminator twice: once on real samples, once on fakes.", ("arrivals", "modes")),
    "batch norm at inference": Cause("Batch normalisation never uses its batches.",
                                     "Call the networks with training=True in the training step.", ("modes",)),
    "conditions shuffled": Cause("Samples come to the discriminator with the conditions of other rows.",
                                 "Shuffle once, with one order for all parts, or let tf.data shuffle the pairs.", ("conditions",)),
    "condition missing": Cause("The generator is never told the condition.",
                               "Give it to the generator as an input: a person must come in, if that person shall come out.", ("conditions",)),
    "condition without effect": Cause("The generator's samples don't depend on the condition at all.",
                                      "Follow it through the generator: where does it end?", ("conditions",)),
    "class never drawn": Cause("A condition of the data is never given to the generator.",
                               "NumPy's randint and integers leave out the upper end: integers(0, 10) draws ten classes.", ("conditions",)),
    "same noise": Cause("The generator gets the same noise in every step.", "Draw fresh noise inside the step.", ("arrivals",)),
    "dead layer": Cause("A layer answers 0 to nearly everything.", "Lower the learning rate, or use a leaky ReLU.", ("dead units",)),
    "epochs": Cause("What is counted as an epoch is something shorter.",
                    "An epoch is one pass over all the data. Count passes, or count steps and say so.", ("counting",)),
    "display": Cause("The display cuts the samples' numbers off, or wraps them.", "Map [-1, 1] to [0, 1] before imshow: (samples + 1) / 2.", ("display",)),
}


def judge(seen, readings):
    """Return the verdicts, most serious first.

    Args:
        seen: `Observation`.
        readings: Dictionary from an instrument's name to its `Reading`.
    """
    values = {name: reading.values for name, reading in readings.items()}
    verdicts = {}
    for rule in RULES:
        for cause, evidence in rule(seen, values):
            verdicts.setdefault(cause, Verdict(cause, evidence))
    return sorted(verdicts.values(), key=lambda verdict: list(CAUSES).index(verdict.cause))


# ---- The rules: generators of pairs of a cause and its evidence -----------------------------------------------------

def _form(seen, values):
    ranges = values["ranges"]
    data, fakes = ([size for size in ranges[key] or () if size > 1] for key in ("shape", "fake_shape"))
    if fakes and fakes != data and (seen.error or len(ranges["asked"]) > 1):  # else the step brings both into one shape
        yield "wrong shape", f"the data have the shape {ranges['shape']}, the fakes {ranges['fake_shape']}"
    elif seen.error and not any(map(_is_shared, values["updates"]["optimizers"])):
        yield "step fails", f"{type(seen.error).__name__}: {first_line(seen.error)}"
    if not ranges.get("finite", True) or not values["scores"].get("finite", True):
        yield "not finite", "among the fakes or the discriminator's answers are numbers that are not finite"


def _is_shared(players):
    """Whether an optimizer that was given these players' weights, update by update, serves each by itself. It may, where it was built for both."""
    return ("discriminator",) in players and ("generator",) in players


def _who_moves(seen, values):
    updates, ever = values["updates"]["updates"], values["updates"]["ever"]
    if seen.error:
        if any(map(_is_shared, values["updates"]["optimizers"])):
            yield "shared optimizer", ("the same optimizer is given the discriminator's weights and, in another update, the generator's; "
                                       f"it refuses: {first_line(seen.error)}")
        return
    if _is_joint(values):
        yield "joint loss", f"of {len(updates)} updates in a step, each moves the weights of both networks"
    elif values["updates"]["one loss"] and ("generator", "discriminator") in updates:
        yield "discriminator moved by the generator's loss", "one update moves the discriminator alone, and another one both networks"
    if not ever["discriminator"]:
        frozen = ", and its weights are marked as not trainable" if values["updates"]["frozen"]["discriminator"] else ""
        yield "discriminator frozen", f"in {len(seen.steps)} steps nothing has moved the discriminator's weights{frozen}"
    if not ever["generator"] and not values["reach"]["generator"]["cut"]:
        yield "generator frozen", f"in {len(seen.steps)} steps nothing has moved the generator's weights"


def _is_joint(values):
    """Whether every update hands both networks the slope of one loss."""
    updates = values["updates"]["updates"]
    return values["updates"]["one loss"] and ("generator", "discriminator") in updates and ("discriminator",) not in updates


def _paths(seen, values):
    found = seen.pulls("generator")
    arrived = any((kinds == "fake").any() and call in pull.at_logits for number, pull in found for call, kinds in seen.kinds[number].items())
    if found and not any(pull.reaches("generator") for _, pull in found):
        yield ("gradient cut", "the fakes come to the discriminator and its logits feel the loss, but none of the generator's weights does") if arrived else (
            "loss without the discriminator", "the generator's loss has a slope neither at any logit nor at any weight of the generator")
    elif found and not any(pull.asks_discriminator for _, pull in found):
        yield "loss without the discriminator", "the generator's loss has no slope at any of the discriminator's logits or weights"
    reached = [pull.reaches("discriminator") for _, pull in seen.pulls("discriminator")]
    if reached and not any(reached):
        yield "loss without the discriminator", "the loss that shall train the discriminator has no slope at any of its weights"


def _upright(pulls):
    """Return the pulls of (discriminator, real), (discriminator, fake) and (generator, fake), each a dictionary or None.

    Some exchange the labels of real and fake throughout. That is the same game, upside down: all logits then change their sign.
    """
    keys = ("discriminator", "real"), ("discriminator", "fake"), ("generator", "fake")
    found = [pulls.get(key) for key in keys]
    if all(found) and _tendency(found[0], -1) < 0 < _tendency(found[1], 1) and _tendency(found[2], -1) < 0:
        found = [{-logit: -value for logit, value in pull.items()} for pull in found]
    return found


def _tendency(pull, side):
    """Return where a pull leads, around logit 0 and a little to one side: 1 up, -1 down, 0 neither."""
    total = pull[2.0 * side] + pull[0.0]
    return 0 if abs(total) < 1e-3 * max(map(abs, pull.values())) else np.sign(total)


def _directions(seen, values):
    if _is_joint(values):
        return
    real, fake, made = _upright(values["pulls"])
    if real and fake:
        size = max(map(abs, [*real.values(), *fake.values()]))
        if size > 0 and max(abs(real[logit] - fake[logit]) for logit in real) < 0.02 * size:
            yield "no labels", f"the pull is the same on both: {real[-4.0]:+.2g} at logit -4, {real[4.0]:+.2g} at +4"
        elif _tendency(real, -1) < 0 < _tendency(fake, 1):
            yield "discriminator's sign", f"at logit 0, its loss pulls real samples by {real[0.0]:+.2g} and fakes by {fake[0.0]:+.2g}; above 0 is up"
    if made and _tendency(made, -1) < 0:
        told = f"at logit 0, the generator's loss pulls its samples by {made[0.0]:+.2g}: down"
        if fake and np.allclose(list(made.values()), [fake[logit] for logit in made], rtol=0.05, atol=1e-3 * max(map(abs, made.values()))):
            yield "generator cooperates", f"{told}, and at every logit exactly as much as the discriminator's own loss does"
        else:
            yield "generator's sign", told


def _sigmoids(seen, values):
    pulls, scores = values["pulls"], values["scores"]
    real, fake, made = _upright(pulls)
    if real and fake and made and not seen.squashed and real[-4.0] == 0 == real[-20.0] and made[-4.0] == 0 and fake[4.0] == 0:
        yield "logits as probabilities", "a real sample at logit -4 and a fake at +4, both wrong, feel a pull of exactly 0"
    if real and seen.squashed and 0 < real[0.0] and real[-8.0] < 0.3 * real[0.0] and abs(pulls["floor"]) > 0.25 * abs(pulls["even"]):
        yield "sigmoid twice", (f"a real sample taken for fake (logit -8) is pulled up by {real[-8.0]:.2g}, less than one at 0 ({real[0.0]:.2g}); "
                                f"the loss can't fall below {pulls['floor']:.3g}")
    elif any("does not represent logits" in text for step in seen.steps for text in step.warnings):
        yield "sigmoid twice, repaired", f"Keras warns of it; the pull at logit -8 is {real[-8.0]:.2g}, as it should be" if real else "Keras warns of it"
    if made and not seen.squashed and 0 <= made[-8.0] < 0.05 * made[8.0] and scores.get("fake", 0.0) < -4:
        yield "saturating", f"the fakes' mean logit is {scores['fake']:.1f}, and there the pull is {made[-4.0] / made[4.0]:.2g} of that at +4, or less"


def _what_comes_in(seen, values):
    arrivals, ranges, labels, modes = (values[name] for name in ("arrivals", "ranges", "labels", "modes"))
    for kind, some in labels.items():
        share = float(np.mean((some > 1.01) | (some < -0.01)))
        if share > 0:
            yield "labels beyond 1", f"{share:.0%} of the labels of {kind} samples lie outside [0, 1], the furthest at {some[np.argmax(np.abs(some - 0.5))]:.2f}"
    if (verdict := _range_evidence(ranges)):
        yield "range", verdict
    weights = arrivals["weights"]
    outside = float(np.mean((weights < -0.001) | (weights > 1.001))) if len(weights) else 0.0
    if outside > 0.02:
        yield "interpolation", f"{outside:.0%} of the points lie beyond their ends, from {weights.min():.1f} to {weights.max():.1f} of the way"
    if arrivals["mixed"] and modes["discriminator"]["layers"]:
        yield "mixed batch norm", "the discriminator has batch normalisation and gets real and fake samples in one batch"
    for player in ("generator", "discriminator"):
        if modes[player]["calls"] and not modes[player]["training"]:
            yield "batch norm at inference", (f"in {modes[player]['calls']} calls, none of the {player}'s {modes[player]['layers']} batch normalisations has used its "
                                              "batch's statistics")
    if arrivals["same_noise"]:
        yield "same noise", f"in {len(seen.steps)} steps with different data the generator's noise was equal, bit for bit"


def _range_evidence(ranges):
    """Return what speaks for different ranges of a bounded generator and its data, as the discriminator gets them, or None."""
    if "real" not in ranges or "reach" not in ranges or ranges["bounds"][0] < -1.001 or abs(ranges["bounds"][1] - 1) > 0.01:
        return None  # not bounded by a tanh or a sigmoid
    (low, high), (least, greatest) = ranges["real"], ranges["reach"]
    middle, width = (least + greatest) / 2, high - low
    one_half = ranges["bounds"][0] < -0.5 and (low > middle - 0.01 * width or high < middle + 0.01 * width)
    if one_half or high > greatest + 0.1 * width or low < least - 0.1 * width:
        return f"the data, as the discriminator gets them, go from {low:.2f} to {high:.2f}, and the generator can make {least:.2f} to {greatest:.2f}"
    return None


def _told(seen, values):
    conditions = values["conditions"]
    if not conditions:
        return
    if (share := conditions.get("matching")) is not None and share - conditions["chance"] < 0.3 * (1 - conditions["chance"]):
        yield "conditions shuffled", f"only {share:.0%} of real samples come with their own condition; chance alone gives {conditions['chance']:.0%}"
    if conditions["discriminator_told"] and not conditions["told"]:
        yield "condition missing", "the discriminator gets the condition; the generator gets nothing but noise"
    if conditions.get("heeds", 1.0) < 1e-6:
        yield "condition without effect", "with the noise held and the conditions exchanged, no fake changes, and none does with other weights"
    if conditions.get("drawn"):
        wanted, found = conditions["drawn"]
        draws, total = sum(found.values()), sum(wanted.values())
        never = [kind for kind, count in wanted.items() if kind not in found and draws * count / total >= 12]  # by chance once in 100,000
        if never:
            names = ", ".join(str(np.squeeze(kind)) for kind in never)
            yield "class never drawn", f"{names} never came in {draws} draws, where {draws * wanted[never[0]] / total:.0f} were to be expected"


def _rest(seen, values):
    for (player, layer), dead in values["dead units"].items():
        if dead > 0.9:
            yield "dead layer", f"{dead:.0%} of the units of the {player}'s layer {layer} answer 0 to every sample"
    counting = values["counting"]
    if counting.get("epochs") and counting["passes"] < counting["epochs"] / 3:
        yield "epochs", f"after {counting['epochs']:,} so-called epochs, each sample was seen {counting['passes']:.1f} times, in batches of {len(seen.batches[0][0])}"
    display = values.get("display", {})
    if display.get("lost", 0.0) > 0.05:
        yield "display", f"{display['lost']:.0%} of the numbers handed to imshow are cut off ({display['low']:.1f} to {display['high']:.1f})"
    elif display.get("follows", 1.0) < 0.85:
        yield "display", f"the samples explain only {display['follows']:.0%} of what is shown: numbers were cut off, or wrapped by {display['dtype']}, before"


RULES = (_form, _who_moves, _paths, _directions, _sigmoids, _what_comes_in, _told, _rest)
