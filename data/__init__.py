"""DuckDB and files: the store, the deposits, the questions asked of the data. No Streamlit, no model."""
