"""Chromium on each page: from the click in the menu to the page that moves no more, and in a new tab."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from data.demo import load_demo
from data.store import Store
from models.refresh import refresh
from tests.browser.conftest import CHROMIUM, LAUNCH, one_time_address, serve
from tests.browser.steps import opened, visit, whole
from ui.access import User
from ui.navigation import PAGES, pages_of

ROUNDS, CLICK_GOAL, TAB_GOAL = 3, 2.0, 4.0
# Nothing has moved in the page for a while: what is drawn late is counted.
STILL = 400  # milliseconds
MOVES_NO_MORE = f"""() => new Promise(done => {{
    let last = performance.now();
    const watch = new MutationObserver(() => {{ last = performance.now(); }});
    watch.observe(document.body, {{subtree: true, childList: true, attributes: true, characterData: true}});
    const look = () => {{
        if (performance.now() - last < {STILL}) return setTimeout(look, 20);
        watch.disconnect();
        done();
    }};
    look();
}})"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        store = Store(Path(folder) / "store.duckdb")
        load_demo(store)
        refresh(store, "bench")
        store.close()
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=LAUNCH)
        with serve(store.path, ANTIGASPI_AUTO_REFRESH="0") as address:
            context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="fr-FR")
            page = context.new_page()
            page.goto(one_time_address(address))
            opened(page)
            print(
                f"{'page':<28}{'click':>8}{'new tab':>10}   (goals: ≤ {CLICK_GOAL} s, ≤ {TAB_GOAL} s; best of {ROUNDS})"
            )
            for one in pages_of(User("bench", "mission", local=True)):
                clicks = min(_click(page, one.title, other) for other in _others(one.title))
                tabs = min(_new_tab(context.new_page(), f"{address}/{Path(one.file).stem}") for _ in range(ROUNDS))
                late = "" if clicks <= CLICK_GOAL and tabs <= TAB_GOAL else "  over"
                print(
                    f"{one.title:<28}{clicks:>6.2f} s{tabs:>8.2f} s{late}  [load {os.getloadavg()[0]:.1f}]", flush=True
                )
        chromium.close()


def _others(title: str) -> list[str]:
    """Return pages to come from, as many as there are rounds."""
    return [page.title for page in PAGES if page.title != title][:ROUNDS]


def _click(page: Page, title: str, other: str) -> float:
    visit(page, other)
    page.evaluate(MOVES_NO_MORE)
    started = time.perf_counter()
    visit(page, title)
    page.evaluate(MOVES_NO_MORE)
    return time.perf_counter() - started - STILL / 1000


def _new_tab(page: Page, address: str) -> float:
    started = time.perf_counter()
    page.goto(address)
    page.get_by_role("heading", level=1).wait_for(timeout=60_000)
    whole(page)
    page.evaluate(MOVES_NO_MORE)
    seconds = time.perf_counter() - started - STILL / 1000
    page.close()
    return seconds


if __name__ == "__main__":
    main()
