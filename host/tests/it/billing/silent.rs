//! Without keys the platform is its operator's own, and nothing that it says is about money.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use reqwest::Method;
use serde_json::json;

use super::{NO_COMPILER, plan_of};
use crate::platform::{Caller, Platform};
use crate::wizard::{draft, of_draft};

/// What would be about money. `cost` is a word of models' prices, of which there are none.
const WORDS: &[&str] = &[
    "money",
    "price",
    "pricing",
    "billing",
    "billed",
    "invoice",
    "payment",
    "subscri",
    "checkout",
    "stripe",
    "upgrade to",
    "credit card",
    "currency",
    "€",
    "euro",
    "\"cost\"",
    "refund",
    "webhook",
];

fn about_money(text: &str) -> Vec<&'static str> {
    // Calls of a tenant at a time.
    let text = text.to_lowercase().replace("concurrency", "");
    WORDS.iter().copied().filter(|word| text.contains(word)).collect()
}

async fn text(caller: &Caller, method: Method, path: &str, body: &str) -> (u16, String) {
    let mut request = caller.request(method, path);
    if !body.is_empty() {
        request = request.header("content-type", "application/json").body(body.to_owned());
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn a_platform_of_ones_own_does_not_speak_of_money() {
    let limits = format!(
        "plan = \"hobby\"\n[plans.hobby]\nservers = 1\nbuilds_per_day = 1\npreviews_per_day = 1\n{NO_COMPILER}"
    );
    let platform = Platform::setup().config(&limits).start().await;
    let ada = platform.sign_in("ada@example.com").await;
    let preview = draft(&ada).await;
    assert_eq!(ada.post("/v1/servers", of_draft(&preview, "one")).await.0, 201);
    // Every operation of the document that only reads, the document itself, and each limit's refusal.
    let (_, document) = ada.get("/v1/openapi.json").await;
    let reads =
        document["paths"].as_object().unwrap().iter().filter(|(path, of)| !path.contains('{') && of["get"].is_object());
    let mut asked: Vec<(Method, String, String)> =
        reads.map(|(path, _)| (Method::GET, path.clone(), String::new())).collect();
    assert!(asked.len() > 15, "{asked:?}");
    let new = of_draft(&preview, "two").to_string();
    let wish = json!({"prompt": "another wish"}).to_string();
    asked.push((Method::POST, "/v1/servers".to_owned(), new.clone()));
    asked.push((Method::POST, "/v1/servers/preview".to_owned(), wish));
    let mut refused = 0;
    for (method, path, body) in asked {
        let (status, said) = text(&ada, method, &path, &body).await;
        refused += u32::from(matches!(status, 402 | 429));
        assert_eq!(about_money(&said), [""; 0], "{path}: {status} {said}");
    }
    assert_eq!(refused, 2);
    let (_, problem) = ada.post("/v1/servers", of_draft(&preview, "two")).await;
    assert!(
        problem["detail"].as_str().unwrap().contains("ask the operator of this platform for the plan pro"),
        "{problem}"
    );
    // Also on the line that HTTP itself has for it.
    let mut stream = TcpStream::connect(platform.url.strip_prefix("http://").unwrap()).unwrap();
    let key = platform.api_key("ada@example.com");
    let (size, host) = (new.len(), &platform.url[7..]);
    let head = format!(
        "POST /v1/servers HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n\
         Content-Length: {size}\r\nConnection: close\r\n\r\n{new}"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 402 ") && about_money(&answer).is_empty(), "{answer}");

    // The web app, all of it; mails, and what is printed.
    let (_, page) = text(&ada, Method::GET, "/", "").await;
    assert_eq!(about_money(&page), [""; 0]);
    let scripts: Vec<_> = page.split('"').filter(|part| part.starts_with("/assets/")).collect();
    assert!(!scripts.is_empty(), "{page}");
    for file in scripts {
        let (_, file) = text(&ada, Method::GET, file, "").await;
        for word in ["billing", "stripe.com", "€", "subscription", "invoice", "pricing"] {
            assert!(!file.to_lowercase().contains(word), "{word}");
        }
    }
    assert_eq!(about_money(&platform.printed().join("\n")), [""; 0]);
    assert_eq!(about_money(&platform.log()), [""; 0]);
    // The operator gives out plans.
    assert_eq!(platform.admin("plan", &["--org", "ada", "--plan", "pro"]), "pro");
    assert_eq!(plan_of(&ada).await, "pro");
    assert_eq!(ada.post("/v1/servers", of_draft(&preview, "two")).await.0, 201);
}

/// Whoever asks for it, asks for something that is not there.
#[tokio::test]
async fn there_is_nothing_at_its_routes() {
    let platform = Platform::start().await;
    let ada = platform.sign_in("ada@example.com").await;
    for caller in [&ada, &platform.anyone()] {
        for (method, path) in [
            (Method::GET, "/v1/billing"),
            (Method::GET, "/v1/billing/plans"),
            (Method::POST, "/v1/billing/checkout"),
            (Method::POST, "/v1/billing/portal"),
            (Method::POST, "/v1/billing/webhook"),
        ] {
            let (status, said) = text(caller, method, path, "{\"plan\": \"pro\"}").await;
            assert_eq!(status, 404, "{path}: {said}");
            assert!(said.contains("\"billing_off\"") && said.contains("its operator gives out plans"), "{said}");
            let rest = said.replace("billing_off", "");
            assert_eq!(about_money(&rest), [""; 0], "{rest}");
        }
    }
}

/// Settings by which nobody could be billed are named when the platform starts.
#[test]
fn half_a_setting_is_named() {
    let platform = Platform::setup();
    for (toml, says) in [
        ("[billing.stripe]\nsecret_key = \"sk_test_1\"", "billing.stripe.webhook_secret is missing"),
        ("[billing.stripe]\nsecret = \"sk_test_1\"", "unknown field"),
        (
            "[billing.stripe]\nsecret_key = \"sk_test_1\"\nwebhook_secret = \"whsec_1\"\nprices.pro.month = \"price_1\"",
            "`plan` is self-hosted",
        ),
    ] {
        let (well, said) = platform.tried(toml);
        assert!(!well && said.contains(says), "{toml}: {said}");
    }
}
