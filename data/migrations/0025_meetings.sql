-- What becomes of a decision once it is taken: the service that carries it (never a person), until when, its state (à
-- faire, en cours, fait, abandonné), the day it was done.
ALTER TABLE decision_rows ADD COLUMN owner VARCHAR;
ALTER TABLE decision_rows ADD COLUMN act_by DATE;
ALTER TABLE decision_rows ADD COLUMN state VARCHAR;
ALTER TABLE decision_rows ADD COLUMN done_on DATE;

-- One row per decision × school (or none: the whole programme); decided_on is missing while it is expected.
CREATE OR REPLACE VIEW pilot_decisions AS
WITH told AS (
    SELECT *, max(takes_back(cleared, deposit_id)) OVER (PARTITION BY decision, school) AS removed
    FROM decision_rows JOIN active_deposits USING (deposit_id)
)
SELECT
    decision, school,
    last_told(due_on, 'due_on') AS due_on,
    last_told(decided_on, 'decided_on') AS decided_on,
    last_told(outcome, 'outcome') AS outcome,
    last_told(owner, 'owner') AS owner,
    last_told(act_by, 'act_by') AS act_by,
    last_told(state, 'state') AS state,
    last_told(done_on, 'done_on') AS done_on
FROM told
WHERE deposit_id > coalesce(removed, 0)
GROUP BY decision, school;

-- One row per meeting of the comité. figures: those of its day, as they were known when it was recorded (named in
-- data.meetings.figures); they are never computed again.
CREATE SEQUENCE meeting_seq;
CREATE TABLE meetings (
    meeting_id BIGINT PRIMARY KEY DEFAULT nextval('meeting_seq'),
    held_on DATE NOT NULL,
    title VARCHAR NOT NULL,
    figures JSON NOT NULL,
    recorded_at TIMESTAMP NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    recorded_by VARCHAR NOT NULL,
    withdrawn_at TIMESTAMP
);

-- One row per weather that the mission gave the programme, never altered: the last one not withdrawn is in force.
CREATE SEQUENCE programme_weather_seq;
CREATE TABLE programme_weather (
    weather_id BIGINT PRIMARY KEY DEFAULT nextval('programme_weather_seq'),
    weather VARCHAR NOT NULL,
    reason VARCHAR,
    set_at TIMESTAMP NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    set_by VARCHAR NOT NULL,
    withdrawn_at TIMESTAMP
);
