# shellcheck shell=bash
# The Docker Engine: the caller's own when it works, else Debian's, run from a root file system of its own.
# Needs say.sh, debian.sh, daemon.sh, network.sh, $STATE, $CACHE and $HERE.

ENGINE_PACKAGES=docker.io,docker-buildx,docker-cli,iptables,base-files,mount
ENGINE_ROOTFS=$CACHE/engine-$(sha256sum <<<"$DEBIAN_SUITE $ENGINE_PACKAGES" | cut -c1-12)
ENGINE_SOCKET=$STATE/engine/run/docker.sock

# Only an engine on a local socket can reach a registry on this machine's loopback address, and only one that has
# built something is known to build.
engine_reusable() {
  local endpoint
  command -v docker >/dev/null || return 1
  endpoint=${DOCKER_HOST:-$(docker context inspect --format '{{.Endpoints.docker.Host}}' 2>/dev/null)}
  [[ $endpoint == unix://* && -S ${endpoint#unix://} && $endpoint != "unix://$ENGINE_SOCKET" ]] || return 1
  DOCKER_HOST=$endpoint docker info >/dev/null 2>&1 || return 1
  printf 'FROM scratch\nCOPY . /\n' | DOCKER_HOST=$endpoint docker buildx build --builder default \
    --output type=cacheonly --file - "$HERE/testbed/tools" >/dev/null 2>&1 || return 1
  printf '%s\n' "$endpoint"
}

# Where the caller's docker has its buildx.
engine_own_buildx() {
  docker info --format '{{range .ClientInfo.Plugins}}{{if eq .Name "buildx"}}{{.Path}}{{end}}{{end}}' 2>/dev/null
}

# Extracted, not installed: no package's script is run, nothing is configured that dockerd does not need.
engine_rootfs() {
  [[ ! -d $ENGINE_ROOTFS ]] || return 0
  say_begin "fetching Docker's packages of Debian $DEBIAN_SUITE"
  debian_retry engine_unpack "$ENGINE_ROOTFS.part" "$(debian_mirror)"
  mv -- "$ENGINE_ROOTFS.part" "$ENGINE_ROOTFS"
  say_done "Docker's packages are unpacked"
}

engine_unpack() { # DIRECTORY MIRROR
  rm -rf -- "$1"
  mmdebstrap --variant=extract --format=directory --include="$ENGINE_PACKAGES" \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --aptopt='Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false"' --aptopt='Acquire::Languages "none"' \
    "$DEBIAN_SUITE" "$1" "$2"
}

# What package scripts would have made, and what belongs to this machine: written above the shared root file system.
engine_configure() {
  local etc=$STATE/engine/upper/etc backend=legacy program
  mkdir -p "$STATE/engine"/{root,work,run,docker,containerd} "$etc/docker" "$etc/ssl/certs"
  mkdir -p "$STATE/engine/upper"/{usr/sbin,var}
  rm -rf -- "$STATE/engine/upper/var/run"
  ln -s /run "$STATE/engine/upper/var/run"
  ! iptables --version | grep -q nf_tables || backend=nft
  for program in iptables iptables-save iptables-restore ip6tables; do
    ln -sfn "${program/tables/tables-$backend}" "$STATE/engine/upper/usr/sbin/$program"
  done
  cp -L /etc/ssl/certs/ca-certificates.crt "$etc/ssl/certs/"
  cp -L /etc/resolv.conf /etc/hosts "$etc/"
  printf 'root:x:0:0:root:/root:/bin/sh\n' >"$etc/passwd"
  printf 'root:x:0:\n' >"$etc/group"
  cat >"$etc/docker/daemon.json" <<JSON
{
  "hosts": ["unix:///run/docker.sock"],
  "features": { "containerd-snapshotter": true },
  "insecure-registries": ["127.0.0.0/8"],
  "bridge": "$NETWORK_BRIDGE",
  "iptables": false,
  "ip-forward": false,
  "exec-opts": ["native.cgroupdriver=cgroupfs"],
  "cgroup-parent": "polyarch-testbed-$STATE_ID",
  "shutdown-timeout": 2
}
JSON
}

# An engine that was killed leaves its lock and socket files; the processes died with their namespace.
engine_start() {
  network_up
  ! daemon_pid engine >/dev/null || return 0
  engine_configure
  find "$STATE/engine/run" -mindepth 1 -delete
  daemon_recorded engine bash "$HERE/testbed/engine-root.sh" "$ENGINE_ROOTFS" "$STATE/engine"
  daemon_start engine unshare --mount --pid --fork --kill-child --propagation slave "${RECORDED[@]}"
  daemon_await engine 60 engine_answers "unix://$ENGINE_SOCKET"
  say_done "Docker Engine $(engine_answers "unix://$ENGINE_SOCKET") is up"
}

# An engine that hangs is no engine.
engine_answers() {
  DOCKER_HOST=$1 DOCKER_CONFIG=$STATE/docker timeout 10 "$STATE/bin/docker" version --format '{{.Server.Version}}'
}

engine_docker() {
  DOCKER_HOST=unix://$ENGINE_SOCKET DOCKER_CONFIG=$STATE/docker "$STATE/bin/docker" "$@"
}

# A program of the engine's root file system, for this machine, whatever C library it has: with the loader and the
# libraries that it was linked against.
engine_wrapper() { # FILE PROGRAM
  local loader
  loader=$(compgen -G "$ENGINE_ROOTFS/lib64/ld-linux-*.so.*" || compgen -G "$ENGINE_ROOTFS/lib/ld-linux-*.so.*")
  printf '#!/bin/sh\nexec %q --library-path %q %q "$@"\n' "${loader%%$'\n'*}" \
    "$(printf '%s:' "$ENGINE_ROOTFS"/usr/lib/*-linux-gnu*)" "$ENGINE_ROOTFS$2" >"$1.new"
  chmod +x "$1.new"
  mv -- "$1.new" "$1"
}

# docker and buildx for the caller: this machine's docker if it has one, and the best buildx at hand.
engine_client() { # BUILDX-PROGRAM or nothing
  local docker plugin=$STATE/docker/cli-plugins/docker-buildx
  mkdir -p "$STATE/bin" "$STATE/docker/cli-plugins"
  [[ -s $STATE/docker/config.json ]] || printf '{}\n' >"$STATE/docker/config.json"
  if docker=$(PATH=${PATH//"$STATE/bin:"/} command -v docker); then
    ln -sfn "$docker" "$STATE/bin/docker"
  else
    engine_wrapper "$STATE/bin/docker" /usr/bin/docker
  fi
  rm -f -- "$plugin"
  if [[ -n ${1:-} ]]; then
    ln -s "$1" "$plugin"
  else
    engine_wrapper "$plugin" /usr/libexec/docker/cli-plugins/docker-buildx
  fi
  ln -sfn "$plugin" "$STATE/bin/buildx"
}

# Networks of the user's making are bridges on the machine: dockerd removes them, when asked.
engine_stop() {
  local networks=() containers=()
  if daemon_pid engine >/dev/null; then
    mapfile -t containers < <(engine_docker ps --all --quiet 2>/dev/null)
    ((${#containers[@]} == 0)) || engine_docker rm --force --volumes "${containers[@]}" >/dev/null 2>&1 || :
    mapfile -t networks < <(engine_docker network ls --quiet --filter type=custom 2>/dev/null)
    ((${#networks[@]} == 0)) || engine_docker network rm "${networks[@]}" >/dev/null 2>&1 || :
  fi
  daemon_stop engine
  engine_orphan_bridges
  network_down
}

# An engine that died could not remove them: those whose number stands in its own store are ours.
engine_orphan_bridges() {
  local store=$STATE/engine/docker/network/files/local-kv.db bridge
  [[ -r $store ]] || return 0
  while read -r bridge; do
    ! grep -aqF "${bridge#br-}" "$store" || ip link delete "$bridge"
  done < <(ip -o link show type bridge | grep -o 'br-[0-9a-f]\{12\}' | sort -u)
}
