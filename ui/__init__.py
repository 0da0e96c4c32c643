"""The only folder besides the pages where Streamlit is used: server, access, session, and the blocks of each page."""
