"""The rollout: the test schools, their stages, the milestones, the risks and the expected decisions."""

# ruff: noqa: S608 — assembled from our own constants.
from __future__ import annotations

from data.kinds.records.base import Check, editable
from data.kinds.records.programme_checks import (
    KNOWN_SCHOOL,
    NOT_A_TEST_SCHOOL,
    day,
    far_away,
    happened,
    in_order,
    known_by_another_spelling,
    known_school,
    schools_of,
    together,
    undated_before,
)

SITES = editable(
    "site_rows",
    "pilot_sites",
    {"ecole": "school"},
    {
        "cantine_nom": "canteen",
        "secteur": "district",
        "raccordement": "connection",
        "meteo": "weather",
        "meteo_raison": "weather_reason",
        "prochaine_action": "next_step",
    },
    (
        known_school(schools_of("schools", "enrolments")),
        Check(
            "meteo_raison",
            "now.weather IN ('pluie', 'orage') AND now.weather_reason IS NULL",
            "'météo « ' || now.weather || ' » sans raison : dites en quelques mots ce qui bloque'",
            blocking=True,
        ),
        Check(
            "meteo",
            "now.connection = 'bloquée' AND now.weather = 'soleil'",
            "'raccordement bloqué sous le soleil : vérifiez la météo'",
        ),
        Check(
            "meteo_raison",
            # In rain or storm, the check above refuses a line without a reason.
            "now.connection = 'bloquée' AND now.weather_reason IS NULL"
            " AND coalesce(now.weather NOT IN ('pluie', 'orage'), TRUE)",
            "'raccordement bloqué sans raison : dites en quelques mots ce qui le bloque'",
        ),
        Check(
            "meteo_raison",
            "now.connection = 'bloquée' AND now.before.connection IS DISTINCT FROM 'bloquée'"
            " AND now.weather_reason = now.before.weather_reason",
            "'raccordement bloqué, et la raison reste « ' || now.weather_reason || ' » : dit-elle ce qui bloque ?'",
        ),
        Check(
            "cantine_nom",
            "cantine_nom IS NOT NULL AND cantine_nom NOT IN (SELECT name FROM canteens)",
            "'« ' || cantine_nom || ' » n’est pas une cantine connue : déposez aussi le fichier des cantines'",
        ),
    ),
)


def _other_stages(where: str, words: str = "''") -> str:
    """Return the SQL that names the school's first other stage, once the lines are applied, where `where` holds."""
    return f"""(SELECT arg_min('« ' || other.stage || ' »' || {words}, stage_rank(other.stage))
        FROM overlaid AS other WHERE other.school = file_lines.ecole AND {where})"""


EARLIER, LATER = (f"stage_rank(other.stage) {sign} stage_rank(file_lines.etape)" for sign in "<>")
# A stage that was already skipped when a later one began does not block the school a second time.
ALREADY_SKIPPED = """EXISTS (
    FROM pilot_stages AS begun
    WHERE begun.school = file_lines.ecole AND begun.actual_start IS NOT NULL
        AND begun.position > stage_rank(other.stage) AND begun.position < stage_rank(file_lines.etape)
)"""
SKIPPED = _other_stages(f"{EARLIER} AND other.actual_start IS NULL AND NOT {ALREADY_SKIPPED}")
# The dates of a refused line do not count.
REFUSED = "other.line IN (SELECT line FROM rejections)"
BEGUN_AFTER = _other_stages(f"{LATER} AND other.actual_start IS NOT NULL AND ({REFUSED}) IS NOT TRUE")
BACKWARDS = _other_stages(
    f"({EARLIER} AND other.actual_start > now.actual_start OR {LATER} AND other.actual_start < now.actual_start)",
    f"' a commencé le ' || {day('other.actual_start')}",
)
UNDATED = undated_before("overlaid", "file_lines.ecole", "file_lines.etape")
OVERLAPPED = _other_stages(
    f"{EARLIER} AND other.actual_end > now.actual_start", f"' a fini le ' || {day('other.actual_end')}"
)
# A start that is in the same file gets a warning of its own.
OVERLAPS = _other_stages(
    f"{LATER} AND other.actual_start < now.actual_end"
    " AND (other.line NOT IN (SELECT line FROM file_lines WHERE debut_reel IS NOT NULL)) IS NOT FALSE",
    f"' a commencé le ' || {day('other.actual_start')}",
)


# Plans are compared only between stages that have not begun.
DISORDER = "{0}.planned_start < {1}.planned_start AND {0}.actual_start IS NULL AND {1}.actual_start IS NULL".format
PLANNED_AFTER = _other_stages(f"{EARLIER} AND {DISORDER('now', 'other')}")
# A later stage that is in the same file gets a warning of its own.
PLANNED_BEFORE = _other_stages(
    f"{LATER} AND {DISORDER('other', 'now')}"
    " AND (other.line NOT IN (SELECT line FROM file_lines WHERE debut_prevu IS NOT NULL)) IS NOT FALSE"
)
UNFINISHED = _other_stages(f"{EARLIER} AND other.actual_start IS NOT NULL AND other.actual_end IS NULL")

STAGES_OF_SCHOOLS = editable(
    "stage_rows",
    "pilot_stages",
    {"ecole": "school", "etape": "stage"},
    {
        "debut_prevu": "planned_start",
        "fin_prevue": "planned_end",
        "debut_reel": "actual_start",
        "fin_reelle": "actual_end",
    },
    (
        KNOWN_SCHOOL,
        NOT_A_TEST_SCHOOL,
        in_order("fin_prevue", "planned_start", "planned_end", "la fin prévue précède le début prévu"),
        in_order("fin_reelle", "actual_start", "actual_end", "la fin réelle précède le début réel"),
        happened("debut_reel"),
        happened("fin_reelle"),
        together("fin_reelle", "actual_end", "actual_start", "étape finie sans début : indiquez le début réel"),
        Check(
            "debut_reel",
            # A start that is known already may be repeated or corrected.
            f"debut_reel IS NOT NULL AND now.before.actual_start IS NULL AND {SKIPPED} IS NOT NULL",
            f"'étape sautée : ' || {SKIPPED} || ' n’a pas commencé'",
            blocking=True,
        ),
        Check(
            "debut_reel",
            f"effacer IS NOT NULL AND now.actual_start IS NULL AND {BEGUN_AFTER} IS NOT NULL",
            f"'étape sautée : ' || {BEGUN_AFTER} || ' a déjà commencé'",
            blocking=True,
        ),
        Check(
            "debut_reel",
            f"debut_reel IS NOT NULL AND {BACKWARDS} IS NOT NULL",
            f"'retour en arrière : ' || {BACKWARDS}",
            blocking=True,
        ),
        Check(
            "debut_reel",
            f"debut_reel IS NOT NULL AND {UNFINISHED} IS NOT NULL",
            f"{UNFINISHED} || ' n’est pas finie : les deux étapes courent ensemble'",
        ),
        Check(
            "debut_reel",
            f"debut_reel IS NOT NULL AND {OVERLAPPED} IS NOT NULL",
            f"'début réel le ' || {day('now.actual_start')} || ', alors que ' || {OVERLAPPED}"
            " || ' : les deux étapes se chevauchent-elles ?'",
        ),
        Check(
            "fin_reelle",
            f"fin_reelle IS NOT NULL AND {OVERLAPS} IS NOT NULL",
            f"'fin réelle le ' || {day('now.actual_end')} || ', alors que ' || {OVERLAPS}"
            " || ' : les deux étapes se chevauchent-elles ?'",
        ),
        Check(
            "debut_prevu",
            # A plan that is known already may be repeated or corrected. When a deposit is undone (`known` without
            # `before`), the reason is reported for the later stage, not for this one.
            "coalesce(debut_prevu, fin_prevue) IS NOT NULL AND now.actual_start IS NULL"
            " AND (NOT now.known OR now.before IS NOT NULL"
            " AND coalesce(now.before.planned_start, now.before.planned_end) IS NULL)"
            f" AND {BEGUN_AFTER} IS NOT NULL",
            f"{BEGUN_AFTER} || ' a déjà commencé : si cette étape a eu lieu, indiquez aussi son début réel ;"
            " sinon, laissez ses dates prévues vides'",
            blocking=True,
        ),
        Check("debut_reel", f"debut_reel IS NOT NULL AND {UNDATED} IS NOT NULL", UNDATED),
        far_away("debut_prevu", "planned_start"),
        far_away("fin_prevue", "planned_end"),
        Check(
            "debut_prevu",
            "debut_prevu IS NOT NULL AND debut_prevu IS DISTINCT FROM now.before.planned_start"
            f" AND coalesce({PLANNED_AFTER}, {PLANNED_BEFORE}) IS NOT NULL",
            f"coalesce('l’étape « ' || etape || ' » est prévue avant ' || {PLANNED_AFTER},"
            f" 'l’étape ' || {PLANNED_BEFORE} || ' est prévue avant « ' || etape || ' »') || ' : vérifiez ces dates'",
        ),
    ),
    order="school, position",
)

MILESTONES = editable(
    "milestone_rows",
    "pilot_milestones",
    {"jalon": "milestone", "ecole": "school"},
    {"prevu_le": "planned_on", "atteint_le": "reached_on"},
    (
        KNOWN_SCHOOL,
        known_by_another_spelling("jalon", "milestone", "pilot_milestones"),
        happened("atteint_le"),
        far_away("prevu_le", "planned_on"),
    ),
    order="planned_on, milestone, school",
)

RISKS = editable(
    "risk_rows",
    "pilot_risks",
    {"risque": "risk", "ecole": "school"},
    {"probabilite": "probability", "impact": "impact", "reponse": "answer", "etat": "state"},
    (
        KNOWN_SCHOOL,
        known_by_another_spelling("risque", "risk", "pilot_risks"),
        Check(
            "reponse",
            "now.probability = 'forte' AND now.impact = 'fort' AND now.answer IS NULL"
            " AND now.state IS DISTINCT FROM 'clos'",
            "'risque fort sans réponse : dites ce que l’on fait pour l’éviter ou s’y préparer'",
        ),
    ),
    order="risk, school",
)

DECISIONS = editable(
    "decision_rows",
    "pilot_decisions",
    {"decision": "decision", "ecole": "school"},
    {
        "attendue_le": "due_on",
        "prise_le": "decided_on",
        "choix": "outcome",
        "porteur": "owner",
        "a_faire_pour": "act_by",
        "etat": "state",
        "fait_le": "done_on",
    },
    (
        KNOWN_SCHOOL,
        known_by_another_spelling("decision", "decision", "pilot_decisions"),
        happened("prise_le"),
        far_away("attendue_le", "due_on"),
        together("choix", "decided_on", "outcome", "décision prise sans son choix : écrivez ce qui a été décidé"),
        together("prise_le", "outcome", "decided_on", "choix sans date : indiquez le jour de la décision"),
        happened("fait_le"),
        far_away("a_faire_pour", "act_by"),
        together("etat", "state", "decided_on", "état sans décision : indiquez le jour où elle est prise"),
        in_order("fait_le", "decided_on", "done_on", "faite avant d’être prise"),
        Check(
            "fait_le",
            "now.state = 'fait' AND now.done_on IS NULL",
            "'décision faite sans date : indiquez le jour où elle est faite'",
            blocking=True,
        ),
        Check(
            "etat",
            "now.done_on IS NOT NULL AND now.state IS DISTINCT FROM 'fait'",
            "'une décision faite a l’état « fait » : choisissez-le, ou videz « Faite le »'",
            blocking=True,
        ),
    ),
    order="due_on, decision, school",
)
