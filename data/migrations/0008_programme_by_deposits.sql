-- The programme comes in by deposits like the rest: a record of lines, and views over the deposits still active.
-- `cleared` names the columns a line takes back: they are unknown again, until a later deposit tells them. '*' takes
-- back the whole row.

-- One row per line kept about a test school.
CREATE TABLE site_rows (
    deposit_id BIGINT NOT NULL, line BIGINT NOT NULL,
    school VARCHAR NOT NULL, canteen VARCHAR, district VARCHAR,
    connection VARCHAR, weather VARCHAR, weather_reason VARCHAR, next_step VARCHAR, cleared VARCHAR[]
);
-- One row per line kept about a stage of a school.
CREATE TABLE stage_rows (
    deposit_id BIGINT NOT NULL, line BIGINT NOT NULL,
    school VARCHAR NOT NULL, stage VARCHAR NOT NULL,
    planned_start DATE, planned_end DATE, actual_start DATE, actual_end DATE, cleared VARCHAR[]
);
-- One row per line kept about a milestone; without a school, it is one of the whole programme.
CREATE TABLE milestone_rows (
    deposit_id BIGINT NOT NULL, line BIGINT NOT NULL,
    milestone VARCHAR NOT NULL, school VARCHAR, planned_on DATE, reached_on DATE, cleared VARCHAR[]
);
-- One row per line kept about a risk.
CREATE TABLE risk_rows (
    deposit_id BIGINT NOT NULL, line BIGINT NOT NULL,
    risk VARCHAR NOT NULL, school VARCHAR,
    probability VARCHAR, impact VARCHAR, answer VARCHAR, state VARCHAR, cleared VARCHAR[]
);
-- One row per line kept about a decision expected.
CREATE TABLE decision_rows (
    deposit_id BIGINT NOT NULL, line BIGINT NOT NULL,
    decision VARCHAR NOT NULL, school VARCHAR, due_on DATE, decided_on DATE, outcome VARCHAR, cleared VARCHAR[]
);
-- One row per line kept about a device.
CREATE TABLE device_rows (
    deposit_id BIGINT NOT NULL, line BIGINT NOT NULL,
    device VARCHAR NOT NULL, school VARCHAR, kind VARCHAR, sharing VARCHAR, state VARCHAR, installed_on DATE,
    cleared VARCHAR[]
);
-- One row per line kept about the agents of a school, by trade and month: counts only.
CREATE TABLE equipment_rows (
    deposit_id BIGINT NOT NULL, line BIGINT NOT NULL,
    school VARCHAR NOT NULL, trade VARCHAR NOT NULL, month DATE NOT NULL,
    agents INTEGER, identities_created INTEGER, identities_activated INTEGER, mail_addresses INTEGER,
    active_30_days INTEGER, trained INTEGER, satisfaction DOUBLE, answers INTEGER, cleared VARCHAR[]
);
-- One row per line kept about a workshop.
CREATE TABLE workshop_rows (
    deposit_id BIGINT NOT NULL, line BIGINT NOT NULL,
    date DATE NOT NULL, school VARCHAR NOT NULL, title VARCHAR NOT NULL,
    seats_planned INTEGER, seats_attended INTEGER, cleared VARCHAR[]
);
-- One row per line kept about a request for help.
CREATE TABLE ticket_rows (
    deposit_id BIGINT NOT NULL, line BIGINT NOT NULL,
    ticket VARCHAR NOT NULL, school VARCHAR, topic VARCHAR, asked_on DATE, solved_on DATE, cleared VARCHAR[]
);

-- ---------------------------------------------------------------- what was there: one deposit per table
INSERT INTO deposits
    (kind, file_name, sha256, actor, lines, accepted, without_measure, changed, unchanged, rejected, warnings)
SELECT kind, 'reprise_' || kind || '.csv', '', 'migration', lines, lines, 0, 0, 0, 0, 0
FROM (
    SELECT 'sites' AS kind, count(*) AS lines FROM pilot_sites
    UNION ALL SELECT 'stages', count(*) FROM pilot_stages
    UNION ALL SELECT 'devices', count(*) FROM devices
    UNION ALL SELECT 'equipment', count(DISTINCT (school, trade, month)) FROM equipment_counts
    UNION ALL SELECT 'workshops', count(*) FROM workshops
)
WHERE lines > 0;

INSERT INTO site_rows BY NAME
SELECT deposit_id, 1 + row_number() OVER () AS line, pilot_sites.*
FROM pilot_sites, (SELECT max(deposit_id) AS deposit_id FROM deposits WHERE kind = 'sites');
INSERT INTO stage_rows BY NAME
SELECT deposit_id, 1 + row_number() OVER () AS line, pilot_stages.* EXCLUDE (position)
FROM pilot_stages, (SELECT max(deposit_id) AS deposit_id FROM deposits WHERE kind = 'stages');
INSERT INTO device_rows BY NAME
SELECT
    deposit_id, 1 + row_number() OVER () AS line, devices.* EXCLUDE (shared),
    CASE shared WHEN TRUE THEN 'partagé' WHEN FALSE THEN 'personnel' END AS sharing
FROM devices, (SELECT max(deposit_id) AS deposit_id FROM deposits WHERE kind = 'devices');
-- A group told twice was their sum; where one of the two was missing, so was the sum.
CREATE MACRO whole_sum(value) AS CASE WHEN count(value) = count(*) THEN sum(value) END;
INSERT INTO equipment_rows BY NAME
SELECT deposit_id, 1 + row_number() OVER () AS line, told.*
FROM (
    SELECT
        school, trade, month,
        whole_sum(agents) AS agents,
        whole_sum(identities_created) AS identities_created,
        whole_sum(identities_activated) AS identities_activated,
        whole_sum(active_30_days) AS active_30_days,
        whole_sum(trained) AS trained
    FROM equipment_counts
    GROUP BY school, trade, month
) AS told, (SELECT max(deposit_id) AS deposit_id FROM deposits WHERE kind = 'equipment');
INSERT INTO workshop_rows BY NAME
SELECT deposit_id, 1 + row_number() OVER () AS line, workshops.*
FROM workshops, (SELECT max(deposit_id) AS deposit_id FROM deposits WHERE kind = 'workshops');

DROP TABLE pilot_sites;
DROP TABLE pilot_stages;
DROP TABLE devices;
DROP TABLE equipment_counts;
DROP TABLE workshops;
DROP MACRO whole_sum;

-- ---------------------------------------------------------------- what is true now
-- The last word on a column: its last value, or nothing when it was taken back since.
CREATE MACRO last_told(value, name) AS
    arg_max_null(value, row(deposit_id, line)) FILTER (WHERE value IS NOT NULL OR list_contains(cleared, name));

-- The deposit of a line that takes its whole row back: only later lines count.
CREATE MACRO takes_back(cleared, deposit_id) AS CASE WHEN list_contains(cleared, '*') THEN deposit_id END;

-- The stages are always the same, in this order.
CREATE MACRO stage_rank(stage) AS list_position(
    ['cadrage', 'préparation', 'installation', 'formation', 'test', 'bilan', 'généralisation'], stage
);

-- One row per school that takes part in the pilot, with where it stands today.
CREATE VIEW pilot_sites AS
WITH told AS (
    SELECT *, max(takes_back(cleared, deposit_id)) OVER (PARTITION BY school) AS removed
    FROM site_rows JOIN active_deposits USING (deposit_id)
)
SELECT
    school,
    last_told(canteen, 'canteen') AS canteen,
    last_told(district, 'district') AS district,
    last_told(connection, 'connection') AS connection,
    last_told(weather, 'weather') AS weather,
    last_told(weather_reason, 'weather_reason') AS weather_reason,
    last_told(next_step, 'next_step') AS next_step
FROM told
WHERE deposit_id > coalesce(removed, 0)
GROUP BY school;

-- One row per school × stage, with its place among the stages.
CREATE VIEW pilot_stages AS
WITH told AS (
    SELECT *, max(takes_back(cleared, deposit_id)) OVER (PARTITION BY school, stage) AS removed
    FROM stage_rows JOIN active_deposits USING (deposit_id)
)
SELECT
    school, stage_rank(stage) AS position, stage,
    last_told(planned_start, 'planned_start') AS planned_start,
    last_told(planned_end, 'planned_end') AS planned_end,
    last_told(actual_start, 'actual_start') AS actual_start,
    last_told(actual_end, 'actual_end') AS actual_end
FROM told
WHERE deposit_id > coalesce(removed, 0)
GROUP BY school, stage;

-- One row per milestone × school (or none: the whole programme).
CREATE VIEW pilot_milestones AS
WITH told AS (
    SELECT *, max(takes_back(cleared, deposit_id)) OVER (PARTITION BY milestone, school) AS removed
    FROM milestone_rows JOIN active_deposits USING (deposit_id)
)
SELECT
    milestone, school,
    last_told(planned_on, 'planned_on') AS planned_on,
    last_told(reached_on, 'reached_on') AS reached_on
FROM told
WHERE deposit_id > coalesce(removed, 0)
GROUP BY milestone, school;

-- One row per risk × school (or none: the whole programme).
CREATE VIEW pilot_risks AS
WITH told AS (
    SELECT *, max(takes_back(cleared, deposit_id)) OVER (PARTITION BY risk, school) AS removed
    FROM risk_rows JOIN active_deposits USING (deposit_id)
)
SELECT
    risk, school,
    last_told(probability, 'probability') AS probability,
    last_told(impact, 'impact') AS impact,
    last_told(answer, 'answer') AS answer,
    last_told(state, 'state') AS state
FROM told
WHERE deposit_id > coalesce(removed, 0)
GROUP BY risk, school;

-- One row per decision × school (or none: the whole programme); decided_on is missing while it is expected.
CREATE VIEW pilot_decisions AS
WITH told AS (
    SELECT *, max(takes_back(cleared, deposit_id)) OVER (PARTITION BY decision, school) AS removed
    FROM decision_rows JOIN active_deposits USING (deposit_id)
)
SELECT
    decision, school,
    last_told(due_on, 'due_on') AS due_on,
    last_told(decided_on, 'decided_on') AS decided_on,
    last_told(outcome, 'outcome') AS outcome
FROM told
WHERE deposit_id > coalesce(removed, 0)
GROUP BY decision, school;

-- One row per device: no person is attached to it. sharing: partagé, personnel, or missing.
CREATE VIEW devices AS
WITH told AS (
    SELECT *, max(takes_back(cleared, deposit_id)) OVER (PARTITION BY device) AS removed
    FROM device_rows JOIN active_deposits USING (deposit_id)
)
SELECT
    device,
    last_told(school, 'school') AS school,
    last_told(kind, 'kind') AS kind,
    last_told(sharing, 'sharing') AS sharing,
    last_told(state, 'state') AS state,
    last_told(installed_on, 'installed_on') AS installed_on
FROM told
WHERE deposit_id > coalesce(removed, 0)
GROUP BY device;

-- One row per school × trade × month: people only as counts. NULL is “non renseigné”, never zero.
-- satisfaction is the mean of `answers` marks out of 5.
CREATE VIEW equipment_counts AS
WITH told AS (
    SELECT *, max(takes_back(cleared, deposit_id)) OVER (PARTITION BY school, trade, month) AS removed
    FROM equipment_rows JOIN active_deposits USING (deposit_id)
)
SELECT
    school, trade, month,
    last_told(agents, 'agents') AS agents,
    last_told(identities_created, 'identities_created') AS identities_created,
    last_told(identities_activated, 'identities_activated') AS identities_activated,
    last_told(mail_addresses, 'mail_addresses') AS mail_addresses,
    last_told(active_30_days, 'active_30_days') AS active_30_days,
    last_told(trained, 'trained') AS trained,
    last_told(satisfaction, 'satisfaction') AS satisfaction,
    last_told(answers, 'answers') AS answers
FROM told
WHERE deposit_id > coalesce(removed, 0)
GROUP BY school, trade, month;

-- One row per workshop (atelier d’appropriation).
CREATE VIEW workshops AS
WITH told AS (
    SELECT *, max(takes_back(cleared, deposit_id)) OVER (PARTITION BY date, school, title) AS removed
    FROM workshop_rows JOIN active_deposits USING (deposit_id)
)
SELECT
    date, school, title,
    last_told(seats_planned, 'seats_planned') AS seats_planned,
    last_told(seats_attended, 'seats_attended') AS seats_attended
FROM told
WHERE deposit_id > coalesce(removed, 0)
GROUP BY date, school, title;

-- One row per request for help; solved_on is missing while it is open.
CREATE VIEW tickets AS
WITH told AS (
    SELECT *, max(takes_back(cleared, deposit_id)) OVER (PARTITION BY ticket) AS removed
    FROM ticket_rows JOIN active_deposits USING (deposit_id)
)
SELECT
    ticket,
    last_told(school, 'school') AS school,
    last_told(topic, 'topic') AS topic,
    last_told(asked_on, 'asked_on') AS asked_on,
    last_told(solved_on, 'solved_on') AS solved_on
FROM told
WHERE deposit_id > coalesce(removed, 0)
GROUP BY ticket;
