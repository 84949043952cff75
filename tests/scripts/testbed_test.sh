#!/usr/bin/env bash
# Tests of scripts/install-deps.sh and scripts/testbed.sh that need no engine, no network and no root.
# (Where root is at hand, the rules for iptables are tried in a network namespace of their own, too.)
# shellcheck source=/dev/null disable=SC2016,SC2317
# The parts are sourced and the cases called by name; what stands in single quotes is meant for another shell.
set -euo pipefail
shopt -s inherit_errexit

SCRIPTS=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../scripts" && pwd)
DIRECTORY=$(mktemp -d)
trap 'rm -rf -- "$DIRECTORY"' EXIT

# A part, as testbed.sh would source it, with a state of the test's own.
use() { # PART…
  local part
  export HERE=$SCRIPTS STATE=$DIRECTORY/state STATE_ID=0badcafe CACHE=$DIRECTORY/cache
  mkdir -p "$STATE" "$CACHE"
  for part in say "$@"; do source "$SCRIPTS/testbed/$part.sh"; done
}

testbed() { POLYARCH_TESTBED_DIR=$DIRECTORY/none XDG_CACHE_HOME=$DIRECTORY/cache "$SCRIPTS/testbed.sh" "$@"; }

expect_status() { # STATUS COMMAND…
  local wanted=$1 status=0
  shift
  "$@" >"$DIRECTORY/output" 2>&1 || status=$?
  ((status != wanted)) || return 0
  printf '%s: exit status %s, not %s\n' "$*" "$status" "$wanted"
  cat "$DIRECTORY/output"
  return 1
}

expect_output() { # TEXT
  if grep -qF -- "$1" "$DIRECTORY/output"; then return; fi
  printf 'no "%s" in:\n' "$1"
  cat "$DIRECTORY/output"
  return 1
}

test_help_teaches() {
  expect_status 0 testbed --help
  expect_output 'eval "$(scripts/testbed.sh env)"'
  expect_status 0 "$SCRIPTS/install-deps.sh" --help
  expect_output '--testbed'
}

test_usage_errors_are_2() {
  expect_status 2 testbed
  expect_status 2 testbed sideways
  expect_status 2 testbed up --fast
  expect_status 2 testbed up --without engine
  expect_status 2 "$SCRIPTS/install-deps.sh" --everything
}

test_env_of_nothing_says_what_to_do() {
  expect_status 1 testbed env
  expect_output 'scripts/testbed.sh up'
  [[ ! -e $DIRECTORY/none ]]
}

test_no_colour_in_a_file() {
  expect_status 1 testbed env
  if grep -q $'\e' "$DIRECTORY/output"; then return 1; fi
}

test_a_daemon_is_recorded_and_stopped() {
  use daemon
  daemon_recorded sleeper sleep 60
  daemon_start sleeper "${RECORDED[@]}"
  daemon_await sleeper 5 daemon_pid sleeper
  local pid
  pid=$(daemon_pid sleeper)
  [[ $(tr '\0' ' ' <"/proc/$pid/cmdline") == 'sleep 60 ' ]]
  daemon_stop sleeper
  [[ ! -e /proc/$pid ]]
}

test_a_recycled_process_number_is_not_ours() {
  use daemon
  sleep 60 &
  local other=$!
  mkdir -p "$STATE/pids"
  printf '%s 1 %s\n' "$other" "$DAEMON_BOOT" >"$STATE/pids/gone"
  if daemon_pid gone; then return 1; fi
  daemon_stop gone
  kill "$other" # fails when daemon_stop has ended it
}

test_a_record_of_another_boot_is_not_ours() {
  use daemon
  daemon_recorded sleeper sleep 60
  daemon_start sleeper "${RECORDED[@]}"
  daemon_await sleeper 5 daemon_pid sleeper
  local pid
  pid=$(daemon_pid sleeper)
  sed -i "s/ $DAEMON_BOOT\$/ another-boot/" "$STATE/pids/sleeper"
  if daemon_pid sleeper; then return 1; fi
  kill "$pid"
}

test_a_daemon_that_dies_fails_at_once() {
  use daemon
  daemon_recorded failing sh -c 'echo the reason >&2; sleep 0.2; exit 3'
  daemon_start failing "${RECORDED[@]}"
  SECONDS=0
  expect_status 1 daemon_await failing 30 false
  expect_output 'the reason'
  ((SECONDS < 10))
}

test_layouts_are_whole_and_reproducible() {
  use debian registry images
  mkdir -p "$DIRECTORY/root/bin"
  printf 'hello\n' >"$DIRECTORY/root/bin/hello"
  image_layout "$DIRECTORY/one" "linux/amd64=$DIRECTORY/root" "linux/arm/v7=$DIRECTORY/root"
  touch -d 2001-01-01 "$DIRECTORY/root/bin/hello"
  image_layout "$DIRECTORY/two" "linux/amd64=$DIRECTORY/root" "linux/arm/v7=$DIRECTORY/root"
  cmp "$DIRECTORY/one/index.json" "$DIRECTORY/two/index.json"
  local blob
  for blob in "$DIRECTORY"/one/blobs/sha256/*; do
    [[ $(sha256sum <"$blob") == "${blob##*/}  -" ]]
  done
  skopeo inspect --raw "oci:$DIRECTORY/one:latest" >"$DIRECTORY/output"
  jq -e '[.manifests[].platform.architecture] == ["amd64", "arm"] and .manifests[1].platform.variant == "v7"' \
    "$DIRECTORY/output" >/dev/null
  skopeo --insecure-policy copy --quiet --all "oci:$DIRECTORY/one:latest" "oci:$DIRECTORY/three:latest"
}

test_a_stanza_of_a_package_list() {
  use debian
  [[ $(printf '%s\n' 'Package: a' 'Filename: pool/a' 'SHA256: 1' '' 'Package: ab' 'Filename: pool/ab' 'SHA256: 2' '' \
    'Package: c' 'Filename: pool/c' 'SHA256: 3' | debian_stanza ab) == 'pool/ab 2' ]]
  if printf 'Package: a\n' | debian_stanza b; then return 1; fi
}

test_iptables_rules_come_and_go() {
  if ! unshare --net true 2>/dev/null; then
    printf 'left out, it needs root: '
    return
  fi
  use
  unshare --net bash -euo pipefail -c '
    source "$HERE/testbed/say.sh" && source "$HERE/testbed/network.sh"
    state() { iptables-save && ip -o link && cat /proc/sys/net/ipv4/ip_forward; }
    before=$(state) && network_up && network_up
    [[ $(iptables-save | grep -c "polyarch-testbed-$STATE_ID") == 3 ]]
    iptables -t nat -F && network_up # somebody flushed one of the tables
    [[ $(iptables-save | grep -c "polyarch-testbed-$STATE_ID") == 3 ]]
    network_down
    [[ $(state) == "$before" ]]'
}

main() {
  local name passed=0 failed=0 status
  for name in $(compgen -A function test_); do
    rm -rf -- "${DIRECTORY:?}"/*
    # In a shell of its own, outside any condition, so that errexit holds inside.
    set +e
    (
      set -e
      "$name"
    )
    status=$?
    set -e
    if ((status == 0)); then
      passed=$((passed + 1))
      printf 'ok   %s\n' "$name"
    else
      failed=$((failed + 1))
      printf 'FAIL %s\n' "$name"
    fi
  done
  printf '%d passed, %d failed\n' "$passed" "$failed"
  ((failed == 0))
}

main
