"""Weights in half precision: half the bytes, the same network but for the fourth digit, nothing lost on the way."""

import pathlib
import sys

import h5py
import keras
import numpy as np
import pytest
from keras import layers

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "data"))
from recipes import precision  # noqa: E402


@pytest.fixture
def network():
    """A small network with every kind of variable that ours have: kernels, averages, integers."""
    inputs = keras.Input((8, 8, 3))
    x = layers.BatchNormalization()(layers.Conv2D(64, 5, kernel_initializer=keras.initializers.HeNormal(3))(inputs))
    x = layers.Dropout(0.5, seed=2)(layers.Flatten()(x))
    yield keras.Model(inputs, layers.Dense(64, kernel_initializer=keras.initializers.HeNormal(4))(x))
    keras.backend.clear_session()


def test_it_takes_half_the_bytes_and_loads_as_it_was(network, tmp_path):
    path = tmp_path / "network.weights.h5"
    network.save_weights(path)
    wanted, whole = network.get_weights(), path.stat().st_size
    assert sum(values.nbytes for values in wanted) > 200_000
    precision.to_half(path)
    assert path.stat().st_size < 0.52 * whole and [file.name for file in tmp_path.iterdir()] == [path.name]
    network.set_weights([np.zeros_like(values) for values in wanted])
    network.load_weights(path)
    for values, right in zip(network.get_weights(), wanted, strict=True):
        assert values.dtype == right.dtype
        np.testing.assert_allclose(values, right, rtol=2**-11, atol=2**-25)


def test_a_number_that_is_too_large_is_told_and_the_file_stays(network, tmp_path):
    path = tmp_path / "network.weights.h5"
    network.layers[-1].bias.assign(70000 * np.ones(64))
    network.save_weights(path)
    before = path.read_bytes()
    with pytest.raises(OverflowError, match="network.weights.h5: .*70000; 65504"):
        precision.to_half(path)
    assert path.read_bytes() == before


def test_what_is_no_float_stays_as_it_is(tmp_path):
    path = tmp_path / "some.weights.h5"
    with h5py.File(path, "w") as file:
        file["layers/seed/vars/0"] = np.array([3, 2**31], "uint32")
        file["layers"].attrs["name"] = "kept"
    precision.to_half(path)
    with h5py.File(path) as file:
        assert file["layers/seed/vars/0"][()].tolist() == [3, 2**31] and file["layers"].attrs["name"] == "kept"
