//! Guests that take all memory, and what one call leaves behind.

use serde_json::json;

use super::{GROUP, hobby, team};
use crate::attack::{Attack, attack};
use crate::guests::ECHO;
use crate::handmade::{Lying, component};
use crate::platform::Platform;
use crate::scene::Scene;
use crate::tenant::Tenant;

pub const ATTACKS: &[Attack] = &[
    attack!(GROUP, memory_grow_bomb, "the machine's memory"),
    attack!(GROUP, many_memories_each_under_the_limit, "the machine's memory"),
    attack!(GROUP, table_bomb, "the host's own memory, where tables lie"),
    attack!(GROUP, deep_recursion, "the stack of the thread that serves"),
    attack!(GROUP, trap_then_the_next_call, "the next call of the same server"),
    attack!(GROUP, stale_data_in_a_recycled_slot, "what an earlier call had in its memory"),
];

async fn memory_grow_bomb(scene: &Scene) {
    let body = "let mut held = Vec::new();
        for i in 0..args.n.unwrap_or(0) { held.push(vec![i as u8; 1 << 20]); }
        Ok(held.iter().map(|block| block[block.len() - 1] as usize).sum::<usize>().to_string())";
    let large = scene.platform(team()).await;
    let ada = Tenant::new(&large, "ada").await;
    let server = ada.server(body).await;
    let said = ada.attack(&large, &server, json!({"n": 60})).await;
    scene.control("a plan of 128 MiB gives the same guest its 60 MiB", !said.error, said);

    let small = scene.platform(hobby()).await;
    let ada = Tenant::new(&small, "ada").await;
    let server = ada.server(body).await;
    for mebibytes in [60, 4_000_000] {
        let said = ada.attack(&small, &server, json!({"n": mebibytes})).await;
        let named = said.error && said.text.contains("memory") && said.text.contains("33554432");
        scene.guard("growth ends at 32 MiB, and the error says so", named, said);
    }
}

async fn many_memories_each_under_the_limit(scene: &Scene) {
    let lying = Lying::start().await;
    let platform = scene.platform(Platform::setup().config(&lying.config)).await;
    let ada = Tenant::new(&platform, "ada").await;
    let one = lying.build(&ada, "one", component("", "", ECHO)).await;
    scene.control("a component with one memory of the same size goes live", one.is_ok(), &one);
    for count in [1, 100] {
        let built =
            lying.build(&ada, &format!("memories-{count}"), with_memories(component("", "", ECHO), count)).await;
        let refused = built.as_ref().is_err_and(|why| why.contains("memories"));
        scene.guard("a component has one memory", refused, built);
    }
}

/// A component followed by instances of a module that has nothing but a memory of 30 MiB.
fn with_memories(mut component: Vec<u8>, count: usize) -> Vec<u8> {
    use wasm_encoder::{ComponentSection as _, InstanceSection, RawSection};
    use wasmparser::{Parser, Payload};
    let module = wat::parse_str("(module (memory 480))").unwrap();
    let modules = Parser::new(0).parse_all(&component);
    let modules = modules.filter(|payload| matches!(payload, Ok(Payload::ModuleSection { .. }))).count();
    RawSection { id: 1, data: &module }.append_to_component(&mut component);
    let mut instances = InstanceSection::new();
    for _ in 0..count {
        instances.instantiate(u32::try_from(modules).unwrap(), Vec::<(String, wasm_encoder::ModuleArg)>::new());
    }
    instances.append_to_component(&mut component);
    component
}

async fn table_bomb(scene: &Scene) {
    let lying = Lying::start().await;
    let platform = scene.platform(Platform::setup().config(&lying.config)).await;
    let ada = Tenant::new(&platform, "ada").await;
    let grows = |elements: u32| {
        let body = format!(
            "(if (i32.eq (i32.const -1) (table.grow $t (ref.null func) (i32.const {elements}))) (then unreachable))
             {ECHO}"
        );
        component("", "(table $t 1 funcref)", &body)
    };
    let under = lying.build(&ada, "under", grows(19_000)).await.unwrap();
    let said = ada.attack(&platform, &under, json!({})).await;
    scene.control(
        "a table grows by 19,000 elements, of the host's memory, at no cost in the guest's",
        !said.error,
        said,
    );
    for elements in [20_001, 1_000_000_000] {
        let over = lying.build(&ada, &format!("over-{elements}"), grows(elements)).await.unwrap();
        let said = ada.attack(&platform, &over, json!({})).await;
        scene.guard("it does not grow over 20,000", said.error && said.text.contains("table"), said);
    }
    let born = component("", "(table 1000000 funcref)", ECHO);
    let built = lying.build(&ada, "born", born).await;
    let refused = built.as_ref().is_err_and(|why| why.contains("1000000"));
    scene.guard("a table that is too large from the start is not built", refused, built);
}

async fn deep_recursion(scene: &Scene) {
    let platform = scene.platform(Platform::setup()).await;
    let ada = Tenant::new(&platform, "ada").await;
    let body = "fn down(n: i64) -> i64 { if n == 0 { 0 } else { 1 + std::hint::black_box(down(n - 1)) } }
        Ok(down(args.n.unwrap_or(0)).to_string())";
    let server = ada.server(body).await;
    let said = ada.attack(&platform, &server, json!({"n": 1000})).await;
    scene.control("a thousand steps down are a thousand frames on a stack", said.text == "1000", said);
    for depth in [1_000_000, -1] {
        let said = ada.attack(&platform, &server, json!({"n": depth})).await;
        scene.guard(
            "the guest's own stack ends, and the error says so",
            said.error && said.text.contains("stack"),
            said,
        );
    }
}

async fn trap_then_the_next_call(scene: &Scene) {
    let platform = scene.platform(Platform::setup()).await;
    let ada = Tenant::new(&platform, "ada").await;
    let body = "let list = [1, 2, 3];
        Ok(list[usize::try_from(args.n.unwrap_or(0)).unwrap()].to_string())";
    let server = ada.server(body).await;
    let path = format!("/v1/servers/{}/versions/1/component", server.id);
    let component = ada.browser.request(reqwest::Method::GET, &path).send().await.unwrap().bytes().await.unwrap();
    let kept = calls_of_one_instance(&component, &[2, 3, 2]);
    let dead = kept[0].is_ok() && kept[1].is_err() && kept[2].is_err();
    scene.control("an instance that is kept answers nobody after its crash", dead, kept);
    for _ in 0..20 {
        let said = ada.attack(&platform, &server, json!({"n": 3})).await;
        let named = said.error && said.text.contains("index out of bounds");
        scene.guard("a crash is this call's own, and said to be one", named, said);
        let said = ada.attack(&platform, &server, json!({"n": 2})).await;
        scene.guard("the next call is answered", !said.error && said.text == "3", said);
    }
}

/// What the calls of a component come to where one instance serves them all, as a host would have it that spares the
/// time to make another.
fn calls_of_one_instance(component: &[u8], numbers: &[u32]) -> Vec<Result<(), String>> {
    use wasmtime::component::{Component, Linker, Val};
    use wasmtime::{Engine, Store};
    let engine = Engine::default();
    let component = Component::new(&engine, component).unwrap();
    let mut linker = Linker::new(&engine);
    linker.define_unknown_imports_as_traps(&component).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &component).unwrap();
    let tools = instance.get_export_index(&mut store, None, "cloche:tool/tools@0.1.0").unwrap();
    let call = instance.get_export_index(&mut store, Some(&tools), "call").unwrap();
    let call = instance.get_func(&mut store, call).unwrap();
    let mut answers = vec![];
    for number in numbers {
        let given = [Val::String("attack".to_owned()), Val::String(format!("{{\"n\": {number}}}"))];
        let called = call.call(&mut store, &given, &mut [Val::Bool(false)]);
        answers.push(called.map_err(|trap| format!("{trap:?}")));
    }
    answers
}

async fn stale_data_in_a_recycled_slot(scene: &Scene) {
    let lying = Lying::start().await;
    let platform = scene.platform(Platform::setup().config(&lying.config)).await;
    let (ada, eve) = (Tenant::new(&platform, "ada").await, Tenant::new(&platform, "eve").await);
    // Leaves a mark in its memory and in a global, and returns what it finds there before that, or after.
    let marks = |look_after: bool| {
        let look = "(local.set $n (i32.or (i32.load (i32.const 70000)) (global.get $seen)))";
        let mark = "(i32.store (i32.const 70000) (i32.const 0x4b52414d)) (global.set $seen (i32.const 0x4b52414d))";
        let order = if look_after { [mark, look] } else { [look, mark] };
        let body = format!(
            "{} (i32.store (i32.const 1024) (local.get $n))
            (call $text (i32.const 1024) (i32.shl (i32.ne (local.get $n) (i32.const 0)) (i32.const 2)))",
            order.join(" ")
        );
        component("", "(global $seen (mut i32) (i32.const 0))", &body)
    };
    let own = lying.build(&ada, "own", marks(true)).await.unwrap();
    let said = ada.attack(&platform, &own, json!({})).await;
    scene.control("within one call the guest finds the mark that it has left", said.text == "MARK", said);

    let victim = lying.build(&ada, "victim", marks(false)).await.unwrap();
    let spy = lying.build(&eve, "spy", marks(false)).await.unwrap();
    for _ in 0..20 {
        let said = ada.attack(&platform, &victim, json!({})).await;
        scene.guard("the same server's next call finds nothing", said.text.is_empty() && !said.error, said);
        let said = eve.attack(&platform, &spy, json!({})).await;
        scene.guard("another tenant's call finds nothing", said.text.is_empty() && !said.error, said);
    }
}
