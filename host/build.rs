//! The web app is carried in the binary: when it is built anew, so is the binary.

fn main() {
    println!("cargo:rerun-if-changed=../web/dist");
}
