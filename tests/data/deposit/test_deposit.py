"""A deposit accounts for every line, changes what it says it changes, and never half of it."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.deposit.apply import DepositRefused, apply, preview
from data.kinds import kinds
from data.kinds.records import RECORD_TABLES
from data.store import Store
from tests.conftest import EXAMPLES

HEADER = "site_nom;site_type;date;prevision;reel;preparation_kg;commentaire\n"


def log(*lines: str) -> bytes:
    return (HEADER + "".join(f"{line}\n" for line in lines)).encode()


def services(store: Store) -> list[tuple[object, ...]]:
    with store.scratch() as cursor:
        return cursor.execute(
            "SELECT site, meals_planned, meals_served, preparation_kg FROM services ORDER BY site, date"
        ).fetchall()


def test_missing_is_never_zero_and_zero_is_never_missing(store: Store) -> None:
    apply(store, "j.csv", log("A;M;01/09/2016;NA;;0;", "B;M;01/09/2016;0;0;;"), "agent")
    assert services(store) == [("A", None, None, 0.0), ("B", 0, 0, None)]


def test_every_line_is_in_one_bucket(store: Store) -> None:
    apply(store, "j.csv", log("A;M;01/09/2016;10;9;;", "B;M;01/09/2016;10;9;;"), "agent")
    lines = [
        "A;M;01/09/2016;10;9;;",
        "B;M;01/09/2016;11;9;;",
        "C;M;01/09/2016;1;1;;",
        "D;M;01/09/2016;;;;",
        "E;X;x;;;;",
    ]
    report = preview(store, "k.csv", log(*lines))
    buckets = (report.new, report.changed, report.unchanged, report.without_measure, report.rejected_lines)
    assert (report.lines, *buckets) == (5, 1, 1, 1, 1, 1)
    assert {(finding.line, finding.column) for finding in report.rejected} == {(6, "site_type"), (6, "date")}
    assert report.changes[["line", "column", "old", "new"]].values.tolist() == [[3, "meals_planned", "10", "11"]]


def test_a_preview_writes_nothing(store: Store) -> None:
    before = store.version()
    preview(store, "j.csv", log("A;M;01/09/2016;10;9;;"))
    assert store.version() == before
    assert services(store) == []


def test_the_same_file_again_changes_nothing_and_says_so(store: Store) -> None:
    content = log("A;M;01/09/2016;10;9;1,5;", "B;M;01/09/2016;;;;")
    apply(store, "j.csv", content, "agent")
    before, version = services(store), store.version()
    report = apply(store, "j.csv", content, "agent")
    assert store.version() == version
    assert report.nothing_to_do
    assert (report.accepted, report.unchanged, report.without_measure) == (0, 1, 1)
    assert services(store) == before


def test_a_missing_value_never_erases_a_known_one(store: Store) -> None:
    apply(store, "j.csv", log("A;M;01/09/2016;10;9;;"), "agent")
    apply(store, "k.csv", b"site_nom;site_type;date;restes_assiette_kg\nA;M;01/09/2016;2,5\n", "agent")
    row = store.read("SELECT meals_planned, meals_served, leftovers_kg FROM services").iloc[0].tolist()
    assert row == [10, 9, 2.5]


@pytest.mark.parametrize(
    ("cell", "value"),
    [("1 234,5", 1234.5), ("1\u00a0234,5", 1234.5), ("1\u202f234.5", 1234.5), ("12.", 12.0), ("0,25", 0.25)],
)
def test_numbers_are_read_as_french_excel_writes_them(store: Store, cell: str, value: float) -> None:
    apply(store, "j.csv", log(f"A;M;01/09/2016;;;{cell};"), "agent")
    assert services(store)[0][3] == value


@pytest.mark.parametrize("cell", ["1e3", "inf", "12 repas", "1,2,3", "0x10", "=1+1"])
def test_what_is_not_a_number_is_rejected_with_its_line_and_column(store: Store, cell: str) -> None:
    report = preview(store, "j.csv", log("A;M;01/09/2016;;;1;", f"B;M;01/09/2016;;;{cell};"))
    assert [(finding.line, finding.column) for finding in report.rejected] == [(3, "preparation_kg")]
    assert cell in report.rejected[0].reason


@pytest.mark.parametrize("cell", ["nan", "--", "NC", "?"])
def test_a_mark_for_a_missing_value_does_not_cost_the_line_its_other_figures(store: Store, cell: str) -> None:
    report = preview(store, "j.csv", log(f"B;M;01/09/2016;;5;{cell};"))
    assert (report.accepted, len(report.rejected)) == (1, 0)


@pytest.mark.parametrize(
    "cell", ["24/05/2016", "24/5/16", "24-05-2016", "24.05.2016", "2016-05-24", "2016-05-24 00:00:00", "42514"]
)
def test_dates_are_read_in_every_usual_form(store: Store, cell: str) -> None:
    apply(store, "j.csv", log(f"A;M;{cell};1;1;;"), "agent")
    assert store.read("SELECT date FROM services")["date"].dt.date.tolist() == [date(2016, 5, 24)]


@pytest.mark.parametrize("cell", ["31/02/2016", "2016-13-01", "hier", "01/01/1066", "99999", "24/05"])
def test_a_date_that_does_not_exist_is_rejected(store: Store, cell: str) -> None:
    report = preview(store, "j.csv", log(f"A;M;{cell};1;1;;", "B;M;01/09/2016;1;1;;"))
    assert [finding.column for finding in report.rejected] == ["date"]


def test_identical_lines_count_once_and_contradictory_lines_are_both_named(store: Store) -> None:
    lines = ["A;M;01/09/2016;1;1;;", "A;M;01/09/2016;1;1;;", "B;M;01/09/2016;1;1;;", "B;M;01/09/2016;2;1;;"]
    report = apply(store, "j.csv", log(*lines), "agent")
    assert (report.accepted, report.unchanged, report.rejected_lines) == (1, 1, 2)
    assert [finding.line for finding in report.rejected] == [4, 5]
    assert all("lignes 4, 5" in finding.reason for finding in report.rejected)
    assert services(store) == [("A", 1, 1, None)]


def test_two_lines_that_complete_each_other_are_both_kept(store: Store) -> None:
    report = apply(store, "j.csv", log("A;M;01/09/2016;10;;;", "A;M;01/09/2016;;9;;"), "agent")
    assert (report.accepted, report.rejected_lines) == (2, 0)
    assert services(store) == [("A", 10, 9, None)]


def test_two_labels_of_one_canteen_add_up_and_a_later_mapping_needs_no_new_import(store: Store) -> None:
    apply(store, "j.csv", log("A;M;01/09/2016;10;9;;", "A bis;E;01/09/2016;20;18;;"), "agent")
    assert store.read("SELECT count(*) AS n FROM service_points WHERE canteen IS NULL")["n"][0] == 2
    mapping = b"site_nom;site_type;cantine_nom\nA;M;GRANDE\nA bis;E;GRANDE\n"
    apply(store, "m.csv", mapping, "agent")
    total = store.read("SELECT canteen, sum(meals_served) AS served FROM located_services GROUP BY canteen")
    assert total.values.tolist() == [["GRANDE", 27]]


def test_two_canteens_that_differ_by_a_space_stay_two_and_are_told_apart(store: Store) -> None:
    report = apply(store, "m.csv", b"site_nom;site_type;cantine_nom\nA;M;GRANDE\nB;M;GRANDE \n", "agent")
    assert store.read("SELECT label FROM canteens ORDER BY label")["label"].tolist() == ["GRANDE", "GRANDE (2)"]
    assert "ne diffère" in report.warnings[0].reason


def test_the_last_menu_of_a_day_replaces_the_earlier_one(store: Store) -> None:
    apply(store, "a.csv", b"date;rang;plat\n01/09/2016;1;Melon\n01/09/2016;2;Gratin\n02/09/2016;2;Riz\n", "agent")
    apply(store, "b.csv", b"date;rang;plat\n01/09/2016;2;Omelette\n", "agent")
    rows = store.read("SELECT day(date) AS day, dish, course FROM menus ORDER BY date, dish").values.tolist()
    assert rows == [[1, "Omelette", "plat"], [2, "Riz", "plat"]]


def test_strikes_become_events_and_a_strike_on_a_sunday_is_doubted(store: Store) -> None:
    report = apply(store, "g.csv", b"date,greve\n2011-10-02,1\n2016-09-15,1\n2016-09-16,0\n", "agent")
    assert (report.accepted, report.without_measure) == (2, 1)
    assert "dimanche" in report.warnings[0].reason
    assert store.read("SELECT count(*) AS n FROM events WHERE kind = 'strike'")["n"][0] == 2


def test_implausible_figures_are_doubted_but_kept(store: Store) -> None:
    report = apply(store, "j.csv", log("A;M;01/09/2016;10;30;;"), "agent")
    assert report.accepted == 1
    assert "plus du double" in report.warnings[0].reason


def test_a_file_without_one_good_line_is_refused_and_leaves_the_store_as_it_was(store: Store) -> None:
    before = store.version()
    with pytest.raises(DepositRefused, match="La seule ligne du fichier"):
        apply(store, "j.csv", log("A;M;hier;1;1;;"), "agent")
    assert store.version() == before
    assert store.read("SELECT count(*) AS n FROM deposits")["n"][0] == 0


def test_the_deposit_keeps_its_file_its_author_and_an_audit_line(store: Store) -> None:
    content = log("A;M;01/09/2016;1;1;;")
    apply(store, "C:\\Users\\moi\\journal.csv", content, "agent")
    kept = store.read("SELECT file_name, actor, content FROM deposits JOIN deposit_files USING (deposit_id)").iloc[0]
    assert (kept["file_name"], kept["actor"], bytes(kept["content"])) == ("journal.csv", "agent", content)
    assert store.read("SELECT action FROM audit_log")["action"].tolist() == ["deposit"]


def test_sql_in_a_cell_is_only_text(store: Store) -> None:
    apply(store, "j.csv", log('"A\'); DROP TABLE log_rows; --";M;01/09/2016;1;1;;'), "agent")
    assert services(store)[0][0] == "A'); DROP TABLE log_rows; --"


def test_each_kind_of_file_has_a_target_and_its_example_is_accepted(store: Store) -> None:
    assert kinds().keys() == RECORD_TABLES.keys()
    for kind in kinds().values():
        text = io.StringIO()
        writer = csv.writer(text, delimiter=";")
        writer.writerow([field.name for field in kind.fields])
        writer.writerow([field.example for field in kind.fields])
        report = apply(store, f"{kind.name}.csv", text.getvalue().encode(), "agent")
        assert (report.kind, report.accepted, report.rejected) == (kind.name, 1, [])


LINE = st.tuples(
    st.sampled_from(["A", "B", "C"]),
    st.integers(1, 4),
    st.one_of(st.none(), st.integers(0, 300)),
    st.one_of(st.none(), st.integers(0, 300)),
)


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(LINE, min_size=1, max_size=6, unique_by=lambda line: line[:2]), min_size=1, max_size=4))
def test_the_store_holds_the_last_known_value_of_each_measure(
    store: Store, files: list[list[tuple[str, int, int | None, int | None]]]
) -> None:
    with store.write("agent", "vider", {}) as cursor:
        cursor.execute("DELETE FROM log_rows")
        cursor.execute("DELETE FROM services")
    expected: dict[tuple[str, int], list[int | None]] = {}
    for lines in files:
        texts = [f"{s};M;{d:02d}/09/2016;{'' if p is None else p};{'' if r is None else r};;" for s, d, p, r in lines]
        report = apply(store, "j.csv", log(*texts), "agent")
        assert report.lines == report.accepted + report.without_measure + report.unchanged
        for site, day, planned, served in lines:
            known = expected.setdefault((site, day), [None, None])
            expected[site, day] = [
                planned if planned is not None else known[0],
                served if served is not None else known[1],
            ]
    with store.scratch() as cursor:
        rows = cursor.execute("SELECT site, day(date), meals_planned, meals_served FROM services").fetchall()
    assert {(site, day): [planned, served] for site, day, planned, served in rows} == expected


MAPPING = b"site_nom;site_type;cantine_nom\nCHAUVINIERE M;M;CHAUVINIERE M\nCONTRIE;M/E;CONTRIE\n"


def test_an_unknown_label_is_told_with_the_closest_known_one_and_the_choice_is_remembered(store: Store) -> None:
    apply(store, "m.csv", MAPPING, "agent")
    content = log("Chauviniere M.;M;01/09/2016;10;9;;", "CONTRIE;E;01/09/2016;10;9;;", "LUNE;M;01/09/2016;1;1;;")
    report = preview(store, "j.csv", content)
    proposed = {row["site"]: row["canteens"][:1] for row in report.unknown_labels.to_dict("records")}
    assert proposed == {"Chauviniere M.": ["CHAUVINIERE M"], "CONTRIE": ["CONTRIE"], "LUNE": []}
    assert any("le nom connu le plus proche est" in finding.reason for finding in report.warnings)
    apply(store, "j.csv", content, "agent", {("Chauviniere M.", "M"): "CHAUVINIERE M"})
    known = "SELECT canteen, meals_served FROM located_services WHERE canteen IS NOT NULL"
    assert store.read(known).values.tolist() == [["CHAUVINIERE M", 9]]
    assert preview(store, "k.csv", log("Chauviniere M.;M;02/09/2016;10;9;;")).unknown_labels.empty


def test_words_that_all_labels_have_bring_none_of_them_nearer(store: Store) -> None:
    known = "site_nom;site_type;cantine_nom\nECOLE FREESIAS;M;FREESIAS\nECOLE GEORGE BRASSENS;M;BRASSENS\n"
    apply(store, "m.csv", known.encode(), "agent")
    content = log("École élémentaire Georges Brassens;M;01/09/2016;10;9;;", "École;M;01/09/2016;10;9;;")
    proposed = {
        row["site"]: row["canteens"] for row in preview(store, "j.csv", content).unknown_labels.to_dict("records")
    }
    assert proposed == {"École élémentaire Georges Brassens": ["BRASSENS"], "École": []}


def test_rejected_lines_come_back_as_they_were_with_their_reasons_and_go_in_once_corrected(store: Store) -> None:
    report = apply(store, "j.csv", log("A;M;hier;1;x;;note", "B;M;01/09/2016;1;1;;"), "agent")
    row = report.rejected_rows.iloc[0]
    assert row[["site_nom", "date", "reel", "commentaire"]].tolist() == ["A", "hier", "x", "note"]
    assert "date : « hier »" in row["motif_du_rejet"].replace("\u00a0", " ")
    assert "reel : « x »" in row["motif_du_rejet"].replace("\u00a0", " ")
    corrected = report.rejected_rows.replace({"hier": "02/09/2016", "x": "7"}).to_csv(sep=";", index=False).encode()
    assert apply(store, "corrige.csv", corrected, "agent").accepted == 1
    assert [row[2] for row in services(store)] == [7, 1]


def test_what_is_to_be_checked_names_the_service_point_and_the_day(store: Store) -> None:
    report = preview(store, "j.csv", log("A;M;01/09/2016;10;30;;"))
    assert report.warnings[0].reason.startswith("A · M · 01/09/2016")


def test_a_file_previewed_before_somebody_else_s_deposit_is_examined_again_when_confirmed(store: Store) -> None:
    content = log("A;M;01/09/2016;10;9;;", "B;M;01/09/2016;10;9;;")
    assert preview(store, "j.csv", content).new == 2
    apply(store, "k.csv", log("A;M;01/09/2016;10;8;;"), "somebody else")
    report = apply(store, "j.csv", content, "agent")
    assert (report.new, report.changed) == (1, 1)
    assert services(store) == [("A", 10, 9, None), ("B", 10, 9, None)]
