-- What is known of each service is kept in a table: to derive it from all logs takes a second for two million lines, and
-- every figure starts from it. `Store.write` brings it up to date in the transaction that changes a deposit.

-- One row per service of the deposits that are given (or of all: NULL), as the active deposits tell it. Every measure may
-- be missing; a missing value never erases a known one.
-- An edible part larger than the total known now comes from a total since corrected: it is no longer known.
CREATE MACRO services_told(of_deposits) AS TABLE
    WITH told AS (
        SELECT site, site_kind, date FROM log_rows WHERE of_deposits IS NULL OR list_contains(of_deposits, deposit_id)
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
        FROM log_rows JOIN active_deposits USING (deposit_id) SEMI JOIN told USING (site, site_kind, date)
        GROUP BY site, site_kind, date
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

-- counted: the lines of this deposit of a log are in `services`; it follows `active`.
ALTER TABLE deposits ADD COLUMN counted BOOLEAN DEFAULT FALSE;
UPDATE deposits SET counted = active AND kind = 'log';

-- One row per label found in files (site × kind); canteen is NULL while it is “à rattacher”.
CREATE OR REPLACE VIEW service_points AS
WITH labels AS (
    SELECT DISTINCT site, site_kind, NULL AS canteen, NULL AS deposit_id FROM services
    UNION ALL
    SELECT site, site_kind, canteen, deposit_id FROM mapping_rows JOIN active_deposits USING (deposit_id)
)
SELECT site, site_kind, arg_max(canteen, deposit_id) AS canteen
FROM labels
GROUP BY site, site_kind;
