#!/bin/sh
# Makes the machine on which the Windows suite runs, as a folder: Debian with Wine 10, a Windows
# folder tree made by Wine, and Deno for Windows. Needs root, debootstrap and npm;
# DOWNLOADS some hundred megabytes and takes 2 GB.
# To be run with FOLDER.lock held, and in mount and process namespaces of its own: whenever it is
# killed, no mount and no process is left in what it leaves.
#   build.sh FOLDER [DEBIAN_MIRROR]
set -eu
folder=$1
mirror=${2:-}

# Debian 13; the Wine of Debian 12 is too old for Deno.
debian=trixie
# The newest that npm has for Windows; it is this project's version but for fixes.
deno=2.9.5

# Whoever held the lock before has made it.
[ ! -e "$folder" ] || exit 0

# Made aside and then renamed, so that what is found is whole.
making=$folder.part
rm -rf "$making"
mkdir -p "$making"
debootstrap --variant=minbase --include=wine64 "$debian" "$making/root" ${mirror:+"$mirror"}
rm -rf "$making"/root/var/cache/apt/archives/*.deb "$making"/root/var/lib/apt/lists/*

npm install --no-save --no-package-lock --force --ignore-scripts --prefix "$making/deno" \
  "@deno/win32-x64@$deno"

# debootstrap may have mounted it already, or have unmounted it at its end.
mountpoint -q "$making/root/proc" || mount -t proc proc "$making/root/proc"
mount --bind /dev "$making/root/dev"
env -i PATH=/usr/lib/wine:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/tmp XDG_RUNTIME_DIR=/tmp \
  WINEPREFIX=/prefix WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml=" \
  chroot "$making/root" sh -c "wine64 wineboot --init && wineserver64 -w"
mv "$making/root/prefix" "$making/prefix"
mv "$making" "$folder"
