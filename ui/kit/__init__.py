"""What every page is built with: blocks, tables, charts, formats, filters."""
