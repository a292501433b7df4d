# What is done often. `just` lists it.

_list:
    @just --list --unsorted

# All that a change must pass
ci:
    .ci/run

# What tells most in the shortest time
check:
    cargo fmt --check
    cargo clippy --locked --all-targets -- -D warnings
    cargo test --locked --lib
    cargo test --locked --test cli

# All tests, or those of a name
test *NAME:
    cargo test --locked {{ NAME }}

# A gallery of the project's own pictures
gallery:
    cargo run --locked -- testdata/pictures target/thumbnails --gallery target/gallery

# Screenshots of the gallery, in target/tmp
screenshots:
    cargo test --locked --test cli -- gallery_seen

# The pictures in README
pictures:
    docs/pictures.sh

# Licences and advisories of all dependencies
deny:
    cargo deny --locked check

# Look for inputs that break the decoder, for so many seconds
fuzz TARGET='decode' SECONDS='600':
    mkdir -p fuzz/corpus/{{ TARGET }}
    RUSTC_BOOTSTRAP=1 cargo fuzz run -s none {{ TARGET }} fuzz/corpus/{{ TARGET }} testdata/pictures/small testdata/regressions -- \
        -timeout=5 -rss_limit_mb=512 -max_len=8192 -max_total_time={{ SECONDS }}

# Instructions by function, under valgrind
instructions:
    benches/instructions.sh

# Debian package, static binary and container, each tried
package:
    deploy/package.sh
