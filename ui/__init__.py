"""The only room besides the pages where Streamlit appears: access, session, filters, charts, formats."""
