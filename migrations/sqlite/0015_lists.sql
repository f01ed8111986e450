-- An organisation's servers, the newest first: a page of many costs what one of few does.
CREATE INDEX servers_by_org ON servers (org_id, id);
