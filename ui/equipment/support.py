"""The blocks of the page Équipement on the age of the devices, the workshops and the requests for help."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from data.people.marks_and_attendance import Attendance, attendance
from data.queries import equipment
from data.queries.equipment import AGES, Tickets
from ui.access import sees_exact_counts
from ui.equipment.counts import column, people
from ui.kit import blocks, sheet, tables
from ui.kit.formats import SPACE, about, count_of, day, number, percent, plural, school_name
from ui.session import ask


def device_ages(today: date) -> None:
    """Answer: how old are the devices? A table inside the block of the devices."""
    counts = ask(equipment.device_ages, today)
    table = counts.pivot(index="kind", columns="age", values="devices").reindex(columns=list(AGES))
    age_counts = table.dropna(axis="columns", how="all").fillna(0).astype(int)
    blocks.takeaway(ages_sentence(counts))
    printed = age_counts.rename_axis("Matériel").rename_axis(None, axis="columns").reset_index()
    tables.table(printed, "ages_des_materiels", height="content")


def ages_sentence(counts: pd.DataFrame) -> str:
    """Say how many devices are over three years old, out of those whose age is known."""
    known_ages = counts[counts["age"] != AGES[-1]]
    old = int(known_ages.loc[known_ages["age"].isin(AGES[2:4]), "devices"].sum())
    total, unknown = int(known_ages["devices"].sum()), int(counts["devices"].sum() - known_ages["devices"].sum())
    if not total:
        return f"Âges inconnus{SPACE}: {plural(unknown, 'matériel')} sans date d’installation."
    rest = f"{SPACE}; {number(unknown)} sans date d’installation" if unknown else ""
    return f"{count_of(old, total, 'matériel')} de trois ans ou plus{rest}."


def support(today: date) -> None:
    """Show the workshops, and the requests for help."""
    workshops(today)
    tickets(today)


def workshops(today: date) -> None:
    """Answer: do the workshops find their public?"""
    facts = ask(attendance, today, exact=sees_exact_counts())
    caption = (
        "Ateliers d’appropriation, dans les écoles. Une place est pour une personne. "
        "À ce jour, quel que soit le mois choisi."
    )
    with blocks.question("Les ateliers trouvent-ils leur public\u00a0?", caption):
        if facts.table.empty:
            blocks.empty_state("Aucun atelier n’est encore enregistré.")
            return
        blocks.takeaway(workshops_sentence(facts))
        coming = facts.table[~facts.table["held"]].sort_values("date").head(10)
        if not coming.empty:
            columns = {"date": "Date", "school": "École", "title": "Atelier", "seats_planned": "Places"}
            seats = column(coming["seats_planned"], exact=facts.exact)
            named = coming.assign(school=coming["school"].map(school_name), seats_planned=seats)
            table = named[list(columns)].rename(columns=columns)
            sheet.sheet_of(table.assign(Date=table["Date"].map(day)))
            tables.download_csv(table, "prochains_ateliers")
        with st.expander("Voir les ateliers tenus"):
            table = held_table(facts)
            with st.container(height="content" if len(table) < 12 else 420, border=False):
                sheet.sheet_of(table.assign(Date=table["Date"].map(day)))
            tables.download_csv(table, "ateliers_tenus")


def workshops_sentence(facts: Attendance) -> str:
    """Say how many workshops were held, and how many of their seats were taken where that is known."""
    held = count_of(facts.held, facts.held + facts.coming, "atelier tenu", "ateliers tenus")
    if not facts.known:
        return f"{held}. Aucune présence n’est encore connue."
    taken, total = (people(count, exact=facts.exact) for count in (facts.attended, facts.seats))
    seats = f"{taken}{SPACE}{'places prises' if facts.attended > 1 else 'place prise'} sur {total}"
    where = count_of(facts.known, facts.held, "atelier tenu", "ateliers tenus")
    share = f" ({about(percent(100 * facts.attended / facts.seats, 0), exact=facts.exact)})" if facts.seats else ""
    return f"{held}. {seats}{share}, dans {where}."


def held_table(facts: Attendance) -> pd.DataFrame:
    """Return the workshops held, with who came."""
    held = facts.table[facts.table["held"]]
    return pd.DataFrame(
        {
            "Date": held["date"],
            "École": held["school"].map(school_name),
            "Atelier": held["title"],
            "Places": column(held["seats_planned"], exact=facts.exact),
            "Présents": column(held["seats_attended"], exact=facts.exact),
        }
    )


def tickets(today: date) -> None:
    """Answer: are the requests for help solved, and how fast?"""
    facts, topics = ask(equipment.tickets, today), ask(equipment.tickets_by_topic, today)
    caption = "Délai\u00a0: de l’ouverture à la clôture. À ce jour, quel que soit le mois choisi."
    with blocks.question("Les demandes d’assistance sont-elles résolues\u00a0?", caption):
        if topics.empty:
            blocks.empty_state("Aucune demande d’assistance n’est encore enregistrée.")
            return
        columns = ["Objet", "Demandes", "Ouvertes", "dont depuis plus de 7 jours", "Délai médian (jours)"]
        blocks.takeaway(tickets_sentence(facts))
        tables.table(topics.set_axis(columns, axis="columns"), "demandes", height="content")


def tickets_sentence(facts: Tickets) -> str:
    """Say how many requests are open, since when, and how long the others took."""
    still = count_of(facts.open, facts.requests, "demande ouverte", "demandes ouvertes")
    stale = f", dont {number(facts.stale)} depuis plus de 7 jours" if facts.stale else ""
    if facts.open == facts.requests:
        return f"{still}{stale}. Aucune n’est encore close."
    if facts.median_days is None:
        closed = plural(facts.requests - facts.open, "demande close", "demandes closes")
        return f"{still}{stale}. {closed}, sans délai connu."
    digits = 0 if facts.median_days == round(facts.median_days) else 1
    days = f"{number(facts.median_days, digits)} jour{'s' if facts.median_days >= 2 else ''}"
    return f"{still}{stale}. La moitié des autres ont été closes en {days} ou moins."
