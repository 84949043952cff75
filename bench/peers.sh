#!/usr/bin/env bash
# Installs the clients that `polyarch publish` and `polyarch copy` are measured beside, with Go's ordinary client, and
# prints the directory that they are in. What is there already stays.
set -euo pipefail
shopt -s inherit_errexit
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"

PEERS=${XDG_CACHE_HOME:-$HOME/.cache}/polyarch/bench-peers
mkdir -p "$PEERS"
install_go() { # NAME PACKAGE
  [[ -x $PEERS/$1 ]] || GOBIN=$PEERS CGO_ENABLED=0 go install "$2" >&2
}
install_go regctl github.com/regclient/regclient/cmd/regctl@latest
install_go crane github.com/google/go-containerregistry/cmd/crane@latest
install_go oras oras.land/oras/cmd/oras@latest
[[ -x $PEERS/delay && $PEERS/delay -nt delay/main.go ]] || CGO_ENABLED=0 go build -o "$PEERS/delay" delay/main.go >&2
echo "$PEERS"
