"""The menus, in the city's own format and in the national standard SCDL menus-collectifs 1.2.3.

Both give the same rows: position in the meal, course, dish, and lists (labels, diets, allergens), each as one sorted
text.
"""

# ruff: noqa: S608 — assembled from our own constants.
from __future__ import annotations

from data.kinds.records.audiences import for_schools
from data.kinds.records.base import Check, RecordTable, choose, record_table

# The city's rank in the meal → course.
COURSES = {0: "potage", 1: "entrée", 2: "plat", 3: "garniture", 5: "fromage", 6: "dessert", 8: "dépannage"}

# The standard's type of dish → our course and its position in the meal; any other type keeps its name, at position 9.
SCDL_COURSES = {
    "entrée": "entrée",
    "plat principal": "plat",
    "garniture": "garniture",
    "produit laitier": "fromage",
    "dessert": "dessert",
    "pain": "pain",
}
SCDL_POSITIONS = {"entrée": 1, "plat principal": 2, "garniture": 3, "produit laitier": 5, "dessert": 6, "pain": 7}
SCDL_TYPES = {course: type_ for type_, course in SCDL_COURSES.items()} | {"potage": "entrée"}
LAST_POSITION = 9

SIQO = (
    "agriculture biologique",
    "appellation d'origine contrôlée",
    "appellation d'origine protégée",
    "indication géographique protégée",
    "label rouge",
    "spécialité traditionnelle garantie",
)
OUTER_SPACES = r"^[\s\pZ\x0b\x1c-\x1f\x85]+|[\s\pZ\x0b\x1c-\x1f\x85]+$"
NOTHING = ("", "NA", "N/A", "NR", "ND", "NULL", "-", "—")


def list_of(cell: str) -> str:
    """Return the SQL that reads a list in a cell (JSON, or values separated by “;”) as one sorted text, or NULL."""
    loose = f"replace(regexp_replace({cell}, '[\\[\\]\"'']', '', 'g'), ',', ';')"
    joined = f"""CASE WHEN {cell} NOT LIKE '[%' THEN {cell}
        WHEN json_valid({cell}) THEN array_to_string(from_json({cell}, '["VARCHAR"]'), ';') ELSE {loose} END"""
    plain = f"regexp_replace(regexp_replace(part, '[\\[\\]]', '', 'g'), '{OUTER_SPACES}', '', 'g')"
    parts = f"list_transform(string_split({joined}, ';'), lambda part: {plain})"
    nothing = ", ".join(f"'{mark}'" for mark in NOTHING)
    kept = f"list_filter({parts}, lambda part: upper(part) NOT IN ({nothing}))"
    return f"nullif(array_to_string(list_sort(list_distinct({kept})), ';'), '')"


def _union(first: str, second: str) -> str:
    """Return the SQL that joins two such texts into one."""
    both = f"string_split(concat_ws(';', {first}, {second}), ';')"
    return f"nullif(array_to_string(list_sort(list_distinct({both})), ';'), '')"


def _json(values: str) -> str:
    """Return the SQL that writes a list as the standard does: JSON in the cell, NULL when the list is empty."""
    return f"CASE WHEN len({values}) > 0 THEN to_json({values})::VARCHAR END"


def _note(name: str, form: str) -> str:
    """Return the SQL of the value after `name=` in the column of precisions, NULL when none has this form."""
    return f"nullif(regexp_extract(menuPlatPrecision, '(?:^|;)\\s*{name}=({form})(?:;|$)', 1), '')"


KEY = ("date", "position", "dish")
VALUES = ("course", "labels", "diets", "allergens")

FOR_SCHOOLS = for_schools("convives")
FOR_SCHOOLS_SCDL = for_schools("menuRestaurantConvive", "menuRestaurantType", "menuRestaurantNom")
_OTHER_AUDIENCE = "'menu d’un autre public que les écoles («\u00a0' || {} || '\u00a0»)\u00a0: ligne mise de côté'"

MENUS = record_table(
    "menu_rows",
    "menus",
    KEY,
    {
        "date": "date",
        "position": "position",
        "plat": "dish",
        "type_plat": "course",
        "labels": "labels",
        "regimes": "diets",
        "allergenes": "allergens",
    },
    reads={
        "position": "coalesce(rang, position, 0)",
        "course": f"coalesce(replace(type_plat, ';', ','), {choose('rang', COURSES)})",
        "labels": list_of("labels"),
        "diets": list_of("regimes"),
        "allergens": list_of("allergenes"),
    },
    gives={"rang": f"CASE WHEN course = {choose('position', COURSES)} THEN position END"},
    order="date, position, plat",
    checks=(Check("convives", f"NOT ({FOR_SCHOOLS})", _OTHER_AUDIENCE.format("convives")),),
    carries="plat IS NOT NULL",
    ours=FOR_SCHOOLS,
)

_TYPE = "lower(menuPlatType)"
_SIQO_LIST = ", ".join("'" + name.replace("'", "''") + "'" for name in SIQO)

MENUS_SCDL = RecordTable(
    table="menu_rows",
    view="menus",
    columns={
        "menuDate": "date",
        "menuPlatNom": "dish",
        "menuPlatType": "course",
        "menuPlatLabel": "labels",
        "menuPlatRegime": "diets",
        "menuPlatAllergene": "allergens",
    },
    key=KEY,
    values=VALUES,
    projection=f"""
        menuDate AS date,
        coalesce({_note("rang", "[0-9]{1,2}")}::INTEGER, {choose(_TYPE, SCDL_POSITIONS)}, {LAST_POSITION})
            AS position,
        coalesce({_note("type", "[^;]+")}, {choose(_TYPE, SCDL_COURSES)}, nullif(replace({_TYPE}, ';', ','), 'autre'))
            AS course,
        menuPlatNom AS dish,
        {_union(list_of("menuPlatSiqo"), list_of("menuPlatLabel"))} AS labels,
        {list_of("menuPlatRegime")} AS diets, {list_of("menuPlatAllergene")} AS allergens
    """,
    given_back=f"""
        WITH published AS (
            SELECT date, max(deposited_at) AS published_at
            FROM menu_rows JOIN deposits USING (deposit_id) WHERE active GROUP BY date
        ), issuer AS (
            SELECT CASE WHEN demo THEN 'Ville fictive (démonstration)' ELSE name END AS name,
                CASE WHEN demo THEN '00000000000000' ELSE siret END AS siret,
                CASE WHEN demo THEN 'Cuisine centrale fictive' ELSE kitchen END AS kitchen
            FROM publisher, store_state
        ), dishes AS (
            SELECT menus.*, published_at, coalesce({choose("course", SCDL_TYPES)}, 'autre') AS type,
                list_filter(string_split(labels, ';'), lambda part: part IN ({_SIQO_LIST})) AS siqo,
                list_filter(string_split(labels, ';'), lambda part: part NOT IN ({_SIQO_LIST})) AS other_labels
            FROM menus JOIN published USING (date)
        )
        SELECT issuer.name AS menuCollNom, issuer.siret AS menuCollSiret, issuer.kitchen AS menuEtablissementNom,
            'Restaurants scolaires' AS menuRestaurantNom, 'sans' AS menuRestaurantIdType,
            'autre' AS menuRestaurantType, 'tous' AS menuRestaurantConvive, date AS menuDate,
            'déjeuner' AS menuRepasType, type AS menuPlatType, dish AS menuPlatNom,
            {_json("siqo")} AS menuPlatSiqo, nullif(array_to_string(other_labels, ';'), '') AS menuPlatLabel,
            nullif(concat_ws(';',
                CASE WHEN course IS DISTINCT FROM {choose("type", SCDL_COURSES)} THEN 'type=' || course END,
                CASE WHEN position <> coalesce({choose("type", SCDL_POSITIONS)}, {LAST_POSITION})
                    THEN 'rang=' || position END
            ), '') AS menuPlatPrecision,
            {_json("string_split(diets, ';')")} AS menuPlatRegime,
            {_json("string_split(allergens, ';')")} AS menuPlatAllergene,
            strftime(published_at, '%Y-%m-%dT%H:%M:%SZ') AS menuPublicationDate
        FROM dishes, issuer
        ORDER BY date, position, dish
    """,
    carries="menuPlatNom IS NOT NULL"
    " AND coalesce(strip_accents(lower(menuRepasType)), 'dejeuner') IN ('dejeuner', 'pique-nique')"
    f" AND {FOR_SCHOOLS_SCDL}",
    ours=FOR_SCHOOLS_SCDL,
    checks=(
        Check(
            "menuRestaurantConvive",
            f"NOT ({FOR_SCHOOLS_SCDL})",
            _OTHER_AUDIENCE.format("concat_ws(', ', menuRestaurantType, menuRestaurantConvive, menuRestaurantNom)"),
        ),
        Check(
            "menuRepasType",
            "strip_accents(lower(menuRepasType)) NOT IN ('dejeuner', 'pique-nique')",
            "'repas « ' || menuRepasType || ' »\u00a0: seuls le déjeuner et le pique-nique sont repris'",
        ),
    ),
)
