"""The mission numérique's morning: a stage, a blocked connection, ten tablets; the comité sees it, all is undone."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from data.store import Store
from tests.browser.conftest import serve
from tests.browser.steps import SLOW, choose, picture, visit, whole
from tests.browser.test_journey import deposit

SCHOOL = "Élémentaire Hypatie"
TABLETS = [f"TAB-{number:02d};École élémentaire Hypatie;tablette;partagé;en stock" for number in range(1, 11)]


@pytest.fixture
def server(demo_of_today: Path, tmp_path: Path) -> Iterator[str]:
    """Start the application on the demonstration, without its forecasts: they have their own journey."""
    path = Path(shutil.copy(demo_of_today, tmp_path / "store.duckdb"))
    with serve(path, ANTIGASPI_AUTO_REFRESH="0") as address:
        yield address


def test_what_the_mission_changes_is_seen_by_the_comite_told_in_the_audit_trail_and_taken_back(
    page: Page, tmp_path: Path
) -> None:
    visit(page, "Déploiement")
    open_forms(page)
    choose(page, "^École$", SCHOOL)
    save(page)
    change(page, "fin réelle : — →")
    change(page, "École élémentaire Hypatie · bilan, début réel : — →")

    block_the_connection(page)
    picture(page, "deploiement_formulaire")

    file = tmp_path / "tablettes.csv"
    file.write_text("\n".join(["identifiant;ecole;type;partage;etat", *TABLETS]), encoding="utf-8")
    assert "10 lignes : 10 acceptées" in deposit(page, file)

    visit_every_figure(page)
    schools = page.get_by_test_id("stMetric").filter(has_text="Écoles équipées")
    expect(schools).to_contain_text("2 raccordements bloqués", timeout=SLOW)
    expect(page.locator(".takeaway").filter(has_text="3 décisions attendues")).to_be_visible(timeout=SLOW)

    told = audit_trail(tmp_path)
    assert '"column": "actual_end", "old": null' in told[-3]
    assert '"column": "connection", "old": "faite", "new": "bloquée"' in told[-2]
    assert '"file": "tablettes.csv"' in told[-1] and '"accepted": 10' in told[-1]

    visit(page, "Déploiement")
    open_forms(page)
    expect(changes(page, "Matériels")).to_have_count(0)
    take_back(page, "raccordement : faite → bloquée")
    take_back(page, "fin réelle : —")
    visit_every_figure(page)
    expect(schools).to_contain_text("1 raccordement bloqué", timeout=SLOW)

    visit(page, "Équipement")
    page.locator("summary").filter(has_text="Mettre à jour").press("Enter")
    take_back(page, "tablettes.csv » : 10 lignes ajoutées")
    visit(page, "Journal des actions")
    cells = page.locator(".sheet td")
    expect(cells.filter(has_text="raccordement").first).to_be_visible(timeout=SLOW)
    expect(cells.filter(has_text="Dépôt annulé")).to_have_count(3)


# The application saves itself once a day, whatever people do meanwhile.
TRAIL = "SELECT detail::VARCHAR AS detail FROM audit_log WHERE action <> 'backup' ORDER BY audit_id"


def audit_trail(folder: Path) -> list[str]:
    """Return what the audit trail tells of each action, from a copy: the application holds the file."""
    copy = folder / "copy.duckdb"
    for suffix in ("", ".wal"):
        if (written := folder / f"store.duckdb{suffix}").exists():
            shutil.copy(written, f"{copy}{suffix}")
    store = Store(copy)
    details = store.read(TRAIL)["detail"].tolist()
    store.close()
    return details


def block_the_connection(page: Page) -> None:
    """Report a blocked connection: refused without its reason, beside the field, with nothing lost; then saved."""
    edit(page, "La situation d’une école")
    choose(page, "Ligne à modifier", SCHOOL)
    pause(page)
    choose(page, "^Raccordement$", "bloquée")
    choose(page, "^Météo$", "orage")
    reason = page.get_by_role("textbox", name="Raison de la météo")
    reason.fill("")
    save(page)
    expect(page.locator(".refusal")).to_contain_text("dites en quelques mots ce qui bloque", timeout=SLOW)
    expect(page.get_by_role("combobox", name=re.compile("^Raccordement$"))).to_have_value("bloquée")
    expect(page.locator("[aria-invalid=true]")).to_have_count(1)
    expect(page.locator("[aria-invalid=true]")).to_have_accessible_description(re.compile("Refusé"))
    reason.fill("Gaine bouchée")
    save(page)
    change(page, "raccordement : faite → bloquée")
    expect(page.locator(".refusal, [aria-invalid=true]")).to_have_count(0)


def pause(page: Page) -> None:
    """Wait until the page is whole; what was just chosen needs a moment to be sent."""
    page.wait_for_timeout(300)
    whole(page)


def open_forms(page: Page) -> None:
    """Open the block of forms; the first one moves a school to its next stage."""
    page.locator("summary").filter(has_text="Mettre à jour").press("Enter")
    expect(page.get_by_role("combobox", name=re.compile("Que voulez-vous mettre à jour"))).to_be_visible(timeout=SLOW)
    pause(page)


def edit(page: Page, what: str) -> None:
    """Choose a form."""
    choose(page, "Que voulez-vous mettre à jour", what, exact=False)
    pause(page)


def save(page: Page) -> None:
    pause(page)
    page.get_by_role("button", name="Enregistrer").press("Enter")
    pause(page)


def changes(page: Page, told: str) -> Locator:
    return page.locator(".sentences li").filter(has_text=re.compile(told.replace(" ", r"\s")))


def change(page: Page, told: str) -> None:
    """Expect a change among the last ones."""
    expect(changes(page, told).first).to_be_visible(timeout=SLOW)


def take_back(page: Page, told: str) -> None:
    """Take back the last change that is not yet, which is told so: it stays in the list, marked, to be put back."""
    change(page, told)
    pause(page)
    page.get_by_role("button", name="Annuler").first.press("Enter")
    expect(changes(page, f"Annulé le .*{told}").first).to_be_visible(timeout=SLOW)


def visit_every_figure(page: Page) -> None:
    visit(page, "Synthèse")
    page.get_by_text("Tous les chiffres", exact=True).click()
