#!/usr/bin/env bash
# Builds the components that the tests upload, one in Rust and one in JavaScript, and a module of the SDK's, into
# target/guests. Does nothing when they are newer than their sources.
set -euo pipefail
cd "$(dirname "$0")/.."

to=target/guests
mkdir -p "$to"
exec 9>"$to/lock"
flock 9

# $1 is newer than all below the others.
fresh() { [ -f "$1" ] && [ -z "$(find "${@:2}" -type f -newer "$1" -print -quit)" ]; }

# $1 in Rust, for the target $2: its file $3, as $4.
rust() {
  if ! [ -d "$(rustc --print sysroot)/lib/rustlib/$2" ]; then
    rustup target add "$2" >/dev/null 2>&1 ||
      { echo "test-guests: Rust's target $2 is missing: rustup target add $2" >&2; exit 1; }
  fi
  cargo build --quiet --locked --release --target "$2" --manifest-path "host/tests/guests/$1/Cargo.toml" --target-dir "$to/rust"
  cp "$to/rust/$2/release/$3" "$to/$4"
}

from=host/tests/guests/wasi-rust
if ! fresh "$to/rust.wasm" "$from/src" "$from/Cargo.lock" "$from/Cargo.toml" wit; then
  rust wasi-rust wasm32-wasip2 wasi_guest.wasm rust.wasm
fi

from=host/tests/guests/sdk-rust
if ! fresh "$to/sdk.wasm" "$from/src" "$from/Cargo.lock" "$from/Cargo.toml" guest-sdk/sdk; then
  rust sdk-rust wasm32-unknown-unknown sdk_guest.wasm sdk.wasm
fi

from=host/tests/guests/js
if ! fresh "$to/js.wasm" "$from" wit; then
  mkdir -p "$to/js"
  cp -r "$from/." "$to/js/"
  mkdir -p "$to/js/wit/deps/tool"
  cp wit/tool.wit "$to/js/wit/deps/tool/"
  if ! cmp -s "$from/package-lock.json" "$to/js/node_modules/.installed"; then
    (cd "$to/js" && npm ci --silent --no-audit --no-fund) ||
      { echo "test-guests: npm ci failed: is the npm registry reachable?" >&2; exit 1; }
    cp "$from/package-lock.json" "$to/js/node_modules/.installed"
  fi
  (cd "$to/js" && node build.mjs server.js wit js.wasm)
  mv "$to/js/js.wasm" "$to/js.wasm"
fi
