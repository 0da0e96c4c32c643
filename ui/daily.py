"""What the application does each day: a thread that looks at the clock, for the backup and for the forecasts."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import UTC, date, datetime

from data.backup import daily
from data.clock import PARIS
from data.faults import StoreFault
from data.queries.forecasts import runs
from ui import session

FIRST_LOOK, BETWEEN_LOOKS, AFTER_FAILURE = 20.0, 60.0, 3600.0  # seconds; the start is left to those who wait for a page
# The forecasts of the day are there before the kitchen begins.
FORECAST_HOUR = 4
UNFORESEEN = "La sauvegarde s’est arrêtée sur une erreur imprévue. Regardez le journal du serveur."
LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class Failure:
    """When the daily backup could not be made, and why, in French."""

    at: datetime
    reason: str


_failures: list[Failure] = []
_begun: list[date] = []  # the day of the last daily computation that was begun, even if it failed
_stop = threading.Event()


def start() -> threading.Thread:
    """Begin to look, once a minute, whether the backup of the day is due; return the thread that looks."""
    _stop.clear()
    looking = threading.Thread(target=_run, name="daily-backup", daemon=True)
    looking.start()
    return looking


def stop() -> None:
    """Stop looking; a backup under way ends with the process, and leaves no half file."""
    _stop.set()


def failure() -> Failure | None:
    """Return why the last daily backup could not be made, None when it was."""
    return _failures[-1] if _failures else None


def look() -> bool:
    """Make the daily backup when it is due; return False when it could not be made."""
    try:
        daily.run_when_due(session.opened())
    except Exception as error:  # whatever happens, the next look must take place
        reason = str(error) if isinstance(error, StoreFault) else UNFORESEEN
        LOGGER.error("Daily backup: %s", reason, exc_info=None if isinstance(error, StoreFault) else error)
        _failures[:] = [Failure(datetime.now(UTC), reason)]
        return False
    _failures.clear()
    return True


def forecast_when_due() -> None:
    """Begin the computation of the day, once a day from FORECAST_HOUR on, unless one was made today.

    The data of a store that nobody fills any more would say the same again.
    """
    now = datetime.now(PARIS)
    if now.hour < FORECAST_HOUR or now.date() in _begun or session.refresh_job().state().status == "running":
        return
    run = runs.latest_run(session.opened())
    if run is None or run.finished_at.replace(tzinfo=UTC).astimezone(PARIS).date() >= now.date():
        return
    _begun[:] = [now.date()]
    if run.last_service_on and (now.date() - run.last_service_on).days < runs.STALE_AFTER_DAYS:
        session.request_refresh()


def _run() -> None:
    pause = FIRST_LOOK
    while not _stop.wait(pause):
        pause = BETWEEN_LOOKS if look() else AFTER_FAILURE
        try:
            forecast_when_due()
        except Exception:  # a store that cannot be read says so on the pages; the next look must take place
            LOGGER.exception("Daily forecasts")
