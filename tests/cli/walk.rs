//! Which files are taken for pictures, which folders are entered, and what is refused.

use std::fs;

use crate::env::{Env, set_mode};

#[test]
fn takes_extensions_of_pictures_in_any_case_and_nothing_else() {
    let env = Env::new();
    let pictures = [
        "a.jpg", "b.JPEG", "c.jpe", "d.JFIF", "e.jPg", "f.x.jpg", "g.PnG",
    ];
    for name in pictures {
        env.picture(format!("images/{name}"));
    }
    for name in ["a.pngx", "jpg", "a.jpg~", "a.jpg.tmp", "b.jpgx", "c"] {
        env.picture(format!("images/{name}"));
    }
    env.dir("images/folder.jpg");
    env.make([]).ends_with(0).counts(7, 0, 0);
    assert_eq!(
        env.names("thumbs"),
        [
            "a.jpg",
            "b.JPEG",
            "c.jpe",
            "d.JFIF",
            "e.jPg",
            "f.x.jpg",
            "g.PnG.jpg"
        ]
    );
}

#[test]
fn an_empty_tree_is_a_success() {
    let env = Env::new();
    env.make([]).ends_with(0).counts(0, 0, 0);
    assert!(env.path("thumbs").is_dir());
}

#[test]
fn hidden_entries_are_passed_by_unless_asked_for() {
    let env = Env::new();
    env.picture("images/seen.jpg");
    env.file("images/._seen.jpg", b"what macOS leaves behind");
    env.picture("images/.hidden.jpg");
    env.picture("images/.folder/inside.jpg");
    env.make([]).ends_with(0).counts(1, 0, 0);
    assert_eq!(env.names("thumbs"), ["seen.jpg"]);

    fs::remove_file(env.path("images/._seen.jpg")).unwrap();
    env.make(["--hidden"]).ends_with(0).counts(2, 1, 0);
    assert_eq!(
        env.names("thumbs"),
        [".folder/inside.jpg", ".hidden.jpg", "seen.jpg"]
    );
}

#[test]
fn a_source_that_is_hidden_itself_is_walked() {
    let env = Env::new();
    env.picture(".images/a.jpg");
    env.run([".images", "thumbs"]).ends_with(0).counts(1, 0, 0);
    env.run([".images/.", "thumbs"])
        .ends_with(0)
        .counts(0, 1, 0);
}

#[test]
fn linked_files_are_read() {
    let env = Env::new();
    let picture = env.picture("elsewhere/a.jpg");
    env.link(picture.to_str().unwrap(), "images/absolute.jpg");
    env.link("../elsewhere/a.jpg", "images/relative.jpg");
    env.make([]).ends_with(0).counts(2, 0, 0);
    let thumbnail = fs::symlink_metadata(env.path("thumbs/absolute.jpg")).unwrap();
    assert!(
        thumbnail.is_file(),
        "a thumbnail is a file, whatever its source is"
    );
    assert_eq!(
        env.bytes("thumbs/absolute.jpg"),
        env.bytes("thumbs/relative.jpg")
    );
    env.make([]).ends_with(0).counts(0, 2, 0);
}

#[test]
fn a_linked_source_is_walked() {
    let env = Env::new();
    env.picture("images/a/b.jpg");
    env.link("images", "link");
    env.run(["link", "thumbs"]).ends_with(0).counts(1, 0, 0);
    env.run(["link/", "thumbs"]).ends_with(0).counts(0, 1, 0);
    assert_eq!(env.names("thumbs"), ["a/b.jpg"]);
}

#[test]
fn linked_folders_are_entered_only_to_follow() {
    let env = Env::new();
    env.picture("elsewhere/b.jpg");
    env.link("../elsewhere", "images/linked");
    // Named like a picture, but a folder all the same.
    env.link("../elsewhere", "images/linked.jpg");
    env.make(["--debug"])
        .ends_with(0)
        .counts(0, 0, 0)
        .says("images/linked.jpg: linked folder (see --follow)");
    env.make(["--follow"]).ends_with(0).counts(2, 0, 0);
    assert_eq!(env.names("thumbs"), ["linked.jpg/b.jpg", "linked/b.jpg"]);
}

#[test]
fn a_loop_of_links_is_one_entrys_error() {
    let env = Env::new();
    env.picture("images/a/b.jpg");
    env.link("..", "images/a/up");
    env.make([]).ends_with(0).counts(1, 0, 0);
    let run = env.make(["--follow"]);
    run.ends_with(1).counts(0, 1, 1);
    assert_eq!(
        run.lines_about("images/a/up"),
        ["images/a/up: walk: link leads back to images"]
    );
}

#[test]
fn folders_that_could_not_be_visited_are_never_allowed() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.picture("images/closed/b.jpg");
    set_mode(&env.path("images/closed"), 0o000);
    let run = env.make_as_ordinary_user(["--allow-failures", "100%"]);
    run.ends_with(1)
        .counts(1, 0, 1)
        .says("images/closed: walk: Permission denied");
    set_mode(&env.path("images/closed"), 0o755);

    let env = Env::new();
    env.picture("images/a/b.jpg");
    env.link("..", "images/a/up");
    env.make(["--follow", "--allow-failures", "100%"])
        .ends_with(1)
        .counts(1, 0, 1);
    // A link to nothing is not a folder.
    let env = Env::new();
    env.picture("images/a.jpg");
    env.link("gone.jpg", "images/b.jpg");
    env.make(["--allow-failures", "100%"])
        .ends_with(0)
        .counts(1, 0, 1);
}

#[test]
fn a_link_to_itself_is_one_entrys_error() {
    let env = Env::new();
    env.picture("images/b.jpg");
    env.link("self.jpg", "images/self.jpg");
    for follow in [&[][..], &["--follow"]] {
        let run = env.make(follow.iter().copied().chain(["--force"]));
        run.ends_with(1).counts(1, 0, 1);
        assert_eq!(run.lines_about("images/self.jpg").len(), 1, "{run}");
    }
}

#[test]
fn a_broken_link_to_a_picture_is_one_entrys_error() {
    let env = Env::new();
    env.picture("images/b.jpg");
    env.link("nowhere.jpg", "images/a.jpg");
    for follow in [&[][..], &["--follow"]] {
        let run = env.make(follow.iter().copied().chain(["--force"]));
        run.ends_with(1).counts(1, 0, 1);
        assert_eq!(
            run.lines_about("a.jpg"),
            ["images/a.jpg: walk: No such file or directory"]
        );
    }
}

#[test]
fn broken_links_that_would_not_be_visited_anyway_are_no_errors() {
    let env = Env::new();
    env.picture("images/b.jpg");
    // Editors leave such locks behind.
    env.link("user@host.4711", "images/.#notes");
    env.make([]).ends_with(0).counts(1, 0, 0);
    env.make(["--follow"]).ends_with(0).counts(0, 1, 0);
    env.link("nowhere", "images/notes.txt");
    env.make([]).ends_with(0).counts(0, 1, 0);
}

#[test]
fn pipes_and_devices_are_passed_by() {
    let env = Env::new();
    env.picture("images/a.jpg");
    let pipe = env.path("images/pipe.jpg");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
    env.link("/dev/null", "images/device.jpg");
    for follow in [&[][..], &["--follow"]] {
        env.make(follow.iter().copied().chain(["--debug"]))
            .ends_with(0)
            .says("images/pipe.jpg: not a file")
            .says("images/device.jpg: not a file");
    }
    env.run([pipe.as_path(), &env.path("thumbs")])
        .ends_with(2)
        .says("is neither a folder nor a file");
}

#[test]
fn a_folder_that_may_not_be_read_is_told_and_counted() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.picture("images/closed/b.jpg");
    env.picture("images/open/c.jpg");
    let closed = env.path("images/closed");
    set_mode(&closed, 0);
    let run = env.make_as_ordinary_user([]);
    set_mode(&closed, 0o755);
    run.ends_with(1).counts(2, 0, 1);
    assert_eq!(
        run.lines_about("closed"),
        ["images/closed: walk: Permission denied"]
    );
    assert_eq!(env.names("thumbs"), ["a.jpg", "open/c.jpg"]);
}

#[test]
fn a_folder_that_may_be_listed_but_not_entered_is_told_picture_by_picture() {
    let env = Env::new();
    env.picture("images/closed/b.jpg");
    let closed = env.path("images/closed");
    set_mode(&closed, 0o444);
    let run = env.make_as_ordinary_user([]);
    set_mode(&closed, 0o755);
    run.ends_with(1).counts(0, 0, 1);
    assert_eq!(
        run.lines_about("b.jpg"),
        ["images/closed/b.jpg: stat: Permission denied"]
    );
}

#[test]
fn dest_inside_source_is_never_entered() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.picture("images/sub/b.jpg");
    for round in 0..3 {
        let made = if round == 0 { 2 } else { 0 };
        env.run(["images", "images/sub/thumbs"])
            .ends_with(0)
            .counts(made, 2 - made, 0);
    }
    assert_eq!(env.names("images/sub/thumbs"), ["a.jpg", "sub/b.jpg"]);
}

#[test]
fn dest_inside_source_is_never_entered_by_a_link_either() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.dir("images/thumbs");
    env.link("thumbs", "images/another way");
    env.link("thumbs/sub", "images/a way inside");
    env.picture("images/sub/b.jpg");
    env.link("images/thumbs", "dest");
    env.dir("images/thumbs/sub");
    for round in 0..2 {
        let made = if round == 0 { 2 } else { 0 };
        env.run(["images", "dest", "--follow"])
            .ends_with(0)
            .counts(made, 2 - made, 0);
    }
    assert_eq!(env.names("images/thumbs"), ["a.jpg", "sub/b.jpg"]);
}
