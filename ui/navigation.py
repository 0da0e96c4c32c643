"""The table of all pages: audience, file, title, icon, roles."""

from __future__ import annotations

from dataclasses import dataclass

from data.access.rights import ROLES, Person

EVERYONE = ROLES
ADMINISTRATION = ("administration",)  # and the mission, which may open every page


@dataclass(frozen=True)
class PageDescription:
    """One page: its audience (a heading of the menu), its file, its title, its icon, the roles that may open it."""

    audience: str
    file: str
    title: str
    icon: str
    roles: tuple[str, ...]


PAGES = (
    PageDescription("Comité de pilotage", "pages/comite/synthese.py", "Synthèse", "flag", ("comite",)),
    PageDescription(
        "Comité de pilotage", "pages/comite/gaspillage.py", "Gaspillage", "compost", ("comite", "cantine", "cuisine")
    ),
    PageDescription("Comité de pilotage", "pages/comite/seances.py", "Séances du comité", "groups", ("comite",)),
    PageDescription("Mission numérique", "pages/mission/deploiement.py", "Déploiement", "rocket_launch", ("comite",)),
    PageDescription("Mission numérique", "pages/mission/equipement.py", "Équipement", "devices", ("comite",)),
    PageDescription(
        "Mission numérique", "pages/mission/generalisation.py", "Généralisation", "trending_up", ("comite",)
    ),
    PageDescription(
        "Mission numérique", "pages/mission/portefeuille.py", "Portefeuille des pilotes", "lightbulb", ("comite",)
    ),
    PageDescription("Mission numérique", "pages/mission/effet.py", "Effet du pilote", "balance", ("comite",)),
    PageDescription("Mission numérique", "pages/mission/donnees.py", "Données disponibles", "grid_on", ("mission",)),
    PageDescription("Mission numérique", "pages/mission/journal.py", "Journal des actions", "history", ADMINISTRATION),
    PageDescription("Mission numérique", "pages/mission/comptes.py", "Comptes et accès", "group", ADMINISTRATION),
    PageDescription("Mission numérique", "pages/mission/reglages.py", "Réglages", "settings", ADMINISTRATION),
    PageDescription(
        "Mission numérique", "pages/mission/qualite_previsions.py", "Qualité des prévisions", "query_stats", ("comite",)
    ),
    PageDescription("Cantines", "pages/cantine/ma_cantine.py", "Ma cantine", "restaurant", ("cantine",)),
    PageDescription("Cantines", "pages/cantine/saisie.py", "Saisir un service", "edit_note", ("cantine",)),
    PageDescription("Cantines", "pages/cantine/depot.py", "Déposer un fichier", "upload_file", ("cantine",)),
    PageDescription(
        "Cuisine centrale",
        "pages/cuisine/semaine.py",
        "Semaine de la cuisine",
        "skillet",
        ("cuisine", "comite", "cantine"),
    ),
    PageDescription("Cuisine centrale", "pages/cuisine/production.py", "Production", "soup_kitchen", ("cuisine",)),
    PageDescription("Aide", "pages/aide/guide.py", "Guide", "help", EVERYONE),
    PageDescription("Aide", "pages/aide/glossaire.py", "Glossaire", "menu_book", EVERYONE),
    PageDescription("Aide", "pages/aide/accessibilite.py", "Accessibilité", "accessibility_new", EVERYONE),
)


# The page of a role that is not the first of those it may open.
HOMES = {"cantine": "pages/cantine/ma_cantine.py", "cuisine": "pages/cuisine/semaine.py"}


def home_of(user: Person) -> PageDescription:
    """Return the page where somebody begins."""
    home = HOMES.get(user.role)
    return next(page for page in PAGES if (page.file == home if home else user.may(page.roles)))


def pages_of(user: Person) -> list[PageDescription]:
    """Return the pages that somebody may open, those of their own audience first."""
    audience = home_of(user).audience
    allowed = [page for page in PAGES if user.may(page.roles)]
    return sorted(allowed, key=lambda page: page.audience != audience)


def roles_of(file: str) -> tuple[str, ...]:
    """Return the roles that may open a page; the mission numérique may open every page, even when it is not listed."""
    return next(page.roles for page in PAGES if page.file == file)
