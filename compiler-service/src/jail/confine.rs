//! The inside of the jail: give up every right that a compiler doesn't need, then become it.

use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible as _, PathBeneath, PathFd, Ruleset,
    RulesetAttr as _, RulesetCreated, RulesetCreatedAttr as _, RulesetStatus, Scope,
};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::Signal;
use serde::{Deserialize, Serialize};

/// The launcher's exit code where the jail could not be closed; rustc never uses it.
pub(crate) const EXIT_NOT_CONFINED: i32 = 125;

/// What the jailed process keeps.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Confinement {
    pub readable: Vec<PathBuf>,
    /// May be read and executed.
    pub executable: Vec<PathBuf>,
    pub writable: Vec<PathBuf>,
    /// Bytes of address space.
    pub memory: u64,
    pub cpu_seconds: u64,
    /// Bytes of one file.
    pub file: u64,
}

#[derive(Debug, thiserror::Error)]
enum ConfineError {
    #[error("the jail's launcher was called without {0}: it is started by the compiler service, not by hand")]
    Arguments(&'static str),
    #[error("the jail's launcher can't read its settings: {0}")]
    Settings(#[from] serde_json::Error),
    #[error("{0}: {1}")]
    System(&'static str, nix::errno::Errno),
    #[error("Landlock refused {0}: {1}")]
    Path(PathBuf, String),
    #[error("the kernel enforces no Landlock (Linux 5.13 with CONFIG_SECURITY_LANDLOCK is needed): {0}")]
    Landlock(String),
    #[error("seccomp: {0}")]
    Seccomp(String),
    #[error("{0:?} does not start: {1}")]
    Exec(OsString, std::io::Error),
}

/// Confines this process and becomes the program in `args`: settings as JSON, then the program and its arguments.
/// Returns only if that failed. The process must have one thread and nothing open that matters.
pub fn jail_main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let error = confine_and_exec(args.into_iter());
    // The launcher's stderr is read by the service.
    #[expect(clippy::print_stderr, reason = "this is the program's own main, and stderr its only voice")]
    {
        eprintln!("{error}");
    }
    ExitCode::from(u8::try_from(EXIT_NOT_CONFINED).unwrap_or(u8::MAX))
}

fn confine_and_exec(mut args: impl Iterator<Item = OsString>) -> ConfineError {
    let (settings, program) = match (args.next(), args.next()) {
        (Some(settings), Some(program)) => (settings, program),
        (None, _) => return ConfineError::Arguments("settings"),
        (_, None) => return ConfineError::Arguments("a program"),
    };
    match confine(&settings) {
        // Only these: a relative TMPDIR keeps the machine's paths out of the compiler's sight.
        Ok(()) => {
            let mut command = Command::new(&program);
            command.args(args).env_clear().env("RUSTC_ICE", "0").env("TMPDIR", "../out");
            ConfineError::Exec(program, command.exec())
        }
        Err(error) => error,
    }
}

fn confine(settings: &OsString) -> Result<(), ConfineError> {
    let settings: Confinement = serde_json::from_slice(settings.as_encoded_bytes())?;
    close_descriptors();
    for (resource, limit) in [
        (Resource::RLIMIT_AS, settings.memory),
        (Resource::RLIMIT_CPU, settings.cpu_seconds),
        (Resource::RLIMIT_FSIZE, settings.file),
        (Resource::RLIMIT_CORE, 0),
        (Resource::RLIMIT_NOFILE, 512),
        // Counts all processes and threads of the user, the platform's own too: a last resort.
        (Resource::RLIMIT_NPROC, 8192),
    ] {
        // Whoever runs the platform may have set less: that stays.
        let system = |e| ConfineError::System("resource limit", e);
        let limit = limit.min(getrlimit(resource).map_err(system)?.1);
        setrlimit(resource, limit, limit).map_err(system)?;
    }
    // A platform that is killed takes its compilers along.
    nix::sys::prctl::set_pdeathsig(Signal::SIGKILL).map_err(|e| ConfineError::System("end with the service", e))?;
    nix::sys::prctl::set_no_new_privs().map_err(|e| ConfineError::System("no new privileges", e))?;
    let landlock = ruleset(&settings)?.restrict_self().map_err(|e| ConfineError::Landlock(e.to_string()))?;
    if landlock.ruleset == RulesetStatus::NotEnforced {
        return Err(ConfineError::Landlock("no rule took effect".to_owned()));
    }
    super::calls::apply().map_err(ConfineError::Seccomp)
}

/// Closes what a parent left open (a jobserver, a listener): the compiler would find it in `/proc/self/fd`.
fn close_descriptors() {
    let open = std::fs::read_dir("/proc/self/fd").into_iter().flatten().flatten();
    let open: Vec<i32> = open.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    for descriptor in open.into_iter().filter(|n| *n > 2) {
        // The directory's own descriptor is closed already.
        let _ = nix::unistd::close(descriptor);
    }
}

fn ruleset(settings: &Confinement) -> Result<RulesetCreated, ConfineError> {
    let unsupported = |e: landlock::RulesetError| ConfineError::Landlock(e.to_string());
    let newest = ABI::V6;
    // Linux 5.13's rights are a must; what later kernels add is taken where it is there, and seccomp covers the rest.
    let mut rules = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(ABI::V1))
        .map_err(unsupported)?
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(newest))
        .and_then(|r| r.handle_access(AccessNet::from_all(newest)))
        .and_then(|r| r.scope(Scope::from_all(newest)))
        .and_then(Ruleset::create)
        .map_err(unsupported)?;
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    let write = read
        | AccessFs::WriteFile
        | AccessFs::Truncate
        | AccessFs::MakeReg
        | AccessFs::MakeDir
        | AccessFs::RemoveFile
        | AccessFs::RemoveDir;
    for (paths, access) in
        [(&settings.readable, read), (&settings.executable, read | AccessFs::Execute), (&settings.writable, write)]
    {
        for path in paths {
            rules = add(rules, path, access)?;
        }
    }
    Ok(rules)
}

fn add(rules: RulesetCreated, path: &PathBuf, access: BitFlags<AccessFs>) -> Result<RulesetCreated, ConfineError> {
    let refused = |e: String| ConfineError::Path(path.clone(), e);
    let of_files = AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::Truncate | AccessFs::Execute;
    let access = if path.is_dir() { access } else { access & of_files };
    let opened = PathFd::new(path).map_err(|e| refused(e.to_string()))?;
    rules.add_rule(PathBeneath::new(opened, access)).map_err(|e| refused(e.to_string()))
}
