# shellcheck shell=bash
# Processes that outlive this script. Each is recorded with its start time and the machine's boot, so a number that
# the kernel has given to another process since is never taken for ours. Needs say.sh and $STATE.

DAEMON_BOOT=$(</proc/sys/kernel/random/boot_id)

# Starts COMMAND detached from the terminal, progress (8) and lock (9), with its output in STATE/logs/NAME.log.
# COMMAND runs daemon_record first, inside whatever namespaces it entered.
daemon_start() { # NAME COMMAND…
  local name=$1
  shift
  mkdir -p "$STATE/logs" "$STATE/pids"
  rm -f -- "$STATE/pids/$name"
  setsid -- "$@" </dev/null >>"$STATE/logs/$name.log" 2>&1 8>&- 9>&- &
  disown
}

# A prefix for COMMAND: the same process writes its record, then becomes COMMAND. The number is read from the /proc
# of this script's own process namespace, so it is right even for the first process of a new one.
daemon_recorded() { # NAME COMMAND… : prints nothing, fills RECORDED
  local name=$1
  shift
  # shellcheck disable=SC2016,SC2034 # expanded by the inner shell; read by the caller
  RECORDED=(bash -c 'read -r stat </proc/self/stat; read -ra rest <<<"${stat##*) }"
    printf "%s %s %s\n" "${stat%% *}" "${rest[19]}" "$0" >"$1.new" && mv "$1.new" "$1" && shift && exec "$@"'
    "$DAEMON_BOOT" "$STATE/pids/$name" "$@")
}

# Prints the process number of NAME while it is alive and truly ours.
daemon_pid() { # NAME
  local pid started boot stat rest
  read -r pid started boot 2>/dev/null <"$STATE/pids/$1" || return 1
  [[ $boot == "$DAEMON_BOOT" && -r /proc/$pid/stat ]] || return 1
  read -r stat 2>/dev/null <"/proc/$pid/stat" || return 1
  read -ra rest <<<"${stat##*) }"
  [[ ${rest[19]} == "$started" && ${rest[0]} != Z ]] || return 1
  printf '%s\n' "$pid"
}

# Waits until PROBE succeeds. A daemon that died does not become ready: no need to wait for the deadline then.
daemon_await() { # NAME SECONDS PROBE…
  local name=$1 deadline=$((SECONDS + $2))
  shift 2
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS >= deadline)) || { [[ -e $STATE/pids/$name ]] && ! daemon_pid "$name" >/dev/null; }; then
      say_fail "$name did not become ready"
      say_log_tail "$STATE/logs/$name.log"
      return 1
    fi
    sleep 0.1
  done
}

daemon_stop() { # NAME
  local pid tries
  if pid=$(daemon_pid "$1"); then
    kill -TERM "$pid" 2>/dev/null || :
    for ((tries = 0; tries < 150; tries++)); do
      daemon_pid "$1" >/dev/null || break
      sleep 0.1
    done
    pid=$(daemon_pid "$1") && kill -KILL "$pid" 2>/dev/null && sleep 0.3
  fi
  rm -f -- "$STATE/pids/$1"
}

# A loopback port that nobody listens on. The one of the last time is kept while it is free, so that references to
# images stay good across a restart.
daemon_port() { # NAME
  local file=$STATE/ports/$1 port
  mkdir -p "$STATE/ports"
  read -r port 2>/dev/null <"$file" || port=0
  while ((port == 0)) || [[ -n $(ss -Hltn "sport = :$port") ]]; do port=$((20000 + RANDOM % 12000)); done
  printf '%s\n' "$port" >"$file"
  printf '%s\n' "$port"
}
