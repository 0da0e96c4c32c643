"""What is kept in memory is never old: after any act, a page shows what a server that has just started would show."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st

from benchmarks.page_text import lines_shown
from data.access.accounts import save_account
from data.access.rights import Person
from data.clock import today_in_paris
from data.deposit import edits
from data.deposit.apply import apply
from data.deposit.undo import redo, undo
from data.settings import save
from data.store import Store
from tests.conftest import EXAMPLES
from tests.pages.conftest import Open, add_user, open_parts
from ui import kept, session
from ui.navigation import PAGES, pages_of

ROLES = ("mission", "comite", "cuisine", "cantine")
CANTEENS = "SELECT name, label FROM canteens ORDER BY name"
# DuckDB adds in another order each time: the last digits say nothing.
NUMBER = re.compile(r"\d+\.\d+(e-?\d+)?")
Act = Callable[[Store, random.Random], object]


def _log(store: Store, chance: random.Random, days: int = 3) -> bytes:
    """Return a log of the last known days of some points, with other meals than those that are known."""
    rows = store.read("SELECT site, site_kind, date FROM services ORDER BY date DESC, site, site_kind LIMIT 400")
    chosen = rows.sample(days * 10, random_state=chance.randrange(10**6))
    lines = [
        f"{row['site']};{row['site_kind']};{row['date']:%d/%m/%Y};{chance.randrange(99)};{chance.randrange(99)}"
        for row in chosen.to_dict("records")
    ]
    return "\n".join(["site_nom;site_type;date;prevision;reel", *lines]).encode()


def deposit(store: Store, chance: random.Random) -> object:
    return apply(store, "log.csv", _log(store, chance), "test")


def _last(store: Store, active: bool) -> int | None:
    sql = "SELECT max(deposit_id) AS last FROM deposits WHERE active = $active"
    last = store.read(sql, {"active": active})["last"].iloc[0]
    return None if pd.isna(last) else int(last)


def undo_last(store: Store, _: random.Random) -> object:
    return undo(store, _last(store, active=True) or 0, "test")


def redo_last(store: Store, _: random.Random) -> object:
    last = _last(store, active=False)
    return last and redo(store, last, "test")


def edit(store: Store, chance: random.Random) -> object:
    day = f"{chance.randrange(1, 28):02d}/06/2026"
    return edits.record(store, "milestones", [{"jalon": f"Jalon {chance.randrange(99)}", "echeance": day}], "test")


def event(store: Store, chance: random.Random) -> object:
    day = date(2026, 6, 1) + timedelta(days=chance.randrange(40))
    line = {"type": "grève", "date_debut": day, "date_fin": day, "libelle": f"appel {chance.randrange(99)}"}
    return edits.record(store, "events", [line], "test")


def announcement(store: Store, chance: random.Random) -> object:
    place = str(store.read(CANTEENS)["name"].iloc[chance.randrange(5)])
    line = {
        "type": "sortie", "date_debut": today_in_paris() + timedelta(days=9), "cantine_nom": place,
        "effet_repas": -chance.randrange(5, 40),
    }  # fmt: skip
    return edits.record(store, "events", [line], "test")


def setting(store: Store, chance: random.Random) -> object:
    return save(store, "test", "surplus_target_pct", chance.randrange(1, 20), "test")


def rights(store: Store, chance: random.Random) -> object:
    own = chance.sample(list(store.read(CANTEENS)["name"]), 1 + chance.randrange(3))
    return save_account(store, "test", "cantine@ville.fr", "cantine", active=True, canteens=own)


ACTS: tuple[Act, ...] = (deposit, undo_last, redo_last, edit, event, announcement, setting, rights)


@pytest.mark.parametrize("seed", range(max(2, EXAMPLES // 2)))
def test_after_any_act_no_page_shows_an_older_figure(open_app: Open, demo_store: Path, seed: int) -> None:
    chance = random.Random(seed)
    for role in ROLES:
        add_user(demo_store, role)

    def shown(file: str, role: str) -> list[str]:
        lines = lines_shown(open_parts(open_app(demo_store, file, role)))
        return [NUMBER.sub(lambda number: f"{float(number[0]):.9g}", line) for line in lines]

    allowed = {role: [page.file for page in pages_of(Person(f"{role}@ville.fr", role))] for role in ROLES}
    views = [(chance.choice(allowed[role]), role) for role in (*ROLES, "mission", "comite")]
    for act in [rights, *chance.sample(ACTS, 5)]:
        for file, role in views:
            shown(file, role)  # what will be old is in memory
        act(session.opened(), chance)
        warm = {view: shown(*view) for view in views}
        kept.forget()
        st.cache_resource.clear()
        for view in views:
            assert warm[view] == shown(*view), f"{view} after {act.__name__}, seed {seed}"


def test_no_page_changes_an_answer_that_it_was_lent(open_app: Open, demo_store: Path) -> None:
    for page in PAGES:
        open_parts(open_app(demo_store, page.file))
    before = session.answers.values()
    told = {key: kept.content_of(value) for key, value in before.items()}
    for page in PAGES:
        open_parts(open_app(demo_store, page.file))
    assert len(told) > 50
    assert {key: kept.content_of(value) for key, value in before.items()} == told
