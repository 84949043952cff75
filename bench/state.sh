#!/usr/bin/env bash
# What brings a fresh builder to where the last one stood: the layer cache in the registry (mode=max, the default), or
# the builder's whole state as a snapshot. From nothing, with nothing changed, and with the last step changed; of the
# example and of an image of 400 MB. Needs the testbed.
#
# The state is reached from a container with the builder's volume: the engine's own static binary, in any image.
set -euo pipefail
shopt -s inherit_errexit
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
# shellcheck source=bench/lib.sh
source bench/lib.sh

RUNS=${1:-3}
OUT=build/bench
ENGINE=${POLYARCH_BIN:-build/release/polyarch}
mkdir -p "$OUT"
eval "$(scripts/testbed.sh env)"
WORK=$(mktemp -d)
NAME=bench-state-$$
VOLUME=buildx_buildkit_polyarch-${NAME}0_state
trap 'forget; end_servers; rm -rf "$WORK"' EXIT
serve 25975 "$ENGINE" registry serve --listen 127.0.0.1:25975 --dir "$WORK/registry"

quietly() { "$@" >"$OUT/state.log" 2>&1 || { cat "$OUT/state.log" >&2 && return 1; }; }
forget() {
  "$ENGINE" builder remove "polyarch-$NAME" >"$OUT/forget.log" 2>&1 || :
  docker volume rm -f "$VOLUME" >"$OUT/forget.log" 2>&1 || :
}
fresh() { quietly "$ENGINE" builder create --driver-opt "image=$POLYARCH_BUILDKIT_IMAGE" --driver-opt network=host "$NAME"; }
build() { # CACHE SOURCE
  quietly "$ENGINE" build --builder "polyarch-$NAME" --platform "$PLATFORMS" --build-arg "BASE=$POLYARCH_TESTBED_BASE" --build-arg "SOURCE=$2" \
    --cache-mounts off --cache "$1" --tag "127.0.0.1:25975/$REPOSITORY:1" --push "$CONTEXT"
}
inside() { # COMMAND… of the engine, with the state in /state
  local container
  container=$(docker create --privileged --network host --volume "$VOLUME:/state" --entrypoint /polyarch "$POLYARCH_BUILDKIT_IMAGE" "$@")
  docker cp -q "$ENGINE" "$container:/polyarch"
  local status=0
  quietly docker start --attach "$container" || status=$?
  docker rm "$container" >"$OUT/rm.log"
  return "$status"
}
restore() { inside cache restore --ref "127.0.0.1:25975/$REPOSITORY-state:1" --directory /; }
save() {
  docker stop "buildx_buildkit_polyarch-${NAME}0" >"$OUT/stop.log"
  inside cache save --ref "127.0.0.1:25975/$REPOSITORY-state:1" --directory / state
}

layers_cold() { fresh && build auto 1; }
layers_same() { fresh && build auto 1; }
layers_changed() { fresh && build auto "$i"; }
state_cold() { fresh && build off 1 && save; }
state_same() { restore && fresh && build off 1 && save; }
state_changed() { restore && fresh && build off "$i" && save; }

echo "| ms | registry cache, mode=max | state as a snapshot | ratio |"
echo "|---|---|---|---|"
for image in "the example|examples/hello|linux/amd64,linux/arm64" "400 MB|bench/large|linux/amd64"; do
  IFS='|' read -r title CONTEXT PLATFORMS <<<"$image"
  for phase in cold same changed; do rm -f "$OUT/layers_$phase.ms" "$OUT/state_$phase.ms"; done
  for ((i = 2; i < RUNS + 2; i++)); do
    REPOSITORY=$(basename "$CONTEXT")-$i
    for kind in layers state; do
      for phase in cold same changed; do
        forget
        time_ms "${kind}_$phase" >>"$OUT/${kind}_$phase.ms"
      done
    done
  done
  for phase in cold same changed; do
    layers=$(median <"$OUT/layers_$phase.ms") state=$(median <"$OUT/state_$phase.ms")
    echo "| $title, $phase | $layers | $state | $(awk -v x="$state" -v y="$layers" 'BEGIN { printf "%.2f", x / y }') |"
  done
done
