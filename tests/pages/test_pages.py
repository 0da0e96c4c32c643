"""Every page, through app.py: it opens, says what it answers, and shows something, with and without data."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.conftest import PROJECT
from tests.pages.conftest import Open, texts
from ui.navigation import PAGES

# page, heading, least number of figures, charts and tables of a full store (`test_hostile_texts` counts them)
EXPECTED = [
    ("pages/comite/synthese.py", "Synthèse", 0, 1, 0),
    ("pages/comite/gaspillage.py", "Gaspillage", 5, 5, 0),
    ("pages/comite/seances.py", "Séances du comité", 3, 0, 2),
    ("pages/mission/deploiement.py", "Déploiement", 1, 1, 1),
    ("pages/mission/equipement.py", "Équipement", 1, 1, 1),
    ("pages/mission/generalisation.py", "Généralisation", 4, 1, 2),
    ("pages/mission/portefeuille.py", "Portefeuille des pilotes", 3, 0, 2),
    ("pages/mission/effet.py", "Effet du pilote", 4, 3, 1),
    ("pages/mission/donnees.py", "Données disponibles", 0, 0, 3),
    ("pages/mission/journal.py", "Journal des actions", 0, 0, 1),
    ("pages/mission/comptes.py", "Comptes et accès", 0, 0, 0),
    ("pages/mission/reglages.py", "Réglages", 0, 0, 1),
    ("pages/mission/qualite_previsions.py", "Qualité des prévisions", 4, 0, 1),
    ("pages/cantine/ma_cantine.py", "Ma cantine", 0, 1, 0),
    ("pages/cantine/saisie.py", "Saisir un service", 0, 0, 0),
    ("pages/cantine/depot.py", "Déposer un fichier", 0, 0, 4),
    ("pages/cuisine/semaine.py", "Semaine de la cuisine", 0, 0, 2),
    ("pages/cuisine/production.py", "Production", 0, 0, 2),
    ("pages/aide/guide.py", "Guide", 0, 0, 0),
    ("pages/aide/glossaire.py", "Glossaire", 0, 0, 0),
    ("pages/aide/accessibilite.py", "Accessibilité", 0, 0, 0),
]
FILES = [page for page, *_ in EXPECTED]


def headings(app: AppTest) -> list[str]:
    return [title.value for title in app.title]


def test_every_page_of_the_menu_is_tested_here() -> None:
    assert sorted(page.file for page in PAGES) == sorted(FILES)
    assert all((PROJECT / file).exists() for file in FILES)


def shows_its_figures(app: AppTest, file: str) -> None:
    """Check what a page shows of a full store; its tables are then open."""
    metrics, charts, tables = next(row[2:] for row in EXPECTED if row[0] == file)
    assert (len(app.metric) >= metrics, len(app.get("plotly_chart")) >= charts, tables_in(app) >= tables) == (True,) * 3
    if app.get("plotly_chart"):
        every_chart_has_its_sentence_its_name_and_its_table(app)


def every_chart_has_its_sentence_its_name_and_its_table(app: AppTest) -> None:
    charts, before, shown = app.get("plotly_chart"), len(app.get("download_button")), tables_in(app)
    tables = [expander for expander in app.expander if expander.label == "Voir le tableau"]
    assert len(tables) >= len(charts)  # a matrix, which is no chart, has its table too
    assert len([element for element in app.html if 'class="takeaway"' in element.value]) >= len(charts)
    assert all(chart.proto.alt for chart in charts)
    for key in [key for key in app.session_state if key.startswith("tableau_")]:
        app.session_state[key] = True
    app.run()
    assert not app.exception
    assert len(app.get("download_button")) == before + len(tables)
    assert tables_in(app) >= shown + len(tables)


def tables_in(app: AppTest) -> int:
    return len(app.dataframe) + sum("<table>" in block.value for block in app.get("html"))


def test_every_page_of_an_empty_store_opens_and_says_what_to_do(open_app: Open, empty_store: Path) -> None:
    app = open_app(empty_store)
    for page, heading, *_ in EXPECTED:
        app.switch_page(page).run()
        assert not app.exception, page
        assert headings(app) == [heading]
        has_list = "Premiers pas" in [header.value for header in app.header]
        assert app.info or has_list or page.startswith("pages/aide/"), page


@pytest.mark.parametrize("page", PAGES, ids=FILES)
def test_the_menu_and_the_first_line_of_the_page_name_the_same_roles(page: object) -> None:
    source = (PROJECT / page.file).read_text(encoding="utf-8")  # type: ignore[attr-defined]
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    required = next(call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "require")
    roles = {argument.value for argument in required.args if isinstance(argument, ast.Constant)}
    assert roles - {"mission"} == set(page.roles) - {"mission"}  # type: ignore[attr-defined]


def test_an_unknown_account_sees_no_figure(open_app: Open, demo_store: Path) -> None:
    app = open_app(demo_store, role="inconnu")
    assert "n’a pas encore accès" in app.error[0].value
    assert not app.metric
    assert not app.title


def test_a_store_held_by_another_program_is_told_in_french(
    open_app: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from data.store import StoreBusy
    from ui import session

    def busy(_path: Path) -> None:
        raise StoreBusy("La base est déjà ouverte par un autre programme.")

    monkeypatch.setattr(session, "Store", busy)
    app = open_app(tmp_path / "busy.duckdb")
    assert not app.exception
    assert "déjà ouverte" in texts(app)
    assert not app.title
