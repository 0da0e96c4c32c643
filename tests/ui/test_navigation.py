"""Each role finds its pages under few headings, and begins on the one it comes for."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from data.access.rights import ROLES, Person
from ui.navigation import PAGES, home_of, pages_of

HOMES = {
    "comite": "Synthèse", "mission": "Synthèse", "cantine": "Ma cantine", "cuisine": "Semaine de la cuisine",
    "administration": "Journal des actions",
}  # fmt: skip
FIRST_HEADINGS = {
    "comite": "Comité", "mission": "Comité", "cantine": "Cantines", "cuisine": "Cuisine centrale",
    "administration": "Mission numérique",
}  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
def test_a_role_has_at_most_five_links_under_a_heading_its_own_first(role: str) -> None:
    listed = pages_of(Person("ana", role))
    headings = [page.audience for page in listed]
    assert max(Counter(headings).values()) <= 5
    assert headings[0] == FIRST_HEADINGS[role]
    assert len(set(headings)) == 1 + sum(one != other for one, other in pairwise(headings))


@pytest.mark.parametrize("role", ROLES)
def test_a_role_begins_on_the_page_it_comes_for(role: str) -> None:
    home = home_of(Person("ana", role))
    assert home.title == HOMES[role] and home in pages_of(Person("ana", role))


def test_the_comite_finds_what_it_steers_under_its_own_name() -> None:
    of_comite = [page.title for page in pages_of(Person("ana", "comite")) if page.audience == "Comité"]
    assert of_comite == [
        "Synthèse", "Gaspillage", "Séances du comité", "Portefeuille des pilotes", "Généralisation",
    ]  # fmt: skip
    assert len({page.file for page in PAGES}) == len(PAGES)
