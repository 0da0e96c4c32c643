"""The agents' equipment: devices, counts of agents, workshops, requests for help. No person is ever named."""

# ruff: noqa: S608 — assembled from our own constants.
from __future__ import annotations

from data.kinds.records.base import Check, editable
from data.kinds.records.names import plain
from data.kinds.records.programme_checks import (
    KNOWN_SCHOOL,
    NOT_A_TEST_SCHOOL,
    day,
    happened,
    in_order,
    known_by_another_spelling,
    not_over,
    together,
)

DEVICES = editable(
    "device_rows",
    "devices",
    {"identifiant": "device"},
    {
        "ecole": "school",
        "type_materiel": "kind",
        "partage": "sharing",
        "etat": "state",
        "installe_le": "installed_on",
    },
    (
        KNOWN_SCHOOL,
        NOT_A_TEST_SCHOOL,
        known_by_another_spelling("identifiant", "device", "devices"),
        happened("installe_le"),
        Check(
            "installe_le",
            "now.state = 'en service' AND now.installed_on IS NULL",
            "'en service sans date : son âge reste inconnu'",
        ),
        together("ecole", "device", "school", "matériel sans école : indiquez l’école où il se trouve"),
    ),
    order="device",
)

# A trade that was never counted may be new or misspelt: people are asked to check it, once any trade is known.
TRADES = "(SELECT DISTINCT trade FROM equipment_counts)"
KNOWN_TRADES = f"(SELECT array_to_string(list(trade ORDER BY trade COLLATE FR)[:8], ', ') FROM {TRADES})"
PLAIN_TRADE = plain("file_lines.metier")
CLOSEST_TRADE = f"(SELECT arg_max(trade, jaro_winkler_similarity({plain('trade')}, {PLAIN_TRADE})) FROM {TRADES})"
NEW_TRADE = f"""CASE
    WHEN {plain(CLOSEST_TRADE)} = {PLAIN_TRADE}
        THEN 'métier déjà compté sous le nom « ' || {CLOSEST_TRADE} || ' » : écrivez-le de la même façon'
    ELSE 'métier jamais compté : « ' || metier || ' » ; ' || CASE (SELECT count(*) FROM {TRADES})
        WHEN 1 THEN 'le seul connu est « '
        ELSE 'le plus proche de ceux connus (' || {KNOWN_TRADES} || ') est « '
    END || {CLOSEST_TRADE} || ' » : vérifiez son nom'
END"""

# Each count is a part of the counts listed here, the closest one first.
AGENTS = {"agents": "d’agents"}
CREATED = {"identities_created": "d’identités créées", **AGENTS}
ACTIVATED = {"identities_activated": "d’identités activées", **CREATED}

LAST_AGENTS = """coalesce(now.before.agents, (
    SELECT arg_max(counted.agents, counted.month) FROM equipment_counts AS counted
    WHERE counted.school = file_lines.ecole AND counted.trade = file_lines.metier
        AND counted.month < file_lines.mois
))"""
# The largest total of any month: a month may be filled in trade by trade, and the workshop may be in another month.
AGENTS_OF_SCHOOL = """(
    SELECT max(agents)
    FROM (SELECT school, month, sum(agents) AS agents FROM equipment_counts GROUP BY school, month) AS counted
    WHERE counted.school = file_lines.ecole
)"""


def _number(value: str) -> str:
    """Return the SQL that writes a count as people read it."""
    return f"replace(format('{{:,}}', {value}), ',', '\u202f')"


EQUIPMENT = editable(
    "equipment_rows",
    "equipment_counts",
    {"ecole": "school", "metier": "trade", "mois": "month"},
    {
        "agents": "agents",
        "identites_creees": "identities_created",
        "identites_activees": "identities_activated",
        "adresses_mel": "mail_addresses",
        "actifs_30_jours": "active_30_days",
        "formes": "trained",
        "satisfaction": "satisfaction",
        "reponses": "answers",
    },
    (
        KNOWN_SCHOOL,
        NOT_A_TEST_SCHOOL,
        Check("metier", f"metier NOT IN {TRADES} AND EXISTS (FROM {TRADES})", NEW_TRADE),
        Check("mois", "day(mois) <> 1", "'un mois s’écrit par son premier jour : 01/' || strftime(mois, '%m/%Y')",
              blocking=True),
        Check("mois", "mois > current_date", "'le mois ' || strftime(mois, '%m/%Y') || ' est à venir'", blocking=True),
        not_over("identites_creees", "identities_created", "identités créées", AGENTS),
        not_over("identites_activees", "identities_activated", "identités activées", CREATED),
        not_over("adresses_mel", "mail_addresses", "adresses", AGENTS),
        not_over("actifs_30_jours", "active_30_days", "agents actifs", ACTIVATED),
        not_over("formes", "trained", "agents formés", AGENTS),
        not_over("reponses", "answers", "réponses", AGENTS),
        Check("adresses_mel",
              "now.mail_addresses > now.identities_created AND (now.mail_addresses, now.identities_created)"
              " IS DISTINCT FROM (now.before.mail_addresses, now.before.identities_created)",
              "now.mail_addresses || ' adresses pour un nombre d’identités créées de ' || now.identities_created"
              " || ' : vérifiez'"),
        Check("satisfaction", "now.satisfaction IS NOT NULL AND coalesce(now.answers, 0) = 0",
              "'note sans réponses : indiquez combien d’agents ont répondu'", blocking=True),
        Check("agents", "now.agents IS NULL",
              "'sans nombre d’agents, aucun autre chiffre de cette école ne sera montré pour ce mois'"),
        Check("agents",
              f"abs(agents - {LAST_AGENTS}) >= 10 AND (agents >= 2 * {LAST_AGENTS} OR 2 * agents <= {LAST_AGENTS})",
              f"{_number(LAST_AGENTS)} || ' → ' || {_number('agents')} || CASE WHEN agents > 1 THEN ' agents'"
              " ELSE ' agent' END || ' : vérifiez ce nombre'"),
        Check("agents", "agents = 0", "'aucun agent : une case vide veut dire non renseigné'"),
    ),
    order="school, trade, month",
)  # fmt: skip

WORKSHOPS = editable(
    "workshop_rows",
    "workshops",
    {"date": "date", "ecole": "school", "atelier": "title"},
    {"places_prevues": "seats_planned", "presents": "seats_attended"},
    (
        KNOWN_SCHOOL,
        Check("presents", "presents IS NOT NULL AND date > current_date",
              "'l’atelier du ' || " + day("date") + " || ' est à venir : comptez les présents après'", blocking=True),
        Check("presents", "now.seats_attended > now.seats_planned",
              "now.seats_attended || ' présents pour ' || now.seats_planned || ' places prévues'"),
        Check("presents", f"presents > {AGENTS_OF_SCHOOL} AND coalesce(presents <= now.seats_planned, TRUE)"
              " AND presents IS DISTINCT FROM now.before.seats_attended",
              f"presents || ' présents, plus que les agents de l’école (' || {AGENTS_OF_SCHOOL} || ') : vérifiez'"),
    ),
    order="date, school, title",
)  # fmt: skip

TICKETS = editable(
    "ticket_rows",
    "tickets",
    {"numero": "ticket"},
    {"ecole": "school", "objet": "topic", "ouvert_le": "asked_on", "clos_le": "solved_on"},
    (
        KNOWN_SCHOOL,
        happened("ouvert_le"),
        happened("clos_le"),
        in_order("clos_le", "asked_on", "solved_on", "close avant d’être ouverte"),
        together("ouvert_le", "ticket", "asked_on", "demande sans date : indiquez le jour où elle est ouverte"),
    ),
    order="ticket",
)
