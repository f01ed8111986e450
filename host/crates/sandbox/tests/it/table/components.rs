//! What a component may be made of.

use cloche_sandbox::{Axis, CallReport};
use wasm_encoder::{ComponentBuilder, ComponentExportKind, ExportKind, ModuleArg, ValType};

use super::{Pair, Seen};
use crate::guests;
use crate::kit::{Kit, grant, load};

/// The interface by which tools are called.
const TOOLS: &str = "cloche:tool/tools@0.1.0";

pub(super) async fn pairs() -> Vec<Pair> {
    vec![
        misfit(Axis::Instances, 8, "(module)").await,
        misfit(Axis::Memories, 1, "(module (memory 1))").await,
        misfit(Axis::Tables, 4, "(module (table 1 funcref))").await,
        Pair::new(Axis::Handles, 10_000, holding(10_000).await, holding(10_001).await),
    ]
}

/// A tool server beside which others things are instantiated.
fn beside(things: impl FnOnce(&mut ComponentBuilder)) -> Vec<u8> {
    let mut whole = ComponentBuilder::default();
    let server = whole.component_raw(None, &guests::echo());
    things(&mut whole);
    let server = whole.instantiate(None, server, Vec::<(&str, ComponentExportKind, u32)>::new());
    let tools = whole.alias_export(server, TOOLS, ComponentExportKind::Instance);
    whole.export(TOOLS, ComponentExportKind::Instance, tools, None);
    whole.finish()
}

/// As many instances of a module as fit beside the server, and one more.
async fn misfit(axis: Axis, limit: u64, module: &str) -> Pair {
    let module = wat::parse_str(module).unwrap();
    let kit = Kit::new();
    let mut fits: Option<Seen> = None;
    for count in 0..20 {
        let component = beside(|whole| {
            let module = whole.core_module_raw(None, &module);
            for _ in 0..count {
                whole.core_instantiate(None, module, Vec::<(&str, ModuleArg)>::new());
            }
        });
        let seen = Seen::from(load(&kit.sandbox, component).await);
        match fits {
            Some(within) if !seen.passes => return Pair::new(axis, limit, within, seen),
            _ => fits = Some(seen),
        }
    }
    panic!("twenty of them fit: {}", axis.name());
}

/// A call of a server that makes so many resources of its own as it starts.
async fn holding(count: u32) -> CallReport {
    let module = format!(
        r#"(module (import "host" "new" (func $new (param i32) (result i32)))
          (func $start (local $n i32)
            (loop $l (drop (call $new (local.get $n)))
              (local.set $n (i32.add (local.get $n) (i32.const 1)))
              (br_if $l (i32.lt_u (local.get $n) (i32.const {count})))))
          (start $start))"#
    );
    let component = beside(|whole| {
        let resource = whole.type_resource(None, ValType::I32, None);
        let new = whole.resource_new(resource);
        let module = whole.core_module_raw(None, &wat::parse_str(module).unwrap());
        let host = whole.core_instantiate_exports(None, [("new", ExportKind::Func, new)]);
        whole.core_instantiate(None, module, [("host", ModuleArg::Instance(host))]);
    });
    Kit::new().run(component, grant(), "").await
}
