//! A platform of our own for a bench: the real binary in a directory that goes when it ends.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail};
use serde_json::Value;
use tempfile::TempDir;

pub(crate) struct Platform {
    process: Child,
    _dir: TempDir,
    url: String,
    http: reqwest::Client,
}

impl Platform {
    /// Starts `binary` with `config` (TOML), and waits until it is ready.
    pub(crate) fn start(binary: &Path, config: &str) -> anyhow::Result<Self> {
        let dir = tempfile::tempdir()?;
        let file = dir.path().join("cloche.toml");
        std::fs::write(&file, config)?;
        let data = dir.path().join("data");
        let place = ["--data".as_ref(), data.as_os_str(), "--config".as_ref(), file.as_os_str()];
        let mut process = Command::new(binary)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(place)
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(dir.path().join("log"))?)
            .spawn()
            .with_context(|| format!("cannot start {}: build it with `make bench`", binary.display()))?;
        let out = process.stdout.take().context("no standard output")?;
        let url = BufReader::new(out).lines().map_while(Result::ok).find_map(|line| {
            line.split_whitespace()
                .find(|word| word.starts_with("http://"))
                .map(|url| url.trim_end_matches('/').to_owned())
        });
        let url = url.context("the platform ended without saying where it listens")?;
        let key =
            Command::new(binary).args(["admin", "api-key", "--email", "bench@example.com"]).args(place).output()?;
        let key = String::from_utf8(key.stdout)?;
        let bearer = format!("Bearer {}", key.trim()).parse()?;
        let http =
            reqwest::Client::builder().default_headers([("authorization".parse()?, bearer)].into_iter().collect());
        Ok(Self { process, _dir: dir, url, http: http.build()? })
    }

    /// Posts JSON and gives the answer, which must be a success.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let response = self.http.post(format!("{}{path}", self.url)).json(body).send().await?;
        let status = response.status();
        let answer: Value = response.json().await?;
        if !status.is_success() {
            bail!("POST {path}: {status} {answer}");
        }
        Ok(answer)
    }

    /// Waits until a build is over; an error if it failed.
    pub(crate) async fn live(&self, build: &str) -> anyhow::Result<()> {
        loop {
            let url = format!("{}/v1/builds/{build}", self.url);
            let answer: Value = self.http.get(url).send().await?.error_for_status()?.json().await?;
            match answer["state"].as_str() {
                Some("live") => return Ok(()),
                Some("failed") => bail!("build {build} failed: {answer}"),
                _ => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
