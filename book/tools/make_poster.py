"""Write the bug clinic's poster, a page of the book, from the clinic's cases."""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tryon_utils.clinic.poster import poster  # noqa: E402

(ROOT / "book" / "clinic_poster.md").write_text(poster(), encoding="utf-8")
