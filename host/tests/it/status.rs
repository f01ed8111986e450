//! How the platform does, as everybody may ask.

use serde_json::{Value, json};

use crate::platform::{Platform, Setup, on_both};

fn part<'a>(status: &'a Value, name: &str) -> &'a Value {
    let parts = status["parts"].as_array().unwrap_or_else(|| panic!("{status:#}"));
    parts.iter().find(|part| part["name"] == name).unwrap_or_else(|| panic!("{status:#}"))
}

on_both!(a_platform_that_is_well_says_so, async |setup: Setup| {
    let platform = setup.start().await;
    let (code, status) = platform.anyone().get("/v1/status").await;
    assert_eq!((code, &status["status"]), (200, &json!("ok")), "{status:#}");
    for name in ["api", "database", "calls", "compiler", "builds", "model"] {
        assert_eq!(part(&status, name)["state"], "ok", "{status:#}");
    }
    assert!(part(&status, "database")["tookMs"].is_u64());
    assert!(part(&status, "model")["detail"].as_str().is_some_and(|detail| detail.contains("demo")));
    // However many ask, the parts are asked every few seconds.
    let again = platform.anyone().get("/v1/status").await.1;
    assert_eq!(again["checkedAt"], status["checkedAt"]);
});

#[tokio::test]
async fn a_platform_that_cannot_build_says_so() {
    let platform = Platform::setup().config("[compiler]\nurl = \"http://127.0.0.1:1\"\n").start().await;
    let status = platform.anyone().get("/v1/status").await.1;
    assert_eq!(status["status"], "degraded", "{status:#}");
    assert_eq!(part(&status, "compiler")["state"], "degraded");
    assert!(!status.to_string().contains("127.0.0.1"), "nothing of the inside: {status:#}");
}
