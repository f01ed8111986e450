-- Who let a version answer, and the log of who changed what.

ALTER TABLE versions ADD COLUMN review TEXT; -- null: built before there were reviews, or not built yet
ALTER TABLE versions ADD COLUMN reviewed_by TEXT;
ALTER TABLE versions ADD COLUMN reviewed_at TEXT;
ALTER TABLE versions ADD COLUMN review_reason TEXT;

-- Rows are only ever added. Each carries the digest of its own content and of the row before it.
CREATE TABLE audit (
    org_id TEXT NOT NULL REFERENCES orgs (id) ON DELETE CASCADE,
    seq BIGINT NOT NULL, -- 1, 2, 3 … within the organisation
    at TEXT NOT NULL,
    actor TEXT NOT NULL, -- the user's id
    action TEXT NOT NULL, -- what was done, like version.approved
    resource_type TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    reason TEXT,
    details TEXT, -- JSON: what changed, as far as it is no secret
    sha256 TEXT NOT NULL,
    PRIMARY KEY (org_id, seq)
);
