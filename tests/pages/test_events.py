"""The view Jour par jour and events: tried before anything is written, recorded like a deposit, taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from data.deposit.apply import apply
from data.store import Store
from tests.pages.conftest import Open, texts

PREVISIONS = "pages/cuisine/semaine.py"
RECORD = "Enregistrer cet événement"


def first_canteen(path: Path) -> str:
    store = Store(path)
    label = str(store.read("SELECT label FROM canteens ORDER BY label LIMIT 1")["label"].item())
    store.close()
    return label


def buttons(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


@pytest.fixture
def tried(open_app: Open, demo_store: Path) -> AppTest:
    """Return the page of one canteen with an outing of 30 % fewer meals in the form."""
    app = open_app(demo_store, PREVISIONS, vue="Jour par jour", cantine=first_canteen(demo_store))
    assert not app.exception
    assert "Aucun événement semblable connu" in texts(app)
    app.selectbox(key="et_si_effet_0").set_value("en pour cent").run()
    app.number_input(key="et_si_pourcent_0").set_value(-30).run()
    assert not app.exception
    return app


def test_a_supposed_event_shows_its_figures_and_writes_nothing(tried: AppTest) -> None:
    said = texts(tried)
    assert "70 repas attendus au lieu de 100, entre 56 et 84 ; quantité conseillée 75 au lieu de 107." in said
    assert "Pour la cuisine centrale : 32 repas de moins." in said
    assert "Aucun événement déclaré pour ces jours." in said


def test_an_event_recorded_changes_the_page_at_once_and_can_be_taken_back(tried: AppTest) -> None:
    tried.text_input(key="et_si_libelle_0").set_value("Zoo *gras*").run()
    next(button for button in tried.button if button.label == RECORD).click().run()
    assert not tried.exception
    said = texts(tried)
    assert "Sortie (Zoo *gras*), " in said
    assert "−30 % attendus." in said
    assert "70 repas attendus, entre 56 et 84" in said
    assert "au lieu de" not in said  # the form is empty again: the event is not supposed a second time
    assert "surtout à cause d’un événement (−3" in said
    assert "Déclaré ce jour-là : sortie (−30 %)." in said
    next(button for button in tried.button if button.label == "Annuler").click().run()
    assert not tried.exception
    assert "Aucun événement déclaré pour ces jours." in texts(tried)
    assert "100 repas attendus, entre 80 et 120" in texts(tried)

    tried.selectbox(key="et_si_type_1").set_value("Fermeture").run()
    assert "aucun repas au lieu de 100" in texts(tried)
    next(button for button in tried.button if button.label == RECORD).click().run()
    assert "Aucun repas à prévoir ce jour-là : fermeture." in texts(tried)


def test_only_those_who_may_deposit_can_record_an_event_but_all_see_the_swapped_strikes(
    open_app: Open, demo_store: Path
) -> None:
    store = Store(demo_store)
    with store.write("test", "account", {}) as cursor:
        cursor.execute("INSERT INTO users (email, role) VALUES ('cuisine@ville.fr', 'cuisine')")
    apply(store, "e.csv", b"type;date_debut;date_fin\nsortie;01/06/2026;31/07/2026\n", "agent")
    report = apply(store, "g.csv", b"date;greve\n05/03/2016;1\n", "agent")
    store.close()
    assert "la grève est lue au 03/05/2016" in report.warnings[0].reason
    app = open_app(demo_store, PREVISIONS, role="cuisine", vue="Jour par jour")
    assert not app.exception
    app.selectbox(key="et_si_type_0").set_value("Fermeture").run()
    assert RECORD not in buttons(app)
    assert "Annuler" not in buttons(app)
    said = texts(app)
    assert "adressez-vous à la mission numérique" in said
    assert "La date de grève du 05/03/2016 (samedi), jour sans école, a été lue 03/05/2016 (mardi)." in said
