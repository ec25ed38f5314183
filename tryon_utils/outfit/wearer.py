"""A person on a photograph, represented as the course's models know people: where the joints are, what stays, and what is painted anew."""

import dataclasses

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage
from skimage import color

from tryon_utils import agnostic
from tryon_utils.photos import actions, align, landmarks, models, pose, segment
from tryon_utils.photos.intake import PhotoError

# Where the rendered people have their neck, shoulders and hips, in a picture 64 high and 48 wide: means of the training part
NECK, SHOULDERS, HIPS = (24.0, 20.95), ((15.04, 23.73), (32.97, 23.69)), (23.95, 50.81)
# What their arms do, upper arm and forearm in degrees (see `actions.measure`): means of the training part
ARMS = {"hanging": (9, 1), "held away": (16, 5), "on the hip": (41, -43), "at the waist": (18, -58), "behind the back": (15, -62),
        "across": (9, -93), "holding the other": (11, -82), "raised": (149, -78)}
MOST_OFF = 32.0                 # degrees from the nearest of these
SHOULDER_RATIO = (0.47, 0.90)   # of the shoulders' width to the trunk's length; the rendered people have 0.58 to 0.74
MOST_TILT = 30.0                # degrees
LEAST_SEEN = 0.5
BELOW = 0.2                     # trunks by which the hips may lie below the picture
ANOTHER = 0.35                  # another person who is so large beside the first, and larger, is one too many
LEAST_TRUNK = 60                # pixels
KEPT = (1, 2, 4, 13)            # labels of a parse map: hat, hair, glasses and face
FACE_OVAL = (10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136, 172, 58, 132,
             93, 234, 127, 162, 21, 54, 103, 67, 109)
HAIR_STEP = 13.0                # CIELAB: what differs less from the hair over the forehead is hair
HAND = 0.62                     # heads around the middle of a hand in which trousers are not looked for


@dataclasses.dataclass(frozen=True)
class Wearer:
    """A person, read from a photograph.

    Attributes:
        pixels: uint8 (h, w, 3). The photograph.
        keypoints: float32 (18, 3). COCO-18 in the photograph's pixels.
        frame: float64 (2, 3). From a picture 64 high and 48 wide, in which the person stands as the rendered ones do, to the photograph.
        mask: float32 (h, w) in [0, 1]. Where the person is.
        face: float64 (468, 2). The face's mesh in the photograph's pixels, or None where no face is seen.
        parse: uint8 (h, w). Labels 0-19 as in VITON-HD, or None; where known, skin, hair and trousers are taken from it.
    """

    pixels: np.ndarray
    keypoints: np.ndarray
    frame: np.ndarray
    mask: np.ndarray
    face: np.ndarray | None = None
    parse: np.ndarray | None = None

    @property
    def action(self):
        """`actions.Action`. What the person does with their arms."""
        return actions.read(self.keypoints, self.pixels.shape[:2])


def read(pixels):
    """Find the one person of a photograph.

    Args:
        pixels: uint8 (h, w, 3). One person from the front, from the head to the hips.

    Returns:
        `Wearer`.

    Raises:
        PhotoError: nobody, several people, a pose that the models were not trained on, or too small a person.
    """
    people = pose.find(pixels)
    first = people[0]
    if any(align.scale_of(other.frame) > ANOTHER * align.scale_of(first.frame) for other in people[1:]):
        raise PhotoError(f"{len(people)} people are in this photograph. Cut it so that one is left, and try again.")
    keypoints = pose.to_coco(first.points)
    check_pose(keypoints, pixels.shape[:2])
    mask = np.maximum(segment.person_mask(pixels), 0)
    return Wearer(pixels, keypoints, standing_frame(keypoints), mask, face_of(pixels, first.points))


def from_sample(sample):
    """Return the `Wearer` of a sample of `folders.VitonFolder`: its own keypoints and parse map are believed.

    Args:
        sample: Dictionary with `image`, `keypoints` and `parse`.

    Raises:
        PhotoError: a pose that the models were not trained on.
    """
    pixels, keypoints = sample["image"], np.array(sample["keypoints"])
    height, width = pixels.shape[:2]
    if not keypoints[[1, 2, 5, 8, 11], :2].any(axis=1).all():
        raise PhotoError("The keypoints lack the neck, a shoulder or a hip. Run the pose step again.")
    frame, whole = standing_frame(keypoints), np.array([[height / 64, 0, 0], [0, height / 64, 0]])
    if 4 * width == 3 * height and abs(align.scale_of(frame) * 64 / height - 1) < 0.1 and np.hypot(*(align.move(frame, [24, 32]) - [width / 2, height / 2])) < 0.1 * height:
        frame = whole  # framed as the models were trained: nothing need be sampled anew
    return Wearer(pixels, keypoints, frame, (sample["parse"] > 0).astype("float32"), parse=sample["parse"])


def standing_frame(keypoints):
    """Return the frame of the picture, 64 high and 48 wide, in which a person's trunk lies where the rendered people have theirs."""
    places = np.asarray(keypoints, "float64")[:, :2]
    return align.similarity(np.array([NECK, *SHOULDERS, HIPS]), np.array([places[1], places[2], places[5], places[[8, 11]].mean(axis=0)]))


def check_pose(keypoints, size):
    """Refuse a pose that the models were not trained on.

    Args:
        keypoints: float (18, 3).
        size: Pair (height, width) of the photograph.

    Raises:
        PhotoError: what is wrong, and what to do.
    """
    places, seen = np.asarray(keypoints, "float64")[:, :2], keypoints[:, 2]
    hips, shoulders = places[[8, 11]].mean(axis=0), places[[2, 5]].mean(axis=0)
    trunk, across = np.hypot(*(hips - shoulders)), places[5] - places[2]
    down = (hips - shoulders) / max(trunk, 1e-6)
    if trunk < LEAST_TRUNK:
        raise PhotoError("The person is too small in this photograph. Choose a larger one, or cut it closer.")
    if min(seen[2], seen[5]) < LEAST_SEEN or hips[1] > size[0] + BELOW * trunk:
        raise PhotoError("Shoulders or hips can't be seen. Choose a photograph that shows the person from the head to the hips.")
    if np.degrees(np.arccos(np.clip(down[1], -1, 1))) > MOST_TILT:
        raise PhotoError("The person leans or lies. Choose a photograph of somebody who stands upright, or turn it.")
    if across[0] <= 0 or not SHOULDER_RATIO[0] <= np.hypot(*across) / trunk <= SHOULDER_RATIO[1]:
        raise PhotoError("The person does not face the camera, or sits or bends. Choose a photograph of somebody who stands, seen from the front.")
    for side in ("right", "left"):
        arm = actions.measure(keypoints, side)
        off = min(max(turn(arm.upper - upper), turn(arm.fore - fore)) for upper, fore in ARMS.values())
        if off > MOST_OFF:
            raise PhotoError(f"The person's {side} arm is held in a way that the models were not trained on. Let it hang, put the hand on the "
                             "hip, cross the arms, or put the hand behind the head.")


def turn(degrees):
    """Return how large an angle is, the short way round: a float in [0, 180]."""
    return abs((degrees + 180) % 360 - 180)


def face_of(pixels, points):
    """Find the face's mesh where the skeleton's eyes say it is: float64 (468, 2), or None where the network sees no face there."""
    left_eye, right_eye, mouth = points[2, :2], points[5, :2], points[[9, 10], :2].mean(axis=0)
    middle, span = (left_eye + right_eye) / 2, np.hypot(*(left_eye - right_eye))
    side = 2.6 * max(span, 1.1 * np.hypot(*(mouth - middle)), 4.0) * landmarks.MARGIN / 1.5
    size = models.SIZES["face_landmarks"]
    frame = align.square_frame((middle + mouth) / 2, 1.5 * side, landmarks.angle_between(right_eye, left_eye), size)
    for _ in range(2):
        mesh, score = landmarks.look(pixels, frame)
        frame = landmarks.region_of_landmarks(mesh, size)
    return mesh if score > landmarks.LEAST_SCORE else None


# ---- As the models know people -------------------------------------------------------------------------------------

def represent(wearer, height):
    """Return what a try-on model may know of a person, in the size it was trained at.

    Args:
        wearer: `Wearer`.
        height: Integer. 64, 128 or 256; the width is three quarters of it.

    Returns:
        `agnostic.Representation` of one person, and the keypoints in its pixels, float32 (1, 18, 3).
    """
    size = (height, height * 3 // 4)
    frame = wearer.frame * [[64 / height, 64 / height, 1.0]]
    person = seen_crop(wearer.pixels, frame, size)
    inside = align.crop(np.rint(255 * wearer.mask).astype("uint8"), frame, size) / np.float32(255)
    back = align.invert(frame)
    keypoints = align.move(back, wearer.keypoints).astype("float32")
    if wearer.parse is not None:
        return _represent_parsed(person, wearer.parse, frame, keypoints)
    face = None if wearer.face is None else align.move(back, wearer.face)
    skin, hair = head_of(person, inside > 0.5, keypoints, face)
    mask = agnostic.draw_mask(keypoints[None], *size, kept=(skin | hair)[None])
    known = agnostic.represent(person[None], mask, keypoints[None], skin=skin[None], lower=lower_of(inside > 0.5, keypoints)[None] & ~hair,
                               background=(inside < 0.1)[None])
    return known, keypoints[None]


def _represent_parsed(person, parse, frame, keypoints):
    """Return the same of a person whose parse map is known."""
    height, width = person.shape[:2]
    rows, columns = np.mgrid[:height, :width] + 0.5
    x, y = np.floor(align.move(frame, np.stack([columns, rows], axis=-1))).astype(int).transpose(2, 0, 1)
    seen = (x >= 0) & (y >= 0) & (x < parse.shape[1]) & (y < parse.shape[0])
    small = np.where(seen, parse[y.clip(0, parse.shape[0] - 1), x.clip(0, parse.shape[1] - 1)], 0).astype("uint8")[None]
    mask = agnostic.draw_mask(keypoints[None], height, width, kept=np.isin(small, KEPT))
    return agnostic.represent(person[None], mask, keypoints[None], **agnostic.regions_of(small)), keypoints[None]


def lower_of(inside, keypoints):
    """Return where trousers or a skirt are: on the person, below the hips, and not near a hand. bool (h, w)."""
    height, width = inside.shape
    places = keypoints[:, :2]
    y, x = np.mgrid[:height, :width] + 0.5
    reach = HAND * np.hypot(*(places[[8, 11]].mean(axis=0) - places[1])) / agnostic.TORSO
    hands = [np.hypot(x - px, y - py) < reach for elbow, wrist in ((3, 4), (6, 7)) for px, py in [places[wrist] + 0.35 * (places[wrist] - places[elbow])]]
    return inside & (y > places[[8, 11], 1].mean()) & ~hands[0] & ~hands[1]


def seen_crop(pixels, frame, size):
    """Sample a crop; what lies outside the photograph takes the nearest colour that is inside. uint8 (height, width, 3)."""
    picture = align.crop(pixels, frame, size)
    known = align.crop(np.full(pixels.shape[:2], 255, "uint8"), frame, size) == 255
    if known.all() or not known.any():
        return picture
    nearest = ndimage.distance_transform_edt(~known, return_distances=False, return_indices=True)
    return picture[tuple(nearest)]


def head_of(person, inside, keypoints, face):
    """Find what stays of the head, because it lies in front of every garment.

    Args:
        person: uint8 (h, w, 3).
        inside: bool (h, w). Where the person is.
        keypoints: float (18, 3), in this picture's pixels.
        face: float (468, 2), in this picture's pixels, or None.

    Returns:
        skin and hair, bool (h, w).
    """
    height, width = inside.shape
    trunk = np.hypot(*(keypoints[[8, 11], :2].mean(axis=0) - keypoints[[2, 5], :2].mean(axis=0)))
    head = trunk / agnostic.TORSO
    if face is None:
        eyes = keypoints[[14, 15], :2].mean(axis=0)
        turned = np.linspace(0, 2 * np.pi, 36)
        face = eyes + np.stack([0.36 * np.cos(turned), 0.12 + 0.46 * np.sin(turned)], axis=1) * head
        oval = face
    else:
        oval = face[list(FACE_OVAL)]
    image = Image.new("L", (4 * width, 4 * height))
    ImageDraw.Draw(image).polygon([tuple(4 * place) for place in oval], fill=255)
    skin = (np.array(image.resize((width, height), Image.Resampling.BOX)) > 127) & inside
    y, x = np.mgrid[:height, :width] + 0.5
    middle, top, bottom = oval.mean(axis=0), oval[:, 1].min(), oval[:, 1].max()
    away = np.hypot((x - middle[0]) / 0.62, y - middle[1] + 0.15 * head) / head  # 1 on an ellipse that holds a head with short hair
    above = inside & ~skin & (y < top + 0.05 * head) & (away < 1) & (abs(x - middle[0]) < 0.4 * head)
    ears = inside & ~skin & (y < bottom) & ndimage.binary_dilation(skin, iterations=max(1, round(0.12 * head)))
    if above.sum() < 4 or not skin.any():
        return skin, ears
    lab = color.rgb2lab(person)
    hair, tone = np.median(lab[above], axis=0), np.median(lab[skin], axis=0)
    if np.linalg.norm(hair - tone) < HAIR_STEP:  # no hair, or hair of the skin's colour: what lies in the ellipse stays
        return skin, ears | (inside & ~skin & (away < 1) & (y < bottom))
    chest = (y > keypoints[1, 1] + 0.1 * head) & (abs(x - keypoints[1, 0]) < 0.28 * np.hypot(*(keypoints[2, :2] - keypoints[5, :2])))
    near = inside & ~skin & ~chest & (np.hypot(x - middle[0], y - middle[1]) < 2.4 * head)
    alike = near & (np.linalg.norm(lab - hair, axis=-1) < HAIR_STEP)  # over the shoulders, too; on the chest, cloth is likelier
    return skin, ears | ndimage.binary_closing(ndimage.binary_propagation(above & alike, mask=alike))
