#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cloche_domain::fuzzing::spec(data));
