"""The view Jour par jour: it opens on today, says when to compute again, and checks access each time it looks."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from data.calendar.school import next_service_days
from data.clock import today_in_paris
from data.store import Store
from tests.pages.conftest import Open, texts
from ui.forecasts import view
from ui.kit.formats import day, long_day

PREVISIONS = "pages/cuisine/semaine.py"


def add_run(path: Path, days: list[date]) -> None:
    """Store a run of forecasts on these days, as if the last meals had been served the day before them."""
    store = Store(path)
    specification = json.dumps({"days": {"last": str(days[-1])}})
    with store.write("test", "forecast", {}) as cursor:
        row = cursor.execute(
            "INSERT INTO forecast_runs (started_at, finished_at, data_version, last_service_on, specification)"
            " SELECT now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC', $version, $last, $specification"
            " RETURNING run_id",
            {"version": store.version(), "last": days[0] - timedelta(days=1), "specification": specification},
        ).fetchone()
        cursor.execute(
            "INSERT INTO forecasts (run_id, canteen, date, target, point, lower, upper)"
            " SELECT $run, canteen, day, 'meals_served', 100, 90, 110 FROM unnest($days) AS d(day)"
            " CROSS JOIN (SELECT name AS canteen FROM canteens UNION ALL SELECT NULL)",
            {"run": row[0] if row else 0, "days": days},
        )
    store.close()


@pytest.fixture
def days(demo_store: Path) -> list[date]:
    """Return two weeks of service days that are past and thirty still to come."""
    store = Store(demo_store)
    begun = next_service_days(store, today_in_paris() - timedelta(days=40), 60)
    ahead = next_service_days(store, today_in_paris(), 30)
    store.close()
    return [one for one in begun if one <= ahead[-1]] + [one for one in ahead if one > begun[-1]]


def test_the_page_opens_on_the_first_day_still_to_come(open_app: Open, demo_store: Path, days: list[date]) -> None:
    add_run(demo_store, days)
    app = open_app(demo_store, PREVISIONS, vue="Jour par jour")
    assert not app.exception
    first = next(one for one in days if one >= today_in_paris())
    assert days[0] < first
    assert next(box for box in app.selectbox if box.label == "Jour").value == day(first)
    assert f"{long_day(first).capitalize()} : 100 repas attendus" in texts(app)
    assert "recalculez" not in texts(app)


def test_the_city_s_total_of_a_day_is_the_same_wherever_the_page_gives_it(open_app: Open, demo_store: Path) -> None:
    app = open_app(demo_store, PREVISIONS, vue="Jour par jour")
    first = next(box for box in app.selectbox if box.label == "Jour").value
    words = re.escape(long_day(datetime.strptime(first, "%d/%m/%Y").date()).capitalize())
    totals = re.findall(rf"{words} :(?: [\d ]+ repas conseillés[^;]*;)? ([\d ]+) repas attendus", texts(app))
    assert len(totals) >= 3
    assert len(set(totals)) == 1, totals


def test_a_day_of_the_address_is_kept(open_app: Open, demo_store: Path, days: list[date]) -> None:
    add_run(demo_store, days)
    app = open_app(demo_store, PREVISIONS, vue="Jour par jour", jour=day(days[1]))
    assert next(box for box in app.selectbox if box.label == "Jour").value == day(days[1])


def test_a_run_with_few_days_left_asks_to_compute_again(open_app: Open, demo_store: Path, days: list[date]) -> None:
    add_run(demo_store, days[:-10])
    app = open_app(demo_store, PREVISIONS, vue="Jour par jour")
    assert "s’arrêtent avant la fin des 30 prochains jours de service : recalculez-les" in texts(app)


@pytest.mark.parametrize(
    ("content", "asked"),
    [
        ("site_nom;site_type;date;prevision;reel\nA;M;05/09/2016;10;9\n", ["spinner", "asked", "end"]),
        ("annee_scolaire;date_debut;date_fin\n2016-2017;01/09/2016;07/07/2017\n", ["spinner", "end"]),
    ],
)
def test_only_a_file_the_models_read_asks_for_forecasts_and_does_so_at_once(
    open_app: Open, empty_store: Path, monkeypatch: pytest.MonkeyPatch, content: str, asked: list[str]
) -> None:
    happened: list[str] = []

    @contextmanager
    def spinner(text: str) -> Iterator[None]:
        happened.append("spinner" if text.startswith("Enreg") else "reading")
        yield
        happened.append("end")

    app = open_app(empty_store, "pages/cantine/depot.py")
    app.file_uploader[0].set_value(("f.csv", content.encode(), "text/csv")).run()
    monkeypatch.setattr("ui.deposit.view.request_refresh", lambda: happened.append("asked"))
    monkeypatch.setattr("ui.deposit.view.st.spinner", spinner)
    next(button for button in app.button if button.label == "Enregistrer ces données").click().run()
    assert not app.exception
    assert happened[happened.index("spinner") :] == asked


def test_following_the_computation_checks_access_first() -> None:
    body = inspect.getsource(view._progress).split('"""')[2].strip()
    assert body.startswith('require("cuisine", "comite", "cantine")\n')


def test_a_canteen_out_of_the_total_is_named_once_on_the_page(
    open_app: Open, demo_store: Path, days: list[date]
) -> None:
    add_run(demo_store, days)
    store = Store(demo_store)
    closed, other = store.read("SELECT name, label FROM canteens ORDER BY name LIMIT 2").to_dict("records")
    with store.write("test", "forecast", {}) as cursor:
        cursor.execute("DELETE FROM forecasts WHERE canteen = $name", {"name": closed["name"]})
    store.close()
    assert texts(open_app(demo_store, PREVISIONS, vue="Jour par jour")).count("Hors du total") == 1
    assert (
        texts(open_app(demo_store, PREVISIONS, vue="Jour par jour", cantine=other["label"])).count("Hors du total") == 1
    )
