"""Checkers for the exercises of chapter 12. Each takes the learner's answer and returns a `Verdict`."""

import numpy as np

from tryon_utils.checks.judging import Misconception, judge


def _light(srgb):
    """Return how much light sRGB values are."""
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def _srgb(light):
    """Return the sRGB values of amounts of light."""
    light = np.clip(light, 0, None)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def layer_in_light(answer):
    """Check a function from a face (height, width, 3) and an opacity (height, width), and the pigment's colour (3,), to the face with one layer.

    Face and colour are sRGB in [0, 1]; light is mixed, not sRGB.

    Args:
        answer: Function of three arrays.

    Returns:
        A `Verdict`.
    """
    def mix(face, opacity, colour):
        return face + opacity[..., None] * (colour - face)

    slips = [
        Misconception(mix, "You mixed the sRGB numbers. They are no amounts of light: turn face and colour into light first, and the mixture back."),
        Misconception(lambda face, opacity, colour: _srgb(mix(_light(face), opacity, colour)), "The face is light, but the pigment's colour is still sRGB. Both are given in sRGB."),
        Misconception(lambda face, opacity, colour: _srgb(mix(face, opacity, _light(colour))), "The pigment is light, but the face is still sRGB. Both are given in sRGB."),
        Misconception(lambda face, opacity, colour: mix(_light(face), opacity, _light(colour)), "That is the light. A picture is wanted: turn it back into sRGB."),
        Misconception(lambda face, opacity, colour: _light(mix(_srgb(face), opacity, _srgb(colour))), "You turned the two functions round: sRGB comes in, so light is made first."),
        Misconception(lambda face, opacity, colour: _srgb(mix(_light(face), 1 - opacity, _light(colour))), "Where the opacity is 0 the face must stay, and yours shows the pigment there."),
        Misconception(lambda face, opacity, colour: _srgb(mix(_light(face), _light(opacity), _light(colour))), "The opacity is a share, not a colour: it is not turned into light."),
        Misconception(lambda face, opacity, colour: _srgb(_light(face) * (1 - opacity[..., None] * (1 - _light(colour)))), "You multiplied, as with a filter of glass. A pigment that covers is mixed in: all of its colour where the opacity is 1."),
        Misconception(lambda face, opacity, colour: _srgb(_light(face) + opacity[..., None] * _light(colour)), "You added the pigment's light. What it covers is no longer seen: take the same share of the face away."),
    ]
    rng = np.random.default_rng(0)
    inputs = [(rng.uniform(0.1, 0.95, (*shape, 3)), rng.random(shape), rng.uniform(0.02, 0.9, 3)) for shape in ((2, 3), (4, 4), (1, 5))]
    return judge(answer, lambda face, opacity, colour: _srgb(mix(_light(face), opacity, _light(colour))), inputs, slips, tolerance=2e-3,
                 praise="Half as much light looks much lighter than half the number: so a half-covering layer mixed in sRGB would come out too dark.")


def with_strengths(answer):
    """Check a function from a face (height, width, 3), opacities (height, width, k), colours (k, 3) and strengths (k,) to the made-up face.

    All colours are light. The layers lie one on top of the other, the first one lowest.

    Args:
        answer: Function of four arrays.

    Returns:
        A `Verdict`.
    """
    def painted(face, opacities, colours):
        for place in range(opacities.shape[-1]):
            face = face + opacities[..., [place]] * (colours[place] - face)
        return face

    def at_once(face, opacities, colours, strengths):
        return face + sum((strengths[place] * opacities[..., [place]]) * (colours[place] - face) for place in range(len(strengths)))

    def blended(face, opacities, colours, strengths):
        return face + np.mean(strengths) * (painted(face, opacities, colours) - face)

    slips = [
        Misconception(lambda face, opacities, colours, strengths: painted(face, opacities, colours * strengths[:, None]), "Your strength dims the pigment: weak lipstick turns into black lipstick. It is the opacity that gets less."),
        Misconception(at_once, "Each of your layers is mixed into the bare face. A layer lies on what is already there, the ones before it too."),
        Misconception(blended, "You mixed bare and finished face by one mean strength. Every layer has a strength of its own."),
        Misconception(lambda face, opacities, colours, strengths: painted(face, (opacities * strengths)[..., ::-1], colours[::-1]), "Your last layer lies lowest. The first one is painted first."),
        Misconception(lambda face, opacities, colours, strengths: painted(face, opacities, colours), "The strengths aren't used: at 0, too, you paint."),
        Misconception(lambda face, opacities, colours, strengths: painted(face, np.minimum(opacities, strengths), colours), "You cut the opacity off at the strength: a soft edge becomes a flat plate. Take a share of it everywhere."),
        Misconception(lambda face, opacities, colours, strengths: painted(face, np.where(strengths > 0.5, opacities, 0), colours), "Your layers are either there or not. At a strength of a half, half of the opacity is wanted."),
        Misconception(lambda face, opacities, colours, strengths: painted(face, opacities ** (1 / np.maximum(strengths, 1e-6)), colours), "You took a power of the opacity. Where it is 1 that never gets weaker: multiply."),
        Misconception(lambda face, opacities, colours, strengths: painted(face, np.clip(opacities + strengths - 1, 0, 1), colours), "You subtracted. Thin layers vanish long before the strength is 0: multiply."),
    ]
    rng = np.random.default_rng(1)
    inputs = [(rng.random((*shape, 3)), rng.random((*shape, count)), rng.random((count, 3)), strengths)
              for shape, count, strengths in (((3, 4), 2, np.array([0.25, 1.0])), ((2, 2), 3, np.array([0.0, 0.6, 0.35])), ((3, 3), 4, np.array([0.9, 0.1, 0.5, 0.7])), ((2, 5), 2, np.zeros(2)))]
    return judge(answer, lambda face, opacities, colours, strengths: painted(face, opacities * strengths, colours), inputs, slips, tolerance=1e-5,
                 praise="At 0 nothing is added, so the face comes back as it was; and each layer has its own slider.")


def worst_tone(answer):
    """Check a function from errors (n,) and skin tones (n,) to how much worse the worst tone is: a multiple of the mean over the tones.

    Args:
        answer: Function of two arrays.

    Returns:
        A `Verdict`.
    """
    def means(errors, tones):
        return np.array([errors[tones == tone].mean() for tone in np.unique(tones)])

    slips = [
        Misconception(lambda errors, tones: means(errors, tones).max() / errors.mean(), "You divided by the mean over all faces. Tones with many faces then count more: a tone that is rare and served badly hides itself."),
        Misconception(lambda errors, tones: errors.max() / means(errors, tones).mean(), "That is the worst face. One bad picture says little about a tone: take each tone's mean first."),
        Misconception(lambda errors, tones: errors.max() / errors.mean(), "That is the worst face against the mean face. Nothing in it knows of tones."),
        Misconception(lambda errors, tones: means(errors, tones).max() / means(errors, tones).min(), "That is worst against best. The question is worst against the mean of the tones."),
        Misconception(lambda errors, tones: means(errors, tones).max() - means(errors, tones).mean(), "That is a difference. A multiple is wanted, so that it can be compared between models."),
        Misconception(lambda errors, tones: means(errors, tones).max(), "That is the worst tone's error. How many times the mean of the tones is it?"),
        Misconception(lambda errors, tones: means(errors, tones).std() / means(errors, tones).mean(), "That is the spread. It can be small although one tone of ten is served badly."),
        Misconception(lambda errors, tones: np.unique(tones)[means(errors, tones).argmax()], "That is which tone is worst. How many times the mean is its error?"),
        Misconception(lambda errors, tones: max(np.median(errors[tones == tone]) for tone in np.unique(tones)) / np.mean([np.median(errors[tones == tone]) for tone in np.unique(tones)]),
                      "You took medians. They are blind to a part of a tone's people; take means."),
    ]
    rng = np.random.default_rng(2)
    inputs = []
    for counts in ((5, 12, 3), (2, 9, 4, 7), (20, 3)):
        tones = np.repeat(np.arange(1, len(counts) + 1), counts)
        errors = rng.uniform(1, 3, len(tones)) * (1 + 0.3 * (tones == len(counts)))
        order = rng.permutation(len(tones))
        inputs.append((errors[order], tones[order]))
    return judge(answer, lambda errors, tones: means(errors, tones).max() / means(errors, tones).mean(), inputs, slips, tolerance=1e-5,
                 praise="Every tone weighs the same, however many of its people came. Matching the whole skin to a reference fails here first: it moves whoever is far from her.")


def soft_edge(answer):
    """Check a function from signed distances to an outline (inside above 0) and the width of the soft edge to a soft mask.

    Args:
        answer: Function of an array and a number.

    Returns:
        A `Verdict`.
    """
    def smooth(share):
        share = np.clip(share, 0, 1)
        return share * share * (3 - 2 * share)

    slips = [
        Misconception(lambda distance, width: (distance > 0).astype(float), "That is a hard mask: its edge is a staircase, and makeup would end in a line."),
        Misconception(lambda distance, width: np.clip(distance / width + 0.5, 0, 1), "The ends are right, and the way between them is straight. `3 t^2 - 2 t^3` has no kink at either end."),
        Misconception(lambda distance, width: 3 * (distance / width + 0.5) ** 2 - 2 * (distance / width + 0.5) ** 3, "Away from the edge yours runs off to huge numbers. Cut the share off at 0 and 1 first."),
        Misconception(lambda distance, width: smooth(distance / width), "Yours is 0 on the outline. A soft mask is a half there, and the edge reaches as far out as in."),
        Misconception(lambda distance, width: smooth(-distance / width + 0.5), "Inside and outside are turned round: distances above 0 lie inside."),
        Misconception(lambda distance, width: smooth(distance / (2 * width) + 0.5), "Your edge is twice as wide as it should be: from 0 to 1 it goes within `width` pixels in all."),
        Misconception(lambda distance, width: smooth(distance * width + 0.5), "A larger width should give a softer edge, and yours gets harder."),
        Misconception(lambda distance, width: 1 / (1 + np.exp(-4 * distance / width)), "That curve never reaches 0: every pixel of the picture would get a breath of lipstick."),
        Misconception(lambda distance, width: smooth(distance + 0.5), "The width isn't used."),
    ]
    inputs = [(np.linspace(-4, 4, 17), 3.0), (np.random.default_rng(3).normal(size=(3, 4)), 2.0), (np.array([-1.0, -0.1, 0.0, 0.1, 1.0]), 0.5)]
    return judge(answer, lambda distance, width: smooth(distance / width + 0.5), inputs, slips, tolerance=1e-5,
                 praise="A half on the outline, 0 and 1 beyond the edge, and no kink on the way. That is what `regions.soft_masks` draws, by a blur.")


def line_in_window(answer):
    """Check a function from a guide's window, the map's window of the same shape, and epsilon to the guided filter's a and b.

    Args:
        answer: Function of two arrays and a number that returns two numbers.

    Returns:
        A `Verdict`.
    """
    def fit(guide, values, epsilon, covariance=None, variance=None, least=0):
        covariance = np.mean((guide - guide.mean()) * (values - values.mean())) if covariance is None else covariance
        a = covariance / ((np.var(guide, ddof=least) if variance is None else variance) + epsilon)
        return a, values.mean() - a * guide.mean()

    def without_mean(guide, values, epsilon):
        a, _ = fit(guide, values, epsilon)
        return a, values.mean()

    slips = [
        Misconception(lambda guide, values, epsilon: fit(guide, values, 0.0), "Epsilon isn't used. Without it, the noise of a flat piece of skin decides about a."),
        Misconception(lambda guide, values, epsilon: fit(guide, values, epsilon, variance=values.var()), "You divided by the variance of the map. The guide explains the map, so the guide's counts."),
        Misconception(lambda guide, values, epsilon: fit(guide, values, epsilon, covariance=np.corrcoef(guide.ravel(), values.ravel())[0, 1]), "You put the correlation where the covariance belongs."),
        Misconception(lambda guide, values, epsilon: fit(guide, values, epsilon, covariance=np.mean(guide * values)), "That is the mean of the products. The covariance takes the product of the means away."),
        Misconception(without_mean, "a is right. The line must go through the means of both, and b says where: take a times the guide's mean away."),
        Misconception(lambda guide, values, epsilon: fit(guide, values, epsilon, variance=guide.std()), "You divided by the standard deviation. Its square, the variance, belongs there."),
        Misconception(lambda guide, values, epsilon: fit(values, guide, epsilon), "Guide and map are turned round: the map is explained by the guide."),
        Misconception(lambda guide, values, epsilon: fit(guide, values, epsilon)[::-1], "Both numbers are right, in the other order: a first, then b."),
        Misconception(lambda guide, values, epsilon: fit(guide, values, epsilon, variance=guide.var() * guide.size / (guide.size - 1)), "You divided the variance by n - 1 and the covariance by n. Use n for both."),
    ]
    rng = np.random.default_rng(4)
    inputs = [(guide, values, epsilon) for guide, values, epsilon in ((rng.random((3, 3)), rng.random((3, 3)), 0.05), (rng.random((5, 5)) * 0.3, rng.random((5, 5)), 0.01), (rng.random(7), rng.random(7), 0.2))]
    return judge(answer, fit, inputs, slips, tolerance=1e-5,
                 praise="On flat skin the variance is far below epsilon, a is near 0, and the map is only smoothed. At the lip's edge it is far above, and the map takes the edge over.")
