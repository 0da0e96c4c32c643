"""A report of the comité is kept as it was made, with who made it, when, and of which period."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from data.access.rights import Act, Person, reach
from data.settings.known import plain
from data.store import Store

ACTION = "report"  # in the audit trail
MADE, WITHDRAWN, PUT_BACK = "made", "withdrawn", "put_back"
FORMATS = ("pdf", "pptx", "xlsx")
LONGEST_INTRODUCTION = 600

REPORTS = """
SELECT report_id, filters, introduction, made_at, made_by FROM reports
WHERE (withdrawn_at IS NOT NULL) = $withdrawn
ORDER BY report_id DESC
"""
# A second click on the same button: the report it asks for has just been made.
JUST_MADE = """
SELECT report_id FROM reports
WHERE filters = $filters AND introduction IS NOT DISTINCT FROM $introduction AND made_by = $actor
    AND withdrawn_at IS NULL AND made_at > now() AT TIME ZONE 'UTC' - INTERVAL 1 MINUTE
"""
# A report that was withdrawn has no file to give.
FILE = """
SELECT content FROM report_files JOIN reports USING (report_id)
WHERE report_id = $report AND format = $format AND withdrawn_at IS NULL
"""


class _JustMade(Exception):
    """Ends the transaction of a report that was made less than a minute ago."""


class ReportRefused(Exception):
    """What somebody wants to do with a report is not possible; the message is in French."""


@dataclass(frozen=True)
class Kept:
    """A report: what it is about (`filters`: its period, in words), its introduction, when (UTC) and by whom made."""

    report_id: int
    filters: str
    introduction: str | None
    made_at: datetime
    made_by: str


def may_make(person: Person) -> bool:
    """Tell whether a person may make reports, withdraw them and put them back."""
    return bool(reach(person, Act.DEPOSIT, "decisions"))


def may_read(person: Person) -> bool:
    """Tell whether a person may have the files of a report."""
    return bool(reach(person, Act.REPORT))


def introduction_of(text: str) -> str | None:
    """Return an introduction as it is kept, on one line; None when nothing is written. Raises ReportRefused."""
    kept = plain(text)
    if len(kept) > LONGEST_INTRODUCTION:
        raise ReportRefused(f"Introduction\u00a0: écrivez {LONGEST_INTRODUCTION} caractères au plus.")
    return kept or None


def keep(store: Store, person: Person, filters: str, introduction: str | None, files: Mapping[str, bytes]) -> int:
    """Keep a report with its files by format; return its number. Raises ReportRefused.

    The same person, period and introduction within a minute are one report: the first is returned.
    """
    detail = {"act": MADE, "filters": filters, "introduction": introduction}
    about = {"filters": filters, "introduction": introduction, "actor": person.name}
    with suppress(_JustMade), store.write(person.name, ACTION, detail) as cursor:
        _check(person)
        made = cursor.execute(JUST_MADE, about).fetchall()
        if made:
            raise _JustMade
        made = cursor.execute(
            "INSERT INTO reports (filters, introduction, made_by) VALUES ($filters, $introduction, $actor)"
            " RETURNING report_id",
            about,
        ).fetchall()
        for name in FORMATS:
            cursor.execute(
                "INSERT INTO report_files VALUES ($report, $format, $content)",
                {"report": made[0][0], "format": name, "content": files[name]},
            )
    return int(made[0][0])


def reports(store: Store, *, withdrawn: bool = False) -> list[Kept]:
    """Return the reports, or those that were withdrawn, the last one first."""
    rows = store.read(REPORTS, {"withdrawn": withdrawn}).astype({"introduction": object})
    return [_kept(row) for row in rows.to_dict("records")]


def file_of(store: Store, report_id: int, name: str) -> bytes:
    """Return the file of a report in one of FORMATS. Raises ReportRefused when it was withdrawn."""
    rows = store.read(FILE, {"report": report_id, "format": name})
    if rows.empty:
        raise ReportRefused("Ce rapport a été retiré.")
    return bytes(rows["content"].iloc[0])


def withdraw(store: Store, person: Person, report_id: int) -> None:
    """Withdraw a report: it is no longer listed nor given, and its files are kept. Raises ReportRefused."""
    _set(store, person, report_id, WITHDRAWN)


def put_back(store: Store, person: Person, report_id: int) -> None:
    """Put back a report that was withdrawn, as it was. Raises ReportRefused."""
    _set(store, person, report_id, PUT_BACK)


def _set(store: Store, person: Person, report_id: int, act: str) -> None:
    detail: dict[str, Any] = {"act": act}
    with store.write(person.name, ACTION, detail) as cursor:
        _check(person)
        row = cursor.execute(
            """
            UPDATE reports SET withdrawn_at = CASE WHEN $withdraw THEN now() AT TIME ZONE 'UTC' END
            WHERE report_id = $report AND (withdrawn_at IS NULL) = $withdraw
            RETURNING filters
            """,
            {"report": report_id, "withdraw": act == WITHDRAWN},
        ).fetchone()
        if row is None:
            raise ReportRefused("C’est déjà fait\u00a0: rien ne change.")
        detail["filters"] = row[0]


def _check(person: Person) -> None:
    if not may_make(person):
        raise ReportRefused("Seule la mission numérique fait les rapports du comité.")


def _kept(row: Mapping[Any, Any]) -> Kept:
    introduction = row["introduction"] if isinstance(row["introduction"], str) else None
    return Kept(
        int(row["report_id"]), str(row["filters"]), introduction, row["made_at"].to_pydatetime(), str(row["made_by"])
    )
