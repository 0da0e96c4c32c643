"""The glossary, which “pourquoi ce chiffre ?” reads, has each word once and speaks of nothing it does not define."""

from __future__ import annotations

import re

from data.glossary import TERMS, term_of


def test_a_word_is_defined_once_and_a_label_leads_to_one_term() -> None:
    labels = [label for term in TERMS for label in (term.name, *term.labels)]
    assert len(labels) == len(set(labels))
    assert all(re.search(r"[.!]$", term.meaning) and not term.source.endswith(".") for term in TERMS)


def test_the_unit_of_a_label_is_not_part_of_its_word() -> None:
    assert term_of("Repas en trop, effet (repas pour 100 servis)") is term_of("Effet du pilote")
    assert term_of("Actifs (30\u00a0j)") is not None
    assert term_of("Une chose que l’on ne définit pas") is None
