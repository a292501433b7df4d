//! `--max-load` on a machine with no other work. `tests/mounts` tests one that has some.

use crate::env::Env;

#[test]
fn below_the_limit_nothing_waits() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.make(["--max-load", "100000"])
        .ends_with(0)
        .counts(1, 0, 0)
        .does_not_say("paused");
}

#[test]
fn a_limit_is_a_number_above_0() {
    let env = Env::new();
    for wrong in ["0", "-1", "nan", "inf", "much"] {
        env.make([format!("--max-load={wrong}").as_str()])
            .ends_with(2)
            .says("a number above 0");
    }
}
