"""Chromium for the tests that walk through pages: people at the browser, every fault on their way collected.

A fault is whatever no page may have: something axe-core finds, a line in the console, a request to another host,
a broken part, sideways scrolling, a target too small to hit, a word this person must not read.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from practice.tests.sizes import size

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
SHOTS = os.environ.get("EVENHAND_SHOTS", "")  # a folder: every page is photographed into it
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
)
_RUN_AXE = """axe.run(document, {resultTypes: ["violations"], rules: {"target-size": {enabled: true}}})
    .then(r => r.violations.flatMap(v => v.nodes.map(n => `${v.id}: ${n.html.slice(0, 160)} (${n.any.concat(n.all)
        .map(c => c.message).join("; ").slice(0, 200)})`)))"""
_SIDEWAYS = "document.scrollingElement.scrollWidth - document.documentElement.clientWidth"
_SMALL = """least => [...document.querySelectorAll("a.button, button, summary, select, input, textarea")]
    .filter(e => e.checkVisibility() && !e.closest(".sr, .sr-until-focus, .skip") && !/radio|checkbox/.test(e.type))
    .map(e => [e, e.getBoundingClientRect()])
    .filter(([e, r]) => r.width > 1 && Math.round(r.height) < least)
    .map(([e, r]) => `${e.outerHTML.slice(0, 120)} is ${Math.round(r.height)} px high`)"""
_ALL_WORDS = """() => {
    const words = [document.title], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) words.push(walker.currentNode.data);
    for (const e of document.querySelectorAll("[aria-label], [title], [alt], [placeholder], input:not([type=hidden])"))
        words.push(e.ariaLabel, e.title, e.alt, e.placeholder, e.value);
    return words.filter(Boolean).join(" ");
}"""
_AGAIN = "t => { const d = document.documentElement.dataset; t ? d.theme = t : delete d.theme }"
# Where a page is looked at again: width, height, theme. `make proofs` looks everywhere, `make test` by turns.
SWEEP = ((390, 844, "dim"), (820, 1180, "dark"))


def chromium() -> str | None:
    """The browser's path, where there is one."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


@contextlib.contextmanager
def browser() -> Iterator[Any]:
    """One headless Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=list(_FLAGS))
        try:
            yield running
        finally:
            running.close()


_NAMED_KEYS = ("Enter", "Tab", "Escape")


class Person:
    """Somebody at the browser: cookies and a page of their own.

    Without `scripts` their browser runs none, by a switch of our own: axe-core needs them for the moment it looks.
    `unread` is a pattern of words that may stand on no page of theirs; `target` the least height of what is pressed.
    """

    def __init__(self, browser: Any, base: str, name: str, *, width: int = 1280, height: int = 800, target: int = 44,
                 scripts: bool = True, unread: re.Pattern[str] | None = None, like: Person | None = None) -> None:
        self.base, self.name, self.size, self.scripts, self.target, self.unread = (
            base, name, {"width": width, "height": height}, scripts, target, unread)
        self.faults: list[str] = []
        self.seen: set[str] = set()
        self._switches: dict[Any, Any] = {}
        self.presses = 0
        self.status = 0
        self.context = browser.new_context(
            base_url=base, viewport=self.size, color_scheme="light", accept_downloads=True,
            storage_state=like.context.storage_state() if like else None)
        self.context.set_default_timeout(10_000)
        self.context.on("request", self._requested)
        self.context.on("response", self._answered)
        self.page = self.tab()

    def tab(self) -> Any:
        """A further tab, which becomes the one that is used."""
        self.page = self.context.new_page()
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self._fault(f"script failed: {error}"))
        self._switches[self.page] = self.context.new_cdp_session(self.page)
        self._run_scripts(self.scripts)
        return self.page

    # --- what people do ------------------------------------------------------------------------------------------

    def open(self, address: str) -> None:
        """Go to an address."""
        self.status = self.page.goto(address, wait_until="load").status
        self._arrived()

    def press(self, what: Any, *, goes: bool = True) -> None:
        """Press a button or link, by its words or as a locator; `goes` to another page unless told otherwise."""
        self.presses += 1
        self._and_go(self.named(what).click, goes)

    def keys(self, *keys: str, goes: bool = True) -> None:
        """Type into whatever has the focus: words, then named keys such as "Enter"."""
        self.presses += 1
        if any(len(key) > 1 and key not in _NAMED_KEYS for key in keys):  # a page takes the focus once it is drawn
            self.page.wait_for_function("document.activeElement.matches('input, textarea, select')")

        def type_all() -> None:
            for key in keys:
                (self.page.keyboard.press if key in _NAMED_KEYS else self.page.keyboard.type)(key)

        self._and_go(type_all, goes)

    def named(self, what: Any) -> Any:
        """The button or link of these words (or a locator as it is), on the page itself."""
        if not isinstance(what, str):
            return what
        words = re.compile(rf"^\s*{re.escape(what)}")
        main = self.page.locator("main")
        return main.get_by_role("button", name=words).or_(main.get_by_role("link", name=words)).first

    @contextlib.contextmanager
    def within(self, most: int, task: str) -> Iterator[None]:
        """What a task may cost in presses and typed words."""
        before = self.presses
        yield
        assert self.presses - before <= most, f"{task}: {self.presses - before} acts, {most} at most"

    def words(self, where: str = "main") -> str:
        """What stands there, as somebody reads it."""
        return re.sub(r"\s+", " ", self.page.locator(where).first.inner_text())

    def says(self, *words: str, where: str = "main") -> None:
        """Fail unless these words stand there."""
        text = self.words(where)
        missing = [word for word in words if word not in text]
        assert not missing, f"{self.name} at {self.page.url} misses {missing} in: {text[:2000]}"

    # --- looking closely -------------------------------------------------------------------------------------------

    def look(self, name: str, *, status: int = 200) -> None:
        """Examine the page, the first time it is seen, in another size and theme; in full also as it stands."""
        assert self.status == status, f"{self.name} at {self.page.url} got {self.status}: {self.words()[:500]}"
        assert self.scripts or self.page.evaluate("typeof htmx") == "undefined", "their browser runs no scripts"
        if name in self.seen and not size(False, True):
            return
        self._run_scripts(True)
        if self.page.evaluate("typeof axe") == "undefined":
            self.page.evaluate(AXE.read_text())
        if size(False, True):
            self._examine(name, self.size["width"], "light")
        if name not in self.seen:
            self.seen.add(name)
            asked = self.page.evaluate("document.documentElement.dataset.theme || ''")
            for turn in range(size(1, len(SWEEP))):
                width, height, theme = SWEEP[(len(self.seen) + turn) % len(SWEEP)]
                self.page.set_viewport_size({"width": width, "height": height})
                self.page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
                self._examine(name, width, theme)
            self.page.evaluate(_AGAIN, asked)
            self.page.set_viewport_size(self.size)
        self._run_scripts(self.scripts)

    def look_everywhere(self, name: str) -> None:
        """Examine the page at three widths in three themes (`make test`: each once): its pictures are its point."""
        self.page.evaluate(AXE.read_text())
        themes = ("light", "dim", "dark")
        for turn, (width, height) in enumerate(((320, 640), (820, 1180), (1280, 800))):
            self.page.set_viewport_size({"width": width, "height": height})
            for theme in (themes[turn:] + themes[:turn])[:size(1, 3)]:
                self.page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
                self._examine(name, width, theme)
        self.page.set_viewport_size(self.size)

    def _examine(self, name: str, width: int, theme: str) -> None:
        where = f"{name} at {width} px, {theme}"
        for violation in self.page.evaluate(_RUN_AXE):
            self._fault(f"{where}: {violation}")
        if (beyond := self.page.evaluate(_SIDEWAYS)) > 0:
            self._fault(f"{where}: {beyond} px to be scrolled sideways")
        for small in self.page.evaluate(_SMALL, self.target):
            self._fault(f"{where}: {small}")
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            # With its caret: to hide it, the browser's driver would write a style our policy refuses.
            self.page.screenshot(path=f"{SHOTS}/{name.replace(' ', '-')}-{width}-{theme}.png", full_page=True,
                                 caret="initial")

    # --- what is kept an eye on --------------------------------------------------------------------------------------

    def _and_go(self, act: Any, goes: bool) -> None:
        if not goes:
            act()
            return
        with self.page.expect_navigation(wait_until="load") as there:
            act()
        self.status = there.value.status if there.value else self.status
        self._arrived()

    def _arrived(self) -> None:
        if self.unread:
            text = self.page.evaluate(_ALL_WORDS)
            for found in self.unread.finditer(text):
                around = re.sub(r"\s+", " ", text[max(0, found.start() - 60):found.end() + 60])
                self._fault(f"{self.page.url} lets {self.name} read “{found.group()}”: …{around}…")

    def _run_scripts(self, run: bool) -> None:
        self._switches[self.page].send("Emulation.setScriptExecutionDisabled", {"value": not run})

    def _requested(self, request: Any) -> None:
        if not request.url.startswith((self.base, "data:", "blob:")):
            self._fault(f"a request left for {request.url}")

    def _answered(self, response: Any) -> None:
        if response.status >= 400 and response.request.resource_type != "document":
            self._fault(f"{response.url} answered {response.status}")

    def _said(self, message: Any) -> None:
        # A refusal is a page with a status of its own; Chromium notes each such page, and `look` knows its status.
        if message.type in ("error", "warning") and not re.search(r"status of 4(00|04|09|22)\b", message.text):
            self._fault(f"the console says: {message.text} ({message.location.get('url', '')})")

    def _fault(self, words: str) -> None:
        if words not in self.faults:
            self.faults.append(words)
