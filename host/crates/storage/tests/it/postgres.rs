//! A Postgres for tests, started when the first asks and stopped after the last: `scripts/test-postgres.sh`.
//! The host's tests use this file too.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use cloche_domain::ServerId;

/// A database of its own, empty; dropped with this.
#[derive(Debug)]
pub struct Database {
    socket: &'static Path,
    name: String,
}

impl Database {
    pub fn make() -> Self {
        let made = Self { socket: socket(), name: ServerId::new().to_string() };
        let done = made.psql(&format!("CREATE DATABASE {}", made.name)).output().expect("psql runs");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        made
    }

    pub fn url(&self) -> String {
        format!("postgres:///{}?host={}&user=postgres", self.name, self.socket.display())
    }

    fn psql(&self, sql: &str) -> Command {
        let mut psql = Command::new("psql");
        psql.args(["-qX", "-U", "postgres", "-c", sql, "-h"]).arg(self.socket);
        psql
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let mut psql = self.psql(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
        // It takes a second, for Postgres makes a checkpoint: no test needs to wait for that.
        let _ = psql.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    }
}

/// The directory of the running Postgres's socket. This process keeps it running by a lock that ends with it.
fn socket() -> &'static Path {
    static RUNNING: OnceLock<(File, PathBuf)> = OnceLock::new();
    let (_, socket) = RUNNING.get_or_init(|| {
        let state = Path::new(env!("CARGO_TARGET_TMPDIR")).join("postgres");
        fs::create_dir_all(&state).unwrap();
        let users = File::create(state.join("users")).unwrap();
        users.lock_shared().unwrap();
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let script = here.ancestors().map(|dir| dir.join("scripts/test-postgres.sh")).find(|script| script.is_file());
        let started = Command::new(script.expect("scripts/test-postgres.sh")).arg(&state).output().unwrap();
        assert!(started.status.success(), "{}", String::from_utf8_lossy(&started.stderr));
        (users, String::from_utf8(started.stdout).unwrap().trim().into())
    });
    socket
}
