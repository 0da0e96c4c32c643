"""The blocks of the page Synthèse: the figures against their goals, what changed, the sources."""

from __future__ import annotations

from datetime import date
from functools import partial

import pandas as pd

from data.clock import today_in_paris
from data.queries import steering
from data.queries.pilot import Study
from data.queries.rollout import RolloutSummary, rollout_summary
from data.typography import french
from ui.kit import blocks, exceptional
from ui.kit.blocks import Figure
from ui.kit.formats import MISSING, SPACE, count_of, day, moment, number, percent, plural, quantity
from ui.kit.frame import incomplete_sentence
from ui.pilot_effect import view as pilot_effect_view
from ui.portfolio import view as portfolio_view
from ui.rollout import steering as rollout_steering
from ui.session import ask
from ui.summary.changes import changes
from ui.summary.city import MINIMUM, between, city_note, in_tonnes, range_sentence, rounded, tonnes
from ui.summary.situation import EquippedSchools, Situation, about_schools, decisions

GROSS = "pesée brute\u00a0; la référence ne compte que le comestible"
DECISIONS_CAPTION = (
    "Déduit des chiffres de la période, sans les jours exceptionnels\u00a0; l’équipement, l’âge des données et les "
    "points sans cantine sont ceux d’aujourd’hui."
)
REFERENCES = (
    "surplus_target_pct",
    "waste_reference_g",
    "full_cost_eur_per_kg",
    "purchase_cost_eur_per_kg",
    "co2e_kg_per_kg",
)


def meals_figures(facts: Situation) -> list[Figure]:
    """Return the figures in meals."""
    now, whole, goal = facts.now, facts.whole, facts.reference("surplus_target_pct")
    beside = partial(exceptional.beside, days=facts.exceptional, with_them=True)
    return [
        Figure(
            "Repas servis",
            number(whole.meals_served),
            f"{number(now.meals_per_day)} par jour, sur "
            f"{plural(now.complete_days, 'jour ordinaire et complet', 'jours ordinaires et complets')}",
            _left_out(facts),
        ),
        Figure(
            "Surproduction",
            percent(now.overproduction_pct),
            beside(_against(now.overproduction_pct, goal), now.overproduction_pct, whole.overproduction_pct),
            "(repas prévus − repas servis) ÷ repas servis, sur les services où les deux chiffres sont connus\u00a0: "
            f"{number(now.pairs_planned)} prévus, {number(now.pairs_served)} servis.",
        ),
        Figure(
            "Repas en trop",
            percent(now.surplus_pct),
            beside(f"{plural(now.surplus_meals, 'repas', 'repas')} prévus en trop", now.surplus_pct, whole.surplus_pct),
        ),
        Figure(
            "Repas manquants",
            percent(now.shortage_pct),
            beside(
                f"{percent(now.short_services_pct)} des services "
                f"({count_of(now.short_services, now.pairs, 'service')})",
                now.shortage_pct,
                whole.shortage_pct,
            ),
            "Repas servis en plus du prévu, en\u00a0% des repas servis. À lire avec les repas en trop.",
        ),
    ]


def _left_out(facts: Situation) -> str:
    """Say which days the mean per day leaves out."""
    incomplete = plural(facts.now.incomplete_days, "jour incomplet", "jours incomplets")
    apart = plural(
        exceptional.whole_days(facts.exceptional)["date"].nunique(), "jour exceptionnel", "jours exceptionnels"
    )
    return (
        "Total de tous les jours. La moyenne par jour ne compte que les jours complets (au moins 9 points de service "
        f"habituels sur 10 connus) et ordinaires{SPACE}: {incomplete} et {apart} laissés de côté."
    )


def every_figure(facts: Situation, ranked: pd.DataFrame, study: Study) -> None:
    """Show all figures of the period, what they call for, what changed, and where the references come from."""
    blocks.figures(meals_figures(facts), "repas", facts.services)
    exceptional_note(facts)
    blocks.figures(waste_figures(facts), "gaspillage")
    freshness(facts)
    with blocks.question("Que décider\u00a0?", DECISIONS_CAPTION):
        blocks.sentences(decisions(facts, ranked))
    programme_decisions(today_in_paris())
    pilot_effect_view.summary(study)
    changes(facts)
    sources(facts)


def exceptional_note(facts: Situation) -> None:
    """Say which days are exceptional, why, and what they change."""
    exceptional.note(facts.exceptional, facts.now, facts.whole)


def waste_figures(facts: Situation) -> list[Figure]:
    """Return the figures in grams, euros and CO₂e, the schools and the dates."""
    now, cost, co2e = facts.now, facts.estimates("full_cost_eur_per_kg"), facts.estimates("co2e_kg_per_kg")
    purchases = facts.estimates("purchase_cost_eur_per_kg")
    return [
        Figure(
            "Gaspillage par repas",
            quantity(now.grams_per_meal, "g"),
            f"{count_of(now.weighing_canteens, now.canteens, 'cantine')}. "
            f"Pesée brute{SPACE}; {_whose_reference(facts)}, comestible seul{SPACE}: "
            f"{quantity(facts.reference('waste_reference_g'), 'g')}",
            _help(facts, "waste_reference_g"),
        ),
        Figure(
            "Coût estimé",
            quantity(rounded(cost and cost[0]), "€"),
            city_note(facts.city_waste, between(cost, rounded, "€"))
            + (f", dont {quantity(rounded(purchases[0]), '€')} d’achats" if purchases else ""),
            _help(facts, "full_cost_eur_per_kg"),
        ),
        Figure(
            "CO₂e estimé",
            tonnes(co2e and co2e[0]),
            city_note(facts.city_waste, between(co2e, in_tonnes, "t")),
            _help(facts, "co2e_kg_per_kg"),
        ),
        _schools(facts.rollout, facts.equipped),
    ]


def _whose_reference(facts: Situation) -> str:
    """Name the ADEME where the reference is its own, and not one that somebody set."""
    reference = facts.references.get("waste_reference_g")
    return "ADEME" if reference is None or reference.source.startswith("ADEME") else "référence"


def freshness(facts: Situation) -> None:
    """Say how recent the data and the forecasts are."""
    meals = f"Repas connus jusqu’au {day(facts.overview.last_day)}"
    forecasts = f"prévisions du {moment(facts.run.finished_at)}" if facts.run else "pas encore de prévisions"
    incomplete = incomplete_sentence(facts.overview.incomplete_days)
    blocks.note(" ".join(filter(None, [f"{meals}{SPACE}; {forecasts}.", incomplete])))
    if facts.city_waste.weighing:
        blocks.note(f"Gaspillage, coût et CO₂e{SPACE}: {GROSS}. Ces trois chiffres sont donc des estimations hautes.")
    if facts.city_waste.kilograms is not None:
        blocks.note(range_sentence(facts.city_waste))


def sources(facts: Situation) -> None:
    """List where the reference values come from."""
    with blocks.question("D’où viennent les repères\u00a0?"):
        blocks.sentences(source for name in REFERENCES if (source := source_of(facts, name)))
        blocks.note(
            "Coût et CO₂e\u00a0: grammes par repas là où l’on pèse, étendus à tous les repas servis "
            f"({GROSS}). {MINIMUM} "
            "La loi AGEC demandait 50\u00a0% de gaspillage en moins entre 2015 et 2025\u00a0: l’échéance est passée."
        )


def _help(facts: Situation, name: str) -> str:
    """Return the source of a reference, and how our figure differs from it."""
    return ". ".join([*filter(None, [source_of(facts, name)]), f"{GROSS.capitalize()}."])


def source_of(facts: Situation, name: str) -> str | None:
    """Say a reference value and where it comes from, None when it was removed."""
    reference = facts.references.get(name)
    if reference is None:
        return None
    digits = 0 if reference.value == round(reference.value) else 1
    return f"{quantity(reference.value, reference.unit, digits)}{SPACE}: {french(reference.source)}"


def _schools(rollout: RolloutSummary, equipped: EquippedSchools) -> Figure:
    """Return the schools equipped on the last day of the period; their connections are known as of today only."""
    if not rollout.schools:
        return Figure("Écoles équipées", MISSING, f"aucune saisie, {plural(rollout.goal, 'école')} prévues")
    return Figure(
        "Écoles équipées",
        f"{number(equipped.schools)} sur {number(rollout.goal)}",
        _state_of_schools(rollout, equipped),
        "Installation terminée au dernier jour de la période (aujourd’hui au plus tard), sur le nombre d’écoles test "
        "du programme. Les raccordements ne sont connus qu’à ce jour.",
    )


def _state_of_schools(rollout: RolloutSummary, equipped: EquippedSchools) -> str:
    if equipped.day >= today_in_paris():
        return connections(rollout)
    return f"au {day(equipped.day)}{SPACE}; aujourd’hui {number(rollout.equipped)}, {connections(rollout)}"


def connections(rollout: RolloutSummary) -> str:
    """Say how many schools are connected, and how many cannot be."""
    connected = plural(rollout.connected, "école raccordée", "écoles raccordées")
    blocked = len(rollout.blocked)
    return f"{connected}, {plural(blocked, 'raccordement bloqué', 'raccordements bloqués')}" if blocked else connected


def programme_alone(today: date, study: Study) -> None:
    """Show where the programme stands while no meal is known: its schools, what it waits for, the pilot."""
    rollout = ask(rollout_summary, today)
    if rollout.schools:
        blocks.figures([_schools(rollout, EquippedSchools(today, rollout.equipped))], "programme")
        if sentence := about_schools(rollout):
            blocks.sentences([sentence])
    programme_decisions(today)
    if rollout.schools:
        pilot_effect_view.summary(study)


def programme_decisions(today: date) -> None:
    """Answer: which decisions does the programme wait for, in the test schools and on its other pilots?"""
    waiting = ask(steering.decisions, today)
    waiting = waiting[waiting["decided_on"].isna()]
    pilots = portfolio_view.awaiting_decision(portfolio_view.pilots(today))
    if waiting.empty and pilots.empty:
        return
    with blocks.question(
        "Quelles décisions le programme attend-il\u00a0?", "Saisies par la mission numérique, en attente à ce jour."
    ):
        if not waiting.empty:
            blocks.takeaway(rollout_steering.decisions_sentence(waiting))
        others = [] if pilots.empty else [portfolio_view.summary_sentence(pilots)]
        blocks.sentences([*(rollout_steering.expected(row) for row in waiting.to_dict("records")), *others])
        if not waiting.empty:
            blocks.link("pages/mission/deploiement.py", "Voir le déploiement", rollout_steering.DECISIONS)
        if others:
            blocks.link("pages/mission/portefeuille.py", "Voir le portefeuille")


def _against(value: float | None, goal: float | None) -> str | None:
    if value is None or goal is None:
        return None
    return f"repère {percent(goal)}{SPACE}: {'tenu' if value <= goal else 'dépassé'}"
