"""A camera in the notebook: it asks first, gives one picture on to a function, and keeps nothing.

The picture goes from the browser to the kernel and nowhere else. No film is recorded, the camera rests as soon as the picture is taken, and the widget
forgets the bytes once the function has had them, so that a saved notebook can't hold them.
"""

import anywidget
import traitlets

SCRIPT = """
function render({ model, el }) {
  el.classList.add("tryon-camera");
  el.innerHTML = `<label><input type="checkbox"> Everybody in front of this camera agrees. The picture stays on this computer.</label>
    <div><button disabled>Open the camera</button> <button disabled>Take the picture</button></div>
    <video playsinline muted hidden aria-label="What the camera sees"></video><p role="status"></p>`;
  const [agreed, video, status] = ["input", "video", "p"].map(name => el.querySelector(name));
  const [open, take] = el.querySelectorAll("button");
  const say = () => { status.textContent = model.get("message"); };
  const close = () => {
    video.srcObject?.getTracks().forEach(track => track.stop());
    video.srcObject = null; video.hidden = take.disabled = true;
  };
  agreed.onchange = () => { open.disabled = !agreed.checked; if (!agreed.checked) close(); };
  open.onclick = async () => {
    try {
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: true, audio: false });
      video.hidden = false; await video.play(); take.disabled = false;
      status.textContent = "The camera is on. Nothing is recorded until you take the picture.";
    } catch (error) { status.textContent = "No camera could be opened (" + (error.name || "no secure page") + "): allow it in the browser, or upload a picture."; }
  };
  take.onclick = () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: video.videoWidth, height: video.videoHeight });
    canvas.getContext("2d").drawImage(video, 0, 0);
    close();
    status.textContent = "At work ...";
    canvas.toBlob(async blob => { model.set("frame", new DataView(await blob.arrayBuffer())); model.save_changes(); }, "image/jpeg", 0.95);
  };
  model.on("change:message", say); say();
  return close;
}
export default { render };
"""

STYLE = """
.tryon-camera { display: grid; gap: 0.5em; max-width: 30em; }
.tryon-camera video { max-width: 100%; border-radius: 4px; transform: scaleX(-1); }
.tryon-camera p { margin: 0; min-height: 1.3em; }
"""


class Camera(anywidget.AnyWidget):
    """A camera that hands one picture on.

    Example:
        Camera(lambda data: intake.read(data))  # as the last line of a cell

    Args:
        use: Function of the bytes of a JPEG file. What it returns is ignored; a `ValueError`, such as a `PhotoError`, is shown below the camera.

    Attributes:
        frame: Bytes. Empty but for the moment in which `use` is called.
        message: String. What stands below the camera.
    """

    _esm = SCRIPT
    _css = STYLE
    frame = traitlets.CBytes(b"").tag(sync=True)
    message = traitlets.Unicode("").tag(sync=True)

    def __init__(self, use):
        self.use = use
        super().__init__()
        self.observe(self._take, "frame")

    def _take(self, change):
        """Give the picture on, say how it went, and forget it."""
        if not change["new"]:
            return
        try:
            self.use(bytes(change["new"]))
            self.message = "The picture was taken, and the camera is off."
        except ValueError as error:
            self.message = str(error)
        finally:
            self.frame = b""
