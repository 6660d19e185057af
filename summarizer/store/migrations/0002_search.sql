-- Full text search over title, text and answer. The index keeps no copy of them: it reads them through the view.
CREATE VIEW searchable AS
  SELECT answers.id AS id, coalesce(answers.title, answers.source, '') AS title, documents.text AS text,
    answers.words AS answer
  FROM answers JOIN documents ON documents.sha256 = answers.text_sha256;

CREATE VIRTUAL TABLE search USING fts5 (
  title, text, answer, content='searchable', content_rowid='id', tokenize='unicode61 remove_diacritics 2'
);

CREATE TRIGGER answers_added AFTER INSERT ON answers BEGIN
  INSERT INTO search (rowid, title, text, answer) SELECT id, title, text, answer FROM searchable WHERE id = new.id;
END;

CREATE TRIGGER answers_removed BEFORE DELETE ON answers BEGIN
  INSERT INTO search (search, rowid, title, text, answer)
    SELECT 'delete', id, title, text, answer FROM searchable WHERE id = old.id;
END;

INSERT INTO search (search) VALUES ('rebuild');
