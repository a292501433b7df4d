//! Pictures that a list names.

use std::ffi::OsStr;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use crate::env::{Env, ended, finish, jpeg, piped};

#[test]
fn listed_pictures_are_made_and_no_others() {
    let env = Env::with_pictures(30);
    let made = env.list(b"0/0/p 0.jpg\n./1/1//p 1.jpg\n\n2/2/p 2.jpg", &[]);
    made.exits(0).says("3 pictures found: 3 made");
    env.list(b"3/0/p 3.jpg\x004/1/p 4.jpg\0", &["-0"])
        .exits(0)
        .says("2 made");
    let odd = OsStr::from_bytes(b"images/line\nbreak \xff.jpg");
    env.file(odd, &jpeg(10, 10, 1));
    env.list(b"line\nbreak \xff.jpg\0", &["-0"])
        .exits(0)
        .says("1 made");
    assert_eq!(env.paths("thumbs").len(), 6);

    // Without -0 such a list is one path, or one that is longer than any.
    env.list(b"3/0/p 3.jpg\x004/1/p 4.jpg\0", &[])
        .exits(1)
        .says("refused: it contains a NUL byte (see --null)");
    let long = b"3/0/p 3.jpg\0".repeat(400);
    env.list(&long, &[])
        .exits(2)
        .says("list - can't be read: a path of more than 4096 bytes");

    env.file("list.txt", b"5/2/p 5.jpg\n");
    env.make_into("thumbs", &["--files-from", "list.txt"])
        .exits(0)
        .says("1 made");
    env.make_into("thumbs", &["--files-from", "none.txt"])
        .exits(2)
        .says("list none.txt can't be read");
    env.make_into("thumbs", &["--files-from", "images"])
        .exits(2)
        .says("list images can't be read");
    env.run(["list.txt", "thumbs", "--files-from", "list.txt"])
        .exits(2);
    env.make_into("thumbs", &["--files-from", "list.txt", "--prune"])
        .exits(2);
    env.make_into("thumbs", &["-0"]).exits(2);
}

#[test]
fn paths_that_leave_source_fail_one_by_one() {
    let env = Env::with_pictures(3);
    let outside = env.file("outside/secret.jpg", &jpeg(9, 9, 9));
    symlink(env.path("outside"), env.path("images/folder")).unwrap();
    symlink(&outside, env.path("images/link.jpg")).unwrap();
    symlink("0/0/p 0.jpg", env.path("images/inside.jpg")).unwrap();
    let absolute = outside.to_str().unwrap();
    let list = format!(
        "../outside/secret.jpg\n0/../../outside/secret.jpg\n{absolute}\nfolder/secret.jpg\nlink.jpg\n\
         0\nnone.jpg\ninside.jpg\n1/1/p 1.jpg\n"
    );
    let ended = env.list(list.as_bytes(), &[]);
    ended
        .exits(1)
        .says("9 pictures found: 2 made, 0 fresh, 7 failed");
    for line in [
        "../outside/secret.jpg: walk: refused: it contains ..".to_owned(),
        "0/../../outside/secret.jpg: walk: refused: it contains ..".to_owned(),
        format!("{absolute}: walk: refused: not relative to SOURCE"),
        "images/folder/secret.jpg: walk: refused: a link leads out of SOURCE".to_owned(),
        "images/link.jpg: walk: refused: a link leads out of SOURCE".to_owned(),
        "images/0: walk: refused: a folder, and a list names pictures".to_owned(),
        "images/none.jpg: walk: No such file or directory".to_owned(),
    ] {
        ended.says(&line);
    }
    let made = env.paths("thumbs");
    assert_eq!(
        made,
        [PathBuf::from("1/1/p 1.jpg"), "inside.jpg".into()].into()
    );
    env.list(b"folder/secret.jpg\n", &["--follow"])
        .exits(0)
        .says("1 made");

    // DEST in SOURCE: no thumbnails of thumbnails.
    env.make_into("images/thumbs", &[]).exits(0);
    let mut inside = env.command(["images", "images/thumbs", "--files-from", "list.txt"]);
    env.file("list.txt", b"thumbs/1/1/p 1.jpg\n");
    finish(&mut inside)
        .exits(1)
        .says("refused: inside the folder for the thumbnails");
}

#[test]
fn lists_are_split_by_shards_as_the_walk_is() {
    let env = Env::with_pictures(40);
    let mut list: Vec<u8> = Vec::new();
    for name in env.paths("images") {
        list.extend(b"./");
        list.extend(name.as_os_str().as_bytes());
        list.push(0);
    }
    list.extend(b"../refused.jpg\0");
    let mut failed = 0;
    for shard in ["0/3", "1/3", "2/3"] {
        let before = env.paths("thumbs").len();
        let ended = env.list(&list, &["-0", "--shard", shard]);
        failed += ended.status.code().unwrap();
        env.make_into("walked", &["--shard", shard]).exits(0);
        assert_eq!(env.paths("thumbs"), env.paths("walked"));
        assert!(env.paths("thumbs").len() > before);
    }
    assert_eq!(failed, 1, "what is refused is refused once");
}

#[test]
fn signal_ends_a_run_that_waits_for_its_list() {
    let env = Env::with_pictures(3);
    let options = ["--files-from", "-", "--report", "report.jsonl"];
    let mut command = env.command(["images", "thumbs"].into_iter().chain(options));
    let mut child = piped(&mut command).stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"0/0/p 0.jpg\n1/1/p").unwrap();
    let made = env.path("thumbs/0/0/p 0.jpg");
    for _ in 0..600 {
        if made.exists() {
            break;
        }
        thread::sleep(Duration::from_millis(50));
    }
    let process = nix::unistd::Pid::from_raw(child.id().cast_signed());
    nix::sys::signal::kill(process, nix::sys::signal::Signal::SIGTERM).unwrap();
    let ended = ended(&command, child);
    drop(stdin);
    assert_eq!(ended.status.code(), None, "{ended}");
    let records = env.records("report.jsonl");
    assert_eq!(records.len(), 2, "{records:?}");
    assert_eq!(records[1]["finished"], false);
}

#[test]
fn a_folder_in_a_list_is_a_failure_like_any_other() {
    let env = Env::with_pictures(3);
    let list = b"0\n1/1/p 1.jpg\n";
    env.list(list, &[])
        .exits(1)
        .says("1 made, 0 fresh, 1 failed");
    env.list(list, &["--allow-failures", "1"]).exits(0);
    env.list(list, &["--allow-failures", "100%"]).exits(0);
}
