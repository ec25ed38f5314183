"""Characters: what a face can be told to be, as numbers for a network, and what a reader of faces says it became.

The renderer knows 21 hair styles and 8 expressions. On 64 pixels some of them look alike, so they are put into groups that can be told apart.
"""

import numpy as np

from tryon_utils.paperdoll.face_factors import EXPRESSIONS, GLASSES, HAIR_STYLES

GROUPS = {  # attribute: its value: the renderer's values that belong to it
    "hair": {
        "long": ("long straight", "long wavy", "side-swept waves"), "bob": ("bob", "wavy lob", "bangs"), "short": ("pixie", "short crop"),
        "curls": ("curly", "short curls", "afro", "short coils"), "braids": ("box braids", "locs"), "tied": ("high bun", "low bun", "ponytail"),
        "shaved": ("shaved", "bald"), "covered": ("head wrap", "headscarf"),
    },
    "expression": {"calm": ("neutral", "serious", "pensive"), "smile": ("soft smile", "smile", "amused"), "open mouth": ("open smile", "surprised")},
    "glasses": {"no": ("none",), "yes": ("round", "rectangular", "cat-eye")},
    "style": {"bare": ("none",), "made up": ()},  # any look but none
}  # fmt: skip
FIELDS = {"hair": "hair_style", "expression": "expression", "glasses": "glasses"}
ALL = {"hair": HAIR_STYLES, "expression": EXPRESSIONS, "glasses": GLASSES}
TONES = tuple(range(1, 11))  # Monk's
HEADS = {name: tuple(groups) for name, groups in GROUPS.items()} | {"tone": TONES}  # what a reader of characters tells apart
TURN, NOD = 15.0, 10.0  # degrees that count as 1
USUAL = {"hair": "long", "expression": "calm", "glasses": "no", "style": "bare", "tone": 5, "turn": 0.0, "nod": 0.0}
SIZE = sum(map(len, GROUPS.values())) + 4  # numbers in a condition


def group_of(name, value):
    """Return the group of a renderer's value, such as "curls" for the hair style "afro".

    Raises:
        ValueError: an unknown attribute or value.
    """
    for group, members in GROUPS.get(name, {}).items():
        if value in members:
            return group
    if name == "style" and isinstance(value, str):
        return "made up"
    raise ValueError(f"{name}={value!r} came; one of {', '.join(map(repr, ALL.get(name, GROUPS)))} is wanted.")


def values_of(face, made_up=False):
    """Return what a condition says of a face: a dictionary with the names of `USUAL`.

    Args:
        face: `FaceFactors`.
        made_up: Boolean. Whether the picture shows it with makeup.
    """
    values = {name: group_of(name, getattr(face, field)) for name, field in FIELDS.items()}
    return values | {"style": "made up" if made_up else "bare", "tone": face.monk_tone, "turn": face.yaw / TURN, "nod": face.pitch / NOD}


def condition(**values):
    """Return a condition as numbers: float32 `(SIZE,)`. What isn't said is as in `USUAL`.

    One number a value for hair, expression, glasses and style: 1 for the one that is wanted, or shares between two that add up to 1; the tone and
    its square; how far the head turns and nods.

    Example:
        condition(hair="curls", tone=8, turn=-0.5)
        condition(expression={"calm": 0.5, "smile": 0.5})

    Raises:
        ValueError: an unknown name or value, shares that don't add up to 1, or a number out of range.
    """
    if unknown := set(values) - set(USUAL):
        raise ValueError(f"{', '.join(sorted(unknown))} came; the names are {', '.join(USUAL)}.")
    values = USUAL | values
    numbers = []
    for name, groups in GROUPS.items():
        shares = values[name] if isinstance(values[name], dict) else {values[name]: 1.0}
        if not set(shares) <= set(groups) or abs(sum(shares.values()) - 1) > 1e-6:
            raise ValueError(f"{name}={values[name]!r} came; one of {', '.join(map(repr, groups))} is wanted, or shares of them that add up to 1.")
        numbers += [shares.get(group, 0.0) for group in groups]
    if not 1 <= values["tone"] <= 10 or not max(abs(values["turn"]), abs(values["nod"])) <= 1:
        raise ValueError(f"tone={values['tone']}, turn={values['turn']}, nod={values['nod']} came; 1 to 10, and -1 to 1 are wanted.")
    tone = (values["tone"] - 5.5) / 4.5
    return np.array([*numbers, tone, tone**2, values["turn"], values["nod"]], "float32")


def place(name):
    """Return the slice of a condition that holds an attribute; "tone" and "pose" (turn and nod) are the last two.

    Raises:
        ValueError: an unknown name.
    """
    start = 0
    for group, members in (*GROUPS.items(), ("tone", range(2)), ("pose", range(2))):
        if group == name:
            return slice(start, start + len(members))
        start += len(members)
    raise ValueError(f"name={name!r} came; one of {', '.join(map(repr, (*GROUPS, 'tone', 'pose')))} is wanted.")


def swap(conditions, name, order):
    """Return conditions in which one attribute is taken from another row.

    Args:
        conditions: float `(n, SIZE)`.
        name: String; see `place`.
        order: Whole numbers `(n,)`. The rows that it is taken from.
    """
    swapped = np.array(conditions)
    swapped[:, place(name)] = swapped[np.asarray(order)][:, place(name)]
    return swapped


def read_values(logits):
    """Return what a network that was trained on `HEADS` says of pictures, in a condition's words.

    Args:
        logits: Dictionary from the names of `HEADS` to float `(n, values)`.

    Returns:
        Dictionary from "hair", "expression", "glasses" and "style" to arrays of n strings, and "tone" to n whole numbers.
    """
    return {name: np.array(values)[np.asarray(logits[name]).argmax(axis=1)] for name, values in HEADS.items()}


def accuracies(found, wanted):
    """Return for each attribute whether each picture is as wanted; a tone may be one step off.

    Args:
        found: What `read_values` returns.
        wanted: List of n dictionaries; see `values_of`.

    Returns:
        Dictionary from attribute to bool `(n,)`.
    """
    right = {name: found[name] == np.array([values[name] for values in wanted]) for name in GROUPS}
    return right | {"tone": np.abs(found["tone"] - np.array([values["tone"] for values in wanted])) <= 1}


def balanced(right, wanted):
    """Return for each attribute the mean over its values of the share that is right: rare values count as much as common ones.

    Args:
        right: What `accuracies` returns.
        wanted: List of n dictionaries; see `values_of`.

    Returns:
        Dictionary from attribute to float.
    """
    values = {name: np.array([row[name] for row in wanted]) for name in right}
    return {name: float(np.mean([hits[values[name] == value].mean() for value in np.unique(values[name])])) for name, hits in right.items()}


def principal_directions(features, noise, count=8):
    """Return directions of noise along which a generator's features change most.

    Args:
        features: float `(n, d)`. What the generator makes of the noise somewhere inside.
        noise: float `(n, latent_dim)`, standard normal.
        count: Integer. How many directions.

    Returns:
        float32 `(count, latent_dim)`, each of length 1, the strongest first.

    Source:
        Härkönen, Hertzmann, Lehtinen, Paris, 2020: principal components of features, carried back to the noise by regression.
    """
    centred = features - features.mean(axis=0)
    _, _, components = np.linalg.svd(centred, full_matrices=False)
    along = centred @ components[:count].T
    directions = np.linalg.lstsq(along - along.mean(axis=0), noise - noise.mean(axis=0), rcond=None)[0]
    return (directions / np.linalg.norm(directions, axis=1, keepdims=True)).astype("float32")


def flicker(frames):
    """Return how unsteadily a film moves: the mean absolute second difference over time, by the mean absolute first one.

    An even movement has 0 where values change at a constant rate; independent noise has about 1.7.

    Args:
        frames: Array `(n, ...)`, three at least.

    Raises:
        ValueError: fewer than three frames, or frames that don't change at all.
    """
    frames = np.asarray(frames, "float32")
    if len(frames) < 3 or not np.abs(np.diff(frames, axis=0)).max() > 0:
        raise ValueError(f"{len(frames)} frames came that {'do not change' if len(frames) > 2 else 'are too few'}; three that change are wanted.")
    return float(np.abs(np.diff(frames, n=2, axis=0)).mean() / np.abs(np.diff(frames, axis=0)).mean())
