"""Why a computation gives no result, as classes whose messages are French sentences for whoever asked."""

from __future__ import annotations


class ExecutorFailed(Exception):
    """The computation could not run, or not to its end; the message says what to do."""


class RefreshFailed(Exception):
    """No new forecast was stored."""


class HistoryEmpty(RefreshFailed):
    """There is nothing to forecast from."""
