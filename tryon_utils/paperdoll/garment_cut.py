"""The cut of a garment: flat widths, neck opening, armholes, hem and sleeve ends, all in fabric coordinates (H).

Worn and laid-flat pictures ask the same questions here, so they agree about every point of the cloth.
"""

import functools

import numpy as np

from tryon_utils.paperdoll.body_curves import SIZE, Profile
from tryon_utils.paperdoll.body_shape import LINE_Q, LINE_Y, BodyProfiles, BodyShape, arm_knots, trunk_knots, trunk_widths
from tryon_utils.paperdoll.garment_factors import GarmentFactors
from tryon_utils.paperdoll.pose import ArmPose, Skeleton, arm_curve

FLAT = 1.2
"""Flat width of a panel over its worn width on the average body (cloth also goes round to the side seams)."""
CENTRE = 0.58
"""Share of the sideways coordinate that is linear; the rest follows the roundness of the body."""
HEM = {"cropped": 2.56, "hip": 3.42, "long": 3.86, "tucked": 3.05}
SLEEVE_END = {"short": (0.50, 0.28), "three-quarter": (1.52, 0.40), "long": (2.30, 0.10)}
"""Sleeve kind -> (shortest, added at sleeve_length 1), arm coordinate in H."""
BAND = 0.058
"""Width of neckband, cuffs and turn-ups, H."""


def around(share):
    """Fabric share in [-1, 1] at picture share ``share`` in [-1, 1] of a half width: cloth is foreshortened near the outline."""
    share = np.clip(share, -1, 1)
    # arctan(x / sqrt(1.1 - x^2)) is an arcsine with a finite slope at the outline; 0.7943 scales it to 1 there.
    bent = np.arctan(share / np.sqrt(np.float32(1.1) - share * share)) * np.float32(0.790815)
    return np.clip(np.float32(CENTRE) * share + np.float32(1 - CENTRE) * bent, -1, 1)


def fit_ease(factors):
    """(slack at the body, how straight it falls below the bust in [0, 1], slack of the sleeve), H."""
    fit = factors.fit
    knit = 0.012 if factors.fabric == "knit" else 0.0
    return 0.012 + 0.055 * fit + knit, 0.10 + 0.88 * fit**1.3, 0.012 + 0.075 * fit + knit


def trunk_garment_widths(widths, factors):
    """Half widths (15,) of the body panel over body half widths ``widths`` at `trunk_knots`: it hangs from bust and hip."""
    slack, straight, _ = fit_ease(factors)
    s = trunk_knots()
    taut = widths + slack * np.interp(s, [1.4, 1.9, 2.4], [0.1, 0.8, 1.0])
    hang = np.maximum.accumulate(np.where(s < 1.95, 0, taut))
    # Loose cloth swings out a little towards the hem.
    hang = hang + (s > 2.2) * np.clip(s - 2.2, 0, 1.6) * 0.05 * factors.fit
    return np.where(s < 1.95, taut, np.maximum(taut, taut + straight * (hang - taut)))


def sleeve_radii(arm_inner, arm_outer, factors):
    """Inner and outer half widths (15,) of a sleeve over those of the arm, at `arm_knots`."""
    _, _, slack = fit_ease(factors)
    a = arm_knots()
    end = sleeve_end(factors)
    if factors.sleeve == "long":
        give = np.interp(a, [-0.3, 0.1, 0.5, 1.3, 1.9, 2.2, 2.44], [0.15, 0.7, 1, 1, 0.95, 0.75, 0.3])
    else:
        give = np.interp(a, [-0.3, 0.1, 0.5, max(end, 0.6)], [0.15, 0.7, 1.1, 1.4])
    outer = arm_outer + slack * give * np.interp(a, [0, 0.5], [0.45, 0.7]) + 0.010
    inner = arm_inner + slack * give * 1.15 + 0.010
    return inner, outer


def sleeve_end(factors):
    """Arm coordinate (H) where the sleeve ends; 0 without sleeves."""
    if factors.sleeve == "none":
        return 0.0
    start, more = SLEEVE_END[factors.sleeve]
    return start + more * factors.sleeve_length


NECK_TOP = 1.19
"""Height (H) above which the sides of a neck opening run straight up."""


def neck_half(factors):
    """Half width (H) of the neck opening where it meets the shoulder line, on the cloth."""
    depth = factors.neck_depth
    return {
        "round": 0.290 + 0.06 * depth, "boat": 0.53, "square": 0.37, "turtleneck": 0.285, "v": 0.310, "collar": 0.255,
    }[factors.neckline]  # fmt: skip


def neck_bottom(factors):
    """Height (H) of the lowest point of the neck opening."""
    start, more = {
        "round": (0.23, 0.24), "boat": (0.23, 0.11), "turtleneck": (0.155, 0), "square": (0.33, 0.16), "v": (0.42, 0.30), "collar": (0.27, 0.10),
    }[factors.neckline]  # fmt: skip
    return NECK_TOP + start + more * factors.neck_depth


def _oval(across, down, a, b):
    """Signed distance (about) from the lower half of an oval with straight sides above it, positive outside."""
    x, y = across * np.float32(1 / a), np.maximum(down, 0) * np.float32(1 / b)
    k = np.sqrt(x * x + y * y)
    return (k - 1) * k / np.sqrt((x * np.float32(1 / a)) ** 2 + (y * np.float32(1 / b)) ** 2 + np.float32(1e-6))


def neck_opening(factors, u, v):
    """Signed distance (H) from the neck edge, positive on the cloth, at body-panel coordinates."""
    across, half = np.abs(u), neck_half(factors)
    down, length = v - np.float32(NECK_TOP), np.float32(neck_bottom(factors) - NECK_TOP)
    if factors.neckline in ("round", "turtleneck"):
        return _oval(across, down, half, length)
    if factors.neckline == "boat":
        return _oval(across, down - np.float32(0.11), half, length - np.float32(0.11))
    if factors.neckline == "square":
        x, y = across - np.float32(half), down - length
        corner = np.float32(0.05)  # rounded
        x, y = x + corner, y + corner
        return np.where((x > 0) & (y > 0), np.sqrt(x * x + y * y), np.maximum(x, y)) - corner
    # v and collar: two lines that meet; slightly bowed
    share = down / length
    line = np.float32(half) * (1 - share) + np.float32(0.035) * np.clip(share * (1 - share) * 4, 0, 1)
    line = np.where(share > 0, line, np.float32(half))
    return np.where(share > 0, (across - line) * (length / np.float32(np.hypot(half, length))), across - np.float32(half))


def back_edge(factors, u):
    """Height (H) of the back's neck edge, seen through the opening, at sideways places ``u`` of the body panel."""
    half = np.float32(neck_half(factors))
    share = np.clip(u / half, -1, 1)
    return shoulder_line(half) + np.float32({"boat": 0.03, "square": 0.04}.get(factors.neckline, 0.055)) * (1 - share * share)


shoulder_line = Profile(1.12 * LINE_Q, LINE_Y)
"""Height (H) of the flat garment's shoulder line over the distance from its middle."""


def neck_tube(factors, u, v):
    """Signed distance (about, H) inside the tube of a turtleneck, positive on its cloth, at body-panel coordinates."""
    half = np.float32(neck_half(factors))
    share = np.clip(u / half, -1, 1)
    top = v - (np.float32(1.055) + np.float32(0.045) * (1 - share * share))
    return np.minimum(np.minimum(top, half - np.abs(u)), np.float32(0.012) - neck_opening(factors, u, v))


def armhole(factors, u, v):
    """Signed distance (about, H) inside the armhole of a sleeveless garment, positive on the cloth."""
    edge_u = _ARMHOLE(v) * np.float32(1.02 if factors.neckline == "boat" else 0.97)
    return edge_u - np.abs(u)


_ARMHOLE = Profile([1.2, 1.36, 1.5, 1.7, 1.86, 1.98, 2.08, 2.2], [0.60, 0.57, 0.545, 0.55, 0.60, 0.70, 0.90, 1.4])


def hem_distance(factors, u, v):
    """Distance (H) above the hem, positive on the cloth; hems dip slightly in the middle as they go round the body."""
    bottom = HEM[factors.hem]
    if factors.neckline == "collar":  # shirt tail
        return np.float32(bottom + 0.06) - v - np.float32(0.20) * np.minimum(np.abs(u) / np.float32(0.8), 1) ** 2.5
    return np.float32(bottom + 0.025) - v - np.float32(0.085) * np.minimum(np.abs(u) / np.float32(0.75), 1) ** 2


def sleeve_seam(share):
    """Arm coordinate (H) of the armhole seam at share -1 (armpit) to 1 (shoulder tip) of the sleeve's half width."""
    return np.float32(0.43) * (0.5 - 0.5 * share) ** 1.4 - np.float32(0.07)


def collar_leaf(u, v):
    """Signed distance (about, H) of the two collar leaves, positive inside."""
    across = np.abs(u)
    outer = np.float32(0.345) - across + (v - np.float32(1.42)) * np.float32(0.10)
    lower = np.float32(1.375) + (across - np.float32(0.10)) * np.float32(0.36) - v
    upper = v - (np.float32(1.045) + np.float32(0.36) * across)
    opening = across - np.float32(0.250) + np.maximum(v - np.float32(1.15), 0) * np.float32(0.62)
    return np.minimum(np.minimum(outer, lower * np.float32(0.94)), np.minimum(upper * np.float32(0.9), opening * np.float32(0.85)))


class FlatFrame:
    """The garment laid flat: a straight 'body' with spread sleeves, in shop coordinates (H; x = 0 the middle).

    Args:
        factors: `GarmentFactors`.
    """

    def __init__(self, factors):
        self.body = _rest_body()
        worn = trunk_garment_widths(trunk_widths(self.body.shape), factors)
        full = np.maximum.accumulate(np.where(trunk_knots() < 1.95, 0, worn))
        width = FLAT * (worn + 0.6 * np.maximum(full - worn, 0) * (trunk_knots() > 1.95))  # off the body, cloth falls straighter
        self.width = Profile(trunk_knots(), width)
        inner, outer = sleeve_radii(self.body.arm_inner, self.body.arm_outer, factors)
        self.sleeve = Profile(arm_knots(), FLAT * inner, FLAT * outer)
        self.end = sleeve_end(factors)
        for angle in range(29 if factors.sleeve == "short" else 13, 45, 2):
            self.angle = angle
            if self._sleeve_gap(HEM[factors.hem]) > 0.045:
                break
        self.box = self._box(factors)

    def curve(self, side):
        """Centre line (points (n, 2), arm coordinate (n,)) of the sleeve on ``side``."""
        return _spread_sleeve(side, self.angle)[0]

    def _sleeve_gap(self, bottom):
        """Smallest sideways distance (H) between a sleeve and the body beside it; no panel may cover another."""
        a = np.linspace(0.62, max(self.end, 0.62), 40, dtype=np.float32)
        x, y = self.sleeve_place(1, -self.sleeve(a), a)
        beside = (y > 2.0) & (y < bottom + 0.1)
        return float((x - self.width(y))[beside].min()) if beside.any() else 1.0

    def _box(self, factors):
        """(half width, top, bottom) of the whole garment, H."""
        v = np.linspace(1.1, HEM[factors.hem], 60, dtype=np.float32)
        half, bottom = float(self.width(v[v > 1.9]).max()), HEM[factors.hem] + 0.06
        if self.end:
            a = np.linspace(0, self.end + 0.02, 40, dtype=np.float32)
            edges = [self.sleeve_place(1, share * self.sleeve(a, np.full(a.shape, share > 0)), a) for share in (-1, 1)]
            half = max(half, *(float(x.max()) for x, _ in edges))
            bottom = max(bottom, *(float(y.max()) for _, y in edges))
        top = {"turtleneck": 1.055, "collar": 1.13}.get(factors.neckline, 1.19)
        return half, top, bottom

    def sleeve_place(self, side, u, a):
        """Shop position (x, y) in H of sleeve coordinates (u across, outer side positive; a along)."""
        x, y, go_x, go_y = (profile(a) for profile in _spread_sleeve(side, self.angle)[1])
        return x + u * (np.float32(side) * go_y), y - u * (np.float32(side) * go_x)


@functools.lru_cache(maxsize=1)
def _rest_body():
    """The `BodyProfiles` of a figure that stands straight, arms down: all garments are laid flat in its coordinates."""
    spine, rest = (np.array([0.4, 5.0]), np.zeros(2)), ArmPose(0, 0)
    skeleton = Skeleton(spine, (0.0, 0.0), {-1: rest, 1: rest}, {}, {}, (0, 0.5, 0), {-1: 0.0, 1: 0.0}, 1, 0.0)
    return BodyProfiles(BodyShape(figure=0.3), skeleton)


@functools.lru_cache(maxsize=64)
def _spread_sleeve(side, angle):
    """A sleeve laid at ``angle`` degrees from straight down: its centre line, and place and direction on it as four `Profile`."""
    joint = np.array([side * 0.83, 1.61])
    start = np.array([side * 0.40, 1.475])
    turn = np.radians([angle, 0.72 * angle])
    elbow = joint + 1.34 * np.array([side * np.sin(turn[0]), np.cos(turn[0])])
    wrist = elbow + 1.10 * np.array([side * np.sin(turn[1]), np.cos(turn[1])])
    points, along = arm_curve(start, joint, elbow, wrist, 0.42)
    tangent = np.gradient(points, axis=0)
    tangent = tangent / np.hypot(tangent[:, :1], tangent[:, 1:])
    at = np.linspace(along[0], along[-1], SIZE + 1)
    tables = [np.interp(at, along, column) for column in (points[:, 0], points[:, 1], tangent[:, 0], tangent[:, 1])]
    return (points, along), [Profile.tabled(along[0], along[-1], table) for table in tables]


@functools.lru_cache(maxsize=64)
def _flat_frame(key):
    return FlatFrame(GarmentFactors(**dict(key)))


def flat_frame(factors):
    """The `FlatFrame` of a garment; shared by garments of one cut."""
    names = ("fit", "sleeve", "sleeve_length", "neckline", "neck_depth", "hem", "fabric")
    return _flat_frame(tuple((name, getattr(factors, name)) for name in names))
