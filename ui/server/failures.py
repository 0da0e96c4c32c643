"""Errors that nobody expected: logged under a reference, which is all that whoever meets one sees of it."""

from __future__ import annotations

import asyncio
import logging
import secrets

import streamlit as st
from streamlit.elements import exception as exception_element
from streamlit.logger import get_logger
from streamlit.proto.BackMsg_pb2 import BackendOperationRequest
from streamlit.proto.Exception_pb2 import Exception as ExceptionMessage
from streamlit.proto.ForwardMsg_pb2 import BackendOperationResponse
from streamlit.runtime.backend_operation_handler import DeferredFileHandler

from data.faults import StoreFault
from ui.kit import blocks

# Streamlit's own format, with the time.
LOGGER = get_logger(__name__)


def reference_of(error: BaseException, what: str) -> str:
    """Log an error with its trace, and return the reference of this entry of the log."""
    reference = secrets.token_hex(3).upper()
    LOGGER.error("%s, reference %s", what, reference, exc_info=error)
    return reference


def explain(error: Exception) -> bool:
    """Show that a page stopped on an error, and tell Streamlit that it need not."""
    if isinstance(error, StoreFault):
        LOGGER.error("Page stopped: %s", error)
        blocks.problem("La base de données ne répond plus comme il faut\u00a0: rien n’a été enregistré.", str(error))
    else:
        st.error(page_stopped(error), icon=":material/error:")
    return True


def page_stopped(error: BaseException) -> str:
    """Log an error of a page; return what its reader is told."""
    return (
        "Cette page s’est arrêtée sur une erreur imprévue. Rechargez-la\u00a0; si cela recommence, "
        f"donnez à la mission numérique la référence {reference_of(error, 'Page stopped')}."
    )


def file_not_made(error: Exception) -> str:
    """Log an error of a file for download; return what is told instead of giving it."""
    if isinstance(error, PermissionError):
        return "Ce fichier n’est plus ouvert à votre compte. Rechargez la page."
    if isinstance(error, StoreFault):
        LOGGER.error("File not made: %s", error)
        return str(error)
    return (
        "Le fichier n’a pas pu être préparé. Rechargez la page\u00a0; si cela recommence, "
        f"donnez à la mission numérique la référence {reference_of(error, 'File not made')}."
    )


def speak_for_streamlit() -> None:
    """Put our sentence wherever Streamlit would show an error itself, and log each error once."""
    exception_element.marshall = _fill  # type: ignore[assignment]
    DeferredFileHandler.handle = _make_file  # type: ignore[method-assign]
    # It logs an error of a page before it calls `explain`, without the reference.
    logging.getLogger("streamlit.error_util").addFilter(lambda record: record.msg != "Uncaught app execution")


def _fill(message: ExceptionMessage, error: BaseException, *_: object, **__: object) -> None:
    """Fill the message by which Streamlit shows an error outside of a page's run: a script that it cannot read, say."""
    message.Clear()
    message.message = page_stopped(error)
    message.width_config.use_stretch = True


async def _make_file(
    self: DeferredFileHandler,
    request: BackendOperationRequest,
    session_id: str,  # noqa: ARG001  Streamlit's
) -> BackendOperationResponse:
    """Make a file for download when it is asked for, as Streamlit does."""
    answer = BackendOperationResponse(request_id=request.request_id)
    try:
        files = self._get_media_file_mgr()
        answer.deferred_file.url = await asyncio.to_thread(files.execute_deferred, request.deferred_file.file_id)
    except Exception as error:  # whatever it is, its reader reads French
        answer.ClearField("deferred_file")
        answer.error_msg = file_not_made(error)
    return answer
