#!/usr/bin/env bash
# Runs every Rust test, by nextest where it is installed.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --quiet --workspace --bins
if cargo nextest --version >/dev/null 2>&1; then
  exec cargo nextest run --workspace --no-fail-fast --status-level fail --final-status-level slow "$@"
fi
exec cargo test --workspace --no-fail-fast "$@"
