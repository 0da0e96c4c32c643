"""What the pages of the programme say: rules that can be checked, nothing unknown taken for zero, no outside server."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from data.people.agents import MonthCounts
from data.people.marks_and_attendance import Attendance
from data.queries import rollout
from data.queries.equipment import Tickets
from ui.equipment import next_week, support, view
from ui.kit import tables
from ui.portfolio import view as portfolio_view
from ui.rollout import school_cards, steering, steering_charts
from ui.rollout import view as rollout_view

TODAY = date(2025, 6, 4)
PLACES = pd.DataFrame(
    {
        "school": ["École élémentaire A", "École élémentaire B"],
        "district": ["Nord", None],
        "latitude": [47.2, 47.22],
        "longitude": [-1.55, -1.53],
        "situation": ["bloquée", "équipée"],
        "number": [1, 2],
        "tip": ["A, <b>installation</b>", "B, test"],
    }
)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_the_map_asks_no_server_unless_the_city_names_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(steering_charts.TILES_SETTING, raising=False)
    bare = steering_charts.school_map(PLACES, PLACES)
    assert "http" not in bare.to_json()
    assert {trace.type for trace in bare.data} == {"scatter"}
    assert bare.layout.yaxis.scaleanchor == "x"
    assert bare.layout.yaxis.scaleratio == pytest.approx(1.473, abs=0.01)
    assert bare.data[2].customdata[0] == "A, &lt;b&gt;installation&lt;/b&gt;"
    monkeypatch.setenv(steering_charts.TILES_SETTING, "https://tuiles.ville.fr/{z}/{x}/{y}.png")
    monkeypatch.setenv(steering_charts.TILES_SOURCE_SETTING, "© IGN <i>")
    tiled = steering_charts.school_map(PLACES, PLACES)
    assert tiled.layout.map.layers[0].source == ("https://tuiles.ville.fr/{z}/{x}/{y}.png",)
    assert tiled.layout.map.layers[0].sourceattribution == "© IGN &lt;i&gt;"


def test_the_list_has_the_numbers_and_the_signs_of_the_map_and_no_others() -> None:
    located = PLACES.assign(stage="test")
    table, shown = steering.map_tables(located, tiled=False)
    assert table["N°"].tolist() == shown["N°"].tolist() == [1, 2]
    assert plain(shown["Situation"][0]) == "✖ Raccordement bloqué"
    table, shown = steering.map_tables(located, tiled=True)
    assert "N°" not in table and shown.columns.tolist() == ["École", "Situation"]
    assert shown["Situation"].tolist() == ["Raccordement bloqué", "Équipée"]


def test_what_nobody_told_of_a_school_is_said_to_be_unknown() -> None:
    row = {"stage": None, "delay_days": None, "next_stage": None, "next_start": None}
    assert school_cards.stage(row) == "non renseigné"
    assert school_cards.delay(None) == "non renseigné"
    assert school_cards.following(row, TODAY) == "—"
    started = {"stage": "test", "position": 5, "actual_start": TODAY, "actual_end": pd.NaT}
    assert school_cards.stage(started) == "test, 5 sur 7"
    assert plain(school_cards.delay(-3)) == "3 jours d’avance"


def test_requests_devices_and_workshops_call_for_action_by_their_rules() -> None:
    assert (
        plain(next_week.about_tickets(Tickets(9, 3, 2, 4.0))[0])
        == "Résoudre 2 demandes ouvertes depuis plus de 7 jours."
    )
    assert next_week.about_tickets(Tickets(9, 3, 0, 4.0)) == []
    found = pd.DataFrame(
        {"school": ["École A", None, "École B"], "what": ["en panne", "en panne", "à installer"], "devices": [2, 1, 1]}
    )
    told = [plain(sentence) for sentence in next_week.about_devices(found)]
    assert told == [
        "Réparer ou remplacer 3 matériels : A (2) et école non renseignée (1).",
        "Mettre en service 1 matériel : B (1).",
    ]
    table = pd.DataFrame(
        {
            "date": pd.to_datetime(["2025-06-11", "2025-06-12", "2025-06-02", "2025-06-01"]),
            "school": "École A",
            "title": ["Poste", "Plus tard", "Passé", "Peu"],
            "seats_attended": pd.array([None, None, None, None], dtype="Int64"),
            "held": [False, False, True, True],
        }
    )
    told = [plain(s) for s in next_week.about_workshops(Attendance(table, 2, 2, 0, 0, 0, exact=True), TODAY)]
    assert told == ["Préparer l’atelier « Poste », A, le 11/06/2025.", "Saisir les présents de 2 ateliers tenus."]


def month_of(counts: pd.DataFrame, *, exact: bool) -> MonthCounts:
    counts = counts.astype("Int64")
    return MonthCounts(counts, counts, counts.sum(), exact)


def test_a_school_is_named_only_for_agents_it_surely_loses() -> None:
    rounded = pd.DataFrame(
        {"Agents": [20, 10, 10], "Identité créée": [20, 5, None], "Formés": [10, 5, None]},
        index=["École A", "École B", "École C"],
    )
    told = [plain(sentence) for sentence in next_week.about_agents(month_of(rounded, exact=False))]
    # B may lose 1 agent only (8 of them, 7 with an identity).
    assert told == [
        "Demander ses chiffres du mois à C.",
        "Accompagner A : ≈ 10 agents non formés.",
    ]
    exact = pd.DataFrame({"Agents": [9], "Identité créée": [4]}, index=["École B"])
    told = [plain(sentence) for sentence in next_week.about_agents(month_of(exact, exact=True))]
    assert told == ["Accompagner B : 5 agents sans identité."]


@pytest.mark.parametrize("exact", [True, False])
def test_those_who_lack_an_activated_identity_are_all_of_them_not_only_those_lost_at_this_step(exact: bool) -> None:
    counts = pd.DataFrame({"Agents": [100], "Identité créée": [90], "Identité activée": [50]}, index=["École A"])
    told = [plain(sentence) for sentence in next_week.about_agents(month_of(counts, exact=exact))]
    assert told == [f"Accompagner A : {'' if exact else '≈ '}50 agents sans identité activée."]


def test_a_rounded_zero_is_not_said_to_be_nobody() -> None:
    counts = pd.DataFrame({"Agents": [10, 10], "Identité créée": [0, 5]}, index=["École A", "École B"])
    said = plain(view.by_group_sentence(month_of(counts, exact=False)))
    assert said.startswith("1 école sur 2 où personne, ou presque (≈ 0), n’a encore d’identité")
    table = view.people_table(counts, month_of(counts, exact=False), "École")
    assert plain(" ".join(table["Identité créée"])) == "≈ 0 ≈ 5 ≈ 5"
    exact = view.people_table(counts, month_of(counts, exact=True), "École")
    assert exact["Identité créée"].tolist() == [0, 5, 5]


def test_figures_are_said_with_their_denominator() -> None:
    facts = Attendance(pd.DataFrame(), 3, 1, 2, 20, 15, exact=True)
    said = "3 ateliers tenus sur 4. 15 places prises sur 20 (75 %), dans 2 ateliers tenus sur 3."
    assert plain(support.workshops_sentence(facts)) == said
    said = "3 ateliers tenus sur 4. ≈ 15 places prises sur ≈ 20 (≈ 75 %), dans 2 ateliers tenus sur 3."
    assert plain(support.workshops_sentence(replace(facts, exact=False))) == said
    said = "3 demandes ouvertes sur 9, dont 2 depuis plus de 7 jours. La moitié des autres ont été closes en 4,5 jours"
    assert plain(support.tickets_sentence(Tickets(9, 3, 2, 4.5))) == f"{said} ou moins."
    assert "Aucune n’est encore close" in support.tickets_sentence(Tickets(1, 1, 0, None))
    said = "1 demande ouverte sur 2. 1 demande close, sans délai connu."
    assert plain(support.tickets_sentence(Tickets(2, 1, 0, None))) == said
    waiting = pd.DataFrame({"delay_days": [7, None]})
    assert plain(steering.decisions_sentence(waiting)) == "2 décisions attendues, dont 1 en retard."
    bands = ["moins d’un an", "3 à 5 ans", "non renseigné"]
    ages = pd.DataFrame({"kind": "tablette", "age": bands, "devices": [5, 2, 1]})
    said = "2 matériels sur 7 de trois ans ou plus ; 1 sans date d’installation."
    assert plain(support.ages_sentence(ages)) == said


def test_devices_of_unknown_age_are_not_told_to_be_none_out_of_none() -> None:
    ages = pd.DataFrame({"kind": "tablette", "age": ["non renseigné"], "devices": [10]})
    assert plain(support.ages_sentence(ages)) == "Âges inconnus : 10 matériels sans date d’installation."


def test_workshops_without_any_planned_seat_have_no_percentage() -> None:
    said = "1 atelier tenu sur 1. 0 place prise sur 0, dans 1 atelier tenu sur 1."
    assert plain(support.workshops_sentence(Attendance(pd.DataFrame(), 1, 0, 1, 0, 0, exact=True))) == said


def shared(agents: list[int | None], devices: list[int]) -> pd.DataFrame:
    frame = pd.DataFrame({"agents": pd.array(agents, dtype="Int64"), "shared": devices}).assign(personal=1)
    ratio = (frame["agents"] / frame["shared"].where(frame["shared"] > 0)).astype("Float64")
    return frame.assign(ratio=ratio).set_axis([f"École {letter}" for letter in "ABC"])


def test_agents_beside_shared_devices_are_rounded_like_elsewhere() -> None:
    table = view.devices_table(shared([15, None, 10], [2, 1, 0]), exact=False)
    assert [plain(text) for text in table["Agents"]] == ["≈ 15", "—", "≈ 10"]
    assert [plain(text) for text in table["Agents par matériel partagé"]] == ["≈ 7,5", "—", "—"]


@pytest.mark.parametrize(
    ("agents", "devices", "said"),
    [
        ([12, 9, 4], [2, 1, 0], "Matériel partagé en service dans 2 écoles sur 3 : de 6,0 à 9,0 agents chacun."),
        (
            [12, None, 4], [2, 1, 0],
            "Matériel partagé en service dans 2 écoles sur 3 : de 6,0 à 6,0 agents chacun, "
            "dans 1 école au nombre d’agents connu.",
        ),
        (
            [None, None, None], [2, 1, 0],
            "Matériel partagé en service dans 2 écoles sur 3 ; leur nombre d’agents n’est pas renseigné.",
        ),
        ([12, 9, 4], [0, 0, 0], "Aucune école n’a encore de matériel partagé en service."),
    ],
)  # fmt: skip
def test_shared_devices_are_told_even_where_no_count_of_agents_is_known(
    agents: list[int | None], devices: list[int], said: str
) -> None:
    assert plain(view.shared_sentence(shared(agents, devices), exact=True)) == said


@pytest.mark.parametrize(
    ("stages", "said"),
    [
        ([None, None], "2 pilotes sans étape renseignée. Le comité s’est prononcé sur 0 pilote sur 2."),
        (["test", None], "1 en test et 1 pilote sans étape renseignée. Le comité s’est prononcé sur 0 pilote sur 2."),
    ],
)
def test_pilots_whose_stage_nobody_told_are_counted_apart(stages: list[str | None], said: str) -> None:
    assert plain(portfolio_view.stages_sentence(pd.DataFrame({"stage": stages, "decided_on": None}))) == said


@pytest.mark.parametrize(
    ("delays", "said"),
    [
        ([0, -2], "Aucun retard : 2 écoles dans les temps."),
        ([0, None], "Aucun retard connu : 1 école dans les temps et 1 école sans plan renseigné."),
        ([None, None], "Aucun retard connu : 2 écoles sans plan renseigné."),
        (
            [3, None],
            "1 école sur 2 est en retard. Le plus grand retard : A (3 jours, test). 1 école sans plan renseigné.",
        ),
    ],
)
def test_a_school_without_a_plan_is_not_told_to_be_on_time(delays: list[int | None], said: str) -> None:
    known = pd.DataFrame({"school": ["École A", "École B"], "delay_days": pd.array(delays, "Int64"), "stage": "test"})
    assert plain(rollout_view.timeline_sentence(known.assign(actual_end=pd.NaT))) == said


@pytest.mark.parametrize(
    ("stages", "said"),
    [
        (
            ["test", "généralisation"],
            "2 écoles sur 2 sont en retard, dont 1 finie en retard. Les plus grands retards : B",
        ),
        # Its last stage recorded is over, its last stage is not.
        (["test", "bilan"], "2 écoles sur 2 sont en retard. Les plus grands retards : B"),
    ],
)
def test_a_school_finished_late_is_not_told_as_one_that_is_late(stages: list[str], said: str) -> None:
    known = pd.DataFrame({"school": ["École A", "École B"], "delay_days": pd.array([3, 9], "Int64"), "stage": stages})
    told = rollout_view.timeline_sentence(known.assign(actual_end=[pd.NaT, pd.Timestamp(TODAY)]))
    assert plain(told).startswith(said)


def test_late_schools_that_have_all_finished_are_no_longer_late() -> None:
    known = pd.DataFrame({"school": ["École A", "École B"], "delay_days": pd.array([3, 0], "Int64")})
    known = known.assign(stage="généralisation", actual_end=pd.Timestamp(TODAY))
    one = "1 école sur 2 a fini en retard. Le plus grand retard : A (3 jours, généralisation)."
    assert plain(rollout_view.timeline_sentence(known)) == one
    two = rollout_view.timeline_sentence(known.assign(delay_days=pd.array([3, 2], "Int64")))
    assert plain(two).startswith("2 écoles sur 2 ont fini en retard. Les plus grands retards : A")
    notes = [plain(rollout_view.late_note(*counts)) for counts in [(3, 2), (3, 0), (0, 0), (2, 2), (1, 1)]]
    assert notes == [
        "dont 2 finies en retard",
        "sur leur étape en cours",
        "sur leur étape en cours",
        "toutes finies, avec retard",
        "finie, avec retard",
    ]


def test_the_tables_of_stages_and_schools_come_in_parts_that_fit_and_lose_no_column() -> None:
    stages = pd.DataFrame(
        {"school": ["École élémentaire Rosalind Franklin"] * 84, "stage": "généralisation"}
        | {name: pd.Timestamp(TODAY) for name in ("planned_start", "planned_end", "actual_start", "actual_end")}
    )
    known = pd.DataFrame(
        {
            "school": ["École élémentaire Rosalind Franklin", "École élémentaire Allier"],
            "delay_days": 83,
            "weather": "orage",
            "weather_reason": ["Câblage refusé : amiante dans le faux plafond", None],
            "next_step": "Choisir un autre cheminement avec les bâtiments",
            "stage": "généralisation",
            "position": 7,
            "actual_start": pd.Timestamp(TODAY),
            "actual_end": pd.NaT,
            "next_stage": "installation",
            "next_start": pd.Timestamp(TODAY),
            "connection": "bloquée",
            "equipped_on": [pd.Timestamp(TODAY), pd.NaT],
            "district": "Bords de l’Eau",
        }
    )
    dates = rollout_view.stage_table(stages)
    assert {*dates.whole.columns} == {name for part in dates.parts for name in part.columns}
    for part in dates.parts:
        assert sum(tables.widths_of(part).values()) <= tables.ROOM
    schools = rollout_view.school_table(known, TODAY)
    parts = rollout_view.school_sheets(schools)
    assert {*schools.columns} == {name for part in parts for name in part.columns}
    assert parts[0]["Raison"].tolist() == ["Câblage refusé : amiante dans le faux plafond", "—"]
    assert parts[1]["Équipée le"].tolist() == ["04/06/2025", "—"]
    assert parts[1]["Raccordement"].tolist() == ["✖\u00a0bloqué"] * 2


def test_that_no_school_is_blocked_is_said_of_those_chosen() -> None:
    known = pd.DataFrame({"school": ["École A", "École B"], "connection": ["raccordée"] * 2, "weather": ["soleil"] * 2})
    assert rollout_view.table_sentence(known, 2) == "Aucune école n’est bloquée."
    assert plain(rollout_view.table_sentence(known, 12)) == "2 écoles choisies sur 12 : aucune n’est bloquée."


def test_risks_that_nobody_estimated_are_counted_apart() -> None:
    risks = pd.DataFrame({"score": pd.array([9, 2, None, None], "Int64"), "answer": ["Agir", "Voir", None, "Voir"]})
    said = "4 risques ouverts, dont 2 non estimés ; 1 pèse 6 ou plus sur 9 ; 1 reste sans réponse."
    assert plain(steering.risk_sentence(risks)) == said
    said = "2 risques ouverts, dont 1 pèse 6 ou plus sur 9 ; 0 reste sans réponse."
    assert plain(steering.risk_sentence(risks.dropna(subset="score"))) == said


def test_the_matrix_names_each_open_risk_in_its_cell_and_shades_the_heavy_ones() -> None:
    risks = pd.DataFrame(
        {
            "risk": ["Câblage", "Retard", "Oubli"], "school": ["École élémentaire A", None, None],
            "probability": ["forte", "forte", None], "impact": ["fort", "fort", "moyen"],
            "score": pd.array([9, 9, None], "Int64"),
        }
    )  # fmt: skip
    shown = steering.risk_matrix(risks)
    assert shown.cells == {("forte", "fort"): ["Câblage (Élémentaire A)", "Retard"]}
    assert (shown.shades["forte", "fort"], shown.shades["forte", "moyen"], shown.shades["faible", "faible"]) == (
        3,
        3,
        0,
    )


def test_the_area_of_a_district_has_all_its_canteens_inside() -> None:
    square = [(0.0, 0.0), (0.0, 2.0), (2.0, 2.0), (2.0, 0.0)]
    assert sorted(steering_charts.hull([*square, (1.0, 1.0), (0.5, 1.5), (0.0, 1.0)])) == sorted(square)
    assert steering_charts.hull([(1.0, 1.0), (1.0, 1.0)]) == [(1.0, 1.0)]


def test_a_month_of_the_trend_is_no_day_and_its_shares_have_their_unit() -> None:
    shares = pd.DataFrame({"Identité créée": [8.3]}, index=pd.DatetimeIndex(["2025-12-01"], name="month"))
    table = view.trend_table(shares)
    assert table.whole.to_dict("list") == {"Mois": ["12/2025"], "Identité créée (%)": [8.3]}
    assert table.parts[0].columns.tolist() == ["Mois", "Id. créée, %"]


def test_two_schools_of_the_same_short_name_are_two_choices() -> None:
    assert view.unique_names(["École X", "X", "École Y"]) == {"École X": "École X", "X": "X", "École Y": "Y"}


def test_a_step_is_told_rounded_with_its_denominator() -> None:
    step = {"step": "Formés", "people": 15, "agents": 20, "share": 75.0, "schools_known": 2, "schools": 2}
    figure = view.step_figure(step | {"exact": False})
    assert (plain(figure.value), plain(str(figure.note))) == ("≈ 75 %", "≈ 15 agents sur ≈ 20, 2 écoles sur 2")
    figure = view.step_figure(step | {"exact": True})
    assert (plain(figure.value), plain(str(figure.note))) == ("75 %", "15 agents sur 20, 2 écoles sur 2")
    assert view.step_figure(step | {"exact": False, "people": pd.NA}).value == "—"


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        # Agents and identities unknown, then nobody: the losses lie among what is unknown.
        ([None, None, 0, 0, 0], "En juin 2025, trop peu d’agents renseignés pour situer les pertes."),
        (
            [100, None, 40, 30, 0],
            "En juin 2025, 0 % des agents sont arrivés à l’étape « Formés ». La plus grande perte, 60 points, est "
            "entre « Agents » et « Identité activée ».",
        ),
        # 22,2 points, but whoever subtracts the shares as shown finds 23.
        (
            [100, 86.6, 64.4, 60, 55],
            "En juin 2025, 55 % des agents sont arrivés à l’étape « Formés ». La plus grande perte, 23 points, est "
            "entre « Identité créée » et « Identité activée ».",
        ),
    ],
)
def test_no_loss_is_told_from_a_step_where_nobody_is_known_to_be(shares: list[int | None], said: str) -> None:
    steps = pd.DataFrame({"step": list(rollout.STEPS), "share": pd.array(shares, "Float64"), "exact": True})
    assert plain(view.losses_sentence(steps, TODAY)) == said


def test_a_share_that_did_not_move_is_said_to_stay() -> None:
    months = pd.to_datetime(["2026-01-01", "2026-02-01"])
    still, moved = (
        plain(view.trend_sentence(pd.DataFrame({"Actifs (30\u00a0j)": shares}, index=months)))
        for shares in ([0.0, 0.2], [0.0, 12.0])
    )
    assert still.endswith("la part des agents actifs reste à 0 %.")
    assert moved.startswith("De janvier 2026 à février 2026") and moved.endswith("actifs passe de 0 % à 12 %.")
    april = pd.Series([0.0, 12.0], pd.to_datetime(["2026-04-01", "2026-05-01"])).to_frame("Actifs (30\u00a0j)")
    assert view.trend_sentence(april).startswith("D’avril 2026 à mai 2026")
