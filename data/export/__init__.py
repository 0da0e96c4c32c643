"""Exports: files for Excel, open data, empty models, the declaration for the national platform ma-cantine."""
