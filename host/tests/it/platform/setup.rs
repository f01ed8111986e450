//! What a platform is started with.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use tempfile::TempDir;

use super::{Platform, serve, toolchain};
use crate::postgres::Database;

/// Settings, database and limits; gone with the platform.
#[derive(Debug)]
pub struct Setup {
    /// What the program is started by, if not directly.
    pub(super) under: Vec<String>,
    /// Holds the data directory, the configuration and the log.
    pub(super) dir: TempDir,
    pub(super) database: Option<Database>,
    /// Whether it brings along the starter library.
    pub(super) starters: bool,
}

impl Setup {
    /// Settings other than the defaults, in TOML.
    pub fn config(self, toml: &str) -> Self {
        fs::write(self.dir.path().join("cloche.toml"), toml).unwrap();
        self
    }

    /// Lets the program have so many open files.
    pub fn with_descriptors(self, count: u32) -> Self {
        let limited = format!("ulimit -n {count}; exec \"$0\" \"$@\"");
        // Without the right to have more again.
        Self { under: ["unshare", "-Ur", "bash", "-c", &limited].map(str::to_owned).to_vec(), ..self }
    }

    /// Keeps the data on a disk of its own of so many MiB.
    pub fn with_disk(self, mib: u32) -> Self {
        fs::create_dir(self.data()).unwrap();
        let mounted = format!("mount -t tmpfs -o size={mib}m tmpfs {}; exec \"$0\" \"$@\"", self.data().display());
        Self { under: ["unshare", "-Urm", "bash", "-ec", &mounted].map(str::to_owned).to_vec(), ..self }
    }

    /// Keeps the components on a disk of their own of so many MiB.
    pub fn with_artifacts_disk(self, mib: u32) -> Self {
        let artifacts = self.data().join("artifacts");
        fs::create_dir_all(&artifacts).unwrap();
        let mounted = format!("mount -t tmpfs -o size={mib}m tmpfs {}; exec \"$0\" \"$@\"", artifacts.display());
        Self { under: ["unshare", "-Urm", "bash", "-ec", &mounted].map(str::to_owned).to_vec(), ..self }
    }

    /// Publishes the starter library, which takes a while to build.
    pub fn with_starters(self) -> Self {
        Self { starters: true, ..self }
    }

    /// Keeps the data in Postgres.
    pub fn on_postgres(mut self) -> Self {
        self.database = Some(Database::make());
        self
    }

    pub async fn start(self) -> Platform {
        let (child, url, printed) = serve(&self, "127.0.0.1:0");
        let platform = Platform { child, url, printed, setup: Arc::new(self) };
        platform.wait_until_ready().await;
        platform
    }

    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// Where its database is.
    pub fn database_url(&self) -> String {
        let file = || format!("sqlite://{}", self.data().join("cloche.db").display());
        self.database.as_ref().map_or_else(file, Database::url)
    }

    /// Starts it with these settings, by which it is not to start: whether it did, and what it said.
    pub fn tried(&self, toml: &str) -> (bool, String) {
        fs::write(self.dir.path().join("cloche.toml"), toml).unwrap();
        let done = self.command(&["migrate"]).output().unwrap();
        (done.status.success(), String::from_utf8(done.stderr).unwrap())
    }

    /// The program with this platform's data and settings, and no others from outside.
    pub(super) fn command(&self, verbs: &[&str]) -> Command {
        let mut command = match self.under.split_first() {
            Some((program, args)) => {
                let mut command = Command::new(program);
                command.args(args).arg(env!("CARGO_BIN_EXE_cloche"));
                command
            }
            None => Command::new(env!("CARGO_BIN_EXE_cloche")),
        };
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CLOCHE_")) {
            command.env_remove(name);
        }
        command.env("CLOCHE_COMPILER__TOOLCHAIN", toolchain());
        command.env("CLOCHE_MARKETPLACE__STARTERS", self.starters.to_string());
        // What a killed platform leaves there goes with the test.
        command.env("TMPDIR", self.dir.path());
        if let Some(database) = &self.database {
            command.env("CLOCHE_DATABASE__URL", database.url());
        }
        command.args(verbs).arg("--data").arg(self.data());
        let file = self.dir.path().join("cloche.toml");
        if file.is_file() {
            command.arg("--config").arg(file);
        }
        command
    }
}
