#!/usr/bin/env bash
# Every test there is: unit, architecture, contract, fuzz replays, end to end on a real Engine, the CI wrappers.
set -euo pipefail
shopt -s inherit_errexit

cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
STARTED_TESTBED=

usage() {
  cat <<'TEXT'
Usage: scripts/test.sh [CTEST OPTION…]

Installs what is missing, builds the static engine (release) and the tests (address and undefined-behaviour
sanitizers), brings up the testbed, and runs everything with ctest. Options go on to ctest:

  scripts/test.sh -L unit          only the unit tests
  scripts/test.sh -R unit/Platform only those whose name matches
TEXT
}

say() { printf '\n==> %s (%ss)\n' "$*" "$SECONDS"; }

finish() {
  if [[ -n $STARTED_TESTBED ]]; then scripts/testbed.sh down --keep-cache >build/testbed-down.log 2>&1 || :; fi
}

build() {
  cmake --preset release >build/release-configure.log
  cmake --preset test >build/test-configure.log
  cmake --build --preset release | tail -n 1
  cmake --build --preset test | tail -n 1
}

main() {
  if [[ ${1-} == -h || ${1-} == --help ]]; then usage && return; fi
  mkdir -p build
  trap finish EXIT
  say "installing what is missing"
  scripts/install-deps.sh
  say "building the engine and the tests; bringing up the testbed"
  if ! scripts/testbed.sh env >/dev/null 2>&1; then STARTED_TESTBED=yes; fi
  scripts/testbed.sh up &
  local testbed=$!
  scripts/ci-clients.sh &
  local clients=$!
  build
  wait "$clients" || :
  wait "$testbed"
  eval "$(scripts/testbed.sh env)"
  export POLYARCH_BIN=$PWD/build/release/polyarch
  say "testing"
  ctest --test-dir build/test --output-on-failure --no-tests=error -j 2 "$@"
}

main "$@"
