//! One attack, and how it goes.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use futures::future::LocalBoxFuture;

use crate::scene::Scene;

/// Longer than any attack takes that is no slow one.
const PATIENCE: Duration = Duration::from_mins(5);
/// Longer than a slow one takes.
const LONG_PATIENCE: Duration = Duration::from_mins(30);

/// Something that is tried.
#[derive(Clone, Copy, Debug)]
pub struct Attack {
    pub group: &'static str,
    /// The name of its function.
    pub name: &'static str,
    pub protects: &'static str,
    /// Takes so long that only `make attack` runs it.
    pub slow: bool,
    pub tries: for<'a> fn(&'a Scene) -> LocalBoxFuture<'a, ()>,
}

/// `attack!(group, function, "what it protects")`; `slow` before the group for one that takes long.
macro_rules! attack {
    (slow $group:expr, $tries:ident, $protects:literal) => {
        $crate::attack::Attack { slow: true, ..$crate::attack::attack!($group, $tries, $protects) }
    };
    ($group:expr, $tries:ident, $protects:literal) => {
        $crate::attack::Attack {
            group: $group,
            name: stringify!($tries),
            protects: $protects,
            slow: false,
            tries: |scene| Box::pin($tries(scene)),
        }
    };
}
pub(crate) use attack;

/// How an attack went.
#[derive(Debug)]
pub struct Outcome {
    /// Held, or what was seen instead.
    pub result: Result<(), String>,
    /// How the harm was shown to be real.
    pub controls: Vec<String>,
    pub took: Duration,
}

impl Attack {
    /// `group::name`.
    pub fn id(&self) -> String {
        format!("{}::{}", self.group.to_lowercase(), self.name)
    }

    /// Tries it. Held only if its control was shown, its guard was tried, and the platforms' own logs are clean.
    pub fn run(&self) -> Outcome {
        let began = Instant::now();
        let scene = Scene::default();
        let tried = catch_unwind(AssertUnwindSafe(|| {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
            runtime.block_on(async {
                let patience = if self.slow { LONG_PATIENCE } else { PATIENCE };
                tokio::time::timeout(patience, (self.tries)(&scene)).await.expect("the attack ends");
                scene.look_back().await;
            });
        }));
        let result = tried.map_err(|panic| said(&*panic));
        if result.is_err() {
            scene.show_logs();
        }
        Outcome { result, controls: scene.controls(), took: began.elapsed() }
    }
}

fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without words").to_owned()
}
