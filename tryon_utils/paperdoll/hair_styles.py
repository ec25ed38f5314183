"""Hair styles: where each style's locks grow, fall and gather (head coordinates, symmetric words: inner = near the face)."""

import numpy as np

from tryon_utils.paperdoll.colour import HAIR_COLOURS, hex_to_linear
from tryon_utils.paperdoll.face_factors import TOP_COLOURS
from tryon_utils.paperdoll.factors import stream
from tryon_utils.paperdoll.hair import Lock
from tryon_utils.paperdoll.hair_short import (
    paint_afro,
    paint_cap,
    paint_crop,
    paint_pixie,
    paint_scarf,
    paint_shaved,
    paint_wrap,
    round_top,
)
from tryon_utils.paperdoll.hair_up import paint_bun, paint_gathered, paint_ponytail

HAT_STYLES = ("head wrap", "headscarf")


def hair_colour_of(factors):
    """Linear colour (3,) of the hair, or of the cloth of a head wrap or scarf."""
    if factors.hair_style in HAT_STYLES:
        names = [name for name in TOP_COLOURS if name not in ("white", "black", "grey")]
        draw = stream(factors.seed, factors.index, "scarf colour")
        return hex_to_linear(TOP_COLOURS[names[int(draw.integers(len(names)))]])
    return hex_to_linear(HAIR_COLOURS[factors.hair_colour])


FALLS = {
    # end height, fall of the inner and outer edges at the cheek and at the end, volume, wave, turns, lock width, kind
    "long straight": dict(end=2.05, cheek=(0.60, 0.74), hem=(0.48, 0.80), volume=0.07, wave=0.006, turns=1.0, width=0.075, count=13),
    "long wavy": dict(end=1.95, cheek=(0.61, 0.82), hem=(0.46, 0.98), volume=0.12, wave=0.050, turns=2.6, width=0.090, count=14),
    "side-swept waves": dict(end=1.55, cheek=(0.58, 0.86), hem=(0.54, 0.98), volume=0.15, wave=0.060, turns=1.8, width=0.105, count=13),
    "bob": dict(end=0.80, cheek=(0.60, 0.80), hem=(0.46, 0.60), volume=0.09, wave=0.004, turns=1.0, width=0.085, count=13),
    "wavy lob": dict(end=1.08, cheek=(0.60, 0.84), hem=(0.52, 0.90), volume=0.12, wave=0.045, turns=1.8, width=0.090, count=14),
    "bangs": dict(end=1.75, cheek=(0.59, 0.76), hem=(0.52, 0.82), volume=0.08, wave=0.012, turns=1.3, width=0.080, count=12),
    "curly": dict(end=1.18, cheek=(0.66, 0.98), hem=(0.58, 1.12), volume=0.17, wave=0.045, turns=5.0, width=0.070, count=22, kind=3),
    "box braids": dict(end=1.95, cheek=(0.62, 0.78), hem=(0.50, 0.86), volume=0.07, wave=0.006, turns=1.0, width=0.034, count=17, kind=1),
    "low bun": dict(end=0.42, cheek=(0.61, 0.66), hem=(0.58, 0.56), volume=0.01, wave=0.0, turns=1.0, width=0.070, count=15),
    "locs": dict(end=1.35, cheek=(0.63, 0.82), hem=(0.58, 0.90), volume=0.10, wave=0.012, turns=1.5, width=0.056, count=12, kind=2),
}  # fmt: skip


def _fall_path(side, part_u, k, style, jitter):
    """Five control points of a lock that falls on ``side``; k = 0 outermost (from the crown) to 1 innermost (at the hairline)."""
    volume, end = style["volume"], style["end"]
    cheek = style["cheek"][1] + (style["cheek"][0] - style["cheek"][1]) * k
    hem = style["hem"][1] + (style["hem"][0] - style["hem"][1]) * k
    root = (part_u * (0.55 + 0.45 * k) - side * 0.06 * (1 - k), -1.02 - 0.40 * volume + (0.37 + 0.40 * volume) * k)
    lift = (part_u * (0.5 + 0.5 * k) + side * (0.40 - 0.15 * k), root[1] + (0.012 - 0.05 * volume) * (1 - k) + 0.02 * k)
    temple = (side * (0.80 + 0.55 * volume - 0.15 * k), -0.74 + 0.12 * k)
    low = (side * cheek * 1.05, 0.10 + 0.35 * end)
    tip = (side * hem, end)
    j = jitter
    return [
        root,
        (lift[0] + j[0], lift[1] + j[1]),
        (temple[0] + j[2], temple[1]),
        (low[0] + j[3], low[1]),
        (tip[0] + j[4], tip[1] + j[5]),
    ]


def _fall(back, front, factors, style, generator):
    """Hair that parts on top and falls on both sides of the face."""
    part_u = 0.24 * factors.hair_part
    kind, width, count = style.get("kind", 0), style["width"], style["count"]
    wide = max(width, 0.10)
    ragged = 0.03 if factors.hair_style == "bob" else 0.16
    for k in np.linspace(-1, 1, 9 if style["end"] > 0.5 else 0):  # behind the neck
        hem = style["hem"][1] * 0.92
        points = [
            (0.45 * k, -0.55),
            (0.60 * k, -0.45),
            ((0.84 + 0.3 * style["volume"]) * k, 0.2),
            (hem * k * 1.05, style["end"] * 0.7),
            (hem * k, style["end"] * (0.97 + 0.05 * generator.uniform(-1, 1))),
        ]
        back.lock(
            Lock(
                points,
                0.20,
                root=0.8,
                tip=0.35,
                wave=style["wave"] * 0.8,
                turns=style["turns"],
                phase=generator.uniform(),
                tone=0.50 + 0.12 * generator.uniform(),
                soft=0.6,
                ragged=ragged,
            ),
            float(k) + 2,
        )
    if kind:
        for _ in range(count):
            k = generator.uniform(-1, 1)
            hem = style["hem"][1]
            points = [
                (0.45 * k, -0.5),
                (0.62 * k, -0.4),
                (0.90 * k, 0.2),
                (hem * k * 1.08, style["end"] * 0.7),
                (hem * k, style["end"] * generator.uniform(0.9, 1.04)),
            ]
            back.lock(
                Lock(
                    points,
                    width * 1.15,
                    root=0.9,
                    tip=0.5,
                    wave=style["wave"],
                    turns=style["turns"],
                    phase=generator.uniform(),
                    tone=generator.uniform(0.55, 0.8),
                    kind=kind,
                ),
                k,
            )
    sides = (-1, 1) if part_u < 0 else (1, -1)
    for side in sides:
        for k in (0.0, 0.25, 0.5, 0.72):  # the mass
            points = _fall_path(side, part_u, k * 0.92, style, np.zeros(6))
            front.lock(
                Lock(
                    points,
                    wide * 1.25,
                    root=0.75,
                    tip=0.5,
                    wave=style["wave"] * 0.7,
                    turns=style["turns"],
                    phase=0.3,
                    tone=0.40 if kind in (1, 2) else 0.66,
                    soft=0.4,
                    fade=0.06,
                    ragged=ragged,
                ),
                3.1 * k + side,
            )
    for side in sides:
        order = np.linspace(0, 1, count)
        for i, k in enumerate(order):
            jitter = generator.normal(0, 0.022, 6)
            jitter[5] *= 3.5 if style["end"] > 1.4 or style["wave"] > 0.03 else 1.3
            points = _fall_path(side, part_u, float(k), style, jitter)
            tone = 0.94 + 0.16 * generator.uniform(-1, 1)
            size = width * (0.62 + 0.5 * generator.uniform()) * (1 - 0.25 * k)
            if kind in (1, 2):
                size, tone = width * generator.uniform(0.9, 1.1), generator.uniform(0.85, 1.08)
            phase = 0.3 + 0.16 * generator.normal() if kind != 3 else generator.uniform()
            tip = {0: 0.10, 1: 0.55, 2: 0.6, 3: 0.35}[kind]
            front.lock(
                Lock(
                    points,
                    size,
                    root=0.14,
                    tip=tip,
                    wave=style["wave"] * (0.7 + 0.6 * generator.uniform()),
                    turns=style["turns"] * (0.9 + 0.2 * generator.uniform()),
                    phase=phase,
                    tone=tone,
                    kind=kind,
                    soft=0.7 if kind in (0, 3) else 0.15,
                    fade=0.035,
                    ragged=0 if kind else 0.5 * ragged,
                ),
                i * 0.71 + side,
            )
    if kind == 0:
        wisps = []
        for _ in range(10):
            side = 1 if generator.uniform() < 0.5 else -1
            points = _fall_path(
                side,
                part_u,
                generator.choice([generator.uniform(0.15, 0.35), generator.uniform(0.85, 1.04)]),
                style,
                generator.normal(0, 0.03, 6),
            )
            wisps.append(
                Lock(
                    points,
                    0.0085,
                    root=0.5,
                    tip=0.1,
                    wave=style["wave"] * 1.2,
                    turns=style["turns"],
                    phase=generator.uniform(),
                    tone=1.15,
                    soft=0,
                    opacity=0.75,
                )
            )
        front.flyaways(wisps, 5.5)


def _fringe(front, generator):
    for k in np.linspace(-1, 1, 15):
        j = generator.normal(0, 0.015, 4)
        points = [
            (0.12 * k, -1.02),
            (0.42 * k + j[0], -1.05),
            (0.50 * k, -0.62),
            (0.52 * k + j[1], -0.20 + 0.10 * k * k + j[2] - 0.02),
        ]
        front.lock(
            Lock(
                points,
                0.085,
                tip=0.55,
                wave=0.004,
                turns=1.0,
                phase=0.2,
                tone=0.80 + 0.13 * generator.uniform(-1, 1),
                soft=0.6,
                ragged=0.07,
            ),
            3.3 * k,
        )
    front.flyaways(
        [
            Lock(
                [(0.1 * k, -1.0), (0.4 * k, -1.0), (0.5 * k, -0.6), (0.50 * k, -0.14)],
                0.008,
                tip=0.2,
                wave=0.004,
                turns=1.0,
                tone=1.1,
                opacity=0.8,
            )
            for k in generator.uniform(-0.9, 0.9, 6)
        ],
        8.8,
    )


def paint_hair(back, front, factors, contour):
    """Paints the style of ``factors`` on two `HairPaint`, behind and in front of the head."""
    name = factors.hair_style
    generator = stream(factors.seed, factors.index, "hair locks")
    if name in FALLS:
        if name == "low bun":
            paint_bun(back, (0.26 if factors.hair_part < 0 else -0.26, 0.66), 0.30, generator)
        close = FALLS[name].get("kind", 0) in (1, 2)
        paint_cap(front, contour, 0.070 + 0.60 * FALLS[name]["volume"], 0.42 if close else 0.46, inner=0.0 if close else 0.05)
        _fall(back, front, factors, FALLS[name], generator)
        round_top(front, contour, 0.085 + 0.60 * FALLS[name]["volume"])
        if name == "bangs":
            _fringe(front, generator)
    elif name == "high bun":
        paint_gathered(front, contour, generator)
        paint_bun(front, (0.02, -1.12), 0.205, generator)
    elif name == "ponytail":
        paint_ponytail(back, factors, generator)
        paint_gathered(front, contour, generator)
    elif name == "pixie":
        paint_pixie(front, factors, contour, generator)
    elif name == "short crop":
        paint_crop(front, factors, contour, generator)
    elif name in ("afro", "short coils", "short curls"):
        paint_afro(back, front, factors, contour, generator, name)
    elif name == "shaved":
        paint_shaved(front, contour)
    elif name == "head wrap":
        paint_wrap(front, contour, generator)
    elif name == "headscarf":
        paint_scarf(front, contour, generator)
