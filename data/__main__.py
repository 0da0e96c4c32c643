"""The data room from the command line: `python -m data import|demo|empty|backup|user`."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

from data.demo import DemoOnly, is_empty, load_demo, start_empty
from data.deposit import DepositRefused, DepositReport, apply, preview
from data.store import Store, StoreBusy, StoreTooRecent, store_path

FINDINGS_PRINTED = 20


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return 0 when it was done, 1 when it was refused, with a French sentence on stderr."""
    options = _parser().parse_args(arguments)
    try:
        store = Store(store_path())
    except (StoreBusy, StoreTooRecent) as error:
        print(error, file=sys.stderr)
        return 1
    try:
        return int(options.run(store, options))
    finally:
        store.close()


def _import(store: Store, options: argparse.Namespace) -> int:
    outcomes = [_import_one(store, Path(file), options) for file in options.files]
    return 0 if all(outcomes) else 1


def _import_one(store: Store, path: Path, options: argparse.Namespace) -> bool:
    try:
        content = path.read_bytes()
        run = preview if options.dry_run else partial(apply, actor=_actor())
        report = run(store, path.name, content)
    except (DepositRefused, OSError) as error:
        message = str(error) if isinstance(error, DepositRefused) else f"Le fichier {path} ne peut pas être ouvert."
        _print_refusal(path, message, as_json=options.json)
        return False
    if options.json:
        print(json.dumps(report.as_dict(), ensure_ascii=False))
    else:
        print(_sentences(report, applied=not options.dry_run))
    return report.rejected_lines < report.lines


def _print_refusal(path: Path, message: str, *, as_json: bool) -> None:
    if not as_json:
        print(f"{path.name} : refusé. {message}", file=sys.stderr)
        return
    counts: dict[str, Any] = dict.fromkeys(("lines", "accepted", "without_measure", "changed", "unchanged"), 0)
    rejected = [{"line": None, "column": None, "reason": message}]
    refusal = {"file": path.name, "kind": None, **counts, "rejected": rejected, "warnings": []}
    print(json.dumps(refusal, ensure_ascii=False))


def _sentences(report: DepositReport, *, applied: bool) -> str:
    head = f"{report.file} ({report.kind_title.lower()}) : {report.lines} lignes"
    counts = (
        f"{report.accepted} acceptées ({report.new} nouvelles, {report.changed} modifiées), "
        f"{report.without_measure} sans mesure, {report.unchanged} inchangées, {report.rejected_lines} rejetées"
    )
    verdict = "Rien ne change." if report.nothing_to_do else "Appliqué." if applied else "Essai : rien n’a été écrit."
    lines = [f"{head} = {counts}. {verdict}"]
    for title, findings in (("rejet", report.rejected), ("à vérifier", report.warnings)):
        lines += [
            f"  {title}, ligne {f.line or '—'}, {f.column or '—'} : {f.reason}" for f in findings[:FINDINGS_PRINTED]
        ]
        if len(findings) > FINDINGS_PRINTED:
            lines.append(f"  … et {len(findings) - FINDINGS_PRINTED} autres ({title}) ; --json les donne tous.")
    return "\n".join(lines)


def _demo(store: Store, options: argparse.Namespace) -> int:
    if options.if_new and store.version() > 0:  # once emptied on purpose, a store stays empty
        return 0
    if not is_empty(store):
        print("La base contient déjà des données : rien n’est ajouté.", file=sys.stderr)
        return 1
    load_demo(store)
    print("Données de démonstration chargées (ville fictive).")
    return 0


def _empty(store: Store, _: argparse.Namespace) -> int:
    try:
        start_empty(store, _actor())
    except DemoOnly as error:
        print(error, file=sys.stderr)
        return 1
    print("Données de démonstration retirées : la base est vide.")
    return 0


def _backup(store: Store, options: argparse.Namespace) -> int:
    target = Path(options.target)
    if target.exists():
        print(f"{target} existe déjà : choisissez un autre nom.", file=sys.stderr)
        return 1
    store.backup(target)
    print(f"Copie complète de la base : {target}")
    return 0


def _user(store: Store, options: argparse.Namespace) -> int:
    account = {"email": options.email.strip().lower(), "role": options.role, "active": not options.disable}
    with store.write(_actor(), "user", {"role": account["role"], "active": account["active"]}) as cursor:
        cursor.execute(
            "INSERT INTO users VALUES ($email, $role, $active)"
            " ON CONFLICT (email) DO UPDATE SET role = excluded.role, active = excluded.active",
            account,
        )
    print(f"{account['email']} : {account['role']}, {'actif' if account['active'] else 'désactivé'}.")
    return 0


def _actor() -> str:
    return f"{getpass.getuser()} (ligne de commande)"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m data", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMANDE")
    command = commands.add_parser("import", help="déposer des fichiers, dans l’ordre donné")
    command.add_argument("files", nargs="+", metavar="FICHIER")
    command.add_argument("--json", action="store_true", help="un objet JSON par fichier")
    command.add_argument("--dry-run", action="store_true", help="vérifier sans rien écrire")
    command.set_defaults(run=_import)
    command = commands.add_parser("demo", help="charger les données de démonstration dans une base vide")
    command.add_argument("--if-new", action="store_true", help="ne rien faire si la base a déjà servi")
    command.set_defaults(run=_demo)
    command = commands.add_parser("empty", help="retirer les données de démonstration")
    command.set_defaults(run=_empty)
    command = commands.add_parser("backup", help="écrire une copie complète de la base")
    command.add_argument("target", metavar="FICHIER")
    command.set_defaults(run=_backup)
    command = commands.add_parser("user", help="créer, modifier ou désactiver un compte")
    command.add_argument("email")
    command.add_argument("role", choices=["comite", "mission", "cantine", "cuisine"])
    command.add_argument("--disable", action="store_true")
    command.set_defaults(run=_user)
    return parser


if __name__ == "__main__":
    sys.exit(main())
