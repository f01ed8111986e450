//! Sources that use the builder up.

use std::time::{Duration, Instant};

use futures::future::join_all;

use super::{GROUP, Unjailed, begin, build, is_refused};
use crate::attack::{Attack, attack};
use crate::hosted::Hosted;
use crate::platform::Platform;
use crate::scene::Scene;
use crate::tenant::Tenant;

pub const ATTACKS: &[Attack] = &[
    attack!(GROUP, macro_and_type_bombs, "the builder's memory and time"),
    attack!(GROUP, giant_literals_and_nesting, "the builder's stack, and the compiler's own"),
    attack!(GROUP, disk_filled_by_the_compiler, "the builder's disk"),
    attack!(slow GROUP, const_loop, "the builder's time, for a minute and no longer"),
    attack!(GROUP, every_builder_held, "the builders, for the other organisations"),
];

/// Longer than a build may take in all: the compiler has a minute.
const MOST: Duration = Duration::from_secs(100);

async fn refuses(scene: &Scene, bodies: Vec<String>) {
    let platform = scene.platform(Platform::setup()).await;
    let (eve, bob) = (Tenant::new(&platform, "eve").await, Tenant::new(&platform, "bob").await);
    for (number, body) in bodies.into_iter().enumerate() {
        let began = Instant::now();
        let built = build(&eve, number, &body).await;
        let start: String = body.chars().take(80).collect();
        let ended = is_refused(&built) && began.elapsed() < MOST;
        let told = format!("{built:.1000?}");
        scene.guard("it is refused, in its time", ended, (start, began.elapsed(), told));
    }
    let built = build(&bob, 0, "Ok(\"mine\")").await;
    scene.guard("the builder is whole: the next one's source is built", built.is_ok(), built);
}

async fn macro_and_type_bombs(scene: &Scene) {
    let bomb = "macro_rules! b { ($($t:tt)*) => { b!($($t)* $($t)*) } }\nb!(x);\n";
    // On a leash, so that the control does not do what it shows.
    let running = Unjailed::of(bomb);
    let mut compiler = running.begin(&["--emit=metadata"]);
    let (began, mut grown) = (Instant::now(), 0);
    while grown <= 200 << 20 && began.elapsed() < Duration::from_secs(30) {
        tokio::time::sleep(Duration::from_millis(100)).await;
        grown = resident(compiler.0.id());
    }
    scene.control("rustc as it is takes over 200 MB for a macro of a line", grown > 200 << 20, grown);
    let _ = compiler.0.kill();
    drop(compiler);
    refuses(
        scene,
        vec![
            format!("{bomb}Ok(1)"),
            "macro_rules! r { ($($t:tt)*) => { r!($($t)* x) } }\nr!();\nOk(1)".to_owned(),
            "fn f<T: std::fmt::Debug>(n: u64, t: T) -> u64 { if n == 0 { 0 } else { f(n - 1, (t, n)) } }\n\
             Ok(f(args.text.unwrap_or_default().len() as u64, 0).to_string())"
                .to_owned(),
            format!("fn d<T: Clone>(t: T) -> (T, T) {{ (t.clone(), t) }}\nlet x = {}1u8{};\nOk(std::mem::size_of_val(&x).to_string())",
                "d(".repeat(29), ")".repeat(29)),
        ],
    )
    .await;
}

/// Bytes of memory that a process has.
fn resident(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes: u64 = line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0);
    kibibytes << 10
}

async fn giant_literals_and_nesting(scene: &Scene) {
    let deep = format!("pub fn f() -> bool {{ {}true }}", "!".repeat(200_000));
    let crashed = Unjailed::of(&deep).run(&["--emit=metadata"]);
    scene.control(
        "rustc as it is crashes on operators nested deep enough",
        crashed.status.code().is_none(),
        crashed.status,
    );
    refuses(
        scene,
        vec![
            format!("Ok(\"{}\")", "x".repeat(40_000)),
            format!("Ok({}1{})", "(".repeat(20_000), ")".repeat(20_000)),
            format!("Ok({}true)", "!".repeat(60_000)),
            format!("Ok({}1{})", "{".repeat(5_000), "}".repeat(5_000)),
            format!("let x: {}u8{} = 1;\nOk(1)", "Vec<".repeat(10_000), ">".repeat(10_000)),
        ],
    )
    .await;
}

async fn disk_filled_by_the_compiler(scene: &Scene) {
    let body = "static X: [u8; 300 << 20] = [1; 300 << 20];\n";
    let source = Unjailed::of(&format!("{body}#[unsafe(no_mangle)] pub fn f(i: usize) -> u8 {{ X[i] }}"));
    source.run(&["--emit=obj"]);
    let written: u64 = std::fs::read_dir(source.0.path()).unwrap().map(|e| e.unwrap().metadata().unwrap().len()).sum();
    scene.control("rustc as it is writes 300 MiB for a line", written > 300 << 20, written);
    drop(source);
    refuses(
        scene,
        vec![
            format!("{body}Ok(X[args.n.unwrap_or(0) as usize].to_string())"),
            "static X: [u8; 1 << 40] = [1; 1 << 40];\nOk(X.len().to_string())".to_owned(),
        ],
    )
    .await;
}

/// Keeps a compiler busy for as long as one lets it.
const SPIN: &str = "const fn spin() -> u64 { let mut i = 0; while i < u64::MAX { i += 1; } i }\n\
    #[allow(long_running_const_eval)]\nconst X: u64 = spin();\n";

async fn const_loop(scene: &Scene) {
    let source = Unjailed::of(&format!("{SPIN}pub static Y: u64 = X;"));
    let mut running = source.begin(&["--emit=metadata"]);
    tokio::time::sleep(Duration::from_secs(4)).await;
    let on = running.0.try_wait().unwrap().is_none();
    scene.control("rustc as it is computes on, as long as one lets it", on, on);
    drop(running);
    refuses(scene, vec![format!("{SPIN}Ok(X.to_string())")]).await;
}

async fn every_builder_held(scene: &Scene) {
    let platform = scene.platform(Platform::setup().config("plan = \"pro\"\n")).await;
    let (eve, bob) = (Tenant::new(&platform, "eve").await, Tenant::new(&platform, "bob").await);
    // There is one builder more than processors, and one organisation may have all but one.
    let share = std::thread::available_parallelism().unwrap().get();
    let mut held = vec![];
    for number in 0..share + 2 {
        held.push(begin(&eve, number, &format!("{SPIN}Ok(X.to_string())")).await);
    }
    let compiling = async || {
        let paths = held.iter().map(|server: &Hosted| format!("/v1/servers/{}", server.id));
        let servers = join_all(paths.map(async |path| eve.browser.get(&path).await.1)).await;
        servers.iter().filter(|server| server["activeBuild"]["state"] == "compiling").count()
    };
    let began = Instant::now();
    while compiling().await < share && began.elapsed() < Duration::from_secs(30) {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let busy = compiling().await;
    scene.control("one organisation's sources hold builders for as long as they may", busy >= share, busy);
    let built = build(&bob, 0, "Ok(\"mine\")").await;
    let (still, whole) = (compiling().await, built.is_ok());
    scene.guard("another's is built while they still hold them", whole && still == share, (built, still));
}
