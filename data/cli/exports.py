"""The command that exports the data: export."""

from __future__ import annotations

import argparse
from datetime import date, datetime
from pathlib import Path

from data.cli.common import Commands, refuse, refuse_file, say
from data.cli.terminal import terminal
from data.export.files import EXPORTED, STYLES, export, file_name, is_empty
from data.export.ma_cantine import Declaration, NothingToDeclare, declaration, declaration_csv
from data.kinds import kinds
from data.kinds.records import COUNTS_OF_PEOPLE
from data.store import Store
from data.typography import quoted


def add_commands(commands: Commands) -> None:
    """Add this command to the parser."""
    command = commands.add_parser("export", help="rendre les données, pour Excel ou en données ouvertes")
    exports = command.add_subparsers(required=True, metavar="QUOI")
    titles = {name: kind.title.lower() for name, kind in kinds().items()}
    for name, title in {"all": "tous les fichiers", **titles}.items():
        files = exports.add_parser(name, help=title)
        files.add_argument("--to", required=True, type=Path, metavar="DOSSIER")
        files.add_argument("--format", choices=STYLES, default="excel", help="excel (par défaut) ou données ouvertes")
        files.set_defaults(run=_export, kinds=EXPORTED if name == "all" else (name,))
    campaign = exports.add_parser("ma-cantine", help="les pesées d’une cantine, dans les champs de ma-cantine")
    campaign.add_argument("--cantine", required=True, metavar="NOM")
    campaign.add_argument("--from", required=True, type=_day, dest="start", metavar="JOUR", help="jj/mm/aaaa")
    campaign.add_argument("--to", required=True, type=_day, dest="end", metavar="JOUR", help="jj/mm/aaaa, compris")
    campaign.add_argument("--file", type=Path, metavar="FICHIER", help="écrire aussi un CSV pour Excel")
    campaign.set_defaults(run=_ma_cantine)


def _day(text: str) -> date:
    for pattern in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, pattern).date()
        except ValueError:
            continue
    raise argparse.ArgumentTypeError(f"{quoted(text)} n’est pas une date\u00a0: écrivez jj/mm/aaaa")


def _export(store: Store, options: argparse.Namespace) -> int:
    unpublished = COUNTS_OF_PEOPLE if options.format == "open" else ()
    if set(options.kinds) <= set(unpublished):
        return refuse("Des comptes d’agents par école ne se publient pas\u00a0: de petits groupes s’y liraient.")
    filled = [kind for kind in options.kinds if kind not in unpublished and not is_empty(store, kind)]
    if not filled:
        return refuse("Rien à rendre\u00a0: la base n’a aucune donnée de cette sorte.")
    try:
        for kind in filled:
            path = options.to / file_name(kind, options.format)
            terminal().write(path, export(store, kind, options.format), in_new_folder=True)
            say(f"{kinds()[kind].title}\u00a0: {path}")
    except OSError as error:
        return refuse_file(error, Path(str(error.filename or options.to)))
    store.note(terminal().actor(), "export", {"files": filled, "format": options.format})
    return 0


def _ma_cantine(store: Store, options: argparse.Namespace) -> int:
    try:
        campaign = declaration(store, options.cantine, options.start, options.end)
        if options.file:
            terminal().write(options.file, declaration_csv(campaign))
    except NothingToDeclare as error:
        return refuse(error)
    except OSError as error:
        return refuse_file(error, options.file)
    say(_as_text(campaign))
    return 0


def _as_text(campaign: Declaration) -> str:
    lines = [f"{a.question}\u00a0: {f'{a.shown} {a.unit}'.strip() or '—'}" for a in campaign.answers]
    return "\n".join([*lines, *(f"À savoir\u00a0: {remark}" for remark in campaign.remarks)])
