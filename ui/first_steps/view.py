"""The checklist of a town that begins: it ticks itself, and leads each role to its first useful figure."""

from __future__ import annotations

from html import escape
from pathlib import Path

import streamlit as st

from data.access.rights import Act, Person, reach
from data.queries.first_steps import Started, started
from ui.first_steps.steps import FIRST_FIGURES, STEPS, Step
from ui.kit import blocks
from ui.kit.formats import SPACE, number
from ui.session import ask

STYLE = Path(__file__).with_name("steps.css")


def are_needed(user: Person) -> bool:
    """Tell whether the first figure of this role still waits for something."""
    known = _known(user)
    return any(step.needed and not step.is_done(known) for step in STEPS[user.role])


def _known(user: Person) -> Started:
    """Return what has been done, for a manager in their own canteens."""
    within = reach(user, Act.SEE).canteens
    return ask(started, None if within is None else tuple(sorted(within)))


def checklist(user: Person) -> None:
    """Show the steps of the role, those done and the next one with its link."""
    known, steps = _known(user), STEPS[user.role]
    done = [step for step in steps if step.is_done(known)]
    with blocks.question("Premiers pas", "La liste se coche d’elle-même à mesure que les données arrivent."):
        blocks.takeaway(_sentence(len(done), len(steps), user, known))
        st.html(STYLE)
        st.html(f'<ol class="steps">{"".join(_item(step, known) for step in steps)}</ol>')
        own = next((step for step in steps if not step.is_done(known) and not step.by), None)
        with st.container(horizontal=True):
            if own:
                blocks.link(own.page, own.label)
            if not are_needed(user) and user.role in FIRST_FIGURES:
                blocks.link(*FIRST_FIGURES[user.role])


def _sentence(done: int, steps: int, user: Person, known: Started) -> str:
    if done == steps:
        return "Tout est en place."
    waited = next((step for step in STEPS[user.role] if step.needed and not step.is_done(known)), None)
    count = f"{number(done)} étape{'s' if done > 1 else ''} sur {number(steps)}"
    if waited is None:
        return f"{count}. Vos premiers chiffres sont là."
    return f"{count}. Les premiers chiffres paraîtront après{SPACE}: {waited.label[:1].lower()}{waited.label[1:]}."


def _item(step: Step, known: Started) -> str:
    """Return one step as a line; the words say what the sign shows."""
    if step.is_done(known):
        return f'<li class="done"><b>{escape(step.label)}</b> <i>fait</i></li>'
    who = f"attendu{SPACE}: {step.by}" if step.by else "à faire"
    return f"<li><b>{escape(step.label)}</b> <i>{escape(who)}</i><span>{escape(step.why)}</span></li>"
