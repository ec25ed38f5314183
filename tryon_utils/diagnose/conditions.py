"""The instrument for conditions, classes or whole pictures: do they arrive, where they belong, and are they heeded?"""

import numpy as np

from tryon_utils.diagnose.observation import call_again, likeness, rows_of
from tryon_utils.diagnose.reading import Reading
from tryon_utils.diagnose.state import value_of

TITLE = "Do the conditions arrive, where they belong, and are they heeded?"


def conditions(seen):
    """Do the conditions in the data reach both networks, with the rows they belong to, and does the generator heed them?"""
    others, made = [place for place in range(len(seen.data)) if place != seen.real_part], seen.calls("generator")
    if not others:
        return Reading(TITLE, ["the data have none"], {})
    places = _told_at(seen, made, others)
    values = {"told": bool(places), "discriminator_told": seen.slot[1] != "all" or any(len(call.inputs) > 1 for call in seen.calls("discriminator"))}
    lines = [f"the generator {'is' if values['told'] else 'is not'} told a condition; the discriminator {'is' if values['discriminator_told'] else 'is not'}"]
    rows = _matching_rows(seen, others)
    if rows is not None:
        values["matching"], values["chance"] = rows
        lines.append(f"real samples that come to the discriminator with their own condition: {rows[0]:.0%} (by chance {rows[1]:.0%})")
    values["drawn"] = _drawn(seen, made, others)
    if values["drawn"]:
        wanted, found = values["drawn"]
        lines.append(f"of the {len(wanted)} conditions in the data, the generator was given {len(found)} in {sum(found.values())} draws")
    if places and len(made[0].inputs) > len(places):
        values["heeds"] = _heeds(seen, made[0], places)
        lines.append(f"exchanging the conditions changes a fake by {values['heeds']:.0%} of what exchanging the noise does")
    return Reading(TITLE, lines, values)


def _told_at(seen, made, others):
    """Return which of the generator's inputs hold a condition: rows of the data, something much like them, or numbers of which there are few."""
    if not made:
        return []
    known = {row for batch in seen.batches for place in others for row in rows_of(batch[place])}
    first, batch = made[0].inputs, seen.batches[0]
    return [place for place, part in enumerate(first) if part.ndim > 0 and (
        any(row in known for row in rows_of(part)) or any(likeness(part, batch[other]) > 0.2 for other in others) or _has_few_values(part))]


def _has_few_values(part):
    """Whether some column holds the same few numbers again and again, as classes do and noise doesn't."""
    columns = part.reshape(len(part), -1).T
    return any(len(np.unique(column)) <= max(2, len(column) // 2) for column in columns)


def _matching_rows(seen, others):
    """Return the share of real samples that the discriminator gets with a condition of their own row, and the share by chance.

    None where no samples are known again, or where conditions come in another form than that of the data.
    """
    right, chance = [], []
    for step, kinds, batch in zip(seen.steps, seen.kinds, seen.batches, strict=True):
        own = {row: number for number, row in enumerate(rows_of(batch[seen.real_part]))}
        partners = [rows_of(batch[other]) for other in others]
        for call in step.of("discriminator"):
            samples = rows_of(seen.sample_of(call))
            for place, given in enumerate(call.inputs):
                if place == seen.slot[0] or not (kinds[call.number] == "real").any():
                    continue
                given = rows_of(given)
                partner = next((rows for rows in partners if sum(map(set(rows).__contains__, given)) > 0.9 * len(given)), None)
                for sample, condition in zip(samples, given, strict=True) if partner else ():
                    if sample in own:
                        right.append(condition == partner[own[sample]])
                        chance.append(partner.count(condition) / len(partner))
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


def _heeds(seen, call, places):
    """Return how much other conditions change the fakes, against how much other noise does.

    Where they change nothing, it is asked again with all weights a little changed: some networks begin with a gate of zero on the condition.
    """
    turned = np.roll(np.arange(len(call.inputs[0])), 1)
    by_others = [part[turned] if place in places else part for place, part in enumerate(call.inputs)]
    by_noise = [part if place in places else part[turned] for place, part in enumerate(call.inputs)]

    def share():
        made, others, noise = (call_again(seen.generator, call, inputs) for inputs in (call.inputs, by_others, by_noise))
        return float(np.abs(others - made).mean() / max(np.abs(noise - made).mean(), 1e-12))

    found = share()
    if found > 1e-6:
        return found
    kept = [(variable, value_of(variable)) for variable in seen.generator.trainable_variables]
    rng = np.random.default_rng(0)
    try:
        for variable, value in kept:
            variable.assign(value + rng.normal(scale=0.1, size=value.shape))
        return share()
    finally:
        for variable, value in kept:
            variable.assign(value)
