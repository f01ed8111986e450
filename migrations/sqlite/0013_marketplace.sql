-- The marketplace: what is published, what is forked from it, and what those who look after it decide.

-- Whose are the platform's own templates, and the log of what its admins do. Nobody belongs to it.
INSERT INTO orgs (id, slug, name, plan, created_at)
    SELECT 'org_00000000000000000000000000',
        CASE WHEN NOT EXISTS (SELECT 1 FROM orgs WHERE slug = 'cloche') THEN 'cloche'
            ELSE 'cloche-00000000000000000000000000' END, -- which nobody has
        'Cloche', 'self-hosted', '2026-11-27T00:00:00Z';

ALTER TABLE users ADD COLUMN admin_since TEXT; -- null: no admin of the platform

CREATE TABLE templates (
    number INTEGER PRIMARY KEY, -- what its text is found by
    id TEXT NOT NULL UNIQUE,
    slug TEXT NOT NULL UNIQUE,
    org_id TEXT REFERENCES orgs (id) ON DELETE SET NULL, -- null: its organisation is gone
    server_id TEXT UNIQUE REFERENCES servers (id) ON DELETE SET NULL, -- what it is published from; null: that is gone
    title TEXT NOT NULL,
    category TEXT NOT NULL,
    short_description TEXT NOT NULL,
    long_description TEXT NOT NULL,
    hints TEXT NOT NULL, -- JSON: what its secrets are, and how to get them
    summary TEXT NOT NULL, -- JSON: what a list shows of the newest release
    status TEXT NOT NULL,
    status_reason TEXT, -- why an admin has hidden or stopped it
    status_at TEXT NOT NULL, -- since when it is so
    withdrawn BOOLEAN NOT NULL DEFAULT FALSE, -- whether its owner does not want it shown
    takedown_asked_by TEXT, -- the first of the two admins who take down a verified one
    takedown_asked_at TEXT,
    takedown_reason TEXT,
    told_at TEXT, -- which status_at its owners know of
    releases BIGINT NOT NULL, -- the number of the newest
    verified_at TEXT, -- when the platform first vouched for it: from then on it takes two admins to take it down
    verified_title TEXT, -- what it was called then, as long as the platform vouches for it: others may not pass for it
    verified_release BIGINT, -- and for which release, as it is described
    resembles TEXT, -- the slug of a verified one that its title is close to
    forks BIGINT NOT NULL DEFAULT 0, -- how often it was forked
    score DOUBLE PRECISION NOT NULL DEFAULT 0,
    published_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
CREATE INDEX templates_trending ON templates (score DESC, id DESC) WHERE status = 'published';
CREATE INDEX templates_top ON templates (forks DESC, id DESC) WHERE status = 'published';
CREATE INDEX templates_trending_of ON templates (category, score DESC, id DESC) WHERE status = 'published';
CREATE INDEX templates_top_of ON templates (category, forks DESC, id DESC) WHERE status = 'published';
CREATE INDEX templates_newest_of ON templates (category, id DESC) WHERE status = 'published';
CREATE INDEX templates_by_org ON templates (org_id, id DESC);
CREATE INDEX templates_by_status ON templates (status, id DESC);
CREATE INDEX templates_verified ON templates (id) WHERE verified_title IS NOT NULL;

-- What a search looks through.
CREATE VIRTUAL TABLE template_texts USING fts5 (text); -- its rowid is the number of the template

-- Each is one immutable version, with all of it: it stays when the version is deleted.
CREATE TABLE template_releases (
    template_id TEXT NOT NULL REFERENCES templates (id) ON DELETE CASCADE,
    n BIGINT NOT NULL, -- 1, 2, 3 … within the template
    version_n BIGINT NOT NULL, -- of the server that it was published from
    spec TEXT NOT NULL,
    source TEXT NOT NULL,
    source_sha256 TEXT NOT NULL,
    component_sha256 TEXT NOT NULL,
    uploaded_sha256 TEXT,
    code_sha256 TEXT NOT NULL, -- of what it does, whatever it is called
    imports TEXT NOT NULL,
    toolchain TEXT NOT NULL,
    attestation TEXT NOT NULL,
    published_by TEXT, -- the user's id; null: the platform
    published_at TEXT NOT NULL,
    PRIMARY KEY (template_id, n)
);
CREATE INDEX template_releases_by_component ON template_releases (component_sha256);
CREATE INDEX template_releases_by_upload ON template_releases (uploaded_sha256);
CREATE INDEX template_releases_by_code ON template_releases (code_sha256);

-- Who may fork what, for some minutes. A row goes when it is used.
CREATE TABLE fork_refs (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    org_id TEXT NOT NULL REFERENCES orgs (id) ON DELETE CASCADE,
    template_id TEXT NOT NULL REFERENCES templates (id) ON DELETE CASCADE,
    release_n BIGINT NOT NULL,
    expires_at TEXT NOT NULL
);
CREATE INDEX fork_refs_by_expiry ON fork_refs (expires_at);
CREATE INDEX fork_refs_by_user ON fork_refs (user_id, id);

-- What a server was forked from, and whether its owners were told that it was stopped.
ALTER TABLE servers ADD COLUMN template_id TEXT REFERENCES templates (id);
ALTER TABLE servers ADD COLUMN told_stopped BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX servers_by_template ON servers (template_id, org_id) WHERE template_id IS NOT NULL;
ALTER TABLE versions ADD COLUMN release_n BIGINT; -- of that template; null: made otherwise

-- What people report, and what owners answer to being hidden or taken down.
CREATE TABLE template_cases (
    id TEXT PRIMARY KEY,
    template_id TEXT NOT NULL REFERENCES templates (id) ON DELETE CASCADE,
    kind TEXT NOT NULL, -- report or appeal
    concern TEXT, -- what a report is about
    text TEXT NOT NULL,
    user_id TEXT REFERENCES users (id) ON DELETE SET NULL, -- whose it is; null: the account is gone
    state TEXT NOT NULL, -- open, upheld or dismissed
    decided_by TEXT,
    decided_at TEXT,
    decision TEXT,
    created_at TEXT NOT NULL
);
CREATE UNIQUE INDEX template_cases_open ON template_cases (template_id, kind, user_id) WHERE state = 'open';
CREATE INDEX template_cases_by_state ON template_cases (state, id);
CREATE INDEX template_cases_by_user ON template_cases (user_id, created_at);
