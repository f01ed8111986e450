//! Whether anybody bills, by which keys, and what is sold.

use std::collections::BTreeMap;

use cloche_domain::PriceId;
use cloche_domain::billing::Interval;
use cloche_domain::plan::Plan;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use time::Duration;
use url::Url;

/// The settings under `[billing]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Days that a plan stays when a payment has failed.
    pub grace_days: u32,
    /// Hours after which a subscription is compared, without an event.
    pub reconcile_hours: u32,
    #[serde(default)]
    pub stripe: Account,
}

/// The settings under `[billing.stripe]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Account {
    /// `sk_live_…`, or `rk_…`; of test mode, `sk_test_…`.
    pub secret_key: SecretString,
    /// `whsec_…`, of the webhook's endpoint.
    pub webhook_secret: SecretString,
    /// Where its API begins.
    pub base_url: Url,
    /// Seconds that one request may take.
    pub timeout_s: u64,
    /// What is sold.
    pub prices: BTreeMap<Plan, Prices>,
}

/// The prices of one plan.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Prices {
    pub month: Option<PriceId>,
    pub year: Option<PriceId>,
    /// No longer sold: whoever has one of them keeps the plan.
    pub former: Vec<PriceId>,
}

impl Default for Account {
    #[expect(clippy::expect_used, reason = "a constant")]
    fn default() -> Self {
        Self {
            secret_key: SecretString::default(),
            webhook_secret: SecretString::default(),
            base_url: Url::parse("https://api.stripe.com").expect("a URL"),
            timeout_s: 10,
            prices: BTreeMap::new(),
        }
    }
}

impl Prices {
    /// The price by the month or the year, if it is sold so.
    pub(super) fn of(&self, every: Interval) -> Option<&PriceId> {
        match every {
            Interval::Month => self.month.as_ref(),
            Interval::Year => self.year.as_ref(),
        }
    }

    fn all(&self) -> impl Iterator<Item = &PriceId> {
        self.month.iter().chain(&self.year).chain(&self.former)
    }
}

/// Settings with which nobody could be billed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("billing.stripe.{0} is missing: set it, or take the other settings of billing.stripe away")]
    Missing(&'static str),
    #[error("billing.stripe.secret_key is none of Stripe's: it begins with sk_live_, rk_live_, sk_test_ or rk_test_")]
    Key,
    #[error("billing.stripe.webhook_secret is none of Stripe's: it begins with whsec_")]
    WebhookSecret,
    #[error("billing.stripe.prices names the price {0} twice: a price is one plan's, by the month or the year")]
    Twice(PriceId),
    #[error("billing.stripe.prices.{0} has neither month nor year: set one, or sell another plan")]
    NotSold(Plan),
    #[error("billing.stripe.prices sells the plan {0}: it is what an organisation has that does not pay")]
    SoldDefault(Plan),
    #[error("billing.stripe.base_url {0:?} must be an http or https address")]
    BaseUrl(String),
    #[error("billing.{0} is 0: give at least 1")]
    Zero(&'static str),
    #[error(
        "billing.stripe is set, and `plan` is self-hosted, which has everything already: set `plan` to what an organisation \
         has that does not pay, like \"hobby\""
    )]
    Unlimited,
    #[error("the HTTP client for Stripe cannot be made: {0}")]
    Client(#[from] reqwest::Error),
}

impl Settings {
    pub(super) fn grace(&self) -> Duration {
        Duration::days(self.grace_days.into())
    }

    pub(super) fn reconcile(&self) -> Duration {
        Duration::hours(self.reconcile_hours.into())
    }

    /// Stripe's settings; none where nobody is billed. `default` is the plan of those who do not pay.
    pub(super) fn account(&self, default: Plan) -> Result<Option<&Account>, Error> {
        let stripe = &self.stripe;
        let (key, secret) = (stripe.secret_key.expose_secret(), stripe.webhook_secret.expose_secret());
        if key.is_empty() && secret.is_empty() && stripe.prices.is_empty() {
            return Ok(None);
        }
        for (what, missing) in [
            ("secret_key", key.is_empty()),
            ("webhook_secret", secret.is_empty()),
            ("prices", stripe.prices.is_empty()),
        ] {
            if missing {
                return Err(Error::Missing(what));
            }
        }
        if stripe.is_live().is_none() {
            return Err(Error::Key);
        }
        if !secret.starts_with("whsec_") {
            return Err(Error::WebhookSecret);
        }
        if !matches!(stripe.base_url.scheme(), "http" | "https") {
            return Err(Error::BaseUrl(stripe.base_url.to_string()));
        }
        for (what, count) in [("reconcile_hours", self.reconcile_hours.into()), ("stripe.timeout_s", stripe.timeout_s)]
        {
            if count == 0 {
                return Err(Error::Zero(what));
            }
        }
        if default == Plan::SelfHosted {
            return Err(Error::Unlimited);
        }
        stripe.check_prices(default)?;
        Ok(Some(stripe))
    }
}

impl Account {
    /// Whether the key is of live mode; none where it is of neither.
    pub(super) fn is_live(&self) -> Option<bool> {
        let (_, rest) =
            self.secret_key.expose_secret().split_once("k_").filter(|(kind, _)| ["s", "r"].contains(kind))?;
        match rest.split_once('_')?.0 {
            "live" => Some(true),
            "test" => Some(false),
            _ => None,
        }
    }

    fn check_prices(&self, default: Plan) -> Result<(), Error> {
        let mut known = Vec::new();
        for (&plan, prices) in &self.prices {
            if plan == default {
                return Err(Error::SoldDefault(plan));
            }
            if prices.month.is_none() && prices.year.is_none() {
                return Err(Error::NotSold(plan));
            }
            for price in prices.all() {
                if known.contains(&price) {
                    return Err(Error::Twice(price.clone()));
                }
                known.push(price);
            }
        }
        Ok(())
    }

    /// The plan that has this price, or had it once.
    pub(super) fn plan_of(&self, price: &PriceId) -> Option<Plan> {
        self.prices.iter().find(|(_, prices)| prices.all().any(|it| it == price)).map(|(plan, _)| *plan)
    }

    /// What stands in a log of what Stripe says: short, on one line, and without the key.
    pub(super) fn for_the_log(&self, said: &str) -> String {
        let said = said.replace(self.secret_key.expose_secret(), "…");
        said.chars().take(500).map(|c| if c.is_control() { ' ' } else { c }).collect()
    }
}

#[cfg(test)]
mod tests {
    use figment::Figment;
    use figment::providers::{Format as _, Toml};

    use super::*;

    const GOOD: &str = "secret_key = \"sk_test_1\"\nwebhook_secret = \"whsec_1\"\nprices.pro.month = \"price_1\"\n";

    fn settings(stripe: &str) -> Settings {
        let text = format!("grace_days = 7\nreconcile_hours = 6\n[stripe]\n{stripe}");
        Figment::from(Toml::string(&text)).extract().unwrap()
    }

    #[test]
    fn without_keys_nobody_is_billed() {
        for off in ["", "secret_key = \"\"\nwebhook_secret = \"\"", "timeout_s = 5"] {
            assert!(settings(off).account(Plan::SelfHosted).unwrap().is_none(), "{off}");
        }
        assert!(settings(GOOD).account(Plan::Hobby).unwrap().is_some());
    }

    #[test]
    fn what_could_bill_nobody_is_named() {
        for (stripe, says) in [
            ("secret_key = \"sk_test_1\"".to_owned(), "webhook_secret is missing"),
            ("webhook_secret = \"whsec_1\"".to_owned(), "secret_key is missing"),
            ("secret_key = \"sk_test_1\"\nwebhook_secret = \"whsec_1\"".to_owned(), "prices is missing"),
            (GOOD.replace("sk_test_1", "pk_test_1"), "secret_key is none of Stripe's"),
            (GOOD.replace("sk_test_1", "sk_1"), "secret_key is none of Stripe's"),
            (GOOD.replace("whsec_1", "secret"), "webhook_secret is none of Stripe's"),
            (format!("{GOOD}prices.team.year = \"price_1\""), "price_1 twice"),
            (format!("{GOOD}prices.team.former = [\"price_2\"]"), "prices.team has neither"),
            (format!("{GOOD}prices.hobby.month = \"price_2\""), "sells the plan hobby"),
            (format!("{GOOD}base_url = \"ftp://a.example\""), "base_url"),
            (format!("{GOOD}timeout_s = 0"), "stripe.timeout_s is 0"),
        ] {
            let error = settings(&stripe).account(Plan::Hobby).unwrap_err().to_string();
            assert!(error.contains(says), "{stripe}: {error}");
        }
        assert!(matches!(settings(GOOD).account(Plan::SelfHosted), Err(Error::Unlimited)));
    }

    #[test]
    fn the_key_says_its_mode_and_is_in_no_log() {
        let account = |key: &str| settings(&GOOD.replace("sk_test_1", key)).stripe;
        for (key, live) in [("sk_live_a", true), ("rk_live_a", true), ("sk_test_a", false), ("rk_test_a", false)] {
            assert_eq!(account(key).is_live(), Some(live), "{key}");
        }
        assert_eq!(account("sk_live_a").for_the_log("no sk_live_a\r\nforged"), "no …  forged");
        assert!(!format!("{:?}", account("sk_live_a")).contains("sk_live_a"));
    }
}
