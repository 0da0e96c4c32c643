"""The checks of the deposit of a log written with pandas: the reference of `bench_deposit`."""

from __future__ import annotations

from datetime import date
from difflib import get_close_matches
from pathlib import Path

import pandas as pd

from benchmarks.speed.pandas_reading import KINDS, read, remark
from data.calendar.school import holiday_name

KEY = ["site_nom", "site_type", "date"]
LIMITS = {"prevision": 20_000, "reel": 20_000}
LIMITS |= dict.fromkeys(("preparation_kg", "non_servi_kg", "restes_assiette_kg"), 5_000)
CHANGES_SHOWN = 200
DATES = (
    (r"\d{1,2}/\d{1,2}/\d{4}", "%d/%m/%Y"),
    (r"\d{4}-\d{1,2}-\d{1,2}", "%Y-%m-%d"),
    (r"\d{1,2}/\d{1,2}/\d{2}", "%d/%m/%y"),
    (r"\d{8}", "%Y%m%d"),
)
PLAIN = r"[+-]?(?:\d{1,15}(?:[.,]\d*)?|[.,]\d{1,15})"
GROUPED = r"[+-]? ?\d{1,3}(?: \d{3}){1,4}(?:[.,]\d*)?"
SPACES = str.maketrans("\u00a0\u202f\u2009−", "   -")


def check(path: Path, known: pd.DataFrame, points: pd.DataFrame, capacities: pd.DataFrame) -> dict[str, int]:
    """Return the number of lines in each bucket, and the numbers of reasons and warnings.

    `known` has the values of the store, under the column names of the file. `points` has the canteen of each known
    label, and `capacities` the pupils of its canteen in each school year.
    """
    texts, remarks = read(path)
    lines, refused = _typed(texts)
    sound = lines[~lines.index.isin(refused["line"])]
    contradictory, repeats = _duplicates(sound)
    refused = pd.concat([refused, contradictory])
    kept = sound[~sound.index.isin(contradictory["line"])]
    _unknown_labels(kept, points)
    all_remarks = pd.concat([*remarks, *_doubts(kept), *_crowded(kept, capacities), repeats])
    warned = all_remarks.sort_values(["line", "column"])
    _rejected_rows(texts, refused)
    buckets = _buckets(kept, repeats, known).value_counts()
    return {
        **{name: int(buckets.get(name, 0)) for name in ("new", "changed", "unchanged", "without_measure")},
        "rejected": int(refused["line"].nunique()),
        "reasons": len(refused),
        "warnings": len(warned),
    }


def _unknown_labels(kept: pd.DataFrame, points: pd.DataFrame) -> pd.DataFrame:
    """Return the labels without a mapping, with the closest known labels."""
    lines = kept.rename_axis("line").reset_index().groupby(["site_nom", "site_type"])["line"].agg(["min", "size"])
    labels = lines.reset_index().merge(points, "left", on=["site_nom", "site_type"], indicator=True)
    unknown = labels[labels["_merge"] == "left_only"].copy()
    attached = points.loc[points["canteen"].notna(), "site_nom"].str.lower().unique().tolist()
    unknown["closest"] = [get_close_matches(name.lower(), attached, cutoff=0.75) for name in unknown["site_nom"]]
    return unknown


def _crowded(kept: pd.DataFrame, capacities: pd.DataFrame) -> list[pd.DataFrame]:
    """Remark on the days when a canteen has more meals than pupils; none without enrolments."""
    if capacities.empty:
        return []
    first = kept["date"].dt.year - (kept["date"].dt.month < 8)
    years = first.astype(str) + "-" + (first + 1).astype(str)
    here = kept.assign(school_year=years).rename_axis("line").reset_index()
    here = here.merge(capacities, on=["site_nom", "site_type", "school_year"])
    days = here.groupby(["canteen", "date", "pupils"], as_index=False).agg(
        line=("line", "min"), prevision=("prevision", "sum"), reel=("reel", "sum")
    )
    crowded = [(name, days[days[name] > days["pupils"]]) for name in ("prevision", "reel")]
    return [remark(over["line"], name, over[name].astype(str) + " repas, plus que d’élèves") for name, over in crowded]


def _rejected_rows(texts: pd.DataFrame, refused: pd.DataFrame) -> pd.DataFrame:
    """Return the rejected lines as read, with the reasons in a last column."""
    texts_of_reasons = refused["column"] + " : " + refused["reason"]
    reasons = texts_of_reasons.groupby(refused["line"]).agg(" ; ".join)
    return texts.loc[reasons.index].assign(motif_du_rejet=reasons)


def _subject(lines: pd.DataFrame) -> pd.Series:
    """Return the subject of each line (label and day), as the deposit writes it."""
    return lines["site_nom"] + " · " + lines["site_type"] + " · " + lines["date"].dt.strftime("%d/%m/%Y") + " : "


def _typed(texts: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the values, and the remarks on cells that break a rule."""
    values = texts[["site_nom", "site_type"]].copy()
    values["date"] = _dates(texts["date"])
    wrong = [(name, texts[name].isna(), "valeur absente") for name in KEY]
    wrong.append(("date", texts["date"].notna() & values["date"].isna(), "n’est pas une date"))
    wrong.append(("site_type", texts["site_type"].notna() & ~texts["site_type"].isin(KINDS), "n’est pas admis"))
    for name, most in LIMITS.items():
        values[name] = numbers = _numbers(texts[name], whole=not name.endswith("_kg"))
        wrong.append((name, texts[name].notna() & numbers.isna(), "n’est pas un nombre"))
        wrong.append((name, numbers < 0, "est inférieur au minimum"))
        wrong.append((name, numbers > most, "dépasse le maximum"))
    remarks = [
        remark(texts.index[where], name, "« " + texts.loc[where, name].fillna("") + " » " + why)
        for name, where, why in wrong
        if where.any()
    ]
    return values, pd.concat(remarks)


def _dates(texts: pd.Series) -> pd.Series:
    dates = pd.Series(pd.NaT, index=texts.index, dtype="datetime64[s]")
    pending = texts.notna()
    for pattern, form in DATES:
        here = pending & texts.str.fullmatch(pattern).fillna(False).astype(bool)
        if here.any():
            dates[here] = pd.to_datetime(texts[here], format=form, errors="coerce")
            pending &= ~here
    return dates.where(dates.between("2000-01-01", "2100-12-31"))


def _numbers(texts: pd.Series, *, whole: bool) -> pd.Series:
    plain = texts.str.fullmatch(PLAIN).fillna(False).astype(bool)
    numbers = pd.to_numeric(texts.where(plain).str.replace(",", "."), errors="coerce").astype(float)
    rest = texts[texts.notna() & ~plain].str.translate(SPACES)
    rest = rest[rest.str.fullmatch(GROUPED).astype(bool)]
    numbers[rest.index] = pd.to_numeric(rest.str.replace(" ", "").str.replace(",", "."), errors="coerce")
    return numbers.where((numbers - numbers.round()).abs() < 1e-9) if whole else numbers


def _duplicates(sound: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the remarks on lines that contradict each other, and on repeated lines."""
    duplicates = sound[sound.duplicated(KEY, keep=False)].rename_axis("line").reset_index()
    groups = duplicates.groupby(KEY)
    values = list(LIMITS)
    contradictory = (groups[values].transform("nunique") > 1).any(axis=1)
    counts = groups[values].transform("count")
    identical = counts.isin([0]).where(counts.ne(groups["line"].transform("size"), axis=0), other=True).all(axis=1)
    first = groups["line"].transform("min")
    repeated = identical & ~contradictory & (duplicates["line"] != first)
    others = remark(duplicates.loc[contradictory, "line"], "site_nom, site_type, date", "contredit une autre ligne")
    reason = "identique à la ligne " + first[repeated].astype(str) + " : comptée une seule fois"
    return others, remark(duplicates.loc[repeated, "line"], "", reason)


def _doubts(kept: pd.DataFrame) -> list[pd.DataFrame]:
    days = kept["date"].dt.date
    reasons = {day: _why_no_school(day) for day in days.unique()}
    off = days.map(reasons)
    planned, served = kept["prevision"], kept["reel"]
    wasted = kept[["preparation_kg", "non_servi_kg", "restes_assiette_kg"]].sum(axis=1)
    doubts = (
        ("date", off.notna() & (kept[list(LIMITS)].max(axis=1) > 0), off),
        ("date", (kept["date"] > pd.Timestamp.now()) & served.notna(), "repas servis à une date future"),
        ("reel", served > 2 * planned, "plus du double"),
        ("reel", (served < 0.3 * planned) & (served > 0), "moins du tiers"),
        ("restes_assiette_kg", (served > 0) & (wasted > served), "plus d’un kilogramme jeté par repas servi"),
    )
    return [_doubt(kept[where], column, why if isinstance(why, str) else why[where]) for column, where, why in doubts]


def _doubt(lines: pd.DataFrame, column: str, why: pd.Series | str) -> pd.DataFrame:
    meals = lines[["reel", "prevision"]].astype("Int64").astype(str)
    reasons = meals["reel"] + " servis pour " + meals["prevision"] + " prévus : " + why if column == "reel" else why
    return remark(lines.index, column, _subject(lines) + reasons)


def _why_no_school(day: date) -> str | None:
    return "service un samedi ou un dimanche" if day.isoweekday() > 5 else holiday_name(day)


def _buckets(kept: pd.DataFrame, repeats: pd.DataFrame, known: pd.DataFrame) -> pd.Series:
    """Return the bucket of each line: new, changed, unchanged, or without any value."""
    both = kept.rename_axis("line").reset_index().merge(known, "left", on=KEY, suffixes=("", " known"), indicator=True)
    differs = pd.Series(data=False, index=both.index)
    for name in LIMITS:
        differs |= both[name].notna() & (both[name] != both[f"{name} known"])
    _changes(both[differs])
    bucket = differs.map({True: "changed", False: "unchanged"})
    bucket = bucket.mask(both["_merge"] == "left_only", "new")
    bucket = bucket.mask(both["line"].isin(repeats["line"]), "unchanged")
    return bucket.mask(both[list(LIMITS)].isna().all(axis=1), "without_measure")


def _changes(lines: pd.DataFrame) -> pd.DataFrame:
    """Return the first changes as line, key, column, old, new."""
    shown = lines[lines["_merge"] == "both"].head(CHANGES_SHOWN)
    keys = shown["site_nom"] + " · " + shown["site_type"] + " · " + shown["date"].dt.strftime("%Y-%m-%d")
    values = [
        pd.DataFrame(
            {"line": shown["line"], "key": keys, "column": name, "old": shown[f"{name} known"], "new": shown[name]}
        )
        for name in LIMITS
    ]
    every = pd.concat(values)
    changed = every["new"].notna() & every["new"].ne(every["old"])
    return every[changed].sort_values("line").head(CHANGES_SHOWN)
