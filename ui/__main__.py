"""Start the application: `python -m ui`, with Streamlit's options, as `--server.port 8502`."""

from __future__ import annotations

import logging
import sys

if __name__ == "__main__":
    # It would say in English that what pages remember is kept in memory, as it is meant to be.
    logging.getLogger("streamlit.runtime.caching.cache_data_api").disabled = True
    from ui.server.start import main

    sys.exit(main(sys.argv[1:]))
