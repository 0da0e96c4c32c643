"""The reading and cleaning of a log written with pandas: the first half of the reference of `bench_deposit`."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from data.kinds import kinds

MISSING = {"", *kinds()["log"].missing}
KINDS = ["M", "E", "M/E"]
KIND_SYNONYMS = {"maternelle": "M", "Maternelle": "M", "élémentaire": "E", "Élémentaire": "E", "elementaire": "E"}
TOTAL = r"[\s*]*(?:(?:grand|sous|ss|s)[\s/.-]*)?tota(?:l|ux)\b|[\s*]*(?:somme|cumul|moyenne)s?\b"
ERROR = r"#(?:N/A|(?:DIV/0|REF|VALUE|VALEUR|NUM|NOMBRE|NULL|NUL)\s?!|(?:NAME|NOM)\s?\?|##+)$|Err\s?:\s?\d{3}$"
DEFUSED, FORCED = r"^'('*[=+\-@])", r'^="([^"]*)"$'


def remark(lines: pd.Index | pd.Series | Sequence[None], column: str, reason: pd.Series | str) -> pd.DataFrame:
    return pd.DataFrame({"line": lines, "column": column, "reason": reason})


def read(path: Path) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Return the cells of the rows, and the remarks on them."""
    content = path.read_bytes()
    try:
        encoding = content.decode("utf-8-sig") and "utf-8-sig"
    except UnicodeDecodeError:
        encoding = "cp1252"
    separator = max(";,\t|", key=content[: content.index(b"\n")].decode(encoding).count)
    texts = pd.read_csv(
        io.BytesIO(content), sep=separator, encoding=encoding, dtype=str, keep_default_na=False, skip_blank_lines=False
    )
    texts.index += 2
    texts = texts.apply(lambda column: column.str.strip())
    texts = texts[~texts.eq("").all(axis=1)]
    texts, totals = _without_totals(texts)
    repeated = texts["date"].str.lower().isin(["date", "jour"])
    texts, formulas = _without_formulas(texts[~repeated])
    texts["site_type"] = texts["site_type"].where(
        texts["site_type"].isin(KINDS), texts["site_type"].replace(KIND_SYNONYMS)
    )
    texts["date"], order = _settled(texts["date"])
    headers = remark(repeated.index[repeated], "", "l’en-tête est répété : ligne passée")
    alike = _lookalikes(texts["site_nom"])
    return texts.mask(texts.apply(lambda column: column.str.upper().isin(MISSING))), [
        totals,
        headers,
        formulas,
        order,
        alike,
    ]


def _without_totals(texts: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Drop the lines whose first filled cell is the name of a total."""
    total = pd.Series(data=False, index=texts.index)
    first = pd.Series(data=True, index=texts.index)
    for name in texts:
        total |= first & texts[name].str.match(TOTAL, case=False).astype(bool)
        first &= texts[name].eq("")
        if not first.any():
            break
    return texts[~total], remark(total.index[total], "", "ligne de total, passée")


def _without_formulas(texts: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Empty the cells with a spreadsheet error, restore defused texts, and remark on texts that look like a formula."""
    remarks = []
    texts = texts.copy()
    for name in texts.columns.astype(str):
        cells = texts[name].str.replace(DEFUSED, r"\1", regex=True).str.replace(FORCED, r"\1", regex=True)
        wrong = cells.str.match(ERROR).astype(bool)
        remarks.append(remark(cells.index[wrong], name, "« " + cells[wrong] + " » est une erreur du tableur"))
        if name in ("site_nom", "site_type"):
            risky = cells[cells.str.match("[=@+].").astype(bool)]
            remarks.append(remark(risky.index, name, "« " + risky + " » ressemble à une formule"))
        texts[name] = cells.mask(wrong, "")
    return texts, pd.concat(remarks)


def _settled(dates: pd.Series) -> tuple[pd.Series, pd.DataFrame]:
    """Read the dates month first if only that order makes them all valid, and remark on the choice."""
    parts = dates.str.extract(r"^(\d{1,2})[/.-](\d{1,2})[/.-](?:\d{4}|\d{2})$").dropna().astype(int)
    parts = parts[parts[0] != parts[1]]
    day_first, month_first = (parts[1] <= 12).all(), (parts[0] <= 12).all()
    if parts.empty or (day_first and not month_first) or not (day_first or month_first):
        return dates, remark(pd.Index([]), "date", "")
    if day_first:
        return dates, remark([None], "date", "chaque date existe dans les deux sens ; elles sont lues jour/mois/année")
    swapped = dates.str.replace(r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{2,4})$", r"\2/\1/\3", regex=True)
    return swapped, remark([None], "date", "dates lues mois/jour/année")


def _lookalikes(names: pd.Series) -> pd.DataFrame:
    distinct = names.drop_duplicates()
    plain = distinct.str.normalize("NFKD").str.encode("ascii", "ignore").str.decode("ascii").str.lower()
    alike = plain.str.replace(r"[^a-z0-9]+", "_", regex=True).str.strip("_").duplicated(keep=False)
    return remark([None] if alike.any() else [], "site_nom", ", ".join(distinct[alike][:6]))
