"""An error that nobody expected: its reader sees a sentence and a reference, the log has the rest."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from streamlit.elements import exception as exception_element
from streamlit.errors import StreamlitAPIException
from streamlit.proto.BackMsg_pb2 import BackendOperationRequest
from streamlit.proto.Exception_pb2 import Exception as ExceptionMessage
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.backend_operation_handler import DeferredFileHandler
from streamlit.runtime.runtime_util import serialize_forward_msg

from data.faults import StoreFault
from ui.server import failures

REFERENCE = re.compile(r"référence ([0-9A-F]{6})\.$")
SECRET = "/srv/secret.py: dupont@ville.fr"


@pytest.fixture(autouse=True)
def speaking(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let our sentences stand for Streamlit's during a test."""
    monkeypatch.setattr(exception_element, "marshall", exception_element.marshall)
    monkeypatch.setattr(DeferredFileHandler, "handle", DeferredFileHandler.handle)
    failures.speak_for_streamlit()
    yield


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> pytest.LogCaptureFixture:
    """Return what these tests log, each entry once."""
    for name in ("ui.server.failures", "streamlit.error_util"):
        monkeypatch.setattr(logging.getLogger(name), "propagate", True)
    return caplog


def raised(error: Exception) -> Exception:
    try:
        raise error
    except Exception as caught:
        return caught


def failing(error: Exception) -> Callable[[str], str]:
    def make(_: str) -> str:
        raise error

    return make


def told_of_a_file(error: Exception) -> str:
    handler = DeferredFileHandler(lambda: SimpleNamespace(execute_deferred=failing(error)))
    request = BackendOperationRequest(request_id="7")
    request.deferred_file.file_id = "x"
    answer = asyncio.run(handler.handle(request, "session"))
    assert (answer.request_id, answer.WhichOneof("payload")) == ("7", None)
    return str(answer.error_msg)


@pytest.mark.parametrize("error", [SyntaxError(SECRET), StreamlitAPIException(SECRET), KeyError(SECRET)], ids=repr)
def test_what_streamlit_would_show_of_an_error_is_a_sentence_and_a_reference(
    error: Exception, log: pytest.LogCaptureFixture
) -> None:
    message = ExceptionMessage(type="KeyError", stack_trace=[SECRET])
    exception_element.marshall(message, raised(error))
    told = REFERENCE.search(message.message)
    assert told
    assert "secret" not in str(message)
    assert (message.type, list(message.stack_trace)) == ("", [])
    assert f"Page stopped, reference {told[1]}" in log.text
    assert SECRET in log.text
    assert "Traceback" in log.text


def test_a_page_too_heavy_for_one_message_says_so_in_french(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streamlit.runtime.runtime_util.get_max_message_size_bytes", lambda: 10)
    message = ForwardMsg()
    message.delta.new_element.text.body = "x" * 100
    sent = ForwardMsg.FromString(serialize_forward_msg(message))
    assert REFERENCE.search(sent.delta.new_element.exception.message)


def test_a_file_that_cannot_be_made_says_why(log: pytest.LogCaptureFixture) -> None:
    told = REFERENCE.search(told_of_a_file(ValueError(SECRET)))
    assert told
    assert f"File not made, reference {told[1]}" in log.text
    assert told_of_a_file(StoreFault("Le disque est plein.")) == "Le disque est plein."
    assert "n’est plus ouvert à votre compte" in told_of_a_file(PermissionError("max@ville.fr"))


def test_an_error_of_a_page_is_logged_once(log: pytest.LogCaptureFixture) -> None:
    from streamlit.error_util import handle_user_script_exception

    shown: list[str] = []
    handle_user_script_exception(
        raised(ZeroDivisionError(SECRET)), lambda error: bool(shown.append(failures.page_stopped(error)) or True)
    )
    assert log.text.count("ZeroDivisionError: ") == len(shown) == 1
