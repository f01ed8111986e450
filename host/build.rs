//! The web app is carried in the binary: when it is built anew, so is the binary.

#![expect(clippy::print_stdout, reason = "a build script talks to Cargo on standard output")]

fn main() {
    println!("cargo:rerun-if-changed=../web/dist");
}
