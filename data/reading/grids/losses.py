"""The words of a grid: what its rows measure, and of which canteen."""

from __future__ import annotations

import re
from collections.abc import Iterable

from data.kinds import normalise
from data.reading.header import fields_named

# What a single weighing measures: no place of its own.
EVERYTHING, BREAD = "dechets", "pain"
WEIGHTS = ("preparation_kg", "non_servi_kg", "restes_assiette_kg")
MEALS = ("prevision", "reel")
MEASURES = (*MEALS, *WEIGHTS, "commentaire")
# In this order: “non servi” is not “servi”.
WORDS = {
    "non_servi_kg": r"non_(servi|distribue|consomme)|excedent|surproduction|surplus",
    "restes_assiette_kg": r"(^|_)(restes?|retours?|assiettes?|plateaux?)(_|$)",
    BREAD: r"(^|_)pains?(_|$)",
    EVERYTHING: r"dechets?_alimentaires?|biodechets?|gaspillage|pesee_unique|(total|poids)_.*dechets?|^dechets?(_|$)",
    "prevision": r"(prevu|prevision|previsionnel|commande|prepare|attendu|inscrit)s?(_|$)",
    "preparation_kg": r"preparation|epluchure",
    "reel": r"(servi|convive|couvert|rationnaire|present|consomme)s?(_|$)|^repas$",
}
COURSES = frozenset(
    (
        *("entree", "hors_d_oeuvre", "crudite", "potage", "plat", "plat_principal", "viande", "poisson"),
        *("viande_poisson", "garniture", "accompagnement", "legume", "feculent", "legume_feculent", "fromage"),
        *("laitage", "produit_laitier", "dessert", "fruit", "gouter", "boisson", "pain", "vegetarien"),
    )
)
PLACE = r"(nom_)?(de_)?(l_|la_|le_|du_)?(etablissement|ecole|cantine|restaurant|site|point_de_service)(_scolaire)?"
NAMED = re.compile(r"^\s*(?:nom (?:de |du )?)?(?:l['’]|la |le )?(?:établissement|etablissement|école|ecole|cantine|"
                   r"restaurant|site)(?: scolaire)?\s*[:=]\s*(.+)$", re.IGNORECASE)  # fmt: skip
LEVEL = re.compile(r"(?:^|_)niveau_(\d)")


def measure_of(text: str) -> str | None:
    """Return what a row or a column measures: a column of the log, or what a single weighing weighs."""
    word = normalise(text)
    if not word or len(word) > 120:
        return None
    known = [name for name in fields_named("log", word) if name in MEASURES]
    return known[0] if known else next((name for name, words in WORDS.items() if re.search(words, word)), None)


def course_of(text: str) -> bool:
    """Tell whether a text names a part of a meal."""
    word = normalise(text)
    return word in COURSES or word.rstrip("s") in COURSES or word.replace("s_", "_").rstrip("s") in COURSES


def canteen_named(rows: Iterable[list[str]], titles: list[str]) -> str | None:
    """Return the canteen that the cells around a grid name: “Nom de l’établissement”, then its name.

    In the row of the titles, such a word is the title of a column.
    """
    for cells in rows:
        for place, text in enumerate(cells):
            if written := NAMED.match(text):
                return written[1].strip()
            if cells is not titles and re.fullmatch(PLACE, normalise(text)):
                names = [cell.strip() for cell in cells[place + 1 :] if cell.strip()]
                return names[0] if names else None
    return None


def level_of(labels: Iterable[str]) -> int | None:
    """Return the level of weighing that a label of the ADEME grid names."""
    levels = [int(level[1]) for label in labels if (level := LEVEL.search(normalise(label)))]
    return levels[0] if levels else None
