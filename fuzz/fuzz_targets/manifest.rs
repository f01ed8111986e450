#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cloche_compiler::fuzzing::manifest(data));
