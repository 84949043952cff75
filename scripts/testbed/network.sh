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

# Calls a function for each rule: table, chain, the rule.
network_rules() { # FUNCTION SUBNET
  local tag=(-m comment --comment "polyarch-testbed-$STATE_ID")
  "$1" nat POSTROUTING -s "$2.0/24" ! -o "$NETWORK_BRIDGE" "${tag[@]}" -j MASQUERADE
  "$1" filter FORWARD -i "$NETWORK_BRIDGE" "${tag[@]}" -j ACCEPT
  "$1" filter FORWARD -o "$NETWORK_BRIDGE" "${tag[@]}" -j ACCEPT
}

# In front of what an earlier engine or a firewall put there, which may drop all that it does not know.
network_rule_add() { # TABLE CHAIN RULE…
  iptables -w -t "$1" -C "${@:2}" >/dev/null 2>&1 || iptables -w -t "$1" -I "${@:2}"
}

network_rule_remove() { # TABLE CHAIN RULE…
  while iptables -w -t "$1" -D "${@:2}" >/dev/null 2>&1; do :; done
}

# The tables that iptables has made, one a line. It makes the whole table for the first rule, and leaves it, empty.
network_tables() { iptables-save 2>/dev/null | sed -n 's/^\*//p' | sort; }

network_tables_remove() {
  local table
  while read -r table; do
    iptables -w -t "$table" -S | grep -q '^-A' || nft delete table ip "$table" 2>/dev/null || :
  done < <(comm -13 "$STATE/network/tables" <(network_tables))
}

network_up() {
  local subnet forward
  mkdir -p "$STATE/network"
  [[ -e $STATE/network/tables ]] || network_tables >"$STATE/network/tables" || :
  subnet=$(network_subnet)
  ip link show "$NETWORK_BRIDGE" >/dev/null 2>&1 || ip link add "$NETWORK_BRIDGE" type bridge
  ip -4 addr show dev "$NETWORK_BRIDGE" | grep -q inet || ip addr add "$subnet.1/24" dev "$NETWORK_BRIDGE"
  ip link set "$NETWORK_BRIDGE" up
  forward=$(</proc/sys/net/ipv4/ip_forward)
  [[ -e $STATE/network/ip_forward ]] || printf '%s\n' "$forward" >"$STATE/network/ip_forward"
  [[ $forward == 1 ]] || printf '1\n' >/proc/sys/net/ipv4/ip_forward
  network_rules network_rule_add "$subnet" ||
    say_warn "iptables refuses the engine's rules: RUN steps reach loopback only with --network=host"
}

network_down() {
  local subnet
  [[ -d $STATE/network ]] || return 0
  subnet=$(network_subnet)
  network_rules network_rule_remove "$subnet"
  ip link delete "$NETWORK_BRIDGE" 2>/dev/null || :
  # Others may rely on forwarding by now only if they turned it on themselves; then it was on before us.
  [[ $(cat "$STATE/network/ip_forward") == 1 ]] || printf '0\n' >/proc/sys/net/ipv4/ip_forward
  network_tables_remove
}
