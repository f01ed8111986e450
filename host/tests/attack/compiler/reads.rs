//! Sources that read the machine while they are compiled.

use std::path::Path;
use std::process::Command;

use serde_json::json;
use tempfile::TempDir;

use super::{GROUP, Unjailed, build, is_refused, shown, text};
use crate::attack::{Attack, attack};
use crate::platform::Platform;
use crate::scene::Scene;
use crate::tenant::Tenant;

pub const ATTACKS: &[Attack] = &[
    attack!(GROUP, files_read_while_compiling, "every file that the platform's user may read"),
    attack!(GROUP, environment_read_while_compiling, "what is in the platform's environment: keys, addresses"),
    attack!(GROUP, host_paths_in_diagnostics, "how the machine is laid out"),
    attack!(GROUP, network_from_the_compiler, "whatever the builder's network reaches"),
    attack!(
        GROUP,
        files_from_inside_the_jail,
        "files and processes of the machine, should the compiler itself be turned"
    ),
];

/// What stands in the files that must not be read.
const CANARY: &str = "canary-7f3a";

/// Passes `include` and its like to a macro, where no reader of tokens finds a `!` behind it: the jail's own work.
const INDIRECT: &str = "macro_rules! indirect { ($name:ident $($argument:tt)*) => { $name!($($argument)*) } }";

async fn files_read_while_compiling(scene: &Scene) {
    let dir = TempDir::new().unwrap();
    let [expression, item] = ["expression.rs", "item.rs"].map(|name| dir.path().join(name));
    std::fs::write(&expression, format!("\"{CANARY}\"")).unwrap();
    std::fs::write(&item, format!("pub const X: &str = \"{CANARY}\";")).unwrap();
    let (expression, item) = (shown(&expression), shown(&item));
    let reads = format!("pub const X: &str = include!(\"{expression}\"); const _: [(); 0] = [(); X.len()];");
    let failed = Unjailed::of(&reads).run(&["--emit=metadata"]);
    let read = text(&failed).contains(&format!("one with a size of {}", CANARY.len()));
    scene.control("rustc as it is takes the file for source, and computes with what is in it", read, text(&failed));

    let platform = scene.platform(Platform::setup()).await;
    let ada = Tenant::new(&platform, "ada").await;
    for (number, body) in [
        format!("Ok(include_str!(\"{expression}\"))"),
        "Ok(include_bytes!(\"/etc/passwd\").len().to_string())".to_owned(),
        format!("{INDIRECT}\nOk(indirect!(include \"{expression}\"))"),
        format!("{INDIRECT}\nOk(indirect!(include_str \"{expression}\"))"),
        format!("{INDIRECT}\nOk(indirect!(include \"/etc/passwd\"))"),
        format!("{INDIRECT}\nOk(indirect!(include \"/dev/zero\"))"),
        format!("{INDIRECT}\nOk(indirect!(include \"/proc/self/environ\"))"),
        format!("{INDIRECT}\nOk(indirect!(include \"/proc/self/fd/2\"))"),
        format!("{INDIRECT}\nOk(indirect!(include \"../../../../../../etc/passwd\"))"),
        format!("use core::{{include as x}};\nOk(x!(\"{expression}\"))"),
        format!("#[path = \"{item}\"] mod m;\nOk(m::X)"),
        format!("#[cfg_attr(all(), path = \"{item}\")] mod m {{}}\nOk(m::X)"),
        format!("macro_rules! m {{ ($p:ident $n:ident) => {{ #[$p = \"{item}\"] mod $n; }} }}\nm!(path outside);\nOk(outside::X)"),
        format!("#[doc = include_str!(\"{expression}\")] fn f() {{}}\nOk(1)"),
    ]
    .into_iter()
    .enumerate()
    {
        let built = build(&ada, number, &body).await;
        scene.guard("the source is refused", is_refused(&built), (&body, &built));
        let told = built.unwrap_err();
        let silent = !told.contains(CANARY) && !told.contains("root:x:0");
        scene.guard("and nothing of the file is shown", silent, (body, told));
    }
}

async fn environment_read_while_compiling(scene: &Scene) {
    let source = Unjailed::of("pub const X: &str = env!(\"PATH\");");
    let done = source.run(&["--emit=metadata"]);
    scene.control("rustc as it is puts its environment into the program", done.status.success(), text(&done));
    let platform = scene.platform(Platform::setup()).await;
    let ada = Tenant::new(&platform, "ada").await;
    let path = std::env::var_os("PATH").unwrap().into_string().unwrap();
    for (number, body) in [
        "Ok(env!(\"PATH\"))".to_owned(),
        "Ok(option_env!(\"PATH\").unwrap_or_default())".to_owned(),
        format!("{INDIRECT}\nOk(indirect!(env \"PATH\"))"),
        "use core::{env as x};\nOk(x!(\"PATH\"))".to_owned(),
        "Ok(std::env::var(\"PATH\")?)".to_owned(),
    ]
    .into_iter()
    .enumerate()
    {
        let built = build(&ada, number, &body).await;
        scene.guard("the source is refused", is_refused(&built), (&body, &built));
        scene.guard("and nothing of it is shown", !built.unwrap_err().contains(&path), body);
    }
    // This one compiles: to nothing.
    let body = format!("{INDIRECT}\nOk(indirect!(option_env \"PATH\").unwrap_or(\"nothing\"))");
    match build(&ada, 100, &body).await {
        Err(why) => scene.guard("the source is refused", !why.contains(&path), why),
        Ok(server) => {
            let said = ada.attack(&platform, &server, json!({})).await;
            scene.guard("the compiler's environment is empty", said.text == "nothing", said);
        }
    }
}

async fn host_paths_in_diagnostics(scene: &Scene) {
    let bodies = [
        "let x: u8 = \"text\";\nOk(x)",
        "missing();\nOk(1)",
        "fn f<T: std::fmt::Debug>(n: u64, t: T) -> u64 { if n == 0 { 0 } else { f(n - 1, (t, n)) } }\nOk(f(9, 0).to_string())",
        "let v: Vec<u8> = std::collections::HashMap::new();\nOk(v.len().to_string())",
        "Ok(serde_json::from_str::<fn()>(\"\")?)",
        "compile_error!(\"\\u{1b}[31m at /home/you/.ssh/id_rsa\\n\\rthread 'main' panicked\");\nOk(1)",
        "macro_rules! r { ($($t:tt)*) => { r!($($t)* x) } }\nr!();\nOk(1)",
    ];
    let source = Unjailed::of(&format!("pub fn f() -> Result<u8, ()> {{ {} }}", bodies[0]));
    let told = text(&source.run(&["--emit=metadata"]));
    let path = source.path();
    scene.control("rustc as it is says where the source lies", told.contains(shown(&path)), told);
    let platform = scene.platform(Platform::setup()).await;
    let ada = Tenant::new(&platform, "ada").await;
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let temporary = std::env::temp_dir();
    let hidden =
        [shown(workspace), shown(&temporary), "/rustc/", "/usr/lib", "/proc/self", ".rustup", ".cargo", "\u{1b}"];
    for (number, body) in bodies.into_iter().enumerate() {
        let built = build(&ada, number, body).await;
        scene.guard("the source is refused", is_refused(&built), (body, &built));
        let told = built.unwrap_err();
        let found: Vec<_> = hidden.iter().filter(|path| told.contains(**path)).collect();
        scene.guard(
            "the answer shows the author's lines, and no path of the machine",
            found.is_empty(),
            (found, &told),
        );
        let at = told.contains("\"tool\": \"attack\"") && told.contains("\"line\":");
        scene.guard("by the author's own tool and line", at, told);
    }
}

/// A shell in the compiler's place: within the jail, and without.
struct Cell(TempDir);

impl Cell {
    fn new() -> Self {
        let cell = Self(TempDir::new().unwrap());
        for name in ["in", "out"] {
            std::fs::create_dir(cell.0.path().join(name)).unwrap();
        }
        std::fs::write(cell.0.path().join("secret"), CANARY).unwrap();
        cell
    }

    fn run(&self, script: &str, jailed: bool) -> (bool, String) {
        let dir = self.0.path();
        let system = ["/usr", "/lib", "/lib64", "/bin"].map(Path::new).into_iter().filter(|path| path.exists());
        let settings = json!({"readable": [dir.join("in")], "writable": [dir.join("out")], "memory": 1 << 30,
            "executable": system.collect::<Vec<_>>(), "cpu_seconds": 5, "file": 1 << 20});
        let mut command = Command::new(if jailed { env!("CARGO_BIN_EXE_cloche") } else { "/bin/bash" });
        if jailed {
            command.args(["jail", &settings.to_string(), "/bin/bash"]);
        }
        let output = command.args(["-c", script]).current_dir(dir.join("in")).output().unwrap();
        (output.status.success(), text(&output))
    }

    /// The script works without the jail, and does not in it.
    fn only_outside(scene: &Scene, what: &str, script: &str) {
        let cell = Self::new();
        let (inside, told) = cell.run(script, true);
        scene.guard("the jail refuses it", !inside && !told.contains(CANARY), (script, told));
        let (outside, told) = cell.run(script, false);
        scene.control(what, outside, (script, told));
    }
}

async fn network_from_the_compiler(scene: &Scene) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let what = "a shell that stands in the compiler's place connects, without the jail";
    Cell::only_outside(scene, what, &format!("exec 3<>/dev/tcp/127.0.0.1/{port}"));
    Cell::only_outside(scene, what, &format!("exec 3<>/dev/udp/127.0.0.1/{port}"));
}

async fn files_from_inside_the_jail(scene: &Scene) {
    let what = "a shell that stands in the compiler's place does it, without the jail";
    for script in [
        "cat ../secret",
        "cat /etc/passwd",
        "cat /proc/self/environ",
        "cat /proc/1/status",
        "ls ..",
        "echo x > file",
        "rm ../secret",
        "mv ../secret ../out/",
        "ln ../secret ../out/link",
        "ln -s ../secret ../out/l && cat ../out/l",
        "setsid true",
        "head -c 2000000 /dev/zero > ../out/file",
        "chmod 600 ../secret",
        "kill -0 $PPID",
    ] {
        Cell::only_outside(scene, what, script);
    }
}
