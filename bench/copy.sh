#!/usr/bin/env bash
# `polyarch copy` beside crane, oras and skopeo: an image of 8 layers and 512 MB from one registry to an empty repository of
# another, on loopback. Needs docker-registry (Debian), skopeo and Go.
#
# All of it runs on the same cores, so that time is CPU time: of both registries, and of the client. Every byte is hashed
# by us and once more by the registry that takes it; oras hashes nothing and has the kernel move the bytes, trusting the
# source and the target. The hash alone is 0.28 s for 512 MB where a core does 1.8 GB/s: the price of knowing which of the
# two was wrong. With two cores oras keeps them busy for nine tenths of its time: what hashes besides cannot be faster
# than that here, however it waits.
set -euo pipefail
shopt -s inherit_errexit
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
# shellcheck source=bench/lib.sh
source bench/lib.sh

RUNS=${1:-7}
OUT=build/bench
ENGINE=${POLYARCH_BIN:-build/release/polyarch}
mkdir -p "$OUT"
PEERS=$(bench/peers.sh)
SCRATCH=$(mktemp -d)
trap 'end_servers; rm -rf "$SCRATCH"' EXIT
LAYOUT=$SCRATCH/image TYPE=application/vnd.oci.image

blob() { # FILE → "digest":…,"size":…
  local digest
  digest=$(sha256sum <"$1" | cut -d' ' -f1)
  printf '"digest":"sha256:%s","size":%s' "$digest" "$(stat -c %s "$1")"
  mv "$1" "$LAYOUT/blobs/sha256/$digest"
}
mkdir -p "$LAYOUT/blobs/sha256"
layers=()
for ((i = 0; i < 8; i++)); do
  head -c 64M /dev/urandom >"$SCRATCH/layer"
  layers+=("{\"mediaType\":\"$TYPE.layer.v1.tar\",$(blob "$SCRATCH/layer")}")
done
echo '{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[]}}' >"$SCRATCH/config"
printf '{"schemaVersion":2,"mediaType":"%s","config":{"mediaType":"%s",%s},"layers":[%s]}' "$TYPE.manifest.v1+json" \
  "$TYPE.config.v1+json" "$(blob "$SCRATCH/config")" "$(IFS=, && echo "${layers[*]}")" >"$SCRATCH/manifest"
echo '{"imageLayoutVersion":"1.0.0"}' >"$LAYOUT/oci-layout"
printf '{"schemaVersion":2,"manifests":[{"mediaType":"%s",%s}]}' "$TYPE.manifest.v1+json" "$(blob "$SCRATCH/manifest")" >"$LAYOUT/index.json"

SOURCE='' TARGET=''
polyarch() { "$ENGINE" copy "$SOURCE/image:1" "$TARGET/polyarch:1"; }
crane() { "$PEERS/crane" copy "$SOURCE/image:1" "$TARGET/crane:1"; }
oras() { "$PEERS/oras" copy --from-plain-http --to-plain-http "$SOURCE/image:1" "$TARGET/oras:1"; }
skopeo() { command skopeo copy --all --src-tls-verify=false --dest-tls-verify=false "docker://$SOURCE/image:1" "docker://$TARGET/skopeo:1"; }

# A target that has nothing: a registry of its own for every run.
fresh() {
  if ((${#SERVERS[@]} > FIXED)); then
    kill "${SERVERS[-1]}"
    wait "${SERVERS[-1]}" 2>/dev/null || :
    unset 'SERVERS[-1]'
  fi
  rm -rf "$SCRATCH/target"
  start_target
}

echo "| copy 512 MB in 8 layers | polyarch | crane | oras | skopeo | ratio to the best |"
echo "|---|---|---|---|---|---|"
debian 25984 "$SCRATCH/source-debian"
serve 25985 "$ENGINE" registry serve --listen 127.0.0.1:25985 --dir "$SCRATCH/source-polyarch"
FIXED=${#SERVERS[@]}
SHARES=()
for kind in docker-registry "polyarch registry"; do
  if [[ $kind == docker-registry ]]; then
    SOURCE=127.0.0.1:25984 TARGET=127.0.0.1:25986
    start_target() { debian 25986 "$SCRATCH/target"; }
  else
    SOURCE=127.0.0.1:25985 TARGET=127.0.0.1:25986
    start_target() { serve 25986 "$ENGINE" registry serve --listen 127.0.0.1:25986 --dir "$SCRATCH/target"; }
  fi
  "$ENGINE" copy "oci:$LAYOUT" "$SOURCE/image:1" >"$OUT/last.log" 2>&1
  rounds "$RUNS" fresh polyarch crane oras skopeo
  row "$kind to $kind" polyarch crane oras skopeo
  servers_share 3 fresh polyarch
  SHARES+=("$kind to $kind: $SHARE ms")
done
echo
echo "What both registries take of the time by themselves, with $(nproc) cores:"
printf '%s\n' "${SHARES[@]}"
