#!/usr/bin/env bash
# Fuzzes each target for some seconds, from the inputs that are kept in fuzz/corpus: scripts/fuzz.sh SECONDS [TARGET …]
# What is new and worth keeping is put there by: scripts/fuzz.sh keep
set -euo pipefail
cd "$(dirname "$0")/.."

version=0.13.2
to=$PWD/target/fuzz
if ! [ "$("$to/tools/bin/cargo-fuzz" --version 2>/dev/null)" = "cargo-fuzz $version" ]; then
  cargo install --quiet --locked --root "$to/tools" --version "$version" cargo-fuzz ||
    { echo "fuzz: cargo-fuzz $version cannot be installed: is crates.io reachable?" >&2; exit 1; }
fi
command -v c++ >/dev/null || { echo "fuzz: a C++ compiler is missing, which libFuzzer needs: install g++ or clang" >&2; exit 1; }

# libFuzzer is made for nightly compilers; for what it needs here, a stable one is told to take their options.
export RUSTC_BOOTSTRAP=1
# Where the targets put what they write.
export TMPDIR=$to/tmp
mkdir -p "$TMPDIR"
trap 'rm -rf "$TMPDIR"' EXIT

fuzz() { (cd fuzz && "$to/tools/bin/cargo-fuzz" "$@"); }
targets() { (cd fuzz/corpus && ls); }
# No sanitizer: our code is safe Rust, and what it does wrong it says by a panic.
built=(--sanitizer none --target-dir "$to/build")

if [ "${1:?seconds, or keep}" = keep ]; then
  for target in $(targets); do
    # As few as cover all that is covered; libFuzzer calls them by the SHA-1 of their content.
    rm -rf "$to/kept" && mkdir -p "$to/kept" "$to/corpus/$target"
    fuzz run "${built[@]}" --features "$target" "$target" "$to/kept" "corpus/$target" "$to/corpus/$target" \
      -- -set_cover_merge=1 -max_len=2048
    sha1sum "fuzz/corpus/$target/"* | while read -r sha1 _; do rm -f "$to/kept/$sha1"; done
    cp "$to/kept/"* "fuzz/corpus/$target/" 2>/dev/null || true
  done
  exit
fi

each=$1; shift
wanted=${*:-$(targets)}
for target in $wanted; do
  echo "fuzz: $target, for $each s"
  mkdir -p "$to/corpus/$target" "$to/found/$target"
  fuzz run "${built[@]}" --features "$target" "$target" "$to/corpus/$target" "corpus/$target" -- -max_total_time="$each" -timeout=10 \
    -rss_limit_mb=4096 -max_len=16384 -dict="dict/$target" -artifact_prefix="$to/found/$target/" -print_final_stats=1 ||
    { echo "fuzz: $target has failed: the input is in $to/found/$target" >&2; exit 1; }
done
