"""The page Dépôt: what is said when somebody else was first, and what is kept of a file once nothing is to be done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.exceptions import RerunException
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from streamlit.testing.v1 import AppTest

from data.deposit import apply as deposit_apply
from data.deposit.apply import DepositRefused, apply
from data.store import Store
from tests.pages.conftest import Open, texts
from tests.pages.test_deposits import DEPOT, HEADER, LOG, MAPPING, choose, deposit, label_boxes, press
from ui.deposit import several, view
from ui.kit.frame import STYLE

LINE = HEADER + "A;M;05/09/2016;9;9\n"


def somebody_is_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let somebody else deposit the same file between the click of a person and its write."""

    def late(store: Store, name: str, content: bytes, *rest: Any, **options: Any) -> Any:  # noqa: ANN401
        apply(store, name, content, "autre@ville.fr")
        return deposit_apply.apply(store, name, content, *rest, **options)

    monkeypatch.setattr(view, "apply", late)


@pytest.mark.parametrize(("role", "named"), [(None, "autre@ville.fr"), ("cantine", "un autre compte")])
def test_who_confirms_a_moment_too_late_does_not_read_that_it_is_saved(
    open_app: Open, empty_store: Path, monkeypatch: pytest.MonkeyPatch, role: str | None, named: str
) -> None:
    store = Store(empty_store)
    with store.write("test", "user", {}) as cursor:
        cursor.execute("INSERT INTO users (email, role) VALUES ('cantine@ville.fr', 'cantine')")
        cursor.execute("INSERT INTO user_canteens VALUES ('cantine@ville.fr', 'Alpha')")
    apply(store, "rattachements.csv", b"site_nom;site_type;cantine_nom\nA;M;Alpha\n", "mission@ville.fr")
    store.close()
    asked: list[str] = []
    monkeypatch.setattr(view, "request_refresh", lambda: asked.append("asked"))
    somebody_is_first(monkeypatch)
    app = open_app(empty_store, DEPOT, role=role)
    deposit(app, "journal.csv", LINE)
    assert f"Rien n’a été ajouté : ce que dit ce fichier vient d’être enregistré par {named} le" in texts(app).replace(
        "\u2060", ""
    )
    assert "(dépôt n° 2)" in texts(app)
    assert "C’est enregistré" not in texts(app)
    assert not asked


def test_the_canteens_chosen_a_moment_too_late_are_said_to_be_lost(
    open_app: Open, empty_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_app(empty_store, DEPOT)
    deposit(app, "rattachements.csv", MAPPING)
    choose(app, "journal.csv", LOG)
    box: Any = label_boxes(app)["« TILEULS » (M), 2 lignes : à quelle cantine ?"]
    box.set_value("Les Tilleuls (nom proche)").run()
    somebody_is_first(monkeypatch)
    press(app, "Enregistrer ces données")
    assert "Vos choix de cantines ne sont pas gardés" in texts(app)


def test_a_file_known_already_says_which_deposit_said_it(open_app: Open, empty_store: Path) -> None:
    app = open_app(empty_store, DEPOT)
    deposit(app, "journal.csv", LINE)
    choose(app, "le_meme.csv", LINE)
    assert "n’apporte rien de nouveau, déjà enregistré par poste local le" in texts(app)


def test_a_refusal_stays_readable_once_the_file_is_let_go_and_another_can_be_chosen(
    open_app: Open, empty_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[str] = []
    monkeypatch.setattr(MemoryUploadedFileManager, "remove_file", lambda _self, _session, file: kept.append(file))
    app = open_app(empty_store, DEPOT)
    choose(app, "photo.csv", "nom;valeur\na;1\n")
    assert not app.file_uploader[0].value
    assert len(kept) == 1
    app.run()
    assert "Ce fichier est refusé" in texts(app)
    assert "photo.csv : Les noms de colonnes de ce fichier ne sont pas reconnus" in texts(app)
    choose(app, "journal.csv", LINE)
    assert "Ce fichier est refusé" not in texts(app)
    press(app, "Enregistrer ces données")
    assert "C’est enregistré" in texts(app)
    assert not app.file_uploader[0].value
    assert len(kept) == 2


@contextmanager
def ended(_text: str) -> Iterator[None]:
    """Stand for a spinner, as whose end something else is clicked."""
    yield
    context = get_script_run_ctx()
    raise RerunException(RerunData(page_script_hash=context.page_script_hash if context else ""))


def test_a_click_elsewhere_as_a_deposit_ends_loses_neither_what_is_recorded_nor_why_it_is_refused(
    open_app: Open, empty_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(view, "request_refresh", lambda: asked.append("asked"))
    app = open_app(empty_store, DEPOT)
    choose(app, "journal.csv", LINE)
    with monkeypatch.context() as patch:
        patch.setattr(view.st, "spinner", ended)
        press(app, "Enregistrer ces données")
    assert "C’est enregistré" in texts(app) and asked == ["asked"]
    assert not app.file_uploader[0].value
    choose(app, "suite.csv", LINE.replace(";9;9", ";9;8"))

    def refused(*_args: object, **_options: object) -> None:
        raise DepositRefused("Le disque est plein.")

    with monkeypatch.context() as patch:
        patch.setattr(view, "apply", refused)
        patch.setattr(view.st, "spinner", ended)
        press(app, "Enregistrer ces données")
    assert "Ce fichier est refusé" in texts(app) and "suite.csv : Le disque est plein." in texts(app)
    assert "C’est enregistré" not in texts(app)


def test_a_click_elsewhere_during_several_deposits_loses_none_of_them_nor_what_came_of_them(
    open_app: Open, empty_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Streamlit ends a run at its next word once something else is clicked: here, as the last file is in."""
    asked: list[str] = []
    monkeypatch.setattr(several, "request_refresh", lambda: asked.append("asked"))
    app = open_app(empty_store, DEPOT)
    deposit(app, "rattachements.csv", MAPPING)
    files = (("a.csv", LINE), ("b.csv", LINE.replace("A;", "B;")), ("liens.csv", MAPPING))
    app.file_uploader[0].set_value([(name, content.encode(), "text/csv") for name, content in files]).run()
    assert "2 fichiers sur 3 peuvent être enregistrés ensemble. 1 fichier n’apporte rien de nouveau." in texts(app)
    assert not any(isinstance(part, bytes) for file in app.session_state[several.LOOKED][1] for part in file)
    monkeypatch.setattr(several.st, "spinner", ended)
    press(app, "Enregistrer 2\u00a0fichiers")
    assert "2 fichiers enregistrés : toutes les pages" in texts(app)
    assert not app.file_uploader[0].value
    assert asked == ["asked"]


def test_no_file_makes_the_page_long_however_long_its_texts(open_app: Open, empty_store: Path) -> None:
    """The longest names a file may have, all of them changed; and longer ones than it may have, all over it."""
    names = [f"{place:03d}".ljust(120, "x") for place in range(300)]
    header = "pilote;description;a_decider;" + "z" * 50_000 + "\n"
    app = open_app(empty_store, DEPOT)
    for letter in "ab":
        text = letter * 300
        kept = "".join(f"{name};{text};{text};\n" for name in names)
        wrong = "".join(f"{'y' * 900};{'#' * 900};{'Total' * 900}{place};\n" for place in range(60))
        choose(app, f"{'n' * 10_000}.csv", header + kept + wrong)
        assert len(everything(app)) < 200_000
        press(app, "Enregistrer ces données")
        assert len(everything(app)) < 200_000
    for page in ("pages/mission/journal.py", "pages/mission/donnees.py"):
        assert len(everything(app.switch_page(page).run())) < 400_000
    choose(app.switch_page(DEPOT).run(), f"{'n' * 10_000}.csv", "z" * 50_000)
    assert "Ce fichier est refusé" in texts(app)
    assert len(everything(app)) < 200_000


def everything(app: AppTest) -> str:
    """Return all that the page sends but its style: its texts, its tables, the choices of its lists."""
    tables = [str(table.value.to_csv()) for table in app.dataframe]
    return "\n".join(
        [texts(app).replace(STYLE, ""), *tables, *(option for box in app.selectbox for option in box.options)]
    )
