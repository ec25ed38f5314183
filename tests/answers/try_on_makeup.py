"""Right and wrong answers to the exercises of chapter 12; each wrong one with a word that its hint must contain."""

import numpy as np
from tryon_utils import guided, lab, makeup_scores, metrics


# ---- A layer in light ------------------------------------------------------------------------------------------------

def decoded(srgb):
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def encoded(light):
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 0) ** (1 / 2.4) - 0.055)


def layer_by_loops(face, opacity, colour):
    result = np.empty_like(face)
    for row, column, channel in np.ndindex(face.shape):
        share = opacity[row, column]
        result[row, column, channel] = encoded((1 - share) * decoded(face[row, column, channel]) + share * decoded(colour[channel]))
    return result


def layer_in_ops(face, opacity, colour):
    light = lab.linear_from_srgb(face.astype("float32"))
    return lab.srgb_from_linear(light * (1 - opacity[..., None]) + opacity[..., None] * lab.linear_from_srgb(colour.astype("float32")))


def mixed(face, opacity, colour):
    return (1 - opacity[..., None]) * face + opacity[..., None] * colour


# ---- A strength for each layer -----------------------------------------------------------------------------------------

def strengths_by_loop(face, opacities, colours, strengths):
    for opacity, colour, strength in zip(np.moveaxis(opacities, -1, 0), colours, strengths, strict=True):
        face = mixed(face, strength * opacity, colour)
    return face


def strengths_recursive(face, opacities, colours, strengths):
    if not len(strengths):
        return face
    below = strengths_recursive(face, opacities[..., :-1], colours[:-1], strengths[:-1])
    return below * (1 - strengths[-1] * opacities[..., -1:]) + strengths[-1] * opacities[..., -1:] * colours[-1]


def all_into_the_bare_face(face, opacities, colours, strengths):
    return face + np.einsum("hwk,k,hwkc->hwc", opacities, strengths, colours - face[:, :, None])


# ---- The worst tone ------------------------------------------------------------------------------------------------------

def by_table(errors, tones):
    return makeup_scores.worst_tone(metrics.by_group(errors, tones))[1]


def by_bins(errors, tones):
    counts = np.bincount(tones)
    means = np.bincount(tones, errors)[counts > 0] / counts[counts > 0]
    return max(means) / (sum(means) / len(means))


def tone_means(errors, tones):
    return np.array([np.mean([error for error, other in zip(errors, tones, strict=True) if other == tone]) for tone in sorted(set(tones))])


# ---- A soft edge -----------------------------------------------------------------------------------------------------------

def edge_by_cases(distance, width):
    share = np.minimum(np.maximum(distance + width / 2, 0), width) / width
    return 3 * share**2 - 2 * share**3


def edge_by_where(distance, width):
    share = distance / width + 0.5
    return np.where(share <= 0, 0, np.where(share >= 1, 1, share**2 * (3 - 2 * share)))


# ---- The guided filter's line ------------------------------------------------------------------------------------------

def line_by_regression(guide, values, epsilon):
    """Ridge regression as a least-squares problem with one row more."""
    inside = guide.ravel() - guide.mean()
    slope = np.linalg.lstsq(np.append(inside, np.sqrt(epsilon * guide.size))[:, None], np.append(values.ravel() - values.mean(), 0), rcond=None)[0][0]
    return slope, values.mean() - slope * guide.mean()


def line_by_moments(guide, values, epsilon):
    a = ((guide * values).mean() - guide.mean() * values.mean()) / ((guide**2).mean() - guide.mean() ** 2 + epsilon)
    return [a, values.mean() - a * guide.mean()]


def line_from_the_package(guide, values, epsilon):
    """A window as a whole picture, with a radius that reaches everywhere: every pixel says the same."""
    a, b = guided.line_in_windows(np.atleast_2d(guide), np.atleast_2d(values)[..., None], 20, epsilon)
    return a[0, 0, 0], b[0, 0, 0]


RIGHT = {
    "layer_in_light": [layer_by_loops, layer_in_ops, lambda face, opacity, colour: encoded(mixed(decoded(face), opacity, decoded(colour)))],
    "with_strengths": [strengths_by_loop, strengths_recursive],
    "worst_tone": [by_table, by_bins, lambda errors, tones: tone_means(errors, tones).max() / tone_means(errors, tones).mean()],
    "soft_edge": [edge_by_cases, edge_by_where],
    "line_in_window": [line_by_regression, line_by_moments, line_from_the_package],
}

WRONG = {
    "layer_in_light": [
        (mixed, "sRGB numbers"), (lambda face, opacity, colour: encoded(mixed(decoded(face), opacity, colour)), "colour is still"),
        (lambda face, opacity, colour: encoded(mixed(face, opacity, decoded(colour))), "face is still"),
        (lambda face, opacity, colour: mixed(decoded(face), opacity, decoded(colour)), "turn it back"),
        (lambda face, opacity, colour: decoded(mixed(encoded(face), opacity, encoded(colour))), "turned the two"),
        (lambda face, opacity, colour: layer_by_loops(face, 1 - opacity, colour), "must stay"),
        (lambda face, opacity, colour: layer_by_loops(face, decoded(opacity), colour), "a share"),
        (lambda face, opacity, colour: encoded(decoded(face) * (1 - opacity[..., None] + opacity[..., None] * decoded(colour))), "multiplied"),
        (lambda face, opacity, colour: encoded(decoded(face) + opacity[..., None] * decoded(colour)), "added"),
        (lambda face, opacity, colour: layer_by_loops(face, opacity, colour)[..., 0], "shape"),
    ],
    "with_strengths": [
        (lambda face, opacities, colours, strengths: strengths_by_loop(face, opacities, strengths[:, None] * colours, np.ones(len(strengths))), "dims"),
        (all_into_the_bare_face, "bare face"),
        (lambda face, opacities, colours, strengths: face + strengths.mean() * (strengths_by_loop(face, opacities, colours, np.ones(len(strengths))) - face), "of its own"),
        (lambda face, opacities, colours, strengths: strengths_by_loop(face, opacities[..., ::-1], colours[::-1], strengths[::-1]), "lowest"),
        (lambda face, opacities, colours, strengths: strengths_by_loop(face, opacities, colours, np.ones(len(strengths))), "aren't used"),
        (lambda face, opacities, colours, strengths: strengths_by_loop(face, np.minimum(opacities, strengths), colours, np.ones(len(strengths))), "cut"),
        (lambda face, opacities, colours, strengths: strengths_by_loop(face, opacities, colours, strengths > 0.5), "either"),
        (lambda face, opacities, colours, strengths: strengths_by_loop(face, np.maximum(opacities - (1 - strengths), 0), colours, np.ones(len(strengths))), "subtracted"),
        (lambda face, opacities, colours, strengths: strengths_by_loop(face, opacities ** (1 / np.maximum(strengths, 1e-6)), colours, np.ones(len(strengths))), "power"),
    ],
    "worst_tone": [
        (lambda errors, tones: max(tone_means(errors, tones)) / np.mean(errors), "all faces"), (lambda errors, tones: np.max(errors) / np.mean(tone_means(errors, tones)), "worst face"),
        (lambda errors, tones: np.max(errors) / np.mean(errors), "knows of tones"), (lambda errors, tones: max(tone_means(errors, tones)) / min(tone_means(errors, tones)), "best"),
        (lambda errors, tones: max(tone_means(errors, tones)) - np.mean(tone_means(errors, tones)), "difference"), (lambda errors, tones: max(tone_means(errors, tones)), "how many times"),
        (lambda errors, tones: np.std(tone_means(errors, tones)) / np.mean(tone_means(errors, tones)), "spread"),
        (lambda errors, tones: sorted(set(tones))[int(np.argmax(tone_means(errors, tones)))], "which tone"),
        (tone_means, "shape"),
    ],
    "soft_edge": [
        (lambda distance, width: np.where(distance > 0, 1.0, 0.0), "hard"), (lambda distance, width: np.clip((distance + width / 2) / width, 0, 1), "straight"),
        (lambda distance, width: 3 * (distance / width + 0.5) ** 2 - 2 * (distance / width + 0.5) ** 3, "runs off"),
        (lambda distance, width: edge_by_cases(distance - width / 2, width), "on the outline"), (lambda distance, width: 1 - edge_by_cases(distance, width), "turned round"),
        (lambda distance, width: edge_by_cases(distance, 2 * width), "twice"), (lambda distance, width: edge_by_cases(distance, 1 / width), "harder"),
        (lambda distance, width: 1 / (1 + np.exp(-4 * distance / width)), "never reaches"), (lambda distance, width: edge_by_cases(distance, 1.0), "isn't used"),
    ],
    "line_in_window": [
        (lambda guide, values, epsilon: line_by_moments(guide, values, 0.0), "epsilon isn't"),
        (lambda guide, values, epsilon: (a := np.cov(guide.ravel(), values.ravel(), ddof=0)[0, 1] / (values.var() + epsilon), values.mean() - a * guide.mean()), "variance of the map"),
        (lambda guide, values, epsilon: (a := np.corrcoef(guide.ravel(), values.ravel())[0, 1] / (guide.var() + epsilon), values.mean() - a * guide.mean()), "correlation"),
        (lambda guide, values, epsilon: (a := np.mean(guide * values) / (guide.var() + epsilon), values.mean() - a * guide.mean()), "products"),
        (lambda guide, values, epsilon: (line_by_moments(guide, values, epsilon)[0], values.mean()), "through the means"),
        (lambda guide, values, epsilon: (a := np.cov(guide.ravel(), values.ravel(), ddof=0)[0, 1] / (guide.std() + epsilon), values.mean() - a * guide.mean()), "standard deviation"),
        (lambda guide, values, epsilon: line_by_moments(values, guide, epsilon), "turned round"), (lambda guide, values, epsilon: line_by_moments(guide, values, epsilon)[::-1], "other order"),
        (lambda guide, values, epsilon: line_by_moments(guide, values, epsilon)[0], "shape"),
    ],
}
