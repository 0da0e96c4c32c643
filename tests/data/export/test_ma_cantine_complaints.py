"""What the users of ma-cantine, the national platform, complained about: each complaint, and what happens here."""

from __future__ import annotations

import pytest

from data.deposit.apply import DepositRefused, apply, preview
from data.kinds import kinds
from data.store import Store

HEADER = "site_nom;site_type;date;prevision;reel;preparation_kg;commentaire\r\n"
GOOD = "A;M;24/05/2016;72;68;1,5;\r\n"


def test_unicode_utf8_said_without_a_meaning(store: Store) -> None:
    content = (HEADER + GOOD.replace("A;", "CÔTE D’OR;")).encode("cp1252")
    apply(store, "excel.csv", content, "agent")
    assert store.read("SELECT site FROM services")["site"].tolist() == ["CÔTE D’OR"]
    for unreadable in (b"", b"\x81\x8d" * 20, b"a\x00b;c\r\n", "é;à\r\n".encode("utf-16")[:-1], b"a;b\r\n1;2\r\n"):
        with pytest.raises(DepositRefused) as refusal:
            preview(store, "abîmé.csv", unreadable)
        said = str(refusal.value).lower()
        assert "unicode" not in said
        assert "utf" not in said
        assert "encodage" not in said


def test_decimal_comma_refused(store: Store) -> None:
    lines = "".join(f"S{n};M;24/05/2016;72;68;{kg};\r\n" for n, kg in enumerate(("1,5", "1.5", "1,50")))
    report = apply(store, "pesees.csv", (HEADER + lines).encode(), "agent")
    assert (report.accepted, report.rejected) == (3, [])
    assert store.read("SELECT preparation_kg AS kg FROM services")["kg"].tolist() == [1.5, 1.5, 1.5]


def test_separators_inside_free_text_shift_the_columns(store: Store) -> None:
    quoted = 'B;M;24/05/2016;72;68;1,5;"pluie; vent, froid"\r\n'
    bare = "C;M;24/05/2016;72;68;1,5;pluie; vent\r\n"
    report = apply(store, "j.csv", (HEADER + GOOD + quoted + bare).encode(), "agent")
    assert report.accepted == 2
    assert [(finding.line, "guillemets" in finding.reason) for finding in report.rejected] == [(4, True)]
    comments = store.read("SELECT site, comment FROM services ORDER BY site")
    assert comments["site"].tolist() == ["A", "B"]
    assert comments["comment"][1] == "pluie; vent, froid"


def test_blank_lines_reject_the_file(store: Store) -> None:
    content = "\r\n" + HEADER + "\r\n" + GOOD + ";;;;;;\r\n\r\n" + GOOD.replace("A", "B") + "\r\n\r\n"
    report = apply(store, "j.csv", content.encode(), "agent")
    assert (report.lines, report.accepted, report.rejected) == (2, 2, [])


def test_an_extra_column_reported_as_wrong_names(store: Store) -> None:
    content = HEADER.replace("\r\n", ";telephone\r\n") + GOOD.replace("\r\n", ";0240\r\n")
    report = apply(store, "j.csv", content.encode(), "agent")
    assert report.accepted == 1
    assert [finding.column for finding in report.warnings] == ["telephone"]
    assert "ignorée" in report.warnings[0].reason


def test_four_uploads_to_discover_seven_errors(store: Store) -> None:
    lines = [
        ";M;24/05/2016;72;68;1,5;",
        "B;X;24/05/2016;72;68;1,5;",
        "C;M;31/02/2016;72;68;1,5;",
        "D;M;24/05/2016;-1;68;1,5;",
        "E;M;24/05/2016;72;soixante;1,5;",
        "F;M;24/05/2016;72;68;1,5 litre;",
        "G;M;24/05/2016;72;68;1,5;pluie;vent",
    ]
    report = preview(store, "j.csv", (HEADER + "\r\n".join(lines) + "\r\n").encode())
    columns = ["site_nom", "site_type", "date", "prevision", "reel", "preparation_kg", None]
    assert [(finding.line, finding.column) for finding in report.rejected] == list(enumerate(columns, 2))


def test_duplicates_with_no_summary_before_the_import(store: Store) -> None:
    other = GOOD.replace("A;", "B;")
    content = HEADER + GOOD + GOOD + other + other.replace("68", "60")
    report = preview(store, "j.csv", content.encode())
    assert (report.lines, report.accepted, report.unchanged, report.rejected_lines) == (4, 1, 1, 2)
    assert [(finding.line, "identique à la ligne 2" in finding.reason) for finding in report.warnings] == [(3, True)]
    assert all("lignes 4, 5" in finding.reason for finding in report.rejected)
    assert store.version() == preview_version(store)


def preview_version(store: Store) -> int:
    """Return the version of a store nobody wrote to."""
    return int(store.read("SELECT version FROM store_state")["version"].item())


def test_unit_missing_in_the_label() -> None:
    weighed = [field for field in kinds()["log"].fields if field.name.endswith("_kg")]
    assert weighed
    assert all("(kg" in field.title for field in weighed)
