"""Filter of the messages from a browser to Streamlit: only those that the application needs pass."""

from __future__ import annotations

from collections.abc import Callable

from google.protobuf.message import DecodeError
from streamlit.proto.BackMsg_pb2 import BackMsg

from ui.access import Refusal, User, may_upload

# Not in this list: `clear_cache`, because all sessions share the cache; `load_git_info` and the skills, because they
# read or write outside the store.
FOR_EVERY_USER = frozenset({"rerun_script", "stop_script", "app_heartbeat"})
OPERATIONS = frozenset({"deferred_file", "dataframe_chunk"})


class Conversation:
    """The messages of one open page; each is checked against the rights of its user at that moment."""

    def __init__(self, decide: Callable[[], User | Refusal]) -> None:
        """Take the function that decides who the user is; it is called again for each message."""
        self._decide = decide
        self._last_decision = decide()

    def let_through(self, frame: bytes) -> bytes | None:
        """Return the message that Streamlit will receive, or None to drop it."""
        message = BackMsg()
        try:
            message.ParseFromString(frame)
        except DecodeError:
            return None
        before, now = self._last_decision, self._decide()
        self._last_decision = now
        if before != now or isinstance(now, Refusal):
            # The rights changed since the page was drawn: the click is dropped, and the page is drawn again.
            return _full_rerun(message)
        return frame if _allowed(message, now) else None


def _full_rerun(message: BackMsg) -> bytes:
    """Return the message that runs the whole page again, without what was typed or clicked on it."""
    rerun = BackMsg()
    rerun.rerun_script.query_string = message.rerun_script.query_string
    rerun.rerun_script.page_script_hash = message.rerun_script.page_script_hash
    return rerun.SerializeToString()


def _allowed(message: BackMsg, user: User) -> bool:
    kind = message.WhichOneof("type")
    if kind in FOR_EVERY_USER:
        return True
    if kind == "file_urls_request":
        return may_upload(user)
    return kind == "backend_operation_request" and (
        message.backend_operation_request.WhichOneof("payload") in OPERATIONS
    )
