"""French numbers, dates and sentences."""

from __future__ import annotations

import re
from datetime import date, datetime

import pandas as pd
import pytest

from data.typography import french
from tests.conftest import PROJECT
from ui.kit import formats


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (1234.5, 1, "1\u202f234,5"),
        (11_689_324, 0, "11\u202f689\u202f324"),
        (-0.04, 1, "0,0"),
        (-3.25, 1, "−3,2"),
        (0, 0, "0"),
        (None, 1, "—"),
        (float("nan"), 0, "—"),
        (pd.NA, 0, "—"),
    ],
)
def test_numbers_are_written_the_french_way(value: float | None, digits: int, expected: str) -> None:
    assert formats.number(value, digits) == expected


def test_units_keep_to_their_number_and_a_missing_value_has_none() -> None:
    assert formats.percent(9.66) == "9,7\u00a0%"
    assert formats.percent(None) == "—"
    assert formats.quantity(108, "g") == "108\u00a0g"


@pytest.mark.parametrize(
    ("value", "expected"), [(1.24, "+1,2"), (-0.4, "−0,4"), (0.04, "0,0"), (-0.04, "0,0"), (None, "—")]
)
def test_a_difference_shows_its_sign(value: float | None, expected: str) -> None:
    assert formats.signed(value) == expected


def test_zero_and_one_are_singular() -> None:
    assert formats.plural(0, "école") == "0\u00a0école"
    assert formats.plural(1, "école") == "1\u00a0école"
    assert formats.plural(2, "école") == "2\u00a0écoles"
    assert formats.plural(3, "repas", "repas") == "3\u00a0repas"
    assert formats.count_of(7, 12, "école") == "7\u00a0écoles sur 12"


def test_dates_are_read_in_french() -> None:
    assert formats.day(date(2017, 6, 1)) == "01/06/2017"
    assert formats.long_day(date(2017, 6, 1)) == "jeudi 1er juin 2017"
    assert formats.day(pd.NaT) == formats.day(None) == "—"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("utc", "paris"),
    [
        (datetime(2026, 1, 15, 13, 5), "15/01/2026 à 14\u00a0h\u00a005"),
        (datetime(2026, 7, 15, 22, 30), "16/07/2026 à 00\u00a0h\u00a030"),
    ],
)
def test_stored_times_are_shown_in_paris_time(utc: datetime, paris: str) -> None:
    assert formats.moment(utc) == paris


@pytest.mark.parametrize("text", ["5,6\u00a0%", "Référence ADEME\u00a0: 100 g (« brute »)", "−0,4 point", "1 919 098"])
def test_plain_french_is_left_as_it_is(text: str) -> None:
    assert formats.as_text(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**a** [b](c)", "\\*\\*a\\*\\* \\[b\\](c)"),
        ("![](http://x.fr)", "!\\[\\](http:\u2060//x.\u2060fr)"),
        (":red[a] a@b.fr", ":\u2060red\\[a\\] a@\u2060b.\u2060fr"),
        ("www.x.fr", "www\u2060.\u2060x.\u2060fr"),
        ("a\n\n# b", "a \\# b"),
        ("1. a", "\u20601. a"),
        ("- a", "\u2060- a"),
    ],
)
def test_markdown_in_a_value_is_shown_and_not_read(text: str, shown: str) -> None:
    assert formats.as_text(text) == shown


def test_a_chart_shows_quotes_and_no_tags() -> None:
    assert formats.in_chart('<a href="x">L\'été</a> & "b"') == '&lt;a href="x"&gt;L\'été&lt;/a&gt; &amp; "b"'
    assert formats.shortened("abcdef", 4) == "abc…"


def test_names_are_joined_in_a_sentence() -> None:
    assert formats.enumeration(["A", "B", "C"]) == "A, B et C"
    assert formats.enumeration(["A"]) == "A"
    assert formats.enumeration([]) == "—"


def test_the_guide_with_its_no_break_spaces_is_still_the_same_markdown() -> None:
    text = (PROJECT / "docs" / "guide.md").read_text(encoding="utf-8")
    told = french(text)
    assert told.replace("\u00a0", " ") == text.replace("\u00a0", " ")
    assert not re.search(r" [:;?!%€»]|« ", told)
    assert not re.search(r"`[^`\n]*\u00a0[^`\n]*`|^\s*\|[-:|\u00a0 ]*\u00a0|\]\([^)]*\u00a0", told, re.MULTILINE)
