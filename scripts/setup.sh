#!/usr/bin/env bash
# Installs what a task needs and the system lacks, by the system's own packages; says in one line what it cannot.
# Usage: scripts/setup.sh rust|node|postgres|chromium|python|load|profile|llvm-VERSION …
set -euo pipefail

missing=()
have() { command -v "$1" >/dev/null 2>&1; }
need() { missing+=("$1"); }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; elif have sudo; then sudo "$@"; else
    echo "setup: cannot install ${missing[*]}: run as root or with sudo, or install them yourself" >&2; exit 1
  fi
}

for what in "$@"; do
  case "$what" in
    rust)
      have cargo || { echo "setup: Rust is missing: install it with rustup (rustup.rs), then run this again" >&2; exit 1; }
      have cc || need gcc
      have cmake || need cmake # aws-lc builds with it
      have flock || need util-linux ;;
    node)
      have node || { echo "setup: Node 20 or newer is missing: install it, then run this again" >&2; exit 1; }
      [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] ||
        { echo "setup: Node $(node -v) is too old: 20 or newer is needed" >&2; exit 1; } ;;
    postgres)
      compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || need postgresql ;;
    chromium)
      have chromium || [ -n "${CHROMIUM:-}" ] || need chromium ;;
    python)
      have python3 || need python3
      python3 -c 'import venv, ensurepip' 2>/dev/null || need python3-venv ;;
    load) # what the benches load servers with
      have wrk || need wrk ;;
    llvm-*) # what reads a profile that code of rustc's has written
      have "llvm-profdata-${what#llvm-}" || need "$what" ;;
    profile) # what looks where a process spends its time
      have perf || need linux-perf ;;
    *) echo "setup: nothing is known as $what" >&2; exit 2 ;;
  esac
done

[ ${#missing[@]} = 0 ] && exit 0
have apt-get || { echo "setup: missing: ${missing[*]}. Install them with your system's package manager" >&2; exit 1; }
echo "setup: installing ${missing[*]}"
as_root env DEBIAN_FRONTEND=noninteractive sh -c \
  "apt-get update -qq && apt-get install -y -qq --no-install-recommends ${missing[*]}" >/dev/null
