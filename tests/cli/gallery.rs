//! `thumbgen gallery` and `--gallery`: what is in the page.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

use crate::env::{BROKEN, Env, PICTURES, ended, piped};
use crate::lock::wait_for_a_thumbnail;

/// The data of the page `name`: what it says of all pictures, and its rows by path.
fn page(env: &Env, name: &str) -> (Value, Vec<Value>) {
    let html = String::from_utf8(env.bytes(name)).unwrap();
    let mut blocks = html
        .split("<script type=\"application/json\">")
        .skip(1)
        .map(|block| serde_json::from_str(block.split("</script>").next().unwrap()).unwrap());
    let head = blocks.next().unwrap();
    let mut rows: Vec<Value> = blocks
        .flat_map(|block: Value| block.as_array().unwrap().clone())
        .collect();
    rows.sort_by_key(|row| row["p"].to_string());
    (head, rows)
}

#[test]
fn run_leaves_a_page_of_what_it_did() {
    let env = Env::new();
    env.picture("images/a/b c.jpg");
    env.file("images/broken.jpg", b"no picture");
    env.picture("images/fresh.jpg");
    env.run(["images/fresh.jpg", "thumbs"]).ends_with(0);
    env.make(["--gallery", "out/gallery"])
        .ends_with(1)
        .says("out/gallery/index.html: 3 pictures, 1 failed");

    let (head, rows) = page(&env, "out/gallery/index.html");
    assert_eq!(head["title"], "thumbs");
    assert_eq!(head["thumbnails"], "../../thumbs/");
    assert_eq!(head["pictures"], "../../images/");
    let [made, broken, fresh] = rows.as_slice() else {
        panic!("{rows:#?}")
    };
    let length = |name: &str| env.bytes(name).len();
    assert_eq!(
        *made,
        json!({
            "p": "a/b c.jpg", "o": "made", "r": "missing",
            "t": [40, 30, length("thumbs/a/b c.jpg")], "s": [40, 30, length("images/a/b c.jpg")],
        })
    );
    assert_eq!(
        (&broken["o"], &broken["g"]),
        (&json!("failed"), &json!("header"))
    );
    assert_eq!(broken["d"], 0, "there is no thumbnail");
    assert!(!broken["e"].as_str().unwrap().is_empty());
    // The report of a fresh picture has no sizes: the files are asked.
    assert_eq!(
        *fresh,
        json!({
            "p": "fresh.jpg", "o": "fresh",
            "t": [0, 0, length("thumbs/fresh.jpg")], "s": [0, 0, length("images/fresh.jpg")],
        })
    );
    assert_eq!(env.names("out/gallery"), ["index.html"]);
}

#[test]
fn page_of_a_report_is_that_of_its_run() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.file("images/broken.jpg", b"no picture");
    env.make(["--report", "report.jsonl", "--gallery", "one", "-q"])
        .ends_with(1);
    let made = env.run([
        "gallery",
        "thumbs",
        "--report",
        "report.jsonl",
        "--output",
        "two",
    ]);
    assert_eq!(
        made.stdout, "two/index.html: 2 pictures, 1 failed\n",
        "{made}"
    );
    assert_eq!(env.bytes("one/index.html"), env.bytes("two/index.html"));
    // A report on stdout is a report too.
    env.make(["--report", "-", "--gallery", "three", "-q"]);
    assert_eq!(page(&env, "three/index.html").1.len(), 2);
}

#[test]
fn page_without_a_report_is_of_what_is_in_dest() {
    let env = Env::new();
    env.picture("images/a/b.jpg");
    env.make([]).ends_with(0);
    env.file("thumbs/another's.jpg", &env.bytes("images/a/b.jpg"));
    let made = env.run(["gallery", "thumbs"]);
    assert_eq!(
        made.stdout, "thumbgen-gallery/index.html: 1 thumbnail\n",
        "{made}"
    );
    let (head, rows) = page(&env, "thumbgen-gallery/index.html");
    assert_eq!(head["pictures"], Value::Null);
    let length = env.bytes("thumbs/a/b.jpg").len();
    assert_eq!(
        rows,
        [json!({"p": "a/b.jpg", "o": "found", "l": 0, "t": [0, 0, length]})]
    );

    let made = env.run(["gallery", "thumbs", "--source", "images"]);
    assert_eq!(
        made.stdout, "thumbgen-gallery/index.html: 1 thumbnail\n",
        "{made}"
    );
    let (head, rows) = page(&env, "thumbgen-gallery/index.html");
    assert_eq!(head["pictures"], "../images/");
    assert_eq!(
        rows[0]["l"],
        Value::Null,
        "the picture is where its row says"
    );
}

#[test]
fn pictures_are_found_where_each_has_several_thumbnails() {
    let env = Env::new();
    env.picture("images/a/b.jpg");
    env.make(["--size", "64,32", "--format", "jpeg,png", "-q"])
        .ends_with(0);
    let made = env.run(["gallery", "thumbs", "--source", "images"]);
    assert!(made.stdout.ends_with(": 4 thumbnails\n"), "{made}");
    let (_, rows) = page(&env, "thumbgen-gallery/index.html");
    // The picture's place is that of its row, unless the row says otherwise.
    let places: Vec<_> = rows.iter().map(|row| (&row["p"], &row["l"])).collect();
    assert_eq!(places, [(&json!("a/b.jpg"), &Value::Null); 4]);
}

#[test]
fn page_of_one_thumbnail_that_was_named_shows_it() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.run(["images/a.jpg", "b.jpg", "--gallery", "out"])
        .ends_with(0);
    let (_, rows) = page(&env, "out/index.html");
    assert_eq!(
        (&rows[0]["p"], &rows[0]["d"]),
        (&json!("a.jpg"), &json!("b.jpg"))
    );
}

#[test]
fn folders_need_not_be_utf8() {
    let env = Env::new();
    let [source, dest] = [b"images \xff", b"thumbs \xff"].map(|name| OsStr::from_bytes(name));
    fs::rename(env.path("images"), env.path(source)).unwrap();
    env.picture(
        [source, OsStr::new("/a.jpg")]
            .iter()
            .copied()
            .collect::<OsString>(),
    );
    let options = ["-q", "--report", "report.jsonl", "--gallery", "out"].map(OsStr::new);
    env.run([source, dest].iter().chain(&options)).ends_with(0);
    let run = env.records("report.jsonl").pop().unwrap();
    assert_eq!(run["source_hex"], "696d6167657320ff");
    assert_eq!(run["destination_hex"], "7468756d627320ff");
    let (head, rows) = page(&env, "out/index.html");
    assert_eq!(head["pictures"], "../images%20%FF/");
    assert_eq!(
        (&rows[0]["p"], &rows[0]["l"]),
        (&json!("a.jpg"), &Value::Null)
    );
}

#[test]
fn paths_of_a_report_are_those_of_the_folder_of_its_run() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.make(["--report", "report.jsonl"]).ends_with(0);
    let elsewhere = env.dir("elsewhere");
    let mut command = env.command([
        "gallery",
        "../thumbs",
        "--report",
        "../report.jsonl",
        "-o",
        "out",
    ]);
    assert!(command.current_dir(elsewhere).status().unwrap().success());
    let (head, rows) = page(&env, "elsewhere/out/index.html");
    assert_eq!(head["thumbnails"], "../../thumbs/");
    assert_eq!(head["pictures"], "../../images/");
    assert_eq!(rows[0]["p"], "a.jpg");
}

#[test]
fn report_that_was_cut_short_has_a_page() {
    let env = Env::new();
    env.picture("images/a/b.jpg");
    env.picture("images/c.jpg");
    env.make(["--report", "report.jsonl", "--jobs", "1"])
        .ends_with(0);
    let whole = String::from_utf8(env.bytes("report.jsonl")).unwrap();
    let lines: Vec<_> = whole.lines().collect();
    // The last record of a picture was being written, and there is none of the run.
    let cut = format!("{}\n{}", lines[0], &lines[1][..20]);
    env.file("cut.jsonl", cut.as_bytes());
    let made = env.run(["gallery", "thumbs", "--report", "cut.jsonl"]);
    assert_eq!(
        made.stdout, "thumbgen-gallery/index.html: 1 picture\n",
        "{made}"
    );
    let (head, rows) = page(&env, "thumbgen-gallery/index.html");
    assert_eq!(head["pictures"], "../images/");
    assert!(head["about"].to_string().contains("no end"), "{head}");
    assert!(["a/b.jpg", "c.jpg"].contains(&rows[0]["p"].as_str().unwrap()));
}

#[test]
fn what_is_no_gallery_is_never_replaced() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.file("site/index.html", b"<!doctype html>\n<title>Home</title>");
    env.make(["--gallery", "site"])
        .ends_with(2)
        .says("gallery site can't be written: it already exists, and holds something else");
    assert!(
        !env.path("thumbs/a.jpg").exists(),
        "a run that will fail does not begin"
    );
    env.make([]).ends_with(0);
    env.run(["gallery", "thumbs", "-o", "site"]).ends_with(2);
    assert_eq!(
        env.bytes("site/index.html"),
        b"<!doctype html>\n<title>Home</title>"
    );
    // An older gallery is replaced.
    env.make(["--gallery", "out"]).ends_with(0);
    env.make(["--gallery", "out"]).ends_with(0);
    assert_eq!(page(&env, "out/index.html").1[0]["o"], "fresh");
}

#[test]
fn what_can_not_be_shown_is_named() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.make([]).ends_with(0);
    env.run(["gallery", "nowhere"])
        .ends_with(2)
        .says("DEST nowhere can't be used: No such file or directory");
    env.run(["gallery", "thumbs", "--report", "nowhere"])
        .ends_with(2)
        .says("report nowhere can't be read");
    env.file("list.txt", b"a.jpg\n");
    env.run(["gallery", "thumbs", "--report", "list.txt"])
        .ends_with(2)
        .says("list.txt, line 1: not a record of a report");
    assert!(!env.path("thumbgen-gallery/index.html").exists());
    assert_eq!(
        env.tree_if_any("thumbgen-gallery").len(),
        0,
        "nothing is left behind"
    );
}

#[test]
fn page_that_can_not_be_written_does_not_hide_how_the_run_ended() {
    for is_stopped in [true, false] {
        let env = Env::new();
        env.picture("images/a.jpg");
        env.picture("images/deep/b.jpg");
        // A folder in the page's place is noticed when that is renamed.
        env.dir("out/index.html");
        let options = ["--files-from", "-", "--gallery", "out"];
        let mut command = env.command(["images", "thumbs"].iter().chain(&options));
        let mut child = piped(&mut command).stdin(Stdio::piped()).spawn().unwrap();
        let mut list = child.stdin.take().unwrap();
        list.write_all(b"a.jpg\n").unwrap();
        wait_for_a_thumbnail(&env);
        let unwritten = "gallery out can't be written: Is a directory";
        if is_stopped {
            let process = Pid::from_raw(child.id().cast_signed());
            kill(process, Signal::SIGTERM).unwrap();
            let run = ended(&command, child);
            assert_eq!(run.status.signal(), Some(Signal::SIGTERM as i32), "{run}");
            run.says("interrupted: ").says(unwritten);
        } else {
            fs::rename(env.path("thumbs"), env.path("moved")).unwrap();
            list.write_all(b"deep/b.jpg\n").unwrap();
            drop(list);
            let run = ended(&command, child);
            run.ends_with(2)
                .says("thumbgen: stopped: thumbs/deep/b.jpg: write: DEST is gone")
                .says(unwritten);
        }
    }
    // Nothing else went wrong: then it is what went wrong.
    let env = Env::new();
    env.picture("images/a.jpg");
    env.dir("out/index.html");
    env.make(["--gallery", "out"])
        .ends_with(2)
        .says("thumbgen: gallery out can't be written");
}

#[test]
fn dry_run_shows_what_it_would_do() {
    let env = Env::new();
    env.picture("images/a.jpg");
    let run = env.make(["-n", "--gallery", "out"]);
    assert!(run.stdout.contains("make thumbs/a.jpg (missing)"), "{run}");
    let (_, rows) = page(&env, "out/index.html");
    assert_eq!(
        (&rows[0]["o"], &rows[0]["r"]),
        (&json!("would make"), &json!("missing"))
    );
    assert!(!env.path("thumbs").exists());
}

#[test]
fn names_are_data_whatever_they_say() {
    let env = Env::new();
    let hostile = "</script><script>alert(1)</script>.jpg";
    env.picture("images/<img src=x onerror=alert(1)>.jpg");
    env.dir("images/</script><script>alert(1)<");
    env.picture(OsStr::new(&format!("images/{hostile}")));
    env.picture(OsStr::from_bytes(b"images/\xff?#%41.jpg"));
    env.make(["--gallery", "out"]).ends_with(0);
    let html = String::from_utf8(env.bytes("out/index.html")).unwrap();
    assert!(!html.contains("<img src=x"));
    assert!(!html.contains("alert(1)</script>"));
    let (_, rows) = page(&env, "out/index.html");
    assert!(rows.iter().any(|row| row["p"] == hostile), "{rows:#?}");
    let bytes = rows
        .iter()
        .find(|row| row["p"] == "\u{fffd}?#%41.jpg")
        .unwrap();
    assert_eq!(
        (&bytes["d"], &bytes["l"]),
        (&json!("%FF%3F%23%2541.jpg"), &json!("%FF%3F%23%2541.jpg"))
    );
}

#[test]
fn pictures_of_the_project_have_a_page() {
    let env = Env::new();
    env.run([PICTURES, "thumbs", "--gallery", "out", "-q"])
        .ends_with(0);
    let (_, rows) = page(&env, "out/index.html");
    assert!(rows.len() > 10);
    env.run([BROKEN, "thumbs", "--gallery", "out", "-q"])
        .ends_with(1);
    let (_, rows) = page(&env, "out/index.html");
    assert_eq!(rows.iter().filter(|row| row["o"] == "failed").count(), 3);
}
