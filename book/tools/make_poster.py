"""Write the bug clinic's poster, a page of the book and a picture to print, from the clinic's cases: a minute, since each is trained."""

import hashlib
import io
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import tryon_utils  # noqa: E402, F401, I001  first: it keeps TensorFlow's start-up log quiet
import matplotlib.pyplot as plt  # noqa: E402
from PIL import Image  # noqa: E402
from PIL.PngImagePlugin import PngInfo  # noqa: E402

from tryon_utils import training  # noqa: E402
from tryon_utils.clinic.poster import panels, poster  # noqa: E402
from tryon_utils.plotting.clinic import draw_poster  # noqa: E402

PAGE, PICTURE = ROOT / "book" / "clinic_poster.md", ROOT / "book" / "_static" / "clinic_poster.png"


def main():
    PAGE.write_text(poster(), encoding="utf-8")
    plt.style.use("tryon_utils.course")
    training.use_small_net_threads()
    drawn, about = io.BytesIO(), PngInfo()
    draw_poster(panels()).savefig(drawn, format="png", dpi=150)
    about.add_text("Description", hashlib.sha256(poster().encode()).hexdigest())  # a test sees by it whether the picture is of these cases
    Image.open(drawn).convert("RGB").quantize(128, dither=Image.Dither.NONE).save(PICTURE, optimize=True, pnginfo=about)


if __name__ == "__main__":
    main()
