-- Who has forked a template: each organisation counts once, its publisher's not at all.
CREATE TABLE template_forkers (
    template_id TEXT NOT NULL REFERENCES templates (id) ON DELETE CASCADE,
    org_id TEXT NOT NULL REFERENCES orgs (id) ON DELETE CASCADE,
    PRIMARY KEY (template_id, org_id)
);
CREATE INDEX template_forkers_by_org ON template_forkers (org_id);
INSERT INTO template_forkers (template_id, org_id)
    SELECT DISTINCT template_id, org_id FROM servers WHERE template_id IS NOT NULL;
UPDATE templates SET forks = (SELECT count(*) FROM template_forkers f
    WHERE f.template_id = templates.id AND (templates.org_id IS NULL OR f.org_id <> templates.org_id));

-- What waits for a decision.
CREATE INDEX versions_waiting ON versions (server_id, n) WHERE review = 'waiting';
