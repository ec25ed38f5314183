"""Makeup as layers of pigment on keras.ops: how they are laid over a face, what they are learned from, and what they cost.

Colours are CIE Lab: the numbers in which makeup was measured to add up best. A face is never painted anew: layers change what is there, so
that with all opacities at 0 it stays as it was.
"""

import keras
import numpy as np
from keras import ops

from tryon_utils import lab

REGIONS = ("lips", "eyes", "brows", "cheeks", "skin")  # what each can be given a strength of its own
LAYERS = ("foundation", "contour", "blush", "eyeshadow", "second eyeshadow", "liner", "brow", "lipstick", "gloss")  # in painting order
REGION_OF = {"foundation": "skin", "contour": "skin", "blush": "cheeks", "eyeshadow": "eyes", "second eyeshadow": "eyes", "liner": "eyes",
             "brow": "brows", "lipstick": "lips", "gloss": "lips"}
REPAIRS = ("under the eyes", "spots")  # the layers that even out a face; no makeup, so in no region
COVERING = ("eyeshadow", "second eyeshadow", "lipstick")  # what hides the skin's colour; the others change it
GROUPS = {"lips": ("lipstick",), "eyes": ("eyeshadow", "second eyeshadow"), "cheeks": ("blush",)}  # what training recolours
WINDOW = (48, 40)  # height and width in pixels of the part of a 64-pixel picture that networks see; between the eyes is its middle
LAB_UNIT = 50.0
SPREAD = ((14.0, 18.0, 14.0), (20.0, 20.0, 20.0), (5.0, 8.0, 6.0))  # how far training moves colours in Lab: L, a, b of each of the groups


# ---- Layers over faces ---------------------------------------------------------------------------------------------------

def to_lab(pictures):
    """Return the Lab colours of uint8 or float pictures in [0, 255]."""
    return lab.from_srgb(ops.cast(pictures, "float32") / 255.0)


def compose(face, opacity, pigment):
    """Lay layers of pigment over faces, one after the other, and keep the light that falls on them.

    A layer multiplies the lightness that is there, so that shadows stay shadows, and shifts the two colour axes.

    Formula:
        `L <- L * (1 + opacity * (ratio - 1))`, `(a, b) <- (a, b) + opacity * shift`

    Args:
        face: Float tensor (batch, height, width, 3). Lab.
        opacity: Float tensor (batch, height, width, layers) in [0, 1].
        pigment: Float tensor (batch, layers, 3). Ratio of lightness, from 0 up, and the shifts of a and b.

    Returns:
        Float tensor (batch, height, width, 3). Lab; equal to the face where all opacities are 0.
    """
    lightness, shift = face[..., :1], face[..., 1:]
    for layer in range(opacity.shape[-1]):
        cover = opacity[..., layer:layer + 1]
        ratio, move = pigment[:, None, None, layer, :1], pigment[:, None, None, layer, 1:]
        lightness, shift = lightness * (1 + cover * (ratio - 1)), shift + cover * move
    return ops.concatenate([lightness, shift], axis=-1)


def apply(bare, opacity, pigment, strength=1.0):
    """Lay predicted layers over faces. Where the opacities or the strengths are 0, a face stays as it is, bit for bit.

    Args:
        bare: uint8 (n, height, width, 3), of any size.
        opacity: uint8 (n, height, width, layers).
        pigment: float (n, layers, 3).
        strength: Float in [0, 1] for all layers; or, where the layers are `LAYERS`, a dictionary from names of `REGIONS` to floats: who is not named
            keeps 1.

    Returns:
        uint8 (n, height, width, 3).

    Raises:
        ValueError: an unknown region, or a strength outside [0, 1].
    """
    named = strength if isinstance(strength, dict) else dict.fromkeys(REGIONS, strength)
    if set(named) - set(REGIONS) or not all(0 <= value <= 1 for value in named.values()):
        raise ValueError(f"strength={strength} came; a number in [0, 1], or a dictionary from {', '.join(REGIONS)} to such numbers, is wanted.")
    scale = [named.get(REGION_OF[name], 1.0) for name in LAYERS] if isinstance(strength, dict) else np.full(opacity.shape[-1], strength)
    scale = np.array(scale, "float32") / 255
    results = np.array(bare)
    for start in range(0, len(bare), 50):
        piece = slice(start, start + 50)
        cover = opacity[piece] * scale
        made = lab.to_srgb(compose(to_lab(bare[piece]), cover, ops.convert_to_tensor(pigment[piece])))
        changed = cover.max(axis=-1, keepdims=True) > 0
        results[piece] = np.where(changed, np.rint(255 * np.clip(ops.convert_to_numpy(made), 0, 1)).astype("uint8"), bare[piece])
    return results


def colour_under(bare, opacity):
    """Return the mean colour that each layer lies on, in Lab: float32 (n, layers, 3). See `apply` for the arguments."""
    found = []
    for face, cover in zip(bare, opacity, strict=True):
        weights = cover.reshape(-1, cover.shape[-1]) + 1e-6
        found.append(weights.T @ ops.convert_to_numpy(to_lab(face)).reshape(-1, 3) / weights.sum(axis=0)[:, None])
    return np.array(found, "float32")


def colours_of(bare, opacity, pigment):
    """Return what each layer would look like if it hid all: float32 sRGB (n, layers, 3) in [0, 1]. See `apply` for the arguments."""
    under = colour_under(bare, opacity)
    seen = np.concatenate([under[..., :1] * pigment[..., :1], under[..., 1:] + pigment[..., 1:]], axis=-1)
    return ops.convert_to_numpy(lab.to_srgb(ops.convert_to_tensor(seen)))


def pigment_for(bare, opacity, colours):
    """Return the pigment that makes each layer look like a colour where it hides all: the inverse of `colours_of`."""
    under, wanted = colour_under(bare, opacity), ops.convert_to_numpy(lab.from_srgb(np.asarray(colours, "float32")))
    return np.concatenate([wanted[..., :1] / np.maximum(under[..., :1], 1), wanted[..., 1:] - under[..., 1:]], axis=-1)


# ---- What they are learned from, and what they cost --------------------------------------------------------------------------

def seen_groups(opacity):
    """Return how much of each of `GROUPS` is seen: (..., 3) from the nine layers' opacities (..., 9) in [0, 1]."""
    hidden = [1 - opacity[..., LAYERS.index(name)] for name in LAYERS]
    seen = [1 - hidden[LAYERS.index("lipstick")], 1 - hidden[LAYERS.index("eyeshadow")] * hidden[LAYERS.index("second eyeshadow")], 1 - hidden[LAYERS.index("blush")]]
    return ops.stack(seen, axis=-1) * hidden[LAYERS.index("liner")][..., None]


def recolour(light, seen, changes):
    """Give the makeup of lips, eyes and cheeks other pigments: what the picture would look like, had it been painted with them.

    A pigment that covers a share of the skin sends that share of its light to the eye, so light adds up; Lab's numbers wouldn't: a light
    pigment on dark skin would come out too dark.

    Formula:
        `light + sum(seen * changes)`, in Lab

    Args:
        light: Float tensor (batch, height, width, 3) in [0, 1]. Linear RGB.
        seen: Float tensor (batch, height, width, 3) in [0, 1]. How much of `GROUPS` is seen.
        changes: Float tensor (batch, 3, 3). The new pigment of each group less the old one, in linear RGB; see `change_pigments`.

    Returns:
        Float tensor (batch, height, width, 3). Lab.
    """
    return lab.from_linear(ops.clip(light + ops.einsum("bhwg,bgc->bhwc", seen, changes), 0.0, 1.0))


def change_pigments(light, seen, moves):
    """Return what moves in Lab change the pigments of a picture by, in linear RGB; a pigment is the mean colour where it covers most.

    Args:
        light: Float tensor (batch, height, width, 3) in [0, 1]. Linear RGB.
        seen: Float tensor (batch, height, width, 3) in [0, 1]. How much of `GROUPS` is seen.
        moves: Float tensor (batch, 3, 3). What is added to L, a and b of each group; what no screen can show is clipped.

    Returns:
        Float tensor (batch, 3, 3).
    """
    weights = ops.square(seen)
    pigments = ops.einsum("bhwg,bhwc->bgc", weights, light) / (ops.sum(weights, axis=(1, 2))[..., None] + 1e-3)
    return ops.clip(lab.to_linear(lab.from_linear(pigments) + moves), 0.0, 1.0) - pigments


def draw_pairs(packed, draws, spread=SPREAD, own_share=0.15):
    """Return a batch of packed pairs as the generator takes them: mirrored or not, with one reference each, and recoloured.

    The pigments of reference and truth are changed alike, so that more than the looks that are there is learned, on every skin.

    Args:
        packed: uint8 tensor; see `makeup_pairs.pack_pairs`.
        draws: `keras.random.SeedGenerator`.
        spread: float (3, 3). Standard deviations of the moves in L, a, b, for each of `GROUPS`.
        own_share: Float in [0, 1]. How often a face with makeup is its own reference.

    Returns:
        Tuple of float tensors: face, truth and reference in Lab, masks and opacity in [0, 1].
    """
    count, choices = ops.shape(packed)[0], (packed.shape[-1] - 20) // 6
    mirrored = keras.random.uniform((count, 1, 1, 1), seed=draws) < 0.5
    values = ops.cast(ops.where(mirrored, ops.flip(packed, axis=2), packed), "float32") / 255.0
    masks, opacity = values[..., 6:11], values[..., 11:20]
    seen = seen_groups(opacity)
    every = ops.reshape(values[..., 20:], (-1, *packed.shape[1:3], choices, 6))
    every = ops.concatenate([every, ops.concatenate([values[..., 3:6], seen], axis=-1)[:, :, :, None]], axis=3)
    drawn = (keras.random.uniform((count,), seed=draws) - own_share) / (1 - own_share)
    chosen = ops.one_hot(ops.where(drawn < 0, choices, ops.cast(drawn * choices, "int32")), choices + 1)
    shown = ops.sum(chosen[:, None, None, :, None] * every, axis=3)
    moves = keras.random.normal((count, 3, 3), seed=draws) * ops.convert_to_tensor(np.array(spread, "float32"))
    moves = moves * ops.cast(keras.random.uniform((count, 1, 1), seed=draws) < 0.75, "float32")
    there, reference = lab.linear_from_srgb(shown[..., :3]), shown[..., 3:]
    changes = change_pigments(there, reference, moves)
    truth = recolour(lab.linear_from_srgb(values[..., 3:6]), seen, changes)
    return lab.from_srgb(values[..., :3]), truth, recolour(there, reference, changes), masks, opacity


def seen_difference(truth, colours):
    """Return how different Lab colours look: CIEDE2000 without what gives it kinks, so that gradients can follow it.

    A step is seen less where colours are strong, and far from middle lightness; and more between red and green where colours are weak, as on dark
    skin.

    Formula:
        `sqrt((dL / S_L)^2 + (dC / S_C)^2 + (dH / S_H)^2)`, with `a * (1 + G)` in the place of a, `G = (1 - sqrt(C^7 / (C^7 + 25^7))) / 2`,
        `S_L = 1 + 0.015 (L - 50)^2 / sqrt(20 + (L - 50)^2)`, `S_C = 1 + 0.045 C` and `S_H = 1 + 0.015 C`, C and L of the two colours' middle

    Args:
        truth: Float tensor (..., 3). Lab.
        colours: Float tensor of the same shape.

    Returns:
        Float tensor (...), from 0 up.

    Source:
        Sharma, Wu, Dalal, 2005, without the factor T and the rotation of blues.
    """
    def chroma(a, b):
        return ops.sqrt(ops.square(a) + ops.square(b) + 1e-3)

    weak = ops.power((chroma(truth[..., 1], truth[..., 2]) + chroma(colours[..., 1], colours[..., 2])) / 50, 7)
    stretch = 1.5 - 0.5 * ops.sqrt(weak / (weak + 1) + 1e-6)
    (a, b), (other_a, other_b) = ((stretch * values[..., 1], values[..., 2]) for values in (truth, colours))
    strength, other = chroma(a, b), chroma(other_a, other_b)
    mean, middle = (strength + other) / 2, ops.square((truth[..., 0] + colours[..., 0]) / 2 - 50)
    stronger = ops.square(strength - other)
    hue = ops.maximum(ops.square(a - other_a) + ops.square(b - other_b) - stronger, 0.0)
    lightness = ops.square((truth[..., 0] - colours[..., 0]) / (1 + 0.015 * middle / ops.sqrt(20 + middle)))
    return ops.sqrt(lightness + stronger / ops.square(1 + 0.045 * mean) + hue / ops.square(1 + 0.015 * mean) + 1e-6)


def layer_losses(made, truth, predicted, opacity, masks):
    """Return the losses of predicted layers: of the colour that is seen, where makeup is above all, of opacity, and of opacity's unrest.

    Args:
        made: Float tensor (batch, height, width, 3). Lab; what the layers make of the faces.
        truth: Float tensor of the same shape.
        predicted: Float tensor (batch, height, width, 9) in [0, 1].
        opacity: Float tensor of the same shape. The truth; gloss is seen in spots only, so its opacity is left free.
        masks: Float tensor (batch, height, width, 5) in [0, 1].

    Returns:
        Dictionary from a name to a tensor, a number.
    """
    painted = ops.cast(ops.max(opacity[..., 2:8], axis=-1) > 0.1, "float32")
    weights = 0.02 + 0.2 * ops.max(masks, axis=-1) + painted * (1.0 + 2.0 * ops.max(masks[..., :2], axis=-1))  # lips and eyes count three times
    colour = ops.sum(weights * seen_difference(truth, made), axis=(1, 2)) / ops.sum(weights, axis=(1, 2))
    unrest = sum(ops.mean(ops.abs(ops.diff(predicted, axis=axis))) for axis in (1, 2))
    share = ops.clip(predicted[..., :8], 1e-3, 1 - 1e-3)  # cross entropy: with plain L1, rare layers vanish at once and for good
    surprise = -ops.sum(opacity[..., :8] * ops.log(share) + (1 - opacity[..., :8]) * ops.log(1 - share), axis=-1)
    return {"colour": ops.mean(colour), "opacity": 3.0 * ops.mean(surprise), "smoothness": 0.1 * unrest}


def skin_mean(colours, masks):
    """Return the mean colour of the skin, (batch, 1, 1, 3), of colours (batch, height, width, 3) by masks (batch, height, width, 5) of `REGIONS`."""
    skin = masks[..., REGIONS.index("skin")][..., None]
    return ops.sum(skin * colours, axis=(1, 2), keepdims=True) / (ops.sum(skin, axis=(1, 2), keepdims=True) + 1e-3)


def expected_makeup(colours, masks, clouds):
    """Return how much of what is seen on a face with makeup is makeup, where nobody knows the face without it.

    Lips differ from their skin with and without lipstick. The two piles say how much without, and how much with: the share of a difference that is the
    lips' own is what is left to expect of the bare ones.

    Formula:
        `d = colour - mean of the skin`, `makeup = (d - bare) - own (d - made up)`, where the pile's means are `bare` and `made up`

    Args:
        colours: Float tensor (batch, height, width, 3). Lab, of faces with makeup.
        masks: Float tensor (batch, height, width, 5) in [0, 1], of `REGIONS`.
        clouds: See `makeup_pairs.compare_piles`.

    Returns:
        Float tensor (batch, height, width, 3). What the makeup of lips, eyes and cheeks adds to Lab; 0 outside of their masks.
    """
    differs = colours - skin_mean(colours, masks)
    return sum(masks[..., REGIONS.index(name)][..., None] * (differs - bare - ops.matmul(differs - made_up, ops.transpose(own)))
               for name, (bare, made_up, own) in clouds.items())


def carry_over(bare, masks, laid, clouds):
    """Carry the makeup of references over to other faces by what two piles say of it; see `expected_makeup`.

    Args:
        bare: uint8 (n, height, width, 3).
        masks: float (n, height, width, 5) in [0, 1], of `REGIONS`.
        laid: uint8 (n, height, width, 3). References laid over the faces; see `makeup_pairs.lay_over`.
        clouds: See `makeup_pairs.compare_piles`.

    Returns:
        uint8 (n, height, width, 3).
    """
    made = np.empty_like(bare)
    for start in range(0, len(bare), 50):
        piece = slice(start, start + 50)
        wanted = to_lab(bare[piece]) + expected_makeup(to_lab(laid[piece]), ops.cast(masks[piece], "float32"), clouds)
        made[piece] = np.rint(255 * np.clip(ops.convert_to_numpy(lab.to_srgb(wanted)), 0, 1))
    return made


def histogram_difference(colours, wanted, mask, count=32):
    """Return how far the colours of a region are from the wanted ones when both are sorted, each channel by itself: which pixel has which doesn't matter.

    Args:
        colours: Float tensor (batch, height, width, 3). Lab.
        wanted: Float tensor of the same shape.
        mask: Float tensor (batch, height, width). The `count` pixels with the largest values are compared.
        count: Integer.

    Returns:
        Float tensor, the mean over all.
    """
    _, places = ops.top_k(ops.reshape(mask, (-1, mask.shape[1] * mask.shape[2])), count)
    drawn = [ops.sort(ops.take_along_axis(ops.reshape(values, (-1, mask.shape[1] * mask.shape[2], 3)), places[..., None], axis=1), axis=1)
             for values in (colours, wanted)]
    return ops.mean(ops.abs(drawn[0] - drawn[1]))
