"""The only folder besides the pages where Streamlit is used: server, access, session, and the blocks of each page."""

import os

# Before numpy is loaded: several threads would share the matrices of the pilot's study, and wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
