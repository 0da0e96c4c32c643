"""What to do with the meals that are left: the block of a canteen whose surplus of a day is large."""

from __future__ import annotations

from datetime import date

import streamlit as st

from data.access.rights import Person
from data.clock import today_in_paris
from data.deposit import edits
from data.queries.canteen import surplus
from data.queries.canteen.surplus import Allowed
from ui.access import require
from ui.kit import blocks
from ui.kit.formats import SPACE, escape, long_day, plural
from ui.session import ask, store

REUSE, GIFT = "réemploi", "don"
ROUND, REFUSED = "tour_surplus", "refus_surplus"
FIELDS = {"repas_sauves": "Repas", "sauve_kg": "Masse", "association": "Association"}


def block(canteen: str) -> None:
    """Ask what became of the meals left on the last days; nothing is shown where few were left."""
    days = ask(surplus.left_over, canteen, today_in_paris())
    if not days:
        return
    day, meals = next(iter(days.items()))
    may = ask(surplus.allowed)
    with blocks.question(f"Il est resté {plural(meals, 'repas', 'repas')} {long_day(day)}"):
        for sentence in rules(may, (today_in_paris() - day).days):
            blocks.note(sentence)
        choices = uses(may)
        if choices:
            _form(canteen, day, meals, choices, may)


def rules(may: Allowed, age: int) -> list[str]:
    """Say what the law and the mission allow for meals of `age` days ago."""
    again = {0: "Les resservir n’est pas autorisé.", 1: "Vous pouvez les resservir le lendemain."}.get(
        may.reuse_days, f"Vous pouvez les resservir dans les {may.reuse_days} jours."
    )
    if age <= may.reuse_days:
        again += " Seulement s’ils n’ont pas été présentés aux enfants, et si le froid ou le chaud a été tenu."
    elif may.reuse_days:
        again = "Il est trop tard pour les resservir\u00a0: notez seulement ce qui l’a été à temps."
    if may.associations:
        gift = f"Vous pouvez les donner{SPACE}: {', '.join(may.associations)}."
    else:
        gift = "Aucune association n’est encore habilitée à en recevoir."
    return [again, gift]


def uses(may: Allowed) -> dict[str, str]:
    """Return the uses that are allowed, under the words of the form."""
    chosen = {"Ils ont été resservis": REUSE} if may.reuse_days else {}
    return chosen | ({"Ils ont été donnés": GIFT} if may.associations else {})


def _form(canteen: str, day: date, meals: int, choices: dict[str, str], may: Allowed) -> None:
    turn = st.session_state.setdefault(ROUND, 0)
    choice = st.segmented_control("Que deviennent-ils\u00a0?", list(choices), key=f"surplus_usage_{turn}")
    if choice is None:
        return
    line: dict[str, object] = {"cantine_nom": canteen, "date": day, "usage": choices[choice]}
    line["repas_sauves"] = st.number_input("Combien de repas\u00a0?", 1, 20_000, meals, key=f"surplus_repas_{turn}")
    line["sauve_kg"] = st.text_input("Combien de kilogrammes\u00a0? (si vous les pesez)", key=f"surplus_kg_{turn}")
    if choices[choice] == GIFT:
        line["association"] = st.selectbox("À qui\u00a0?", may.associations, key=f"surplus_association_{turn}")
    if st.button("Enregistrer", type="primary", icon=":material/check:", key="surplus_enregistrer"):
        _save(line, require("cantine"))
    for refusal in st.session_state.get(REFUSED, []):
        st.html(f'<p class="refusal" role="alert">✖ {escape(refusal)}</p>')
    blocks.note("Ne les pesez pas avec ce qui est jeté\u00a0: ils comptent comme sauvés.")


def _save(line: dict[str, object], user: Person) -> None:
    outcome = edits.record(store(), "surplus_uses", [line], user)
    st.session_state[REFUSED] = [
        f"{FIELDS.get(column, column)}{SPACE}: {reason}" for (_, column), reason in outcome.refusals.items()
    ]
    if not outcome.refusals:
        st.session_state[ROUND] += 1
        st.toast("C’est enregistré\u00a0: ces repas comptent comme sauvés.", icon=":material/check:")
        st.rerun()
