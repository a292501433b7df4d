//! The command line itself.

use crate::env::{Env, finish, size};

#[test]
fn help_and_version_go_to_stdout() {
    let env = Env::new();
    for (option, text) in [
        ("--help", "Exit status:"),
        ("-h", "Usage: thumbgen"),
        ("--version", concat!("thumbgen ", env!("CARGO_PKG_VERSION"))),
        ("-V", concat!("thumbgen ", env!("CARGO_PKG_VERSION"))),
    ] {
        let output = env.command([option]).output().unwrap();
        assert!(output.status.success(), "{option}");
        assert!(output.stderr.is_empty(), "{option}");
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert!(stdout.contains(text), "{option}: {stdout}");
        assert!(!stdout.contains('\x1b'), "{option}");
    }
}

#[test]
fn wrong_usage_is_status_2() {
    let env = Env::new();
    env.picture("images/a.jpg");
    for arguments in [
        &[][..],
        &["images"],
        &["images", "thumbs", "more"],
        &["images", "thumbs", "--no-such-option"],
        &["images", "thumbs", "--jobs"],
        &["images", "thumbs", "-q", "-v"],
        &["images", "thumbs", "-q", "--debug"],
        &["images", "thumbs", "--fit", "squeeze"],
        &["", "thumbs"],
        &["images", ""],
    ] {
        let run = env.run(arguments);
        run.ends_with(2)
            .does_not_say("panicked")
            .does_not_say("\x1b");
        assert!(!run.stderr.is_empty());
    }
    assert!(!env.path("thumbs").exists());
}

#[test]
fn options_can_come_from_a_file() {
    let env = Env::new();
    env.file("images/a b.jpg", &crate::env::jpeg(300, 200, 1));
    env.file("options.txt", b"--size\n64\n--strategy=rayon\n--jobs\n3\n");
    env.run(["@options.txt", "images", "thumbs"])
        .ends_with(0)
        .says("(rayon, 3 jobs)");
    assert_eq!(size(&env.bytes("thumbs/a b.jpg")), (64, 43));
    // SOURCE and DEST too, without a newline at the end, with the line ends of Windows, and one file in another.
    env.file(
        "all.txt",
        b"# what\r\nimages/a b.jpg\r\n\r\nother thumbs\r\n@options.txt",
    );
    env.run(["@all.txt", "-v"])
        .ends_with(0)
        .says("made other thumbs/a b.jpg");
}

#[test]
fn a_file_of_options_that_is_not_there_is_wrong_usage() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.run(["@nowhere.txt", "images", "thumbs"])
        .ends_with(2)
        .says("thumbgen: file of options: ");
    env.file("wrong.txt", b"--no-such-option\n");
    env.run(["@wrong.txt", "images", "thumbs"]).ends_with(2);
    env.file("itself.txt", b"--quiet\n@itself.txt\n");
    env.run(["@itself.txt", "images", "thumbs"])
        .ends_with(2)
        .says("does one name itself?");
    env.file("binary.txt", b"\xff\xfe\x00");
    env.run(["@binary.txt", "images", "thumbs"]).ends_with(2);
    assert!(!env.path("thumbs").exists());
}

#[test]
fn a_folder_whose_name_begins_with_an_at_sign_can_be_named() {
    let env = Env::new();
    env.picture("@images/a.jpg");
    env.run(["./@images", "thumbs"])
        .ends_with(0)
        .counts(1, 0, 0);
}

#[test]
fn options_may_stand_anywhere_and_be_short() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.run(["-j2", "images", "-f", "thumbs", "--size=64"])
        .ends_with(0)
        .says("(threads, 2 jobs)");
    env.run(["images", "-j", "2", "--", "thumbs"]).ends_with(0);
}

#[test]
fn variables_of_the_environment_do_not_matter() {
    let env = Env::new();
    env.picture("images/a.jpg");
    let mut command = env.command(["images", "thumbs"]);
    command.env_clear();
    finish(&mut command).ends_with(0).counts(1, 0, 0);
    let mut command = env.command(["images", "thumbs"]);
    command
        .env("RAYON_NUM_THREADS", "0")
        .env("CLICOLOR_FORCE", "1")
        .env("COLUMNS", "x")
        .env("TMPDIR", "/nowhere");
    finish(command.args(["--strategy", "rayon", "--force"]))
        .ends_with(0)
        .counts(1, 0, 0)
        .does_not_say("\x1b");
}

#[test]
fn the_last_of_two_equal_options_counts() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.file("options.txt", b"--size=10\n--jobs=3\n");
    env.run(["@options.txt", "images", "thumbs", "--size", "20"])
        .ends_with(0)
        .says("3 jobs");
    assert_eq!(size(&env.bytes("thumbs/a.jpg")), (20, 15));
}

#[test]
fn sizes_and_formats_add_up_but_those_of_a_file_give_way_to_those_that_are_typed() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.file(
        "options.txt",
        b"--size=10\n--size\n11,12\n--format\njpeg\n--quality\n70\n",
    );
    env.run(["@options.txt", "images", "all"]).ends_with(0);
    assert_eq!(env.names("all").len(), 3);
    env.run([
        "@options.txt",
        "images",
        "typed",
        "--size=20",
        "--size",
        "21",
    ])
    .ends_with(0);
    assert_eq!(env.names("typed"), ["20x20/a.jpg", "21x21/a.jpg"]);
    env.run(["images", "png", "@options.txt", "--format=png"])
        .ends_with(0);
    assert_eq!(env.names("png")[0], "10x10.png/a.jpg.png");
    assert_eq!(env.names("png").len(), 3);
}
