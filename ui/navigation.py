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


COMITE, SCHOOLS, CANTEENS, KITCHEN = "Comité", "Écoles test", "Cantines", "Cuisine centrale"
MISSION, HELP = "Mission numérique", "Aide"

# At most five links under a heading, for every role.
PAGES = (
    PageDescription(COMITE, "pages/comite/synthese.py", "Synthèse", "flag", ("comite",)),
    PageDescription(COMITE, "pages/comite/gaspillage.py", "Gaspillage", "compost", ("comite", "cantine", "cuisine")),
    PageDescription(COMITE, "pages/comite/seances.py", "Séances du comité", "groups", ("comite",)),
    PageDescription(COMITE, "pages/mission/portefeuille.py", "Portefeuille des pilotes", "lightbulb", ("comite",)),
    PageDescription(COMITE, "pages/mission/generalisation.py", "Généralisation", "trending_up", ("comite",)),
    PageDescription(SCHOOLS, "pages/mission/deploiement.py", "Déploiement", "rocket_launch", ("comite",)),
    PageDescription(SCHOOLS, "pages/mission/equipement.py", "Équipement", "devices", ("comite",)),
    PageDescription(SCHOOLS, "pages/mission/effet.py", "Effet du pilote", "balance", ("comite",)),
    PageDescription(CANTEENS, "pages/cantine/ma_cantine.py", "Ma cantine", "restaurant", ("cantine",)),
    PageDescription(CANTEENS, "pages/cantine/saisie.py", "Saisir un service", "edit_note", ("cantine",)),
    PageDescription(CANTEENS, "pages/cantine/depot.py", "Déposer un fichier", "upload_file", ("cantine",)),
    PageDescription(
        KITCHEN, "pages/cuisine/semaine.py", "Semaine de la cuisine", "skillet", ("cuisine", "comite", "cantine")
    ),
    PageDescription(KITCHEN, "pages/cuisine/production.py", "Production", "soup_kitchen", ("cuisine",)),
    PageDescription(
        KITCHEN, "pages/mission/qualite_previsions.py", "Qualité des prévisions", "query_stats", ("comite",)
    ),
    PageDescription(MISSION, "pages/mission/donnees.py", "Données disponibles", "grid_on", ("mission",)),
    PageDescription(MISSION, "pages/mission/journal.py", "Journal des actions", "history", ADMINISTRATION),
    PageDescription(MISSION, "pages/mission/comptes.py", "Comptes et accès", "group", ADMINISTRATION),
    PageDescription(MISSION, "pages/mission/reglages.py", "Réglages", "settings", ADMINISTRATION),
    PageDescription(HELP, "pages/aide/guide.py", "Guide", "help", EVERYONE),
    PageDescription(HELP, "pages/aide/glossaire.py", "Glossaire", "menu_book", EVERYONE),
    PageDescription(HELP, "pages/aide/accessibilite.py", "Accessibilité", "accessibility_new", EVERYONE),
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
