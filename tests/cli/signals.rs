//! SIGINT, SIGTERM and SIGHUP end a run soon and cleanly; SIGKILL leaves nothing that a later run trusts.

use std::fs::{self, File};
use std::os::fd::AsFd;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::env::{Env, STRATEGIES, ended, piped, size};
use crate::lock::{many, wait_for_a_thumbnail};

fn send(child: &Child, signal: Signal) {
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), signal).unwrap();
}

#[test]
fn the_first_signal_ends_the_run_after_the_pictures_in_flight() {
    for (strategy, signal) in
        STRATEGIES
            .into_iter()
            .zip([Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP])
    {
        let env = Env::new();
        many(&env, 3000);
        let mut command = env.command([
            "images",
            "thumbs",
            "--strategy",
            strategy,
            "--report",
            "report",
        ]);
        let child = command.stderr(Stdio::piped()).spawn().unwrap();
        wait_for_a_thumbnail(&env);
        send(&child, signal);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.signal(), Some(signal as i32), "{strategy}");

        let made = env.tree("thumbs");
        assert!(
            !made.is_empty() && made.len() < 3000,
            "{strategy}: {} thumbnails",
            made.len()
        );
        for (name, thumbnail) in &made {
            assert!(
                !name.to_string_lossy().contains(".tmp"),
                "{strategy}: leftover {name:?}"
            );
            assert_eq!(size(thumbnail), (128, 102), "{strategy}: {name:?}");
        }
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(
            stderr.contains(&format!("{} made, 0 fresh, 0 failed", made.len())),
            "{strategy}: {stderr}"
        );
        // Nobody counts ahead where no bars are.
        let interrupted = stderr.lines().last().unwrap();
        assert!(
            interrupted.starts_with("interrupted: ") && interrupted.contains(" not begun"),
            "{strategy}: {stderr}"
        );
        let report = String::from_utf8(env.bytes("report")).unwrap();
        let last = report.lines().last().unwrap();
        assert!(
            last.contains(r#""record":"run""#) && last.contains(r#""finished":false"#),
            "{strategy}: {last}"
        );
        assert_eq!(
            report.matches(r#""outcome":"made""#).count(),
            made.len(),
            "{strategy}"
        );
    }
}

#[test]
fn a_run_that_is_stopped_while_it_waits_touches_nothing() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.dir("thumbs");
    // Those of the run that holds the lock.
    let files = ["report", "srcset", "gallery/index.html"];
    let options = [
        "--report",
        "report",
        "--srcset",
        "srcset",
        "--gallery",
        "gallery",
    ];
    env.make(options).ends_with(0);
    let before = files.map(|file| env.bytes(file));
    fs::remove_file(env.path("thumbs/a.jpg")).unwrap();
    let held = File::open(env.path("thumbs")).unwrap();
    held.lock().unwrap();
    let mut command = env.command(["images", "thumbs", "--wait"].iter().chain(&options));
    let mut child = piped(&mut command).spawn().unwrap();
    // It can be seen to wait: it has opened the folder.
    let open = format!("/proc/{}/fd", child.id());
    let waits = || {
        let files = fs::read_dir(&open).unwrap().flatten();
        let mut files = files.filter_map(|file| fs::read_link(file.path()).ok());
        files.any(|file| file.ends_with("thumbs"))
    };
    while !waits() {
        assert_eq!(child.try_wait().unwrap(), None, "did not wait");
        thread::sleep(Duration::from_millis(2));
    }
    send(&child, Signal::SIGTERM);
    let run = ended(&command, child);
    assert_eq!(run.status.signal(), Some(Signal::SIGTERM as i32), "{run}");
    run.says("interrupted: nothing was begun");
    assert_eq!(files.map(|file| env.bytes(file)), before);
}

#[test]
fn a_shell_sees_128_and_the_signals_number() {
    for (signal, status) in [(1, 129), (2, 130), (15, 143)] {
        let env = Env::new();
        many(&env, 3000);
        // Shells without job control start background jobs with SIGINT ignored; env gives it its default back.
        let script = format!(
            "env --default-signal=INT \"$0\" images thumbs -q & while [ -z \"$(ls thumbs 2>&-)\" ]; do sleep 0.01; done; kill -{signal} $!; wait $!"
        );
        let mut shell = std::process::Command::new("bash");
        let run = shell
            .args(["-c", &script, crate::env::THUMBGEN])
            .current_dir(env.path(""))
            .output()
            .unwrap();
        assert_eq!(
            run.status.code(),
            Some(status),
            "{}",
            String::from_utf8_lossy(&run.stderr)
        );
    }
}

#[test]
fn the_first_signal_waits_for_the_job_in_flight_and_the_second_does_not() {
    let env = Env::new();
    many(&env, 3000);
    // A job that prints into a pipe that nobody reads is in flight forever.
    let (_reader, writer) = std::io::pipe().unwrap();
    let mut command = env.command(["images", "thumbs", "--dry-run"]);
    command.stdout(writer.try_clone().unwrap());
    let mut child = command.stderr(Stdio::null()).spawn().unwrap();
    drop(command);
    wait_until_full(&writer, &mut child);
    // Not SIGINT: the shells' background jobs ignore it, and so would this one.
    send(&child, Signal::SIGTERM);
    thread::sleep(Duration::from_millis(300));
    assert_eq!(child.try_wait().unwrap(), None);
    send(&child, Signal::SIGTERM);
    assert_eq!(child.wait().unwrap().signal(), Some(Signal::SIGTERM as i32));
}

/// Returns once the pipe has been full for long enough that `child` must have noticed.
fn wait_until_full(pipe: &impl AsFd, child: &mut Child) {
    let mut full = 0;
    while full < 3 {
        assert_eq!(child.try_wait().unwrap(), None, "it ended before");
        let mut ready = [PollFd::new(pipe.as_fd(), PollFlags::POLLOUT)];
        full = match poll(&mut ready, PollTimeout::from(50_u8)).unwrap() {
            0 => full + 1,
            _ => 0,
        };
    }
}

#[test]
fn a_signal_that_was_ignored_at_the_start_stays_ignored() {
    let env = Env::new();
    many(&env, 300);
    let script = "trap '' HUP; \"$0\" images thumbs -q & while [ -z \"$(ls thumbs 2>&-)\" ]; do sleep 0.01; done; kill -1 $!; wait $!";
    let mut shell = std::process::Command::new("bash");
    let run = shell
        .args(["-c", script, crate::env::THUMBGEN])
        .current_dir(env.path(""))
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(0));
    assert_eq!(env.tree("thumbs").len(), 300);
}

#[test]
fn runs_that_were_killed_leave_nothing_that_a_whole_run_does_not_mend() {
    let env = Env::new();
    many(&env, 300);
    env.run(["images", "whole", "-q"]).ends_with(0);
    // Moments spread over a run, but not at random, so that a failure can be reproduced.
    for moment in 1..=20_u64 {
        let mut child = env
            .command(["images", "thumbs", "-q", "--strategy", "threads"])
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(moment * 37 % 90));
        child.kill().unwrap();
        child.wait().unwrap();
        for (name, thumbnail) in env.tree_if_any("thumbs") {
            if !name.to_string_lossy().starts_with('.') && !name.to_string_lossy().contains("/.") {
                assert_eq!(
                    size(&thumbnail),
                    (128, 102),
                    "{name:?} is visible but not whole"
                );
            }
        }
    }
    env.make(["-q"]).ends_with(0);
    assert_eq!(env.tree("thumbs"), env.tree("whole"), "bytes or leftovers");
}
