-- What was known when a past day was forecast: the last day before it; NULL for the runs that did not tell.
ALTER TABLE backtests ADD COLUMN known_until DATE;
-- Why nothing is learnt from that day: a place in models.panel.REASONS; NULL where it is learnt from. It is judged all the same.
ALTER TABLE backtests ADD COLUMN set_aside VARCHAR;
