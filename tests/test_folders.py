"""Real folders: what we export is read back identically, and each kind of damage gives one clear error."""

import json
import pickle
import shutil

import numpy as np
import pytest
from tryon_utils import folders, images

SIZE = (24, 18)


def body_sample(number):
    generator = np.random.default_rng(number)
    picture = lambda: generator.integers(0, 256, (*SIZE, 3), dtype="uint8")  # noqa: E731
    mask = lambda: (generator.integers(0, 256, SIZE) / 255.0).astype("float32")  # noqa: E731
    labels = lambda: generator.integers(0, 20, SIZE, dtype="uint8")  # noqa: E731
    return {"person_name": f"{number:05d}_00.png", "garment_name": f"{number:05d}_00.png", "image": picture(), "garment": picture(),
            "garment_mask": mask(), "parse": labels(), "keypoints": generator.normal(10, 5, (18, 3)).astype("float32"),
            "parse_agnostic": labels(), "agnostic": picture(), "agnostic_mask": mask(), "target": picture(),
            "flow": generator.normal(0, 9, (*SIZE, 3)).astype("float32"), "factors": {"tone": number, "sleeve": "long"}}


def assert_same(got, wanted):
    assert got.keys() == wanted.keys()
    for name, value in wanted.items():
        if isinstance(value, np.ndarray):
            assert got[name].dtype == value.dtype
            np.testing.assert_allclose(got[name], value, atol=1e-6, err_msg=name)
        else:
            assert got[name] == value


@pytest.fixture
def viton(tmp_path):
    root = tmp_path / "viton"
    folders.write_viton(root, "train", [body_sample(1), body_sample(2)])
    folders.write_viton(root, "test", [body_sample(3) | {"garment_name": "00004_00.png"}])
    return root


def test_viton_is_read_back_identically(viton):
    train = folders.VitonFolder(viton)
    assert len(train) == 2
    for got, number in zip(train, (1, 2), strict=True):
        assert_same(got, body_sample(number))
    assert_same(folders.VitonFolder(viton, "test")[0], body_sample(3) | {"garment_name": "00004_00.png"})


def test_training_pairs_are_paired_and_test_pairs_as_listed(viton):
    (viton / "train_pairs.txt").write_text("00001_00.png 00002_00.png\n")
    assert folders.VitonFolder(viton).pairs == [("00001_00.png", "00001_00.png")]
    assert folders.VitonFolder(viton, paired=False).pairs == [("00001_00.png", "00002_00.png")]
    assert folders.VitonFolder(viton, "test").pairs == [("00003_00.png", "00004_00.png")]
    assert folders.VitonFolder(viton, "test", paired=True).pairs == [("00003_00.png", "00003_00.png")]


@pytest.mark.parametrize("ours, wild", [("image-parse-v3", "image-parse"), ("image-parse-v3", "image-parse-new"),
                                        ("openpose_json", "openpose-json"), ("openpose_json", "pose"), ("cloth-mask", "cloth_mask")])
def test_aliases_in_the_wild_are_found(viton, ours, wild):
    (viton / "train" / ours).rename(viton / "train" / wild)
    assert_same(folders.VitonFolder(viton)[0], body_sample(1))


def test_our_extras_may_be_missing(viton):
    for name in ("gt_flow", "gt_tryon", "agnostic-v3.2", "agnostic-mask", "image-parse-agnostic-v3.2"):
        shutil.rmtree(viton / "train" / name)
    (viton / "train" / "factors.jsonl").unlink()
    assert set(folders.VitonFolder(viton)[0]) == {"person_name", "garment_name", "image", "garment", "garment_mask", "parse", "keypoints"}


def test_both_keypoint_schemas_give_coco(tmp_path):
    body_25 = np.arange(75.0).reshape(25, 3)
    path = tmp_path / "k.json"
    path.write_text(json.dumps({"people": [{"pose_keypoints_2d": body_25.ravel().tolist()}]}))
    points = folders.read_keypoints(path)
    assert points[8].tolist() == body_25[9].tolist() and points[11].tolist() == body_25[12].tolist()
    assert points[17].tolist() == body_25[18].tolist()
    path.write_text(json.dumps({"people": [{"pose_keypoints": np.arange(54.0).tolist()}]}))
    assert folders.read_keypoints(path)[8].tolist() == [24.0, 25.0, 26.0]
    path.write_text(json.dumps({"people": []}))
    assert not folders.read_keypoints(path).any()


def truncate(path):
    path.write_bytes(path.read_bytes()[:60])


def labels_out_of_range(path):
    images.write_image(path, np.full(SIZE, 20, "uint8"), np.zeros((21, 3), "uint8"))


DAMAGE = {
    "missing picture": (lambda r: (r / "train/image/00001_00.png").unlink(), "00001_00.png is missing"),
    "missing keypoints": (lambda r: (r / "train/openpose_json/00001_00_keypoints.json").unlink(), "keypoints.json is missing"),
    "missing folder": (lambda r: shutil.rmtree(r / "train/cloth-mask"), "no folder cloth-mask"),
    "missing list": (lambda r: (r / "train_pairs.txt").unlink(), "train_pairs.txt is missing"),
    "list of one": (lambda r: (r / "train_pairs.txt").write_text("a.png\n"), "line 1"),
    "wrong size": (lambda r: images.write_image(r / "train/cloth/00001_00.png", np.zeros((9, 9, 3), "uint8")), "24 by 18 is wanted"),
    "truncated": (lambda r: truncate(r / "train/image/00001_00.png"), "can't be read"),
    "label out of range": (lambda r: labels_out_of_range(r / "train/image-parse-v3/00001_00.png"), "label 20"),
    "parse in colours": (lambda r: images.write_image(r / "train/image-parse-v3/00001_00.png", np.zeros((*SIZE, 3), "uint8")), "palette"),
    "leaves the folder": (lambda r: (r / "train_pairs.txt").write_text("../../../secret.png x.png\n"), "leaves the folder"),
    "absolute": (lambda r: (r / "train_pairs.txt").write_text("/etc/passwd x.png\n"), "leaves the folder"),
    "pickled flow": (lambda r: (r / "train/gt_flow/00001_00__00001_00.npy").write_bytes(pickle.dumps([1])), "never loaded"),
    "object array": (lambda r: np.save(r / "train/gt_flow/00001_00__00001_00.npy", np.array([{}]), allow_pickle=True), "never loaded"),
    "flow of another size": (lambda r: np.save(r / "train/gt_flow/00001_00__00001_00.npy", np.zeros((3, 3))), "shape"),
    "broken factors": (lambda r: (r / "train/factors.jsonl").write_text('{"name": 1'), "JSON lines"),
    "no JSON": (lambda r: (r / "train/openpose_json/00001_00_keypoints.json").write_text("{"), "no JSON"),
    "few keypoints": (lambda r: (r / "train/openpose_json/00001_00_keypoints.json").write_text('{"people": [{"pose_keypoints": [1, 2]}]}'), "no 18"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_gives_one_error_that_names_the_file_and_the_cure(viton, kind):
    damage, words = DAMAGE[kind]
    damage(viton)
    with pytest.raises(folders.FolderError, match=words) as caught:
        folders.VitonFolder(viton)[0]
    assert str(viton) in str(caught.value)


def test_a_link_that_leaves_the_folder_is_refused(viton, tmp_path):
    secret = tmp_path / "secret.png"
    images.write_image(secret, np.zeros((*SIZE, 3), "uint8"))
    (viton / "train/image/00001_00.png").unlink()
    (viton / "train/image/00001_00.png").symlink_to(secret)
    with pytest.raises(folders.FolderError, match="leaves the folder"):
        folders.VitonFolder(viton)[0]


def face_sample(number):
    generator = np.random.default_rng(number)
    return {"name": f"{number:05d}.png", "image": generator.integers(0, 256, (16, 16, 3), dtype="uint8"),
            "parse": generator.integers(0, 19, (16, 16), dtype="uint8"), "landmarks": generator.normal(8, 3, (68, 3)).astype("float32")}


def test_makeup_is_read_back_identically(tmp_path):
    folders.write_makeup(tmp_path, "makeup", [face_sample(1), face_sample(2)])
    pile = folders.MakeupFolder(tmp_path, "makeup")
    assert len(pile) == 2
    for got, number in zip(pile, (1, 2), strict=True):
        assert_same(got, face_sample(number))


def test_pickled_landmarks_of_strangers_are_never_loaded(tmp_path):
    folders.write_makeup(tmp_path, "makeup", [face_sample(1)])
    (tmp_path / "landmarks/makeup/00001.npy").write_bytes(pickle.dumps(np.zeros(3)))
    with pytest.raises(folders.FolderError, match="never loaded"):
        folders.MakeupFolder(tmp_path, "makeup")[0]


def test_unknown_splits_and_piles_are_refused(tmp_path):
    with pytest.raises(ValueError, match="'train' or 'test'"):
        folders.VitonFolder(tmp_path, "val")
    with pytest.raises(ValueError, match="'makeup' or 'non-makeup'"):
        folders.MakeupFolder(tmp_path, "nude")
