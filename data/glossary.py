"""What each figure and each word of the pages means: the glossary, and “pourquoi ce chiffre ?”, say the same."""

from __future__ import annotations

from dataclasses import dataclass

LOG = "journal des cantines"
WEIGHINGS = "pesées du journal des cantines"
FORECASTS = "journal des cantines, calendrier scolaire, menus, événements, grèves"
SCHOOLS = "fichiers Écoles test et Étapes des écoles test, formulaires de Déploiement"
COUNTS = "fichier Équipement des agents, formulaires d’Équipement"


@dataclass(frozen=True)
class Term:
    """A word of the pages: what it means (the formula in words), the deposits it comes from, how pages label it."""

    name: str
    meaning: str
    source: str = ""
    labels: tuple[str, ...] = ()


TERMS = (
    Term("Service", "Un point de service (maternelle ou élémentaire d’une cantine), un jour.", LOG),
    Term("Journée de cantine", "Une cantine, un jour.", LOG),
    Term("Repas prévus", "Ce que la cantine avait décidé de préparer, avant le service.", LOG),
    Term("Repas servis", "Les repas comptés au service. Par jour : la moyenne des jours complets et ordinaires.", LOG),
    Term(
        "Repas en trop",
        "Repas prévus moins repas servis, service par service, là où il en restait. Ce qui a manqué ailleurs n’en "
        "est pas "
        "retranché. En % : divisé par les repas servis des services où les deux chiffres sont connus.",
        LOG,
    ),
    Term(
        "Repas manquants",
        "Repas servis en plus de ce qui était prévu, service par service. En % : divisé par les repas servis. Ils se "
        "lisent avec les repas en trop : baisser les uns en augmentant les autres n’est pas un progrès.",
        LOG,
    ),
    Term(
        "Services où des repas ont manqué",
        "Services où l’on a servi plus de repas que prévu, divisés par les services où les deux chiffres sont connus.",
        LOG,
    ),
    Term(
        "Jours de manque",
        "Journées de cantine où il aurait fallu plus de repas, sur 100.",
        LOG,
        ("Jours de manque, quantité conseillée",),
    ),
    Term(
        "Surproduction",
        "Le chiffre que publie la Ville, et sur lequel porte son objectif : (repas prévus − repas servis) ÷ repas "
        "servis. "
        "Les repas manquants y viennent en moins des repas en trop.",
        LOG,
    ),
    Term(
        "Jour exceptionnel",
        "Jour où les repas servis s’écartent d’au moins 15 % de ce qu’on attendait, et dont on connaît la cause "
        "(grève, "
        "sortie, fermeture, fête, faute de frappe évidente). Les chiffres le laissent de côté, et disent à côté ce "
        "qu’ils "
        "seraient avec lui.",
        "journal des cantines, événements, grèves",
    ),
    Term(
        "Jour complet",
        "Jour où au moins 9 points de service sur 10 de ceux que l’on connaît d’habitude ont dit leurs repas.",
        LOG,
    ),
    Term(
        "Repas attendus",
        "La prévision : le nombre de repas le plus vraisemblable, d’après ce que la cantine sert d’ordinaire, le "
        "jour de la "
        "semaine, la saison, le calendrier scolaire et les événements déclarés.",
        FORECASTS,
    ),
    Term(
        "Fourchette",
        "Entre … et … : elle vise à contenir les repas servis 4 jours sur 5. Ce qui a été constaté est écrit à côté.",
        FORECASTS,
        ("Fourchette tenue",),
    ),
    Term(
        "Quantité conseillée",
        "Les repas attendus, plus une marge. La marge vise autant de repas manquants qu’aujourd’hui, et au plus 21 "
        "jours de "
        "manque sur 100. Elle tient compte du prévu de la cantine quand il est connu.",
        FORECASTS,
    ),
    Term(
        "Désaccord",
        "Le prévu s’éloigne de la quantité conseillée de plus de la moitié de la fourchette : à vérifier auprès de la "
        "cantine.",
        FORECASTS,
    ),
    Term(
        "Écart moyen",
        "Somme des écarts entre la prévision (ou le prévu) et les repas servis, par cantine et par jour, en trop ou en "
        "moins, divisée par les repas servis.",
        FORECASTS,
        ("Écart de la prévision", "Écart du prévu"),
    ),
    Term("Tendance", "Ce qui reste quand les écarts se compensent : à prévoir trop (+) ou trop peu (−).", FORECASTS),
    Term(
        "Gaspillage par repas",
        "Grammes jetés ÷ repas servis, sur les services où la préparation, le non servi et les restes d’assiette ont "
        "tous "
        "été pesés. Pesée brute : os et épluchures compris.",
        WEIGHINGS,
    ),
    Term(
        "Coût estimé",
        "Grammes par repas des cantines qui pèsent, étendus à tous les repas servis, multipliés par le coût d’un kilo "
        "(Réglages). Sa fourchette, à 95 %, vient des écarts entre cantines.",
        WEIGHINGS,
    ),
    Term(
        "CO₂e estimé",
        "Les mêmes kilos, multipliés par les émissions d’un kilo jeté (Réglages).",
        WEIGHINGS,
    ),
    Term(
        "Écoles équipées",
        "Écoles test dont l’installation est finie. Sur Généralisation : dont la dernière étape choisie est finie.",
        SCHOOLS,
    ),
    Term("Écoles raccordées", "Écoles test dont le raccordement au réseau filaire est fait.", SCHOOLS),
    Term("Raccordements bloqués", "Écoles test dont le raccordement est noté bloqué, avec sa raison.", SCHOOLS),
    Term(
        "Écoles en retard",
        "Écoles dont l’étape en cours a perdu des jours sur son plan : à son départ, ou depuis sa fin prévue.",
        SCHOOLS,
    ),
    Term(
        "Toutes équipées",
        "Le mois où la dernière école finirait, au milieu de mille suites possibles du programme ; entre … et … : "
        "huit de "
        "ces suites sur dix.",
        "étapes finies et en cours des écoles test, hypothèses de la page",
        ("Sans école nouvelle",),
    ),
    Term(
        "Écoles par an",
        "Écoles qui finiraient chaque année d’ici là, dans ces mêmes suites.",
        "étapes finies et en cours des écoles test, hypothèses de la page",
    ),
    Term("Agents", "Agents des écoles test, comptés par école et par mois, jamais nommés, arrondis à 5 près.", COUNTS),
    Term("Identité créée", "Agents qui ont une identité numérique, divisés par les agents des mêmes écoles.", COUNTS),
    Term("Identité activée", "Agents qui se sont servis une première fois de leur identité.", COUNTS),
    Term("Actifs (30\u00a0j)", "Agents qui se sont connectés dans les 30 derniers jours du mois.", COUNTS),
    Term("Formés", "Agents qui ont suivi la formation.", COUNTS),
    Term("Messagerie", "Agents qui ont une adresse de messagerie, divisés par ceux qui ont une identité.", COUNTS),
    Term("Satisfaction", "Note moyenne de toutes les écoles ensemble, dès que 5 réponses sont sûres.", COUNTS),
    Term(
        "Effet du pilote",
        "Ce que les cantines des écoles test ont changé d’avant à après, moins ce que dix cantines semblables ont "
        "changé aux "
        "mêmes jours. Sa fourchette, à 95 %, contient les effets que le hasard ne permet pas d’écarter : si elle "
        "contient "
        "zéro, on ne peut pas conclure.",
        "journal des cantines, étapes des écoles test",
        ("Gaspillage, effet", "Repas en trop, effet", "Repas manquants, effet"),
    ),
    Term(
        "Écoles comptées",
        "Écoles passées par le test qui ont assez de jours connus avant et après.",
        "journal des cantines, étapes des écoles test",
    ),
    Term(
        "Cantines semblables",
        "Mêmes niveaux, et de la moitié au double de vos repas ; cinq au moins, jamais nommées.",
        LOG,
    ),
    Term(
        "Point de service à rattacher",
        "Nom du journal qui n’est encore relié à aucune cantine : compté dans la ville, dans aucune cantine.",
        "journal des cantines, rattachements",
    ),
    Term(
        "Météo",
        "L’état du programme ou d’une école, en mots, choisi par la mission numérique avec sa raison.",
        SCHOOLS,
    ),
)
_BY_LABEL = {label: term for term in TERMS for label in (term.name, *term.labels)}


def term_of(label: str) -> Term | None:
    """Return the term of a label of a page; what a label adds between brackets says its unit."""
    return _BY_LABEL.get(label.partition(" (")[0]) or _BY_LABEL.get(label)
