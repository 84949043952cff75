# shellcheck shell=bash
# The testbed's images, made of Debian packages as OCI layouts: no engine, no emulation and no other registry is
# needed for them. Reproducible: the same packages give the same digests.
# Needs say.sh, debian.sh, registry.sh, $STATE, $CACHE and $HERE.

# Debian's name of an architecture, and the platform.
IMAGES_PLATFORMS=(amd64=linux/amd64 arm64=linux/arm64 armhf=linux/arm/v7 i386=linux/386 ppc64el=linux/ppc64le
  riscv64=linux/riscv64 s390x=linux/s390x)
IMAGES_APPLETS=(ash awk base64 basename cat chgrp chmod chown cmp cp cut date dd df diff dirname du echo env expr false
  find grep gunzip gzip head hostname id kill ln ls md5sum mkdir mkfifo mktemp more mv nc nproc od paste printf ps pwd
  readlink realpath rm rmdir sed seq sh sha256sum sha512sum sleep sort stat sync tail tar tee test timeout touch tr true
  uname uniq wc wget which whoami xargs yes zcat)
IMAGES_EMULATORS=(aarch64 arm i386 ppc64le riscv64 s390x)

# Same content, same name: a changed recipe, or newer emulators, make a new directory.
images_key() { # FILE…
  cat "$HERE/testbed/images.sh" "$@" | sha256sum | cut -c1-12
}

image_blob() { # LAYOUT FILE : moves FILE into the layout, prints its digest and size
  local hash size
  read -r hash _ < <(sha256sum "$2")
  size=$(stat -c %s "$2")
  mv -- "$2" "$1/blobs/sha256/$hash"
  printf 'sha256:%s %s\n' "$hash" "$size"
}

image_descriptor() { # MEDIA-TYPE DIGEST SIZE [PLATFORM]
  local os architecture variant
  IFS=/ read -r os architecture variant <<<"${4:-}"
  jq -cn --arg type "$1" --arg digest "$2" --argjson size "$3" \
    --arg os "$os" --arg architecture "$architecture" --arg variant "$variant" '
    {os: $os, architecture: $architecture, variant: $variant} | with_entries(select(.value != "")) as $platform
    | {mediaType: $type, digest: $digest, size: $size} + if $platform == {} then {} else {platform: $platform} end'
}

# Adds the directory as the image of one platform, and prints its descriptor.
image_add() { # LAYOUT PLATFORM DIRECTORY
  local layout=$1 platform=$2 work digest size diff layer config
  work=$(mktemp -d -p "$layout")
  tar -C "$3" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf "$work/layer.tar" .
  read -r diff _ < <(sha256sum "$work/layer.tar")
  gzip -n -1 "$work/layer.tar"
  read -r digest size < <(image_blob "$layout" "$work/layer.tar.gz")
  layer=$(image_descriptor application/vnd.oci.image.layer.v1.tar+gzip "$digest" "$size")
  image_descriptor none none 0 "$platform" | jq -c --arg diff "sha256:$diff" '.platform + {
    created: "1970-01-01T00:00:00Z",
    config: {Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"], Cmd: ["/bin/sh"]},
    rootfs: {type: "layers", diff_ids: [$diff]}}' >"$work/config"
  read -r digest size < <(image_blob "$layout" "$work/config")
  config=$(image_descriptor application/vnd.oci.image.config.v1+json "$digest" "$size")
  jq -cn --argjson config "$config" --argjson layer "$layer" '{schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json", config: $config, layers: [$layer]}' >"$work/manifest"
  read -r digest size < <(image_blob "$layout" "$work/manifest")
  rmdir "$work"
  image_descriptor application/vnd.oci.image.manifest.v1+json "$digest" "$size" "$platform"
}

image_layout() { # LAYOUT PLATFORM=DIRECTORY…
  local layout=$1 pair digest size
  shift
  mkdir -p "$layout/blobs/sha256"
  printf '{"imageLayoutVersion":"1.0.0"}\n' >"$layout/oci-layout"
  for pair in "$@"; do image_add "$layout" "${pair%%=*}" "${pair#*=}"; done | jq -cs '{schemaVersion: 2,
    mediaType: "application/vnd.oci.image.index.v1+json", manifests: .}' >"$layout/index"
  read -r digest size < <(image_blob "$layout" "$layout/index")
  image_descriptor application/vnd.oci.image.index.v1+json "$digest" "$size" |
    jq -c '{schemaVersion: 2, manifests: [. + {annotations: {"org.opencontainers.image.ref.name": "latest"}}]}' \
      >"$layout/index.json"
}

# One platform's file system: busybox, its applets as links (made here, so nothing foreign is run), and the
# directories that programs expect.
busybox_root() { # DEB DIRECTORY
  local applet
  mkdir -p "$2"/{bin,etc/ssl/certs,home,proc,root,sys,tmp,usr/bin,var/tmp}
  dpkg-deb --extract "$1" "$2.unpacked"
  mv -- "$2.unpacked/usr/bin/busybox" "$2/bin/"
  rm -rf -- "$2.unpacked"
  for applet in "${IMAGES_APPLETS[@]}"; do ln -s busybox "$2/bin/$applet"; done
  ln -s ../../bin/busybox "$2/usr/bin/env"
  printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' >"$2/etc/passwd"
  printf 'root:x:0:\nnogroup:x:65534:\n' >"$2/etc/group"
  chmod 1777 "$2/tmp" "$2/var/tmp"
}

# The file with a known hash, which needs no package list: 20 times faster. Where the mirror has it no more, the
# newest one by the signed list.
busybox_deb() { # ARCHITECTURE FILE
  local hash path
  read -r hash path < <(grep "_$1\.deb$" "$HERE/testbed/busybox.sha256")
  debian_fetch "$path" "$hash" "$2" || debian_download busybox-static "$1" "$2"
}

busybox_layout() { # LAYOUT
  local work=$1.work pair architecture pairs=()
  rm -rf -- "$work" "$1.part"
  mkdir -p "$work"
  # shellcheck disable=SC2034 # read by debian_mirror
  DEBIAN_MIRROR=$(debian_mirror)
  for pair in "${IMAGES_PLATFORMS[@]}"; do
    architecture=${pair%%=*}
    busybox_deb "$architecture" "$work/$architecture.deb"
    busybox_root "$work/$architecture.deb" "$work/$architecture"
    pairs+=("${pair#*=}=$work/$architecture")
  done
  image_layout "$1.part" "${pairs[@]}"
  mv -- "$1.part" "$1"
  rm -rf -- "$work"
}

# The layout of the image that people pull emulators from: /usr/bin/qemu-ARCH.
emulators_layout() { # LAYOUT
  local work=$1.work name
  rm -rf -- "$work" "$1.part"
  mkdir -p "$work/usr/bin"
  for name in "${IMAGES_EMULATORS[@]}"; do cp "/usr/bin/qemu-$name-static" "$work/usr/bin/qemu-$name"; done
  image_layout "$1.part" "linux/$(dpkg --print-architecture)=$work"
  mv -- "$1.part" "$1"
  rm -rf -- "$work"
}

image_push() { # LAYOUT NAME
  skopeo --insecure-policy copy --quiet --all --retry-times 3 --dest-tls-verify=false \
    "oci:$1:latest" "docker://$(registry_address)/testbed/$2:latest"
  touch "$STATE/ready/$2"
  say_done "$(registry_address)/testbed/$2:latest is pushed"
}

busybox_up() {
  local layout
  layout=$CACHE/busybox-$(images_key "$HERE/testbed/busybox.sha256")
  [[ -d $layout ]] || busybox_layout "$layout"
  image_push "$layout" busybox
}

emulators_up() {
  local layout
  layout=$CACHE/emulators-$(images_key /var/lib/dpkg/info/qemu-user-static.md5sums)
  [[ -d $layout ]] || emulators_layout "$layout"
  image_push "$layout" emulators
}
