#!/usr/bin/env bash
# Makes the pictures in README: docs/thumbnails, by thumbgen from testdata/pictures, and docs/terminal.svg, from a real run.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --release --locked
target=$(cargo metadata --locked --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

# The time is in the stamps: always the same, so that the same thumbnails are the same bytes (tests/docs/thumbnails.rs).
cp -r testdata/pictures "$work/source"
find "$work/source" -exec touch -d @1700000000 {} +
rm -rf docs/thumbnails
"$target/release/thumbgen" "$work/source" docs/thumbnails --quiet --files-from - << 'END'
beach.jpg
Shop/for print/chart.jpg
Shop/label.jpg
Shop/mug grey.jpe
Shop/MUG-RED.JPG
travel/held upright.jpg
END

# 1500 links to one picture: for a drawing that is enough.
cargo run --release --locked --quiet --example tree -- "$work/images" 1500 30 testdata/pictures/travel/harbour\ at\ dusk.jpeg
drawing=$PWD/docs/terminal.svg
cargo build --release --locked --quiet --example terminal
cd "$work"
PATH=$target/release:$PATH "$target/release/examples/terminal" "$drawing" \
    'thumbgen images thumbnails' 'thumbgen images thumbnails'
