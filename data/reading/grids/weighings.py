"""Weighings of one day of a canteen: several rows of a grid that weigh the same place add up."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date

from data.reading.dates import Remark
from data.reading.grids.losses import BREAD, EVERYTHING, WEIGHTS
from data.reading.grids.shape import Column

NUMBER = re.compile(r"[+-]?\s*\d[\d\s.,]*\s*[^\d\s]*$")
KG = re.compile(r"\d\s*(kg|kilos?|g|grammes?)\.?$", re.IGNORECASE)
DECIMAL = re.compile(r"\d+[.,]\d{1,2}$")
LEFTOVERS = "restes_assiette_kg"
SINGLE = (
    "pesée unique (tous les déchets ensemble)\u00a0: enregistrée comme restes d’assiette, faute de place pesée ; "
    "le commentaire de chaque ligne le dit"
)


@dataclass(frozen=True)
class Figure:
    """A filled cell of a grid: where it stands, its canteen and day, what it measures; `sources` are (line, text)."""

    line: int
    column: Column
    value: str
    site: str
    site_kind: str
    day: date
    measure: str
    level: int
    label: str
    comment: str = ""
    added: tuple[tuple[int, str], ...] = field(default=())

    @property
    def sources(self) -> tuple[tuple[int, str], ...]:
        """Return the lines and texts of the cells that make this figure."""
        return self.added or ((self.line, self.value),)

    @property
    def written(self) -> str:
        """Return the text of its cell, or those of its cells with their sum: “1,6 + 16 = 17,6”."""
        texts = [text for _, text in self.sources]
        if len(texts) == 1 or any(_number(text) is None for text in texts):
            return " + ".join(texts)
        return f"{' + '.join(texts)} = {self.value.replace('.', ',')}"


def in_kg(text: str) -> bool:
    """Tell whether a number is a weight: it has a unit of weight, or decimals."""
    return KG.search(text) is not None or DECIMAL.fullmatch(text) is not None


def merged_weighings(figures: list[Figure]) -> tuple[list[Figure], list[Remark]]:
    """Return the figures with one weight per canteen, day and place: those of the most detailed level, added up.

    A single weighing of everything, and bread, have no place of their own: they count as leftovers of the plates.
    """
    groups: dict[tuple[str, str, date], list[Figure]] = {}
    for figure in figures:
        groups.setdefault((figure.site, figure.site_kind, figure.day), []).append(figure)
    merged: list[Figure] = []
    remarks: list[Remark] = []
    for group in groups.values():
        weights = [figure for figure in group if figure.measure in (*WEIGHTS, EVERYTHING, BREAD)]
        merged += [figure for figure in group if figure not in weights]
        level = max((figure.level for figure in weights), default=0)
        kept = [figure for figure in weights if figure.level == level]
        remarks += [
            (
                figure.line,
                figure.column.title.text,
                f"niveau {figure.level} non lu\u00a0: le niveau {level} est plus précis",
            )
            for figure in weights
            if figure.level != level
        ]
        merged += _by_place(kept)
        remarks += [(figure.line, LEFTOVERS, SINGLE) for figure in kept if figure.measure == EVERYTHING]
    return merged, list(dict.fromkeys(remarks))


def _by_place(weights: list[Figure]) -> list[Figure]:
    single = any(figure.measure == EVERYTHING for figure in weights)
    places: dict[str, list[Figure]] = {}
    for figure in weights:
        place = LEFTOVERS if figure.measure in (EVERYTHING, BREAD) else figure.measure
        places.setdefault(place, []).append(figure)
    return [_sum(place, parts, single=single) for place, parts in places.items()]


def _sum(place: str, parts: list[Figure], *, single: bool) -> Figure:
    numbers = [_number(figure.value) for figure in parts]
    total = round(sum(number for number in numbers if number is not None), 3)
    # A text that is no number stays as it is: its line is rejected with it.
    value = next((f.value for f, number in zip(parts, numbers, strict=True) if number is None), f"{total:g}")
    written = " + ".join(f"{figure.label.rsplit(' · ', 1)[-1]}\u00a0: {figure.value}" for figure in parts)
    comment = f"{'Pesée unique, ' if single else ''}{written}" if single or len(parts) > 1 else ""
    sources = tuple((figure.line, figure.value) for figure in parts)
    return replace(
        parts[0], measure=place, value=value if len(parts) > 1 else parts[0].value, comment=comment[:300], added=sources
    )


def _number(text: str) -> float | None:
    plain = re.sub(r"\s*(kg|kilos?)\.?$", "", text, flags=re.IGNORECASE).replace("\u00a0", "").replace(" ", "")
    try:
        return float(plain.replace(",", "."))
    except ValueError:
        return None
