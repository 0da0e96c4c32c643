"""Small files of the programme, written and deposited as people would."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from data.clock import today_in_paris
from data.deposit.apply import apply
from data.deposit.report import DepositReport
from data.store import Store

Cell = str | int | float | date | None
TOMORROW = today_in_paris() + timedelta(days=1)
SCHOOL, OTHER = "École Alpha", "École Beta"
STAGES = "ecole etape debut_prevu fin_prevue debut_reel fin_reelle"


def day(number: int, month: int = 3) -> date:
    """Return a day of 2025, of March unless told."""
    return date(2025, month, number)


STAGE: dict[str, Any] = {"ecole": SCHOOL, "etape": "installation"}
COUNT: dict[str, Any] = {"ecole": SCHOOL, "metier": "restauration", "mois": day(1)}


def deposit(store: Store, columns: str, rows: Iterable[Iterable[Cell]]) -> DepositReport:
    """Deposit rows under these columns (separated by spaces) as a French file; all its lines must be taken."""
    lines = [";".join(_text(cell) for cell in row) for row in rows]
    content = "\n".join([columns.replace(" ", ";"), *lines]) + "\n"
    report = apply(store, "programme.csv", content.encode(), "mission@ville.fr")
    assert list(report.rejected) == []
    return report


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    return cell.strftime("%d/%m/%Y") if isinstance(cell, date) else str(cell).replace(".", ",")
