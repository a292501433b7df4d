//! Where thumbnails go, and names of every kind.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use crate::env::{Env, jpeg};

#[test]
fn relative_path_and_whole_name_are_kept() {
    let env = Env::new();
    for name in [
        "a/b c.JPEG",
        "a/b c.jpg",
        "photo.1.jpg",
        "photo.2.jpg",
        "d/e/f/g.jpe",
    ] {
        env.picture(format!("images/{name}"));
    }
    env.make([]).ends_with(0).counts(5, 0, 0);
    assert_eq!(env.names("thumbs"), env.names("images"));
}

#[test]
fn a_trailing_slash_or_a_dot_makes_no_difference() {
    let env = Env::new();
    env.picture("images/a/b.jpg");
    for source in ["images/", "images//", "./images/.", "images/../images"] {
        let dest = env.path("thumbs");
        env.run([source, "thumbs/"]).ends_with(0).counts(1, 0, 0);
        assert_eq!(env.names("thumbs"), ["a/b.jpg"], "{source}");
        fs::remove_dir_all(dest).unwrap();
    }
    let mut here = env.command([".", "../thumbs"]);
    crate::env::finish(here.current_dir(env.path("images"))).ends_with(0);
    assert_eq!(env.names("thumbs"), ["a/b.jpg"]);
}

#[test]
fn any_name_that_the_system_allows_works() {
    let env = Env::new();
    let names: [&[u8]; 10] = [
        b"a b.jpg",
        b"line\nbreak.jpg",
        b"-.jpg",
        b"--force.jpg",
        b"not utf-8 \xff\xfe.jpg",
        b"folder \xff/-x/\n/a.jpg",
        b"@options.jpg",
        b" .jpg",
        b"*?[a]\"'$(false)`\\.jpg",
        b"\x1b[31mred\x07.jpg",
    ];
    for name in names {
        env.file(
            OsStr::from_bytes(&[b"images/", name].concat()),
            &jpeg(40, 30, 1),
        );
    }
    let long = format!("images/{}.jpg", "ä".repeat(125));
    env.picture(&long);
    let run = env.make(["-v"]);
    run.ends_with(0)
        .counts(11, 0, 0)
        .does_not_say("\x1b")
        .does_not_say("\x07");
    assert_eq!(env.names("thumbs"), env.names("images"));
    env.make([]).ends_with(0).counts(0, 11, 0);
}

#[test]
fn source_and_dest_may_have_any_name() {
    let env = Env::new();
    let (source, dest) = (
        OsStr::from_bytes(b"-in\xff\n"),
        OsStr::from_bytes(b"--out\xfe"),
    );
    env.file(OsStr::from_bytes(b"-in\xff\n/a.jpg"), &jpeg(40, 30, 1));
    env.run([OsStr::new("--"), source, dest])
        .ends_with(0)
        .counts(1, 0, 0);
    assert!(env.path(dest).join("a.jpg").is_file());
}

#[test]
fn odd_names_are_told_in_one_line() {
    let env = Env::new();
    env.file(
        OsStr::from_bytes(b"images/\x1b[31m\n\xff.jpg"),
        b"no picture",
    );
    let run = env.make(["-q"]);
    run.ends_with(1).does_not_say("\x1b");
    assert_eq!(run.stderr.lines().count(), 1, "{run}");
    run.says(r#""images/\u{1b}[31m\n\xFF.jpg": "#);
}

#[test]
fn a_path_that_gets_too_long_below_dest_is_that_pictures_error() {
    let env = Env::new();
    env.picture("images/a.jpg");
    let deep = ["x".repeat(200).as_str(); 18].join("/");
    env.picture(format!("images/{deep}/b.jpg"));
    let long = "y".repeat(250);
    let dest = format!("{long}/{long}/{long}");
    let run = env.run(["images", &dest]);
    run.ends_with(1)
        .counts(1, 0, 1)
        .says("write: File name too long");
}

#[test]
fn a_folder_where_the_thumbnail_belongs_is_that_pictures_error() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.picture("images/b.jpg");
    env.dir("thumbs/a.jpg/kept");
    let run = env.make([]);
    run.ends_with(1).counts(1, 0, 1);
    assert_eq!(
        run.lines_about("a.jpg"),
        ["thumbs/a.jpg: write: Is a directory"]
    );
    assert!(env.path("thumbs/a.jpg/kept").is_dir());
    assert_eq!(env.names("thumbs"), ["b.jpg"]);
}

#[test]
fn a_file_where_a_folder_belongs_is_those_pictures_error() {
    let env = Env::new();
    env.picture("images/a/1.jpg");
    env.picture("images/a/2.jpg");
    env.picture("images/b.jpg");
    env.file("thumbs/a", b"kept");
    let run = env.make([]);
    run.ends_with(1).counts(1, 0, 2);
    assert_eq!(run.lines_about("thumbs/a/").len(), 2, "{run}");
    assert_eq!(env.bytes("thumbs/a"), b"kept");
}
