"""Effet du pilote: the comité reads one sentence, how sure it is, and against whom."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from data.store import Store
from models.pilot.study import study
from tests.conftest import COUNT_AGAIN
from tests.pages.conftest import Open, add_user, texts
from ui.kit.formats import number

PAGE = "pages/mission/effet.py"


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def change(path: Path, statement: str) -> None:
    store = Store(path)
    with store.write("test", "test", {}) as cursor:
        cursor.execute(statement)
    store.close()


def test_the_comite_reads_the_sentence_first_on_the_page_and_on_the_synthesis(open_app: Open, demo_store: Path) -> None:
    add_user(demo_store, "comite")
    store = Store(demo_store)
    effect = study(store).effects["waste"].change
    store.close()
    grams, least, most = (number(abs(value)) for value in (effect.value, effect.upper, effect.lower))
    sentence = f"gaspillent {grams} g de moins par repas (entre {least} et {most}) que sans le pilote, sous réserve"
    app = open_app(demo_store, PAGE, role="comite")
    first = next(block.value for block in app.html if 'class="takeaway"' in block.value)
    assert sentence in plain(first)
    assert "Les 6 écoles jugées (sur 7 passées par le test ; l’autre n’a pas assez de jours connus)" in plain(first)
    # The demonstration weighs too little before the pilot: the headline says so, not only a block further down.
    assert "l’évolution d’avant le pilote n’a pas pu être vérifiée" in plain(first)
    assert "établi, sous réserve" in next(metric.delta for metric in app.metric if "Gaspillage" in metric.label)
    assert sentence in texts(app.switch_page("pages/comite/synthese.py").run())


def test_shortage_stands_beside_surplus_and_the_way_before_is_told(open_app: Open, demo_file: Path) -> None:
    app = open_app(demo_file, PAGE)
    assert [metric.label.split(",")[0] for metric in app.metric] == [
        "Gaspillage", "Repas en trop", "Repas manquants", "Écoles comptées",
    ]  # fmt: skip
    app = open_app(demo_file, PAGE, volet="Méthode")
    shown = texts(app)
    assert "Évoluaient" in " ".join(header.value for header in app.header)
    assert "Repas en trop : ✓ on ne voit pas d’écart" in shown
    assert "Gaspillage : pas assez de jours connus avant le pilote" in shown


def test_every_school_has_its_comparison_canteens_or_the_reason_why_not(open_app: Open, demo_file: Path) -> None:
    sheet = next(
        block.value
        for block in open_app(demo_file, PAGE, volet="Cantines comparées").html
        if "Comparée à" in block.value
    )
    schools = [re.split("</t[dh]>", line) for line in sheet.split("<tr>")[2:]]
    assert len(schools) == 12
    assert sum("pas encore en test" in why for _, _, why, *_ in schools) == 5
    assert sum(">—" not in gap for _, gap, *_ in schools) == 6
    assert sum(">—" not in others for _, _, _, others, _ in schools) == 6


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("DELETE FROM site_rows", "Aucune école test n’est encore enregistrée"),
        (
            "UPDATE stage_rows SET actual_start = NULL WHERE stage = 'test'",
            "Aucune école n’a commencé son étape « test »",
        ),
        (
            "UPDATE stage_rows SET actual_start = NULL WHERE stage = 'test' AND school NOT LIKE '%Alan Turing'",
            "1 école sur 12 en test, mais il faut deux écoles en test au moins",
        ),
    ],
    ids=["no school", "no start", "one school"],
)
def test_what_is_missing_is_said_in_words(open_app: Open, demo_store: Path, statement: str, message: str) -> None:
    change(demo_store, statement)
    app = open_app(demo_store, PAGE)
    assert not app.exception
    assert message in plain(app.info[0].value)
    assert not app.metric


def test_without_weighings_the_surplus_is_still_told(open_app: Open, demo_store: Path) -> None:
    change(demo_store, f"UPDATE log_rows SET preparation_kg = NULL; {COUNT_AGAIN}")
    app = open_app(demo_store, PAGE)
    assert not app.exception
    first = next(block.value for block in app.html if 'class="takeaway"' in block.value)
    assert "repas en trop de moins" in plain(first)
    assert "Gaspillage : on ne peut pas encore conclure (aucun chiffre connu dans les écoles en test)" in texts(app)
