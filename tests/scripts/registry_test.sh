#!/usr/bin/env bash
# The engine's registry as others see it: the official conformance suite and real clients, plain and with TLS and a
# login; its end by a signal, and garbage collection. Exit code 77: it cannot run here.
set -euo pipefail
shopt -s inherit_errexit

PROJECT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
ENGINE=${POLYARCH_BIN:-$PROJECT/build/release/polyarch}
WORK=$(mktemp -d)
PIDS=()
# ann's password is "secret".
# shellcheck disable=SC2016 # no variables
LOGIN='ann:$2y$04$/VSBAfeU4FqVigNoyNnKA.thP1KYNDbcRm/R3Z1H2YZM0G6twY5Hi'
unset "${!POLYARCH_@}"

cleanup() {
  local pid
  for pid in "${PIDS[@]}"; do kill -9 "$pid" 2>/dev/null || :; done
  rm -rf -- "$WORK"
}
trap cleanup EXIT

say() { printf '%s\n' "-- $* (${SECONDS}s)"; }
die() { printf 'FAILED: %s\n' "$*" >&2 && exit 1; }
expect() { [[ $1 == "$2" ]] || die "${3:-expected}: '$1', wanted '$2'"; }
have() { command -v "$1" >/dev/null || { say "$1 is not here: skipped" && return 1; }; }
# Its output is shown when it fails.
quiet() { "$@" >"$WORK/last.log" 2>&1 || { tail -n 40 "$WORK/last.log" >&2 && die "$*"; }; }

# Sets REGISTRY to its address and PID.
serve() { # DIR OPTION…
  local dir=$1
  shift
  : >"$WORK/serve.log"
  "$ENGINE" registry serve --listen 127.0.0.1:0 --dir "$WORK/$dir" "$@" >"$WORK/serve.log" 2>&1 &
  PID=$!
  PIDS+=("$PID")
  local tries
  for ((tries = 0; tries < 200; tries++)); do
    REGISTRY=$(sed -n 's#^serving https*://\([0-9.:]*\) from .*#\1#p' "$WORK/serve.log")
    [[ -z $REGISTRY ]] || return 0
    sleep 0.05
  done
  cat "$WORK/serve.log" >&2
  die "the registry does not start"
}

finish() {
  local status=0
  kill -TERM "$PID"
  wait "$PID" || status=$?
  expect "$status" 0 "exit code after SIGTERM"
}

conformance() { # NAME VARIABLE=VALUE…
  local name=$1
  shift
  mkdir -p "$WORK/$name"
  (cd "$WORK/$name" && env OCI_REGISTRY="$REGISTRY" OCI_VERSION=1.1 OCI_API_BLOBS_UPLOAD_CANCEL=true \
    OCI_API_BLOBS_DIGEST_HEADER=true OCI_API_MANIFESTS_DIGEST_HEADER=true OCI_API_MANIFESTS_TAG_PARAM=true "$@" \
    timeout 240 "$CLIENTS/conformance" >log 2>&1) || { tail -n 70 "$WORK/$name/log" >&2 && die "conformance, $name"; }
  ! grep -E ': +(FAIL|Error)$' "$WORK/$name/log" || die "conformance, $name"
  say "conformance, $name: $(grep -oE 'tests="[0-9]+" failures="[0-9]+"' "$WORK/$name/results/junit.xml" | head -n 1)"
}

put_blob() { # FILE → its digest
  local digest
  digest=$(sha256sum "$1" | cut -d' ' -f1)
  cp "$1" "$WORK/image/blobs/sha256/$digest"
  printf 'sha256:%s\n' "$digest"
}

descriptor() { # TYPE FILE
  jq -nc --arg type "$1" --arg digest "$(put_blob "$2")" --argjson size "$(stat -c %s "$2")" \
    '{mediaType: $type, digest: $digest, size: $size}'
}

# An OCI layout of one image with a layer of 5 MB that does not compress.
make_image() {
  local type=application/vnd.oci.image base=$WORK/base
  mkdir -p "$WORK/image/blobs/sha256" "$base/files"
  head -c 5000000 /dev/urandom >"$base/files/random"
  tar -C "$base/files" -cf "$base/layer.tar" random
  gzip -n <"$base/layer.tar" >"$base/layer.tgz"
  jq -nc --arg id "sha256:$(sha256sum "$base/layer.tar" | cut -d' ' -f1)" \
    '{architecture: "amd64", os: "linux", config: {}, rootfs: {type: "layers", diff_ids: [$id]}}' >"$base/config"
  jq -nc --argjson config "$(descriptor $type.config.v1+json "$base/config")" \
    --argjson layer "$(descriptor $type.layer.v1.tar+gzip "$base/layer.tgz")" --arg type $type.manifest.v1+json \
    '{schemaVersion: 2, mediaType: $type, config: $config, layers: [$layer]}' >"$base/manifest"
  jq -nc --argjson manifest "$(descriptor $type.manifest.v1+json "$base/manifest")" \
    '{schemaVersion: 2, manifests: [$manifest + {annotations: {"org.opencontainers.image.ref.name": "v1"}}]}' \
    >"$WORK/image/index.json"
  printf '{"imageLayoutVersion":"1.0.0"}' >"$WORK/image/oci-layout"
  DIGEST=$(jq -r '.manifests[0].digest' "$WORK/image/index.json")
}

layout_digest() { jq -r '.manifests[0].digest' "$1/index.json"; }
pushed_digest() { curl -sSf --head "http://$REGISTRY/v2/$1/manifests/v1" -H 'Accept: application/vnd.oci.image.manifest.v1+json' | tr -d '\r' | sed -n 's/^docker-content-digest: //Ip'; }

skopeo_works() {
  quiet skopeo copy --dest-tls-verify=false "oci:$WORK/image:v1" "docker://$REGISTRY/skopeo:v1"
  quiet skopeo copy --src-tls-verify=false "docker://$REGISTRY/skopeo:v1" "oci:$WORK/skopeo:v1"
  expect "$(layout_digest "$WORK/skopeo")" "$DIGEST" skopeo
}

crane_works() {
  quiet "$CLIENTS/crane" copy --insecure "$REGISTRY/skopeo:v1" "$REGISTRY/crane:v1"
  quiet "$CLIENTS/crane" validate --insecure --remote "$REGISTRY/crane:v1"
  expect "$("$CLIENTS/crane" digest --insecure "$REGISTRY/crane:v1")" "$DIGEST" crane
}

regctl_works() {
  local host="reg=$REGISTRY,tls=disabled"
  quiet "$CLIENTS/regctl" --host "$host" image copy "ocidir://$WORK/image:v1" "$REGISTRY/regctl:v1"
  quiet "$CLIENTS/regctl" --host "$host" image copy "$REGISTRY/regctl:v1" "ocidir://$WORK/regctl:v1"
  expect "$(layout_digest "$WORK/regctl")" "$DIGEST" regctl
  expect "$("$CLIENTS/regctl" --host "$host" tag ls "$REGISTRY/regctl")" v1
  quiet "$CLIENTS/regctl" --host "$host" tag rm "$REGISTRY/regctl:v1"
  expect "$("$CLIENTS/regctl" --host "$host" tag ls "$REGISTRY/regctl")" ''
}

oras_works() {
  quiet "$CLIENTS/oras" cp --from-oci-layout "$WORK/image:v1" --to-plain-http "$REGISTRY/oras:v1"
  echo hello >"$WORK/note"
  quiet "$CLIENTS/oras" attach --plain-http --disable-path-validation --artifact-type a/b "$REGISTRY/oras:v1" "$WORK/note"
  expect "$("$CLIENTS/oras" discover --plain-http --format json "$REGISTRY/oras:v1" | jq -r '.referrers[].artifactType')" a/b
  quiet "$CLIENTS/oras" cp --from-plain-http --recursive "$REGISTRY/oras:v1" --to-oci-layout "$WORK/oras:v1"
  expect "$(layout_digest "$WORK/oras")" "$DIGEST" oras
}

buildah_works() {
  local storage=(buildah --storage-driver vfs --root "$WORK/buildah" --runroot "$WORK/buildah-run") image
  image=$("${storage[@]}" pull -q --tls-verify=false "docker://$REGISTRY/skopeo:v1")
  quiet "${storage[@]}" push --tls-verify=false "$image" "docker://$REGISTRY/buildah:v1"
  quiet "${storage[@]}" rmi -f "$image"
  expect "$("${storage[@]}" pull -q --tls-verify=false "docker://$REGISTRY/buildah:v1")" "$image" buildah
  quiet "${storage[@]}" rmi -f "$image"
}

docker_works() {
  quiet docker pull "$REGISTRY/skopeo:v1"
  quiet docker tag "$REGISTRY/skopeo:v1" "$REGISTRY/docker:v1"
  quiet docker push "$REGISTRY/docker:v1"
  quiet docker rmi -f "$REGISTRY/skopeo:v1" "$REGISTRY/docker:v1"
  expect "$(pushed_digest docker)" "$DIGEST" docker
}

# A push that is under way when the registry is told to end.
ends_in_order() {
  local digest status
  digest=sha256:$(sha256sum "$WORK/base/layer.tar" | cut -d' ' -f1)
  curl -sS --limit-rate 4M -o "$WORK/answer" -w '%{http_code}' -H 'Expect:' --data-binary "@$WORK/base/layer.tar" \
    "http://$REGISTRY/v2/late/blobs/uploads/?digest=$digest" >"$WORK/status" &
  local upload=$!
  sleep 0.4
  finish
  wait "$upload"
  status=$(<"$WORK/status")
  expect "$status" 201 "the upload's status"
}

collects_garbage() {
  serve plain
  local status=0 before after
  "$ENGINE" registry gc --dir "$WORK/plain" >"$WORK/gc.log" 2>&1 || status=$?
  if ((status == 0)) || ! grep -q 'is serving' "$WORK/gc.log"; then die "gc beside a registry: $(<"$WORK/gc.log")"; fi
  finish
  before=$(find "$WORK/plain" -type f | sort | sha256sum)
  grep -q "blob late@" <("$ENGINE" registry gc --dir "$WORK/plain" --dry-run) || die "gc --dry-run does not name the blob"
  expect "$(find "$WORK/plain" -type f | sort | sha256sum)" "$before" "files after --dry-run"
  quiet "$ENGINE" registry gc --dir "$WORK/plain" --untagged
  after=$("$ENGINE" registry gc --dir "$WORK/plain" --untagged --dry-run)
  expect "$after" 'would remove 0 manifests and 0 blobs of repositories; 0 files, 0 B' "gc again"
  ! "$ENGINE" registry gc --dir "$WORK/none" 2>/dev/null || die "gc takes any directory"
  [[ ! -e $WORK/none ]] || die "gc makes a directory"
  serve plain --read-only
  quiet skopeo copy --src-tls-verify=false "docker://$REGISTRY/skopeo:v1" "oci:$WORK/collected:v1"
  expect "$(layout_digest "$WORK/collected")" "$DIGEST"
  expect "$(curl -s -o /dev/null -w '%{http_code}' -X DELETE "http://$REGISTRY/v2/skopeo/manifests/v1")" 405 read-only
  finish
}

# With a certificate of its own and a login.
guards() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=127.0.0.1 \
    -addext subjectAltName=IP:127.0.0.1 -keyout "$WORK/key.pem" -out "$WORK/cert.pem" 2>/dev/null
  printf '%s\n' "$LOGIN" >"$WORK/users"
  serve guarded --auth "htpasswd:$WORK/users" --tls-cert "$WORK/cert.pem" --tls-key "$WORK/key.pem"
  mkdir -p "$WORK/certs" && cp "$WORK/cert.pem" "$WORK/certs/ca.crt"
  expect "$(curl -s --cacert "$WORK/cert.pem" -o /dev/null -w '%{http_code}' "https://$REGISTRY/v2/")" 401
  expect "$(curl -s --cacert "$WORK/cert.pem" -u ann:secret -o /dev/null -w '%{http_code}' "https://$REGISTRY/v2/")" 200
  ! skopeo copy --dest-cert-dir "$WORK/certs" --dest-creds ann:wrong "oci:$WORK/image:v1" "docker://$REGISTRY/a:v1" \
    >/dev/null 2>&1 || die "a wrong password lets in"
  quiet skopeo copy --dest-cert-dir "$WORK/certs" --dest-creds ann:secret "oci:$WORK/image:v1" "docker://$REGISTRY/a:v1"
  quiet skopeo copy --src-cert-dir "$WORK/certs" --src-creds ann:secret "docker://$REGISTRY/a:v1" "oci:$WORK/guarded-out:v1"
  expect "$(layout_digest "$WORK/guarded-out")" "$DIGEST"
  conformance "TLS and login" OCI_TLS=enabled SSL_CERT_FILE="$WORK/cert.pem" OCI_USERNAME=ann OCI_PASSWORD=secret
  finish
}

main() {
  local client
  for client in skopeo jq curl openssl; do have "$client" || exit 77; done
  [[ -x $ENGINE ]] || { say "no engine at $ENGINE: cmake --build --preset release" && exit 77; }
  CLIENTS=$("$PROJECT/scripts/testbed/clients.sh") || { say "no clients of Go: skipped" && exit 77; }
  make_image
  serve plain
  conformance plain OCI_TLS=disabled
  for client in skopeo crane regctl oras; do
    "${client}_works"
    say "$client"
  done
  if have buildah; then
    buildah_works
    say buildah
  fi
  if have docker && docker info >/dev/null 2>&1; then
    docker_works
    say docker
  fi
  ends_in_order
  say "ends in order"
  collects_garbage
  say "collects garbage"
  guards
  serve sparse --allow-sparse
  conformance sparse OCI_TLS=disabled OCI_DATA_SPARSE=true
  finish
}

main "$@"
