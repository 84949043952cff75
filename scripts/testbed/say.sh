# shellcheck shell=bash
# Progress: one line a step, with the seconds since the script began. On standard error, unless SAY_FD names another
# file, for steps whose standard error goes to a log.

SAY_FD=${SAY_FD:-2}
SAY_BEGAN=${SAY_BEGAN:-${EPOCHREALTIME/[.,]/}}

# Colour only for a person: a terminal that shows it, and nobody asked for none.
if [[ -t $SAY_FD && -z ${NO_COLOR:-} && ${TERM:-dumb} != dumb ]]; then
  SAY_GREEN=$'\e[32m' SAY_YELLOW=$'\e[33m' SAY_RED=$'\e[31m' SAY_DIM=$'\e[2m' SAY_PLAIN=$'\e[0m'
else
  SAY_GREEN='' SAY_YELLOW='' SAY_RED='' SAY_DIM='' SAY_PLAIN=''
fi

say_line() { # COLOUR MARK TEXT
  local tenths=$(((${EPOCHREALTIME/[.,]/} - SAY_BEGAN) / 100000))
  printf '%s%4d.%ds%s %s%s%s %s\n' \
    "$SAY_DIM" $((tenths / 10)) $((tenths % 10)) "$SAY_PLAIN" "$1" "$2" "$SAY_PLAIN" "$3" >&"$SAY_FD"
}

say_begin() { say_line "$SAY_DIM" '..' "$*"; }
say_done() { say_line "$SAY_GREEN" 'ok' "$*"; }
say_warn() { say_line "$SAY_YELLOW" '!!' "$*"; }
say_fail() { say_line "$SAY_RED" 'xx' "$*"; }

# Ends the script: what happened, and what to do next.
die() { # MESSAGE [HINT]
  say_fail "$1"
  [[ -z ${2:-} ]] || printf '       %s\n' "$2" >&"$SAY_FD"
  exit 1
}

# A step that failed leaves its reason at the end of its log.
say_log_tail() { # FILE
  [[ -s $1 ]] || return 0
  printf '       last lines of %s:\n' "$1" >&"$SAY_FD"
  tail -n 15 -- "$1" | sed 's/^/       | /' >&"$SAY_FD"
}
