"""Hair that is put up: combed back from the hairline, coiled in a bun or tied in a tail."""

import numpy as np

from tryon_utils.paperdoll.face_shape import CENTRE_V
from tryon_utils.paperdoll.hair import Lock
from tryon_utils.paperdoll.hair_short import hairline, paint_cap


def paint_gathered(front, contour, generator):
    """Hair combed back from the hairline to the crown, smooth and close to the skull."""
    paint_cap(front, contour, 0.06, 0.66)
    angles = np.linspace(-0.53, 0.53, 37) * np.pi
    order = np.argsort(-np.abs(angles) + 0.2 * generator.uniform(size=len(angles)))
    for i in order:
        a = angles[i]
        from_chin = np.pi - abs(a)
        radius = float(np.interp(from_chin, np.linspace(0, np.pi, len(contour.radius)), contour.radius))
        near = radius * (min(float(hairline(from_chin)), 0.98) + 0.012)
        root_u, root_v = np.sin(a) * near, CENTRE_V - np.cos(a) * near
        far = radius * 1.10
        out_u, out_v = np.sin(a * 0.86) * far, CENTRE_V - np.cos(a * 0.86) * far
        gather = (0.16 * np.sin(a), -1.035)
        bend = (root_u * 0.6 + out_u * 0.4, root_v * 0.6 + out_v * 0.4 - 0.02)
        tone = 0.94 + 0.13 * generator.uniform(-1, 1)
        front.lock(
            Lock(
                [(root_u, root_v), bend, (out_u, out_v), (0.55 * out_u, -1.13), gather],
                0.060,
                root=0.35,
                tone=tone,
                soft=0.6,
                fade=0.30,
            ),
            1.7 * i,
        )
    wisps = []
    for _ in range(10):
        a = generator.choice((-1, 1)) * generator.uniform(0.0, 0.52) * np.pi
        near = 0.66 + 0.31 * (abs(a) / (0.60 * np.pi)) ** 1.6
        u, v = np.sin(a) * 0.67 * near, 0.02 - np.cos(a) * near
        wisps.append(
            Lock(
                [(u * 0.98, v + 0.02), (u * 1.0 + generator.normal(0, 0.03), v - 0.06), (u * 1.06, v - 0.16)],
                0.006,
                root=0.5,
                tip=0.2,
                wave=0.004,
                turns=1.0,
                opacity=0.5,
            )
        )
    for side in (-1, 1):
        wisps.append(
            Lock(
                [
                    (side * 0.60, -0.30),
                    (side * 0.66, 0.0),
                    (side * 0.60, 0.20),
                    (side * (0.62 + 0.05 * generator.normal()), 0.42 + 0.1 * generator.uniform()),
                ],
                0.013,
                root=0.5,
                tip=0.1,
                wave=0.012,
                turns=1.2,
                phase=generator.uniform(),
                tone=0.9,
                opacity=0.8,
            )
        )
    front.flyaways(wisps, 6.1)


def paint_bun(paint, at, radius, generator):
    """A coil of hair around ``at``: a dark ball, then arcs that overlap in a turn."""
    u, v = at
    for k in range(3):
        paint.lock(
            Lock(
                [
                    (u - radius * 0.8, v + 0.25 * radius * (k - 1)),
                    (u, v + 0.6 * radius * (k - 1)),
                    (u + radius * 0.8, v + 0.25 * radius * (k - 1)),
                ],
                radius * 0.72,
                root=0.7,
                tip=0.7,
                tone=0.6,
                soft=0.1,
                depth=0.1,
            ),
            k,
        )
    for i in range(15):
        start = 2 * np.pi * i / 15 * 2.0 + generator.normal(0, 0.15)
        ring = radius * (1.0 - 0.45 * (i / 14))
        sweep = 1.9 + 0.5 * generator.uniform()
        around = [start + sweep * t for t in (0, 0.33, 0.66, 1)]
        points = [
            (
                u + ring * 1.12 * np.cos(a) * (1.12 if 0 < j < 3 else 0.85),
                v + ring * 0.92 * np.sin(a) * (1.12 if 0 < j < 3 else 0.85),
            )
            for j, a in enumerate(around)
        ]
        paint.lock(Lock(points, radius * 0.27, root=0.35, tone=0.94 + 0.16 * generator.uniform(-1, 1), depth=0.1), i * 0.9)
    paint.flyaways(
        [
            Lock(
                [
                    (u + radius * 1.0 * np.cos(a), v + radius * np.sin(a)),
                    (u + radius * 1.3 * np.cos(a + 0.5), v + radius * 1.2 * np.sin(a + 0.5)),
                    (u + radius * 1.25 * np.cos(a + 1), v + radius * 1.15 * np.sin(a + 1)),
                ],
                0.006,
                opacity=0.6,
                depth=0.1,
            )
            for a in generator.uniform(3.3, 6.0, 5)
        ],
        2.2,
    )


def paint_ponytail(back, factors, generator):
    """A tail of hair that swings out from the crown and down one side."""
    side = 1 if factors.hair_part < 0 else -1
    for i in range(13):
        spread = (i - 6) / 6
        j = generator.normal(0, 0.03, 4)
        points = [
            (side * 0.10, -1.0),
            (side * (0.66 + 0.07 * spread), -1.07 + j[0]),
            (side * (1.02 + 0.09 * spread), -0.50),
            (side * (0.74 + 0.20 * spread) + j[1], 0.45),
            (side * (0.84 + 0.10 * spread) + j[2], 1.15 + j[3] * 5),
        ]
        back.lock(
            Lock(
                points,
                0.078 + 0.03 * generator.uniform(),
                root=0.5,
                tip=0.06,
                wave=0.045,
                turns=1.3,
                phase=0.2 + 0.1 * generator.normal(),
                tone=0.92 + 0.16 * generator.uniform(-1, 1),
                soft=0.7,
            ),
            i * 0.83,
        )
