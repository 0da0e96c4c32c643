"""What the application tells, as text files: a change that must move no figure leaves every one of them as it was.

    python -m benchmarks.figures BEFORE    # on the code as it was
    python -m benchmarks.figures AFTER     # on the code as it is
    diff -r BEFORE AFTER

For the demonstration and for the city's real files: every export, the forecasts to the last bit, the journal, and each
page as each role reads it: as it opens, then with each of its choices on the last option. It is always the same day.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from unittest import mock

from streamlit.testing.v1 import AppTest

from benchmarks import LOG, MAPPING, NANTES, PROJECT
from benchmarks.page_text import lines_of
from data.access.accounts import save_account
from data.access.rights import ROLES
from data.clock import PARIS
from data.demo import load_demo
from data.deposit.apply import apply
from data.export.files import EXPORTED, STYLES, export, file_name
from data.export.ma_cantine import NothingToDeclare, declaration, declaration_csv
from data.kinds.records import COUNTS_OF_PEOPLE
from data.queries import journal
from data.store import Store
from models.refresh import TABLES, refresh
from ui import session
from ui.navigation import PAGES

NOW = datetime(2026, 11, 30, 12, tzinfo=PARIS)
ACTOR = "figures"
LOCAL = "mission"  # the role of whoever is here without a sign-in
NAMES = ("cantines", "mapping_ecoles_cantines", "effectifs", "annees_scolaires", "vacances", "greves")
CITY = (MAPPING, *(NANTES / f"{name}.csv" for name in NAMES), LOG, NANTES / "menus_2011_2017.csv")

# `current_date` is a function of DuckDB, and a macro of the store comes before it.
TODAY = f"CREATE MACRO current_date() AS DATE '{NOW:%Y-%m-%d}'"
# What differs each time: moments, and how long a computation took.
SAME_MOMENTS = """
UPDATE audit_log SET done_at = current_date + audit_id * INTERVAL 1 MINUTE;
UPDATE deposits SET deposited_at = current_date + deposit_id * INTERVAL 1 MINUTE;
UPDATE forecast_runs SET
    started_at = current_date, finished_at = current_date,
    specification = json_merge_patch(specification, '{"seconds": 0}');
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.figures", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", choices=STORES)
    options = parser.parse_args()
    clock = mock.Mock(**{"now.return_value": NOW})
    # Several threads of DuckDB add decimals in an order of their own, and the last digits of a sum follow it.
    one_thread = mock.patch.dict("data.connection.LOCKED_DOWN", threads=1)
    for name in [options.only] if options.only else STORES:
        with tempfile.TemporaryDirectory() as work, mock.patch("data.clock.datetime", clock), one_thread:
            path = Path(work) / "store.duckdb"
            for texts in (_by_store(path, STORES[name]), _by_pages(path)):
                for file, text in texts:
                    _write(options.folder / name / file, text)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _deposit_city(store: Store) -> None:
    for file in CITY:
        apply(store, file.name, file.read_bytes(), ACTOR)


STORES: dict[str, Callable[[Store], None]] = {"demo": load_demo, "real": _deposit_city}


def _by_store(path: Path, fill: Callable[[Store], None]) -> Iterator[tuple[str, str]]:
    """Fill a store and forecast it; return what it tells by itself, each text with the name of its file."""
    store = Store(path)
    with store.scratch() as cursor:
        cursor.execute(TODAY)
        fill(store)
        for role in ROLES:
            save_account(store, ACTOR, f"{role}@ville.fr", role, active=True)
        refresh(store, ACTOR)
        cursor.execute(SAME_MOMENTS)
    for style in STYLES:
        for kind in EXPORTED:
            if style != "open" or kind not in COUNTS_OF_PEOPLE:
                yield f"exports/{style}/{file_name(kind, style)}", export(store, kind, style).decode()
    yield "exports/ma_cantine.csv", "".join(_declarations(store))
    for table in ("forecast_runs", *TABLES):
        yield f"forecasts/{table}.csv", store.read(f"FROM {table} ORDER BY ALL").to_csv(index=False)
    yield "journal.csv", journal.journal(store, journal.JournalFilter()).to_csv(index=False)
    store.close()


def _declarations(store: Store) -> Iterator[str]:
    for canteen in store.read("SELECT name FROM canteens ORDER BY name")["name"]:
        try:
            yield declaration_csv(declaration(store, canteen, date(2000, 1, 1), date(2100, 1, 1))).decode()
        except NothingToDeclare as nothing:
            yield f"{nothing}\n"


def _by_pages(path: Path) -> Iterator[tuple[str, str]]:
    """Return what each page shows to each role that opens it."""
    os.environ |= {"ANTIGASPI_DB": str(path), "ANTIGASPI_AUTO_REFRESH": "0"}
    for role in ROLES:
        for page in PAGES:
            if role in (LOCAL, *page.roles):
                yield f"pages/{role}/{Path(page.file).stem}.txt", "\n".join(_page(page.file, role))
    session.close()


def _page(file: str, role: str) -> Iterator[str]:
    app = _opened(file, role)
    yield from lines_of(app)
    for place, box in enumerate(app.selectbox):
        yield f"\n== {box.label}: {box.options[-1]}"
        yield from lines_of(_opened(file, role).selectbox[place].select_index(len(box.options) - 1).run())
    for tab in app.tabs if "detail" in app.session_state else ():  # these are drawn one at a time
        yield f"\n== {tab.label}"
        yield from lines_of(_opened(file, role, detail=tab.label))


def _opened(file: str, role: str, **query: str) -> AppTest:
    app = AppTest.from_file(PROJECT / "app.py", default_timeout=300)
    if role != LOCAL:
        app.secrets["auth"] = {"client_id": "figures"}
        app.user = {"is_logged_in": True, "email": f"{role}@ville.fr", "email_verified": True, "iat": 4_102_444_800}
    app.query_params.update(query)
    return app.switch_page(file).run()


if __name__ == "__main__":
    main()
