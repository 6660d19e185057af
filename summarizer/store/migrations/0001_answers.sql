-- What was asked and answered. One row of `documents` a text, one of `answers` an answer.
CREATE TABLE documents (
  sha256 TEXT PRIMARY KEY,
  text TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE answers (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  written_at TEXT NOT NULL,
  model TEXT NOT NULL,
  served_as TEXT,
  base_url TEXT,
  prompt TEXT NOT NULL,
  prompt_version TEXT NOT NULL,
  answer_schema TEXT NOT NULL,
  source TEXT,
  title TEXT,
  language TEXT NOT NULL,
  text_sha256 TEXT NOT NULL REFERENCES documents (sha256),
  prompt_tokens INTEGER NOT NULL,
  completion_tokens INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  re_asks INTEGER NOT NULL,
  usage_complete INTEGER NOT NULL,
  price REAL,
  seconds REAL NOT NULL,
  words TEXT NOT NULL,
  envelope TEXT NOT NULL
);
CREATE INDEX answers_by_time ON answers (written_at);
CREATE INDEX answers_by_text ON answers (text_sha256);
