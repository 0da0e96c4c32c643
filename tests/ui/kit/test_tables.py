"""What leaves the application in a CSV file opens in French Excel and runs nothing there."""

from __future__ import annotations

import pandas as pd
import pytest

from ui.forecasts import view
from ui.kit import sheet
from ui.kit.tables import ROOM, SHORT, fitted, french, french_csv, widths_of


def test_a_csv_has_a_bom_semicolons_decimal_commas_and_french_dates() -> None:
    frame = pd.DataFrame(
        {"Date": pd.to_datetime(["2017-06-01"]), "Repas": [1234], "g par repas": [108.25], "Cantine": ["École; M"]}
    )
    assert french_csv(frame) == (
        b"\xef\xbb\xbf" + 'Date;Repas;g par repas;Cantine\r\n01/06/2017;1234;108,25;"École; M"\r\n'.encode()
    )


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_excel_would_run_is_defused(start: str) -> None:
    text = french_csv(pd.DataFrame({"Cantine": [f"{start}cmd|' /C calc'!A0"]})).decode("utf-8-sig")
    assert f"'{start}cmd" in text


def test_a_missing_value_is_an_empty_cell_and_never_a_zero() -> None:
    frame = pd.DataFrame({"a": ["x", "y"], "b": [1.5, None], "c": pd.array([None, 2], dtype="Int64")})
    assert french_csv(frame).decode("utf-8-sig") == "a;b;c\r\nx;1,5;\r\ny;;2\r\n"


def test_negative_numbers_stay_numbers() -> None:
    assert french_csv(pd.DataFrame({"a": [-1.5, -2.0]})).decode("utf-8-sig") == "a\r\n-1,5\r\n-2\r\n"


def test_a_downloaded_figure_has_no_more_decimals_than_asked_and_what_was_typed_keeps_them_all() -> None:
    frame = pd.DataFrame({"a": [112.7089525, -0.0001, 1234567.25, None]})
    assert french_csv(frame, 1).decode("utf-8-sig") == 'a\r\n112,7\r\n0\r\n1234567,2\r\n""\r\n'
    assert "112,7089525" in french_csv(frame).decode("utf-8-sig")


def test_a_table_shows_french_numbers_and_keeps_values_for_sorting() -> None:
    frame = pd.DataFrame({"Repas": [1234, 5], "g": [1.25, None]})
    style = french(frame)
    assert not isinstance(style, pd.DataFrame)
    shown = style.to_html()
    assert "1\u202f234" in shown
    assert "—" in shown
    assert style.data.equals(frame)  # type: ignore[attr-defined]


def test_a_short_table_is_no_wider_than_a_narrow_page_and_breaks_no_word() -> None:
    texts = {
        "Pilote": "Commande en ligne des produits d’entretien",
        "Décision": "Tester dans quatre écoles, puis décider",
    }
    frame = pd.DataFrame({"N°": [1], **{name: [text] for name, text in texts.items()}, "Étape": ["généralisation"]})
    natural = widths_of(frame)
    widths = fitted(frame, natural)
    assert sum(natural.values()) > ROOM >= sum(widths.values())
    assert widths["N°"] == natural["N°"]
    assert widths["Étape"] >= natural["Étape"], "its one word"
    for name, text in texts.items():
        assert widths[name] >= widths_of(pd.DataFrame({name: text.split()}))[name]


def test_a_long_table_keeps_rows_of_one_line_and_one_that_cannot_fit_its_widths() -> None:
    long = pd.DataFrame(
        {"Cantine": ["Une école au nom assez long"] * (SHORT + 1), **{f"Colonne {n}": 1 for n in range(6)}}
    )
    numbers = pd.DataFrame({"Cantine": ["Une école"], **{f"Une colonne de chiffres {n}": 1 for n in range(6)}})
    for frame in (long, numbers):
        widths = widths_of(frame)
        assert sum(widths.values()) > ROOM
        assert fitted(frame, widths) == widths


def test_every_column_of_a_wide_table_stands_in_one_of_its_parts() -> None:
    assert set(view.COLUMNS.values()) == {*view.FIRST, *view.SECOND}
    assert not {*view.FIRST} & {*view.SECOND}


def test_only_a_word_that_no_column_can_hold_is_cut() -> None:
    assert sheet.cell("x" * 400, "name").startswith('<td class="name long">')
    assert sheet.cell("01/09/2026").startswith('<td class="">')
    assert sheet.cell("a_name_of_several_words_that_may_break").startswith('<td class="">')


def test_a_table_without_room_on_a_phone_is_stacked_under_the_titles_of_its_columns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(sheet.st, "html", shown.append)
    wide = pd.DataFrame({"Cantine": ["Barbara McClintock"], **{f"Repas {n}": [1234.5] for n in range(8)}})
    sheet.sheet_of(wide, digits=1)
    sheet.sheet_of(wide[["Cantine", "Repas 1"]])
    assert '<div class="sheet  stacked">' in shown[0]
    assert '<td data-title="Repas 7" class="number">1\u202f234,5</td>' in shown[0]
    assert "stacked" not in shown[1]
    # A title stands over its numbers, to the right as they do.
    assert '<th scope="col">Cantine</th><th scope="col" class="number">Repas 1</th>' in shown[1]
