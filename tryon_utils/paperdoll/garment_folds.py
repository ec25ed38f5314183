"""Folds as an illustrator draws them: tapered ridges from the points where cloth is held, plus a little restlessness.

All heights are in H over trunk coordinates (q, s) or arm coordinates (a, d), so folds follow the pose.
"""

import numpy as np

from tryon_utils.paperdoll.body_curves import ease
from tryon_utils.paperdoll.noise import fbm_tile, sample_tile


def torso_folds(field, width, factors, skeleton, bottom):
    """Fold height over the trunk.

    Args:
        field: `TrunkField`.
        width: half width of the panel at each sample, H.
        factors: `GarmentFactors`.
        skeleton: `Skeleton`.
        bottom: height of the hem (or the waistband when tucked), H.

    Returns:
        float32 heights in H, trunk window.
    """
    generator = np.random.default_rng([factors.fold_seed, 1])
    jitter = lambda size: float(generator.uniform(-size, size))  # noqa: E731
    fit, soft = factors.fit, {"satin": 1.25, "linen": 1.1, "knit": 0.6}.get(factors.fabric, 0.9)
    gain = (0.55 + 0.9 * factors.folds) * soft
    q, s = field.q, field.s
    lines = []
    for side in (-1, 1):
        raised = skeleton.raises[side] > 0.08
        on_weight = side == skeleton.weight
        # The armpit holds the cloth: short pulls towards the bust and along the side.
        lines += [
            ((side * 0.60, 1.86 + jitter(0.03)), (side * (0.26 + jitter(0.04)), 2.10 + jitter(0.04)), 0.036, 0.020, side * 0.10),
            ((side * 0.60, 1.95), (side * (0.36 + jitter(0.05)), 2.34 + jitter(0.06)), 0.032, 0.017, side * 0.08),
            ((side * 0.57, 1.64), (side * 0.44, 2.02), 0.03, 0.012, side * -0.10),
        ]
        if raised:
            lines += [
                ((side * 0.56, 1.70), (side * (0.12 + jitter(0.05)), 2.52 + jitter(0.1)), 0.045, 0.026, side * 0.07),
                ((side * 0.58, 1.84), (side * (0.30 + jitter(0.05)), 2.95 + jitter(0.1)), 0.045, 0.024, side * 0.05),
                ((side * 0.48, 1.56), (side * -0.05, 2.10), 0.04, 0.018, side * 0.10),
            ]
        # The waist: squeezed on the standing side, drawn long on the other.
        squeeze = 1.3 if on_weight else 0.6
        for k in range(3):
            y = 2.62 + 0.13 * k + jitter(0.03)
            lines.append((
                (side * (0.50 + jitter(0.03)), y), (side * (0.08 + jitter(0.10)), y + 0.16 + jitter(0.07)), 0.030,
                0.017 * squeeze * (1.1 - 0.4 * fit), side * (0.10 + jitter(0.05)),
            ))  # fmt: skip
        # Below the bust loose cloth falls in long soft pipes.
        if bottom > 2.9:
            for k in range(3):
                x = side * (0.14 + 0.19 * k + jitter(0.05))
                start, end = (x * 0.85, 2.20 + 0.15 * k + jitter(0.1)), (x * 1.12 + jitter(0.05), bottom + 0.25)
                lines.append((start, end, 0.048, 0.022 * (0.3 + fit), jitter(0.04)))
            lines.append(((side * 0.30, bottom - 0.45 + jitter(0.1)), (side * 0.62, bottom + 0.05), 0.04, 0.014, side * 0.08))
        if factors.hem == "tucked":  # the blouse gathers over the waistband
            for k in range(4):
                x = side * (0.07 + 0.125 * k + jitter(0.03))
                lines.append(((x * 1.05 + jitter(0.02), 2.50 + jitter(0.08)), (x * 0.95, 2.92), 0.026, 0.017, jitter(0.08)))
    relief = np.zeros_like(s)
    for start, end, wide, height, bend in lines:
        field.strokes.add(relief, start, end, wide, height * gain, bend, 0.35)
    tile = fbm_tile(3, 11 + factors.fold_seed % 5, 0.5, 8)
    drift = float(generator.uniform())
    restless = sample_tile(tile, q * np.float32(0.16) + np.float32(drift), s * np.float32(0.085) + q * np.float32(0.03))
    relief += restless * (np.float32(0.016 * gain) * ease(1.5, 2.1, s))
    return relief * ease(1.0, 0.55, np.abs(q) / np.maximum(width, 0.05) - 0.15) if factors.fabric == "knit" else relief


def sleeve_folds(field, factors, skeleton, end):
    """Fold height over one sleeve, in H, limb window; arguments as for `torso_folds`, ``end`` the arm coordinate of its end."""
    arm = skeleton.arms[field.side]
    generator = np.random.default_rng([factors.fold_seed, 2, field.side + 1])
    jitter = lambda size: float(generator.uniform(-size, size))  # noqa: E731
    soft = {"satin": 1.25, "linen": 1.1, "knit": 0.75}.get(factors.fabric, 0.95)
    gain = (0.55 + 0.8 * factors.folds) * soft * (0.75 + 0.5 * factors.fit)
    a, d = field.a, field.d
    bend = min(abs(arm.upper - arm.fore), 120) / 100
    # From the shoulder cap down, and out of the armpit.
    lines = [
        ((0.00, 0.13), (0.48 + jitter(0.05), 0.02), 0.034, 0.013, -0.06), ((0.30, -0.16), (0.62 + jitter(0.06), 0.05), 0.03, 0.016, 0.10),
        ((0.42, -0.17), (0.86 + jitter(0.06), -0.02), 0.03, 0.013, 0.08),
    ]  # fmt: skip
    if end > 1.0:
        # Round the elbow: short folds that fan out of the crook, and long slack above and below it.
        for k, at in enumerate((1.08, 1.24, 1.38, 1.54)):
            lean = (at - 1.33) * 0.9
            lower, upper = (at + jitter(0.03), -0.16), (at + lean + jitter(0.05), 0.13)
            lines.append((lower, upper, 0.030, 0.011 + 0.016 * bend * (1 - abs(k - 1.5) / 3), 0.06))
        lines += [
            ((0.70, 0.10), (1.22 + jitter(0.06), -0.08), 0.036, 0.015, 0.06), ((0.92, -0.10), (1.30, 0.09), 0.032, 0.012, -0.06),
            ((1.44, 0.10), (1.86 + jitter(0.06), -0.05), 0.034, 0.014, 0.05),
        ]  # fmt: skip
    if end > 2.2:
        for at in (1.86, 2.00, 2.12, 2.22):
            swing = -1 if generator.uniform() < 0.5 else 1
            lines.append(((at + jitter(0.03), -0.12 * swing), (at + 0.13 + jitter(0.03), 0.11 * swing), 0.024, 0.011, 0.10))
    relief = np.zeros_like(a)
    for start, end, wide, height, bend in lines:
        field.strokes.add(relief, start, end, wide, height * gain, bend, 0.35)
    tile = fbm_tile(3, 17 + factors.fold_seed % 5, 0.5, 8)
    relief += sample_tile(tile, d * np.float32(0.22) + np.float32(generator.uniform()), a * np.float32(0.11)) * np.float32(0.012 * gain)
    return relief


def hem_wave(factors, q):
    """How far the hem sags (H) at sideways places ``q``: a few shallow waves, deeper in loose cloth."""
    phase = np.random.default_rng([factors.fold_seed, 4]).uniform(0, 2 * np.pi, 2)
    wave = np.sin(q * np.float32(5.3) + np.float32(phase[0])) + np.float32(0.6) * np.sin(q * np.float32(9.7) + np.float32(phase[1]))
    return wave * np.float32(0.010 + 0.012 * factors.fit)


def outline_waves(factors, knots, amount, key):
    """Small irregular swellings (n,) of an outline at profile positions ``knots``, H: cloth is never a clean tube."""
    generator = np.random.default_rng([factors.fold_seed, 3, key])
    phase = generator.uniform(0, 2 * np.pi, 2)
    wave = 0.6 * np.sin(knots * 9.0 + phase[0]) + 0.4 * np.sin(knots * 15.5 + phase[1])
    return amount * wave
