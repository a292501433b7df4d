#!/usr/bin/env bash
# Peak memory of whole runs must not grow with the number of pictures: benches/memory.sh [PICTURES [FOLDERS]]
# Needs GNU time. Fails if any run takes more than 40 MB.
set -euo pipefail
cd "$(dirname "$0")/.."
pictures=${1:-100000}
folders=${2:-1000}
limit=$((40 * 1024))

cargo build --release --locked --quiet --bin thumbgen --example tree
target=$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/release
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$target/examples/tree" "$work/images" "$pictures" "$folders"

# Nothing is removed between the runs: for seconds after, ext4 looks long for a free inode that was not just freed.
failed=0
for strategy in seq threads rayon; do
    for round in made fresh; do
        /usr/bin/time -f '%M %e' -o "$work/time" \
            "$target/thumbgen" "$work/images" "$work/$strategy" --strategy "$strategy" -q
        read -r kilobytes seconds <"$work/time"
        echo "$pictures pictures, $strategy, all $round: $((kilobytes / 1024)) MB, $seconds s"
        [ "$kilobytes" -le "$limit" ] || failed=1
    done
done
exit $failed
