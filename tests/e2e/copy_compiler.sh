#!/bin/sh
# Usage: copy_compiler.sh DIRECTORY
# Puts the machine's own C compiler there, with all that it needs to make a static program.
set -eu
to=$1

put() {
  mkdir -p "$to$(dirname "$1")"
  cp -L "$1" "$to$1"
}
with_libraries() {
  put "$1"
  for library in $(ldd "$1" | grep -o '/[^ ]*'); do put "$library"; done
}

for name in gcc as ld; do with_libraries "$(command -v "$name")"; done
for name in cc1 collect2; do with_libraries "$(gcc -print-prog-name="$name")"; done
for name in crt1.o crti.o crtn.o crtbeginT.o crtend.o libc.a libgcc.a libgcc_eh.a; do
  put "$(realpath "$(gcc -print-file-name="$name")")"
done
