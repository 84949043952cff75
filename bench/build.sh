#!/usr/bin/env bash
# `polyarch build` beside `docker buildx build`: same builder, same image, same flags, paired runs. Needs the testbed.
set -euo pipefail
shopt -s inherit_errexit
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
# shellcheck source=bench/lib.sh
source bench/lib.sh

RUNS=${1:-5}
OUT=build/bench
ENGINE=${POLYARCH_BIN:-build/release/polyarch}
PLATFORMS=linux/amd64,linux/arm64
mkdir -p "$OUT"
eval "$(scripts/testbed.sh env)"
BASE="BASE=$POLYARCH_TESTBED_BASE"
BUILDER=$("$ENGINE" builder create --driver-opt "image=$POLYARCH_BUILDKIT_IMAGE" --driver-opt network=host --format json bench | jq -r .name)
trap '"$ENGINE" builder remove "$BUILDER"' EXIT
"$ENGINE" qemu register linux/arm64 >/dev/null

ours() {
  "$ENGINE" build --builder "$BUILDER" --platform "$PLATFORMS" --build-arg "$BASE" --cache off \
    -t "$POLYARCH_TESTBED_REGISTRY/bench/ours:1" --push bench/work
}
theirs() {
  docker buildx build --builder "$BUILDER" --platform "$PLATFORMS" --build-arg "$BASE" \
    -t "$POLYARCH_TESTBED_REGISTRY/bench/theirs:1" --push bench/work
}
empty() { docker buildx prune --builder "$BUILDER" --all --force >/dev/null; }
keep() { :; }

echo "| build | polyarch | docker buildx | ratio | difference | pairs |"
echo "|---|---|---|---|---|---|"
pairs "$RUNS" cold empty ours theirs
ours >/dev/null 2>&1 && theirs >/dev/null 2>&1
pairs "$((RUNS * 2))" warm keep ours theirs

# The engine's own peak: its children (buildx and what that starts) are not counted.
"$ENGINE" build --builder "$BUILDER" --platform "$PLATFORMS" --build-arg "$BASE" --cache off \
  -t "$POLYARCH_TESTBED_REGISTRY/bench/ours:1" --push bench/work >"$OUT/last.log" 2>&1 &
peak=0
engine=$!
while kill -0 "$engine" 2>/dev/null; do
  seen=$(awk '/VmHWM/ { print $2 }' "/proc/$engine/status" 2>/dev/null || :)
  if [[ -n $seen ]]; then peak=$seen; fi
  sleep 0.02
done
wait "$engine"
echo
echo "peak memory of the engine in a warm build: $(awk -v k="$peak" 'BEGIN { printf "%.1f MB", k / 1000 }')"
