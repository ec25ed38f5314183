"""The five small networks that look at photographs, run by LiteRT: pictures in, plain NumPy arrays out.

They are MediaPipe's, fetched into data/models/ by `make data` and checked byte for byte. Nothing leaves the machine.
"""

import contextlib
import functools
import os
import pathlib
import threading

import numpy as np

MODELS = pathlib.Path(__file__).resolve().parents[2] / "data" / "models"
SIZES = {"face_detection": 128, "face_landmarks": 192, "pose_detection": 224, "pose_landmarks": 256, "selfie_segmentation": 256}
LOWEST = {"face_detection": -1.0, "face_landmarks": 0.0, "pose_detection": -1.0, "pose_landmarks": 0.0, "selfie_segmentation": 0.0}
THREADS = 2
_LOCK = threading.Lock()  # an interpreter holds one picture at a time


@functools.cache
def interpreter(name):
    """Load one network, once.

    Args:
        name: String. One of `SIZES`.

    Returns:
        `ai_edge_litert.interpreter.Interpreter`, its memory laid out.

    Raises:
        ValueError: an unknown name.
        FileNotFoundError: the network was not fetched yet.
    """
    if name not in SIZES:
        raise ValueError(f"name={name!r} came; one of {', '.join(SIZES)} is wanted.")
    path = MODELS / f"{name}.tflite"
    if not path.is_file():
        raise FileNotFoundError(f"The network data/models/{path.name} is missing. Run make data (or: python data/make_models.py), once, with a network.")
    from ai_edge_litert.interpreter import Interpreter  # here: most of the course needs no photograph

    with _quiet():
        network = Interpreter(str(path), num_threads=THREADS)
        network.allocate_tensors()
    return network


@contextlib.contextmanager
def _quiet():
    """Keep away a line that LiteRT writes past Python to standard error: in a notebook it would look like a warning."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def run(name, picture):
    """Show a picture to a network.

    Example:
        boxes, scores = run("face_detection", picture)  # (896, 16), (896, 1)

    Args:
        name: String. One of `SIZES`.
        picture: uint8 (size, size, 3) in sRGB; `SIZES` says the size. It is brought to the range that the network was trained with.

    Returns:
        List of float32 arrays, what the network says, without the axis of the batch.

    Raises:
        ValueError: an unknown name, or a picture of another size or type.
        FileNotFoundError: the network was not fetched yet.
    """
    network = interpreter(name)
    picture, size, lowest = np.asarray(picture), SIZES[name], LOWEST[name]
    if picture.dtype != np.uint8 or picture.shape != (size, size, 3):
        raise ValueError(f"{picture.dtype} of shape {picture.shape} came; {name} looks at uint8 of shape ({size}, {size}, 3).")
    values = picture[None].astype("float32") * ((1.0 - lowest) / 255.0) + lowest
    with _LOCK:
        network.set_tensor(network.get_input_details()[0]["index"], values.astype("float32"))
        network.invoke()
        return [network.get_tensor(output["index"])[0] for output in network.get_output_details()]


def sigmoid(logits):
    """Return 1 / (1 + exp(-logits)), safe for large ones: float array of the same shape in [0, 1]."""
    return 1.0 / (1.0 + np.exp(-np.clip(logits, -80.0, 80.0)))
