#!/usr/bin/env bash
# Compiles crane, oras, regctl and the distribution-spec's conformance suite with Go, from the versions that
# clients/go.mod pins, and prints the directory that holds them. They stay in the cache, named by those versions. Prints
# the reason to standard error and fails where that cannot be done.
set -euo pipefail
shopt -s inherit_errexit

HERE=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
CACHE=${XDG_CACHE_HOME:-~/.cache}/polyarch/testbed
BIN=$CACHE/clients-$(cat "$HERE"/clients/go.{mod,sum} | sha256sum | cut -c1-12)

hindrance() {
  local wanted have
  command -v go >/dev/null || { printf 'Go is not installed\n' && return; }
  wanted=$(awk '$1 == "go" { print $2 }' "$HERE/clients/go.mod")
  have=$(cd / && go env GOVERSION)
  [[ $(cd / && go env GOTOOLCHAIN) == local ]] || return 0
  printf '%s\ngo%s\n' "$have" "$wanted" | sort -V | head -n 1 | grep -qx "go$wanted" ||
    printf '%s is installed, go%s or newer is needed\n' "$have" "$wanted"
}

compile() {
  mkdir -p "$BIN.part"
  CGO_ENABLED=0 GOFLAGS=-buildvcs=false go -C "$HERE/clients" build -mod=readonly -trimpath -ldflags '-s -w' \
    -o "$BIN.part/" tool >&2
  mv -- "$BIN.part" "$BIN"
}

main() {
  mkdir -p "$CACHE"
  exec 9>"$CACHE/clients.lock"
  flock 9
  if [[ ! -d $BIN ]]; then
    local reason
    reason=$(hindrance)
    [[ -z $reason ]] || { printf '%s\n' "$reason" >&2 && return 1; }
    compile
  fi
  printf '%s\n' "$BIN"
}

main "$@"
