"""ASGI application: Streamlit behind the gate, with limits on stored files and sessions."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from starlette.middleware import Middleware
from streamlit import config
from streamlit.runtime import Runtime, RuntimeConfig
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
from streamlit.web.cache_storage_manager_config import create_default_cache_storage_manager
from streamlit.web.server.starlette.starlette_app import App

from ui.server.failures import explain, speak_for_streamlit
from ui.server.gate import Gate
from ui.server.held import LeftSessions, Uploads

SCRIPT = Path(__file__).parents[2] / "app.py"


class Application(App):
    """Streamlit's application with our own storage of files and sessions."""

    def __init__(self, lifespan: Callable[[App], AbstractAsyncContextManager[None]]) -> None:
        """Prepare the application; `lifespan` runs while the server is up."""
        self._uploads = Uploads("/_stcore/upload_file")
        speak_for_streamlit()
        gate = Middleware(Gate, uploads=self._uploads)
        super().__init__(SCRIPT, lifespan=lifespan, middleware=[gate], on_script_error=explain)

    def _create_runtime(self) -> Runtime:
        """Create Streamlit's runtime as Streamlit does, but with limits on stored files and sessions."""
        return Runtime(
            RuntimeConfig(
                script_path=str(SCRIPT),
                media_file_storage=MemoryMediaFileStorage("/media"),
                uploaded_file_manager=self._uploads,
                cache_storage_manager=create_default_cache_storage_manager(),
                is_hello=False,
                session_storage=LeftSessions(config.get_option("server.disconnectedSessionTTL")),
                on_script_error=explain,
            )
        )
