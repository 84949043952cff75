#!/usr/bin/env bash
# Runs as the first process of private mount and process namespaces: gives them the engine's own root file system and
# becomes dockerd. All mounts and processes end with the namespaces, whatever ends them: nothing to clean after a crash.
#   engine-root.sh ROOTFS ENGINE-DIR
set -euo pipefail

rootfs=$1 engine=$2 root=$2/root

# The host's directories at their own paths, so that `docker run --volume "$PWD":…` finds what the caller sees.
bind_host_directories() {
  local directory
  for directory in /*/; do
    directory=${directory%/}
    case $directory in
      /bin | /boot | /dev | /etc | /lib* | /proc | /run | /sbin | /sys | /usr | /var | /lost+found) continue ;;
    esac
    [[ ! -L $directory ]] || continue
    mkdir -p "$root$directory"
    mount --rbind "$directory" "$root$directory"
  done
  # The new root lies below one of them: without its image inside itself.
  ! mountpoint -q "$root$root" || umount -l "$root$root"
}

bind_kernel_and_state() {
  mkdir -p "$root"/{dev,proc,sys,run,var/lib/docker,var/lib/containerd,.old}
  mount --rbind /dev "$root/dev"
  mount --rbind /sys "$root/sys"
  mount -t proc proc "$root/proc"
  mount --bind "$engine/run" "$root/run"
  mount --bind "$engine/docker" "$root/var/lib/docker"
  mount --bind "$engine/containerd" "$root/var/lib/containerd"
}

mount -t overlay overlay -o "lowerdir=$rootfs,upperdir=$engine/upper,workdir=$engine/work" "$root"
bind_host_directories
bind_kernel_and_state
cd "$root"
pivot_root . .old
cd /
umount -l /.old

export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export DOCKER_TMPDIR=/var/lib/docker/tmp
# docker-init reaps what containers leave; when dockerd ends, in whatever way, it ends, and the namespace with it.
exec docker-init -- dockerd --config-file /etc/docker/daemon.json
