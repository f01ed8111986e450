//! Empty: Cargo builds the standard library for it.
