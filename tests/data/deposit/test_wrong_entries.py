"""A wrong entry about the programme is refused in its column, in French, and nothing is written."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from data.deposit import edits
from data.deposit.apply import apply, preview
from data.deposit.undo import undo
from data.queries import rollout
from data.store import Store
from tests.data.deposit.programme_files import COUNT, OTHER, SCHOOL, STAGE, STAGES, TOMORROW, day, deposit

WRONG: list[tuple[str, dict[str, Any], str, str]] = [
    ("stages", {**STAGE, "fin_reelle": day(17)}, "fin_reelle", "début réel : 17/03/2025 avant le 18/03/2025"),
    ("stages", {**STAGE, "fin_prevue": day(10)}, "fin_prevue", "la fin prévue précède le début prévu"),
    ("stages", {**STAGE, "fin_reelle": TOMORROW}, "fin_reelle", "est à venir"),
    ("stages", {**STAGE, "etape": "test", "debut_reel": day(1, 4)}, "debut_reel", "« formation » n’a pas commencé"),
    ("stages", {**STAGE, "etape": "cadrage", "debut_reel": day(12), "fin_reelle": day(13)}, "debut_reel",
     "retour en arrière : « préparation » a commencé le 10/03/2025"),
    ("stages", {**STAGE, "etape": "préparation", "effacer": "debut_reel;fin_reelle"}, "debut_reel",
     "« installation » a déjà commencé"),
    ("stages", {**STAGE, "etape": "formation", "fin_reelle": day(11, 4)}, "fin_reelle", "indiquez le début réel"),
    ("stages", {**STAGE, "etape": "inauguration", "debut_reel": day(1)}, "etape", "écrivez cadrage, préparation"),
    ("stages", {**STAGE, "ecole": "École Alfa"}, "ecole", "le nom connu le plus proche est « École Alpha »"),
    ("stages", {**STAGE, "effacer": "couleur"}, "effacer", "« couleur » ne s’efface pas"),
    ("stages", {**STAGE, "etape": "bilan", "effacer": "debut_reel"}, "effacer", "rien à effacer"),
    ("stages", {**STAGE, "effacer": "ligne", "debut_prevu": day(1)}, "effacer", "gardez l’une des deux"),
    ("sites", {"ecole": SCHOOL, "raccordement": "coupée"}, "raccordement", "écrivez non prévue, à faire"),
    ("sites", {"ecole": SCHOOL, "meteo": "orage"}, "meteo_raison", "dites en quelques mots ce qui bloque"),
    ("sites", {"ecole": "École Gamma", "meteo": "soleil"}, "ecole", "école inconnue"),
    ("equipment", {**COUNT, "agents": -1}, "agents", "est inférieur au minimum, 0"),
    ("equipment", {**COUNT, "identites_activees": 7}, "identites_activees", "7 identités activées pour"),
    ("equipment", {**COUNT, "identites_creees": 9}, "identites_creees", "pour un nombre d’agents de 8"),
    ("equipment", {**COUNT, "actifs_30_jours": 6}, "actifs_30_jours", "6 agents actifs pour"),
    ("equipment", {**COUNT, "mois": day(1, 4), "agents": 5, "identites_activees": 9}, "identites_activees",
     "9 identités activées pour un nombre d’agents de 5"),
    ("equipment", {**COUNT, "mois": day(1, 4), "identites_creees": 5, "actifs_30_jours": 9}, "actifs_30_jours",
     "9 agents actifs pour un nombre d’identités créées de 5"),
    ("equipment", {**COUNT, "formes": 9}, "formes", "9 agents formés"),
    ("equipment", {**COUNT, "adresses_mel": 9}, "adresses_mel", "9 adresses"),
    ("equipment", {**COUNT, "satisfaction": 4.2}, "satisfaction", "note sans réponses"),
    ("equipment", {**COUNT, "satisfaction": 7.0, "reponses": 3}, "satisfaction", "dépasse le maximum, 5"),
    ("equipment", {**COUNT, "agents": 5001}, "agents", "dépasse le maximum, 5\u202f000"),
    ("equipment", {**COUNT, "mois": day(2), "agents": 8}, "mois", "premier jour : 01/03/2025"),
    ("equipment", {**COUNT, "mois": date(2099, 1, 1), "agents": 8}, "mois", "est à venir"),
    ("devices", {"identifiant": "MAT-2", "ecole": SCHOOL, "type_materiel": "four"}, "type_materiel", "poste fixe"),
    ("devices", {"identifiant": "MAT-2", "type_materiel": "tablette"}, "ecole", "matériel sans école"),
    ("devices", {"identifiant": "MAT-1", "installe_le": TOMORROW}, "installe_le", "est à venir"),
    ("tickets", {"numero": "D-1", "clos_le": day(9)}, "clos_le", "close avant d’être ouverte"),
    ("workshops", {"date": TOMORROW, "ecole": SCHOOL, "atelier": "Poste", "presents": 3}, "presents", "comptez"),
    ("milestones", {"jalon": "Bilan", "atteint_le": TOMORROW}, "atteint_le", "est à venir"),
    ("decisions", {"decision": "Élargir", "prise_le": day(1)}, "choix", "écrivez ce qui a été décidé"),
    ("risks", {"risque": "Amiante", "probabilite": "certaine"}, "probabilite", "écrivez faible, moyenne, forte"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "line", "column", "reason"), WRONG, ids=[f"{w[0]}-{w[3][:20]}" for w in WRONG])
def test_a_wrong_entry_is_refused_in_its_column_and_nothing_is_written(
    settled: Store, kind: str, line: dict[str, Any], column: str, reason: str
) -> None:
    before = settled.version()
    outcome = edits.record(settled, kind, [line], "mission@ville.fr")
    assert not outcome.saved
    told = outcome.refusals[0, column].replace("\u00a0", " ")
    assert reason in told
    # The subject of a line is for files: beside a field it would only repeat the form.
    assert not told.startswith((SCHOOL, "MAT-", "D-1 "))
    assert settled.version() == before


def test_a_device_known_already_is_not_added_a_second_time(known: Store) -> None:
    line = {"identifiant": "MAT-1", "ecole": OTHER, "type_materiel": "tablette"}
    outcome = edits.record(known, "devices", [line], "m", new=True)
    assert "déjà connu" in outcome.refusals[0, "identifiant"]
    assert edits.record(known, "devices", [line | {"identifiant": "MAT-2"}], "m", new=True).saved


def test_a_file_that_gives_one_device_to_two_schools_is_refused_for_both_lines(known: Store) -> None:
    content = f"identifiant;ecole;type\nMAT-9;{SCHOOL};tablette\nMAT-9;{OTHER};tablette\n".encode()
    report = preview(known, "materiels.csv", content)
    assert [finding.line for finding in report.rejected] == [2, 3]
    assert "contredit une autre ligne" in report.rejected[0].reason


def test_more_people_than_seats_is_doubted_not_refused(known: Store) -> None:
    line = {"date": day(5), "ecole": SCHOOL, "atelier": "Poste", "places_prevues": 8, "presents": 9}
    outcome = edits.record(known, "workshops", [line], "m")
    assert outcome.saved
    assert "9 présents pour 8 places prévues" in outcome.warnings[0]


def test_a_stage_that_begins_after_stages_without_any_date_is_doubted_in_a_form_as_in_a_file(store: Store) -> None:
    deposit(store, STAGES, [(SCHOOL, "cadrage", None, None, day(3), day(7))])
    line = {"ecole": SCHOOL, "etape": "formation", "debut_reel": day(17)}
    said = "aucune date, prévue ou réelle, n’est connue pour « préparation », « installation » : est-ce un oubli ?"
    content = f"ecole;etape;debut_reel\n{SCHOOL};formation;17/03/2025\n".encode()
    report = preview(store, "etapes.csv", content)
    assert [(finding.column, said in plain(finding.reason)) for finding in report.warnings] == [("debut_reel", True)]
    assert said in (rollout.forgotten(store, SCHOOL, "formation") or "")
    outcome = edits.record(store, "stages", [line], "m")
    assert outcome.saved and said in plain(outcome.warnings[0])
    # What is left out is told once, by the stage that follows it.
    assert rollout.forgotten(store, SCHOOL, "test") is None
    assert not edits.record(store, "stages", [line | {"fin_reelle": day(21)}], "m").refusals
    assert edits.record(store, "stages", [line | {"etape": "test", "debut_reel": day(24)}], "m").warnings == ()


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


# A doubt is told, and the entry kept: kind, lines, what is said.
DOUBTS: list[tuple[str, list[dict[str, Any]], str]] = [
    ("stages", [{**STAGE, "fin_reelle": day(28)}, {**STAGE, "etape": "formation", "debut_reel": day(25)}],
     "début réel le 25/03/2025, alors que « installation » a fini le 28/03/2025"),
    ("equipment", [{**COUNT, "metier": "dompteur", "agents": 6}],
     "métier jamais compté : « dompteur » ; le seul connu est « restauration » : vérifiez son nom"),
    ("equipment", [{**COUNT, "metier": "Réstauration", "agents": 6}],
     "métier déjà compté sous le nom « restauration » : écrivez-le de la même façon"),
    ("sites", [{"ecole": SCHOOL, "raccordement": "bloquée", "meteo_raison": "Gaine"}],
     "raccordement bloqué sous le soleil"),
    ("equipment", [{**COUNT, "adresses_mel": 7}], "7 adresses pour un nombre d’identités créées de 6 : vérifiez"),
    ("equipment", [{**COUNT, "agents": 4999}], "8 → 4\u202f999 agents : vérifiez ce nombre"),
    ("equipment", [{**COUNT, "mois": day(1, 5), "agents": 18}], "8 → 18 agents : vérifiez ce nombre"),
    ("workshops", [{"date": day(5), "ecole": SCHOOL, "atelier": "Poste", "presents": 9}],
     "9 présents, plus que les agents de l’école (8) : vérifiez"),
    ("stages", [{**STAGE, "etape": "bilan", "debut_prevu": date(2062, 6, 1)}],
     "le 01/06/2062 est à plus de cinq ans d’aujourd’hui : vérifiez l’année"),
    ("stages", [{**STAGE, "etape": "bilan", "debut_prevu": day(8)}],
     "l’étape « bilan » est prévue avant « formation » : vérifiez ces dates"),
    ("stages", [{"ecole": OTHER, "etape": "test", "debut_prevu": day(1)},
                {"ecole": OTHER, "etape": "préparation", "debut_prevu": day(2)}],
     "l’étape « test » est prévue avant « préparation » : vérifiez ces dates"),
    ("milestones", [{"jalon": "Bilan", "prevu_le": date(2015, 6, 1)}], "à plus de cinq ans"),
    ("decisions", [{"decision": "Élargir", "attendue_le": date(2062, 6, 1)}], "à plus de cinq ans"),
    ("devices", [{"identifiant": "mat 1", "ecole": OTHER}],
     "« mat 1 » est déjà connu sous le nom « MAT-1 » : est-ce le même ?"),
    ("sites", [{"ecole": OTHER, "raccordement": "bloquée"}], "raccordement bloqué sans raison"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "lines", "said"), DOUBTS, ids=[said[:20] for _, _, said in DOUBTS])
def test_what_may_be_right_is_doubted_once_and_kept(
    known: Store, kind: str, lines: list[dict[str, Any]], said: str
) -> None:
    outcome = edits.record(known, kind, lines, "m")
    assert outcome.saved
    assert [said in plain(warning) for warning in outcome.warnings] == [True]


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("equipment", {**COUNT, "agents": 6}),
        ("stages", {**STAGE, "debut_prevu": day(17)}),
        ("devices", {"identifiant": "MAT-2"}),
    ],
)
def test_a_school_out_of_the_test_is_doubted_once_test_schools_are_known(
    known: Store, store: Store, kind: str, line: dict[str, Any]
) -> None:
    line = {**line, "ecole": "École Kepler"}
    for opened in (known, store):
        deposit(opened, "ecole cantine_nom", [("École Kepler", "A")])
    first = edits.record(store, kind, [line], "m")
    assert first.saved and not [warning for warning in first.warnings if "école test" in warning]
    outcome = edits.record(known, kind, [line], "m")
    assert outcome.saved
    assert ["« École Kepler » n’est pas une école test" in plain(warning) for warning in outcome.warnings] == [True]
    assert list(edits.schools(known).items())[-1] == ("École Kepler", False)
    assert edits.record(known, kind, [{**line, "ecole": SCHOOL}], "m").warnings == ()


def test_a_connection_that_becomes_blocked_with_its_reason_as_it_was_is_doubted_once(known: Store) -> None:
    edits.record(known, "sites", [{"ecole": OTHER, "meteo_raison": "Matériel reçu"}], "m")
    outcome = edits.record(known, "sites", [{"ecole": OTHER, "raccordement": "bloquée"}], "m")
    said = "la raison reste « Matériel reçu » : dit-elle ce qui bloque ?"
    assert outcome.saved
    assert [said in plain(warning) for warning in outcome.warnings] == [True]
    assert edits.record(known, "sites", [{"ecole": OTHER, "meteo": "pluie"}], "m").warnings == ()
    edits.record(known, "sites", [{"ecole": OTHER, "raccordement": "en cours"}], "m")
    told = {"ecole": OTHER, "raccordement": "bloquée", "meteo_raison": "Gaine bouchée"}
    assert edits.record(known, "sites", [told], "m").warnings == ()


def test_an_end_typed_after_the_next_stage_began_is_doubted_too(known: Store) -> None:
    begun = edits.record(known, "stages", [{**STAGE, "etape": "formation", "debut_reel": day(25)}], "m")
    assert "les deux étapes courent ensemble" in plain(begun.warnings[0])
    outcome = edits.record(known, "stages", [{**STAGE, "fin_reelle": day(28)}], "m")
    assert outcome.saved
    said = "fin réelle le 28/03/2025, alors que « formation » a commencé le 25/03/2025"
    assert [said in plain(warning) for warning in outcome.warnings] == [True]
    same_day = edits.record(known, "stages", [{**STAGE, "fin_reelle": day(25)}], "m")
    assert same_day.saved and same_day.warnings == ()


@pytest.mark.parametrize(
    ("kind", "name"), [("milestones", "jalon"), ("risks", "risque"), ("decisions", "decision"), ("pilots", "pilote")]
)
def test_a_new_name_written_almost_as_a_known_one_is_doubted_once(known: Store, kind: str, name: str) -> None:
    assert edits.record(known, kind, [{name: "Élargir à 12 écoles"}], "m", new=True).warnings == ()
    outcome = edits.record(known, kind, [{name: "elargir à 12 écoles."}], "m", new=True)
    said = "« elargir à 12 écoles. » est déjà connu sous le nom « Élargir à 12 écoles » : est-ce le même ?"
    assert outcome.saved and [said in plain(warning) for warning in outcome.warnings] == [True]
    assert edits.record(known, kind, [{name: "elargir à 12 écoles.", "effacer": "ligne"}], "m").warnings == ()
    assert edits.record(known, kind, [{name: "Bilan"}], "m", new=True).warnings == ()


def test_counts_that_move_little_and_plans_in_order_are_not_doubted(known: Store) -> None:
    deposit(known, "ecole metier mois agents", [(OTHER, "restauration", day(1), 20)])
    for month, agents in ((5, 29), (4, 11), (6, 38)):
        line = {**COUNT, "ecole": OTHER, "mois": day(1, month), "agents": agents}
        assert edits.record(known, "equipment", [line], "m").warnings == ()
    plan = {"ecole": OTHER, "etape": "préparation", "fin_prevue": day(20)}
    assert edits.record(known, "stages", [plan, {**plan, "etape": "test", "debut_prevu": day(10)}], "m").warnings == ()


def test_the_closest_school_is_looked_for_by_what_its_name_has_of_its_own(store: Store) -> None:
    schools = ["École maternelle Ampère", "École élémentaire Allier", "École maternelle Allier"]
    deposit(store, "ecole cantine_nom", [(school, "A") for school in schools])
    for typed, closest in (
        ("ecole elementaire allié", "École élémentaire Allier"),
        ("MATERNELLE ALLIE", "École maternelle Allier"),
        ("amper", "École maternelle Ampère"),
    ):
        outcome = edits.record(store, "sites", [{"ecole": typed, "meteo": "soleil"}], "m")
        assert f"le plus proche est « {closest} »" in plain(outcome.refusals[0, "ecole"])


def test_a_new_trade_is_compared_with_those_known(known: Store) -> None:
    deposit(known, "ecole metier mois agents", [(SCHOOL, "concierge", day(1), 2)])
    outcome = edits.record(known, "equipment", [{**COUNT, "metier": "concierges", "agents": 6}], "m")
    said = "« concierges » ; le plus proche de ceux connus (concierge, restauration) est « concierge »"
    assert [said in plain(warning) for warning in outcome.warnings] == [True]


def test_the_first_trades_of_all_are_not_doubted(store: Store) -> None:
    outcome = edits.record(store, "equipment", [{**COUNT, "agents": 8}, {**COUNT, "metier": "concierge"}], "m")
    assert not [warning for warning in outcome.warnings if "métier" in warning]


def test_a_plan_for_a_stage_passed_over_is_refused_unless_it_took_place_after_all(store: Store) -> None:
    deposit(store, "ecole raccordement meteo", [(SCHOOL, "en cours", "soleil")])
    deposit(store, STAGES, [(SCHOOL, "cadrage", None, None, day(3), day(7))])
    deposit(store, STAGES, [(SCHOOL, "installation", None, None, day(17), day(21))])
    plan = {"ecole": SCHOOL, "etape": "préparation", "debut_prevu": day(10)}
    # Given back and deposited into an empty store, the two lines would be a stage skipped.
    refused = edits.record(store, "stages", [plan], "m").refusals[0, "debut_prevu"]
    assert "« installation » a déjà commencé" in plain(refused)
    assert rollout.progress(store, day(24))["stage"].tolist() == ["installation"]
    following = {"ecole": SCHOOL, "etape": "formation", "debut_reel": day(24)}
    assert edits.record(store, "stages", [following], "m").saved
    # What is passed over may still be told, in its place.
    assert edits.record(store, "stages", [plan | {"debut_reel": day(10), "fin_reelle": day(14)}], "m").saved


def test_a_start_already_known_is_told_again_and_corrected_though_the_stage_before_it_was_taken_back(
    store: Store,
) -> None:
    stages = [
        (SCHOOL, "cadrage", day(3), day(7), day(3), day(7)),
        (SCHOOL, "préparation", day(10), day(14), None, None),
        (SCHOOL, "installation", None, None, day(17), None),
    ]
    deposit(store, STAGES, stages[:2])
    deposit(store, STAGES, [(SCHOOL, "préparation", None, None, day(10), day(14))])
    deposit(store, STAGES, stages[2:])
    undo(store, 2, "m")
    started = {**STAGE, "debut_reel": day(18)}
    assert edits.record(store, "stages", [started], "m").saved
    assert deposit(store, STAGES, stages).changed == 1
    assert edits.record(store, "stages", [{**STAGE, "etape": "préparation", "debut_prevu": day(11)}], "m").saved
    # Its first start is refused still, and so is a step backwards.
    deposit(store, STAGES, [(OTHER, *stage[1:]) for stage in stages[:2]])
    first = edits.record(store, "stages", [started | {"ecole": OTHER}], "m").refusals[0, "debut_reel"]
    assert "étape sautée" in plain(first)
    back = edits.record(store, "stages", [{**STAGE, "debut_reel": day(2)}], "m").refusals[0, "debut_reel"]
    assert "retour en arrière" in plain(back)


def test_a_planned_stage_is_not_passed_over_by_the_file_that_begins_the_next_two(known: Store) -> None:
    lines = [{**STAGE, "etape": "test", "debut_reel": day(24)}, {**STAGE, "etape": "bilan", "debut_reel": day(28)}]
    assert set(edits.record(known, "stages", lines, "m").refusals) == {(0, "debut_reel"), (1, "debut_reel")}


@pytest.mark.parametrize(
    "text", ["11/2025", "2025-11", "1/11/2025", "novembre 2025", "Nov. 2025", "nov-25", "11 / 2025"]
)
def test_a_month_is_typed_as_one_writes_it(known: Store, text: str) -> None:
    outcome = edits.record(known, "equipment", [{**COUNT, "mois": text, "agents": 8}], "m")
    assert outcome.saved
    content = f"ecole;metier;mois;agents\n{OTHER};restauration;{text};5\n".encode()
    assert preview(known, "comptes.csv", content).new == 1
    assert date(2025, 11, 1) in [row["mois"] for row in edits.rows(known, "equipment")]


@pytest.mark.parametrize("text", ["13/2025", "novembre", "11/25", "jui 2025", "31/02/2025"])
def test_what_is_no_month_is_refused_in_the_words_of_a_month(known: Store, text: str) -> None:
    outcome = edits.record(known, "equipment", [{**COUNT, "mois": text, "agents": 8}], "m")
    assert "n’est pas un mois : écrivez mm/aaaa" in plain(outcome.refusals[0, "mois"])


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["mar. 2025", "mar 2024"], []),
        (["05/2025", "05/13/2025"], ["dates lues mois/jour/année"]),
        (["2025-05-01", "05/13/2025"], ["dates lues mois/jour/année", "cette colonne a aussi de vraies dates"]),
        (["lundi 01/01/2025"], ["ce jour est un mercredi"]),
    ],
)
def test_a_month_without_its_day_is_not_doubted_as_a_day(known: Store, texts: list[str], said: list[str]) -> None:
    lines = [f"{OTHER};restauration;{text};5\n" for text in texts]
    report = preview(known, "comptes.csv", f"ecole;metier;mois;agents\n{''.join(lines)}".encode())
    found = [plain(finding.reason) for finding in report.warnings if finding.line is None]
    assert len(found) == len(said) and all(words in reason for words, reason in zip(said, found, strict=True)), found


@pytest.mark.parametrize("text", ["03/2025", "01/03/2025", day(1), "mars 2025", "1er mars 2025"])
def test_a_month_is_told_as_a_month_and_the_subject_is_left_to_files(known: Store, text: str | date) -> None:
    refused = edits.record(known, "equipment", [{**COUNT, "mois": text, "formes": 9}], "m").refusals[0, "formes"]
    assert plain(refused).startswith("9 agents formés")
    content = f"ecole;metier;mois;formes\n{SCHOOL};restauration;03/2025;9\n".encode()
    [finding] = preview(known, "comptes.csv", content).rejected
    assert plain(finding.reason).startswith(f"{SCHOOL} · restauration · 03/2025 : ")


def test_all_that_is_wrong_in_a_form_is_told_at_once(known: Store) -> None:
    line = {"identifiant": "", "ecole": SCHOOL, "type_materiel": "four", "installe_le": "31/02/2025"}
    refusals = edits.record(known, "devices", [line], "m").refusals
    assert {column for _, column in refusals} == {"identifiant", "type_materiel", "installe_le"}
    assert "« 31/02/2025 » n’est pas une date" in plain(refusals[0, "installe_le"])


def test_a_day_out_of_range_is_told_as_it_is_typed(known: Store) -> None:
    line = {**STAGE, "debut_prevu": "20/11/1926", "fin_prevue": "20 novembre 1926"}
    for told in edits.record(known, "stages", [line], "m").refusals.values():
        assert "« 20/11/1926 » est hors de la période admise" in plain(told)
    told = edits.record(known, "equipment", [{**COUNT, "mois": "11/1926", "agents": 8}], "m").refusals[0, "mois"]
    assert "« 11/1926 » est hors de la période admise" in plain(told)


@pytest.mark.parametrize(
    ("kind", "column", "most"),
    [
        ("sites", "prochaine_action", 300), ("milestones", "jalon", 120), ("risks", "reponse", 300),
        ("decisions", "decision", 120), ("workshops", "atelier", 120), ("tickets", "numero", 120),
        ("pilots", "description", 300),
    ],
)  # fmt: skip
def test_a_text_too_long_for_a_screen_is_refused_with_its_length(
    settled: Store, kind: str, column: str, most: int
) -> None:
    line = {"ecole": SCHOOL, "date": day(1), "risque": "Amiante", "pilote": "Tri"}
    told = edits.record(settled, kind, [line | {column: "é" * (most + 1)}], "m").refusals[0, column]
    assert f"compte {most + 1} caractères : {most} au plus" in plain(told)


def test_a_text_as_long_as_admitted_is_taken(known: Store) -> None:
    assert edits.record(known, "milestones", [{"jalon": "é" * 120}], "m", new=True).saved


def test_the_example_of_a_number_is_one_its_field_admits(known: Store) -> None:
    refusals = edits.record(known, "pilots", [{"pilote": "Tri", "impact": "fort", "priorite": "x"}], "m").refusals
    assert "n’est pas un nombre entier, par exemple 5" in plain(refusals[0, "impact"])


def test_a_day_needs_its_day(known: Store) -> None:
    assert (0, "debut_reel") in edits.record(known, "stages", [{**STAGE, "debut_reel": "11/2025"}], "m").refusals


@pytest.mark.parametrize("written", ["alpha", "ECOLE ALPHA", "école  Alpha", "École-Alpha", "Alpha "])
def test_a_school_written_another_way_is_the_one_known_and_said_so(known: Store, written: str) -> None:
    content = f"ecole;etape;debut_prevu\n{written};bilan;01/09/2026\n".encode()
    report = preview(known, "etapes.csv", content)
    assert report.accepted == 1 and not report.rejected
    assert f"« {written.strip()} » est lu « {SCHOOL} »" in [plain(finding.reason) for finding in report.warnings]
    assert apply(known, "etapes.csv", content, "m").accepted == 1
    rows = edits.rows(known, "stages")
    assert {row["ecole"] for row in rows} <= {SCHOOL, OTHER} and any(row["etape"] == "bilan" for row in rows)


def test_two_lines_that_name_a_school_in_two_ways_contradict_each_other(known: Store) -> None:
    content = "ecole;etape;debut_prevu\nalpha;bilan;01/09/2026\nÉcole Alpha;bilan;02/09/2026\n".encode()
    assert preview(known, "etapes.csv", content).rejected_lines == 2


def test_a_name_that_may_be_two_schools_is_refused(store: Store) -> None:
    deposit(store, "ecole raccordement meteo", [("École Alpha", "en cours", None), ("école ALPHA", "en cours", None)])
    content = "ecole;etape;debut_prevu\nAlpha;bilan;01/09/2026\nÉcole Alpha;test;02/09/2026\n".encode()
    [finding] = preview(store, "etapes.csv", content).rejected
    assert finding.line == 2 and "école inconnue" in finding.reason


def test_a_line_kept_under_another_name_is_corrected_and_taken_back_under_it(store: Store) -> None:
    columns = "ecole metier mois agents"
    deposit(store, columns, [("Élémentaire Alpha", "ATSEM", day(1), 8)])
    deposit(store, "ecole raccordement meteo", [("École élémentaire Alpha", "en cours", None)])
    deposit(store, columns, [("École élémentaire Alpha", "ATSEM", day(1), 9)])
    gone = {"ecole": "Élémentaire Alpha", "metier": "ATSEM", "mois": day(1), "effacer": "ligne"}
    assert not edits.record(store, "equipment", [{**gone, "effacer": None, "agents": 7}], "m").saved
    assert {row["agents"] for row in edits.rows(store, "equipment")} == {8, 9}


def test_a_plan_is_not_refused_for_a_start_that_is_refused_itself(known: Store) -> None:
    lines = [("préparation", "11/09/2026", ""), ("installation", "", "21/09/2099")]
    content = "ecole;etape;debut_prevu;debut_reel\n" + "".join(f"{OTHER};{';'.join(line)}\n" for line in lines)
    report = preview(known, "etapes.csv", content.encode())
    assert [(finding.line, finding.column) for finding in report.rejected] == [(3, "debut_reel")]


@pytest.mark.parametrize(
    ("columns", "asked", "solved"),
    [
        # What is mostly one way is all of a file's way, but one date does not turn ten.
        (["01/13/2025", "02/14/2025", "03/15/2025"], "2025-01-13", "2025-05-06"),
        (["03/04/2025"] * 10, "2025-04-03", "2025-06-05"),
    ],
)
def test_the_dates_of_a_file_are_read_in_one_order(store: Store, columns: list[str], asked: str, solved: str) -> None:
    other = ["05/06/2025"] * 9 + ["05/20/2025"]
    lines = [f"D-{n};{columns[n % len(columns)]};{other[n % 10]}\n" for n in range(10)]
    apply(store, "demandes.csv", f"numero;ouvert_le;clos_le\n{''.join(lines)}".encode(), "m")
    [first] = [row for row in edits.rows(store, "tickets") if row["numero"] == "D-0"]
    assert [str(first["ouvert_le"]), str(first["clos_le"])] == [asked, solved]
