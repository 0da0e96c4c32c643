"""The page Production: the sheet of a day, delivery slips, what was produced and returned, the gaps by week."""
