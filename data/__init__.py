"""DuckDB and files: the store, the deposits, the queries. No Streamlit, no model."""
