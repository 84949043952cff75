#include "spec/engine_script.hpp"

#include <string_view>

#include "base/text.hpp"
#include "base/version.hpp"

namespace polyarch::spec {
namespace {

// For any POSIX shell, with curl or wget, which on small images is busybox' and knows proxies in lower case only. What
// was kept is of this version and this address. `set +x`: Jenkins would show each of these lines.
constexpr std::string_view script = R"sh(set +x
polyarch_stop() { echo "polyarch: $1" >&2; exit 1; }
polyarch_get() { # URL FILE
  if command -v curl > /dev/null; then
    curl --fail --silent --show-error --location --connect-timeout 30 --max-time 300 --output "$2" "$1"
  else
    https_proxy=${https_proxy:-${HTTPS_PROXY:-}} http_proxy=${http_proxy:-${HTTP_PROXY:-}} \
      no_proxy=${no_proxy:-${NO_PROXY:-}} wget -q -O "$2" "$1"
  fi
}
polyarch_fetch() { # URL FILE
  for polyarch_pause in 1 4 0; do
    ! polyarch_get "$1" "$2" || return 0
    sleep "$polyarch_pause"
  done
  polyarch_stop "the engine cannot be fetched: $1"
}
if [ "${POLYARCH_ENGINE:-polyarch}" = polyarch ] && ! command -v polyarch > /dev/null; then
  [ -n "${POLYARCH_RELEASE_URL:-}" ] ||
    polyarch_stop 'there is no engine here: put it on the PATH, or name the address of its release'
  case $(uname -s -m) in
    'Linux x86_64') polyarch_file=polyarch-linux-amd64 ;;
    'Linux aarch64') polyarch_file=polyarch-linux-arm64 ;;
    *) polyarch_stop "there is no engine for $(uname -s -m)" ;;
  esac
  polyarch_url=$(printf '%s' "$POLYARCH_RELEASE_URL" | sed 's/{version}/@VERSION@/g')
  polyarch_kept=${XDG_CACHE_HOME:-${HOME:-/nowhere}/.cache}/polyarch
  mkdir -p "$polyarch_kept" 2> /dev/null || polyarch_kept=$(mktemp -d)
  polyarch_kept=$polyarch_kept/engine-@VERSION@-$(printf '%s' "$polyarch_url" | sha256sum | cut -c 1-16)
  if [ ! -x "$polyarch_kept/polyarch" ]; then
    polyarch_new=$(mktemp -d "$polyarch_kept.XXXXXX")
    trap 'rm -rf "$polyarch_new"' EXIT
    polyarch_fetch "$polyarch_url/$polyarch_file" "$polyarch_new/polyarch"
    polyarch_fetch "$polyarch_url/SHA256SUMS" "$polyarch_new/sums"
    polyarch_sum=$(sed -n "s/^\([0-9a-f]\{64\}\) [ *]$polyarch_file\$/\1/p" "$polyarch_new/sums")
    [ "$(sha256sum < "$polyarch_new/polyarch" | cut -d ' ' -f 1)" = "${polyarch_sum:-not named}" ] ||
      polyarch_stop "$polyarch_url/$polyarch_file is not what SHA256SUMS says"
    chmod 755 "$polyarch_new/polyarch"
    mkdir -p "$polyarch_kept"
    mv "$polyarch_new/polyarch" "$polyarch_kept/polyarch"
    rm -rf "$polyarch_new"
    trap - EXIT
  fi
  PATH=$polyarch_kept:$PATH
fi
)sh";

}  // namespace

std::string engine_script() {
  return text::replace_all(script, "@VERSION@", version_string());
}

}  // namespace polyarch::spec
