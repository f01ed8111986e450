#!/usr/bin/env bash
# Builds the binary for production, target/optimized/cloche: its code laid out by what runs under load (profile-guided). It is
# built twice: first so that it counts what runs while the benches load it, then by these counts. With nothing changed since,
# it ends at once.
set -euo pipefail
cd "$(dirname "$0")/.."

dir=$PWD/target/optimized
counts=$dir/counts
profile=$dir/cloche.profdata
version=$(rustc -vV)
host=$(sed -n 's/^host: //p' <<<"$version")
llvm=$(sed -n 's/^LLVM version: \([0-9]*\).*/\1/p' <<<"$version")

say() { printf 'release: %s\n' "$*"; }

# Of all that the binary is made from.
sources() {
  git ls-files -z --cached --others --exclude-standard -- \
    Cargo.lock Cargo.toml host compiler-service guest-sdk migrations wit scripts/release.sh ':!*.md' ':!*/tests/*'
  find web/dist -type f -print0
}
made_from=$( (echo "$version"; sources | sort -z | xargs -0 sha256sum) | sha256sum)
if [ -x "$dir/cloche" ] && [ "$(cat "$dir/made-from" 2>/dev/null)" = "$made_from" ]; then
  say "target/optimized/cloche is there already"
  exit
fi

# The tool that reads the counts has to be of the compiler's own LLVM.
profdata=$(rustc --print sysroot)/lib/rustlib/$host/bin/llvm-profdata
[ -x "$profdata" ] || rustup component add llvm-tools >/dev/null 2>&1 || true
if ! [ -x "$profdata" ]; then
  scripts/setup.sh "llvm-$llvm"
  profdata=llvm-profdata-$llvm
fi

# Builds it in a directory with a flag. With --target, the flag is not for what runs while it is built.
build() {
  local started=$SECONDS
  RUSTFLAGS=$2 cargo build --locked --release --target "$host" --target-dir "$dir/$1" -p cloche
  say "$1: built in $((SECONDS - started)) s"
}

mkdir -p "$dir"
rm -f "$dir/made-from"
build counting "-Cprofile-generate=$counts"
cargo build --quiet --locked -p cloche-benches
rm -rf "$counts"
# Not `noisy`: compiling its JavaScript takes longer than it may, where each step of the compiler is counted.
started=$SECONDS
while read -r bench; do
  # shellcheck disable=SC2086 # words apart
  target/debug/cloche-benches $bench --binary "$dir/counting/$host/release/cloche" </dev/null >"$dir/load.log" 2>&1 ||
    { cat "$dir/load.log" >&2; exit 1; }
done <<'END'
calls --rounds 1 --seconds 1
soak --seconds 20 --step 10
build --builds 3
fork --forks 20
many --servers 200 --rounds 1 --seconds 2
growth --sizes 50 --rounds 1
END
say "loaded for $((SECONDS - started)) s"

"$profdata" merge --sparse -o "$profile" "$counts"/*.profraw
# Cargo does not see that a profile is another one.
rm -rf "$counts" "$dir/final"
build final "-Cprofile-use=$profile"
cp "$dir/final/$host/release/cloche" "$dir/cloche"
echo "$made_from" >"$dir/made-from"
say "target/optimized/cloche"
