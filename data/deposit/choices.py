"""What a depositor decides where a file leaves a doubt: never decided silently, and recorded with the deposit."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from data.reading.times import AS_WRITTEN, NEXT_DAY
from data.typography import TITLE, french, quoted

__all__ = ["AS_WRITTEN", "NEXT_DAY", "NO_CHOICE", "Choices", "Split"]


@dataclass(frozen=True)
class Choices:
    """The decisions on one file.

    `column` tells apart the lines of one key: they are added up, but for the measures of `once`, which each line
    repeats (None: those that seem to be); or only the lines with the value `kept` are kept. `early_dates`
    (`data.reading.times`) says how to read dates that may be a day early.
    """

    column: str | None = None
    kept: str | None = None
    once: tuple[str, ...] | None = None
    early_dates: str | None = None

    def as_json(self) -> str | None:
        """Return what is recorded with a deposit: NULL when nothing had to be decided."""
        made = {name: value for name, value in asdict(self).items() if value is not None}
        return json.dumps(made, ensure_ascii=False) if made else None

    @property
    def adds_up(self) -> bool:
        """Whether lines are to be added up."""
        return self.column is not None and self.kept is None


NO_CHOICE = Choices()


@dataclass(frozen=True)
class Split:
    """A column, not part of the key, that tells apart lines of one key; what can be done with these lines.

    `lines` counts these lines, `values` has the values of the column with their number of lines (empty: too many),
    `measures` those that can be added up, `once` those that seem to be repeated on each line. `first_lines` are the
    first distinct lines, `first_figures` what each measure is there.
    """

    column: str
    lines: int
    values: tuple[tuple[str, int], ...]
    measures: tuple[str, ...]
    once: tuple[str, ...]
    first_lines: tuple[int, ...]
    first_figures: tuple[tuple[float, ...], ...]

    def add_up(self, once: Iterable[str] | None = None) -> Choices:
        """Return the choice to add these lines up."""
        return Choices(self.column, once=self.once if once is None else tuple(sorted(once)))

    def keep(self, value: str) -> Choices:
        """Return the choice to keep the lines of one value only."""
        return Choices(self.column, kept=value)


def in_words(recorded: object) -> list[str]:
    """Return the sentences, in French, of the choices recorded with a deposit, if any."""
    choices: dict[str, Any] = json.loads(recorded) if isinstance(recorded, str) else {}
    sentences = []
    if column := choices.get("column"):
        kept = choices.get("kept")
        once = ", ".join(choices.get("once", ()))
        sentences.append(
            f"lignes distinguées par {quoted(column, TITLE)} additionnées{f' (sauf {once})' if once else ''}"
            if kept is None
            else f"seules les lignes où {quoted(column, TITLE)} vaut {value_in_words(kept)} sont lues"
        )
    if early := choices.get("early_dates"):
        sentences.append("dates lues au lendemain" if early == NEXT_DAY else "dates du soir lues telles quelles")
    return [french(sentence) for sentence in sentences]


def value_in_words(value: str) -> str:
    """Quote a value of a column; an empty cell is named."""
    return quoted(value) if value else "vide"
