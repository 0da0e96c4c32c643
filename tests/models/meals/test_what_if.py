"""An event shows its figures at once: those the next computation stores."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from data.calendar.events import Event
from data.calendar.school import service_days
from data.deposit.apply import apply
from data.deposit.undo import undo
from data.queries.forecasts.adjusted import learnt_effects
from data.queries.forecasts.days import daily_forecast, forecast_terms
from data.store import Store
from models.inputs.job import extract
from models.meals.quantity import SIZE_POWER
from models.refresh import refresh
from tests.models.synthetic import LAST, MAPPED, TODAY, deposit, meals

FILE = """type;date_debut;date_fin;cantine_nom;effet_repas;effet_pourcent
sortie;{day};{day};Bois;-25;
grève;{day};02/12/2024;;;-30
fête;{day};;Étang;;12,5
sortie;03/12/2024;;Étang;;
fermeture;28/11/2024;29/11/2024;Chêne;;
"""
DAY = date(2024, 11, 28)
WHOLE = ["recommended", "advised"]
BOUNDS = ["meals_lower", "meals_upper"]
SIZED = Event("outing", date(2024, 12, 10), date(2024, 12, 13), "Bois", effect_meals=-12)


@pytest.fixture
def city(store: Store) -> Store:
    """Return a city with a past outing, and a point “à rattacher”, that the total counts."""
    days = service_days(store, date(2024, 9, 2), LAST)
    rows = [meals(name, days, 50 + 10 * number, number) for number, name in enumerate(["Chêne E", "Bois", "Étang"])]
    every = pd.concat([*rows, meals("Foyer", days, 30, 7)])
    deposit(store, every.drop(columns="meals_planned"), MAPPED)  # no surplus to compute: quicker
    apply(store, "e.csv", "type;date_debut;cantine_nom\nsortie;08/10/2024;Bois\ngrève;10/10/2024;\n".encode(), "test")
    return store


def shown(store: Store, run_id: int, what_if: Event | None = None) -> dict[str | None, pd.DataFrame]:
    places = (None, "Bois", "Chêne", "Étang")
    return {place: daily_forecast(store, run_id, place, what_if) for place in places}


def assert_same(one: dict[str | None, pd.DataFrame], other: dict[str | None, pd.DataFrame]) -> None:
    for place, table in one.items():
        # With so few past days, the interval of the city is that of its canteens, all days together.
        loose = WHOLE if place else [*WHOLE, *BOUNDS]
        left, right = table.drop(columns=loose), other[place].drop(columns=loose)
        pd.testing.assert_frame_equal(left, right, check_exact=False, rtol=1e-9, check_dtype=False)
        assert table[BOUNDS].to_numpy() == pytest.approx(other[place][BOUNDS].to_numpy(), rel=5e-3)
        # Whole meals: an event moves those of each canteen, rounded again.
        assert (table[WHOLE] - other[place][WHOLE]).abs().max().max() <= (1 if place else 3)


def explained(store: Store, run_id: int) -> list[list[float]]:
    found = [forecast_terms(store, run_id, place, DAY) for place in (None, "Bois", "Étang")]
    assert forecast_terms(store, run_id, "Chêne", DAY) is None  # closed
    return [terms.astype(float).tolist() for terms in found if terms is not None]


def test_what_an_event_shows_at_once_is_what_the_next_computation_stores(city: Store) -> None:
    first = refresh(city, "test", today=TODAY)
    before = shown(city, first)
    supposed = shown(city, first, SIZED)
    assert_same(shown(city, first), before)

    report = apply(city, "e.csv", FILE.format(day=f"{DAY:%d/%m/%Y}").encode(), "test")
    assert (report.accepted, report.rejected) == (5, [])
    at_once, why = shown(city, first), explained(city, first)
    line = "type;date_debut;date_fin;cantine_nom;effet_repas\nsortie;10/12/2024;13/12/2024;Bois;-12\n"
    apply(city, "s.csv", line.encode(), "test")
    both = shown(city, first)

    second = refresh(city, "test", today=TODAY)
    assert_same(both, shown(city, second))
    assert [pytest.approx(terms, rel=1e-6, abs=1e-6) for terms in why] == explained(city, second)
    _check_the_figures(before, at_once, supposed)

    undo(city, 3, "test")
    undo(city, 4, "test")
    restored = shown(city, second)
    # The days of a closure have no forecast until they are computed again.
    for table in (before, restored):
        table.pop(None)
        table["Chêne"] = table["Chêne"][table["Chêne"]["date"] > "2024-11-30"].reset_index(drop=True)
    assert_same(restored, before)
    effect, days = learnt_effects(city, second)["outing_canteen"]
    assert (days, abs(effect) < 0.2) == (1, True)


def _check_the_figures(
    before: dict[str | None, pd.DataFrame],
    at_once: dict[str | None, pd.DataFrame],
    supposed: dict[str | None, pd.DataFrame],
) -> None:
    def of(table: pd.DataFrame, day: date) -> pd.Series:
        return table.set_index("date").loc[pd.Timestamp(day)]

    bois = of(before["Bois"], DAY), of(at_once["Bois"], DAY)
    assert bois[1]["meals"] == pytest.approx(0.7 * bois[0]["meals"] - 25)
    for name in BOUNDS:
        assert bois[1][name] == pytest.approx(0.7 * bois[0][name] - 25), name
    for name in WHOLE:
        margin = (bois[0][name] - bois[0]["meals"]) * 0.7 ** (1 + SIZE_POWER)
        assert bois[1][name] == round(bois[1]["meals"] + margin), name
    assert pd.Timestamp(DAY) not in set(at_once["Chêne"]["date"])
    etang = of(at_once["Étang"], DAY)["meals"] / of(before["Étang"], DAY)["meals"]
    assert etang == pytest.approx(0.7 * 1.125)
    foyer = of(before[None], DAY)["meals"] - sum(
        of(before[place], DAY)["meals"] for place in ("Bois", "Chêne", "Étang")
    )
    assert foyer > 20
    of_city = sum(of(at_once[place], DAY)["meals"] for place in ("Bois", "Étang")) + 0.7 * foyer
    assert of(at_once[None], DAY)["meals"] == pytest.approx(of_city)
    gap = of(supposed["Bois"], date(2024, 12, 10)) - of(before["Bois"], date(2024, 12, 10))
    for name in ("meals", *BOUNDS, *WHOLE):
        assert gap[name] == pytest.approx(-12), name
    assert_same({"Étang": supposed["Étang"]}, {"Étang": before["Étang"]})


def test_a_plan_told_before_an_announcement_does_not_know_it_and_one_told_after_does(city: Store) -> None:
    def known() -> dict[date, float]:
        job = extract(city, TODAY)
        assert job
        plans = job.plans[job.plans["canteen"] == "Bois"]
        return dict(zip(plans["date"].dt.date, plans["known_meals"], strict=True))

    plan = pd.DataFrame({"site": ["Bois"], "date": [DAY], "meals_planned": [70]})
    deposit(city, plan, MAPPED)
    assert known() == {DAY: 0}
    line = f"type;date_debut;cantine_nom;effet_repas\nsortie;{DAY:%d/%m/%Y};Bois;-25\n"
    apply(city, "e.csv", line.encode(), "test")
    assert known() == {DAY: 0}
    deposit(city, plan.assign(meals_planned=45), MAPPED)
    assert known() == {DAY: -25}
