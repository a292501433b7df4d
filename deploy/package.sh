#!/bin/bash
# Builds what thumbgen is handed out as, and tries each of it: the Debian package (installed, run and removed again), the static
# binary, and the container's image. It takes root to install a package and to enter an image: for a machine that may be changed.
#
#   deploy/package.sh               builds the program for the Debian package, unless it is given one ($THUMBGEN)
#
# Exit status 0 if all is well, and 0 with a message that begins with SKIPPED for what can't be built or tried here.
set -euo pipefail
cd "$(dirname "$0")/.."
target=$(cargo metadata --locked --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PATH="$PATH:$HOME/.cargo/bin"

# Makes thumbnails with the program $1 and looks whether they are there.
try() {
    rm -rf "$work/thumbs"
    "$@" testdata/pictures "$work/thumbs" --quiet
    [ -s "$work/thumbs/beach.jpg" ]
    "$@" testdata/pictures "$work/thumbs" 2>&1 | grep -q ' 0 made'
}

skipped() {
    echo "SKIPPED: $1"
}

# What is in the package besides the repository's files.
made=$target/package
rm -rf "$made" && mkdir -p "$made"
if [ -z "${THUMBGEN:-}" ]; then
    cargo build --release --locked --features object-store --bin thumbgen
    THUMBGEN=$target/release/thumbgen
fi
program=$made/thumbgen
strip -o "$program" "$THUMBGEN"
try "$program"
"$program" --help | grep -q -- --requests
echo "program: $(stat -c %s "$program") bytes"

"$program" man > "$made/thumbgen.1"
"$program" completions bash > "$made/thumbgen.bash"
"$program" completions zsh > "$made/_thumbgen"
"$program" completions fish > "$made/thumbgen.fish"

if ! command -v dpkg > /dev/null; then
    skipped 'the Debian package: no dpkg'
elif ! command -v cargo-deb > /dev/null \
    && ! cargo install --debug --quiet --locked cargo-deb --no-default-features --features gzip 2> "$work/log"; then
    skipped "the Debian package: cargo-deb can't be installed: $(tail -n 1 "$work/log")"
else
    package=$(cargo deb --locked --no-build --quiet --output "$work" 2> "$work/log" || { cat "$work/log" >&2; exit 1; })
    package=${package:-$(ls "$work"/*.deb)}
    dpkg-deb --contents "$package" | awk '{ print $1, $3, $6 }'
    if [ "$(id -u)" != 0 ]; then
        skipped 'installing the Debian package: not root'
    elif dpkg -s thumbgen > /dev/null 2>&1; then
        skipped 'installing the Debian package: one is installed'
    else
        # Images of containers leave out documentation, unless told.
        dpkg --path-include='/usr/share/*' --install "$package" > /dev/null
        trap 'dpkg --purge thumbgen > /dev/null; rm -rf "$work"' EXIT
        dpkg --verify thumbgen
        try /usr/bin/thumbgen
        for file in man/man1/thumbgen.1.gz bash-completion/completions/thumbgen zsh/vendor-completions/_thumbgen \
            fish/vendor_completions.d/thumbgen.fish doc/thumbgen/copyright; do
            [ -s "/usr/share/$file" ] || { echo "no /usr/share/$file" >&2; exit 1; }
        done
        if command -v systemd-analyze > /dev/null; then
            systemd-analyze verify thumbgen@shop.service thumbgen@shop.timer
        else
            skipped 'the systemd units: no systemd-analyze'
        fi
        echo "Debian package: $(stat -c %s "$package") bytes, installed and run"
    fi
fi

# The container's image holds this binary alone. Its base images come from a network; its steps are these.
if ! rustup target add x86_64-unknown-linux-musl 2> "$work/log"; then
    skipped "the static binary: $(tail -n 1 "$work/log")"
    exit 0
fi
# libwebp is C, for which there must be a compiler of the same libc.
if ! command -v musl-gcc > /dev/null \
    && ! apt-get install -y -q --no-install-recommends musl-tools > "$work/log" 2>&1; then
    skipped "the static binary: no musl-gcc, and musl-tools can't be installed: $(tail -n 1 "$work/log")"
    exit 0
fi
cargo build --release --locked --bin thumbgen --target x86_64-unknown-linux-musl
static=$target/x86_64-unknown-linux-musl/release/thumbgen
if readelf -l "$static" | grep -q INTERP; then
    echo 'not static' >&2
    exit 1
fi
try "$static"
echo "static binary: $(stat -c %s "$static") bytes"
if [ "$(id -u)" != 0 ]; then
    skipped "the container's image: not root"
else
    image=$work/image
    mkdir -p "$image/images" "$image/thumbs"
    cp "$static" "$image/thumbgen"
    cp -r testdata/pictures/. "$image/images"
    chmod -R a+rX "$image" "$work"
    chown 65532:65532 "$image/thumbs"
    chroot --userspec=65532:65532 "$image" /thumbgen /images /thumbs --quiet
    [ -s "$image/thumbs/beach.jpg" ]
    [ "$(stat -c %u "$image/thumbs/beach.jpg")" = 65532 ]
    echo "container's image: run in an empty folder, as nobody"
fi
