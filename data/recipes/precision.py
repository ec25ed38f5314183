"""Weights in half precision: 16 bits for a number, half the bytes. Keras reads them as it reads others, and computes in 32 bits."""

import h5py
import numpy as np


def to_half(path):
    """Rewrite a file of weights in half precision, whole or not at all. What was trained in 32 bits has to be judged again.

    Args:
        path: Path of the file, as `keras.Model.save_weights` wrote it.

    Raises:
        OverflowError: a number is too large for 16 bits; the message names where it is. The file stays as it was.
    """
    draft = path.with_name(f"{path.name}.draft")
    with h5py.File(path) as whole, h5py.File(draft, "w", libver="latest") as half:
        half.attrs.update(whole.attrs)

        def copy(name, item):
            if isinstance(item, h5py.Group):
                made = half.require_group(name)
            else:
                values = item[()]
                with np.errstate(over="ignore"):  # told below
                    small = values.astype("float16") if values.dtype == "float32" else values
                if abs(small.astype("float64")).max(initial=0) == float("inf"):
                    raise OverflowError(f"{path.name}: {name} holds {abs(values).max():g}; 65504 is the most that half precision holds.")
                made = half.create_dataset(name, data=small)
            made.attrs.update(item.attrs)

        whole.visititems(copy)
    draft.replace(path)
