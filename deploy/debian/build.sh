#!/bin/sh
# Makes the Debian packages foedus-cloud, foedus-edge and foedus-tools, into BUILD/deb: deploy/debian/build.sh BUILD
# DEB_REVISION=1 makes version X-1; SOURCE_DATE_EPOCH sets the date, which is else that of the last commit.
set -eu

build=$(realpath "${1:?the build folder}")
here=$PWD/deploy/debian
out=$build/deb
stage=$out/stage

for tool in dpkg-deb dpkg-buildflags dpkg-shlibdeps dpkg-gencontrol strip; do
    command -v "$tool" >/dev/null || {
        echo "build.sh: $tool is missing: apt-get install dpkg-dev binutils" >&2
        exit 1
    }
done

upstream=$(sed -n 's/^#define FOEDUS_VERSION "\(.*\)"$/\1/p' common/base/version.h)
version=$upstream${DEB_REVISION:+-$DEB_REVISION}
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y common/base/version.h)}
export SOURCE_DATE_EPOCH

# Built apart, since the programs remember where they are installed.
rm -rf "$stage" "$out"/package.* "$out"/*.deb "$out/debian"
mkdir -p "$stage" "$out/build" "$out/debian"
[ ! -d "$build/policy" ] || ln -sfn "$build/policy" "$out/build/policy"
"${MAKE:-make}" -s BUILD="${out#"$PWD/"}/build" PREFIX=/usr DESTDIR="$stage" \
    CFLAGS="$(dpkg-buildflags --get CPPFLAGS) $(dpkg-buildflags --get CFLAGS)" LDFLAGS="$(dpkg-buildflags --get LDFLAGS)" install

cp "$here/control" "$out/debian/control"
cat >"$out/debian/changelog" <<END
foedus ($version) bookworm; urgency=medium

  * Packages of Foedus $upstream.

 -- Foedus <foedus@foedus.invalid>  $(date -u -R -d "@$SOURCE_DATE_EPOCH")
END

# file mode place: into the package at hand
put() {
    install -D -m "$2" "$here/$1" "$root/$3"
}

# Moves what is installed and named so into the package at hand.
take() {
    (cd "$stage" && find . ! -type d "$@") | while read -r f; do
        mkdir -p "$root/$(dirname "$f")"
        mv "$stage/$f" "$root/$f"
    done
}

# The service of a daemon, with its user and its configuration.
service() {
    unit=$root/usr/lib/systemd/system/$2
    put "$2" 644 "usr/lib/systemd/system/$2"
    sed -e "/^@HARDENING@\$/{r $here/hardening" -e 'd}' "$here/$2" >"$unit"
    put "$1.sysusers" 644 "usr/lib/sysusers.d/$1.conf"
    put "$1.conf" 644 "etc/foedus/$1.conf"
    mkdir -p "$root/etc/foedus/${1#foedus-}" "$root/var/lib/$1" "$root/DEBIAN"
    chmod 750 "$root/etc/foedus/${1#foedus-}" "$root/var/lib/$1"
    for script in postinst prerm postrm; do put "$script" 755 "DEBIAN/$script"; done
    echo "/etc/foedus/$1.conf" >"$root/DEBIAN/conffiles"
    mkdir -p "$root/usr/share/lintian/overrides"
    echo "$1: non-standard-dir-perm" >"$root/usr/share/lintian/overrides/$1" # keys and state are not for everyone
}

package() {
    doc=$root/usr/share/doc/$1
    mkdir -p "$doc" "$root/DEBIAN"
    if [ "$version" = "$upstream" ]; then log=$doc/changelog; else log=$doc/changelog.Debian; fi
    gzip -9nc "$out/debian/changelog" >"$log.gz"
    put copyright 644 "usr/share/doc/$1/copyright"
    find "$root/usr/bin" -type f -exec strip --strip-unneeded --remove-section=.comment --remove-section=.note {} +
    find "$root/usr/share/man" -type f -name '*.[1-8]' -exec gzip -9nf {} + 2>/dev/null || true
    (
        cd "$out"
        dpkg-shlibdeps -O "$root"/usr/bin/* >"debian/$1.substvars"
        dpkg-gencontrol -p"$1" -P"$root" -T"debian/$1.substvars" -f"debian/$1.files" -O"$root/DEBIAN/control"
        cd "$root" && find . -type f ! -path './DEBIAN/*' -printf '%P\0' | sort -z | xargs -0 md5sum >DEBIAN/md5sums
    )
    find "$root" -type d ! -perm 750 -exec chmod 755 {} +
    find "$root/usr" -type f ! -path '*/bin/*' -exec chmod 644 {} +
    dpkg-deb --root-owner-group -Zxz --build "$root" "$out" >/dev/null
    rm -rf "$root"
}

root=$out/package.cloud
take \( -name '*foedus-cloud*' -o -path './usr/share/foedus/policy/*' \)
service foedus-cloud foedus-cloud.service
package foedus-cloud

root=$out/package.edge
take -name '*foedus-edge*'
service foedus-edge foedus-edge@.service
put edge-1.conf 644 usr/share/doc/foedus-edge/examples/edge-1.conf
package foedus-edge

root=$out/package.tools
take -name '*'
package foedus-tools

rm -rf "$stage" "$out/debian"
for deb in "$out"/*.deb; do
    printf '  DEB     %s (%s kB)\n' "${deb#"$PWD/"}" "$(($(stat -c %s "$deb") / 1024))"
done
