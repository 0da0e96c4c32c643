"""Qualité des prévisions and “Pourquoi ce nombre ?”: what they say without a run, without a past, without terms."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.store import Store
from tests.conftest import COUNT_AGAIN
from tests.pages.conftest import Open, texts

QUALITY = "pages/mission/qualite_previsions.py"
PREVISIONS = "pages/cuisine/semaine.py"


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
    assert "(une cantine, un jour) au journal du " in said
    assert "Plus juste que le prévu des gestionnaires ? Oui. " in said
    assert "Écart de la prévision 1,0 %" in said
    assert "Fourchette tenue 100,0 %" in said


# tab, its first heading, number of charts, least number of tables, parts of the tables of its charts, once opened
TABS = [
    ("Méthodes", "Quelle méthode s’écarte le moins\u00a0?", 0, 1, 0),
    ("Par mois", "Est-ce vrai tous les mois\u00a0?", 1, 0, 5),
    ("Par avance", "Que gagne-t-on à prévoir plus près du jour\u00a0?", 0, 1, 0),
    ("Par cantine", "Est-ce vrai dans toutes les cantines\u00a0?", 0, 1, 0),
    ("Fourchette", "La fourchette tient-elle sa promesse, 4\u00a0jours sur\u00a05\u00a0?", 1, 0, 5),
    ("Pires jours", "Quels jours la ville s’est-elle le plus écartée\u00a0?", 1, 0, 3),
    ("Pires cantines", "Quelles journées de cantine\u00a0?", 0, 1, 0),
    ("Archive", "Ce qui avait été annoncé s’est-il produit\u00a0?", 0, 0, 0),
]


def test_a_link_opens_each_detail_with_its_sentence_and_its_table(open_app: Open, demo_file: Path) -> None:
    for tab, heading, charts, tables, parts in TABS:
        app = open_app(demo_file, QUALITY, detail=tab)
        assert not app.exception
        assert app.header[0].value == heading
        assert len(app.get("plotly_chart")) == charts
        assert all(chart.proto.alt for chart in app.get("plotly_chart"))
        before = len(app.dataframe)
        assert before >= tables
        expanders = [key for key in app.session_state if key.startswith("tableau_") and app.get("plotly_chart")]
        for key in expanders:
            app.session_state[key] = True
        assert len(app.run().dataframe) - before == parts, tab


def test_a_run_of_before_leads_were_kept_asks_for_a_new_one(open_app: Open, demo_store: Path) -> None:
    change(demo_store, "UPDATE forecast_runs SET specification = json_merge_patch(specification, '{\"leads\": null}')")
    app = open_app(demo_store, QUALITY, detail="Par avance")
    assert not app.exception
    assert "n’a pas gardé l’avance de ses prévisions" in texts(app)


def test_an_archive_that_met_no_day_yet_says_which_one_it_waits_for(open_app: Open, demo_file: Path) -> None:
    said = texts(open_app(demo_file, QUALITY, detail="Archive"))
    assert "Aucune prévision gardée n’a encore rencontré la réalité." in said
    assert "dès qu’ils seront déposés." in said


EARLIER_RUN = """
INSERT INTO forecast_runs
SELECT run_id - 1, started_at, finished_at, data_version, last_service_on - 42, specification FROM forecast_runs;
INSERT INTO forecasts BY NAME SELECT * REPLACE (run_id - 1 AS run_id, date - 42 AS date) FROM forecasts
"""


def test_what_was_announced_stands_beside_what_happened_for_the_city_and_for_a_canteen(
    open_app: Open, demo_store: Path
) -> None:
    change(demo_store, "UPDATE forecast_runs SET run_id = 900; UPDATE forecasts SET run_id = 900")
    change(demo_store, EARLIER_RUN)
    change(demo_store, "UPDATE backtests SET run_id = 900")
    app = open_app(demo_store, QUALITY, detail="Archive")
    assert not app.exception
    said = texts(app)
    assert "ce qui a été annoncé s’écarte des repas servis : trois semaines avant, de " in said
    assert "3 semaines avant, du " in said
    assert "calculée après le jour lui-même" in said
    assert "Toutes les cantines : " in said
    assert len(app.get("plotly_chart")) == 1
    labels = [button.label for button in app.get("download_button")]
    assert any(label.startswith("Télécharger toute l’archive par cantine et par jour, ") for label in labels)
    canteen = str(app.selectbox(key="cantine").options[1])
    app.selectbox(key="cantine").set_value(canteen)
    assert f"{canteen} : " in texts(app.run())


def test_a_canteen_judged_on_one_day_has_a_page_too(open_app: Open, demo_store: Path) -> None:
    change(demo_store, "DELETE FROM backtests WHERE (canteen, date) <> (SELECT (canteen, date) FROM backtests LIMIT 1)")
    app = open_app(demo_store, QUALITY)
    assert not app.exception
    assert "Jugé sur 1 journée de cantine sur " in texts(app)


def test_a_link_explains_the_number_of_a_canteen_and_a_day(open_app: Open, demo_store: Path) -> None:
    canteen = str(open_app(demo_store, PREVISIONS, vue="Jour par jour").selectbox(key="cantine").options[1])
    days = open_app(demo_store, PREVISIONS, vue="Jour par jour").selectbox(key="jour").options
    app = open_app(demo_store, PREVISIONS, vue="Jour par jour", cantine=canteen, jour=days[3])
    said = texts(app)
    assert f"{canteen}, " in said
    assert "100 repas attendus, soit 4 de moins que le niveau habituel (104), surtout à cause du jour" in said
    assert ": 107 repas conseillés ; 100 repas attendus, entre 80 et 120." in said


def test_a_canteen_without_terms_says_so_and_keeps_its_forecast(open_app: Open, demo_store: Path) -> None:
    change(demo_store, "DELETE FROM forecast_terms")
    app = open_app(demo_store, PREVISIONS, vue="Jour par jour")
    assert not app.exception
    assert "Pas encore d’explication pour ce lieu" in texts(app)
    assert len(app.get("plotly_chart")) == 1


def test_a_plan_far_from_the_quantity_is_told_on_the_page(open_app: Open, demo_store: Path) -> None:
    change(demo_store, "UPDATE forecasts SET lower = 99, upper = 101 WHERE target = 'meals_served'")
    change(
        demo_store,
        "INSERT INTO log_rows (deposit_id, line, site, site_kind, date, meals_planned)"
        " SELECT (SELECT max(deposit_id) FROM deposits WHERE kind = 'log' AND active), 1000000 + row_number() OVER (),"
        " site, site_kind, (SELECT min(date) FROM forecasts), 1 FROM service_points;" + COUNT_AGAIN,
    )
    app = open_app(demo_store, PREVISIONS, vue="Jour par jour")
    assert not app.exception
    assert "Prévu loin de la quantité conseillée" in texts(app)
