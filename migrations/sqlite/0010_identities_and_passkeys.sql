-- Other ways to sign in: as someone whom a provider knows, and with a passkey.

CREATE TABLE identities (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    provider TEXT NOT NULL, -- its name in the configuration
    issuer TEXT NOT NULL, -- who vouches for the subject: another issuer under the same name is another one
    subject TEXT NOT NULL, -- whom the provider means; an address may become another's
    shown TEXT NOT NULL, -- what the person knows it by, as the provider told it last
    created_at TEXT NOT NULL,
    used_at TEXT NOT NULL,
    UNIQUE (provider, issuer, subject)
);
CREATE INDEX identities_by_user ON identities (user_id);

-- Those with the address of an account that has not agreed yet. They are kept for a day, for the limit on mails.
CREATE TABLE pending_identities (
    token_sha256 TEXT PRIMARY KEY, -- of the mailed link
    browser_sha256 TEXT NOT NULL, -- the browser that has to bring it
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    provider TEXT NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    shown TEXT NOT NULL,
    next TEXT, -- the path to go to after sign-in
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    used_at TEXT
);
CREATE INDEX pending_identities_by_user ON pending_identities (user_id, created_at);

CREATE TABLE passkeys (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    credential_id TEXT NOT NULL UNIQUE, -- base64url
    credential TEXT NOT NULL, -- JSON: the public key, and the count of its uses
    name TEXT NOT NULL,
    created_at TEXT NOT NULL,
    used_at TEXT
);
CREATE INDEX passkeys_by_user ON passkeys (user_id);

-- What was begun at a provider or with a passkey, to be ended once and soon. Kept for an hour, for the limit on them.
CREATE TABLE ceremonies (
    token_sha256 TEXT PRIMARY KEY, -- of what comes back: a state, or a token
    kind TEXT NOT NULL,
    browser_sha256 TEXT, -- the browser that began it; null where the answer itself is bound
    provider TEXT,
    user_id TEXT REFERENCES users (id) ON DELETE CASCADE, -- whose it is, where someone signed in began it
    state TEXT, -- JSON, of a passkey's
    next TEXT,
    address TEXT NOT NULL, -- the asker's IP address
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    used_at TEXT
);
CREATE INDEX ceremonies_by_time ON ceremonies (created_at);
CREATE INDEX ceremonies_by_address ON ceremonies (address, created_at);
CREATE INDEX ceremonies_by_user ON ceremonies (user_id);
