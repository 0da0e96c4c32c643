"""Building blocks that all pages use: blocks, tables, charts, formats, filters, names of columns."""
