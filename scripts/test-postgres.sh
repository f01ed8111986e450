#!/usr/bin/env bash
# A Postgres for tests: prints the directory of its socket, and starts it first if none runs.
# Its users hold a shared lock on STATE/users; some seconds after the last has let go, it stops and its files are gone.
# Usage: scripts/test-postgres.sh STATE
set -euo pipefail
mkdir -p "$1"
state=$(cd "$1" && pwd)
cd /

exec 9>"$state/starting"
flock 9
if [ -s "$state/place" ]; then
  place=$(cat "$state/place")
  if pg_isready -q -h "$place" || [ $? = 1 ]; then # 1: busy, 2: gone
    echo "$place"
    exit
  fi
  rm -rf "$place" # left by a machine that went down
fi

bin=$(compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n 1) || bin=$(dirname "$(command -v initdb)") ||
  { echo "Postgres is not installed: scripts/setup.sh postgres installs it" >&2; exit 1; }
place=$(mktemp -d /tmp/cloche-postgres.XXXXXX)
as=()
if [ "$(id -u)" = 0 ]; then # Postgres refuses to run as root
  chown postgres: "$place"
  as=(setpriv --reuid=postgres --regid=postgres --clear-groups --)
fi
settings="-c listen_addresses= -c unix_socket_directories=$place -c max_connections=300
  -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
{
  "${as[@]}" "$bin/initdb" -D "$place/data" -U postgres -A trust -E UTF8 --no-locale --no-sync
  "${as[@]}" "$bin/pg_ctl" -D "$place/data" -l "$place/log" -w -o "$settings" start
} >"$state/log" 2>&1 9>&- || { cat "$state/log" "$place/log" >&2; rm -rf "$place"; exit 1; }
echo "$place" >"$state/place"

# Free for five looks in a row: nobody is between two tests. The lock is kept while it stops, so that newcomers wait.
stop_when_unused='
  state=$1 place=$2
  shift 2
  exec 8>"$state/users"
  free=0
  while [ $free -lt 5 ]; do
    sleep 2
    if flock -n 8; then free=$((free + 1)); [ $free = 5 ] || flock -u 8; else free=0; fi
  done
  rm -f "$state/place"
  "$@" -D "$place/data" -m immediate stop
  rm -rf "$place" '
setsid bash -c "$stop_when_unused" stop "$state" "$place" "${as[@]}" "$bin/pg_ctl" \
  </dev/null >/dev/null 2>&1 9>&- &
echo "$place"
