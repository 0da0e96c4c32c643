"""Start the application: `python -m ui`, with Streamlit's options, as `--server.port 8502`."""

from __future__ import annotations

import sys

from ui.server.start import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
