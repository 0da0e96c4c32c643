"""The pilots of the programme come in by files and forms alike; what the comité decided is never lost nor invented."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pandas as pd
import pytest

from data.clock import today_in_paris
from data.deposit import edits
from data.deposit.apply import apply, preview
from data.deposit.undo import undo
from data.queries import portfolio
from data.store import Store

TODAY = date(2026, 6, 5)
HEADER = "pilote;etape;impact;effort;priorite;a_decider;attendue_le;choix;prise_le"
FILE = f"""{HEADER}
Tablette Antigaspi;test;5;3;1;Équiper douze écoles;01/06/2026;Tester un an;12/01/2026
Accueil des parents;idée;3;5;;;;;
Commande en ligne;BILAN;2;2;3;;;Tester;12/02/2026
Facilitateurs;généralisé;;1;2;;;Généraliser;12/03/2026
Vieux projet;arrêté;1;5;;Rouvrir;01/09/2026;Arrêter;12/04/2026
"""


@pytest.fixture
def filled(store: Store) -> Store:
    report = apply(store, "pilotes.csv", FILE.encode(), "agent")
    assert (report.kind, report.accepted, report.rejected) == ("pilots", 5, [])
    return store


def weight(impact: str, effort: str) -> str | None:
    """Tell by hand what impact and effort suggest."""
    if not impact or not effort:
        return None
    names = {(True, False): "gain rapide", (True, True): "chantier de fond", (False, False): "à l’occasion"}
    return names.get((int(impact) >= 3, int(effort) >= 4), "à questionner")


def test_the_portfolio_says_what_the_file_says_in_the_order_of_the_comité(filled: Store) -> None:
    told = {row["pilote"]: row for row in csv.DictReader(io.StringIO(FILE), delimiter=";")}
    found = portfolio.pilots(filled, TODAY)
    assert found["pilot"].tolist() == [
        "Tablette Antigaspi", "Facilitateurs", "Commande en ligne", "Accueil des parents", "Vieux projet",
    ]  # fmt: skip
    for row in found.to_dict("records"):
        line = told[row["pilot"]]
        assert row["stage"] == line["etape"].lower()
        for own, column in (("impact", "impact"), ("effort", "effort"), ("priority", "priorite")):
            assert ("" if pd.isna(row[own]) else str(row[own])) == line[column]
        assert (None if pd.isna(row["weight"]) else row["weight"]) == weight(line["impact"], line["effort"])
        assert ("" if pd.isna(row["decided_on"]) else row["decided_on"].strftime("%d/%m/%Y")) == line["prise_le"]
        late = line["a_decider"] and line["attendue_le"] == "01/06/2026"
        assert (not pd.isna(row["delay_days"]) and row["delay_days"] == 4) == bool(late)


TOMORROW = (today_in_paris() + timedelta(days=1)).strftime("%d/%m/%Y")


@pytest.mark.parametrize(
    ("typed", "column", "words"),
    [
        ({"impact": "6"}, "impact", "5"),
        ({"effort": "0"}, "effort", "1"),
        ({"effort": "moyen"}, "effort", "moyen"),
        ({"etape": "pause"}, "etape", "pause"),
        ({"priorite": "-1"}, "priorite", "1"),
        ({"prise_le": TOMORROW, "choix": "Oui"}, "prise_le", "est à venir"),
        ({"prise_le": "31/02/2026", "choix": "Oui"}, "prise_le", "n’est pas une date"),
        ({"choix": "Oui"}, "prise_le", "indiquez le jour"),
        ({"prise_le": "01/02/2026"}, "choix", "écrivez ce qui a été décidé"),
        ({"attendue_le": "01/12/2026"}, "a_decider", "écrivez ce que le comité doit décider"),
    ],
)
def test_a_wrong_entry_is_refused_beside_its_field(
    store: Store, typed: dict[str, str], column: str, words: str
) -> None:
    outcome = edits.record(store, "pilots", [{"pilote": "Essai", **typed}], "mission", new=True)
    assert not outcome.saved
    assert words in outcome.refusals[0, column]
    assert portfolio.pilots(store, TODAY).empty


def test_a_priority_given_twice_and_an_end_without_decision_are_doubted(filled: Store) -> None:
    lines = "Nouveau;test;1;;\nFini;généralisé;;;\n"
    report = preview(filled, "p.csv", f"pilote;etape;priorite;choix;prise_le\n{lines}".encode())
    reasons = [finding.reason for finding in report.warnings]
    assert any("déjà donnée à «\u00a0Tablette Antigaspi\u00a0»" in reason for reason in reasons)
    assert any("sans décision du comité" in reason for reason in reasons)
    assert report.rejected == []


def test_a_decision_recorded_by_form_empties_its_question_and_undo_puts_it_back(filled: Store) -> None:
    known = next(row for row in edits.rows(filled, "pilots") if row["pilote"] == "Tablette Antigaspi")
    typed = known | {"a_decider": None, "attendue_le": None, "choix": "Oui", "prise_le": date(2026, 6, 2)}
    assert edits.record(filled, "pilots", [edits.line_of("pilots", known, typed)], "mission").saved
    row = portfolio.pilots(filled, TODAY).iloc[0]
    assert row["outcome"] == "Oui" and pd.isna(row["question"]) and pd.isna(row["due_on"])
    changes = edits.recent(filled)[0]
    assert {change["column"] for change in changes["changes"]} == {"question", "due_on", "outcome", "decided_on"}
    undo(filled, int(changes["deposit_id"]), "mission")
    assert portfolio.pilots(filled, TODAY).iloc[0]["question"] == "Équiper douze écoles"


def test_an_empty_portfolio_answers(store: Store) -> None:
    assert portfolio.pilots(store, TODAY).empty
