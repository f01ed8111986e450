//! A local server that speaks Stripe's wire format, as far as the platform does; `wire.rs` holds it against the published
//! description.

mod customers;

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Response, Uri};
use cloche_domain::Clock;
use serde_json::{Value, json};
use tokio::sync::watch;
use url::form_urlencoded;

pub use customers::{deliver, signed};

pub const KEY: &str = "sk_test_51Local";
pub const SECRET: &str = "whsec_local";
const VERSION: &str = "2022-11-15";
pub const WEBHOOK: &str = "/v1/billing/webhook";

/// Prices: id, cents, interval.
const PRICES: [(&str, i64, &str); 4] = [
    ("price_pro_month", 2900, "month"),
    ("price_pro_year", 29000, "year"),
    ("price_team_month", 19900, "month"),
    ("price_former", 1900, "month"),
];

/// What is wrong with the server.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Answers so, and does nothing.
    Status(u16, Vec<(&'static str, &'static str)>),
    /// Ends the connection without an answer.
    Drop,
    /// Does what was asked, and ends the connection.
    DropAfter,
    /// Answers after a while.
    Slow(Duration),
    /// Reads what stands, and answers when a gate is open.
    Held(watch::Receiver<bool>),
}

/// A request as it came, and what it was answered.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: Method,
    pub path: String,
    pub form: Vec<(String, String)>,
    pub key: Option<String>,
    pub status: u16,
    pub answer: Value,
}

#[derive(Default)]
struct State {
    made: usize,
    customers: BTreeMap<String, Value>,
    subscriptions: BTreeMap<String, Value>,
    sessions: BTreeMap<String, Value>,
    /// What was asked with each idempotency key, and what it was answered; null: it is under way.
    keys: HashMap<String, (String, u16, Value)>,
    /// Of the next requests, in order.
    faults: Vec<Fault>,
    /// Of all others.
    always: Option<Fault>,
    seen: Vec<Seen>,
}

impl State {
    fn id(&mut self, prefix: &str) -> String {
        self.made += 1;
        format!("{prefix}_{:04}Local", self.made)
    }
}

/// A running server; it ends with the test's runtime. Clones are the same.
#[derive(Clone)]
pub struct Stripe {
    pub url: String,
    state: Arc<Mutex<State>>,
}

pub fn now() -> i64 {
    Clock::default().now().unix_timestamp()
}

impl Stripe {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let stripe = Self { url, state: Arc::default() };
        let serving = stripe.clone();
        let app = Router::new().fallback(move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
            let stripe = serving.clone();
            async move { Ok::<_, Infallible>(stripe.serve(method, &uri, &headers, &body).await) }
        });
        tokio::spawn(async move { axum::serve(listener, app).await });
        stripe
    }

    /// Settings of a platform that bills by this server, and gives `plan` to those who do not pay.
    pub fn config(&self, plan: &str) -> String {
        let url = &self.url;
        format!(
            "plan = \"{plan}\"\n[billing.stripe]\nsecret_key = \"{KEY}\"\nwebhook_secret = \"{SECRET}\"\n\
             base_url = \"{url}\"\ntimeout_s = 2\n[billing.stripe.prices.pro]\nmonth = \"price_pro_month\"\n\
             year = \"price_pro_year\"\nformer = [\"price_former\"]\n[billing.stripe.prices.team]\n\
             month = \"price_team_month\"\n"
        )
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// What is wrong with the next requests, one each.
    pub fn faults(&self, faults: impl IntoIterator<Item = Fault>) {
        self.state().faults = faults.into_iter().collect();
    }

    /// What is wrong with every request, until there is nothing.
    pub fn always(&self, fault: Option<Fault>) {
        self.state().always = fault;
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.state().seen.clone()
    }

    /// How often was asked, by method and the beginning of the path.
    pub fn asked(&self, method: &Method, path: &str) -> usize {
        self.seen().iter().filter(|seen| seen.method == *method && seen.path.starts_with(path)).count()
    }

    async fn serve(&self, method: Method, uri: &Uri, headers: &HeaderMap, body: &Bytes) -> Response<Body> {
        let fault = {
            let mut state = self.state();
            if state.faults.is_empty() { state.always.clone() } else { Some(state.faults.remove(0)) }
        };
        match &fault {
            Some(Fault::Status(status, headers)) => {
                let kind = if *status == 429 { "invalid_request_error" } else { "api_error" };
                return respond(*status, &json!({"error": {"type": kind, "message": "Not now"}}), headers);
            }
            Some(Fault::Drop) => return cut(),
            Some(Fault::Slow(while_)) => tokio::time::sleep(*while_).await,
            _ => {}
        }
        let key = headers.get("idempotency-key").map(|key| key.to_str().unwrap().to_owned());
        let path = uri.path().to_owned();
        let text = if method == Method::POST { body.to_vec() } else { uri.query().unwrap_or_default().into() };
        let form: Vec<(String, String)> = form_urlencoded::parse(&text).into_owned().collect();
        let (status, answer, replayed) = self.answer(&method, &path, headers, &form, key.as_deref()).await;
        let seen = Seen { method, path, form, key, status, answer: answer.clone() };
        self.state().seen.push(seen);
        match fault {
            Some(Fault::Held(mut gate)) => drop(gate.wait_for(|open| *open).await),
            Some(Fault::DropAfter) => return cut(),
            _ => {}
        }
        respond(status, &answer, if replayed { &[("idempotent-replayed", "true")] } else { &[] })
    }

    /// What Stripe sees to before it does anything (<https://docs.stripe.com/api>), and the answer.
    async fn answer(
        &self,
        method: &Method,
        path: &str,
        headers: &HeaderMap,
        form: &[(String, String)],
        key: Option<&str>,
    ) -> (u16, Value, bool) {
        let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default();
        if header("authorization") != format!("Bearer {KEY}") {
            return (401, error("invalid_request_error", None, "Invalid API Key provided: sk_test_****"), false);
        }
        if header("stripe-version") != VERSION {
            return (400, error("invalid_request_error", None, "Invalid Stripe API version"), false);
        }
        if *method != Method::POST {
            let (status, answer) = self.state().done(method, path, form);
            return (status, answer, false);
        }
        if header("content-type") != "application/x-www-form-urlencoded" {
            return (400, error("invalid_request_error", None, "Unable to parse the body: send a form"), false);
        }
        let Some(key) = key else {
            let (status, answer) = self.state().done(method, path, form);
            return (status, answer, false);
        };
        let asked = format!("{path} {form:?}");
        match self.state().keys.get(key) {
            Some((before, ..)) if *before != asked => {
                let text =
                    "Keys for idempotent requests can only be used with the same parameters they were first used with.";
                return (400, error("idempotency_error", None, text), false);
            }
            Some((_, 0, _)) => {
                let text = "There is currently another in-progress request using this Idempotent Key.";
                return (409, error("invalid_request_error", Some("idempotency_key_in_use"), text), false);
            }
            Some((_, status, answer)) => return (*status, answer.clone(), true),
            None => {}
        }
        self.state().keys.insert(key.to_owned(), (asked.clone(), 0, Value::Null));
        // Others come meanwhile.
        tokio::time::sleep(Duration::from_millis(50)).await;
        let mut state = self.state();
        let (status, answer) = state.done(method, path, form);
        state.keys.insert(key.to_owned(), (asked, status, answer.clone()));
        (status, answer, false)
    }
}

impl State {
    /// Does what is asked.
    fn done(&mut self, method: &Method, path: &str, form: &[(String, String)]) -> (u16, Value) {
        let field = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        let segments: Vec<_> = path.trim_start_matches('/').split('/').collect();
        match (method.as_str(), &segments[..]) {
            ("POST", ["v1", "customers"]) => {
                let id = self.id("cus");
                let customer = json!({"id": id, "object": "customer", "created": now(), "livemode": false, "balance": 0,
                    "email": null, "name": field("name"), "description": null, "delinquent": false,
                    "metadata": {"org_id": field("metadata[org_id]")}});
                self.customers.insert(id, customer.clone());
                (200, customer)
            }
            ("GET", ["v1", "customers", id]) => {
                let Some(customer) = self.customers.get(*id) else { return missing("customer", id) };
                let mut customer = customer.clone();
                if customer["deleted"] != true && field("expand[]").as_deref() == Some("subscriptions") {
                    let open = |of: &&Value| of["customer"] == *id && of["status"] != "canceled";
                    let subscriptions: Vec<_> = self.subscriptions.values().filter(open).collect();
                    customer["subscriptions"] =
                        list(&json!(subscriptions), &format!("/v1/customers/{id}/subscriptions"));
                }
                (200, customer)
            }
            ("DELETE", ["v1", "customers", id]) => {
                if self.customers.get(*id).is_none_or(|customer| customer["deleted"] == true) {
                    return missing("customer", id);
                }
                let gone = json!({"id": id, "object": "customer", "deleted": true});
                self.customers.insert((*id).to_owned(), gone.clone());
                for of in self.subscriptions.values_mut().filter(|of| of["customer"] == *id) {
                    of["status"] = json!("canceled");
                }
                (200, gone)
            }
            ("GET", ["v1", "prices", id]) => match PRICES.iter().find(|(price, ..)| price == id) {
                Some(_) => (200, price(id)),
                None => missing("price", id),
            },
            ("POST", ["v1", "checkout", "sessions"]) => self.begun(&field),
            ("POST", ["v1", "billing_portal", "sessions"]) => {
                let Some(customer) = field("customer").filter(|id| self.customers.contains_key(id)) else {
                    return missing("customer", &field("customer").unwrap_or_default());
                };
                let id = self.id("bps");
                let url = format!("https://billing.stripe.com/p/session/{id}");
                (
                    200,
                    json!({"id": id, "object": "billing_portal.session", "configuration": "bpc_1Local",
                    "created": now(), "customer": customer, "livemode": false, "locale": null, "on_behalf_of": null,
                    "return_url": field("return_url"), "url": url}),
                )
            }
            _ => (404, error("invalid_request_error", None, &format!("Unrecognized request URL ({method}: {path})."))),
        }
    }

    fn begun(&mut self, field: &dyn Fn(&str) -> Option<String>) -> (u16, Value) {
        let customer = field("customer").unwrap_or_default();
        if self.customers.get(&customer).is_none_or(|customer| customer["deleted"] == true) {
            return missing("customer", &customer);
        }
        let price = field("line_items[0][price]").unwrap_or_default();
        if !PRICES.iter().any(|(id, ..)| *id == price) {
            return missing("price", &price);
        }
        let id = self.id("cs_test");
        let session = json!({"id": id, "object": "checkout.session", "created": now(), "expires_at": now() + 86_400,
            "livemode": false, "mode": field("mode"), "status": "open", "payment_status": "unpaid",
            "payment_method_types": ["card"], "customer": customer, "subscription": null,
            "client_reference_id": field("client_reference_id"), "metadata": {"org_id": field("metadata[org_id]")},
            "automatic_tax": {"enabled": false, "status": null}, "custom_fields": [],
            "custom_text": {"shipping_address": null, "submit": null}, "shipping_options": [],
            "success_url": field("success_url"), "cancel_url": field("cancel_url"),
            "url": format!("https://checkout.stripe.com/c/pay/{id}")});
        let mut kept = session.clone();
        // What is asked for is not in the answer.
        kept["price"] = json!(price);
        self.sessions.insert(id, kept);
        (200, session)
    }
}

/// A price as Stripe has it.
fn price(id: &str) -> Value {
    let (_, amount, interval) = PRICES.iter().find(|(price, ..)| *price == id).unwrap();
    json!({"id": id, "object": "price", "active": true, "billing_scheme": "per_unit", "created": 1_700_000_000,
        "currency": "eur", "livemode": false, "metadata": {}, "product": "prod_1Local", "type": "recurring",
        "recurring": {"aggregate_usage": null, "interval": interval, "interval_count": 1, "usage_type": "licensed"},
        "unit_amount": amount, "unit_amount_decimal": amount.to_string()})
}

fn list(data: &Value, url: &str) -> Value {
    json!({"object": "list", "data": data, "has_more": false, "url": url})
}

fn error(kind: &str, code: Option<&str>, message: &str) -> Value {
    let mut error = json!({"type": kind, "message": message});
    if let Some(code) = code {
        error["code"] = json!(code);
    }
    json!({"error": error})
}

fn missing(what: &str, id: &str) -> (u16, Value) {
    // The object of a path is 404, that of a parameter 400; here it does not matter which.
    let status = if what == "price" { 400 } else { 404 };
    (status, error("invalid_request_error", Some("resource_missing"), &format!("No such {what}: '{id}'")))
}

fn respond(status: u16, answer: &Value, headers: &[(&'static str, &'static str)]) -> Response<Body> {
    let mut response = Response::builder().status(status).header("content-type", "application/json");
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(Body::from(answer.to_string())).unwrap()
}

/// A body that breaks off.
fn cut() -> Response<Body> {
    let broken = futures::stream::once(async { Err::<Bytes, _>("broken off") });
    Response::builder().header("content-length", "100").body(Body::from_stream(broken)).unwrap()
}
