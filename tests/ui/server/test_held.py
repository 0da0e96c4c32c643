"""What the server holds for its visitors ends with their sessions, whatever was on its way."""

from __future__ import annotations

from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from ui.server.held import MAX_BY_SESSION, Uploads


def file(name: str, size: int) -> UploadedFileRec:
    return UploadedFileRec(name, name, "text/csv", b"x" * size)


def test_a_file_received_after_its_session_ended_is_not_kept_and_takes_no_room() -> None:
    uploads = Uploads("/files")
    ticket = uploads.expect("left", 5)
    uploads.remove_session_files("left")
    uploads.add_file("left", file("late", 5))
    uploads.received(ticket)
    assert not uploads.get_files("left", ["late"])
    assert not any(uploads.file_storage.values())


def test_a_session_that_stays_keeps_its_file_and_the_room_is_counted_before_it_is_received() -> None:
    uploads = Uploads("/files")
    first = uploads.expect("here", MAX_BY_SESSION)
    assert first is not None
    assert uploads.expect("here", 1) is None
    assert uploads.expect("another", 1) is not None
    uploads.add_file("here", file("kept", 5))
    uploads.received(first)
    assert uploads.expect("here", MAX_BY_SESSION) is None
    assert uploads.get_files("here", ["kept"])
