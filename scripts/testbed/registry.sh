# shellcheck shell=bash
# Debian's docker-registry on a loopback port, over plain HTTP. Needs say.sh, daemon.sh and $STATE.

registry_address() { printf '127.0.0.1:%s\n' "$(<"$STATE/ports/registry")"; }

registry_get() { curl --silent --fail --max-time 2 --noproxy '*' "http://$(registry_address)/v2/$1"; }

registry_answers() { registry_get ''; }

registry_images() { registry_get _catalog | jq -r '.repositories | join(" ")'; }

registry_start() {
  ! daemon_pid registry >/dev/null || return 0
  local port
  port=$(daemon_port registry)
  mkdir -p "$STATE/registry/data"
  cat >"$STATE/registry/config.yml" <<YAML
version: 0.1
log: { level: info, accesslog: { disabled: false } }
storage:
  filesystem: { rootdirectory: $STATE/registry/data }
  delete: { enabled: true }
http:
  addr: 127.0.0.1:$port
  secret: testbed
YAML
  daemon_recorded registry docker-registry serve "$STATE/registry/config.yml"
  daemon_start registry "${RECORDED[@]}"
  daemon_await registry 15 registry_answers
  say_done "registry is up at $(registry_address)"
}
