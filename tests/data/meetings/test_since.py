"""“Ce qui a changé depuis” is true between any two days, says nothing of thin data, and never contradicts itself."""

from __future__ import annotations

import random
import shutil
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from data.calendar.exceptional import JUDGED, judged
from data.meetings import since
from data.meetings.since import Fact
from data.queries.overview import incomplete_days
from data.selection import Selection
from data.store import Store
from tests.conftest import EXAMPLES, made_once
from ui.meetings import sentences

FIRST, LAST = date(2023, 9, 4), date(2026, 5, 19)
FORECAST_FROM = date(2026, 1, 5)
CHANCE = random.Random(18)


# What was before, what is after, what is listed.
Change = tuple[Any, Any, set[tuple[str, str | None]]]


def some_day() -> date:
    return FIRST + timedelta(days=CHANCE.randrange((LAST - FIRST).days))


def fill(store: Store) -> None:
    """Add decisions, weathers and archived forecasts to the demonstration, by chance."""
    from data.demo import load_demo

    load_demo(store, LAST + timedelta(days=1))
    with store.write("test", "deposit", {}) as cursor:
        [(deposit,)] = cursor.execute("""
            INSERT INTO deposits (kind, file_name, sha256, actor, lines, accepted, without_measure, changed, unchanged,
                rejected, warnings) VALUES ('decisions', 'd.csv', '', 'test', 40, 40, 0, 0, 0, 0, 0)
            RETURNING deposit_id
        """).fetchall()
        for number in range(40):
            cursor.execute(
                "INSERT INTO decision_rows (deposit_id, line, decision, due_on, decided_on, outcome, act_by, state,"
                " done_on) VALUES ($deposit, $line, $decision, $due, $decided, $outcome, $until, $state, $done)",
                {"deposit": deposit, "line": number + 2, "decision": f"Décision {number}"} | a_decision(),
            )
        for weather in ("objectifs compromis", "objectifs sécurisés", "appuis nécessaires"):
            cursor.execute(
                "INSERT INTO programme_weather (weather, set_at, set_by) VALUES ($weather, $at, 'm')",
                {
                    "weather": weather,
                    "at": datetime.combine(LAST - timedelta(days=CHANCE.randrange(9)), time(8)),
                },
            )
        cursor.execute(
            """
            INSERT INTO forecast_runs (started_at, finished_at, data_version, last_service_on, specification)
            VALUES (now(), now(), 1, $known, '{}')
            """,
            {"known": FORECAST_FROM - timedelta(days=8)},
        )
        cursor.execute(
            """
            INSERT INTO forecasts (run_id, canteen, date, target, point, lower, upper)
            SELECT max(run_id), canteen, date, 'meals_served', sum(meals_served) + length(canteen) - 12, 0, 0
            FROM located_services, forecast_runs
            WHERE canteen IS NOT NULL AND date >= $start AND meals_served > 0
            GROUP BY canteen, date
            """,
            {"start": FORECAST_FROM},
        )


def a_decision() -> dict[str, Any]:
    decided = some_day() if CHANCE.random() < 0.8 else None
    state = CHANCE.choice([None, "à faire", "en cours", "fait", "abandonné"]) if decided else None
    return {
        "due": some_day() if CHANCE.random() < 0.7 else None, "decided": decided, "outcome": "oui" if decided else None,
        "until": some_day() if CHANCE.random() < 0.7 else None, "state": state,
        "done": decided + timedelta(days=CHANCE.randrange(200)) if decided and state == "fait" else None,
    }  # fmt: skip


class Oracle:
    """The rows of the store as plain lists, counted one by one in Python."""

    def __init__(self, store: Store) -> None:
        services = store.read(f"SELECT * FROM {JUDGED}", judged(store, Selection(FIRST, LAST)))
        incomplete = {one.day for one in incomplete_days(store)}
        self.complete = {one.date() for one in services.loc[services["meals_served"] > 0, "date"]} - incomplete
        self.services = [
            (row.canteen, row.date.date(), int(row.meals_planned), int(row.meals_served))
            for row in services.itertuples()
            if not pd.isna(row.gap) and not pd.isna(row.canteen) and pd.isna(row.exceptional)
        ]
        weighed = services[services["wasted_kg"].notna() & (services["meals_served"] > 0) & services["canteen"].notna()]
        self.weighing: dict[str, date] = {}
        for row in weighed.itertuples():
            self.weighing[row.canteen_label] = min(row.date.date(), self.weighing.get(row.canteen_label, LAST))
        self.decisions = self.rows(store, "SELECT *, school AS about FROM pilot_decisions")
        self.pilots = self.rows(store, "FROM pilots")
        self.stages = self.rows(store, "FROM pilot_stages SEMI JOIN pilot_sites USING (school)")
        self.weathers = self.rows(store, "FROM programme_weather")
        self.served = defaultdict(float)
        for row in services[services["canteen"].notna() & (services["meals_served"] > 0)].itertuples():
            self.served[row.canteen, row.date.date()] += row.meals_served

    @staticmethod
    def rows(store: Store, sql: str) -> list[dict[str, Any]]:
        def plain(value: Any) -> Any:  # noqa: ANN401
            if pd.isna(value):
                return None
            at_midnight = isinstance(value, pd.Timestamp) and value == value.normalize()
            return value.date() if at_midnight else value

        return [{key: plain(value) for key, value in row.items()} for row in store.read(sql).to_dict("records")]

    def said(self, first: date, last: date) -> dict[str, Change]:
        decisions = [(row["decision"], row["about"], row) for row in self.decisions]
        taken = [(name, about, row["decided_on"]) for name, about, row in decisions]
        taken += [(row["outcome"], row["pilot"], row["decided_on"]) for row in self.pilots if row["outcome"]]
        installed = [row for row in self.stages if row["stage"] == "installation"]
        others = [row for row in self.stages if row["stage"] != "installation"]
        every = {
            since.DECIDED: self.new(taken, first, last),
            since.DONE: self.new([(name, about, row["done_on"]) for name, about, row in decisions], first, last),
            since.LATE: self.late(first, last),
            since.EQUIPPED: self.new([(row["school"], None, row["actual_end"]) for row in installed], first, last),
            since.STAGES: self.new([(row["school"], row["stage"], row["actual_end"]) for row in others], first, last),
            since.WEIGHING: self.new([(name, None, day) for name, day in self.weighing.items()], first, last),
            since.WEATHER: self.weather(first, last),
            since.SURPLUS: self.surplus(first, last),
            since.FORECASTS: self.forecasts(first, last),
        }
        return {kind: told for kind, told in every.items() if told is not None}

    def new(self, rows: list[tuple[str, str | None, date | None]], first: date, last: date) -> Change | None:
        before = sum(1 for *_, day in rows if day and day <= first)
        new = [(name, about) for name, about, day in rows if day and first < day <= last]
        return (before, before + len(new), set(new)) if new else None

    def late(self, first: date, last: date) -> Change | None:
        def of(day: date) -> set[tuple[str, str | None]]:
            found = {(row["question"], row["pilot"]) for row in self.pilots
                     if row["question"] and row["due_on"] and row["due_on"] < day}  # fmt: skip
            for row in self.decisions:
                taken = row["decided_on"] is not None and row["decided_on"] <= day
                done = row["done_on"] is not None and row["done_on"] <= day
                limit = row["act_by"] if taken else row["due_on"]
                over = done or row["state"] == "abandonné" if taken else False
                if limit is not None and limit < day and not over:
                    found.add((row["decision"], row["about"]))
            return found

        before, after = of(first), of(last)
        return (len(before), len(after), after) if before or after else None

    def weather(self, first: date, last: date) -> Change | None:
        def of(day: date) -> str:
            # In winter as in summer, the day in Paris ends one or two hours before that of UTC.
            end = pd.Timestamp(day + timedelta(days=1)).tz_localize("Europe/Paris").tz_convert("UTC").tz_localize(None)
            given = [(row["weather_id"], row["weather"]) for row in self.weathers if row["set_at"] < end]
            return max(given)[1] if given else "non renseignée"

        return None if of(first) == of(last) else (of(first), of(last), set())

    def windows(self, first: date, last: date) -> tuple[set[date], set[date]]:
        end = max((day for day in self.complete if day <= last), default=first)
        length = max((end - first).days, 0)
        return (
            {first - timedelta(days=back) for back in range(length)},
            {first + timedelta(days=ahead + 1) for ahead in range(length)},
        )

    def surplus(self, first: date, last: date) -> Change | None:
        days: list[dict[str, set[date]]] = [defaultdict(set), defaultdict(set)]
        meals: list[dict[str, list[int]]] = [defaultdict(lambda: [0, 0]), defaultdict(lambda: [0, 0])]
        for side, window in enumerate(self.windows(first, last)):
            for canteen, day, planned, served in self.services:
                if day in window and day in self.complete:
                    days[side][canteen].add(day)
                    meals[side][canteen][0] += max(planned - served, 0)
                    meals[side][canteen][1] += served
        same = [one for one in days[0] if len(days[0][one]) >= 10 and len(days[1][one]) >= 10]
        if not same or len(same) < max(map(len, days)) / 2:
            return None
        return (*(100 * sum(side[one][0] for one in same) / sum(side[one][1] for one in same) for side in meals), set())

    def forecasts(self, first: date, last: date) -> Change | None:
        values = []
        for window in self.windows(first, last):
            gaps: dict[date, list[float]] = defaultdict(lambda: [0.0, 0.0])
            for (canteen, day), served in self.served.items():
                if day in window and day >= FORECAST_FROM:
                    gaps[day][0] += len(canteen) - 12
                    gaps[day][1] += served
            if len(gaps) < 10:
                return None
            values.append(100 * sum(abs(gap) for gap, _ in gaps.values()) / sum(served for _, served in gaps.values()))
        return (*values, set())


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Oracle]]:
    path = made_once(tmp_path_factory, "comite", fill)
    store = Store(Path(shutil.copy(path, tmp_path_factory.mktemp("comite") / "store.duckdb")))
    yield store, Oracle(store)
    store.close()


def compared(facts: list[Fact]) -> dict[str, Change]:
    assert len({fact.kind for fact in facts}) == len(facts)
    return {fact.kind: (near(fact.before), near(fact.after), set(fact.details)) for fact in facts}


def near(value: float | str) -> object:
    return pytest.approx(value) if isinstance(value, float) else value


days = st.dates(FIRST - timedelta(days=60), LAST + timedelta(days=30))


@settings(
    max_examples=EXAMPLES, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(first=days, last=days)
def test_what_changed_is_true_between_any_two_days(filled: tuple[Store, Oracle], first: date, last: date) -> None:
    store, oracle = filled
    facts = since.since(store, first, last)
    if first >= last:
        assert facts == []
        return
    assert compared(facts) == oracle.said(first, last)
    by_kind = {fact.kind: fact for fact in facts}
    done, late = (by_kind[kind].details if kind in by_kind else () for kind in (since.DONE, since.LATE))
    assert not set(done) & set(late)
    for fact in facts:
        words = sentences.changed(fact, first, last)
        assert not {"nan", "None", "NaT"} & set(words.replace("(", " ").replace(".", " ").split()), words


def test_forecasts_and_meals_of_a_term_are_compared(filled: tuple[Store, Oracle]) -> None:
    kinds = {fact.kind for fact in since.since(filled[0], date(2026, 3, 20), LAST)}
    assert {since.SURPLUS, since.FORECASTS, since.LATE} <= kinds


def test_nine_days_on_a_side_say_nothing_of_meals(filled: tuple[Store, Oracle]) -> None:
    store, oracle = filled
    known = sorted(oracle.complete)
    # Nine complete days after the first day, then more of them.
    first = known[-10]
    assert since.SURPLUS not in {fact.kind for fact in since.since(store, first, LAST)}


def test_an_empty_store_says_nothing(store: Store) -> None:
    assert since.since(store, date(2026, 1, 1), date(2026, 3, 1)) == []
