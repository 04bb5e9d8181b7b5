#!/bin/sh
# Makes the machine on which the Windows suite runs, as a folder: Debian with Wine 10, a Windows
# folder tree made by Wine, and Deno for Windows. Needs root, debootstrap and npm; DOWNLOADS
# and takes 2.3 GB.
#   build.sh FOLDER [DEBIAN_MIRROR]
set -eu
folder=$1
mirror=${2:-}

# Debian 13; the Wine of Debian 12 is too old for Deno.
debian=trixie
# The newest that npm has for Windows; it is this project's version but for fixes.
deno=2.9.5

mkdir -p "$folder"
debootstrap --variant=minbase --include=wine64 "$debian" "$folder/root" ${mirror:+"$mirror"}
rm -rf "$folder"/root/var/cache/apt/archives/*.deb "$folder"/root/var/lib/apt/lists/*

npm install --no-save --no-package-lock --force --ignore-scripts --prefix "$folder/deno" \
  "@deno/win32-x64@$deno"

unshare --mount --pid --fork --kill-child sh -eu -c '
  mount -t proc proc "$0/proc"
  mount --bind /dev "$0/dev"
  exec env -i PATH=/usr/lib/wine:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/tmp XDG_RUNTIME_DIR=/tmp \
    WINEPREFIX=/prefix WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml=" \
    chroot "$0" sh -c "wine64 wineboot --init && wineserver64 -w"
' "$folder/root"
mv "$folder/root/prefix" "$folder/prefix"
