"""Small files of the programme, written and deposited as people would."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from data.deposit import apply
from data.report import DepositReport
from data.store import Store

Cell = str | int | float | date | None


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
