-- One row per line kept about a surplus that served: the meals of a canteen that were served again, or given, one day.
CREATE TABLE surplus_use_rows (
    deposit_id BIGINT NOT NULL, line BIGINT NOT NULL,
    canteen VARCHAR NOT NULL, date DATE NOT NULL, use VARCHAR NOT NULL,
    meals INTEGER, kg DOUBLE, association VARCHAR, comment VARCHAR
);

-- One row per canteen × day × use (reemploi, don). What is saved is not weighed as waste: nothing is counted twice.
CREATE VIEW surplus_uses AS
SELECT
    canteen, date, use,
    arg_max(meals, deposit_id) AS meals,
    arg_max(kg, deposit_id) AS kg,
    arg_max(association, deposit_id) AS association,
    arg_max(comment, deposit_id) AS comment
FROM surplus_use_rows JOIN active_deposits USING (deposit_id)
GROUP BY canteen, date, use;
