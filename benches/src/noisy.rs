//! Noisy neighbours: what a tenant's calls take beside another tenant that burns all it may, against what they take alone.
//!
//! Quiet and noisy phases follow each other in one run of one platform, so that what else happens on the machine is in both.
//! The quiet tenant calls one at a time, with a pause after each: computing, it wants a third of a processor. Who wants more
//! than its share gets its share.

mod noise;

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::figures::Figures;
use crate::platform::Platform;
use crate::report::Section;
use crate::spread::Spread;
use crate::tenant::{Server, Tenant};
pub(crate) use noise::Noise;
use noise::Noisy;

/// For a noise to be at its full strength.
const SETTLE: Duration = Duration::from_millis(500);
/// Milliseconds that the calls of the neighbour who computes take alone, in turns.
const COMPUTES: [u32; 5] = [5, 10, 20, 35, 50];
/// Rounds of the loop by which it is found out how many a millisecond has.
const TRIAL: u64 = 20_000_000;

const ECHO: &str = "Ok(args.text.unwrap_or_default())";
const COMPUTE: &str = "let (mut x, mut i) = (1u64, 0i64);
while i != args.n.unwrap_or(0) { x = x.wrapping_mul(3) ^ 7; i += 1; }
Ok(x.to_string())";

/// A platform with two tenants.
pub(crate) struct Stage {
    // Before the platform: its calls end first.
    noisy: Noisy,
    quiet: Tenant,
    server: Server,
    javascript: Server,
    /// Rounds of the computing loop in a millisecond.
    rounds: u64,
    _platform: Platform,
}

/// Who is measured.
#[derive(Clone, Copy)]
enum Neighbour {
    Echo,
    Computes,
    JavaScript,
}

impl Neighbour {
    const ALL: [Self; 3] = [Self::Echo, Self::Computes, Self::JavaScript];

    const fn name(self) -> &'static str {
        match self {
            Self::Echo => "echo",
            Self::Computes => "computes",
            Self::JavaScript => "javascript",
        }
    }
}

/// A percentile in each round, quiet and noisy.
struct Pairs(Vec<(Duration, Duration)>);

impl Stage {
    pub(crate) async fn set(binary: &Path, toolchain: &Path, guests: &Path) -> anyhow::Result<Self> {
        let javascript = guests.join("js.wasm");
        let javascript = std::fs::read(&javascript)
            .with_context(|| format!("cannot read {}: build it with `make guests`", javascript.display()))?;
        let config = format!(
            "[compiler]\ntoolchain = \"{}\"\n[log]\nfilter = \"warn\"\n[egress]\nallow_private = [\"127.0.0.0/8\"]\n",
            toolchain.canonicalize()?.display()
        );
        let platform = Platform::start(binary, &config)?;
        let quiet = platform.tenant("quiet")?;
        let server = quiet.server("tools", [("echo", ECHO), ("compute", COMPUTE)], &[]).await?;
        let javascript = quiet.upload("javascript", "greet", &javascript).await?;
        let noisy = Noisy::new(platform.tenant("noisy")?).await?;
        let trial = json!({"n": TRIAL});
        quiet.call(&server, "compute", &trial).await?;
        let (took, _) = quiet.call(&server, "compute", &trial).await?;
        let rounds = TRIAL * 1_000 / u64::try_from(took.as_micros())?;
        Ok(Self { noisy, quiet, server, javascript, rounds, _platform: platform })
    }

    /// For each noise and neighbour, what its calls take, and how many times as long that is as without the noise:
    /// the median of the rounds, the least and the most.
    pub(crate) async fn run(&self, only: Option<Noise>, rounds: usize, each: Duration) -> anyhow::Result<Section> {
        let mut lines = vec![];
        for noise in Noise::ALL.into_iter().filter(|&noise| only.is_none_or(|only| only == noise)) {
            let mut measured: [Vec<(Spread, Spread)>; 3] = Default::default();
            for _ in 0..rounds {
                let quiet = self.phase(each).await?;
                let noise = self.noisy.make(noise);
                sleep(SETTLE).await;
                let beside = self.phase(each).await?;
                ensure!(noise.ends(), "the noise has ended by itself: nothing was measured");
                sleep(SETTLE).await;
                for (all, pair) in measured.iter_mut().zip(quiet.into_iter().zip(beside)) {
                    all.push(pair);
                }
            }
            for (neighbour, all) in Neighbour::ALL.into_iter().zip(&measured) {
                for percent in [50, 99] {
                    let pairs = Pairs(all.iter().map(|(q, n)| (q.within(percent), n.within(percent))).collect());
                    let [quiet, noisy, times] = pairs.shown();
                    let (noisy_one, who) = (noise.name().to_owned(), neighbour.name().to_owned());
                    lines.push([noisy_one, who, format!("p{percent}"), quiet, noisy, times]);
                }
            }
        }
        let mut section = Section::new("Noisy neighbours");
        section.paragraph(&format!(
            "What a tenant's calls take beside another who burns all it may, against what they take alone: {rounds} quiet and \
             noisy phases in turn. Medians of the phases; of the ratios, the least and the most in parentheses."
        ));
        section.table(["noise", "neighbour", "", "quiet ms", "noisy ms", "times as long"], lines);
        Ok(section)
    }

    async fn phase(&self, each: Duration) -> anyhow::Result<Vec<Spread>> {
        let mut measured = vec![];
        for neighbour in Neighbour::ALL {
            measured.push(self.measure(neighbour, each).await?);
        }
        Ok(measured)
    }

    async fn measure(&self, neighbour: Neighbour, time: Duration) -> anyhow::Result<Spread> {
        let (mut times, until) = (vec![], Instant::now() + time);
        for ms in COMPUTES.iter().cycle() {
            let (took, answer) = match neighbour {
                Neighbour::Echo => self.quiet.call(&self.server, "echo", &json!({"text": "hello"})).await?,
                Neighbour::Computes => {
                    let rounds = self.rounds * u64::from(*ms);
                    self.quiet.call(&self.server, "compute", &json!({"n": rounds})).await?
                }
                Neighbour::JavaScript => self.quiet.call(&self.javascript, "greet", &json!({"name": "Ada"})).await?,
            };
            ensure!(answer["result"]["isError"] == Value::Null && answer["result"].is_object(), "{answer}");
            times.push(took);
            if Instant::now() > until {
                break;
            }
            sleep((took * 2).max(Duration::from_millis(2))).await;
        }
        Ok(Spread::of(times))
    }
}

impl Pairs {
    /// Quiet, noisy, and how many times as long.
    fn shown(&self) -> [String; 3] {
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        let quiet = Figures::of(self.0.iter().map(|pair| ms(pair.0)));
        let noisy = Figures::of(self.0.iter().map(|pair| ms(pair.1)));
        let ratios = Figures::of(self.0.iter().map(|(quiet, noisy)| noisy.div_duration_f64(*quiet)));
        [format!("{:.2}", quiet.median()), format!("{:.2}", noisy.median()), ratios.to_string()]
    }
}
