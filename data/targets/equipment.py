"""The agents' equipment: devices, counts of agents, workshops, requests for help. No person is ever named."""

# ruff: noqa: S608 — assembled from our own constants.
from __future__ import annotations

from data.targets.base import Check, editable
from data.targets.programme_checks import KNOWN_SCHOOL, NOT_A_TEST_SCHOOL, day, happened, in_order, not_over, together

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

# A trade nobody counted before may be a new one, or a wrong name; the first trades of all are not questioned.
TRADES = "(SELECT DISTINCT trade FROM equipment_counts)"
KNOWN_TRADES = f"(SELECT array_to_string(list(trade ORDER BY trade COLLATE FR)[:8], ', ') FROM {TRADES})"
TYPED_TRADE = "strip_accents(lower(typed.metier))"
CLOSEST_TRADE = f"""(SELECT arg_max(trade, jaro_winkler_similarity(strip_accents(lower(trade)), {TYPED_TRADE}))
    FROM {TRADES})"""
NEW_TRADE = f"""CASE
    WHEN strip_accents(lower({CLOSEST_TRADE})) = {TYPED_TRADE}
        THEN 'métier déjà compté sous le nom « ' || {CLOSEST_TRADE} || ' » : écrivez-le de la même façon'
    ELSE 'métier jamais compté : « ' || metier || ' » ; ' || CASE (SELECT count(*) FROM {TRADES})
        WHEN 1 THEN 'le seul connu est « '
        ELSE 'le plus proche de ceux connus (' || {KNOWN_TRADES} || ') est « '
    END || {CLOSEST_TRADE} || ' » : vérifiez son nom'
END"""

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
        not_over("identites_creees", "identities_created", "agents", "identités créées pour un nombre d’agents de"),
        not_over("identites_activees", "identities_activated", "identities_created",
                 "identités activées pour un nombre d’identités créées de"),
        not_over("adresses_mel", "mail_addresses", "agents", "adresses pour un nombre d’agents de"),
        not_over("actifs_30_jours", "active_30_days", "identities_activated",
                 "agents actifs pour un nombre d’identités activées de"),
        not_over("formes", "trained", "agents", "agents formés pour un nombre d’agents de"),
        not_over("reponses", "answers", "agents", "réponses pour un nombre d’agents de"),
        Check("satisfaction", "now.satisfaction IS NOT NULL AND coalesce(now.answers, 0) = 0",
              "'note sans réponses : indiquez combien d’agents ont répondu'", blocking=True),
        Check("agents", "now.agents IS NULL",
              "'sans nombre d’agents, aucun autre chiffre de cette école ne sera montré pour ce mois'"),
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
