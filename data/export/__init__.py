"""What is given back: files for Excel, open data, empty models, the national platform's campaign."""
