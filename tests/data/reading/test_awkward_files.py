"""A corpus of awkward files, one oddity each: the report says what was expected, and the refused leave no trace."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from data.deposit.apply import DepositRefused, DepositReport, apply, preview
from data.deposit.staging import stage
from data.reading.sheet import read_sheet
from data.store import Store
from tests.data.reading.awkward import Awkward
from tests.data.reading.awkward_habits import HABITS
from tests.data.reading.awkward_texts import TEXTS
from tests.data.reading.awkward_workbooks import WORKBOOKS

FILES = [*TEXTS.files, *WORKBOOKS.files]
SOUND = [file for file in FILES if not file.refused]
REFUSED = [file for file in FILES if file.refused]


def test_the_corpus_is_large_and_each_file_has_its_own_oddity() -> None:
    assert len(FILES) >= 60
    assert len({file.name for file in TEXTS.files}) == len(TEXTS.files)
    assert len({file.name for file in WORKBOOKS.files}) == len(WORKBOOKS.files)
    assert len({file.name for file in HABITS.files}) == len(HABITS.files)


def assert_expected(report: DepositReport, file: Awkward) -> None:
    """Check that a report is the one expected of a file."""
    assert (report.kind, report.lines, report.accepted) == (file.kind, file.lines, file.accepted)
    assert (report.without_measure, report.unchanged) == (file.without_measure, file.unchanged)
    assert tuple((finding.line, finding.column) for finding in report.rejected) == file.rejected
    assert report.lines == report.accepted + report.without_measure + report.unchanged + report.rejected_lines
    said = " · ".join(f"{finding.line} {finding.column} {finding.reason}" for finding in report.warnings)
    assert [fragment for fragment in file.said if fragment not in said] == []
    if not file.said:
        assert said == ""


@pytest.mark.parametrize("file", SOUND, ids=lambda file: file.name)
def test_an_awkward_file_goes_in_and_its_report_says_what_it_had(store: Store, file: Awkward) -> None:
    report = preview(store, "fichier", file.content)
    assert report == apply(store, "fichier", file.content, "agent")
    assert_expected(report, file)
    if file.stored:
        services = store.read("SELECT * REPLACE (date::VARCHAR AS date) FROM services")
        service = services.astype(object).where(services.notna(), None).set_index("site", drop=False)
        assert service.loc[file.stored["site"], list(file.stored)].to_dict() == file.stored


@pytest.mark.parametrize("file", REFUSED, ids=lambda file: file.name)
def test_a_file_that_cannot_be_read_is_refused_in_french_and_leaves_the_store_as_it_was(
    empty: Store, file: Awkward
) -> None:
    with pytest.raises(DepositRefused) as refusal:
        apply(empty, "fichier", file.content, "agent")
    assert file.refused in str(refusal.value)
    assert str(refusal.value).endswith(".")
    assert "unicode" not in str(refusal.value).lower()
    assert empty.version() == 0
    assert empty.read("SELECT count(*) AS n FROM deposits")["n"].item() == 0


@pytest.fixture(scope="module")
def empty(blank: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store that no test writes to."""
    opened = Store(Path(shutil.copy(blank, tmp_path_factory.mktemp("empty") / "empty.duckdb")))
    yield opened
    assert opened.version() == 0
    opened.close()


@pytest.mark.parametrize("file", HABITS.files, ids=lambda file: file.name)
def test_a_file_of_habit_is_read_as_it_is_meant_or_refused_with_what_to_do(empty: Store, file: Awkward) -> None:
    if file.refused:
        with pytest.raises(DepositRefused, match=file.refused):
            preview(empty, "fichier", file.content)
        return
    report = preview(empty, "fichier", file.content)
    warned = [finding for finding in report.warnings if "école inconnue" not in finding.reason]
    assert_expected(replace(report, warnings=warned), file)
    if not file.read:
        return
    with empty.scratch() as cursor:
        stage(cursor, read_sheet(file.content))
        for line, cells in file.read.items():
            for column, value in cells.items():
                found = cursor.execute(f'SELECT "{column}" FROM file_lines WHERE line = ?', [line]).fetchall()
                assert found == [(value,)], (line, column)
