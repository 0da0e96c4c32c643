"""The sentences of the page Dépôt about a report and its findings."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

from data.calendar.names import WEEKDAYS
from data.deposit.apply import DepositReport, Finding
from data.deposit.choices import in_words
from data.deposit.report import Findings
from data.kinds import kinds
from data.reading.layout import GridCell
from data.typography import TITLE, cut
from ui.kit.columns import column_title, key_in_words, title_of, value_in_words
from ui.kit.formats import MISSING, SPACE, enumeration, moment, number, plural

LINES_NAMED = 8
NAME_SHOWN = 34
# What a line “sans mesure” lacks, by kind of file.
WITHOUT_MEASURE = {
    "log": "aucun chiffre sur la ligne",
    "mapping": "sans cantine",
    "schools": "sans cantine",
    "canteens": "sans rien d’autre que le nom, ou pour d’autres que les écoles",
    "enrolment": "sans effectif, ou d’une autre commune",
    "menus": "sans plat, ou pour d’autres que les écoles",
    "menus_scdl": "sans plat, d’un autre repas ou pour d’autres que les écoles",
    "holidays": "d’une autre zone, ou qui ne sont pas des vacances d’élèves",
    "strikes": "jour sans grève",
}
Deposit = dict[Hashable, Any]


def summary(report: DepositReport) -> str:
    """Say in one sentence where every line of the file goes."""
    return (
        f"{plural(report.lines, 'ligne')}{SPACE}: {plural(report.accepted, 'acceptée')}"
        f"{_others(report.without_measure, report.unchanged, report.rejected_lines)}."
    )


def _others(without_measure: int, unchanged: int, rejected: int) -> str:
    """Count the lines that bring nothing, by reason; what there is none of is not told."""
    counts = {"sans mesure": without_measure, "inchangée": unchanged, "rejetée": rejected}
    told = [plural(count, word, word if word == "sans mesure" else None) for word, count in counts.items() if count]
    return "".join(f", {one}" for one in told)


def rejected_title(lines: int, reasons: int) -> str:
    """Count the rejected lines, and the kinds of reasons: several lines may share one, and one line have several."""
    return f"{plural(lines, 'ligne rejetée', 'lignes rejetées')} ({plural(reasons, 'raison')})"


def without_measure(kind: str) -> str:
    """Say what a line “sans mesure” of this kind of file lacks."""
    return WITHOUT_MEASURE.get(kind, "rien à enregistrer sur la ligne")


def findings_table(findings: Sequence[Finding], kind: str = "") -> pd.DataFrame:
    """Return one row per finding."""
    table = table_of(findings)
    columns = table["column"].to_pandas().fillna(MISSING)
    return pd.DataFrame(
        {
            "Ligne": pd.array(table["line"].to_pandas(), dtype="Int64"),
            "Colonne": columns.map({column: column_of(kind, column) for column in columns.unique()}),
            "Raison": table["reason"].to_pandas(),
        }
    )


def table_of(findings: Sequence[Finding]) -> pa.Table:
    """Return findings as a table of line, column and reason."""
    return (findings if isinstance(findings, Findings) else Findings.of(findings)).table


def lines_named(lines: Iterable[int | None]) -> str:
    """Name the first lines: “3, 8, 12…”."""
    first = sorted({line for line in lines if line is not None})
    named = ", ".join(map(str, first[:LINES_NAMED]))
    return f"{named}…" if len(first) > LINES_NAMED else named or MISSING


def column_of(kind: str, column: str) -> str:
    """Name a column of a file by its header and, where it says more, by its title: “reel (repas servis)”."""
    file_kind = kinds().get(kind)
    title = next((field.title for field in file_kind.fields if field.name == column), None) if file_kind else None
    title = title.removesuffix(" (kg)") if title else None  # the header says it, and so do the brackets around
    return f"{column} ({title[0].lower()}{title[1:]})" if title and title.lower() != column else column


def grid_table(cells: Sequence[GridCell]) -> pd.DataFrame:
    """Return one row per figure of a grid: where it stands in the file, and what it is read as."""
    return pd.DataFrame(
        {
            "Ligne": enumeration([str(line) for line in cell.lines]),
            "Colonne": cell.title,
            "Case": cell.text,
            "Lue comme": f"{cell.site}, {WEEKDAYS[cell.day.weekday()]} {cell.day:%d/%m/%Y}",
            "Chiffre": column_of("log", cell.column),
        }
        for cell in cells
    )


def changes_table(changes: pd.DataFrame, kind: str | None = None) -> pd.DataFrame:
    """Return the changed values with French titles, dates and numbers: old value, then new value."""
    return pd.DataFrame(
        {
            "Ligne": changes["line"].astype(str),
            "Concerne": [cut(key_in_words(key, kind), TITLE) for key in changes["key"]],
            "Valeur": [column_title(column, kind) for column in changes["column"]],
            "Aujourd’hui": [cut(value_in_words(value), TITLE) for value in changes["old"]],
            "Deviendra": [cut(value_in_words(value), TITLE) for value in changes["new"]],
        }
    )


def short_name(file: str) -> str:
    """Return a file name that leaves room for the other columns: its beginning and its end."""
    return file if len(file) <= NAME_SHOWN else f"{file[: NAME_SHOWN - 13]}…{file[-12:]}"


def deposit_name(row: Deposit) -> str:
    """Name a deposit in a list."""
    state = "" if row["active"] else " (annulé)"
    return f"n°{SPACE}{row['deposit_id']}, {row['file_name']}, {moment(row['deposited_at'])}{state}"


def account_of(row: Deposit) -> str:
    """Say where every line of a past deposit went."""
    changed = f" (dont {plural(row['changed'], 'modifiée')})" if row["changed"] else ""
    return (
        f"{title_of(row['kind'])}{SPACE}: {plural(row['lines'], 'ligne')}, {plural(row['accepted'], 'acceptée')}"
        f"{changed}{_others(row['without_measure'], row['unchanged'], row['rejected'])}{SPACE}; "
        f"{number(row['warnings'])} à vérifier."
        + "".join(f" Choisi{SPACE}: {sentence}." for sentence in in_words(row.get("choices")))
    )


def undo_consequences(row: Deposit) -> list[str]:
    """Say what will happen when a deposit is undone."""
    consequences = []
    new = int(row["accepted"] - row["changed"])
    if new:
        lines = (
            "Sa ligne nouvelle disparaît"
            if new == 1
            else f"Ses {plural(new, 'ligne nouvelle', 'lignes nouvelles')} disparaissent"
        )
        consequences.append(f"{lines} de toutes les pages, sauf ce qu’un autre dépôt actif dit aussi.")
    if row["changed"]:
        lines = plural(row["changed"], "ligne modifiée retrouve", "lignes modifiées retrouvent")
        consequences.append(f"{lines} la valeur d’avant, sauf si un dépôt plus récent en donne une autre.")
    if row["kind"] == "log":
        consequences.append("Les rattachements choisis avec ce fichier sont annulés aussi.")
    return [*consequences, "Les autres dépôts restent tels quels, et vous pourrez rétablir celui-ci."]


def redo_consequences(row: Deposit) -> list[str]:
    """Say what will happen when a deposit is redone."""
    lines = plural(row["accepted"], "ligne acceptée revient", "lignes acceptées reviennent")
    consequences = [f"{lines} sur toutes les pages, sauf les valeurs qu’un dépôt plus récent donne aussi."]
    if row["kind"] == "log":
        consequences.append("Les rattachements choisis avec ce fichier sont rétablis aussi.")
    return [*consequences, "Les autres dépôts restent tels quels, et vous pourrez annuler celui-ci à nouveau."]
