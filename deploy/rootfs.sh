#!/bin/sh
# Gathers what programs need to run without a distribution around them: the programs, the shared libraries they
# load, the loader, who the user is.
#
#   deploy/rootfs.sh DEST PROGRAM...
set -eu

[ $# -ge 2 ] || { echo "usage: rootfs.sh DEST PROGRAM..." >&2; exit 2; }
dest=$1
shift
umask 022
mkdir -p "$dest/usr/bin" "$dest/usr/lib" "$dest/etc" "$dest/tmp"
chmod 1777 "$dest/tmp"
# the layout of Debian's merged /usr, so that the loader and the libraries' paths fit
for d in bin lib lib64; do
    mkdir -p "$dest/usr/$d"
    [ -e "$dest/$d" ] || ln -s "usr/$d" "$dest/$d"
done
for p in "$@"; do
    install -s -m 755 "$p" "$dest/usr/bin/$(basename "$p")"
    missing=$(ldd "$p" | grep 'not found' || true)
    [ -z "$missing" ] || { echo "rootfs.sh: $p: $missing" >&2; exit 1; }
    ldd "$p" | sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p; s/^[[:space:]]*\(\/[^ ]*\) .*/\1/p'
done | sort -u | while read -r lib; do
    # under the name it is asked for, wherever alternatives and versions lead to
    target=$dest/usr/${lib#/usr/}
    case $lib in /usr/*) ;; *) target=$dest/usr$lib ;; esac
    mkdir -p "$(dirname "$target")"
    [ -e "$target" ] || cp -L "$lib" "$target"
    # the terms that its package comes under
    package=$(dpkg -S "$(realpath "$lib")" 2>/dev/null | sed 's/:.*//; q' || true)
    if [ -n "$package" ] && [ -e "/usr/share/doc/$package/copyright" ]; then
        mkdir -p "$dest/usr/share/doc/$package"
        cp -L "/usr/share/doc/$package/copyright" "$dest/usr/share/doc/$package/"
    fi
done
echo "foedus:x:10001:10001:Foedus:/:/usr/sbin/nologin" >"$dest/etc/passwd"
echo "foedus:x:10001:" >"$dest/etc/group"
echo "hosts: files dns" >"$dest/etc/nsswitch.conf"
