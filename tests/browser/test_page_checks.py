"""The checks of pages, each on a page that is broken in one way and on one that is whole."""

import chromium
import page_checks
import pytest

pytestmark = pytest.mark.browser

PICTURE = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAUwAOw=="
SET = '<span class="math"><span class="MathJax">x</span></span>'
WHOLE = f'<h1 id="top">Whole</h1><p>{SET} costs $5</p><pre>$$ in code $$</pre><img src="{PICTURE}" alt="A dot"><a href="#top">up</a>'


@pytest.fixture
def complaints(browser, tmp_path):
    """Write a body into a page, open it in a window of 400 pixels, and return a check's complaints."""
    def judge(check, body):
        (tmp_path / "page.html").write_text(f"<!doctype html><meta charset=utf-8><link rel=icon href=data:,><body>{body}",
                                            encoding="utf-8")
        with page_checks.serving(tmp_path) as address, browser.new_context(viewport={"width": 400, "height": 600}) as context, \
                page_checks.Visit(context, address, "page.html") as visit:
            return check(visit)
    return judge


@pytest.mark.parametrize("check", page_checks.PAGE_CHECKS, ids=lambda check: check.__name__)
def test_a_whole_page_passes(complaints, check):
    assert complaints(check, WHOLE) == []


@pytest.mark.parametrize("check, body, told", [
    (page_checks.other_hosts, '<script src="https://cdn.invalid/require.js"></script>', "https://cdn.invalid/require.js"),
    (page_checks.other_hosts, '<link rel="preconnect" href="https://fonts.invalid/">', "https://fonts.invalid/"),
    (page_checks.other_hosts, '<script>fetch("https://late.invalid/x").catch(() => 0)</script>', "https://late.invalid/x"),
    (page_checks.other_hosts, '<style>@import "https://style.invalid/x.css";</style>', "https://style.invalid/x.css"),
    (page_checks.failed_requests, '<script src="gone.js"></script>', "gone.js: status 404"),
    (page_checks.console_errors, "<script>throw new Error('oh')</script>", "oh"),
    (page_checks.console_errors, "<script>console.error('dear me')</script>", "dear me"),
    (page_checks.unrendered_formulas, r'<span class="math">\(x^2\)</span>', r"not set: \(x^2\)"),
    (page_checks.unrendered_formulas, '<span class="math"><span class="MathJax"></span></span>', "not set"),
    (page_checks.unrendered_formulas, '<span class="math"><span class="MathJax"><b class="merror">?</b></span></span>', "error"),
    (page_checks.unrendered_formulas, "<p>so $$x = 1$$ holds</p>", "left in the text: so $$x = 1$$"),
    (page_checks.unrendered_formulas, r"<li>so \(x\) holds</li>", "left in the text"),
    (page_checks.unrendered_formulas, "<td>a lone $x$</td>", "left in the text"),
    (page_checks.missing_alts, f'<img src="{PICTURE}">', "without an alt"),
    (page_checks.missing_alts, f'<img src="{PICTURE}" alt="../_images/da0f5c.png">', "without an alt"),
    (page_checks.missing_pictures, '<img src="gone.png" alt="Gone">', "missing: gone.png"),
    (page_checks.too_wide, '<div style="width: 600px">wide</div>', "wide in a window of 400"),
    (page_checks.too_wide, '<main style="overflow: hidden"><p style="width: 600px">cut</p></main>', '"cut" ends at'),
])
def test_a_broken_page_is_caught(complaints, check, body, told):
    found = complaints(check, WHOLE + body)
    assert any(told in complaint for complaint in found), found


def test_what_is_wide_may_scroll_in_its_own_box(complaints):
    assert complaints(page_checks.too_wide, '<main><div style="overflow-x: auto"><p style="width: 600px">w</p></div></main>') == []


def test_broken_links_and_anchors_are_caught(browser, tmp_path):
    (tmp_path / "a.html").write_text('<p id="here"></p><a href="b.html#there">1</a><a href="#here">2</a><a href="gone.html">3</a>')
    (tmp_path / "b.html").write_text('<a name="there"></a><a href="a.html#nowhere">4</a><a href="https://else.invalid/">5</a>')
    links, anchors = {}, {}
    with page_checks.serving(tmp_path) as address, browser.new_context() as context:
        for path in ("a.html", "b.html"):
            with page_checks.Visit(context, address, path) as visit:
                links[path], anchors[path] = page_checks.links(visit, address), page_checks.anchors(visit)
    assert page_checks.broken_links(tmp_path, links, anchors) == [
        "a.html links to gone.html, which is not there", "b.html links to a.html#nowhere, which is not on that page"]


def test_a_missing_browser_skips_the_test_but_fails_in_ci():
    nowhere = {"environment": {}, "which": lambda name: None}
    with pytest.raises(pytest.skip.Exception, match="Install Chromium"):
        chromium.find_chromium(**nowhere)
    with pytest.raises(pytest.fail.Exception, match="Install Chromium"):
        chromium.find_chromium(**nowhere | {"environment": {"CI": "true"}})
    with pytest.raises(pytest.skip.Exception, match="CHROMIUM=/nowhere is no program"):
        chromium.find_chromium({"CHROMIUM": "/nowhere"}, lambda name: None)
    assert chromium.find_chromium({}, {"google-chrome": "/bin/google-chrome"}.get) == "/bin/google-chrome"
