#!/usr/bin/env bash
# The engine by itself: start, size, memory, and registering QEMU with its proof. Needs root for the last.
set -euo pipefail
shopt -s inherit_errexit
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
# shellcheck source=bench/lib.sh
source bench/lib.sh

RUNS=${1:-21}
OUT=build/bench
ENGINE=${POLYARCH_BIN:-build/release/polyarch}
mkdir -p "$OUT"

# Microseconds of one run, by the shell's clock, less what starting `true` takes.
micro() { # COMMAND…
  local start=$EPOCHREALTIME
  "$@" >/dev/null
  local end=$EPOCHREALTIME
  echo $((${end/./} - ${start/./}))
}
repeat() { for ((i = 0; i < RUNS; i++)); do micro "$@"; done | median; }

echo "| what | figure |"
echo "|---|---|"
echo "| stripped static binary | $(awk -v s="$(stat -c %s "$ENGINE")" 'BEGIN { printf "%.1f MB", s / 1e6 }') |"
echo "| polyarch version | $(repeat "$ENGINE" version) µs (an empty program: $(repeat /bin/true) µs) |"
if [[ $EUID -eq 0 ]] && command -v qemu-aarch64-static >/dev/null; then
  register() { "$ENGINE" qemu register linux/arm64; }
  for ((i = 0; i < RUNS; i++)); do
    "$ENGINE" qemu unregister linux/arm64 >/dev/null
    micro register
  done | median | awk '{ printf "| qemu register, with proof, one architecture | %.1f ms |\n", $1 / 1000 }'
fi
