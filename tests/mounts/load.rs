//! `--max-load` begins no picture while the machine has other work.
//!
//! A pipe is mounted in the place of the load average: once a write to it is done, the program has looked.

use crate::env::Env;
use crate::mounted;

/// Answers one look, and waits until the pipe is closed again: a second answer while it is open would belong to the
/// same look. There are always two looks: one before the run, to see whether the system reports its load, and the
/// worker's first. Only a worker that waits looks a third time.
const LOOK: &str = "echo 1.51 1 1 2/99 1 > load
         while ls -l /proc/$run/fd | grep -q loadavg; do sleep 0.01; done";

#[test]
fn above_the_limit_pictures_wait_until_the_load_falls() {
    let env = Env::new();
    env.picture("images/a.jpg");
    let script = format!(
        "echo 1.50 1 1 2/99 1 > low
         mkfifo load && mount --bind load /proc/loadavg || exit 99
         \"$THUMBGEN\" images thumbs --jobs 1 --max-load 1.5 &
         run=$!
         {LOOK}
         {LOOK}
         [ -e thumbs/a.jpg ] && exit 98
         mount --bind low /proc/loadavg || exit 97
         # Should that have been too slow for its next look.
         timeout 30 sh -c 'echo 1.51 1 1 2/99 1 > load' > /dev/null 2>&1 &
         wait $run"
    );
    mounted(&env, &script)
        .ends_with(0)
        .counts(1, 0, 0)
        .says("paused for load");
    assert_eq!(env.names("thumbs"), ["a.jpg"]);
}

#[test]
fn a_signal_ends_a_run_that_waits_for_the_load_to_fall() {
    let env = Env::new();
    env.picture("images/a.jpg");
    let script = format!(
        "mkfifo load && mount --bind load /proc/loadavg || exit 99
         \"$THUMBGEN\" images thumbs --jobs 1 --max-load 1.5 &
         run=$!
         {LOOK}
         {LOOK}
         {LOOK}
         kill -TERM $run
         # Should it have been slow enough to look again.
         timeout 30 sh -c 'echo 1.51 1 1 2/99 1 > load' > /dev/null 2>&1 &
         wait $run"
    );
    mounted(&env, &script)
        .ends_with(143)
        .says("1 picture found: 0 made, 0 fresh, 0 failed, 1 not begun")
        .says("paused for load");
    assert!(env.names("thumbs").is_empty());
}
