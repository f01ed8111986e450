//! The parameters of a request.

use std::collections::HashMap;

use super::{Error, Result};

/// Parameters of a query or a form. Empty ones count as left out, and none may be there twice (RFC 6749 §3.1).
#[derive(Clone, Debug)]
pub struct Params(HashMap<String, String>);

impl Params {
    pub fn parse(encoded: &[u8]) -> Result<Self> {
        let mut params = HashMap::new();
        for (name, value) in url::form_urlencoded::parse(encoded) {
            if !value.is_empty() && params.insert(name.to_string(), value.into_owned()).is_some() {
                return Err(Error::InvalidRequest(format!("{name} is there twice: send it once")));
            }
        }
        Ok(Self(params))
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub fn need(&self, name: &str) -> Result<&str> {
        self.get(name).ok_or_else(|| Error::InvalidRequest(format!("{name} is missing")))
    }
}
