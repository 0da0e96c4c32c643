-- One row per announcement of a canteen to the kitchen; its event (kind, day, meals, sentence) is the line of its deposit,
-- and it is withdrawn when that deposit is undone. too_late: it came after the cut-off of that moment.
CREATE SEQUENCE announcement_seq;
CREATE TABLE announcements (
    announcement_id BIGINT PRIMARY KEY DEFAULT nextval('announcement_seq'),
    deposit_id BIGINT NOT NULL UNIQUE,
    canteen VARCHAR NOT NULL,
    too_late BOOLEAN NOT NULL
);

-- One row per act on an announcement, never altered: seen, accepted, answered (with a sentence), withdrawn.
CREATE SEQUENCE announcement_act_seq;
CREATE TABLE announcement_acts (
    act_id BIGINT PRIMARY KEY DEFAULT nextval('announcement_act_seq'),
    announcement_id BIGINT NOT NULL,
    act VARCHAR NOT NULL CHECK (act IN ('seen', 'accepted', 'answered', 'withdrawn')),
    sentence VARCHAR,
    done_at TIMESTAMP NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    done_by VARCHAR NOT NULL
);

-- One row per note of the kitchen: to one canteen, to those of a district, or (neither) to all, from a day to another.
CREATE SEQUENCE kitchen_note_seq;
CREATE TABLE kitchen_notes (
    note_id BIGINT PRIMARY KEY DEFAULT nextval('kitchen_note_seq'),
    text VARCHAR NOT NULL,
    canteen VARCHAR,
    district VARCHAR,
    starts_on DATE NOT NULL,
    ends_on DATE NOT NULL,
    written_at TIMESTAMP NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    written_by VARCHAR NOT NULL,
    withdrawn_at TIMESTAMP
);
