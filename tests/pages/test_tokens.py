"""The page Comptes et accès gives an application a token, shows its secret once, and ends it."""

from __future__ import annotations

from pathlib import Path

from data.access.tokens import person_of
from tests.pages.conftest import Open, texts
from ui import session


def test_an_application_gets_a_token_that_is_shown_once_and_can_be_revoked(open_app: Open, demo_store: Path) -> None:
    app = open_app(demo_store, "pages/mission/comptes.py")
    app.text_input(key="jeton_nom_0").input("Logiciel de cuisine")
    app.selectbox(key="jeton_role_0").select("cuisine").run()
    click(app, "Créer le jeton")
    assert not app.exception
    [shown] = app.code
    person = person_of(session.opened(), shown.value)
    assert person is not None
    assert person.role == "cuisine"
    app.run()
    assert not app.code  # shown once
    click(app, "Révoquer cet accès")
    assert person_of(session.opened(), shown.value) is None
    assert "révoqué" in texts(app)


def test_a_token_without_a_name_or_without_a_canteen_is_refused_in_french(open_app: Open, demo_store: Path) -> None:
    app = open_app(demo_store, "pages/mission/comptes.py")
    click(app, "Créer le jeton")
    assert "Rien n’est enregistré" in texts(app)
    app.text_input(key="jeton_nom_0").input("Logiciel").run()
    click(app, "Créer le jeton")
    assert "au moins une cantine" in texts(app)
    assert not app.code


def click(app, label: str) -> None:  # noqa: ANN001
    next(button for button in app.button if button.label == label).click().run()
