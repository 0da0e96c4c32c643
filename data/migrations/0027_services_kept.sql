-- What every figure starts from is kept in tables: to derive it from all logs takes a second for two million lines, and
-- to plan its derivation longer than to add up. `Store.write` brings them up to date in the transaction that changes a
-- deposit.

-- One row per service of a deposit (of all: NULL), as the active deposits tell it. Every measure may be missing; a missing
-- value never erases a known one. Most services have one line in all; what several lines tell is put together.
-- An edible part larger than the total known now comes from a total since corrected: it is no longer known.
CREATE MACRO services_told(of_deposit) AS TABLE
    WITH own AS (
        FROM log_rows WHERE of_deposit IS NULL OR deposit_id = of_deposit
    ), others AS (
        SELECT site, site_kind, date FROM log_rows
        WHERE (of_deposit IS NULL OR deposit_id <> of_deposit)
            AND date BETWEEN (SELECT min(date) FROM own) AND (SELECT max(date) FROM own)
    ), shared AS MATERIALIZED (
        FROM others SEMI JOIN own USING (site, site_kind, date)
        UNION ALL
        SELECT site, site_kind, date FROM own GROUP BY ALL HAVING count(*) > 1
    ), last_known AS (
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
        FROM log_rows JOIN active_deposits USING (deposit_id) SEMI JOIN shared USING (site, site_kind, date)
        GROUP BY site, site_kind, date
        UNION ALL
        SELECT
            site, site_kind, date, meals_planned, meals_served, preparation_kg, unserved_kg, leftovers_kg, comment,
            preparation_edible_kg, unserved_edible_kg, leftovers_edible_kg
        FROM own JOIN active_deposits USING (deposit_id) ANTI JOIN shared USING (site, site_kind, date)
    )
    SELECT
        * EXCLUDE (preparation_edible, unserved_edible, leftovers_edible),
        CASE WHEN preparation_edible <= preparation_kg THEN preparation_edible END AS preparation_edible_kg,
        CASE WHEN unserved_edible <= unserved_kg THEN unserved_edible END AS unserved_edible_kg,
        CASE WHEN leftovers_edible <= leftovers_kg THEN leftovers_edible END AS leftovers_edible_kg
    FROM last_known;

-- One row per service point × day: what `services_told(NULL)` gives.
DROP VIEW services;
CREATE TABLE services AS FROM services_told(NULL);

-- One row per label found in files (site × kind), as the active deposits tell it; canteen is NULL while it is “à rattacher”.
DROP VIEW service_points;
CREATE VIEW service_points_told AS
WITH labels AS (
    SELECT DISTINCT site, site_kind, NULL AS canteen, NULL AS deposit_id FROM services
    UNION ALL
    SELECT site, site_kind, canteen, deposit_id FROM mapping_rows JOIN active_deposits USING (deposit_id)
)
SELECT site, site_kind, arg_max(canteen, deposit_id) AS canteen
FROM labels
GROUP BY site, site_kind;

-- One row per label: what `service_points_told` gives.
CREATE TABLE service_points AS FROM service_points_told;

-- One row per canteen: what `canteens_told` gives, the view of migration 0001.
ALTER VIEW canteens RENAME TO canteens_told;
CREATE TABLE canteens AS FROM canteens_told;

-- counted: what this deposit tells is in the three tables; it follows `active`.
ALTER TABLE deposits ADD COLUMN counted BOOLEAN DEFAULT FALSE;
UPDATE deposits SET counted = active;
