# shellcheck shell=bash
# What the benchmarks share: paired runs, so that a noisy machine slows both sides alike, and medians.

# Microseconds, and milliseconds, that a command takes; its output goes to a log.
time_us() { # COMMAND…
  local start=${EPOCHREALTIME/[.,]/}
  "$@" >"$OUT/last.log" 2>&1 || { cat "$OUT/last.log" >&2 && return 1; }
  echo $((${EPOCHREALTIME/[.,]/} - start))
}
time_ms() { # COMMAND…
  local us
  us=$(time_us "$@") && echo $(((us + 500) / 1000))
}

median() { sort -n | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : int((v[NR / 2] + v[NR / 2 + 1]) / 2) }'; }

# Runs two functions in turn, first the one, then the other first, each after `prepare`; prints their medians.
pairs() { # COUNT TITLE PREPARE FUNCTION_A FUNCTION_B
  local count=$1 title=$2 prepare=$3 a=$4 b=$5 i
  : >"$OUT/a" && : >"$OUT/b"
  for ((i = 0; i < count; i++)); do
    local first=$a second=$b
    if ((i % 2)); then first=$b second=$a; fi
    for run in "$first" "$second"; do
      "$prepare"
      if [[ $run == "$a" ]]; then time_ms "$run" >>"$OUT/a"; else time_ms "$run" >>"$OUT/b"; fi
    done
  done
  local x y
  x=$(median <"$OUT/a")
  y=$(median <"$OUT/b")
  printf '| %s | %s ms | %s ms | %s | %+d ms | %s |\n' "$title" "$x" "$y" "$(awk -v x="$x" -v y="$y" 'BEGIN { printf "%.2f", x / y }')" \
    "$((x - y))" "$count"
}

# Runs every function once a round, after `prepare NAME`; leaves the median of NAME, in microseconds, in
# $OUT/NAME.median. Each round begins with the next one, every other round goes backwards: nobody always has the same
# one's dirty pages to wait for.
rounds() { # COUNT PREPARE FUNCTION…
  local count=$1 prepare=$2 i k name
  shift 2
  local names=("$@")
  for name in "${names[@]}"; do : >"$OUT/$name.us"; done
  for ((i = 0; i < count; i++)); do
    for ((k = 0; k < ${#names[@]}; k++)); do
      name=${names[(i + (i % 2 ? ${#names[@]} - k : k)) % ${#names[@]}]}
      "$prepare" "$name"
      time_us "$name" >>"$OUT/$name.us"
    done
  done
  for name in "${names[@]}"; do median <"$OUT/$name.us" >"$OUT/$name.median"; done
}

# Leaves in SHARE how many milliseconds a run keeps all cores busy in the servers alone: here no client is faster than that.
# shellcheck disable=SC2034  # SHARE is for who sources this
servers_share() { # COUNT PREPARE FUNCTION
  local total=0 i before
  for ((i = 0; i < $1; i++)); do
    "$2" "$3"
    before=$(servers_ms)
    "$3" >"$OUT/last.log" 2>&1
    total=$((total + $(servers_ms) - before))
  done
  SHARE=$((total / $1 / $(nproc)))
}
servers_ms() {
  local one total=0 fields
  for one in "${SERVERS[@]}"; do
    read -ra fields <"/proc/$one/stat"
    total=$((total + (fields[13] + fields[14]) * 1000 / $(getconf CLK_TCK)))
  done
  echo "$total"
}

ms() { awk -v us="$1" 'BEGIN { printf us < 100000 ? "%.1f ms" : "%.0f ms", us / 1000 }'; }

# One row: what was measured, our median, each peer's, and our ratio to the best of them. The first name is ours.
row() { # TITLE FUNCTION…
  local title=$1 name best='' ours line
  shift
  ours=$(cat "$OUT/$1.median")
  line="| $title | $(ms "$ours") |"
  shift
  for name in "$@"; do
    local value
    value=$(cat "$OUT/$name.median")
    line+=" $(ms "$value") |"
    if [[ -z $best ]] || ((value < best)); then best=$value; fi
  done
  printf '%s %s |\n' "$line" "$(awk -v x="$ours" -v y="$best" 'BEGIN { printf "%.2f", x / y }')"
}

# Starts a server, waits until it answers HTTP on PORT, and has it ended with the script.
serve() { # PORT COMMAND…
  local port=$1 i
  shift
  "$@" >"$OUT/serve-$port.log" 2>&1 &
  SERVERS+=($!)
  for ((i = 0; i < 100; i++)); do
    if curl -s -o "$OUT/probe" "http://127.0.0.1:$port/v2/"; then return 0; fi
    sleep 0.1
  done
  cat "$OUT/serve-$port.log" >&2
  return 1
}
# Debian's docker-registry, quiet, with its blobs in DIR.
debian() { # PORT DIR
  cat >"$2.yml" <<END
version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {cache: {blobdescriptor: inmemory}, filesystem: {rootdirectory: $2}}
http: {addr: "127.0.0.1:$1"}
END
  serve "$1" docker-registry serve "$2.yml"
}
SERVERS=()
end_servers() { for one in "${SERVERS[@]}"; do kill "$one" 2>/dev/null || :; done; }
