#!/usr/bin/env bash
# Instructions that thumbnails cost, by function: the same from run to run, whatever else the machine does, where seconds
# are not. Needs valgrind.
#
#     benches/instructions.sh [FOLDER]        # the pictures that come with the project, or others
set -euo pipefail
cd "$(dirname "$0")/.."
pictures=${1:-testdata/pictures}
export CARGO_PROFILE_RELEASE_STRIP=none CARGO_PROFILE_RELEASE_DEBUG=line-tables-only
cargo build --quiet --release --target-dir target/instructions
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
valgrind --quiet --tool=callgrind --callgrind-out-file="$out/callgrind" \
    target/instructions/release/thumbgen "$pictures" "$out/thumbnails" --strategy seq --force --quiet
callgrind_annotate "$out/callgrind" | grep -E '^ *[0-9,]+ \(' | cut -c1-150 | head -25
