"""What people do on the pages: deposit, filter, attach a label, leave the demonstration."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from data.clock import today_in_paris
from data.deposit.apply import apply
from data.store import Store
from tests.pages.conftest import Open, open_parts, texts
from ui import session

DEPOT, GASPILLAGE = "pages/cantine/depot.py", "pages/comite/gaspillage.py"
SYNTHESE = "pages/comite/synthese.py"
DONNEES, PREVISIONS = "pages/mission/donnees.py", "pages/cuisine/semaine.py"
HEADER = "site_nom;site_type;date;prevision;reel\n"


def log_file(lines: list[str]) -> tuple[str, bytes, str]:
    return ("journal.csv", (HEADER + "\n".join(lines)).encode(), "text/csv")


def count(path: Path, table: str) -> int:
    store = Store(path)
    rows = len(store.read(f"SELECT * FROM {table}"))
    store.close()
    return rows


def release() -> None:

    session.close()


def test_a_file_is_read_before_it_is_applied_and_the_figures_follow(open_app: Open, empty_store: Path) -> None:
    app = open_app(empty_store, DEPOT)
    lines = ["Alpha;M;05/09/2016;110;100", "Alpha;M;06/09/2016;90;100", "Alpha;M;07/09/2016;abc;100"]
    app.file_uploader[0].set_value(log_file(lines)).run()
    assert not app.exception
    assert "3 lignes : 2 acceptées, 1 rejetée." in texts(app)
    assert "Aucun fichier n’a encore été déposé." in texts(app)

    next(button for button in app.button if button.label == "Enregistrer ces données").click().run()
    assert not app.exception
    assert "C’est enregistré" in texts(app)
    assert not app.file_uploader[0].value

    app.switch_page(GASPILLAGE).run()
    assert not app.exception
    figures = {metric.label: metric.value.replace("\u00a0", " ") for metric in app.metric}
    assert figures["Surproduction"] == "0,0 %"
    assert figures["Repas en trop"] == "5,0 %"
    assert figures["Repas manquants"] == "5,0 %"


def test_a_cancelled_file_leaves_nothing(open_app: Open, empty_store: Path) -> None:
    app = open_app(empty_store, DEPOT)
    app.file_uploader[0].set_value(log_file(["Alpha;M;05/09/2016;110;100"])).run()
    next(button for button in app.button if button.label == "Annuler").click().run()
    assert not app.file_uploader[0].value
    release()
    assert count(empty_store, "deposits") == 0


@pytest.mark.parametrize(
    ("name", "content"),
    [("photo.csv", b"\x89PNG\r\n\x1a\n" + bytes(40)), ("vide.csv", b""), ("inconnu.csv", b"nom;valeur\na;1\n")],
)
def test_a_refused_file_says_why_and_is_not_written(
    open_app: Open, empty_store: Path, name: str, content: bytes
) -> None:
    app = open_app(empty_store, DEPOT)
    app.file_uploader[0].set_value((name, content, "text/csv")).run()
    assert not app.exception
    assert "Ce fichier est refusé" in texts(app)
    assert not [button for button in app.button if button.label == "Enregistrer ces données"]


def test_names_in_a_file_are_never_read_as_markup(open_app: Open, empty_store: Path) -> None:
    evil = "<img src=http://x.example/a.png> ![](http://x.example/b.png)"
    app = open_app(empty_store, DEPOT)
    app.file_uploader[0].set_value(log_file([f"{evil};M;05/09/2016;110;100"])).run()
    next(button for button in app.button if button.label == "Enregistrer ces données").click().run()
    app.switch_page(GASPILLAGE).run()
    assert not app.exception
    assert not [element for element in app.html if "<img" in element.value]
    assert not [element for element in app.markdown if "x.example" in element.value]


def test_a_wrong_value_in_the_address_falls_back_to_the_latest_year(open_app: Open, demo_file: Path) -> None:
    app = open_app(demo_file, GASPILLAGE, annee="1066-1067", lieu="<script>", periode="jamais")
    assert not app.exception
    choices = {box.label: box for box in app.selectbox}
    assert choices["Année scolaire"].value == choices["Année scolaire"].options[0]
    assert choices["Lieu"].value == "Toutes les cantines"


def test_a_wrong_value_in_the_address_is_said_as_text(open_app: Open, demo_file: Path) -> None:
    app = open_app(demo_file, GASPILLAGE)
    # AppTest changes page with an empty address: the value comes with the next run.
    app.query_params.update({"annee": "1066-1067", "lieu": "<script>"})
    app.run()
    assert not app.exception
    said = [warning.value.replace("\\", "") for warning in app.warning]
    for value in ("1066-1067", "<script>"):
        assert f"Filtre inconnu dans l’adresse, ignoré\u00a0: «\u00a0{value}\u00a0»" in said
    assert not [warning for warning in app.warning if "<script>" in warning.value]


def test_a_known_value_in_the_address_is_not_called_unknown(open_app: Open, demo_file: Path) -> None:
    app = open_app(demo_file, GASPILLAGE, lieu="Toutes les cantines")
    assert "Filtre inconnu" not in texts(app)


def test_every_filter_of_the_page_changes_its_figures(open_app: Open, demo_file: Path) -> None:
    app = open_app(demo_file, GASPILLAGE)
    seen = {texts(app)}
    for label, position in [("Année scolaire", 1), ("Période", 1), ("Lieu", 1), ("Lieu", -1), ("Année scolaire", -1)]:
        box = next(box for box in app.selectbox if box.label == label)
        box.set_value(box.options[position]).run()
        assert not app.exception
        seen.add(texts(app))
    assert len(seen) == 6


def deposit(app: AppTest, name: str, content: str) -> None:
    app.file_uploader[0].set_value((name, content.encode(), "text/csv")).run()
    next(button for button in app.button if button.label == "Enregistrer ces données").click().run()
    assert not app.exception


@pytest.mark.parametrize("page", [GASPILLAGE, SYNTHESE, DONNEES])
def test_days_without_any_meal_served_say_so(open_app: Open, empty_store: Path, page: str) -> None:
    app = open_app(empty_store, DEPOT)
    deposit(app, "journal.csv", HEADER + "Alpha;M;05/09/2016;110;0\nAlpha;M;06/09/2016;90;0\n")
    app.switch_page(page).run()
    assert not app.exception
    assert app.info


def test_a_dish_of_every_day_is_compared_with_nothing(open_app: Open, empty_store: Path) -> None:
    app = open_app(empty_store, DEPOT)
    days = [f"{day:02d}/09/2016" for day in (5, 6, 8, 9, 12, 13, 15, 16, 19)]
    deposit(app, "journal.csv", HEADER + "".join(f"Alpha;M;{day};110;100\n" for day in days))
    deposit(app, "menus.csv", "date;rang;plat\n" + "".join(f"{day};2;Riz\n" for day in days))
    app.switch_page(GASPILLAGE).run()
    assert not app.exception
    assert "Aucun plat n’est comparable" in texts(open_parts(app))


def test_the_whole_history_is_not_compared_with_itself(open_app: Open, demo_file: Path) -> None:
    years = open_app(demo_file, GASPILLAGE).selectbox(key="annee").options
    assert "Tout l’historique" in years
    assert open_app(demo_file, SYNTHESE).selectbox(key="annee").options == years[:-1]


def test_the_history_shown_to_canteens_has_their_own_lines_and_names_nobody(open_app: Open, demo_store: Path) -> None:
    store = Store(demo_store)
    site, kind, canteen = store.read("SELECT * FROM service_points WHERE canteen IS NOT NULL LIMIT 1").iloc[0]
    apply(store, "journal.csv", f"site_nom;site_type;date;reel\n{site};{kind};02/11/2026;99\n".encode(), "max@ville.fr")
    with store.write("test", "user", {}) as cursor:
        cursor.execute("INSERT INTO users (email, role) VALUES ('cantine@ville.fr', 'cantine')")
        cursor.execute("INSERT INTO user_canteens VALUES ('cantine@ville.fr', $canteen)", {"canteen": canteen})
    store.close()
    app = open_app(demo_store, DEPOT, role="cantine")
    history = next(table.value for table in app.dataframe if "Fichier" in table.value.columns)
    assert history["Par"].tolist() == ["un autre compte"]


def test_a_label_is_attached_to_a_canteen_and_leaves_the_list(open_app: Open, demo_store: Path) -> None:
    app = open_app(demo_store, DONNEES)
    boxes = {box.label: box for box in app.selectbox}
    left = len(boxes["Point de service"].options)
    boxes["Cantine"].set_value(boxes["Cantine"].options[0])
    next(button for button in app.button if button.label == "Rattacher").click().run()
    assert not app.exception
    still = next((box for box in app.selectbox if box.label == "Point de service"), None)
    assert (len(still.options) if still else 0) == left - 1


def test_leaving_the_demonstration_asks_first(open_app: Open, demo_store: Path) -> None:
    # The browser journey confirms for good: AppTest does not keep a dialog open between two runs.
    app = open_app(demo_store, DONNEES)
    next(button for button in app.button if button.label == "Repartir d’une base vide").click().run()
    assert not app.exception
    assert "Effacer la démonstration" in [button.label for button in app.button]
    assert "Données de démonstration" in texts(app)


def test_forecasts_older_than_the_data_are_said_to_be(open_app: Open, demo_store: Path) -> None:
    app = open_app(demo_store, PREVISIONS, vue="Jour par jour")
    assert "Des données ont changé" not in texts(app)
    app.switch_page(DEPOT).run()
    day = today_in_paris() - timedelta(days=1)
    app.file_uploader[0].set_value(log_file([f"Nouveau;M;{day:%d/%m/%Y};110;100"])).run()
    next(button for button in app.button if button.label == "Enregistrer ces données").click().run()
    app.switch_page(PREVISIONS).run()
    assert "Des données ont changé depuis ces prévisions" in texts(app)


def test_the_city_log_shows_5_6_percent_on_gaspillage(open_app: Open, empty_store: Path, nantes: Path) -> None:
    app = open_app(empty_store, DEPOT)
    for name in ("mapping_frequentation_cantines.csv", "frequentation_2011_2017.csv"):
        app.file_uploader[0].set_value((name, (nantes / name).read_bytes(), "text/csv")).run()
        next(button for button in app.button if button.label == "Enregistrer ces données").click().run()
    app.switch_page(GASPILLAGE).run()
    app.selectbox(key="annee").set_value("2016-2017").run()
    assert "Surproduction 5,6 % 1 919 098 prévus, 1 817 881 servis, là où les deux sont connus" in texts(app)
    assert "Repas en trop 6,5 %" in texts(app)
    assert "Repas manquants 0,9 %" in texts(app)
    assert "sur 11 528" in texts(app)
