"""A tab of the browser that shows pages of a mock, and what must hold of all of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

SCHEMES = ("light", "dark")
#: What the browser writes into its console for a call that a page makes and that is refused, as asked for.
_REFUSED = "Failed to load resource: the server responded with a status of 4"


@contextmanager
def tab(browser: Any, base_url: str, scheme: str = "light") -> Iterator[Any]:
    """Open a tab until the block ends; then check that nothing went wrong in it and no other host was called."""
    context = browser.new_context(base_url=base_url, color_scheme=scheme, viewport={"width": 1280, "height": 900})
    asked: list[str] = []
    wrong: list[str] = []
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.on("request", lambda sent: asked.append(sent.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
    page.on("dialog", lambda dialog: wrong.append(dialog.message))
    page.wrong = wrong
    try:
        yield page
    finally:
        context.close()
    assert [text for text in wrong if not text.startswith(_REFUSED)] == []
    assert [url for url in asked if not url.startswith((f"{base_url}/", "data:", "blob:"))] == []


def serious(page: Any, axe: str) -> list[tuple[str, str]]:
    """Return what axe-core finds serious or worse on a page: the rule, and the first element of it."""
    before = list(page.wrong)
    page.evaluate(axe)
    rules = "{rules: {'target-size': {enabled: true}}, resultTypes: ['violations']}"
    found = page.evaluate(f"axe.run(document, {rules}).then((found) => found.violations)")
    page.wrong[:] = before  # axe itself is refused its styles
    return [(one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in ("serious", "critical")]


def tab_to(page: Any, selector: str) -> None:
    """Press the tabulator key until an element has the focus."""
    for _ in range(100):
        page.keyboard.press("Tab")
        if page.evaluate(f"document.activeElement.matches({selector!r})"):
            return
    raise AssertionError(f"{selector} is not reached")
