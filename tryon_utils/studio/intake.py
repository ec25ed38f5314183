"""Pictures that visitors bring: a file or the camera, both through the same safe intake."""

import ipywidgets

from tryon_utils import camera
from tryon_utils.photos import intake
from tryon_utils.studio import parts


class Intake:
    """A place for a file, and a camera; each picture is taken in safely and handed on.

    Args:
        room: `room.Room`.
        use: Function of pixels, uint8 (height, width, 3); what it raises is shown as a sentence.
        what: String. What the picture shows, such as "a face".
        with_camera: Boolean.
    """

    def __init__(self, room, use, what, with_camera=True):
        self.room, self.use = room, use
        self.upload = parts.Upload(self._heard, label=f"Upload {what}")
        shown = [self.upload]
        if with_camera:
            self.camera = camera.Camera(self.take)
            shown.append(self.camera)
        self.widget = ipywidgets.VBox(shown).add_class("fr-controls")

    def _heard(self, said):
        with self.room.guard():
            if said.get("what") == "file":
                self.take(said["data"])
            elif said.get("what") == "refused":
                raise ValueError(f"This file has {said['size'] / 1e6:,.1f} million bytes; at most {self.upload.most_bytes / 1e6:g} million can be sent: "
                                 "make the picture smaller.")

    def take(self, data):
        """Take in the bytes of a picture file; a bad one changes nothing and says why."""
        with self.room.guard("Taking the picture in"):
            self.use(intake.read(data).pixels)
