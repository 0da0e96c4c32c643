"""The guide: one page for each role, the reader's own first, with pictures that exist and pages that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from data.typography import french
from tests.browser.steps import GUIDE_PICTURES
from tests.conftest import PROJECT
from tests.pages.conftest import Open, add_user
from ui.guide import view
from ui.guide.view import GUIDES, PHONES, PICTURE
from ui.navigation import PAGES

FOLDER = PROJECT / "docs" / "guide"


@pytest.mark.parametrize("name", GUIDES.values())
def test_each_picture_is_one_that_the_tests_make_and_each_page_named_is_in_the_menu(name: str) -> None:
    text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    pictures = [FOLDER / picture["path"] for picture in PICTURE.finditer(text)]
    assert pictures
    assert len(pictures) == text.count("![")
    for picture in pictures:
        assert picture.exists()
        assert (GUIDE_PICTURES[picture.stem][0] == 390) == (picture.stem in PHONES)
    titles = {page.title for page in PAGES}
    assert titles & set(re.findall(r"\*\*([^*]+)\*\*", text))
    told = french(text)
    assert told.replace("\u00a0", " ") == text.replace("\u00a0", " ")
    assert not re.search(r" [:;?!%€»]|« ", told)


@pytest.mark.parametrize(
    ("role", "first"), [("comite", "Comité"), ("cantine", "Gestionnaires"), ("cuisine", "Cuisine")]
)
def test_the_reader_s_own_page_comes_first(open_app: Open, empty_store: Path, role: str, first: str) -> None:
    add_user(empty_store, role)
    app = open_app(empty_store, "pages/aide/guide.py", role=role)
    assert not app.exception
    assert app.segmented_control[0].options[0] == app.segmented_control[0].value == first
    assert len(app.markdown) > 1  # the text is cut where its pictures stand


def test_a_picture_that_two_pages_show_is_sent_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    # What is sent has a place: sent again from another page, it threw away the picture that stands there.
    sent: list[str] = []
    monkeypatch.setattr(view.st, "image", lambda path, **_: sent.append(path))
    view._picture.clear()
    for page in ("mission", "gestionnaire", "mission"):
        view._picture(page, "depot.png", "Déposer un fichier")
    assert sent == ["depot.png"] * 2
    view._picture.clear()
