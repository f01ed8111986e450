//! A real platform for a test: the binary, on a free port, with a data directory of its own, gone when the test ends.

#[path = "platform/setup.rs"]
mod setup;

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use cloche_storage::Db;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, COOKIE, HeaderMap, HeaderValue, ORIGIN};
use serde_json::json;
use tempfile::TempDir;

pub use crate::caller::{Caller, cookie};
pub use setup::Setup;

/// How long the platform may take to start.
const START: Duration = Duration::from_mins(1);

/// Declares one test as two: `on_both!(name, async |setup: Setup| { … })` runs on SQLite and on Postgres.
macro_rules! on_both {
    ($name:ident, $test:expr) => {
        mod $name {
            use super::*;

            #[tokio::test]
            async fn on_sqlite() {
                ($test)($crate::platform::Platform::setup()).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                ($test)($crate::platform::Platform::setup().on_postgres()).await;
            }
        }
    };
}
pub(crate) use on_both;

/// The toolchain that `make toolchain` made.
fn toolchain() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("target/toolchain")
}

/// What a process holds.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    pub resident_kib: u64,
    pub descriptors: u64,
    pub threads: u64,
}

/// A running platform. Dropping it kills it.
#[derive(Debug)]
pub struct Platform {
    child: Child,
    /// Where it listens, without a slash at the end; also its public address, unless another is configured.
    pub url: String,
    printed: Receiver<String>,
    setup: Arc<Setup>,
}

impl Platform {
    /// A platform with the default settings.
    pub async fn start() -> Self {
        Self::setup().start().await
    }

    pub fn setup() -> Setup {
        Setup { under: Vec::new(), dir: TempDir::new().unwrap(), database: None, starters: false }
    }

    /// Another node of it: a process of its own, with the same database, data and settings.
    pub async fn another(&self) -> Self {
        let (child, url, printed) = serve(&self.setup, "127.0.0.1:0");
        let node = Self { child, url, printed, setup: self.setup.clone() };
        node.wait_until_ready().await;
        node
    }

    pub fn data(&self) -> std::path::PathBuf {
        self.setup.data()
    }

    /// The directory of the test's own files, where [`Platform::tool`] runs.
    pub fn directory(&self) -> &Path {
        self.setup.dir.path()
    }

    /// Kills it at once, as a crash does.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks it to stop, and waits: whether it ended well.
    pub fn stop(&mut self) -> bool {
        self.ask_to_stop();
        self.has_ended_well()
    }

    /// SIGTERM.
    pub fn ask_to_stop(&self) {
        assert!(Command::new("kill").arg(self.child.id().to_string()).status().unwrap().success());
    }

    /// Waits until it has ended.
    pub fn has_ended_well(&mut self) -> bool {
        self.child.wait().unwrap().success()
    }

    /// Gives it other settings, from the next start on.
    pub fn configure(&self, toml: &str) {
        fs::write(self.setup.dir.path().join("cloche.toml"), toml).unwrap();
    }

    /// Starts it again at the same address, after [`Platform::kill`] or [`Platform::stop`].
    pub async fn restart(&mut self) {
        let listen = self.url.strip_prefix("http://").unwrap().to_owned();
        (self.child, self.url, self.printed) = serve(&self.setup, &listen);
        self.wait_until_ready().await;
    }

    /// What it has printed since the last look, line by line; the line with its address is not among them.
    pub fn printed(&self) -> Vec<String> {
        self.printed.try_iter().collect()
    }

    /// Its data directory as its process sees it: a disk of its own is mounted for it alone.
    pub fn own_data(&self) -> std::path::PathBuf {
        let root = Path::new("/proc").join(self.child.id().to_string()).join("root");
        root.join(self.data().strip_prefix("/").unwrap())
    }

    /// What its process holds now.
    pub fn usage(&self) -> Usage {
        let process = Path::new("/proc").join(self.child.id().to_string());
        let status = fs::read_to_string(process.join("status")).unwrap();
        let number = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            line.split_whitespace().next().unwrap().parse().unwrap()
        };
        Usage {
            resident_kib: number("VmRSS:"),
            threads: number("Threads:"),
            descriptors: fs::read_dir(process.join("fd")).unwrap().count() as u64,
        }
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.setup.dir.path().join("log")).unwrap_or_default()
    }

    /// `cloche admin …`, to be run beside the platform.
    pub fn admin_command(&self, verb: &str) -> Command {
        self.setup.command(&["admin", verb])
    }

    /// What `cloche admin …` prints, run beside the platform.
    pub fn admin(&self, verb: &str, args: &[&str]) -> String {
        let done = self.admin_command(verb).args(args).output().unwrap();
        assert!(done.status.success(), "admin {verb}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap().trim_end().to_owned()
    }

    /// Runs the program beside the platform, with its data and settings: whether it went well, and what it said.
    pub fn beside(&self, verbs: &[&str], args: &[&str]) -> (bool, String) {
        let done = self.setup.command(verbs).args(args).output().unwrap();
        let said = if done.status.success() { done.stdout } else { done.stderr };
        (done.status.success(), String::from_utf8(said).unwrap().trim_end().to_owned())
    }

    /// Its database, for what no user can do.
    pub async fn db(&self) -> Db {
        let url = match &self.setup.database {
            Some(database) => database.url(),
            None => format!("sqlite://{}", self.data().join("cloche.db").display()),
        };
        Db::open(&url).await.unwrap()
    }

    pub fn database_is_postgres(&self) -> bool {
        self.setup.database.is_some()
    }

    /// Changes its database behind its back: how many rows.
    pub async fn sql(&self, sql: &str) -> u64 {
        let (sql, db): (&'static str, _) = (sql.to_owned().leak(), self.db().await);
        let rows = match &db {
            Db::Sqlite { writes, .. } => sqlx::query(sql).execute(writes).await.unwrap().rows_affected(),
            Db::Postgres(pool) => sqlx::query(sql).execute(pool).await.unwrap().rows_affected(),
        };
        db.close().await;
        rows
    }

    /// Runs the program without a platform's data or settings: whether it went well, and what it said.
    pub fn tool(&self, args: &[&str]) -> (bool, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cloche"));
        command.args(args).current_dir(self.setup.dir.path()).env("CLOCHE_COMPILER__TOOLCHAIN", toolchain());
        let done = command.output().unwrap();
        let said = if done.status.success() { done.stdout } else { done.stderr };
        (done.status.success(), String::from_utf8(said).unwrap().trim_end().to_owned())
    }

    /// Runs a script where [`Platform::tool`] would run, where `cloche` is this program: what it printed. It must go well.
    pub fn script(&self, script: &str, variables: &[(&str, &str)]) -> String {
        let script = format!("cloche() {{ '{}' \"$@\"; }}\n{script}", env!("CARGO_BIN_EXE_cloche"));
        let mut command = Command::new("bash");
        command.args(["-euo", "pipefail", "-c", &script]).envs(variables.iter().copied());
        command.current_dir(self.setup.dir.path()).env("CLOCHE_COMPILER__TOOLCHAIN", toolchain());
        let done = command.output().unwrap();
        let said = String::from_utf8(done.stdout).unwrap();
        assert!(done.status.success(), "{said}\n{}", String::from_utf8_lossy(&done.stderr));
        said
    }

    /// Writes a file where [`Platform::tool`] finds it by its name.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.setup.dir.path().join(name), content).unwrap();
    }

    /// Runs a `cloche worker` with the same data and settings, until its log says this.
    pub fn work_until(&self, said: &str) {
        let mut worker = self.setup.command(&["worker"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let log = BufReader::new(worker.stderr.take().unwrap()).lines().map_while(Result::ok);
        let found = log.inspect(|line| eprintln!("worker: {line}")).any(|line| line.contains(said));
        worker.kill().unwrap();
        worker.wait().unwrap();
        assert!(found, "the worker ended without saying {said:?}");
    }

    /// A new API key with all scopes.
    pub fn api_key(&self, email: &str) -> String {
        self.admin("api-key", &["--email", email])
    }

    /// Someone who is not signed in.
    pub fn anyone(&self) -> Caller {
        self.caller(HeaderMap::new())
    }

    /// A program with an API key.
    pub fn with_key(&self, key: &str) -> Caller {
        self.caller(HeaderMap::from_iter([(AUTHORIZATION, header(&format!("Bearer {key}")))]))
    }

    /// A person at a browser, signed in; the account is made if there is none.
    pub async fn sign_in(&self, email: &str) -> Caller {
        self.browser(&self.session(email).await)
    }

    /// The cookie of a new session, as `name=value`; the account is made if there is none.
    pub async fn session(&self, email: &str) -> String {
        let token = token_of(&self.admin("sign-in-link", &["--email", email]));
        let answer = self.anyone().send(Method::POST, "/v1/auth/magic-link/consume", json!({"token": token})).await;
        assert_eq!(answer.status(), 200);
        cookie(&answer).expect("a session")
    }

    /// A browser with a session's cookie, as `name=value`.
    pub fn browser(&self, cookie: &str) -> Caller {
        self.caller(HeaderMap::from_iter([(COOKIE, header(cookie)), (ORIGIN, header(&self.url))]))
    }

    fn caller(&self, headers: HeaderMap) -> Caller {
        Caller::new(&self.url, headers)
    }

    /// The mails to an address, oldest first.
    pub fn mails_to(&self, email: &str) -> Vec<String> {
        let Ok(files) = fs::read_dir(self.data().join("outbox")) else { return Vec::new() };
        // A mail that is being written has another name until it is whole.
        let files = files.map(|file| file.unwrap().path());
        let is_whole =
            |file: &std::path::PathBuf| file.file_name().is_none_or(|name| name.as_encoded_bytes()[0] != b'.');
        let mut files: Vec<_> = files.filter(is_whole).collect();
        files.sort();
        let mails = files.into_iter().map(|file| fs::read_to_string(file).unwrap());
        mails.filter(|mail| mail.contains(&format!("To: <{email}>"))).collect()
    }

    async fn wait_until_ready(&self) {
        let ready = self.anyone().get("/ready").await;
        assert_eq!(ready.0, 200, "{ready:?}");
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("the platform's log:\n{}", self.log());
        }
    }
}

/// Starts the program: its process, its address, and the lines that it prints after that.
fn serve(setup: &Setup, listen: &str) -> (Child, String, Receiver<String>) {
    let log = fs::File::options().create(true).append(true).open(setup.dir.path().join("log")).unwrap();
    let mut command = setup.command(&["serve", "--listen", listen]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let (lines, printed) = channel();
    std::thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| lines.send(line)));
    let Ok(first) = printed.recv_timeout(START) else {
        let _ = child.kill();
        let _ = child.wait();
        panic!("the platform did not start:\n{}", fs::read_to_string(setup.dir.path().join("log")).unwrap());
    };
    let place = first.rsplit(' ').next().unwrap();
    let url = if place.starts_with("http") { place.to_owned() } else { format!("http://{place}") };
    (child, url, printed)
}

/// The token in a sign-in link, wherever it stands in a text.
pub fn token_of(text: &str) -> String {
    let (_, rest) = text.split_once("token=").expect("a sign-in link");
    rest.chars().take_while(|c| !c.is_whitespace() && *c != '&').collect()
}

fn header(value: &str) -> HeaderValue {
    HeaderValue::from_str(value).unwrap()
}
