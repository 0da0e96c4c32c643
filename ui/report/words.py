"""The words of the report that its writers share: its titles, its tables as texts, bounded to what a page holds."""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any

from data.calendar.names import MONTHS
from data.typography import cut
from ui.kit.exceptional import MARK
from ui.kit.formats import MISSING, SPACE, day, is_missing, percent, plural
from ui.pilot_effect import sentences as of_pilot
from ui.report.content import EXPECTED, TAKEN, Change, Content
from ui.summary import trend
from ui.summary.sentences import NOTHING_AWAITED

TITLE = "Rapport du comité de pilotage"
FIGURE, COMITE, CHANGED, ALERTS = "Repas en trop", "Le comité", "Ce qui a changé depuis", "Alertes"
WHO_DOES_WHAT, PROGRAMME = f"Qui fait quoi, pour quand{SPACE}?", "Les écoles test et le pilote"
GRAMS, YEAR, FIGURES = "Gaspillage pesé", "En un an", "Les chiffres"
MONTHLY, A_YEAR_BEFORE = "Repas en trop par mois, en\u00a0% des repas servis", "La même période, un an plus tôt"
SOURCES = f"D’où viennent les repères{SPACE}?"
SCHOOLS = ("École", "Étape", "Météo et retard")
EFFECTS = ("Effet du pilote", "Écart", "Fourchette (95\u00a0%)")
INDICATORS = ("Indicateur", "Chiffre", "Précisions")
CHANGES = ("Indicateur", "Cette période", "Un an plus tôt", "Écart")
DECISIONS = ("Décision", "Service", "Pour le", "État")
# What ends a line, and what no XML can hold.
ODD = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029\\ud800-\\udfff\\ufffe\\uffff]+")
LONGEST = 120  # letters of a text that somebody wrote, in a table


def one_line(text: str) -> str:
    """Return a text as every format can hold it, on one line."""
    return ODD.sub(" ", text)


def bounded(items: list[str], most: int, word: str = "autre") -> list[str]:
    """Return the first items, and how many are left out: “et 3 autres”."""
    if len(items) <= most:
        return items
    return [*items[: most - 1], f"et {plural(len(items) - most + 1, word)}"]


def awaited(content: Content, most: int) -> list[str]:
    """Return the first decisions that are awaited, or that none is."""
    return bounded(content.to_decide, most) or [NOTHING_AWAITED]


def to_decide_title(content: Content) -> str:
    """Return the title of the decisions that are awaited, with their number."""
    return f"À décider ({len(content.to_decide)})" if content.to_decide else "À décider"


def school_rows(content: Content, most: int) -> list[list[str]]:
    """Return the first test schools in words, at most so many rows."""
    rows = [[cut(one.name, LONGEST // 2), one.stage, one.state] for one in content.schools[:most]]
    rest = len(content.schools) - len(rows)
    return [*rows, [f"et {plural(rest, 'autre')}", "", ""]] if rest else rows


def effect_rows(content: Content) -> list[list[str]]:
    """Return the effect of the pilot on each measure in words: the measure and its unit, the effect, its range."""
    return [
        [
            f"{of_pilot.MEASURES[one].name} ({of_pilot.MEASURES[one].unit})", of_pilot.value(one, change),
            of_pilot.between(one, change),
        ]
        for one, change in content.effects.items()
    ]  # fmt: skip


def percents(content: Content) -> list[Change]:
    """Return the changes in percent that are known on both sides, for a chart."""
    return [one for one in content.changes if one.unit == "%" and one.now is not None and one.before is not None]


def decision_rows(content: Content, most: int) -> list[list[str]]:
    """Return the first decisions in words, at most so many rows: what, which service, for when, its state."""
    rows = [_decision(row) for row in content.decisions.head(most).to_dict("records")]
    rest = len(content.decisions) - len(rows)
    return [*rows, [f"et {plural(rest, 'autre')}", "", "", ""]] if rest else rows


def _decision(row: dict[Hashable, Any]) -> list[str]:
    about = "" if is_missing(row["about"]) else f" ({cut(str(row['about']), LONGEST // 2)})"
    late = ", en\u00a0retard" if row["late"] else ""
    settled = row["done_on"] if row["state"] != TAKEN else row["decided_on"]
    done = "" if is_missing(settled) else f" le {day(settled)}"
    # Who carries it is said when it is taken: until then, it is for the comité.
    nobody = "le comité" if row["state"] == EXPECTED else MISSING
    owner = nobody if is_missing(row["owner"]) else cut(str(row["owner"]), LONGEST // 2)
    return [f"{cut(str(row['decision']), LONGEST)}{about}", owner, day(row["until"]), f"{row['state']}{done}{late}"]


def years_of(content: Content) -> list[str]:
    """Return the school years of the lines, the one that is read last."""
    return sorted(content.drawn["year"].unique())[-trend.YEARS :]


def month_rows(content: Content) -> list[list[str]]:
    """Return the table of the lines: a row per month, with the share of each year and the mark of the months apart."""
    cells = {(row["year"], row["place"]): row for row in content.drawn.to_dict("records")}
    return [
        [MONTHS[month - 1], *(_share(cells.get((year, (month - 8) % 12))) for year in years_of(content))]
        for month in trend.SHORT
    ]


def _share(row: dict[Hashable, Any] | None) -> str:
    return MISSING if row is None else f"{percent(row['surplus_pct'])}{f'{SPACE}{MARK}' if row['apart'] else ''}"
