//! Strategies and jobs: who does the work makes no difference to it.

use std::collections::BTreeMap;
use std::process::Command;

use crate::env::{BROKEN, Env, PICTURES, STRATEGIES, THUMBGEN, files_below, finish, jpeg};

#[test]
fn all_strategies_make_the_same_bytes() {
    let sources = files_below(PICTURES.as_ref());
    for options in [
        &[][..],
        &[
            "--size",
            "50x70",
            "--fit",
            "cover",
            "--enlarge",
            "--quality",
            "95",
        ],
    ] {
        let mut first: Option<BTreeMap<_, _>> = None;
        for strategy in STRATEGIES {
            for jobs in ["1", "2", "7"] {
                let env = Env::new();
                let arguments = [PICTURES, "thumbs", "--strategy", strategy, "--jobs", jobs];
                env.run(arguments.iter().chain(options))
                    .ends_with(0)
                    .counts(sources.len() as u32, 0, 0);
                let thumbnails = env.tree("thumbs");
                assert!(thumbnails.keys().eq(sources.keys()));
                let first = first.get_or_insert_with(|| thumbnails.clone());
                assert!(
                    *first == thumbnails,
                    "{strategy} with {jobs} jobs differs from seq"
                );
            }
        }
    }
}

#[test]
fn all_strategies_fail_for_the_same_pictures() {
    for strategy in STRATEGIES {
        let env = Env::new();
        let run = env.run([BROKEN, "thumbs", "--strategy", strategy]);
        run.ends_with(1).counts(1, 0, 3);
        assert_eq!(env.names("thumbs"), ["sound.jpg"]);
    }
}

#[test]
fn more_jobs_than_pictures_and_more_pictures_than_jobs_are_both_fine() {
    let env = Env::new();
    for number in 0..200 {
        env.file(
            format!("images/{}/{number}.jpg", number % 7),
            &jpeg(9, 9, number as u8),
        );
    }
    for strategy in STRATEGIES {
        for jobs in ["1", "3", "64", "300"] {
            let run = env.make(["--force", "--strategy", strategy, "--jobs", jobs]);
            run.ends_with(0).counts(200, 0, 0);
        }
    }
    assert_eq!(env.names("thumbs").len(), 200);
}

#[test]
fn jobs_must_be_a_number_above_zero() {
    let env = Env::new();
    env.picture("images/a.jpg");
    for jobs in ["0", "-1", "two", "", "1.5", "99999999999999999999"] {
        env.make([format!("--jobs={jobs}").as_str()])
            .ends_with(2)
            .says("--jobs");
    }
    assert!(!env.path("thumbs").exists());
}

#[test]
fn absurd_numbers_of_jobs_are_refused() {
    let env = Env::new();
    env.picture("images/a.jpg");
    for strategy in ["threads", "rayon"] {
        for jobs in ["18446744073709551615", "1152921504606846975", "1025"] {
            let run = env.make(["--strategy", strategy, "--jobs", jobs]);
            run.ends_with(2).does_not_say("panicked");
        }
    }
}

#[test]
fn strategies_have_names() {
    let env = Env::new();
    env.make(["--strategy", "nonsense"])
        .ends_with(2)
        .says("seq")
        .says("threads")
        .says("rayon");
    for strategy in STRATEGIES {
        let jobs = if strategy == "seq" { "1 job" } else { "3 jobs" };
        env.make(["--strategy", strategy, "--jobs", "3"])
            .ends_with(0)
            .says(&format!("({strategy}, {jobs})"));
    }
}

#[test]
fn jobs_are_by_default_the_cores_that_the_process_may_use() {
    let env = Env::new();
    let allowed = std::thread::available_parallelism().unwrap();
    let (cores, jobs) = match allowed.get() {
        1 => ("core", "job"),
        _ => ("cores", "jobs"),
    };
    env.make([]).ends_with(0).says(&format!(
        "of {allowed} {cores} busy (threads, {allowed} {jobs})"
    ));

    // And not those of the machine: one core is what remains here.
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", &first_allowed_core(), THUMBGEN]);
    command.args([env.path("images"), env.path("thumbs")]);
    finish(&mut command)
        .ends_with(0)
        .says("of 1 core busy (threads, 1 job)");
}

/// Number of the first core that this process may use.
fn first_allowed_core() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let list = status
        .lines()
        .find_map(|line| line.strip_prefix("Cpus_allowed_list:"))
        .unwrap();
    let end = |byte: char| !byte.is_ascii_digit();
    list.trim().split(end).next().unwrap().to_owned()
}
