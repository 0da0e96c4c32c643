"""The audit journal is read in French, names and values."""

from __future__ import annotations

import json

import pytest

from ui.kit import changes


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        ({"file": "j.csv", "kind": "log", "accepted": 1234}, "fichier : j.csv, type : {log}, acceptées : 1 234"),
        ({"role": "comite", "active": True}, "rôle : Comité de pilotage, actif : oui"),
        ({"email": "a@ville.fr", "active": False}, "compte : a@ville.fr, actif : non"),
        ({"rows": 2700, "last_service_on": "2017-12-22"}, "lignes : 2 700, dernier service : 22/12/2017"),
        ({"last_service_on": None}, "dernier service : —"),
        ({"deposit": 7}, "dépôt n° 7"),
        ({}, ""),
    ],
)
def test_a_detail_is_written_in_french(detail: dict[str, object], expected: str) -> None:
    from data.kinds import kinds

    shown = changes.detail(json.dumps(detail)).replace("\u00a0", " ").replace("\u202f", " ")
    assert shown == expected.replace("{log}", kinds()["log"].title.lower())


def test_the_lines_of_a_demonstration_are_named_by_kind() -> None:
    words = ("canteens", "schools", "enrolment", "mapping", "menus", "strikes", "log")
    shown = changes.detail(json.dumps(dict.fromkeys(words, 1)))
    assert not [word for word in words if word in shown and word != "menus"]


def test_undoing_and_redoing_have_a_name() -> None:
    assert changes.action("undo") == "Dépôt annulé"
    assert changes.action("redo") == "Dépôt rétabli"


def test_a_mark_that_changes_is_told_with_a_comma() -> None:
    change = {"key": "École A · 2025-03-01", "column": "satisfaction", "old": "3.5", "new": "4.25"}
    shown = changes.changes([change, change | {"old": None, "new": "4.0"}]).replace("\u00a0", " ")
    assert shown.startswith("École A · 01/03/2025, ")
    assert changes.changes([change], kind="equipment").startswith("École A · 03/2025, ")
    assert ": 3,5 → 4,25 ; " in shown
    assert shown.endswith(": — → 4")


def test_a_line_is_named_once_however_many_of_its_values_change() -> None:
    tablet, visit = {"key": "Tablette", "old": "3", "new": "4"}, {"key": "Visite", "old": None, "new": "2"}
    found = [tablet | {"column": "impact"}, tablet | {"column": "effort"}, visit | {"column": "impact"}]
    shown = changes.changes(found).replace("\u00a0", " ")
    assert shown == "Tablette, impact : 3 → 4 ; effort : 3 → 4 ; Visite, impact : — → 2"


LINE = {
    "action": "deposit", "kind": "devices", "file_name": "tablettes.csv", "deposit_id": 22, "typed": False,
    "changes": [], "lines": 12, "added": 10, "changed": 1, "without_measure": 0, "unchanged": 0,
    "rejected": 1, "detail": "{}",
}  # fmt: skip
ADDED = {"key": "Bilan", "column": "ligne", "old": None, "new": "ajoutée"}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({}, "Matériels, fichier « tablettes.csv » : 10 lignes ajoutées, 1 modifiée, 1 rejetée (dépôt n° 22)"),
        ({"added": 0, "rejected": 0}, "Matériels, fichier « tablettes.csv » : 1 ligne modifiée (dépôt n° 22)"),
        ({"action": "undo"}, "Matériels, fichier « tablettes.csv » (dépôt n° 22)"),
        (
            {"kind": "milestones", "typed": True, "lines": 1, "changes": [ADDED]},
            "Jalons : Bilan, ligne ajoutée (dépôt n° 22)",
        ),
        ({"action": "user", "kind": None, "detail": '{"role": "comite"}'}, "rôle : Comité de pilotage"),
    ],
)
def test_a_line_of_the_journal_says_what_is_known(row: dict[str, object], expected: str) -> None:
    assert changes.line(LINE | row).replace("\u00a0", " ") == expected


def test_announcements_their_answers_and_notes_are_said_in_sentences() -> None:
    about = {"canteen": "Les Tilleuls", "date": "2026-12-03", "event": "outing", "meals": -45, "sentence": "CM2"}
    said = {
        "Annonce : Les Tilleuls, jeudi 3 décembre : sortie, −45 repas (CM2) ; trop tard : la commande est partie":
            {"act": "announced", **about, "too_late": True},
        "Annonce vue : Les Tilleuls, jeudi 3 décembre : sortie, −45 repas (CM2)": {"act": "seen", "about": [about]},
        "Annonce acceptée : Les Tilleuls, jeudi 3 décembre : fermée, aucun repas":
            {"act": "accepted", **about, "event": "closure", "meals": None, "sentence": None},
        "Réponse à l’annonce : Les Tilleuls, jeudi 3 décembre : +12 repas (CM2) ; « Entendu »":
            {"act": "answered", **about, "event": "other", "meals": 12, "answer": "Entendu"},
        "Annonce retirée : Les Tilleuls, jeudi 3 décembre : sortie, −45 repas (CM2)": {"act": "withdrawn", **about},
    }  # fmt: skip
    for sentence, detail in said.items():
        row = {"action": "announcement", "kind": None, "detail": json.dumps(detail)}
        assert changes.line(row).replace("\u00a0", " ") == sentence
    days = {"starts_on": "2026-12-01", "ends_on": "2026-12-03"}
    notes = {
        "Mot pour toutes les cantines, du mardi 1er décembre au jeudi 3 décembre : « Riz »":
            {"text": "Riz", "canteen": None, "district": None, **days},
        "Mot pour secteur Nord, mardi 1er décembre : « Riz »":
            {"text": "Riz", "canteen": None, "district": "Nord", **days, "ends_on": "2026-12-01"},
        "Mot retiré : « Riz »": {"act": "withdrawn", "text": "Riz"},
    }  # fmt: skip
    for sentence, detail in notes.items():
        row = {"action": "kitchen_note", "kind": None, "detail": json.dumps(detail)}
        assert changes.line(row).replace("\u00a0", " ") == sentence
