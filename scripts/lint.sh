#!/usr/bin/env bash
# What a compiler does not say: format, clang-tidy, shellcheck. Minutes for the whole tree, seconds for a change.
set -euo pipefail
shopt -s inherit_errexit
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

usage() {
  cat <<'TEXT'
Usage: scripts/lint.sh [--all | FILE…]

Checks the files named, or what differs from the branch main, or all of them: clang-format, clang-tidy with the list
in .clang-tidy, shellcheck. Needs the dev preset built (for compile_commands.json).
TEXT
}

# The newest there is: older ones than 16 do not understand the standard library's ranges.
find_tidy() {
  local found
  found=$(compgen -c | grep -E '^clang-tidy(-[0-9]+)?$' | sort -V | tail -n 1) || :
  if [[ -z $found ]]; then
    echo "clang-tidy is not installed; Debian has it as clang-tidy-19" >&2
    return 1
  fi
  echo "$found"
}

changed() {
  local base
  base=$(git merge-base HEAD main)
  git diff --name-only --diff-filter=d "$base"
  git ls-files --others --exclude-standard
}

# clang cannot read the header that GCC compiled ahead; it reads the text instead.
tidy() { # FILE…
  local program
  program=$(find_tidy)
  mkdir -p build/lint
  sed 's| -include [^ ]*cmake_pch.hxx| |; s| -Winvalid-pch| |; s| -fpch-preprocess| |' build/dev/compile_commands.json \
    >build/lint/compile_commands.json
  printf '%s\n' "$@" | xargs -P "${JOBS:-$(nproc)}" -n 1 "$program" --quiet -p build/lint
}

main() {
  if [[ ${1-} == -h || ${1-} == --help ]]; then usage && return; fi
  local files=("$@")
  if [[ ${1-} == --all ]]; then mapfile -t files < <(git ls-files); fi
  if [[ $# -eq 0 ]]; then mapfile -t files < <(changed); fi
  local code=() sources=() scripts=() file
  for file in "${files[@]}"; do
    case $file in
      *.cpp) code+=("$file") sources+=("$file") ;;
      *.hpp) code+=("$file") ;;
      *.sh | .ci/run) scripts+=("$file") ;;
    esac
  done
  if ((${#code[@]})); then clang-format --dry-run --Werror "${code[@]}"; fi
  if ((${#scripts[@]})); then shellcheck -x "${scripts[@]}"; fi
  if ((${#sources[@]})); then tidy "${sources[@]}"; fi
}

main "$@"
