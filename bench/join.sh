#!/usr/bin/env bash
# `polyarch publish` beside regctl, crane, oras and `docker buildx imagetools`: joins 8 images of one platform each, which
# are in the registry, under 1 and 10 tags; on loopback and 20 ms away. Needs the testbed and Go.
#
# Steps of polyarch that wait for each other, however many images and tags there are:
#   1. the manifests of all sources, side by side: what is to be joined
#   2. their configs, side by side: which platform each is, which nothing else tells
#   3. the index, under its tag or, by its digest, with all its tags in the same request; a registry that does not know
#      several tags a request (docker-registry) gets them side by side in a fourth step. With several repositories the
#      index goes by its digest into all of them before.
# Each needs the answer to the one before, and there is no other request: nothing is pinged, asked for by HEAD, or asked
# twice. Opening the connections takes one more, which this proxy does not delay.
# Peers that know one tag a call get their own command for more tags, once a tag.
set -euo pipefail
shopt -s inherit_errexit
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
# shellcheck source=bench/lib.sh
source bench/lib.sh

RUNS=${1:-9}
OUT=build/bench
ENGINE=${POLYARCH_BIN:-build/release/polyarch}
mkdir -p "$OUT"
PEERS=$(bench/peers.sh)
eval "$(scripts/testbed.sh env)"
SCRATCH=$(mktemp -d)
trap 'end_servers; rm -rf "$SCRATCH"' EXIT
export REGCTL_CONFIG=$SCRATCH/regctl.json
PLATFORMS=(linux/386 linux/amd64 linux/arm/v6 linux/arm/v7 linux/arm64 linux/ppc64le linux/riscv64 linux/s390x)

# Eight images as OCI layouts: a config and one layer each.
blob() { # FILE → "digest":…,"size":…
  local digest
  digest=$(sha256sum <"$1" | cut -d' ' -f1)
  mkdir -p "$2/blobs/sha256"
  cp "$1" "$2/blobs/sha256/$digest"
  printf '"digest":"sha256:%s","size":%s' "$digest" "$(stat -c %s "$1")"
}
make_image() { # PLATFORM DIR
  local os arch variant config layer manifest type=application/vnd.oci.image
  IFS=/ read -r os arch variant <<<"$1"
  mkdir -p "$2"
  echo "layer of $1" >"$SCRATCH/layer" && tar -C "$SCRATCH" --sort=name --mtime=@0 -cf "$SCRATCH/layer.tar" layer
  layer=$(blob "$SCRATCH/layer.tar" "$2")
  printf '{"os":"%s","architecture":"%s","variant":"%s","rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' "$os" "$arch" "$variant" \
    "$(sha256sum <"$SCRATCH/layer.tar" | cut -d' ' -f1)" >"$SCRATCH/config"
  config=$(blob "$SCRATCH/config" "$2")
  printf '{"schemaVersion":2,"mediaType":"%s","config":{"mediaType":"%s",%s},"layers":[{"mediaType":"%s",%s}]}' \
    "$type.manifest.v1+json" "$type.config.v1+json" "$config" "$type.layer.v1.tar" "$layer" >"$SCRATCH/manifest"
  manifest=$(blob "$SCRATCH/manifest" "$2")
  echo '{"imageLayoutVersion":"1.0.0"}' >"$2/oci-layout"
  printf '{"schemaVersion":2,"manifests":[{"mediaType":"%s",%s}]}' "$type.manifest.v1+json" "$manifest" >"$2/index.json"
}

# What the functions below join: the sources in a repository, under so many tags, which all begin with the joiner's name.
# `prepare NAME` says it beforehand, so that a run starts the program and nothing else.
REPOSITORY='' TAGS=0 RUN=0
NAMES=("${PLATFORMS[@]//\//-}")
tags=() references=()
prepare() {
  tags=() references=()
  ((++RUN)) # new tags each time: none is written over with what it says already
  for ((t = 1; t <= TAGS; t++)); do tags+=("$1-$t-$RUN"); done
  references=("${tags[@]/#/$REPOSITORY:}")
  sources=("${NAMES[@]/#/$REPOSITORY:}")
  list=$(IFS=, && echo "${tags[*]}")
}
with() { # FLAG VALUE…
  local flag=$1 value
  shift
  args=()
  for value in "$@"; do args+=("$flag" "$value"); done
}
polyarch() { with -t "${references[@]}" && "$ENGINE" publish "${args[@]}" "${sources[@]}"; }
imagetools() { with -t "${references[@]}" && docker buildx imagetools create "${args[@]}" "${sources[@]}"; }
oras() { "$PEERS/oras" manifest index create --plain-http "$REPOSITORY:$list" "${NAMES[@]}"; }
crane() {
  with -m "${sources[@]}"
  "$PEERS/crane" index append "${args[@]}" -t "${references[0]}"
  for tag in "${tags[@]:1}"; do "$PEERS/crane" tag "${references[0]}" "$tag"; done
}
regctl() {
  with --ref "${sources[@]}"
  "$PEERS/regctl" index create "${references[0]}" "${args[@]}"
  for tag in "${references[@]:1}"; do "$PEERS/regctl" image copy "${references[0]}" "$tag"; done
}

for platform in "${PLATFORMS[@]}"; do make_image "$platform" "$SCRATCH/${platform//\//-}"; done
serve 25981 "$ENGINE" registry serve --listen 127.0.0.1:25981 --dir "$SCRATCH/registry"
serve 25982 "$PEERS/delay" 127.0.0.1:25982 127.0.0.1:25981 10ms
debian 25980 "$SCRATCH/debian"
serve 25983 "$PEERS/delay" 127.0.0.1:25983 127.0.0.1:25980 10ms

echo "| join 8 images | polyarch | regctl | crane | oras | imagetools | ratio to the best |"
echo "|---|---|---|---|---|---|---|"
SHARES=()
for where in "docker-registry, loopback|127.0.0.1:25980" "docker-registry, 20 ms|127.0.0.1:25983" \
  "polyarch registry, loopback|127.0.0.1:25981" "polyarch registry, 20 ms|127.0.0.1:25982"; do
  host=${where##*|}
  REPOSITORY=$host/bench/join
  for platform in "${PLATFORMS[@]}"; do
    "$ENGINE" copy "oci:$SCRATCH/${platform//\//-}" "$REPOSITORY:${platform//\//-}" >"$OUT/last.log" 2>&1
  done
  "$PEERS/regctl" registry set --tls disabled "$host" 2>"$OUT/last.log"
  for TAGS in 1 10; do
    for peer in polyarch regctl crane oras imagetools; do prepare "$peer" && time_ms "$peer" >"$OUT/warm"; done
    rounds "$RUNS" prepare polyarch regctl crane oras imagetools
    row "${where%%|*}, $TAGS tags" polyarch regctl crane oras imagetools
    if [[ $where == *loopback* ]]; then
      servers_share "$RUNS" prepare polyarch
      SHARES+=("${where%%|*}, $TAGS tags: $SHARE ms")
    fi
  done
done
echo
echo "What the registry takes of the time by itself, with $(nproc) cores:"
printf '%s\n' "${SHARES[@]}"
