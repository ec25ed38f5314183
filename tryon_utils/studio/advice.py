"""Recommendations inside the studio: the stars of one visitor, the points of what a pane offers, and a taste between them."""

import numpy as np

from tryon_utils import recommend

HEART = 5.0  # a heart without stars counts as so many


class Advice:
    """What a visitor may like, of the things of one pane.

    Args:
        room: `room.Room`.
        prefix: String. What the names of the things begin with: the thing in row 7 is "prefix/7".
        points: float (n, d). The things as points; see `recommend`.
        rng: `np.random.Generator`.
    """

    def __init__(self, room, prefix, points, rng):
        self.room, self.prefix, self.points, self.rng = room, prefix, np.asarray(points), rng

    def stars(self):
        """Return what is known: a dictionary from the row of a thing to its stars, hearts included."""
        known = {rating.item: HEART for rating in self.room.store.favourites()} | self.room.store.latest()
        rows = {name.rpartition("/")[2]: value for name, value in known.items() if name.rpartition("/")[0] == self.prefix}
        return {int(row): value for row, value in rows.items() if row.isdigit() and int(row) < len(self.points)}

    def taste(self):
        """Return the `recommend.Taste` that the stars so far have formed."""
        taste = recommend.Taste(self.points)
        if known := self.stars():
            taste.learn(list(known), list(known.values()))
        return taste

    def leaning(self, labels, count=3, least=5):
        """Return the words for what the taste leans to, and from: two lists, the clearest first.

        Args:
            labels: Dictionary from a factor's name to its value for each thing, one a point or more.
            count: Integer. Words in each list.
            least: Integer. Things that must have a value for it to be spoken of.
        """
        mean = self.taste().predict()[0]
        lean = {}
        for name, values in labels.items():
            values = np.array(values[:len(mean)])
            for value in np.unique(values):
                has = values == value
                if least <= has.sum() < len(has):
                    lean[in_words(name, value)] = mean[has].mean() - mean.mean()
        order = sorted(lean, key=lean.get)
        return order[::-1][:count], order[:count]

    def choose(self, count, hide=()):
        """Return rows to show next, and one sentence that says why these."""
        taste = self.taste()
        left = len(self.points) - len({*taste.seen, *hide})
        rows = recommend.recommend(taste, min(count, left), self.rng, hide=hide)
        if not taste.seen:
            return rows, "I don't know you yet, so these are as different as can be. Give a few stars."
        deviation = taste.predict()[1][rows].mean()
        return rows, (f"From your {len(taste.seen)} {'rating' if len(taste.seen) == 1 else 'ratings'}. "
                      + ("I am still guessing, and try some things out." if deviation > 0.75 else "I think I know what you like by now."))


def in_words(name, value):
    """Return a factor's value as words that stand alone, such as "long sleeves"."""
    if name == "sleeve":
        return "no sleeves" if value == "none" else f"{value} sleeves"
    if name == "neckline":
        return value if value in ("collar", "turtleneck") else f"{value} neckline"
    return {"hem": f"{value} hem"}.get(name, value)
