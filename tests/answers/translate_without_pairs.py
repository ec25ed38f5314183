"""Right and wrong answers to the exercises of chapter 11; each wrong one with a word that its hint must contain."""

import itertools

import numpy as np


def gap(first, second):
    return np.abs(first - second).mean()


# ---- The cycle -------------------------------------------------------------------------------------------------------

def there_and_back(a, b, to_a, to_b):
    return gap(to_a(to_b(a)), a) + gap(to_b(to_a(b)), b)


def by_piles(a, b, to_a, to_b):
    return sum(np.sum(np.abs(back(there(x)) - x)) / x.size for x, there, back in ((a, to_b, to_a), (b, to_a, to_b)))


# ---- The pool --------------------------------------------------------------------------------------------------------

def by_loop(kept, fakes, places, coins):
    given = []
    for fake, place, coin in zip(fakes, places, coins, strict=True):
        if coin:
            given.append(kept[place])
            kept[place] = fake
        else:
            given.append(fake)
    return np.array(given), kept


def by_where(kept, fakes, places, coins):
    old = kept[places]
    kept[places] = np.where(coins, fakes, old)
    return np.where(coins, old, fakes), kept


def keeps_all(kept, fakes, places, coins):
    given = np.where(coins, kept[places], fakes)
    kept[places] = fakes
    return given, kept


def forgets_the_old(kept, fakes, places, coins):
    kept[places] = np.where(coins, fakes, kept[places])
    return np.where(coins, kept[places], fakes), kept


# ---- Diversity -------------------------------------------------------------------------------------------------------

def by_combinations(answers):
    return np.mean([gap(one, other) for one, other in itertools.combinations(answers, 2)])


def by_table(answers):
    table = np.abs(answers[:, None] - answers[None]).mean(axis=-1)
    return table[~np.eye(len(answers), dtype=bool)].mean()


RIGHT = {
    "cycle": [there_and_back, by_piles],
    "exchange": [by_loop, by_where],
    "share_of_gain": [lambda nothing, unpaired, paired: (nothing - unpaired) / (nothing - paired), lambda nothing, unpaired, paired: 1 - (unpaired - paired) / (nothing - paired)],
    "diversity": [by_combinations, by_table],
}

WRONG = {
    "cycle": [
        (lambda a, b, to_a, to_b: gap(to_a(a), a) + gap(to_b(b), b), "identity"), (lambda a, b, to_a, to_b: gap(to_b(to_a(a)), a) + gap(to_a(to_b(b)), b), "own pile"),
        (lambda a, b, to_a, to_b: gap(to_b(a), b) + gap(to_a(b), a), "other pile"), (lambda a, b, to_a, to_b: gap(to_a(to_b(a)), a), "pile b goes round"),
        (lambda a, b, to_a, to_b: gap(to_b(to_a(b)), b), "pile a goes round"), (lambda a, b, to_a, to_b: np.mean((a - to_a(to_b(a))) ** 2) + np.mean((b - to_b(to_a(b))) ** 2), "squared"),
        (lambda a, b, to_a, to_b: np.mean(a - to_a(to_b(a))) + np.mean(b - to_b(to_a(b))), "cancel"), (lambda a, b, to_a, to_b: there_and_back(a, b, to_a, to_b) / 2, "sum is wanted"),
    ],
    "exchange": [
        (keeps_all, "every new fake"), (forgets_the_old, "overwritten"), (lambda kept, fakes, places, coins: by_where(kept, fakes, places, ~coins), "other way round"),
        (lambda kept, fakes, places, coins: (np.where(coins, kept[places], fakes), kept), "stays as it was"), (lambda kept, fakes, places, coins: (fakes, by_where(kept, fakes, places, coins)[1]), "only new"),
        (lambda kept, fakes, places, coins: (kept[places], by_where(kept.copy(), fakes, places, coins)[1]), "old fakes only"),
        (lambda kept, fakes, places, coins: by_where(kept, fakes, np.arange(len(fakes)), coins), "first places"), (lambda kept, fakes, places, coins: by_where(kept, fakes, places, coins)[0], "shape"),
    ],
    "share_of_gain": [
        (lambda nothing, unpaired, paired: paired / unpaired, "compares errors"), (lambda nothing, unpaired, paired: unpaired / paired, "times larger"),
        (lambda nothing, unpaired, paired: 1 - unpaired / nothing, "whole error"), (lambda nothing, unpaired, paired: (unpaired - paired) / (nothing - paired), "still missing"),
        (lambda nothing, unpaired, paired: (nothing - paired) / (nothing - unpaired), "turned round"), (lambda nothing, unpaired, paired: nothing - unpaired, "that is the gain"),
        (lambda nothing, unpaired, paired: (nothing - unpaired) / (unpaired - paired), "below the line"),
    ],
    "diversity": [
        (lambda answers: np.abs(answers[:, None] - answers[None]).mean(), "to itself"), (lambda answers: by_table(answers) / 2, "halved"),
        (lambda answers: np.abs(answers - answers.mean(axis=0)).mean(), "their mean"), (lambda answers: np.abs(answers[:, None] - answers[None]).mean(axis=-1).max(), "farthest"),
        (lambda answers: np.abs(answers[1:] - answers[:-1]).mean(), "neighbours"), (lambda answers: np.std(answers, axis=0).mean(), "deviation"),
        (lambda answers: sum(gap(one, other) for one, other in itertools.combinations(answers, 2)), "sum over pairs"),
    ],
}
