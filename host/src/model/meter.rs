//! What a draft takes while it is written: known also where it is broken off.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::answer::Answer;
use super::settings::Provider;

/// Bytes of a token, about: for answers that end before the provider has counted.
const TOKEN: u64 = 4;

/// Counts what is asked of models. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Meter(Arc<Mutex<Vec<Asked>>>);

/// One request that was taken.
#[derive(Clone, Copy, Debug, Default)]
struct Asked {
    spent: Spent,
    /// Whether the model has begun to write.
    begun: bool,
}

/// What models have read and written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    pub input_tokens: u64,
    pub output_tokens: u64,
    /// Millionths of the operator's currency.
    pub cost_micros: u64,
}

impl Spent {
    pub const fn tokens(&self) -> u64 {
        self.input_tokens + self.output_tokens
    }
}

impl Meter {
    /// Everything up to now.
    pub fn spent(&self) -> Spent {
        self.asked().iter().fold(Spent::default(), |sum, asked| Spent {
            input_tokens: sum.input_tokens + asked.spent.input_tokens,
            output_tokens: sum.output_tokens + asked.spent.output_tokens,
            cost_micros: sum.cost_micros + asked.spent.cost_micros,
        })
    }

    /// Whether a model has begun to write.
    pub fn begun(&self) -> bool {
        self.asked().iter().any(|asked| asked.begun)
    }

    /// A request of so many bytes was taken by a provider: its number.
    pub(super) fn taken(&self, provider: &Provider, bytes: usize) -> usize {
        let mut asked = self.asked();
        asked.push(Asked { spent: provider.priced(estimate(bytes), 0), begun: false });
        asked.len() - 1
    }

    /// How far its answer has come.
    pub(super) fn read(&self, number: usize, provider: &Provider, answer: &Answer) {
        if let Some(asked) = self.asked().get_mut(number) {
            let or = |counted: u64, estimated: u64| if counted > 0 { counted } else { estimated };
            let input = or(answer.input_tokens, asked.spent.input_tokens);
            let output = or(answer.output_tokens, estimate(answer.len()));
            *asked = Asked { spent: provider.priced(input, output), begun: answer.begun() };
        }
    }

    fn asked(&self) -> MutexGuard<'_, Vec<Asked>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tokens in so many bytes, about.
pub(super) fn estimate(bytes: usize) -> u64 {
    (bytes as u64).div_ceil(TOKEN)
}
