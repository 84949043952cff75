# shellcheck shell=bash
# What the benchmarks share: paired runs, so that a noisy machine slows both sides alike, and medians.

now_ms() { date +%s%3N; }

# Milliseconds that a command takes; its output goes to a log.
time_ms() { # COMMAND…
  local start
  start=$(now_ms)
  "$@" >"$OUT/last.log" 2>&1 || { cat "$OUT/last.log" >&2 && return 1; }
  echo $(($(now_ms) - start))
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
