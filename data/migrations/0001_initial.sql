-- One row: the counter raised by every write; cached answers are keyed by it.
CREATE TABLE store_state (version BIGINT NOT NULL, demo BOOLEAN NOT NULL);
INSERT INTO store_state VALUES (0, FALSE);

-- One row per action that changed the store.
CREATE SEQUENCE audit_seq;
CREATE TABLE audit_log (
    audit_id BIGINT DEFAULT nextval('audit_seq'),
    done_at TIMESTAMP NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    actor VARCHAR NOT NULL,
    action VARCHAR NOT NULL,
    detail JSON NOT NULL
);

-- One row per account. Roles: comite, mission, cantine, cuisine.
CREATE TABLE users (
    email VARCHAR PRIMARY KEY,
    role VARCHAR NOT NULL CHECK (role IN ('comite', 'mission', 'cantine', 'cuisine')),
    active BOOLEAN NOT NULL DEFAULT TRUE
);

-- One row per reference value shown on screen, with its unit and its source; an administrator can change it.
CREATE TABLE parameters (
    name VARCHAR PRIMARY KEY,
    value DOUBLE NOT NULL,
    unit VARCHAR NOT NULL,
    source VARCHAR NOT NULL
);
INSERT INTO parameters VALUES
    ('waste_reference_g', 100, 'g/repas', 'ADEME 2024, réf. 012619 : gaspillage en milieu scolaire'),
    ('waste_reference_cold_chain_g', 130, 'g/repas', 'ADEME 2024, réf. 012619 : liaison froide (cuisine centrale)'),
    ('purchase_cost_eur_per_kg', 2.4, '€/kg', 'ADEME 2016 : 0,27 € d’achats pour 113 g jetés par repas'),
    ('full_cost_eur_per_kg', 6.0, '€/kg', 'ADEME 2016 : 0,68 € de coût complet pour 113 g jetés par repas'),
    ('co2e_kg_per_kg', 4.0, 'kg CO2e/kg', 'ADEME 2016 : 452 g CO2e pour 113 g jetés par repas'),
    ('surplus_target_pct', 6.5, '%', 'Résultat publié de l’expérimentation nantaise (2020) : 9,6 % → 6,5 %'),
    ('schools_target', 12, 'écoles', 'Programme : 12 écoles test');

-- ---------------------------------------------------------------- deposits
-- One row per deposited file. The order of deposits is the order of deposit_id.
CREATE SEQUENCE deposit_seq;
CREATE TABLE deposits (
    deposit_id BIGINT PRIMARY KEY DEFAULT nextval('deposit_seq'),
    kind VARCHAR NOT NULL,
    file_name VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    actor VARCHAR NOT NULL,
    deposited_at TIMESTAMP NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    active BOOLEAN NOT NULL DEFAULT TRUE,
    lines BIGINT NOT NULL,
    accepted BIGINT NOT NULL,
    without_measure BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    rejected BIGINT NOT NULL,
    warnings BIGINT NOT NULL
);

-- One row per deposit that has not been undone.
CREATE VIEW active_deposits AS SELECT deposit_id FROM deposits WHERE active;

-- One row per deposited file: its bytes, as received.
CREATE TABLE deposit_files (deposit_id BIGINT NOT NULL, content BLOB NOT NULL);

-- The append-only record of deposited rows: one table per kind, one row per line kept from a deposit.
-- What is true now is derived from it by the views below: for each key, the last known value among active deposits.
CREATE TABLE log_rows (
    deposit_id BIGINT NOT NULL, line BIGINT NOT NULL,
    site VARCHAR NOT NULL, site_kind VARCHAR NOT NULL, date DATE NOT NULL,
    meals_planned INTEGER, meals_served INTEGER,
    preparation_kg DOUBLE, unserved_kg DOUBLE, leftovers_kg DOUBLE, comment VARCHAR
);
CREATE TABLE mapping_rows (
    deposit_id BIGINT NOT NULL, line BIGINT NOT NULL,
    site VARCHAR NOT NULL, site_kind VARCHAR NOT NULL, canteen VARCHAR, canteen_kind VARCHAR
);
CREATE TABLE canteen_rows (
    deposit_id BIGINT NOT NULL, line BIGINT NOT NULL,
    canteen VARCHAR NOT NULL, canteen_kind VARCHAR, district VARCHAR,
    latitude DOUBLE, longitude DOUBLE, opened_on DATE
);
CREATE TABLE school_rows (
    deposit_id BIGINT NOT NULL, line BIGINT NOT NULL,
    school VARCHAR NOT NULL, canteen VARCHAR, canteen_kind VARCHAR
);
CREATE TABLE enrolment_rows (
    deposit_id BIGINT NOT NULL, line BIGINT NOT NULL,
    school VARCHAR NOT NULL, school_year VARCHAR NOT NULL, pupils INTEGER
);
CREATE TABLE menu_rows (
    deposit_id BIGINT NOT NULL, line BIGINT NOT NULL,
    date DATE NOT NULL, position INTEGER NOT NULL, course VARCHAR, dish VARCHAR NOT NULL
);
CREATE TABLE event_rows (
    deposit_id BIGINT NOT NULL, line BIGINT NOT NULL,
    kind VARCHAR NOT NULL, starts_on DATE NOT NULL, ends_on DATE NOT NULL, canteen VARCHAR, label VARCHAR
);

-- ---------------------------------------------------------------- what is true now
-- One row per service point × day. Every measure may be missing; a missing value never erases a known one.
CREATE VIEW services AS
SELECT
    site, site_kind, date,
    arg_max(meals_planned, deposit_id) AS meals_planned,
    arg_max(meals_served, deposit_id) AS meals_served,
    arg_max(preparation_kg, deposit_id) AS preparation_kg,
    arg_max(unserved_kg, deposit_id) AS unserved_kg,
    arg_max(leftovers_kg, deposit_id) AS leftovers_kg,
    arg_max(comment, deposit_id) AS comment
FROM log_rows JOIN active_deposits USING (deposit_id)
GROUP BY site, site_kind, date;

-- One row per label found in files (site × kind); canteen is NULL while it is “à rattacher”.
CREATE VIEW service_points AS
WITH labels AS (
    SELECT site, site_kind, NULL AS canteen, NULL AS deposit_id
    FROM log_rows JOIN active_deposits USING (deposit_id)
    GROUP BY site, site_kind
    UNION ALL
    SELECT site, site_kind, canteen, deposit_id
    FROM mapping_rows JOIN active_deposits USING (deposit_id)
)
SELECT site, site_kind, arg_max(canteen, deposit_id) AS canteen
FROM labels
GROUP BY site, site_kind;

-- One row per canteen (restaurant scolaire). name is the key, exactly as the reference files write it;
-- label is what people read: two names that differ only by spaces stay two canteens and are told apart.
CREATE VIEW canteens AS
WITH mentions AS (
    SELECT canteen, canteen_kind, NULL AS district, NULL AS latitude, NULL AS longitude, NULL AS opened_on, deposit_id
    FROM mapping_rows JOIN active_deposits USING (deposit_id) WHERE canteen IS NOT NULL
    UNION ALL
    SELECT canteen, canteen_kind, district, latitude, longitude, opened_on, deposit_id
    FROM canteen_rows JOIN active_deposits USING (deposit_id)
    UNION ALL
    SELECT canteen, canteen_kind, NULL, NULL, NULL, NULL, deposit_id
    FROM school_rows JOIN active_deposits USING (deposit_id) WHERE canteen IS NOT NULL
), merged AS (
    SELECT
        canteen AS name,
        arg_max(canteen_kind, deposit_id) AS kind,
        arg_max(district, deposit_id) AS district,
        arg_max(latitude, deposit_id) AS latitude,
        arg_max(longitude, deposit_id) AS longitude,
        arg_max(opened_on, deposit_id) AS opened_on
    FROM mentions
    GROUP BY canteen
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY trim(name) ORDER BY name) AS namesake FROM merged
)
SELECT
    name,
    trim(name) || CASE WHEN namesake > 1 THEN ' (' || namesake || ')' ELSE '' END AS label,
    kind, district, latitude, longitude, opened_on
FROM ranked;

-- One row per service point × day, with its place: the table every figure of the pages starts from.
CREATE VIEW located_services AS
SELECT
    services.*, points.canteen, canteens.label AS canteen_label, canteens.district
FROM services
JOIN service_points AS points USING (site, site_kind)
LEFT JOIN canteens ON canteens.name = points.canteen;

-- One row per school.
CREATE VIEW schools AS
SELECT school, arg_max(canteen, deposit_id) AS canteen
FROM school_rows JOIN active_deposits USING (deposit_id)
GROUP BY school;

-- One row per school × school year.
CREATE VIEW enrolments AS
SELECT school, school_year, arg_max(pupils, deposit_id) AS pupils
FROM enrolment_rows JOIN active_deposits USING (deposit_id)
GROUP BY school, school_year;

-- One row per day × dish: the last deposited menu of a day replaces the earlier ones.
CREATE VIEW menus AS
SELECT date, position, course, dish
FROM menu_rows JOIN active_deposits USING (deposit_id)
QUALIFY deposit_id = max(deposit_id) OVER (PARTITION BY date);

-- One row per period × kind (× canteen). Kinds: strike, holiday, school_year, closure, outing, feast.
CREATE VIEW events AS
SELECT DISTINCT kind, starts_on, ends_on, canteen, label
FROM event_rows JOIN active_deposits USING (deposit_id);

-- ---------------------------------------------------------------- forecasts
-- One row per finished computation of the forecasts.
CREATE SEQUENCE forecast_run_seq;
CREATE TABLE forecast_runs (
    run_id BIGINT PRIMARY KEY DEFAULT nextval('forecast_run_seq'),
    started_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP NOT NULL,
    data_version BIGINT NOT NULL,
    last_service_on DATE,
    specification JSON NOT NULL
);

-- One row per run × canteen × day × target; canteen is NULL for the whole city.
-- Targets: meals_served (meals), surplus_meals (meals), waste_g_per_meal (g). lower–upper is the 80 % interval.
CREATE TABLE forecasts (
    run_id BIGINT NOT NULL,
    canteen VARCHAR,
    date DATE NOT NULL,
    target VARCHAR NOT NULL,
    point DOUBLE NOT NULL,
    lower DOUBLE NOT NULL,
    upper DOUBLE NOT NULL
);

-- ---------------------------------------------------------------- the programme
-- One row per school that takes part in the pilot, with where it stands today.
CREATE TABLE pilot_sites (
    school VARCHAR PRIMARY KEY,
    canteen VARCHAR,
    district VARCHAR,
    connection VARCHAR NOT NULL CHECK (connection IN ('non prévue', 'à faire', 'en cours', 'faite', 'bloquée')),
    weather VARCHAR NOT NULL CHECK (weather IN ('soleil', 'nuage', 'pluie', 'orage')),
    weather_reason VARCHAR NOT NULL,
    next_step VARCHAR NOT NULL
);

-- One row per school × stage: cadrage, préparation, installation, formation, test, bilan, généralisation.
CREATE TABLE pilot_stages (
    school VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    stage VARCHAR NOT NULL,
    planned_start DATE NOT NULL, planned_end DATE NOT NULL,
    actual_start DATE, actual_end DATE
);

-- One row per school × trade × month: people only as counts. NULL is “non renseigné”, never zero.
CREATE TABLE equipment_counts (
    school VARCHAR NOT NULL,
    trade VARCHAR NOT NULL,
    month DATE NOT NULL,
    agents INTEGER,
    identities_created INTEGER,
    identities_activated INTEGER,
    active_30_days INTEGER,
    trained INTEGER
);

-- One row per device: no person is attached to it.
CREATE TABLE devices (
    device VARCHAR PRIMARY KEY,
    school VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    shared BOOLEAN,
    state VARCHAR NOT NULL,
    installed_on DATE
);

-- One row per workshop (atelier d’appropriation).
CREATE TABLE workshops (
    date DATE NOT NULL,
    school VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    seats_planned INTEGER,
    seats_attended INTEGER
);
