# shellcheck shell=bash
# The kernel's list of emulators. The testbed registers none (polyarch does), but `down` removes those that came while
# it was up. Needs $STATE.

BINFMT=/proc/sys/fs/binfmt_misc

# The list is one for the whole machine, so it can be read through a mount that only this command sees.
# shellcheck disable=SC2016 # expanded by the inner shell
binfmt_run() { # SHELL-COMMANDS ARGUMENT… : in the list's directory
  local commands=$1
  shift
  unshare --mount --propagation private sh -c 'test -e "$0/register" || mount -t binfmt_misc binfmt_misc "$0" || exit 1
    cd "$0" && '"$commands" "$BINFMT" "$@"
}

# shellcheck disable=SC2016 # expanded by the inner shell
binfmt_entries() {
  binfmt_run 'for entry in *; do case $entry in register | status | "*") ;; *) echo "$entry" ;; esac; done'
}

binfmt_note() {
  [[ ! -e $STATE/binfmt ]] || return 0
  binfmt_entries 2>/dev/null | sort >"$STATE/binfmt.new" ||
    say_warn "binfmt_misc cannot be mounted: no emulation on this machine"
  mountpoint -q "$BINFMT" && touch "$STATE/binfmt-mounted"
  mv -- "$STATE/binfmt.new" "$STATE/binfmt"
}

binfmt_restore() {
  [[ -e $STATE/binfmt ]] || return 0
  local entry
  while read -r entry; do
    # shellcheck disable=SC2016 # expanded by the inner shell
    binfmt_run 'echo -1 >"$1"' "$entry"
  done < <(comm -13 "$STATE/binfmt" <(binfmt_entries 2>/dev/null | sort))
  [[ -e $STATE/binfmt-mounted ]] || ! mountpoint -q "$BINFMT" || umount "$BINFMT"
}
