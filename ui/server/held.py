"""Limits on what the server stores for its visitors: uploaded files and disconnected sessions."""

from __future__ import annotations

import asyncio
import builtins
from collections import OrderedDict

from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.session_manager import SessionInfo, SessionStorage
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

MIB = 2**20
MAX_BY_SESSION = 110 * MIB
MAX_IN_ALL = 220 * MIB
MAX_LEFT_SESSIONS = 64


class Uploads(MemoryUploadedFileManager):
    """The files that are uploaded but not confirmed yet; room for a file is reserved before it is received."""

    def __init__(self, endpoint: str) -> None:
        super().__init__(endpoint)
        self._expected: dict[object, tuple[str, int]] = {}
        self._closed: set[str] = set()

    def expect(self, session_id: str, size: int) -> object | None:
        """Reserve room for a file (size in bytes); None when its session, or all sessions together, store too much."""
        expected = list(self._expected.values())
        by_session = self._stored_size(session_id) + sum(
            bytes_ for session, bytes_ in expected if session == session_id
        )
        in_all = sum(map(self._stored_size, list(self.file_storage))) + sum(bytes_ for _, bytes_ in expected)
        if by_session + size > MAX_BY_SESSION or in_all + size > MAX_IN_ALL:
            return None
        ticket = object()
        self._expected[ticket] = (session_id, size)
        return ticket

    def received(self, ticket: object) -> None:
        """Free the reserved room: the file is now stored, or refused."""
        self._expected.pop(ticket, None)
        self._closed.intersection_update(session for session, _ in self._expected.values())

    def remove_session_files(self, session_id: str) -> None:
        """Delete the files of a closed session, and refuse those that are still being received for it."""
        if any(session == session_id for session, _ in self._expected.values()):
            self._closed.add(session_id)
        super().remove_session_files(session_id)

    def add_file(self, session_id: str, file: UploadedFileRec) -> None:
        """Store a file, unless its session was closed during the upload: nobody would ever use it."""
        if session_id not in self._closed:
            super().add_file(session_id, file)

    def _stored_size(self, session_id: str) -> int:
        return sum(len(file.data) for file in list(self.file_storage.get(session_id, {}).values()))


class LeftSessions(SessionStorage):
    """Disconnected sessions: kept for some time in case their browser comes back, then closed with all their files."""

    def __init__(self, seconds: float) -> None:
        """Take the time that a disconnected session is kept, in seconds."""
        self._seconds = seconds
        self._sessions: OrderedDict[str, SessionInfo] = OrderedDict()

    def get(self, session_id: str) -> SessionInfo | None:
        """Return a disconnected session, or None."""
        return self._sessions.get(session_id)

    def save(self, session_info: SessionInfo) -> None:
        """Keep a session; above the limit, close the oldest."""
        self._sessions[session_info.session.id] = session_info
        asyncio.get_running_loop().call_later(self._seconds, self._close, session_info)
        while len(self._sessions) > MAX_LEFT_SESSIONS:
            self._close(next(iter(self._sessions.values())))

    def delete(self, session_id: str) -> None:
        """Remove a session: its browser is back, or it was closed."""
        del self._sessions[session_id]

    def list(self) -> builtins.list[SessionInfo]:
        """Return all disconnected sessions."""
        return list(self._sessions.values())

    def _close(self, session_info: SessionInfo) -> None:
        # A browser that came back and left again has a newer entry, with its own time limit: that one stays.
        if self._sessions.get(session_info.session.id) is session_info:
            del self._sessions[session_info.session.id]
            session_info.session.shutdown()
