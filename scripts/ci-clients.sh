#!/usr/bin/env bash
# Installs the CI systems' own clients that tests/ci runs the wrappers with, each in a pinned version, from Go's module
# proxy, npm and Maven. They stay in the cache; when they are there, this ends at once.
set -euo pipefail
shopt -s inherit_errexit

HERE=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/testbed/say.sh
source "$HERE/testbed/say.sh"

CLIENTS=${XDG_CACHE_HOME:-~/.cache}/polyarch/clients
ALL=(act node languageservice gitlab-ci-local groovy codenarc)

usage() {
  cat <<TEXT
Usage: scripts/ci-clients.sh [CLIENT…]

Installs what the tests of the CI wrappers run: ${ALL[*]} (default: all). A client that cannot be had is
said, the tests that want it skip, and the exit code is 1.

The directory is \${XDG_CACHE_HOME:-~/.cache}/polyarch/clients: bin/ for programs, CLIENT/node_modules for what npm brings.
TEXT
}

# Fills CLIENT-VERSION with `install_CLIENT DIRECTORY`, unless it is there, and points CLIENT to it.
client() { # NAME VERSION COMMAND…
  local name=$1 directory=$CLIENTS/$1-$2
  shift 2
  if [[ ! -d $directory ]]; then
    say_begin "installing ${directory##*/} (once)"
    rm -rf -- "$directory.part"
    mkdir -p -- "$directory.part"
    "$@" "$directory.part" >"$directory.log" 2>&1 || {
      say_warn "without $name, which cannot be installed"
      say_log_tail "$directory.log"
      rm -rf -- "$directory.part"
      return 1
    }
    rm -f -- "$directory.log"
    mv -- "$directory.part" "$directory"
    say_done "${directory##*/} is installed"
  fi
  ln -sfn -- "${directory##*/}" "$CLIENTS/$name"
}

program() { # NAME PATH : puts a client's program into bin/
  ln -sfn -- "../$2" "$CLIENTS/bin/$1"
}

# --- one function a client, and one that fetches it -------------------------------------------------------------------

go_install() { # MODULE@VERSION DIRECTORY
  GOBIN=$2 GOFLAGS=-buildvcs=false CGO_ENABLED=0 go -C / install -trimpath -ldflags '-s -w' "$1"
}

npm_install() { # PACKAGE… DIRECTORY
  npm install --prefix "${*: -1}" --ignore-scripts --no-audit --no-fund --no-progress --save-exact "${@:1:$#-1}"
}

# With what they depend on; the plugin reads dependencies from a project only.
maven_fetch() { # GROUP:ARTIFACT:VERSION… DIRECTORY
  local directory=${*: -1} each group artifact version
  {
    echo '<project><modelVersion>4.0.0</modelVersion><groupId>x</groupId><artifactId>x</artifactId><version>1</version><dependencies>'
    for each in "${@:1:$#-1}"; do
      IFS=: read -r group artifact version <<<"$each"
      echo "<dependency><groupId>$group</groupId><artifactId>$artifact</artifactId><version>$version</version></dependency>"
    done
    echo '</dependencies></project>'
  } >"$directory/pom.xml"
  mvn -B -q -f "$directory/pom.xml" -Dmaven.repo.local="$directory/repository" dependency:copy-dependencies \
    -DoutputDirectory="$directory/jars" &&
    rm -rf -- "$directory/repository"
}

act() {
  local version=v0.2.89
  client act "$version" go_install "github.com/nektos/act@$version" && program act act/act
}

# What GitHub's runners bring for `using: node24`.
node() {
  local version=24.9.0 arch=x64
  [[ $(uname -m) != aarch64 ]] || arch=arm64
  client node "$version" npm_install "node-linux-$arch@$version" &&
    program node "node/node_modules/node-linux-$arch/bin/node"
}

languageservice() {
  local version=0.3.61
  client languageservice "$version" npm_install "@actions/languageservice@$version"
}

# Runs GitLab's pipelines on this machine; holds GitLab's schema. It needs the newer Node, and rsync.
gitlab-ci-local() {
  local version=4.75.1
  client gitlab-ci-local "$version" npm_install "gitlab-ci-local@$version"
}

# What Jenkins runs pipelines with: Groovy 2.4, and the rewriting of steps into continuations.
groovy() {
  client groovy 2.4.21 maven_fetch org.codehaus.groovy:groovy-all:2.4.21 com.cloudbees:groovy-cps:1.31
}

# The linter inside npm-groovy-lint, without the server that that one leaves running.
codenarc() {
  local version=3.5.0
  client codenarc "$version" maven_fetch "org.codenarc:CodeNarc:$version" org.slf4j:slf4j-nop:1.7.35
}

# ----------------------------------------------------------------------------------------------------------------------

main() {
  local wanted=("$@") name failed=0
  case ${1-} in
    -h | --help) usage && return ;;
    '') wanted=("${ALL[@]}") ;;
  esac
  for name in "${wanted[@]}"; do
    [[ " ${ALL[*]} " == *" $name "* ]] || die "unknown client: $name" "There are: ${ALL[*]}"
  done
  mkdir -p -- "$CLIENTS/bin"
  exec 9>"$CLIENTS.lock"
  flock 9
  for name in "${wanted[@]}"; do "$name" || failed=1; done
  return "$failed"
}

main "$@"
