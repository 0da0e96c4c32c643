"""What a browser may say to Streamlit: the messages that the application needs, and no other."""

from __future__ import annotations

from collections.abc import Callable

from google.protobuf.message import DecodeError
from streamlit.proto.BackMsg_pb2 import BackMsg

from ui.access import Refusal, User, may_upload

# `clear_cache` empties what every session shares, `load_git_info` and the skills write or read outside the store.
FOR_EVERY_USER = frozenset({"rerun_script", "stop_script", "app_heartbeat"})
OPERATIONS = frozenset({"deferred_file", "dataframe_chunk"})


class Conversation:
    """The messages of one open page, each judged by what its reader may do at that moment."""

    def __init__(self, decide: Callable[[], User | Refusal]) -> None:
        """Take the decision of who is here, asked again at each message."""
        self._decide = decide
        self._known = decide()

    def let_through(self, frame: bytes) -> bytes | None:
        """Return the message as Streamlit shall hear it, or None to leave it unheard."""
        message = BackMsg()
        try:
            message.ParseFromString(frame)
        except DecodeError:
            return None
        known, now = self._known, self._decide()
        self._known = now
        if known != now or isinstance(now, Refusal):
            # What was clicked on a page of before must not act: the page is drawn anew for who is here now.
            return _drawn_anew(message)
        return frame if _allowed(message, now) else None


def _drawn_anew(message: BackMsg) -> bytes:
    """Return the message that draws the whole page again, with nothing of what was typed or clicked on it."""
    anew = BackMsg()
    anew.rerun_script.query_string = message.rerun_script.query_string
    anew.rerun_script.page_script_hash = message.rerun_script.page_script_hash
    return anew.SerializeToString()


def _allowed(message: BackMsg, user: User) -> bool:
    kind = message.WhichOneof("type")
    if kind in FOR_EVERY_USER:
        return True
    if kind == "file_urls_request":
        return may_upload(user)
    return kind == "backend_operation_request" and (
        message.backend_operation_request.WhichOneof("payload") in OPERATIONS
    )
