//! Components that no compiler of ours would make, on the platform regardless: by a compiler service that gives whoever
//! asks the component at hand. That service is the one part that a hostile source could have taken over.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use cloche_compiler::{Artifact, Compiler, EventSink, Refusal, Source, imports, service};
use cloche_domain::Sha256;
use cloche_domain::manifest::{Manifest, SECTION};
use cloche_domain::spec::ServerSpec;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use wasm_encoder::{CustomSection, Encode as _, SectionId};

use crate::guests;
use crate::hosted::Hosted;
use crate::tenant::{Tenant, tool};

/// What the platform does with a build: what it says where it failed.
pub type Built = Result<Hosted, String>;

/// A compiler service that has been taken over.
pub struct Lying {
    /// The setting that names it.
    pub config: String,
    next: Arc<Mutex<Vec<u8>>>,
    hides_imports: Arc<AtomicBool>,
}

struct AtHand {
    component: Arc<Mutex<Vec<u8>>>,
    hides_imports: Arc<AtomicBool>,
}

impl Lying {
    pub async fn start() -> Self {
        let (next, hides_imports) = (Arc::<Mutex<Vec<u8>>>::default(), Arc::<AtomicBool>::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let config = format!("[compiler]\nurl = \"http://{}\"\n", listener.local_addr().unwrap());
        let router =
            service::router(Arc::new(AtHand { component: next.clone(), hides_imports: hides_imports.clone() }));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { config, next, hides_imports }
    }

    /// From now on it says that components import nothing.
    pub fn hide_imports(&self) {
        self.hides_imports.store(true, Ordering::Relaxed);
    }

    /// Builds a server of one component. Its tools are `attack` and `now`.
    pub async fn build(&self, owner: &Tenant, slug: &str, component: Vec<u8>) -> Built {
        self.build_with(owner, slug, component, |_| {}).await
    }

    /// The same, with its spec changed.
    pub async fn build_with(
        &self,
        owner: &Tenant,
        slug: &str,
        component: Vec<u8>,
        change: impl FnOnce(&mut Value),
    ) -> Built {
        *self.next.lock().unwrap() = component;
        let begun = Hosted::begun(&owner.browser, slug, |spec| {
            spec["tools"][0] = tool("attack", "Ok(\"made by hand\")");
            change(spec);
        })
        .await;
        begun.built(&owner.browser).await
    }
}

#[async_trait]
impl Compiler for AtHand {
    async fn compile(&self, spec: &ServerSpec, _: EventSink) -> Result<Artifact, Refusal> {
        let source = Source { files: vec![("lib.rs".to_owned(), "// made by hand".to_owned())] };
        let source_sha256 = source.sha256();
        let manifest = Manifest::of(spec, source_sha256);
        let mut component = self.component.lock().unwrap().clone();
        let imports =
            if self.hides_imports.load(Ordering::Relaxed) { vec![] } else { imports(&component).unwrap_or_default() };
        component.push(SectionId::Custom.into());
        CustomSection { name: SECTION.into(), data: json!(manifest).to_string().into_bytes().into() }
            .encode(&mut component);
        let sha256 = Sha256::of(&component);
        Ok(Artifact { component, sha256, manifest, imports, source, source_sha256, toolchain: "none".to_owned() })
    }

    async fn ready(&self) -> Result<String, Refusal> {
        Ok("none".to_owned())
    }
}

/// A component with the body of `call`; it says that it has no tool without a name, as the platform's smoke run expects.
pub fn component(imports: &str, items: &str, body: &str) -> Vec<u8> {
    let checked =
        format!("(if (i32.eqz (local.get $name_len)) (then (return (call $fail (i32.const 0) (i32.const 0))))) {body}");
    guests::component(imports, items, &checked)
}
