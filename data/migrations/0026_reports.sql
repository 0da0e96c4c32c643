-- One row per report of the comité, kept as it was made. filters: the period and the date of the data, in words.
CREATE SEQUENCE report_seq;
CREATE TABLE reports (
    report_id BIGINT PRIMARY KEY DEFAULT nextval('report_seq'),
    filters VARCHAR NOT NULL,
    introduction VARCHAR,
    made_at TIMESTAMP NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    made_by VARCHAR NOT NULL,
    withdrawn_at TIMESTAMP
);

-- One row per report × format (pdf, pptx, xlsx): the file as it was made. Apart, so that a list reads none.
CREATE TABLE report_files (report_id BIGINT NOT NULL, format VARCHAR NOT NULL, content BLOB NOT NULL);
