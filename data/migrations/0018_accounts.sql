-- A role that keeps accounts, settings and backups, without the canteens' figures.
CREATE TABLE accounts (
    email VARCHAR PRIMARY KEY,
    role VARCHAR NOT NULL CHECK (role IN ('comite', 'mission', 'cantine', 'cuisine', 'administration')),
    active BOOLEAN NOT NULL DEFAULT TRUE
);
INSERT INTO accounts SELECT email, role, active FROM users;
DROP TABLE users;
ALTER TABLE accounts RENAME TO users;

-- One row per canteen of a manager's account; the canteen by its key, as the reference files write it.
CREATE TABLE user_canteens (email VARCHAR NOT NULL, canteen VARCHAR NOT NULL, PRIMARY KEY (email, canteen));

-- One row per application that sends or reads data by the API; only the SHA-256 of its token is kept.
CREATE SEQUENCE token_seq;
CREATE TABLE tokens (
    token_id BIGINT PRIMARY KEY DEFAULT nextval('token_seq'),
    name VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL UNIQUE,
    role VARCHAR NOT NULL,
    canteens VARCHAR[] NOT NULL,
    created_at TIMESTAMP NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    created_by VARCHAR NOT NULL,
    revoked_at TIMESTAMP
);
