//! `--max-load` begins no picture while the machine has other work.

use std::fs;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::env::Env;

fn load() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap();
    text.split(' ').next().unwrap().parse().unwrap()
}

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
fn above_the_limit_no_picture_is_begun_and_a_signal_still_ends_the_run() {
    if load() <= 0.01 {
        println!("the machine has no load at all: nothing to test here");
        return;
    }
    let env = Env::new();
    env.picture("images/a.jpg");
    let mut command = env.command(["images", "thumbs", "--max-load", "0.001"]);
    let child = command.stderr(Stdio::piped()).spawn().unwrap();
    thread::sleep(Duration::from_millis(700));
    kill(
        Pid::from_raw(i32::try_from(child.id()).unwrap()),
        Signal::SIGTERM,
    )
    .unwrap();
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(
        stderr.contains("1 picture found: 0 made, 0 fresh, 0 failed, 1 not begun"),
        "{stderr}"
    );
    assert!(stderr.contains("paused for load"), "{stderr}");
    assert!(env.names("thumbs").is_empty());
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
