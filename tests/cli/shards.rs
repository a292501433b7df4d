//! Parts of a tree, one after the other and all at once.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use thumbgen::batch::shard::Shard;

use crate::env::{Env, ended, finish, jpeg, piped};

fn shard_of(path: &str, count: u32) -> u32 {
    (0..count)
        .find(|index| Shard::new(*index, count).unwrap().holds(Path::new(path)))
        .unwrap()
}

#[test]
fn four_shards_one_after_the_other_are_one_whole_run() {
    let env = Env::with_pictures(80);
    env.make_into("whole", &[]).exits(0);
    for shard in ["0/4", "1/4", "2/4", "3/4"] {
        let before = env.paths("parts").len();
        env.make_into("parts", &["--shard", shard, "-v"]).exits(0);
        assert!(env.paths("parts").len() > before, "{shard}");
    }
    assert_eq!(env.tree("parts"), env.tree("whole"));
    env.make_into("parts", &[])
        .exits(0)
        .says("0 made, 80 fresh");
}

#[test]
fn sixty_four_shards_at_once_are_one_whole_run_and_leave_nothing_behind() {
    let env = Env::with_pictures(400);
    // Each finds orphans in folders that others fill meanwhile.
    for number in 0..64 {
        env.file(
            format!("images/{}/gone/{number}.jpg", number % 7),
            &jpeg(20, 20, 1),
        );
    }
    env.make_into("parts", &[]).exits(0);
    for number in 0..7 {
        fs::remove_dir_all(env.path(format!("images/{number}/gone"))).unwrap();
        fs::remove_dir_all(env.path(format!("parts/{number}/0"))).unwrap();
        fs::remove_dir_all(env.path(format!("parts/{number}/1"))).unwrap();
    }
    env.make_into("whole", &[]).exits(0);
    let running: Vec<_> = (0..64)
        .map(|index| {
            let shard = format!("{index}/64");
            let report = format!("report-{index}.jsonl");
            let options = ["--shard", &shard, "--prune", "--report", &report];
            let arguments = ["images", "parts"].iter().copied().chain(options);
            let mut command = env.command(arguments);
            let child = piped(&mut command).spawn().unwrap();
            (command, child)
        })
        .collect();
    for (command, child) in running {
        ended(&command, child).exits(0);
    }
    assert_eq!(env.tree("parts"), env.tree("whole"));
    let reports: Vec<_> = (0..64)
        .map(|index| format!("report-{index}.jsonl"))
        .collect();
    let merged = ["report", "merge", "-o", "all.jsonl"];
    let merged = env.run(merged.into_iter().chain(reports.iter().map(String::as_str)));
    merged.exits(0);
    assert!(
        merged
            .stdout
            .contains("64 of 64 shards finished\n400 pictures found"),
        "{merged}"
    );
    let records = env.records("all.jsonl");
    let before = env.records("report-1.jsonl");
    env.run(["report", "merge", ".", "-o", "report-1.jsonl"])
        .exits(2)
        .says("report-1.jsonl can't be written: it is one of those that are merged");
    assert_eq!(env.records("report-1.jsonl"), before);
    env.run(["report", "merge", "all.jsonl"])
        .exits(2)
        .says("is a merged report");
    let folder = env.run(["report", "merge", "."]);
    folder.exits(0);
    assert_eq!(folder.stdout, merged.stdout);
    assert_eq!(records.len(), 400 + 64 + 1, "pictures, orphans, the run");
    assert_eq!(records[464]["counts"]["pruned"], 64);
}

#[test]
fn a_picture_is_of_the_part_that_its_path_hashes_to() {
    let env = Env::with_pictures(0);
    let names: Vec<&[u8]> = vec![
        b"a.jpg",
        b"shop/2024/img_0001.jpg",
        b"\xff.jpg",
        "ü.jpg".as_bytes(),
    ];
    for name in &names {
        env.file(
            OsStr::from_bytes(&[b"images/", *name].concat()),
            &jpeg(9, 9, 3),
        );
    }
    for index in 0..4 {
        let expected: BTreeSet<_> = names
            .iter()
            .map(|name| PathBuf::from(OsStr::from_bytes(name)))
            .filter(|path| Shard::new(index, 4).unwrap().holds(path))
            .collect();
        let dest = format!("thumbs{index}");
        // This holds however SOURCE is written.
        let source = ["images", "images/", "./images", "./images//"][index as usize];
        env.run([source, &dest, "--shard", &format!("{index}/4")])
            .exits(0);
        assert_eq!(env.paths(&dest), expected);
    }
}

#[test]
fn shard_comes_from_the_engine() {
    let env = Env::with_pictures(20);
    let variables = [
        ("SLURM_ARRAY_TASK_ID", "2"),
        ("SLURM_ARRAY_TASK_COUNT", "2"),
        ("SLURM_ARRAY_TASK_MIN", "1"),
        ("SLURM_ARRAY_TASK_MAX", "2"),
        ("SLURM_ARRAY_TASK_STEP", "1"),
    ];
    let run = |dest, shard, variables: &[(&str, &str)]| {
        let mut command = env.command(["images", dest, "--shard", shard]);
        finish(command.envs(variables.iter().copied()))
    };
    run("auto", "auto", &variables)
        .exits(0)
        .says("shard 1/2, according to Slurm");
    env.make_into("given", &["--shard", "1/2"]).exits(0);
    assert_eq!(env.tree("auto"), env.tree("given"));
    run("none", "auto", &[])
        .exits(2)
        .says("none of AWS_BATCH_JOB_ARRAY_INDEX");
    run("none", "auto", &variables[..1])
        .exits(2)
        .says("SLURM_ARRAY_TASK_COUNT");
    run("none", "auto", &[("JOB_COMPLETION_INDEX", "1")])
        .exits(2)
        .says("auto/N");
    assert!(
        !env.path("none").exists(),
        "nothing is made before the shard is known"
    );
    run("auto", "auto/2", &[("JOB_COMPLETION_INDEX", "0")])
        .exits(0)
        .says("according to Kubernetes");
    assert_eq!(env.paths("auto").len(), 20);
}

#[test]
fn runs_of_one_shard_exclude_each_other_and_others_do_not() {
    let env = Env::with_pictures(40);
    fs::create_dir(env.path("thumbs")).unwrap();
    let dest = File::open(env.path("thumbs")).unwrap();
    dest.try_lock_shared().unwrap();
    let lock = env.file(
        "thumbs/.thumbgen.shard-1-of-3.lock",
        b"process 7 on shop2\n",
    );
    // The file's existence means nothing.
    env.make_into("thumbs", &["--shard", "1/3"]).exits(0);
    assert!(!lock.exists());

    env.file(
        "thumbs/.thumbgen.shard-1-of-3.lock",
        b"process 7 on shop2\n",
    );
    let held = File::options().write(true).open(&lock).unwrap();
    held.try_lock().unwrap();
    env.make_into("thumbs", &["--shard", "1/3"])
        .exits(75)
        .says("another run of shard 1/3, process 7 on shop2");
    env.make_into("thumbs", &["--shard", "1/3", "--wait", "0.3"])
        .exits(75);
    env.make_into("thumbs", &["--shard", "2/3"]).exits(0);
    env.make_into("thumbs", &[]).exits(75);
    env.list(b"0/0/p 0.jpg\n", &[]).exits(0);
    drop(held);
    drop(dest);
    // A whole run clears away what killed runs of shards left. It may have to wait: children of other tests hold this
    // process's locks until they have become programs of their own.
    env.make_into("thumbs", &["--wait"]).exits(0);
    assert!(!lock.exists());
    assert_eq!(env.paths("thumbs"), env.paths("images"));

    File::open(env.path("thumbs")).unwrap().try_lock().unwrap();
    let whole = File::open(env.path("thumbs")).unwrap();
    whole.try_lock().unwrap();
    env.make_into("thumbs", &["--shard", "0/3"])
        .exits(75)
        .says("in use by process");
    env.list(b"", &[]).exits(75);
}

#[test]
fn shards_prune_their_own_part() {
    let env = Env::with_pictures(30);
    env.make_into("thumbs", &[]).exits(0);
    let gone: Vec<_> = env
        .paths("images")
        .into_iter()
        .filter(|path| path.starts_with("3") || path.starts_with("5"))
        .collect();
    for path in &gone {
        fs::remove_file(env.path("images").join(path)).unwrap();
    }
    env.make_into("thumbs", &["--shard", "0/2", "--prune"])
        .exits(0);
    let left: Vec<_> = gone
        .iter()
        .filter(|path| env.path("thumbs").join(path).exists())
        .collect();
    let others: Vec<_> = gone
        .iter()
        .filter(|path| Shard::new(1, 2).unwrap().holds(path))
        .collect();
    assert_eq!(left, others);
    env.make_into("thumbs", &["--shard", "1/2", "--prune"])
        .exits(0);
    assert_eq!(env.paths("thumbs"), env.paths("images"));
    assert!(!env.path("thumbs/3").exists());
}

#[test]
fn folder_that_cannot_be_visited_is_every_shards_failure_and_one_of_the_whole() {
    let env = Env::with_pictures(30);
    // A loop is a folder that can't be visited, for root too.
    symlink(".", env.path("images/loop")).unwrap();
    symlink("nowhere", env.path("images/broken.jpg")).unwrap();
    let holder = shard_of("broken.jpg", 2);
    for index in 0..2 {
        let (shard, report) = (format!("{index}/2"), format!("{index}.jsonl"));
        let options = [
            "--shard",
            &shard,
            "--report",
            &report,
            "--follow",
            "--prune",
            "--allow-failures",
            "9",
        ];
        let ended = env.make_into("thumbs", &options);
        ended.exits(1).says("nothing pruned");
        let failed = 1 + u32::from(index == holder);
        ended
            .says(&format!(" {failed} failed"))
            .says("images/loop: walk: link leads back");
    }
    let merge = ["report", "merge", "--allow-failures", "9"];
    let merged = env.run(merge.iter().chain(&["0.jsonl", "1.jsonl"]));
    merged.exits(1);
    assert!(
        merged
            .stdout
            .contains("32 pictures found: 30 made, 0 fresh, 2 failed"),
        "{merged}"
    );
}

#[test]
fn leftovers_of_other_hosts_are_swept_after_a_day() {
    let env = Env::with_pictures(5);
    let old = env.file("thumbs/0/0/.thumbgen.otherhost-1.4711.abcdef.tmp", b"half");
    let new = env.file("thumbs/0/0/.thumbgen.otherhost-1.4712.abcdef.tmp", b"half");
    let two_days_ago = SystemTime::now() - Duration::from_secs(2 * 86_400);
    File::options()
        .write(true)
        .open(&old)
        .unwrap()
        .set_modified(two_days_ago)
        .unwrap();
    env.make_into("thumbs", &[]).exits(0);
    assert!(!old.exists() && new.exists());
}

#[test]
fn what_is_in_the_place_of_a_shards_lock_is_neither_followed_nor_waited_for() {
    let env = Env::with_pictures(6);
    env.file("mine", b"mine");
    env.dir("thumbs");
    let lock = env.path("thumbs/.thumbgen.shard-0-of-2.lock");
    for target in ["../mine", "../nowhere"] {
        symlink(target, &lock).unwrap();
        env.make(["--shard", "0/2"])
            .ends_with(0)
            .says("thumbs can't be locked (");
        assert!(fs::symlink_metadata(&lock).unwrap().is_symlink());
        fs::remove_file(&lock).unwrap();
    }
    assert_eq!(env.bytes("mine"), b"mine");
    assert!(!env.path("nowhere").exists());
    nix::unistd::mkfifo(&lock, nix::sys::stat::Mode::S_IRWXU).unwrap();
    env.make(["--shard", "0/2"])
        .ends_with(0)
        .says("thumbs can't be locked (");
    // One end of it is open, so that it can be opened.
    let _reader = File::options().read(true).write(true).open(&lock).unwrap();
    env.make(["--shard", "0/2"])
        .ends_with(0)
        .says("what is in the place of the shard's file is not a file");
}

#[test]
fn what_a_holder_says_of_itself_reaches_no_terminal_as_it_stands() {
    let env = Env::with_pictures(6);
    env.dir("thumbs");
    let lock = env.file(
        "thumbs/.thumbgen.shard-0-of-2.lock",
        b"process 7 on \x1b[31mred",
    );
    let held = File::options().write(true).open(&lock).unwrap();
    held.lock().unwrap();
    env.make(["--shard", "0/2"])
        .ends_with(75)
        .says("DEST thumbs is in use by another run of shard 0/2\n");
    fs::write(&lock, "process 7 on host\n").unwrap();
    env.make(["--shard", "0/2"])
        .ends_with(75)
        .says("in use by another run of shard 0/2, process 7 on host\n");
}

#[test]
fn each_shard_has_a_page_and_all_have_one() {
    let env = Env::with_pictures(6);
    for shard in ["0/2", "1/2"] {
        let options = [
            "--gallery",
            "pages/{shard}",
            "--report",
            "reports/{shard}.jsonl",
        ];
        env.make(["--shard", shard].into_iter().chain(options))
            .ends_with(0);
    }
    assert_eq!(env.names("pages"), ["0/index.html", "1/index.html"]);
    env.run(["report", "merge", "reports", "--output", "all.jsonl"])
        .exits(0);
    let run = env.run([
        "gallery",
        "thumbs",
        "--report",
        "all.jsonl",
        "--output",
        "all",
    ]);
    assert_eq!(run.exits(0).stdout, "all/index.html: 6 pictures\n", "{run}");
}
