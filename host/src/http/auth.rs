//! Who is asking: a session's cookie or an API key, and what they may do.

use cloche_domain::plan::Plan;
use cloche_domain::server::Role;
use cloche_domain::{Email, OrgId, Slug, UserId};

/// A signed-in person, acting in one organisation. The first argument of what only members may do.
#[derive(Clone, Debug)]
pub struct Member {
    pub user_id: UserId,
    pub email: Email,
    pub org_id: OrgId,
    pub org_slug: Slug,
    pub plan: Plan,
    pub role: Role,
}
