-- People and organisations.

CREATE TABLE users (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE orgs (
    id TEXT PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    plan TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE memberships (
    org_id TEXT NOT NULL REFERENCES orgs (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (org_id, user_id)
);
CREATE INDEX memberships_by_user ON memberships (user_id);

-- Ways to sign in. Only digests of links, cookies and keys are kept.

CREATE TABLE magic_links (
    token_sha256 TEXT PRIMARY KEY,
    email TEXT NOT NULL,
    address TEXT, -- the asker's IP address; null: made by the operator
    next TEXT, -- the path to go to after sign-in
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ
);
CREATE INDEX magic_links_by_time ON magic_links (created_at);
CREATE INDEX magic_links_by_email ON magic_links (email, created_at);
CREATE INDEX magic_links_by_address ON magic_links (address, created_at);

CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    token_sha256 TEXT NOT NULL UNIQUE,
    previous_sha256 TEXT UNIQUE, -- the token before this one
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at TIMESTAMPTZ NOT NULL,
    rotated_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);

CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES orgs (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    start TEXT NOT NULL, -- the first characters, to tell keys apart
    key_sha256 TEXT NOT NULL UNIQUE,
    scopes JSONB NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ,
    last_used_at TIMESTAMPTZ
);
CREATE INDEX api_keys_by_org ON api_keys (org_id);

-- Servers, their versions and builds.

CREATE TABLE previews (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES orgs (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    prompt TEXT NOT NULL,
    spec JSONB NOT NULL,
    model TEXT NOT NULL,
    demo BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX previews_by_expiry ON previews (expires_at);

CREATE TABLE servers (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES orgs (id) ON DELETE CASCADE,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    active_version_id TEXT, -- of versions; null until the first build is live
    created_by TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    UNIQUE (org_id, slug)
);

CREATE TABLE versions (
    id TEXT PRIMARY KEY,
    server_id TEXT NOT NULL REFERENCES servers (id) ON DELETE CASCADE,
    n BIGINT NOT NULL, -- 1, 2, 3 … within the server
    spec JSONB NOT NULL,
    source JSONB, -- the rendered files; null until compiled
    source_sha256 TEXT,
    component_sha256 TEXT,
    imports JSONB, -- the interfaces that the component imports
    toolchain TEXT,
    created_by TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    UNIQUE (server_id, n)
);

CREATE TABLE builds (
    id TEXT PRIMARY KEY,
    server_id TEXT NOT NULL REFERENCES servers (id) ON DELETE CASCADE,
    version_id TEXT NOT NULL REFERENCES versions (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    failure JSONB, -- why it failed
    created_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ
);
CREATE INDEX builds_by_server ON builds (server_id);

CREATE TABLE build_events (
    build_id TEXT NOT NULL REFERENCES builds (id) ON DELETE CASCADE,
    seq BIGINT NOT NULL,
    event JSONB NOT NULL,
    PRIMARY KEY (build_id, seq)
);

-- When an organisation has asked for each build. It outlives the build's server: deleting servers gives no builds back.

CREATE TABLE builds_asked (
    org_id TEXT NOT NULL REFERENCES orgs (id) ON DELETE CASCADE,
    asked_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX builds_asked_by_org ON builds_asked (org_id, asked_at);

-- Work to be done once, even if a node dies while doing it.

CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES orgs (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL, -- the id it is about
    attempts BIGINT NOT NULL,
    run_at TIMESTAMPTZ NOT NULL,
    leased_until TIMESTAMPTZ,
    lease TEXT, -- who holds it: a new random text at each claim
    last_error TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    UNIQUE (kind, subject)
);
CREATE INDEX jobs_by_time ON jobs (run_at);

-- What a server keeps.

CREATE TABLE secrets (
    id TEXT PRIMARY KEY,
    server_id TEXT NOT NULL REFERENCES servers (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    key_id TEXT NOT NULL, -- of the platform's key that wraps the data key
    wrapped_key BYTEA NOT NULL,
    ciphertext BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    UNIQUE (server_id, key)
);

CREATE TABLE kv (
    server_id TEXT NOT NULL REFERENCES servers (id) ON DELETE CASCADE,
    key TEXT COLLATE "C" NOT NULL, -- in byte order
    value BYTEA NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (server_id, key)
);

-- OAuth. Only digests of codes and refresh tokens are kept; access tokens are signed and not kept at all.

CREATE TABLE oauth_clients (
    client_id TEXT PRIMARY KEY, -- cli_… when registered (RFC 7591), a URL when it describes itself (CIMD)
    name TEXT NOT NULL,
    redirect_uris JSONB NOT NULL,
    metadata JSONB NOT NULL,
    address TEXT NOT NULL, -- the registrant's IP address
    created_at TIMESTAMPTZ NOT NULL,
    fetched_at TIMESTAMPTZ -- when a self-description was last read
);
CREATE INDEX oauth_clients_by_address ON oauth_clients (address, created_at);

-- What one person allowed one client on one server; the family of its tokens.
CREATE TABLE oauth_grants (
    id TEXT PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES oauth_clients (client_id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    server_id TEXT NOT NULL REFERENCES servers (id) ON DELETE CASCADE,
    scope TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    revoked_at TIMESTAMPTZ
);
CREATE INDEX oauth_grants_by_server ON oauth_grants (server_id);
CREATE INDEX oauth_grants_by_user ON oauth_grants (user_id);

CREATE TABLE oauth_codes (
    code_sha256 TEXT PRIMARY KEY,
    grant_id TEXT NOT NULL REFERENCES oauth_grants (id) ON DELETE CASCADE,
    redirect_uri TEXT NOT NULL,
    code_challenge TEXT NOT NULL,
    resource TEXT NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ
);
CREATE INDEX oauth_codes_by_expiry ON oauth_codes (expires_at);

CREATE TABLE refresh_tokens (
    token_sha256 TEXT PRIMARY KEY,
    grant_id TEXT NOT NULL REFERENCES oauth_grants (id) ON DELETE CASCADE,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ
);
CREATE INDEX refresh_tokens_by_grant ON refresh_tokens (grant_id);
CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires_at);
