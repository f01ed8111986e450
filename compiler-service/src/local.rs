//! The compiler in this process: renders, runs rustc in the jail, inspects.

use async_trait::async_trait;
use cloche_domain::Sha256;
use cloche_domain::manifest::Manifest;
use cloche_domain::spec::{ServerSpec, bounds};
use tokio::sync::Semaphore;

use crate::compiler::{Artifact, Compiler, Event, EventSink};
use crate::component::{self, Inspected};
use crate::diagnostics::{self, Diagnostics};
use crate::forbidden;
use crate::jail::{Ending, Launcher};
use crate::limits::Limits;
use crate::refusal::{Diagnostic, Refusal};
use crate::render::{self, Rendered};
use crate::rustc::{self, Compiled};
use crate::toolchain::Toolchain;

/// Compiles with a toolchain on this machine.
#[derive(Debug)]
pub struct Local {
    toolchain: Toolchain,
    launcher: Launcher,
    limits: Limits,
    turns: Semaphore,
}

impl Local {
    /// `launcher` is the command that calls [`crate::jail_main`].
    pub fn new(toolchain: Toolchain, launcher: Launcher, limits: Limits) -> Self {
        let turns = Semaphore::new(limits.parallel.max(1));
        Self { toolchain, launcher, limits, turns }
    }

    async fn rustc(&self, rendered: &Rendered, events: &EventSink) -> Result<Vec<u8>, Refusal> {
        let _turn = self.turns.acquire().await.map_err(Refusal::unavailable)?;
        events.send(Event::Compiling);
        let compiled = rustc::compile(&self.toolchain, &self.launcher, &self.limits, rendered).await;
        let compiled = compiled.map_err(|error| {
            tracing::error!(%error, "rustc could not be run");
            if error.is_disk_full() { Refusal::StorageFull } else { Refusal::unavailable(error) }
        })?;
        let mut hidden = self.toolchain.all_readable();
        hidden.extend(self.toolchain.all_executable());
        hidden.push(compiled.directory.clone());
        // The longest first: one may lie within another.
        hidden.sort_by_key(|path| std::cmp::Reverse(path.as_os_str().len()));
        let said = diagnostics::read(&compiled.messages, rendered, &hidden);
        match compiled.module {
            Some(module) => {
                for diagnostic in said.warnings {
                    events.send(Event::Warning { diagnostic });
                }
                Ok(module)
            }
            None => Err(self.refusal(&compiled, said)),
        }
    }

    fn refusal(&self, compiled: &Compiled, said: Diagnostics) -> Refusal {
        let says = |signs: &[&str]| {
            let text = String::from_utf8_lossy(&compiled.messages);
            signs.iter().any(|sign| text.contains(sign))
        };
        let out_of_memory = || says(&["memory allocation of", "out of memory", "Cannot allocate memory"]);
        match compiled.ending {
            Ending::TimedOut => Refusal::TimedOut { seconds: self.limits.wall_clock.as_secs() },
            Ending::Signal(libc::SIGXCPU | libc::SIGKILL) => Refusal::TimedOut { seconds: self.limits.cpu_seconds },
            Ending::DiskFull(actual) => too_large("what the compiler writes", self.limits.disk, actual),
            Ending::Signal(libc::SIGXFSZ) => too_large("what the compiler writes", self.limits.file, self.limits.file),
            // Code can say this too, but only in an error at a line of its own.
            _ if said.errors.iter().all(|error| error.tool.is_none()) && says(&["No space left on device"]) => {
                Refusal::StorageFull
            }
            _ if said.errors.is_empty() && out_of_memory() => {
                too_large("the memory to compile it", self.limits.memory, self.limits.memory)
            }
            _ if said.errors.is_empty() => Refusal::CompileError { diagnostics: vec![gave_up(&compiled.ending)] },
            _ => Refusal::CompileError { diagnostics: said.errors },
        }
    }
}

#[async_trait]
impl Compiler for Local {
    #[tracing::instrument(skip_all, fields(server = spec.name, tools = spec.tools.len()))]
    async fn compile(&self, spec: &ServerSpec, events: EventSink) -> Result<Artifact, Refusal> {
        check(spec, &self.limits)?;
        let rendered = render::render(spec);
        events.send(Event::Rendered { lines: rendered.lines() });
        let module = self.rustc(&rendered, &events).await?;
        events.send(Event::Inspecting);
        if module.len() > self.limits.component {
            return Err(too_large("the component", self.limits.component as u64, module.len() as u64));
        }
        let source_sha256 = rendered.source.sha256();
        let manifest = Manifest::of(spec, source_sha256);
        let Inspected { component, imports } = component::build(&module, &manifest)?;
        Ok(Artifact {
            sha256: Sha256::of(&component),
            component,
            manifest,
            imports,
            source: rendered.source,
            source_sha256,
            toolchain: self.toolchain.id.clone(),
        })
    }

    async fn ready(&self) -> Result<String, Refusal> {
        if self.toolchain.rustc.exists() && self.launcher.program.exists() {
            Ok(self.toolchain.id.clone())
        } else {
            Err(Refusal::unavailable("the toolchain is gone: run scripts/toolchain.sh"))
        }
    }
}

/// Everything that is refused before rustc is started.
fn check(spec: &ServerSpec, limits: &Limits) -> Result<(), Refusal> {
    let within = |what: String, actual: usize, limit: usize| {
        if actual > limit { Err(too_large(&what, limit as u64, actual as u64)) } else { Ok(()) }
    };
    within("the number of tools".to_owned(), spec.tools.len(), bounds::TOOLS)?;
    within("the code of the helpers".to_owned(), spec.helpers.len(), bounds::HELPERS)?;
    for tool in &spec.tools {
        let name = &tool.name;
        within(format!("the code of tool {name}"), tool.implementation.len(), bounds::IMPLEMENTATION)?;
        within(format!("the input schema of tool {name}"), tool.input_schema.to_string().len(), bounds::SCHEMA)?;
    }
    let problems = spec.problems();
    if !problems.is_empty() {
        return Err(Refusal::InvalidSpec { problems });
    }
    forbidden::check(None, &spec.helpers, limits.literal)?;
    for tool in &spec.tools {
        forbidden::check(Some(tool.name.as_str()), &tool.implementation, limits.literal)?;
    }
    Ok(())
}

fn too_large(what: &str, limit: u64, actual: u64) -> Refusal {
    Refusal::TooLarge { what: what.to_owned(), limit, actual }
}

/// rustc died without a word on the code: a stack overflow, mostly.
fn gave_up(ending: &Ending) -> Diagnostic {
    tracing::warn!(?ending, "rustc ended without a message");
    Diagnostic {
        tool: None,
        line: 0,
        column: 0,
        end_line: None,
        message: "the compiler gave up on this code".to_owned(),
        code: None,
        hint: Some("simplify it: shorter expressions, less nesting, fewer generics and macros".to_owned()),
        text: None,
    }
}
