-- One row per run × canteen × weighed day × measure (waste_g_per_meal, waste_kg): what the forecast of the waste would have
-- said of it three weeks ahead, and what was weighed.
CREATE TABLE waste_backtests (
    run_id BIGINT NOT NULL,
    canteen VARCHAR NOT NULL,
    date DATE NOT NULL,
    target VARCHAR NOT NULL,
    actual DOUBLE NOT NULL,
    forecast DOUBLE NOT NULL,
    lower DOUBLE NOT NULL,
    upper DOUBLE NOT NULL
);
