#!/usr/bin/env bash
# Makes what tool code is compiled with: scripts/toolchain.sh [DIR], by default target/toolchain.
#
#   DIR/toolchain.json   where everything is, and its identity: what compiler-service reads
#   DIR/sysroot          std for wasm32-unknown-unknown, where no rustup toolchain brings one
#   DIR/pack             guest-sdk and its dependencies: lib/*.rlib, and host/*.so for derive macros
#
# Safe to run again and by several at once; with nothing changed it ends at once. Needs a rustup toolchain with (or that
# can get) the target, or Debian's packages, which it installs with root or sudo. Writes nowhere else but Cargo's cache.
# CLOCHE_RUST=rustup or =debian takes that one only.
set -euo pipefail
shopt -s nullglob

root=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "${1:-$root/target/toolchain}"
dir=$(cd "${1:-$root/target/toolchain}" && pwd)
build=$dir/build
target=wasm32-unknown-unknown
# What a Cargo or a user around this has set for other builds.
unset CARGO_ENCODED_RUSTFLAGS RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER CARGO_BUILD_TARGET

say() { printf 'toolchain: %s\n' "$*"; }
die() { say "$*" >&2; exit 1; }
digest() { sha256sum | cut -d' ' -f1; }

# Runs one part, quietly: a line with its time, or all it said and the end.
step() {
    local what=$1 started=$SECONDS
    shift
    ("$@") >"$dir/step.log" 2>&1 || { cat "$dir/step.log" >&2; die "$what: failed, see above"; }
    say "$what: $((SECONDS - started)) s"
}

# --- The compiler: a rustup toolchain with std for the target, or Debian's, to whose sources we build std. ---

from_rustup() {
    [ "${CLOCHE_RUST:-rustup}" = rustup ] || return 1
    rustc=$(cd "$root" && rustup which rustc 2>/dev/null) || return 1
    cargo=$(dirname "$rustc")/cargo
    sysroot=$("$rustc" --print sysroot)
    host=$("$rustc" -vV | sed -n 's/^host: //p')
    linker=$sysroot/lib/rustlib/$host/bin/rust-lld
    compgen -G "$sysroot/lib/rustlib/$target/lib/libstd-*.rlib" >/dev/null && [ -x "$linker" ]
}

from_debian() {
    [ "${CLOCHE_RUST:-debian}" = debian ] || return 1
    rustc=/usr/bin/rustc cargo=/usr/bin/cargo sysroot=$dir/sysroot
    linker=$(printf '%s\n' /usr/bin/wasm-ld-* | sort -V | tail -n1)
    [ -x "$rustc" ] && [ -x "$cargo" ] && [ -x "$linker" ] || return 1
    host=$("$rustc" -vV | sed -n 's/^host: //p')
    rust_sources=$("$rustc" --print sysroot)/lib/rustlib/src/rust
    [ -d "$rust_sources/library/std" ]
}

install_for_rustup() {
    command -v rustup >/dev/null && (cd "$root" && timeout 120 rustup target add "$target")
}

install_for_debian() {
    command -v apt-get >/dev/null || { echo "there is no apt-get"; return 1; }
    local sudo=() lld
    if [ "$(id -u)" != 0 ]; then
        sudo=(sudo -n)
        sudo -n true || { echo "apt-get needs root, or sudo without a password"; return 1; }
    fi
    "${sudo[@]}" apt-get update -qq
    lld=$(apt-cache search --names-only '^lld-[0-9]+$' | cut -d' ' -f1 | sort -V | tail -n1)
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        rustc-web cargo-web rust-web-src gcc libc6-dev "$lld"
}

find_compiler() {
    if from_rustup || from_debian; then return; fi
    say "no Rust compiler for $target yet: installing one"
    install_for_rustup >"$dir/step.log" 2>&1 && from_rustup && return
    install_for_debian >>"$dir/step.log" 2>&1 && from_debian && return
    cat "$dir/step.log" >&2
    die "no Rust compiler for $target: run 'rustup target add $target'," \
        "or on Debian 'apt-get install rustc-web cargo-web rust-web-src lld-22', and start again"
}

# --- Building. Flags that name this machine's paths stand in a wrapper: Cargo hashes RUSTFLAGS into every symbol. ---

# make_wrapper FLAG...: a rustc that makes the same bytes in every directory.
make_wrapper() {
    local flags=("--remap-path-prefix=$root=/cloche" "--remap-path-prefix=$dir=/toolchain"
        "--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}/registry/src=/registry" "$@")
    mkdir -p "$build"
    printf '#!/bin/sh\nexec %s"$@"\n' "$(printf '%q ' "$rustc" "${flags[@]}")" >"$build/rustc"
    chmod +x "$build/rustc"
}

cargo_build() {
    RUSTC=$build/rustc RUSTFLAGS=-Cembed-bitcode=yes CARGO_TARGET_DIR=$build/target \
        "$cargo" build --locked --release --target "$target" "$@"
}

build_std() {
    local lib=$dir/sysroot/lib/rustlib
    rm -rf "$dir/sysroot" "$build"
    make_wrapper "--remap-path-prefix=$(realpath "$rust_sources")=/rustc" "--remap-path-prefix=$rust_sources=/rustc"
    RUSTC_BOOTSTRAP=1 cargo_build -Zbuild-std=std,panic_abort -Zbuild-std-features= \
        --manifest-path "$root/scripts/toolchain/std/Cargo.toml"
    mkdir -p "$lib/$target/lib"
    cp "$build/target/$target/release/deps"/*.rlib "$lib/$target/lib"
    rm -rf "$lib/$target/lib"/libempty-* "$build"
    # Derive macros are compiled for this machine, against its own std.
    ln -s "$("$rustc" --print sysroot)/lib/rustlib/$host" "$lib/$host"
}

build_pack() {
    rm -rf "$dir/pack" "$build"
    make_wrapper "--sysroot=$sysroot"
    cargo_build -p cloche_std --manifest-path "$root/guest-sdk/Cargo.toml"
    mkdir -p "$dir/pack/lib" "$dir/pack/host"
    cp "$build/target/$target/release/deps"/*.rlib "$dir/pack/lib"
    cp "$build/target/release/deps"/lib*.so "$dir/pack/host"
    rm -rf "$build"
}

extern() { (cd "$dir" && echo pack/lib/lib"$1"-*.rlib); }

# Compiles a server the way compiler-service does, and looks for the one export.
check() {
    (cd "$root/scripts/toolchain/check" && "$rustc" lib.rs --crate-name tool --crate-type cdylib --edition 2024 \
        --target "$target" --sysroot "$sysroot" -Clinker="$linker" -Cpanic=abort -Copt-level=s -Cstrip=symbols \
        -L "dependency=$dir/pack/lib" -L "dependency=$dir/pack/host" --extern "std=$dir/$(extern cloche_std)" \
        --extern "cloche_sdk=$dir/$(extern cloche_sdk)" --extern "serde=$dir/$(extern serde)" -o "$dir/check.wasm")
    grep -qaF 'cloche:tool/tools@0.1.0#call' "$dir/check.wasm" || { echo "its export is missing"; return 1; }
    rm "$dir/check.wasm"
}

# --- toolchain.json ---

# The shared libraries that these programs load, and the loader.
libraries() { ldd "$@" | sed -nE 's/^\t(.* => )?(\/.*) \(0x[0-9a-f]+\)$/\2/p' | tr '\n' '\0' | xargs -0 realpath | sort -u; }
json_list() { sed 's/.*/"&"/' | paste -sd,; }

describe() {
    local id loader
    id=$({ "$rustc" -vV; cd "$dir/pack" && find . -type f | sort | xargs sha256sum; } | digest)
    loader=$(libraries "$rustc" | grep '/ld-linux')
    cat <<JSON
{
  "id": "$id",
  "rustc": "$rustc",
  "linker": "$linker",
  "sysroot": "${sysroot#"$dir/"}",
  "edition": "2024",
  "libDirs": ["pack/lib", "pack/host"],
  "externs": {
    "cloche_sdk": "$(extern cloche_sdk)",
    "serde": "$(extern serde)",
    "serde_json": "$(extern serde_json)",
    "std": "$(extern cloche_std)"
  },
  "readable": [$({ echo "$dir/pack"; realpath "$sysroot/lib" /etc/ld.so.cache "$rustc" "$linker"
    libraries "$rustc" "$linker" "$dir/pack/host"/*.so; } | sort -u | sed "s|^$dir/||" | json_list)],
  "executable": [$(realpath "$rustc" "$linker" "$loader" | json_list)]
}
JSON
}

# --- All of it. A stamp is what a part was made from. ---

exec 9>"$dir/lock"
flock 9
find_compiler

std_stamp=$({ "$rustc" -vV; cat "$0" "$root"/scripts/toolchain/std/*; } | digest)
pack_stamp=$({ echo "$std_stamp" "$rustc" "$linker" "$sysroot"; "$linker" -flavor wasm --version
    cd "$root/guest-sdk" && find Cargo.toml Cargo.lock sdk std -type f | sort | xargs sha256sum; } | digest)

if [ "$(cat "$dir/pack.stamp" 2>/dev/null)" = "$pack_stamp" ] && [ -f "$dir/toolchain.json" ]; then
    say "up to date: $("$rustc" --version)"
    exit
fi
say "$("$rustc" --version), in $dir"
rm -f "$dir/toolchain.json" "$dir/pack.stamp"
if [ "$sysroot" = "$dir/sysroot" ] && [ "$(cat "$dir/std.stamp" 2>/dev/null)" != "$std_stamp" ]; then
    rm -f "$dir/std.stamp"
    step "standard library for $target" build_std
    echo "$std_stamp" >"$dir/std.stamp"
fi
step "SDK pack" build_pack
step "check: one server compiles" check
describe >"$dir/toolchain.json.new"
mv "$dir/toolchain.json.new" "$dir/toolchain.json"
echo "$pack_stamp" >"$dir/pack.stamp"
rm -f "$dir/step.log"
