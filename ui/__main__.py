"""Start the application: `python -m ui`, with the options of `streamlit run`."""

from __future__ import annotations

import sys
from pathlib import Path

from streamlit.runtime.pages_manager import PagesManager
from streamlit.web import cli

APP = Path(__file__).resolve().parent.parent / "app.py"

if __name__ == "__main__":
    # Streamlit keeps its old router for a folder named `pages` until a first visitor is served: whoever came first by
    # a page's own address would read “Page not found”, in English, over that page.
    PagesManager.uses_pages_directory = False
    cli.main(["run", str(APP), *sys.argv[1:]], prog_name="streamlit")
