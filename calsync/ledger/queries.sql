-- name: settings
SELECT key, value FROM setting;

-- name: put_setting
INSERT INTO setting (key, value) VALUES (:key, :value)
ON CONFLICT (key) DO UPDATE SET value = excluded.value;

-- name: events
SELECT uid, mark, status, href, etag, fingerprint, ours_title, title, start_at, end_at, body, outcome, notes, why, intent, intended, heard, updated_at, modified
FROM event WHERE calendar = :calendar;

-- name: put_event
INSERT INTO event (calendar, uid, mark, status, href, etag, fingerprint, ours_title, title, start_at, end_at, body, outcome,
                   notes, why, intent, intended, heard, updated_at, modified)
VALUES (:calendar, :uid, :mark, :status, :href, :etag, :fingerprint, :ours_title, :title, :start_at, :end_at, :body, :outcome,
        :notes, :why, :intent, :intended, :heard, :updated_at, :modified)
ON CONFLICT (calendar, uid) DO UPDATE SET
    mark = excluded.mark, status = excluded.status, href = excluded.href, etag = excluded.etag,
    fingerprint = excluded.fingerprint, ours_title = excluded.ours_title, title = excluded.title,
    start_at = excluded.start_at, end_at = excluded.end_at, body = excluded.body, outcome = excluded.outcome,
    notes = excluded.notes, why = excluded.why, intent = excluded.intent, intended = excluded.intended, heard = excluded.heard,
    updated_at = excluded.updated_at, modified = excluded.modified;

-- name: drop_event
DELETE FROM event WHERE calendar = :calendar AND uid = :uid;

-- name: decisions
SELECT mark, kind, start_at, end_at, calendar, decided_at FROM decision ORDER BY decided_at, mark;

-- name: put_decision
INSERT INTO decision (mark, kind, start_at, end_at, calendar, decided_at)
VALUES (:mark, :kind, :start_at, :end_at, :calendar, :decided_at)
ON CONFLICT (mark, kind) DO UPDATE SET
    start_at = excluded.start_at, end_at = excluded.end_at, calendar = excluded.calendar, decided_at = excluded.decided_at;

-- name: drop_decision
DELETE FROM decision WHERE mark = :mark AND kind = :kind;

-- name: calendars
SELECT name, state, reason, last_sync FROM calendar ORDER BY name;

-- name: put_calendar
INSERT INTO calendar (name, state, reason, last_sync) VALUES (:name, :state, :reason, :last_sync)
ON CONFLICT (name) DO UPDATE SET state = excluded.state, reason = excluded.reason, last_sync = excluded.last_sync;

-- name: sources
SELECT file, rows FROM source;

-- name: put_source
INSERT INTO source (file, rows) VALUES (:file, :rows)
ON CONFLICT (file) DO UPDATE SET rows = excluded.rows;
