"""Who may do what: the one table of roles, that the tests of pages, addresses, writes and API read."""

from __future__ import annotations

from data.access.rights import ROLES

YES = "✓"
# By the file of the page. The columns are those of ROLES.
PAGES = {
    #                      comite mission cantine cuisine administration
    "synthese":           "  ✓      ✓       ·       ·       ·",
    "gaspillage":         "  ✓      ✓       ✓       ✓       ·",
    "deploiement":        "  ✓      ✓       ·       ·       ·",
    "equipement":         "  ✓      ✓       ·       ·       ·",
    "generalisation":     "  ✓      ✓       ·       ·       ·",
    "portefeuille":       "  ✓      ✓       ·       ·       ·",
    "effet":              "  ✓      ✓       ·       ·       ·",
    "donnees":            "  ·      ✓       ·       ·       ·",
    "journal":            "  ·      ✓       ·       ·       ✓",
    "comptes":            "  ·      ✓       ·       ·       ✓",
    "reglages":           "  ·      ✓       ·       ·       ✓",
    "qualite_previsions": "  ✓      ✓       ·       ·       ·",
    "depot":              "  ·      ✓       ✓       ·       ·",
    "previsions":         "  ✓      ✓       ✓       ✓       ·",
    "guide":              "  ✓      ✓       ✓       ✓       ✓",
}  # fmt: skip


def allowed(row: str) -> set[str]:
    """Return the roles of a row of a table."""
    marks = row.split()
    assert len(marks) == len(ROLES), row
    return {role for role, mark in zip(ROLES, marks, strict=True) if mark == YES}
