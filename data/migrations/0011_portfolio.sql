-- The other pilots of the programme, from idea to generalisation, and how the comité ranks them.

-- One row per line kept about a pilot.
CREATE TABLE pilot_rows (
    deposit_id BIGINT NOT NULL, line BIGINT NOT NULL,
    pilot VARCHAR NOT NULL, stage VARCHAR, purpose VARCHAR, impact INTEGER, effort INTEGER, priority INTEGER,
    question VARCHAR, due_on DATE, outcome VARCHAR, decided_on DATE, cleared VARCHAR[]
);

-- One row per pilot. `question` is what the comité is asked, missing while nothing is; `outcome` its last decision.
CREATE VIEW pilots AS
WITH told AS (
    SELECT *, max(takes_back(cleared, deposit_id)) OVER (PARTITION BY pilot) AS removed
    FROM pilot_rows JOIN active_deposits USING (deposit_id)
)
SELECT
    pilot,
    last_told(stage, 'stage') AS stage,
    last_told(purpose, 'purpose') AS purpose,
    last_told(impact, 'impact') AS impact,
    last_told(effort, 'effort') AS effort,
    last_told(priority, 'priority') AS priority,
    last_told(question, 'question') AS question,
    last_told(due_on, 'due_on') AS due_on,
    last_told(outcome, 'outcome') AS outcome,
    last_told(decided_on, 'decided_on') AS decided_on
FROM told
WHERE deposit_id > coalesce(removed, 0)
GROUP BY pilot;
