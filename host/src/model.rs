//! From an author's wish to a spec: by a model, or by the demo drafter where none is set.

mod answer;
mod anthropic;
mod demo;
mod error;
mod exchange;
mod openai;
mod prompt;
mod settings;
mod sse;

use std::time::Duration;

use cloche_domain::spec::ServerSpec;
use reqwest::Client;
use reqwest::redirect::Policy;
use tokio::sync::mpsc::Sender;
use url::Url;

pub use error::DraftError;
pub use prompt::SDK_REFERENCE;
pub use settings::{Error, Kind, Provider, Settings};

use answer::Answer;
use exchange::{Exchange, Failure};
use openai::Dialect;
use prompt::Ask;

/// The longest that one provider's `Retry-After` is waited for; beyond it the next one is asked, or the author told.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// The first pause between two tries; each later one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// What is to be drafted.
#[derive(Clone, Debug, Default)]
pub struct DraftRequest {
    /// The author's own words.
    pub prompt: String,
    /// The spec to change or to mend.
    pub previous: Option<ServerSpec>,
    /// What the compiler or the inspection said against `previous`.
    pub diagnostics: Option<String>,
}

/// A spec that can be built, and what it took.
#[derive(Clone, Debug)]
pub struct Draft {
    pub spec: ServerSpec,
    /// Who drafted it.
    pub model: String,
    /// Whether it is the demo drafter's, which does not read the prompt.
    pub demo: bool,
    pub input_tokens: u64,
    pub output_tokens: u64,
}

/// The models that may be asked, in order.
#[derive(Debug)]
pub struct Models {
    settings: Settings,
    endpoints: Vec<Url>,
    client: Client,
}

impl Models {
    /// Fails on a setting that could never work.
    pub fn new(settings: &Settings) -> Result<Self, Error> {
        settings.check()?;
        Ok(Self {
            endpoints: settings.providers.iter().map(Provider::endpoint).collect::<Result<_, _>>()?,
            settings: settings.clone(),
            // A redirect would carry the prompt, and on the same host the key, to where nobody asked for.
            client: Client::builder().redirect(Policy::none()).build()?,
        })
    }

    /// Drafts a spec. What the model writes goes to `text` as it comes; whether anybody listens there does not matter.
    /// Dropping the future ends the request to the model.
    pub async fn draft(&self, request: DraftRequest, text: Sender<String>) -> Result<Draft, DraftError> {
        if self.settings.providers.is_empty() {
            return Ok(demo::draft(&text).await);
        }
        let drafting = self.draft_and_repair(Ask::new(request), &text);
        match tokio::time::timeout(self.settings.total(), drafting).await {
            Ok(outcome) => outcome,
            Err(_) => Err(DraftError::Timeout),
        }
    }

    async fn draft_and_repair(&self, ask: Ask, text: &Sender<String>) -> Result<Draft, DraftError> {
        let (provider, first) = self.answer(&ask, text).await?;
        let problems = match first.spec() {
            Ok(spec) => return Ok(Draft::new(spec, provider, &[&first])),
            Err(problems) => problems,
        };
        tracing::info!(%provider, problems, "a draft needs repair");
        let _ = text.send("\n\nThis draft has a mistake; here is the repaired one:\n\n".to_owned()).await;
        let (provider, second) = self.answer(&ask.repair(first.json(), &problems), text).await?;
        match second.spec() {
            Ok(spec) => Ok(Draft::new(spec, provider, &[&first, &second])),
            Err(problems) => Err(DraftError::Invalid { problems }),
        }
    }

    /// The first provider's answer that comes. Where none does, the last one's reason.
    async fn answer(&self, ask: &Ask, text: &Sender<String>) -> Result<(&Provider, Answer), DraftError> {
        let mut reason = DraftError::Unavailable;
        for (provider, endpoint) in self.settings.providers.iter().zip(&self.endpoints) {
            let exchange = Exchange { client: &self.client, settings: &self.settings, provider, endpoint, text };
            match self.persist(&exchange, ask).await {
                Ok(answer) => return Ok((provider, answer)),
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::Passing(error) | Failure::Lasting(error)) => reason = error,
                Err(Failure::Dialect) => reason = DraftError::Unavailable,
            }
        }
        Err(reason)
    }

    /// Asks one provider until it answers, or will not.
    async fn persist(&self, exchange: &Exchange<'_>, ask: &Ask) -> Result<Answer, Failure> {
        let (mut dialect, mut tries) = (Dialect::Full, 0);
        loop {
            let error = match exchange.ask(ask, dialect).await {
                Err(Failure::Dialect) => {
                    dialect = Dialect::Plain;
                    continue;
                }
                Err(Failure::Passing(error)) => error,
                settled => return settled,
            };
            tries += 1;
            let pause = error.retry_after().unwrap_or_else(|| pause(tries));
            if tries >= self.settings.attempts || pause > LONGEST_WAIT {
                return Err(Failure::Lasting(error));
            }
            tokio::time::sleep(pause).await;
        }
    }
}

impl Draft {
    fn new(spec: ServerSpec, provider: &Provider, answers: &[&Answer]) -> Self {
        Self {
            spec,
            model: provider.model.clone(),
            demo: false,
            input_tokens: answers.iter().map(|a| a.input_tokens).sum(),
            output_tokens: answers.iter().map(|a| a.output_tokens).sum(),
        }
    }
}

/// How long to wait before the next try: twice as long each time, less up to a half, so that many authors who were
/// refused together do not come back together.
fn pause(tries: u32) -> Duration {
    let whole = FIRST_PAUSE * 2_u32.saturating_pow(tries.saturating_sub(1).min(5));
    let [byte] = crate::token::random_bytes().unwrap_or([0]);
    whole * (512 - u32::from(byte)) / 512
}
