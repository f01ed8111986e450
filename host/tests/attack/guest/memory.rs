//! What one call leaves behind.

use serde_json::json;

use super::GROUP;
use crate::attack::{Attack, attack};
use crate::platform::Platform;
use crate::scene::Scene;
use crate::tenant::Tenant;

pub const ATTACKS: &[Attack] = &[attack!(GROUP, trap_then_the_next_call, "the next call of the same server")];

async fn trap_then_the_next_call(scene: &Scene) {
    let platform = scene.platform(Platform::setup()).await;
    let ada = Tenant::new(&platform, "ada").await;
    let body = "let list = [1, 2, 3];
        Ok(list[usize::try_from(args.n.unwrap_or(0)).unwrap()].to_string())";
    let server = ada.server(body).await;
    scene.no_control("wasmtime itself refuses to enter an instance that has trapped");
    for _ in 0..50 {
        let said = ada.attack(&platform, &server, json!({"n": 3})).await;
        let named = said.error && said.text.contains("index out of bounds");
        scene.guard("a crash is this call's own, and said to be one", named, said);
        let said = ada.attack(&platform, &server, json!({"n": 2})).await;
        scene.guard("the next call is answered", !said.error && said.text == "3", said);
    }
}
