//! Parts of a tree, one after the other and all at once, with the real program.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime};

use serde_json::Value;
use tempfile::TempDir;
use thumbgen::batch::shard::Shard;

const THUMBGEN: &str = env!("CARGO_BIN_EXE_thumbgen");

/// What engines tell a process, which must not leak into tests from where these run.
const ENGINES: [&str; 8] = [
    "AWS_BATCH_JOB_ARRAY_INDEX",
    "AWS_BATCH_JOB_ARRAY_SIZE",
    "JOB_COMPLETION_INDEX",
    "SLURM_ARRAY_TASK_ID",
    "SLURM_ARRAY_TASK_COUNT",
    "SLURM_ARRAY_TASK_MIN",
    "SLURM_ARRAY_TASK_MAX",
    "SLURM_ARRAY_TASK_STEP",
];

/// A temporary folder with a SOURCE, `images`, in it.
struct Env(TempDir);

/// A run that has ended.
#[derive(Debug)]
struct Ended {
    status: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Ended {
    #[track_caller]
    fn with(self, status: i32) -> Self {
        assert_eq!(self.status, Some(status), "{self:#?}");
        self
    }

    #[track_caller]
    fn says(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "no {text:?} in {self:#?}");
        self
    }
}

impl Env {
    fn new() -> Self {
        let env = Self(TempDir::new().unwrap());
        fs::create_dir(env.path("images")).unwrap();
        env
    }

    /// With pictures of many sizes in a few folders.
    fn with_pictures(count: u16) -> Self {
        let env = Self::new();
        for number in 0..count {
            let name = format!("images/{}/{}/p {number}.jpg", number % 7, number % 3);
            env.file(name, &jpeg(16 + number % 50, 12, number as u8));
        }
        env
    }

    fn path(&self, name: impl AsRef<OsStr>) -> PathBuf {
        self.0.path().join(name.as_ref())
    }

    fn file(&self, name: impl AsRef<OsStr>, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    fn command<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = Command::new(THUMBGEN);
        command
            .args(arguments)
            .current_dir(self.0.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        for name in ENGINES {
            command.env_remove(name);
        }
        command
    }

    /// `thumbgen images DEST` and `options`.
    fn run(&self, dest: &str, options: &[&str]) -> Ended {
        self.any(["images", dest].iter().chain(options).copied())
    }

    fn any<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Ended {
        ended(self.command(arguments).spawn().unwrap())
    }

    /// `thumbgen images thumbs --files-from -` with `list` on stdin.
    fn list(&self, list: &[u8], options: &[&str]) -> Ended {
        let arguments = ["images", "thumbs", "--files-from", "-"];
        let mut child = self
            .command(arguments.iter().chain(options).copied())
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(list).unwrap();
        ended(child)
    }

    /// Every file below `name`, by its path there.
    fn tree(&self, name: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        let root = self.path(name);
        walkdir::WalkDir::new(&root)
            .into_iter()
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| {
                let relative = entry.path().strip_prefix(&root).unwrap().to_owned();
                (relative, fs::read(entry.path()).unwrap())
            })
            .collect()
    }

    fn names(&self, name: &str) -> BTreeSet<PathBuf> {
        self.tree(name).into_keys().collect()
    }

    /// The records of a report.
    fn records(&self, name: &str) -> Vec<Value> {
        let text = fs::read_to_string(self.path(name)).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

fn ended(child: Child) -> Ended {
    let output = child.wait_with_output().unwrap();
    Ended {
        status: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn jpeg(width: u16, height: u16, seed: u8) -> Vec<u8> {
    let samples = usize::from(width) * usize::from(height) * 3;
    let rgb: Vec<u8> = (0..samples).map(|at| (at as u8) ^ seed).collect();
    let mut jpeg = Vec::new();
    jpeg_encoder::Encoder::new(&mut jpeg, 80)
        .encode(&rgb, width, height, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    jpeg
}

fn shard_of(path: &str, count: u32) -> u32 {
    (0..count)
        .find(|index| Shard::new(*index, count).unwrap().holds(Path::new(path)))
        .unwrap()
}

#[test]
fn four_shards_one_after_the_other_are_one_whole_run() {
    let env = Env::with_pictures(80);
    env.run("whole", &[]).with(0);
    for shard in ["0/4", "1/4", "2/4", "3/4"] {
        let before = env.names("parts").len();
        env.run("parts", &["--shard", shard, "-v"]).with(0);
        assert!(env.names("parts").len() > before, "{shard}");
    }
    assert_eq!(env.tree("parts"), env.tree("whole"));
    env.run("parts", &[]).with(0).says("0 made, 80 fresh");
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
    env.run("parts", &[]).with(0);
    for number in 0..7 {
        fs::remove_dir_all(env.path(format!("images/{number}/gone"))).unwrap();
        fs::remove_dir_all(env.path(format!("parts/{number}/0"))).unwrap();
        fs::remove_dir_all(env.path(format!("parts/{number}/1"))).unwrap();
    }
    env.run("whole", &[]).with(0);
    let running: Vec<_> = (0..64)
        .map(|index| {
            let shard = format!("{index}/64");
            let report = format!("report-{index}.jsonl");
            let options = ["--shard", &shard, "--prune", "--report", &report];
            let arguments = ["images", "parts"].iter().copied().chain(options);
            env.command(arguments).spawn().unwrap()
        })
        .collect();
    for child in running {
        ended(child).with(0);
    }
    assert_eq!(env.tree("parts"), env.tree("whole"));
    let reports: Vec<_> = (0..64)
        .map(|index| format!("report-{index}.jsonl"))
        .collect();
    let merged = ["report", "merge", "-o", "all.jsonl"];
    let merged = env
        .any(merged.into_iter().chain(reports.iter().map(String::as_str)))
        .with(0);
    assert!(
        merged
            .stdout
            .contains("64 of 64 shards finished\n400 pictures found"),
        "{merged:#?}"
    );
    let records = env.records("all.jsonl");
    let before = env.records("report-1.jsonl");
    env.any(["report", "merge", ".", "-o", "report-1.jsonl"])
        .with(2)
        .says("report-1.jsonl can't be written: it is one of those that are merged");
    assert_eq!(env.records("report-1.jsonl"), before);
    env.any(["report", "merge", "all.jsonl"])
        .with(2)
        .says("is a merged report");
    let folder = env.any(["report", "merge", "."]).with(0);
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
        // However SOURCE is said.
        let source = ["images", "images/", "./images", "./images//"][index as usize];
        env.any([source, &dest, "--shard", &format!("{index}/4")])
            .with(0);
        assert_eq!(env.names(&dest), expected);
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
        ended(command.envs(variables.iter().copied()).spawn().unwrap())
    };
    run("auto", "auto", &variables)
        .with(0)
        .says("shard 1/2, says Slurm");
    env.run("given", &["--shard", "1/2"]).with(0);
    assert_eq!(env.tree("auto"), env.tree("given"));
    run("none", "auto", &[])
        .with(2)
        .says("none of AWS_BATCH_JOB_ARRAY_INDEX");
    run("none", "auto", &variables[..1])
        .with(2)
        .says("SLURM_ARRAY_TASK_COUNT");
    run("none", "auto", &[("JOB_COMPLETION_INDEX", "1")])
        .with(2)
        .says("auto/N");
    assert!(
        !env.path("none").exists(),
        "nothing is made before the shard is known"
    );
    run("auto", "auto/2", &[("JOB_COMPLETION_INDEX", "0")])
        .with(0)
        .says("says Kubernetes");
    assert_eq!(env.names("auto").len(), 20);
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
    // That the file is there means nothing.
    env.run("thumbs", &["--shard", "1/3"]).with(0);
    assert!(!lock.exists());

    env.file(
        "thumbs/.thumbgen.shard-1-of-3.lock",
        b"process 7 on shop2\n",
    );
    let held = File::options().write(true).open(&lock).unwrap();
    held.try_lock().unwrap();
    env.run("thumbs", &["--shard", "1/3"])
        .with(75)
        .says("another run of shard 1/3, process 7 on shop2");
    env.run("thumbs", &["--shard", "1/3", "--wait", "0.3"])
        .with(75);
    env.run("thumbs", &["--shard", "2/3"]).with(0);
    env.run("thumbs", &[]).with(75);
    env.list(b"0/0/p 0.jpg\n", &[]).with(0);
    drop(held);
    drop(dest);
    // A whole run clears away what killed runs of shards left.
    env.run("thumbs", &[]).with(0);
    assert!(!lock.exists());
    assert_eq!(env.names("thumbs"), env.names("images"));

    File::open(env.path("thumbs")).unwrap().try_lock().unwrap();
    let whole = File::open(env.path("thumbs")).unwrap();
    whole.try_lock().unwrap();
    env.run("thumbs", &["--shard", "0/3"])
        .with(75)
        .says("in use by process");
    env.list(b"", &[]).with(75);
}

#[test]
fn shards_prune_their_own_part() {
    let env = Env::with_pictures(30);
    env.run("thumbs", &[]).with(0);
    let gone: Vec<_> = env
        .names("images")
        .into_iter()
        .filter(|path| path.starts_with("3") || path.starts_with("5"))
        .collect();
    for path in &gone {
        fs::remove_file(env.path("images").join(path)).unwrap();
    }
    env.run("thumbs", &["--shard", "0/2", "--prune"]).with(0);
    let left: Vec<_> = gone
        .iter()
        .filter(|path| env.path("thumbs").join(path).exists())
        .collect();
    let others: Vec<_> = gone
        .iter()
        .filter(|path| Shard::new(1, 2).unwrap().holds(path))
        .collect();
    assert_eq!(left, others);
    env.run("thumbs", &["--shard", "1/2", "--prune"]).with(0);
    assert_eq!(env.names("thumbs"), env.names("images"));
    assert!(!env.path("thumbs/3").exists());
}

#[test]
fn listed_pictures_are_made_and_no_others() {
    let env = Env::with_pictures(30);
    let made = env.list(b"0/0/p 0.jpg\n./1/1//p 1.jpg\n\n2/2/p 2.jpg", &[]);
    made.with(0).says("3 pictures found: 3 made");
    env.list(b"3/0/p 3.jpg\x004/1/p 4.jpg\0", &["-0"])
        .with(0)
        .says("2 made");
    let odd = OsStr::from_bytes(b"images/line\nbreak \xff.jpg");
    env.file(odd, &jpeg(10, 10, 1));
    env.list(b"line\nbreak \xff.jpg\0", &["-0"])
        .with(0)
        .says("1 made");
    assert_eq!(env.names("thumbs").len(), 6);

    // Without -0 such a list is one path, or one that is longer than any.
    env.list(b"3/0/p 3.jpg\x004/1/p 4.jpg\0", &[])
        .with(1)
        .says("refused: it contains a NUL byte (see --null)");
    let long = b"3/0/p 3.jpg\0".repeat(400);
    env.list(&long, &[])
        .with(2)
        .says("list - can't be read: a path of more than 4096 bytes");

    env.file("list.txt", b"5/2/p 5.jpg\n");
    env.run("thumbs", &["--files-from", "list.txt"])
        .with(0)
        .says("1 made");
    env.run("thumbs", &["--files-from", "none.txt"])
        .with(2)
        .says("list none.txt can't be read");
    env.run("thumbs", &["--files-from", "images"])
        .with(2)
        .says("list images can't be read");
    env.any(["list.txt", "thumbs", "--files-from", "list.txt"])
        .with(2);
    env.run("thumbs", &["--files-from", "list.txt", "--prune"])
        .with(2);
    env.run("thumbs", &["-0"]).with(2);
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
    let ended = env.list(list.as_bytes(), &[]).with(1);
    let ended = ended.says("9 pictures found: 2 made, 0 fresh, 7 failed");
    for line in [
        "../outside/secret.jpg: walk: refused: it contains ..".to_owned(),
        "0/../../outside/secret.jpg: walk: refused: it contains ..".to_owned(),
        format!("{absolute}: walk: refused: not relative to SOURCE"),
        "images/folder/secret.jpg: walk: refused: a link leads out of SOURCE".to_owned(),
        "images/link.jpg: walk: refused: a link leads out of SOURCE".to_owned(),
        "images/0: walk: refused: not a file".to_owned(),
        "images/none.jpg: walk: No such file or directory".to_owned(),
    ] {
        assert!(ended.stderr.contains(&line), "no {line:?} in {ended:#?}");
    }
    let made = env.names("thumbs");
    assert_eq!(
        made,
        [PathBuf::from("1/1/p 1.jpg"), "inside.jpg".into()].into()
    );
    env.list(b"folder/secret.jpg\n", &["--follow"])
        .with(0)
        .says("1 made");

    // DEST in SOURCE: no thumbnails of thumbnails.
    env.run("images/thumbs", &[]).with(0);
    let mut inside = env.command(["images", "images/thumbs", "--files-from", "list.txt"]);
    env.file("list.txt", b"thumbs/1/1/p 1.jpg\n");
    ended_with(&mut inside, 1).says("refused: inside the folder for the thumbnails");
}

fn ended_with(command: &mut Command, status: i32) -> Ended {
    ended(command.spawn().unwrap()).with(status)
}

#[test]
fn lists_are_split_by_shards_as_the_walk_is() {
    let env = Env::with_pictures(40);
    let mut list: Vec<u8> = Vec::new();
    for name in env.names("images") {
        list.extend(b"./");
        list.extend(name.as_os_str().as_bytes());
        list.push(0);
    }
    list.extend(b"../refused.jpg\0");
    let mut failed = 0;
    for shard in ["0/3", "1/3", "2/3"] {
        let before = env.names("thumbs").len();
        let ended = env.list(&list, &["-0", "--shard", shard]);
        failed += ended.status.unwrap();
        env.run("walked", &["--shard", shard]).with(0);
        assert_eq!(env.names("thumbs"), env.names("walked"));
        assert!(env.names("thumbs").len() > before);
    }
    assert_eq!(failed, 1, "what is refused is refused once");
}

#[test]
fn signal_ends_a_run_that_waits_for_its_list() {
    let env = Env::with_pictures(3);
    let mut child = env
        .command([
            "images",
            "thumbs",
            "--files-from",
            "-",
            "--report",
            "report.jsonl",
        ])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"0/0/p 0.jpg\n1/1/p").unwrap();
    let made = env.path("thumbs/0/0/p 0.jpg");
    for _ in 0..600 {
        if made.exists() {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let process = nix::unistd::Pid::from_raw(child.id().cast_signed());
    nix::sys::signal::kill(process, nix::sys::signal::Signal::SIGTERM).unwrap();
    let ended = ended(child);
    drop(stdin);
    assert_eq!(ended.status, None, "{ended:#?}");
    let records = env.records("report.jsonl");
    assert_eq!(records.len(), 2, "{records:?}");
    assert_eq!(records[1]["finished"], false);
}

#[test]
fn few_failures_can_be_allowed() {
    let env = Env::with_pictures(20);
    env.file("images/bad.jpg", b"no picture");
    env.file("images/worse.jpg", b"");
    for (allowed, status) in [
        ("0", 1),
        ("1", 1),
        ("2", 0),
        ("9%", 1),
        ("10%", 0),
        ("100%", 0),
    ] {
        let ended = env
            .run("thumbs", &["--allow-failures", allowed])
            .with(status);
        ended.says("2 failed").says("bad.jpg");
    }
    env.run("thumbs", &["--allow-failures", "x"]).with(2);
}

#[test]
fn merge_names_what_is_missing_and_what_has_not_finished() {
    let env = Env::with_pictures(60);
    env.file("images/bad.jpg", b"no picture");
    for index in 0..4 {
        let shard = format!("{index}/4");
        env.run(
            "thumbs",
            &["--shard", &shard, "--report", "r-{shard}.jsonl"],
        );
    }
    let all = [
        "report",
        "merge",
        "r-0.jsonl",
        "r-1.jsonl",
        "r-2.jsonl",
        "r-3.jsonl",
    ];
    let complete = env.any(all).with(1).says("images/bad.jpg: ");
    assert!(
        complete
            .stdout
            .starts_with("4 of 4 shards finished\n61 pictures found: 60 made"),
        "{complete:#?}"
    );
    let allowed = ["--allow-failures", "1"];
    env.any(all.iter().chain(&allowed).copied()).with(0);

    let missing = env
        .any(["report", "merge", "r-3.jsonl", "r-0.jsonl"])
        .with(75);
    assert!(
        missing
            .stdout
            .starts_with("2 of 4 shards finished\nMissing: 1-2\n"),
        "{missing:#?}"
    );

    // As a kill leaves it: in the middle of a line. And another one, that has lost a line.
    let report = fs::read(env.path("r-1.jsonl")).unwrap();
    env.file("r-1.jsonl", &report[..report.len() / 2]);
    let report = fs::read_to_string(env.path("r-2.jsonl")).unwrap();
    env.file("r-2.jsonl", report.split_once('\n').unwrap().1.as_bytes());
    let broken = env.any(all).with(75);
    assert!(broken.stdout.contains("Missing: 1\n"), "{broken:#?}");
    assert!(
        broken
            .stdout
            .contains("Cut short, and not counted: r-1.jsonl\n"),
        "{broken:#?}"
    );
    assert!(
        broken
            .stdout
            .contains("Not finished: shard 2/4, r-2.jsonl\n"),
        "{broken:#?}"
    );

    // Run again, beside the reports of the first attempt.
    for shard in ["1/4", "2/4"] {
        env.run(
            "thumbs",
            &["--shard", shard, "--report", "again-{shard}.jsonl"],
        );
    }
    let again = all
        .iter()
        .chain(&["again-1.jsonl", "again-2.jsonl"])
        .copied();
    let again = env
        .any(again.chain(["-o", "-"]))
        .with(1)
        .says("4 of 4 shards finished\n")
        .says("\n61 pictures found");
    let records: Vec<Value> = again
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let sources: BTreeSet<_> = records
        .iter()
        .filter_map(|record| record["source"].as_str())
        .collect();
    assert_eq!(
        (records.len(), sources.len()),
        (62, 62),
        "each picture once, and the run"
    );
    assert_eq!(records[61]["finished"], true);
    assert_eq!(records[61]["merged"]["shards"], 4);
}

#[test]
fn merge_refuses_what_is_not_of_one_run() {
    let env = Env::with_pictures(8);
    env.run("thumbs", &["--shard", "0/2", "--report", "a.jsonl"])
        .with(0);
    env.run("thumbs", &["--shard", "1/3", "--report", "b.jsonl"])
        .with(0);
    env.run(
        "thumbs",
        &["--shard", "1/2", "--size", "64", "--report", "c.jsonl"],
    )
    .with(0);
    env.any(["report", "merge", "a.jsonl", "b.jsonl"])
        .with(2)
        .says("not of one run");
    env.any(["report", "merge", "a.jsonl", "c.jsonl"])
        .with(2)
        .says("not of one run");
    env.any(["report", "merge", "a.jsonl", "none.jsonl"])
        .with(2)
        .says("none.jsonl");
    env.file("d.jsonl", b"{}\n");
    env.any(["report", "merge", "d.jsonl"])
        .with(2)
        .says("d.jsonl, line 1");
    env.any(["report", "merge"]).with(2);
    // Runs that are no shards are just added up.
    env.run("thumbs", &["--report", "e.jsonl"]).with(0);
    let sum = env.any(["report", "merge", "e.jsonl", "e.jsonl"]).with(0);
    assert!(sum.stdout.starts_with("16 pictures found"), "{sum:#?}");
    env.file("f.jsonl", b"");
    env.any(["report", "merge", "e.jsonl", "f.jsonl"]).with(75);
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
        let ended = env.run("thumbs", &options).with(1).says("nothing pruned");
        let failed = 1 + u32::from(index == holder);
        let ended = ended.says(&format!(" {failed} failed"));
        assert!(
            ended.stderr.contains("images/loop: walk: link leads back"),
            "{ended:#?}"
        );
    }
    let merged = env
        .any([
            "report",
            "merge",
            "--allow-failures",
            "9",
            "0.jsonl",
            "1.jsonl",
        ])
        .with(1);
    assert!(
        merged
            .stdout
            .contains("32 pictures found: 30 made, 0 fresh, 2 failed"),
        "{merged:#?}"
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
    env.run("thumbs", &[]).with(0);
    assert!(!old.exists() && new.exists());
}
