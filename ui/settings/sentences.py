"""The sentences of the page Réglages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from data.backup.folder import Backup
from ui.kit import changes
from ui.kit.formats import SPACE, enumeration, moment, number, plural

KINDS = {
    "ours": "Sauvegarde vérifiée",
    "former": "Base d’avant une restauration",
    "other": "Copie ajoutée à la main",
}
OLD = timedelta(days=2)
NONE_YET = (
    "Aucune sauvegarde n’est encore faite. La première le sera dans la minute qui suit le premier dépôt, puis une par "
    "jour."
)


def age(made_at: datetime, now: datetime) -> str:
    """Say how long ago: “il y a 3 heures”."""
    minutes = int((now - made_at).total_seconds()) // 60
    if minutes < 0:
        return "date à venir\u00a0: l’horloge du serveur a reculé"
    if minutes == 0:
        return "à l’instant"
    if minutes < 60:
        return f"il y a {plural(minutes, 'minute')}"
    return f"il y a {plural(minutes // 60, 'heure') if minutes < 48 * 60 else plural(minutes // 1440, 'jour')}"


def last_one(made_at: datetime, now: datetime) -> str:
    """Say when the last good backup was made."""
    return f"Dernière bonne sauvegarde{SPACE}: le {moment(made_at)}, {age(made_at, now)}."


def size(count: int) -> str:
    """Write a size in bytes: “3,4 Mo”."""
    return f"{number(count / 1e6, 1)}{SPACE}Mo"


def name_of(backup: Backup) -> str:
    """Name a backup in a list, with ordinary spaces as people type them."""
    kind = "" if backup.kind == "ours" else f", {KINDS[backup.kind].lower()}"
    return f"{moment(backup.made_at)}, {size(backup.size)}{kind}".replace(SPACE, " ")


def loss(actions: Iterable[str]) -> str:
    """Say which actions a restore would lose: “4 actions : 3 × Dépôt d’un fichier, 1 × Compte”."""
    counts = Counter(actions)
    if not counts:
        return "Rien n’a été fait depuis cette sauvegarde\u00a0: rien ne sera perdu."
    kinds = enumeration([f"{number(count)}{SPACE}× {changes.action(name)}" for name, count in counts.most_common()])
    total = counts.total()
    verb = "sera perdue" if total == 1 else "seront perdues"
    return f"{plural(total, 'action')} faite{'s' if total > 1 else ''} depuis {verb}{SPACE}: {kinds}."


CONSEQUENCES = (
    "La base actuelle est gardée à côté, sous un nom daté\u00a0: on peut y revenir par cette même page.",
    "Toutes les pages ouvertes lisent la base restaurée dès leur prochaine action\u00a0; les comptes et les réglages "
    "sont ceux de la sauvegarde.",
    "Les prévisions sont recalculées si besoin.",
)
SIGN_IN_AGAIN = "Chacun devra se reconnecter, vous aussi."
