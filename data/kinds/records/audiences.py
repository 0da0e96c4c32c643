"""Whom a menu or a canteen serves: the lines of other audiences than the schools are set aside."""

from __future__ import annotations

SCHOOLS = (
    "ecole|scolaire|maternel|elementaire|primaire|eleve|(centre|accueil)s? de loisirs|section|"
    "\\b(cp|ce1|ce2|cm1|cm2|ulis|alsh)\\b"
)
PLACES_OF_OTHERS = (
    "creche|garderie|multi.?accueil|petite enfance|ehpad|college|lycee|universit|crous|hopita|hospital|clinique|"
    "residence (senior|autonomie)|personnes agees|maison de retraite|(repas|portage) a domicile|"
    "restaurant (administratif|d.entreprise|inter.?entreprise|municipal|du personnel)"
)
OTHERS = (
    f"{PLACES_OF_OTHERS}|bebe|nourrisson|senior|retraite|residen|foyer|domicile|adulte|\\bagents?\\b|personnel|salarie|"
    "enseignant|administrati|entreprise|etudiant|collegien|lyceen|centre de formation|apprenti|malade|patient"
)


def _parts(value: str) -> str:
    return f"regexp_split_to_array(lower(strip_accents({value})), '[;,/+|]')"


def _names(value: str, words: str, no_words: str = "") -> str:
    """Return the SQL that tells whether a part of a list has one of these words, and none of the others."""
    excluded = f" AND NOT regexp_matches(part, '{no_words}')" if no_words else ""
    matching = f"list_filter({_parts(value)}, lambda part: regexp_matches(part, '{words}'){excluded})"
    return f"coalesce(len({matching}) > 0, FALSE)"


def names_schools(value: str) -> str:
    """Return the SQL that tells whether a list of audiences or of places names a school, alone or beside others."""
    return _names(value, SCHOOLS, OTHERS)


def names_others(value: str) -> str:
    """Return the SQL that tells whether a list of audiences or of places names others than schools."""
    return _names(value, OTHERS)


def for_schools(audience: str, place: str = "NULL", name: str = "NULL") -> str:
    """Return the SQL that tells whether a line is for schools: by its audience, or else its place, or else its name.

    A line that names nobody is for schools.
    """
    cases = [(names_schools(column), names_others(column)) for column in (audience, place) if column != "NULL"]
    if name != "NULL":
        cases.append((_names(name, SCHOOLS), _names(name, PLACES_OF_OTHERS)))
    return f"CASE {' '.join(f'WHEN {ours} THEN TRUE WHEN {others} THEN FALSE' for ours, others in cases)} ELSE TRUE END"
