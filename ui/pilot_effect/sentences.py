"""Sentences on the difference-in-differences: the effect of the pilot, how sure it is, why a measure has none."""

from __future__ import annotations

import math
from dataclasses import dataclass

from data.queries.pilot import FEW_PILOTS, NO_COMPARISON, NO_FIGURES, SHORTAGE, SURPLUS, WASTE, Effect, Interval, Study
from ui.kit.formats import MISSING, SPACE, bound, number, plural, signed

SCHOOL_WEEKS_A_YEAR = 36
MORE_SCHOOLS = "Attendre n’y suffirait pas avec ces écoles\u00a0: d’une cantine à l’autre, les écarts sont trop grands."
NOT_YET = "On ne peut pas encore conclure"


@dataclass(frozen=True)
class Words:
    """The words for one measure: its name, its unit, its number of decimals, and the verb phrase on its change."""

    name: str
    with_article: str
    unit: str
    digits: int
    verb_phrase: str


MEASURES = {
    WASTE: Words("Gaspillage", "le gaspillage", "g par repas", 0, "gaspillent {amount} de {sense} par repas{range}"),
    SURPLUS: Words(
        "Repas en trop", "les repas en trop", "repas pour 100 servis", 1,
        "ont, pour 100 repas servis, {amount} en trop de {sense}{range}",
    ),
    SHORTAGE: Words(
        "Repas manquants", "les repas manquants", "repas pour 100 servis", 1,
        "ont, pour 100 repas servis, {amount} manquants de {sense}{range}",
    ),
}  # fmt: skip
AMOUNT_UNITS = {WASTE: "g", SURPLUS: "repas", SHORTAGE: "repas"}
# The comité decides on the first measure. Shortage is always shown too.
ORDER = (WASTE, SURPLUS, SHORTAGE)
REASONS = {
    NO_FIGURES: "aucun chiffre connu dans les écoles en test",
    FEW_PILOTS: "il faut deux écoles en test au moins, avec 10 jours connus avant la préparation et 10 pendant le test",
    NO_COMPARISON: "pas assez de cantines de comparaison connues aux mêmes jours, avant et après",
}
METHOD = (
    "Avant\u00a0: l’année qui finit quand commence la préparation de l’école. Après\u00a0: depuis le premier jour de "
    "l’étape «\u00a0test\u00a0», un an au plus. Entre les deux, on installe et on forme\u00a0: ces semaines ne "
    "comptent pas.",
    "Chaque cantine du pilote est comparée aux 10 cantines hors pilote du même type (maternelle, élémentaire, ou "
    "les deux) les plus proches par le nombre de repas par jour, d’après l’année d’avant seulement, et sur les jours "
    "connus des deux côtés. Les repas en trop n’entrent pas dans ce choix\u00a0: des cantines choisies parce qu’elles "
    "gaspillaient beaucoup, ou peu, reviendraient d’elles-mêmes vers la moyenne.",
    "Les jours exceptionnels (grèves, fermetures, fautes de frappe évidentes\u00a0: voir le guide) ne comptent pas.",
    "Effet\u00a0: ce que les cantines du pilote ont changé d’avant à après, moins ce que leurs cantines de comparaison "
    "ont changé aux mêmes jours. Chaque cantine du pilote compte autant.",
    "Fourchette à 95\u00a0%\u00a0: on tire au sort 1\u202f999 fois d’autres cantines à la place de celles du pilote, "
    "et on refait le calcul. La fourchette garde tous les effets que ces tirages ne permettent pas d’écarter. Essayée "
    "sur l’ancien journal de la Ville sans aucun pilote, la méthode ne se trompe que dans 5\u00a0% des cas environ.",
    "Repas en trop\u00a0: prévus et non servis, pour 100 servis. Repas manquants\u00a0: servis en plus du prévu. "
    "Gaspillage\u00a0: pesée brute (parties comestibles et non comestibles), les jours où la préparation, le non servi "
    "et les restes ont tous trois été pesés.",
)


def sentence(study: Study, measure: str) -> str:
    """Say in one sentence how the pilot changed a measure, or that it is too early to conclude, and what is missing."""
    words = MEASURES[measure]
    if measure not in study.effects:
        return f"{words.name}{SPACE}: {NOT_YET.lower()} ({REASONS[study.unknown_reasons[measure]]})."
    effect = study.effects[measure]
    if effect.change.conclusive:
        caveat = reservation(effect)
        claim = f"{_schools(study, measure)} {_changed(measure, effect.change)} que sans le pilote"
        return f"{claim}, sous réserve{SPACE}: {caveat}." if caveat else f"{claim}."
    gap = f"{signed(effect.change.value, words.digits)}{SPACE}{words.unit}"
    gap = f"écart de {gap} ({between(measure, effect.change)})"
    return f"{NOT_YET} pour {words.with_article}{SPACE}: {gap}. {waiting(effect)}"


def reservation(effect: Effect) -> str | None:
    """Say why an effect needs care: the trends were not parallel before the pilot, or could not be checked."""
    if effect.trend is None or not effect.trend.finite:
        return "l’évolution d’avant le pilote n’a pas pu être vérifiée"
    return "l’écart bougeait déjà avant le pilote" if effect.trend.conclusive else None


def _schools(study: Study, measure: str) -> str:
    count = study.schools_in(measure)
    if count == len(study.sites):
        return f"Les {number(count)} écoles"
    if count < study.begun:
        others = "l’autre n’a" if study.begun - count == 1 else "les autres n’ont"
        tested = f"sur {number(study.begun)} passées par le test{SPACE}; {others} pas assez de jours connus"
        return f"Les {number(count)} écoles jugées ({tested})"
    return f"Les {number(count)} écoles passées par le test (sur {number(len(study.sites))})"


def _changed(measure: str, change: Interval) -> str:
    words = MEASURES[measure]
    ends = sorted(abs(end) for end in (change.lower, change.upper))
    return words.verb_phrase.format(
        amount=f"{_least(abs(change.value), words.digits)}{SPACE}{AMOUNT_UNITS[measure]}",
        sense="moins" if change.value < 0 else "plus",
        range=f" (entre {_least(ends[0], words.digits)} et {_least(ends[1], words.digits)})",
    )


def _least(value: float, digits: int) -> str:
    """Write the end of an interval that is nearest to zero; it never reads zero, which the interval leaves out."""
    return number(value, digits) if round(value, digits) else f"moins de {number(10**-digits, digits)}"


def between(measure: str, change: Interval) -> str:
    """Write an interval with its signs: “entre −3,1 et +0,4”."""
    if not change.finite:
        return "trop peu de cantines pour une fourchette"
    digits = MEASURES[measure].digits
    return f"entre {bound(change.lower, digits)} et {bound(change.upper, digits)}"


def waiting(effect: Effect) -> str:
    """Say how many more weeks would make the effect conclusive, if it stays the same."""
    weeks = effect.more_weeks
    if weeks is None:
        return "Trop peu de cantines ou de jours pour dire combien de temps il faudrait."
    if math.isinf(weeks):
        return MORE_SCHOOLS
    if weeks > SCHOOL_WEEKS_A_YEAR:
        return "Si cet écart se maintient, il faudrait plus d’un an de plus."
    count = plural(max(math.ceil(weeks), 1), "semaine d’école", "semaines d’école")
    return f"Si cet écart se maintient, il faudrait environ {count} de plus."


def trend(study: Study, measure: str) -> str:
    """Check parallel trends: say whether pilots and comparison canteens already moved apart in the year before."""
    words, effect = MEASURES[measure], study.effects[measure]
    if effect.trend is None:
        return f"{words.name}{SPACE}: pas assez de jours connus avant le pilote pour le vérifier."
    if not effect.trend.finite:
        return f"{words.name}{SPACE}: trop peu de cantines pour le vérifier."
    gap = f"{signed(effect.trend.value, words.digits)}{SPACE}{words.unit}, {between(measure, effect.trend)}"
    if effect.trend.conclusive:
        return (
            f"{words.name}{SPACE}: ⚠ non. L’écart avec les cantines de comparaison bougeait déjà avant le pilote "
            f"({gap}, d’une moitié de l’année d’avant à l’autre)\u00a0: lisez l’effet mesuré avec prudence."
        )
    halves = f"écart de {gap}, d’une moitié de l’année d’avant à l’autre"
    return f"{words.name}{SPACE}: ✓ on ne voit pas d’écart ({halves})."


def months(study: Study, measure: str) -> str:
    """Say how the pilots and their comparison canteens moved from before to after."""
    words, effect = MEASURES[measure], study.effects[measure]
    pilots, others = (
        f"de {number(before, words.digits)} à {number(after, words.digits)}"
        for before, after in (
            (effect.pilots_before, effect.pilots_after),
            (effect.others_before, effect.others_after),
        )
    )
    changes = f"{pilots} dans les écoles en test, {others} dans leurs cantines de comparaison"
    return f"{words.name}, en {words.unit}{SPACE}: {changes}."


def value(measure: str, change: Interval) -> str:
    """Write an effect as a figure: “−2,8”."""
    return bound(change.value, MEASURES[measure].digits) if math.isfinite(change.value) else MISSING
