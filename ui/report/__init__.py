"""The report of the comité: its figures once, written as PDF, slides and workbook, and the view that keeps them."""
