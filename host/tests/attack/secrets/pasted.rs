//! A secret pasted where others read it.

use serde_json::json;

use super::GROUP;
use crate::attack::{Attack, attack};
use crate::platform::Platform;
use crate::scene::Scene;
use crate::tenant::Tenant;
use crate::upstream::{Upstream, ok};

pub const ATTACKS: &[Attack] = &[
    attack!(GROUP, secret_pasted_into_the_prompt, "the value, from the model's provider"),
    attack!(GROUP, secret_pasted_into_the_code, "the value, from whoever reads the source or the tools"),
];

/// Put together here, so that no scanner takes this file for a leak.
fn token() -> String {
    ["ghp_", "q7ZxR2mKp9LwT4vNc8BdY3hGs6JfX5aUeQoW"].concat()
}

async fn secret_pasted_into_the_prompt(scene: &Scene) {
    let model = Upstream::new(|_| ok("", b"{}")).await;
    let config = format!(
        "[[model.providers]]\nname = \"m\"\nkind = \"openai\"\nbase_url = \"{}\"\nmodel = \"m\"\n[model]\nattempts = 1\n",
        model.url("")
    );
    scene.keeps_secret(&token());
    let platform = scene.platform(Platform::setup().config(&config)).await;
    let ada = Tenant::new(&platform, "ada").await;
    ada.browser.post("/v1/servers/preview", json!({"prompt": "List my issues; pomegranate"})).await;
    let told = model.requests().iter().any(|request| request.contains("pomegranate"));
    scene.control("what is in a prompt is sent to the provider", told, model.requests());
    let before = model.requests().len();
    for route in ["/v1/servers/preview", "/v1/servers/preview/stream"] {
        for prompt in [
            format!("List my issues with the token {}", token()),
            format!("curl -H 'Authorization: Bearer {}' and so on", token()),
            format!("api_key={}", &token()[4..]),
        ] {
            let answer = ada.browser.send(reqwest::Method::POST, route, json!({"prompt": prompt})).await;
            let text = answer.text().await.unwrap();
            let refused = text.contains("secret_in_prompt") && !text.contains(&token()[4..]);
            scene.guard("it is refused, and not repeated", refused, (route, text));
        }
    }
    let seen = model.requests()[before..].to_vec();
    scene.guard("the provider has seen none of it", seen.is_empty(), seen);
    let kept = std::fs::read(platform.data().join("cloche.db")).unwrap();
    let log = std::fs::read(platform.data().join("cloche.db-wal")).unwrap_or_default();
    let needle = token();
    let found = [kept, log].iter().any(|file| file.windows(needle.len()).any(|window| window == needle.as_bytes()));
    scene.guard("nor is it kept", !found, "the database holds it");
}

async fn secret_pasted_into_the_code(scene: &Scene) {
    scene.keeps_secret(&token());
    let platform = scene.platform(Platform::setup()).await;
    let ada = Tenant::new(&platform, "ada").await;
    let (_, draft) = ada.browser.post("/v1/servers/preview", json!({"prompt": "Two tools, echo and now"})).await;
    let make = async |at: &str, text: &str| {
        let mut spec = draft["spec"].clone();
        *spec.pointer_mut(at).unwrap() = json!(text);
        let new = json!({"name": "S", "slug": "pasted", "previewId": draft["previewId"], "specEdit": spec});
        ada.browser.post("/v1/servers", new).await
    };
    for (at, text) in [
        (
            "/tools/0/implementation",
            format!(
                "http::get(\"https://a.example/\").header(\"authorization\", \"Bearer {}\").send()?; Ok(())",
                token()
            ),
        ),
        ("/tools/0/description", format!("Uses {}", token())),
        ("/helpers", format!("const API_KEY: &str = \"{}\";", &token()[4..])),
        ("/description", format!("password: {}", &token()[4..])),
    ] {
        let (status, problem) = make(at, &text).await;
        let told = status == 422 && problem["code"] == "secret_in_code" && problem["pointer"] == at;
        scene.guard("it is refused, and the answer says where it stands", told, (at, &problem));
        scene.guard("without repeating it", !problem.to_string().contains(&token()[4..]), problem);
    }
    let text = "http::get(\"https://a.example/\").header(\"authorization\", \"Bearer {API_KEY}\").send()?; Ok(())";
    let (status, server) = make("/tools/0/implementation", text).await;
    scene.control(
        "code goes into the database and the component as it is, where it is not refused",
        status == 201,
        server,
    );
}
