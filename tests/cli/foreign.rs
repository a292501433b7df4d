//! What is not thumbgen's stays, unless `--replace-foreign` says that it may go.

use std::fs;
use std::os::unix::fs::FileTypeExt;
use std::os::unix::net::UnixListener;

use serde_json::Value;

use crate::env::{Env, STRATEGIES, jpeg, set_mode, set_mtime, size};

const ONE_KEPT: &str = "1 picture found: 0 made, 0 fresh, 0 failed, 1 kept";

/// No thumbnail is made of the one picture, whatever is asked for.
#[track_caller]
fn is_kept(env: &Env, reason: &str) {
    let asked: [&[&str]; 4] = [&[], &["--force"], &["--prune"], &["--size", "20"]];
    for options in asked {
        env.make(options.iter().copied().chain(["-v"]))
            .ends_with(0)
            .says(&format!("kept thumbs/a.jpg ({reason})"))
            .says(ONE_KEPT)
            .says("1 file that thumbgen did not make was kept: --replace-foreign replaces it");
    }
}

#[test]
fn originals_in_dest_are_kept_however_old_they_are() {
    let env = Env::new();
    let names = ["a.jpg", "b.jpg", "deep/c.jpg"];
    for (seed, name) in (1..).zip(names) {
        env.file(format!("images/{name}"), &jpeg(200, 150, seed));
    }
    // What "cp -r images/* thumbs" leaves, and what a mistake in two arguments meets.
    for name in names {
        let copy = env.file(
            format!("thumbs/{name}"),
            &env.bytes(format!("images/{name}")),
        );
        if name == "a.jpg" {
            set_mtime(&copy, 1, 0);
        }
        if name == "b.jpg" {
            set_mtime(&copy, 4_000_000_000, 0);
        }
    }
    let before = env.tree("thumbs");
    let asked: [&[&str]; 4] = [&[], &["--force"], &["--prune"], &["--size", "20"]];
    for strategy in STRATEGIES {
        for options in asked {
            env.make(options.iter().copied().chain(["--strategy", strategy]))
                .ends_with(0)
                .says("3 pictures found: 0 made, 0 fresh, 0 failed, 3 kept\n")
                .says("\n3 files that thumbgen did not make were kept: --replace-foreign replaces them\n");
            assert_eq!(env.tree("thumbs"), before, "{strategy} {options:?}");
        }
    }
    env.make(["-q"]).ends_with(0).does_not_say("kept");
}

#[test]
fn replace_foreign_makes_them_anew_and_those_only() {
    let env = Env::new();
    env.file("images/a.jpg", &jpeg(200, 150, 1));
    env.file("thumbs/a.jpg", b"another tool's");
    env.picture("images/b.jpg");
    env.run(["images/b.jpg", "thumbs"]).ends_with(0);
    env.file("thumbs/other.jpg", b"none of a picture here");
    env.make(["--replace-foreign", "-v"])
        .ends_with(0)
        .counts(1, 1, 0)
        .says("made thumbs/a.jpg (foreign): ")
        .does_not_say("did not make");
    assert_eq!(size(&env.bytes("thumbs/a.jpg")), (128, 96));
    assert_eq!(env.bytes("thumbs/other.jpg"), b"none of a picture here");
    env.make([]).ends_with(0).counts(0, 2, 0);
}

#[test]
fn whatever_carries_no_stamp_is_kept() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.make([]).ends_with(0);
    let ours = env.bytes("thumbs/a.jpg");
    let without_stamp = jpeg(30, 30, 7);
    let mut zeros = vec![0; 100_000];
    zeros.push(1);
    let foreign = [
        without_stamp.clone(),
        without_stamp[..without_stamp.len() / 2].to_vec(),
        b"\x89PNG\r\n\x1a\n and so on".to_vec(),
        b"This is a text.\n".to_vec(),
        b"\n".to_vec(),
        ours[..20].to_vec(),
        ours[2..].to_vec(),
        [&b"\0"[..], &ours[..]].concat(),
        zeros,
    ];
    for bytes in foreign {
        env.file("thumbs/a.jpg", &bytes);
        is_kept(&env, "without a stamp");
        assert_eq!(env.bytes("thumbs/a.jpg"), bytes);
    }
}

#[test]
fn an_empty_file_is_nobodys() {
    let env = Env::new();
    env.picture("images/a.jpg");
    for bytes in [vec![], vec![0], vec![0; 40_000]] {
        env.file("thumbs/a.jpg", &bytes);
        env.make(["-v"])
            .ends_with(0)
            .counts(1, 0, 0)
            .says("made thumbs/a.jpg (damaged): ");
    }
}

#[test]
fn a_hole_that_is_longer_than_any_thumbnail_is_not_read_to_its_end() {
    let env = Env::new();
    env.picture("images/a.jpg");
    let hole = env.file("thumbs/a.jpg", b"");
    fs::File::options()
        .write(true)
        .open(hole)
        .unwrap()
        .set_len(70 << 20)
        .unwrap();
    is_kept(&env, "without a stamp");
}

#[test]
fn links_are_kept_whatever_they_lead_to() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.file("mine/empty.jpg", b"");
    env.dir("mine/folder");
    let targets = [
        // What "cp -s" or a site's fall-back leaves.
        "../images/a.jpg",
        "../mine/empty.jpg",
        "../mine/folder",
        "nowhere",
        "a.jpg",
        "/dev/null",
    ];
    let before = (env.tree("images"), env.tree("mine"));
    env.dir("thumbs");
    for target in targets {
        let link = env.link(target, "thumbs/a.jpg");
        is_kept(&env, "a link");
        assert_eq!(fs::read_link(&link).unwrap().to_str(), Some(target));
        env.make(["--replace-foreign"]).ends_with(0).counts(1, 0, 0);
        assert!(fs::symlink_metadata(&link).unwrap().is_file(), "{target}");
        assert_eq!((env.tree("images"), env.tree("mine")), before, "{target}");
        fs::remove_file(link).unwrap();
    }
}

#[test]
fn a_link_to_a_thumbnail_of_ours_is_as_good_as_the_thumbnail() {
    let env = Env::new();
    let picture = env.picture("images/a.jpg");
    env.run(["images", "elsewhere"]).ends_with(0);
    env.dir("thumbs");
    let link = env.link("../elsewhere/a.jpg", "thumbs/a.jpg");
    env.make([]).ends_with(0).counts(0, 1, 0);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    // A stale one is replaced where it belongs, and not where it is.
    let before = env.tree("elsewhere");
    set_mtime(&picture, 1, 0);
    env.make([]).ends_with(0).counts(1, 0, 0);
    assert!(fs::symlink_metadata(&link).unwrap().is_file());
    assert_eq!(env.tree("elsewhere"), before);
}

#[test]
fn a_hard_link_to_the_picture_is_kept() {
    let env = Env::new();
    let picture = env.file("images/a.jpg", &jpeg(300, 200, 1));
    let before = fs::read(&picture).unwrap();
    env.dir("thumbs");
    // What "cp -l" leaves.
    fs::hard_link(&picture, env.path("thumbs/a.jpg")).unwrap();
    is_kept(&env, "without a stamp");
    env.make(["--replace-foreign"]).ends_with(0).counts(1, 0, 0);
    assert_eq!(size(&env.bytes("thumbs/a.jpg")), (128, 85));
    assert_eq!(fs::read(&picture).unwrap(), before);
}

#[test]
fn replace_foreign_never_replaces_the_picture_itself() {
    // The folder of a picture that is named by itself.
    let env = Env::new();
    let picture = env.file("images/a.jpg", &jpeg(300, 200, 1));
    let before = fs::read(&picture).unwrap();
    env.dir("thumbs");
    env.link("../images", "thumbs/128x128");
    let options = ["--size", "128,64", "--replace-foreign"];
    env.run(["images/a.jpg", "thumbs"].iter().chain(&options))
        .ends_with(1)
        .says("thumbs/128x128/a.jpg: write: a link leads into SOURCE");
    assert_eq!(fs::read(&picture).unwrap(), before);
    assert_eq!(size(&env.bytes("thumbs/64x64/a.jpg")), (64, 43));

    // A folder that SOURCE and DEST have a link to.
    let env = Env::new();
    env.file("elsewhere/a.jpg", &before);
    env.dir("thumbs");
    env.link("../elsewhere", "images/b");
    env.link("../elsewhere", "thumbs/b");
    env.make(["--follow", "--replace-foreign"])
        .ends_with(1)
        .says("thumbs/b/a.jpg: write: it is the picture itself");
    assert_eq!(env.bytes("elsewhere/a.jpg"), before);

    // A picture in DEST that SOURCE has a link to.
    let env = Env::new();
    env.file("thumbs/a.jpg", &before);
    env.link("../thumbs/a.jpg", "images/a.jpg");
    env.make(["--replace-foreign"])
        .ends_with(1)
        .says("thumbs/a.jpg: write: it is the picture itself");
    assert_eq!(env.bytes("thumbs/a.jpg"), before);
    assert_eq!(env.names("thumbs"), ["a.jpg"], "a leftover");
}

#[test]
fn replace_foreign_replaces_nothing_outside_of_dest() {
    let env = Env::new();
    env.picture("images/b/a.jpg");
    env.picture("images/b/new.jpg");
    env.file("mine/a.jpg", b"mine");
    env.file("mine/empty.jpg", b"");
    env.picture("images/b/empty.jpg");
    env.dir("thumbs");
    env.link("../mine", "thumbs/b");
    let run = env.make(["--replace-foreign"]);
    run.ends_with(1).counts(2, 0, 1).says(
        "thumbs/b/a.jpg: write: not replaced: a link leads out of DEST, and thumbgen did not make what is there",
    );
    assert_eq!(env.bytes("mine/a.jpg"), b"mine");
    // What is thumbgen's may be replaced there.
    env.make(["--replace-foreign", "--force"])
        .ends_with(1)
        .counts(2, 0, 1);
}

#[test]
fn a_folder_is_never_replaced() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.dir("thumbs/a.jpg");
    let asked: [&[&str]; 4] = [&[], &["--force"], &["--prune"], &["--replace-foreign"]];
    for options in asked {
        env.make(options.iter().copied())
            .ends_with(1)
            .counts(0, 0, 1)
            .says("thumbs/a.jpg: write: Is a directory");
        assert!(env.path("thumbs/a.jpg").is_dir(), "{options:?}");
    }
}

#[test]
fn pipes_and_sockets_are_kept() {
    let env = Env::new();
    env.picture("images/a.jpg");
    let place = env.dir("thumbs").join("a.jpg");
    nix::unistd::mkfifo(&place, nix::sys::stat::Mode::S_IRWXU).unwrap();
    is_kept(&env, "not a file");
    assert!(fs::symlink_metadata(&place).unwrap().file_type().is_fifo());
    env.make(["--replace-foreign"]).ends_with(0).counts(1, 0, 0);
    fs::remove_file(&place).unwrap();
    // The path of a socket is short by nature (unix(7)).
    let _socket = UnixListener::bind(&place).unwrap();
    is_kept(&env, "not a file");
    assert!(
        fs::symlink_metadata(&place)
            .unwrap()
            .file_type()
            .is_socket()
    );
}

#[test]
fn what_cannot_be_read_is_not_nobodys() {
    for options in [&[][..], &["--force"]] {
        let env = Env::new();
        env.picture("images/a.jpg");
        let place = env.file("thumbs/a.jpg", b"mine");
        set_mode(&place, 0);
        let run = env.make_as_ordinary_user(options.iter().copied());
        set_mode(&place, 0o644);
        run.ends_with(1)
            .counts(0, 0, 1)
            .says("thumbs/a.jpg: freshness: Permission denied");
        assert_eq!(env.bytes("thumbs/a.jpg"), b"mine");
    }
    let env = Env::new();
    env.picture("images/a.jpg");
    set_mode(&env.file("thumbs/a.jpg", b"mine"), 0);
    env.make_as_ordinary_user(["--replace-foreign"])
        .ends_with(0)
        .counts(1, 0, 0);
}

#[test]
fn kept_files_are_in_the_report() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.picture("images/b.jpg");
    env.file("thumbs/a.jpg", b"mine");
    env.make(["--report", "report.jsonl"]).ends_with(0);
    let text = String::from_utf8(env.bytes("report.jsonl")).unwrap();
    let records: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let kept = records
        .iter()
        .find(|record| record["outcome"] == "kept")
        .unwrap();
    assert_eq!(kept["source"], "images/a.jpg");
    assert_eq!(kept["destination"], "thumbs/a.jpg");
    assert_eq!(kept["reason"], "without a stamp");
    let counts = &records.last().unwrap()["counts"];
    assert_eq!((&counts["found"], &counts["kept"]), (&2.into(), &1.into()));
    // Added up, they are what they were.
    let merged = env.run(["report", "merge", "report.jsonl"]);
    assert!(
        merged
            .stdout
            .contains("2 pictures found: 1 made, 0 fresh, 0 failed, 1 kept\n"),
        "{merged}"
    );
    assert!(merged.stdout.contains("--replace-foreign"), "{merged}");
}

#[test]
fn every_file_that_is_kept_is_told() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.picture("images/b.jpg");
    let two = "2 files that thumbgen did not make were kept: --replace-foreign replaces them";
    for name in ["64x64/a.jpg", "32x32/a.jpg"] {
        env.file(format!("thumbs/{name}"), b"mine");
    }
    let options = ["--size", "64,32", "--report", "report.jsonl"];
    env.make(options)
        .ends_with(0)
        .says("2 pictures found: 1 made (2 thumbnails), 0 fresh, 0 failed, 1 kept\n")
        .says(two);
    let records = env.records("report.jsonl");
    let counts = &records.last().unwrap()["counts"];
    assert_eq!(
        (&counts["kept"], &counts["kept_files"]),
        (&1.into(), &2.into())
    );
    let merged = env.run(["report", "merge", "report.jsonl"]);
    assert!(merged.exits(0).stdout.contains(two), "{merged}");
    // Also where another thumbnail of the picture is made.
    fs::remove_file(env.path("thumbs/64x64/a.jpg")).unwrap();
    env.make(options)
        .ends_with(0)
        .says("1 made, 1 fresh, 0 failed\n1 file that thumbgen did not make was kept");
}

#[test]
fn a_dry_run_keeps_them_too() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.file("thumbs/a.jpg", b"mine");
    let run = env.make(["--dry-run", "--force"]);
    assert_eq!(
        run.stdout,
        "1 picture found: 0 made, 0 fresh, 0 failed, 1 kept\n\
         1 file that thumbgen did not make was kept: --replace-foreign replaces it\n"
    );
    let run = env.make(["--dry-run", "--replace-foreign"]);
    assert!(
        run.stdout.starts_with("make thumbs/a.jpg (foreign)\n"),
        "{run}"
    );
    assert_eq!(env.bytes("thumbs/a.jpg"), b"mine");
}

#[test]
fn names_that_only_resemble_those_of_temporary_files_are_the_users() {
    let env = Env::new();
    env.picture("images/a.jpg");
    let names = [
        ".thumbgen.tmp",
        ".thumbgen.notes.tmp",
        ".thumbgen.notes.1.abcdef.tmp",
        ".thumbgen.my-notes.1.abcdef.tmp",
        ".thumbgen.host-1.7.abcdefg.tmp",
        ".thumbgen.host-1.7.abcdef.tmp/mine.txt",
        ".thumbgen.shard-notes.lock",
        ".thumbgen.shard-1-of-.lock",
    ];
    for name in names {
        // Far older than any write takes.
        set_mtime(&env.file(format!("thumbs/{name}"), b"mine"), 1, 0);
    }
    env.link("nowhere", "thumbs/.thumbgen.host-1.8.abcdef.tmp");
    for options in [&[][..], &["--force"], &["--prune"]] {
        env.make(options.iter().copied()).ends_with(0);
        for name in names {
            assert_eq!(env.bytes(format!("thumbs/{name}")), b"mine");
        }
        let link = env.path("thumbs/.thumbgen.host-1.8.abcdef.tmp");
        assert!(fs::symlink_metadata(link).is_ok(), "{options:?}");
    }
}
