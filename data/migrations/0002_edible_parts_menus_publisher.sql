-- The edible part of each weighing, where it is known: it is included in the total of its place of loss.
ALTER TABLE log_rows ADD COLUMN preparation_edible_kg DOUBLE;
ALTER TABLE log_rows ADD COLUMN unserved_edible_kg DOUBLE;
ALTER TABLE log_rows ADD COLUMN leftovers_edible_kg DOUBLE;

-- What the national standard says of a dish: several values in one text, sorted and separated by “;”.
ALTER TABLE menu_rows ADD COLUMN labels VARCHAR;
ALTER TABLE menu_rows ADD COLUMN diets VARCHAR;
ALTER TABLE menu_rows ADD COLUMN allergens VARCHAR;

-- One row: who publishes the open data of this store, as the standard SCDL asks.
CREATE TABLE publisher (name VARCHAR NOT NULL, siret VARCHAR NOT NULL, kitchen VARCHAR NOT NULL);
INSERT INTO publisher VALUES ('Ville de Nantes', '21440109300015', 'Cuisine centrale de la Ville de Nantes');

-- One row per service point × day. Every measure may be missing; a missing value never erases a known one.
-- An edible part larger than the total known now comes from a total since corrected: it is no longer known.
CREATE OR REPLACE VIEW services AS
WITH last_known AS (
    SELECT
        site, site_kind, date,
        arg_max(meals_planned, deposit_id) AS meals_planned,
        arg_max(meals_served, deposit_id) AS meals_served,
        arg_max(preparation_kg, deposit_id) AS preparation_kg,
        arg_max(unserved_kg, deposit_id) AS unserved_kg,
        arg_max(leftovers_kg, deposit_id) AS leftovers_kg,
        arg_max(comment, deposit_id) AS comment,
        arg_max(preparation_edible_kg, deposit_id) AS preparation_edible,
        arg_max(unserved_edible_kg, deposit_id) AS unserved_edible,
        arg_max(leftovers_edible_kg, deposit_id) AS leftovers_edible
    FROM log_rows JOIN active_deposits USING (deposit_id)
    GROUP BY site, site_kind, date
)
SELECT
    * EXCLUDE (preparation_edible, unserved_edible, leftovers_edible),
    CASE WHEN preparation_edible <= preparation_kg THEN preparation_edible END AS preparation_edible_kg,
    CASE WHEN unserved_edible <= unserved_kg THEN unserved_edible END AS unserved_edible_kg,
    CASE WHEN leftovers_edible <= leftovers_kg THEN leftovers_edible END AS leftovers_edible_kg
FROM last_known;

-- One row per service point × day, with its place: the table every figure of the pages starts from.
CREATE OR REPLACE VIEW located_services AS
SELECT
    services.*, points.canteen, canteens.label AS canteen_label, canteens.district
FROM services
JOIN service_points AS points USING (site, site_kind)
LEFT JOIN canteens ON canteens.name = points.canteen;

-- One row per day × place in the meal × dish: the last deposited menu of a day replaces the earlier ones.
CREATE OR REPLACE VIEW menus AS
WITH last_of_the_day AS (
    SELECT * FROM menu_rows JOIN active_deposits USING (deposit_id)
    QUALIFY deposit_id = max(deposit_id) OVER (PARTITION BY date)
)
SELECT
    date, position, max(course) AS course, dish,
    max(labels) AS labels, max(diets) AS diets, max(allergens) AS allergens
FROM last_of_the_day
GROUP BY date, position, dish;
