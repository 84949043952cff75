#!/usr/bin/env bash
# The engine's registry beside Debian's docker-registry, in turns, so that a noisy machine slows both alike: manifest
# GETs, pushing and pulling of blobs, peak memory. Medians. `bench/registry.sh [ROUNDS] [DIRECTORY]`; a directory on a
# tmpfs leaves the disk out.
set -euo pipefail
shopt -s inherit_errexit
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
# shellcheck source=bench/lib.sh
source bench/lib.sh

ROUNDS=${1:-7}
WORK=$(mktemp -d -p "${2:-${TMPDIR:-/tmp}}")
ENGINE=${POLYARCH_BIN:-build/release/polyarch}
LOAD=build/bench/registry_load
PIDS=()
trap 'kill "${PIDS[@]}" 2>/dev/null || :; wait; rm -rf -- "$WORK"' EXIT
mkdir -p build/bench
g++ -std=c++20 -O2 -Wno-deprecated-declarations bench/registry_load.cpp -o "$LOAD" -lcrypto -lpthread

free_port() { # one that nobody listens on
  local port
  while port=$((RANDOM % 20000 + 10000)) && (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do continue; done
  echo "$port"
}
await() { for _ in {1..200}; do ! curl -s -o /dev/null "http://127.0.0.1:$1/v2/" || return 0; sleep 0.05; done; return 1; }

declare -A PORT=([ours]=$(free_port) [theirs]=$(free_port))
"$ENGINE" registry serve --listen "127.0.0.1:${PORT[ours]}" --dir "$WORK/ours" >/dev/null &
PIDS+=($!)
# The cache of descriptors is on, as in Debian's own configuration.
cat >"$WORK/theirs.yml" <<YAML
version: 0.1
log: { level: error, accesslog: { disabled: true } }
storage: { cache: { blobdescriptor: inmemory }, filesystem: { rootdirectory: $WORK/theirs }, delete: { enabled: true } }
http: { addr: "127.0.0.1:${PORT[theirs]}" }
YAML
docker-registry serve "$WORK/theirs.yml" >/dev/null 2>&1 &
PIDS+=($!)
await "${PORT[ours]}"
await "${PORT[theirs]}"

compare() { # TITLE UNIT MODE ARGUMENT…
  local title=$1 unit=$2 mode=$3 round side first
  shift 3
  : >"$WORK/figures-ours" && : >"$WORK/figures-theirs"
  for ((round = 0; round < ROUNDS; round++)); do
    first=ours && ((round % 2 == 0)) || first=theirs
    for side in "$first" "$([[ $first == ours ]] && echo theirs || echo ours)"; do
      if [[ $mode == manifests ]]; then
        "$LOAD" manifests "${PORT[$side]}" "$@"
      else
        "$LOAD" "$mode" "${PORT[$side]}" "$@" "$title $round"
      fi >>"$WORK/figures-$side"
    done
  done
  row "$title" "$unit" "$(median <"$WORK/figures-ours")" "$(median <"$WORK/figures-theirs")"
}

row() { # TITLE UNIT OURS THEIRS
  printf '| %s | %s %s | %s %s | %s |\n' "$1" "$3" "$2" "$4" "$2" "$(awk -v x="$3" -v y="$4" 'BEGIN { printf "%.2f", x / y }')"
}
peak() { awk '/VmHWM/ { print int($2 / 1000) }' "/proc/$1/status"; }
# The same blobs, by name, are pushed first and pulled then.
both() { # TITLE CONNECTIONS BLOBS BYTES
  compare "$1" MB/s push "${@:2}" | sed 's/^| /| push /'
  compare "$1" MB/s pull "${@:2}" | sed 's/^| /| pull /'
}

echo "| what | polyarch | docker-registry | ratio |"
echo "|---|---|---|---|"
compare "manifest GETs, 8 connections" /s manifests 8 1
both "16 blobs of 16 MB, 4 connections" 4 16 16000000
both "1 blob of 256 MB" 1 1 256000000
both "200 blobs of 64 kB, 4 connections" 4 200 64000
row "peak memory" MB "$(peak "${PIDS[0]}")" "$(peak "${PIDS[1]}")"
