"""Everything that can differ between two faces, and how it is drawn."""

import dataclasses

from tryon_utils.paperdoll.colour import EYE_COLOURS, HAIR_COLOURS
from tryon_utils.paperdoll.factors import check_choice, check_range, choose, even_tone, stream

FACE_SHAPES = ("oval", "round", "heart", "square", "diamond", "long", "soft square", "pear")
EYE_SHAPES = ("almond", "round", "hooded", "monolid", "upturned", "downturned", "deep set")
BROW_SHAPES = ("soft arch", "straight", "high arch", "rounded", "bold", "fine")
EXPRESSIONS = ("neutral", "soft smile", "smile", "open smile", "serious", "surprised", "pensive", "amused")
HAIR_STYLES = (
    "long straight", "long wavy", "side-swept waves", "bob", "wavy lob", "bangs", "pixie", "short crop", "curly", "short curls",
    "afro", "short coils", "box braids", "locs", "high bun", "low bun", "ponytail", "shaved", "bald", "head wrap", "headscarf",
)  # fmt: skip
FACIAL_HAIR = ("none", "stubble", "short beard", "full beard", "goatee", "moustache")
GLASSES = ("none", "round", "rectangular", "cat-eye")
BACKGROUNDS = {
    "sand": "#d9c7ae", "blush": "#e2c4b6", "sage": "#b3bda4", "mist": "#b5c2c8", "dusk": "#a9a0b4", "clay": "#c09a80",
    "ivory": "#e6ddcc", "slate": "#7f8b93", "moss": "#83896b", "rose": "#cfa3a0",
}  # fmt: skip
TOP_COLOURS = {
    "ivory": "#e9e0d0", "black": "#26242a", "ink": "#2d3a55", "rust": "#a2543a", "olive": "#6b6c48", "rose": "#c48a86",
    "camel": "#b98d5e", "teal": "#3f6c70", "plum": "#5f3a50", "grey": "#8d8c8c", "ochre": "#c3903f", "white": "#f1eee8",
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class FaceFactors:
    """One person's face.  Plain numbers are in [-1, 1] with 0 the average, unless said otherwise."""

    seed: int = 0
    index: int = 0
    monk_tone: int = 4  # 1-10
    undertone: float = 0.0  # cool to warm
    face_shape: str = "oval"
    jaw: float = 0.0
    cheek: float = 0.0
    chin: float = 0.0
    width: float = 0.0
    eye_shape: str = "almond"
    eye_tilt: float = 0.0
    eye_spacing: float = 0.0
    eye_size: float = 0.0
    eye_colour: str = "brown"
    gaze: float = 0.0
    brow_shape: str = "soft arch"
    brow_weight: float = 0.0
    nose_width: float = 0.0
    nose_length: float = 0.0
    nose_bridge: float = 0.0
    lip_fullness: float = 0.0
    lip_width: float = 0.0
    cupid_bow: float = 0.0
    lip_colour: float = 0.0
    expression: str = "neutral"
    hair_style: str = "long wavy"
    hair_colour: str = "dark brown"
    hair_part: float = -0.3  # where the hair parts, left to right
    facial_hair: str = "none"
    glasses: str = "none"
    earrings: bool = False
    freckles: float = 0.0  # 0-1
    blemishes: float = 0.0  # 0-1
    lines: float = 0.0  # 0-1, the lines of age and laughter
    dark_circles: float = 0.0  # 0-1
    top_colour: str = "ivory"
    background: str = "sand"
    light_angle: float = -35.0  # degrees, -70 left to 70 right
    light_height: float = 0.6  # 0.2-1
    yaw: float = 0.0  # degrees, -15 to 15, positive turns to the right of the picture
    pitch: float = 0.0  # degrees, -10 to 10, positive looks up
    roll: float = 0.0  # degrees, -10 to 10


_SIGNED = (
    "undertone", "jaw", "cheek", "chin", "width", "eye_tilt", "eye_spacing", "eye_size", "gaze", "brow_weight", "nose_width",
    "nose_length", "nose_bridge", "lip_fullness", "lip_width", "cupid_bow", "lip_colour", "hair_part",
)  # fmt: skip
_CHOICES = {
    "monk_tone": range(1, 11), "face_shape": FACE_SHAPES, "eye_shape": EYE_SHAPES, "eye_colour": EYE_COLOURS,
    "brow_shape": BROW_SHAPES, "expression": EXPRESSIONS, "hair_style": HAIR_STYLES, "hair_colour": HAIR_COLOURS,
    "glasses": GLASSES, "facial_hair": FACIAL_HAIR, "background": BACKGROUNDS, "top_colour": TOP_COLOURS,
}  # fmt: skip
_RANGES = {
    "freckles": (0, 1), "lines": (0, 1), "blemishes": (0, 1), "dark_circles": (0, 1), "light_angle": (-70, 70), "light_height": (0.2, 1),
    "yaw": (-15, 15), "pitch": (-10, 10), "roll": (-10, 10),
}  # fmt: skip


_WITH_BEARDS = ("short crop", "short curls", "short coils", "afro", "locs", "shaved", "bald")
"""Hair styles that are drawn with facial hair now and then; any other pair can be asked for."""

_COMMON = {"oval": 3.0, "soft square": 1.3, "square": 0.6, "almond": 2.0, "soft arch": 2.0}
"""How often the commoner shapes are drawn; all others weigh 1."""


def check_face_factors(factors):
    """Returns the factors unchanged.

    Raises:
        ValueError: when a value is outside its range or not one of its choices.
    """
    for name in _SIGNED:
        check_range(name, getattr(factors, name), -1, 1)
    for name, (low, high) in _RANGES.items():
        check_range(name, getattr(factors, name), low, high)
    for name, allowed in _CHOICES.items():
        check_choice(name, getattr(factors, name), allowed)
    return factors


def _hair_weights(tone):
    """Likely natural (and a few dyed) hair colours for a skin tone: dark hair is common everywhere, fair hair in light tones."""
    fair = max(0.0, 1 - (tone - 1) / 4)
    return {
        "black": 2.0 + 0.5 * tone, "soft black": 3.0, "espresso": 3.0, "dark brown": 2.5, "brown": 1.2 + 1.2 * fair,
        "chestnut": 1.0 + fair, "auburn": 0.6 + 0.8 * fair, "copper": 0.15 + 1.2 * fair, "dark blonde": 0.1 + 1.6 * fair,
        "honey": 0.35 + 0.9 * fair, "blonde": 1.5 * fair, "platinum": 0.7 * fair, "grey": 0.5, "silver": 0.45,
    }  # fmt: skip


def _eye_weights(tone):
    fair = max(0.0, 1 - (tone - 1) / 4)
    return {
        "dark brown": 2 + 0.9 * tone, "brown": 3.5, "amber": 0.5, "hazel": 0.35 + 1.2 * fair, "green": 0.1 + 1.2 * fair,
        "grey": 0.05 + 0.9 * fair, "blue": 0.03 + 1.8 * fair,
    }  # fmt: skip


def sample_face_factors(seed, index):
    """Draws the factors of person ``index`` of data set ``seed``; each factor from its own stream.

    Monk tones are even: any ten consecutive indexes hold each tone once.

    Returns:
        `FaceFactors`.
    """
    draw = lambda name: stream(seed, index, f"face {name}")  # noqa: E731
    tone = even_tone(seed, index)
    values = {"seed": int(seed), "index": int(index), "monk_tone": tone}
    for name in _SIGNED:
        values[name] = round(float(draw(name).triangular(-1, 0, 1)), 3)
    for name, allowed in (
        ("face_shape", FACE_SHAPES), ("eye_shape", EYE_SHAPES), ("brow_shape", BROW_SHAPES), ("background", BACKGROUNDS),
        ("top_colour", TOP_COLOURS),
    ):  # fmt: skip
        values[name] = choose(draw(name), {value: _COMMON.get(value, 1.0) for value in allowed})
    values["expression"] = choose(
        draw("expression"),
        {
            "neutral": 2.5,
            "soft smile": 6,
            "smile": 3,
            "open smile": 2.5,
            "serious": 0.8,
            "surprised": 0.7,
            "pensive": 1.5,
            "amused": 1.5,
        },
    )
    share = {"bald": 0.5, "shaved": 0.8, "head wrap": 0.7, "headscarf": 0.7, "short crop": 2.2, "short coils": 1.4}
    values["hair_style"] = choose(draw("hair_style"), {name: share.get(name, 1.0) for name in HAIR_STYLES})
    values["hair_colour"] = choose(draw("hair_colour"), _hair_weights(tone))
    values["eye_colour"] = choose(draw("eye_colour"), _eye_weights(tone))
    values["glasses"] = choose(draw("glasses"), {"none": 6, "round": 0.5, "rectangular": 0.4, "cat-eye": 0.4})
    bearded = {"none": 2.4, "stubble": 1, "short beard": 1.2, "full beard": 0.6, "goatee": 0.4, "moustache": 0.3}
    values["facial_hair"] = choose(draw("facial_hair"), bearded if values["hair_style"] in _WITH_BEARDS else {"none": 1})
    wisdom = draw("lines")
    grey = values["hair_colour"] in ("grey", "silver")
    values["lines"] = round(float(wisdom.uniform(0.4, 1) if grey else max(0, wisdom.uniform(-1.4, 0.6))), 3)
    values["earrings"] = bool(draw("earrings").uniform() < 0.4)
    for name, share in (("freckles", 0.25), ("blemishes", 0.3), ("dark_circles", 0.4)):
        generator = draw(name)
        values[name] = round(float(generator.uniform(0.2, 1)), 3) if generator.uniform() < share else 0.0
    side = draw("light_angle")
    values["light_angle"] = round(float(side.choice((-1, 1)) * side.uniform(18, 55)), 2)
    values["light_height"] = round(float(draw("light_height").uniform(0.45, 0.75)), 3)
    values["yaw"] = round(float(draw("yaw").triangular(-15, 0, 15)), 2)
    values["pitch"] = round(float(draw("pitch").triangular(-7, 0, 7)), 2)
    values["roll"] = round(float(draw("roll").triangular(-7, 0, 7)), 2)
    return FaceFactors(**values)
