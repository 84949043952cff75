#!/usr/bin/env bash
# A real Docker Engine, BuildKit and a registry on this machine's loopback address, without any registry on the
# internet. The parts live in scripts/testbed/.
# shellcheck disable=SC2317 # functions are called by name, and the last line ends with exit
set -euo pipefail
shopt -s inherit_errexit

HERE=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
STATE=$(realpath -m -- "${POLYARCH_TESTBED_DIR:-$HERE/../build/testbed}")
STATE_ID=$(sha256sum <<<"$STATE" | cut -c1-8)
CACHE=${XDG_CACHE_HOME:-~/.cache}/polyarch/testbed
OPTIONAL=(emulators buildkitd buildkit-image)
WITHOUT=()
declare -A JOBS=()

# Progress has a file of its own, so that what the steps' commands print can go to logs.
exec 8>&2
# shellcheck disable=SC2034 # read by say.sh
SAY_FD=8

for part in say debian daemon network engine registry images tools buildkit binfmt; do
  # shellcheck source=/dev/null
  source "$HERE/testbed/$part.sh"
done

usage() {
  cat <<'TEXT'
Usage: scripts/testbed.sh up [--quick] [--without PART]…
       scripts/testbed.sh env | status
       scripts/testbed.sh down [--keep-cache]

A real Docker Engine, BuildKit and a registry, on 127.0.0.1 only, for polyarch's tests and for trying it out.

  up       starts what is not running yet; safe to run again, also after a crash
           --quick         only what is there within a minute: leaves out what must be compiled with Go
                           (BuildKit, newest buildx), unless an earlier run has compiled it
           --without PART  leaves out a part: emulators, buildkitd or buildkit-image
  env      prints the variables that point to it:   eval "$(scripts/testbed.sh env)"
  status   says what is running
  down     stops it and removes all that it put on this machine
           --keep-cache    keeps what took long to fetch and to compile

Parts:
  engine          your own Docker if it can build, else Debian's, run from a root file system of its own
  registry        Debian's docker-registry, plain HTTP, deleting allowed
  busybox         REGISTRY/testbed/busybox:latest for amd64, arm64, arm/v7, 386, ppc64le, riscv64, s390x
  emulators       REGISTRY/testbed/emulators:latest with /usr/bin/qemu-ARCH
  buildkitd       on a unix socket and on a loopback port
  buildkit-image  polyarch-testbed/buildkit:latest for buildx's docker-container driver

Environment:
  POLYARCH_TESTBED_DIR  where it keeps its state (default: build/testbed); another directory, another testbed
  XDG_CACHE_HOME        what took long is kept below it, in polyarch/testbed (default: ~/.cache)
  NO_COLOR              no colour

Try it:
  scripts/testbed.sh up --quick && eval "$(scripts/testbed.sh env)"
  docker buildx imagetools inspect "$POLYARCH_TESTBED_BASE"
TEXT
}


wanted() { [[ " ${WITHOUT[*]-} " != *" $1 "* ]]; }

# One run at a time on this cache. The file goes with the cache, so whoever waited looks whether it is still the file.
lock() {
  mkdir -p "$CACHE"
  while :; do
    exec 9>"$CACHE.lock"
    flock --nonblock 9 || { say_begin "waiting for another run of this script" && flock 9; }
    [[ ! $CACHE.lock -ef /proc/self/fd/9 ]] || break
  done
}

# Steps run side by side: downloads, unpacking and compiling leave each other's waiting time to use. Each is a process
# group, so that a script that ends early takes them along.
job_begin() { # NAME COMMAND…
  local name=$1
  shift
  set -m
  ("$@") >"$STATE/logs/up-$name.log" 2>&1 &
  set +m
  JOBS[$name]=$!
}

jobs_abandon() {
  local job
  for job in "${JOBS[@]}"; do kill -- "-$job" 2>/dev/null || :; done
}

job_end() { # NAME
  local job=${JOBS[$1]}
  if wait "$job"; then
    unset "JOBS[$1]"
    return
  fi
  say_fail "$1 failed"
  say_log_tail "$STATE/logs/up-$1.log"
  return 1
}

# --- up ---------------------------------------------------------------------------------------------------------------

require_machine() {
  [[ $(uname -s) == Linux ]] || die "the testbed runs on Linux only"
  [[ $STATE != *[:,\ ]* ]] || die "the state directory's path holds a colon, a comma or a space: $STATE" \
    "Set POLYARCH_TESTBED_DIR."
  ((${#STATE} < 75)) || die "the state directory's path is too long for a socket in it: $STATE" \
    "Set POLYARCH_TESTBED_DIR to a shorter one."
}

# What only an engine of our own needs.
require_engine_host() {
  ((EUID == 0)) || die "no working Docker here, and starting one needs root" "sudo $0 up"
  [[ $(stat -f -c %T -- "$STATE") != overlayfs ]] ||
    die "the state directory lies on an overlay file system, on which an engine cannot stack its own: $STATE" \
      "Set POLYARCH_TESTBED_DIR to a directory on a real file system or a tmpfs."
}

engine_up() {
  local endpoint buildx
  buildx=$(buildx_compiled)
  if ! daemon_pid engine >/dev/null && endpoint=$(engine_reusable); then
    engine_client "${buildx:-$(engine_own_buildx)}"
    say_done "using the Docker Engine at $endpoint"
  else
    require_engine_host
    engine_rootfs
    engine_client "$buildx"
    engine_start
    endpoint=unix://$ENGINE_SOCKET
  fi
  printf '%s\n' "$endpoint" >"$STATE/endpoint"
}

buildx_compiled() { ! tools_ready || printf '%s\n' "$TOOLS_DIR/buildx"; }

engine_endpoint() { cat "$STATE/endpoint" 2>/dev/null; }

# The client with the testbed's own configuration, whichever engine it is.
docker_here() { DOCKER_HOST=$(engine_endpoint) DOCKER_CONFIG=$STATE/docker PATH=$STATE/bin:$PATH docker "$@"; }

# Says why, and leaves the parts out, where nothing can be compiled or nobody wants to wait for it.
choose_compiled() { # QUICK
  local reason=''
  wanted buildkitd || wanted buildkit-image || return 0
  if ! tools_ready; then
    reason=$(tools_hindrance)
    [[ -n $reason || $1 == no ]] || reason="--quick, and not compiled yet: scripts/testbed.sh up compiles it"
  fi
  ((EUID == 0)) || WITHOUT+=(buildkitd)
  [[ -z $reason ]] || { say_warn "without BuildKit of its own: $reason" && WITHOUT+=(buildkitd buildkit-image); }
}

compiled_up() {
  wanted buildkitd || wanted buildkit-image || return 0
  job_end tools
  engine_client "$TOOLS_DIR/buildx"
  ! wanted buildkitd || buildkitd_start
  if wanted buildkit-image; then
    buildkit_image docker_here
    touch "$STATE/ready/buildkit-image"
  fi
  ln -sfn "$TOOLS_DIR/buildctl" "$STATE/bin/buildctl"
}

note_machine() {
  [[ ! -e $STATE/cgroups ]] || return 0
  cgroups_list >"$STATE/cgroups"
  ((EUID != 0)) || binfmt_note
}

up() { # QUICK
  require_machine
  lock
  trap jobs_abandon EXIT
  "$HERE/install-deps.sh" --testbed
  mkdir -p "$STATE/logs" "$STATE/ready" "$CACHE/users"
  printf '%s\n' "$STATE" >"$CACHE/users/$STATE_ID"
  note_machine
  choose_compiled "$1"
  registry_start
  job_begin engine engine_up
  ! { wanted buildkitd || wanted buildkit-image; } || job_begin tools tools_build
  job_begin busybox busybox_up
  ! wanted emulators || job_begin emulators emulators_up
  job_end engine
  job_end busybox
  write_env
  compiled_up
  ! wanted emulators || job_end emulators
  write_env
  say_done "the testbed is up:  eval \"\$($0 env)\""
}

# --- env, status ------------------------------------------------------------------------------------------------------

variable() { printf 'export %s=%q\n' "$1" "$2"; }

write_env() {
  local registry
  registry=$(registry_address)
  {
    variable POLYARCH_TESTBED_DIR "$STATE"
    variable DOCKER_HOST "$(engine_endpoint)"
    variable DOCKER_CONFIG "$STATE/docker"
    printf 'export PATH=%q:"%s"\n' "$STATE/bin" \$PATH
    variable POLYARCH_TESTBED_REGISTRY "$registry"
    variable POLYARCH_TESTBED_BASE "$registry/testbed/busybox:latest"
    [[ ! -e $STATE/ready/emulators ]] || variable POLYARCH_TESTBED_EMULATORS "$registry/testbed/emulators:latest"
    [[ ! -e $STATE/ready/buildkit-image ]] || variable POLYARCH_BUILDKIT_IMAGE "$BUILDKIT_IMAGE"
    if daemon_pid buildkitd >/dev/null; then
      variable POLYARCH_TESTBED_BUILDKIT "$(buildkit_tcp)"
      variable POLYARCH_TESTBED_BUILDKIT_SOCKET "$BUILDKIT_SOCKET"
    fi
  } >"$STATE/env.new"
  mv -- "$STATE/env.new" "$STATE/env"
}

env_print() {
  [[ -s $STATE/env ]] || die "the testbed is not up" "scripts/testbed.sh up"
  { registry_answers && engine_answers "$(engine_endpoint)"; } >/dev/null 2>&1 ||
    die "the testbed was up, but its engine or registry is gone" "scripts/testbed.sh up"
  cat "$STATE/env"
}

status_line() { printf '%-15s %s\n' "$1" "$2"; }

status() {
  local engine registry buildkitd entries image images='' list="{{.Repository}}:{{.Tag}} {{.Size}}"
  if engine=$(engine_answers "$(engine_endpoint)" 2>/dev/null); then
    engine="up: $engine at $(engine_endpoint)"
  else
    engine=''
  fi
  if registry_answers >/dev/null 2>&1; then
    registry="up: $(registry_address)" images=$(registry_images)
  fi
  ! daemon_pid buildkitd >/dev/null || buildkitd="up: $BUILDKIT_SOCKET and $(buildkit_tcp)"
  status_line engine "${engine:-down}"
  status_line registry "${registry:-down}"
  status_line images "${images:-none}"
  status_line buildkitd "${buildkitd:-down}"
  image=$(docker_here image ls --format "$list" "$BUILDKIT_IMAGE" 2>/dev/null) || :
  status_line buildkit-image "${image:-none}"
  entries=$(binfmt_entries 2>/dev/null | paste -sd ' ') || entries='binfmt_misc cannot be read'
  status_line qemu "$(compgen -G '/usr/bin/qemu-*-static' | wc -l) emulators installed; registered: ${entries:-none}"
  status_line state "$STATE"
  status_line cache "$CACHE ($(du -sh "$CACHE" 2>/dev/null | cut -f1))"
  [[ -n ${engine:-} && -n ${registry:-} ]]
}

# --- down -------------------------------------------------------------------------------------------------------------

cgroups_list() { find /sys/fs/cgroup -type d 2>/dev/null | sort; }

# Groups of ended containers stay, empty, where the engine, buildx and BuildKit made them. The kernel removes only
# groups without a process.
cgroups_remove() {
  [[ -e $STATE/cgroups ]] || return 0
  local group
  while read -r group; do
    [[ ! $group =~ /(docker|buildkit|polyarch-testbed-$STATE_ID)(/|$) ]] || rmdir -- "$group" 2>/dev/null || :
  done < <(comm -13 "$STATE/cgroups" <(cgroups_list) | sort -r)
}

# An engine that is not ours stays, without what we put into it.
leave_foreign_engine() {
  local endpoint instance
  endpoint=$(engine_endpoint) || return 0
  [[ $endpoint != "unix://$ENGINE_SOCKET" ]] || return 0
  for instance in "$STATE"/docker/buildx/instances/*; do
    [[ ! -f $instance ]] || docker_here buildx rm --force "${instance##*/}" >/dev/null 2>&1 || :
  done
  [[ ! -e $STATE/buildkit-imported ]] || docker_here image rm --force "$BUILDKIT_IMAGE" >/dev/null 2>&1 || :
}

cache_remove() {
  local user others=0
  rm -f -- "$CACHE/users/$STATE_ID"
  for user in "$CACHE"/users/*; do
    [[ ! -f $user || ! -d $(<"$user") ]] || others=1
  done
  if [[ $1 == keep ]]; then return; fi
  if ((others)); then
    say_warn "another testbed uses the cache, so it stays: $CACHE"
    return
  fi
  rm -rf --one-file-system -- "$CACHE"
  rm -f -- "$CACHE.lock"
  rmdir --ignore-fail-on-non-empty -- "${CACHE%/*}"
}

down() { # keep|remove
  lock
  if [[ -d $STATE ]]; then
    leave_foreign_engine
    daemon_stop buildkitd
    [[ ! -d $STATE/engine ]] || engine_stop
    daemon_stop registry
    ((EUID != 0)) || binfmt_restore
    cgroups_remove
    rm -rf --one-file-system -- "$STATE"
  fi
  cache_remove "$1"
  say_done "the testbed is down"
}

# ----------------------------------------------------------------------------------------------------------------------

usage_error() {
  say_fail "$1"
  printf '       scripts/testbed.sh --help\n' >&2
  exit 2
}

up_arguments() { # ARGUMENT… : fills QUICK and WITHOUT
  QUICK=no
  while (($#)); do
    case $1 in
      --quick) QUICK=yes ;;
      --without)
        [[ $# -ge 2 && " ${OPTIONAL[*]} " == *" $2 "* ]] || usage_error "--without takes one of: ${OPTIONAL[*]}"
        WITHOUT+=("$2") && shift
        ;;
      *) usage_error "unknown argument: $1" ;;
    esac
    shift
  done
}

main() {
  local command=${1:-}
  (($# == 0)) || shift
  case $command:$* in
    up:*)
      up_arguments "$@"
      up "$QUICK"
      ;;
    down:) down remove ;;
    down:--keep-cache) down keep ;;
    env:) env_print ;;
    status:) status ;;
    -h:* | --help:* | help:*) usage ;;
    *) usage_error "what shall it do? ${command:+unknown: $command $*}" ;;
  esac
}

# On one line, read before it runs: an update of this file does not reach a run that is under way.
main "$@"; exit
