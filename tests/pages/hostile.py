"""A store whose every text wants to be more than a text, and what a page shows of it, place by place."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToDict
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Node

from data import settings
from data.access.accounts import save_account
from data.access.rights import ROLES, Person
from data.access.tokens import create_token
from data.announcements import notes, thread
from data.announcements.announce import Announcement, announce
from data.calendar.event_kinds import OUTING
from data.clock import PARIS
from data.demo import load_demo
from data.deposit.apply import apply
from data.export.files import EXPORTED, csv_of_texts, export
from data.kinds import Field, kinds
from data.meetings import meeting, weather
from data.reading.formulas import defuse
from data.report import kept
from data.store import Store
from tests.pages.conftest import add_forecasts

# What would be drawn, fetched, run, turned round or computed by whoever took it for more than a text.
TRICKS = "\u202e**g** <b>h</b> [l](http://e.fr) ![i](//e.fr) $x$ :material/home: :red[r] `c` ~~s~~\u200b\u2067"
IN_A_FILE_NAME = TRICKS.replace("/", "|")
STARTS = ("=1+", "+1 ", "-1 ", "@a ", "# ", "> ", "1. ", "- ", "+ ", "'=", "")
INVISIBLE = re.compile("[\u200b\u202e\u2067]")
MARK = re.compile(r"(?i)ZQ([a-z_]+)QZ")
# What a file names and another one describes: the same hostile text in both.
SHARED = ("cantine_nom", "ecole", "site_nom")
NOT_TEXTS = ("effacer", "zone")  # whatever they say, the line is erased, or set aside
FIRST_DAY, TODAY = "2024-09-01", date(2026, 6, 5)
# Of these, nobody comes in with an invisible mark in their name.
VISIBLE = INVISIBLE.sub("", TRICKS)
ACTOR = f"ZQacteurQZ {VISIBLE}"


def free(kind: str) -> list[Field]:
    """Return the columns of a kind of file where people may write any text."""
    fields = [field for field in kinds()[kind].own_fields if field.type == "string"]
    return [field for field in fields if not field.enum and not field.pattern and field.name not in NOT_TEXTS]


def code_of(kind: str, field: Field) -> str:
    """Return the name of a column in its hostile texts."""
    return field.name if field.name in SHARED else f"{kind}_{field.name}"


class Renamer:
    """Gives each text of a column a hostile one, always the same for the same text."""

    def __init__(self) -> None:
        self._given: dict[tuple[str, str], str] = {}

    def __call__(self, code: str, text: str) -> str:
        number = len(self._given)
        new = f"{STARTS[number % len(STARTS)]}ZQ{code}QZ{number} {TRICKS}"
        return self._given.setdefault((code, text), new)


def fill(store: Store) -> None:
    """Deposit the demonstration with each of its free texts made hostile, then all else that people may name."""
    rename = Renamer()
    for kind, content in _demonstration(store.path.with_name("source.duckdb")).items():
        header, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        rows = _recent(header, rows) or [[field.example for field in kinds()[kind].own_fields]]
        if kind == "events":  # one of the days to come, of a canteen and of the city
            rows += [
                ["sortie", "2026-06-09", "", rows[0][3], "x", "", ""],
                ["sortie", "2026-06-11", "", "", "y", "", ""],
            ]
        for field in free(kind):
            place, code = header.index(field.name), code_of(kind, field)
            # A column that the demonstration leaves empty is filled, but for the names of what nobody described.
            all_empty = field.name not in SHARED and not any(row[place] for row in rows)
            for row in rows:
                if row[place] or all_empty:
                    row[place] = defuse(rename(code, row[place]))
        report = apply(store, f"ZQfichierQZ {IN_A_FILE_NAME}.csv", csv_of_texts(header, rows, "open"), ACTOR)
        assert not report.rejected_lines, report.rejected
    add_forecasts(store)
    _name_the_rest(store)


def _demonstration(path: Path) -> dict[str, bytes]:
    """Return the files of the demonstration, by kind; menus in the form that has all their columns."""
    source = Store(path)
    load_demo(source, today=TODAY)
    files = {kind: _as_open(kind, export(source, kind, "excel" if kind == "menus" else "open")) for kind in EXPORTED}
    source.close()
    return files


def _as_open(kind: str, content: bytes) -> bytes:
    if kind != "menus":
        return content
    header, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";")
    return csv_of_texts(header, rows, "open")


def _recent(header: list[str], rows: list[list[str]]) -> list[list[str]]:
    """Return the rows of two school years, of a file that has many a day: older ones show no more."""
    if "date" not in header or len(rows) < 1000:
        return rows
    place = header.index("date")
    return [row for row in rows if "-".join(reversed(row[place].split("/"))) >= FIRST_DAY]


def _name_the_rest(store: Store) -> None:
    own = store.read("SELECT name FROM canteens ORDER BY name LIMIT 3")["name"].tolist()
    manager = Person("cantine@ville.fr", "cantine", canteens=frozenset(own))
    rows = store.read("SELECT site, site_kind FROM service_points WHERE list_contains($own, canteen)", {"own": own})
    line = [defuse(rows["site"][0]), rows["site_kind"][0], "2026-06-03", "101"]
    mission = Person(ACTOR, "mission")
    notes.write(store, mission, notes.Note(f"ZQmotQZ {TRICKS}", TODAY, TODAY + timedelta(days=9)))
    announcement = Announcement(own[0], TODAY + timedelta(days=7), OUTING, -20, f"ZQannonceQZ {TRICKS}")
    announce(store, mission, announcement, datetime.combine(TODAY, time(8), PARIS))
    announced = store.read("SELECT max(announcement_id) AS number FROM announcements")["number"].item()
    thread.answer(store, mission, announced, f"ZQreponseQZ {TRICKS}")
    apply(store, "own.csv", csv_of_texts(["site_nom", "site_type", "date", "reel"], [line], "open"), manager)
    with store.write("test", "test", {}) as cursor:
        # Forecasts of before the deposits would not be shown.
        cursor.execute("UPDATE forecast_runs SET data_version = (SELECT version FROM store_state)")
        # A macro of the store comes before the function of DuckDB.
        cursor.execute(f"CREATE MACRO current_date() AS DATE '{TODAY}'")
    for role in ROLES:
        save_account(store, ACTOR, f"{role}@ville.fr", role, active=True, canteens=own if role == "cantine" else [])
    save_account(store, ACTOR, f"ZQcompteQZ {VISIBLE}", "comite", active=True)
    create_token(store, ACTOR, f"ZQjetonQZ {VISIBLE}"[:60], "comite")
    settings.save(store, ACTOR, "city_name", f"1. ZQvilleQZ {TRICKS}")
    mission = Person(ACTOR, "mission")
    meeting.record(store, mission, TODAY - timedelta(days=40), f"ZQseanceQZ {VISIBLE}"[:120])
    weather.give(store, mission, "appuis nécessaires", f"ZQmeteoQZ {VISIBLE}")
    kept.keep(store, mission, "2025-2026", f"ZQintroQZ {VISIBLE}", dict.fromkeys(kept.FORMATS, b"x"))
    settings.save(store, ACTOR, "kitchen_name", f"ZQcuisineQZ {TRICKS}")
    for key, setting in settings.SETTINGS.items():
        if setting.sourced:
            settings.save(store, ACTOR, key, setting.default, f"ZQsourceQZ {TRICKS}")
    store.note(f"ZQinconnuQZ {VISIBLE}", "refused", {"role": "", "subject": f"ZQobjetQZ {VISIBLE}"})


def places(app: AppTest) -> Iterator[tuple[str, str]]:
    """Return every text that a page sends to the browser, with its place: its element, and where it is in it."""
    for node in _nodes(app._tree):
        yield from _texts(str(node.type), _content(node))


def _nodes(block: Block) -> Iterator[Node]:
    yield block
    for child in block.children.values():
        yield from _nodes(child) if isinstance(child, Block) else [child]


def _content(node: Node) -> dict[str, Any]:
    if getattr(node, "proto", None) is None:
        return {}
    told: dict[str, Any] = MessageToDict(node.proto)
    if node.type == "plotly_chart":
        told["spec"] = json.loads(node.proto.spec)
        del told["spec"]["layout"]["template"]
    if "arrowData" in told:
        told["arrowData"] = {"values": node.value.to_csv()}
        if shown := node.proto.arrow_data.styler.display_values:
            told["arrowData"]["shown"] = convert_arrow_bytes_to_pandas_df(shown).to_csv()
    return told


def _texts(place: str, value: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(f"{place}.{key}", inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(place, inner)
    elif isinstance(value, str) and not place.endswith(".id"):  # of elements: never shown
        yield place, value


# The places where the browser shows letters as they are; everywhere else Streamlit reads Markdown, as in a label.
LETTERS = (
    "dataframe.arrowData.values", "dataframe.arrowData.shown", "selectbox.options", "selectbox.rawValue",
    "multiselect.options", "text_input.default", "plotly_chart.alt", "text.body",
    "page_link.queryString", "bidi_component.json",  # the sheet of a service writes with `textContent` alone
)  # fmt: skip
READ_AS_MARKDOWN = re.compile(
    r"\*\*g|<b>|\]\(|!\[|\$x|`c|~~s|:material|:red|http:/|www\.|@[a-z]+\.[a-z]|^\s*(?:[-+]\s|\d+[.)]\s|#|>)"
)
TAGS_OF_CHARTS = re.compile(r"</?(?:br|b|i)/?>")


def read_as_more(place: str, text: str) -> str | None:
    """Return what the browser would take for more than a text there, None when it is all text."""
    if place in LETTERS:
        return None
    if place == "html.body":
        return next((trick for trick in ("<b>h", "</b> [", "\"'") if trick in text), None)
    if place.startswith("plotly_chart.spec"):
        rest = TAGS_OF_CHARTS.sub("", text.replace("<b>h", "<h"))
        return rest if "<" in rest else None
    found = READ_AS_MARKDOWN.search(re.sub(r"\\.", "", text))
    return found[0] if found else None
