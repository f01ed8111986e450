#!/usr/bin/env bash
# Installs what the benches measure the platform against, into target/peers. Does nothing when it is there already.
set -euo pipefail
cd "$(dirname "$0")/.."

from=benches/peers/node
to=target/peers/node
mkdir -p "$to"

# The versions that are installed are those of the lock that was installed from.
if ! cmp -s "$from/package-lock.json" "$to/node_modules/.installed"; then
  cp "$from/package.json" "$from/package-lock.json" "$from/.npmrc" "$to/"
  (cd "$to" && npm ci --silent) || { echo "bench-peers: npm ci failed: is the npm registry reachable?" >&2; exit 1; }
  cp "$from/package-lock.json" "$to/node_modules/.installed"
fi
cp "$from"/*.mjs "$to/"
