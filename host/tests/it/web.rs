//! `/`: the web app, as the binary carries it.

use reqwest::StatusCode;
use reqwest::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH};

use crate::platform::Platform;

/// The page answers at `/` and at addresses that it routes itself, names only files that are there, and may load nothing
/// from elsewhere.
#[tokio::test]
async fn the_page_and_its_files_are_in_the_binary() {
    let platform = Platform::start().await;
    let http = reqwest::Client::new();
    let get = |path: &str| http.get(format!("{}{path}", platform.url)).send();

    for path in ["/", "/servers/srv_1", "/sign-in"] {
        let page = get(path).await.unwrap();
        assert_eq!(page.status(), StatusCode::OK, "{path}: is web/dist built?");
        assert_eq!(page.headers()[CONTENT_TYPE], "text/html; charset=utf-8");
        assert_eq!(page.headers()[CACHE_CONTROL], "no-cache");
        let policy = page.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("script-src 'self';") && policy.contains("frame-ancestors 'none'"), "{policy}");
    }

    let page = get("/").await.unwrap();
    let tag = page.headers()[ETAG].clone();
    let text = page.text().await.unwrap();
    let script = text.split('"').find(|part| part.starts_with("/assets/") && part.contains(".js")).expect("a script");
    let file = get(script).await.unwrap();
    assert_eq!(file.status(), StatusCode::OK, "{script}");
    assert_eq!(file.headers()[CACHE_CONTROL], "public, max-age=31536000, immutable");
    assert_eq!(file.headers()[CONTENT_TYPE], "text/javascript; charset=utf-8");

    let again = http.get(&platform.url).header(IF_NONE_MATCH, tag).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
}

/// What is no file and no page says so in the API's own form.
#[tokio::test]
async fn a_missing_file_or_route_is_a_problem() {
    let platform = Platform::start().await;
    for path in ["/assets/none.js", "/v1/none", "/oauth/none"] {
        let (status, problem) = platform.anyone().get(path).await;
        assert_eq!((status, problem["code"].as_str()), (404, Some("no_such_route")), "{path}");
    }
}
