"""The built book reads without a network: every page, in a wide and in a narrow window."""

import functools

import page_checks
import pytest

pytestmark = pytest.mark.browser

WINDOWS = {"wide": {"width": 1280, "height": 900}, "narrow": {"width": 400, "height": 800}}


@pytest.fixture(scope="module")
def address(book):
    with page_checks.serving(book) as where:
        yield where


@pytest.fixture(scope="module")
def paths(book):
    """The pages of the book; what the theme keeps in _static is no page."""
    return sorted(path for path in (file.relative_to(book).as_posix() for file in book.rglob("*.html"))
                  if not path.startswith("_static/"))


@pytest.fixture(scope="module")
def visits(browser, address, paths, results):
    """A function from a window's name to what is found on every page in it; each page is opened once."""
    @functools.cache
    def visit_all(window):
        found = {}
        with browser.new_context(viewport=WINDOWS[window]) as context:
            for path in paths:
                with page_checks.Visit(context, address, path) as visit:
                    found[path] = {"complaints": [complaint for check in page_checks.PAGE_CHECKS for complaint in check(visit)],
                                   "links": page_checks.links(visit, address), "anchors": page_checks.anchors(visit)}
                    visit.page.screenshot(path=results / "book" / window / path.replace(".html", ".png"), full_page=True)
        return found
    return visit_all


@pytest.mark.parametrize("window", WINDOWS)
def test_every_page_is_whole(visits, window):
    assert [f"{path}: {complaint}" for path, found in visits(window).items() for complaint in found["complaints"]] == []


def test_every_link_leads_somewhere(visits, book):
    links, anchors = ({path: found[what] for path, found in visits("wide").items()} for what in ("links", "anchors"))
    assert page_checks.broken_links(book, links, anchors) == []


def test_the_index_leads_to_every_chapter(book, paths):
    text = (book / "index.html").read_text(encoding="utf-8")
    assert [path for path in paths if path.startswith("chapters/") and f'href="{path}"' not in text] == []


@pytest.mark.parametrize("word", ["discriminator", "判别器"])
def test_the_search_finds(browser, address, word):
    with browser.new_context() as context, page_checks.Visit(context, address, f"search.html?q={word}") as visit:
        visit.page.get_by_text("Search finished, found").wait_for(timeout=20_000)  # its results come one by one
        found = visit.page.locator("#search-results li a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
        assert any("glossary.html" in link for link in found), found
        assert page_checks.other_hosts(visit) == page_checks.console_errors(visit) == []


def test_a_page_opened_as_a_file_sets_its_formulas_and_searches(browser, book, paths):
    """What a school has on a stick: no server at all."""
    folder = book.resolve().as_uri() + "/"
    with browser.new_context() as context:
        for path in (path for path in paths if path.startswith("chapters/")):
            with page_checks.Visit(context, folder, path) as visit:
                assert page_checks.unrendered_formulas(visit) == page_checks.other_hosts(visit) == []
        with page_checks.Visit(context, folder, "search.html?q=判别器") as visit:
            visit.page.locator("#search-results li a").first.wait_for(timeout=20_000)
