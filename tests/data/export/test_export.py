"""What goes out comes back the same: exporting, then depositing into a new store, is the identity."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from data.demo import load_demo
from data.deposit.apply import DepositRefused, apply
from data.deposit.undo import undo
from data.export.files import EXPORTED, STYLES, Style, csv_bytes, export, file_name, is_empty, number
from data.kinds import kinds
from data.kinds.records import RECORD_TABLES
from data.store import Store
from tests.conftest import EXAMPLES

VIEWS = (
    "services", "service_points", "canteens", "schools", "enrolments", "menus", "events", "located_services",
    "pilot_sites", "pilot_stages", "pilot_milestones", "pilot_risks", "pilot_decisions", "devices", "equipment_counts",
    "workshops", "tickets", "pilots",
)  # fmt: skip
# The tables that are kept up to date → what they are derived from.
KEPT = {"services": "log_rows", "service_points": "service_points_told", "canteens": "canteens_told"}
TABLES = sorted({target.table for target in RECORD_TABLES.values()})


@pytest.fixture
def other(blank: Path, tmp_path: Path) -> Iterator[Store]:
    opened = Store(Path(shutil.copy(blank, tmp_path / "other.duckdb")))
    yield opened
    opened.close()


def wipe(store: Store) -> None:
    with store.write("test", "wipe", {}) as cursor:
        for table in (*TABLES, *KEPT):
            cursor.execute(f"DELETE FROM {table}")
        cursor.execute("DELETE FROM deposits")


def content(store: Store, views: Iterable[str] = VIEWS) -> dict[str, pa.Table]:
    with store.scratch() as cursor:
        return {view: cursor.sql(f"FROM {view} ORDER BY ALL").to_arrow_table() for view in views}


def views_of(store: Store, kind: str) -> list[str]:
    """Return the views that read the record table of a kind, or another of these views."""
    sql = dict(store.read("SELECT view_name, sql FROM duckdb_views() WHERE NOT internal").to_numpy().tolist()) | KEPT
    found = {RECORD_TABLES[kind].table}
    while more := {view for view in sql.keys() - found if found & set(re.findall(r"\w+", sql[view]))}:
        found |= more
    return [view for view in VIEWS if view in found]


def moved(source: Store, target: Store, style: Style, exported: tuple[str, ...] = EXPORTED) -> None:
    """Give everything back, and deposit it into an empty store."""
    wipe(target)
    for kind in exported:
        if not is_empty(source, kind):
            report = apply(target, file_name(kind, style), export(source, kind, style), "agent")
            assert report.rejected == [], kind


# ---------------------------------------------------------------- the property
NASTY = st.lists(
    st.sampled_from(
        [
            "Été",
            "école",
            '"',
            "'",
            ";",
            ",",
            "|",
            "\t",
            " ",
            "=",
            "+",
            "-",
            "@",
            "\n",
            "\r",
            "\r\n",
            "[",
            "]",
            '="x"',
            "E\u0301",
            "\u200b",
            "NA",
            "👩‍👩‍👧",
        ]
    )
    | st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=3),
    min_size=1,
    max_size=6,
).map("".join)
NAME = st.sampled_from(["A", "B"]).flatmap(lambda start: NASTY.map(lambda text: f"{text}{start}")) | NASTY
TYPE = st.sampled_from(["M", "E", "M/E"])
DAY = st.dates(date(2011, 1, 1), date(2030, 12, 31))
KG = st.none() | st.floats(0, 5000) | st.sampled_from([0.1, 1e-7, 12.0, 1.005])
LIST = st.none() | st.lists(NASTY | st.sampled_from(["label rouge", "bio"]), max_size=3).map(";".join)


@st.composite
def weighing(draw: st.DrawFn) -> list[object]:
    """A total and an edible part that it includes."""
    total = draw(KG)
    edible = None if total is None else draw(st.none() | st.floats(0, total))
    return [total, edible]


@st.composite
def log_line(draw: st.DrawFn) -> list[object]:
    masses = [draw(weighing()) for _ in range(3)]
    meals = st.none() | st.integers(0, 20_000)
    totals, edibles = zip(*masses, strict=True)
    head = [draw(NAME), draw(TYPE), draw(DAY), draw(meals), draw(meals)]
    return [*head, *totals, *edibles, draw(st.none() | NASTY)]


LINES: dict[str, st.SearchStrategy[list[object]]] = {
    "log": log_line(),
    "mapping": st.tuples(NAME, TYPE, st.none() | NAME, st.none() | TYPE).map(list),
    "canteens": st.tuples(
        NAME, st.none() | TYPE, st.none() | NASTY, st.none() | st.floats(-90, 90), st.none() | st.floats(-180, 180),
        st.none() | DAY,
    ).map(list),
    "schools": st.tuples(NAME, NAME, st.none() | TYPE).map(list),
    "enrolment": st.tuples(NAME, st.sampled_from(["2024-2025", "2025-2026"]), st.integers(0, 5000)).map(list),
    "menus": st.tuples(
        DAY, st.none() | st.integers(0, 9), st.none() | st.integers(0, 99), NAME,
        st.none() | NASTY | st.sampled_from(["pain", "potage"]), LIST, LIST, LIST,
    ).map(list),
    "events": st.tuples(
        st.sampled_from(["grève", "sortie", "fermeture", "fête", "vacances"]), DAY, st.none(), st.none() | NAME,
        st.none() | NASTY, st.none() | st.integers(-500, 500), st.none() | st.floats(-99, 300),
    ).map(list),
}  # fmt: skip


@pytest.mark.parametrize("kind", LINES)
def test_export_then_import_is_the_identity(store: Store, other: Store, kind: str) -> None:
    views = views_of(store, kind)
    assert views

    @settings(
        max_examples=EXAMPLES,
        phases=(
            Phase.explicit,
            Phase.reuse,
            Phase.generate,
        ),  # a failure is shown at once, not made smaller for minutes
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(st.lists(LINES[kind], min_size=1, max_size=6), st.sampled_from(STYLES))
    def check(lines: list[list[object]], style: Style) -> None:
        wipe(store)
        try:
            apply(store, "f.csv", _quoted(kind, lines), "agent")
        except DepositRefused:
            return
        moved(store, other, style, (kind,))
        assert content(other, views) == content(store, views)

    check()
    moved(store, other, STYLES[0], (kind,))
    assert content(other) == content(store)


def _quoted(kind: str, lines: list[list[object]]) -> bytes:
    """Write lines as no exporter of ours does: every cell quoted, nothing defused."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(field.name for field in kinds()[kind].fields)
    writer.writerows(["" if v is None else number(v) if isinstance(v, float) else v for v in line] for line in lines)
    return text.getvalue().encode()


# ---------------------------------------------------------------- whole stores
def test_the_demonstration_comes_back_the_same_in_each_style(store: Store, other: Store) -> None:
    load_demo(store)
    before = content(store)
    for style in STYLES:
        moved(store, other, style)
        assert content(other) == before, style


def test_the_city_s_seven_years_come_back_the_same_in_each_style(store: Store, other: Store, nantes: Path) -> None:
    for path in sorted(nantes.glob("*.csv")):
        apply(store, path.name, path.read_bytes(), "agent")
    before = content(store)
    for style in STYLES:
        moved(store, other, style)
        assert content(other) == before, style


def test_what_was_undone_or_replaced_does_not_come_out(store: Store, other: Store) -> None:
    header = b"site_nom;site_type;date;prevision;reel\n"
    apply(store, "a.csv", header + b"A;M;01/09/2016;10;\nA;M;02/09/2016;10;9\n", "agent")
    apply(store, "b.csv", header + b"A;M;01/09/2016;11;8\n", "agent")
    apply(store, "c.csv", header + b"A;M;01/09/2016;99;99\n", "agent")
    undo(store, 3, "agent")
    assert export(store, "log", "open").decode().splitlines()[1] == "A,M,2016-09-01,11,8,,,,,,,"
    moved(store, other, "open")
    assert content(other) == content(store)


# ---------------------------------------------------------------- the two styles
LOG = "site_nom;site_type;date;prevision;reel;preparation_kg;preparation_comestible_kg;commentaire\n"


def test_excel_gets_a_byte_order_mark_semicolons_decimal_commas_and_french_dates(store: Store) -> None:
    apply(store, "j.csv", (LOG + "École;M;01/09/2016;72;;1.5;0.25;Été; \n").encode(), "agent")
    lines = export(store, "log", "excel").decode("utf-8").split("\r\n")
    assert lines[0].startswith("\ufeffsite_nom;site_type;date;prevision;reel;preparation_kg")
    assert lines[1] == "École;M;01/09/2016;72;;1,5;;;0,25;;;Été"


def test_open_data_is_utf_8_with_commas_points_and_iso_dates(store: Store) -> None:
    apply(store, "j.csv", (LOG + "École;M;01/09/2016;72;;1,5;0,25;Été, enfin\n").encode(), "agent")
    lines = export(store, "log", "open").decode("utf-8").split("\r\n")
    assert lines[0].startswith("site_nom,site_type,date")
    assert lines[1] == 'École,M,2016-09-01,72,,1.5,,,0.25,,,"Été, enfin"'


def test_no_text_is_a_formula_in_excel_and_numbers_stay_numbers(store: Store) -> None:
    apply(store, "c.csv", b"cantine_nom;secteur;longitude\n=1+1;@SUM(A1);-1,5\n'=A;-Nord;2\n", "agent")
    excel, opened = export(store, "canteens", "excel").decode(), export(store, "canteens", "open").decode()
    assert "'=1+1;;'@SUM(A1);;-1,5;" in excel
    assert "\r\n'=A;;'-Nord;;2;" in excel  # “'=A” is how a spreadsheet writes the text “=A”
    assert "\r\n'=1+1,,'@SUM(A1),,-1.5," in opened


def test_an_apostrophe_before_a_line_break_does_not_bring_outer_spaces_in(store: Store, other: Store) -> None:
    apply(store, "m.csv", b'date;position;plat\n01/09/2016;1;"\'\r\nMelon"\n02/09/2016;1;"\'\tRiz"\n', "agent")
    assert content(store)["menus"]["dish"].to_pylist() == ["Melon", "Riz"]
    moved(store, other, "open")
    assert content(other) == content(store)


@pytest.mark.parametrize(
    ("value", "text"), [(0.1, "0.1"), (12.0, "12"), (1e-7, "0.0000001"), (1e16, "10000000000000000"), (-1.5, "-1.5")]
)
def test_a_number_keeps_all_its_digits_without_exponent(value: float, text: str) -> None:
    assert number(value) == text
    assert float(text) == value


def test_every_kind_is_given_back_under_its_own_columns_even_when_empty(store: Store) -> None:
    for kind in kinds().values():
        assert is_empty(store, kind.name)
        assert export(store, kind.name, "excel").decode("utf-8-sig") == csv_bytes(kind, [], "excel").decode("utf-8-sig")


# ---------------------------------------------------------------- strict SCDL
SCDL_REQUIRED = {
    "menuCollNom", "menuCollSiret", "menuEtablissementNom", "menuRestaurantNom", "menuRestaurantIdType",
    "menuRestaurantType", "menuRestaurantConvive", "menuDate", "menuRepasType", "menuPlatType", "menuPlatNom",
    "menuPublicationDate",
}  # fmt: skip
SCDL_TYPES = {"entrée", "plat principal", "garniture", "dessert", "produit laitier", "pain", "autre"}


def test_menus_as_open_data_are_valid_for_the_standard(store: Store) -> None:
    menu = "date;rang;plat;labels;regimes\n01/09/2016;0;Velouté;;\n01/09/2016;2;Riz;bio;végétarien\n"
    apply(store, "m.csv", f"{menu}01/09/2016;8;Pâtes;label rouge;\n".encode(), "agent")
    rows = list(csv.DictReader(io.StringIO(export(store, "menus", "open").decode())))
    assert file_name("menus", "open") == "menus_standard_scdl.csv"
    for row in rows:
        assert not [name for name in SCDL_REQUIRED if not row[name]]
        assert re.fullmatch(r"\d{14}", row["menuCollSiret"])
        assert row["menuPlatType"] in SCDL_TYPES
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row["menuPublicationDate"])
    shown = [(row["menuPlatType"], row["menuPlatSiqo"], row["menuPlatLabel"], row["menuPlatPrecision"]) for row in rows]
    assert shown == [
        ("entrée", "", "", "type=potage;rang=0"),
        ("plat principal", "", "bio", ""),
        ("autre", '["label rouge"]', "", "type=dépannage;rang=8"),
    ]
    assert rows[1]["menuPlatRegime"] == '["végétarien"]'


def test_a_demonstration_is_never_published_under_the_city_s_name(store: Store) -> None:
    load_demo(store)
    first = next(csv.DictReader(io.StringIO(export(store, "menus", "open").decode())))
    assert first["menuCollNom"] == "Ville fictive (démonstration)"
