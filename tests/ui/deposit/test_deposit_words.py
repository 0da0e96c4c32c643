"""What the page Dépôt says of a report."""

from __future__ import annotations

import pytest

from data.deposit.apply import Finding
from data.kinds import kinds
from data.kinds.records import RECORD_TABLES
from ui.deposit import sentences as say
from ui.deposit.groups import grouped
from ui.kit import columns


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize("kind", RECORD_TABLES)
def test_every_value_that_can_change_has_a_french_title(kind: str) -> None:
    table = RECORD_TABLES[kind]
    assert all(columns.column_title(column, kind) != column for column in table.values)
    assert all(columns.column_title(column, None) != column for column in table.values)


@pytest.mark.parametrize("kind", RECORD_TABLES)
def test_a_column_of_the_file_is_one_of_its_schema(kind: str) -> None:
    assert RECORD_TABLES[kind].columns.keys() <= {field.name for field in kinds()[kind].fields}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("« abc » n’est pas un nombre entier", "« x;y » n’est pas un nombre entier"),
        ("A · M · 05/09/2016 : 90 servis pour 40 prévus : plus du double", "B « c » · E · 06/09/2016 : 9 servis pour 4 "
         "prévus : plus du double"),
        ("contredit une autre ligne du fichier (lignes 2, 3) : gardez une seule valeur",
         "contredit une autre ligne du fichier (lignes 8, 12, 15) : gardez une seule valeur"),
    ],
)  # fmt: skip
def test_reasons_of_one_kind_differ_only_by_their_line(one: str, other: str) -> None:
    assert grouped([Finding(1, "c", one), Finding(2, "c", other)])["Nombre"].tolist() == [2]


def test_errors_are_grouped_by_column_and_kind_with_their_lines() -> None:
    findings = [Finding(line, "reel", f"« {line} » n’est pas un nombre") for line in range(3, 14)]
    groups = grouped([*findings, Finding(2, "date", "valeur absente"), Finding(None, "x", "colonne inconnue")])
    assert list(groups["Colonne"]) == ["reel", "date", "x"]
    assert list(groups["Nombre"]) == [11, 1, 1]
    assert list(groups["Lignes"]) == ["3, 4, 5, 6, 7, 8, 9, 10…", "2", "—"]
    assert plain(groups["Raison"][0]) == "« … » n’est pas un nombre"


@pytest.mark.parametrize(
    ("reasons", "shown"),
    [
        (
            [f"« 0{day}/06 22:00 » : toutes les heures sont 22:00 ou 23:00" for day in (4, 5)],
            "« … » : toutes les heures sont 22:00 ou 23:00",
        ),
        (["lignes 2, 3 : la colonne « bac » les distingue", "lignes 4, 5 : la colonne « bac » les distingue"],
         "lignes … : la colonne « bac » les distingue"),
        (["A 1 · M · 05/09/2016 : 90 servis pour 40 prévus", "B · M · 06/09/2016 : 90 servis pour 4 prévus"],
         "90 servis pour … prévus"),
        (["12 repas pour 40", "2 repas pour 40"], "… repas pour 40"),
        (["2 repas pour 40", "12 repas pour 40", "2 repas pour 41"], "… repas pour …"),
    ],
)  # fmt: skip
def test_only_what_differs_among_the_lines_is_left_out_of_their_reason(reasons: list[str], shown: str) -> None:
    rows = grouped([Finding(line, "c", reason) for line, reason in enumerate(reasons)])
    assert [plain(reason) for reason in rows["Raison"]] == [shown]


def test_a_title_counts_the_reasons_that_its_table_shows() -> None:
    rows = grouped([Finding(line, "reel", f"« {line} » n’est pas un nombre") for line in (2, 3)])
    assert plain(say.rejected_title(2, len(rows))) == "2 lignes rejetées (1 raison)"
