"""The reserve that canteens may share, on the pages: its figures, its conditions, its adoption."""

from __future__ import annotations

from pathlib import Path

from data import settings
from data.production.reserve import SETTING
from data.store import Store
from tests.data.production.test_reserve import keep_reserves
from tests.pages.conftest import Open, texts
from ui import session

PRODUCTION, WEEK, SETTINGS = "pages/cuisine/production.py", "pages/cuisine/semaine.py", "pages/mission/reglages.py"


def with_reserves(path: Path) -> None:
    store = Store(path)
    keep_reserves(store)
    store.close()


def test_production_says_what_sharing_would_leave_and_follows_once_it_is_adopted(
    open_app: Open, demo_store: Path
) -> None:
    with_reserves(demo_store)
    app = open_app(demo_store, PRODUCTION)
    said = texts(app)
    assert "une réserve par secteur laisserait 1,7 repas en trop pour 100 servis, au lieu de 4,8" in said
    assert "chaîne du froid" in said
    assert "à vol d’oiseau" in said
    assert "en réserve" not in app.main.get("html")[0].proto.body
    settings.save(session.opened(), "mission", SETTING, "sectors")
    app.run()
    said = texts(app)
    assert "une réserve par secteur laisse 1,7 repas" in said
    assert "en réserve" in said
    assert "Réserve, secteur Plateau" in app.dataframe[0].value.to_csv()
    # Each reserve has its slip, and nothing to type.
    app.get("button_group")[0].set_value("Bons de livraison").run()
    assert "Réserve, secteur Plateau" in texts(app)
    app.get("button_group")[0].set_value("Produits et retours").run()
    assert not app.exception
    assert "Réserve, secteur" not in texts(app)


def test_the_page_of_the_risk_shows_it_too(open_app: Open, demo_store: Path) -> None:
    with_reserves(demo_store)
    app = open_app(demo_store, WEEK, vue="Jour par jour")
    assert not app.exception
    assert "une réserve par secteur laisserait 1,7 repas" in texts(app)
    settings.save(session.opened(), "mission", SETTING, "sectors")
    assert "Une réserve partagée est adoptée" in texts(open_app(demo_store, WEEK))


def test_the_setting_is_chosen_and_taken_back_in_reglages(open_app: Open, demo_store: Path) -> None:
    app = open_app(demo_store, SETTINGS)
    app.selectbox(key="reglage").set_value(SETTING).run()
    box = app.selectbox(key=f"reglage_{SETTING}_0")
    box.set_value("sectors")
    next(button for button in app.button if button.label == "Enregistrer").click().run()
    assert not app.exception
    assert settings.value(session.opened(), SETTING) == "sectors"
    assert "par secteur" in texts(app)
    next(button for button in app.button if button.label == "Annuler le dernier changement").click().run()
    assert settings.value(session.opened(), SETTING) == "alone"
