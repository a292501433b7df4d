//! How many pictures there will be, as the bars show it.

use std::collections::BTreeSet;
use std::fs;

use nix::sys::signal::{Signal, kill};

use crate::env::Env;
use crate::terminal::{Watched, completions, on_a_terminal, slow_pictures, watched};

#[test]
fn the_total_stands_before_a_tenth_is_done() {
    let env = Env::new();
    slow_pictures(&env, 400);
    env.picture("images/.hidden/0.jpg");
    env.file("images/1/note.txt", b"no picture");
    // From the third of the pictures on, it is shown whether the total is known, and that is enough.
    let ended = |run: Watched<'_>| {
        if run.done() > 130 {
            kill(run.process, Signal::SIGTERM).unwrap();
        }
    };
    let (_, sent) = watched(&env, 80, &["--jobs", "1"], &[], ended);
    let shown = completions(&sent);
    let known: Vec<_> = shown
        .iter()
        .filter_map(|(done, total)| Some((*done, (*total)?)))
        .collect();
    assert!(known[0].0 < 40, "{shown:?}");
    assert!(known.iter().all(|(_, total)| *total == 400), "{shown:?}");
    // A time to go is at the end of the row.
    let plain = console::strip_ansi_codes(&sent).into_owned();
    let time_to_go =
        |row: &str| row.contains("/400 ") && row.trim_end().ends_with('s') && !row.ends_with("/s");
    assert!(plain.split('\r').any(time_to_go), "{plain}");
}

/// The totals that were shown as known while the last of the pictures was still to be made.
fn totals(sent: &str) -> BTreeSet<u64> {
    let shown = completions(sent);
    let last = shown.last().unwrap().0;
    let early = shown.iter().filter(|(done, _)| *done < last);
    early.filter_map(|(_, total)| *total).collect()
}

#[test]
fn the_total_of_a_shard_or_a_list_is_that_of_its_own_pictures() {
    let env = Env::new();
    slow_pictures(&env, 400);
    let (_, sent) = on_a_terminal(&env, 80, &["--strategy", "seq", "--shard", "0/2"], &[]);
    let own = env.tree("thumbs").len() as u64;
    assert!((1..400).contains(&own));
    assert_eq!(totals(&sent), [own].into(), "{sent}");

    let listed: String = (0..200)
        .map(|number| format!("./{}/{number:03}.jpg\n\n", number % 7))
        .collect();
    env.file("list", listed.as_bytes());
    let options = ["--force", "--strategy", "seq", "--files-from", "list"];
    let (_, sent) = on_a_terminal(&env, 80, &options, &[]);
    assert_eq!(totals(&sent), [200].into(), "{sent}");
}

#[test]
fn the_total_of_a_pipe_is_what_came_so_far() {
    let env = Env::new();
    slow_pictures(&env, 30);
    let pipe = env.path("pipe");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let writer = std::thread::spawn(move || {
        let listed: String = (0..30)
            .map(|number| format!("{}/{number:03}.jpg\n", number % 7))
            .collect();
        fs::write(pipe, listed).unwrap();
    });
    let options = ["--strategy", "seq", "--files-from", "pipe"];
    let (status, sent) = on_a_terminal(&env, 80, &options, &[]);
    writer.join().unwrap();
    assert!(status.success(), "{sent}");
    assert_eq!(totals(&sent), BTreeSet::new(), "{sent}");
    assert_eq!(completions(&sent).last(), Some(&(30, Some(30))), "{sent}");
}
