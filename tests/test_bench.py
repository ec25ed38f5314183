"""What `make bench` measures with: known loops on tiny steps, a convolution's three operations against a tape, chapters with a moved seed."""

import ast
import inspect
import json
import re

import keras
import nbformat
import numpy as np
import pytest
import tensorflow as tf
from measuring import ceiling, chapters, latency, loops, speed, store
from tryon_utils.models import dcgan
from tryon_utils.photos import intake

SMALL = {"loops_options": {"seconds": 0.01, "rounds": 2}, "kid_options": {"seconds": 0.5, "seeds": 1, "looks": 2}}


@pytest.fixture
def real_images():
    return np.random.default_rng(0).uniform(-1, 1, (loops.BATCH, 32, 32, 3)).astype("float32")


def weights_of(network):
    return [np.copy(weights) for weights in network.get_weights()]


# ---- Loops -----------------------------------------------------------------------------------------------------------------

def test_the_networks_are_the_tutorials():
    generator, discriminator = loops.build_generator(), loops.build_discriminator()
    assert [layer.kernel.shape for layer in ceiling.convolutions(generator)] == [(5, 5, 128, 256), (5, 5, 64, 128), (5, 5, 3, 64)]
    assert [layer.kernel.shape for layer in ceiling.convolutions(discriminator)] == [(5, 5, 3, 64), (5, 5, 64, 128)]
    assert generator.output_shape == (None, 32, 32, 3) and discriminator.output_shape == (None, 1)


@pytest.mark.parametrize("make", [loops.make_tutorial_step, loops.make_combined_step])
def test_a_step_moves_both_networks(make, real_images):
    """In Keras 3, a combined model easily leaves the discriminator without any training."""
    generator, discriminator = loops.build_generator(1), loops.build_discriminator(2)
    step = make(generator, discriminator)
    before = [weights_of(network) for network in (generator, discriminator)]
    assert np.isfinite(step(real_images)).all()
    for network, weights in zip((generator, discriminator), before, strict=True):
        moved = [np.abs(new - old).max() for new, old in zip(network.get_weights(), weights, strict=True)]
        assert min(moved) > 0, moved


def test_the_combined_model_leaves_the_discriminator_in_the_generators_turn(real_images, monkeypatch):
    generator, discriminator = loops.build_generator(1), loops.build_discriminator(2)
    step = loops.make_combined_step(generator, discriminator)
    monkeypatch.setattr(discriminator, "train_on_batch", lambda *batch: None)
    before = weights_of(discriminator)
    step(real_images)
    for new, old in zip(discriminator.get_weights(), before, strict=True):
        np.testing.assert_array_equal(new, old)


def test_ours_is_trained_as_chapter_03_trains_it():
    code = (store.ROOT / "notebooks" / "src" / "03_build_a_dcgan.py").read_text(encoding="utf-8")
    stated = {name: ast.literal_eval(re.search(rf"^{name} = ([^#\n]+)", code, re.MULTILINE).group(1).strip())
              for name in ("image_shape", "latent_dim", "channels", "batch_size", "learning_rate")}
    defaults = {name: parameter.default for name, parameter in inspect.signature(dcgan.build_gan).parameters.items()}
    assert stated == {name: defaults.get(name) for name in stated} | {"channels": speed.OUR_CHANNELS, "batch_size": speed.OUR_BATCH}


# ---- The ceiling -----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("layer, shape", [(keras.layers.Conv2D(4, 5, 2, "same", use_bias=False), (8, 8, 3)),
                                          (keras.layers.Conv2DTranspose(3, 5, 2, "same", use_bias=False), (4, 4, 6)),
                                          (keras.layers.Conv2DTranspose(5, 5, 1, "same", use_bias=False), (4, 4, 2))])
def test_the_three_operations_are_the_layers_own(layer, shape):
    """The same tensors give what the layer and a tape give."""
    images = keras.Input(shape)
    network = keras.Model(images, layer(images))
    small, large = sorted([(2, *shape), (2, *network.output_shape[1:])], key=lambda size: size[1])
    if layer.strides == (1, 1) and not isinstance(layer, keras.layers.Conv2D):
        small, large = (2, *shape), (2, *network.output_shape[1:])
    rng = np.random.default_rng(0)
    kernel, low, high = [tf.constant(rng.normal(size=size).astype("float32")) for size in (tuple(layer.kernel.shape), small, large)]
    layer.kernel.assign(kernel)
    transposed = isinstance(layer, keras.layers.Conv2DTranspose)
    given, upstream = (low, high) if transposed else (high, low)
    with tf.GradientTape() as tape:
        tape.watch(given)
        result = network(given)
    to_input, to_weights = tape.gradient(result, [given, layer.kernel.value], upstream)
    found = {name: operation() for name, operation in ceiling.operations(layer, 2).items()}
    for name, wanted in {"forward": result, "to_input": to_input, "to_weights": to_weights}.items():
        np.testing.assert_allclose(found[name], wanted, rtol=1e-4, atol=1e-4, err_msg=name)


def test_the_time_of_a_step_counts_each_operation_as_often_as_it_is_needed():
    times = {"generator": [{"forward": 1, "to_input": 10, "to_weights": 100}],
             "discriminator": [{"forward": 0.1, "to_input": 7, "to_weights": 0.01}, {"forward": 0.1, "to_input": 0.001, "to_weights": 0.01}]}
    assert ceiling.step_time(times, ceiling.PASSES["tutorial"]) == pytest.approx(1 + 10 + 100 + 2 * 0.2 + 7 + 3 * 0.001 + 2 * 0.02)
    assert ceiling.step_time(times, ceiling.PASSES["ours"]) == pytest.approx(2 + 10 + 100 + 3 * 0.2 + 7 + 3 * 0.001 + 2 * 0.02)


def convolutions_in(step, *arguments):
    """Count the convolutions of a compiled step on which a result or a changed variable depends; the rest is never computed."""
    graph = step.get_concrete_function(*arguments).graph
    waiting, needed = [*(tensor.op for tensor in graph.outputs), *graph.control_outputs], set()
    while waiting:
        operation = waiting.pop()
        if operation not in needed:
            needed.add(operation)
            waiting += [*(tensor.op for tensor in operation.inputs), *operation.control_inputs]
    kinds = [operation.type for operation in needed]
    return {kind: kinds.count(kind) for kind in ("Conv2D", "Conv2DBackpropInput", "Conv2DBackpropFilter")}


def test_the_passes_are_those_of_the_train_steps(real_images):
    """The graph of a step has exactly the convolutions that the ceiling counts."""
    generator, discriminator = loops.build_generator(1), loops.build_discriminator(2)
    gan = dcgan.GAN(generator, discriminator)
    gan.compile(keras.optimizers.Adam(), keras.optimizers.Adam())
    steps = {"tutorial": loops.make_tutorial_step(generator, discriminator), "ours": tf.function(gan.train_step)}
    for name, step in steps.items():
        g, d = ceiling.PASSES[name]["generator"], ceiling.PASSES[name]["discriminator"]
        wanted = {"Conv2D": 3 * g.to_input + 2 * d.forward, "Conv2DBackpropInput": 3 * g.forward + d.to_input + d.first_to_input,
                  "Conv2DBackpropFilter": 3 * g.to_weights + 2 * d.to_weights}
        assert convolutions_in(step, tf.constant(real_images)) == wanted, name


# ---- Latency -------------------------------------------------------------------------------------------------------------------

def test_the_first_calls_are_not_counted():
    clock, calls = iter(range(100)), []
    assert latency.time_calls(lambda: calls.append(1), 3, before=2, clock=lambda: next(clock)) == [1000, 1000, 1000]
    assert len(calls) == 5


def test_a_photograph_to_be_timed_has_the_size_that_is_stated():
    for size in ((1024, 1024), (768, 1024)):
        assert intake.read(latency.photograph(size)).pixels.shape == (size[1], size[0], 3)


def test_a_network_that_does_not_ship_is_not_timed(monkeypatch):
    monkeypatch.setattr(latency.weights, "read_manifest", lambda: {})
    assert latency.measure()["rows"] == []


# ---- The whole part, on tiny steps ------------------------------------------------------------------------------------------

def test_the_training_part_measures_every_loop(monkeypatch):
    monkeypatch.setattr(loops, "BATCH", 8)
    monkeypatch.setattr(speed, "OUR_BATCH", 8)
    monkeypatch.setattr(speed, "load_garments", lambda count=1300: np.random.default_rng(0).uniform(-1, 1, (200, 32, 32, 3)).astype("float32"))
    monkeypatch.setattr(speed.importlib.util, "find_spec", lambda name: None)  # without PyTorch, as the course is installed
    found = speed.measure(say=lambda *text, **options: None, **SMALL)
    assert set(found["loops"]) == {"tutorial", "combined", "equal", "ours"}
    for loop in found["loops"].values():
        assert len(loop["step_seconds"]) == len(loop["ceiling_seconds"]) == 2 and min(loop["step_seconds"] + loop["ceiling_seconds"]) > 0
    for runs in found["kid"]["runs"].values():
        assert len(runs) == 1
        for run in runs:
            assert [seconds for seconds, _ in run] == sorted(seconds for seconds, _ in run) and run[-1][0] >= 0.4 and np.isfinite(run[-1][1])
    json.dumps(found, allow_nan=False)


class Clock:
    now = 0.0

    def __call__(self):
        return self.now

    def wait(self, seconds):
        self.now += seconds


def test_the_time_of_a_step_leaves_out_the_start_of_a_training():
    clock = Clock()

    def train(steps, after_step):
        clock.wait(100)
        for number in range(steps):
            clock.wait(50 if number == 0 else number)
            after_step()

    assert speed.time_step(train, 4, clock) == (1 + 2 + 3 + 4) / 4


def test_the_clock_stands_still_while_one_looks_and_over_a_stall():
    clock = Clock()
    watch = speed.Watch([2, 4], look=lambda: clock.wait(10), clock=clock)
    ended = []
    for seconds in (1, 1, 1, 42, 2):  # of each step; the second and the last are followed by a look of 10 seconds
        clock.wait(seconds)
        ended.append(watch.after_step())
    assert ended == [False, False, False, False, True]
    assert watch.found == [(2.0, None), (5.0, None)]


def test_a_training_that_ends_early_is_looked_at_in_the_end():
    clock = Clock()
    watch = speed.Watch([2, 4], look=lambda: "seen", clock=clock)
    clock.wait(3)
    assert not watch.after_step()
    clock.wait(30)  # what comes after the last step is no training
    watch.finish()
    assert watch.found == [(3.0, "seen"), (3.0, "seen")]


# ---- Chapters -----------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("code, moved", [
    ("seed = 1   # of all\nx = seed", "seed = 4   # of all\nx = seed"), ("seeds = range(5)  # all", "seeds = range(15, 20)  # all"),
    ("for seed in seeds:\n    seed = 1", "for seed in seeds:\n    seed = 1"), ("seed = 10 * k", "seed = 10 * k"), ("noise_seed = 2", "noise_seed = 2")])
def test_the_seed_is_moved(code, moved):
    assert chapters.with_seed(code, 3) == moved
    assert chapters.with_seed(code, 0).replace("range(0, 5)", "range(5)") == code


def notebook_of(*cells):
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_markdown_cell("# Do a thing")] + [
        nbformat.v4.new_code_cell(code, metadata={"tags": tags}) for code, *tags in cells]  # a cell is (code, tag, ...)
    return notebook


def test_a_chapter_is_run_with_its_gates_times_and_memory(tmp_path, monkeypatch):
    notebook = notebook_of(("import time\nimport tryon_utils\nfrom tryon_utils.gates import gate",), ("seed = 2",), ("time.sleep(0.3)", "training"),
                           ("time.sleep(0.3)",), ('gate("twice the seed", 2 * seed, at_most=5)',), ('gate("seeds", [seed, -seed], at_least=-9)',))
    nbformat.write(notebook, tmp_path / "01_do.ipynb")
    monkeypatch.setattr(chapters, "NOTEBOOKS", tmp_path)
    found = chapters.measure("01_do", runs=2, say=lambda *text, **options: None)
    assert found["title"] == "Do a thing" and found["runs"] == 2 and found["errors"] == []
    assert found["gates"]["twice the seed"] == {"values": [4.0, 6.0], "at_least": None, "at_most": 5}  # the second is missed, and kept
    assert found["gates"]["seeds"]["values"] == [2.0, -2.0, 3.0, -3.0]
    assert all(0.3 <= seconds < 0.6 for seconds in found["training_seconds"])
    assert all(20 < megabytes < 500 for megabytes in found["megabytes"]) and min(found["seconds"]) > 0.6


def test_a_chapter_that_breaks_says_where(tmp_path, monkeypatch):
    nbformat.write(notebook_of(("import tryon_utils",), ("assert 1 == 2, 'not equal'",)), tmp_path / "01_do.ipynb")
    monkeypatch.setattr(chapters, "NOTEBOOKS", tmp_path)
    found = chapters.measure("01_do", runs=5, say=lambda *text, **options: None)
    assert found["errors"] == ["cell 2: AssertionError: not equal"] and found["runs"] == 1 and found["gates"] == {} and found["seconds"] == []


def test_a_limit_that_was_stated_anew_needs_no_new_measurement(tmp_path, monkeypatch):
    notebook = notebook_of(('gate("a", x, at_least=6)',), ('gate("unmeasured", x, at_least=1)',))
    nbformat.write(notebook, tmp_path / "01_do.ipynb")
    monkeypatch.setattr(chapters, "NOTEBOOKS", tmp_path)
    figures = {"01_do": {"gates": {"a": {"values": [7.0, 8.0], "at_least": 8, "at_most": None}}}, "02_gone": {"gates": {}}}
    assert chapters.restated(figures) == {"01_do": {"gates": {"a": {"values": [7.0, 8.0], "at_least": 6, "at_most": None}}}, "02_gone": {"gates": {}}}


def test_gates_are_read_from_the_code():
    notebook = notebook_of(('%matplotlib inline\ngate("a", x, at_most=0.5)\nfor y in z:\n    gate("b", [y], at_least=-1, at_most=2)',), ("gates.other(3)",))
    assert chapters.gates_of(notebook) == {"a": (None, 0.5), "b": (-1, 2)}


# ---- The file --------------------------------------------------------------------------------------------------------------------

def test_parts_are_written_whole_and_one_by_one(tmp_path):
    path = tmp_path / "measurements.json"
    assert store.read(path) == {}
    store.write("people", {"rate": 1.5}, path)
    store.write("training", {"kid": [1]}, path)
    store.write("people", {"rate": 2.5}, path)
    assert store.read(path) == {"people": {"rate": 2.5}, "training": {"kid": [1]}}
    with pytest.raises(ValueError):
        store.write("people", {"rate": float("nan")}, path)
    assert store.read(path)["people"] == {"rate": 2.5} and list(tmp_path.iterdir()) == [path]


def test_the_machine_is_described_without_a_name_or_date():
    words = store.machine()
    assert re.match(r"\d+ cores", words) and "TensorFlow 2" in words and "Keras 3" in words and "PyTorch" not in words
