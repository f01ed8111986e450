-- APIs' descriptions, kept for a day: what tools are chosen from.
CREATE TABLE imports (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES orgs (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    document BLOB NOT NULL, -- compressed
    source TEXT, -- where it was found
    server TEXT, -- where its operations go, in place of what it says
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
);
CREATE INDEX imports_by_org ON imports (org_id, created_at);
CREATE INDEX imports_by_expiry ON imports (expires_at);
