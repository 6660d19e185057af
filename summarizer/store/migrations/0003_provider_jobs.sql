-- Jobs of a provider's batch API: written before anything is sent, so that none is submitted twice or forgotten.
CREATE TABLE provider_jobs (
  mark TEXT PRIMARY KEY, -- our own name for it, which the job carries at the provider as metadata
  provider_id TEXT, -- the provider's name for it, once it is known
  state TEXT NOT NULL CHECK (state IN ('gathering', 'sending', 'submitted', 'fetched')),
  begun_at TEXT NOT NULL,
  model TEXT NOT NULL,
  base_url TEXT,
  prompt TEXT NOT NULL,
  prompt_version TEXT NOT NULL,
  answer_schema TEXT NOT NULL,
  parameters TEXT NOT NULL,
  settings TEXT NOT NULL,
  output TEXT NOT NULL,
  form TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX provider_jobs_by_provider_id ON provider_jobs (provider_id);

-- The documents that a job asks about. Several may share one request: the same text is asked about once.
CREATE TABLE provider_requests (
  mark TEXT NOT NULL REFERENCES provider_jobs (mark) ON DELETE CASCADE,
  document_id TEXT NOT NULL,
  number INTEGER NOT NULL, -- of its request in the job, from 0
  key TEXT NOT NULL,
  source TEXT NOT NULL,
  metadata TEXT NOT NULL,
  document_source TEXT,
  title TEXT,
  language TEXT NOT NULL,
  text_sha256 TEXT NOT NULL REFERENCES documents (sha256),
  tries INTEGER NOT NULL, -- before this one
  PRIMARY KEY (mark, document_id)
) WITHOUT ROWID;
CREATE INDEX provider_requests_by_number ON provider_requests (mark, number);
CREATE INDEX provider_requests_by_document ON provider_requests (document_id);
CREATE INDEX provider_requests_by_key ON provider_requests (key);
CREATE INDEX provider_requests_by_text ON provider_requests (text_sha256);
