-- An organisation's account with whoever bills it, as it was told last. It is a copy: what counts is there, and is asked for
-- again whenever something may have changed.
CREATE TABLE billing (
    org_id TEXT PRIMARY KEY REFERENCES orgs (id) ON DELETE CASCADE,
    customer_id TEXT UNIQUE, -- null: none yet, or it was deleted there
    customers BIGINT NOT NULL DEFAULT 0, -- how many it has had before
    asked BIGINT NOT NULL DEFAULT 0, -- how often was asked
    told BIGINT NOT NULL DEFAULT 0, -- which of these answers stands here: none is written over a later one
    subscription_id TEXT, -- null: none that is not over
    status TEXT,
    price_id TEXT,
    paid_every TEXT, -- month or year
    gives TEXT, -- the plan that it gives now
    period_ends_at TIMESTAMPTZ,
    ends_at TIMESTAMPTZ, -- when it ends, if it is to end
    past_due_since TIMESTAMPTZ,
    checkout_at TIMESTAMPTZ, -- when one was last begun
    look_at TIMESTAMPTZ -- when to ask again without being told to
);
CREATE INDEX billing_by_look ON billing (look_at);

-- What was told and done: it is done once.
CREATE TABLE billing_events (
    id TEXT PRIMARY KEY,
    received_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX billing_events_by_time ON billing_events (received_at);

ALTER TABLE orgs ADD COLUMN plan_set_at TIMESTAMPTZ; -- when the operator chose the plan; null: they did not

-- Counted in quota_uses since 0007.
DROP TABLE builds_asked;
