//! What is printed after a run, and how much on the way.

use crate::env::{BROKEN, Env, Run, STRATEGIES, jpeg};

/// The numbers in `text`, as they are written.
fn numbers(text: &str) -> Vec<f64> {
    text.split(|byte: char| !byte.is_ascii_digit() && byte != '.')
        .filter_map(|word| word.trim_matches('.').parse().ok())
        .collect()
}

fn line<'a>(run: &'a Run, start: &str) -> &'a str {
    let found = run.stderr.lines().find(|line| line.starts_with(start));
    found.unwrap_or_else(|| panic!("no line \"{start}...\" from {run}"))
}

#[test]
fn is_one_screen_on_stderr() {
    let env = Env::new();
    for number in 0..30 {
        env.file(format!("images/{number}.jpg"), &jpeg(300, 200, number));
    }
    env.file("images/broken.jpg", b"");
    for strategy in STRATEGIES {
        let run = env.make(["--strategy", strategy, "--jobs", "2", "--force"]);
        run.ends_with(1).counts(30, 0, 1);
        let times = line(&run, "real ");
        assert!(
            times.contains(" s, user ") && times.contains(" s, sys "),
            "{times}"
        );
        assert!(
            times.contains(" cores busy (") || times.contains(" core busy ("),
            "{times}"
        );
        assert!(
            run.stderr.contains(" pictures/s, ") && run.stderr.contains(" MB/s read"),
            "{run}"
        );
        let shares = line(&run, "Worker time: ");
        for name in [
            "freshness",
            "read",
            "decode",
            "resize",
            "encode",
            "write",
            "waiting for work",
        ] {
            assert!(shares.contains(&format!("{name} ")), "{name} in {shares}");
        }
        let sum: f64 = numbers(shares).iter().sum();
        assert!((99.0..101.0).contains(&sum), "{sum}%: {shares}");
        run.does_not_say("Held back by ");
        assert!(run.stderr.lines().count() <= 24, "{run}");
    }
}

#[test]
fn counts_one_picture_as_one() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.make([])
        .ends_with(0)
        .says("1 picture found: 1 made, 0 fresh, 0 failed\n");
    env.make([])
        .ends_with(0)
        .says("1 picture found: 0 made, 1 fresh, 0 failed\n");
}

#[test]
fn quiet_tells_errors_only() {
    let env = Env::new();
    env.picture("images/a.jpg");
    for option in ["-q", "--quiet"] {
        let run = env.make([option, "--force"]);
        run.ends_with(0);
        assert_eq!(run.stderr, "", "cron would send mail");
    }
    let run = env.run([BROKEN, "thumbs", "-q"]);
    run.ends_with(1);
    assert_eq!(run.stderr.lines().count(), 3, "{run}");
    assert_eq!(run.lines_about(": ").len(), 3, "{run}");
}

#[test]
fn verbose_tells_a_line_a_picture() {
    let env = Env::new();
    env.file("images/a.jpg", &jpeg(300, 200, 1));
    env.file("images/sub/b.jpg", &jpeg(20, 20, 1));
    let run = env.make(["-v"]);
    run.ends_with(0)
        .says("made thumbs/a.jpg (missing): JPEG 300x200 to 128x85, ")
        .says("made thumbs/sub/b.jpg (missing): JPEG 20x20 to 20x20, ");
    let length = env.bytes("thumbs/a.jpg").len();
    run.says(&format!("300x200 to 128x85, {length} bytes\n"));
    let run = env.make(["--verbose"]);
    run.ends_with(0);
    for name in ["thumbs/a.jpg", "thumbs/sub/b.jpg"] {
        assert_eq!(run.lines_about(name), [format!("fresh {name}")]);
    }
}

#[test]
fn debug_tells_the_reasons() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.picture("images/.b.jpg");
    env.file("images/c.txt", b"");
    env.link("..", "images/d.jpg");
    env.dir("images/thumbs");
    env.run(["images", "images/thumbs", "--debug"])
        .ends_with(0)
        .says("skipped images/.b.jpg: hidden (see --hidden)\n")
        .says("skipped images/c.txt: not named like a picture of --types\n")
        .says("skipped images/d.jpg: linked folder (see --follow)\n")
        .says("skipped images/thumbs: the folder for the thumbnails\n")
        .says("made images/thumbs/a.jpg (missing): JPEG 40x30 to 40x30, ")
        .says("decoded at ")
        .says("orientation 1, colour untouched; ms: ");
    env.run(["images", "images/thumbs"])
        .ends_with(0)
        .does_not_say("skipped");
}

#[test]
fn off_a_terminal_there_are_no_bars_and_no_escape_codes() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.file("images/b.jpg", b"broken");
    for options in [&[][..], &["-v"], &["--debug"], &["-q"]] {
        let run = env.make(options.iter().copied().chain(["--force"]));
        run.ends_with(1)
            .does_not_say("\x1b")
            .does_not_say("\r")
            .does_not_say("Scheduling")
            .does_not_say("Completion");
    }
}

#[test]
fn what_held_a_run_back_is_told_where_it_is_asked_for() {
    let env = Env::new();
    for number in 0..3 {
        env.file(format!("images/{number}.jpg"), &jpeg(3000, 3000, number));
    }
    // As long as the run is too short to tell.
    let held_back = |options: &[&str]| {
        let options = ["-f", "--strategy", "seq"].iter().chain(options);
        let run = env.make(options.copied());
        run.stderr.contains("Held back by ")
    };
    assert!(!held_back(&[]));
    assert!(!held_back(&["--size", "8"]));
    let mut seconds = 0.0;
    let mut pictures = 3;
    while seconds < 1.0 {
        let run = env.make(["-v", "-f", "--strategy", "seq"]);
        seconds = numbers(line(&run, "real "))[0];
        let told = run.stderr.contains("Held back by ");
        // The printed figures are rounded.
        assert!(
            told == (seconds > 1.0) || (0.99..1.01).contains(&seconds),
            "{run}"
        );
        for number in pictures..pictures * 2 {
            let link = env.path(format!("images/{number}.jpg"));
            std::fs::hard_link(env.path("images/0.jpg"), link).unwrap();
        }
        pictures *= 2;
    }
    assert!(!held_back(&[]));
}
