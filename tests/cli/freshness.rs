//! What is made again, and what is left as it is.

use std::fs;
use std::path::Path;

use crate::env::{Env, STRATEGIES, jpeg, mtime, set_mtime, size};

/// Seconds since 1970 of a day long past.
const THEN: i64 = 1_500_000_000;

/// One picture with a fresh thumbnail.
fn made() -> Env {
    let env = Env::new();
    set_mtime(&env.picture("images/a.jpg"), THEN, 123_456_789);
    env.make([]).ends_with(0).counts(1, 0, 0);
    env
}

/// The thumbnail is made again for `reason`, and is fresh from then on.
#[track_caller]
fn is_made_again(env: &Env, reason: &str) {
    is_made_again_with(env, &[], reason);
}

#[track_caller]
fn is_made_again_with(env: &Env, options: &[&str], reason: &str) {
    let with = |more: &[&'static str]| env.make(options.iter().chain(more).copied());
    with(&["-v"])
        .ends_with(0)
        .counts(1, 0, 0)
        .says(&format!("made thumbs/a.jpg ({reason}): "));
    with(&[]).ends_with(0).counts(0, 1, 0);
}

#[test]
fn a_second_run_touches_nothing() {
    let env = made();
    let before = (env.bytes("thumbs/a.jpg"), mtime(&env.path("thumbs/a.jpg")));
    let folder = mtime(&env.path("thumbs"));
    for strategy in STRATEGIES {
        env.make(["--strategy", strategy])
            .ends_with(0)
            .counts(0, 1, 0);
    }
    assert_eq!(
        (env.bytes("thumbs/a.jpg"), mtime(&env.path("thumbs/a.jpg"))),
        before
    );
    assert_eq!(mtime(&env.path("thumbs")), folder);
}

#[test]
fn the_thumbnail_itself_says_what_it_was_made_from() {
    let env = made();
    let thumbnail = env.bytes("thumbs/a.jpg");
    let length = fs::metadata(env.path("images/a.jpg")).unwrap().len();
    let stamp = format!(
        "thumbgen 1 mtime=1500000000.123456789 length={length} settings=128x128,inside,q80,p1 bytes={:010}",
        thumbnail.len()
    );
    // Behind the JFIF header, and marker and length of the comment.
    assert!(
        thumbnail[24..].starts_with(stamp.as_bytes()),
        "no \"{stamp}\" in the thumbnail"
    );
    assert_eq!(size(&thumbnail), (40, 30));
}

#[test]
fn touching_a_source_makes_one_thumbnail() {
    let env = made();
    env.picture("images/b.jpg");
    env.make([]).ends_with(0).counts(1, 1, 0);
    set_mtime(&env.path("images/a.jpg"), THEN + 1, 0);
    env.make([]).ends_with(0).counts(1, 1, 0);
}

#[test]
fn a_source_replaced_by_an_older_file_of_the_same_length_is_noticed() {
    let env = Env::new();
    // Bytes behind the end of a picture make no difference to it.
    let of_length = |seed: u8| {
        let mut bytes = jpeg(40, 30, seed);
        bytes.resize(2000, 0);
        bytes
    };
    set_mtime(&env.file("images/a.jpg", &of_length(1)), THEN, 0);
    env.make([]).ends_with(0).counts(1, 0, 0);
    let before = env.bytes("thumbs/a.jpg");
    set_mtime(&env.file("images/a.jpg", &of_length(9)), THEN - 1000, 0);
    is_made_again(&env, "source changed");
    let pixels = |jpeg: &[u8]| image::load_from_memory(jpeg).unwrap().into_rgb8();
    assert_ne!(pixels(&env.bytes("thumbs/a.jpg")), pixels(&before));
}

#[test]
fn a_source_whose_time_differs_by_a_nanosecond_is_noticed() {
    let env = made();
    set_mtime(&env.path("images/a.jpg"), THEN, 123_456_788);
    is_made_again(&env, "source changed");
}

#[test]
fn a_source_of_another_length_and_the_same_time_is_noticed() {
    let env = made();
    set_mtime(
        &env.file("images/a.jpg", &jpeg(60, 20, 1)),
        THEN,
        123_456_789,
    );
    is_made_again(&env, "source changed");
    assert_eq!(size(&env.bytes("thumbs/a.jpg")), (60, 20));
}

#[test]
fn clocks_do_not_matter() {
    let env = made();
    // The thumbnail may be older than its source, or from the future.
    for seconds in [0, THEN - 1, THEN, 4_000_000_000] {
        set_mtime(&env.path("thumbs/a.jpg"), seconds, 0);
        env.make([]).ends_with(0).counts(0, 1, 0);
    }
    // A source from before 1970, or from the future.
    for seconds in [-1_000_000, 4_000_000_000] {
        set_mtime(&env.path("images/a.jpg"), seconds, 500_000_000);
        is_made_again(&env, "source changed");
    }
}

#[test]
fn changed_settings_are_noticed_and_so_is_changing_back() {
    let changes: [&[&str]; 6] = [
        &["--size", "20"],
        &["--size", "30x20"],
        &["--quality", "50"],
        &["--fit", "cover"],
        &["--enlarge"],
        &["--no-rotate"],
    ];
    let env = made();
    let before = env.bytes("thumbs/a.jpg");
    for change in changes {
        is_made_again_with(&env, change, "settings changed");
        is_made_again(&env, "settings changed");
        assert_eq!(
            env.bytes("thumbs/a.jpg"),
            before,
            "after {change:?} and back"
        );
    }
}

#[test]
fn settings_that_make_no_other_pixels_are_no_reason() {
    let env = made();
    let others: [&[&str]; 8] = [
        &["--size", "128x128"],
        &["--quality", "80"],
        &["--jobs", "1"],
        &["--strategy", "rayon"],
        &["--max-pixels", "1M"],
        &["--max-memory", "100M"],
        &["--allow-damaged"],
        &["--follow", "--hidden"],
    ];
    for other in others {
        env.make(other.iter().copied()).ends_with(0).counts(0, 1, 0);
    }
}

#[test]
fn a_damaged_thumbnail_is_made_again() {
    let env = made();
    let good = env.bytes("thumbs/a.jpg");
    let cut = |length: usize| good[..length].to_vec();
    let damaged = [
        Vec::new(),
        cut(1),
        cut(20),
        cut(60),
        cut(130),
        cut(200),
        cut(good.len() / 2),
        cut(good.len() - 1),
        [&good[..], b"x"].concat(),
        vec![0; good.len()],
        b"This is a text.\n".to_vec(),
    ];
    for bytes in damaged {
        env.file("thumbs/a.jpg", &bytes);
        // That it is newer than its source is no excuse.
        is_made_again(&env, "damaged");
        assert_eq!(env.bytes("thumbs/a.jpg"), good);
    }
}

#[test]
fn a_thumbnail_of_another_source_is_made_again() {
    let env = made();
    set_mtime(&env.file("images/b.jpg", &jpeg(50, 50, 3)), THEN, 5);
    env.make([]).ends_with(0).counts(1, 1, 0);
    fs::copy(env.path("thumbs/a.jpg"), env.path("thumbs/b.jpg")).unwrap();
    env.make(["-v"])
        .ends_with(0)
        .counts(1, 1, 0)
        .says("made thumbs/b.jpg (source changed)");
    assert_eq!(size(&env.bytes("thumbs/b.jpg")), (50, 50));
}

#[test]
fn a_thumbnail_of_another_tool_is_fresh_if_it_is_newer_than_its_source() {
    let env = Env::new();
    set_mtime(&env.picture("images/a.jpg"), THEN, 0);
    let foreign = jpeg(10, 10, 5);
    set_mtime(&env.file("thumbs/a.jpg", &foreign), THEN, 1);
    env.make([]).ends_with(0).counts(0, 1, 0);
    assert_eq!(env.bytes("thumbs/a.jpg"), foreign);
    for seconds in [THEN, THEN - 1] {
        set_mtime(&env.file("thumbs/a.jpg", &foreign), seconds, 0);
        is_made_again(&env, "older than its source");
        assert_eq!(size(&env.bytes("thumbs/a.jpg")), (40, 30));
    }
}

#[test]
fn another_tools_file_that_is_no_jpeg_is_made_again() {
    let env = made();
    env.file("thumbs/a.jpg", b"\x89PNG\r\n\x1a\n and so on");
    is_made_again(&env, "damaged");
}

#[test]
fn another_tools_empty_file_is_made_again() {
    let env = Env::new();
    set_mtime(&env.picture("images/a.jpg"), THEN, 0);
    env.file("thumbs/a.jpg", b"");
    is_made_again(&env, "damaged");
}

#[test]
fn force_makes_all_again() {
    let env = made();
    let before = env.bytes("thumbs/a.jpg");
    for option in ["--force", "-f"] {
        env.make([option, "-v"])
            .ends_with(0)
            .counts(1, 0, 0)
            .says("made thumbs/a.jpg (forced)");
    }
    assert_eq!(env.bytes("thumbs/a.jpg"), before);
}

#[test]
fn the_stamp_survives_copying_without_times() {
    let env = made();
    let copy = env.dir("copy");
    fs::write(copy.join("a.jpg"), env.bytes("thumbs/a.jpg")).unwrap();
    set_mtime(&copy.join("a.jpg"), 1, 0);
    env.run(["images", "copy"]).ends_with(0).counts(0, 1, 0);
}

#[test]
fn a_linked_source_is_as_old_as_what_it_leads_to() {
    let env = Env::new();
    let target = env.picture("elsewhere/a.jpg");
    env.link("../elsewhere/a.jpg", "images/a.jpg");
    env.make([]).ends_with(0).counts(1, 0, 0);
    set_mtime(&target, THEN, 0);
    is_made_again(&env, "source changed");
}

#[test]
fn a_thumbnail_that_is_a_link_is_replaced_and_what_it_leads_to_is_not() {
    let env = Env::new();
    let picture = env.picture("images/a.jpg");
    let before = fs::read(&picture).unwrap();
    // What "cp -s" or a site's fall-back leaves: the picture itself where its thumbnail belongs.
    env.dir("thumbs");
    env.link("../images/a.jpg", "thumbs/a.jpg");
    env.make([]).ends_with(0).counts(1, 0, 0);
    assert!(
        fs::symlink_metadata(env.path("thumbs/a.jpg"))
            .unwrap()
            .is_file()
    );
    assert_eq!(fs::read(&picture).unwrap(), before);
}

#[test]
fn a_hard_link_to_the_picture_is_replaced_and_the_picture_is_not() {
    let env = Env::new();
    let picture = env.file("images/a.jpg", &jpeg(300, 200, 1));
    let before = fs::read(&picture).unwrap();
    env.dir("thumbs");
    // What "cp -l" leaves.
    fs::hard_link(&picture, env.path("thumbs/a.jpg")).unwrap();
    env.make([]).ends_with(0).counts(1, 0, 0);
    assert_eq!(size(&env.bytes("thumbs/a.jpg")), (128, 85));
    assert_eq!(fs::read(&picture).unwrap(), before);
}

#[test]
fn a_pipe_in_the_thumbnails_place_is_replaced() {
    let env = Env::new();
    env.picture("images/a.jpg");
    let pipe: &Path = &env.dir("thumbs").join("a.jpg");
    nix::unistd::mkfifo(pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
    is_made_again(&env, "damaged");
}
