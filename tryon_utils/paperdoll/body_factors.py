"""Everything that can differ between two people apart from their top, and how it is drawn."""

import dataclasses

from tryon_utils.paperdoll.body_lower import DENIMS, LOWER_COLOURS, LOWERS
from tryon_utils.paperdoll.body_shape import BodyShape
from tryon_utils.paperdoll.face_factors import BACKGROUNDS, FaceFactors, sample_face_factors
from tryon_utils.paperdoll.factors import changed, check_choice, check_range, choose, stream
from tryon_utils.paperdoll.pose import FAMILIES, POSES

AVOIDED_HAIR = ("headscarf",)
"""Hair styles that belong to portraits: a draped scarf would cover the garment."""


@dataclasses.dataclass(frozen=True)
class PersonFactors:
    """One person: face and hair, body, pose, lower garment, studio.  ``shape`` numbers are in [-1, 1]."""

    seed: int = 0
    index: int = 0
    face: FaceFactors = FaceFactors()
    shape: BodyShape = BodyShape()
    pose: str = "relaxed"
    mirror: bool = False
    sway: float = 0.6  # 0-1, weight on one leg
    wobble: tuple = (0.0,) * 8  # natural variation of the pose, each in [-1, 1]
    lower: str = "trousers"
    lower_colour: str = "ink"
    background: str = "sand"
    light_angle: float = -35.0  # degrees, -70 left to 70 right
    light_height: float = 0.6  # 0.2-1

    @property
    def monk_tone(self):
        """The Monk skin tone, 1-10."""
        return self.face.monk_tone


def check_person_factors(factors):
    """Returns the factors unchanged.

    Raises:
        ValueError: when a value is outside its range or not one of its choices.
    """
    check_choice("pose", factors.pose, POSES)
    check_choice("lower", factors.lower, LOWERS)
    check_choice("lower_colour", factors.lower_colour, DENIMS if factors.lower == "jeans" else LOWER_COLOURS)
    check_choice("background", factors.background, BACKGROUNDS)
    check_range("sway", factors.sway, 0, 1)
    check_range("light_angle", factors.light_angle, -70, 70)
    check_range("light_height", factors.light_height, 0.2, 1)
    if len(factors.wobble) != 8 or not all(-1 <= value <= 1 for value in factors.wobble):
        raise ValueError(f"Got wobble {factors.wobble}; wanted eight numbers from -1 to 1.")
    return factors


def sample_person_factors(seed, index):
    """Draws the factors of person ``index`` of data set ``seed``; each factor from its own stream.

    Any ten consecutive indexes hold each Monk tone once.  Pose families are drawn evenly, except that arms hanging down and bent
    arms, which are commoner in life, come twice as often.

    Returns:
        `PersonFactors`.
    """
    draw = lambda name: stream(seed, index, f"person {name}")  # noqa: E731
    face = sample_face_factors(seed, index)
    if face.hair_style in AVOIDED_HAIR:
        face = changed(face, hair_style="head wrap")
    mirror = bool(draw("mirror").uniform() < 0.5)
    sway = round(float(draw("sway").uniform(0.3, 1)), 3)
    weight = -1 if mirror else 1
    lean = draw("head turn").triangular(-1, 0, 1)
    face = changed(
        face, yaw=round(face.yaw * 0.6, 2), pitch=round(face.pitch * 0.5, 2),
        roll=round(float(-4.5 * weight * sway + 3.0 * lean), 2), expression=face.expression,
    )  # fmt: skip
    bearded = face.facial_hair != "none"
    middles = {"shoulder": 0.5 * bearded, "chest": 0, "waist": 0.3 * bearded, "hip": -0.4 * bearded, "fullness": -0.25, "figure": 0.3}
    shape = {name: round(float(draw(name).triangular(-1, middle, 1)), 3) for name, middle in middles.items()}
    if bearded:  # mostly straight figures
        shape["figure"] = round(0.45 * shape["figure"] - 0.55, 3)
    shape = BodyShape(**shape)
    family = choose(draw("pose family"), {"down": 2, "bent": 2, "raised": 1, "crossed": 1})
    pose = choose(draw(f"pose {family}"), {name: 1 for name, entry in POSES.items() if entry[0] == family})
    lower = choose(draw("lower"), {"trousers": 3, "jeans": 3, "skirt": 0.4 if bearded else 1.6, "short skirt": 0.1 if bearded else 0.9})
    colours = DENIMS if lower == "jeans" else LOWER_COLOURS
    generator = draw("wobble")
    return PersonFactors(
        seed=int(seed), index=int(index), face=face, shape=shape, pose=pose, mirror=mirror, sway=sway,
        wobble=tuple(round(float(generator.triangular(-1, 0, 1)), 3) for _ in range(8)), lower=lower,
        lower_colour=choose(draw("lower colour"), dict.fromkeys(colours, 1)), background=face.background,
        light_angle=face.light_angle, light_height=face.light_height,
    )  # fmt: skip


__all__ = ["FAMILIES", "PersonFactors", "check_person_factors", "sample_person_factors"]
