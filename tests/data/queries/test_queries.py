"""Each figure of the pages against a naive computation with pandas, on rows with every kind of gap."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd
import pytest

from data.deposit.apply import apply
from data.kinds.records import PROGRAMME_KINDS
from data.queries import inventory, losses, overview, waste
from data.queries.forecasts import runs
from data.selection import Selection
from data.store import Store
from tests.data.deposit.programme_files import deposit

CITY = Selection(date(2016, 8, 1), date(2017, 7, 31))
SELECTIONS = [
    CITY,
    Selection(date(2016, 11, 1), date(2016, 12, 31)),
    Selection(CITY.start, CITY.end, district="Nord"),
    Selection(CITY.start, CITY.end, canteen="Bois"),
]
CANTEENS = {"Chêne": "Nord", "Bois": "Nord", "Clos": "Sud"}
SITES = {"Chêne 1": "Chêne", "Chêne 2": "Chêne", "Bois": "Bois", "Clos": "Clos", "Foyer": None}
MENUS = ["pâtes", "riz", "poisson", "lentilles"]


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    """Return one row per service point × day: some figures missing, some weighings partial."""
    chance = np.random.default_rng(3)
    days = [day for day in pd.date_range("2016-09-05", "2017-01-31") if day.isoweekday() in (1, 2, 4, 5)]
    frame = pd.DataFrame([(site, day) for site in SITES for day in days], columns=["site", "date"])
    size = len(frame)
    frame["served"] = chance.integers(0, 120, size).astype(float)
    frame["planned"] = frame["served"] + chance.integers(-10, 15, size)
    frame["planned"] = frame["planned"].clip(lower=0)
    for place in ("preparation", "unserved", "leftovers"):
        frame[place] = chance.integers(1, 80, size) / 10
        frame.loc[chance.random(size) < 0.4, place] = np.nan
    frame.loc[chance.random(size) < 0.1, "served"] = np.nan
    frame.loc[chance.random(size) < 0.1, "planned"] = np.nan
    frame["canteen"] = frame["site"].map(SITES)
    frame["district"] = frame["canteen"].map(CANTEENS)
    return frame


@pytest.fixture(scope="module")
def filled(rows: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Return a store that received these rows as files."""
    store = Store(tmp_path_factory.mktemp("queries") / "store.duckdb")
    canteens = "\n".join(f"{name};M;{district}" for name, district in CANTEENS.items())
    apply(store, "c.csv", f"cantine_nom;cantine_type;secteur\n{canteens}\n".encode(), "test")
    mapping = "\n".join(f"{site};M;{canteen};M" for site, canteen in SITES.items() if canteen)
    apply(store, "m.csv", f"site_nom;site_type;cantine_nom;cantine_type\n{mapping}\n".encode(), "test")
    log = pd.DataFrame(
        {
            "site_nom": rows["site"],
            "site_type": "M",
            "date": rows["date"].dt.strftime("%Y-%m-%d"),
            "prevision": rows["planned"].astype("Int64"),
            "reel": rows["served"].astype("Int64"),
            "preparation_kg": rows["preparation"],
            "non_servi_kg": rows["unserved"],
            "restes_assiette_kg": rows["leftovers"],
        }
    )
    apply(store, "j.csv", log.to_csv(index=False, sep=";", na_rep="NA").encode(), "test")
    days = sorted(rows["date"].unique())
    menus = "\n".join(f"{pd.Timestamp(day):%d/%m/%Y};2;{MENUS[n % len(MENUS)]}" for n, day in enumerate(days[:-3]))
    apply(store, "menus.csv", f"date;rang;plat\n{menus}\n".encode(), "test")
    yield store
    store.close()


def selected(rows: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    kept = rows["date"].between(pd.Timestamp(selection.start), pd.Timestamp(selection.end))
    if selection.district:
        kept &= rows["district"] == selection.district
    if selection.canteen:
        kept &= rows["canteen"] == selection.canteen
    frame = rows[kept].copy()
    frame["gap"] = frame["planned"] - frame["served"]
    frame["wasted"] = frame["preparation"] + frame["unserved"] + frame["leftovers"]
    return frame


@pytest.mark.parametrize("selection", SELECTIONS, ids=str)
def test_the_headline_figures(filled: Store, rows: pd.DataFrame, selection: Selection) -> None:
    frame = selected(rows, selection)
    pairs, found = frame.dropna(subset="gap"), waste.waste_summary(filled, selection)
    assert found.meals_served == frame["served"].sum()
    assert found.service_days == frame.loc[frame["served"] > 0, "date"].nunique()
    assert (found.pairs, found.pairs_planned, found.pairs_served) == (
        len(pairs),
        pairs["planned"].sum(),
        pairs["served"].sum(),
    )
    assert found.surplus_meals == pairs["gap"].clip(lower=0).sum()
    assert found.shortage_meals == -pairs["gap"].clip(upper=0).sum()
    assert found.short_services == (pairs["gap"] < 0).sum()
    weighed = frame[(frame["served"] > 0) & frame["wasted"].notna()]
    assert found.weighed_services == len(weighed)
    assert found.weighing_canteens == weighed["canteen"].nunique()
    assert found.grams_per_meal == pytest.approx(1000 * weighed["wasted"].sum() / weighed["served"].sum())
    assert found.overproduction_pct == pytest.approx(found.surplus_pct - found.shortage_pct)  # type: ignore[operator]


@pytest.mark.parametrize("selection", SELECTIONS, ids=str)
def test_the_weeks(filled: Store, rows: pd.DataFrame, selection: Selection) -> None:
    pairs = selected(rows, selection).dropna(subset="gap")
    weeks = pairs.groupby(pairs["date"].dt.to_period("W").dt.start_time)
    found = waste.by_week(filled, selection).set_index("week")
    assert list(found.index) == list(weeks.groups)
    expected = 100 * weeks["gap"].apply(lambda gap: gap.clip(lower=0).sum()) / weeks["served"].sum()
    assert found["surplus_pct"].to_numpy() == pytest.approx(expected.to_numpy())
    assert found["meals_served"].tolist() == weeks["served"].sum().tolist()
    net = 100 * weeks["gap"].sum() / weeks["served"].sum()
    assert found["overproduction_pct"].to_numpy() == pytest.approx(net.to_numpy())


@pytest.mark.parametrize("selection", SELECTIONS, ids=str)
def test_the_canteens_add_up_to_the_city(filled: Store, rows: pd.DataFrame, selection: Selection) -> None:
    frame = selected(rows, selection)
    frame["place"] = frame["canteen"].fillna(frame["site"] + " M (à rattacher)")
    pairs = frame.dropna(subset="gap").groupby("place")
    found = waste.by_canteen(filled, selection).set_index("place")
    assert set(found.index) == set(pairs.groups)
    for place, group in pairs:
        assert found.loc[place, "surplus_meals"] == group["gap"].clip(lower=0).sum()
        assert found.loc[place, "shortage_meals"] == -group["gap"].clip(upper=0).sum()
        assert found.loc[place, "short_services_pct"] == pytest.approx(100 * (group["gap"] < 0).mean())
        weighed = frame[(frame["place"] == place) & (frame["served"] > 0) & frame["wasted"].notna()]
        assert found.loc[place, "weighed_meals"] == weighed["served"].sum()
        assert (found.loc[place, "services"], found.loc[place, "weighed_services"]) == (len(group), len(weighed))
    assert found["surplus_meals"].sum() == waste.waste_summary(filled, selection).surplus_meals
    assert found["surplus_meals"].is_monotonic_decreasing


@pytest.mark.parametrize("selection", SELECTIONS, ids=str)
def test_the_same_questions_in_grams(filled: Store, rows: pd.DataFrame, selection: Selection) -> None:
    frame = selected(rows, selection)
    weighed = frame[(frame["served"] > 0) & frame["wasted"].notna()]

    def grams(group: pd.DataFrame) -> float:
        return 1000 * group["wasted"].sum() / group["served"].sum()

    weeks = weighed.groupby(weighed["date"].dt.to_period("W").dt.start_time)
    found = waste.grams_by_week(filled, selection).set_index("week")
    assert found["grams_per_meal"].to_dict() == pytest.approx({week: grams(group) for week, group in weeks})
    cells = waste.by_weekday_and_month(filled, selection, grams=True).set_index(["weekday", "month"])["surplus_pct"]
    groups = weighed.groupby([weighed["date"].dt.isocalendar().day, weighed["date"].dt.month])
    assert (cells / 100).to_dict() == pytest.approx({cell: grams(group) for cell, group in groups})
    totals = waste.canteen_weeks(filled, selection, grams=True).groupby("place")["surplus_meals"].sum()
    assert totals.to_dict() == pytest.approx(
        {place: 1000 * group["wasted"].sum() for place, group in weighed.groupby("canteen")}, rel=1e-4
    )
    days = losses.menu_days(filled, selection, grams=True).set_index("date")
    for day, row in days.iterrows():
        on_day = weighed[weighed["date"] == day]
        assert row["surplus_meals"] == pytest.approx(1000 * on_day["wasted"].sum())
        assert row["meals_served"] == on_day["served"].sum()


def test_weekday_and_month(filled: Store, rows: pd.DataFrame) -> None:
    pairs = selected(rows, CITY).dropna(subset="gap")
    found = waste.by_weekday_and_month(filled, CITY)
    groups = pairs.groupby([pairs["date"].dt.isocalendar().day, pairs["date"].dt.month])
    assert len(found) == len(groups)
    for row in found.itertuples():
        group = groups.get_group((row.weekday, row.month))
        assert row.surplus_pct == pytest.approx(100 * group["gap"].clip(lower=0).sum() / group["served"].sum())
        assert row.days == group["date"].nunique()


def test_a_weight_or_meals_that_are_missing_never_pass_for_zero(filled: Store, rows: pd.DataFrame) -> None:
    period = {**CITY.parameters(), "district": "Nord"}
    found = filled.read("FROM selected_services($start, $end, $district, $canteen) ORDER BY date, site", period)
    expected = rows[rows["district"] == "Nord"].sort_values(["date", "site"])
    kilos = expected["preparation"] + expected["unserved"] + expected["leftovers"]
    np.testing.assert_allclose(found["wasted_kg"].astype(float), kilos)
    np.testing.assert_allclose(found["gap"].astype(float), expected["planned"] - expected["served"])


def test_places_of_loss_each_over_its_own_weighings(filled: Store, rows: pd.DataFrame) -> None:
    frame = selected(rows, CITY)
    found = losses.loss_places(filled, CITY).set_index("place")
    for place in ("preparation", "unserved", "leftovers"):
        weighed = frame[(frame["served"] > 0) & frame[place].notna()]
        assert found.loc[place, "grams_per_meal"] == pytest.approx(
            1000 * weighed[place].sum() / weighed["served"].sum()
        )
        assert found.loc[place, "services"] == len(weighed)


def test_a_dish_is_compared_with_the_other_days_that_have_a_menu(filled: Store, rows: pd.DataFrame) -> None:
    frame = selected(rows, CITY).dropna(subset="served")
    days = sorted(rows["date"].unique())
    dish_of = {day: MENUS[n % len(MENUS)] for n, day in enumerate(days[:-3])}
    frame["dish"] = frame["date"].map(dish_of)
    frame = frame.dropna(subset="dish")
    found = losses.by_dish(filled, CITY).set_index("dish")
    assert set(found.index) == set(MENUS)
    for dish, own in ((dish, frame["dish"] == dish) for dish in MENUS):
        pairs = frame.dropna(subset="gap")
        for column, kept in (("surplus_pct", own), ("surplus_pct_other_days", ~own)):
            part = pairs[kept.loc[pairs.index]]
            expected = 100 * part["gap"].clip(lower=0).sum() / part["served"].sum()
            assert found.loc[dish, column] == pytest.approx(expected)
        weighed = frame[own & (frame["served"] > 0) & frame["wasted"].notna()]
        assert found.loc[dish, "weighed_meals"] == weighed["served"].sum()
        assert found.loc[dish, "weighed_days"] == weighed["date"].nunique()
        assert found.loc[dish, "grams_per_meal"] == pytest.approx(
            1000 * weighed["wasted"].sum() / weighed["served"].sum()
        )


def test_a_dish_served_less_than_the_least_days_is_left_out(filled: Store) -> None:
    assert losses.by_dish(filled, CITY, least_days=1000).empty


def test_availability_counts_days_with_both_figures_over_service_days(filled: Store, rows: pd.DataFrame) -> None:
    frame = selected(rows, CITY)
    frame["week"] = frame["date"].dt.to_period("W").dt.start_time
    frame["place"] = frame["canteen"].fillna(frame["site"] + " M (à rattacher)")
    service_days = frame[frame["served"] > 0].groupby("week")["date"].nunique()
    both = frame.dropna(subset="gap").groupby(["place", "week"])["date"].nunique()
    found = inventory.availability(filled, CITY)
    assert len(found) == frame["place"].nunique() * len(service_days)
    for row in found.itertuples():
        assert row.days == both.get((row.place, row.week), 0)
        assert row.service_days == service_days[row.week]


def test_the_days_of_a_cell_are_those_of_its_canteen_and_week(filled: Store) -> None:
    found = inventory.canteen_days(filled, "Chêne", None, None, date(2016, 9, 5))
    assert sorted(found["service_point"].unique()) == ["Chêne 1 M", "Chêne 2 M"]
    assert found["date"].min() >= pd.Timestamp(2016, 9, 5)
    assert found["date"].max() <= pd.Timestamp(2016, 9, 11)
    label = inventory.canteen_days(filled, None, "Foyer", "M", date(2016, 9, 5))
    assert label["service_point"].unique().tolist() == ["Foyer M"]


LOG = "site_nom;site_type;date;prevision;reel\n"


def test_places_that_read_alike_stay_apart(store: Store) -> None:
    apply(store, "m.csv", b"site_nom;site_type;cantine_nom\nA;M;Bois\nB;M;Bois \nC;M;Bois (2)\n", "test")
    lines = "A;M;05/09/2016;15;10\nB;M;05/09/2016;17;10\nC;M;05/09/2016;19;10\n"
    apply(store, "j.csv", (LOG + lines).encode(), "test")
    assert sorted(waste.by_canteen(store, CITY)["surplus_meals"]) == [5, 7, 9]
    grid = inventory.availability(store, CITY)
    assert sorted(grid["canteen"]) == ["Bois", "Bois ", "Bois (2)"]
    assert grid["days"].tolist() == [1, 1, 1]
    for canteen in grid["canteen"]:
        assert len(inventory.canteen_days(store, canteen, None, None, date(2016, 9, 5))) == 1


def test_a_canteen_that_sent_nothing_is_expected_all_the_same(store: Store) -> None:
    canteens = "cantine_nom;cantine_type;secteur;ouverture\nBois;M;Nord;\nClos;M;Sud;\nNeuve;M;Sud;01/09/2030\n"
    apply(store, "c.csv", canteens.encode(), "test")
    apply(store, "m.csv", b"site_nom;site_type;cantine_nom\nA;M;Bois\n", "test")
    apply(store, "j.csv", (LOG + "A;M;05/09/2016;15;10\nZ;M;06/09/2016;15;10\n").encode(), "test")
    grid = inventory.availability(store, CITY).set_index("place")
    assert grid["days"].to_dict() == {"Bois": 1, "Clos": 0, "Z M (à rattacher)": 1}
    assert set(grid["service_days"]) == {2}
    south = Selection(CITY.start, CITY.end, district="Sud")
    assert inventory.availability(store, south)["place"].tolist() == ["Clos"]


def test_the_history_lists_every_deposit_with_who_made_it_so_that_an_old_one_can_still_be_undone(store: Store) -> None:
    with store.write("Ana", "deposit", {}) as cursor:
        cursor.execute("""
            INSERT INTO deposits (kind, file_name, sha256, actor, lines, accepted, without_measure, changed, unchanged,
                rejected, warnings)
            SELECT 'log', 'j' || number || '.csv', '', 'Ana', 1, 1, 0, 0, 0, 0, 0 FROM range(1, 103) AS days (number)
        """)
    history = inventory.deposits(store)
    assert history["file_name"].tolist()[::101] == ["j102.csv", "j1.csv"]
    assert set(history["actor"]) == {"Ana"}


def test_labels_without_a_canteen_are_listed_and_counted(filled: Store, rows: pd.DataFrame) -> None:
    found = inventory.unattached_labels(filled)
    assert found["site"].tolist() == ["Foyer"]
    assert found["meals_served"].iloc[0] == rows.loc[rows["site"] == "Foyer", "served"].sum()
    assert overview.store_overview(filled).unattached == 1


def test_school_years_run_from_august_to_july(filled: Store) -> None:
    assert overview.school_years_with_data(filled) == ["2016-2017"]


def test_a_period_that_is_not_over_is_compared_up_to_the_same_day() -> None:
    before = CITY.year_before(date(2017, 1, 31))
    assert (before.start, before.end) == (date(2015, 8, 1), date(2016, 1, 31))
    assert CITY.year_before(date(2020, 1, 1)).end == date(2016, 7, 31)


def test_an_empty_store_answers_every_question(store: Store) -> None:
    summary = waste.waste_summary(store, CITY)
    assert (summary.pairs, summary.overproduction_pct, summary.grams_per_meal) == (0, None, None)
    for question in (waste.by_week, waste.by_canteen, waste.by_weekday_and_month, losses.loss_places):
        assert question(store, CITY).empty
    assert losses.by_dish(store, CITY).empty
    assert inventory.availability(store, CITY).empty
    assert runs.latest_run(store) is None
    assert not runs.forecasts_outdated(store)
    assert overview.store_overview(store).last_day is None
    assert inventory.counts_by_kind(store)["rows"].sum() == 0


def test_every_kind_of_the_programme_is_counted_with_its_days(store: Store) -> None:
    deposit(store, "jalon prevu_le", [("Lancement", date(2026, 3, 2))])
    deposit(store, "numero ecole ouvert_le clos_le", [("T1", None, date(2026, 3, 3), date(2026, 3, 5))])
    found = inventory.counts_by_kind(store).set_index("kind")
    assert {*PROGRAMME_KINDS} <= {*found.index}
    told = found.loc[found["rows"] > 0].map(str)
    assert told.to_dict("index") == {
        "milestones": {"rows": "1", "first_day": "2026-03-02 00:00:00", "last_day": "2026-03-02 00:00:00"},
        "tickets": {"rows": "1", "first_day": "2026-03-03 00:00:00", "last_day": "2026-03-05 00:00:00"},
    }
