"""The visible pieces that ipywidgets lacks. Each shows what it is told at once, without waiting for the kernel, and speaks to keyboards and screen readers."""

import pathlib

import anywidget
import traitlets

HERE = pathlib.Path(__file__).parent
STYLE = (HERE / "studio.css").read_text(encoding="utf-8")


def tile(name, picture, alt, caption="", stars=0, heart=False):
    """Return one tile for `Tiles`.

    Args:
        name: String. The thing's name; no two tiles have the same.
        picture: String. An address, as `pictures.address` makes it.
        alt: String. What it shows, in words.
        caption: String. A few words below it.
        stars: Integer from 0 to 5.
        heart: Boolean.
    """
    return {"name": name, "picture": picture, "alt": alt, "caption": caption, "stars": int(stars), "heart": bool(heart)}


class _Part(anywidget.AnyWidget):
    """A piece with a function to call when the visitor does something."""

    _css = STYLE

    def __init__(self, do=None, **traits):
        self._do = do
        super().__init__(**traits)
        self.on_msg(self._heard)

    def _heard(self, widget, content, buffers):
        if self._do:
            self._do(content)


class Tiles(_Part):
    """Pictures to choose from, and to give stars and hearts to.

    Example:
        tiles = Tiles(lambda said: print(said))  # {"what": "choose", "name": ...}, {"what": "stars", "name": ..., "value": 4}, {"what": "heart", ...}
        tiles.tiles = [tile("garments/3", address(picture), "checked top")]

    Attributes:
        label: String. What the pictures are, for screen readers.
        tiles: List of what `tile` returns.
        chosen: String. The name of the tile that is chosen.
        rated: Boolean. Whether there are stars and hearts.
        small: Boolean. Smaller tiles, in one row that scrolls.
    """

    _esm = HERE / "tiles.js"
    label = traitlets.Unicode("Pictures").tag(sync=True)
    tiles = traitlets.List().tag(sync=True)
    chosen = traitlets.Unicode("").tag(sync=True)
    rated = traitlets.Bool(True).tag(sync=True)
    small = traitlets.Bool(False).tag(sync=True)


class Film(_Part):
    """Pictures one after the other: a slider and a play button. All frames are in the browser, so it never waits.

    Attributes:
        label: String. What it shows.
        frames: List of addresses.
        pause: Integer. Milliseconds from one frame to the next.
    """

    _esm = HERE / "film.js"
    label = traitlets.Unicode("Film").tag(sync=True)
    frames = traitlets.List().tag(sync=True)
    pause = traitlets.Int(90).tag(sync=True)


class Compare(_Part):
    """Two pictures of the same size over each other, and a line between them that is moved.

    Attributes:
        before: String. An address.
        after: String. An address.
        label: String. What is compared.
    """

    _esm = HERE / "compare.js"
    before = traitlets.Unicode("").tag(sync=True)
    after = traitlets.Unicode("").tag(sync=True)
    label = traitlets.Unicode("Before and after").tag(sync=True)


class Slider(_Part):
    """A strength from nothing to all, with its name and its number beside it, and a colour where there is one.

    Attributes:
        label: String.
        value: Float from 0 to 1.
        colour: String, such as "#a8452a"; empty where there is none to choose.
    """

    _esm = HERE / "slider.js"
    label = traitlets.Unicode("Strength").tag(sync=True)
    value = traitlets.Float(1.0, min=0.0, max=1.0).tag(sync=True)
    colour = traitlets.Unicode("").tag(sync=True)


class Upload(_Part):
    """A file of the visitor's; its bytes are handed on and forgotten.

    Attributes:
        label: String. What is asked for, such as "Upload a face".
        most_bytes: Integer. Larger files are refused in the browser.
        data: Bytes. Empty but for the moment in which they are handed on.
    """

    _esm = HERE / "upload.js"
    label = traitlets.Unicode("Upload a picture").tag(sync=True)
    most_bytes = traitlets.Int(9_000_000).tag(sync=True)  # a notebook server takes messages of up to 10 million bytes
    data = traitlets.CBytes(b"").tag(sync=True)

    def __init__(self, do=None, **traits):
        super().__init__(do, **traits)
        self.observe(self._arrived, "data")

    def _arrived(self, change):
        if change["new"]:
            data, self.data = bytes(change["new"]), b""
            if self._do:
                self._do({"what": "file", "data": data})
