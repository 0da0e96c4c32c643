-- One row per service sheet received from a tablet. `sheet_key` is chosen by the tablet: a sheet sent twice is stored once.
-- deposit_id: where its figures are; NULL when it told none. marks: {dish: 1 to 3}, what
-- children thought of the dishes of the day. stored: the figures as they were typed, told again to a tablet that asks twice.
CREATE TABLE sheets (
    sheet_key VARCHAR PRIMARY KEY,
    deposit_id BIGINT,
    canteen VARCHAR NOT NULL,
    date DATE NOT NULL,
    marks JSON NOT NULL,
    stored JSON NOT NULL,
    actor VARCHAR NOT NULL,
    saved_at TIMESTAMP NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);
