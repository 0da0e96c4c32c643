"""Figures by the API: the forecasts, the quantity advised to the kitchen, the data as open data."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import pandas as pd

from data.access.rights import EVERYTHING, MANAGER_KINDS, Act, Reach
from data.clock import today_in_paris
from data.export import files
from data.kinds import kinds
from data.kinds.records import COUNTS_OF_PEOPLE, PROGRAMME_KINDS
from data.production.reserve import adopted
from data.queries import overview
from data.queries.forecasts import days, runs
from data.typography import VALUE, cut, quoted
from ui.api.call import ApiRefusal, Call, File

MOST_DAYS = 31
FORECAST = (
    "meals", "meals_lower", "meals_upper", "recommended", "advised", "meals_planned", "surplus_meals",
    "grams_per_meal", "waste_kg",
)  # fmt: skip
PRODUCTION = ("meals", "recommended", "advised", "meals_planned")


def forecasts(call: Call) -> dict[str, Any]:
    """Return the forecasts of the canteens that the caller may see, or of one of them, day by day."""
    within, run = call.within(Act.SEE), runs.latest_run(call.store)
    canteen = _canteen(call, within)
    first = call.day("from", today_in_paris())
    last = call.day("to", date.fromordinal(min(first.toordinal() + MOST_DAYS - 1, date.max.toordinal())))
    if not 0 <= (last - first).days < MOST_DAYS:
        raise ApiRefusal(400, f"De « from » à « to », compris, il y a de 1 à {MOST_DAYS} jours.")
    if run is None:
        return {"run": None, "forecasts": []}
    known = [day for day in runs.forecast_days(call.store, run.run_id) if first <= day <= last]
    rows = [row for day in known for row in _of_day(call, run.run_id, day, within, FORECAST, canteen)]
    return {"run": _run(run), "forecasts": rows}


def production(call: Call) -> dict[str, Any]:
    """Return the quantity advised to each canteen that the caller may see, for one day; none counts on the reserve."""
    within, run, day = call.within(Act.SEE), runs.latest_run(call.store), call.day("date")
    if run is None:
        return {"run": None, "reserve": None, "production": []}
    shared = adopted(call.store, run.run_id, day)
    rows = _of_day(call, run.run_id, day, within, PRODUCTION)
    return {"run": _run(run), "reserve": shared and shared[0], "production": rows}


def _run(run: runs.ForecastRun) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "finished_at": f"{run.finished_at:%Y-%m-%dT%H:%M:%SZ}",
        "last_service_on": run.last_service_on and run.last_service_on.isoformat(),
        "outdated": run.outdated,
    }


def _canteen(call: Call, within: Reach) -> str | None:
    """Return the label of the canteen of the query, given by its key or its label; None without one."""
    text = call.query.get("canteen")
    if text is None:
        return None
    places = overview.places(call.store)
    known = places[(places["name"] == text) | (places["label"] == text)]
    if not known.empty and within.covers(known["name"]):
        return str(known["label"].iloc[0])
    if within.canteens is not None:
        raise call.not_yours("canteen", "Cette cantine n’est pas de celles que ce jeton peut voir.")
    raise ApiRefusal(404, f"{quoted(cut(text, VALUE))} n’est pas une cantine connue.")


def _of_day(
    call: Call, run_id: int, day: date, within: Reach, columns: Iterable[str], canteen: str | None = None
) -> list[dict[str, Any]]:
    """Return the canteens of one day within reach, each with its values."""
    places = overview.places(call.store)
    keys = dict(zip(places["label"], places["name"], strict=True))
    return [
        {
            "date": day.isoformat(),
            "canteen": keys.get(row["place"], row["place"]),
            "label": row["place"],
            **{name: None if pd.isna(row[name]) else round(float(row[name]), 3) for name in columns},
        }
        for row in days.canteen_forecasts_of_day(call.store, run_id, day).to_dict("records")
        if within.covers([keys.get(row["place"])]) and canteen in (None, row["place"])
    ]


def export(call: Call) -> File:
    """Return the data of one kind as open data; counts of people and the programme go to the mission numérique only."""
    kind, within = str(call.path["kind"]), call.within(Act.SEE)
    if kind not in files.EXPORTED:
        raise ApiRefusal(
            404, f"{quoted(cut(kind, VALUE))} n’existe pas. Choisissez parmi\u00a0: {', '.join(files.EXPORTED)}."
        )
    if kind in (*PROGRAMME_KINDS, *COUNTS_OF_PEOPLE) and call.person.role != "mission":
        raise call.not_yours(
            f"export {kind}", f"« {kinds()[kind].title} »\u00a0: seule la mission numérique les exporte."
        )
    if within != EVERYTHING and kind not in MANAGER_KINDS:
        raise call.not_yours(f"export {kind}", "Ce jeton n’exporte que le journal et les événements de ses cantines.")
    content = files.export(call.store, kind, "open", within)
    call.store.note(call.person.name, "export", {"files": [kind], "format": "open"})
    return File(files.file_name(kind, "open"), content)
