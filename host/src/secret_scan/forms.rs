//! The forms that providers give their keys, from their documentation.

use super::look::Charset;

/// A prefix, and what comes after it.
pub(super) struct Form {
    pub(super) kind: &'static str,
    pub(super) prefix: &'static str,
    pub(super) charset: Charset,
    /// Characters after the prefix, at least and at most.
    pub(super) least: usize,
    pub(super) most: Option<usize>,
}

const fn at_least(kind: &'static str, prefix: &'static str, charset: Charset, least: usize) -> Form {
    Form { kind, prefix, charset, least, most: None }
}

const fn exactly(kind: &'static str, prefix: &'static str, charset: Charset, length: usize) -> Form {
    Form { kind, prefix, charset, least: length, most: Some(length) }
}

/// The first that fits names the finding: longer prefixes come first.
pub(super) const FORMS: &[Form] = {
    use Charset::{Alphanumeric, Capitals, Dashed, Dotted, Path};
    &[
        exactly("AWS access key", "AKIA", Capitals, 16),
        exactly("AWS access key", "ASIA", Capitals, 16),
        at_least("GitHub token", "github_pat_", Dashed, 40),
        at_least("GitHub token", "ghp_", Alphanumeric, 36),
        at_least("GitHub token", "gho_", Alphanumeric, 36),
        at_least("GitHub token", "ghu_", Alphanumeric, 36),
        at_least("GitHub token", "ghs_", Alphanumeric, 36),
        at_least("GitHub token", "ghr_", Alphanumeric, 36),
        at_least("GitLab token", "glpat-", Dashed, 20),
        at_least("Anthropic key", "sk-ant-", Dashed, 32),
        at_least("OpenAI key", "sk-proj-", Dashed, 40),
        at_least("OpenAI key", "sk-svcacct-", Dashed, 40),
        at_least("OpenAI key", "sk-admin-", Dashed, 40),
        at_least("OpenRouter key", "sk-or-", Dashed, 40),
        at_least("OpenAI key", "sk-", Dashed, 32),
        at_least("Groq key", "gsk_", Alphanumeric, 40),
        at_least("xAI key", "xai-", Alphanumeric, 40),
        at_least("Perplexity key", "pplx-", Alphanumeric, 40),
        at_least("Hugging Face token", "hf_", Alphanumeric, 30),
        at_least("Stripe key", "sk_live_", Alphanumeric, 16),
        at_least("Stripe key", "sk_test_", Alphanumeric, 16),
        at_least("Stripe key", "rk_live_", Alphanumeric, 16),
        at_least("Stripe key", "rk_test_", Alphanumeric, 16),
        at_least("webhook secret", "whsec_", Alphanumeric, 24),
        at_least("Slack token", "xoxb-", Dashed, 20),
        at_least("Slack token", "xoxp-", Dashed, 20),
        at_least("Slack token", "xoxa-", Dashed, 20),
        at_least("Slack token", "xoxe-", Dashed, 20),
        at_least("Slack token", "xoxe.", Dashed, 20),
        at_least("Slack token", "xoxr-", Dashed, 20),
        at_least("Slack token", "xoxs-", Dashed, 20),
        at_least("Slack token", "xapp-", Dashed, 20),
        at_least("Slack webhook", "https://hooks.slack.com/services/", Path, 30),
        at_least("Discord webhook", "https://discord.com/api/webhooks/", Path, 60),
        exactly("Google API key", "AIza", Dashed, 35),
        at_least("Google client secret", "GOCSPX-", Dashed, 28),
        at_least("Google access token", "ya29.", Dashed, 40),
        exactly("Notion token", "secret_", Alphanumeric, 43),
        at_least("Notion token", "ntn_", Alphanumeric, 40),
        exactly("npm token", "npm_", Alphanumeric, 36),
        at_least("PyPI token", "pypi-", Dashed, 50),
        at_least("SendGrid key", "SG.", Dotted, 60),
        at_least("DigitalOcean token", "dop_v1_", Alphanumeric, 60),
        at_least("Shopify token", "shpat_", Alphanumeric, 32),
        at_least("Linear key", "lin_api_", Alphanumeric, 32),
        at_least("Figma token", "figd_", Dashed, 32),
        at_least("Supabase token", "sbp_", Alphanumeric, 40),
        exactly("Databricks token", "dapi", Alphanumeric, 32),
        at_least("Cloche API key", "clo_", Dashed, 40),
    ]
};
