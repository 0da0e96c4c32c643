"""The kinds of files people deposit, each described by one Table Schema JSON in this folder."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from data.typography import typed

FOLDER = Path(__file__).parent / "schemas"
SPELLED_SIGNS = str.maketrans({"%": " pourcent ", "€": " euros ", "’": "'", "–": "-", "—": "-", "‑": "-"})


@dataclass(frozen=True)
class Field:
    """One column of a kind of file, as its Table Schema describes it.

    `headers` are the words that may name it in a file, the most certain first; `value_synonyms` are other ways to write
    some values; `units` may follow a number in its cell, the usual one first. A `month` column has dates: the
    first day of each month. The figures of an `additive` column add up over several lines. `headers_beside` are words
    that name it only beside one of some other titles: “Nom” in an export of GLPI, which has “Fabricant” too.
    """

    name: str
    title: str
    type: str
    description: str
    example: str
    required: bool
    required_column: bool
    preserve_spaces: bool
    enum: tuple[str, ...]
    minimum: float | None
    maximum: float | None
    max_length: int | None
    pattern: str | None
    month: bool
    foreign: bool
    units: tuple[str, ...]
    additive: bool
    headers: tuple[str, ...]
    value_synonyms: dict[str, str]
    headers_beside: dict[str, frozenset[str]]

    @property
    def length_note(self) -> str:
        """The longest length of a text, in French, with a space before; empty where the values are listed."""
        free = self.max_length is not None and not self.enum and not self.pattern
        return f" {self.max_length} caractères au plus." if free else ""

    @property
    def values_note(self) -> str:
        """The admitted values, in French, with a space before; empty without a list, or if the description has it."""
        listed = all(value in self.description for value in self.enum)
        return "" if listed else f" Valeurs admises\u00a0: {', '.join(self.enum)}."

    @property
    def date_format(self) -> str:
        """How people write a date of this column: as a day, or as a month."""
        return "%m/%Y" if self.month else "%d/%m/%Y"


@dataclass(frozen=True)
class Kind:
    """One kind of file: its columns, its key, and its measures: a line without any of them is “without measure”."""

    name: str
    title: str
    description: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    measures: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def additive(self) -> tuple[str, ...]:
        """The columns whose figures add up over several lines."""
        return tuple(field.name for field in self.fields if field.additive)

    @property
    def own_fields(self) -> tuple[Field, ...]:
        """Return the columns that models ask for and exports give back."""
        return tuple(field for field in self.fields if not field.foreign)

    def recognises(self, columns: set[str]) -> bool:
        """Tell whether a file with these columns can be of this kind."""
        required = {field.name for field in self.fields if field.required_column}
        return required <= columns and not columns.isdisjoint(self.measures)


def normalise(header: str) -> str:
    """Return a header without case, accents, spaces or punctuation: “Non servi (kg)” → “non_servi_kg”.

    A sign is replaced by its word, so that “Préparation (%)” differs from “Préparation”.
    """
    plain = typed(header.translate(SPELLED_SIGNS))
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")


@cache
def kinds() -> dict[str, Kind]:
    """Return every kind of file by its name."""
    loaded = (_kind(json.loads(path.read_text(encoding="utf-8"))) for path in sorted(FOLDER.glob("*.json")))
    return {kind.name: kind for kind in loaded}


def _kind(schema: dict[str, Any]) -> Kind:
    return Kind(
        name=schema["name"],
        title=schema["title"],
        description=schema["description"],
        fields=(
            *(_field(field) for field in schema["fields"]),
            *(_field(field, foreign=True) for field in schema.get("foreignFields", ())),
        ),
        key=tuple(schema["primaryKey"]),
        measures=tuple(schema["measures"]),
        missing=tuple(value.upper() for value in schema["missingValues"] if value),
    )


def _field(field: dict[str, Any], *, foreign: bool = False) -> Field:
    constraints = field.get("constraints", {})
    required = constraints.get("required", False)
    return Field(
        name=field["name"],
        title=field["title"],
        type=field["type"],
        description=field["description"],
        # A JSON number has a point; people write a comma.
        example=str(field["example"]).replace(".", ",") if field["type"] == "number" else field["example"],
        required=required,
        required_column=required or field.get("requiredColumn", False),
        preserve_spaces=field.get("whitespace") == "preserve",
        enum=tuple(constraints.get("enum", ())),
        minimum=constraints.get("minimum"),
        maximum=constraints.get("maximum"),
        max_length=constraints.get("maxLength"),
        pattern=constraints.get("pattern"),
        month=field.get("month", False),
        foreign=foreign,
        units=tuple(field.get("units", ())),
        additive=field.get("additive", False),
        headers=tuple(dict.fromkeys(map(normalise, (field["name"], field["title"], *field.get("synonyms", ()))))),
        headers_beside={word: frozenset(others) for word, others in field.get("synonymsBeside", {}).items()},
        value_synonyms={word: value for value, words in field.get("valueSynonyms", {}).items() for word in words},
    )
