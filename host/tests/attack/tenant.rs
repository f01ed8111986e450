//! Someone with an account and a server: an author, hostile or not.

use serde_json::{Value, json};

use crate::hosted::{Hosted, call};
use crate::platform::{Caller, Platform};

/// An account, at a browser and by a key.
pub struct Tenant {
    pub browser: Caller,
    pub key: String,
    name: String,
}

/// What a call came to, for the client.
#[derive(Debug)]
pub struct Said {
    /// Whether it is a tool error.
    pub error: bool,
    /// The pieces of text, one after the other.
    pub text: String,
    /// All of it.
    pub answer: Value,
}

impl Tenant {
    pub async fn new(platform: &Platform, name: &str) -> Self {
        let email = format!("{name}@example.com");
        Self { browser: platform.sign_in(&email).await, key: platform.api_key(&email), name: name.to_owned() }
    }

    /// A live server whose first tool has this body; the spec can be changed further.
    pub async fn server_with(&self, body: &str, change: impl FnOnce(&mut Value)) -> Hosted {
        Hosted::of(&self.browser, &format!("{}-server", self.name), |spec| {
            spec["tools"][0] = tool("attack", body);
            change(spec);
        })
        .await
    }

    /// The same, nothing changed further.
    pub async fn server(&self, body: &str) -> Hosted {
        self.server_with(body, |_| {}).await
    }

    /// Calls a tool of a server of this tenant.
    pub async fn call(&self, platform: &Platform, server: &Hosted, tool: &str, arguments: Value) -> Said {
        let answer = server.send(platform, &self.key, call(tool, &arguments)).await;
        let answer: Value = answer.json().await.unwrap();
        let pieces = answer["result"]["content"].as_array().cloned().unwrap_or_default();
        let texts: Vec<_> = pieces.iter().filter_map(|piece| piece["text"].as_str()).collect();
        Said { error: answer["result"]["isError"] == true, text: texts.join("\n"), answer }
    }

    /// Calls the first tool of [`Tenant::server`].
    pub async fn attack(&self, platform: &Platform, server: &Hosted, arguments: Value) -> Said {
        self.call(platform, server, "attack", arguments).await
    }
}

/// A tool that takes numbers and a text.
pub fn tool(name: &str, body: &str) -> Value {
    json!({"name": name, "description": "Does harm", "implementation": body, "inputSchema": {"type": "object",
        "properties": {"n": {"type": "integer"}, "m": {"type": "integer"}, "text": {"type": "string"}}}})
}
