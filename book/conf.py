"""The book: the committed, executed notebooks and the pages of this folder, set so that they read without a network.

    python -m sphinx -W --keep-going book book/_build/html

Nothing is executed here. Formulas are set by MathJax from files of a package, and no page asks another host for anything:
`tests/browser/test_book.py` opens every page and holds us to it.
"""

import base64
import json
import pathlib
import shutil

import jupyter_server_mathjax

BOOK = pathlib.Path(__file__).resolve().parent
NOTEBOOKS = BOOK.parent / "notebooks"
CHAPTERS = BOOK / "chapters"
MATHJAX = pathlib.Path(jupyter_server_mathjax.__file__).parent / "static"
MATHJAX_SETTINGS = "TeX-AMS-MML_HTMLorMML-full.js"

# ---- What the pages say ---------------------------------------------------------------------------------------------

project = "From the GAN loss to virtual try-on"
author = "the contributors"
project_copyright = "the contributors. Text and figures: CC BY 4.0. Code: MIT"
language = "en"

# ---- How they are read and set --------------------------------------------------------------------------------------

extensions = ["myst_nb"]
exclude_patterns = ["_build", "tools", "**/.ipynb_checkpoints"]
nb_execution_mode = "off"
myst_enable_extensions = ["amsmath", "attrs_block", "attrs_inline", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
myst_dmath_double_inline = True

html_theme = "sphinx_book_theme"
html_title = project
html_logo = html_favicon = "_static/logo.svg"
html_static_path = ["_static"]
html_css_files = ["course.css"]
html_copy_source = True
html_context = {"default_mode": "auto"}
html_theme_options = {
    "home_page_in_toc": True,
    "show_navbar_depth": 1,
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "search_bar_text": "Search the book",
    "toc_title": "On this page",
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
    "logo": {"alt_text": "Two bell curves and the curve of the best discriminator between them"},
}

# ---- Formulas without a network -------------------------------------------------------------------------------------

# MyST would configure MathJax 4; ours is 2.7, the newest that comes as files in a Python package.
myst_update_mathjax = False
mathjax_path = "mathjax/MathJax.js"
mathjax2_config = {
    "config": [MATHJAX_SETTINGS],
    "messageStyle": "none",
    "showMathMenu": False,
    "menuSettings": {"FastPreview": False},
    "fast-preview": {"disabled": True},
    # a formula that can't be set shows its error, so that the tests see it
    "TeX": {"noErrors": {"disabled": True}, "noUndefined": {"disabled": True}},
    "MMLorHTML": {"prefer": "HTML"},
    "tex2jax": {"inlineMath": [["\\(", "\\)"]], "displayMath": [["\\[", "\\]"]], "processEscapes": False},
    "HTML-CSS": {"availableFonts": [], "preferredFont": None, "webFont": "STIX-Web", "imageFont": None,
                 "undefinedFamily": "serif", "linebreaks": {"automatic": True, "width": "container"},
                 "styles": {".MathJax_Display": {"margin": "0"},
                            # a placeholder while fonts load; MathJax would fetch about:blank, which browsers refuse
                            "@font-face": {"font-family": "MathJax_Blank", "src": "local('none')"}}},
}


def copy_mathjax(app):
    """Copy the part of MathJax that our pages use beside them: TeX in, HTML out, one family of fonts."""
    if app.builder.format != "html":
        return
    for part in ("LICENSE", "MathJax.js", f"config/{MATHJAX_SETTINGS}", "extensions", "jax/element", "jax/input",
                 "jax/output/HTML-CSS", "fonts/HTML-CSS/STIX-Web"):
        source, target = MATHJAX / part, app.outdir / "_static" / "mathjax" / part
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("a11y"))
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)


# ---- Notebooks ------------------------------------------------------------------------------------------------------

def as_page(notebook):
    """Return the bytes of a notebook; solutions, which are made from one source with the exercises, get a title of their own."""
    content = notebook.read_bytes()
    return content.replace(b'"# Exercises:', b'"# Solutions:', 1) if notebook.parent.name == "solutions" else content


def copy_notebooks(source=NOTEBOOKS, target=CHAPTERS):
    """Copy the notebooks into the book's folder, in the same order of folders, so that links between them hold.

    A copy is written only where it differs, so that Sphinx reads again only what changed; what is gone at the source goes here, too.
    """
    wanted = {path.relative_to(source): as_page(path)
              for pattern in ("*.ipynb", "exercises/*.ipynb", "solutions/*.ipynb") for path in source.glob(pattern)}
    for path in target.rglob("*.ipynb"):
        if path.relative_to(target) not in wanted:
            path.unlink()
    for name, content in wanted.items():
        path = target / name
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


FRONT_PICTURE = ("02_train_a_toy_gan.ipynb", "draw_film_strip(")


def copy_front_picture(notebooks=NOTEBOOKS, target=CHAPTERS / "front.png"):
    """Take the picture of the front page out of its chapter: the first one of the cell whose code has the words of `FRONT_PICTURE`."""
    name, words = FRONT_PICTURE
    for cell in json.loads((notebooks / name).read_text(encoding="utf-8"))["cells"]:
        if words in "".join(cell["source"]):
            for output in cell.get("outputs", []):
                if "image/png" in output.get("data", {}):
                    picture = base64.b64decode("".join(output["data"]["image/png"]))
                    if not target.is_file() or target.read_bytes() != picture:
                        target.write_bytes(picture)
                    return
    raise ValueError(f"The front page shows the picture of {words} in {name}: there is no such cell, or it leaves none.")


def pages_to_read_again(app, env, added, changed, removed):
    """Where a page came or went, read all again: a link to it stands on a page that didn't change."""
    return env.found_docs if added or removed else []


def setup(app):
    copy_notebooks()
    copy_front_picture()
    app.connect("env-get-outdated", pages_to_read_again)
    app.connect("builder-inited", copy_mathjax)
