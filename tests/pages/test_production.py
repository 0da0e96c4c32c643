"""The page Production: each view, what is typed, what changed since the print; and who may open it."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from data.access.rights import Person
from data.announcements.announce import Announcement, announce
from data.calendar.event_kinds import OUTING
from data.clock import PARIS
from data.deposit.edits import record
from data.production.plan import production_of_day
from data.production.prints import last_print
from data.queries.forecasts import runs
from data.store import Store
from tests.pages.conftest import Open, texts
from ui import session
from ui.kit.formats import long_day, number

PAGE = "pages/cuisine/production.py"


def test_a_change_after_the_print_is_marked(open_app: Open, demo_store: Path) -> None:
    app = open_app(demo_store, PAGE)
    next(button for button in app.button if button.label == "J’imprime cette fiche").click().run()
    assert "rien n’a changé depuis" in texts(app)
    store = session.opened()
    run = runs.latest_run(store)
    assert run is not None
    day = next(day for day in runs.forecast_days(store, run.run_id) if (printed := last_print(store, day)))
    canteen, meals = next(iter(printed.meals.items()))
    record(
        store,
        "production",
        [{"cantine_nom": canteen, "date": day, "repas_decides": meals - 45}],
        Person("k", "cuisine"),
    )
    app.run()
    assert "1 cantine a changé depuis" in texts(app)
    assert f"● {meals} → {meals - 45}" in app.dataframe[0].value.to_csv()


def test_the_kitchen_writes_for_all_canteens_and_nobody_else_does(demo_store: Path) -> None:
    store = Store(demo_store)
    line = {"cantine_nom": store.read("SELECT min(name) AS n FROM canteens")["n"].iloc[0], "date": date(2026, 1, 5)}
    for role in ("comite", "administration", "cantine"):
        person = Person("p", role, canteens=frozenset({line["cantine_nom"]}))
        outcome = record(store, "production", [line | {"repas_decides": 5}], person)
        assert not outcome.saved
        assert "mission numérique" in next(iter(outcome.refusals.values()))
    store.close()


def test_an_announcement_changes_the_sheet_and_the_slip_by_as_many(open_app: Open, demo_store: Path) -> None:
    app = open_app(demo_store, PAGE)
    store = session.opened()
    run = runs.latest_run(store)
    assert run is not None
    day = runs.forecast_days(store, run.run_id)[2]
    before = production_of_day(store, run.run_id, day)
    canteen = str(before["canteen"][0])
    manager = Person("g@ville.fr", "cantine", canteens=frozenset({canteen}))
    announce(
        store, manager, Announcement(canteen, day, OUTING, -45, "CM2 au musée"), datetime(2026, 6, 5, 8, tzinfo=PARIS)
    )
    after = production_of_day(store, run.run_id, day)
    assert after["meals"].sum() == before["meals"].sum() - 45
    app.selectbox(key="service").set_value(long_day(day)).run()
    assert f"{number(after['meals'].sum())} repas à préparer".replace("\u202f", " ") in texts(app)
    assert "sortie, −45" in app.dataframe[0].value.to_csv().replace("\u00a0", " ")
    app.get("button_group")[0].set_value("Bons de livraison").run()
    assert "Annoncé : sortie, −45 repas" in texts(app)
