-- Nodes hear of each other's changes on the channel «changes», as these are committed: what changed, and its id.
-- Nobody has to think of telling, and nothing is told that is rolled back.

CREATE FUNCTION tell_change() RETURNS trigger AS $$
DECLARE
    changed JSONB := to_jsonb(CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END);
BEGIN
    PERFORM pg_notify('changes', concat_ws(' ', TG_ARGV[0], changed ->> TG_ARGV[1]));
    RETURN NULL;
END;
$$ LANGUAGE plpgsql;

CREATE TRIGGER tell_change AFTER DELETE OR UPDATE OF slug, name, description, status, active_version_id, paused_at ON servers
    FOR EACH ROW EXECUTE FUNCTION tell_change('server', 'id');
CREATE TRIGGER tell_change AFTER INSERT OR UPDATE OR DELETE ON secrets
    FOR EACH ROW EXECUTE FUNCTION tell_change('server', 'server_id');
CREATE TRIGGER tell_change AFTER INSERT ON build_events
    FOR EACH ROW EXECUTE FUNCTION tell_change('build', 'build_id');
CREATE TRIGGER tell_change AFTER DELETE OR UPDATE OF revoked_at ON oauth_grants
    FOR EACH ROW EXECUTE FUNCTION tell_change('grant', 'id');
-- Rights, of whomever: a statement that ends many tells it once.
CREATE TRIGGER tell_change AFTER DELETE ON memberships FOR EACH ROW EXECUTE FUNCTION tell_change('rights');
CREATE TRIGGER tell_role AFTER UPDATE ON memberships FOR EACH ROW WHEN (OLD.role <> NEW.role)
    EXECUTE FUNCTION tell_change('rights');
CREATE TRIGGER tell_change AFTER DELETE ON api_keys FOR EACH ROW EXECUTE FUNCTION tell_change('rights');
CREATE TRIGGER tell_plan AFTER UPDATE ON orgs FOR EACH ROW WHEN (OLD.plan <> NEW.plan)
    EXECUTE FUNCTION tell_change('plan', 'id');
CREATE TRIGGER tell_change AFTER INSERT ON jobs FOR EACH ROW EXECUTE FUNCTION tell_change('job');
