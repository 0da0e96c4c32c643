"""The server: who may speak to the application at all, before Streamlit hears a word."""

import logging

# It would say in English that what pages remember is kept in memory, as it is meant to be.
logging.getLogger("streamlit.runtime.caching.cache_data_api").disabled = True
