"""The instrument for conditions, classes or whole pictures: do they arrive, where they belong, and are they heeded?"""

import numpy as np

from tryon_utils.diagnose.observation import call_again
from tryon_utils.diagnose.reading import Reading


def conditions(seen):
    """Do the conditions in the data reach both networks, with the rows they belong to, and does the generator heed them?"""
    others = [place for place in range(len(seen.data)) if place != seen.real_part]
    if not others:
        return Reading("Are the conditions used?", ["the data have none"], {})
    lines, values = [], {}
    shown = [call for call in seen.calls("discriminator")]
    values["discriminator_inputs"] = max((len(call.inputs) for call in shown), default=0)
    made = seen.calls("generator")
    values["generator_inputs"] = max((len(call.inputs) for call in made), default=0)
    values["told"] = _is_told(seen, made, others)
    values["discriminator_told"] = values["discriminator_inputs"] > 1 or seen.slot[1] != "all"
    lines.append(f"the generator {'is' if values['told'] else 'is not'} told a condition; the discriminator {'is' if values['discriminator_told'] else 'is not'}")
    rows = _matching_rows(seen, others)
    if rows is not None:
        values["matching"], values["chance"] = rows
        lines.append(f"real samples that come to the discriminator with their own condition: {rows[0]:.0%} (by chance {rows[1]:.0%})")
    values["drawn"] = _drawn(seen, made, others)
    if values["drawn"]:
        wanted, found = values["drawn"]
        lines.append(f"of the {len(wanted)} conditions in the data, the generator was given {len(found)} in {sum(found.values())} draws")
    if values["told"] and len(made[0].inputs) > 1:
        values["heeds"] = _heeds(seen, made[0])
        lines.append(f"exchanging the conditions changes a fake by {values['heeds']:.0%} of what exchanging the noise does")
    return Reading("Do the conditions arrive, where they belong, and are they heeded?", lines, values)


def _is_told(seen, made, others):
    """Whether anything but noise comes to the generator: a condition of the data, or numbers of which there are only a few."""
    if not made:
        return False
    given = set().union(*[{row.tobytes() for row in np.ascontiguousarray(part, "float32")} for call in made for part in call.inputs])
    known = {row.tobytes() for batch in seen.batches for place in others for row in np.ascontiguousarray(batch[place], "float32")}
    columns = np.concatenate([part.reshape(len(part), -1) for part in made[0].inputs if part.ndim > 0], axis=1)
    few = [len(np.unique(column)) <= max(2, len(columns) // 2) for column in columns.T]
    return bool(given & known) or any(few)


def _matching_rows(seen, others):
    """Return the share of real samples that the discriminator gets with a condition of their own row, and the share by chance."""
    right, chance = [], []
    for step, kinds, batch in zip(seen.steps, seen.kinds, seen.batches, strict=False):
        own = {row.tobytes(): number for number, row in enumerate(np.ascontiguousarray(batch[seen.real_part], "float32"))}
        for call in step.of("discriminator"):
            samples = np.ascontiguousarray(seen.sample_of(call), "float32")
            for place, given in enumerate(call.inputs):
                partner = next((batch[other] for other in others if np.shape(batch[other])[1:] == given.shape[1:]), None)
                if place == seen.slot[0] or partner is None or not (kinds[call.number] == "real").any():
                    continue
                for sample, condition in zip(samples, given, strict=True):
                    if (number := own.get(sample.tobytes())) is not None:
                        right.append(np.array_equal(condition, partner[number]))
                        chance.append(np.mean([np.array_equal(condition, other) for other in partner]))
    return (float(np.mean(right)), float(np.mean(chance))) if right else None


def _drawn(seen, made, others):
    """Return how often each condition of a small set occurs in the data, and in what the generator is given; or None."""
    for other in others:
        part = seen.data[other].reshape(len(seen.data[other]), -1)
        kinds, counts = np.unique(part, axis=0, return_counts=True)
        if not 2 <= len(kinds) <= 100 or counts.min() < 2:
            continue
        for place in range(len(made[0].inputs) if made else 0):
            given = np.concatenate([call.inputs[place].reshape(len(call.inputs[place]), -1) for call in made])
            known = {tuple(kind): 0 for kind in kinds}
            if given.shape[1] == part.shape[1] and all(tuple(row) in known for row in given):
                for row in given:
                    known[tuple(row)] += 1
                return ({tuple(kind): int(count) for kind, count in zip(kinds, counts, strict=True)}, {kind: count for kind, count in known.items() if count})
    return None


def _heeds(seen, call):
    """Return how much other conditions change the fakes, against how much other noise does."""
    sizes = [len(np.unique(part.reshape(len(part), -1), axis=0)) for part in call.inputs]
    noise = int(np.argmax([part.dtype.kind == "f" and size == len(part) for part, size in zip(call.inputs, sizes, strict=True)]))
    turned = np.roll(np.arange(len(call.inputs[0])), 1)
    made = call_again(seen.generator, call, call.inputs)
    by_noise = call_again(seen.generator, call, [part[turned] if place == noise else part for place, part in enumerate(call.inputs)])
    by_others = call_again(seen.generator, call, [part if place == noise else part[turned] for place, part in enumerate(call.inputs)])
    return float(np.abs(by_others - made).mean() / max(np.abs(by_noise - made).mean(), 1e-12))
