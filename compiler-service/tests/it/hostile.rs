//! Sources that try to harm the machine or to learn of it, and what becomes of each.

use std::time::Duration;

use cloche_compiler::{Limits, Refusal};
use futures::StreamExt as _;

use crate::platform::{assert_no_host_path, compile, local_with, with};

/// What a source is refused as.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Refused {
    Forbidden,
    CompileError,
    TooLarge,
    TimedOut,
    /// Whichever bound of the machine is met first.
    AnyBound,
}

use Refused::{AnyBound, CompileError, Forbidden, TimedOut, TooLarge};

/// Passes `include` and its like to a macro, where no reader of tokens finds a `!` behind it: the jail's work.
const INDIRECT: &str = "macro_rules! indirect { ($name:ident $($argument:tt)*) => { $name!($($argument)*) } }";

/// `expression` and `item` are files outside the jail that would compile.
fn sources(expression: &str, item: &str) -> Vec<(&'static str, String, Refused)> {
    let const_fn = "const fn spin() -> u64 { let mut i = 0; while i < u64::MAX { i += 1; } i }";
    vec![
        // Reading the machine.
        ("include_bytes", "Ok(include_bytes!(\"/etc/passwd\").len())".into(), Forbidden),
        ("include by macro", format!("{INDIRECT}\nOk(indirect!(include \"{expression}\"))"), CompileError),
        ("include of a device", format!("{INDIRECT}\nOk(indirect!(include \"/dev/zero\"))"), CompileError),
        ("include of own stderr", format!("{INDIRECT}\nOk(indirect!(include \"/proc/self/fd/2\"))"), CompileError),
        (
            "include of the environment",
            format!("{INDIRECT}\nOk(indirect!(include \"/proc/self/environ\"))"),
            CompileError,
        ),
        ("include upwards", format!("{INDIRECT}\nOk(indirect!(include \"../../../../etc/passwd\"))"), CompileError),
        ("path attribute", "#[path = \"/etc/passwd\"] mod m;\nOk(1)".into(), Forbidden),
        ("path behind cfg_attr", "#[cfg_attr(all(), path = \"/etc/passwd\")] mod m {}\nOk(1)".into(), Forbidden),
        (
            "path by macro",
            format!(
                "macro_rules! m {{ ($p:ident $n:ident) => {{ #[$p = \"{item}\"] mod $n; }} }}\nm!(path outside);\nOk(outside::X)"
            ),
            CompileError,
        ),
        ("environment", "Ok(env!(\"PATH\"))".into(), Forbidden),
        ("environment by macro", format!("{INDIRECT}\nOk(indirect!(env \"PATH\"))"), CompileError),
        ("doc from a file", "#[doc = include_str!(\"/etc/passwd\")] fn f() {}\nOk(1)".into(), Forbidden),
        ("std at run time", "Ok(std::process::Command::new(\"sh\").spawn().is_ok())".into(), CompileError),
        // Leaving the language.
        ("unsafe by macro", "macro_rules! m { ($u:ident) => { $u { } } }\nm!(r#unsafe);\nOk(1)".into(), Forbidden),
        ("assembly", "core::arch::asm!(\"nop\");\nOk(1)".into(), Forbidden),
        ("foreign function", "extern \"C\" { fn system(c: *const u8); }\nOk(1)".into(), Forbidden),
        ("proc macro crate", "extern crate proc_macro;\nOk(1)".into(), Forbidden),
        ("unstable feature", "#![feature(rustc_attrs)]\nOk(1)".into(), Forbidden),
        ("another crate's name", "use libc::system;\nOk(1)".into(), CompileError),
        ("leaving the braces", "Ok(1) }\n#[unsafe(no_mangle)] pub fn cabi_realloc() {".into(), CompileError),
        // Forging the component.
        (
            "manifest section",
            "#[unsafe(link_section = \"cloche:manifest\")] static X: [u8; 2] = *b\"{}\";\nOk(1)".into(),
            Forbidden,
        ),
        (
            "manifest section by macro",
            "macro_rules! m { ($a:ident) => { #[$a = \"cloche:manifest\"] static X: [u8; 2] = *b\"{}\"; } }\n\
            m!(link_section);\nOk(X.len())"
                .into(),
            CompileError,
        ),
        ("a second export", "cloche_sdk::export_server!(other);\nOk(1)".into(), CompileError),
        // Using the machine up.
        (
            "const loop",
            format!("{const_fn}\n#[allow(long_running_const_eval)]\nconst X: u64 = spin();\nOk(X)"),
            TimedOut,
        ),
        ("const loop, linted", format!("{const_fn}\nconst X: u64 = spin();\nOk(X)"), CompileError),
        ("macro bomb", "macro_rules! b { ($($t:tt)*) => { b!($($t)* $($t)*) } }\nb!(x);\nOk(1)".into(), AnyBound),
        ("macro recursion", "macro_rules! r { ($($t:tt)*) => { r!($($t)* x) } }\nr!();\nOk(1)".into(), CompileError),
        (
            "monomorphisation",
            "fn f<T: std::fmt::Debug>(n: u64, t: T) -> u64 { if n == 0 { 0 } else { f(n - 1, (t, n)) } }\n\
            Ok(f(args.text.len() as u64, 0))"
                .into(),
            CompileError,
        ),
        (
            "type bomb",
            "fn d<T: Clone>(t: T) -> (T, T) { (t.clone(), t) }\n\
            let x = d(d(d(d(d(d(d(d(d(d(d(d(d(d(d(d(d(d(d(d(d(d(d(d(d(d(d(d(1u8))))))))))))))))))))))))))));\n\
            Ok(std::mem::size_of_val(&x))"
                .into(),
            AnyBound,
        ),
        ("huge array", "static X: [u8; 1 << 40] = [1; 1 << 40];\nOk(X.len())".into(), AnyBound),
        ("disk fill", "static X: [u8; 300 << 20] = [1; 300 << 20];\nOk(X[args.text.len()] as u64)".into(), AnyBound),
        ("giant literal", format!("Ok(\"{}\")", "x".repeat(40_000)), TooLarge),
        ("deep brackets", format!("Ok({}1{})", "(".repeat(20_000), ")".repeat(20_000)), TooLarge),
        ("deep operators", format!("Ok({}true)", "!".repeat(60_000)), AnyBound),
        ("long chain", format!("Ok(1{})", "+1".repeat(30_000)), AnyBound),
        (
            "flood of errors",
            "macro_rules! f { ($($a:tt)*) => { $( let _: u8 = $a; )* } }\n".to_owned()
                + &format!("f!({});\nOk(1)", "\"x\"\n".repeat(10_000)),
            AnyBound,
        ),
        // Deceiving the reader.
        ("hidden text direction", "let a = \"\u{202e}\";\nOk(a)".into(), CompileError),
        (
            "error with a path and colours",
            "compile_error!(\"\\u{1b}[31m see /etc/passwd\");\nOk(1)".into(),
            CompileError,
        ),
    ]
}

fn matches(refusal: &Refusal, expected: Refused) -> bool {
    match refusal {
        Refusal::ForbiddenItem { .. } => expected == Forbidden,
        Refusal::CompileError { .. } => matches!(expected, CompileError | AnyBound),
        Refusal::TooLarge { .. } => matches!(expected, TooLarge | AnyBound),
        Refusal::TimedOut { .. } => matches!(expected, TimedOut | AnyBound),
        _ => false,
    }
}

#[tokio::test]
async fn hostile_sources_are_refused_and_learn_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let [expression, item] = ["expression.rs", "item.rs"].map(|name| directory.path().join(name));
    std::fs::write(&expression, "\"canary-7f3a\"").unwrap();
    std::fs::write(&item, "pub const X: &str = \"canary-7f3a\";").unwrap();
    let compiler = local_with(Limits { wall_clock: Duration::from_mins(1), cpu_seconds: 6, ..Limits::default() });
    let all = sources(expression.to_str().unwrap(), item.to_str().unwrap());
    let outcomes = futures::stream::iter(all).map(|(name, body, expected)| {
        let compiler = &compiler;
        async move { (name, expected, compile(compiler, &with(&[&body], &serde_json::json!({}))).await) }
    });
    let outcomes: Vec<_> = outcomes.buffer_unordered(2).collect().await;
    let mut wrong = Vec::new();
    for (name, expected, outcome) in outcomes {
        match outcome {
            Ok(artifact) => wrong.push(format!("{name} was built: {} bytes", artifact.component.len())),
            Err(refusal) => {
                let told = serde_json::to_string(&refusal).unwrap();
                // The author's own text names these paths; what was found there must not be shown.
                assert!(!told.contains("canary-7f3a") && !told.contains("root:x:0"), "{name}: {told}");
                assert!(told.len() < 100_000, "{name} says {} bytes", told.len());
                if !name.contains("include") && !name.contains("path") {
                    assert_no_host_path(&told);
                }
                if !matches(&refusal, expected) {
                    wrong.push(format!("{name}: {expected:?} expected, not {told:.600}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
