//! What a model has said so far, and the spec in it.

use cloche_domain::spec::ServerSpec;

use super::error::DraftError;

/// An answer, put together from its stream.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// What was written as text.
    pub(super) text: String,
    /// What was handed in by a tool call.
    pub(super) submitted: String,
    /// What was written in place of an answer.
    pub(super) declined: Option<String>,
    pub(super) stop: Option<Stop>,
    /// Nothing comes after this.
    pub(super) over: bool,
    pub(super) input_tokens: u64,
    pub(super) output_tokens: u64,
}

/// Why the model stopped.
#[derive(Debug)]
pub(super) enum Stop {
    Done,
    /// At the bound of its output.
    Cut,
    Refused(String),
}

/// An event that ends the stream without an answer.
#[derive(Debug)]
pub(super) enum Broken {
    /// The provider wants fewer requests.
    Busy,
    /// The provider says that something failed.
    Said(String),
}

impl Answer {
    /// Whether the model has begun to speak. Asking again would then say everything twice.
    pub(super) fn begun(&self) -> bool {
        !(self.text.is_empty() && self.submitted.is_empty())
    }

    /// Bytes of the answer.
    pub(super) fn len(&self) -> usize {
        self.text.len() + self.submitted.len()
    }

    /// A whole answer: one that was cut or refused is an error before anything in it is read.
    pub(super) fn whole(self) -> Result<Self, DraftError> {
        match (&self.stop, &self.declined) {
            (Some(Stop::Cut), _) => Err(DraftError::TooLarge),
            (Some(Stop::Refused(said)), _) | (_, Some(said)) => {
                Err(DraftError::Refused { said: said.chars().take(300).filter(|c| !c.is_control()).collect() })
            }
            _ => Ok(self),
        }
    }

    /// The JSON of the answer: of the tool call if there is one, else of the text, without a fence or words around it.
    pub(super) fn json(&self) -> &str {
        if !self.submitted.is_empty() {
            return &self.submitted;
        }
        match (self.text.find('{'), self.text.rfind('}')) {
            (Some(start), Some(end)) if start < end => &self.text[start..=end],
            _ => &self.text,
        }
    }

    /// The spec, or what is wrong with it in words that the model can act on.
    pub(super) fn spec(&self) -> Result<ServerSpec, String> {
        let spec: ServerSpec =
            serde_json::from_str(self.json()).map_err(|e| format!("it does not read as a ServerSpec: {e}"))?;
        let problems: Vec<_> = spec.problems().iter().map(|p| format!("{} {}", p.pointer, p.message)).collect();
        if problems.is_empty() { Ok(spec) } else { Err(problems.join("; ").chars().take(1_000).collect()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_found_within_a_fence_and_words() {
        for (text, json) in [
            ("{\"a\": 1}", "{\"a\": 1}"),
            ("Here it is:\n```json\n{\"a\": {}}\n```\nDone.", "{\"a\": {}}"),
            ("no JSON at all", "no JSON at all"),
            ("} {", "} {"),
        ] {
            let answer = Answer { text: text.to_owned(), ..Answer::default() };
            assert_eq!(answer.json(), json);
        }
    }

    #[test]
    fn a_tool_call_counts_more_than_the_words_before_it() {
        let answer = Answer { text: "I use {braces}".to_owned(), submitted: "{}".to_owned(), ..Answer::default() };
        assert_eq!(answer.json(), "{}");
    }
}
