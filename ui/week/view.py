"""The blocks of the kitchen's week: the city and its parts, the grid of the canteens, one canteen's day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from data.access.rights import Act, reach
from data.announcements.read import threads
from data.calendar.declared import declared_events
from data.queries.forecasts.adjusted import learnt_effects
from data.queries.forecasts.days import daily_forecast
from data.queries.forecasts.runs import ForecastRun
from data.queries.forecasts.week import week
from ui.access import User, only_visible, only_visible_events, require
from ui.forecasts import disagreement, event_sentences, reserve, why
from ui.kit import announced, blocks, sheet
from ui.kit.filters import DISTRICT
from ui.kit.formats import MISSING, SPACE, number
from ui.session import ask
from ui.week import grid
from ui.week import sentences as say
from ui.week.days import PLACE

SUMS = ["prepare", "meals"]


def totals(run: ForecastRun, user: User, days: list[date], *, with_order: bool) -> None:
    """Answer: on these days, how much to prepare in all?"""
    with blocks.question("Que produire ces prochains jours\u00a0?" if with_order else "Que commander\u00a0?"):
        if not days:
            blocks.empty_state("Aucun jour de service à prévoir.")
            return
        city = ask(daily_forecast, run.run_id, None)
        city = city[city["date"].isin(pd.to_datetime(days))].rename(columns={"advised": "prepare"})
        city = city.assign(prepare=city["prepare"].fillna(city["meals"].round()))
        blocks.sentences(say.of_city(row).capitalize() + "." for row in city.to_dict("records"))
        of_canteens = ask(week, run.run_id, days[0], days[-1]).groupby("date")["meals"].sum()
        if left_out := say.left_out((city["meals"] - city["date"].map(of_canteens).fillna(0.0)).mean()):
            blocks.note(left_out)
        if reach(user, Act.SEE).canteens is None:
            _parts(run, city, days)


def canteens(run: ForecastRun, user: User, days: list[date], *, with_order: bool) -> None:
    """Answer: on these days, how much to prepare, for whom?"""
    if not days:
        return
    with blocks.question("Pour quelles cantines\u00a0?", f"{say.LEGEND} {say.GAP_LEGEND if with_order else ''}"):
        if reach(user, Act.SEE).canteens is None:
            blocks.note(_who_disagrees(run, days))
        reserve.reminder(run, days[0])
        blocks.why(["Quantité conseillée", "Repas attendus", "Fourchette", "Désaccord"], "semaine")
        drawn = ask(grid.drawn, run.run_id, tuple(days), replace(user, name=""), with_order=with_order)
        grid.show(_searched(drawn), days)
    _opened_day(run)


def _who_disagrees(run: ForecastRun, days: list[date]) -> str:
    """Name the canteens whose plan differs much from the quantity, by day."""
    rows = ask(week, run.run_id, days[0], days[-1])
    apart = rows[disagreement.gaps(rows).notna() & rows["date"].isin(pd.to_datetime(days))]
    return say.disagreeing([(row["place"], row["date"].date()) for row in apart.to_dict("records")])


def _parts(run: ForecastRun, city: pd.DataFrame, days: list[date]) -> None:
    """Show the sums by kind of canteen and by district, when asked for."""
    if not st.toggle("Sous-totaux par type et par secteur", key="sous_totaux", bind="query-params"):
        return
    rows = ask(week, run.run_id, days[0], days[-1])
    kinds = rows.assign(part=rows["kind"].map(say.KINDS))
    districts = rows.assign(part=DISTRICT + rows["district"])
    parts = pd.concat([kinds, districts]).dropna(subset="part")
    sums = parts.groupby(["part", "date"], sort=False)[SUMS].sum()
    order = [name for name in say.KINDS.values() if name in set(kinds["part"])]
    order += sorted(districts["part"].dropna().unique())
    lines = [[sheet.cell(name, "name"), *(_sum(sums, name, day) for day in days)] for name in order]
    city_days = city.assign(part="Toute la ville").set_index(["part", "date"])[SUMS]
    lines.append([sheet.cell("Toute la ville", "name"), *(_sum(city_days, "Toute la ville", day) for day in days)])
    sheet.sheet(["", *map(grid.title, days)], map(sheet.row, lines))


def _sum(sums: pd.DataFrame, name: str, day: date) -> str:
    key = (name, pd.Timestamp(day))
    if key not in sums.index:
        return sheet.cell(MISSING, "number")
    prepare, meals = sums.loc[[key]].sum()[SUMS].tolist()
    return sheet.cell(number(prepare), "name number", note=f"att. {number(meals)}")


def _searched(drawn: grid.Drawn) -> grid.Drawn:
    """Show the search field, and return the rows of the canteens that have its words in their names."""
    found = drawn.only(st.text_input("Chercher une cantine", key="chercher", placeholder="Tilleuls"))
    if len(found.places) < len(drawn.places):
        blocks.note(say.found(len(found.places), len(drawn.places)))
    return found


def _opened_day(run: ForecastRun) -> None:
    """Open the canteen's day whose cell was clicked, until it is closed."""
    place, day = st.session_state.get(grid.OPENED, (None, None))
    if day is None:
        return
    rows = only_visible(ask(week, run.run_id, day, day))
    for row in rows[rows["place"] == place].to_dict("records"):
        _day(run, row)


def _close() -> None:
    st.session_state.pop(grid.OPENED, None)


@st.dialog("Le jour d’une cantine", width="large", on_dismiss=_close)
def _day(run: ForecastRun, row: dict[Any, Any]) -> None:
    """Show a canteen's day, and why this number."""
    user = require("cuisine", "comite", "cantine")
    day = row["date"].date()
    blocks.takeaway(f"{row['place']}, {say.of_day(row)}.")
    order = say.since_order(row)
    blocks.sentences([*([order] if order else []), *_told(run, user, row["canteen"], day)])
    why.why(run, row["place"], row["canteen"], day)
    st.button("Voir les autres jours de cette cantine", icon=":material/calendar_month:", key="jour_suite",
              on_click=_follow, args=(row["place"], day))  # fmt: skip


def _told(run: ForecastRun, user: User, canteen: str, day: date) -> list[str]:
    """Say what the canteen announced of a day, then the other events that it has, declared in files or on pages."""
    known = ask(threads, user, day, canteen)
    known = known[known["active"] & (known["date"] == pd.Timestamp(day))]
    events = only_visible_events(ask(declared_events, day, day))
    events = events[events["canteen"].isna() | (events["canteen"] == canteen)]
    events = events[~events["deposit_id"].isin(known["deposit_id"])].to_dict("records")
    learnt = ask(learnt_effects, run.run_id)
    return [
        *(f"Annoncé{SPACE}: {announced.change(one['event'], one['meals'])}." for one in known.to_dict("records")),
        *(f"Déclaré{SPACE}: {event_sentences.name(one)}, {event_sentences.effect(one, learnt)}." for one in events),
    ]


def _follow(place: str, day: date) -> None:
    """Go to the days of one canteen."""
    _close()
    st.session_state["vue"] = PLACE
    st.session_state["cantine"] = place
    st.session_state["jour"] = f"{day:%d/%m/%Y}"
