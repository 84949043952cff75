# shellcheck shell=bash
# buildkitd, buildctl and buildx, compiled with Go from the versions that tools/go.mod pins. Kept in the cache, named
# by those versions, so that they are compiled once. Needs say.sh, $CACHE and $HERE.

TOOLS_TAGS='osusergo netgo static_build seccomp'
TOOLS_DIR=$CACHE/tools-$(cat "$HERE"/testbed/tools/go.{mod,sum} - <<<"$TOOLS_TAGS" | sha256sum | cut -c1-12)

tools_ready() { [[ -d $TOOLS_DIR ]]; }

# Prints why the tools cannot be compiled; nothing when they can.
tools_hindrance() {
  local wanted have
  command -v go >/dev/null || { printf 'Go is not installed\n' && return; }
  wanted=$(awk '$1 == "go" { print $2 }' "$HERE/testbed/tools/go.mod")
  have=$(cd / && go env GOVERSION)
  [[ $(cd / && go env GOTOOLCHAIN) == local ]] || return 0
  printf '%s\ngo%s\n' "$have" "$wanted" | sort -V | head -n 1 | grep -qx "go$wanted" ||
    printf '%s is installed, go%s or newer is needed\n' "$have" "$wanted"
}

tools_version() { awk -v module="$1" '$1 == module { print $2 }' "$HERE/testbed/tools/go.mod"; }

# The programs tell their own version only when the linker is told it.
tools_ldflags() {
  local module
  printf -- '-s -w'
  for module in github.com/docker/buildx github.com/moby/buildkit; do
    printf ' -X %s/version.Version=%s' "$module" "$(tools_version "$module")"
  done
}

# A compilation fills gigabytes of Go's caches that nobody needs afterwards: they are private and removed. Modules
# that the user has already are read from the user's cache and not fetched again.
tools_build() {
  tools_ready && return
  local part=$TOOLS_DIR.part modules proxy
  say_begin "compiling BuildKit and buildx with Go (once; 2 to 5 minutes on 2 cores)"
  modules=$(go env GOMODCACHE)/cache/download proxy=$(go env GOPROXY)
  [[ ! -d $modules ]] || proxy=file://$modules,$proxy
  mkdir -p "$part/bin"
  (
    export CGO_ENABLED=0 GOFLAGS='-modcacherw -buildvcs=false' GOPROXY=$proxy
    export GOCACHE=$part/build GOMODCACHE=$part/modules
    go -C "$HERE/testbed/tools" build -mod=readonly -trimpath -ldflags "$(tools_ldflags)" \
      -tags "$TOOLS_TAGS" -o "$part/bin/" tool
  )
  rm -rf -- "$part/build" "$part/modules"
  mv -- "$part/bin" "$TOOLS_DIR"
  rm -rf -- "$part"
  say_done "BuildKit and buildx are compiled"
}
