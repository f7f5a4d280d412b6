-- What an event last said of when it was changed: a careless program changes it and leaves that as it was, and a server
-- that comes back from a backup shows an older one.
ALTER TABLE event ADD COLUMN modified TEXT NOT NULL DEFAULT '';
