#!/usr/bin/env bash
# The main job on real input: builds the engine, and with it an image for amd64 and arm64, twice.
set -euo pipefail
shopt -s inherit_errexit

cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
OUT=build/quickstart
ENGINE=build/release/polyarch
KEEP=
REGISTRY_PID=

usage() {
  cat <<'TEXT'
Usage: scripts/quickstart.sh [--keep]

From a fresh clone: installs what is missing, builds the static engine, starts its embedded registry, and builds, tests
and publishes examples/hello for linux/amd64 and linux/arm64, twice: the second run starts with an empty builder and
takes its layers from the cache in the registry.

  --keep   leaves the registry and the testbed running at the end

Writes build/quickstart/result.json and the reports of both runs below build/quickstart/.
TEXT
}

say() { printf '\n==> %s (%ss)\n' "$*" "$SECONDS"; }

finish() {
  local status=$?
  if [[ -n $KEEP && $status -eq 0 ]]; then return; fi
  if [[ -n $REGISTRY_PID ]]; then kill "$REGISTRY_PID" 2>/dev/null && wait "$REGISTRY_PID" || :; fi
  if [[ -n ${STARTED_TESTBED-} ]]; then scripts/testbed.sh down --keep-cache >"$OUT/testbed-down.log" 2>&1 || :; fi
}

prepare() {
  scripts/install-deps.sh
  if ! scripts/testbed.sh env >/dev/null 2>&1; then STARTED_TESTBED=yes; fi
  # Side by side: the testbed mostly waits for downloads.
  scripts/testbed.sh up --quick &
  local testbed=$!
  if [[ ! -f build/release/build.ninja ]]; then cmake --preset release >"$OUT/configure.log"; fi
  cmake --build --preset release | tail -n 1
  wait "$testbed"
  eval "$(scripts/testbed.sh env)"
}

start_registry() {
  rm -rf "$OUT/registry"
  "$ENGINE" registry serve --listen 127.0.0.1:0 --dir "$OUT/registry" >"$OUT/registry.log" 2>&1 &
  REGISTRY_PID=$!
  local tries
  for ((tries = 0; tries < 100; tries++)); do
    REGISTRY=$(sed -n 's/^serving http:\/\/\(127\.0\.0\.1:[0-9]*\) .*/\1/p' "$OUT/registry.log")
    if [[ -n $REGISTRY ]]; then return; fi
    sleep 0.05
  done
  cat "$OUT/registry.log" >&2
  return 1
}

# A builder of our own for each run where BuildKit can be had as an image; else the Engine's, emptied before the second.
choose_builder() {
  if [[ -n ${POLYARCH_BUILDKIT_IMAGE-} ]]; then
    BUILDER=(--driver docker-container --driver-opt "image=$POLYARCH_BUILDKIT_IMAGE")
  elif [[ $DOCKER_HOST == "unix://$(realpath -m "${POLYARCH_TESTBED_DIR:-build/testbed}")"/* ]]; then
    BUILDER=(--driver docker)
    EMPTY_ENGINE=yes
  else
    BUILDER=(--driver docker-container)
  fi
}

build() { # NAME
  "$ENGINE" build --platform linux/amd64,linux/arm64 --tag "$REGISTRY/examples/hello:1" --tag "$REGISTRY/examples/hello:latest" \
    --build-arg "BASE=$POLYARCH_TESTBED_BASE" --test-target check --test '/app/hello' --push "${BUILDER[@]}" \
    --report-dir "$OUT/$1" examples/hello
}

write_result() {
  jq --arg registry "$REGISTRY" '{reference, digest, tags, registry: $registry,
    platforms: (.legs | map({key: .platform, value: {digest, size}}) | from_entries)}' "$OUT/second/report.json" >"$OUT/result.json"
}

main() {
  case ${1-} in
    '') ;;
    --keep) KEEP=yes ;;
    -h | --help) usage && return ;;
    *) usage >&2 && return 2 ;;
  esac
  mkdir -p "$OUT"
  trap finish EXIT
  say "installing what is missing, building the engine, starting an Engine and a base image"
  prepare
  start_registry
  choose_builder
  say "first run: nothing is cached"
  build first
  if [[ -n ${EMPTY_ENGINE-} ]]; then docker buildx prune --all --force >"$OUT/prune.log"; fi
  say "second run: an empty builder, the cache in the registry"
  build second
  write_result
  say "done"
  printf 'The image is published. Any client pulls it:\n\n'
  printf '  skopeo copy --src-tls-verify=false --override-arch arm64 docker://%s/examples/hello:1 dir:hello-arm64\n' "$REGISTRY"
  printf '  docker pull --platform linux/arm64 %s/examples/hello:1\n\n' "$REGISTRY"
  if [[ -n $KEEP ]]; then
    printf 'The registry runs on as process %s; `kill %s` ends it, `scripts/testbed.sh down` the rest.\n' "$REGISTRY_PID" "$REGISTRY_PID"
  else
    printf 'The registry ends now; `scripts/quickstart.sh --keep` leaves it running. Its content is in %s/registry.\n' "$OUT"
  fi
}

main "$@"
