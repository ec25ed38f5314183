"""Right and wrong answers to the exercises of chapter 14; each wrong one with a word that its hint must contain."""

import numpy as np
from scipy import stats


# ---- The region to paint anew ------------------------------------------------------------------------------------------

def distance(x, y, start, end, ends=True):
    """Distance of points to a bone, or to the line that it lies on."""
    points, way = np.stack([x, y], axis=-1) - start, np.subtract(end, start)
    share = points @ way / np.dot(way, way)
    share = np.clip(share, 0, 1) if ends else share
    return np.linalg.norm(points - share[..., None] * way, axis=-1)


def region(bones, reach, worn, centre=0.5, ends=True):
    rows, columns = worn.shape
    x, y = np.meshgrid(np.arange(columns) + centre, np.arange(rows) + centre)
    return np.min([distance(x, y, *bone, ends) for bone in bones], axis=0) < reach


def region_by_loops(bones, reach, worn):
    found = [[any(distance(np.float64(column + 0.5), np.float64(row + 0.5), *bone) < reach for bone in bones) for column in range(worn.shape[1])]
             for row in range(worn.shape[0])]
    return found


def region_by_steps(bones, reach, worn):
    """Discs at many places along each bone."""
    y, x = np.indices(worn.shape) + 0.5
    hidden = np.zeros(worn.shape)
    for start, end in bones:
        for share in np.linspace(0, 1, 4001):
            place = start + share * (end - start)
            hidden = np.maximum(hidden, (x - place[0]) ** 2 + (y - place[1]) ** 2 < reach**2)
    return hidden


def discs(bones, reach, worn):
    y, x = np.indices(worn.shape) + 0.5
    return np.any([np.hypot(x - end[0], y - end[1]) < reach for bone in bones for end in bone], axis=0)


# ---- Putting the picture together ----------------------------------------------------------------------------------------

def light_of(warped, alpha, shade, rest):
    return alpha * shade * warped + (1 - alpha) * rest


def to_uint8(light):
    return np.clip(np.rint(light * 255), 0, 255).astype("uint8")


def compose(person, mask, *parts):
    return np.where(mask[..., None], to_uint8(light_of(*parts)), person)


def compose_in_place(person, mask, warped, alpha, shade, rest):
    made = person.copy()
    made[mask] = to_uint8(rest + alpha * (shade * warped - rest))[mask]
    return made


def compose_in_float32(person, mask, *parts):
    return np.where(mask[..., None], (np.minimum(light_of(*(part.astype("float32") for part in parts)), 1) * 255 + 0.5).astype("uint8"), person)


def compose_lit_everywhere(person, mask, warped, alpha, shade, rest):
    return np.where(mask[..., None], to_uint8(shade * (alpha * warped + (1 - alpha) * rest)), person)


# ---- Which model is shipped ------------------------------------------------------------------------------------------------

def keeps(garment, ssim, sleeve, tone):
    return (np.max(ssim) - ssim <= 0.01 + 1e-12) & (sleeve < 5) & (tone <= 1.1)


def ship_by_sorting(*columns):
    return next(number for number in np.argsort(columns[0]) if keeps(*columns)[number])


def ship_by_loop(garment, ssim, sleeve, tone):
    best = None
    for number in range(len(garment)):
        if ssim[number] < max(ssim) - 0.01 or sleeve[number] >= 5 or tone[number] > 1.1:
            continue
        if best is None or garment[number] < garment[best]:
            best = number
    return best


def ship_without(*left_out):
    """The right rule without some promises."""
    def choose(garment, ssim, sleeve, tone):
        promises = {"ssim": np.max(ssim) - ssim <= 0.01 + 1e-12, "sleeve": sleeve < 5, "tone": tone <= 1.1}
        kept = np.all([promise for name, promise in promises.items() if name not in left_out], axis=0)
        return np.argmin(np.where(kept, garment, 99))

    return choose


def ship_the_best_of_those_left(garment, ssim, sleeve, tone):
    left = np.flatnonzero((sleeve < 5) & (tone <= 1.1))
    close = left[ssim[left] >= ssim[left].max() - 0.01]
    return close[np.argmin(garment[close])]


# ---- Agreement of two rankings ---------------------------------------------------------------------------------------------

def agreement_by_loops(kid, error):
    alike = [(kid[i] < kid[j]) == (error[i] < error[j]) for i in range(len(kid)) for j in range(i)]
    return sum(alike) / len(alike)


RIGHT = {
    "hidden_region": [region, region_by_loops, region_by_steps, lambda bones, reach, worn: region(bones[:, ::-1], reach, worn).astype("float32")],
    "composition": [compose, compose_in_place, compose_in_float32],
    "shipped": [ship_by_sorting, ship_by_loop, ship_without(), lambda *columns: np.float32(ship_by_loop(*columns))],
    "agreement": [agreement_by_loops, lambda kid, error: (stats.kendalltau(kid, error).statistic + 1) / 2, lambda kid, error: agreement_by_loops(error, kid)],
}

WRONG = {
    "hidden_region": [
        (lambda bones, reach, worn: worn.astype(float), "garment itself"), (lambda bones, reach, worn: np.logical_and(region(bones, reach, worn), worn), "leaks the old sleeve"),
        (lambda bones, reach, worn: region(bones, reach, worn) | worn, "wider than the reach"), (lambda bones, reach, worn: region(bones[:1], reach, worn), "elbow"),
        (lambda *arguments: region(*arguments, ends=False), "no ends"), (lambda *arguments: region(*arguments, centre=0), "corners"),
        (lambda bones, reach, worn: region(bones, reach / 2, worn), "whole width"), (discs, "discs"), (lambda *arguments: ~region(*arguments), "keep"),
        (lambda bones, reach, worn: np.ones(worn.shape), "smaller"), (lambda bones, reach, worn: region(bones, reach, worn).T, "shape"),
    ],
    "composition": [
        (lambda person, mask, *parts: to_uint8(light_of(*parts)), "everywhere"), (lambda person, mask, *parts: compose(person, ~mask, *parts), "other way round"),
        (lambda person, mask, *parts: compose(0 * person, mask, *parts), "black"),
        (lambda person, mask, warped, alpha, shade, rest: compose(person, mask, warped, 1 - alpha, shade, rest), "wrong one"), (compose_lit_everywhere, "shaded the rest"),
        (lambda person, mask, warped, alpha, shade, rest: compose(person, mask, warped, alpha, 1, rest), "isn't used"),
        (lambda person, mask, warped, alpha, shade, rest: compose(person, mask, warped + shade, alpha, 1, rest), "multiplies"),
        (lambda person, mask, *parts: np.where(mask[..., None], np.minimum(255 * light_of(*parts), 255).astype("uint8"), person), "decimals"),
        (lambda person, mask, *parts: np.where(mask[..., None], np.rint(255 * light_of(*parts)).astype("int64").astype("uint8"), person), "clip"),
        (lambda person, mask, *parts: np.where(mask[..., None], np.rint(light_of(*parts)).astype("uint8"), person), "0 to 255"),
        (lambda person, mask, *parts: person, "by hand"),
    ],
    "shipped": [
        (lambda garment, *others: garment.argmin(), "garment colours alone"), (lambda garment, ssim, sleeve, tone: ssim.argmax(), "by SSIM"),
        (lambda garment, ssim, sleeve, tone: sleeve.argmin(), "by the sleeves"), (lambda *columns: columns[3].argmin(), "fairest"),
        (lambda *columns: max(np.flatnonzero(keeps(*columns)), key=lambda number: columns[0][number]), "largest"),
        (lambda *columns: np.flatnonzero(keeps(*columns))[0], "first that keeps"), (ship_without("tone"), "look at the tones"), (ship_without("sleeve"), "look at the sleeves"),
        (ship_without("ssim"), "SSIM may be"), (ship_the_best_of_those_left, "best model of all"), (lambda *columns: 0, "by hand"),
    ],
    "agreement": [
        (lambda kid, error: stats.kendalltau(kid, error).statistic, "tau"), (lambda kid, error: stats.pearsonr(kid, error).statistic, "correlation of the values"),
        (lambda kid, error: stats.spearmanr(kid, error).statistic, "Spearman"), (lambda kid, error: kid.argmin() == error.argmin(), "winners"),
        (lambda kid, error: np.mean(stats.rankdata(kid) == stats.rankdata(error)), "same rank"), (lambda kid, error: 1 - agreement_by_loops(kid, error), "differently"),
        (lambda kid, error: agreement_by_loops(kid, error) * len(kid) * (len(kid) - 1) / 2, "number of pairs"),
        (lambda kid, error: agreement_by_loops(kid, error) * (len(kid) - 1) / len(kid), "itself"),
        (lambda kid, error: np.mean((kid[1:] < kid[:-1]) == (error[1:] < error[:-1])), "next one"),
    ],
}
