#!/usr/bin/env bash
# Contents of a cache mount into a fresh builder and out of it again: `polyarch build --cache-mounts` beside the method of
# buildkit-cache-dance (inject: a build copies a context into the mount; extract: a build copies the mount into an image,
# which goes to the engine, and out of a container). The dance's times leave out the tar and upload that keep its files
# between runs; ours have all of that, to a registry on this machine. Needs the testbed.
set -euo pipefail
shopt -s inherit_errexit
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
# shellcheck source=bench/lib.sh
source bench/lib.sh

RUNS=${1:-3} MEGABYTES=${2:-256}
OUT=build/bench
ENGINE=${POLYARCH_BIN:-build/release/polyarch}
mkdir -p "$OUT"
eval "$(scripts/testbed.sh env)"
WORK=$(mktemp -d)
export XDG_CACHE_HOME=$WORK/home
trap 'end_servers; docker buildx rm "$BUILDER" >"$OUT/rm.log" 2>&1 || :; docker rm -f "$BUILDER" >"$OUT/rm.log" 2>&1 || :; rm -rf "$WORK"' EXIT
BUILDER=bench-dance-$$
python3 bench/make_tree.py "$WORK/tree" "$MEGABYTES" 1
python3 bench/make_tree.py "$WORK/more" "$((MEGABYTES / 10))" 2

serve 25977 "$ENGINE" registry serve --listen 127.0.0.1:25977 --dir "$WORK/registry"

# A job whose step puts what its context holds into the mount.
mkdir -p "$WORK/job" "$WORK/nothing" "$WORK/out"
# shellcheck disable=SC2016
printf 'ARG BASE\nFROM $BASE\nARG JOB\nRUN --mount=type=cache,target=/mount --mount=type=bind,source=new,target=/new cp -a /new/. /mount/\n' >"$WORK/job/Dockerfile"
job() { # NAME DIRECTORY-OF-NEW-FILES
  rm -rf "$WORK/job/new" && mkdir -p "$WORK/job/new" && cp -a "$2/." "$WORK/job/new/"
  "$ENGINE" build --platform linux/amd64 --driver docker-container --driver-opt "image=$POLYARCH_BUILDKIT_IMAGE" \
    --build-arg "BASE=$POLYARCH_TESTBED_BASE" --build-arg "JOB=$1" --tag "127.0.0.1:25977/$REPOSITORY:1" --push \
    --report-dir "$WORK/report" "$WORK/job" >"$OUT/last.log" 2>&1 || { cat "$OUT/last.log" >&2 && return 1; }
  jq -e ".cache_mounts[0].saved.duration_ms" "$WORK/report/report.json" >>"$OUT/mounts-saved-${1%%-*}"
  jq -e ".cache_mounts[0].restored.duration_ms // empty" "$WORK/report/report.json" >>"$OUT/mounts-restored-${1%%-*}" || :
}

inject() {
  printf 'FROM %s\nRUN --mount=type=cache,id=dance,target=/mount --mount=type=bind,source=.,target=/dance cp -p -R /dance/. /mount\n' \
    "$POLYARCH_TESTBED_BASE" >"$WORK/inject"
  docker buildx build --builder "$BUILDER" -f "$WORK/inject" "$WORK/tree" >"$OUT/last.log" 2>&1
}
extract() {
  printf 'FROM %s\nARG STAMP\nRUN --mount=type=cache,id=dance,target=/mount mkdir -p /dance && cp -p -R /mount/. /dance/\n' \
    "$POLYARCH_TESTBED_BASE" >"$WORK/extract"
  docker buildx build --builder "$BUILDER" -f "$WORK/extract" --build-arg "STAMP=$RANDOM" --tag "$BUILDER" --load "$WORK/nothing" >"$OUT/last.log" 2>&1
  docker create --name "$BUILDER" "$BUILDER" sh >>"$OUT/last.log"
  docker cp -L "$BUILDER:/dance" - | tar -x -C "$WORK/out"
  docker rm "$BUILDER" >>"$OUT/last.log"
  docker image rm "$BUILDER" >>"$OUT/last.log"
}

rm -f "$OUT"/mounts-*
for ((i = 0; i < RUNS; i++)); do
  REPOSITORY=bench-$i
  job cold-$i "$WORK/tree"
  job same-$i "$WORK/nothing"
  job more-$i "$WORK/more"
  docker buildx create --name "$BUILDER" --driver docker-container --driver-opt "image=$POLYARCH_BUILDKIT_IMAGE,network=host" --bootstrap >"$OUT/last.log" 2>&1
  time_ms inject >>"$OUT/mounts-inject"
  time_ms extract >>"$OUT/mounts-extract"
  diff <(cd "$WORK/tree" && find . -type f | sort) <(cd "$WORK/out/dance" && find . -type f | sort) >"$OUT/last.log"
  docker buildx rm "$BUILDER" >"$OUT/last.log" 2>&1
  rm -rf "$WORK/out" && mkdir "$WORK/out"
done

ratio() { awk -v x="$1" -v y="$2" 'BEGIN { printf "%.2f", x / y }'; }
in=$(median <"$OUT/mounts-restored-same") dance_in=$(median <"$OUT/mounts-inject") dance_out=$(median <"$OUT/mounts-extract")
echo "$(find "$WORK/tree" -type f | wc -l) files, $MEGABYTES MB; $RUNS runs"
echo "| | polyarch | buildkit-cache-dance | ratio |"
echo "|---|---|---|---|"
echo "| in | $in ms | $dance_in ms | $(ratio "$in" "$dance_in") |"
for kind in cold more same; do
  out=$(median <"$OUT/mounts-saved-$kind")
  echo "| out, $kind | $out ms | $dance_out ms | $(ratio "$out" "$dance_out") |"
  echo "| in and out, $kind | $((in + out)) ms | $((dance_in + dance_out)) ms | $(ratio $((in + out)) $((dance_in + dance_out))) |"
done
