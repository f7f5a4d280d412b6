-- What calsync must not forget.  Plain SQL that SQLite and PostgreSQL both take; times are ISO 8601 text in UTC unless said.

CREATE TABLE setting (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- One row for each event of ours on each calendar: what we last knew to stand there, and what is on its way.
CREATE TABLE event (
    calendar    TEXT NOT NULL,
    uid         TEXT NOT NULL,
    mark        TEXT NOT NULL,
    status      TEXT NOT NULL,
    href        TEXT NOT NULL,
    etag        TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    ours_title  TEXT NOT NULL,
    title       TEXT NOT NULL,
    start_at    TEXT NOT NULL,
    end_at      TEXT NOT NULL,
    body        TEXT NOT NULL,
    outcome     TEXT NOT NULL,
    notes       TEXT NOT NULL,
    why         TEXT NOT NULL,
    intent      TEXT NOT NULL,
    intended    TEXT NOT NULL,
    updated_at  TEXT NOT NULL,
    PRIMARY KEY (calendar, uid)
);

-- What a person decided in a calendar about a commitment: waived it, or chose another time.
CREATE TABLE decision (
    mark       TEXT NOT NULL,
    kind       TEXT NOT NULL,
    start_at   TEXT NOT NULL,
    end_at     TEXT NOT NULL,
    calendar   TEXT NOT NULL,
    decided_at TEXT NOT NULL,
    PRIMARY KEY (mark, kind)
);

CREATE TABLE calendar (
    name      TEXT PRIMARY KEY,
    state     TEXT NOT NULL,
    reason    TEXT NOT NULL,
    last_sync TEXT NOT NULL
);

-- How many rows each source had when it was last believed: a file that shrank is not.
CREATE TABLE source (
    file TEXT PRIMARY KEY,
    rows INTEGER NOT NULL
);
