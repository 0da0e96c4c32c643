"""The first steps of each role, in their order, to its first useful figure and a little beyond."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from data.queries.first_steps import Started

DEPOSIT, DATA = "pages/cantine/depot.py", "pages/mission/donnees.py"
WASTE, WEEK = "pages/comite/gaspillage.py", "pages/cuisine/semaine.py"
ROLLOUT, MEETINGS = "pages/mission/deploiement.py", "pages/comite/seances.py"
ACCOUNTS, SHEET = "pages/mission/comptes.py", "pages/cantine/saisie.py"
OWN, PRODUCTION = "pages/cantine/ma_cantine.py", "pages/cuisine/production.py"


@dataclass(frozen=True)
class Step:
    """One step: what to do, how the store knows that it is done, where it is done, and why it matters.

    `needed`: the first figure waits for it; `by`: who does it, where it is not the reader.
    """

    label: str
    is_done: Callable[[Started], bool]
    page: str
    why: str
    needed: bool = False
    by: str = ""


OWN_DATA = Step(
    "Repartir d’une base vide",
    lambda known: not known.demo,
    DATA,
    "la ville fictive ne doit pas se mêler à la vôtre",
)
LOG = Step(
    "Déposer le journal des cantines",
    lambda known: known.meals,
    DEPOSIT,
    "repas prévus et servis, un point de service et un jour par ligne",
    needed=True,
)
LISTS = Step(
    "Déposer la liste des cantines et les rattachements",
    lambda known: known.canteens and known.attached,
    DEPOSIT,
    "chaque point de service compte alors dans sa cantine",
)
FORECASTS = Step(
    "Lire les premières prévisions",
    lambda known: known.forecasts,
    WEEK,
    "elles se calculent seules, peu après le journal",
    needed=True,
)
CALENDARS = Step(
    "Déposer les menus, les vacances ou les grèves",
    lambda known: known.calendars and known.menus,
    DEPOSIT,
    "les prévisions en tiennent compte",
)
TEST_SCHOOLS = Step(
    "Déposer les écoles test",
    lambda known: known.test_schools,
    DEPOSIT,
    "le déploiement et l’effet du pilote en partent",
)
OPEN_ACCOUNTS = Step(
    "Ouvrir les comptes", lambda known: known.accounts, ACCOUNTS, "chacun ses pages, chaque gestionnaire ses cantines"
)
WEATHER = Step(
    "Donner la météo du programme", lambda known: known.weather, MEETINGS, "le comité la lit en tête de Synthèse"
)
MEETING = Step(
    "Noter la première séance du comité",
    lambda known: known.meetings,
    MEETINGS,
    "ses chiffres sont gardés, la suivante dira ce qui a changé",
)
SHEETS = Step(
    "Saisir un premier service", lambda known: known.sheets, SHEET, "en une minute, sur une tablette, même sans réseau"
)
ANNOUNCE = Step(
    "Prévenir la cuisine d’un changement",
    lambda known: known.announcements,
    OWN,
    "une sortie, une fermeture, des repas en plus ou en moins",
)
PRINT = Step(
    "Imprimer une première fiche de production",
    lambda known: known.prints,
    PRODUCTION,
    "les portions de chaque plat, les bacs, la marge",
)
MENUS = Step("Déposer les menus", lambda known: known.menus, DEPOSIT, "la production dit alors quels plats")


def by_others(step: Step, who: str) -> Step:
    """Return the same step, which somebody else takes."""
    return replace(step, by=who)


MISSION = "la mission numérique"
STEPS: dict[str, tuple[Step, ...]] = {
    "mission": (OWN_DATA, LOG, LISTS, FORECASTS, CALENDARS, TEST_SCHOOLS, OPEN_ACCOUNTS, WEATHER, MEETING),
    "comite": tuple(by_others(step, MISSION) for step in (LOG, TEST_SCHOOLS, WEATHER, MEETING)),
    "cantine": (by_others(LISTS, MISSION), LOG, by_others(FORECASTS, "l’application"), SHEETS, ANNOUNCE),
    "cuisine": (by_others(LOG, "les gestionnaires et la mission"), FORECASTS, by_others(MENUS, MISSION), PRINT),
    "administration": (OPEN_ACCOUNTS, by_others(LOG, MISSION)),
}
# Where each role reads its first useful figure.
FIRST_FIGURES = {
    "mission": (WASTE, "Voir le gaspillage"),
    "comite": ("pages/comite/synthese.py", "Voir Synthèse"),
    "cantine": (OWN, "Voir ma cantine"),
    "cuisine": (WEEK, "Voir la semaine"),
}
