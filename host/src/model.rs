//! From an author's wish to a spec: by a model, or by the demo drafter where none is set.

mod answer;
mod anthropic;
mod demo;
mod error;
mod exchange;
mod meter;
mod openai;
mod prompt;
mod settings;
mod sse;

use std::time::Duration;

use cloche_domain::Sha256;
use cloche_domain::plan::Plan;
use cloche_domain::spec::ServerSpec;
use reqwest::Client;
use reqwest::redirect::Policy;
use serde_json::json;
use tokio::sync::mpsc::Sender;
use url::Url;

pub use error::DraftError;
pub use meter::{Meter, Spent};
pub use prompt::{SDK_REFERENCE, SYSTEM};
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
    /// What the compiler or the inspection said against `previous`. Only code is then asked for.
    pub diagnostics: Option<String>,
}

/// A spec that can be built.
#[derive(Clone, Debug)]
pub struct Draft {
    pub spec: ServerSpec,
    /// Who drafted it.
    pub model: String,
    /// Whether it is the demo drafter's, which does not read the prompt.
    pub demo: bool,
}

/// The models that may be asked, in order.
#[derive(Debug)]
pub struct Models {
    settings: Settings,
    endpoints: Vec<Url>,
    client: Client,
}

/// Where one draft's text goes as it comes, and where its tokens are counted.
struct Listener<'a> {
    text: &'a Sender<String>,
    meter: &'a Meter,
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

    /// Drafts a spec, by the models of a plan. What is written goes to `text` as it comes, and what it takes is counted by
    /// `meter`; whether anybody listens there does not matter. Dropping the future ends the request to the model.
    pub async fn draft(
        &self,
        plan: Plan,
        request: DraftRequest,
        text: Sender<String>,
        meter: &Meter,
    ) -> Result<Draft, DraftError> {
        if self.settings.providers.is_empty() {
            return Ok(demo::draft(&text).await);
        }
        let listener = Listener { text: &text, meter };
        let drafting = self.draft_and_repair(plan, Ask::new(request), &listener);
        match tokio::time::timeout(self.total(), drafting).await {
            Ok(outcome) => outcome,
            Err(_) => Err(DraftError::Timeout),
        }
    }

    /// How long one draft may take.
    pub fn total(&self) -> Duration {
        self.settings.total()
    }

    /// The most tokens that one draft takes, about, where no provider has to be asked again: what is read twice, and what
    /// is written, with a draft that the second request gives back. 0 where no model is asked.
    pub fn most_tokens(&self, plan: Plan, request: &DraftRequest) -> u64 {
        let longest = self.of(plan).map(|(provider, _)| u64::from(provider.max_output_tokens)).max();
        longest.map_or(0, |written| 2 * Ask::new(request.clone()).tokens() + 3 * written)
    }

    /// How many there are; without any, a demo is drafted.
    pub const fn count(&self) -> usize {
        self.settings.providers.len()
    }

    /// Whether any of them has a price.
    pub fn have_prices(&self) -> bool {
        self.settings.providers.iter().any(|of| of.input_price > 0.0 || of.output_price > 0.0)
    }

    /// What stands for a question to the plan's first model: the same text, apart from its spaces, has the same answer. None
    /// where no model is asked.
    pub fn question(&self, plan: Plan, prompt: &str) -> Option<Sha256> {
        let (provider, _) = self.of(plan).next()?;
        Some(asked(plan, &provider.model, prompt))
    }

    /// The plan's providers, in the order in which they are asked.
    fn of(&self, plan: Plan) -> impl Iterator<Item = (&Provider, &Url)> {
        let all = move || self.settings.providers.iter().zip(&self.endpoints);
        let named = self.settings.plans.get(&plan);
        let chosen = named.into_iter().flatten().filter_map(move |name| all().find(|(it, _)| it.name == *name));
        chosen.chain(all().filter(move |_| named.is_none()))
    }

    async fn draft_and_repair(&self, plan: Plan, ask: Ask, listener: &Listener<'_>) -> Result<Draft, DraftError> {
        let (provider, first) = self.answer(plan, &ask, listener).await?;
        let problems = match first.spec() {
            Ok(spec) => return Ok(Draft::new(spec, provider)),
            Err(problems) => problems,
        };
        tracing::info!(%provider, problems, "a draft needs repair");
        let _ = listener.text.send("\n\nThis draft has a mistake; here is the repaired one:\n\n".to_owned()).await;
        let (provider, second) = self.answer(plan, &ask.repair(first.json(), &problems), listener).await?;
        match second.spec() {
            Ok(spec) => Ok(Draft::new(spec, provider)),
            Err(problems) => Err(DraftError::Invalid { problems }),
        }
    }

    /// The first provider's answer that comes. Where none does, the last one's reason.
    async fn answer(&self, plan: Plan, ask: &Ask, to: &Listener<'_>) -> Result<(&Provider, Answer), DraftError> {
        let mut reason = DraftError::Unavailable;
        for (provider, endpoint) in self.of(plan) {
            let exchange = Exchange { client: &self.client, settings: &self.settings, provider, endpoint, to };
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
    fn new(spec: ServerSpec, provider: &Provider) -> Self {
        Self { spec, model: provider.model.clone(), demo: false }
    }

    /// What stands for the question that this answers. None where no model was asked.
    pub fn question(&self, plan: Plan, prompt: &str) -> Option<Sha256> {
        (!self.demo).then(|| asked(plan, &self.model, prompt))
    }
}

/// Another model, plan or set of instructions is another question.
fn asked(plan: Plan, model: &str, prompt: &str) -> Sha256 {
    let words: Vec<_> = prompt.split_whitespace().collect();
    Sha256::of(json!([plan, model, words, SYSTEM]).to_string())
}

/// How long to wait before the next try: twice as long each time, less up to a half, so that many authors who were
/// refused together do not come back together.
fn pause(tries: u32) -> Duration {
    let whole = FIRST_PAUSE * 2_u32.saturating_pow(tries.saturating_sub(1).min(5));
    let [byte] = crate::token::random_bytes().unwrap_or([0]);
    whole * (512 - u32::from(byte)) / 512
}
