"""Hair close to the head (caps, crops, coils, a shaved scalp) and cloth worn over it."""

import functools

import numpy as np

from tryon_utils.paperdoll.hair import Lock
from tryon_utils.paperdoll.noise import fbm_tile, sample_tile
from tryon_utils.paperdoll.shading import smoothstep

_TURN = np.array([0, 74, 86, 98, 112, 127, 144, 162, 180]) / 180 * np.pi
_EDGE = np.array([9, 1.5, 1.06, 0.975, 0.925, 0.860, 0.755, 0.675, 0.648])


def hairline(angle, lower=0.0):
    """Where hair begins at ``angle`` from the chin (0) to the crown (pi), as a share of the head's outline."""
    return np.interp(angle, _TURN, _EDGE + lower).astype(np.float32)


def _head_grid(paint, contour):
    """Head coordinates over the paint's grid with (q, angle, u, v)."""
    x, y = np.broadcast_arrays(paint.x[None, :], paint.y[:, None])
    u, v = paint.pose.backward(x, y)
    q, _, _, rho = contour.relative(u, v)
    return u, v, q, np.arctan2(np.abs(u), v - np.float32(0.1)), rho


def _cap_tangent(u, v):
    """Strands that run from the brow up over the head."""
    length = np.sqrt(u * u + (v - 0.1) ** 2) + 1e-5
    return np.stack([u / length, (v - np.float32(0.1)) / length])


def paint_cap(paint, contour, volume, tone, inner=0.0):
    """A close cap of hair from the hairline to just past the skull: what shows between locks."""
    u, v, q, angle, _ = _head_grid(paint, contour)
    pixel = paint.pixel
    fray = sample_tile(fbm_tile(6, 2, 0.75, 16), angle * np.sign(u) * np.float32(0.55), q * np.float32(0.06))
    start = hairline(angle) + np.float32(inner)
    soft = np.float32(0.030 + pixel)
    alpha = smoothstep(-soft, soft, q - start + np.float32(0.035) * fray) * smoothstep(
        pixel, -pixel, q - np.float32(1 + volume) - np.float32(0.008) * fray
    )
    paint.mass(alpha, np.float32(tone) * (1 + np.float32(0.25) * fray), _cap_tangent(u, v))


def round_top(paint, contour, volume):
    """Cuts what stands out above a smooth crown ``volume`` higher than the skull; leaves the sides as they are."""
    _, _, q, angle, _ = _head_grid(paint, contour)
    soft = np.float32(0.006 + paint.pixel)
    paint.clip(
        smoothstep(
            soft,
            -soft,
            q
            - np.float32(1 + volume)
            - np.float32(0.5) * smoothstep(3.0, 1.9, angle)
            - np.float32(9) * smoothstep(2.0, 1.5, angle),
        )
    )


def paint_shaved(paint, contour):
    """A shadow of hair on the scalp."""
    u, v, q, angle, _ = _head_grid(paint, contour)
    grain = sample_tile(fbm_tile(6, 9, 0.9, 16), u * np.float32(2.0), v * np.float32(2.0)) * np.float32(
        np.clip(0.012 / paint.pixel - 0.3, 0, 1)
    )
    start = hairline(angle)
    alpha = smoothstep(-0.03, 0.07, q - start) * smoothstep(1.03, 0.99, q) * np.float32(0.62) * (1 + np.float32(0.35) * grain)
    paint.mass(np.clip(alpha, 0, 1), np.full_like(q, 0.85), _cap_tangent(u, v))


@functools.lru_cache(maxsize=1)
def _curl_tile():
    """A tiling table of little curls: (3, 256, 256) of tone in [0, 1] and sideways slopes."""
    generator = np.random.default_rng(31)
    size, reach = 256, np.arange(-22, 24)  # a curl is at most 17 wide and 22 high
    height = np.zeros((size, size), np.float32)
    for _ in range(420):
        at_x, at_y, radius = generator.uniform(0, size), generator.uniform(0, size), generator.uniform(5, 12)
        rows, columns = (int(at_y) + reach) % size, (int(at_x) + reach) % size
        dx = (columns[None].astype(np.float32) - at_x + size / 2) % size - size / 2
        dy = ((rows[:, None].astype(np.float32) - at_y + size / 2) % size - size / 2) * generator.uniform(0.8, 1.5)
        distance = np.hypot(dx, dy)
        gap = np.cos(np.arctan2(dy, dx) - generator.uniform(0, 6.28))
        ring = np.exp(-(((distance - radius) / 2.3) ** 2)) * np.clip(gap + 0.8, 0, 1)
        level = generator.uniform(0.4, 1.0)
        place = np.ix_(rows, columns)
        height[place] = np.where(distance < radius + 5, np.maximum(height[place] * 0.80, ring * level), height[place])
    slope_y, slope_x = np.gradient(height)
    return np.stack([height, slope_x * 4, slope_y * 4]).astype(np.float32)


_AFRO = {"afro": (0.27, 0.33, 0.045, 2.4), "short coils": (0.17, 0.045, 0.018, 3.2), "short curls": (0.20, 0.12, 0.045, 2.1)}


def paint_afro(back, front, factors, contour, generator, name):
    """Coily hair: a rounded cloud of curls with a living edge."""
    top, side, ragged, scale = _AFRO[name]
    tile = _curl_tile()
    back.sheen = front.sheen = 0.3
    for paint, is_back in ((back, True), (front, False)):
        u, v, q, angle, rho = _head_grid(paint, contour)
        pixel = paint.pixel
        lift = np.interp(
            angle,
            np.array([0, 40, 62, 85, 110, 140, 180]) / 180 * np.pi,
            [0.0, 0.0, side * 0.45, side * 0.9, side * 1.1, 0.5 * (side + top), top],
        )
        radius = (np.interp(angle, np.linspace(0, np.pi, len(contour.radius)), contour.radius) + lift).astype(np.float32)
        lumps = sample_tile(fbm_tile(3, 4, 0.6, 8), u * np.float32(0.28) + factors.index * 0.31, v * np.float32(0.28))
        curl, slope_x, slope_y = (
            sample_tile(t, u * np.float32(scale * 0.33) + lumps * 0.02, v * np.float32(scale * 0.33)) for t in tile
        )
        fine = np.float32(np.clip(0.03 / (scale * pixel), 0.15, 1))
        edge = radius - rho + np.float32(ragged) * (lumps + np.float32(1.3) * fine * (curl - np.float32(0.35)))
        alpha = smoothstep(-0.7 * pixel - 0.006, 0.7 * pixel + 0.022, edge)
        if not is_back:
            start = hairline(angle, 0.0) + np.float32(0.02)
            alpha = alpha * smoothstep(
                -0.035, 0.045, q - start + np.float32(0.06) * (curl - np.float32(0.4)) * fine + np.float32(0.02) * lumps
            )
            alpha = alpha * smoothstep(0.52, 0.25, v)
        else:
            alpha = alpha * smoothstep(0.9, 0.55, v)
        depth = smoothstep(0.0, np.float32(max(0.16, 0.6 * side + 0.1)), edge)
        tone = (
            np.float32(0.62) + np.float32(0.95) * fine * (curl - np.float32(0.32)) + np.float32(0.22) * lumps + np.float32(0.30)
        ) * (np.float32(0.86) + np.float32(0.14) * depth)
        tone = (
            tone * (np.float32(0.72) + np.float32(0.28) * smoothstep(0.0, 0.12, q - hairline(angle)))
            if not is_back
            else tone * (np.float32(0.55) + np.float32(0.45) * smoothstep(0.52, 0.80, np.abs(u)))
        )
        bulge = np.stack([-slope_x + lumps * 0.3, -slope_y]) * fine * np.float32(0.9)
        direction = np.stack([-slope_y, slope_x]) + np.float32(0.2)
        paint.mass(alpha, tone.astype(np.float32), direction / (np.sqrt((direction**2).sum(0)) + np.float32(1e-3)), bulge)
    wisps = []
    for _ in range(26 if name != "short coils" else 8):
        a = generator.uniform(-0.45, 0.45) * np.pi
        grow = 1.0 + (top if abs(a) < 0.9 else 0.8 * side + 0.2 * top)
        u, v = np.sin(a) * (0.66 + (grow - 1) * 0.9), 0.05 - np.cos(a) * (1.03 + (grow - 1) * 0.95)
        turn = generator.uniform(0, 6.28)
        wisps.append(
            Lock(
                [
                    (u * 0.95, v * 0.95),
                    (u + 0.05 * np.cos(turn), v + 0.05 * np.sin(turn)),
                    (u * 1.03 + 0.03 * np.sin(turn), v * 1.03),
                    (u * 1.01, v * 1.03 + 0.02),
                ],
                0.0075,
                root=0.7,
                tip=0.3,
                wave=0.012,
                turns=1.5,
                phase=turn,
                opacity=0.6,
            )
        )
    front.flyaways(wisps, 1.1)


def paint_pixie(front, factors, contour, generator):
    """A pixie cut: close sides and a longer top that sweeps from the part."""
    paint_cap(front, contour, 0.07, 0.60)
    part = -1 if factors.hair_part < 0 else 1
    for side in (-1, 1):
        for k in np.linspace(0, 1, 11):
            j = generator.normal(0, 0.015, 4)
            root = (side * (0.34 + 0.20 * k), -0.96 + 0.30 * k)
            mid = (side * (0.60 + 0.06 * k), -0.80 + 0.28 * k)
            tip = (side * (0.605 + 0.02 * (1 - k)) + j[0], 0.02 + 0.16 * k + j[1] - 0.26 * (1 - k))
            front.lock(
                Lock(
                    [root, mid, (side * 0.69 + j[2], -0.42 + 0.2 * k), tip],
                    0.056,
                    root=0.7,
                    wave=0.004,
                    turns=1.0,
                    tone=0.84 + 0.12 * generator.uniform(-1, 1),
                    soft=0.7,
                    ragged=0.05,
                ),
                2.1 * k + side,
            )
    for k in np.linspace(0, 1, 17):  # the top, from crown to brow
        j = generator.normal(0, 0.02, 6)
        root = (part * (0.36 - 0.10 * k), -0.92 + 0.16 * k)
        up = (part * (0.12 - 0.1 * k), -1.22 + 0.34 * k + j[0])
        over = (-part * (0.36 + 0.04 * k) + j[1], -1.20 + 0.46 * k + j[2])
        tip = (-part * (0.60 - 0.02 * k) + j[3], -0.74 + 0.42 * k + j[4])
        front.lock(
            Lock(
                [root, up, over, tip],
                0.085 - 0.015 * k,
                root=0.5,
                tip=0.10,
                wave=0.010,
                turns=1.0,
                phase=generator.uniform(),
                tone=0.97 + 0.15 * generator.uniform(-1, 1),
                soft=0.75,
                ragged=0.05,
                fade=0.10,
            ),
            1.3 * k,
        )
    for k in np.linspace(0, 1, 6):
        j = generator.normal(0, 0.02, 3)
        front.lock(
            Lock(
                [
                    (part * 0.36, -0.94 + 0.18 * k),
                    (part * (0.52 + 0.03 * k), -0.93 + 0.2 * k + j[0]),
                    (part * 0.65, -0.72 + 0.2 * k),
                    (part * 0.62 + j[1], -0.35 + 0.1 * k),
                ],
                0.06,
                root=0.5,
                tone=0.93 + 0.12 * generator.uniform(-1, 1),
                soft=0.7,
                fade=0.12,
            ),
            k,
        )
    round_top(front, contour, 0.13)


def paint_crop(front, factors, contour, generator):
    """A short crop: tapered sides and a brushed-up top, leaning away from the part."""
    paint_cap(front, contour, 0.045, 0.48)
    part = -1 if factors.hair_part < 0 else 1
    turns = np.linspace(-0.36, 0.36, 25) * np.pi
    for row, (start, rise) in enumerate(((0.16, 0.05), (0.07, 0.07), (0.0, 0.075))):  # from the crown to the hairline
        for a in turns[row % 2 :: 2][np.argsort(generator.uniform(size=len(turns[row % 2 :: 2])))]:
            from_chin, top = np.pi - abs(a), np.cos(1.1 * a)
            radius = float(np.interp(from_chin, np.linspace(0, np.pi, len(contour.radius)), contour.radius))
            near = radius * (min(float(hairline(from_chin)), 0.97) + 0.015 + start)
            far = radius * (1.02 + rise * top * generator.uniform(0.8, 1.1))
            lean = -part * 0.24 * top + generator.normal(0, 0.025)
            root = (np.sin(a) * near, 0.1 - np.cos(a) * near)
            tip = (np.sin(a * 0.86) * far + lean, 0.1 - np.cos(a * 0.86) * far)
            middle = (0.6 * root[0] + 0.4 * tip[0] - 0.5 * lean + 0.05 * np.sin(a), 0.45 * root[1] + 0.55 * tip[1] - 0.02)
            tone = 0.80 + 0.10 * row + 0.13 * generator.uniform(-1, 1)
            front.lock(
                Lock(
                    [root, middle, tip],
                    0.092,
                    tip=0.42,
                    wave=0.006,
                    turns=1.0,
                    phase=generator.uniform(),
                    tone=tone,
                    soft=0.9,
                    ragged=0.09,
                    fade=0.2,
                ),
                1.7 * a + row,
            )
    u, v, q, angle, _ = _head_grid(front, contour)
    fray = sample_tile(fbm_tile(5, 2, 0.7, 16), u * np.float32(0.8), v * np.float32(0.8))
    swell = np.float32(1.035) + np.float32(0.095) * smoothstep(1.75, 2.6, angle) + np.float32(0.016) * fray
    front.clip(smoothstep(np.float32(0.008 + front.pixel), -np.float32(0.008 + front.pixel), q - swell))


def paint_wrap(front, contour, generator):
    """A wrapped head cloth with a turned knot."""
    u, v, q, angle, _ = _head_grid(front, contour)
    pixel = front.pixel
    swell = np.float32(1.10) + np.float32(0.14) * smoothstep(1.9, 2.8, angle)
    alpha = smoothstep(-pixel, pixel, q - hairline(angle) - 0.035) * smoothstep(pixel, -pixel, q - swell)
    front.mass(alpha, np.full_like(q, 0.8), _cap_tangent(u, v), np.stack([u * 0.3, v * 0.2]))
    for k in range(11):
        side = 1 if k % 2 else -1
        t = k / 10
        j = generator.normal(0, 0.015, 4)
        points = [
            (-side * (0.78 - 0.02 * t), -0.12 - 0.55 * t + j[0]),
            (-side * 0.42, -0.80 - 0.42 * t + j[1]),
            (side * 0.25, -0.84 - 0.46 * t + j[2]),
            (side * 0.95, -0.60 - 0.5 * t + j[3]),
        ]
        front.lock(Lock(points, 0.115, tip=0.45, tone=0.98 + 0.12 * generator.uniform(-1, 1), kind=4, soft=0.0), k)
    front.clip(smoothstep(pixel, -pixel, q - swell))
    for i in range(5):
        a = (i - 2) * 0.5
        across, down = 0.15 * np.cos(a), 0.11 * np.sin(a)
        points = [(0.04 - across, -0.86 - down), (0.04 - 0.6 * down, -0.86 + 0.9 * across), (0.04 + across, -0.86 + down)]
        front.lock(Lock(points, 0.062, tip=0.5, tone=0.98 + 0.12 * generator.uniform(-1, 1), kind=4, soft=0), i)


def paint_scarf(front, contour, generator):
    """A scarf around face and neck, folded in soft drapes."""
    u, v, q, angle, rho = _head_grid(front, contour)
    pixel = front.pixel
    start = np.interp(
        angle, np.array([0, 35, 70, 100, 130, 155, 180]) / 180 * np.pi, [0.985, 0.975, 0.93, 0.90, 0.85, 0.77, 0.74]
    ).astype(np.float32)
    swell = np.interp(
        angle, np.array([0, 30, 60, 90, 120, 150, 180]) / 180 * np.pi, [1.9, 1.75, 1.30, 1.16, 1.15, 1.16, 1.17]
    ).astype(np.float32)
    alpha = smoothstep(-pixel, pixel, q - start) * smoothstep(pixel, -pixel, q - swell)
    x, y = np.broadcast_arrays(front.x[None, :], front.y[:, None])
    drape = (
        smoothstep(pixel, -pixel, np.abs(x) - (np.float32(0.40) + np.float32(0.75) * smoothstep(0.85, 1.75, y)))
        * smoothstep(0.75 - pixel, 0.75 + pixel, y)
        * smoothstep(-pixel, pixel, q - start)
    )
    alpha = np.maximum(alpha, drape)
    front.mass(alpha, np.full_like(q, 0.82), _cap_tangent(u, v))
    for side in (-1, 1):
        for k in range(6):
            t = k / 5
            j = generator.normal(0, 0.012, 3)
            points = [
                (0.03 * side, -0.80 - 0.30 * (1 - t) + 0.03),
                (side * (0.60 - 0.02 * t), -0.98 - 0.2 * (1 - t) + 0.14 * t),
                (side * (0.88 - 0.14 * t) + j[0], -0.05),
                (side * (0.70 - 0.06 * t) + j[1], 0.75),
                (side * (0.22 - 0.3 * t), 1.15 + 0.16 * (1 - t) + j[2]),
            ]
            front.lock(
                Lock(points, 0.105 - 0.02 * t, root=0.7, tip=0.6, tone=0.98 + 0.10 * generator.uniform(-1, 1), kind=4, soft=0), k
            )
    for k in range(6):
        t = k / 5
        points = [
            (-0.50 - 0.35 * t, 0.86 + 0.25 * t),
            (-0.1, 1.22 + 0.42 * t),
            (0.40, 1.16 + 0.45 * t),
            (0.60 + 0.4 * t, 0.80 + 0.6 * t),
        ]
        front.lock(Lock(points, 0.10, tip=0.5, tone=0.98 + 0.12 * generator.uniform(-1, 1), kind=4, soft=0), k)
    front.clip(np.maximum(smoothstep(pixel, -pixel, q - swell) * smoothstep(pixel, -pixel, np.abs(x) - np.float32(1.2)), drape))
