//! `--compare` from the outside, and comparisons of strategies that are broken on purpose.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::Path;
use std::process::{Command, Output};

use image::{Rgb, RgbImage};
use tempfile::TempDir;
use thumbgen::batch::execute::Strategy;
use thumbgen::batch::stop::Stop;
use thumbgen::cli::compare::{CompareError, Contender, Round, Rounds, Settings, make_all};
use thumbgen::tell::progress::Steps;

const PICTURES: u32 = 6;

/// A tree of a few pictures, all different.
fn pictures() -> TempDir {
    let tree = tempfile::tempdir().unwrap();
    fs::create_dir(tree.path().join("b")).unwrap();
    for number in 0..PICTURES {
        let picture = RgbImage::from_fn(300, 200, |x, y| {
            Rgb([(x + 40 * number) as u8, y as u8, (x ^ y) as u8])
        });
        let folder = if number % 2 == 0 { "" } else { "b" };
        let path = tree.path().join(folder).join(format!("{number}.jpg"));
        picture.save(path).unwrap();
    }
    tree
}

/// `thumbgen` with the words of `arguments`, and with its temporary files in `temporary`.
fn thumbgen(source: &Path, temporary: &Path, arguments: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_thumbgen"))
        .arg(source)
        .args(arguments.split_whitespace())
        .env("TMPDIR", temporary)
        .current_dir(temporary)
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

fn entries(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = names
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn compares_every_strategy_and_leaves_nothing_behind() {
    let (tree, temporary) = (pictures(), tempfile::tempdir().unwrap());
    let output = thumbgen(
        tree.path(),
        temporary.path(),
        "--compare --compare-jobs 2,1,2 --rounds 2",
    );
    assert!(output.status.success(), "{}", stderr(&output));
    let lines: Vec<Vec<_>> = stdout(&output)
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(
        lines[0]
            .join(" ")
            .split("; ")
            .next()
            .unwrap()
            .matches("6 pictures")
            .count(),
        1
    );
    let variants: Vec<_> = lines[3..8]
        .iter()
        .map(|line| {
            [
                line[0],
                line.iter()
                    .find(|word| word.parse::<u32>().is_ok())
                    .unwrap(),
            ]
            .join(" ")
        })
        .collect();
    assert_eq!(
        variants,
        ["seq 1", "threads 1", "threads 2", "rayon 1", "rayon 2"]
    );
    assert!(
        stdout(&output).lines().last().unwrap().ends_with('.'),
        "advice ends it"
    );
    assert_eq!(stderr(&output), "");
    assert_eq!(entries(temporary.path()), [""; 0]);
    assert_eq!(entries(tree.path()).len(), 1 + PICTURES as usize / 2);
}

#[test]
fn writes_json_and_chart() {
    let (tree, temporary) = (pictures(), tempfile::tempdir().unwrap());
    let arguments = "--compare --compare-jobs 2 --rounds 1 --report figures.json --chart chart.svg";
    let output = thumbgen(tree.path(), temporary.path(), arguments);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(entries(temporary.path()), ["chart.svg", "figures.json"]);

    let figures = fs::read(temporary.path().join("figures.json")).unwrap();
    let figures: serde_json::Value = serde_json::from_slice(&figures).unwrap();
    assert_eq!(figures["pictures"], PICTURES);
    let variants = figures["variants"].as_array().unwrap();
    assert_eq!(variants.len(), 3);
    for variant in variants {
        let stages: f64 = variant["stages_s"]
            .as_object()
            .unwrap()
            .values()
            .map(|time| time.as_f64().unwrap())
            .sum();
        let worker = variant["worker_s"].as_f64().unwrap();
        assert!(
            (stages / worker - 1.0).abs() < 0.02,
            "stages take {stages} s, workers {worker} s"
        );
    }
    let chart = fs::read_to_string(temporary.path().join("chart.svg")).unwrap();
    roxmltree::Document::parse(&chart).unwrap();
}

#[test]
fn report_on_stdout_takes_the_place_of_the_table() {
    let (tree, temporary) = (pictures(), tempfile::tempdir().unwrap());
    let output = thumbgen(
        tree.path(),
        temporary.path(),
        "--compare --compare-jobs 1 --rounds 1 --report -",
    );
    let figures: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(figures["rounds"], 1);
}

#[test]
fn chart_and_report_replace_nothing_but_older_ones() {
    let (tree, temporary) = (pictures(), tempfile::tempdir().unwrap());
    for option in ["--chart", "--report"] {
        let precious = temporary.path().join("precious.jpg");
        fs::write(&precious, "a picture").unwrap();
        let output = thumbgen(
            tree.path(),
            temporary.path(),
            &format!("--compare --compare-jobs 1 --rounds 1 {option} precious.jpg"),
        );
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains("holds something else"));
        assert_eq!(fs::read_to_string(&precious).unwrap(), "a picture");
    }
}

#[test]
fn broken_picture_is_told_once_and_the_others_are_compared() {
    let (tree, temporary) = (pictures(), tempfile::tempdir().unwrap());
    fs::write(tree.path().join("b/broken.jpg"), "no JPEG").unwrap();
    let output = thumbgen(tree.path(), temporary.path(), "--compare --rounds 2");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        stderr(&output).matches("broken.jpg").count(),
        1,
        "{}",
        stderr(&output)
    );
    assert!(
        stdout(&output).starts_with("7 pictures (1 failed)"),
        "{}",
        stdout(&output)
    );
    assert_eq!(entries(temporary.path()), [""; 0]);
}

#[test]
fn nothing_to_compare_is_an_error() {
    let (tree, temporary) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for (prepare, expected) in [(false, "no pictures in"), (true, "all pictures in")] {
        if prepare {
            fs::write(tree.path().join("broken.jpg"), "no JPEG").unwrap();
        }
        let output = thumbgen(tree.path(), temporary.path(), "--compare --rounds 1");
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains(expected), "{}", stderr(&output));
        assert_eq!(entries(temporary.path()), [""; 0]);
    }
}

#[test]
fn refuses_what_makes_no_sense() {
    let (tree, temporary) = (pictures(), tempfile::tempdir().unwrap());
    for arguments in [
        "dest --compare",
        "--compare --strategy seq",
        "--compare --jobs 2",
        "--compare --force",
        "--compare --dry-run",
        "--compare --prune",
        "--compare --wait",
        "--compare --max-load 4",
        "--compare --verbose",
        "--compare --rounds 0",
        "--compare --compare-jobs 0",
        "dest --rounds 2",
        "dest --chart x.svg",
        "dest --compare-jobs 2",
        "",
    ] {
        let output = thumbgen(tree.path(), temporary.path(), arguments);
        assert_eq!(
            output.status.code(),
            Some(2),
            "{arguments}: {}",
            stderr(&output)
        );
        assert_eq!(entries(temporary.path()), [""; 0], "{arguments}");
    }
}

#[test]
fn file_that_can_not_be_written_is_an_error_before_the_work() {
    let (tree, temporary) = (pictures(), tempfile::tempdir().unwrap());
    let output = thumbgen(
        tree.path(),
        temporary.path(),
        "--compare --chart not/there.svg",
    );
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("not/there.svg"),
        "{}",
        stderr(&output)
    );
    assert_eq!(stdout(&output), "");
}

/// What a comparison says of a strategy, rayon, that is broken by `spoil`.
fn compare_with(spoil: impl Fn(&Path, &mut Round)) -> Result<(), CompareError> {
    let (tree, temporary) = (pictures(), tempfile::tempdir().unwrap());
    fs::write(tree.path().join("broken.jpg"), "no JPEG").unwrap();
    let two = NonZeroUsize::new(2).unwrap();
    let settings = Settings {
        source: tree.path().to_owned(),
        walk: Default::default(),
        options: Default::default(),
        variants: vec![Default::default()],
        names: None,
        cores: two,
        jobs: vec![two],
        rounds: NonZeroU32::MIN,
        report: None,
        chart: None,
        quiet: true,
    };
    let stop = Stop::default();
    let rounds = Rounds::new(&settings, temporary.path(), &stop)?;
    let bar = Steps::new(false, "", rounds.steps());
    let make = |contender: Contender, dest: &Path, done: &(dyn Fn() + Sync)| {
        let mut round = make_all(&settings, contender, dest, &stop, done)?;
        if contender.strategy == Strategy::Rayon {
            spoil(dest, &mut round);
        }
        Ok(round)
    };
    rounds.run(&bar, make).map(|(comparison, failures)| {
        assert_eq!(comparison.pictures, u64::from(PICTURES) + 1);
        assert_eq!(failures, 1);
    })
}

#[test]
fn sound_strategies_agree() {
    compare_with(|_, _| ()).unwrap();
}

#[test]
fn broken_strategy_fails_the_comparison_and_the_picture_is_named() {
    use thumbgen::cli::compare::Fate::{Failed, Made};
    let picture = || Path::new("b/3.jpg").to_owned();
    let fails = |what: &str, spoil: &dyn Fn(&Path, &mut Round)| {
        let told = compare_with(spoil).unwrap_err().to_string();
        let expected = format!("b/3.jpg: rayon with 2 jobs {what}");
        assert!(told.starts_with(&expected), "{told}");
    };
    fails("made another thumbnail than seq", &|dest, _| {
        let path = dest.join("b/3.jpg");
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(path, bytes).unwrap();
    });
    fails("made another thumbnail than seq", &|dest, _| {
        fs::copy(dest.join("b/1.jpg"), dest.join("b/3.jpg")).unwrap();
    });
    fails("left no thumbnail", &|dest, _| {
        fs::remove_file(dest.join("b/3.jpg")).unwrap();
    });
    fails("left it out", &|_, round| {
        round.fates.remove(&picture());
    });
    fails("went through it twice", &|_, round| {
        round.twice = Some(picture());
    });
    fails("failed where seq made a thumbnail: no", &|_, round| {
        round.fates.insert(picture(), Failed("no".into()));
    });
    let told = compare_with(|_, round| {
        round.fates.insert("x.jpg".into(), Made(Vec::new()));
    });
    assert!(
        told.unwrap_err()
            .to_string()
            .starts_with("x.jpg: rayon with 2 jobs found it")
    );
    let told = compare_with(|dest, round| {
        fs::copy(dest.join("b/1.jpg"), dest.join("broken.jpg")).unwrap();
        round.fates.insert("broken.jpg".into(), Made(Vec::new()));
    });
    assert!(
        told.unwrap_err()
            .to_string()
            .contains("made a thumbnail where seq failed")
    );
}
