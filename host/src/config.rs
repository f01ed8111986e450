//! Configuration: defaults, then a file, then the environment, then flags. An unknown key is an error that names it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use cloche_domain::plan::{Plan, Plans};
use cloche_domain::{Email, Slug};
use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use ipnet::IpNet;
use serde::Deserialize;
use url::Url;

use crate::{billing, model, providers};

/// The commented default file: every key, its meaning and its default.
pub const DEFAULTS: &str = include_str!("../cloche.default.toml");

/// All settings. Their meaning and defaults stand in [`DEFAULTS`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub data: PathBuf,
    pub plan: Plan,
    pub plans: Plans,
    pub http: Http,
    pub database: Database,
    pub sign_in: SignIn,
    pub organisations: Organisations,
    pub model: model::Settings,
    pub billing: billing::Settings,
    pub compiler: Compiler,
    pub sandbox: Sandbox,
    pub egress: Egress,
    pub calls: Calls,
    pub versions: Versions,
    pub oauth: Oauth,
    pub mcp: Mcp,
    pub marketplace: Marketplace,
    pub log: Log,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    pub listen: SocketAddr,
    pub public_url: String,
    pub trusted_proxies: Vec<IpNet>,
    pub body_limit: usize,
    pub shutdown_seconds: u64,
    pub connections: usize,
    pub header_seconds: u64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    pub url: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    pub link_minutes: u32,
    pub links_per_email: u32,
    pub links_per_address: u32,
    pub session_days: u32,
    pub first_email: Email,
    pub starts_per_address: u32,
    pub provider_timeout_s: u64,
    #[serde(default)]
    pub providers: BTreeMap<Slug, providers::Settings>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisations {
    pub made_per_day: u32,
    pub invite_days: u32,
    pub invites_per_org: u32,
    pub invites_per_email: u32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compiler {
    pub url: String,
    pub toolchain: PathBuf,
    pub parallel: usize,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sandbox {
    pub slots: u32,
    pub loaded: u64,
    pub component_bytes: usize,
    pub uploads: usize,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Egress {
    pub allow_private: Vec<IpNet>,
    pub nameserver: Option<SocketAddr>,
    pub ca_file: Option<PathBuf>,
    pub connect_to: BTreeMap<String, SocketAddr>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calls {
    pub days: u32,
    pub per_server: u32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Versions {
    pub keep: u32,
    pub days: u32,
    pub component_minutes: u32,
}

impl Versions {
    /// How long a component is kept after the last version of it.
    pub fn component_life(&self) -> time::Duration {
        time::Duration::minutes(self.component_minutes.into())
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oauth {
    pub registrations_per_address: u32,
    pub key_days: u32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mcp {
    pub allowed_origins: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Marketplace {
    pub starters: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    pub format: LogFormat,
    pub filter: String,
    pub stages: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Text,
    Json,
}

/// A setting that is missing, unknown or of the wrong form.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("configuration: {0}; `cloche config` prints every key with its default")]
    Invalid(#[from] Box<figment::Error>),
    #[error("configuration: plans.{plan}.call.{key} is 0: no call could succeed; set 1 or more")]
    Zero { plan: Plan, key: &'static str },
    #[error("configuration: there is no file {0}")]
    NoFile(PathBuf),
    #[error("configuration: http.public_url {0:?} must be an http or https address without path, query or fragment")]
    PublicUrl(String),
}

/// What the command line says.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    pub config: Option<PathBuf>,
    pub data: Option<PathBuf>,
    pub listen: Option<SocketAddr>,
}

impl Sandbox {
    /// Bytes of the largest component in base64.
    pub fn component_base64(&self) -> usize {
        self.component_bytes.div_ceil(3).saturating_mul(4)
    }
}

impl Config {
    /// Reads all sources.
    pub fn load(flags: &Flags) -> Result<Self, Error> {
        let mut figment = Figment::from(Toml::string(DEFAULTS));
        if let Some(file) = &flags.config {
            if !file.is_file() {
                return Err(Error::NoFile(file.clone()));
            }
            figment = figment.merge(Toml::file_exact(file));
        }
        figment = figment.merge(Env::prefixed("CLOCHE_").split("__"));
        if let Some(data) = &flags.data {
            figment = figment.merge(Serialized::default("data", data));
        }
        if let Some(listen) = &flags.listen {
            figment = figment.merge(Serialized::default("http.listen", listen));
        }
        let config: Self = figment.extract().map_err(Box::new)?;
        config.public_url()?;
        for &plan in Plan::ALL {
            if let Some(key) = config.plans.of(plan).call.zeros().next() {
                return Err(Error::Zero { plan, key });
            }
        }
        Ok(config)
    }

    /// How clients reach this platform: an origin.
    pub fn public_url(&self) -> Result<Url, Error> {
        let text = match self.http.public_url.as_str() {
            "" => format!("http://{}", self.http.listen),
            set => set.to_owned(),
        };
        let url = Url::parse(&text).map_err(|_| Error::PublicUrl(text.clone()))?;
        let origin_only = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if matches!(url.scheme(), "http" | "https") && origin_only && url.username().is_empty() {
            Ok(url)
        } else {
            Err(Error::PublicUrl(text))
        }
    }

    /// Whether the platform runs by itself, its data in files.
    pub fn is_embedded(&self) -> bool {
        self.database.url.is_empty()
    }

    /// The database's URL: the one set, or the file in the data directory.
    pub fn database_url(&self) -> String {
        match self.database.url.as_str() {
            "" => format!("sqlite://{}", self.data.join("cloche.db").display()),
            set => set.to_owned(),
        }
    }

    /// A directory below the data directory.
    pub fn data_dir(&self, name: impl AsRef<Path>) -> PathBuf {
        self.data.join(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_file_says_every_setting() {
        let config: Config = Figment::from(Toml::string(DEFAULTS)).extract().unwrap();
        assert_eq!(config.public_url().unwrap().as_str(), "http://127.0.0.1:8787/");
        assert_eq!(config.plan, Plan::SelfHosted);
        for &plan in Plan::ALL {
            assert_eq!(config.plans.of(plan), &plan.limits(), "{plan}");
        }
        assert_eq!(format!("{:?}", config.model), format!("{:?}", model::Settings::default()));
    }

    #[test]
    fn an_unknown_key_is_named() {
        let text = format!("{DEFAULTS}\ncolour = \"red\"\n");
        let error = Figment::from(Toml::string(&text)).extract::<Config>().unwrap_err().to_string();
        assert!(error.contains("colour"), "{error}");
    }

    #[test]
    fn a_plans_limit_that_is_none_is_named() {
        for (line, says) in [
            ("plans.pro.call.fule = 5", "fule"),
            ("plans.gold.servers = 5", "gold"),
            ("plans.pro.servers = -1", "\"unlimited\""),
            ("plans.pro.servers = \"many\"", "\"unlimited\""),
            ("plans.pro.call.wall_ms = 0", "plans.pro.call.wall_ms is 0"),
            ("plans.pro.call.fuel = \"lots\"", "plans.pro.call.fuel"),
        ] {
            let dir = tempfile::tempdir().unwrap();
            let file = dir.path().join("cloche.toml");
            std::fs::write(&file, line).unwrap();
            let error = Config::load(&Flags { config: Some(file), ..Flags::default() }).unwrap_err().to_string();
            assert!(error.contains(says), "{line}: {error}");
        }
    }
}
