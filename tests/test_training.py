"""Progress, history and film: what they show and keep, under `fit` and in a loop of one's own."""

import io
import subprocess
import sys

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
import tensorflow as tf
from tryon_utils import training


class Counter(keras.Model):
    """A model whose loss counts its steps, so that a test knows every number."""

    def __init__(self):
        super().__init__()
        self.count = self.add_weight(name="count", initializer="zeros", trainable=False)

    def train_step(self, batch):
        self.count.assign_add(1.0)
        return {"counted_loss": self.count + 0.0}


def fit(callbacks, steps=4, epochs=3, model=None, **options):
    model = model or Counter()
    model.compile(**options)
    batches = tf.data.Dataset.from_tensor_slices(np.zeros((steps, 1, 1), "float32")).repeat()
    model.fit(batches, steps_per_epoch=steps, epochs=epochs, shuffle=False, verbose=0, callbacks=callbacks)
    return model


def fit_generator_of_unknown_length(callbacks, steps, epochs):
    model = Counter()
    model.compile()
    batches = tf.data.Dataset.from_tensor_slices(np.zeros((steps, 1, 1), "float32")).filter(lambda batch: True)
    model.fit(batches, epochs=epochs, shuffle=False, verbose=0, callbacks=callbacks)


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


# ---- Film ------------------------------------------------------------------------------------------------------------

def test_a_film_has_a_frame_before_the_training_and_one_an_epoch():
    model = Counter()
    film = training.Film(lambda: float(model.count))
    fit([film], steps=4, epochs=3, model=model)
    assert film.steps == [0, 4, 8, 12]
    assert film.frames == [0.0, 4.0, 8.0, 12.0]


def test_a_film_may_skip_epochs():
    film = training.Film(lambda: "frame", every=2)
    fit([film], steps=4, epochs=5)
    assert film.steps == [0, 8, 16] and len(film.frames) == 3


def test_a_frame_is_whatever_the_function_returns():
    images = {"images": np.zeros((3, 8, 8, 1), "uint8"), "note": "three images"}
    film = training.Film(lambda: images)
    film.record(0)
    film.record(5)
    assert film.frames == [images, images] and film.steps == [0, 5]


def test_a_film_goes_on_in_a_second_training():
    model = Counter()
    film = training.Film(lambda: float(model.count), every=2)
    fit([film], steps=4, epochs=3, model=model)
    fit([film], steps=5, epochs=1, model=model)
    assert film.steps == [0, 8, 17] and film.frames == [0.0, 8.0, 17.0]


def test_steps_are_counted_where_several_run_in_one_go():
    film, history = training.Film(lambda: None), training.History()
    fit([film, history], steps=10, epochs=2, steps_per_execution=5)
    assert film.steps == [0, 10, 20] and history.steps == [10, 20]


@pytest.mark.filterwarnings("ignore:Your input ran out of data")  # it's how Keras finds out
def test_steps_are_counted_where_nobody_knows_how_many_there_are():
    film, history, stream = training.Film(lambda: None), training.History(), io.StringIO()
    fit_generator_of_unknown_length([film, history, training.Progress(stream=stream, every=0)], steps=7, epochs=2)
    assert film.steps == [0, 7, 14] and history.steps == [7, 14]
    assert "step 14" in stream.getvalue()


# ---- History ---------------------------------------------------------------------------------------------------------

def test_a_history_keeps_the_logs_and_what_is_measured():
    model = Counter()
    history = training.History(lambda: {"double": 2 * float(model.count)})
    fit([history], steps=4, epochs=2, model=model)
    assert history.steps == [4, 8]
    np.testing.assert_array_equal(history["double"], [8, 16])
    np.testing.assert_array_equal(history["counted_loss"], [4, 8])
    assert isinstance(history["counted_loss"], np.ndarray)


def test_a_history_goes_on_in_a_second_training():
    history = training.History()
    fit([history], steps=4, epochs=2)
    fit([history], steps=3, epochs=1)
    assert history.steps == [4, 8, 11] and len(history["counted_loss"]) == 3


def test_a_history_takes_tensors_from_a_loop():
    history = training.History()
    history.record(1, {"loss": tf.constant(0.5)})
    history.record(2, {"loss": np.float32(0.25)})
    np.testing.assert_array_equal(history["loss"], [0.5, 0.25])


def test_a_record_with_other_names_is_refused():
    history = training.History()
    history.record(1, {"loss": 1.0})
    with pytest.raises(ValueError, match=r"got \['accuracy'\], but the first had \['loss'\]"):
        history.record(2, {"accuracy": 1.0})
    assert history.steps == [1] and len(history["loss"]) == 1


def test_a_name_that_was_not_recorded_is_refused():
    history = training.History()
    history.record(1, {"loss": 1.0})
    with pytest.raises(KeyError, match="accuracy was not recorded; there are loss"):
        history["accuracy"]


# ---- Progress --------------------------------------------------------------------------------------------------------

def test_the_line_says_how_far_how_long_and_how_well():
    clock, stream = Clock(), io.StringIO()
    progress = training.Progress(clock=clock, stream=stream)
    progress.start(1000)
    assert progress.describe() == "step 0 of 1,000"
    clock.now += 10
    progress.update(250, {"generator_loss": tf.constant(0.69315)})
    assert progress.describe() == "step 250 of 1,000  |  30 s left  |  generator loss 0.693"
    clock.now += 30
    progress.update(1000, {"generator_loss": 0.5})
    progress.finish()
    assert stream.getvalue().split("\r")[-1].split() == "step 1,000 of 1,000 | 40 s | generator loss 0.500".split()
    assert stream.getvalue().endswith("\n")


def test_the_line_is_renewed_in_place_and_leaves_nothing_of_a_longer_one():
    clock, stream = Clock(), io.StringIO()
    progress = training.Progress(clock=clock, stream=stream, every=0)
    progress.start(10)
    progress.update(1, {"a_long_name": 1.0})
    progress.update(2)
    lines = stream.getvalue().split("\r")
    assert "\n" not in stream.getvalue() and len(lines) == 4
    assert len(lines[3]) >= len(lines[2])


def test_it_shows_no_more_often_than_wanted():
    clock, stream = Clock(), io.StringIO()
    progress = training.Progress(clock=clock, stream=stream, every=1.0)
    progress.start(100)
    for step in range(100):
        clock.now += 0.1
        progress.update(step + 1)
    assert 9 <= stream.getvalue().count("\r") <= 12


def test_it_counts_under_fit():
    stream = io.StringIO()
    fit([training.Progress(stream=stream, every=0)], steps=4, epochs=3)
    shown = stream.getvalue()
    assert "step 5 of 12" in shown and shown.rstrip().split("\r")[-1].startswith("step 12 of 12")
    assert "counted loss 12.000" in shown and shown.endswith("\n")


def test_it_counts_anew_in_a_second_training():
    stream = io.StringIO()
    progress = training.Progress(stream=stream)
    fit([progress], steps=4, epochs=3)
    fit([progress], steps=2, epochs=1)
    assert stream.getvalue().rstrip().split("\r")[-1].startswith("step 2 of 2")


def test_it_ends_its_line_also_where_the_loop_fails():
    stream = io.StringIO()
    with pytest.raises(ZeroDivisionError), training.Progress(stream=stream) as progress:
        progress.start(10)
        progress.update(3)
        1 / 0
    assert "step 3 of 10" in stream.getvalue() and stream.getvalue().endswith("\n")


def test_other_things_than_steps_can_be_counted():
    progress = training.Progress(unit="seed", stream=io.StringIO())
    progress.start(5)
    assert progress.describe() == "seed 0 of 5"


class Display:
    """Stands in for a notebook: keeps what is shown, and what it is renewed with."""

    def __init__(self, monkeypatch):
        self.shown = []
        monkeypatch.setattr(training.IPython.display, "display", self.display)

    def display(self, data, raw, display_id):
        assert raw and display_id
        self.shown.append([data])
        place = self.shown[-1]

        class Handle:
            def update(self, data, raw):
                assert raw
                place.append(data)

        return Handle()


def test_in_a_notebook_line_and_picture_are_renewed_in_place(monkeypatch):
    display = Display(monkeypatch)
    monkeypatch.setattr(training, "_display_data", lambda picture: {"image/png": picture})
    clock, pictures = Clock(), iter(["first", "second", "third"])
    progress = training.Progress(lambda: next(pictures), clock=clock)
    progress.in_notebook = True
    progress.start(2)
    clock.now += 2
    progress.update(1)
    progress.update(2)
    progress.finish()
    line, picture = display.shown
    assert [data["text/plain"][:11] for data in line] == ["step 0 of 2", "step 1 of 2", "step 2 of 2"]
    assert [data["image/png"] for data in picture] == ["first", "second", "third"]


def test_a_figure_becomes_a_picture(monkeypatch):
    figure, _ = plt.subplots(figsize=(1, 1))
    formatter = training.IPython.core.formatters.DisplayFormatter()
    monkeypatch.setattr(training.IPython, "get_ipython", lambda: "there is one")
    monkeypatch.setattr(training.IPython.core.formatters, "format_display_data", lambda thing: formatter.format(thing))
    data = training._display_data(figure)
    plt.close(figure)
    assert "image/png" in data


# ---- Threads ---------------------------------------------------------------------------------------------------------

def run_python(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_threads_are_set_before_anything_computes():
    result = run_python("import tryon_utils, tensorflow as tf; from tryon_utils import training; training.use_small_net_threads(); "
                        "print(tf.config.threading.get_intra_op_parallelism_threads(), tf.config.threading.get_inter_op_parallelism_threads())")
    assert result.stdout.strip() == "1 2", result.stderr


def test_threads_are_refused_once_something_was_computed():
    result = run_python("import tryon_utils, tensorflow as tf; from tryon_utils import training; tf.constant(1.0) + 1.0; "
                        "training.use_small_net_threads()")
    assert result.returncode != 0 and "Restart the kernel" in result.stderr
