"""What the mirror and the wardrobe share: somebody to try on, the picture before and after, stars and a card."""

import html

import ipywidgets
import numpy as np

from tryon_utils.studio import advice, intake, parts, pictures, takeaway

YOU = "you"


def heading(title, said):
    """Return a heading with a sentence below it, as a widget."""
    return ipywidgets.HTML(heading_html(title, said)).add_class("fr-heading")


def heading_html(title, said):
    return f"<h3>{html.escape(title)}</h3><p>{html.escape(said)}</p>"


class Fitting:
    """A pane on which somebody tries one of many things on. What it shows is made anew whenever something is chosen.

    Args:
        room: `room.Room`.
        rng: `np.random.Generator`.
        model: What makes the pictures, with `people` and `things` (lists of (picture, words)), `points` (the things as points), `name` (of the
            things, for the stars), `provenance()`, `before(person)`, and what the pane's `make` calls. A person is a row of `people`, or the pixels of a photograph.

    Attributes:
        person: Integer, or uint8 (height, width, 3).
        thing: Integer.
        after: uint8 (height, width, 3). The last picture that was made.
    """

    title, who, things_are, verb = "", "", "", ""

    def __init__(self, room, rng, model):
        self.room, self.rng, self.model = room, rng, model
        self.person, self.thing, self.after = 0, 0, None
        self.advice = advice.Advice(room, model.name, model.points, rng)
        self.people_tiles = parts.Tiles(self._heard_person, label="Who tries it on", rated=False, small=True)
        self.people_tiles.tiles = [parts.tile(str(row), pictures.address(picture), words) for row, (picture, words) in enumerate(model.people)]
        self.people_tiles.chosen = "0"
        self.thing_tiles = parts.Tiles(self._heard_thing, label=self.things_are.capitalize())
        self.thing_heading = ipywidgets.HTML().add_class("fr-heading")
        self.intake = intake.Intake(room, self.bring, self.who)
        self.compare = parts.Compare(label=self.title)
        self.said = ipywidgets.HTML().add_class("fr-large")
        self.takeaway = takeaway.Takeaway(room, self._card)
        self.advise_button = ipywidgets.Button(description="Choose for me", tooltip=f"{self.things_are.capitalize()} that you may like, from your stars").add_class("fr-first")
        self.advise_button.on_click(lambda button: self.advise())
        controls = ipywidgets.VBox([heading("Who", "Somebody who doesn't exist, or you."), self.people_tiles, self.intake.widget,
                                    heading("What", f"All {self.things_are}, or a choice for you."), self.advise_button, *self.controls()]).add_class("fr-controls")
        side = ipywidgets.VBox([self.compare, self.said, *self.extras(), self.takeaway.widget]).add_class("fr-side")
        self.widget = ipywidgets.Box([controls, ipywidgets.VBox([self.thing_heading, self.thing_tiles]), side]).add_class("fr-pane")
        self.widget.add_class("fr-wide")
        room.on_feedback(self._refresh)
        self.advise()

    ready = True

    def controls(self):
        """Return further widgets for the left side."""
        return []

    def extras(self):
        """Return further widgets below the result."""
        return []

    def make(self):
        """Return the picture after, uint8, for `person` and `thing`."""
        raise NotImplementedError

    def bring(self, pixels):
        """Let the visitor's own picture be the person; where it can't be used, the person before stays."""
        before = self.person
        self.person = np.asarray(pixels)
        try:
            self.renew()
        except Exception:
            self.person = before
            raise
        self.people_tiles.chosen = YOU

    def advise(self):
        """Show things that the visitor may like."""
        with self.room.guard("Looking at your stars"):
            rows, why = self.advice.choose(8, hide=set(getattr(self, "rows", ())) if self.advice.stars() else ())
            self.show(rows, "For you", why)

    def show(self, rows, title, said):
        """Show things by their rows, and try the first one on."""
        self.rows = list(rows)
        self.thing_heading.value = heading_html(title, said)
        self._set_tiles()
        self.choose(self.rows[0])

    def _set_tiles(self):
        stars, hearts = self.room.store.latest(), {rating.item for rating in self.room.store.favourites()}
        self.thing_tiles.tiles = [
            parts.tile(self._name(row), pictures.address(self.model.things[row][0]), self.model.things[row][1], self.model.things[row][1],
                       stars.get(self._name(row), 0), self._name(row) in hearts) for row in self.rows]

    def choose(self, row):
        """Try a thing on."""
        self.thing = int(row)
        self.thing_tiles.chosen = self._name(self.thing)
        self.renew()

    def renew(self):
        """Make the picture anew and show it."""
        self.after = self.make()
        before = self.model.before(self.person)
        self.compare.before, self.compare.after = pictures.address(before), pictures.address(self.after)
        words = self.what()
        self.compare.label = f"{self.whom()} {self.verb} {words}"
        self.said.value = f"<p><b>{html.escape(self.whom().capitalize())}</b><small>{html.escape(self.verb)} {html.escape(words)}</small></p>"
        self.takeaway.clear()

    def what(self):
        """Return what is tried on, in words."""
        return self.model.things[self.thing][1]

    def whom(self):
        """Return who tries it on, in words."""
        return "you" if isinstance(self.person, np.ndarray) else self.model.people[self.person][1]

    def _heard_person(self, said):
        with self.room.guard(f"{self.title} at work"):
            if said.get("what") == "choose" and said.get("name", "").isdigit() and int(said["name"]) < len(self.model.people):
                self.person = int(said["name"])
                self.renew()

    def _heard_thing(self, said):
        with self.room.guard(f"{self.title} at work"):
            row = {self._name(row): row for row in self.rows}.get(said.get("name"))
            if row is None:
                return  # the page was changed before the message came
            if said.get("what") == "choose":
                self.choose(row)
            else:
                self.room.rate(said["name"], said["value"], said["what"], recipe={"row": row})

    def _refresh(self):
        if not self.room.store.history():
            self._set_tiles()

    def _name(self, row):
        return f"{self.model.name}/{row}"

    def _card(self):
        if self.after is None:
            return None
        return self.after, f"{self.verb.capitalize()} {self.what()}"[:60], self.model.provenance()

    def still(self):
        """Return the pane as one picture: before, after, and some things."""
        before, after = (np.asarray(picture) for picture in (self.model.before(self.person), self.after))
        return pictures.sheet([before, after], 2, gap=14, side=300)
