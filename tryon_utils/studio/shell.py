"""The whole room: its head with the doors, one pane at a time, and its foot, where everything that is kept can be deleted."""

import html
import io
import logging

import ipywidgets
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tryon_utils.studio import parts
from tryon_utils.studio.atelier import Atelier
from tryon_utils.studio.mirror import Mirror
from tryon_utils.studio.room import Room
from tryon_utils.studio.wardrobe import Wardrobe

TITLE = "The fitting room"
SAID = "People who don't exist, tops that nobody has sewn, and you, if you like. What you see was made by the models of this course."


class Studio(ipywidgets.VBox):
    """The fitting room, as the last line of a cell.

    Example:
        Studio()

    Args:
        store: `feedback.Feedback`; the learner's own file where not given.
        seed: Integer. Which designs are shown first.
        stylist: What fills the mirror; see `mirror.Stylist`. The mirror is not there without one.
        dresser: What fills the wardrobe; see `wardrobe.Dresser`. The wardrobe is not there without one.

    Attributes:
        room: `room.Room`.
        panes: Dictionary from a pane's title to the pane.
    """

    def __init__(self, store=None, seed=0, stylist=None, dresser=None):
        logging.getLogger("tensorflow").setLevel(logging.ERROR)  # its remarks on speed would stand in red above the room
        self.room = Room(store)
        rng = np.random.default_rng(seed)
        made = [Mirror(self.room, rng, stylist) if stylist else None, Wardrobe(self.room, rng, dresser) if dresser else None, Atelier(self.room, rng)]
        self.panes = {pane.title: pane for pane in made if pane and pane.ready}
        self.doors = {title: ipywidgets.Button(description=title, tooltip=f"Go to the {title.lower()}") for title in self.panes}
        for title, door in self.doors.items():
            door.on_click(lambda button: self.enter(button.description))
        head = ipywidgets.HTML(f"<style>{parts.STYLE}</style><h2>{TITLE}</h2><p>{SAID}</p>").add_class("fr-title")
        doors = ipywidgets.HBox(list(self.doors.values())).add_class("fr-doors")
        self.kept = ipywidgets.HTML().add_class("fr-kept")
        self.delete_button = ipywidgets.Button(description="Delete all my stars", tooltip="Delete everything that this studio has kept of you").add_class("fr-quiet")
        self.sure_button = ipywidgets.Button(description="Yes, delete", tooltip="Delete now; this can't be undone").add_class("fr-first")
        self.spare_button = ipywidgets.Button(description="No, keep them").add_class("fr-quiet")
        self.delete_button.on_click(lambda button: self._ask(True))
        self.spare_button.on_click(lambda button: self._ask(False))
        self.sure_button.on_click(lambda button: self._delete())
        self.door_out = ipywidgets.HBox().add_class("fr-row")
        foot = ipywidgets.HBox([self.room.line, self.kept, self.door_out]).add_class("fr-foot")
        self.stage = ipywidgets.VBox()
        super().__init__([ipywidgets.HBox([head, doors]).add_class("fr-head"), self.stage, foot])
        self.add_class("fr")
        self.room.on_feedback(self._count)
        self._count()
        self._ask(False)
        self.here = None
        if self.panes:
            self.enter(next(iter(self.panes)))
        else:
            self.room.say("No model of the course is here yet. `make weights` trains them.", "problem")

    def enter(self, title):
        """Go to a pane."""
        with self.room.guard():
            self.here = title
            self.stage.children = (self.panes[title].widget,)
            for name, door in self.doors.items():
                (door.add_class if name == title else door.remove_class)("fr-here")
                door.tooltip = f"The {name.lower()}: you are here" if name == title else f"Go to the {name.lower()}"

    def _ask(self, asking):
        self.door_out.children = (self.sure_button, self.spare_button) if asking else (self.delete_button,)

    def _delete(self):
        with self.room.guard("Deleting"):
            self._ask(False)
            self.room.delete_all()

    def _count(self):
        count = len(self.room.store.latest()) + len(self.room.store.favourites())
        where = "kept in a file of yours" if self.room.store.kept else "forgotten when you leave"
        self.kept.value = f'<span title="{html.escape(self.room.store.path, quote=True)}">{count or "No"} {"star or heart" if count == 1 else "stars and hearts"}, {where}</span>'
        self.delete_button.disabled = not self.room.store.history()

    def _repr_mimebundle_(self, **kwargs):
        """The live studio, and a picture of it for where no kernel runs."""
        bundle = super()._repr_mimebundle_(**kwargs)
        return bundle | ({"image/png": self.still()} if self.panes else {})

    def still(self):
        """Return a picture of the studio as it stands, as the bytes of a PNG file."""
        page = Image.fromarray(self.panes[self.here].still())
        width, head = max(page.width, 560), 92
        image = Image.new("RGB", (width + 48, page.height + head + 60), (251, 248, 243))
        draw = ImageDraw.Draw(image)
        draw.text((30, 20), TITLE, fill=(37, 34, 30), font=ImageFont.load_default(28))
        draw.text((30, 58), "   ".join(self.panes), fill=(101, 95, 87), font=ImageFont.load_default(15))
        left = 30 + draw.textlength("   ".join([*list(self.panes)[:list(self.panes).index(self.here)], ""]), font=ImageFont.load_default(15))
        right = left + draw.textlength(self.here, font=ImageFont.load_default(15))
        draw.text((left, 58), self.here, fill=(168, 69, 42), font=ImageFont.load_default(15))
        draw.rectangle((left, 80, right, 82), fill=(168, 69, 42))
        draw.line((0, 83, image.width, 83), fill=(226, 217, 204))
        image.paste(page, ((image.width - page.width) // 2, head))
        draw.text((30, image.height - 42), "A picture of the studio. Run this notebook, and it comes alive.", fill=(101, 95, 87), font=ImageFont.load_default(15))
        file = io.BytesIO()
        image.quantize(128, dither=Image.Dither.NONE).save(file, format="PNG", optimize=True)
        return file.getvalue()
