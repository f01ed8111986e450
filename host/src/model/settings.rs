//! Which models draft, in which order, and how long they may take.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::time::Duration;

use cloche_domain::plan::Plan;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use url::Url;

use super::meter::Spent;

/// The settings under `[model]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Who is asked, in this order: the next one when one cannot answer. None: the demo drafter.
    pub providers: Vec<Provider>,
    /// Seconds until the first byte of an answer.
    pub first_byte_timeout_s: u64,
    /// Seconds between two pieces of an answer.
    pub stall_timeout_s: u64,
    /// Seconds for a whole draft, with its retries and its repair.
    pub total_timeout_s: u64,
    /// How often one provider is asked before the next one is.
    pub attempts: u32,
    /// Who is asked for which plan, by name, in this order; all of them where a plan is not here.
    pub plans: BTreeMap<Plan, Vec<String>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            providers: vec![],
            first_byte_timeout_s: 60,
            stall_timeout_s: 60,
            total_timeout_s: 300,
            attempts: 3,
            plans: BTreeMap::new(),
        }
    }
}

impl Settings {
    pub(super) fn first_byte(&self) -> Duration {
        Duration::from_secs(self.first_byte_timeout_s)
    }

    pub(super) fn stall(&self) -> Duration {
        Duration::from_secs(self.stall_timeout_s)
    }

    pub(super) fn total(&self) -> Duration {
        Duration::from_secs(self.total_timeout_s)
    }
}

/// One model at one provider: an entry of `[[model.providers]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// What logs and `plans` call it.
    pub name: String,
    /// The protocol that it speaks.
    pub kind: Kind,
    /// Where its API begins: `https://api.anthropic.com`, or with the version for the other kind, like
    /// `https://api.openai.com/v1`. Both are the defaults.
    #[serde(default)]
    pub base_url: Option<Url>,
    /// The model's name, as the provider spells it.
    pub model: String,
    /// Sent with each request; may be empty for a server of one's own that wants none.
    #[serde(default)]
    pub api_key: SecretString,
    /// Tokens that one answer may have.
    #[serde(default = "max_output_tokens")]
    pub max_output_tokens: u32,
    /// Of a million tokens that it reads, in the operator's currency.
    #[serde(default)]
    pub input_price: f64,
    /// Of a million tokens that it writes.
    #[serde(default)]
    pub output_price: f64,
}

fn max_output_tokens() -> u32 {
    16_000
}

/// A protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The Anthropic Messages API.
    Anthropic,
    /// OpenAI's chat completions, which many other servers speak too.
    OpenAi,
}

impl Kind {
    fn default_base(self) -> &'static str {
        match self {
            Self::Anthropic => "https://api.anthropic.com",
            Self::OpenAi => "https://api.openai.com/v1",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Anthropic => "v1/messages",
            Self::OpenAi => "chat/completions",
        }
    }
}

/// A provider that cannot be used as it is set.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("model.providers: {name:?} has base_url {url:?}: it must be an http or https address")]
    BaseUrl { name: String, url: String },
    #[error("model.providers: {name:?} has no model: give its name as the provider spells it")]
    NoModel { name: String },
    #[error("model.{key} is 0: give at least 1")]
    Zero { key: &'static str },
    #[error("model.providers: {name:?} is there twice: give each a name of its own")]
    NameTwice { name: String },
    #[error("model.providers: {name:?} has a price that is none: give 0 or more, of a million tokens")]
    Price { name: String },
    #[error("model.plans.{plan}: there is no provider {name:?}: name one of model.providers")]
    NoProvider { plan: Plan, name: String },
    #[error("model.plans.{plan} names nobody: name a provider, or leave the plan out")]
    Nobody { plan: Plan },
    #[error("the HTTP client for models cannot be made: {0}")]
    Client(#[from] reqwest::Error),
}

impl Settings {
    /// Refuses what could never work, by the name of the key.
    pub(super) fn check(&self) -> Result<(), Error> {
        let counts = [
            ("first_byte_timeout_s", self.first_byte_timeout_s),
            ("stall_timeout_s", self.stall_timeout_s),
            ("total_timeout_s", self.total_timeout_s),
            ("attempts", self.attempts.into()),
        ];
        if let Some((key, _)) = counts.into_iter().find(|&(_, count)| count == 0) {
            return Err(Error::Zero { key });
        }
        let mut names = HashSet::new();
        for provider in &self.providers {
            let name = provider.name.clone();
            if ![provider.input_price, provider.output_price].iter().all(|price| price.is_finite() && *price >= 0.0) {
                return Err(Error::Price { name });
            }
            if !names.insert(provider.name.as_str()) {
                return Err(Error::NameTwice { name });
            }
        }
        for (&plan, named) in &self.plans {
            if named.is_empty() {
                return Err(Error::Nobody { plan });
            }
            if let Some(name) = named.iter().find(|name| !names.contains(name.as_str())) {
                return Err(Error::NoProvider { plan, name: name.clone() });
            }
        }
        Ok(())
    }
}

impl Provider {
    /// Where requests go.
    pub(super) fn endpoint(&self) -> Result<Url, Error> {
        if self.model.trim().is_empty() {
            return Err(Error::NoModel { name: self.name.clone() });
        }
        let base = self.base_url.as_ref().map_or(self.kind.default_base(), Url::as_str);
        let refused = || Error::BaseUrl { name: self.name.clone(), url: base.to_owned() };
        let url = format!("{}/{}", base.trim_end_matches('/'), self.kind.path());
        let url = Url::parse(&url).map_err(|_| refused())?;
        if matches!(url.scheme(), "http" | "https") { Ok(url) } else { Err(refused()) }
    }

    /// So many tokens, and what they cost.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "money of tokens is far below 2^53"
    )]
    pub(super) fn priced(&self, input_tokens: u64, output_tokens: u64) -> Spent {
        // A price of a million is millionths of the currency for each.
        let cost = input_tokens as f64 * self.input_price + output_tokens as f64 * self.output_price;
        Spent { input_tokens, output_tokens, cost_micros: cost.round() as u64 }
    }

    /// What the provider says of an error: short, on one line, and without the key, should it repeat it.
    pub(super) fn for_the_log(&self, said: &str) -> String {
        let key = self.api_key.expose_secret();
        let said = if key.is_empty() { said.to_owned() } else { said.replace(key, "…") };
        said.chars().take(500).map(|c| if c.is_control() { ' ' } else { c }).collect()
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.model)
    }
}

#[cfg(test)]
mod tests {
    use figment::Figment;
    use figment::providers::{Format as _, Toml};

    use super::*;

    fn provider(key: &str) -> Provider {
        let text = format!("name = \"a\"\nkind = \"openai\"\nmodel = \"m\"\napi_key = \"{key}\"");
        Figment::from(Toml::string(&text)).extract().unwrap()
    }

    #[test]
    fn an_error_that_repeats_the_key_is_logged_without_it() {
        let said = "Incorrect API key: top-secret\r\nforged line";
        assert_eq!(provider("top-secret").for_the_log(said), "Incorrect API key: …  forged line");
        assert_eq!(provider("").for_the_log("no key"), "no key");
        assert!(!format!("{:?}", provider("top-secret")).contains("top-secret"));
    }
}
