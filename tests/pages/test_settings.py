"""The page Réglages: what is saved, what a restore would lose, and a value changed for everybody."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from data.backup import daily as daily_backup
from data.backup import folder
from data.deposit.apply import apply
from data.store import Store
from tests.conftest import PROJECT
from tests.data.broken_stores import DAMAGED
from tests.pages.conftest import Open, texts
from ui import daily, session
from ui.access import User
from ui.settings import backups

PAGE = "pages/mission/reglages.py"


def deposit(store: Store, name: str) -> None:
    apply(store, f"{name}.csv", f"site_nom;site_type;date;reel\n{name};M;01/09/2016;9\n".encode(), "agent@ville.fr")


def click(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def written(app: AppTest) -> str:
    assert not app.exception
    return texts(app)


@pytest.fixture
def page(open_app: Open, empty_store: Path) -> AppTest:
    app = open_app(empty_store, PAGE)
    assert "Aucune sauvegarde n’est encore faite" in written(app)
    deposit(session.opened(), "A")
    return app


def confirm(app: AppTest) -> AppTest:
    """Tick the box of the dialog if need be, or confirm. A test draws the whole page: the dialog is asked for again."""
    buttons = {button.label: button for button in app.button}
    if app.checkbox[0].value:
        buttons["Oui, restaurer"].click()
    else:
        app.checkbox[0].check()
    return buttons["Restaurer…"].click().run()


# ---------------------------------------------------------------- backups
def test_a_backup_is_made_listed_and_given_to_those_who_may_have_it(page: AppTest, tmp_path: Path) -> None:
    shown = written(click(page, "Sauvegarder maintenant"))
    assert "Sauvegarde faite et vérifiée : antigaspi-" in shown
    assert "Dernière bonne sauvegarde" in shown and "à l’instant." in shown
    assert "Sauvegarde vérifiée" in shown
    (made,) = folder.backups(daily_backup.folder_of(session.opened()), session.opened().path)
    content = backups.content(session.opened(), made.path, User("poste local", "mission", local=True))
    (tmp_path / "given.duckdb").write_bytes(content)
    given = Store(tmp_path / "given.duckdb")
    assert given.read("SELECT site FROM services")["site"].tolist() == ["A"]
    given.close()
    with pytest.raises(PermissionError):
        backups.content(session.opened(), made.path, User("cuisine@ville.fr", "cuisine"))


def test_a_restore_says_what_is_lost_asks_twice_and_every_open_page_sees_the_former_figures(page: AppTest) -> None:
    click(page, "Sauvegarder maintenant")
    other = AppTest.from_file(PROJECT / "app.py", default_timeout=60).switch_page("pages/mission/journal.py").run()
    deposit(session.opened(), "B")
    assert "B.csv" in written(other.run())
    asked = click(page, "Restaurer…")
    shown = written(asked)
    assert "1 action faite depuis sera perdue : 1 × Dépôt d’un fichier." in shown
    assert "B.csv" in shown
    assert next(button for button in asked.button if button.label == "Oui, restaurer").disabled
    confirm(page)
    deposit(session.opened(), "C")  # somebody writes while the question is on screen: it is asked again
    assert "2 actions faites depuis seront perdues" in written(confirm(page))
    assert session.opened().read("SELECT count(*) AS n FROM services")["n"].item() == 3
    confirm(page)
    shown = written(confirm(page))
    assert "Base restaurée. Celle d’avant est gardée : empty-avant-restauration-" in shown
    assert session.opened().read("SELECT site FROM services")["site"].tolist() == ["A"]
    assert "B.csv" not in written(other.run())
    assert "Restauration d’une sauvegarde" in written(other)
    # The store of before can be put back in the same way.
    assert "Base d’avant une restauration" in written(page)


def test_a_damaged_file_is_refused_before_any_question(page: AppTest) -> None:
    click(page, "Sauvegarder maintenant")
    (made,) = folder.backups(daily_backup.folder_of(session.opened()), session.opened().path)
    DAMAGED["truncated to 100000"](made.path)
    shown = written(click(page, "Restaurer…"))
    assert "Ce fichier ne peut pas être restauré." in "\n".join(error.value for error in page.error)
    assert "n’est pas une sauvegarde utilisable" in shown
    assert not [button for button in page.button if button.label == "Oui, restaurer"]


def test_an_old_backup_and_a_daily_one_that_failed_are_told(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    store = session.opened()
    old = daily_backup.back_up(store, "application", now=datetime.now(UTC) - timedelta(days=3))
    shown = written(page.run())
    assert "il y a 3 jours" in shown and "plus de deux jours" in shown
    shutil.rmtree(old.parent)
    old.parent.touch()  # a file where the folder must be
    monkeypatch.setattr(daily, "_failures", [])
    assert not daily.look()
    shown = written(page.run())
    assert "n’a pas pu être faite" in "\n".join(error.value for error in page.error)
    assert "Le chemin" in shown
    old.parent.unlink()
    assert daily.look()
    assert daily.failure() is None
    assert "à l’instant" in written(page.run())


# ---------------------------------------------------------------- settings
def choose(app: AppTest, key: str) -> AppTest:
    return app.selectbox(key="reglage").set_value(key).run()


def test_a_value_is_changed_with_its_source_and_its_history_and_taken_back(page: AppTest) -> None:
    choose(page, "full_cost_eur_per_kg")
    page.number_input(key="reglage_full_cost_eur_per_kg_0").set_value(7.25)
    page.text_input(key="reglage_full_cost_eur_per_kg_0_source").set_value("**Délibération** <b>2027</b> $x^2$")
    shown = written(click(page, "Enregistrer"))
    assert "Coût complet d’un kilogramme jeté : c’est enregistré." in shown
    assert "7,25 €/kg" in shown
    assert "**Délibération** &lt;b&gt;2027&lt;/b&gt; $x^2$" in shown
    assert "ADEME 2016 : 0,68 €" in shown  # before, in the history
    page.switch_page("pages/mission/journal.py").run()
    assert "réglage : Coût complet d’un kilogramme jeté, avant : 6 €/kg (ADEME 2016" in written(page)
    choose(page.switch_page(PAGE).run(), "full_cost_eur_per_kg")
    assert "7,25 €/kg" not in written(click(page, "Annuler le dernier changement")).split("Quand")[0]


def test_a_value_that_makes_no_sense_is_refused_beside_its_field(page: AppTest) -> None:
    assert "Sans limite" in written(page)
    choose(page, "city_siret")
    page.text_input(key="reglage_city_siret_0").set_value("123")
    assert "14 chiffres" in written(click(page, "Enregistrer"))
    assert "c’est enregistré" not in written(page)


def test_the_city_of_the_settings_stands_under_the_menu_as_text(page: AppTest) -> None:
    choose(page, "city_name")
    page.text_input(key="reglage_city_name_0").set_value("Ville *de* [Rezé](http://x.fr)")
    click(page, "Enregistrer")
    captions = [caption.value for caption in page.sidebar.caption]
    assert "Ville \\*de\\* \\[Rezé\\](http:\u2060//x.\u2060fr)" in captions
