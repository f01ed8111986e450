#!/usr/bin/env bash
# Builds the components that the tests upload, one in Rust and one in JavaScript, into target/guests. Does nothing when they
# are newer than their sources.
set -euo pipefail
cd "$(dirname "$0")/.."

to=target/guests
mkdir -p "$to"
exec 9>"$to/lock"
flock 9

# $1 is newer than all below the others.
fresh() { [ -f "$1" ] && [ -z "$(find "${@:2}" -type f -newer "$1" -print -quit)" ]; }

from=host/tests/guests/wasi-rust
if ! fresh "$to/rust.wasm" "$from/src" "$from/Cargo.lock" "$from/Cargo.toml" wit; then
  if ! [ -d "$(rustc --print sysroot)/lib/rustlib/wasm32-wasip2" ]; then
    rustup target add wasm32-wasip2 >/dev/null 2>&1 ||
      { echo "test-guests: Rust's target wasm32-wasip2 is missing: rustup target add wasm32-wasip2" >&2; exit 1; }
  fi
  cargo build --quiet --locked --release --target wasm32-wasip2 --manifest-path "$from/Cargo.toml" --target-dir "$to/rust"
  cp "$to/rust/wasm32-wasip2/release/wasi_guest.wasm" "$to/rust.wasm"
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
