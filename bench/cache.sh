#!/usr/bin/env bash
# `polyarch cache save|restore` beside tar + zstd + oras, desync and restic: cold, after a tenth was added, unchanged,
# and back; then the caches of this machine's own compilers. One run of all after the other, in turn; medians. Needs Go
# for oras; restic and desync take part when they are installed.
set -euo pipefail
shopt -s inherit_errexit
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
# shellcheck source=bench/lib.sh
source bench/lib.sh

RUNS=${1:-5}
MEGABYTES=${2:-1000}
OUT=$PWD/build/bench
ENGINE=${POLYARCH_BIN:-$PWD/build/release/polyarch}
PEERS=$(bench/peers.sh)
WORK=$(mktemp -d)
mkdir -p "$OUT"
export RESTIC_PASSWORD=bench XDG_CACHE_HOME=$WORK/seen RESTIC_CACHE_DIR=$WORK/restic-cache

"$ENGINE" registry serve --listen 127.0.0.1:0 --dir "$WORK/registry" >"$WORK/serve.log" 2>&1 &
SERVER=$!
trap 'kill "$SERVER" 2>/dev/null; wait "$SERVER" 2>/dev/null || :; rm -rf "$WORK"' EXIT
until REGISTRY=$(grep -som1 '127\.0\.0\.1:[0-9]*' "$WORK/serve.log"); do sleep 0.05; done

python3 bench/make_tree.py "$WORK/base" "$MEGABYTES" 1
python3 bench/make_tree.py "$WORK/more" "$((MEGABYTES / 10))" 2
shrink() { rm -rf "$WORK/tree" && cp -a "$WORK/base" "$WORK/tree"; }
grow() { cp -a "$WORK/more/." "$WORK/tree/"; }
size() { du -sb "$1" | cut -f1; }

polyarch_save() { "$ENGINE" cache save --ref "$REGISTRY/bench-$N:$1" --fallback "$REGISTRY/bench-$N:cold-$N" --directory "$WORK" tree; }
polyarch_restore() { "$ENGINE" cache restore --ref "$REGISTRY/bench-$N:more-$N" --directory "$WORK/back"; }
polyarch_again() { "$ENGINE" cache save --ref "$REGISTRY/bench-$N:more-$N" --directory "$WORK/back" tree; }
tar_save() {
  tar -cf - -C "$WORK" tree | zstd -q -T2 -3 -f -o "$WORK/tree.tar.zst"
  (cd "$WORK" && "$PEERS/oras" push --plain-http "$REGISTRY/tar-$N:$1" tree.tar.zst)
}
tar_restore() {
  "$PEERS/oras" pull --plain-http -o "$WORK/pulled" "$REGISTRY/tar-$N:more-$N" && zstd -dc "$WORK/pulled/tree.tar.zst" | tar -xf - -C "$WORK/back"
}
desync_save() { desync tar -i -s "$WORK/desync-$N" "$WORK/$1.caidx" "$WORK/tree"; }
desync_restore() { desync untar -i -s "$WORK/desync-$N" "$WORK/more-$N.caidx" "$WORK/back"; }
restic_save() { restic -q -r "$WORK/restic-$N" backup "$WORK/tree"; }
restic_restore() { restic -q -r "$WORK/restic-$N" restore latest --target "$WORK/back"; }

# Each with what others left on its way to the disk written, and nothing to write over. A virtual machine gets memory from
# its host when it is first written to, which takes longer than the whole restore: nobody shall be the first.
record() { # WHAT COMMAND…
  local what=$1
  shift
  rm -rf "$WORK/back" "$WORK/pulled" && mkdir "$WORK/back"
  head -c "$((MEGABYTES * 5 / 2))M" /dev/zero >"$WORK/touched" && rm "$WORK/touched"
  sync
  time_ms "$@" >>"$OUT/cache-$what"
}
tools=(polyarch tar)
for tool in desync restic; do if command -v "$tool" >/dev/null; then tools+=("$tool"); fi; done
rm -f "$OUT"/cache-*
for ((N = 0; N < RUNS; N++)); do
  mkdir -p "$WORK/desync-$N" "$WORK/restic-$N"
  if [[ ${tools[*]} == *restic* ]]; then restic -q init -r "$WORK/restic-$N" >/dev/null; fi
  shrink
  for tool in "${tools[@]}"; do record "$tool-cold" "${tool}_save" "cold-$N"; done
  record polyarch-same polyarch_save "cold-$N"
  before_desync=$(size "$WORK/desync-$N") before_restic=$(size "$WORK/restic-$N")
  grow
  for tool in "${tools[@]}"; do record "$tool-more" "${tool}_save" "more-$N"; done
  echo $(($(size "$WORK/desync-$N") - before_desync)) >>"$OUT/cache-desync-bytes"
  echo $(($(size "$WORK/restic-$N") - before_restic)) >>"$OUT/cache-restic-bytes"
  record polyarch-back polyarch_restore
  time_ms polyarch_again >>"$OUT/cache-polyarch-again"
  for tool in "${tools[@]:1}"; do record "$tool-back" "${tool}_restore"; done
  rm -rf "$WORK/desync-$N" "$WORK/restic-$N"
done
# Bytes that an addition sends, and the most memory: once, since they hardly vary.
shrink && N=bytes && polyarch_save cold-bytes >/dev/null && grow
/usr/bin/time -f '%M' -o "$OUT/cache-memory" "$ENGINE" cache save --ref "$REGISTRY/bench-bytes:more-bytes" --fallback "$REGISTRY/bench-bytes:cold-bytes" \
  --directory "$WORK" --format json tree >"$OUT/cache-sent.json"
/usr/bin/time -f '%M' -o "$OUT/cache-memory-back" "$ENGINE" cache restore --ref "$REGISTRY/bench-bytes:more-bytes" --directory "$WORK/back" >/dev/null

# The caches of this machine's own compilers, saved cold and restored.
CACHES=()
for cache in go-build ccache; do
  if [[ ! -d $HOME/.cache/$cache ]]; then continue; fi
  CACHES+=("$cache")
  rm -rf "$WORK/tree" && cp -a "$HOME/.cache/$cache" "$WORK/tree"
  for ((i = 0; i < RUNS; i++)); do
    N=$cache-$i # a repository that has nothing yet
    for tool in polyarch tar; do
      record "$tool-$cache-cold" "${tool}_save" "more-$N"
      record "$tool-$cache-back" "${tool}_restore"
    done
  done
done

echo "$(find "$WORK/base" -type f | wc -l) files, $(size "$WORK/base" | awk '{ printf "%.0f MB", $1 / 1e6 }'); added $(find "$WORK/more" -type f | wc -l) files; $RUNS runs"
printf '| ms |' && printf ' %s |' "${tools[@]/tar/tar+zstd+oras}" && echo
printf '|---|' && printf -- '---|%.0s' "${tools[@]}" && echo
for phase in cold more back; do
  printf '| %s |' "$phase"
  for tool in "${tools[@]}"; do printf ' %s |' "$(median <"$OUT/cache-$tool-$phase")"; done
  echo
done
echo "| unchanged | $(median <"$OUT/cache-polyarch-same") |"
echo "| unchanged since restored | $(median <"$OUT/cache-polyarch-again") |"
for cache in "${CACHES[@]}"; do
  for phase in cold back; do
    printf '| own %s, %s | %s | %s |\n' "$cache" "$phase" "$(median <"$OUT/cache-polyarch-$cache-$phase")" "$(median <"$OUT/cache-tar-$cache-$phase")"
  done
done
echo
echo "bytes sent for the addition: polyarch $(jq .sent_bytes "$OUT/cache-sent.json"), tar+zstd+oras $(stat -c %s "$WORK/tree.tar.zst")"
for tool in "${tools[@]:2}"; do echo "  $tool $(median <"$OUT/cache-$tool-bytes")"; done
echo "peak memory: save $(awk '{ printf "%.0f MB", $1 / 1000 }' "$OUT/cache-memory"), restore $(awk '{ printf "%.0f MB", $1 / 1000 }' "$OUT/cache-memory-back")"
