-- How many meals to prepare at the risk of running short that the managers take, without and with their plan of the day.
ALTER TABLE forecasts ADD COLUMN recommended DOUBLE;
ALTER TABLE forecasts ADD COLUMN recommended_with_plan DOUBLE;

-- One row per run × canteen × day: what the forecast of meals is made of, in meals; the terms add up to its point.
CREATE TABLE forecast_terms (
    run_id BIGINT NOT NULL,
    canteen VARCHAR NOT NULL,
    date DATE NOT NULL,
    usual DOUBLE NOT NULL,
    weekday DOUBLE NOT NULL,
    season DOUBLE NOT NULL,
    calendar DOUBLE NOT NULL,
    event DOUBLE NOT NULL
);

-- One row per run × canteen × past day: what the model would have said of it three weeks ahead, and what came.
CREATE TABLE backtests (
    run_id BIGINT NOT NULL,
    canteen VARCHAR NOT NULL,
    date DATE NOT NULL,
    meals_planned DOUBLE,
    meals_served DOUBLE NOT NULL,
    forecast DOUBLE NOT NULL,
    lower DOUBLE NOT NULL,
    upper DOUBLE NOT NULL,
    recommended DOUBLE NOT NULL,
    recommended_with_plan DOUBLE NOT NULL
);
