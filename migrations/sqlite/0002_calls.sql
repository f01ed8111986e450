-- What each call came to. Written in batches, a moment after; kept for a while.

CREATE TABLE calls (
    id TEXT PRIMARY KEY,
    server_id TEXT NOT NULL REFERENCES servers (id) ON DELETE CASCADE,
    version_n BIGINT NOT NULL,
    tool TEXT NOT NULL,
    user_id TEXT NOT NULL, -- who called
    client TEXT NOT NULL, -- by which client: its id, api_key or try
    started_at TEXT NOT NULL,
    wall_ms BIGINT NOT NULL,
    fuel BIGINT NOT NULL,
    peak_memory BIGINT NOT NULL, -- bytes
    argument_bytes BIGINT NOT NULL,
    result_bytes BIGINT NOT NULL,
    outcome TEXT NOT NULL, -- ok, or why there is no result
    error TEXT, -- what the caller was told
    bound TEXT, -- the bound that was hit
    requests TEXT NOT NULL, -- the outbound requests
    logs TEXT -- the lines written; null when none
);
CREATE INDEX calls_by_server ON calls (server_id, id);
CREATE INDEX calls_by_time ON calls (started_at);
