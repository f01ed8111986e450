//! The one call of rustc: source in, core module out, in the jail.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use crate::jail::{self, Confinement, Ending, JailError, Launcher, Task};
use crate::limits::Limits;
use crate::render::Rendered;
use crate::toolchain::Toolchain;

/// Name of the core module in the output directory.
const MODULE: &str = "tool.wasm";

/// How rustc ended, and what it left.
pub(crate) struct Compiled {
    pub ending: Ending,
    /// JSON messages, a line each.
    pub messages: Vec<u8>,
    /// The core module, where there is one.
    pub module: Option<Vec<u8>>,
    /// Where it worked: not to be shown to the author.
    pub directory: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum RustcError {
    #[error("the directory for a compilation: {0}")]
    Directory(#[from] io::Error),
    #[error(transparent)]
    Jail(#[from] JailError),
}

impl RustcError {
    /// Whether the disk has no room for a compilation.
    pub(crate) fn is_disk_full(&self) -> bool {
        let source: Option<&(dyn std::error::Error + 'static)> = Some(self);
        std::iter::successors(source, |error| error.source())
            .filter_map(|error| error.downcast_ref::<io::Error>())
            .any(|error| error.kind() == io::ErrorKind::StorageFull)
    }
}

/// Compiles a rendered crate in a fresh directory, which is gone afterwards.
pub(crate) async fn compile(
    toolchain: &Toolchain,
    launcher: &Launcher,
    limits: &Limits,
    rendered: &Rendered,
) -> Result<Compiled, RustcError> {
    let directory = tempfile::Builder::new().prefix("cloche-compile-").tempdir()?;
    let input = directory.path().join("in");
    let output = directory.path().join("out");
    for made in [&input, &output] {
        std::fs::create_dir(made)?;
    }
    for (name, text) in &rendered.source.files {
        std::fs::write(input.join(name), text)?;
    }
    let mut readable = toolchain.all_readable();
    readable.push(input.clone());
    let task = Task {
        confinement: Confinement {
            readable,
            executable: toolchain.all_executable(),
            writable: vec![output.clone()],
            memory: limits.memory,
            cpu_seconds: limits.cpu_seconds,
            file: limits.file,
        },
        command: command(toolchain),
        directory: &input,
        output: &output,
    };
    let (ending, messages) = jail::run(launcher, task, limits).await?;
    let module = match ending {
        Ending::Exited(0) => Some(read_module(&output)?),
        _ => None,
    };
    Ok(Compiled { ending, messages, module, directory: directory.path().to_owned() })
}

/// Relative names, a fixed crate name and a fixed number of units: the same source gives the same bytes, wherever it is
/// compiled. Eight units without LTO between them compile six tools in less than half the time of one unit, for 5 % more
/// bytes.
fn command(toolchain: &Toolchain) -> Vec<OsString> {
    let mut command: Vec<OsString> = vec![toolchain.rustc.clone().into(), "lib.rs".into()];
    let fixed = [
        "--crate-name=tool",
        "--crate-type=cdylib",
        "--target=wasm32-unknown-unknown",
        "--error-format=json",
        "-Cpanic=abort",
        "-Copt-level=2",
        "-Ccodegen-units=8",
        "-Clto=off",
        "-Cstrip=symbols",
        // Most calls need no more; see the SDK's allocator.
        "-Clink-arg=--initial-heap=262144",
    ];
    command.extend(fixed.map(OsString::from));
    command.extend(["--edition".into(), toolchain.edition.clone().into()]);
    command.extend(["--sysroot".into(), toolchain.sysroot.clone().into()]);
    command.extend(["-o".into(), format!("../out/{MODULE}").into()]);
    command.push(joined("-Clinker=", &toolchain.linker));
    for directory in &toolchain.lib_dirs {
        command.extend(["-L".into(), joined("dependency=", directory)]);
    }
    for (name, path) in &toolchain.externs {
        command.extend(["--extern".into(), joined(&format!("{name}="), path)]);
    }
    command
}

fn joined(option: &str, path: &Path) -> OsString {
    let mut joined = OsString::from(option);
    joined.push(path);
    joined
}

/// The jailed compiler may have left anything under the module's name: only a plain file is read.
fn read_module(output: &Path) -> io::Result<Vec<u8>> {
    let path = output.join(MODULE);
    if std::fs::symlink_metadata(&path)?.is_file() {
        std::fs::read(path)
    } else {
        Err(io::Error::other("the compiler left no plain file"))
    }
}
