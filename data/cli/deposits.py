"""Commands on deposits: import, deposits, undo, redo."""

from __future__ import annotations

import argparse
import contextlib
import json
import shlex
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from data.cli.common import Commands, refuse, say
from data.cli.terminal import terminal
from data.deposit import undo
from data.deposit.apply import DepositRefused, DepositReport, apply, base_name, preview
from data.deposit.choices import AS_WRITTEN, NEXT_DAY, Choices
from data.kinds import kinds
from data.store import Store
from data.typography import VALUE, cut

FINDINGS_PRINTED = 20

HISTORY = """
SELECT
    deposit_id AS deposit, strftime(deposited_at, '%Y-%m-%dT%H:%M:%SZ') AS deposited_at, actor, file_name AS file, kind,
    active, lines, accepted, changed, without_measure, unchanged, rejected, warnings, sha256
FROM deposits
ORDER BY deposit_id
"""


def add_commands(commands: Commands) -> None:
    """Add these commands to the parser."""
    command = commands.add_parser("import", help="déposer des fichiers, dans l’ordre donné")
    command.add_argument("files", nargs="+", metavar="FICHIER")
    command.add_argument("--json", action="store_true", help="un objet JSON par fichier")
    command.add_argument("--dry-run", action="store_true", help="vérifier sans rien écrire")
    _add_choices(command)
    command.set_defaults(run=_import)
    command = commands.add_parser("deposits", help="lister les dépôts, avec leur numéro")
    command.add_argument("--json", action="store_true", help="un tableau JSON, un objet par dépôt")
    command.set_defaults(run=_list)
    for name, run, help_text in (
        ("undo", undo.undo, "annuler un dépôt\u00a0: la base est celle que donnent les autres"),
        ("redo", undo.redo, "remettre un dépôt annulé, à sa place parmi les autres"),
    ):
        command = commands.add_parser(name, help=help_text)
        command.add_argument("deposit", type=int, metavar="NUMÉRO", help="le numéro que donne «\u00a0deposits\u00a0»")
        command.set_defaults(run=partial(_switch, run=run))


def _add_choices(command: argparse.ArgumentParser) -> None:
    """Add the options that decide where a file leaves a doubt: nothing is decided without them."""
    rows = command.add_mutually_exclusive_group()
    rows.add_argument("--add-up", metavar="COLONNE", help="additionner les lignes que seule cette colonne distingue")
    rows.add_argument("--keep", metavar="COLONNE=VALEUR", type=_column_value, help="ne garder que ces lignes")
    command.add_argument(
        "--once",
        metavar="MESURE",
        action="append",
        help="avec --add-up\u00a0: une mesure répétée sur chaque ligne, comptée une fois (aucune\u00a0: tout s’ajoute)",
    )
    command.add_argument(
        "--early-dates",
        choices=(NEXT_DAY, AS_WRITTEN),
        help="dates à 22:00, 23:00 ou 23:59\u00a0: le lendemain (next_day) ou la date telle quelle (as_written)",
    )


def _column_value(text: str) -> tuple[str, str]:
    column, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError("écrivez COLONNE=VALEUR")
    return column, value


def _choices(options: argparse.Namespace) -> Choices:
    once = None if options.once is None else tuple(name for name in options.once if name != "aucune")
    column, kept = options.keep or (options.add_up, None)
    return Choices(column, kept, once if options.add_up else None, options.early_dates)


def _import(store: Store, options: argparse.Namespace) -> int:
    outcomes = [_import_one(store, Path(file), options) for file in terminal().given(options.files)]
    return 0 if all(outcomes) else 1


def _import_one(store: Store, path: Path, options: argparse.Namespace) -> bool:
    try:
        content = terminal().read(path)
        run = preview if options.dry_run else partial(apply, actor=terminal().actor())
        report = run(store, path.name, content, choices=_choices(options))
    except (DepositRefused, OSError) as error:
        cannot_open = f"Le fichier {cut(str(path), VALUE)} ne peut pas être ouvert."
        message = str(error) if isinstance(error, DepositRefused) else cannot_open
        _print_refusal(path, message, as_json=options.json)
        if isinstance(error, DepositRefused) and not options.json:
            _print_options(store, path, content, options)
        return False
    if options.json:
        say(json.dumps(report.as_dict(), ensure_ascii=False))
    else:
        say(_sentences(report, applied=not options.dry_run))
    return report.rejected_lines < report.lines


def _print_options(store: Store, path: Path, content: bytes, options: argparse.Namespace) -> None:
    """Say on stderr which options would decide what a refused file leaves in doubt, if anything."""
    with contextlib.suppress(DepositRefused):
        for line in _to_decide(preview(store, path.name, content, choices=_choices(options))):
            terminal().complain(line)


def _print_refusal(path: Path, message: str, *, as_json: bool) -> None:
    if not as_json:
        refuse(f"{base_name(path.name)} : refusé. {message}")
        return
    counts: dict[str, Any] = dict.fromkeys(("lines", "accepted", "without_measure", "changed", "unchanged"), 0)
    rejected = [{"line": None, "column": None, "reason": message}]
    refusal = {"file": base_name(path.name), "kind": None, **counts, "rejected": rejected, "warnings": []}
    say(json.dumps(refusal, ensure_ascii=False))


def _sentences(report: DepositReport, *, applied: bool) -> str:
    head = f"{report.file} ({report.kind_title.lower()}) : {report.lines} lignes"
    counts = (
        f"{report.accepted} acceptées ({report.new} nouvelles, {report.changed} modifiées), "
        f"{report.without_measure} sans mesure, {report.unchanged} inchangées, {report.rejected_lines} rejetées"
    )
    verdict = "Rien ne change." if report.nothing_to_do else "Appliqué." if applied else "Essai : rien n’a été écrit."
    lines = [f"{head} = {counts}. {verdict}", *_grid(report)]
    for title, findings in (("rejet", report.rejected), ("à vérifier", report.warnings)):
        lines += [
            f"  {title}, ligne {f.line or '—'}, {f.column or '—'} : {f.reason}" for f in findings[:FINDINGS_PRINTED]
        ]
        if len(findings) > FINDINGS_PRINTED:
            lines.append(f"  … et {len(findings) - FINDINGS_PRINTED} autres ({title}) ; --json les donne tous.")
    return "\n".join([*lines, *_to_decide(report)])


def _grid(report: DepositReport) -> list[str]:
    """Say how the first cells of a grid are read."""
    cells = [
        f"  lu, ligne {', '.join(map(str, cell.lines))}, {cell.title} : {cell.text} ({cell.column}, {cell.site}, "
        f"{cell.day:%d/%m/%Y})"
        for cell in report.grid[:FINDINGS_PRINTED]
    ]
    rest = len(report.grid) - len(cells)
    return [*cells, f"  … et {rest} autres chiffres de la grille"] if rest else cells


def _to_decide(report: DepositReport) -> list[str]:
    """Say which options decide what the file leaves in doubt."""
    lines = []
    if report.splits and report.choices.column is None:
        split = report.splits[0]
        ways = [f"--add-up {shlex.quote(split.column)}"] if split.measures else []
        ways += [f"--keep {shlex.quote(f'{split.column}={value}')}" for value, _ in split.values[:1]]
        lines.append(f"  à décider : {' ou '.join(ways)}")
    if report.early_columns and report.choices.early_dates is None:
        lines.append(f"  à décider : --early-dates {NEXT_DAY} (le lendemain) ou {AS_WRITTEN} (la date telle quelle)")
    return lines


def _list(store: Store, options: argparse.Namespace) -> int:
    with store.scratch() as cursor:
        cursor.execute(HISTORY)
        names = [column[0] for column in cursor.description or ()]
        deposits = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    if options.json:
        say(json.dumps(deposits, ensure_ascii=False))
    elif not deposits:
        say("Aucun fichier n’a encore été déposé.")
    else:
        say("\n".join(map(_deposit_line, deposits)))
    return 0


def _deposit_line(deposit: dict[str, Any]) -> str:
    kind = kinds().get(deposit["kind"])
    title = kind.title.lower() if kind else deposit["kind"]
    state = "actif" if deposit["active"] else "annulé"
    return (
        f"n°\u00a0{deposit['deposit']}  {state}  {deposit['deposited_at']}  {deposit['file']} ({title})  "
        f"par {deposit['actor']}\u00a0: {deposit['lines']} lignes, {deposit['accepted']} acceptées dont "
        f"{deposit['changed']} modifiées, {deposit['unchanged']} inchangées, {deposit['rejected']} rejetées"
    )


def _switch(store: Store, options: argparse.Namespace, run: Callable[[Store, int, str], str | None]) -> int:
    try:
        warning = run(store, options.deposit, terminal().actor())
    except undo.NotPossible as error:
        return refuse(error)
    done = "annulé" if run is undo.undo else "remis"
    say(warning or f"Dépôt n°\u00a0{options.deposit} {done}.")
    return 0
