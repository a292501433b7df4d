//! thumbgen's own thumbnails are not pictures.

use serde_json::Value;

use crate::env::{Env, PICTURES, jpeg};

/// Three pictures in `images` and their thumbnails in `thumbs`.
fn made() -> Env {
    let env = Env::new();
    for name in ["a.jpg", "b.jpg", "deep/c.jpg"] {
        env.file(format!("images/{name}"), &jpeg(200, 150, 1));
    }
    env.make([]).ends_with(0).counts(3, 0, 0);
    env
}

#[test]
fn two_arguments_in_the_wrong_order_cost_nothing() {
    let env = made();
    // An orphan by the rules of a run from thumbs to images, and a picture of which images has none.
    env.file("images/old.jpg", &env.bytes("thumbs/a.jpg"));
    env.file("thumbs/new.jpg", &env.bytes("thumbs/b.jpg"));
    let before = (env.tree("images"), env.tree("thumbs"));
    let asked: [&[&str]; 8] = [
        &[],
        &["--force"],
        &["--prune"],
        &["--replace-foreign"],
        &["--replace-foreign", "--force", "--prune", "--size", "20"],
        &["--prune", "--shard", "0/2"],
        &["--prune", "--shard", "1/2"],
        &["-q"],
    ];
    for options in asked {
        env.run(["thumbs", "images"].iter().chain(options))
            .ends_with(2)
            .says("SOURCE thumbs holds nothing but thumbnails that thumbgen made")
            .says("are SOURCE and DEST swapped?");
        assert_eq!(
            (env.tree("images"), env.tree("thumbs")),
            before,
            "{options:?}"
        );
    }
    env.run(["thumbs", "images"])
        .says("0 pictures found: 0 made, 0 fresh, 0 failed, 4 thumbnails passed over\n");
    let dry = env.run(["thumbs", "images", "--dry-run"]);
    assert_eq!(
        dry.stdout,
        "0 pictures found: 0 made, 0 fresh, 0 failed, 4 thumbnails passed over\n"
    );
    dry.says("are SOURCE and DEST swapped?");
}

#[test]
fn a_shard_without_a_picture_of_its_own_touches_nothing_either() {
    let env = made();
    env.file("images/old.jpg", &env.bytes("thumbs/a.jpg"));
    let before = (env.tree("images"), env.tree("thumbs"));
    for index in 0..20 {
        let shard = format!("{index}/20");
        env.run(["thumbs", "images", "--prune", "--shard", &shard])
            .ends_with(2)
            .says("are SOURCE and DEST swapped?");
    }
    assert_eq!((env.tree("images"), env.tree("thumbs")), before);
}

#[test]
fn a_shard_of_thumbnails_only_is_no_mistake_if_others_have_pictures() {
    let env = made();
    env.run(["images", "images/t"]).ends_with(0).counts(3, 0, 0);
    for index in 0..20 {
        let shard = format!("{index}/20");
        env.make(["--shard", &shard]).ends_with(0);
    }
}

#[test]
fn two_dests_inside_one_source_never_make_thumbnails_of_thumbnails() {
    let env = Env::new();
    for name in ["a.jpg", "b.jpg", "deep/c.jpg"] {
        env.file(format!("images/{name}"), &jpeg(300, 200, 1));
    }
    for round in 0..3 {
        for size in ["128", "256"] {
            let dest = format!("images/t/{size}");
            let run = env.run(["images", &dest, "--size", size]);
            let others = match (round, size) {
                (0, "128") => "",
                _ => ", 3 thumbnails passed over",
            };
            let counts = if round == 0 {
                "3 made, 0 fresh"
            } else {
                "0 made, 3 fresh"
            };
            run.ends_with(0)
                .says(&format!("3 pictures found: {counts}, 0 failed{others}\n"));
        }
    }
    assert_eq!(env.names("images").len(), 9);
    // One more picture is one more in each.
    env.picture("images/d.jpg");
    for size in ["128", "256"] {
        env.run(["images", &format!("images/t/{size}"), "--size", size])
            .ends_with(0)
            .says("4 pictures found: 1 made, 3 fresh, 0 failed, ");
    }
    assert_eq!(env.names("images").len(), 12);
}

#[test]
fn a_dest_inside_a_source_whose_pictures_are_gone_is_left_alone() {
    let env = Env::new();
    let picture = env.picture("images/a.jpg");
    for dest in ["images/t/128", "images/t/256"] {
        env.run(["images", dest]).ends_with(0);
    }
    std::fs::remove_file(picture).unwrap();
    let before = env.tree("images");
    env.run(["images", "images/t/256", "--prune"])
        .ends_with(0)
        .does_not_say("swapped")
        .says("nothing pruned: no picture found in SOURCE")
        .says("0 pictures found: 0 made, 0 fresh, 0 failed, 1 thumbnail passed over\n");
    assert_eq!(env.tree("images"), before);
}

#[test]
fn what_is_passed_over_is_told_and_reported() {
    let env = made();
    env.run(["images/a.jpg", "images/t"]).ends_with(0);
    env.run(["images", "others", "-v", "--report", "report.jsonl"])
        .ends_with(0)
        .says("passed over images/t/a.jpg (a thumbnail)\n")
        .says("3 pictures found: 3 made, 0 fresh, 0 failed, 1 thumbnail passed over\n");
    assert_eq!(env.names("others"), ["a.jpg", "b.jpg", "deep/c.jpg"]);
    let text = String::from_utf8(env.bytes("report.jsonl")).unwrap();
    let records: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let passed: Vec<_> = records
        .iter()
        .filter(|record| record["outcome"] == "passed over")
        .collect();
    assert_eq!(passed.len(), 1);
    assert_eq!(passed[0]["source"], "images/t/a.jpg");
    let counts = &records.last().unwrap()["counts"];
    assert_eq!(
        (&counts["found"], &counts["passed_over"]),
        (&3.into(), &1.into())
    );
    let merged = env.run(["report", "merge", "report.jsonl"]);
    assert!(
        merged.stdout.contains("1 thumbnail passed over\n"),
        "{merged}"
    );
}

#[test]
fn a_dry_run_passes_them_over_too() {
    let env = made();
    env.run(["images", "images/t"]).ends_with(0);
    let run = env.run(["images", "others", "--dry-run"]);
    assert!(!run.stdout.contains("others/t"), "{run}");
    assert!(
        run.stdout
            .ends_with("3 to be made, 0 fresh, 0 failed, 3 thumbnails passed over\n"),
        "{run}"
    );
}

#[test]
fn a_thumbnail_that_is_longer_than_one_part_is_passed_over() {
    let env = Env::new();
    let noise: Vec<u8> = (0..800 * 800 * 3_u32)
        .map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    let mut picture = Vec::new();
    jpeg_encoder::Encoder::new(&mut picture, 100)
        .encode(&noise, 800, 800, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    env.file("images/a.jpg", &picture);
    let large = ["--size", "800", "--quality", "100"];
    env.run(["images", "images/t"].iter().chain(&large))
        .ends_with(0)
        .counts(1, 0, 0);
    assert!(env.bytes("images/t/a.jpg").len() > 300_000);
    env.run(["images", "others"])
        .ends_with(0)
        .says("1 made, 0 fresh, 0 failed, 1 thumbnail passed over");
}

#[test]
fn a_thumbnail_that_is_named_as_a_picture_fails() {
    let env = made();
    let told = "thumbs/a.jpg: header: not a picture but a thumbnail that thumbgen made";
    env.run(["thumbs/a.jpg", "others"])
        .ends_with(1)
        .counts(0, 0, 1)
        .says(told);
    // This is so even where a foreign file would be kept, and where nothing would be made.
    env.run(["thumbs/a.jpg", "images/deep/.."])
        .ends_with(1)
        .says(told);
    env.file("list", b"a.jpg\nnew.jpg\n");
    env.file("thumbs/new.jpg", &jpeg(40, 30, 3));
    env.run(["thumbs", "others", "--files-from", "list"])
        .ends_with(1)
        .counts(1, 0, 1)
        .says(told);
    let dry = env.run(["thumbs/a.jpg", "others", "--dry-run"]);
    assert_eq!(dry.stdout, "1 picture found: 0 made, 0 fresh, 1 failed\n");
    dry.says(told);
    assert_eq!(env.names("others"), ["new.jpg"]);
}

#[test]
fn pictures_among_thumbnails_are_made() {
    let env = made();
    env.file(
        "thumbs/own.jpg",
        &std::fs::read(format!("{PICTURES}/beach.jpg")).unwrap(),
    );
    env.run(["thumbs", "others"])
        .ends_with(0)
        .says("1 picture found: 1 made, 0 fresh, 0 failed, 3 thumbnails passed over");
    assert_eq!(env.names("others"), ["own.jpg"]);
}

#[test]
fn a_comparison_measures_every_file() {
    let env = made();
    env.run(["images", "images/t"]).ends_with(0);
    let run = env.run([
        "images",
        "--compare",
        "--rounds",
        "1",
        "--compare-jobs",
        "1",
    ]);
    assert!(run.stdout.starts_with("6 pictures, "), "{run}");
}
