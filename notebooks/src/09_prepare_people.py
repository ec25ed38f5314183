# %% [markdown]
# # Prepare people
#
# **What you'll do**: take photographs in from anywhere, the honest ones and the hostile ones. Then you find the people in them: the face, 468 points on it, the lips and the lids, the outline, the joints. You do it first
# on a photograph and then on our rendered people, where the truth is known.
#
# **What you'll learn**
# - what a picture file says about itself and about you, and why to ask it before you decode it;
# - how a detector works: anchors, boxes, doubles and how to get rid of them;
# - how a region of interest leads to landmarks, and how they find their way back into the photograph;
# - how to lay a face upright, change it, and put it back without touching anything else;
# - soft masks of a face's regions, a skeleton's joints and what a person does with the arms;
# - what to promise to people whose pictures you hold.
#
# **What you need**: [Measure quality](06_measure_quality.ipynb). The five small networks that look at photographs come with `make data`.
#
# **Time**: about 50 minutes of reading, 0 seconds of training on two CPU cores

# %%
import tryon_utils  # first: it keeps TensorFlow's start-up log quiet
import functools
import io
import struct
import time

import matplotlib.pyplot as plt
import numpy as np
from PIL import Image
from skimage import data
from tryon_utils import augment, camera, datasets, metrics, regions, widgets
from tryon_utils.gates import gate
from tryon_utils.paperdoll.pose import POSES
from tryon_utils.photos import actions, align, containers, detect, intake, landmarks, models, pose, segment
from tryon_utils.plotting import people
from tryon_utils.plotting import photos as photo_plots

plt.style.use("tryon_utils.course")

# %%
broken_copies = 300       # of one photograph, each broken in another way
people_looked_at = 100    # rendered people in whom we look for joints
faces_looked_at = 200     # rendered faces whose regions we compare with the truth
lip_colour = (150, 20, 60)
seed = 0

# %% [markdown]
# ## What a file says
#
# Until now every picture came from our own renderer. A photograph comes from somewhere. This one was taken by NASA and is free: the astronaut Eileen Collins, who had flown the Space Shuttle. Let's store it as a phone would. A phone held upright stores the picture lying on its side,
# and adds a note, called **EXIF**: turn me, this camera took me, at this place.

# %% tags=["nbval-check-output"]
astronaut = data.astronaut()
note = Image.Exif()
note[0x010F], note[0x0112] = "A phone", 6                                    # its maker; 6 means: turn me clockwise
note[0x8825] = {1: "N", 2: (29.0, 33.0, 36.0), 3: "W", 4: (95.0, 5.0, 18.0)}  # the place: degrees, minutes, seconds
written = io.BytesIO()
Image.fromarray(np.rot90(astronaut)).save(written, "JPEG", quality=92, exif=note)
phone_file = written.getvalue()
print("pixels", astronaut.shape, astronaut.dtype, "-> a file of about", round(len(phone_file), -4), "bytes")

# %% [markdown]
# A JPEG file is a row of segments. Each begins with the byte 255, a byte that names it, and its length. Nobody needs to decode a picture to walk along them.

# %% tags=["nbval-check-output"]
NAMES = {0xE0: "resolution", 0xE1: "EXIF", 0xDB: "how finely it was rounded", 0xC0: "size", 0xC4: "code table", 0xDA: "pixels begin"}
place = 2
while True:
    marker, length = struct.unpack_from(">xBH", phone_file, place)
    content = phone_file[place + 4:place + 2 + length]
    print(f"{NAMES[marker]:26} {length:4} bytes  {content[:14]}")
    if marker == 0xDA:
        break
    if marker == 0xC0:
        stated_height, stated_width = struct.unpack_from(">HH", content, 1)
    place += 2 + length
print("it says:", stated_height, "high,", stated_width, "wide")

# %% [markdown]
# Two things to learn from this. The size stands near the front, so a reader can look at it *before* it asks for memory. And the EXIF segment tells where the picture was taken, to within a few steps of the door. A program that passes photographs on with it passes that on, too.
#
# `intake.read` keeps the segments that are needed to paint the picture, writes a clean file from them, and only that one is decoded.

# %% tags=["nbval-check-output"]
photo = intake.read(phone_file)
print(photo.kind, photo.pixels.shape, photo.pixels.dtype)
for line in photo.notes:
    print("-", line)
clean = containers.strip(phone_file).data
assert b"A phone" in phone_file and b"Exif" in phone_file
assert b"A phone" not in clean and b"Exif" not in clean

# %% [markdown]
# ## The limits come first
#
# *Predict, then run.* Here is a file of 57 bytes with a PNG's head. How much memory does it ask for?

# %% tags=["nbval-check-output"]
def png_chunk(name, content):
    import zlib
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


head = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)               # width, height, 8 bits, colour
bomb = b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + png_chunk(b"IDAT", b"") + png_chunk(b"IEND", b"")
print(len(bomb), "bytes claim", f"{100_000 * 100_000 * 3 / 1e9:.0f} GB of pixels")
try:
    intake.read(bomb)
except intake.PhotoError as error:
    print(error)

# %% [markdown]
# It is called a decompression bomb. A reader that decodes first and checks afterwards has no afterwards. So the order is: number of bytes, then kind, then stated size, and only then the pixels. The *kind* is read from the content. A file's name is a wish.
#
# Not everything that is refused is an attack. Most of it is a mistake, and deserves an answer that helps: what came, what is wanted, what to do.

# %% tags=["nbval-check-output"]
small = io.BytesIO()
Image.fromarray(astronaut[:20, :20]).save(small, "PNG")
refused = {"nothing at all": b"", "half a photograph": phone_file[:len(phone_file) // 2], "a phone's HEIC": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
           "a document": b"%PDF-1.7\n", "a letter": b"Dear Sir or Madam,", "too small": small.getvalue(), "a folder": "notebooks"}
for name, source in refused.items():
    try:
        intake.read(source)
    except intake.PhotoError as error:
        print(f"{name}: {error}")

# %% [markdown]
# And the kinds that are read all come out alike, upright, opaque, three colours, 8 bits: also those that a camera never writes, such as print colours (CMYK), a palette of 64 colours, 16 bits of grey, a picture with holes, or a film's first picture.

# %%
def stored(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


picture = Image.fromarray(astronaut).resize((256, 256))
holes = picture.copy()
holes.putalpha(Image.fromarray(np.tile(np.linspace(0, 255, 256).astype("uint8"), (256, 1))))
odd_files = {"CMYK": stored(picture.convert("CMYK"), "JPEG"), "palette": stored(picture.quantize(64), "GIF"),
             "16 bits": stored(Image.fromarray(np.asarray(picture.convert("L")).astype("uint16") * 257), "PNG"), "with holes": stored(holes, "WEBP"),
             "a film": stored(picture, "WEBP", save_all=True, append_images=[picture.rotate(90)])}
odd_photos = {name: intake.read(file) for name, file in odd_files.items()}

# %% alt="Five times the astronaut in her orange suit: from print colours, from a palette, in grey, fading to white on the left where the file had holes, and the first picture of a film."
people.draw_pictures([odd.pixels for odd in odd_photos.values()], titles=[f"{name} ({odd.kind})" for name, odd in odd_photos.items()])

# %% [markdown]
# ### Which way is up?
#
# EXIF knows eight ways to hold a camera: four turns, each as seen and as in a mirror. For each there is one rule that brings the stored array upright.

# %%
upright = {1: lambda a: a, 2: lambda a: a[:, ::-1], 3: lambda a: a[::-1, ::-1], 4: lambda a: a[::-1], 5: lambda a: a.swapaxes(0, 1),
           6: lambda a: a[::-1].swapaxes(0, 1), 7: lambda a: a[::-1, ::-1].swapaxes(0, 1), 8: lambda a: a[:, ::-1].swapaxes(0, 1)}
back = {5: 5, 6: 8, 7: 7, 8: 6}                                               # 6 undoes 8; each of the others undoes itself
face_part = astronaut[20:212, 120:312]
as_stored = {number: upright[back.get(number, number)](face_part) for number in upright}

# %% alt="A row of eight small pictures of a face, as stored: upright, mirrored, upside down, and lying on either side, each as seen and mirrored."
people.draw_pictures(list(as_stored.values()), titles=[f"orientation {number}" for number in as_stored])

# %% tags=["nbval-check-output"]
for number, array in as_stored.items():
    exif = Image.Exif()
    exif[0x0112] = number
    read = intake.read(stored(Image.fromarray(np.ascontiguousarray(array)), "PNG", exif=exif)).pixels
    np.testing.assert_array_equal(read, face_part)
    np.testing.assert_array_equal(upright[number](array), face_part)
print("eight ways to hold a camera, one picture")

# %% [markdown]
# ### Three hundred broken copies
#
# A promise such as "whatever comes, it answers" is worth what its test is worth. So break a file in many ways: cut it, turn some bytes into others, change its head, repeat a part. Each copy must lead to a picture or to a `PhotoError`, and to nothing else.
#
# *Predict, then run.* Of the copies with one changed byte, how many can still be read?

# %%
rng = np.random.default_rng(seed)


def broken(file, way):
    changed, places = bytearray(file), rng.integers(len(file), size=2)
    if way == "cut":
        return bytes(changed[:places[0]])
    if way == "part repeated":
        return bytes(changed[:places.max()] + changed[places.min():])
    for place in {"one byte": places[:1], "fifty bytes": rng.integers(len(file), size=50), "the head": rng.integers(2, 200, size=3)}[way]:
        changed[place] = rng.integers(256)
    return bytes(changed)


ways, slowest = ["cut", "one byte", "fifty bytes", "the head", "part repeated"], 0.0
outcomes = {way: {"picture": 0, "PhotoError": 0} for way in ways}
for number in range(broken_copies):
    copy = broken(list(odd_files.values())[number % 5] if number % 2 else phone_file, way := ways[number % 5])
    begun = time.process_time()
    try:
        outcomes[way]["picture"] += intake.read(copy).pixels.dtype == np.uint8
    except intake.PhotoError:
        outcomes[way]["PhotoError"] += 1
    slowest = max(slowest, time.process_time() - begun)

# %% tags=["nbval-ignore-output"]
for way, counts in outcomes.items():
    print(f"{way:14}", counts)
gate("broken files that led to a picture or a PhotoError", sum(sum(counts.values()) for counts in outcomes.values()), at_least=300, at_most=300)
gate("seconds for the slowest", slowest, at_most=2)

# %% [markdown]
# A changed pixel of a JPEG changes a stripe of the picture, and no reader can know. That is no danger: a wrong picture is a picture. The course's tests break four hundred files of twenty kinds, and add bombs. The long run, `python tests/mutated_photos.py`, breaks ten thousand.
#
# ## Where is the face?
#
# Now to the pixels. A **detector** is a network that looks at one small square, here of 128 pixels, and guesses at many fixed places at once. Whatever part of a photograph it should look at must first be sampled into such a square. A **frame** says how: a matrix of 2 rows and 3 columns, which leads from a
# place in the square to the place in the photograph.

# %% tags=["twin:tryon_utils.photos.align"]
def move(frame, places):
    places = np.asarray(places, "float64")
    moved = places[..., :2] @ frame[:, :2].T + frame[:, 2]
    return np.concatenate([moved, places[..., 2:]], axis=-1)


def invert(frame):
    turn_back = np.linalg.inv(frame[:, :2])
    return np.concatenate([turn_back, -turn_back @ frame[:, 2:]], axis=1)

# %% tags=["nbval-check-output"]
size = models.SIZES["face_detection"]
frame = detect.whole_frame(astronaut, size)
square = align.crop(astronaut, frame, size)
np.testing.assert_allclose(move(frame, [[size, size]]), [[512, 512]])         # the square's corner is the photograph's
np.testing.assert_allclose(move(invert(frame), move(frame, [[31, 7]])), [[31, 7]])
print("square", square.shape, "of the photograph", astronaut.shape)

# %% [markdown]
# ### Anchors
#
# The network answers with 896 rows of 16 numbers, and 896 scores. Each row belongs to an **anchor**, a fixed place in the square: two at each of 16 x 16 places, six at each of 8 x 8. The numbers say how far the box's middle lies from the anchor, how wide and high it is, and where the eyes, nose, mouth and
# ears are:
#
# $$\text{middle} = \text{anchor} + \frac{(d_x, d_y)}{128} \qquad \text{size} = \frac{(w, h)}{128}$$

# %% tags=["twin:tryon_utils.photos.detect"]
LAYERS = {"face_detection": ((8, 2), (16, 6)), "pose_detection": ((8, 2), (16, 2), (32, 6))}  # (pixels from place to place, guesses at each)


@functools.cache
def anchors(name):
    layers = []
    for stride, guesses in LAYERS[name]:
        count = models.SIZES[name] // stride
        middles = (np.arange(count) + 0.5) / count
        x, y = np.meshgrid(middles, middles)
        layers.append(np.repeat(np.stack([x.ravel(), y.ravel()], axis=1), guesses, axis=0))
    centres = np.concatenate(layers)
    centres.setflags(write=False)
    return centres


def decode(values, centres, size):
    middles, sides = centres + values[:, :2] / size, values[:, 2:4] / size
    boxes = np.concatenate([middles - sides / 2, middles + sides / 2], axis=1)
    points = centres[:, None] + values[:, 4:].reshape(len(values), (values.shape[1] - 4) // 2, 2) / size
    return boxes, points

# %% tags=["nbval-check-output"]
values, logits = models.run("face_detection", square)
scores = models.sigmoid(logits[:, 0])
believed = scores >= 0.5
centres = anchors("face_detection")
boxes, points = decode(values[believed], centres[believed], size)
assert len(centres) == 16 * 16 * 2 + 8 * 8 * 6 == len(values)
print("the network says", values.shape, "and", logits.shape)
print(believed.sum(), "guesses have a score above 0.5")

# %% [markdown]
# ### Doubles
#
# Eight guesses, and one face. All eight are right, only there is no need for eight. Two boxes are about the same thing where they **overlap** much: the area that both cover, divided by the area that either covers. Two squares of 2 x 2, one pixel apart, share 2 of 6 pixels.
#
# **Non-maximum suppression** takes the best guess, puts all that overlap it aside, takes the best of the rest, and so on. Instead of throwing the doubles away, we let them vote: the box that is kept is their mean, weighted by score.

# %% tags=["twin:tryon_utils.photos.detect"]
MOST_OVERLAP = 0.3  # what overlaps more is the same thing


def overlap(box, boxes):
    low, high = np.maximum(box[:2], boxes[:, :2]), np.minimum(box[2:], boxes[:, 2:])
    both = np.prod(np.clip(high - low, 0, None), axis=1)
    either = np.prod(box[2:] - box[:2]) + np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) - both
    return both / np.maximum(either, 1e-12)


def suppress(boxes, scores, points, most_overlap=MOST_OVERLAP):
    left, found = np.argsort(-scores, kind="stable"), []
    while len(left):
        same = overlap(boxes[left[0]], boxes[left]) > most_overlap
        same[0] = True
        group = left[same]
        weights = scores[group] / scores[group].sum()
        found.append((float(scores[left[0]]), weights @ boxes[group], np.einsum("i,ikj->kj", weights, points[group])))
        left = left[~same]
    return found

# %% tags=["nbval-check-output"]
two = np.array([[0.0, 0.0, 2.0, 2.0], [1.0, 0.0, 3.0, 2.0]])
np.testing.assert_allclose(overlap(two[0], two), [1, 2 / 6])
kept = suppress(boxes, scores[believed], points)
print(len(boxes), "guesses,", len(kept), "face, score", f"{kept[0][0]:.1f}")

# %% [markdown]
# *Predict, then turn.* Lower the least score. What will the network take for a face that is none? Then allow more overlap: when do the doubles come back?

# %% alt="Three times the astronaut's photograph, small. Left: white dots, the anchors, in two grids. Middle: eight boxes almost on top of each other around the face. Right: one box with six dots, on the eyes, the nose, the mouth and beside the ears."
def draw_detector(least_score, most_overlap):
    believed = scores >= least_score
    boxes, points = decode(values[believed], centres[believed], size)
    return photo_plots.draw_guesses(square, centres, boxes, scores[believed], suppress(boxes, scores[believed], points, most_overlap))


widgets.explore(draw_detector, least_score=widgets.slider(0.05, 0.95, 0.5, step=0.01), most_overlap=widgets.slider(0.0, 1.0, 0.3, step=0.05))

# %% [markdown]
# The next best face, with a score of 0.2, is her helmet. After that comes the badge on her arm. Something round with a few marks in it is a face to a small network, if you let it be one. A threshold is a choice between missing people and seeing them where there are none, and 0.5 leaves much room on both sides here.

# %% [markdown]
# ## Landmarks, and the way back
#
# A face of 23 pixels is enough to find it and too little to paint its lips. So a second network looks closer, at a **region of interest**: a square around the face, turned as the eyes are, sampled from the *photograph* and not from the small square. It returns 468 points, in the region's pixels. The region's frame leads them back.

# %% tags=["nbval-check-output"]
found = detect.Detection(kept[0][0], move(frame, kept[0][1].reshape(2, 2) * size).ravel(), move(frame, kept[0][2] * size))
region = landmarks.region_of_detection(found, models.SIZES["face_landmarks"])
close = align.crop(astronaut, region, models.SIZES["face_landmarks"])
values, logit = models.run("face_landmarks", close)
in_region = values.reshape(468, 3)[:, :2]
in_photo = move(region, in_region)
print("region", close.shape, "->", in_region.shape, "points, turned by", f"{np.rad2deg(align.angle_of(region)):.0f} degrees")

# %% alt="Left: the photograph with a slightly turned square around the head, its upper edge marked. Middle: the square upright, the face large, with 468 dots along eyes, brows, nose, lips and jaw. Right: the same dots on the face in the photograph."
corners = np.array([[0, 0], [192, 0], [192, 192], [0, 192]])
photo_plots.draw_landmarks_found(astronaut, move(region, corners), close, in_region, in_photo)

# %% [markdown]
# The network gives one more number: how sure it is that it looks at a face at all. Show it a cat.

# %% tags=["nbval-ignore-output"]
cat = data.chelsea()
_, score_of_face = landmarks.look(astronaut, region)
_, score_of_cat = landmarks.look(cat, align.square_frame((200, 130), 250, 0.0, 192))
print(f"the astronaut {score_of_face:.2f}, the cat {score_of_cat:.2f}")
gate("the score of the astronaut's face", score_of_face, at_least=0.9)
gate("the score of the cat's", score_of_cat, at_most=0.5)

# %% [markdown]
# ### Photographs as they come
#
# People come too near, hold their heads askew, lie on a sofa, and bring friends. `landmarks.find` looks at the whole photograph, then at parts of it, then turned by right angles, and takes the region anew from the landmarks that it found, which is steadier than the detector's. It returns all faces, the largest first, or says that there is none.
#
# *Predict, then run.* Which of these five will it find?

# %%
def resized(pixels, factor):
    return np.asarray(Image.fromarray(pixels).resize([round(factor * side) for side in pixels.shape[1::-1]], Image.Resampling.LANCZOS))


portrait, three = astronaut[20:280, 100:350], np.full((260, 600, 3), 200, "uint8")
for factor, left in ((1.0, 0), (0.8, 250), (0.6, 450)):
    one = resized(portrait, factor)
    three[-len(one):, left:left + one.shape[1]] = one
photographs = {"too near": astronaut[55:205, 145:295], "askew": np.asarray(Image.fromarray(astronaut).rotate(35, expand=True, fillcolor=(90, 90, 90))),
               "lying": np.rot90(astronaut).copy(), "three of them": three, "a cat": cat}

# %% tags=["nbval-check-output"]
faces_found = {}
for name, pixels in photographs.items():
    try:
        faces_found[name] = landmarks.find(pixels)
        print(f"{name}: {len(faces_found[name])}, turned by about {10 * round(np.rad2deg(faces_found[name][0].angle) / 10)} degrees")
    except intake.PhotoError as error:
        faces_found[name] = []
        print(f"{name}: {error}")
assert [len(faces) for faces in faces_found.values()] == [1, 1, 1, 3, 0]

# %% alt="Five photographs. A close-up, one tilted and one lying on its side have landmarks on the face; of three astronauts in one picture, each has landmarks and a number from large to small; the cat has none."
photo_plots.draw_faces_found(list(photographs.values()), list(faces_found.values()), list(photographs))

# %% [markdown]
# How exact is that? Nobody knows the true landmarks of a photograph. But a turned photograph has the same landmarks, turned, and a smaller one has the same, smaller. That is a test that needs no truth.

# %% tags=["nbval-ignore-output"]
face = landmarks.find(astronaut)[0]
distances = {}
for factor in (0.5, 1.0, 2.0):
    for turn in range(4):
        other = np.rot90(resized(astronaut, factor), turn).copy()
        about = align.square_frame((256, 256), 512, np.pi / 2 * turn, 512 * factor)     # from the changed photograph back to the first
        moved = move(about, landmarks.find(other)[0].points)
        distances[factor, turn] = np.linalg.norm(moved - face.points, axis=1).mean()
print(", ".join(f"{distance:.2f}" for distance in distances.values()), "pixels, in a face of", f"{face.box[3] - face.box[1]:.0f}")
gate("mean distance of the landmarks under four turns and three sizes, in pixels", list(distances.values()), at_most=2)

# %% [markdown]
# ## Upright, and exactly back
#
# Every model of faces in this course saw faces upright, with the eyes at two fixed places. So we lay a photograph's face just so. Two pairs of places, where the eyes are and where they should be, fix a **similarity**: one turn, one scale, one shift. With places as complex numbers, less their means, it is a single division:
#
# $$a = \frac{\sum \bar s\, t}{\sum |s|^2}$$

# %% tags=["nbval-check-output"]
eyes_in_photo = np.array([[100.0, 80.0], [140.0, 110.0]])                     # 50 pixels apart, askew
eyes_in_crop = np.array(align.EYES) * 128
s, t = (places @ [1, 1j] - np.mean(places @ [1, 1j]) for places in (eyes_in_crop, eyes_in_photo))
a = np.sum(np.conj(s) * t) / np.sum(np.abs(s) ** 2)
frame = align.similarity(eyes_in_crop, eyes_in_photo)
np.testing.assert_allclose([frame[0, 0], frame[1, 0]], [a.real, a.imag])
np.testing.assert_allclose(move(frame, eyes_in_crop), eyes_in_photo)
print(f"one pixel of the crop spans {abs(a):.2f} of the photograph, turned by {np.rad2deg(np.angle(a)):.0f} degrees")

# %% [markdown]
# Now with the face askew from above. We lay it upright, find its lips (more on that in a moment), paint them, and put the crop back through the inverse. Where the mask is 0, the photograph must stay as it was, to the last bit.

# %% tags=["nbval-check-output"]
askew, points_68 = photographs["askew"], landmarks.to_68(faces_found["askew"][0].points)
frame = align.face_frame(points_68, 256)
crop = align.crop(askew, frame, 256)
in_crop = move(invert(frame), points_68)
np.testing.assert_allclose(move(frame, in_crop), points_68, atol=1e-3)        # there and back
lips = regions.soft_masks(in_crop, 256, 256)[..., regions.NAMES.index("lips")]
painted = np.rint(crop + 0.7 * lips[..., None] * (np.array(lip_colour) - crop.astype("float32"))).astype("uint8")
result = align.paste(askew, painted, frame, np.clip(3 * lips, 0, 1))
changed = np.any(result != askew, axis=-1)
print(f"{changed.mean():.1%} of the photograph changed, {1 - changed.mean():.1%} is the same bit for bit")
assert 0.0003 < changed.mean() < 0.01

# %% alt="Four panels: the photograph askew with a turned square around the face; the face upright; the same with dark red lips; the photograph askew again, now with dark red lips."
photo_plots.draw_round_trip(askew, move(frame, np.array([[0, 0], [256, 0], [256, 256], [0, 256]])), crop, painted, result)

# %% [markdown]
# Why not put the whole crop back? Sampling twice blurs. Here is what a face loses on the way to a crop of 64, 128 or 256 pixels and back, with nothing painted at all.

# %% tags=["nbval-ignore-output"]
inside = segment.spread(align.feather(256), frame, *askew.shape[:2]) > 0.99
for side in (64, 128, 256):
    frame_of_side = align.face_frame(points_68, side)
    again = align.paste(askew, align.crop(askew, frame_of_side, side), frame_of_side, np.ones((side, side)))
    print(f"{side:3} pixels: {metrics.psnr(askew[inside][None, None], again[inside][None, None])[0]:.1f} dB")

# %% [markdown]
# So the course's makeup models never return a face. They return *layers*, small maps of where and how much colour, which are enlarged and laid over the full photograph. The skin's own pixels stay where they are.
#
# ## Regions
#
# 468 points are more than makeup needs. Rendered faces have 68 landmarks, in an order that the field has used for years; `landmarks.to_68` picks these out of the mesh. From them, `regions.soft_masks` draws lips, lids, brows, cheeks and skin. The masks are *soft*: between 0 and 1, and they fall off smoothly, as makeup does. They are the same at any size, and the
# same for renders and photographs. That is the bridge between the two worlds.

# %% tags=["nbval-check-output"]
faces = datasets.load_faces("new_both", faces_looked_at)
masks = regions.soft_masks(faces.landmarks, 64, 64)
upright_frame = align.face_frame(landmarks.to_68(face.points), 256)
upright_face = align.crop(astronaut, upright_frame, 256, fill=200)
mask_of_photo = regions.soft_masks(move(invert(upright_frame), landmarks.to_68(face.points)), 256, 256)
print("renders", masks.shape, "photograph", mask_of_photo.shape, "in the order", regions.NAMES)

# %% alt="The astronaut's face, upright, and four rendered faces of different skin tones; below each the same face with lips in orange, lids in blue, brows in pink, cheeks in yellow and skin in green, at the right places."
shown = [3, 12, 25, 37]
photo_plots.draw_regions([upright_face, *faces.bare[shown]], [mask_of_photo, *masks[shown]], regions.NAMES)

# %% [markdown]
# On renders we can check. The parse map says of every pixel what it shows. How well do lips drawn from landmarks cover the true ones, for people of every skin tone?

# %% tags=["nbval-ignore-output"]
true_lips = np.isin(faces.parse, (12, 13)).astype("float32")
drawn_lips = masks[..., regions.NAMES.index("lips")]
shared = np.minimum(true_lips, drawn_lips).sum(axis=(1, 2)) / np.maximum(true_lips, drawn_lips).sum(axis=(1, 2))
rows = metrics.by_group(shared, [person.monk_tone for person, _ in faces.recipes])
print("lips overlap by", f"{shared.mean():.0%};", "by tone:", ", ".join(f"{row.group}: {row.mean:.0%}" for row in rows))
gate("mean overlap of drawn and true lips", shared.mean(), at_least=0.6)
gate("the worst tone's overlap, of the mean", min(row.mean for row in rows) / shared.mean(), at_least=0.9)

# %% [markdown]
# ## The whole person
#
# For clothes we need the body. Two more networks: one finds the middle of the hips and how large and how turned a body is; the next looks at that region of interest and says where 33 points are and how likely each is seen. We take the 18 that the field's try-on models take. A third network says of every pixel how much of it is a person.

# %% tags=["nbval-check-output"]
person = pose.find(astronaut)[0]
joints = pose.to_coco(person.points)
outline = segment.person_mask(astronaut)
for name in ("nose", "right shoulder", "left wrist", "right knee"):
    x, y, seen = joints[pose.COCO.index(name)]
    print(f"{name:14} {'seen' if seen > 0.5 else 'not seen'}{'' if 0 <= x < 512 and 0 <= y < 512 else ', outside the picture'}")
print("mask", outline.shape, outline.dtype)

# %% [markdown]
# The left wrist is behind the helmet, and the knees are not in the picture. They get a place all the same, a guess. The likelihood beside it says so, and is there to be read.
#
# Do these networks, which learned from photographs, know what to do with *rendered* people? Those we can measure: their true joints are known. They are 64 pixels high, so we enlarge them.

# %%
bodies = datasets.load_bodies("new_both", people_looked_at)
found_joints = np.stack([pose.to_coco(pose.find(resized(picture, 4))[0].points) for picture in bodies.person]) / [4, 4, 1]
miss = np.linalg.norm(found_joints[..., :2] - bodies.keypoints[..., :2], axis=-1)
head = np.linalg.norm(bodies.keypoints[:, 0, :2] - bodies.keypoints[:, 1, :2], axis=-1)  # from the nose to the neck

# %% alt="Left, the astronaut's photograph with pale background. Then five rendered people with their skeletons as the network found them: an arm raised, arms crossed, hands behind the back, a hand on the hip. Wrists hidden behind the back are guesses."
shown = [0, 1, 2, 3, 13]
boxed = Image.fromarray(astronaut).crop((64, 0, 448, 512)).resize((192, 256))
photo_plots.draw_people([np.asarray(boxed), *(resized(bodies.person[number], 4) for number in shown)],
                        [np.where(joints[:, 2:] > 0.5, (joints - [64, 0, 0]) / [2, 2, 1], 0), *(found_joints[shown] * [4, 4, 1])],
                        ["photograph", *(bodies.recipes[number][0].pose for number in shown)], columns=6,
                        masks=[np.asarray(Image.fromarray(outline).crop((64, 0, 448, 512)).resize((192, 256))), *[np.ones((256, 192))] * 5])

# %% tags=["nbval-ignore-output"]
upper = [pose.COCO.index(f"{side} {joint}") for side in ("right", "left") for joint in ("shoulder", "elbow", "wrist")]
for name, group in (("shoulders", [2, 5]), ("elbows", [3, 6]), ("wrists", [4, 7]), ("hips", [8, 11])):
    print(f"{name:10} {np.median(miss[:, group] / head[:, None]):.2f} of the way from nose to neck")
gate("median miss of shoulders, elbows and wrists, in parts of the way from nose to neck", np.median(miss[:, upper] / head[:, None]), at_most=0.35)

# %% [markdown]
# ### What are they doing?
#
# Joints are numbers, so simple questions about a person become simple rules. Measure each arm against the trunk: the angle of the upper arm and of the forearm, where the wrist is, how far from the hip. Everything is in parts of the trunk's length, so neither size nor a tilted camera matters.

# %% tags=["nbval-check-output"]
one = bodies.keypoints[3]
arm = actions.measure(one, "left")
turned = augment.warp_points(one, augment.rotate((64, 48), 20).then(augment.scale((64, 48), 0.7)))
np.testing.assert_allclose(actions.measure(turned, "left").upper, arm.upper, atol=1e-3)  # a tilted camera changes nothing
print(bodies.recipes[3][0].pose, "->", actions.read(one).words)
print(f"upper arm {arm.upper:.0f} degrees from the trunk, forearm {arm.fore:.0f}, wrist {arm.to_hip:.2f} trunks from the hip")

# %% [markdown]
# The rule is a chain of questions, the first yes wins: is the wrist above the neck? *Raised.* Does the forearm hang? *Down.* Has the wrist crossed the middle? *Across.* Is it near the hip and the elbow out? *On the hip.* How often is it right, for the true joints, and for those that the network found? The renderer knows four families of poses.

# %% tags=["nbval-ignore-output"]
truth = [POSES[person.pose][0] for person, _, _ in bodies.recipes]
right_of_true = np.mean([actions.read(points).family == family for points, family in zip(bodies.keypoints, truth, strict=True)])
read_families = [actions.read(points).family for points in found_joints]
right_of_found = np.mean([read == family for read, family in zip(read_families, truth, strict=True)])
print(f"right with the true joints {right_of_true:.0%}, with found ones {right_of_found:.0%}; always the commonest family: {max(truth.count(family) for family in set(truth)) / len(truth):.0%}")
for family in ("down", "bent", "raised", "crossed"):
    among = [read for read, true in zip(read_families, truth, strict=True) if true == family]
    print(f"{family:8} read as", ", ".join(f"{name} {among.count(name)}" for name in sorted(set(among), key=among.count, reverse=True)))
gate("share of poses read right from true joints", right_of_true, at_least=0.9)
slips = [person.pose for (person, _, _), read, true in zip(bodies.recipes, read_families, truth, strict=True) if read != true]
print(f"slips: {len(slips)}; with a hand behind the back: {sum('behind' in name for name in slips)}")
gate("share of poses read right from found joints", right_of_found, at_least=0.75)

# %% [markdown]
# The slips have a cause that one can name: a hand behind the back. Nobody sees it. The network puts the wrist somewhere, since it must put it somewhere, and somewhere in front of the body is a bent arm. A model that dresses people must know which joints to believe.
#
# ## Change a picture and its truth together
#
# Two hundred photographs are few. Turned, enlarged, mirrored, darker, they are many. But whoever turns the picture must turn the landmarks, too, and whoever mirrors it must exchange left and right: the *left* eye of a mirrored face is where the right one was. `tryon_utils.augment` keeps all changes of one sample in one affine map and applies it to everything.
#
# *Predict, then turn.* Mirror the face. Which number does the landmark at the left end of the picture have, before and after?

# %% alt="Three panels: a rendered face, turned and enlarged; the same, pale, with its landmarks as thin green lines; the same with its regions coloured. All three agree."
MIRROR = [(i, 16 - i) for i in range(8)] + [(17 + i, 26 - i) for i in range(5)] + [(31, 35), (32, 34)] + [(36, 45), (37, 44), (38, 43), (39, 42), (40, 47), (41, 46)] \
    + [(48, 54), (49, 53), (50, 52), (55, 59), (56, 58), (60, 64), (61, 63), (65, 67)]
order = augment.swapped_order(68, MIRROR)


def change_together(turn, enlarge, mirror, exposure):
    bare, points = faces.bare[37], faces.landmarks[37]
    affine = augment.rotate((64, 64), turn).then(augment.scale((64, 64), enlarge))
    affine = affine.then(augment.flip((64, 64))) if mirror else affine
    picture = augment.change_colour(augment.warp_picture(bare, affine), exposure=exposure)
    points = augment.warp_points(points, affine, order)
    return photo_plots.draw_changed(picture, points, regions.soft_masks(points, 64, 64), regions.NAMES, "changed")


widgets.explore(change_together, turn=widgets.slider(-45.0, 45.0, 15.0, step=5.0), enlarge=widgets.slider(0.7, 1.5, 1.2, step=0.1), mirror=widgets.switch(False),
                exposure=widgets.slider(-1.5, 1.5, 0.0, step=0.25))

# %% tags=["nbval-check-output"]
mirrored = augment.warp_points(faces.landmarks[37], augment.flip((64, 64)), order)
twice = augment.warp_points(mirrored, augment.flip((64, 64)), order)
np.testing.assert_allclose(twice, faces.landmarks[37], atol=1e-4)
assert mirrored[0, 0] < mirrored[16, 0] and mirrored[36, 0] < mirrored[45, 0]
from_points = regions.soft_masks(mirrored, 64, 64)
from_masks = masks[37][:, ::-1]
gate("difference of masks drawn from mirrored landmarks and mirrored masks", np.abs(from_points - from_masks).mean(), at_most=0.01)

# %% [markdown]
# ## Whose face is it?
#
# A face can't be changed like a password. Whoever holds people's pictures holds something of theirs. What this course does:
#
# - **Nothing leaves this machine.** The networks run here. No chapter sends a picture anywhere, and none asks for a network after set-up.
# - **Nothing is stored that you don't store.** `intake.read` returns pixels in memory, without place, time or camera. They are gone when the kernel ends.
# - **But a notebook keeps its pictures.** If you run a chapter on your own photograph and save it, your face is in that file. *Edit → Clear Outputs of All Cells* before you pass it on; the folder `.ipynb_checkpoints` beside it holds an older copy. Delete both, and it is deleted.
# - What lies in `data/` is ours: `data/models/` holds the five networks, `data/cache/` rendered people. No photograph gets there. You may delete either; they are made anew.
#
# And what you do. Ask before you use somebody's picture, and say what for. "It was on the net" is no consent. A result that shows a real person in clothes they never wore can hurt: mark it as generated, and take it down when they ask. If someone says no, that is the end of it; our rendered people never mind.
#
# The camera below follows the same rules. It opens once you say that everybody in front of it agrees, takes one picture, goes dark, and forgets the bytes as soon as your function has had them. (Nothing is left of it in a saved notebook.)

# %%
def greet(file):
    found = landmarks.find(intake.read(file).pixels)
    raise ValueError(f"{len(found)} face{'s' if len(found) > 1 else ''} found; the picture is forgotten.")  # what a camera's function raises is shown below it


camera.Camera(greet)

# %% [markdown]
# ## What we have now
#
# - `intake.read`: from any file to upright sRGB pixels, or to one sentence that says why not. Limits come before decoding, and metadata never gets through.
# - `detect`, `landmarks`, `pose`, `segment`: faces, 468 points, joints and outlines of people in photographs, by small networks and a runner that you've seen whole.
# - `align`: a face upright, and exactly back. `regions`: soft masks, alike on renders and photographs. `actions`: what the arms do.
# - Promises about people's pictures that can be checked.
#
# ## Next
#
# First the [exercises](exercises/09_prepare_people.ipynb). After that comes makeup: layers of colour that are laid over these regions.
#
# ## Further reading
#
# - Bazarevsky, Kartynnik, Vakunov, Raveendran, Grundmann, *BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs*, 2019: the detector.
# - Kartynnik, Ablavatski, Grishchenko, Grundmann, *Real-time Facial Surface Geometry from Monocular Video on Mobile GPUs*, 2019: the 468 points.
# - Bazarevsky, Grishchenko, Raveendran, Zhu, Zhang, Grundmann, *BlazePose: On-device Real-time Body Pose Tracking*, 2020.
# - Umeyama, *Least-Squares Estimation of Transformation Parameters Between Two Point Patterns*, 1991: alignment in closed form.
# - Sagonas, Tzimiropoulos, Zafeiriou, Pantic, *300 Faces in-the-Wild Challenge: The First Facial Landmark Localization Challenge*, 2013: where the 68 landmarks come from.
