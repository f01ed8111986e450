#!/usr/bin/env bash
# Builds web/dist, if its sources are newer than the last build.
set -euo pipefail
cd "$(dirname "$0")/../web"

if [ ! -d node_modules ] || [ package-lock.json -nt node_modules/.installed ]; then
  echo "web: installing packages"
  npm ci --silent --no-audit --no-fund
  touch node_modules/.installed
fi
newer=$(find . ../CHANGELOG.md -path ./node_modules -prune -o -path ./dist -prune -o -type f -newer dist/index.html -print -quit 2>/dev/null || echo all)
[ -f dist/index.html ] && [ -z "$newer" ] && exit 0
echo "web: building"
npm run --silent build
touch dist/index.html
