-- Entries of feeds whose briefings are written, so that the next run takes the new ones alone.
CREATE TABLE feed_entries (
  entry TEXT PRIMARY KEY, -- its id, which no two entries of any feeds share
  feed TEXT NOT NULL,
  written_at TEXT NOT NULL
) WITHOUT ROWID;

-- What is known of a document beside text, title and language: author, date, site, address, pages; as JSON.
ALTER TABLE provider_requests ADD COLUMN about TEXT NOT NULL DEFAULT '{}';
