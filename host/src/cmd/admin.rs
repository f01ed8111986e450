//! `cloche admin`: what an operator does beside a running platform, or before it first runs.

use std::sync::Arc;

use clap::{Args, Subcommand};
use cloche_domain::plan::Plan;
use cloche_domain::server::{Role, Scope};
use cloche_domain::{Email, Origin, Slug};
use secrecy::ExposeSecret as _;

use super::Place;
use crate::api_keys::NewKey;
use crate::app::App;
use crate::http::auth;
use crate::{accounts, admins, api_keys, boot, plans, vault};

#[derive(Subcommand, Debug)]
pub(super) enum Admin {
    /// Make an account for a mail address, if it has none, and print its id.
    User(Person),
    /// Print a link that signs a person in, once; it makes their account if they have none.
    SignInLink(Person),
    /// Make a person a member of an organisation, or give them another role in it, and print their id.
    Member(Member),
    /// Make a person an admin of the platform, who looks after the marketplace; make their account if they have none.
    Grant(Person),
    /// Make a person an admin no longer.
    Revoke(Person),
    /// Print a new API key of a person; make their account if they have none.
    ApiKey(ApiKey),
    /// Give an organisation a plan, whatever else would give it one; or, without --plan, end that. Print its plan.
    Plan(PlanOf),
    /// Make a new key for the secrets of servers, and seal all of them anew under it, also beside a running platform.
    RotateKeys(Place),
}

/// Whom it is about.
#[derive(Args, Debug)]
pub(super) struct Person {
    /// Their mail address.
    #[arg(long, value_name = "ADDRESS")]
    email: Email,
    #[command(flatten)]
    place: Place,
}

#[derive(Args, Debug)]
pub(super) struct Member {
    #[command(flatten)]
    person: Person,
    /// The organisation's slug.
    #[arg(long, value_name = "SLUG")]
    org: Slug,
    /// owner, admin, developer, reviewer or viewer.
    #[arg(long)]
    role: Role,
}

#[derive(Args, Debug)]
pub(super) struct PlanOf {
    /// The organisation's slug.
    #[arg(long, value_name = "SLUG")]
    org: Slug,
    /// hobby, pro, team, enterprise or self-hosted.
    #[arg(long)]
    plan: Option<Plan>,
    #[command(flatten)]
    place: Place,
}

#[derive(Args, Debug)]
pub(super) struct ApiKey {
    #[command(flatten)]
    person: Person,
    /// What the key is good for: `api` (the platform's API), `mcp` (calls to the person's servers), `admin` (moderation, for
    /// admins of the platform).
    #[arg(long, value_delimiter = ',', default_value = "api,mcp")]
    scopes: Vec<Scope>,
    /// The organisation that it is for; without it, the person's own.
    #[arg(long, value_name = "SLUG")]
    org: Option<Slug>,
    /// What the key is called in the list of keys.
    #[arg(long, default_value = "command line")]
    name: String,
    /// Days after which it ends; without it, the key stays until it is deleted.
    #[arg(long, value_name = "DAYS")]
    expires_in_days: Option<u32>,
}

impl Admin {
    /// What to print.
    pub(super) async fn run(self) -> anyhow::Result<String> {
        match self {
            Self::User(person) => {
                let app = person.platform().await?;
                Ok(accounts::find_or_make(&app, &person.email).await?.user_id.to_string())
            }
            Self::SignInLink(person) => {
                let app = person.platform().await?;
                Ok(accounts::operator_link(&app, &person.email).await?.to_string())
            }
            Self::Member(Member { person, org, role }) => {
                let app = person.platform().await?;
                Ok(accounts::join(&app, &person.email, &org, role).await?.user_id.to_string())
            }
            Self::Grant(person) => {
                let app = person.platform().await?;
                Ok(admins::grant(&app, &person.email).await?.to_string())
            }
            Self::Revoke(person) => {
                let app = person.platform().await?;
                Ok(admins::revoke(&app, &person.email).await?.to_string())
            }
            Self::ApiKey(ApiKey { person, scopes, org, name, expires_in_days }) => {
                let app = person.platform().await?;
                let member = match org {
                    Some(org) => accounts::member_of(&app, &person.email, &org).await?,
                    None => accounts::find_or_make(&app, &person.email).await?,
                };
                let member = auth::Member::new(member, Origin::COMMAND_LINE);
                let (key, _) = api_keys::create(&app, &member, NewKey { name, scopes, expires_in_days }).await?;
                Ok(key.expose_secret().to_owned())
            }
            Self::Plan(PlanOf { org, plan, place }) => {
                let app = boot::app(place.load()?).await?;
                Ok(plans::choose(&app, &org, plan).await?.to_string())
            }
            Self::RotateKeys(place) => {
                let app = boot::app(place.load()?).await?;
                Ok(vault::rotate(&app.vault, &app.db, &app.clock).await?.to_string())
            }
        }
    }
}

impl Person {
    async fn platform(&self) -> anyhow::Result<Arc<App>> {
        boot::app(self.place.load()?).await
    }
}
