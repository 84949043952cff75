# shellcheck shell=bash
# The engine's bridge, made here and not by dockerd: a name and rules of our own can be told from those of any other
# engine on the machine, so two testbeds live side by side and `down` removes exactly ours.
# Needs say.sh, $STATE and $STATE_ID.

NETWORK_BRIDGE=pa-$STATE_ID

network_subnet() { # prints the first three numbers of a /24 that no route of this machine covers
  local file=$STATE/network/subnet number
  if [[ ! -s $file ]]; then
    for ((number = 0; number < 256; number++)); do
      [[ -z $(ip -4 route show root "10.213.$number.0/24") ]] || continue
      printf '10.213.%d\n' "$number" >"$file" && break
    done
  fi
  cat "$file"
}

network_rules() { # VERB SUBNET : -C, -A or -D each rule
  local verb=$1 insert=$1 tag=(-m comment --comment "polyarch-testbed-$STATE_ID")
  [[ $verb != -A ]] || insert=-I
  iptables -w -t nat "$verb" POSTROUTING -s "$2.0/24" ! -o "$NETWORK_BRIDGE" "${tag[@]}" -j MASQUERADE &&
    iptables -w "$insert" FORWARD -i "$NETWORK_BRIDGE" "${tag[@]}" -j ACCEPT &&
    iptables -w "$insert" FORWARD -o "$NETWORK_BRIDGE" "${tag[@]}" -j ACCEPT
}

# Empty tables that our rules brought into being would show in iptables-save ever after.
network_note_tables() {
  local table
  for table in nat filter; do
    grep -q "^\*$table" <<<"$1" || printf '%s\n' "$table"
  done
}

network_up() {
  local subnet forward
  mkdir -p "$STATE/network"
  [[ -e $STATE/network/tables ]] || network_note_tables "$(iptables-save 2>/dev/null)" >"$STATE/network/tables"
  subnet=$(network_subnet)
  ip link show "$NETWORK_BRIDGE" >/dev/null 2>&1 || ip link add "$NETWORK_BRIDGE" type bridge
  ip -4 addr show dev "$NETWORK_BRIDGE" | grep -q inet || ip addr add "$subnet.1/24" dev "$NETWORK_BRIDGE"
  ip link set "$NETWORK_BRIDGE" up
  forward=$(</proc/sys/net/ipv4/ip_forward)
  [[ -e $STATE/network/ip_forward ]] || printf '%s\n' "$forward" >"$STATE/network/ip_forward"
  [[ $forward == 1 ]] || printf '1\n' >/proc/sys/net/ipv4/ip_forward
  network_rules -C "$subnet" >/dev/null 2>&1 || network_rules -A "$subnet" ||
    say_warn "iptables refuses the engine's rules: RUN steps reach loopback only with --network=host"
}

network_down() {
  local subnet table
  [[ -d $STATE/network ]] || return 0
  subnet=$(network_subnet)
  network_rules -D "$subnet" >/dev/null 2>&1 || :
  ip link delete "$NETWORK_BRIDGE" 2>/dev/null || :
  # Others may rely on forwarding by now only if they turned it on themselves; then it was on before us.
  [[ $(cat "$STATE/network/ip_forward") == 1 ]] || printf '0\n' >/proc/sys/net/ipv4/ip_forward
  while read -r table; do
    iptables -w -t "$table" -X >/dev/null 2>&1 || :
  done <"$STATE/network/tables"
}
