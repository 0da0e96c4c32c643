-- What the central kitchen decided, produced and got back; what it printed.

-- One row per line kept about a canteen × day.
CREATE TABLE production_rows (
    deposit_id BIGINT NOT NULL, line BIGINT NOT NULL,
    canteen VARCHAR NOT NULL, date DATE NOT NULL,
    decided INTEGER, produced INTEGER, returned INTEGER, comment VARCHAR
);

-- One row per canteen × day. A missing value never erases a known one.
CREATE VIEW production AS
SELECT
    canteen, date,
    arg_max(decided, deposit_id) AS decided,
    arg_max(produced, deposit_id) AS produced,
    arg_max(returned, deposit_id) AS returned,
    arg_max(comment, deposit_id) AS comment
FROM production_rows JOIN active_deposits USING (deposit_id)
GROUP BY canteen, date;

-- One row per sheet of a day that was printed: the meals of each canteen at that moment, by its key.
CREATE SEQUENCE print_seq;
CREATE TABLE production_prints (
    print_id BIGINT PRIMARY KEY DEFAULT nextval('print_seq'),
    date DATE NOT NULL,
    meals JSON NOT NULL,
    actor VARCHAR NOT NULL,
    printed_at TIMESTAMP NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);
