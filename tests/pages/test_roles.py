"""Each role on its pages: a manager reads the names of their own canteens only; accounts are made on a page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from data.access.accounts import active_accounts, save_account
from data.store import Store
from tests.pages.conftest import Open, add_user, open_parts, texts
from ui import session
from ui.access import TRIED_CANTEENS, TRIED_ROLE
from ui.week.days import VIEWS

ACCOUNTS = "pages/mission/comptes.py"
SEMAINE = "pages/cuisine/semaine.py"
READ_BY_MANAGERS = (
    "pages/comite/gaspillage.py",
    SEMAINE,
    "pages/cantine/ma_cantine.py",
    "pages/cantine/saisie.py",
    "pages/cantine/depot.py",
    "pages/aide/guide.py",
    "pages/aide/glossaire.py",
    "pages/aide/accessibilite.py",
)
GASPILLAGE = "pages/comite/gaspillage.py"


def canteens_of(path: Path) -> dict[str, str]:
    store = Store(path)
    rows = store.read("SELECT name, label FROM canteens ORDER BY name")
    store.close()
    return dict(zip(rows["name"], rows["label"], strict=True))


def everything(app: AppTest) -> str:
    """Return all that reaches the browser: texts, tables, charts, choices."""
    tables = "\n".join(table.value.to_csv() for table in app.dataframe)
    charts = "\n".join(json.dumps(json.loads(chart.proto.spec)) for chart in app.get("plotly_chart"))
    choices = "\n".join(option for box in app.selectbox for option in box.options)
    return "\n".join([texts(app), tables, charts, choices])


@pytest.mark.parametrize(
    ("page", "query"),
    [*((page, {}) for page in READ_BY_MANAGERS), *((SEMAINE, {"vue": view}) for view in VIEWS[1:])],
)
def test_a_manager_reads_the_name_of_no_other_canteen(
    open_app: Open, demo_store: Path, page: str, query: dict[str, str]
) -> None:
    labels = canteens_of(demo_store)
    own = next(iter(labels))
    store = Store(demo_store)
    save_account(store, "max", "cantine@ville.fr", "cantine", active=True, canteens=[own])
    store.close()
    app = open_app(demo_store, page, role="cantine", **query)
    others = [label for name, label in labels.items() if name != own]
    for place in ("lieu", "cantine"):
        for option in [box.options for box in app.selectbox if box.key == place][:1]:
            assert option == [labels[own], "Toutes les cantines"]
            app.selectbox(key=place).set_value("Toutes les cantines").run()
    open_parts(app)
    for key in [key for key in app.session_state if key.startswith("tableau_")]:
        app.session_state[key] = True
    app.run()
    assert not app.exception
    shown = everything(app)
    assert [label for label in others if label in shown] == []


def test_the_local_user_tries_a_role(open_app: Open, demo_file: Path) -> None:
    own = next(iter(canteens_of(demo_file)))
    app = open_app(demo_file)
    app.session_state[TRIED_ROLE] = "cantine"
    app.session_state[TRIED_CANTEENS] = [own]
    app.query_params["vue"] = "Jour par jour"
    app.switch_page(SEMAINE).run()
    assert app.selectbox(key="cantine").options[-1] == "Toutes les cantines"
    assert len(app.selectbox(key="cantine").options) == 2
    with pytest.raises(ValueError, match="Could not find"):
        app.switch_page(ACCOUNTS)


def test_a_role_that_is_tried_stays_at_a_reload_and_what_it_had_chosen_is_no_error(
    open_app: Open, demo_store: Path
) -> None:
    add_user(demo_store, "comite")
    (key, own), (_, other), *_ = canteens_of(demo_store).items()
    app = open_app(demo_store, GASPILLAGE, lieu=other)
    app.selectbox(key=TRIED_ROLE).set_value("cantine").run()
    app.multiselect(key=TRIED_CANTEENS).set_value([key]).run()
    assert "Filtre inconnu" not in "".join(one.value for one in app.warning)
    assert app.selectbox(key="lieu").value in (own, "Toutes les cantines")
    kept = {TRIED_ROLE: "Gestionnaire de cantine", TRIED_CANTEENS: own}  # as the browser keeps them in the address
    again = open_app(demo_store, GASPILLAGE, **kept)
    assert again.selectbox(key=TRIED_ROLE).value == "cantine"
    assert again.selectbox(key="lieu").options == [own, "Toutes les cantines"]
    # Nobody but the local user takes a role by an address.
    signed_in = open_app(demo_store, GASPILLAGE, role="comite", **{TRIED_ROLE: "Gestionnaire de cantine"})
    assert "Comité de pilotage" in [caption.value for caption in signed_in.caption]
    assert "Ma cantine" not in [one.label for one in signed_in.selectbox]


def test_an_account_is_made_changed_and_closed_on_the_page(open_app: Open, demo_store: Path) -> None:
    own, label = next(iter(canteens_of(demo_store).items()))
    app = open_app(demo_store, ACCOUNTS)
    save = next(button for button in app.button if button.label == "Enregistrer ce compte")
    app.text_input[0].set_value("Ana@Ville.fr")
    save.click().run()
    assert "au moins une cantine" in texts(app)
    app.multiselect[0].set_value([own])
    next(button for button in app.button if button.label == "Enregistrer ce compte").click().run()
    assert "ana@ville.fr : Gestionnaire de cantine, actif." in texts(app).replace("\u2060", "")
    assert app.dataframe[0].value["Cantines"].tolist() == [label]
    next(box for box in app.selectbox if box.label == "Compte").set_value("ana@ville.fr").run()
    app.checkbox[0].set_value(False).run()
    next(button for button in app.button if button.label == "Enregistrer ce compte").click().run()
    assert "désactivé" in texts(app)
    app.file_uploader[0].set_value(
        ("comptes.csv", b"adresse;role;cantines;actif\nzoe@v.fr;cuisine;;oui\n", "text/csv")
    ).run()
    next(button for button in app.button if button.label == "Enregistrer ces comptes").click().run()
    assert not app.exception
    assert set(active_accounts(session.opened())) == {"zoe@v.fr"}


def test_the_last_one_who_keeps_accounts_stays(open_app: Open, empty_store: Path) -> None:
    store = Store(empty_store)
    save_account(store, "max", "mission@ville.fr", "mission", active=True)
    store.close()
    app = open_app(empty_store, ACCOUNTS, role="mission")
    next(box for box in app.selectbox if box.label == "Compte").set_value("mission@ville.fr").run()
    app.checkbox[0].set_value(False).run()
    next(button for button in app.button if button.label == "Enregistrer ce compte").click().run()
    assert "Plus personne ne pourrait gérer les comptes" in texts(app)
