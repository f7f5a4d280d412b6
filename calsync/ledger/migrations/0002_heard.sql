-- Words of a person that still stand on an event though they are in the log already: the write that takes them away has not landed.
ALTER TABLE event ADD COLUMN heard TEXT NOT NULL DEFAULT '';
