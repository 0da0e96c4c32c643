"""The server: who may speak to the application at all, before Streamlit hears a word."""
