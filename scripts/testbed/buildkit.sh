# shellcheck shell=bash
# BuildKit twice: a buildkitd of its own on this machine, and the image from which the docker-container driver makes
# one. Needs say.sh, daemon.sh, tools.sh, $STATE, $CACHE and $HERE.

BUILDKIT_IMAGE=polyarch-testbed/buildkit:latest
BUILDKIT_SOCKET=unix://$STATE/buildkitd/buildkitd.sock

buildkit_tcp() { printf 'tcp://127.0.0.1:%s\n' "$(<"$STATE/ports/buildkitd")"; }

# In namespaces of its own, as the engine is: whatever it mounted and started ends with it.
buildkitd_start() {
  ! daemon_pid buildkitd >/dev/null || return 0
  local port dir=$STATE/buildkitd
  port=$(daemon_port buildkitd)
  mkdir -p "$dir/root"
  rm -f -- "$dir"/*.sock
  cat >"$dir/buildkitd.toml" <<TOML
root = "$dir/root"
[grpc]
  address = ["$BUILDKIT_SOCKET", "tcp://127.0.0.1:$port"]
[otel]
  socketPath = "$dir/otel.sock"
[worker.containerd]
  enabled = false
[worker.oci]
  enabled = true
  binary = "$(command -v runc)"
  networkMode = "host"
  defaultCgroupParent = "polyarch-testbed-$STATE_ID"
TOML
  # shellcheck disable=SC2016 # expanded by the inner shell
  daemon_recorded buildkitd sh -c 'mount -t proc proc /proc && exec "$@"' - \
    "$TOOLS_DIR/buildkitd" --config "$dir/buildkitd.toml"
  daemon_start buildkitd unshare --mount --pid --fork --kill-child --propagation slave "${RECORDED[@]}"
  daemon_await buildkitd 30 "$TOOLS_DIR/buildctl" --addr "$BUILDKIT_SOCKET" debug workers
  say_done "buildkitd is up at $BUILDKIT_SOCKET and $(buildkit_tcp)"
}

# A program and the shared libraries that it loads, at the same paths.
buildkit_copy_program() { # PROGRAM TARGET ROOT
  local library
  install -D "$1" "$3$2"
  while read -r library; do
    install -D "$library" "$3$library"
  done < <(ldd "$1" | grep -o '/[^ ]*')
}

buildkit_root() { # DIRECTORY
  local applet
  mkdir -p "$1"/{bin,etc/ssl/certs,root,run,tmp,usr/bin,var/lib/buildkit}
  cp "$TOOLS_DIR/buildkitd" "$TOOLS_DIR/buildctl" "$1/usr/bin/"
  buildkit_copy_program "$(command -v runc)" /usr/bin/buildkit-runc "$1"
  cp "$(command -v busybox)" "$1/bin/"
  for applet in sh ash cat ls mkdir mount umount ps rm sleep; do ln -s busybox "$1/bin/$applet"; done
  cp -L /etc/ssl/certs/ca-certificates.crt "$1/etc/ssl/certs/"
  printf 'root:x:0:0:root:/root:/bin/sh\n' >"$1/etc/passwd"
  printf 'root:x:0:\n' >"$1/etc/group"
}

buildkit_import() { # DOCKER
  local root=$STATE/buildkit-image
  rm -rf -- "$root"
  buildkit_root "$root"
  tar -C "$root" -c . | "$1" import --change 'ENTRYPOINT ["/usr/bin/buildkitd"]' \
    --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
    --change 'VOLUME /var/lib/buildkit' - "$BUILDKIT_IMAGE" >/dev/null
  rm -rf -- "$root"
}

# What goes into the image beside the compiled tools.
buildkit_image_key() {
  cat "$HERE/testbed/buildkit.sh" "$(command -v runc)" /etc/ssl/certs/ca-certificates.crt - <<<"$TOOLS_DIR" |
    sha256sum | cut -c1-12
}

# Kept as an archive once made: loading it takes a quarter of the time of compressing it again.
buildkit_image() { # DOCKER
  [[ -z $("$1" image ls --quiet "$BUILDKIT_IMAGE") ]] || return 0
  local archive
  archive=$CACHE/buildkit-$(buildkit_image_key).tar
  if [[ -s $archive ]]; then
    "$1" load --quiet --input "$archive" >/dev/null
  else
    buildkit_import "$1"
    "$1" save "$BUILDKIT_IMAGE" >"$archive.new"
    mv -- "$archive.new" "$archive"
  fi
  touch "$STATE/buildkit-imported"
  say_done "image $BUILDKIT_IMAGE is in the engine"
}
