#!/usr/bin/env bash
# Draws where the platform's processor time goes while it answers calls, into target/flamegraph.svg: the soak bench loads
# it, perf looks at it 499 times a second.
set -euo pipefail
cd "$(dirname "$0")/.."

tools=target/tools
[ -x "$tools/bin/inferno-flamegraph" ] ||
  cargo install --quiet --locked --root "$tools" inferno --version 0.12.8 ||
  { echo "flamegraph: inferno cannot be installed: is crates.io reachable?" >&2; exit 1; }

target/release/cloche-benches soak --seconds 20 --step 20 >/dev/null &
bench=$!
trap 'kill $bench 2>/dev/null || true; rm -f target/perf.data' EXIT
# Once it is called: a first server is built before.
sleep 8
platform=$(pgrep -P "$bench" -f ' serve ' | head -1) ||
  { echo "flamegraph: the platform does not run: build it with make flamegraph" >&2; exit 1; }
perf record --quiet -e cpu-clock -F 499 --call-graph dwarf,65528 -p "$platform" -o target/perf.data -- sleep 6
perf script --no-inline -i target/perf.data 2>/dev/null |
  "$tools/bin/inferno-collapse-perf" |
  "$tools/bin/inferno-flamegraph" --title "tools/call, 16 connections" >target/flamegraph.svg
wait "$bench"
echo "flamegraph: target/flamegraph.svg"
