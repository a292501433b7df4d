//! A bad picture is reported, counted, and does no harm.

use std::process::{Command, Stdio};

use crate::env::{BROKEN, Env, THUMBGEN, finish, jpeg, set_mode};

#[test]
fn each_failure_is_told_once_with_path_stage_and_reason() {
    let env = Env::new();
    let run = env.run([BROKEN, "thumbs"]);
    run.ends_with(1).counts(1, 0, 3);
    for name in ["cut off.jpg", "empty.jpg", "text.jpg"] {
        let path = format!("{BROKEN}/{name}");
        let lines = run.lines_about(&path);
        assert_eq!(lines.len(), 1, "{name} in {run}");
        let reason = lines[0].strip_prefix(&format!("{path}: ")).unwrap();
        let (stage, reason) = reason.split_once(": ").unwrap();
        assert!(["header", "decode"].contains(&stage), "{run}");
        assert!(reason.len() > 5, "{run}");
    }
    run.does_not_say("panicked").does_not_say("bug in thumbgen");
    assert_eq!(env.names("thumbs"), ["sound.jpg"]);
}

#[test]
fn failures_are_told_again_by_every_run() {
    let env = Env::new();
    env.file("images/a.jpg", b"no picture");
    env.picture("images/b.jpg");
    env.make([]).ends_with(1).counts(1, 0, 1);
    env.make([]).ends_with(1).counts(0, 1, 1);
}

#[test]
fn the_old_thumbnail_stays_when_its_source_becomes_broken() {
    let env = Env::new();
    env.file("images/a.jpg", &jpeg(300, 200, 1));
    env.make([]).ends_with(0);
    let before = env.tree("thumbs");
    let whole = env.bytes("images/a.jpg");
    for broken in [&b""[..], b"text", &whole[..whole.len() / 2], &whole[..30]] {
        env.file("images/a.jpg", broken);
        for options in [&[][..], &["--force"], &["--size", "64"]] {
            env.make(options.iter().copied())
                .ends_with(1)
                .counts(0, 0, 1);
            assert_eq!(env.tree("thumbs"), before);
        }
    }
}

#[test]
fn damaged_pictures_may_be_allowed() {
    let env = Env::new();
    let whole = jpeg(300, 200, 1);
    env.file("images/a.jpg", &whole[..whole.len() * 3 / 4]);
    env.make([]).ends_with(1).counts(0, 0, 1);
    env.make(["--allow-damaged"])
        .ends_with(0)
        .says("1 picture found: 1 made, 1 of them damaged, 0 fresh, 0 failed");
    env.make(["--allow-damaged"]).ends_with(0).counts(0, 1, 0);
    // Without permission it is as if there were no thumbnail.
    env.make([]).ends_with(1).counts(0, 0, 1);
}

#[test]
fn a_picture_that_may_not_be_read_is_told() {
    let env = Env::new();
    env.picture("images/a.jpg");
    set_mode(&env.picture("images/b.jpg"), 0);
    let run = env.make_as_ordinary_user([]);
    run.ends_with(1).counts(1, 0, 1);
    assert_eq!(
        run.lines_about("b.jpg"),
        ["images/b.jpg: read: Permission denied"]
    );
}

#[test]
fn a_folder_of_dest_that_may_not_be_written_is_those_pictures_error() {
    let env = Env::new();
    env.picture("images/a/1.jpg");
    env.picture("images/a/2.jpg");
    env.picture("images/b/3.jpg");
    let closed = env.dir("thumbs/a");
    set_mode(&closed, 0o555);
    let run = env.make_as_ordinary_user([]);
    set_mode(&closed, 0o755);
    run.ends_with(1).counts(1, 0, 2);
    for name in ["thumbs/a/1.jpg", "thumbs/a/2.jpg"] {
        assert_eq!(
            run.lines_about(name),
            [format!("{name}: write: Permission denied")]
        );
    }
    assert_eq!(env.names("thumbs"), ["b/3.jpg"]);
}

#[test]
fn pictures_over_the_limits_are_refused_with_the_option_that_lifts_them() {
    let env = Env::new();
    env.file("images/a.jpg", &jpeg(100, 100, 1));
    env.picture("images/b.jpg");
    env.make(["--max-pixels", "9999"])
        .ends_with(1)
        .counts(1, 0, 1)
        .says("--max-pixels");
    env.make(["--max-pixels", "10k"])
        .ends_with(0)
        .counts(1, 1, 0);
    env.make(["--max-memory", "100", "--force"])
        .ends_with(1)
        .counts(0, 0, 2)
        .says("read: file of")
        .says("--max-memory");
    for wrong in ["0", "-1", "5T", "", "1.5M"] {
        env.make([format!("--max-pixels={wrong}").as_str()])
            .ends_with(2);
        env.make([format!("--max-memory={wrong}").as_str()])
            .ends_with(2);
    }
}

#[test]
fn a_stderr_that_is_gone_changes_nothing_else() {
    let env = Env::new();
    for number in 0..50 {
        env.file(format!("images/{number}.jpg"), b"no picture");
    }
    env.picture("images/sound.jpg");
    for options in [&[][..], &["-v"], &["--debug"], &["-q"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = env.command(["images", "thumbs", "--force"]);
        let status = command
            .args(options)
            .stdout(Stdio::null())
            .stderr(writer)
            .status()
            .unwrap();
        assert_eq!(status.code(), Some(1), "{options:?}");
        assert_eq!(env.names("thumbs"), ["sound.jpg"]);
    }
}

#[test]
fn streams_that_are_closed_do_no_harm() {
    let env = Env::new();
    env.picture("images/a.jpg");
    let mut shell = Command::new("sh");
    shell
        .args(["-c", "exec \"$0\" images thumbs <&- >&- 2>&-", THUMBGEN])
        .current_dir(env.path(""));
    finish(&mut shell).ends_with(0);
    assert_eq!(env.names("thumbs"), ["a.jpg"]);
}

#[test]
fn a_source_that_vanishes_meanwhile_is_that_pictures_error() {
    let env = Env::new();
    env.picture("images/a.jpg");
    // The link can be resolved when the walk looks, but its target can't be opened when it is read.
    let pid_only = env.link("/proc/self/mem", "images/b.jpg");
    let run = env.make([]);
    run.ends_with(1).counts(1, 0, 1);
    assert_eq!(run.lines_about("b.jpg").len(), 1, "{}", pid_only.display());
}
