"""Score try-on models on new people in new garments, and write what was measured into data/try_ons.json, which chapter 14 shows.

    python data/score_try_ons.py                     score all painters that are there; what was scored before is taken from data/cache/
    python data/score_try_ons.py --sizes 128         only that height
    python data/score_try_ons.py --count 100         fewer pairs (the file says how many)
    python data/score_try_ons.py --train 0 1 2       first train, with these seeds, the painters that are missing (hours)

Painters are found as files of weights: those that ship in data/weights/, try_on_128.weights.h5 say, are those with the truth alone of seed 0; others
lie in data/cache/try_on/ as KIND-SIZE-SEED.weights.h5, where KIND is one of alone, opposed and unwarped. What one of them scored is kept under
the hash of its weights, so a run that was stopped goes on with the next one; so does a training.
"""

import argparse
import hashlib
import itertools
import json
import pathlib
import re
import sys

import numpy as np
import tryon_utils  # noqa: F401  first: it keeps TensorFlow's start-up log quiet

from tryon_utils import datasets, dressing, tryon_scores
from tryon_utils.models import garment as garments
from tryon_utils.models import reader as readers

from recipes import try_on

DATA = pathlib.Path(__file__).resolve().parent
SIZES = (128, 256)
COUNT, TONED = 400, 40  # pairs of new people and garments; people who are seen in every tone
KINDS = {"unwarped": "U-Net without a warp", "opposed": "with an opponent", "alone": "truth alone"}
TRAINED = ("alone", "unwarped")  # unless --kinds says otherwise
OPPONENT = 0.2  # what the opponent counts


# ---- The models ----------------------------------------------------------------------------------------------------------

def grey(bodies, warper):
    """Return people with the hole that is to be painted."""
    return tryon_scores.leave_grey(sheets_of(bodies, unwarped(bodies)))


def pasted(bodies, warper):
    """Return people with the garment pasted on as the shop shows it."""
    return tryon_scores.paste(sheets_of(bodies, unwarped(bodies)))


def carried(bodies, warper):
    """Return people with the garment carried by their keypoints alone."""
    return tryon_scores.paste(sheets_of(bodies, dressing.carry_garments(warper, dressing.represent(bodies), bodies)))


def bent(bodies, warper):
    """Return people with the garment bent by one thin-plate spline of all their keypoints."""
    return tryon_scores.paste(sheets_of(bodies, dressing.carry_garments(warper, dressing.represent(bodies), bodies, "spline")))


def warped(bodies, warper):
    """Return people with the garment warped, and nothing painted."""
    return tryon_scores.paste(sheets_of(bodies, dressing.warp_garments(warper, dressing.represent(bodies), bodies)))


BASELINES = {"left grey": grey, "pasted as it hangs": pasted, "pasted by keypoints": carried, "pasted by a spline": bent, "pasted, warped": warped}


def unwarped(bodies):
    return bodies.garment, bodies.garment_mask[..., None]


def sheets_of(bodies, garment):
    return dressing.fill_sheets(dressing.represent(bodies), *garment)


def painters(size):
    """Return the painters that are there: a dictionary from (kind, seed) to the path of the weights."""
    found = {}
    for path in sorted((DATA / "cache" / "try_on").glob(f"*-{size}-*.weights.h5")):
        if match := re.fullmatch(rf"({'|'.join(KINDS)})-{size}-(\d+)\.weights\.h5", path.name):
            found[match[1], int(match[2])] = path
    shipped = DATA / "weights" / f"try_on_{size}.weights.h5"
    return found | ({("alone", 0): shipped} if shipped.is_file() else {})


def dresser(kind, size, path):
    """Return a function from bodies and a warper to pictures: the painter with these weights, and what it is given."""
    painter = try_on.read(path, size)
    if kind == "unwarped":
        return lambda bodies, warper: dressing.paint(painter, sheets_of(bodies, unwarped(bodies)))
    return lambda bodies, warper: dressing.dress(painter, warper, bodies)


# ---- Training ------------------------------------------------------------------------------------------------------------

def train(kind, size, seed):
    """Train a painter, and before it the smaller one that it grows from; nothing where its weights are there.

    Returns:
        Path of the weights.
    """
    if (kind, seed) in (known := painters(size)):
        return known[kind, seed]
    smaller = train("unwarped" if kind == "unwarped" else "alone", size // 2, seed) if size > SIZES[0] else None
    recipe = try_on.Recipe(size, seed, OPPONENT if kind == "opposed" else 0.0, kind != "unwarped", smaller)
    path = DATA / "cache" / "try_on" / f"{kind}-{size}-{seed}.weights.h5"
    path.parent.mkdir(parents=True, exist_ok=True)
    print(f"{KINDS[kind]}, {size}, seed {seed}: training ...", flush=True)
    draft = path.with_name(f"draft-{path.name}")
    recipe.make(draft, DATA / "cache" / f"training-{kind}-{size}-{seed}")
    draft.replace(path)
    return path


# ---- Measuring -----------------------------------------------------------------------------------------------------------

def judge(dress, bodies, toned, warper, reader, real):
    """Return all that is measured of a model, as JSON takes it.

    Args:
        dress: Function from bodies and a warper to uint8 pictures.
        bodies, toned: `datasets.Bodies`, and `tryon_scores.InEveryTone`.
        warper, reader: The networks that shape garments and that read pictures.
        real: float (n, 64). The reader's features of the true answers.
    """
    scores = tryon_scores.compare(bodies.target, dress(bodies, warper), bodies, reader)
    same = tryon_scores.compare(toned.target, dress(toned, warper), toned)
    tone_rows = tryon_scores.by_tone(same.skin, toned)
    kid = tryon_scores.kid(real, scores.features)
    return {"means": {name: rounded(value) for name, value in scores.means().items()} | {"kid": rounded(kid.value), "worst_tone": rounded(tryon_scores.worst(tone_rows)[1])},
            "kid_deviation": rounded(kid.deviation), "tones": as_lists(tone_rows), "shapes": as_lists(tryon_scores.by_shape(scores.garment, bodies)),
            "cases": as_lists(tryon_scores.by_case(scores.garment, bodies)), "cases_ssim": as_lists(tryon_scores.by_case(scores.ssim_inside, bodies)),
            "cases_sleeve": as_lists(tryon_scores.by_case(scores.sleeve, bodies))}


def rounded(value):
    """Return a number with five digits, None where there is none: JSON knows no nan."""
    return float(f"{value:.5g}") if np.isfinite(value) else None


def as_lists(rows):
    return [[row.group, row.count, *map(rounded, (row.mean, row.low, row.high))] for row in rows]


class Judge:
    """Judges models of one size, and remembers in data/cache/ what it found.

    Args:
        size: Integer. Height of the pictures.
        count, people: Integers. Pairs, and people who are seen in every tone.
    """

    def __init__(self, size, count, people):
        self.size = size
        self.bodies, self.toned = datasets.load_bodies("new_both", count, size), tryon_scores.same_people_in_every_tone(people, size=size)
        self.warper, self.reader = garments.load(), readers.load()
        reading = tryon_scores.read(self.reader, self.bodies.target)
        self.real = reading.features
        self.own = {"sleeve": rounded(np.nanmean(tryon_scores.sleeve_error(reading, self.bodies))),
                    "drift": rounded(np.nanmean(tryon_scores.keypoint_drift(reading, self.bodies)))}

    def __call__(self, name, seed, dress, key):
        """Return what is measured of a model, with its name and seed; `key` changes whenever the model does."""
        with_what = "".join(sha256(DATA / "weights" / f"{network}.weights.h5") for network in ("garment_warper", "body_reader"))
        versions = f"{key}{with_what}{datasets.renderer_version()}{sha256(pathlib.Path(tryon_scores.__file__))}{sha256(pathlib.Path(dressing.__file__))}"
        label = f"{name.replace(' ', '-')}-{self.size}-{seed}-{len(self.bodies)}-{len(self.toned)}-{hashlib.sha256(versions.encode()).hexdigest()[:12]}"
        path = DATA / "cache" / "try-on-scores" / f"{label}.json"
        if not path.is_file():
            print(f"{name}, {self.size}, seed {seed}: measuring ...", flush=True)
            write(path, judge(dress, self.bodies, self.toned, self.warper, self.reader, self.real))
        return {"name": name, "seed": seed, **json.loads(path.read_text())}


def score(size, count=COUNT, people=TONED):
    """Return what is measured of all models of a size, as JSON takes it."""
    judged = Judge(size, count, people)
    rows = [judged(name, None, dress, "") for name, dress in BASELINES.items()]
    for (kind, seed), path in sorted(painters(size).items(), key=lambda item: (list(KINDS).index(item[0][0]), item[0][1])):
        rows.append(judged(KINDS[kind], seed, dresser(kind, size, path), sha256(path)))
    return {"pairs": len(judged.bodies), "people_in_every_tone": people, "reader_on_the_truth": judged.own, "models": rows}


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write(path, content):
    """Write JSON, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(content, indent=1) + "\n")
    draft.replace(path)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="heights of the pictures")
    parser.add_argument("--count", type=int, default=COUNT, help="pairs of new people and garments")
    parser.add_argument("--people", type=int, default=TONED, help="people who are seen in every tone")
    parser.add_argument("--train", type=int, nargs="+", default=(), metavar="SEED", help="first train the painters of these seeds that are missing")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=TRAINED, help="of which kinds (truth alone, and without a warp)")
    options = parser.parse_args(arguments)
    for seed, kind, size in itertools.product(options.train, options.kinds, options.sizes):
        train(kind, size, seed)
    path = DATA / "try_ons.json"
    table = json.loads(path.read_text()) if path.is_file() else {"command": "python data/score_try_ons.py", "part": "new_both", "sizes": {}}
    for size in options.sizes:
        table["sizes"][str(size)] = score(size, options.count, options.people)
        write(path, table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
