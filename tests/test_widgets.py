"""The explore pattern: a pure function, controls that call it, and a picture left behind."""

import itertools

import matplotlib.pyplot as plt
import pytest
from tryon_utils import widgets

PNG = b"\x89PNG\r\n"


def draw(height, width=1, bold=False):
    if height == 5:
        raise ValueError("height: 5 came, another number is wanted.")
    figure, ax = plt.subplots(figsize=(2, 1))
    ax.plot([0, width], [0, height], linewidth=4 if bold else 1)
    ax.set_ylim(0, 11)
    return figure


@pytest.fixture
def explorer():
    return widgets.explore(draw, height=widgets.slider(1, 10, 3), width=widgets.choice({"narrow": 1, "wide": 2}),
                           bold=widgets.switch())


def test_the_first_picture_is_there_and_is_left_behind(explorer):
    assert bytes(explorer.image.value).startswith(PNG)
    bundle = explorer._repr_mimebundle_()
    assert bundle["image/png"] == explorer.image.value
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_turning_a_control_changes_the_picture_and_back(explorer):
    first = explorer.image.value
    explorer.controls["height"].value = 9
    assert explorer.image.value != first
    explorer.controls["height"].value = 3
    assert explorer.image.value == first


def test_every_value_in_any_order_gives_the_picture_of_its_values(explorer):
    seen = {}
    values = list(itertools.product([1, 4, 10], [1, 2], [False, True]))
    for height, width, bold in values + values[::-1]:
        explorer.controls["bold"].value = bold
        explorer.controls["height"].value = height
        explorer.controls["width"].value = width
        picture = seen.setdefault((height, width, bold), explorer.image.value)
        assert explorer.image.value == picture
    assert len(set(seen.values())) == len(values)


def test_a_refused_value_is_explained_and_the_picture_stays(explorer):
    first = explorer.image.value
    explorer.controls["height"].value = 5
    assert explorer.image.value == first and "another number is wanted" in explorer.message.value
    explorer.controls["height"].value = 6
    assert explorer.image.value != first and explorer.message.value == ""


def test_a_picture_that_cannot_be_drawn_at_first_is_an_error():
    with pytest.raises(ValueError, match="another number"):
        widgets.explore(draw, height=widgets.slider(1, 10, 5))


def test_no_figure_is_left_open(explorer):
    explorer.controls["height"].value = 7
    assert plt.get_fignums() == []


def test_controls_are_labelled_with_their_parameters(explorer):
    assert [control.description for control in explorer.controls.values()] == ["height", "width", "bold"]


@pytest.mark.parametrize("low, high, value, kind", [(1, 10, 3, "IntSlider"), (0.0, 1, 0, "FloatSlider")])
def test_sliders_are_whole_or_real(low, high, value, kind):
    assert type(widgets.slider(low, high, value)).__name__ == kind


def test_a_slider_outside_its_range_is_refused():
    with pytest.raises(ValueError, match="value=11 for 1 to 10"):
        widgets.slider(1, 10, 11)


def test_the_player_scrubs_and_plays():
    explorer = widgets.explore(draw, height=widgets.player(frames=5))
    explorer.controls["height"].play.value = 4
    assert explorer.controls["height"].value == 4
    explorer.controls["height"].value = 2
    assert explorer.controls["height"].play.value == 2


# ---- Stepping --------------------------------------------------------------------------------------------------------

def draw_count(state):
    figure, ax = plt.subplots(figsize=(2, 1))
    ax.bar([0, 1], [state["count"], state["doubled"]])
    ax.set_ylim(0, 40)
    return figure


def add_one(state):
    state["count"] += 1


def double(state):
    if state["count"] > 8:
        raise OverflowError("too many")
    state["count"] *= 2
    state["doubled"] += 1


@pytest.fixture
def stepper():
    return widgets.step_through(lambda: {"count": 1, "doubled": 0}, draw_count, {"Add one": add_one, "Double": double})


def test_the_stepper_leaves_its_picture_behind(stepper):
    assert list(stepper.buttons) == ["Add one", "Double", "Start again"]
    bundle = stepper._repr_mimebundle_()
    assert bundle["image/png"] == stepper.image.value and bytes(stepper.image.value).startswith(PNG)


def test_a_click_acts_on_the_state_and_renews_the_picture(stepper):
    first = stepper.image.value
    stepper.buttons["Add one"].click()
    assert stepper.state == {"count": 2, "doubled": 0} and stepper.image.value != first
    stepper.buttons["Double"].click()
    assert stepper.state == {"count": 4, "doubled": 1}


def test_any_order_of_clicks_gives_the_picture_of_its_state(stepper):
    for clicks in itertools.product(["Add one", "Double"], repeat=3):
        stepper.buttons["Start again"].click()
        expected = {"count": 1, "doubled": 0}
        for label in clicks:
            stepper.buttons[label].click()
            (add_one if label == "Add one" else double)(expected)
            assert stepper.state == expected
            assert stepper.image.value == widgets.render_png(draw_count(expected))


def test_starting_again_makes_a_new_state(stepper):
    first, state = stepper.image.value, stepper.state
    stepper.press("Add one")
    stepper.press("Start again")
    assert stepper.image.value == first and stepper.state == {"count": 1, "doubled": 0}
    assert stepper.state is not state


def test_buttons_rest_while_an_action_runs_and_wake_after_it():
    seen = []
    stepper = widgets.step_through(dict, lambda state: plt.figure(figsize=(1, 1)),
                                   {"Look": lambda state: seen.extend(button.disabled for button in stepper.buttons.values())})
    stepper.press("Look")
    assert seen == [True, True]
    assert not any(button.disabled for button in stepper.buttons.values())


def test_an_action_that_fails_says_so_and_the_buttons_wake(stepper):
    stepper.state["count"] = 9
    first = stepper.image.value
    with pytest.raises(OverflowError):
        stepper.press("Double")
    assert stepper.image.value == first
    assert not any(button.disabled for button in stepper.buttons.values())


def test_no_figure_of_a_stepper_is_left_open(stepper):
    stepper.press("Add one")
    assert plt.get_fignums() == []


# ---- Buttons of an explorer ------------------------------------------------------------------------------------------

def test_a_button_acts_on_the_controls_values_and_draws_anew():
    heights = {}

    def draw_height(height):
        return draw(heights.get(height, height))

    explorer = widgets.explore(draw_height, {"Double it": lambda height: heights.update({height: 2 * height})}, height=widgets.slider(1, 4, 2))
    first = explorer.image.value
    explorer.controls["height"].value = 3
    explorer.buttons["Double it"].click()
    assert heights == {3: 6}
    explorer.controls["height"].value = 2
    assert explorer.image.value == first
    explorer.controls["height"].value = 3
    assert explorer.image.value == widgets.render_png(draw(6)) and not explorer.message.value


def test_a_button_rests_while_it_acts_and_returns_after_an_error():
    resting = []

    def act(height):
        resting.append((explorer.buttons["Act"].disabled, explorer.message.value))
        raise OSError("broken")

    explorer = widgets.explore(draw, {"Act": act}, height=widgets.slider(1, 4, 2))
    with pytest.raises(OSError, match="broken"):
        explorer.press("Act")
    assert resting == [(True, "At work: Act ...")] and not explorer.buttons["Act"].disabled and not explorer.message.value
