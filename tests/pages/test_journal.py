"""The page Journal des actions: every action is read there, searched, and shown a part at a time."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

from data.deposit import edits
from data.store import Store
from tests.pages.conftest import Open, texts
from ui.journal import view

PAGE = "pages/mission/journal.py"


def lines(app: AppTest) -> list[str]:
    """Return the rows of the table as shown."""
    [table] = [element.value for element in app.html if "<tbody>" in element.value]
    return table.split("<tbody>")[1].split("<tr>")[1:]


def test_a_long_trail_is_read_part_by_part_and_searched_whole(open_app: Open, demo_store: Path) -> None:
    store = Store(demo_store)
    edits.record(store, "milestones", [{"jalon": "Premier <b>"}], "anne@ville.fr", new=True)
    for _ in range(view.LINES):
        with store.write("bob@ville.fr", "user", {"role": "comite", "active": True}):
            pass
    store.close()
    app = open_app(demo_store, PAGE)
    assert len(lines(app)) == view.LINES
    parts = next(box for box in app.selectbox if box.label == "Lignes")
    assert "Premier" not in texts(app)
    app = parts.set_value(parts.options[1]).run()
    assert "Jalons : Premier &lt;b&gt;, ligne ajoutée" in texts(app)
    app = app.text_input(key="journal_texte").set_value("JALON premier").run()
    assert not app.exception
    assert len(lines(app)) == 1
    app = app.selectbox(key="journal_action").set_value("Saisie dans un formulaire").run()
    assert len(lines(app)) == 1
    app = app.selectbox(key="journal_action").set_value("Dépôt d’un fichier").run()
    assert "Aucune ligne du journal" in app.info[0].value
    app = app.selectbox(key="journal_action").set_value("Toutes").run()
    app = app.selectbox(key="journal_qui").set_value("bob@ville.fr").run()
    assert "Aucune ligne du journal" in app.info[0].value
