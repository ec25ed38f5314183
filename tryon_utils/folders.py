"""Folders of pictures in the layouts that people already have: VITON-HD for clothes, MT for makeup.

Both are read without trust: a name that leaves the folder, a pickle, a picture of the wrong size or kind and a label out of
range each give one `FolderError` that names the file and the cure. What we export is read back identically.
Sources: Choi et al., 2021 (VITON-HD); Li et al., 2018 (BeautyGAN, which introduced MT).
"""

import json
import pathlib

import numpy as np

from tryon_utils import labels
from tryon_utils.images import ImageFileError, read_image, write_image

# Where each of COCO's 18 keypoints stands among BODY_25's: the middle hip (8) and the feet have no place.
COCO_IN_BODY_25 = (0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18)
# The first name of each row is ours; the others are seen in the wild.
VITON_FOLDERS = {
    "image": ("image",),
    "garment": ("cloth",),
    "garment_mask": ("cloth-mask", "cloth_mask"),
    "parse": ("image-parse-v3", "image-parse-new", "image-parse"),
    "parse_agnostic": ("image-parse-agnostic-v3.2",),
    "agnostic": ("agnostic-v3.2",),
    "agnostic_mask": ("agnostic-mask",),
    "keypoints": ("openpose_json", "openpose-json", "pose"),
    "flow": ("gt_flow",),
    "target": ("gt_tryon",),
}


class FolderError(ValueError):
    """A folder that can't be used; the message names the file, what is wrong and what to do."""


# ---- Reading single files ------------------------------------------------------------------------------------------

def _inside(root, *parts):
    """Return the path of a file below `root`; names come from strangers' lists, so they may not leave it."""
    path = root.joinpath(*parts)
    if not path.resolve().is_relative_to(root.resolve()):
        raise FolderError(f"The name {pathlib.PurePath(*parts)} leaves the folder {root}. Take it out of the list.")
    return path


def _picture(path, kind, size=None, most=None):
    try:
        array = read_image(path, kind, size)
    except ImageFileError as error:
        raise FolderError(str(error)) from None
    if most is not None and array.max(initial=0) >= most:
        raise FolderError(f"{path} has the label {array.max()}; labels run from 0 to {most - 1}. Export it as a palette PNG, not as colours.")
    return array


def _array(path, shape_end):
    """Read a .npy file whose shape ends as given; a pickle is refused, never loaded."""
    try:
        array = np.load(path, allow_pickle=False)
    except FileNotFoundError:
        raise FolderError(f"{path} is missing. Export the folder again.") from None
    except (ValueError, OSError, EOFError):
        raise FolderError(f"{path} is no array file, or holds pickled objects, which are never loaded. Save it with numpy.save.") from None
    if array.shape[-len(shape_end):] != tuple(shape_end):
        raise FolderError(f"{path} has the shape {array.shape}; one that ends in {tuple(shape_end)} is wanted.")
    return array


def _json(path):
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FolderError(f"{path} is missing. Put it there, or take its line out of the list.") from None
    except (ValueError, OSError) as error:
        raise FolderError(f"{path} is no JSON text ({error}). Export it again.") from None


def read_keypoints(path):
    """Read an OpenPose file of either schema.

    Args:
        path: Path of a JSON file with one person: `pose_keypoints` (COCO-18) or `pose_keypoints_2d` (BODY_25 or COCO-18).

    Returns:
        float32 (18, 3). x, y in pixels and confidence, in COCO's order; zeros where nobody was found.
    """
    data = _json(path)
    try:
        people = data["people"]
        values = people[0].get("pose_keypoints_2d", people[0].get("pose_keypoints")) if people else [0.0] * 54
        points = np.asarray(values, "float32").reshape(-1, 3)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        points = np.zeros((0, 3), "float32")
    if len(points) == 25:
        points = points[list(COCO_IN_BODY_25)]
    if len(points) != 18:
        raise FolderError(f"{path} holds no 18 (COCO) or 25 (BODY_25) keypoints of x, y, confidence. Run the pose step again.")
    return points


def _read_factors(path):
    """Return the factors by the person's file name."""
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        return {row["name"]: row["factors"] for row in rows}
    except (ValueError, KeyError, TypeError) as error:
        raise FolderError(f"{path} is no list of JSON lines with name and factors ({error}). Export the folder again.") from None


def _lines(path, words):
    """Return the lines of a list as tuples of `words` names; empty lines are passed over."""
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError):
        raise FolderError(f"{path} is missing or no text. It lists what the folder holds, {words} name(s) a line.") from None
    rows = [tuple(line.split()) for line in text.splitlines() if line.strip()]
    for number, row in enumerate(rows, 1):
        if len(row) != words:
            raise FolderError(f"{path}, line {number}: {words} name(s) are wanted, {len(row)} came.")
    return rows


# ---- VITON-HD ------------------------------------------------------------------------------------------------------

class VitonFolder:
    """A folder in VITON-HD's layout.

    Args:
        root: Path. Holds `train_pairs.txt`, `test_pairs.txt`, `train/` and `test/`.
        split: String. "train" or "test".
        paired: Boolean. True pairs every person with the garment worn, False as listed; None takes the layout's
            custom: paired for training, as listed for the test.

    Attributes:
        pairs: List of (person, garment) file names.

    Example:
        for sample in VitonFolder("zalando-hd", "test"): ...
    """

    def __init__(self, root, split="train", paired=None):
        if split not in ("train", "test"):
            raise ValueError(f"split={split!r} came; 'train' or 'test' is wanted.")
        self.root, self.folder = pathlib.Path(root), pathlib.Path(root) / split
        pairs = _lines(self.root / f"{split}_pairs.txt", words=2)
        self.pairs = [(person, person) for person, _ in pairs] if (split == "train" if paired is None else paired) else pairs
        self.factors = {}
        if (self.folder / "factors.jsonl").is_file():
            self.factors = _read_factors(self.folder / "factors.jsonl")

    def __len__(self):
        return len(self.pairs)

    def __iter__(self):
        return (self[index] for index in range(len(self)))

    def _find(self, kind, name):
        """Return the path of a file under the first of the kind's folders that is there, or None."""
        folder = next((self.folder / alias for alias in VITON_FOLDERS[kind] if (self.folder / alias).is_dir()), None)
        return folder and _inside(self.root, folder.relative_to(self.root), name)

    def __getitem__(self, index):
        """Return one sample: a dictionary of arrays, with what the folder has of the optional ones.

        Always: image, garment uint8 (h, w, 3); garment_mask float32 (h, w); parse uint8 (h, w) in 0-19; keypoints float32
        (18, 3). Where there: parse_agnostic, agnostic, agnostic_mask, target, flow float32 (h, w, 3) of x, y and visible, factors.
        """
        person, garment = self.pairs[index]
        stem = pathlib.PurePath(person).stem
        image = _picture(_inside(self.folder, "image", person), "colour")
        size = image.shape[:2]
        sample = {"person_name": person, "garment_name": garment, "image": image}
        sample["garment"] = _picture(_inside(self.folder, "cloth", garment), "colour", size)
        # a cloth mask is saved as .jpg in the original and as .png by others
        mask = self._need("garment_mask", garment)
        other = mask.with_suffix(".jpg" if mask.suffix == ".png" else ".png")
        sample["garment_mask"] = _picture(other if not mask.exists() and other.exists() else mask, "mask", size)
        sample["parse"] = _picture(self._need("parse", f"{stem}.png"), "labels", size, len(labels.BODY))
        sample["keypoints"] = read_keypoints(self._need("keypoints", f"{stem}_keypoints.json"))
        optional = {"parse_agnostic": (f"{stem}.png", "labels", len(labels.BODY)), "agnostic": (person, "colour", None),
                    "agnostic_mask": (f"{stem}_mask.png", "mask", None), "target": (f"{stem}__{pathlib.PurePath(garment).stem}.png", "colour", None)}
        for kind, (name, how, most) in optional.items():
            path = self._find(kind, name)
            if path and (path.exists() or kind != "target"):
                sample[kind] = _picture(path, how, size, most)
        flow = self._find("flow", f"{stem}__{pathlib.PurePath(garment).stem}.npy")
        if flow and flow.exists():
            sample["flow"] = _array(flow, (*size, 3))
        if person in self.factors:
            sample["factors"] = self.factors[person]
        return sample

    def _need(self, kind, name):
        path = self._find(kind, name)
        if path is None:
            raise FolderError(f"{self.folder} has no folder {' or '.join(VITON_FOLDERS[kind])}, which VITON-HD's layout wants. Is it the right folder?")
        return path


def write_viton(root, split, samples):
    """Write samples in VITON-HD's layout, with our extras `gt_flow/`, `gt_tryon/` and `factors.jsonl`.

    Args:
        root: Path.
        split: String. "train" or "test".
        samples: Iterable of dictionaries as `VitonFolder` gives them; `person_name` and `garment_name` end in .png.
    """
    root, pairs, factors = pathlib.Path(root), [], []
    folder = root / split
    for sample in samples:
        person, garment = sample["person_name"], sample["garment_name"]
        stem, pair = pathlib.PurePath(person).stem, f"{pathlib.PurePath(person).stem}__{pathlib.PurePath(garment).stem}"
        names = {"image": person, "garment": garment, "garment_mask": garment, "parse": f"{stem}.png", "parse_agnostic": f"{stem}.png",
                 "agnostic": person, "agnostic_mask": f"{stem}_mask.png", "target": f"{pair}.png"}
        for kind, name in names.items():
            if kind in sample:
                palette = labels.BODY_COLOURS if kind in ("parse", "parse_agnostic") else None
                write_image(_inside(folder, VITON_FOLDERS[kind][0], name), sample[kind], palette)
        if "flow" in sample:
            (folder / "gt_flow").mkdir(parents=True, exist_ok=True)
            np.save(folder / "gt_flow" / f"{pair}.npy", sample["flow"], allow_pickle=False)
        points = {"version": 1.0, "people": [{"pose_keypoints": [float(value) for value in sample["keypoints"].ravel()]}]}
        _write_text(_inside(folder, "openpose_json", f"{stem}_keypoints.json"), json.dumps(points))
        pairs.append(f"{person} {garment}\n")
        if "factors" in sample:
            factors.append(json.dumps({"name": person, "factors": sample["factors"]}) + "\n")
    _write_text(folder / "factors.jsonl", "".join(factors))
    _write_text(root / f"{split}_pairs.txt", "".join(pairs))


def _write_text(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


# ---- MT ------------------------------------------------------------------------------------------------------------

class MakeupFolder:
    """A folder in the layout of the MT data set: `images|segs|landmarks/{makeup,non-makeup}/`, `makeup.txt`, `non-makeup.txt`.

    Args:
        root: Path.
        pile: String. "makeup" or "non-makeup".
    """

    def __init__(self, root, pile):
        if pile not in ("makeup", "non-makeup"):
            raise ValueError(f"pile={pile!r} came; 'makeup' or 'non-makeup' is wanted.")
        self.root, self.pile = pathlib.Path(root), pile
        self.names = [name for (name,) in _lines(self.root / f"{pile}.txt", words=1)]

    def __len__(self):
        return len(self.names)

    def __iter__(self):
        return (self[index] for index in range(len(self)))

    def __getitem__(self, index):
        """Return one sample: image uint8 (h, w, 3), parse uint8 (h, w), and landmarks float32 (n, 3) where there.

        The original landmarks are pickles, which are never loaded: they are left out, as if they were not there.
        """
        name = pathlib.PurePath(self.names[index]).name  # the lists of MT write `makeup/name.png`
        stem = pathlib.PurePath(name).stem
        image = _picture(_inside(self.root, "images", self.pile, name), "colour")
        sample = {"name": name, "image": image,
                  "parse": _picture(_inside(self.root, "segs", self.pile, f"{stem}.png"), "labels", image.shape[:2], len(labels.FACE))}
        landmarks = _inside(self.root, "landmarks", self.pile, f"{stem}.npy")
        if landmarks.exists():
            sample["landmarks"] = _array(landmarks, (3,))
        return sample


def write_makeup(root, pile, samples):
    """Write samples as `MakeupFolder` gives them."""
    root, names = pathlib.Path(root), []
    for sample in samples:
        stem = pathlib.PurePath(sample["name"]).stem
        write_image(_inside(root, "images", pile, sample["name"]), sample["image"])
        write_image(_inside(root, "segs", pile, f"{stem}.png"), sample["parse"], labels.FACE_COLOURS)
        if "landmarks" in sample:
            path = _inside(root, "landmarks", pile, f"{stem}.npy")
            path.parent.mkdir(parents=True, exist_ok=True)
            np.save(path, sample["landmarks"], allow_pickle=False)
        names.append(f"{pile}/{sample['name']}\n")
    _write_text(root / f"{pile}.txt", "".join(names))
