//! A model for benches: answers every request with the same spec, in the form of OpenAI's chat completions.

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::post;
use serde_json::json;
use tokio::net::TcpListener;

/// Serves on a free loopback port; gives the configuration (TOML) that has the platform ask it.
pub(crate) async fn configured(spec: String) -> anyhow::Result<String> {
    let url = serve(spec).await?;
    Ok(format!(
        "[[model.providers]]\nname = \"bench\"\nkind = \"openai\"\nbase_url = {url:?}\nmodel = \"bench\"\napi_key = \"bench\"\n"
    ))
}

/// The base URL to configure.
async fn serve(spec: String) -> anyhow::Result<String> {
    let delta = json!({"choices": [{"index": 0, "delta": {"role": "assistant", "content": spec}}]});
    let stop = json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]});
    let body = format!("data: {delta}\n\ndata: {stop}\n\ndata: [DONE]\n\n");
    let answer = move || {
        let body = body.clone();
        async move { ([(CONTENT_TYPE, "text/event-stream")], body) }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/v1", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/v1/chat/completions", post(answer))).await });
    Ok(url)
}
