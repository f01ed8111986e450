//! A component that was built elsewhere, on its way to a version.

use cloche_compiler::{Adopted, adopt};
use cloche_domain::spec::ServerSpec;
use serde_json::Value;
use tokio::task::spawn_blocking;

use super::create::{parsed, safe};
use super::{Error, Result};
use crate::app::App;
use crate::artifacts;

/// What someone uploads: a component, and the spec that describes it.
#[derive(Clone, Debug)]
pub struct Upload {
    pub component: Vec<u8>,
    pub spec: Value,
}

/// Holds a component against its spec: what is returned may become a version. `name` is the server's, where it is given
/// apart.
pub(super) async fn adopted(app: &App, upload: Upload, name: Option<&str>) -> Result<(ServerSpec, Adopted)> {
    let Upload { component, spec } = upload;
    let limit = app.config.sandbox.component_bytes;
    if component.len() > limit {
        return Err(Error::ComponentTooLarge { actual: component.len(), limit });
    }
    let mut spec = parsed(spec)?;
    if let Some(name) = name {
        name.clone_into(&mut spec.name);
    }
    let spec = safe(spec)?;
    match spec.problems_uploaded() {
        problems if problems.is_empty() => {}
        problems => return Err(Error::SpecInvalid(problems)),
    }
    // Reading a component takes a while. Where it makes its reader panic, it is no component.
    let inspected = spawn_blocking(move || adopt(component, &spec).map(|adopted| (spec, adopted))).await;
    match inspected {
        Ok(Ok(adopted)) => {
            artifacts::lay(app, adopted.1.sha256).await?;
            Ok(adopted)
        }
        Ok(Err(unfit)) => Err(Error::ComponentInvalid(unfit.to_string())),
        Err(_) => Err(Error::ComponentInvalid("these bytes are no component: they cannot be read".to_owned())),
    }
}
