-- Where a browser acts, and what its person is told of it.

ALTER TABLE sessions ADD COLUMN org_id TEXT REFERENCES orgs (id) ON DELETE SET NULL; -- null: the one joined first
ALTER TABLE sessions ADD COLUMN seen_at TEXT; -- null: not since it began
ALTER TABLE sessions ADD COLUMN address TEXT; -- the network address that it began from
ALTER TABLE sessions ADD COLUMN user_agent TEXT; -- what it began with

-- Who may join an organisation. Only the digest of the mailed token is kept; a row goes when it is used.
CREATE TABLE invites (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES orgs (id) ON DELETE CASCADE,
    email TEXT NOT NULL,
    role TEXT NOT NULL,
    token_sha256 TEXT NOT NULL UNIQUE,
    invited_by TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    UNIQUE (org_id, email)
);
CREATE INDEX invites_by_email ON invites (email);

-- When an invitation was mailed, and when an organisation was made, for a day's limits. These rows outlive what they
-- tell of: deleting it gives nothing back.
CREATE TABLE invites_mailed (
    org_id TEXT NOT NULL,
    email TEXT NOT NULL,
    mailed_at TEXT NOT NULL
);
CREATE INDEX invites_mailed_by_org ON invites_mailed (org_id, mailed_at);
CREATE INDEX invites_mailed_by_email ON invites_mailed (email, mailed_at);

CREATE TABLE orgs_made (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    made_at TEXT NOT NULL
);
CREATE INDEX orgs_made_by_user ON orgs_made (user_id, made_at);

-- The digests of slugs of organisations that are gone. Nobody gets one again: clients still know its servers' URLs.
CREATE TABLE retired_slugs (
    slug_sha256 TEXT PRIMARY KEY
);

-- Deleting an organisation deletes many versions: each looks for its builds.
CREATE INDEX builds_by_version ON builds (version_id);
