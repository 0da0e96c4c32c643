"""The forecasts from the command line: `python -m models refresh [--json]`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Hashable, Mapping
from typing import Any

from data.cli.common import actor
from data.store import Store, StoreBusy, StoreTooRecent, store_path
from models.refresh import RefreshFailed, refresh

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
    """Compute and store the forecasts; return 0 when it was done, 1 when not, with a French sentence on stderr."""
    options = _parser().parse_args(arguments)
    try:
        store = Store(store_path())
    except (StoreBusy, StoreTooRecent) as error:
        print(error, file=sys.stderr)
        return 1
    try:
        run_id = refresh(store, actor(), _print_progress)
        summary = store.read(SUMMARY, {"run_id": run_id}).to_dict("records")[0]
    except RefreshFailed as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        store.close()
    print(json.dumps(summary, default=_as_json) if options.json else _sentence(summary))
    return 0


def _print_progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\rPrévisions\u00a0: {done} séries sur {total}", end="", file=sys.stderr, flush=True)
    if done == total:
        print(f"\rPrévisions\u00a0: {total} séries calculées", file=sys.stderr, flush=True)


def _sentence(summary: Mapping[Hashable, Any]) -> str:
    return (
        f"Prévisions n°\u00a0{summary['run_id']} enregistrées en {summary['seconds']:.0f}\u00a0s\u00a0: "
        f"{summary['canteens']} cantines, {summary['days']} jours de service "
        f"du {summary['first_day']:%d/%m/%Y} au {summary['last_day']:%d/%m/%Y}."
    )


def _as_json(value: Any) -> Any:  # noqa: ANN401
    """Give JSON the dates as text and numpy's numbers as plain ones."""
    return value.date().isoformat() if hasattr(value, "date") else value.item()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m models", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMANDE")
    command = commands.add_parser("refresh", help="calculer et enregistrer les prévisions")
    command.add_argument("--json", action="store_true", help="un objet JSON sur la sortie")
    return parser


if __name__ == "__main__":
    sys.exit(main())
