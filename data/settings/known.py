"""Every setting: its title, what it accepts, the value it has until somebody changes it, and the source of that."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["number", "integer", "text", "folder", "image", "choice"]
LONGEST = 120
LONGEST_SOURCE, LONGEST_FOLDER = 300, 1_000


class SettingRefused(Exception):
    """A value that a setting does not accept; the message is in French."""


@dataclass(frozen=True)
class Setting:
    """One setting; `source` is that of its default value, for a value that must have one, `zero` what 0 means.

    `choices` are the values of a choice, each with its words.
    """

    key: str
    group: str
    title: str
    kind: Kind
    default: Any = None
    unit: str = ""
    source: str = ""
    least: float = 0.0
    most: float = 1_000.0
    help: str = ""
    pattern: str = ""
    zero: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)

    @property
    def sourced(self) -> bool:
        """Tell whether a value of this setting comes with its source."""
        return bool(self.source)


CITY, REFERENCES, GOALS, ANNOUNCEMENTS, PRODUCTION, BACKUPS, TRAIL = (
    "La Ville",
    "Valeurs de référence",
    "Objectifs",
    "Annonces",
    "Production",
    "Sauvegardes",
    "Journal des actions",
)
ALL = (
    Setting(
        "city_name", CITY, "Nom de la Ville", "text", "Ville de Nantes",
        help="Affiché sous le menu, et écrit dans les menus publiés.",
    ),
    Setting("city_logo", CITY, "Logo de la Ville", "image", help="PNG ou JPEG, 1 Mo au plus. Affiché sous le menu."),
    Setting(
        "city_siret", CITY, "SIRET de la Ville", "text", "21440109300015", pattern=r"\d{14}",
        help="14 chiffres, sans espace. Écrit dans les menus publiés.",
    ),
    Setting(
        "kitchen_name", CITY, "Nom de la cuisine centrale", "text", "Cuisine centrale de la Ville de Nantes",
        help="Écrit dans les menus publiés.",
    ),
    Setting(
        "waste_reference_g", REFERENCES, "Gaspillage de référence", "number", 100.0, "g/repas",
        "ADEME 2024, réf. 012619 : gaspillage en milieu scolaire", least=1,
    ),
    Setting(
        "full_cost_eur_per_kg", REFERENCES, "Coût complet d’un kilogramme jeté", "number", 6.0, "€/kg",
        "ADEME 2016 : 0,68 € de coût complet pour 113 g jetés par repas",
    ),
    Setting(
        "purchase_cost_eur_per_kg", REFERENCES, "Coût d’achat d’un kilogramme jeté", "number", 2.4, "€/kg",
        "ADEME 2016 : 0,27 € d’achats pour 113 g jetés par repas",
    ),
    Setting(
        "co2e_kg_per_kg", REFERENCES, "CO₂e d’un kilogramme jeté", "number", 4.0, "kg CO₂e/kg",
        "ADEME 2016 : 452 g CO₂e pour 113 g jetés par repas",
    ),
    Setting(
        "meal_cost_eur", REFERENCES, "Coût d’un repas préparé en trop", "number", 2.0, "€",
        "Chiffre rond, denrées seules, sans source",
        help="Proposé dans «\u00a0Jour par jour\u00a0» (cuisine), où chacun peut en essayer un autre.",
    ),
    Setting(
        "surplus_target_pct", GOALS, "Surproduction à ne pas dépasser", "number", 6.5, "%",
        "Résultat publié de l’expérimentation nantaise (2020) : 9,6 % → 6,5 %", most=100,
    ),
    Setting(
        "schools_target", GOALS, "Écoles test à équiper", "integer", 12, "écoles", "Programme : 12 écoles test",
        least=1,
    ),
    Setting(
        "announcement_days", ANNOUNCEMENTS, "Annoncer un changement au plus tard", "integer", 2,
        "jours de service avant", most=30, zero="le jour même",
        help="Après, la cantine lit «\u00a0trop tard\u00a0» avant d’envoyer, et la cuisine voit quand même l’annonce.",
    ),
    Setting(
        "announcement_hour", ANNOUNCEMENTS, "Annoncer un changement\u00a0: dernière heure", "integer", 10, "h", most=23,
        help="Heure de Paris, le dernier jour possible.",
    ),
    Setting(
        "nursery_portion", PRODUCTION, "Portion de maternelle", "number", 0.75, "portion d’élémentaire",
        least=0.1, most=1,
        help="Ce que pèse une portion de maternelle, à côté d’une portion d’élémentaire. 0,75\u00a0: trois quarts.",
    ),
    Setting(
        "container_portions", PRODUCTION, "Contenance d’un bac (GN\u00a01/1)", "integer", 25, "portions d’élémentaire",
        least=1, most=500, help="Les bacs de chaque cantine sont arrondis au-dessus.",
    ),
    Setting(
        "surplus_threshold", PRODUCTION, "Repas restés à partir desquels proposer un usage", "integer", 15, "repas",
        least=1, most=1_000, help="La cantine lit alors ce qu’elle peut faire des repas qui restent.",
    ),
    Setting(
        "surplus_reuse", PRODUCTION, "Réemploi dans la cantine, au plus tard", "integer", 1, "jours après", most=3,
        zero="non autorisé", help="Selon votre plan de maîtrise sanitaire. 0\u00a0: non autorisé.",
    ),
    Setting(
        "surplus_associations", PRODUCTION, "Associations habilitées à recevoir des dons", "text",
        help="Séparées par des points-virgules. Vide\u00a0: aucune. Au-delà de 3\u202f000 repas préparés par jour, "
        "la loi demande de proposer une convention de don à une association habilitée.",
    ),
    Setting(
        "shared_reserve", PRODUCTION, "Réserve partagée entre cantines", "choice", "alone",
        choices={
            "alone": "aucune",
            "pairs": "par école (maternelle et élémentaire)",
            "sectors": "par secteur",
            "city": "une pour la Ville",
        },
        help="Décision du comité. Chaque cantine prépare moins, et une réserve complète celles qui manquent\u00a0: les "
        "quantités de Production suivent. Le transport et le froid sont à organiser avant.",
    ),
    Setting(
        "backup_hour", BACKUPS, "Heure de la sauvegarde de chaque jour", "integer", 3, "h", most=23,
        help="Heure de Paris. Si l’application est arrêtée à cette heure, elle sauvegarde au démarrage suivant.",
    ),
    Setting(
        "backup_folder", BACKUPS, "Dossier des sauvegardes", "folder",
        help="Chemin complet sur le serveur, de préférence un autre disque. Vide\u00a0: à côté de la base.",
    ),
    Setting(
        "backup_days", BACKUPS, "Sauvegardes gardées\u00a0: une par jour", "integer", 7, "jours", least=1, most=366,
    ),
    Setting(
        "backup_weeks", BACKUPS, "Sauvegardes gardées\u00a0: une par semaine", "integer", 4, "semaines", most=520,
    ),
    Setting(
        "trail_months", TRAIL, "Durée de conservation du journal", "integer", 0, "mois", most=240, zero="sans limite",
        help="0\u00a0: sans limite. Les lignes plus anciennes sont effacées chaque jour, une fois sauvegardées.",
    ),
)  # fmt: skip
SETTINGS = {setting.key: setting for setting in ALL}


def accepted(setting: Setting, value: object) -> Any:  # noqa: ANN401
    """Return a value as it is kept; raises SettingRefused. A text keeps no invisible character; None is the default."""
    if value is None:
        return None
    if setting.kind in ("number", "integer"):
        return _number(setting, value)
    text = plain(value)
    if setting.kind == "choice":
        if text not in setting.choices:
            raise SettingRefused(f"{setting.title}\u00a0: choisissez une valeur de la liste.")
        return text
    if setting.kind == "folder":
        return text or None
    if not 2 <= len(text) <= LONGEST:
        raise SettingRefused(f"{setting.title}\u00a0: écrivez de 2 à {LONGEST} caractères.")
    if setting.pattern and not re.fullmatch(setting.pattern, text):
        raise SettingRefused(f"{setting.title}\u00a0: {setting.help}")
    return text


def plain(text: object) -> str:
    """Return a text on one line, without invisible characters."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in str(text)).split())


def _number(setting: Setting, value: object) -> float:
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    whole = setting.kind == "integer"
    if not setting.least <= number <= setting.most or (whole and number != int(number)):
        unit = f" {setting.unit}" if setting.unit else ""
        kind = "un nombre entier" if whole else "un nombre"
        raise SettingRefused(
            f"{setting.title}\u00a0: écrivez {kind} de {written(setting.least)} à {written(setting.most)}{unit}."
        )
    return int(number) if whole else float(number)


def accepted_source(setting: Setting, source: str) -> str:
    """Return a source as it is kept; raises SettingRefused when there is none."""
    text = plain(source)
    if not 3 <= len(text) <= LONGEST_SOURCE:
        raise SettingRefused(
            f"{setting.title}\u00a0: dites d’où vient cette valeur (étude, délibération, facture…), "
            f"en 3 à {LONGEST_SOURCE} caractères."
        )
    return text


def written(number: float) -> str:
    """Write a number with a decimal comma."""
    return f"{number:g}".replace(".", ",")
