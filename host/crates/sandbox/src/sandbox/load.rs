//! From a component's digest to one that is ready to be called.

use std::sync::Arc;

use cloche_domain::{OrgId, Sha256, interfaces};
use wasmtime::component::Component;

use super::{Inner, Loaded, Sandbox};
use crate::bindings::ToolServerPre;
use crate::compiling::{Lane, Place};
use crate::{Error, Result};

/// Bytes of a component: what is larger takes too long to compile.
const COMPONENT: usize = 32 << 20;

impl Sandbox {
    /// The component of this digest, if it is in memory.
    pub fn loaded(&self, sha256: Sha256) -> Option<Arc<Loaded>> {
        self.0.loaded.get(&sha256)
    }

    /// The component of this digest, for a tenant: from memory, else from this host's compiled code, else compiled from the
    /// bytes that `fetch` gets. A tenant's callers that ask for one component at the same time wait for one load, and never
    /// for another tenant's.
    pub async fn load<F, E>(&self, tenant: OrgId, sha256: Sha256, fetch: impl FnOnce() -> F) -> Result<Arc<Loaded>>
    where
        F: Future<Output = Result<Vec<u8>, E>>,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        if let Some(loaded) = self.loaded(sha256) {
            return Ok(loaded);
        }
        let key = (tenant, sha256);
        let loading = self.0.loading.try_get_with(key, async {
            let component = match self.on_disk(sha256).await? {
                Some(component) => component,
                None => self.compile(tenant, sha256, fetch).await?,
            };
            self.0.prepare(&component).map(Arc::new)
        });
        let loaded = loading.await.map_err(|e: Arc<Error>| Arc::unwrap_or_clone(e))?;
        self.0.loaded.insert(sha256, loaded.clone());
        self.0.loading.invalidate(&key).await;
        Ok(loaded)
    }

    /// Forgets a component, and the machine code that is kept of it. Calls that have begun go on.
    pub async fn forget(&self, sha256: Sha256) {
        self.0.loaded.invalidate(&sha256);
        let inner = self.0.clone();
        let _ = tokio::task::spawn_blocking(move || inner.precompiled.remove(sha256)).await;
    }

    async fn on_disk(&self, sha256: Sha256) -> Result<Option<Component>> {
        let inner = self.0.clone();
        blocking(move || inner.precompiled.load(sha256)).await
    }

    async fn compile<F, E>(&self, tenant: OrgId, sha256: Sha256, fetch: impl FnOnce() -> F) -> Result<Component>
    where
        F: Future<Output = Result<Vec<u8>, E>>,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        // Nobody holds a component in memory to wait with it.
        let own = Arc::new(self.0.compiling.of(tenant).await);
        let wasm = fetch().await.map_err(|e| Error::Fetch { sha256, source: e.into().into() })?;
        if wasm.len() > COMPONENT {
            return Err(Error::TooLarge { actual: wasm.len(), limit: COMPONENT });
        }
        let actual = Sha256::of(&wasm);
        if actual != sha256 {
            return Err(Error::Digest { expected: sha256, actual });
        }
        let wasm = Arc::new(wasm);
        match self.compile_in(Lane::Short, &own, sha256, &wasm).await {
            Err(Error::TakesTooLong { .. }) => self.compile_in(Lane::Long, &own, sha256, &wasm).await,
            compiled => compiled,
        }
    }

    async fn compile_in(&self, lane: Lane, own: &Arc<Place>, sha256: Sha256, wasm: &Arc<Vec<u8>>) -> Result<Component> {
        let place = self.0.compiling.enter(lane).await;
        let (inner, own, wasm) = (self.0.clone(), own.clone(), wasm.clone());
        // It goes on if nobody waits for it any more, and holds its places until it has ended.
        blocking(move || {
            let compiled = inner.precompiled.compile(sha256, &wasm, lane.seconds());
            drop((place, own));
            compiled
        })
        .await?
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|e| Error::Start(format!("loading was interrupted: {e}")))
}

impl Inner {
    /// Checks what a component asks for, and resolves its imports. That its memories and tables fit a slot, the pool has
    /// seen to when its code was mapped.
    fn prepare(&self, component: &Component) -> Result<Loaded> {
        let mut wasi = false;
        for (import, _) in component.component_type().imports(&self.engine) {
            if !interfaces::is_offered(import) {
                return Err(Error::Import(import.to_owned()));
            }
            wasi |= interfaces::is_wasi(import);
        }
        let linker = if wasi { &self.wasi_linker } else { &self.linker };
        let pre = linker.instantiate_pre(component).and_then(ToolServerPre::new);
        let pre = pre.map_err(|e| Error::invalid(format!("{e:#}")))?;
        Ok(Loaded { pre, wasi })
    }
}
