# shellcheck shell=bash
# Packages of another Debian release or architecture, without touching the machine's own apt state: private lists,
# the machine's own mirror, and apt's own signature check. Needs say.sh.

DEBIAN_SUITE=trixie

# apt knows every form that a source may have (deb822, one-line, mirror lists), so apt is asked and no file is parsed.
debian_mirror() {
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
  debian_apt "$dir" -o pkgCacheFile::Generate=false update
}

# Downloads PACKAGE of each architecture into DIR/ARCHITECTURE.deb. apt checked the lists' signature; the lists hold
# the hash; apt-helper checks the file against it.
debian_download() { # DIR PACKAGE ARCHITECTURE…
  local dir=$1 package=$2 mirror architecture path hash
  shift 2
  debian_lists "$dir" deb "$@"
  mirror=$(debian_mirror)
  for architecture in "$@"; do
    # The pattern stands for the mirror's name and for the way in which apt compressed the list.
    read -r path hash < <(/usr/lib/apt/apt-helper cat-file "$dir"/lists/*"_binary-${architecture}_Packages"* |
      debian_stanza "$package") || die "Debian $DEBIAN_SUITE has no $package for $architecture"
    /usr/lib/apt/apt-helper -qq -o APT::Sandbox::User=root -o Acquire::Retries=3 \
      download-file "${mirror%/}/$path" "$dir/$architecture.deb" "SHA256:$hash"
  done
}

debian_stanza() { # PACKAGE : path and SHA-256 of the package in the list on standard input
  awk -v package="$1" '
    /^Package: /  { wanted = ($2 == package) }
    /^Filename: / { if (wanted) path = $2 }
    /^SHA256: /   { if (wanted) hash = $2 }
    END           { if (path != "") print path, hash; else exit 1 }'
}
