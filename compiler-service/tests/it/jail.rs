//! The jail itself, with a shell in the compiler's place: each right first shown to be there without it.

use std::io::{BufRead as _, BufReader};
use std::os::fd::AsRawFd as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::json;

use crate::platform::BINARY;

struct Cell {
    directory: tempfile::TempDir,
    /// Address space, in bytes.
    memory: u64,
}

impl Cell {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join("out")).unwrap();
        std::fs::create_dir(directory.path().join("in")).unwrap();
        std::fs::write(directory.path().join("secret"), "canary").unwrap();
        Self { directory, memory: 1 << 30 }
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn command(&self) -> Command {
        let mut command = Command::new(BINARY);
        let system = ["/usr", "/lib", "/lib64", "/bin"].map(Path::new).into_iter().filter(|path| path.exists());
        let settings = json!({
            "readable": [self.path().join("in"), Path::new("/dev/null").to_owned()], "writable": [self.path().join("out")],
            "executable": system.collect::<Vec<_>>(), "memory": self.memory, "cpu_seconds": 2, "file": 1 << 20,
        });
        command.arg("jail").arg(settings.to_string()).current_dir(self.path().join("in"));
        command
    }

    fn jailed(&self, script: &str) -> Output {
        self.command().args(["/bin/bash", "-c", script]).output().unwrap()
    }

    fn free(&self, script: &str) -> Output {
        let mut command = Command::new("/bin/bash");
        command.args(["-c", script]).current_dir(self.path().join("in")).output().unwrap()
    }
}

/// The script works outside, and does not inside.
#[track_caller]
fn only_outside(script: &str) {
    let cell = Cell::new();
    assert!(cell.free(script).status.success(), "{script}: fails without the jail too");
    let output = cell.jailed(script);
    assert!(!output.status.success(), "{script}: works in the jail");
    assert!(!String::from_utf8_lossy(&output.stdout).contains("canary"), "{script}");
}

#[test]
fn the_shell_works_in_the_jail() {
    let output = Cell::new().jailed("echo hello && echo x > ../out/file && cat ../out/file");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "hello\nx\n", "{output:?}");
}

#[test]
fn files_of_the_machine_are_out_of_reach() {
    only_outside("cat ../secret");
    only_outside("cat /etc/passwd");
    only_outside("cat /proc/self/environ");
    only_outside("ls ..");
    only_outside("echo x > file");
    only_outside("echo x > ../secret");
    only_outside("rm ../secret");
    only_outside("chmod 600 ../secret");
    only_outside("mv ../secret ../out/");
    only_outside("ln ../secret ../out/link");
    only_outside("ln -s ../secret ../out/link && cat ../out/link");
}

#[test]
fn the_network_is_out_of_reach() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    only_outside(&format!("exec 3<>/dev/tcp/127.0.0.1/{port}"));
    only_outside(&format!("exec 3<>/dev/udp/127.0.0.1/{port}"));
}

#[test]
fn the_process_group_can_not_be_left() {
    only_outside("setsid true");
}

#[test]
fn other_processes_are_out_of_reach() {
    only_outside("sleep 1 & kill $!");
    only_outside("perl -e 'exit(syscall(234, getppid(), getppid(), 0) != 0)'"); // tgkill
    let aborts = Cell::new().jailed("perl -e 'exit(syscall(234, $$ + 0, $$ + 0, 0) != 0)'");
    assert!(aborts.status.success(), "a process can signal itself: {aborts:?}");
}

#[test]
fn what_carries_files_past_landlock_is_out_of_reach() {
    only_outside("perl -e 'exit(syscall(319, $x = \"x\", 0) < 0)'"); // memfd_create
    only_outside("perl -e 'exit(syscall(434, $$ + 0, 0) < 0)'"); // pidfd_open
    // fchmodat2, which is newer than what is known here; by its x32 number it is not there at all.
    let newer = "perl -e 'exit(syscall(452, -100, $x = \"../secret\", 0700, 0) != 0)'";
    only_outside(newer);
    only_outside("touch -d yesterday ../secret");
}

#[test]
fn a_compiler_ends_with_its_service() {
    let cell = Cell::new();
    let jail = cell.command();
    let mut service = Command::new("/bin/bash");
    service.args(["-c", "\"$@\" & echo $!; wait", "bash"]).arg(jail.get_program()).args(jail.get_args());
    service.args(["/bin/sleep", "60"]).current_dir(cell.path().join("in")).stdout(Stdio::piped());
    let mut service = service.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(service.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let compiler = Path::new("/proc").join(line.trim());
    let becomes = |what: fn(&Path) -> bool| {
        (0..100).any(|_| {
            std::thread::sleep(Duration::from_millis(50));
            what(&compiler)
        })
    };
    let sleeps = |process: &Path| std::fs::read(process.join("cmdline")).is_ok_and(|c| c.starts_with(b"/bin/sleep"));
    assert!(becomes(sleeps), "the jailed program runs");
    service.kill().unwrap();
    service.wait().unwrap();
    let gone = |process: &Path| std::fs::read(process.join("cmdline")).map_or(true, |line| line.is_empty());
    assert!(becomes(gone), "{line} outlives the one who started it");
}

#[test]
fn the_environment_is_empty() {
    let output = Cell::new().command().env("CLOCHE_SECRET", "canary").args(["/usr/bin/env"]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "RUSTC_ICE=0\nTMPDIR=../out\n");
}

#[test]
fn no_descriptor_is_inherited() {
    let cell = Cell::new();
    let secret = std::fs::File::open(cell.path().join("secret")).unwrap();
    // Passed on by a shell, as a jobserver's would be.
    let number = secret.as_raw_fd();
    let through = |inner: &mut Command| {
        let mut outer = Command::new("/bin/bash");
        outer.args(["-c", &format!("exec 9</proc/{}/fd/{number}; exec \"$@\"", std::process::id()), "bash"]);
        outer.arg(inner.get_program()).args(inner.get_args()).current_dir(cell.path().join("in")).output().unwrap()
    };
    let read = ["/bin/bash", "-c", "cat <&9"];
    let free = through(Command::new(read[0]).args(&read[1..]));
    assert_eq!(String::from_utf8_lossy(&free.stdout), "canary", "{free:?}");
    let jailed = through(cell.command().args(read));
    assert_eq!(String::from_utf8_lossy(&jailed.stdout), "", "{jailed:?}");
}

#[test]
fn size_time_and_memory_are_bounded() {
    only_outside("head -c 2000000 /dev/zero > ../out/file");
    let cell = Cell::new();
    let endless = cell.jailed("while :; do :; done");
    assert!(!endless.status.success(), "{endless:?}");
    let hungry = Cell { memory: 200 << 20, ..Cell::new() };
    let script = "a=x; for i in {1..29}; do a=$a$a; done; echo ${#a}";
    assert!(!hungry.jailed(script).status.success());
}

#[test]
fn without_settings_nothing_is_run() {
    let output = Command::new(BINARY).args(["jail", "{}", "/bin/echo", "ran"]).output().unwrap();
    assert_eq!(output.status.code(), Some(125));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
    assert!(String::from_utf8_lossy(&output.stderr).contains("settings"));
}

#[test]
fn a_path_that_is_not_there_closes_the_jail() {
    let settings = json!({"readable": ["/no/such/path"], "writable": [], "executable": ["/bin"],
        "memory": 1 << 30, "cpu_seconds": 2, "file": 1 << 20});
    let output = Command::new(BINARY).args(["jail", &settings.to_string(), "/bin/echo", "ran"]).output().unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(125), 0));
}
