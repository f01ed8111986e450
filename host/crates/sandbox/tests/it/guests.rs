//! Guests written by hand: small, and free to do what no SDK would let them. The host's attacks use this file too.

use std::fmt::Write as _;
use std::path::Path;

use wit_component::{ComponentEncoder, StringEncoding};
use wit_parser::Resolve;

/// What every guest has: memory, an allocator, and a way to return a text or an error.
const BASE: &str = r#"
  (memory (export "memory") 2)
  (global $heap (mut i32) (i32.const 65536))
  (func $alloc (param $size i32) (result i32)
    (local $at i32)
    (local.set $at (global.get $heap))
    (global.set $heap (i32.and (i32.add (i32.add (local.get $at) (local.get $size)) (i32.const 7)) (i32.const -8)))
    (if (i32.gt_u (global.get $heap) (i32.mul (memory.size) (i32.const 65536)))
      (then (if (i32.eq (i32.const -1) (memory.grow (i32.add (i32.const 1) (i32.shr_u (local.get $size) (i32.const 16)))))
        (then unreachable))))
    (local.get $at))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (call $alloc (local.get 3)))
  (func $text (param $at i32) (param $len i32) (result i32)
    (local $r i32) (local $c i32)
    (local.set $r (call $alloc (i32.const 24)))
    (local.set $c (call $alloc (i32.const 44)))
    (i32.store offset=4 (local.get $c) (local.get $at))
    (i32.store offset=8 (local.get $c) (local.get $len))
    (i32.store offset=4 (local.get $r) (local.get $c))
    (i32.store offset=8 (local.get $r) (i32.const 1))
    (local.get $r))
  (func $fail (param $at i32) (param $len i32) (result i32)
    (local $r i32)
    (local.set $r (call $alloc (i32.const 24)))
    (i32.store (local.get $r) (i32.const 1))
    (i32.store offset=4 (local.get $r) (local.get $at))
    (i32.store offset=8 (local.get $r) (local.get $len))
    (local.get $r))
"#;

pub const LOG: &str = r#"(import "cloche:tool/log@0.1.0" "write" (func $log (param i32 i32 i32)))"#;
pub const CLOCK: &str = r#"(import "cloche:tool/clock@0.1.0" "now-ms" (func $now (result i64)))"#;
pub const RANDOM: &str = r#"(import "cloche:tool/random@0.1.0" "bytes" (func $random (param i32 i32)))"#;
pub const PROGRESS: &str =
    r#"(import "cloche:tool/progress@0.1.0" "report" (func $report (param f64 i32 f64 i32 i32 i32)))"#;
pub const HTTP: &str = r#"(import "cloche:tool/http@0.1.0" "send"
  (func $send (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))"#;
const HTTP_ALL: &str = r#"(import "cloche:tool/http@0.1.0" "send-all" (func $send_all (param i32 i32 i32)))"#;
const KV: &str = r#"
  (import "cloche:tool/kv@0.1.0" "get" (func $get (param i32 i32 i32)))
  (import "cloche:tool/kv@0.1.0" "set" (func $set (param i32 i32 i32 i32 i32)))"#;

pub const ECHO: &str = "(call $text (local.get $args) (local.get $args_len))";

/// A component: imports, more items, and the body of `call`, which may use `$name`, `$args` and a local `$n`.
pub fn component(imports: &str, items: &str, body: &str) -> Vec<u8> {
    let module = format!(
        r#"(module {imports} {BASE} {items}
          (func (export "cloche:tool/tools@0.1.0#call")
            (param $name i32) (param $name_len i32) (param $args i32) (param $args_len i32) (result i32)
            (local $n i32) (local $r i32)
            {body}))"#
    );
    encode(&module)
}

/// A component of a core module, given as text.
pub fn encode(module: &str) -> Vec<u8> {
    let mut module = wat::parse_str(module).unwrap();
    let mut resolve = Resolve::default();
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let wit = here.ancestors().map(|dir| dir.join("wit")).find(|wit| wit.is_dir()).unwrap();
    let (package, _) = resolve.push_dir(wit).unwrap();
    let world = resolve.select_world(&[package], Some("tool-server")).unwrap();
    wit_component::embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().validate(true).module(&module).unwrap().encode().unwrap()
}

pub fn echo() -> Vec<u8> {
    component("", "", ECHO)
}

/// What an HTTP guest sends besides its method (the tool's name) and URL (the arguments).
#[derive(Default)]
pub struct Sends<'a> {
    pub headers: &'a [(&'a str, &'a str)],
    pub body: Option<&'a str>,
    pub timeout_ms: Option<u32>,
}

/// Sends one request. Returns the answer's body, then each header's name and value, as pieces of text.
pub fn http(sends: &Sends) -> Vec<u8> {
    let then = "(if (i32.load8_u (local.get $r)) (then
          (return (call $fail (i32.load offset=8 (local.get $r)) (i32.load offset=12 (local.get $r))))))
        (call $answer (local.get $r))";
    sending(sends, ANSWER, then)
}

/// Sends one request, then goes through all of its memory: how often these bytes stand there, 9 at most, as a text. What it
/// looks for it carries in another form, lest it find its own.
pub fn scanning(sends: &Sends, needle: &[u8]) -> Vec<u8> {
    let masked: String = needle.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "\\{:02x}", byte ^ 0x55).unwrap();
        hex
    });
    let items = format!(
        r#"(data (i32.const 512) "{masked}")
  (func $scan (result i32)
    (local $at i32) (local $i i32) (local $found i32)
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $at)
        (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const {length}))))
      (local.set $i (i32.const 0))
      (block $differs
        (loop $byte
          (br_if $differs (i32.ne (i32.load8_u (i32.add (local.get $at) (local.get $i)))
            (i32.xor (i32.const 0x55) (i32.load8_u offset=512 (local.get $i)))))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br_if $byte (i32.lt_u (local.get $i) (i32.const {length}))))
        (local.set $found (i32.add (local.get $found) (i32.const 1))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br $next)))
    (select (local.get $found) (i32.const 9) (i32.lt_u (local.get $found) (i32.const 9))))"#,
        length = needle.len()
    );
    let then = "(i32.store8 (i32.const 600) (i32.add (i32.const 48) (call $scan)))
        (call $text (i32.const 600) (i32.const 1))";
    sending(sends, &items, then)
}

fn sending(sends: &Sends, items: &str, then: &str) -> Vec<u8> {
    let mut data = String::new();
    let mut at = 2048;
    let mut place = |text: &str| {
        let hex: String = text.bytes().fold(String::new(), |mut hex, b| {
            write!(hex, "\\{b:02x}").unwrap();
            hex
        });
        writeln!(data, r#"(data (i32.const {at}) "{hex}")"#).unwrap();
        let found = (at, text.len());
        at += text.len() + 8;
        found
    };
    let (body, body_len) = place(sends.body.unwrap_or_default());
    let mut table = String::new();
    for (i, (name, value)) in sends.headers.iter().enumerate() {
        for (field, (at, len)) in [(0, place(name)), (8, place(value))] {
            let slot = 16 + i * 16 + field;
            writeln!(table, "(i32.store (i32.const {slot}) (i32.const {at}))").unwrap();
            writeln!(table, "(i32.store (i32.const {}) (i32.const {len}))", slot + 4).unwrap();
        }
    }
    let code = format!(
        r"{table}
        (local.set $r (call $alloc (i32.const 24)))
        (call $send (local.get $name) (local.get $name_len) (local.get $args) (local.get $args_len)
          (i32.const 16) (i32.const {headers})
          (i32.const {has_body}) (i32.const {body}) (i32.const {body_len})
          (i32.const {has_timeout}) (i32.const {timeout}) (local.get $r))
        {then}",
        headers = sends.headers.len(),
        has_body = i32::from(sends.body.is_some()),
        has_timeout = i32::from(sends.timeout_ms.is_some()),
        timeout = sends.timeout_ms.unwrap_or(0),
    );
    component(HTTP, &format!("{data} {items}"), &code)
}

/// From a response to a result: body, then names and values.
const ANSWER: &str = r"
  (func $piece (param $c i32) (param $at i32) (param $len i32)
    (i32.store (local.get $c) (i32.const 0))
    (i32.store offset=4 (local.get $c) (local.get $at))
    (i32.store offset=8 (local.get $c) (local.get $len)))
  (func $answer (param $got i32) (result i32)
    (local $r i32) (local $c i32) (local $i i32) (local $count i32) (local $h i32)
    (local.set $count (i32.load offset=12 (local.get $got)))
    (local.set $r (call $alloc (i32.const 24)))
    (local.set $c (call $alloc (i32.mul (i32.const 88) (i32.add (i32.const 1) (local.get $count)))))
    (i32.store offset=4 (local.get $r) (local.get $c))
    (i32.store offset=8 (local.get $r) (i32.add (i32.const 1) (i32.mul (i32.const 2) (local.get $count))))
    (call $piece (local.get $c) (i32.load offset=16 (local.get $got)) (i32.load offset=20 (local.get $got)))
    (block $done (loop $next
      (br_if $done (i32.eq (local.get $i) (local.get $count)))
      (local.set $h (i32.add (i32.load offset=8 (local.get $got)) (i32.mul (i32.const 16) (local.get $i))))
      (local.set $c (i32.add (local.get $c) (i32.const 44)))
      (call $piece (local.get $c) (i32.load (local.get $h)) (i32.load offset=4 (local.get $h)))
      (local.set $c (i32.add (local.get $c) (i32.const 44)))
      (call $piece (local.get $c) (i32.load offset=8 (local.get $h)) (i32.load offset=12 (local.get $h)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $next)))
    (local.get $r))
";

/// Sends `count` requests at once to the URL in the arguments; returns `ok` if each was answered.
pub fn http_all(count: usize) -> Vec<u8> {
    // A request: method, url and headers as address and length, body and timeout as options: 44 bytes.
    let code = format!(
        r"(local.set $r (call $alloc (i32.const 8)))
        (local.set $args (call $many (local.get $name) (local.get $name_len) (local.get $args) (local.get $args_len)))
        (call $send_all (local.get $args) (i32.const {count}) (local.get $r))
        (local.set $n (i32.const 0))
        (block $done (loop $next
          (br_if $done (i32.eq (local.get $n) (i32.const {count})))
          (local.set $args (i32.add (i32.load (local.get $r)) (i32.mul (local.get $n) (i32.const 24))))
          (if (i32.load8_u (local.get $args))
            (then (return (call $fail (i32.load offset=8 (local.get $args)) (i32.load offset=12 (local.get $args))))))
          (local.set $n (i32.add (local.get $n) (i32.const 1)))
          (br $next)))
        (call $text (i32.const 1024) (i32.const 2))"
    );
    let items = format!(
        r#"(data (i32.const 1024) "ok")
        (func $many (param $name i32) (param $name_len i32) (param $url i32) (param $url_len i32) (result i32)
          (local $all i32) (local $at i32) (local $n i32)
          (local.set $all (call $alloc (i32.const {size})))
          (local.set $at (local.get $all))
          (loop $next
            (i32.store (local.get $at) (local.get $name))
            (i32.store offset=4 (local.get $at) (local.get $name_len))
            (i32.store offset=8 (local.get $at) (local.get $url))
            (i32.store offset=12 (local.get $at) (local.get $url_len))
            (local.set $at (i32.add (local.get $at) (i32.const 44)))
            (local.set $n (i32.add (local.get $n) (i32.const 1)))
            (br_if $next (i32.lt_u (local.get $n) (i32.const {count}))))
          (local.get $all))"#,
        size = count * 44,
    );
    component(HTTP_ALL, &items, &code)
}

/// Stores the arguments under the tool's name, and returns what the store then has under it.
pub fn kv() -> Vec<u8> {
    component(
        KV,
        "",
        r"(local.set $r (call $alloc (i32.const 16)))
        (call $set (local.get $name) (local.get $name_len) (local.get $args) (local.get $args_len) (local.get $r))
        (if (i32.load8_u (local.get $r))
          (then (return (call $fail (i32.load offset=8 (local.get $r)) (i32.load offset=12 (local.get $r))))))
        (call $get (local.get $name) (local.get $name_len) (local.get $r))
        (if (i32.or (i32.load8_u (local.get $r)) (i32.eqz (i32.load8_u offset=4 (local.get $r)))) (then unreachable))
        (call $text (i32.load offset=8 (local.get $r)) (i32.load offset=12 (local.get $r)))",
    )
}
