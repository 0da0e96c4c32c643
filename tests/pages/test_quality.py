"""Qualité des prévisions and “Pourquoi ce nombre ?”: what they say without a run, without a past, without terms."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.store import Store
from tests.pages.conftest import Open, texts

QUALITY = "pages/mission/qualite_previsions.py"
PREVISIONS = "pages/cuisine/previsions.py"


def change(path: Path, statement: str) -> None:
    store = Store(path)
    with store.write("test", "change", {}) as cursor:
        cursor.execute(statement)
    store.close()


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DELETE FROM forecast_runs", "Aucune prévision n’est encore calculée"),
        ("DELETE FROM backtests", "n’a pas pu juger de prévisions passées"),
        ("UPDATE backtests SET meals_planned = NULL", "n’a pas pu juger de prévisions passées"),
    ],
)
def test_without_a_judged_past_the_page_says_what_to_do(
    open_app: Open, demo_store: Path, statement: str, said: str
) -> None:
    change(demo_store, statement)
    app = open_app(demo_store, QUALITY)
    assert not app.exception
    assert said in texts(app)
    assert not app.get("plotly_chart")


def test_the_figures_are_told_with_what_they_are_over(open_app: Open, demo_store: Path) -> None:
    app = open_app(demo_store, QUALITY)
    said = texts(app)
    assert "journées de cantine (une cantine, un jour) du " in said
    assert "Écart de la prévision 1,0 %" in said
    assert "Intervalle tenu 100,0 %" in said


def test_a_canteen_judged_on_one_day_has_a_page_too(open_app: Open, demo_store: Path) -> None:
    change(demo_store, "DELETE FROM backtests WHERE (canteen, date) <> (SELECT (canteen, date) FROM backtests LIMIT 1)")
    app = open_app(demo_store, QUALITY)
    assert not app.exception
    assert "Jugé sur 1 journée de cantine" in texts(app)


def test_a_link_explains_the_number_of_a_canteen_and_a_day(open_app: Open, demo_store: Path) -> None:
    canteen = str(open_app(demo_store, PREVISIONS).selectbox(key="cantine").options[1])
    days = open_app(demo_store, PREVISIONS).selectbox(key="jour").options
    app = open_app(demo_store, PREVISIONS, cantine=canteen, jour=days[3])
    said = texts(app)
    assert f"{canteen}, " in said
    assert "100 repas attendus, soit 4 de moins que le niveau habituel (104), surtout à cause du jour" in said
    assert ": 107 repas conseillés ; 100 repas attendus, entre 80 et 120." in said


def test_a_canteen_without_terms_says_so_and_keeps_its_forecast(open_app: Open, demo_store: Path) -> None:
    change(demo_store, "DELETE FROM forecast_terms")
    app = open_app(demo_store, PREVISIONS)
    assert not app.exception
    assert "Pas encore d’explication pour ce lieu" in texts(app)
    assert len(app.get("plotly_chart")) == 1


def test_a_plan_far_from_the_quantity_is_told_on_the_page(open_app: Open, demo_store: Path) -> None:
    change(demo_store, "UPDATE forecasts SET lower = 99, upper = 101 WHERE target = 'meals_served'")
    change(
        demo_store,
        "INSERT INTO log_rows (deposit_id, line, site, site_kind, date, meals_planned)"
        " SELECT (SELECT max(deposit_id) FROM deposits WHERE kind = 'log' AND active), 1000000 + row_number() OVER (),"
        " site, site_kind, (SELECT min(date) FROM forecasts), 1 FROM service_points",
    )
    app = open_app(demo_store, PREVISIONS)
    assert not app.exception
    assert "Prévu loin de la quantité conseillée" in texts(app)
