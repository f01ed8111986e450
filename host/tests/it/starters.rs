//! The starter library, from a description to clients at work: a model drafts each example, the platform builds it, and
//! every client that people use makes every call of the example's cases. The hosts that they reach are local.

use std::fs;
use std::path::Path;

use cloche_domain::spec::ServerSpec;
use futures::{StreamExt as _, stream};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::case::{self, Case};
use crate::clients::{CLIENTS, Client, browser};
use crate::hosted::Hosted;
use crate::models::fake::{Fake, Reply, openai};
use crate::oauth::dance::{Tokens, post};
use crate::platform::{Caller, Platform};
use crate::upstream::Upstream;

/// Clients at a time.
const AT_ONCE: usize = 4;

/// An example, and the other side of its requests.
struct Starter {
    name: String,
    spec: ServerSpec,
    cases: Vec<Case>,
    upstream: Upstream,
}

impl Starter {
    async fn new(name: String) -> Self {
        let spec = cloche_starter::spec(&name).unwrap();
        let cases = case::of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../guest-sdk/examples").join(&name));
        let upstream = Upstream::new(cases.iter().flat_map(Case::hosts).collect()).await;
        Self { name, spec, cases, upstream }
    }

    /// What the model says when it drafts this one.
    fn drafted(&self) -> Reply {
        Reply::events(openai::answer(&json!(self.spec).to_string()))
    }

    /// Has it drafted, and begins to build it.
    async fn begin(&self, owner: &Caller) -> Hosted {
        let (status, draft) = owner.post("/v1/servers/preview", json!({"prompt": self.spec.description})).await;
        assert_eq!((status, &draft["spec"]), (200, &json!(self.spec)), "{}: {draft:#}", self.name);
        let keys = self.spec.required_secrets.iter().map(|secret| secret.key.as_str());
        let secrets: Value = keys.map(|key| (key.to_owned(), json!(format!("value-of-{key}")))).collect();
        let new =
            json!({"name": self.spec.name, "slug": self.name, "previewId": draft["previewId"], "secrets": secrets});
        Hosted::create(owner, new).await
    }

    /// Lets a client make the calls of all cases; its token.
    async fn visit(&self, client: Client, server: &Hosted, session: &str) -> String {
        let calls: Vec<_> =
            self.cases.iter().map(|case| json!({"name": case.tool, "arguments": case.arguments})).collect();
        let exchanges: Vec<_> = self.cases.iter().flat_map(|case| case.upstream.iter().cloned()).collect();
        self.upstream.await_requests(&exchanges);
        let seen = client.visit(server, session, &calls).await;
        let tools: Vec<_> = self.spec.tools.iter().map(|tool| json!(tool.name)).collect();
        assert_eq!(seen.tools, tools, "{}: {client:?}", self.name);
        assert_eq!(seen.results.len(), calls.len(), "{}: {client:?}", self.name);
        for (case, result) in self.cases.iter().zip(&seen.results) {
            case.check(self.spec.tools.iter().find(|tool| tool.name.as_str() == case.tool).unwrap(), result);
        }
        self.upstream.check(&format!("{}: {client:?}", self.name));
        seen.token
    }
}

/// Settings with which all requests of the starters' tools stay on this machine, and the model is ours.
fn config(starters: &[Starter], model: &Fake, certificates: &Path) -> String {
    let each = |starter: &Starter| fs::read_to_string(starter.upstream.certificate()).unwrap();
    fs::write(certificates, starters.iter().map(each).collect::<String>()).unwrap();
    let lines = |s: &Starter| s.upstream.hosts.iter().map(|host| format!("{host:?} = \"{}\"", s.upstream.at)).collect();
    let hosts: Vec<Vec<String>> = starters.iter().map(lines).collect();
    format!(
        "[[model.providers]]\nname = \"local\"\nkind = \"openai\"\nbase_url = \"{}\"\nmodel = \"m\"\n\
         [oauth]\nregistrations_per_address = 100\n\
         [egress]\nallow_private = [\"127.0.0.0/8\"]\nca_file = \"{}\"\n[egress.connect_to]\n{}",
        model.url,
        certificates.display(),
        hosts.concat().join("\n")
    )
}

#[tokio::test]
async fn every_starter_is_built_and_used_by_every_client() {
    let starters = cloche_starter::names().into_iter().map(Starter::new);
    let starters = futures::future::join_all(starters).await;
    // The first is drafted twice: another person has it too.
    let model = Fake::start(starters.iter().chain(starters.first()).map(Starter::drafted)).await;
    let files = TempDir::new().unwrap();
    let config = config(&starters, &model, &files.path().join("ca.pem"));
    let platform = Platform::setup().config(&config).start().await;
    let (ada, session) = browser(&platform).await;
    let bob = platform.sign_in("bob@example.com").await;

    let mut begun = Vec::new();
    for starter in &starters {
        begun.push((&ada, starter.begin(&ada).await));
    }
    begun.push((&bob, starters[0].begin(&bob).await));
    let servers = futures::future::join_all(begun.into_iter().map(|(owner, server)| server.live(owner))).await;

    // A starter's clients come one after another, so that each finds the answers that are for it.
    let visits = stream::iter(starters.iter().zip(&servers)).map(async |(starter, server)| {
        let mut token = String::new();
        for client in CLIENTS {
            token = starter.visit(client, server, &session).await;
        }
        token
    });
    let tokens: Vec<_> = visits.buffered(AT_ONCE).collect().await;

    let bobs = servers.last().unwrap();
    let theirs = Tokens::of(&platform, &bob, bobs).await;
    let revoked = Tokens::of(&platform, &ada, &servers[0]).await;
    for token in [&tokens[0], &revoked.access] {
        assert_eq!(refusal(&platform, &servers[0], token).await, None);
    }
    let ended = [("token", revoked.refresh.as_str()), ("client_id", &revoked.client)];
    assert_eq!(post(&platform, "/oauth/revoke", &ended).await.0, 200);
    for (how, server, token) in [
        ("for another server of the same person", &servers[1], &tokens[0]),
        ("for another person's server", bobs, &tokens[0]),
        ("another person's, for theirs", &servers[0], &theirs.access),
        ("revoked", &servers[0], &revoked.access),
    ] {
        let metadata = format!("{}/.well-known/oauth-protected-resource{}", platform.url, server.path());
        let (status, challenge) = refusal(&platform, server, token).await.expect(how);
        assert_eq!(status, 401, "{how}");
        assert!(challenge.starts_with(&format!("Bearer resource_metadata=\"{metadata}\"")), "{how}: {challenge}");
        assert!(challenge.contains("error=\"invalid_token\""), "{how}: {challenge}");
    }
}

/// How a token is refused at a server: the status, and what is said of how to get in.
async fn refusal(platform: &Platform, server: &Hosted, token: &str) -> Option<(u16, String)> {
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
    let answer = server.send(platform, token, list).await;
    let challenge = answer.headers().get("www-authenticate")?.to_str().unwrap().to_owned();
    Some((answer.status().as_u16(), challenge))
}
