"""The atelier: choose a model of the course and a style, draw designs that nobody has made, keep some, and walk from one to the next."""

import html

import ipywidgets
import numpy as np

from tryon_utils import gallery, recommend
from tryon_utils.studio import advice, parts, pictures, takeaway
from tryon_utils.studio.fitting import heading, heading_html

SHOWN = 8
ANY = "any"
ORDER = ("pattern", "sleeve", "palette", "neckline", "hem")


class Atelier:
    """The pane of models that make pictures from noise.

    Args:
        room: `room.Room`.
        rng: `np.random.Generator`.

    Attributes:
        title: String.
        widget: What to show.
        numbers: List of the numbers of the designs that are shown.
    """

    title = "Atelier"

    def __init__(self, room, rng):
        self.room, self.rng = room, rng
        self.entries = {entry.title: entry for entry in gallery.listed("sample")}
        self.numbers, self.seen, self.chosen, self._open = [], [], None, {}
        self.model = ipywidgets.Dropdown(options=list(self.entries), description="Model")
        self.model.observe(lambda change: self.enter(), "value")
        self.styles = ipywidgets.VBox().add_class("fr-controls")
        self.draw_button = ipywidgets.Button(description=f"Draw {SHOWN} designs", tooltip="Draw designs in this style").add_class("fr-first")
        self.draw_button.on_click(lambda button: self.draw())
        self.advise_button = ipywidgets.Button(description="Choose for me", tooltip="Designs that you may like, from your stars")
        self.advise_button.on_click(lambda button: self.advise())
        self.keep_button = ipywidgets.Button(description="My favourites", tooltip="Designs that you gave a heart")
        self.keep_button.on_click(lambda button: self.favourites())
        buttons = ipywidgets.VBox([self.draw_button, self.advise_button, self.keep_button]).add_class("fr-controls")
        controls = ipywidgets.VBox([heading("Order", "A model, and a style if you like."), self.model, self.styles, buttons]).add_class("fr-controls")
        self.heading = ipywidgets.HTML().add_class("fr-heading")
        self.tiles = parts.Tiles(self._heard, label="Designs")
        self.leaning = ipywidgets.HTML().add_class("fr-leaning")
        self.film = parts.Film()
        self.said = ipywidgets.HTML().add_class("fr-large")
        self.takeaway = takeaway.Takeaway(room, self._card)
        side = ipywidgets.VBox([self.film, self.said, self.takeaway.widget]).add_class("fr-side")
        self.widget = ipywidgets.Box([controls, ipywidgets.VBox([self.heading, self.tiles, self.leaning]), side]).add_class("fr-pane")
        room.on_feedback(self._refresh)
        self.enter()

    @property
    def ready(self):
        """Whether there is a model to work with."""
        return bool(self.entries)

    @property
    def entry(self):
        return self.entries[self.model.value]

    @property
    def sampler(self):
        return self._open[self.entry.name]

    def enter(self):
        """Open the chosen model, and draw a first page."""
        if not self.ready:
            return
        with self.room.guard(f"Opening {self.model.value}"):
            if self.entry.name not in self._open:
                self._open[self.entry.name] = gallery.Sampler(self.entry)
            sampler = self.sampler
            sampler.draw()
            self.style_controls = {name: ipywidgets.Dropdown(options=[ANY, *sampler.styles[name]], description=name.capitalize())
                                   for name in ORDER if name in sampler.styles}
            for control in self.style_controls.values():
                control.observe(lambda change: self.draw(), "value")
            self.styles.children = tuple(self.style_controls.values())
            self.advice = advice.Advice(self.room, self.entry.name, recommend.embed_features(sampler.features()), self.rng) if sampler.styles else None
            self.advise_button.disabled = self.advice is None
            self.seen = []
            self.draw()

    def style(self):
        """Return the wanted style: a dictionary from a factor's name to its value."""
        return {name: control.value for name, control in self.style_controls.items() if control.value != ANY}

    def draw(self):
        """Show designs in the wanted style that were not shown before."""
        with self.room.guard("Drawing"):
            style = self.style()
            numbers = self.sampler.matching(style, SHOWN, hide=self.seen) if style else self._unseen()
            self.seen.extend(numbers)
            said = "Drawn at random, by nobody." if not style else f"The best {SHOWN} of {self.sampler.counted:,} drawn, as our own classifier sees them."
            self.show(numbers, "Eight designs", said)

    def advise(self):
        """Show designs that the visitor may like."""
        with self.room.guard("Looking at your stars"):
            self._follow()
            numbers, why = self.advice.choose(SHOWN, hide=set(self.numbers))
            self.show(numbers, "For you", why)

    def favourites(self):
        """Show the designs with a heart."""
        with self.room.guard():
            numbers = [rating.recipe["number"] for rating in self.room.store.favourites() if rating.model == self.entry.name]
            if not numbers:
                raise ValueError("There is no favourite yet: a heart below a design keeps it.")
            self.show(numbers[::-1][:4 * SHOWN], "Your favourites", "Kept as numbers, not as pictures: design 17 is the same for everybody.")

    def _unseen(self):
        left = np.setdiff1d(np.arange(self.sampler.counted), self.seen)
        if len(left) < SHOWN:
            self.sampler.draw(self.sampler.counted + 1)
            left = np.setdiff1d(np.arange(self.sampler.counted), self.seen)
        return [int(number) for number in self.rng.permutation(left)[:SHOWN]]

    def show(self, numbers, title, said):
        """Show designs by their numbers, and choose the first."""
        self.numbers = list(numbers)
        self.heading.value = heading_html(title, said)
        self._set_tiles()
        self._lean()
        self.choose(self.numbers[0])

    def _set_tiles(self):
        stars, hearts = self.room.store.latest(), {rating.item for rating in self.room.store.favourites()}
        self.tiles.tiles = [parts.tile(self._name(number), pictures.address(picture), self._alt(number), f"No. {number}",
                                       stars.get(self._name(number), 0), self._name(number) in hearts)
                            for number, picture in zip(self.numbers, self.sampler.pictures(self.numbers), strict=True)]

    def choose(self, number):
        """Show one design large, and the way from it to the next one."""
        self.chosen = int(number)
        self.tiles.chosen = self._name(self.chosen)
        words = self._words(self.chosen)
        follower = self.numbers[(self.numbers.index(self.chosen) + 1) % len(self.numbers)]
        self.said.value = f"<p><b>Design {self.chosen}</b><small>{html.escape(words[:1].upper() + words[1:])}.</small><small>Play: on to design {follower}.</small></p>"
        self.film.label = f"Design {self.chosen}, {words}, on its way to design {follower}"
        self.film.frames = [pictures.address(frame) for frame in self.sampler.walk(self.chosen, follower, frames=16)]
        self.takeaway.clear()

    def _heard(self, said):
        """What the visitor did with a tile."""
        with self.room.guard():
            name = said.get("name", "")
            if name not in {self._name(number) for number in self.numbers}:
                return  # the page was changed before the message came
            number = int(name.rpartition("/")[2])
            if said.get("what") == "choose":
                self.choose(number)
            else:
                self.room.rate(name, said["value"], said["what"], self.entry.name, {"number": number})

    def _refresh(self):
        """Say anew what the stars tell; after a deletion show the page anew, too. A single star is on the screen already."""
        if self.numbers:
            self._lean()
            if not self.room.store.history():
                self._set_tiles()

    def _follow(self):
        """Let the advice know of designs that were drawn since."""
        if self.advice and len(self.advice.points) < self.sampler.counted:
            self.advice.points = recommend.embed_features(self.sampler.features())

    def _lean(self):
        """Say which way the taste leans, once there are a few stars."""
        self.leaning.value = ""
        self._follow()
        if self.advice and len(self.advice.stars()) >= 3:
            more, less = self.advice.leaning({name: self.sampler.values_of(name) for name in ORDER if name in self.sampler.styles})
            self.leaning.value = f"<p><b>What your stars say so far</b> &ensp;more: {', '.join(more)} &ensp;·&ensp; less: {', '.join(less)}</p>"

    def _name(self, number):
        return f"{self.entry.name}/{number}"

    def _alt(self, number):
        return f"Design {number}: {self._words(number)}"

    def _words(self, number):
        """Return what a design shows, as the classifier sees it, where there is one."""
        return pictures.describe_garment(self.sampler.describe(number)) if self.sampler.styles else self.entry.noun

    def _card(self):
        if self.chosen is None:
            return None
        return self.sampler.pictures([self.chosen])[0], f"Design {self.chosen}, made by nobody", self.entry.provenance()

    def still(self):
        """Return the page as one picture."""
        return pictures.sheet(self.sampler.pictures(self.numbers[:SHOWN]), 4, gap=14, side=160)
