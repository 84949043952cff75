#!/usr/bin/env bash
# Installs what building and testing polyarch needs, from Debian's own packages. Safe to run again: it looks before
# it asks the archive for anything.
set -euo pipefail

PROJECT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/testbed/say.sh
source "$PROJECT/scripts/testbed/say.sh"
# shellcheck source=scripts/testbed/debian.sh
source "$PROJECT/scripts/testbed/debian.sh"

BUILD_PACKAGES=(g++ cmake ninja-build ccache git ca-certificates dpkg-dev
  nlohmann-json3-dev libspdlog-dev libfmt-dev libcli11-dev libssl-dev libzstd-dev zlib1g-dev libgtest-dev libgmock-dev)
TESTBED_PACKAGES=(mmdebstrap qemu-user-static skopeo docker-registry runc iptables nftables iproute2 jq curl
  ca-certificates busybox-static buildah zstd rsync maven chromium fonts-dejavu-core)
HTTPLIB="$PROJECT/build/deps/httplib.h"
BINFMT=/proc/sys/fs/binfmt_misc

usage() {
  cat <<'TEXT'
Usage: scripts/install-deps.sh [--build | --testbed | --all]

Installs Debian packages, and nothing else, as root or through sudo. Run it again at will: when all is there, it
ends within a second.

  --build     compiler, libraries, test framework; and httplib.h of Debian's cpp-httplib, put into build/deps/
  --testbed   what scripts/testbed.sh and the tests need: QEMU, a registry, runc, skopeo, buildah, mmdebstrap
  --all       both (default)
TEXT
}

# On another system: say exactly what is wanted, so that its own package manager can bring it.
require_debian() { # PACKAGE…
  local id=unknown
  # shellcheck source=/dev/null
  [[ ! -r /etc/os-release ]] || id=$(. /etc/os-release && printf '%s' "${ID:-unknown}")
  [[ $id != debian ]] || return 0
  say_fail "this script installs on Debian 12 or newer; this system is: $id"
  printf '       Install what these Debian packages hold, by your own means:\n' >&2
  printf '         %s\n' "$@" >&2
  [[ $HTTPLIB_WANTED == no ]] ||
    printf '       and put the header of cpp-httplib 0.18.7 or newer at build/deps/httplib.h\n' >&2
  exit 1
}

missing_of() { # PACKAGE… : those that are not installed, one a line
  command -v dpkg-query >/dev/null || { printf '%s\n' "$@"; return; }
  local installed
  # dpkg-query fails when it knows nothing of a package; what it does know, it prints all the same.
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || :)
  local package
  for package in "$@"; do
    grep -qxF "installed $package" <<<"$installed" || printf '%s\n' "$package"
  done
}

as_root() {
  if ((EUID == 0)); then "$@"; else sudo -- "$@"; fi
}

apt_install() { # PACKAGE…
  local log
  ((EUID == 0)) || command -v sudo >/dev/null ||
    die "installing packages needs root" "Run this script as root, or install sudo."
  log=$(mktemp)
  say_begin "installing $# Debian packages: $*"
  # Lists that cannot be renewed may still be good enough: installing tells.
  as_root apt-get -q update >"$log" 2>&1 || say_warn "apt-get update failed; trying with the lists at hand"
  if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "$@" >>"$log" 2>&1; then
    say_log_tail "$log"
    die "apt-get could not install: $*" "The whole log is in $log."
  fi
  rm -f -- "$log"
  say_done "installed $# Debian packages"
}

binfmt_entries() {
  local entry
  for entry in "$BINFMT"/*; do
    case ${entry##*/} in '*' | register | status) ;; *) printf '%s\n' "${entry##*/}" ;; esac
  done
}

# Debian's triggers may register every emulator with the kernel. A machine that emulates already would hide whether
# polyarch sets emulation up itself, and registering is not this script's to do: what the install added goes again.
unregister_new() { # NAMES-BEFORE
  local entry
  while read -r entry; do
    [[ -z $entry ]] || printf -- '-1\n' | as_root tee "$BINFMT/$entry" >/dev/null
  done < <(comm -13 <(sort <<<"$1") <(binfmt_entries | sort))
}

# Debian enables and starts the registry as a service. The testbed runs its own, on its own port and directory.
stop_registry_service() {
  as_root invoke-rc.d docker-registry stop >/dev/null 2>&1 || :
  as_root update-rc.d docker-registry disable >/dev/null 2>&1 || :
}

install_packages() { # PACKAGE…
  local missing=() before
  mapfile -t missing < <(missing_of "$@")
  ((${#missing[@]})) || return 0
  require_debian "${missing[@]}"
  before=$(binfmt_entries)
  apt_install "${missing[@]}"
  [[ " ${missing[*]} " != *' docker-registry '* ]] || stop_registry_service
  [[ " ${missing[*]} " != *' qemu-user-static '* ]] || unregister_new "$before"
}

# Debian packages cpp-httplib as a shared library only; the source package holds the single header, with Debian's
# security patches. apt checks the signature of the lists and, through them, every file.
install_httplib() {
  [[ ! -s $HTTPLIB ]] || return 0
  require_debian cpp-httplib
  local dir
  dir=$(mktemp -d)
  # shellcheck disable=SC2064 # the directory of now
  trap "rm -rf -- '$dir'" EXIT
  say_begin "fetching cpp-httplib's header (source package of Debian $DEBIAN_SUITE)"
  debian_lists "$dir" deb-src
  (cd "$dir" && debian_apt "$dir" source --download-only --only-source cpp-httplib)
  # apt has checked the signature; dpkg-source would only look for keys of single maintainers.
  if ! (cd "$dir" && dpkg-source --no-check -x ./*.dsc unpacked) >"$dir/log" 2>&1; then
    say_log_tail "$dir/log"
    die "cpp-httplib's source package does not unpack"
  fi
  mkdir -p -- "${HTTPLIB%/*}"
  cp -- "$dir/unpacked/httplib.h" "$HTTPLIB.new"
  mv -- "$HTTPLIB.new" "$HTTPLIB"
  say_done "cpp-httplib $(sed -n 's/^#define CPPHTTPLIB_VERSION "\(.*\)"/\1/p' "$HTTPLIB") is at build/deps/httplib.h"
}

main() {
  local packages=() httplib=yes
  case ${1:---all} in
    --build) packages=("${BUILD_PACKAGES[@]}") ;;
    --testbed) packages=("${TESTBED_PACKAGES[@]}") httplib=no ;;
    --all) packages=("${BUILD_PACKAGES[@]}" "${TESTBED_PACKAGES[@]}") ;;
    -h | --help) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
  esac
  HTTPLIB_WANTED=$httplib
  mapfile -t packages < <(printf '%s\n' "${packages[@]}" | sort -u)
  install_packages "${packages[@]}"
  [[ $httplib == no ]] || install_httplib
  say_done "all is installed (${1:---all})"
}

main "$@"
