//! What is made again, and what is left as it is.

use std::fs;

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
    // After the JFIF header, and the marker and length of the comment.
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
    // Bytes after the end of a picture make no difference to it.
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
        cut(60),
        cut(130),
        cut(200),
        cut(good.len() / 2),
        cut(good.len() - 1),
        [&good[..], b"x"].concat(),
        vec![0; good.len()],
        vec![0; 100_000],
    ];
    for bytes in damaged {
        env.file("thumbs/a.jpg", &bytes);
        // Being newer than its source is no excuse.
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

/// The thumbnail with another text for its stamp, in which BYTES stands for its length.
fn with_stamp(thumbnail: &[u8], text: &str) -> Vec<u8> {
    // After SOI and JFIF's segment comes the comment: marker, length and text (T.81, B.2.4.5).
    let (head, comment) = thumbnail.split_at(20);
    let end = 2 + usize::from(u16::from_be_bytes([comment[2], comment[3]]));
    let text = text.replace("BYTES", "0123456789");
    let length = head.len() + 4 + text.len() + comment[end..].len();
    let text = text.replace("0123456789", &format!("{length:010}"));
    let marker = [0xFF, 0xFE];
    let segment_length = (text.len() as u16 + 2).to_be_bytes();
    [
        head,
        &marker,
        &segment_length,
        text.as_bytes(),
        &comment[end..],
    ]
    .concat()
}

/// The text of the thumbnail's stamp, BYTES standing for its length.
fn stamp_of(thumbnail: &[u8]) -> String {
    let end = 22 + usize::from(u16::from_be_bytes([thumbnail[22], thumbnail[23]]));
    let text = std::str::from_utf8(&thumbnail[24..end]).unwrap();
    text.replace(&format!("{:010}", thumbnail.len()), "BYTES")
}

#[test]
fn fields_that_are_not_known_are_passed_over() {
    let env = made();
    let thumbnail = env.bytes("thumbs/a.jpg");
    let text = stamp_of(&thumbnail);
    assert_eq!(with_stamp(&thumbnail, &text), thumbnail);
    for other in [
        text.replace(" bytes=", " colour=blue bytes="),
        text.replace("thumbgen 1 ", "thumbgen 1 etag=\"x=y\" word "),
        format!("{text} last=1"),
    ] {
        let bytes = with_stamp(&thumbnail, &other);
        env.file("thumbs/a.jpg", &bytes);
        env.make([]).ends_with(0).counts(0, 1, 0);
        assert_eq!(env.bytes("thumbs/a.jpg"), bytes, "{other}");
    }
}

#[test]
fn a_stamp_of_another_version_is_ours_and_stale() {
    let env = made();
    let thumbnail = env.bytes("thumbs/a.jpg");
    let text = stamp_of(&thumbnail);
    for other in [
        text.replace("thumbgen 1 ", "thumbgen 2 "),
        text.replace("thumbgen 1 ", "thumbgen 0 "),
        "thumbgen 31415926535897932384626433832795 etag=abc".to_owned(),
    ] {
        env.file("thumbs/a.jpg", &with_stamp(&thumbnail, &other));
        is_made_again(&env, "settings changed");
        assert_eq!(env.bytes("thumbs/a.jpg"), thumbnail, "{other}");
    }
}

#[test]
fn a_stamp_that_lacks_fields_is_ours_and_stale() {
    let env = made();
    let thumbnail = env.bytes("thumbs/a.jpg");
    let text = stamp_of(&thumbnail);
    for (other, reason) in [
        (text.replace(" bytes=BYTES", ""), "damaged"),
        (text.replace("mtime=", "time="), "source changed"),
        (text.replace("settings=", "with="), "settings changed"),
    ] {
        env.file("thumbs/a.jpg", &with_stamp(&thumbnail, &other));
        is_made_again(&env, reason);
    }
}

#[test]
fn a_comment_of_anothers_is_no_stamp() {
    let env = made();
    let thumbnail = env.bytes("thumbs/a.jpg");
    for comment in ["thumbgen 2 pictures of me", "made with thumbgen 1 a=b", "x"] {
        let foreign = with_stamp(&thumbnail, comment);
        env.file("thumbs/a.jpg", &foreign);
        env.make([])
            .ends_with(0)
            .says("1 picture found: 0 made, 0 fresh, 0 failed, 1 kept");
        assert_eq!(env.bytes("thumbs/a.jpg"), foreign, "{comment}");
    }
}

#[test]
fn a_thumbnail_of_another_version_is_pruned_when_its_source_is_gone() {
    let env = made();
    env.picture("images/b.jpg");
    let thumbnail = env.bytes("thumbs/a.jpg");
    let newer = stamp_of(&thumbnail).replace("thumbgen 1 ", "thumbgen 2 ");
    env.file("thumbs/gone.jpg", &with_stamp(&thumbnail, &newer));
    env.file(
        "thumbs/foreign.jpg",
        &with_stamp(&thumbnail, "thumbgen 2 pictures of me"),
    );
    env.make(["--prune"])
        .ends_with(0)
        .says("1 made, 1 fresh, 0 failed, 1 pruned");
    assert_eq!(env.names("thumbs"), ["a.jpg", "b.jpg", "foreign.jpg"]);
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
