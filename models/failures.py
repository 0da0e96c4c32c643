"""The errors that stop a computation; their messages are French sentences for the user."""

from __future__ import annotations


class ExecutorFailed(Exception):
    """The computation could not start, or could not finish; the message says what to do."""


class RefreshFailed(Exception):
    """No new forecast was stored."""


class HistoryEmpty(RefreshFailed):
    """The store holds no meal served to learn from."""
