"""Each promise of a page stands beside what was measured of it, and one that is not kept says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from data.deposit.apply import apply
from data.queries.forecasts import promises, quality
from data.queries.forecasts.other_risks import prices
from data.store import Store
from tests.pages.conftest import Open, add_forecasts, texts
from tests.pages.test_risk import PREVISIONS, keep_risks
from ui.forecasts import promises as say
from ui.waste import promises as say_waste

# The band of the stored forecasts is ±10 % of a forecast 1 % too high: meals drawn again miss it or not by their noise.
NOISES = {"kept": 0.078, "narrow": 0.12, "wide": 0.04}
NORMAL = """(
    sqrt(-2 * ln(1 - (hash(canteen, date) % 1000003) / 1000003.0))
    * cos(2 * pi() * (hash(date, canteen) % 1009) / 1009.0)
)"""
MISSED = (
    f"UPDATE backtests SET meals_served = greatest(round(forecast / 1.01 * (1 + $noise * {NORMAL})), 1)",
    f"UPDATE waste_backtests SET actual = forecast / 1.01 * (1 + $noise * {NORMAL})",
)


def miss(path: Path, noise: float) -> None:
    """Give the judged days normal errors of this standard deviation, and the run its other risks."""
    keep_risks(path)
    store = Store(path)
    with store.write("test", "forecast", {}) as cursor:
        for statement in MISSED:
            cursor.execute(statement, {"noise": noise})
    store.close()


@pytest.fixture
def city_log(tmp_path: Path, nantes: Path) -> Path:
    """Return the path of a closed store with the city's real log and forecasts."""
    store = Store(tmp_path / "log.duckdb")
    for name in ("mapping_frequentation_cantines.csv", "frequentation_2011_2017.csv"):
        apply(store, name, (nantes / name).read_bytes(), "test")
    add_forecasts(store)
    store.close()
    return store.path


@pytest.fixture(params=["demonstration", "city log"])
def path(request: pytest.FixtureRequest) -> Path:
    name = "demo_store" if request.param == "demonstration" else "city_log"
    found: Path = request.getfixturevalue(name)
    return found


@pytest.fixture
def open_store(path: Path) -> Iterator[Store]:
    miss(path, NOISES["kept"])
    store = Store(path)
    yield store
    store.close()


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def french(value: float, digits: int = 1) -> str:
    return f"{value:.{digits}f}".replace(".", ",")


def test_the_sentences_agree_with_the_judged_days_in_both_stores(open_store: Store) -> None:
    days = open_store.read("SELECT * FROM backtests WHERE meals_planned IS NOT NULL")
    served = days["meals_served"]
    covered, run = 100 * served.between(days["lower"], days["upper"]).mean(), int(days["run_id"].iloc[0])
    measured = promises.promises(open_store, run, None)
    assert f": {french(covered)} % (" in plain(say.band(measured, None, None))
    advice = plain(say.advice(measured))
    for quantity in ("meals_planned", "recommended", "recommended_with_plan"):
        shortage = 100 * (served - days[quantity]).clip(lower=0).sum() / served.sum()
        assert f"{french(shortage, 2)} %" in advice
        assert french(100 * (served > days[quantity]).mean()) in advice
        missing = served - days[quantity]
        assert french(100 * ((missing > 0.05 * served) & (missing >= 2)).mean()) in advice
    assert 76 <= covered <= 84
    assert "promesse tenue" in say.band(measured, None, None)
    assert quality.coverage(open_store, run)["covered_pct"].iloc[0] == pytest.approx(covered)
    table = prices(open_store, run, None)
    for row in table[table["one_in"].notna()].to_dict("records"):
        sentence = plain(say.risk(int(row["one_in"]), table, None))
        kept = abs(row["short_pct"] * row["one_in"] / 100 - 1) <= 0.3
        assert f": {french(row['short_pct'])} jours de manque sur 100" in sentence
        assert ("promesse tenue" in sentence) == kept


def test_the_page_writes_the_measured_figures_in_both_stores(open_app: Open, path: Path) -> None:
    miss(path, NOISES["narrow"])
    store = Store(path)
    days = store.read("SELECT * FROM backtests WHERE meals_planned IS NOT NULL")
    prepared = prices(store, int(days["run_id"].iloc[0]), None).set_index("one_in")["short_pct"]
    store.close()
    served = days["meals_served"]
    covered = 100 * served.between(days["lower"], days["upper"]).mean()
    text = texts(open_app(path, PREVISIONS, vue="Jour par jour", risque="1 jour sur 10"))
    assert f": {french(covered)} % (" in text
    assert covered < 76 and "promesse non tenue, la fourchette a été trop étroite" in text
    assert f"{french(prepared[10])} jours de manque sur 100, pour 10,0 visés" in text


def test_the_sentence_on_the_waste_agrees_with_the_weighings(demo_store: Path) -> None:
    miss(demo_store, NOISES["kept"])
    store = Store(demo_store)
    rows = store.read("SELECT * FROM waste_backtests")
    run, canteen = int(rows["run_id"].iloc[0]), str(rows["canteen"].iloc[0])
    everywhere, here = (promises.waste_promises(store, run, name) for name in (None, canteen))
    city = promises.city_band(store, run, promises.JUDGED_KG)
    store.close()
    sentence = plain(say_waste.measured(everywhere, here, city))
    for target, unit in {"waste_kg": "en kilogrammes", "waste_g_per_meal": "en grammes par repas"}.items():
        weighed = rows[rows["target"] == target]
        inside = weighed["actual"].between(weighed["lower"], weighed["upper"])
        assert 76 <= 100 * inside.mean() <= 84
        assert f"{unit}, {french(100 * inside.mean())} % (" in sentence
        here_sentence = sentence.split("dans cette cantine, ")[1]
        assert f"{french(100 * inside[weighed['canteen'] == canteen].mean())} % {unit}" in here_sentence
    assert sentence.count("promesse tenue") >= 2
    assert city and f"pour le total de la ville, {french(city['covered_pct'])} %" in sentence
    assert plain(say_waste.measured({}, None, None)) == "Rien n’a encore été mesuré ici : le passé est trop court."


def test_the_band_of_the_city_is_judged_month_by_month_by_the_other_months(open_store: Store) -> None:
    rows = open_store.read("SELECT * FROM backtests WHERE meals_planned IS NOT NULL")
    days = rows.groupby("date").agg(served=("meals_served", "sum"), forecast=("forecast", "sum"))
    ratio, months = days["served"] / days["forecast"], pd.DatetimeIndex(days.index).to_period("M")
    inside = 0
    for month in months.unique():
        others = ratio[months != month]
        further = 0.9 * (1 + 1 / len(others))
        low, high = others.quantile([1 - further, further])
        inside += int(ratio[months == month].between(min(low, 1), max(high, 1)).sum())
    band = promises.city_band(open_store, int(rows["run_id"].iloc[0]))
    assert band
    assert (band["covered"], band["days"]) == (inside, len(days))


def test_forecasts_and_their_quality_are_judged_on_the_same_days(open_store: Store) -> None:
    # A strike that closes most canteens, days set aside, plans not filled in: one rule for every page.
    with open_store.write("test", "forecast", {}) as cursor:
        cursor.execute("UPDATE backtests SET set_aside = 'typing_error' WHERE hash(canteen, date) % 50 = 0")
        cursor.execute("UPDATE backtests SET meals_planned = NULL WHERE hash(date, canteen) % 50 = 0")
        cursor.execute("DELETE FROM backtests WHERE date = (SELECT max(date) FROM backtests) AND hash(canteen) % 4 > 0")
    run = int(open_store.read("SELECT max(run_id) AS run FROM backtests")["run"].iloc[0])
    judged, band = quality.judged_days(open_store, run), promises.city_band(open_store, run)
    measured, of_risks = promises.promises(open_store, run, None), prices(open_store, run, None)
    assert judged
    assert band
    assert measured
    assert judged.days == band["days"]
    assert {judged.judged} == {measured["canteen_days"], *of_risks["canteen_days"]}


@pytest.mark.parametrize(
    ("noise", "words"),
    [
        ("narrow", "promesse non tenue, la fourchette a été trop étroite"),
        ("wide", "promesse non tenue, la fourchette a été trop large"),
    ],
)
def test_a_band_that_is_not_kept_says_so_on_the_page(open_app: Open, demo_store: Path, noise: str, words: str) -> None:
    miss(demo_store, NOISES[noise])
    app = open_app(demo_store, PREVISIONS, vue="Jour par jour")
    assert not app.exception
    assert "La fourchette vise 4 jours sur 5" in texts(app)
    assert words in texts(app)
    assert "de repas manquants, contre" in texts(app)


@pytest.mark.parametrize(("noise", "words"), [("kept", "promesse tenue"), ("wide", "la fourchette a été trop large")])
def test_the_waste_to_come_says_what_its_intervals_contained(
    open_app: Open, demo_store: Path, noise: str, words: str
) -> None:
    miss(demo_store, NOISES[noise])
    app = open_app(demo_store, "pages/comite/gaspillage.py", volet="À venir")
    assert not app.exception
    sentence = next(line for line in texts(app).splitlines() if "Chaque trait vertical vise à contenir" in line)
    assert "en kilogrammes, " in sentence
    assert words in sentence


def test_a_risk_that_is_not_kept_says_so_on_the_page(open_app: Open, demo_store: Path) -> None:
    miss(demo_store, NOISES["wide"])
    app = open_app(demo_store, PREVISIONS, vue="Jour par jour", risque="1 jour sur 20")
    assert not app.exception
    assert "jours de manque sur 100, pour 5,0 visés, promesse non tenue, moins de jours de manque" in texts(app)
