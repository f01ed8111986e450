-- What an organisation's people allowed, the newest first: a page of many costs what one of few does.
ALTER TABLE oauth_grants ADD COLUMN org_id TEXT REFERENCES orgs (id) ON DELETE CASCADE;
UPDATE oauth_grants SET org_id = (SELECT s.org_id FROM servers s WHERE s.id = oauth_grants.server_id);
ALTER TABLE oauth_grants ALTER COLUMN org_id SET NOT NULL;
CREATE INDEX oauth_grants_by_org ON oauth_grants (org_id, id);
DROP INDEX oauth_grants_by_server;
CREATE INDEX oauth_grants_by_server ON oauth_grants (server_id, id);
CREATE INDEX oauth_grants_by_member ON oauth_grants (org_id, user_id, id);

-- Grants end with their last code and token.
CREATE INDEX oauth_codes_by_grant ON oauth_codes (grant_id);
DELETE FROM oauth_grants WHERE NOT EXISTS (SELECT 1 FROM refresh_tokens r WHERE r.grant_id = oauth_grants.id)
    AND NOT EXISTS (SELECT 1 FROM oauth_codes c WHERE c.grant_id = oauth_grants.id);
