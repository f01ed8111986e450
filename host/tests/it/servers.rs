//! Servers: from a draft to live, and everything that is refused on the way.

use std::fs;

use cloche_domain::{Clock, PreviewId};
use cloche_storage::previews::{self, Drafting, Preview};
use cloche_storage::{Db, accounts};
use reqwest::Method;
use serde_json::{Value, json};
use time::Duration;

use crate::platform::{Platform, Setup, on_both};
use crate::wizard::{TO_LIVE, Watch, create, draft, edited, of_draft, path, states, status};

on_both!(a_draft_becomes_a_live_server_and_ends, async |setup: Setup| {
    let platform = setup.start().await;
    let key = platform.api_key("ada@example.com");
    let ada = platform.with_key(&key);
    let preview = draft(&ada).await;
    assert_eq!((&preview["demo"], &preview["model"]), (&json!(true), &json!("demo")));

    let (code, made) = ada.post("/v1/servers", of_draft(&preview, "demo")).await;
    assert_eq!((code, &made["status"], &made["activeVersion"]), (201, &json!("building"), &Value::Null));
    let events = Watch::with_key(&platform, &made["buildId"], &key).await.into_events().await;
    assert_eq!(states(&events), TO_LIVE);

    let at = path("servers", &made["id"]);
    let (_, server) = ada.get(&at).await;
    assert_eq!((&server["status"], &server["activeVersion"]), (&json!("live"), &json!(1)));
    assert_eq!((&server["activeBuild"], &server["lastFailure"]), (&Value::Null, &Value::Null));
    assert!(server["mcpUrl"].as_str().unwrap().starts_with(&format!("{}/mcp/", platform.url)));
    assert_eq!(server["tools"][0]["name"], "echo");
    assert!(server["tools"][0].get("implementation").is_none());

    let (_, versions) = ada.get(&format!("{at}/versions")).await;
    let version = &versions["versions"][0];
    assert_eq!((&version["n"], &version["state"], &version["active"]), (&json!(1), &json!("live"), &json!(true)));
    let sha256 = version["sha256"].as_str().unwrap();
    let kept = fs::read(platform.data().join(format!("artifacts/{}/{sha256}.wasm", &sha256[..2]))).unwrap();
    assert_eq!(cloche_domain::Sha256::of(kept).to_string(), sha256);

    assert_eq!(ada.delete(&at).await.0, 204);
    assert_eq!(ada.get(&at).await.0, 404);
    assert_eq!(ada.get("/v1/servers").await.1, json!({"servers": [], "nextCursor": null}));
    assert_eq!(ada.get(&path("builds", &made["buildId"])).await.0, 404);
});

#[tokio::test]
async fn what_cannot_be_built_is_refused_and_leaves_nothing() {
    let platform = Platform::start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let bob = platform.with_key(&platform.api_key("bob@example.com"));
    let preview = draft(&ada).await;
    let edit = |change: fn(&mut Value)| edited(&preview, change);
    let (of_bob, gone) = (draft(&bob).await["previewId"].clone(), expired(&platform).await);
    let cases = [
        ("slug", json!("No Slug"), 422, "invalid_json"),
        ("slug", Value::Null, 422, "invalid_json"),
        ("templateId", json!("weather"), 410, "fork_ref_expired"),
        ("previewId", json!("prv_00000000000000000000000000"), 410, "preview_expired"),
        ("previewId", json!("nonsense"), 410, "preview_expired"),
        ("previewId", of_bob, 410, "preview_expired"),
        ("previewId", json!(gone), 410, "preview_expired"),
        ("name", json!(""), 422, "spec_invalid"),
        ("name", json!("De\u{202E}mo"), 422, "unsafe_text"),
        ("specEdit", json!({"tools": 7}), 422, "spec_invalid"),
        ("specEdit", edit(|s| s["tools"][0]["inputSchema"] = json!({"type": "string"})), 422, "spec_invalid"),
        ("specEdit", edit(|s| s["tools"][1]["name"] = json!("ECHO")), 422, "spec_invalid"),
        ("specEdit", edit(|s| s["allowedHosts"] = json!(["*.com"])), 422, "spec_invalid"),
        ("specEdit", edit(|s| drop(s["tools"].as_array_mut().unwrap().pop())), 422, "tool_count_mismatch"),
        ("specEdit", edit(|s| s["tools"][0]["description"] = json!("a\u{200B}b")), 422, "unsafe_text"),
        ("secrets", json!({"API_TOKEN": "x"}), 422, "unknown_secret"),
    ];
    for (field, value, expected, code) in cases {
        let mut body = of_draft(&preview, "demo");
        body[field] = value;
        let (answered, problem) = ada.post("/v1/servers", body.clone()).await;
        assert_eq!((answered, &problem["code"]), (expected, &json!(code)), "{body}\n{problem}");
        assert_eq!(ada.get("/v1/servers").await.1["servers"], json!([]), "{body}");
    }
    let mut body = of_draft(&preview, "demo");
    body["specEdit"] = edit(|s| s["tools"][1]["inputSchema"]["required"] = json!(3));
    let (_, problem) = ada.post("/v1/servers", body).await;
    assert_eq!(problem["problems"][0]["pointer"], "/tools/1/inputSchema", "{problem}");

    // The draft has outlived all of it.
    let good = of_draft(&preview, "demo");
    assert_eq!(ada.post("/v1/servers", good.clone()).await.0, 201);
    let (answered, problem) = ada.post("/v1/servers", good.clone()).await;
    assert_eq!((answered, &problem["code"]), (409, &json!("slug_taken")));
    assert_eq!(platform.anyone().post("/v1/servers", good).await.0, 401);
}

/// A draft of ada's that was made a day ago.
async fn expired(platform: &Platform) -> PreviewId {
    let db = Db::open(&format!("sqlite://{}", platform.data().join("cloche.db").display())).await.unwrap();
    let (mut tx, now) = (db.begin().await.unwrap(), Clock::default().now());
    let ada = accounts::by_email(&mut tx, &"ada@example.com".parse().unwrap()).await.unwrap().unwrap();
    let spec = json!({"name": "Old", "tools": [{"name": "t", "description": "d", "implementation": "Ok(())"}]});
    let preview = Preview {
        id: PreviewId::new(),
        org_id: ada.org_id,
        user_id: ada.user_id,
        prompt: "old".into(),
        spec: serde_json::from_value(spec).unwrap(),
        model: "demo".into(),
        demo: true,
        created_at: now - Duration::DAY,
        expires_at: now - Duration::SECOND,
        drafting: Drafting::default(),
    };
    previews::insert(&mut tx, &preview).await.unwrap();
    tx.commit().await.unwrap();
    preview.id
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let platform = Platform::setup().config("[http]\nbody_limit = 2000").start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let (answered, problem) = ada.post("/v1/servers/preview", json!({"prompt": "x".repeat(3000)})).await;
    assert_eq!((answered, &problem["code"]), (413, &json!("body_too_large")));
}

#[tokio::test]
async fn a_secret_is_written_and_never_read() {
    let platform = Platform::start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let asks = |spec: &mut Value| {
        spec["allowedHosts"] = json!(["api.example.com"]);
        spec["requiredSecrets"] = json!([
            {"key": "API_TOKEN", "description": "For the API", "hosts": ["api.example.com"]},
            {"key": "OTHER_TOKEN", "hosts": ["api.example.com"]},
        ]);
    };
    let preview = draft(&ada).await;
    let mut body = of_draft(&preview, "demo");
    body["specEdit"] = edited(&preview, asks);
    body["secrets"] = json!({"API_TOKEN": "two\nlines"});
    let (answered, problem) = ada.post("/v1/servers", body.clone()).await;
    assert_eq!((answered, &problem["code"]), (422, &json!("secret_invalid")));
    assert!(!problem.to_string().contains("lines\""), "{problem}");
    body["secrets"] = json!({"API_TOKEN": "first-value-7f3a"});
    let (answered, server) = ada.post("/v1/servers", body).await;
    assert_eq!(answered, 201, "{server}");

    let at = path("servers", &server["id"]);
    let set = async || {
        let (_, server) = ada.get(&at).await;
        assert!(!server.to_string().contains("value-7f3a"));
        server["secrets"].as_array().unwrap().iter().map(|s| s["set"].as_bool().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(set().await, [true, false]);
    let value = json!({"value": "second-value-7f3a"});
    assert_eq!(ada.put(&format!("{at}/secrets/OTHER_TOKEN"), value.clone()).await.0, 204);
    assert_eq!(set().await, [true, true]);
    assert_eq!(ada.delete(&format!("{at}/secrets/API_TOKEN")).await.0, 204);
    assert_eq!(set().await, [false, true]);
    assert_eq!(ada.delete(&format!("{at}/secrets/API_TOKEN")).await.0, 422);
    assert_eq!(ada.put(&format!("{at}/secrets/UNASKED"), value.clone()).await.1["code"], "unknown_secret");
    assert_eq!(ada.put(&format!("{at}/secrets/lower"), value).await.0, 404);

    let mut files = vec![platform.data()];
    while let Some(file) = files.pop() {
        if file.is_dir() {
            files.extend(fs::read_dir(file).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            let bytes = fs::read(&file).unwrap_or_default();
            assert!(!bytes.windows(10).any(|w| w == b"value-7f3a"), "{} holds a secret", file.display());
        }
    }
    assert!(!platform.log().contains("value-7f3a"));
}

#[tokio::test]
async fn another_tenant_finds_nothing() {
    let platform = Platform::start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let key = platform.api_key("bob@example.com");
    let bob = platform.with_key(&key);
    let server = create(&ada, "demo", |_| {}).await;
    let (at, build) = (path("servers", &server["id"]), path("builds", &server["buildId"]));
    let (secret, versions) = (format!("{at}/secrets/API_TOKEN"), format!("{at}/versions"));
    for (method, at) in [
        (Method::GET, &at),
        (Method::GET, &versions),
        (Method::GET, &build),
        (Method::DELETE, &secret),
        (Method::DELETE, &at),
    ] {
        assert_eq!(status(&bob, method.clone(), at).await, 404, "{method} {at}");
        assert_eq!(status(&platform.anyone(), method.clone(), at).await, 401, "{method} {at}");
    }
    assert_eq!(bob.put(&secret, json!({"value": "x"})).await.0, 404);
    assert_eq!(bob.get("/v1/servers").await.1["servers"], json!([]));
    let bearer = format!("Bearer {key}");
    let watched = Watch::open(&platform, &server["buildId"], &[("authorization", &bearer)]).await;
    assert_eq!(watched.err(), Some(404));
    assert_eq!(ada.get(&at).await.0, 200);
}

#[tokio::test]
async fn a_list_comes_in_pages() {
    let platform = Platform::start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let preview = draft(&ada).await;
    for slug in ["one", "two", "three"] {
        assert_eq!(ada.post("/v1/servers", of_draft(&preview, slug)).await.0, 201);
    }
    let slugs = |page: &Value| {
        page["servers"].as_array().unwrap().iter().map(|s| s["slug"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (_, first) = ada.get("/v1/servers?limit=2").await;
    assert_eq!(slugs(&first), ["three", "two"]);
    let (_, last) = ada.get(&format!("/v1/servers?limit=2&cursor={}", first["nextCursor"].as_str().unwrap())).await;
    assert_eq!((slugs(&last), &last["nextCursor"]), (vec!["one".to_owned()], &Value::Null));
    for query in ["cursor=nonsense", "limit=many", "page=2"] {
        let (answered, problem) = ada.get(&format!("/v1/servers?{query}")).await;
        assert_eq!((answered, &problem["code"]), (400, &json!("invalid_query")), "{query}");
    }
}
