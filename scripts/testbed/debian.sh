# shellcheck shell=bash
# Packages of another Debian release or architecture, without touching the machine's own apt state: private lists,
# the machine's own mirror, and apt's own signature check. Needs say.sh.

DEBIAN_SUITE=trixie

# apt knows every form that a source may have (deb822, one-line, mirror lists), so apt is asked and no file is parsed.
# It takes apt a moment: who needs the answer often sets DEBIAN_MIRROR to it.
debian_mirror() {
  [[ -z ${DEBIAN_MIRROR:-} ]] || { printf '%s\n' "$DEBIAN_MIRROR" && return; }
  local codename mirror
  # shellcheck source=/dev/null
  codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
  # shellcheck disable=SC2016 # these are apt's own names
  mirror=$(apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
    awk -v release="$codename" '$1 == release && $2 == "main" && !seen++ { print $3 }')
  [[ -n $mirror ]] || die "no source of Debian $codename (main) among this machine's apt sources" \
    "Add one to /etc/apt/sources.list.d/debian.sources and try again."
  printf '%s\n' "$mirror"
}

debian_keyring() {
  local keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  [[ -r $keyring ]] || die "the keys of Debian's archive are missing: $keyring" "apt-get install debian-archive-keyring"
  printf '%s\n' "$keyring"
}

# Everything apt keeps goes below DIR.
debian_apt() { # DIR COMMAND…
  local dir=$1
  shift
  LC_ALL=C apt-get -qq \
    -o Dir::Etc::SourceList="$dir/sources.list" -o Dir::Etc::SourceParts=/dev/null \
    -o Dir::State::Lists="$dir/lists" -o Dir::Cache="$dir/cache" \
    -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false \
    -o Acquire::Retries=3 -o APT::Sandbox::User=root "$@"
}

# A mirror whose lists are being replaced, or that several machines serve, answers with files that do not belong
# together. A little later they do.
debian_retry() { # COMMAND…
  local pause
  for pause in 2 5 15 30; do
    "$@" && return
    say_warn "the Debian mirror's answer is no good; trying again in $pause s"
    sleep "$pause"
  done
  "$@"
}

debian_lists() { # DIR TYPE [ARCHITECTURE…] : writes the source and fetches the signed lists
  local dir=$1 type=$2 keyring mirror architectures
  shift 2
  keyring=$(debian_keyring)
  mirror=$(debian_mirror)
  architectures=$*
  mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
  printf '%s [%ssigned-by=%s] %s %s main\n' "$type" "${architectures:+arch=${architectures// /,} }" \
    "$keyring" "$mirror" "$DEBIAN_SUITE" >"$dir/sources.list"
  # The package cache is not generated: what follows reads few entries, and generating it takes longer than all
  # downloads together.
  debian_retry debian_apt "$dir" -o pkgCacheFile::Generate=false update
}

# Downloads one file of the mirror and checks its hash.
debian_fetch() { # PATH HASH FILE
  local mirror
  mirror=$(debian_mirror)
  /usr/lib/apt/apt-helper -qq -o APT::Sandbox::User=root -o Acquire::Retries=3 \
    download-file "${mirror%/}/$1" "$3" "SHA256:$2"
}

# Downloads PACKAGE of one architecture. apt checked the list's signature; the list holds the hash.
debian_download() { # PACKAGE ARCHITECTURE FILE
  local path hash dir=$3.apt
  debian_lists "$dir" deb "$2"
  # The pattern stands for the mirror's name and for the way in which apt compressed the list.
  read -r path hash < <(/usr/lib/apt/apt-helper cat-file "$dir"/lists/*"_binary-$2_Packages"* | debian_stanza "$1") ||
    die "Debian $DEBIAN_SUITE has no $1 for $2"
  debian_fetch "$path" "$hash" "$3"
  rm -rf -- "$dir"
}

debian_stanza() { # PACKAGE : path and SHA-256 of the package in the list on standard input
  awk -v package="$1" '
    /^Package: /  { wanted = ($2 == package) }
    /^Filename: / { if (wanted) path = $2 }
    /^SHA256: /   { if (wanted) hash = $2 }
    END           { if (path != "") print path, hash; else exit 1 }'
}
