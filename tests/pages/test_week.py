"""The kitchen's week and the announcements, on their pages: figures, signs, answers, and the words of the canteens."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from data.access.rights import Person
from data.announcements import read, thread
from data.announcements.announce import Announcement, announce
from data.clock import today_in_paris
from data.deposit.edits import record
from data.queries.forecasts import runs
from data.store import Store
from tests.conftest import made_once
from tests.pages.conftest import Open, add_forecasts, texts
from ui import session
from ui.access import TRIED_CANTEENS, TRIED_ROLE
from ui.kit import announced
from ui.week import grid
from ui.week.days import ORDER, PLACE, PRODUCE

SEMAINE, MA_CANTINE = "pages/cuisine/semaine.py", "pages/cantine/ma_cantine.py"
PRODUCTION = "pages/cuisine/production.py"
VIEWS = ("Fiche du jour", "Bons de livraison", "Produits et retours", "Nos écarts")
MISSION = Person("mission", "mission")
FORBIDDEN = re.compile(
    r"surproduction|wape|intervalles?\b|points? de service|quantile|probabilit|dashboard|deadline|workflow|ticket",
    re.IGNORECASE,
)


@pytest.fixture(scope="session")
def demo_now(demo_of_today: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the path of a closed store with the demonstration of today and forecasts of 100 meals everywhere."""
    path = made_once(tmp_path_factory, "demo_now_empty", lambda _: None).with_name("demo_now.duckdb")
    if not path.exists():
        part = Path(shutil.copy(demo_of_today, path.with_suffix(".part")))
        store = Store(part)
        add_forecasts(store)
        store.close()
        part.rename(path)
    return path


@pytest.fixture
def city(demo_now: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(demo_now, tmp_path / "city.duckdb"))


def coming() -> list[date]:
    run = runs.latest_run(session.opened())
    assert run
    return [day for day in runs.forecast_days(session.opened(), run.run_id) if day >= today_in_paris()]


def table(app: AppTest) -> pd.DataFrame:
    """Return the grid, by canteen."""
    frame = app.dataframe[0].value
    return frame.set_index(frame.columns[0])


def cell(app: AppTest, place: str, day: date, name: str) -> object:
    return table(app).loc[place, (f"{announced.day(day)[:3]}. {day:%d/%m}", name)]


def total(app: AppTest, day: date) -> int:
    """Return what the city must prepare on a day, as the page says it."""
    start = re.escape(announced.day(day).capitalize().replace("\u00a0", " "))
    found = re.search(rf"{start} : préparer ([\d ]+) \(", texts(app))
    assert found
    return int(found[1].replace(" ", ""))


def first_canteen() -> tuple[str, str]:
    row = session.opened().read("SELECT name, label FROM canteens ORDER BY label COLLATE FR LIMIT 1").iloc[0]
    return str(row["name"]), str(row["label"])


def test_45_fewer_change_the_cell_of_the_day_and_the_city_by_45_and_are_marked(open_app: Open, city: Path) -> None:
    app = open_app(city, SEMAINE)
    assert not app.exception
    key, label = first_canteen()
    day = coming()[1]
    app.selectbox(key="semaine").select_index(_week_of(app, day)).run()
    before = total(app, day)
    # The totals come first.
    titles = [header.value.replace("\u00a0", " ") for header in app.header]
    assert titles == [
        "Que commander ?",
        "Que disent les cantines ?",
        "Pour quelles cantines ?",
    ]
    assert (cell(app, label, day, grid.PREPARE), cell(app, label, day, grid.EXPECTED)) == (107, "100")
    announce(session.opened(), MISSION, Announcement(key, day, "outing", -45, "Musée"))
    app.run()
    assert cell(app, label, day, grid.PREPARE) == 107 - 45
    assert str(cell(app, label, day, grid.EXPECTED)).split(" ")[0] == "55"
    assert "✉" in str(cell(app, label, day, grid.EXPECTED))
    assert total(app, day) == before - 45
    assert len(table(app)) == len(session.opened().read("SELECT 1 FROM canteens"))


def _week_of(app: AppTest, day: date) -> int:
    mondays = [announced.day(day - pd.Timedelta(days=day.weekday()))]
    return next(place for place, label in enumerate(app.selectbox(key="semaine").options) if mondays[0] in label)


def test_a_closed_canteen_says_so_in_its_cell(open_app: Open, city: Path) -> None:
    app = open_app(city, SEMAINE, vue=PRODUCE)
    key, label = first_canteen()
    day = coming()[1]
    announce(session.opened(), MISSION, Announcement(key, day, "closure"))
    app.run()
    assert str(cell(app, label, day, grid.EXPECTED)).startswith("fermée ✉")
    assert pd.isna(cell(app, label, day, grid.PREPARE))


def test_one_goes_from_week_to_week_up_to_three_ahead_and_the_address_keeps_it(open_app: Open, city: Path) -> None:
    app = open_app(city, SEMAINE)
    weeks = app.selectbox(key="semaine").options
    assert 3 <= len(weeks) <= 4
    assert app.button(key="semaine_←").disabled
    app.button(key="semaine_→").click().run()
    assert app.selectbox(key="semaine").value == weeks[1]
    linked = open_app(city, SEMAINE, semaine=weeks[2])
    assert linked.selectbox(key="semaine").value == weeks[2]
    assert not linked.exception


def test_subtotals_add_up_and_a_search_keeps_the_canteens_it_names(open_app: Open, city: Path) -> None:
    app = open_app(city, SEMAINE)
    app.toggle(key="sous_totaux").set_value(True).run()
    day = next(iter(table(app).columns))[0]
    counts = session.opened().read("SELECT kind, count(*) AS canteens FROM canteens GROUP BY kind ORDER BY kind")
    sheet = next(block.value for block in app.get("html") if "Maternelles" in block.value)
    shown = [int(re.sub(r"\D", "", text)) for text in re.findall(r'class="name number">([^<]*)<', sheet)]
    days = len({name[0] for name in table(app).columns})
    kinds = shown[: len(counts) * days : days]
    assert sum(kinds) == table(app)[day, grid.PREPARE].sum() == shown[-days]
    _, label = first_canteen()
    app.text_input(key="chercher").set_value(label.upper()).run()
    assert table(app).index.tolist() == [label]
    assert "1 cantine sur" in texts(app)
    app.text_input(key="chercher").set_value("zzzz").run()
    assert not app.exception


def test_what_the_quantity_leaves_out_of_the_meals_expected_is_said(open_app: Open, city: Path) -> None:
    assert "ne rattache encore" not in texts(open_app(city, SEMAINE))
    with session.opened().write("test", "forecast", {}) as cursor:
        cursor.execute(
            "UPDATE forecasts SET point = 75.4 + (SELECT sum(point) FROM forecasts AS one"
            " WHERE one.date = forecasts.date"
            " AND one.target = 'meals_served' AND one.canteen IS NOT NULL)"
            " WHERE canteen IS NULL AND target = 'meals_served'"
        )
    assert "« Préparer » ne compte pas environ 75 repas attendus par jour" in texts(open_app(city, SEMAINE))


def test_a_click_on_a_cell_opens_the_day_of_the_canteen_with_its_reasons(open_app: Open, city: Path) -> None:
    app = open_app(city, SEMAINE)
    _, label = first_canteen()
    day = next(one for one in coming() if (one - today_in_paris()).days < 8)
    app.selectbox(key="semaine").select_index(_week_of(app, day))
    app.session_state[grid.OPENED] = (label, day)
    app.run()
    assert not app.exception
    said = texts(app)
    assert f"{label}, {announced.day(day)} : préparer " in said.replace("\u00a0", " ")
    assert re.search(r"préparer 107 \(attendus 100, (prévu \d+, )?entre 80 et 120\)\.", said)
    assert "104 repas" in said or "niveau habituel" in said
    app.button(key="jour_suite").click().run()
    assert app.selectbox(key="cantine").value == label
    assert app.selectbox(key="jour").value == f"{day:%d/%m/%Y}"


def test_the_day_of_a_canteen_says_declared_events_in_words_apart_from_announcements(
    open_app: Open, city: Path
) -> None:
    app = open_app(city, SEMAINE)
    key, label = first_canteen()
    day = next(one for one in coming() if (one - today_in_paris()).days < 8)
    line = {"date_debut": day, "date_fin": day, "cantine_nom": key}
    lines = [
        {**line, "type": "fête", "libelle": "Kermesse"},
        {**line, "type": "autre", "libelle": "Stage", "effet_pourcent": 25},
        {**line, "type": "grève", "cantine_nom": None, "effet_pourcent": -10},
        {**line, "type": "sortie"},
    ]
    assert record(session.opened(), "events", lines, MISSION).saved
    announce(session.opened(), MISSION, Announcement(key, day, "other", 12, "Stagiaires"))
    app.session_state[grid.OPENED] = (label, day)
    app.selectbox(key="semaine").select_index(_week_of(app, day)).run()
    assert not app.exception
    said = texts(app)
    assert re.findall(r"Annoncé : ([^.]*)\.", said) == ["+12 repas"]
    declared = re.findall(r"Déclaré : ([^.]*)\.", said)
    assert {"Autre (Stage), +25 % attendus", "Grève, −10 % attendus"} < set(declared)
    assert sorted(text.split(",")[0] for text in declared) == ["Autre (Stage)", "Fête (Kermesse)", "Grève", "Sortie"]
    assert all(text.split(", ", 1)[1] for text in declared)


def test_what_changed_since_the_order_is_said_only_where_the_order_is_known(open_app: Open, city: Path) -> None:
    app = open_app(city, SEMAINE, vue=PRODUCE)
    assert grid.GAP not in {name for _, name in table(app).columns}
    day = coming()[0]
    with session.opened().write("test", "forecast", {}) as cursor:
        cursor.execute(
            "INSERT INTO forecast_runs SELECT * REPLACE (0 AS run_id, $day::DATE - 25 AS last_service_on)"
            " FROM forecast_runs LIMIT 1",
            {"day": day},
        )
        cursor.execute(
            "INSERT INTO forecasts SELECT * REPLACE (0 AS run_id, 110 AS recommended) FROM forecasts WHERE date = $day",
            {"day": day},
        )
    app.run()
    _, label = first_canteen()
    assert cell(app, label, day, grid.GAP) == -3
    app.session_state[grid.OPENED] = (label, day)
    app.run()
    assert "−3 depuis la commande (110)." in texts(app)


def as_role(app: AppTest, role: str, *canteens: str) -> None:
    app.session_state[TRIED_ROLE] = role
    app.session_state[TRIED_CANTEENS] = list(canteens)
    app.switch_page("pages/aide/guide.py").run()  # open to every role


def test_a_canteen_announces_the_kitchen_sees_accepts_and_answers_and_both_read_it(open_app: Open, city: Path) -> None:
    app = open_app(city, "pages/aide/guide.py")
    key, label = first_canteen()
    as_role(app, "cantine", key)
    app.switch_page(MA_CANTINE).run()
    assert "Vous n’avez rien annoncé ces jours-ci." in texts(app)
    app.segmented_control(key="annonce_quoi_0").set_value("Sortie").run()
    day = coming()[-1]
    app.segmented_control(key="annonce_jour_0").set_value("Autre jour").run()
    app.selectbox(key="annonce_autre_jour_0").set_value(coming()[8]).run()
    assert day not in app.selectbox(key="annonce_autre_jour_0").options
    app.number_input(key="annonce_repas_0").set_value(45).run()
    assert ": 107 → 62 repas à préparer." in texts(app)
    app.text_input(key="annonce_mot_0").set_value("CM2 au *musée*").run()
    app.button(key="annonce_envoyer").click().run()
    assert not app.exception
    assert ": sortie, −45 repas (CM2 au *musée*). Nouveau" in texts(app)

    as_role(app, "cuisine")
    app.switch_page(SEMAINE).run()
    assert not app.exception
    assert f"{label}, " in texts(app) and "1 annonce attend une réponse." in texts(app)
    app.text_input(key="annonce_reponse_1").set_value("Merci, c’est noté").run()
    app.button(key="annonce_envoyer_1").click().run()
    assert "Aucune annonce n’attend de réponse." in texts(app)
    assert read.threads(session.opened(), MISSION, today_in_paris()).iloc[0]["answer"] == "Merci, c’est noté"

    as_role(app, "cantine", key)
    app.switch_page(MA_CANTINE).run()
    assert re.search(r"Vue le \w+ \d.*Réponse de la cuisine, .* : Merci, c’est noté", texts(app))
    app.button(key="annonce_retirer_1").click().run()
    assert re.search(r"Retirée le \w+ \d", texts(app))


def test_ten_fewer_on_a_coming_day_take_four_clicks_from_the_page_of_the_canteen(open_app: Open, city: Path) -> None:
    app = open_app(city, "pages/aide/guide.py")
    key, _ = first_canteen()
    as_role(app, "cantine", key)
    app.switch_page(MA_CANTINE).run()
    day = coming()[2]
    app.segmented_control(key="annonce_jour_0").set_value(announced.short_day(day)).run()  # one click
    less = app.number_input(key="annonce_ecart_0")
    less.decrement().run()
    app.number_input(key="annonce_ecart_0").decrement().run()  # three
    app.button(key="annonce_envoyer").click().run()  # four
    assert not app.exception
    assert f"{announced.day(day).capitalize()} : −10 repas. Nouveau" in texts(app)


def test_a_manager_reads_the_days_to_come_of_their_own_canteen_without_leaving_their_page(
    open_app: Open, city: Path
) -> None:
    app = open_app(city, "pages/aide/guide.py")
    as_role(app, "cantine", first_canteen()[0])
    app.switch_page(MA_CANTINE).run()
    (table,) = [one.value for one in app.html if "Sans doute entre" in one.value]
    assert table.count("<tr>") == 1 + 9 and announced.day(coming()[2]).capitalize() in table
    assert not [link for link in app.get("page_link") if "jours suivants" in link.proto.label]


def test_an_announcement_is_seen_when_somebody_of_the_kitchen_says_so_and_not_by_an_open_page(
    open_app: Open, city: Path
) -> None:
    app = open_app(city, "pages/aide/guide.py")
    key, _ = first_canteen()
    announce(session.opened(), MISSION, Announcement(key, coming()[8], "outing", -20))
    as_role(app, "cuisine")
    app.switch_page(SEMAINE).run()
    app.run()  # as the timer does
    assert ": sortie, −20 repas. Nouveau" in texts(app)
    announce(session.opened(), MISSION, Announcement(key, coming()[9], "outing", -30))  # not on the page yet
    app.button(key="annonces_vues").click().run()
    assert read.threads(session.opened(), MISSION, today_in_paris())["seen_at"].isna().tolist() == [True, False]
    assert app.button(key="annonces_vues").label == "J’ai vu (1)"
    app.button(key="annonces_vues").click().run()
    assert not [button for button in app.button if button.key == "annonces_vues"]
    assert not app.exception


def test_an_accepted_announcement_that_is_withdrawn_stands_at_the_top_until_the_kitchen_saw_it(
    open_app: Open, city: Path
) -> None:
    app = open_app(city, "pages/aide/guide.py")
    key, _ = first_canteen()
    day = coming()[0]
    announce(session.opened(), MISSION, Announcement(key, day, "outing", -45))
    as_role(app, "cuisine")
    app.switch_page(SEMAINE).run()
    app.button(key="annonce_accepter_1").click().run()
    assert "retirée" not in texts(app)
    thread.withdraw(session.opened(), MISSION, 1)
    app.run()
    assert re.search(
        r"1 annonce vient d’être retirée.* : sortie, −45 repas\. Retirée le .* ; trop tard : la commande est partie",
        texts(app), re.DOTALL,
    )  # fmt: skip
    app.button(key="annonces_vues").click().run()
    assert not app.exception
    assert "vient d’être retirée" not in texts(app)
    assert "Retirée le" in texts(app)  # among the others


def test_a_correction_is_said_to_replace_what_was_announced_before_it_is_sent(open_app: Open, city: Path) -> None:
    app = open_app(city, "pages/aide/guide.py")
    key, _ = first_canteen()
    day = coming()[8]
    announce(session.opened(), MISSION, Announcement(key, day, "outing", -20))
    as_role(app, "cantine", key)
    app.switch_page(MA_CANTINE).run()
    app.segmented_control(key="annonce_quoi_0").set_value("Sortie").run()
    app.segmented_control(key="annonce_jour_0").set_value("Autre jour").run()
    app.selectbox(key="annonce_autre_jour_0").set_value(day).run()
    app.number_input(key="annonce_repas_0").set_value(25).run()
    assert "Déjà annoncé pour ce jour : sortie, −20 repas. Votre nouvelle annonce la remplace." in texts(app)
    assert ": 87 → 82 repas à préparer." in texts(app)
    app.button(key="annonce_envoyer").click().run()
    assert not app.exception
    assert read.threads(session.opened(), MISSION, day)[["meals", "active"]].to_numpy().tolist() == [
        [-25, True], [-20, False],
    ]  # fmt: skip


def test_the_kitchen_accepts_in_one_click_and_writes_notes_that_the_canteens_read(open_app: Open, city: Path) -> None:
    app = open_app(city, "pages/aide/guide.py")
    key, _ = first_canteen()
    announce(session.opened(), MISSION, Announcement(key, coming()[8], "other", 12, "12 stagiaires"))
    as_role(app, "cuisine")
    app.switch_page(SEMAINE).run()
    app.button(key="annonce_accepter_1").click().run()
    assert "Acceptée le" in texts(app)
    app.text_area(key="mot_texte_0").set_value("Livraison à 11 h 30").run()
    app.button(key="mot_envoyer").click().run()
    assert "Toutes les cantines, " in texts(app) and "Livraison à 11 h 30" in texts(app)
    as_role(app, "cantine", key)
    app.switch_page(MA_CANTINE).run()
    assert "La cuisine vous écrit : Livraison à 11 h 30" in texts(app)
    assert "Acceptée le" in texts(app)


def test_what_is_refused_is_said_and_writes_nothing(open_app: Open, city: Path) -> None:
    app = open_app(city, "pages/aide/guide.py")
    as_role(app, "cuisine")
    app.switch_page(SEMAINE).run()
    before = session.opened().version()
    app.button(key="mot_envoyer").click().run()
    assert not app.exception
    assert session.opened().version() == before
    assert any("caractères" in str(toast.value) for toast in app.toast)


def test_the_committee_reads_the_announcements_and_answers_none(open_app: Open, city: Path) -> None:
    app = open_app(city, "pages/aide/guide.py")
    key, label = first_canteen()
    announce(session.opened(), MISSION, Announcement(key, coming()[8], "closure"))
    as_role(app, "comite")
    app.switch_page(SEMAINE).run()
    assert f"{label}, " in texts(app) and "fermée, aucun repas. Nouveau" in texts(app)
    assert not [button for button in app.button if button.label in ("Accepter", "Envoyer aux cantines")]


@pytest.mark.parametrize(
    ("page", "query"), [(SEMAINE, {"vue": ORDER}), (SEMAINE, {"vue": PRODUCE}), (SEMAINE, {"vue": PLACE}),
                        (MA_CANTINE, {}), ("pages/cantine/saisie.py", {}),
                        *((PRODUCTION, {"volet": view}) for view in VIEWS)],
)  # fmt: skip
def test_the_pages_of_canteens_and_kitchen_speak_their_words(
    open_app: Open, city: Path, page: str, query: dict[str, str]
) -> None:
    app = open_app(city, page, **query)
    key, _ = first_canteen()
    announce(session.opened(), MISSION, Announcement(key, coming()[8], "outing", -45))
    app.run()
    shown = "\n".join(block.value for block in app.get("html") if "<style" not in block.value)
    for kind in ("button", "selectbox", "toggle", "text_input", "segmented_control", "expander", "header"):
        shown += "\n" + "\n".join(str(getattr(one, "label", "") or getattr(one, "value", "")) for one in app.get(kind))
    assert not FORBIDDEN.findall(shown)
