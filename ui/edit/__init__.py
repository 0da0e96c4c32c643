"""One line of the programme, typed on a page."""
