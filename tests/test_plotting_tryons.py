"""The figures of try-ons: every picture and number is drawn where it belongs."""

import numpy as np
import pytest
from tryon_utils.metrics import GroupRow
from tryon_utils.plotting import tryons

RNG = np.random.default_rng(0)
PICTURES = RNG.integers(0, 256, (5, 16, 12, 3)).astype("uint8")
MASKS = (PICTURES[..., 0] > 127).astype("uint8") * 255


def drawn(figure):
    """Draws the figure, so that what fails only then fails here."""
    figure.canvas.draw()
    return figure


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_where_pictures_are_equal_the_error_map_is_white_and_it_darkens_with_the_difference():
    truth = np.full((1, 4, 3, 3), 100, "uint8")
    picture = truth.copy()
    picture[0, 0, 0], picture[0, 0, 1], picture[0, 0, 2] = 104, 140, 255
    found = tryons.error_map(truth, picture)[0]
    assert found.dtype == np.uint8 and (found[1:] == 255).all()
    little, more, most = (found[0, place].astype(int).sum() for place in range(3))
    assert 3 * 255 > little > more > most and most < 60


def test_try_ons_stand_in_rows_under_their_titles():
    figure = drawn(tryons.draw_try_ons({"person": PICTURES, "mask": MASKS}, notes=list("abcde")))
    assert len(figure.axes) == 10 and figure.axes[0].get_title() == "person" and figure.axes[5].get_title() == "mask"
    np.testing.assert_array_equal(figure.axes[3].images[0].get_array(), PICTURES[3])
    np.testing.assert_array_equal(figure.axes[9].images[0].get_array(), MASKS[4])
    assert texts(figure.axes[2]) == ["c"] and not figure.axes[7].texts


def test_a_swap_shows_five_pictures_and_a_scale():
    figure = drawn(tryons.draw_swap(*PICTURES[:4], title="someone"))
    assert [ax.get_title() for ax in figure.axes[:5]] == ["person", "garment", "try-on", "truth", "difference"]
    np.testing.assert_array_equal(figure.axes[4].images[0].get_array(), tryons.error_map(PICTURES[3:4], PICTURES[2:3])[0])
    assert figure.get_suptitle() == "someone" and len(figure.axes) == 6


def test_the_table_marks_the_best_of_each_column_and_the_chosen_row():
    rows = {"first": {"ssim": 0.5, "kid": -0.01}, "second": {"ssim": 0.7, "kid": 0.2}, "third": {"kid": 0.3}}
    figure = drawn(tryons.draw_table(rows, {"ssim": ("SSIM", "{:.2f}", True), "kid": ("KID", "{:.2f}", False)}, mark="second"))
    bold = [text.get_text() for text in figure.axes[0].texts if text.get_fontweight() == "bold"]
    assert bold == ["0.70", "−0.01", "second"]
    assert texts(figure.axes[0]).count("–") == 1 and "SSIM ↑" in texts(figure.axes[0]) and "KID ↓" in texts(figure.axes[0])
    shades = {text.get_text(): patch for text, patch in zip([text for text in figure.axes[0].texts if text.get_text() in ("0.50", "0.70")], figure.axes[0].patches, strict=False)}
    assert sum(shades["0.70"].get_facecolor()[:3]) < sum(shades["0.50"].get_facecolor()[:3])


def test_tones_stand_beside_their_mean_and_the_limit():
    rows = [GroupRow(1, 10, 2.0, 1.5, 2.5), GroupRow(2, 30, 4.0, 3.0, 5.0)]
    ax, = drawn(tryons.draw_tones(rows, ["#f6ede4", "#292420"], limit=1.2)).axes
    heights = [collection.get_segments()[0][0, 1] for collection in ax.collections[:2]]
    np.testing.assert_allclose(heights, [3, 3.6])  # the mean of the groups, not of their members
    np.testing.assert_allclose(ax.collections[3].get_offsets()[:, 1], [2, 4])
    assert texts(ax) == ["mean", "1.2 × mean"]


def test_cases_stand_in_lines_with_every_model():
    rows = {name: [GroupRow("all", 400, 5.0 + more, 4, 6), GroupRow("crossed arms", 60, 8.0 + more, 7, 9)] for name, more in (("one", 0), ("two", 1))}
    ax, = drawn(tryons.draw_cases(rows, "garment")).axes
    assert [label.get_text() for label in ax.get_yticklabels()] == ["all (400)", "crossed arms (60)"]
    np.testing.assert_allclose([collection.get_offsets()[:, 0] for collection in ax.collections[1::2]], [[5, 8], [6, 9]])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["one", "two"]


@pytest.mark.parametrize(("second", "crossed"), [({"a": 1, "b": 2, "c": 3}, 0), ({"a": 2, "b": 1, "c": 3}, 2), ({"a": 3, "b": 2, "c": 1}, 3)])
def test_a_ranking_marks_what_the_two_judge_differently(second, crossed):
    figure = drawn(tryons.draw_ranking({"a": -0.1, "b": 0.2, "c": 0.3}, second, "KID", "truth", {"a": 0.01, "b": 0.02, "c": 0.03}))
    lines = figure.axes[0].lines
    assert sum(line.get_color() == "C1" for line in lines) == crossed
    assert lines[0].get_ydata()[0] == 0 and lines[0].get_ydata()[1] == sorted(second, key=second.get).index("a")
    assert "−0.100 ± 0.010" in texts(figure.axes[0])


def test_failures_have_captions_and_four_pictures():
    figure = drawn(tryons.draw_failures([("one", PICTURES[:4]), ("two", PICTURES[1:]), ("three", PICTURES[:4])]))
    assert [ax.get_title(loc="left") for ax in figure.axes[::4]] == ["one", "two", "three"] and len(figure.axes) == 12
    np.testing.assert_array_equal(figure.axes[7].images[0].get_array(), PICTURES[4])


def test_a_film_shows_its_frames_and_its_flicker():
    figure = drawn(tryons.draw_film(PICTURES, {"model": np.arange(4.0), "truth": np.ones(4)}))
    np.testing.assert_array_equal(figure.axes[3].images[0].get_array(), PICTURES[2])
    np.testing.assert_allclose(figure.axes[-1].lines[0].get_ydata(), np.arange(4))
    assert len(figure.axes) == 7 and len(drawn(tryons.draw_film(PICTURES)).axes) == 6
