"""Commands that maintain the store: demo, empty, backup, restore, user."""

from __future__ import annotations

import argparse
from pathlib import Path

from data.access.accounts import save_account
from data.access.accounts_file import identifier_problem
from data.access.rights import ROLES
from data.backup.restore import restore, restore_open
from data.cli.common import Commands, refuse, restored_elsewhere, say
from data.cli.terminal import terminal
from data.demo import DemoOnly, is_empty, load_demo, start_empty
from data.faults import StoreBusy
from data.store import Store, store_path
from data.typography import quoted


def add_commands(commands: Commands) -> None:
    """Add these commands to the parser."""
    command = commands.add_parser("demo", help="charger les données de démonstration dans une base vide")
    command.add_argument("--if-new", action="store_true", help="ne rien faire si la base a déjà servi")
    command.set_defaults(run=_demo)
    command = commands.add_parser("empty", help="retirer les données de démonstration")
    command.set_defaults(run=_empty)
    command = commands.add_parser("backup", help="écrire une copie complète de la base")
    command.add_argument("target", metavar="FICHIER")
    command.set_defaults(run=_backup)
    command = commands.add_parser("restore", help="remettre une sauvegarde à la place de la base, qui est gardée")
    command.add_argument("source", type=Path, metavar="FICHIER")
    command.set_defaults(run_alone=_restore)
    command = commands.add_parser("user", help="créer, modifier ou désactiver un compte")
    command.add_argument("email", metavar="ADRESSE", help="l’adresse électronique de la personne")
    command.add_argument("role", choices=ROLES, metavar="RÔLE", help=", ".join(ROLES))
    command.add_argument("--canteen", action="append", default=[], metavar="NOM", help="une cantine du gestionnaire")
    command.add_argument("--disable", action="store_true", help="désactiver le compte")
    command.set_defaults(run=_user)


def _demo(store: Store, options: argparse.Namespace) -> int:
    if options.if_new and store.version() > 0:  # a store that was emptied on purpose stays empty
        return 0
    if not is_empty(store):
        return refuse("La base contient déjà des données : rien n’est ajouté.")
    load_demo(store)
    say("Données de démonstration chargées (ville fictive).")
    return 0


def _empty(store: Store, _: argparse.Namespace) -> int:
    try:
        start_empty(store, terminal().actor())
    except DemoOnly as error:
        return refuse(error)
    say("Données de démonstration retirées : la base est vide.")
    return 0


def _backup(store: Store, options: argparse.Namespace) -> int:
    target = Path(options.target)
    terminal().backup(store, target)
    say(f"Copie complète de la base : {target}")
    return 0


def _restore(options: argparse.Namespace) -> int:
    here = terminal().store
    if here is not None:
        previous = restore_open(options.source, here, terminal().actor(), here.state())
    else:
        try:
            previous = restore(options.source, store_path(), terminal().actor())
        except StoreBusy as busy:
            return restored_elsewhere(busy, options.source)
    say(f"Base restaurée depuis {options.source}.")
    if previous:
        say(f"La base précédente est gardée\u00a0: {previous}")
    return 0


def _user(store: Store, options: argparse.Namespace) -> int:
    email, active = options.email.strip().lower(), not options.disable
    if problem := identifier_problem(email):
        return refuse(f"{problem[0].upper()}{problem[1:]}\u00a0: vérifiez-la, puis recommencez.")
    known = set(store.read("SELECT name FROM canteens")["name"])
    if unknown := [name for name in options.canteen if name not in known]:
        return refuse(f"{quoted(unknown[0])} n’est pas une cantine connue\u00a0: écrivez-la comme dans vos fichiers.")
    if options.role == "cantine" and active and not options.canteen:
        return refuse("Un gestionnaire a au moins une cantine\u00a0: ajoutez --canteen « NOM », une fois par cantine.")
    save_account(store, terminal().actor(), email, options.role, active=active, canteens=options.canteen)
    of_canteens = f" ({', '.join(options.canteen)})" if options.canteen else ""
    say(f"{email} : {options.role}{of_canteens}, {'actif' if active else 'désactivé'}.")
    return 0
