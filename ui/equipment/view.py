"""The blocks of the page Équipement: agents as counts, devices, workshops."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from datetime import date
from functools import partial
from itertools import pairwise
from typing import Any

import pandas as pd
import streamlit as st

from data.people.agents import AGENTS, MonthCounts, month_counts, month_totals, shares_of_school, shares_of_trade
from data.queries import rollout
from ui.access import sees_exact_counts
from ui.equipment import support
from ui.equipment.counts import column, people
from ui.kit import blocks, chart, tables
from ui.kit.blocks import Figure
from ui.kit.formats import MISSING, SPACE, about, count_of, month_name, number, percent, plural, school_name
from ui.kit.tables import Wide
from ui.rollout import charts
from ui.session import ask

FIRST_STEP = "Identité créée"
# The titles of the CSV file, and the shorter titles of the page.
SHORTER = {
    "Identité créée": "Id. créée",
    "Identité activée": "Id. activée",
    "Actifs (30\u00a0j)": "Actifs 30\u00a0j",
    "Matériels partagés en service": "Partagés",
    "Matériels personnels en service": "Personnels",
    "Agents par matériel partagé": "Agents par partagé",
}
EVERYONE, TOTAL = "Toutes les écoles", "Total"
TREND_NOTE = (
    "Part des agents, dans les écoles renseignées. Une interruption\u00a0: chiffre non renseigné, ou trop peu "
    "d’agents\u00a0; pour un métier, aussi un mois où une école n’a pas répondu."
)
DEVICES_NOTE = "Un matériel n’est rattaché à aucune personne. À ce jour, quel que soit le mois choisi."
UNKNOWN_NOTE = "«\u00a0—\u00a0»\u00a0: non renseigné, hors du total."


def no_counts() -> None:
    """Say that no agent is counted yet."""
    blocks.empty_state(
        "Aucun compte d’agents n’est encore enregistré dans cette base. Cette page montrera les agents par étape, "
        "école et métier, jamais une personne, dès que ces comptes y seront saisis."
    )


def chosen_month(months: list[date]) -> date:
    """Let the reader choose a month; the choice is kept in the URL."""
    names = {month_name(month): month for month in months}
    with st.container(key="filters"):
        return names[str(st.selectbox("Mois", list(names), key="mois", bind="query-params"))]


def funnel(month: date, steps: Iterable[str] = rollout.STEPS) -> pd.DataFrame:
    """Return the steps of a month with their shares; the column `exact` says whether they are exact or rounded."""
    exact = sees_exact_counts()
    totals = ask(month_totals, exact=exact).assign(exact=exact)
    return totals[(totals["month"] == pd.Timestamp(month)) & totals["step"].isin(list(steps))].reset_index(drop=True)


def journey(month: date) -> None:
    """Show the steps of a month, and where agents are lost."""
    steps = funnel(month)
    headline(steps)
    losses(steps, month)


def headline(steps: pd.DataFrame) -> None:
    """Show the agents and the steps they reached, each with its denominator and the schools it covers."""
    blocks.figures([step_figure(row) for row in steps.to_dict("records")], "equipement")


def step_figure(step: dict[Hashable, Any]) -> Figure:
    """Return the figure of a step: the share of agents who reached it, or their number for the first step."""
    schools_known, exact = count_of(step["schools_known"], step["schools"], "école"), step["exact"]
    if step["step"] == AGENTS or pd.isna(step["people"]):
        return Figure(step["step"], people(step["people"], exact=exact), schools_known)
    share = about(percent(step["share"], 0), exact=exact)
    return Figure(step["step"], share, f"{agents(step['people'], exact=exact)}{_out_of(step)}, {schools_known}")


def agents(count: int, word: str = "agent", words: str | None = None, *, exact: bool) -> str:
    """Write how many agents, and their noun: “≈ 15 agents”."""
    return about(plural(count, word, words), exact=exact)


def _out_of(step: dict[Hashable, Any]) -> str:
    return "" if pd.isna(step["agents"]) else f" sur {people(step['agents'], exact=step['exact'])}"


def losses(steps: pd.DataFrame, month: date) -> None:
    """Answer: on which step do we lose agents?"""
    with blocks.question("À quelle étape perdons-nous des agents\u00a0?", "Part des agents des écoles renseignées."):
        texts = [_step_text(row) for row in steps.to_dict("records")]
        # Room for “≈ 100 % (≈ 180 sur ≈ 180)” beside its bar.
        axis = {"tickvals": [0, 25, 50, 75, 100], "range": [0, 220]}
        fig = chart.ranking(steps["step"], steps["share"].astype(float), texts, "% des agents", axis)
        blocks.figure(fig, losses_sentence(steps, month), losses_table(steps), "parcours")


def losses_table(steps: pd.DataFrame) -> pd.DataFrame:
    """Return the steps with their counts and their shares."""
    exact = bool(steps["exact"].all())
    titles = {
        "Agents à cette étape": ("people", 0),
        "Agents des écoles renseignées": ("agents", 0),
        "Part (%)": ("share", 0 if not exact else 1),
    }
    columns = {title: column(steps[name], exact=exact, digits=digits) for title, (name, digits) in titles.items()}
    return pd.DataFrame({"Étape": steps["step"], **columns})


def _step_text(step: dict[Hashable, Any]) -> str:
    if pd.isna(step["people"]):
        return MISSING
    exact = step["exact"]
    share = about(percent(step["share"], 0), exact=exact)
    return f"{share} ({people(step['people'], exact=exact)}{_out_of(step)})"


def losses_sentence(steps: pd.DataFrame, month: date) -> str:
    """Say how many agents are active, and which step loses most."""
    shares, exact = steps.set_index("step")["share"].dropna(), bool(steps["exact"].all())
    # Without anybody at the first step, no loss can be computed.
    if len(shares) < 2 or not shares.iloc[0]:
        return f"En {month_name(month)}, trop peu d’agents renseignés pour situer les pertes."
    losses = -shares.diff().dropna()
    before, worst = next(pair for pair in pairwise(shares.index) if pair[1] == losses.idxmax())
    # The difference between the shares as displayed, which a reader can check.
    lost = round(shares[before]) - round(shares[worst])
    arrived = f"{about(percent(shares.iloc[-1], 0), exact=exact)} des agents sont arrivés à l’étape"
    return (
        f"En {month_name(month)}, {arrived} «{SPACE}{shares.index[-1]}{SPACE}». "
        f"La plus grande perte, {about(plural(lost, 'point'), exact=exact)}, "
        f"est entre «{SPACE}{before}{SPACE}» et «{SPACE}{worst}{SPACE}»."
    )


def by_school(month: date) -> MonthCounts:
    """Return the steps of each school, exact or rounded according to the user."""
    return ask(month_counts, month, exact=sees_exact_counts()).of(list(rollout.STEPS))


def by_group(month: date) -> None:
    """Answer: which schools, which trades stay behind?"""
    counts = by_school(month)
    with blocks.question("Quelles écoles, quels métiers restent en chemin\u00a0?", UNKNOWN_NOTE):
        blocks.takeaway(by_group_sentence(counts))
        schools_tab, trades_tab = st.tabs(["Par école", "Par métier"])
        with schools_tab:
            table = people_table(counts.schools, counts, "École")
            tables.table(Wide(table, (table.rename(columns=SHORTER),)), "agents_par_ecole", height="content")
        with trades_tab:
            tables.table(people_table(counts.trades, counts, "Métier"), "agents_par_metier")


def by_group_sentence(counts: MonthCounts) -> str:
    """Say in how many schools nobody (or hardly anybody) has an identity yet, and how many gave no figures."""
    created = counts.schools[FIRST_STEP]
    without_figures, without_identity = int(created.isna().sum()), int((created == 0).sum())
    few = "personne" if counts.exact else "personne, ou presque (≈\u00a00),"
    return (
        f"{count_of(without_identity, len(created), 'école')} où {few} n’a encore d’identité, "
        f"{plural(without_figures, 'école')} sans réponse ce mois-ci."
    )


def people_table(groups: pd.DataFrame, counts: MonthCounts, group: str) -> pd.DataFrame:
    """Return the counts of each group with French titles, and a row of totals."""
    table = pd.concat([groups, counts.totals[groups.columns].to_frame(TOTAL).T.astype("Int64")])
    columns = {name: column(table[name], exact=counts.exact) for name in table}
    named = pd.DataFrame(columns, index=table.index.map(lambda name: school_name(str(name))))
    return named.rename_axis(group).reset_index()


def trend(month: date) -> None:
    """Answer: is equipment progressing from month to month, everywhere, in a school, for a trade?"""
    exact = sees_exact_counts()
    counts = ask(month_counts, month, exact=exact)
    groups: dict[str, Callable[[], pd.DataFrame]] = {EVERYONE: _shares_of_all}
    for trade in counts.trades.index:
        groups[f"Métier{SPACE}: {trade}"] = partial(ask, shares_of_trade, trade, exact=exact)
    for school, name in unique_names(counts.schools.index).items():
        groups[f"École{SPACE}: {name}"] = partial(ask, shares_of_school, school, exact=exact)
    with blocks.question("Progressons-nous de mois en mois\u00a0?", TREND_NOTE):
        chosen = str(st.selectbox("Agents", list(groups), key="evolution", width=340))
        table = groups[chosen]()
        if table.notna().any(axis=1).sum() < 2:
            blocks.empty_state("Il faut au moins deux mois renseignés pour montrer une évolution.")
            return
        fig, printed = charts.steps_by_month(table), trend_table(table)
        blocks.figure(fig, trend_sentence(table, exact=exact), printed, "evolution_equipement")


def unique_names(schools: Iterable[str]) -> dict[str, str]:
    """Return the short name of each school, or its full name when another school has the same short one."""
    short = {school: school_name(school) for school in schools}
    counted = Counter(short.values())
    return {school: name if counted[name] == 1 else school for school, name in short.items()}


def _shares_of_all() -> pd.DataFrame:
    totals = ask(month_totals, exact=sees_exact_counts())
    return totals.pivot(index="month", columns="step", values="share").reindex(columns=list(rollout.COUNTED)[1:])


def trend_table(shares: pd.DataFrame) -> Wide:
    """Return the shares month by month; the titles are the steps and their unit."""
    months = (
        shares.set_axis([f"{month:%m/%Y}" for month in shares.index])
        .rename_axis("Mois")
        .rename_axis(None, axis="columns")
    )
    units = {name: f"{name} (%)" for name in months.columns}
    narrow = {name: f"{SHORTER.get(name, name)}, %" for name in months.columns}
    return Wide(months.rename(columns=units).reset_index(), (months.rename(columns=narrow).reset_index(),))


def trend_sentence(shares: pd.DataFrame, *, exact: bool = True) -> str:
    """Say how the share of active agents moved between the first and the last month known."""
    active_shares = shares["Actifs (30\u00a0j)"].dropna()
    if len(active_shares) < 2:
        return "Trop peu d’agents actifs pour montrer une évolution."
    first, last = active_shares.index[0], active_shares.index[-1]
    start, end = (about(percent(active_shares.iloc[place], 0), exact=exact) for place in (0, -1))
    moved = f"reste à {end}" if start == end else f"passe de {start} à {end}"
    since = "D’" if first.month in (4, 8, 10) else "De "  # avril, août, octobre
    return f"{since}{month_name(first)} à {month_name(last)}, la part des agents actifs {moved}."


def devices(month: date, today: date) -> None:
    """Answer: which devices, in which state, how old, for how many agents?"""
    kinds = ask(rollout.devices)
    with blocks.question("Quels matériels, dans quel état\u00a0?", DEVICES_NOTE):
        if kinds.empty:
            blocks.empty_state("Aucun matériel n’est encore enregistré.")
            return
        states = kinds.pivot(index="kind", columns="state", values="devices").fillna(0).astype(int)
        states = states[sorted(states.columns, key=lambda state: (state != "en service", state))]
        printed = states.rename_axis("Matériel").rename_axis(None, axis="columns").reset_index()
        blocks.figure(charts.devices(states), devices_sentence(kinds), printed, "materiels")
        support.device_ages(today)
        counts = by_school(month)
        schools = devices_by_school(counts.schools)
        if schools.empty:
            return
        blocks.takeaway(shared_sentence(schools, exact=counts.exact))
        with st.expander("Voir les matériels en service, école par école"):
            table = devices_table(schools, exact=counts.exact)
            narrow = table.rename(columns=SHORTER)
            tables.table(Wide(table, (narrow,)), "materiels_en_service", height="content")


def devices_sentence(counts: pd.DataFrame) -> str:
    """Say how many devices are in service, and how many are broken."""
    total = int(counts["devices"].sum())
    working = int(counts.loc[counts["state"] == "en service", "devices"].sum())
    broken = int(counts.loc[counts["state"] == "en panne", "devices"].sum())
    unknown = int(counts["unknown"].sum())
    undescribed = (
        f", {number(unknown)} sans mention «{SPACE}partagé{SPACE}» ou «{SPACE}personnel{SPACE}»" if unknown else ""
    )
    return f"{count_of(working, total, 'matériel')} en service, {number(broken)} en panne{undescribed}."


def devices_by_school(schools: pd.DataFrame) -> pd.DataFrame:
    """Return agents, devices in service and agents per shared one of each school."""
    devices = ask(rollout.devices_in_service).set_index("school")
    agents = schools[AGENTS].reindex(devices.index)
    ratio = (agents / devices["shared"].where(devices["shared"] > 0)).astype("Float64")
    return devices.assign(agents=agents, ratio=ratio)


def devices_table(by_school: pd.DataFrame, *, exact: bool) -> pd.DataFrame:
    """Return the devices in service of each school with French titles; an unknown value is missing."""
    return pd.DataFrame(
        {
            "École": by_school.index.map(school_name),
            "Agents": column(by_school["agents"], exact=exact),
            "Matériels partagés en service": by_school["shared"].to_numpy(),
            "Matériels personnels en service": by_school["personal"].to_numpy(),
            "Agents par matériel partagé": column(by_school["ratio"], exact=exact, digits=1),
        }
    )


def shared_sentence(by_school: pd.DataFrame, *, exact: bool) -> str:
    """Say how many schools have shared devices in service, and the range of agents per device."""
    equipped, ratio = int((by_school["shared"] > 0).sum()), by_school["ratio"].dropna()
    if not equipped:
        return "Aucune école n’a encore de matériel partagé en service."
    start = f"Matériel partagé en service dans {count_of(equipped, len(by_school), 'école')}"
    if ratio.empty:
        return f"{start}{SPACE}; leur nombre d’agents n’est pas renseigné."
    where = "" if len(ratio) == equipped else f", dans {plural(len(ratio), 'école')} au nombre d’agents connu"
    least, most = (people(value, exact=exact, digits=1) for value in (ratio.min(), ratio.max()))
    return f"{start}{SPACE}: de {least} à {most} agents chacun{where}."
