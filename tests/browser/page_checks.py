"""What every page of the book must be, as functions that return complaints: an empty list where all is well.

`test_book.py` runs them over the book, `test_page_checks.py` over broken pages: a check that can't fail is no check.
"""

import contextlib
import functools
import http.server
import threading
import urllib.parse

from playwright.sync_api import Error

FORMULAS_DONE = """async () => {
  if (!window.MathJax || !MathJax.Hub) return;
  const typeset = new Promise(done => MathJax.Hub.Register.StartupHook("End", () => { done(); }));
  const patience = new Promise(done => setTimeout(done, 20000));
  await Promise.race([typeset, patience]);
}"""


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        """Say nothing: the tests report what fails."""


@contextlib.contextmanager
def serving(folder):
    """Serve a folder's files on a free local port; gives the address."""
    handler = functools.partial(QuietHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class Visit:
    """One page, opened, with what it asked for on the way. All other hosts are refused.

    Attributes:
        path: String. The page's path within the site.
        page: The playwright page.
        hosts: List of the addresses at other hosts that it asked for.
        failures: List of the requests to its own host that failed, each with the reason.
        errors: List of what it wrote to the console as an error, and of uncaught exceptions.
    """

    def __init__(self, context, address, path):
        self.path, self.hosts, self.failures, self.errors = path, [], [], []
        self.page = context.new_page()
        self.page.route("**/*", lambda route: self._route(route, address))
        self.page.on("requestfailed", lambda request: self._failed(request, address))
        self.page.on("response", self._answered)
        self.page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(address + path, wait_until="load")
        self.page.evaluate(FORMULAS_DONE)
        self.page.evaluate("document.fonts.ready.then(() => true)")

    def __enter__(self):
        return self

    def __exit__(self, *raised):
        self.page.close()

    def _route(self, route, address):
        if route.request.url.startswith((address, "data:", "blob:")):
            route.continue_()
        else:
            self.hosts.append(route.request.url)
            route.abort()

    def _failed(self, request, address):
        if request.url.startswith(address):
            self.failures.append(f"{request.url}: {request.failure}")

    def _answered(self, response):
        if response.status >= 400:
            self.failures.append(f"{response.url}: status {response.status}")

    def collect(self, script, argument=None):
        """Return the list of strings that a script finds in the page."""
        try:
            return self.page.evaluate(script, argument)
        except Error as error:
            return [f"the page can't be read: {error}"]


# ---- What it loads -------------------------------------------------------------------------------------------------

def other_hosts(visit):
    """It asks no other host for anything, and names none where it would ask later."""
    named = visit.collect("""() => [...document.querySelectorAll(
        "script[src], img[src], iframe[src], source[src], link[href]:not([rel=canonical])")]
        .map(element => element.src || element.href)
        .filter(url => /^https?:/.test(url) && new URL(url).host !== location.host)""")
    return [f"asks another host: {url}" for url in dict.fromkeys(visit.hosts + named)]


def failed_requests(visit):
    """All that it asks for comes."""
    return [f"a request failed: {failure}" for failure in visit.failures]


def console_errors(visit):
    """Its scripts run without an error."""
    return [f"an error in the console: {error}" for error in visit.errors]


# ---- What it shows -------------------------------------------------------------------------------------------------

def unrendered_formulas(visit):
    """Every formula is set, none shows an error, and no delimiter of TeX is left in the text."""
    return visit.collect(r"""() => {
      const complaints = [];
      for (const formula of document.querySelectorAll(".math:not(.MathJax *)")) {
        const set = formula.querySelector(".MathJax");
        const source = (formula.querySelector("script[type^='math/tex']") || formula).textContent.trim().slice(0, 80);
        if (!set || set.getBoundingClientRect().width === 0) complaints.push("a formula is not set: " + source);
        else if (formula.querySelector(".merror, .MathJax_Error, .noError")) complaints.push("a formula has an error: " + source);
      }
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (texts.nextNode()) {
        const text = texts.currentNode;
        if (text.parentElement.closest("pre, code, script, style, noscript, textarea, .math")) continue;
        const left = text.data.match(/\$\$|\\\(|\\\[|\\begin\{|\$[^$\s][^$]*\$/);
        if (left) complaints.push("TeX is left in the text: " + text.data.trim().slice(0, 80));
      }
      return complaints;
    }""")


def missing_alts(visit):
    """Every picture says in words what it shows; the name of its file is no such text."""
    return visit.collect(r"""() => [...document.querySelectorAll("img")]
        .filter(image => !image.closest("[aria-hidden=true]"))
        .filter(image => !image.alt.trim() || /\.(png|svg|jpe?g|gif)$|_images\//.test(image.alt))
        .map(image => "a picture without an alt text: " + image.getAttribute("src"))""")


def missing_pictures(visit):
    """Every picture has arrived and can be decoded."""
    return visit.collect("""async () => {
      const images = [...document.querySelectorAll("img")];
      for (const image of images) { image.loading = "eager"; await image.decode().catch(() => null); }
      return images.filter(image => image.naturalWidth === 0).map(image => "a picture is missing: " + image.getAttribute("src"));
    }""")


def too_wide(visit):
    """The page is read without moving it sideways, and nothing is cut off: what is wide scrolls in its own box."""
    return visit.collect("""() => {
      const width = document.documentElement.clientWidth, complaints = [];
      const name = element => element.tagName.toLowerCase() + (element.className && element.className.baseVal === undefined
          ? "." + element.className.trim().split(/\\s+/).join(".") : "") + " \\"" + element.textContent.trim().slice(0, 40) + "\\"";
      if (document.documentElement.scrollWidth > width + 1)
        complaints.push(`the page is ${document.documentElement.scrollWidth} pixels wide in a window of ${width}`);
      const scrolls = element => {
        for (let box = element; box && box !== document.body; box = box.parentElement)
          if (["auto", "scroll"].includes(getComputedStyle(box).overflowX)) return box.getBoundingClientRect().right <= width + 1;
        return false;
      };
      const body = document.querySelector("article") || document.querySelector("main") || document.body;
      for (const element of body.querySelectorAll("*")) {
        const box = element.getBoundingClientRect();
        if (box.width > 1 && box.height > 1 && box.right > width + 1 && !element.closest(".MJX_Assistive_MathML, svg")
            && !scrolls(element)) {
          complaints.push(`${name(element)} ends at ${Math.round(box.right)} in a window of ${width}`);
          break;
        }
      }
      return complaints;
    }""")


PAGE_CHECKS = (other_hosts, failed_requests, console_errors, unrendered_formulas, missing_alts, missing_pictures, too_wide)


# ---- Where it leads ------------------------------------------------------------------------------------------------

def anchors(visit):
    """Return what can be linked to on the page."""
    return set(visit.collect("() => [...document.querySelectorAll('[id], a[name]')].map(element => element.id || element.name)"))


def links(visit, address):
    """Return the links within the site, as (path, anchor) pairs."""
    found = visit.collect("() => [...document.querySelectorAll('a[href]')].map(link => link.href)")
    parts = [urllib.parse.urlsplit(url) for url in found if url.startswith(address)]
    return {(urllib.parse.unquote(part.path).lstrip("/"), urllib.parse.unquote(part.fragment)) for part in parts}


def broken_links(site, links_of, anchors_of):
    """Every link within the site leads to a file that is there, and to an anchor on its page.

    Args:
        site: Path of the folder with the files.
        links_of: Dictionary from a page's path to its links, see `links`.
        anchors_of: Dictionary from a page's path to its anchors.
    """
    complaints = []
    for page, found in sorted(links_of.items()):
        for path, anchor in sorted(found):
            target = path + "index.html" if path.endswith("/") or not path else path
            if not (site / target).is_file():
                complaints.append(f"{page} links to {path}, which is not there")
            elif anchor and target in anchors_of and anchor not in anchors_of[target]:
                complaints.append(f"{page} links to {target}#{anchor}, which is not on that page")
    return complaints
