#!/bin/sh
# Runs a program on the machine that build.sh made, in a copy of its Windows that is gone afterwards.
# To be run as the first process of mount and process namespaces of its own, which end with it.
#   enter.sh MACHINE REPOSITORY NPM_CACHE STAGE PROGRAM [ARGUMENT...]
# It finds the repository in Z:\mnt\repo, read-only, STAGE in Z:\mnt\stage, and Deno in Z:\mnt\deno.
# What lies in the folder system32 of STAGE is in that of Windows: tapi32.dll only if it lies there.
set -eu
machine=$1 repository=$2 npm_cache=$3 stage=$4
shift 4

root=$machine/root
mount --bind -o ro "$root" "$root"
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/mnt"
cd "$root/mnt"
mkdir prefix changes work tmp repo stage deno deno_dir deno_dir/npm
mount -t overlay overlay -o "lowerdir=$machine/prefix,upperdir=changes,workdir=work" prefix
mount --bind -o ro "$repository" repo
mount --bind -o ro "$npm_cache" deno_dir/npm
mount --bind -o ro "$machine/deno/node_modules/@deno/win32-x64" deno
mount --bind "$stage" stage
mount --bind tmp "$root/tmp"

system32=prefix/drive_c/windows/system32
rm "$system32/tapi32.dll"
cp -r stage/system32/. "$system32"

export WINEPREFIX=/mnt/prefix DENO_DIR='Z:\mnt\deno_dir' HOME=/tmp XDG_RUNTIME_DIR=/tmp
export WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml=;tapi32=n' LC_ALL=C.UTF-8
export PATH=/usr/lib/wine:/usr/sbin:/usr/bin:/sbin:/bin
exec chroot "$root" wine64 "$@"
