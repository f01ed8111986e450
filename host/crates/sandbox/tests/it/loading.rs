//! From bytes to a component: what is refused, what is kept, and what is not believed.

use std::convert::Infallible;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use cloche_domain::{OrgId, Sha256};
use cloche_sandbox::{CompilerProgram, Error, Sandbox};

use crate::guests;
use crate::kit::{Kit, call, grant, load, said, settings};

fn files(dir: &Path, extension: &str) -> Vec<PathBuf> {
    let engines = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir());
    let files = engines.flat_map(|dir| std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()));
    files.filter(|path| path.extension().is_some_and(|e| e == extension)).collect()
}

#[tokio::test]
async fn an_import_that_is_not_offered_is_named() {
    let foreign = r#"(component (import "wasi:keyvalue/store@0.2.0" (instance (export "open" (func)))))"#;
    let error = load(&Kit::new().sandbox, wat::parse_str(foreign).unwrap()).await.err().unwrap();
    assert!(matches!(&error, Error::Import(name) if name == "wasi:keyvalue/store@0.2.0"), "{error}");
}

#[tokio::test]
async fn what_is_no_tool_server_is_refused() {
    let kit = Kit::new();
    for bytes in [
        b"not wasm".to_vec(),
        wat::parse_str("(module)").unwrap(),
        wat::parse_str("(component)").unwrap(),
        // The right name with another type.
        wat::parse_str(
            r#"(component (import "cloche:tool/clock@0.1.0" (instance (export "now-ms" (func (result string))))))"#,
        )
        .unwrap(),
    ] {
        let error = load(&kit.sandbox, bytes).await.err().unwrap();
        assert!(matches!(error, Error::Invalid(_)), "{error}");
    }
    assert!(matches!(load(&kit.sandbox, vec![0; 40 << 20]).await.err().unwrap(), Error::TooLarge { .. }));
}

#[tokio::test]
async fn other_bytes_than_those_asked_for_are_refused() {
    let kit = Kit::new();
    let asked = Sha256::of("something else");
    let error =
        kit.sandbox.load(OrgId::new(), asked, || async { Ok::<_, Infallible>(guests::echo()) }).await.err().unwrap();
    assert!(matches!(error, Error::Digest { expected, .. } if expected == asked), "{error}");
    assert!(files(kit.cache.path(), "cwasm").is_empty());
    let error =
        kit.sandbox.load(OrgId::new(), asked, || async { Err::<Vec<u8>, _>("disk on fire") }).await.err().unwrap();
    assert!(error.to_string().contains("disk on fire"));
}

#[tokio::test]
async fn loads_at_the_same_time_compile_once() {
    let kit = Kit::new();
    let fetched = AtomicU32::new(0);
    let (tenant, wasm) = (OrgId::new(), guests::echo());
    let loads = (0..20).map(|_| {
        kit.sandbox.load(tenant, Sha256::of(&wasm), || async {
            fetched.fetch_add(1, Ordering::Relaxed);
            Ok::<_, Infallible>(wasm.clone())
        })
    });
    assert!(futures::future::join_all(loads).await.iter().all(Result::is_ok));
    assert_eq!(fetched.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn compiled_code_outlives_the_process_and_is_private() {
    let kit = Kit::new();
    kit.load(guests::echo()).await;
    let again = Sandbox::new(settings(kit.cache.path())).unwrap();
    let loaded = again.load(OrgId::new(), Sha256::of(guests::echo()), || async { Err("not needed") }).await.unwrap();
    assert_eq!(said(&again.call(&loaded, grant(), call("t", "hi")).await), "hi");
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(kit.cache.path()), 0o700);
    assert_eq!(mode(&kit.cache.path().join("key")), 0o600);
    for file in [files(kit.cache.path(), "cwasm"), files(kit.cache.path(), "mac")].concat() {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}

#[tokio::test]
async fn code_that_is_not_as_it_was_written_is_compiled_again() {
    let kit = Kit::new();
    kit.load(guests::echo()).await;
    let file = files(kit.cache.path(), "cwasm").remove(0);
    let whole = std::fs::read(&file).unwrap();
    let truncated = whole[..whole.len() / 2].to_vec();
    let mut flipped = whole.clone();
    *flipped.last_mut().unwrap() ^= 1;
    for damaged in [truncated, flipped, vec![]] {
        // As another process would: by a new file, lest the mapping of this one changes.
        std::fs::remove_file(&file).unwrap();
        std::fs::write(&file, damaged).unwrap();
        let again = Sandbox::new(settings(kit.cache.path())).unwrap();
        let believed =
            again.load(OrgId::new(), Sha256::of(guests::echo()), || async { Err("compiled again") }).await.err();
        assert!(believed.is_some_and(|e| e.to_string().contains("compiled again")));
        let loaded = load(&again, guests::echo()).await.unwrap();
        assert_eq!(said(&again.call(&loaded, grant(), call("t", "hi")).await), "hi");
        assert_eq!(std::fs::read(&file).unwrap(), whole);
    }
}

#[tokio::test]
async fn code_of_another_host_or_component_is_not_believed() {
    let (ours, theirs) = (Kit::new(), Kit::new());
    ours.load(guests::echo()).await;
    let other = guests::component("", "", "(call $fail (local.get $args) (local.get $args_len))");
    ours.load(other.clone()).await;
    let forged = |from: &Path, wasm: &[u8], to: &Path| {
        for extension in ["cwasm", "mac"] {
            let name = |wasm: &[u8]| format!("{}.{extension}", Sha256::of(wasm));
            let dir = files(ours.cache.path(), "cwasm")[0].parent().unwrap().file_name().unwrap().to_owned();
            let target = to.join(&dir).join(name(&guests::echo()));
            let _ = std::fs::remove_file(&target);
            std::fs::copy(from.join(&dir).join(name(wasm)), target).unwrap();
        }
    };
    // Another host's code for this component; and this host's code for another component.
    for (wasm, kit) in [(guests::echo(), &theirs), (other, &ours)] {
        forged(ours.cache.path(), &wasm, kit.cache.path());
        let again = Sandbox::new(settings(kit.cache.path())).unwrap();
        let believed =
            again.load(OrgId::new(), Sha256::of(guests::echo()), || async { Err("compiled again") }).await.err();
        assert!(believed.is_some_and(|e| e.to_string().contains("compiled again")));
    }
}

#[tokio::test]
async fn a_cache_that_cannot_be_written_costs_only_time() {
    let kit = Kit::new();
    // A directory in the way of the file: writable for nobody, whoever runs this.
    let dir = std::fs::read_dir(kit.cache.path()).unwrap().map(|e| e.unwrap().path()).find(|p| p.is_dir()).unwrap();
    std::fs::create_dir(dir.join(format!("{}.mac", Sha256::of(guests::echo())))).unwrap();
    let loaded = kit.load(guests::echo()).await;
    assert_eq!(said(&kit.sandbox.call(&loaded, grant(), call("t", "hi")).await), "hi");
}

/// Compilers that are scripts: what they do with a component goes by its tenant's time, which is their argument.
fn compiled_by(script: &str) -> Kit {
    let args = ["-c", script, "compiler"].map(Into::into).to_vec();
    Kit::with(|s| s.compiler = Some(CompilerProgram { program: "/bin/sh".into(), args }))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_takes_forever_to_compile_holds_up_its_own_tenant_alone() {
    // The last byte says which.
    let kit = compiled_by("case $(tail -c 1) in b) sleep 8;; *) echo 'soon done'; exit 1;; esac >&2");
    let (eve, bob) = (OrgId::new(), OrgId::new());
    let load = |tenant, wasm: &'static str| {
        let sandbox = kit.sandbox.clone();
        async move { sandbox.load(tenant, Sha256::of(wasm), || async { Ok::<_, Infallible>(wasm.into()) }).await.err() }
    };
    let bombs = ["1b", "2b", "3b", "4b"].map(|bomb| tokio::spawn(load(eve, bomb)));
    tokio::time::sleep(Duration::from_millis(300)).await;
    // Also where eve waits for the very same component.
    let same = tokio::spawn(load(eve, "small"));
    let soon = tokio::time::timeout(Duration::from_secs(4), load(bob, "small")).await.unwrap();
    assert!(soon.is_some_and(|error| error.to_string().contains("soon done")));
    assert!(!same.is_finished(), "her own stands in line");
    bombs.into_iter().chain([same]).for_each(|task| task.abort());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_takes_long_is_begun_anew_where_it_may_take_long() {
    let kit = compiled_by("[ $1 -gt 10 ] || kill -KILL $$; echo \"had $1 s\" >&2; exit 1");
    let error = load(&kit.sandbox, b"long".to_vec()).await.err().unwrap();
    assert!(matches!(&error, Error::Invalid(said) if said == "had 60 s"), "{error}");
    let kit = compiled_by("kill -KILL $$");
    let error = load(&kit.sandbox, b"forever".to_vec()).await.err().unwrap();
    assert!(error.to_string().contains("more than 60 s of processor time"), "{error}");
}
