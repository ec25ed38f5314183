"""What somebody waits for who tries makeup or clothes on: one call of the model, and one photograph from its bytes to the result."""

import io
import time

import numpy as np
import skimage.data
from PIL import Image
from tryon_utils import datasets, makeup_photos, weights
from tryon_utils.models import makeup, tryon
from tryon_utils.outfit import cloth, dress, wearer
from tryon_utils.photos import intake

from measuring import store

BEFORE = 5  # calls before the clock runs: the first compiles


def measure(calls=100, photographs=20, say=print):
    """Return the figures of this part, of those networks that ship."""
    tasks = [("Makeup, one call of the model", call_makeup, calls, 0.95, 15, "makeup_0"),
             ("Makeup on a photograph of 1024 x 1024, from bytes to the result", make_up_photograph, photographs, 0.5, 300, "makeup_0"),
             ("Try-on at 128 x 96, one call of the model", call_painter, calls, 0.95, 25, "try_on_128"),
             ("Try-on on a photograph of 1024 x 768, from bytes to the result", dress_photograph, photographs, 0.5, 500, "try_on_128")]
    rows = []
    for name, prepare, count, quantile, wanted, network in tasks:
        if network in weights.read_manifest():
            rows.append({"name": name, "milliseconds": time_calls(prepare(), count), "quantile": quantile, "wanted": wanted})
            say(f"  {name:<70} {np.quantile(rows[-1]['milliseconds'], quantile):6.1f} ms in {quantile:.0%}", flush=True)
    return {"machine": store.machine(), "rows": rows}


def time_calls(call, count, before=BEFORE, clock=time.perf_counter):
    """Return how many milliseconds each of `count` calls took, those `before` not counted."""
    for _ in range(before):
        call()
    milliseconds = []
    for _ in range(count):
        started = clock()
        call()
        milliseconds.append(round(1000 * (clock() - started), 2))
    return milliseconds


def call_makeup():
    """Return a call of the makeup generator on one face."""
    return one_call(makeup.load())


def call_painter():
    """Return a call of the painter on one sheet."""
    return one_call(tryon.load(128))


def one_call(network):
    inputs = [np.random.default_rng(0).uniform(-1, 1, (1, *each.shape[1:])).astype("float32") for each in network.inputs]
    return lambda: network.predict_on_batch(inputs if len(inputs) > 1 else inputs[0])


def make_up_photograph():
    """Return what the mirror does with a file: the astronaut at 1024 x 1024 gets the makeup of a rendered face."""
    faces = datasets.load_faces("new_both", count=1)
    generator, file = makeup.load(), photograph((1024, 1024))
    return lambda: makeup_photos.apply_look(generator, intake.read(file).pixels, faces.picture[0], reference_points=faces.landmarks[0])


def dress_photograph():
    """Return what the wardrobe does with two files: the astronaut at 1024 x 768 gets a rendered garment."""
    models, person = dress.load(128), photograph((768, 1024))
    garment = datasets.load_bodies("new_both", count=1, size=512).garment[0]
    file = as_bytes(Image.fromarray(garment))
    return lambda: dress.dress(wearer.read(intake.read(person).pixels), cloth.read(intake.read(file).pixels), models)


def photograph(size):
    """Return the bytes of a JPEG of the astronaut, (width, height) pixels, cut to that shape around her middle."""
    picture = Image.fromarray(skimage.data.astronaut())
    width = round(picture.height * size[0] / size[1])
    left = (picture.width - width) // 2
    return as_bytes(picture.crop((left, 0, left + width, picture.height)).resize(size, Image.LANCZOS), format="JPEG", quality=92)


def as_bytes(picture, **options):
    file = io.BytesIO()
    picture.save(file, **{"format": "PNG"} | options)
    return file.getvalue()
