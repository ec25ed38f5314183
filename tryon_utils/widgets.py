"""The one widget pattern of the course: a pure function from parameters to a figure, and controls that call it."""

import io

import ipywidgets
import matplotlib.pyplot as plt


def slider(low, high, value, step=None, label=None):
    """A slider for `explore`: whole numbers where `low`, `high` and `value` are, real numbers elsewhere.

    Args:
        low: Number. The left end.
        high: Number. The right end, included.
        value: Number. Where the slider stands at first.
        step: Number. The distance between two stops; 1 or a hundredth of the range where not given.
        label: String. What stands beside it; the parameter's name where not given.

    Returns:
        An `ipywidgets.IntSlider` or `ipywidgets.FloatSlider`.
    """
    if not low <= value <= high:
        raise ValueError(f"A slider starts inside its range: got value={value} for {low} to {high}.")
    options = {"description": label or "", "continuous_update": False, "min": low, "max": high, "value": value}
    if all(isinstance(number, int) for number in (low, high, value)) and isinstance(step, (int, type(None))):
        return ipywidgets.IntSlider(step=step or 1, **options)
    return ipywidgets.FloatSlider(step=step or (high - low) / 100, readout_format=".3g", **options)


def choice(options, value=None, label=None):
    """A menu for `explore`.

    Args:
        options: List of values, or dictionary from the text shown to the value.
        value: The value chosen at first; the first option where not given.
        label: String. What stands beside it; the parameter's name where not given.

    Returns:
        An `ipywidgets.Dropdown`.
    """
    values = list(options.values()) if isinstance(options, dict) else list(options)
    return ipywidgets.Dropdown(options=options, value=values[0] if value is None else value, description=label or "")


def switch(value=False, label=None):
    """A check box for `explore`; see `slider` for the arguments."""
    return ipywidgets.Checkbox(value=value, description=label or "", indent=True)


def player(frames, interval=150, value=0, label="frame"):
    """A slider over `frames` recorded pictures with a play button, for `explore`.

    Args:
        frames: Integer. How many there are; the parameter runs from 0 to `frames - 1`.
        interval: Integer. Milliseconds a frame while playing.
        value: Integer. The frame shown at first and left in a saved notebook.
        label: String. What stands beside the slider.

    Returns:
        An `ipywidgets.IntSlider` whose attribute `play` holds the button.
    """
    bar = slider(0, frames - 1, value % frames, label=label)
    bar.continuous_update = True
    bar.play = ipywidgets.Play(min=0, max=frames - 1, value=value % frames, interval=interval)
    ipywidgets.link((bar.play, "value"), (bar, "value"))
    return bar


def render_png(figure):
    """Return a matplotlib figure as the bytes of a PNG file, and close it."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    plt.close(figure)
    return buffer.getvalue()


class Pictured(ipywidgets.VBox):
    """Some widgets above a picture, which is left behind in a saved notebook.

    Attributes:
        image: `ipywidgets.Image`. The picture as it stands.
    """

    def __init__(self, above):
        self.image = ipywidgets.Image(format="png", layout={"max_width": "100%", "object_fit": "contain", "align_self": "flex-start"})
        super().__init__([*above, self.image])

    def _repr_mimebundle_(self, **kwargs):
        """The live widget, and the picture as it stands for where no kernel runs."""
        bundle = super()._repr_mimebundle_(**kwargs)
        return bundle | {"image/png": bytes(self.image.value)}


class Explorer(Pictured):
    """Controls above a picture that is drawn anew whenever one of them is turned. Made by `explore`.

    Attributes:
        controls: Dictionary from a parameter's name to its control; set `controls[name].value` to turn it.
        buttons: Dictionary from a button's label to its `ipywidgets.Button`.
        message: `ipywidgets.HTML`. Says what is wrong with a value that `draw` refuses with a `ValueError`.
    """

    def __init__(self, draw, controls, actions):
        self.draw = draw
        self.controls = controls
        self.actions = actions
        self.buttons = {}
        self.message = ipywidgets.HTML()
        rows = []
        for name, control in controls.items():
            control.description = control.description or name.replace("_", " ")
            control.style.description_width = "9.5em"
            control.layout.width = "30em"
            control.observe(self.redraw, "value")
            rows.append(ipywidgets.HBox([control, control.play]) if hasattr(control, "play") else control)
        for label in actions:
            self.buttons[label] = ipywidgets.Button(description=label, layout={"width": "auto"})
            self.buttons[label].on_click(lambda button: self.press(button.description))
            rows.append(self.buttons[label])
        box = ipywidgets.Box(rows, layout={"display": "flex", "flex_flow": "row wrap"})
        super().__init__([box, self.message])
        self.redraw()

    def values(self):
        """Return the controls' values by name."""
        return {name: control.value for name, control in self.controls.items()}

    def press(self, label):
        """Do what the button of that label does with the controls' values, then draw anew; it rests until then."""
        self.buttons[label].disabled = True
        self.message.value = f"At work: {label} ..."
        try:
            self.actions[label](**self.values())
            self.redraw(label)
        finally:
            self.buttons[label].disabled = False
            self.message.value = self.message.value.removeprefix(f"At work: {label} ...")

    def redraw(self, change=None):
        """Draw the picture for the controls' values, or say why that can't be done and keep the last one."""
        try:
            figure = self.draw(**self.values())
        except ValueError as error:
            if change is None:
                raise
            self.message.value = f"<b>Not drawn:</b> {error}"
            return
        self.image.value = render_png(figure)
        self.message.value = ""


def explore(draw, actions=None, **controls):
    """Show a picture with controls, as the last line of a cell.

    Args:
        draw: Function from the controls' values, by name, to a matplotlib figure; it changes nothing.
        actions: Dictionary from a button's label to a function of the controls' values, by name, which may change what `draw` reads; the
            picture is drawn anew afterwards.
        controls: One control a parameter, made by `slider`, `choice`, `switch` or `player`.

    Returns:
        An `Explorer`. A saved notebook keeps its first picture, so that a page without a kernel still shows it.

    Example:
        explore(plotting.losses_at_logit, logit=slider(-8.0, 8.0, 0.0))
    """
    return Explorer(draw, controls, actions or {})


class Stepper(Pictured):
    """Buttons that act on a state, above a picture of it. Made by `step_through`.

    Attributes:
        state: What `start` returned, as the actions have left it.
        buttons: Dictionary from a button's label to its `ipywidgets.Button`.
    """

    def __init__(self, start, draw, actions):
        self.start, self.draw, self.actions = start, draw, actions
        self.buttons = {}
        for label in [*actions, "Start again"]:
            self.buttons[label] = ipywidgets.Button(description=label, layout={"width": "auto"})
            self.buttons[label].on_click(lambda button: self.press(button.description))
        super().__init__([ipywidgets.HBox(list(self.buttons.values()), layout={"flex_flow": "row wrap"})])
        self.state = start()
        self.redraw()

    def press(self, label):
        """Do what the button of that label does; the buttons rest until the new picture is there."""
        self._rest(True)
        try:
            if label == "Start again":
                self.state = self.start()
            else:
                self.actions[label](self.state)
            self.redraw()
        finally:
            self._rest(False)

    def redraw(self):
        """Draw the picture of the state."""
        self.image.value = render_png(self.draw(self.state))

    def _rest(self, disabled):
        for button in self.buttons.values():
            button.disabled = disabled


def step_through(start, draw, actions):
    """Show a state with buttons that change it, as the last line of a cell.

    Args:
        start: Function without arguments that makes the first state; the button "Start again" calls it anew.
        draw: Pure function from the state to a matplotlib figure: it reads the state and changes nothing.
        actions: Dictionary from a button's label to a function that takes the state and changes it in place.

    Returns:
        A `Stepper`. A saved notebook keeps its first picture, so that a page without a kernel still shows it.

    Example:
        step_through(lambda: {"count": 0}, draw_count, {"Add one": lambda state: state.update(count=state["count"] + 1)})
    """
    return Stepper(start, draw, actions)
