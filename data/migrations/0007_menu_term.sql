-- What the menu of the day adds to a forecast of meals, in meals; the runs before it told nothing of menus.
ALTER TABLE forecast_terms ADD COLUMN menu DOUBLE DEFAULT 0;
