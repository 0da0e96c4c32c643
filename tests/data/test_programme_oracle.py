"""Every figure of the pages Déploiement and Équipement, computed again from the files by plain Python."""

from __future__ import annotations

import csv
import random
import shutil
import statistics
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from data import programme, published_others, steering, support
from data.deposit import apply
from data.published import published, published_totals
from data.store import Store

TODAY = date(2025, 6, 4)
SCHOOLS = [f"École {letter}" for letter in "ABCDEFGHIJKL"]
STAGES = ["cadrage", "préparation", "installation", "formation", "test", "bilan", "généralisation"]
TRADES = ["TSEM/ATSEM", "restauration", "concierge"]
MONTHS = [date(2025, 4, 1), date(2025, 5, 1)]
STEPS = ["agents", "identites_creees", "identites_activees", "actifs_30_jours", "formes"]
Files = dict[str, list[dict[str, str]]]


def _days(chance: random.Random, rank: int) -> Iterator[dict[str, str]]:
    """The stages of a school: each begins after the one before; the last ones are still to come, some unplanned."""
    planned = real = TODAY - timedelta(days=40 + 22 * rank)
    for stage in STAGES:
        length, lost = chance.randint(5, 40), chance.choice([0, 0, 0, 3, 12])
        cells = {"etape": stage, "debut_reel": "", "fin_reelle": ""}
        cells |= {"debut_prevu": _text(planned), "fin_prevue": _text(planned + timedelta(days=length))}
        if chance.random() < 0.05:
            cells |= {"debut_prevu": "", "fin_prevue": ""}
        if real < TODAY:
            cells["debut_reel"] = _text(real)
        if real + timedelta(days=length + lost) < TODAY:
            cells["fin_reelle"] = _text(real + timedelta(days=length + lost))
        planned, real = planned + timedelta(days=length + 1), real + timedelta(days=length + lost + 1)
        yield cells


def _text(day: date) -> str:
    return day.strftime("%d/%m/%Y")


def _or_nothing(chance: random.Random, value: object, share: float = 0.15) -> str:
    return "" if chance.random() < share else str(value)


def _counts(chance: random.Random) -> Iterator[dict[str, str]]:
    for school in SCHOOLS:
        for trade in TRADES:
            for month in MONTHS:
                left = agents = chance.randint(1, 14)
                cells = {"ecole": school, "metier": trade, "mois": _text(month), "agents": str(agents)}
                for step in STEPS[1:]:
                    left = chance.randint(0, left)
                    cells[step] = _or_nothing(chance, left, 0.04)
                answers = chance.randint(0, agents)
                cells["reponses"] = str(answers)
                cells["satisfaction"] = str(chance.randint(10, 50) / 10).replace(".", ",") if answers else ""
                cells["adresses_mel"] = _or_nothing(chance, chance.randint(0, agents), 0.04)
                yield cells


@pytest.fixture(scope="module", params=[1])
def files(request: pytest.FixtureRequest, blank: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Files]:
    """Write files of a programme by chance, deposit them, and return the store with what the files say."""
    chance = random.Random(request.param)
    day = lambda: TODAY - timedelta(days=chance.randint(1, 2_200))  # noqa: E731
    found: Files = {
        "ecoles": [{"ecole": school, "cantine_nom": school[-1]} for school in SCHOOLS],
        "sites": [
            {
                "ecole": school,
                "raccordement": _or_nothing(chance, chance.choice(["faite", "bloquée", "en cours", "à faire"])),
                "meteo": _or_nothing(chance, chance.choice(["soleil", "nuage"])),
            }
            for school in SCHOOLS
        ],
        "stages": [{"ecole": s, **cells} for rank, s in enumerate(SCHOOLS) for cells in _days(chance, rank)],
        "devices": [
            {
                "identifiant": f"M{number}",
                "ecole": chance.choice(SCHOOLS),
                "type_materiel": _or_nothing(chance, chance.choice(["tablette", "poste fixe"])),
                "partage": _or_nothing(chance, chance.choice(["partagé", "personnel"])),
                "etat": _or_nothing(chance, chance.choice(["en service", "en panne", "en stock", "retiré"])),
                "installe_le": _or_nothing(chance, _text(day())),
            }
            for number in range(90)
        ],
        "equipment": list(_counts(chance)),
        "workshops": [
            {
                "date": _text(TODAY + timedelta(days=chance.randint(-60, -1) if number < 20 else number)),
                "ecole": chance.choice(SCHOOLS),
                "atelier": f"Atelier {number}",
                "places_prevues": _or_nothing(chance, chance.randint(4, 15)),
                "presents": _or_nothing(chance, chance.randint(0, 12)) if number < 20 else "",
            }
            for number in range(26)
        ],
        "tickets": [
            {
                "numero": f"D{number}",
                "ecole": chance.choice(SCHOOLS),
                "objet": _or_nothing(chance, chance.choice(["réseau", "identité"])),
                "ouvert_le": _text(opened := TODAY - timedelta(days=chance.randint(1, 40))),
                "clos_le": _or_nothing(chance, _text(opened + timedelta(days=chance.randint(0, 30))), 0.4),
            }
            for number in range(50)
        ],
        "milestones": [
            {
                "jalon": f"Jalon {number}",
                "ecole": _or_nothing(chance, chance.choice(SCHOOLS), 0.4),
                "prevu_le": _or_nothing(chance, _text(TODAY + timedelta(days=chance.randint(-90, 90)))),
                "atteint_le": _or_nothing(chance, _text(TODAY - timedelta(days=chance.randint(1, 90))), 0.5),
            }
            for number in range(15)
        ],
        "risks": [
            {
                "risque": f"Risque {number}",
                "probabilite": _or_nothing(chance, chance.choice(["faible", "moyenne", "forte"])),
                "impact": _or_nothing(chance, chance.choice(["faible", "moyen", "fort"])),
                "reponse": _or_nothing(chance, "Réponse"),
                "etat": _or_nothing(chance, chance.choice(["ouvert", "clos"])),
            }
            for number in range(15)
        ],
        "decisions": [
            {
                "decision": f"Décision {number}",
                "attendue_le": _text(TODAY + timedelta(days=chance.randint(-20, 60))),
                "prise_le": _text(TODAY) if number % 3 == 0 else "",
                "choix": "Oui" if number % 3 == 0 else "",
            }
            for number in range(9)
        ],
    }
    folder = tmp_path_factory.mktemp("oracle")
    store = Store(Path(shutil.copy(blank, folder / "oracle.duckdb")))
    return store, {name: _through_a_file(store, folder / f"{name}.csv", rows) for name, rows in found.items()}


def _through_a_file(store: Store, path: Path, rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Write the rows as a file, deposit it whole, and read it again: what the oracle counts is what the file says."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    report = apply(store, path.name, path.read_bytes(), "mission@ville.fr")
    assert not report.rejected, list(report.rejected)[:3]
    return list(csv.DictReader(path.open(encoding="utf-8", newline=""), delimiter=";"))


def _day(text: str) -> date | None:
    return date(int(text[6:]), int(text[3:5]), int(text[:2])) if text else None


def _same(found: object, expected: object) -> bool:
    return bool(pd.isna(found)) if expected is None else bool(found == expected)  # type: ignore[call-overload]


# ---------------------------------------------------------------- the rollout
def test_the_stage_the_delay_and_what_comes_next_of_each_school(files: tuple[Store, Files]) -> None:
    store, told = files
    found = programme.progress(store, TODAY).set_index("school")
    assert sorted(found.index) == SCHOOLS
    for school in SCHOOLS:
        rows = [
            {**row, **{n: _day(row[n]) for n in row if "_" in n}} for row in told["stages"] if row["ecole"] == school
        ]
        running = [row for row in rows if row["debut_reel"] and not row["fin_reelle"]]
        waiting = [row for row in rows if not row["debut_reel"]]
        now = running[-1] if running else waiting[0] if waiting else rows[-1]
        after = [row for row in waiting if rows.index(row) > rows.index(now)]
        assert found.loc[school, "stage"] == now["etape"]
        assert _same(found.loc[school, "next_stage"], after[0]["etape"] if after else None)
        assert _same(found.loc[school, "delay_days"], _delay(now)), (school, now)
        ended = rows[2]["fin_reelle"]
        assert _same(found.loc[school, "equipped_on"], None if ended is None else pd.Timestamp(ended))


def _delay(stage: dict) -> int | None:
    start, end = stage["debut_prevu"], stage["fin_prevue"]
    if start is None and end is None:
        return None
    if stage["fin_reelle"]:
        return (stage["fin_reelle"] - end).days
    begun = stage["debut_reel"] or (TODAY if start < TODAY else None)
    lost = [(begun - start).days] if begun else []
    return max([*lost, *([(TODAY - end).days] if end < TODAY else [])], default=0)


def test_schools_equipped_connected_late_and_blocked(files: tuple[Store, Files]) -> None:
    store, told = files
    facts = programme.rollout_summary(store, TODAY)
    installed = [row for row in told["stages"] if row["etape"] == "installation" and row["fin_reelle"]]
    connections = {row["ecole"]: row["raccordement"] for row in told["sites"]}
    assert (facts.schools, facts.target, facts.equipped) == (12, 12, len(installed))
    assert facts.connected == sum(value == "faite" for value in connections.values())
    assert sorted(facts.blocked) == [school for school, value in connections.items() if value == "bloquée"]
    # A connection nobody told of is missing, neither planned nor refused.
    silent = programme.progress(store, TODAY).set_index("school")["connection"].isna()
    assert sorted(silent[silent].index) == [school for school, value in connections.items() if not value]


def test_milestones_risks_and_decisions(files: tuple[Store, Files]) -> None:
    store, told = files
    found = steering.milestones(store, TODAY).set_index("milestone")
    for row in told["milestones"]:
        planned, reached = _day(row["prevu_le"]), _day(row["atteint_le"])
        late = None
        if planned and (reached or planned < TODAY):
            late = ((reached or TODAY) - planned).days
        assert _same(found.loc[row["jalon"], "delay_days"], late)
        assert _same(found.loc[row["jalon"], "school"], row["ecole"] or None)
    risks = steering.risks(store).set_index("risk")
    ranks = {"faible": 1, "moyenne": 2, "moyen": 2, "forte": 3, "fort": 3}
    for row in told["risks"]:
        known = row["probabilite"] and row["impact"]
        assert _same(
            risks.loc[row["risque"], "score"], ranks[row["probabilite"]] * ranks[row["impact"]] if known else None
        )
        assert risks.loc[row["risque"], "state"] == (row["etat"] or "ouvert")
    decisions = steering.decisions(store, TODAY)
    waiting = [row for row in told["decisions"] if not row["prise_le"]]
    late = [row for row in waiting if (_day(row["attendue_le"]) or TODAY) < TODAY]
    assert decisions["decided_on"].isna().sum() == len(waiting)
    assert decisions["delay_days"].notna().sum() == len(late)


# ---------------------------------------------------------------- the equipment
def test_the_funnel_by_month_where_a_blank_trade_leaves_the_school_unknown(files: tuple[Store, Files]) -> None:
    store, told = files
    found = programme.step_totals(store).set_index(["month", "step"])
    for month in MONTHS:
        shown = published(store, month)
        rows = [row for row in told["equipment"] if row["mois"] == _text(month)]
        for title, step in zip(programme.STEPS, STEPS, strict=True):
            by_school = {school: [row[step] for row in rows if row["ecole"] == school] for school in SCHOOLS}
            known = {school: sum(map(int, cells)) for school, cells in by_school.items() if all(cells)}
            for school in SCHOOLS:
                if not shown.schools.hidden.loc[school, title]:
                    assert _same(shown.schools.counts.loc[school, title], known.get(school))
            agents = sum(int(row["agents"]) for row in rows if row["ecole"] in known)
            line = found.loc[(pd.Timestamp(month), title)]
            expected = [sum(known.values()), agents, len(known), len(SCHOOLS)]
            assert line[["people", "agents", "schools_known", "schools"]].tolist() == expected
            for trade in TRADES:
                counted = [int(row[step]) for row in rows if row["metier"] == trade and row["ecole"] in known]
                if not shown.trades.hidden.loc[trade, title]:
                    assert shown.trades.counts.loc[trade, title] == sum(counted)
    hidden = published_totals(store)
    assert hidden.loc[hidden["hidden"], "people"].isna().all()


def test_mail_addresses_and_marks_speak_only_of_what_may_be_shown(files: tuple[Store, Files]) -> None:
    store, told = files
    for month in MONTHS:
        rows = [row for row in told["equipment"] if row["mois"] == _text(month)]
        mail, marks = published_others.mail(store, month), published_others.marks(store, month)
        addresses, table = mail.table.set_index("school"), marks.table.set_index("school")
        both = addresses.dropna()
        assert (mail.people, mail.agents) == (both["addresses"].sum(), both["agents"].sum())
        assert (mail.schools, mail.of) == (len(both), len(SCHOOLS))
        hidden = published(store, month).schools.hidden
        kept: list[tuple[int, float]] = []
        for school in SCHOOLS:
            own = [row for row in rows if row["ecole"] == school]
            cells = [row["adresses_mel"] for row in own]
            whole = sum(map(int, cells)) if all(cells) else None
            masked = whole is not None and (0 < whole < 5 or hidden.loc[school, ["Agents", "Identité créée"]].any())
            assert addresses.loc[school, "hidden"] == masked
            assert _same(addresses.loc[school, "addresses"], None if masked else whole)
            notes = [(int(r["reponses"]), float(r["satisfaction"].replace(",", "."))) for r in own if r["satisfaction"]]
            answers = sum(count for count, _ in notes)
            if answers >= 5 and not hidden.loc[school, "Agents"]:
                mean = sum(count * note for count, note in notes) / answers
                assert table.loc[school, "mark"] == pytest.approx(mean)
                kept.append((answers, mean))
            else:
                assert pd.isna(table.loc[school, "mark"]) and pd.isna(table.loc[school, "answers"])
                assert table.loc[school, "hidden"] == (answers > 0)
        whole = sum(count for count, _ in kept)
        assert (marks.answers, marks.schools) == (whole, len(kept))
        assert marks.mean == pytest.approx(sum(count * mean for count, mean in kept) / whole)


def test_devices_by_kind_state_and_age(files: tuple[Store, Files]) -> None:
    store, told = files
    kept = [row for row in told["devices"] if row["etat"] != "retiré"]
    unknown = "non renseigné"
    counts = programme.devices(store)
    found = {(row["kind"], row["state"]): row["devices"] for row in counts.to_dict("records")}
    assert found == _count((row["type_materiel"] or unknown, row["etat"] or unknown) for row in kept)
    assert counts["unknown"].sum() == sum(not row["partage"] for row in kept)
    ages = support.device_ages(store, TODAY)
    found = {(row["kind"], row["age"]): row["devices"] for row in ages.to_dict("records")}
    assert found == _count((row["type_materiel"] or unknown, _age(row["installe_le"])) for row in kept)
    shared = programme.shared_devices(store).set_index("school")["devices"]
    for school in SCHOOLS:
        own = [r for r in kept if r["ecole"] == school and r["partage"] == "partagé" and r["etat"] == "en service"]
        assert shared[school] == len(own)


def _age(text: str) -> str:
    day = _day(text)
    if day is None:
        return "non renseigné"
    years = TODAY.year - day.year - ((TODAY.month, TODAY.day) < (day.month, day.day))
    return next(name for limit, name in zip((1, 3, 5, 99), support.AGES, strict=False) if years < limit)


def _count(keys: Iterator[tuple[str, str]]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for key in keys:
        found[key] = found.get(key, 0) + 1
    return found


def test_workshops_and_their_public(files: tuple[Store, Files]) -> None:
    store, told = files
    facts = published_others.attendance(store, TODAY)
    held = [row for row in told["workshops"] if (_day(row["date"]) or TODAY) < TODAY]
    groups = {month: published(store, month).schools.hidden["Agents"] for month in MONTHS}
    small = [
        row
        for row in held
        if row["presents"]
        and (
            0 < int(row["presents"]) < 5
            or (row["places_prevues"] and 0 < int(row["places_prevues"]) < 5)
            or groups.get((_day(row["date"]) or TODAY).replace(day=1), {}).get(row["ecole"], False)
        )
    ]
    known = [row for row in held if row["presents"] and row["places_prevues"] and row not in small]
    assert (facts.held, facts.coming, facts.known) == (len(held), len(told["workshops"]) - len(held), len(known))
    assert facts.seats == sum(int(row["places_prevues"]) for row in known)
    assert facts.attended == sum(int(row["presents"]) for row in known)
    table = facts.table.set_index("title")
    for row in held:
        shown = None if row in small or not row["presents"] else int(row["presents"])
        assert _same(table.loc[row["atelier"], "seats_attended"], shown)
        assert table.loc[row["atelier"], "hidden"] == (row in small)


def test_requests_for_help(files: tuple[Store, Files]) -> None:
    store, told = files
    topics = support.tickets_by_topic(store, TODAY).set_index("topic")
    for name in [None, *topics.index]:
        rows = [row for row in told["tickets"] if name is None or (row["objet"] or "non renseigné") == name]
        solved = [((_day(r["clos_le"]) or TODAY) - (_day(r["ouvert_le"]) or TODAY)).days for r in rows if r["clos_le"]]
        left = [row for row in rows if not row["clos_le"]]
        stale = [row for row in left if (TODAY - (_day(row["ouvert_le"]) or TODAY)).days > 7]
        expected = [len(rows), len(left), len(stale), statistics.median(solved)]
        whole = support.tickets(store, TODAY)
        if name is None:
            assert [whole.asked, whole.open, whole.stale, whole.median_days] == expected
        else:
            assert topics.loc[name, ["asked", "open", "stale", "days"]].tolist() == expected
