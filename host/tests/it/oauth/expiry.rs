//! What has had its time. Here the platform runs within the test, so that its clock can be moved.

use std::path::Path;
use std::sync::Arc;

use cloche::app::App;
use cloche::config::{Config, Flags};
use cloche::mount::Mount;
use cloche::oauth::access::{self, Denial};
use cloche::oauth::authorize::{self, Person};
use cloche::oauth::{Params, clients, tokens};
use cloche::{accounts, boot};
use cloche_domain::{ServerId, SessionId, VersionId};
use cloche_storage::accounts::Membership;
use cloche_storage::servers::NewServer;
use cloche_storage::versions::NewVersion;
use cloche_storage::{Db, servers, versions};
use secrecy::SecretString;
use serde_json::{Value, json};
use tempfile::TempDir;
use time::Duration;

use crate::postgres::Database;

use super::dance::{CALLBACK, VERIFIER, asking, param};

struct World {
    app: Arc<App>,
    ada: Membership,
    mount: Mount,
    client: String,
    session: SessionId,
    _dir: TempDir,
}

impl World {
    /// A platform with a server that is live as far as the authorization server can tell.
    async fn new(database: Option<&Database>) -> Self {
        let dir = TempDir::new().unwrap();
        let flags = Flags { data: Some(dir.path().join("data")), ..Flags::default() };
        let mut config = Config::load(&flags).unwrap();
        config.compiler.toolchain = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/toolchain");
        if let Some(database) = database {
            config.database.url = database.url();
        }
        let app = boot::app(config).await.unwrap();
        let ada = accounts::find_or_make(&app, &"ada@example.com".parse().unwrap()).await.unwrap();
        let mount = Mount { org: ada.org_slug.clone(), slug: "demo".parse().unwrap() };
        let (id, version) = (ServerId::new(), VersionId::new());
        let spec = serde_json::from_value(json!({"name": "Demo", "tools": []})).unwrap();
        let mut tx = app.db.begin().await.unwrap();
        let server = NewServer { id, org_id: ada.org_id, slug: &mount.slug, name: "Demo", created_by: ada.user_id };
        servers::insert(&mut tx, &server, app.clock.now()).await.unwrap();
        let first = NewVersion {
            id: version,
            server_id: id,
            n: 1,
            spec: &spec,
            uploaded_sha256: None,
            repair: false,
            release_n: None,
            created_by: ada.user_id,
        };
        versions::insert(&mut tx, &first, app.clock.now()).await.unwrap();
        servers::activate(&mut tx, id, version, app.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        let client = clients::register(&app, json!({"redirect_uris": [CALLBACK]}), "192.0.2.1").await.unwrap();
        Self { app, ada, mount, client: client.client_id.to_string(), session: SessionId::new(), _dir: dir }
    }

    /// What the page of consent would send.
    async fn page(&self) -> String {
        let path = asking(&self.client, &self.mount.url(&self.app.public_url), &[]);
        let params = Params::parse(path.split_once('?').unwrap().1.as_bytes()).unwrap();
        let asked = authorize::check(&self.app, &params).await.unwrap();
        let person = self.person();
        let target = authorize::target_for(&self.app, &asked, person).await.unwrap().unwrap();
        authorize::form(&self.app, &asked, person, target.server_id).unwrap()
    }

    /// A code, for a page that is sent.
    async fn sent(&self, form: &str) -> Option<String> {
        let callback = authorize::decide(&self.app, form, (self.person(), "192.0.2.1".into()), true).await.ok()?;
        param(&callback, "code")
    }

    /// A code, for an answer given `after` the page was shown.
    async fn code(&self, after: Duration) -> Option<String> {
        let form = self.page().await;
        self.app.clock.advance(after);
        self.sent(&form).await
    }

    fn person(&self) -> Person {
        Person { user: self.ada.user_id, session: self.session }
    }

    /// How many grants there are.
    async fn grants(&self) -> i64 {
        const COUNT: &str = "SELECT count(*) FROM oauth_grants";
        match &self.app.db {
            Db::Sqlite { writes, .. } => sqlx::query_scalar(COUNT).fetch_one(writes).await.unwrap(),
            Db::Postgres(pool) => sqlx::query_scalar(COUNT).fetch_one(pool).await.unwrap(),
        }
    }

    /// The answer of the token endpoint, or its error.
    async fn ask(&self, fields: &[(&str, &str)]) -> Result<Value, &'static str> {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields).append_pair("client_id", &self.client);
        let params = Params::parse(form.finish().as_bytes()).unwrap();
        let answer = tokens::issue(&self.app, &params, "192.0.2.1".into()).await.map_err(|error| error.code())?;
        Ok(serde_json::to_value(answer).unwrap())
    }

    async fn redeem(&self, code: &str) -> Result<Value, &'static str> {
        let grant = ("grant_type", "authorization_code");
        self.ask(&[grant, ("code", code), ("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)]).await
    }

    async fn refresh(&self, token: &str) -> Result<Value, &'static str> {
        self.ask(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    async fn is_let_in(&self, access: &str) -> bool {
        match access::caller(&self.app, Some(&SecretString::from(access)), &self.mount).await {
            Ok(_) => true,
            Err(Denial::Invalid) => false,
            Err(other) => panic!("{other}"),
        }
    }
}

fn text<'a>(answer: &'a Value, name: &str) -> &'a str {
    answer[name].as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_codes_and_tokens_have_their_time() {
    let world = World::new(None).await;
    assert_eq!(world.code(Duration::minutes(10)).await, None, "a page of ten minutes ago");
    let code = world.code(Duration::minutes(9)).await.unwrap();
    world.app.clock.advance(Duration::seconds(61));
    assert_eq!(world.redeem(&code).await, Err("invalid_grant"), "a code of a minute ago");

    let code = world.code(Duration::ZERO).await.unwrap();
    world.app.clock.advance(Duration::seconds(50));
    let first = world.redeem(&code).await.unwrap();
    assert!(world.is_let_in(text(&first, "access_token")).await);
    world.app.clock.advance(Duration::minutes(14));
    assert!(world.is_let_in(text(&first, "access_token")).await);
    world.app.clock.advance(Duration::minutes(2));
    assert!(!world.is_let_in(text(&first, "access_token")).await, "an access token of a quarter of an hour ago");

    world.app.clock.advance(Duration::days(29));
    let second = world.refresh(text(&first, "refresh_token")).await.unwrap();
    assert!(world.is_let_in(text(&second, "access_token")).await);
    world.app.clock.advance(Duration::days(31));
    assert_eq!(world.refresh(text(&second, "refresh_token")).await, Err("invalid_grant"), "one of a month ago");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_ends_with_its_last_token_and_no_page_is_answered_twice() {
    let database = Database::make();
    for database in [None, Some(&database)] {
        let world = World::new(database).await;
        let form = world.page().await;
        assert!(world.sent(&form).await.is_some());
        let code = world.code(Duration::ZERO).await.unwrap();
        let tokens = world.redeem(&code).await.unwrap();
        world.app.clock.advance(Duration::seconds(61));
        // Whoever is let in has what is over removed.
        let given = async || world.code(Duration::ZERO).await.unwrap();
        given().await;
        assert_eq!(world.sent(&form).await, None, "a page that was answered, and whose code has expired");
        assert_eq!(world.grants().await, 3);
        world.app.clock.advance(Duration::days(2));
        given().await;
        assert_eq!(world.grants().await, 2, "two whose codes nobody redeemed are gone");
        let tokens = world.refresh(text(&tokens, "refresh_token")).await.unwrap();
        // The token that was used has expired, the one in its place has not.
        world.app.clock.advance(Duration::days(29) + Duration::hours(12));
        given().await;
        assert_eq!(world.grants().await, 2);
        assert!(world.refresh(text(&tokens, "refresh_token")).await.is_ok());
        world.app.clock.advance(Duration::days(32));
        given().await;
        assert_eq!(world.grants().await, 1);
        world.app.db.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_signing_key_takes_over_without_a_gap() {
    let world = World::new(None).await;
    let old = world.redeem(&world.code(Duration::ZERO).await.unwrap()).await.unwrap();
    world.app.keys.rotate(world.app.clock.now()).unwrap();
    let new = world.redeem(&world.code(Duration::ZERO).await.unwrap()).await.unwrap();
    assert_eq!(world.app.keys.public().keys.len(), 2);
    for tokens in [&old, &new] {
        assert!(world.is_let_in(text(tokens, "access_token")).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgres_too_one_of_many_wins() {
    let database = Database::make();
    let world = World::new(Some(&database)).await;
    let code = world.code(Duration::ZERO).await.unwrap();
    let answers = futures::future::join_all((0..200).map(|_| world.redeem(&code))).await;
    let won: Vec<_> = answers.iter().flatten().collect();
    assert_eq!(won.len(), 1, "{answers:?}");
    assert!(!world.is_let_in(text(won[0], "access_token")).await, "many hold the code");

    let code = world.code(Duration::ZERO).await.unwrap();
    let first = world.redeem(&code).await.unwrap();
    assert!(world.is_let_in(text(&first, "access_token")).await);
    let token = text(&first, "refresh_token");
    let answers = futures::future::join_all((0..8).map(|_| world.refresh(token))).await;
    assert_eq!(answers.iter().flatten().count(), 1, "{answers:?}");
    assert!(!world.is_let_in(text(&first, "access_token")).await, "many hold the refresh token");
    world.app.db.close().await;
}
