//! The platform's own requests to where strangers point.

use std::sync::Arc;
use std::time::Duration;

use cloche_domain::capability::HostPattern;
use cloche_domain::plan::{CallLimits, Plan};
use url::Url;

use super::Sandbox;
use crate::Secrets;
use crate::bindings::http::{Header, Request};
use crate::egress::{Egress, Trace};
use crate::hits::Hits;

impl Sandbox {
    /// Status and body of a GET, under the rules of a guest's requests: a public address, no redirect followed, `limit`
    /// bytes of body at most, the whole answer within `patience`. The error says what went wrong.
    pub async fn fetch(&self, url: &Url, limit: u64, patience: Duration) -> Result<(u16, Vec<u8>), String> {
        let host: HostPattern = url.origin().ascii_serialization().parse().map_err(|e| format!("{e}"))?;
        let limits =
            CallLimits { requests: 1, http_body_bytes: limit, http_total_bytes: limit, ..Plan::Hobby.limits().call };
        let egress = Egress::new(
            self.0.gate.clone(),
            None,
            &limits,
            Arc::new([host]),
            Arc::new(Secrets::default()),
            Hits::default(),
            Trace::default(),
        );
        let accept = Header { name: "accept".to_owned(), value: "application/json, */*;q=0.5".to_owned() };
        let request = Request {
            method: "GET".to_owned(),
            url: url.to_string(),
            headers: vec![accept],
            body: None,
            timeout_ms: Some(u32::try_from(patience.as_millis()).unwrap_or(u32::MAX)),
        };
        let response = egress.send(request).await.map_err(|error| error.text().to_owned())?;
        Ok((response.status, response.body))
    }
}
