-- What an organisation uses of what its plan counts by the day. A row that is set aside counts until `until`; it is settled
-- before, or its node has died and gives it back.

CREATE TABLE quota_uses (
    org_id TEXT NOT NULL REFERENCES orgs (id) ON DELETE CASCADE,
    day TEXT NOT NULL, -- 2026-11-26, in UTC
    what TEXT NOT NULL, -- previews, builds or tokens
    subject TEXT NOT NULL, -- what used it: the id of a draft or a build
    amount BIGINT NOT NULL,
    until TEXT, -- null: settled
    PRIMARY KEY (org_id, day, what, subject)
);

INSERT INTO quota_uses (org_id, day, what, subject, amount)
    SELECT org_id, substr(asked_at, 1, 10), 'builds', lower(hex(randomblob(16))), 1 FROM builds_asked;
-- Counted above from now on. It stays for nodes of the version before, which write to it.
DELETE FROM builds_asked;

-- What was used on each day: by each server, and by the organisation where no server is meant ('').

CREATE TABLE usage_days (
    org_id TEXT NOT NULL REFERENCES orgs (id) ON DELETE CASCADE,
    day TEXT NOT NULL,
    server_id TEXT NOT NULL, -- it may be deleted since
    calls BIGINT NOT NULL,
    errors BIGINT NOT NULL, -- calls without a result
    fuel BIGINT NOT NULL,
    wall_ms BIGINT NOT NULL,
    drafts BIGINT NOT NULL,
    builds BIGINT NOT NULL,
    input_tokens BIGINT NOT NULL,
    output_tokens BIGINT NOT NULL,
    cost_micros BIGINT NOT NULL, -- millionths of the operator's currency
    PRIMARY KEY (org_id, day, server_id)
);
CREATE INDEX usage_days_by_day ON usage_days (day);

-- What a draft took, and what was asked, so that it need not be asked again.

ALTER TABLE previews ADD COLUMN asked_sha256 TEXT; -- null: no model was asked
ALTER TABLE previews ADD COLUMN input_tokens BIGINT NOT NULL DEFAULT 0;
ALTER TABLE previews ADD COLUMN output_tokens BIGINT NOT NULL DEFAULT 0;
ALTER TABLE previews ADD COLUMN cost_micros BIGINT NOT NULL DEFAULT 0;
CREATE INDEX previews_by_question ON previews (org_id, asked_sha256);

-- Whether a model may mend a version's code while it is built, and how often one has tried.

ALTER TABLE versions ADD COLUMN repair BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE builds ADD COLUMN repairs BIGINT NOT NULL DEFAULT 0;
