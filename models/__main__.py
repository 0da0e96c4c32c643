"""The forecasts from the command line: `python -m models refresh [--json]`, `python -m models backtest …`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Hashable, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from data.cli.common import Commands, refuse, refuse_file, say, with_copy, with_store
from data.cli.french import french_parser
from data.cli.terminal import terminal
from data.store import Store
from models.failures import RefreshFailed
from models.refresh import refresh

SUMMARY = """
    SELECT
        run_id,
        data_version,
        last_service_on,
        round(epoch(finished_at - started_at), 1) AS seconds,
        count(forecasts.date) AS rows,
        count(DISTINCT canteen) AS canteens,
        count(DISTINCT date) AS days,
        min(date) AS first_day,
        max(date) AS last_day
    FROM forecast_runs LEFT JOIN forecasts USING (run_id)
    WHERE run_id = $run_id
    GROUP BY ALL
"""


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return 0 when it succeeded, else 1, with a French sentence on stderr."""
    options = _parser().parse_args(arguments)
    given = sys.argv[1:] if arguments is None else arguments
    run = partial(_run, options)
    return with_copy(run) if options.command is _backtest else with_store(given, run)


def _run(options: argparse.Namespace, store: Store) -> int:
    return int(options.command(store, options))


def _refresh(store: Store, options: argparse.Namespace) -> int:
    try:
        run_id = refresh(store, terminal().actor(), _print_progress)
    except RefreshFailed as error:
        return refuse(error)
    summary = store.read(SUMMARY, {"run_id": run_id}).to_dict("records")[0]
    say(json.dumps(summary, default=_as_json) if options.json else _sentence(summary))
    return 0


def _backtest(store: Store, options: argparse.Namespace) -> int:
    from models.run import backtest_file  # loads Prophet, which a refresh loads only in its own process

    if not options.out.parent.is_dir():  # checked before the computation, which is long
        return refuse(f"Le dossier {options.out.parent} n’existe pas.")
    try:
        period = backtest_file.Period(
            options.first, options.last, options.lead_days, options.every, options.strikes_told_days
        )
        report = backtest_file.judge(store, period, _print_origins)
        backtest_file.write(report.rows, options.out)
    except backtest_file.BacktestRefused as error:
        return refuse(error)
    except OSError as error:
        return refuse_file(error, options.out)
    terminal().complain(_backtest_sentence(len(report.rows), report.not_forecast, options.out))
    return 0


def _print_origins(done: int, total: int) -> None:
    terminal().complain(f"\rOrigines\u00a0: {done} sur {total}", end="\n" if done == total else "")


def _backtest_sentence(rows: int, not_forecast: int, out: Path) -> str:
    return (
        f"{rows} jours × cantines écrits dans {out}\u00a0; "
        f"{not_forecast} jours × cantines servis n’ont pas pu être prévus (passé trop court)."
    )


def _print_progress(done: int, total: int) -> None:
    if terminal().shows_progress:
        terminal().complain(f"\rPrévisions\u00a0: {done} séries sur {total}", end="")
    if done == total:
        terminal().complain(f"\rPrévisions\u00a0: {total} séries calculées")


def _sentence(summary: Mapping[Hashable, Any]) -> str:
    if not summary["days"]:
        return (
            f"Calcul n°\u00a0{summary['run_id']} enregistré\u00a0: aucune cantine n’a encore assez de jours servis "
            "pour une prévision."
        )
    return (
        f"Prévisions n°\u00a0{summary['run_id']} enregistrées en {summary['seconds']:.0f}\u00a0s\u00a0: "
        f"{summary['canteens']} cantine{'s' if summary['canteens'] > 1 else ''}, {summary['days']} jours de service "
        f"du {summary['first_day']:%d/%m/%Y} au {summary['last_day']:%d/%m/%Y}."
    )


def _as_json(value: Any) -> Any:  # noqa: ANN401
    """Return a value that JSON can hold: a date as text, an unknown date as null, a numpy number as a plain one."""
    if value != value:  # NaT, the unknown date, differs from itself
        return None
    return value.date().isoformat() if hasattr(value, "date") else value.item()


def _parser() -> argparse.ArgumentParser:
    parser = french_parser("python -m models", "Les prévisions d’Antigaspi\u00a0: les calculer, les juger.")
    commands = parser.add_subparsers(required=True, metavar="COMMANDE")
    command = commands.add_parser("refresh", help="calculer et enregistrer les prévisions")
    command.add_argument("--json", action="store_true", help="un objet JSON sur la sortie")
    command.set_defaults(command=_refresh)
    _add_backtest(commands)
    return parser


def _add_backtest(commands: Commands) -> None:
    command = commands.add_parser("backtest", help="juger les prévisions sur une période passée")
    command.add_argument("--from", dest="first", type=_day, required=True, metavar="JOUR", help="premier jour jugé")
    command.add_argument("--to", dest="last", type=_day, required=True, metavar="JOUR", help="dernier jour jugé")
    command.add_argument("--lead-days", type=_days, default=21, metavar="N", help="jours d’avance (21)")
    command.add_argument(
        "--every", choices=("month", "week", "day"), default="week", help="une prévision par mois, semaine, jour"
    )
    command.add_argument(
        "--strikes-told-days", type=_days, metavar="N", help="grèves connues N jours avant (toujours, sinon)"
    )
    command.add_argument("--out", type=Path, required=True, metavar="FICHIER", help="fichier CSV à écrire")
    command.set_defaults(command=_backtest)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"«\u00a0{text}\u00a0» n’est pas un jour de la forme 2018-01-08") from None


def _days(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"«\u00a0{text}\u00a0» n’est pas un nombre de jours")
    if not int(text):
        raise argparse.ArgumentTypeError("une prévision se fait un jour avant au moins")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
