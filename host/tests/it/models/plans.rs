//! Which models draft for which plan, and what a draft takes.

use cloche::model::{DraftRequest, Meter, Models, Spent};
use cloche_domain::plan::Plan;
use serde_json::json;

use super::fake::{Fake, Reply, openai};
use super::{draft_for, settings, spec};

#[tokio::test]
async fn each_plan_has_the_models_that_are_set_for_it() {
    let good = || Reply::events(openai::answer(&spec().to_string()));
    let large = Fake::always(good).await;
    let small = Fake::always(good).await;
    let mut settings = settings(&[("openai", &large.url), ("openai", &small.url)]);
    settings.plans = serde_json::from_value(json!({"hobby": ["openai-1"], "pro": ["openai-1", "openai-0"]})).unwrap();
    let ask = async |plan| {
        draft_for(plan, &settings, DraftRequest::default(), &Meter::default()).await.0.unwrap();
        (large.seen().len(), small.seen().len())
    };
    assert_eq!(ask(Plan::Hobby).await, (0, 1));
    assert_eq!(ask(Plan::Team).await, (1, 1));
    small.script([Reply::status(401, &json!({}))]);
    assert_eq!(ask(Plan::Pro).await, (2, 2), "the next one of the plan's is asked");
    small.script([Reply::status(401, &json!({}))]);
    let (outcome, _) = draft_for(Plan::Hobby, &settings, DraftRequest::default(), &Meter::default()).await;
    assert_eq!((outcome.unwrap_err().code(), large.seen().len()), ("model_unavailable", 2), "nobody else is asked");
}

#[tokio::test]
async fn what_is_broken_off_is_counted_about() {
    let written = "x".repeat(4_000);
    let fake = Fake::start([Reply::events(openai::text(&written))]).await;
    let mut settings = settings(&[("openai", &fake.url)]);
    settings.providers[0].input_price = 2.0;
    settings.providers[0].output_price = 10.0;
    let (meter, models) = (Meter::default(), Models::new(&settings).unwrap());
    let most = models.most_tokens(Plan::Hobby, &DraftRequest::default());
    let (outcome, _) = draft_for(Plan::Hobby, &settings, DraftRequest::default(), &meter).await;
    assert_eq!(outcome.unwrap_err().code(), "model_unavailable");
    let Spent { input_tokens, output_tokens, cost_micros } = meter.spent();
    assert!((2_000..10_000).contains(&input_tokens), "{input_tokens}");
    assert_eq!(output_tokens, 1_000);
    assert_eq!(cost_micros, input_tokens * 2 + output_tokens * 10);
    assert_eq!(most, 2 * input_tokens + 3 * 16_000);
}
