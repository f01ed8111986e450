-- Pausing, what a server is called by its owners, and which versions have answered.

ALTER TABLE servers ADD COLUMN paused_at TIMESTAMPTZ; -- null: not paused; status is what it is without the pause
ALTER TABLE servers ADD COLUMN description TEXT; -- null: its spec's
ALTER TABLE servers ADD COLUMN chosen_at TIMESTAMPTZ; -- when a person last chose the version that answers
ALTER TABLE servers ADD COLUMN versions_made BIGINT NOT NULL DEFAULT 0; -- no number is given twice
UPDATE servers SET versions_made = (SELECT coalesce(max(n), 0) FROM versions WHERE server_id = servers.id);
ALTER TABLE versions ADD COLUMN answered_at TIMESTAMPTZ; -- when it last began or ceased to be the active one

-- Components on the disk. One that no version refers to is deleted, unless someone has just laid it down.
CREATE TABLE artifacts (
    sha256 TEXT PRIMARY KEY,
    touched_at TIMESTAMPTZ NOT NULL -- when it was last laid down, or lost a version
);
INSERT INTO artifacts (sha256, touched_at)
    SELECT kept.sha256, min(kept.at) FROM (
        SELECT component_sha256 AS sha256, created_at AS at FROM versions WHERE component_sha256 IS NOT NULL
        UNION ALL
        SELECT uploaded_sha256 AS sha256, created_at AS at FROM versions WHERE uploaded_sha256 IS NOT NULL
    ) AS kept GROUP BY kept.sha256;
CREATE INDEX versions_by_component ON versions (component_sha256);
CREATE INDEX versions_by_upload ON versions (uploaded_sha256);

-- From where each change came, and what it changed. Rows that were there before have none of it.

ALTER TABLE audit ADD COLUMN form BIGINT NOT NULL DEFAULT 1; -- which columns the digest covers
ALTER TABLE audit ADD COLUMN via TEXT; -- the session's, API key's or OAuth client's id, command_line or platform
ALTER TABLE audit ADD COLUMN address TEXT; -- the network address
ALTER TABLE audit ADD COLUMN before TEXT; -- JSON
ALTER TABLE audit ADD COLUMN after TEXT; -- JSON

-- The last row of each organisation's log, signed: what tells that rows are missing at the end.
CREATE TABLE audit_heads (
    org_id TEXT PRIMARY KEY REFERENCES orgs (id) ON DELETE CASCADE,
    seq BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    sealed TEXT -- a DSSE envelope; null for what was written before there were any
);
INSERT INTO audit_heads (org_id, seq, sha256)
    SELECT org_id, seq, sha256 FROM audit a WHERE seq = (SELECT max(b.seq) FROM audit b WHERE b.org_id = a.org_id);
