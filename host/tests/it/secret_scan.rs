//! Secrets pasted into a prompt are found; what only looks like one is left alone.

use cloche::secret_scan::scan;
use proptest::prelude::*;

/// Random texts, put together here so that no scanner takes this file for a leak.
const LETTERS: &str = "q7ZxR2mKp9LwT4vNc8BdY3hGs6JfX5aUeQoW1iVtMkPrHnDzSyCbEgFuA0jIlO";
const HEX: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

fn secrets() -> Vec<(&'static str, String)> {
    let random = |prefix: &str, length: usize| format!("{prefix}{}", LETTERS.repeat(3).get(..length).unwrap());
    let jwt = ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiI0MiIsImFkbWluIjp0cnVlfQ", &LETTERS[..43]].join(".");
    let pem = |label: &str| format!("-----BEGIN {label}-----\n{LETTERS}\n{LETTERS}\n-----END {label}-----");
    vec![
        ("AWS access key", ["AKIA", "Q7ZXR2MKP9LWT4VN"].concat()),
        ("GitHub token", random("ghp_", 36)),
        ("GitHub token", random("gho_", 36)),
        ("GitHub token", format!("{}_{}", random("github_pat_", 22), &LETTERS[..59])),
        ("GitLab token", random("glpat-", 20)),
        ("Anthropic key", random("sk-ant-api03-", 93)),
        ("OpenAI key", random("sk-proj-", 120)),
        ("OpenAI key", random("sk-", 48)),
        ("OpenRouter key", format!("sk-or-v1-{HEX}")),
        ("Stripe key", random("sk_live_", 24)),
        ("Stripe key", random("rk_test_", 24)),
        ("webhook secret", random("whsec_", 32)),
        ("Slack token", format!("xoxb-{}-{}-{}", "2483019472", "2891744390", &LETTERS[..24])),
        (
            "Slack webhook",
            format!("https://hooks.slack.com/services/T0{}/B0{}/{}", "9XK2LMQ", "7WP4RTZ", &LETTERS[..24]),
        ),
        ("Google API key", random("AIza", 35)),
        ("Google client secret", random("GOCSPX-", 28)),
        ("Notion token", random("secret_", 43)),
        ("Notion token", random("ntn_", 46)),
        ("npm token", random("npm_", 36)),
        ("PyPI token", random("pypi-AgEIcHlwaS5vcmc", 120)),
        ("SendGrid key", format!("SG.{}.{}", &LETTERS[..22], &LETTERS[..43])),
        ("Hugging Face token", random("hf_", 34)),
        ("Telegram bot token", random("8123456790:AA", 33)),
        ("Cloche API key", random("clo_", 43)),
        ("JSON Web Token", jwt),
        ("private key", pem("RSA PRIVATE KEY")),
        ("private key", pem("PGP PRIVATE KEY BLOCK")),
    ]
}

#[test]
fn every_known_form_is_found_where_it_stands() {
    for (kind, secret) in secrets() {
        for (before, after) in
            [("", ""), ("Use ", ", please."), ("key=\"", "\""), ("日本(", ")。"), ("`", "`"), ("KEY:\t", "\n")]
        {
            let text = format!("{before}{secret}{after}");
            let found = scan(&text);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert_eq!((found[0].kind, &text[found[0].start..found[0].end]), (kind, secret.as_str()), "{text}");
        }
    }
}

#[test]
fn findings_come_in_order_and_show_only_the_beginning() {
    let secrets = secrets();
    let text: Vec<_> = secrets.iter().rev().map(|(_, secret)| secret.as_str()).collect();
    let text = text.join(" and ");
    let found = scan(&text);
    assert_eq!(found.len(), secrets.len());
    assert!(found.windows(2).all(|pair| pair[0].end <= pair[1].start));
    for finding in &found {
        let secret = &text[finding.start..finding.end];
        let shown = finding.hint.strip_suffix('…').unwrap();
        assert!(shown.len() <= 4 && secret.starts_with(shown));
        assert!(!format!("{finding:?}").contains(&secret[5..]), "{finding:?}");
    }
}

#[test]
fn a_random_text_after_a_secrets_name_is_found() {
    let value = &LETTERS[..32];
    let base64 = format!("{}/{}+{}", &LETTERS[..12], &LETTERS[13..25], &LETTERS[30..44]);
    let hex = &HEX[..32];
    for (text, secret) in [
        (format!("api_key = {value}"), value),
        (format!("API-Key: '{value}'"), value),
        (format!("my API key is {value}."), value),
        (format!("{{\"clientSecret\": \"{value}\"}}"), value),
        (format!("Authorization: Bearer {value}"), value),
        (format!("const API_KEY: &'static str = \"{value}\";"), value),
        (format!("let token: String = \"{value}\".into();"), value),
        (format!("curl -H 'Authorization: Basic {value}=='"), value),
        (format!("GET https://a.example/v1?x=1&access_token={value}&y=2"), value),
        (format!("aws_secret_access_key={base64}"), base64.as_str()),
        (format!("OPENWEATHER_API_KEY={hex}"), hex),
        ("the password is Tr0ub4dor&3xZ9!q".replace('&', "#"), "Tr0ub4dor#3xZ9!q"),
        ("postgres://app:v7Kq2ZpX9m@db.example.com/app".to_owned(), "v7Kq2ZpX9m"),
    ] {
        let found = scan(&text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert_eq!(&text[found[0].start..found[0].end], secret, "{text}");
    }
}

#[test]
fn what_only_looks_like_a_secret_is_left_alone() {
    for text in [
        "Call https://api.notion.com/v1/pages/59833787-2cf9-4fdf-8782-e53db20768a5 with the token of the user",
        "Use the secret NOTION_TOKEN as `Authorization: Bearer {NOTION_TOKEN}`",
        "api_key: YOUR_API_KEY, or sk-... or sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "api_key = <your-openai-api-key-goes-here-12345>",
        "AKIAIOSFODNN7EXAMPLE and wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY are Amazon's",
        "ghp_000000000000000000000000000000000000",
        "sk-1234567890abcdef1234567890abcdef1234567890abcdef",
        "the file's SHA-256 is 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "commit 2ef7bde608ce5404e97d5f042f95f89f1c232871 broke the token refresh",
        "token: 59833787-2cf9-4fdf-8782-e53db20768a5",
        "let token = config.get_access_token_v2(); let secret = secrets.find(name);",
        "the next_page_token is CAUQAAq7ZxR2mKp9LwT4v",
        "password: at least 12 characters, with a digit",
        "the password field has minLength: 8 and maxLength: 128",
        "sk-learn-classifier-comparison-on-synthetic-datasets",
        "postgres://user:password@localhost:5432/database",
        "https://user@example.com:8080/path?key=value",
        "-----BEGIN PRIVATE KEY----- is how a key begins",
        "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA7v\n-----END PUBLIC KEY-----",
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4",
        "Set max_tokens: 16000 and token_limit: 4294967295000000",
        "The secret of https://developer.example.com/docs/authentication/Tokens2024/overview",
        "Tokenise the text; secret santa; a bearer of news; keyboard: qwertyuiop",
        "eyJhbGciOiJIUzI1NiJ9 is a header",
        "",
    ] {
        assert_eq!(scan(text), [], "{text}");
    }
}

#[test]
fn long_texts_are_scanned_in_no_time() {
    for unit in [
        "a",
        "a-",
        "token: ",
        "-----BEGIN ",
        "eyJ-",
        "eyJ.",
        "eyJaaaaaaaaaa.eyJ-",
        "sk-",
        "a://",
        "a:b@",
        "12345678:AA",
        &format!("ghp_{LETTERS} "),
    ] {
        let text = unit.repeat((1 << 16) / unit.len());
        let began = std::time::Instant::now();
        scan(&text);
        assert!(began.elapsed().as_secs() < 5, "{unit}: {:?}", began.elapsed());
    }
}

#[test]
fn an_underscore_before_a_token_does_not_hide_it() {
    for (kind, secret) in secrets() {
        for before in ["_", "-", "__", "v1_", "eyJ-"] {
            let found = scan(&format!("{before}{secret}"));
            assert!(found.iter().any(|f| f.end > before.len()), "{kind} after {before}: {found:?}");
        }
    }
}

proptest! {
    #[test]
    fn no_text_breaks_the_scan(text in "(\\PC|[a-zA-Z0-9:/@._=-]|sk-|eyJ|-----BEGIN |PRIVATE KEY-----|://|token: ){0,80}") {
        for finding in scan(&text) {
            prop_assert!(finding.start < finding.end && text.get(finding.start..finding.end).is_some());
        }
    }

    #[test]
    fn no_surroundings_hide_a_secret(before in "(\\PC{0,40}[^a-zA-Z0-9])?", after in "([^a-zA-Z0-9_-]\\PC{0,40})?", which in 0..27_usize) {
        let (_, secret) = &secrets()[which];
        let text = format!("{before}{secret}{after}");
        let (start, end) = (before.len(), before.len() + secret.len());
        prop_assert!(scan(&text).iter().any(|f| f.start < end && start < f.end), "{}", text);
    }
}
