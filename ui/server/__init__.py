"""The server: which requests may reach the application, checked before Streamlit receives them."""

import logging

# This logger would warn in English that cached answers are kept in memory, which is intended.
logging.getLogger("streamlit.runtime.caching.cache_data_api").disabled = True
