#!/usr/bin/env bash
# Installs the MCP clients that the tests drive, into target/clients. Does nothing when they are there already.
set -euo pipefail
cd "$(dirname "$0")/.."

from=host/tests/clients
to=target/clients
mkdir -p "$to"

# The versions that are installed are those of the locks that were installed from.
same() { [ -f "$2" ] && cmp -s "$1" "$2"; }

if ! same "$from/package-lock.json" "$to/node/node_modules/.installed"; then
  mkdir -p "$to/node"
  cp "$from/package.json" "$from/package-lock.json" "$from/.npmrc" "$to/node/"
  (cd "$to/node" && npm ci --silent) || { echo "test-clients: npm ci failed: is the npm registry reachable?" >&2; exit 1; }
  cp "$from/package-lock.json" "$to/node/node_modules/.installed"
fi

if ! same "$from/requirements.txt" "$to/python/.installed"; then
  python3 -m venv --clear "$to/python"
  "$to/python/bin/pip" install --quiet --disable-pip-version-check -r "$from/requirements.txt" ||
    { echo "test-clients: pip failed: is the Python registry reachable?" >&2; exit 1; }
  cp "$from/requirements.txt" "$to/python/.installed"
fi
