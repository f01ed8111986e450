//! The tools that are called, on the platform and behind its peers: one spec, and bodies that are compiled for both.

use serde_json::{Value, json};

use crate::model;

const SPEC: &str = include_str!("../tools/spec.json");
const BODIES: [&str; 4] = [
    include_str!("../tools/echo.rs"),
    include_str!("../tools/transform.rs"),
    include_str!("../tools/arithmetic.rs"),
    include_str!("../tools/branchy.rs"),
];

/// The tools, with arguments to call them with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tool {
    Echo,
    /// Forty orders, summed up by customer.
    Transform,
    /// A loop without branches, of so many rounds.
    Arithmetic(u32),
    /// A loop of branches that nobody can foretell, of so many sequences.
    Branchy(u32),
}

impl Tool {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Echo => "echo",
            Self::Transform => "transform",
            Self::Arithmetic(_) => "arithmetic",
            Self::Branchy(_) => "branchy",
        }
    }

    pub(crate) fn arguments(self) -> Value {
        match self {
            Self::Echo => json!({"text": "hello, world"}),
            Self::Transform => json!({"orders": (0..40).map(order).collect::<Vec<_>>()}),
            Self::Arithmetic(n) | Self::Branchy(n) => json!({"n": n}),
        }
    }
}

fn order(n: u32) -> Value {
    let customer = ["ada", "bob", "eve", "joe", "kim"][n as usize % 5];
    json!({"customer": customer, "quantity": n % 7 + 1, "price": f64::from(n) + 0.5, "paid": !n.is_multiple_of(4)})
}

/// A model that drafts them: the configuration that has the platform ask it.
pub(crate) async fn drafted() -> anyhow::Result<String> {
    let mut spec: Value = serde_json::from_str(SPEC)?;
    for (tool, body) in spec["tools"].as_array_mut().into_iter().flatten().zip(BODIES) {
        tool["implementation"] = json!(body);
    }
    model::configured(spec.to_string()).await
}
