//! Several thumbnails of each picture, in sizes and formats: what is made, where it is, and what becomes of it later.

use std::fs;

use image::{DynamicImage, ImageFormat, Rgb};
use serde_json::json;

use crate::env::{Env, jpeg, mtime, set_mtime, size};

const SIZES: &[&str] = &["--size", "128,400x300,64@2x:cover"];

/// One picture of 1000x500.
fn env() -> Env {
    let env = Env::new();
    env.file("images/shop/mug.jpg", &jpeg(1000, 500, 5));
    env
}

/// The picture that is at `name`, which must be of the format.
#[track_caller]
fn picture(env: &Env, name: &str, format: ImageFormat) -> DynamicImage {
    let bytes = env.bytes(name);
    assert_eq!(image::guess_format(&bytes).unwrap(), format, "{name}");
    image::load_from_memory(&bytes).unwrap()
}

#[test]
fn each_size_has_a_folder_of_its_own() {
    let env = env();
    env.make(SIZES.iter().copied())
        .ends_with(0)
        .says("1 picture found: 1 made (3 thumbnails), 0 fresh, 0 failed");
    let made = [
        ("128x128", (128, 64)),
        ("400x300", (400, 200)),
        ("64x64@2x", (128, 128)),
    ];
    let names: Vec<_> = made.map(|(name, _)| format!("{name}/shop/mug.jpg")).into();
    assert_eq!(env.names("thumbs"), names);
    for (name, sides) in made {
        let thumbnail = env.bytes(format!("thumbs/{name}/shop/mug.jpg"));
        assert_eq!(size(&thumbnail), sides, "{name}");
    }
    env.make(SIZES.iter().copied()).counts(0, 1, 0);
}

#[test]
fn a_size_that_stands_alone_mirrors_the_tree_and_has_the_pixels_that_it_has_among_others() {
    let env = env();
    env.make(["--size", "128"]).ends_with(0);
    env.make_into("several", &["--size", "128,100"])
        .ends_with(0);
    assert_eq!(env.names("thumbs"), ["shop/mug.jpg"]);
    assert_eq!(
        env.bytes("thumbs/shop/mug.jpg"),
        env.bytes("several/128x128/shop/mug.jpg"),
    );
}

#[test]
fn sizes_can_be_given_several_times() {
    let env = env();
    env.make(["--size", "100", "--size", "50,60"]).ends_with(0);
    assert_eq!(env.names("thumbs").len(), 3);
}

#[test]
fn only_what_is_stale_is_made() {
    let env = env();
    env.make(["--size", "128,100"]).ends_with(0);
    let path = env.path("thumbs/128x128/shop/mug.jpg");
    set_mtime(&path, 1_500_000_000, 0);
    let run = env.make(["--size", "128,100,60", "-v"]);
    run.ends_with(0)
        .says("fresh thumbs/128x128/shop/mug.jpg")
        .says("fresh thumbs/100x100/shop/mug.jpg")
        .says("made thumbs/60x60/shop/mug.jpg (missing): JPEG 1000x500 to 60x30");
    assert_eq!(mtime(&path).unix_seconds(), 1_500_000_000);

    // One is lost, one is another tool's.
    fs::remove_file(env.path("thumbs/60x60/shop/mug.jpg")).unwrap();
    env.file("thumbs/100x100/shop/mug.jpg", b"mine");
    env.make(["--size", "128,100,60", "-v"])
        .ends_with(0)
        .says("kept thumbs/100x100/shop/mug.jpg (without a stamp)")
        .says("made thumbs/60x60/shop/mug.jpg (missing)");
    assert_eq!(env.bytes("thumbs/100x100/shop/mug.jpg"), b"mine");
    assert_eq!(mtime(&path).unix_seconds(), 1_500_000_000);
}

#[test]
fn a_dry_run_tells_which_thumbnails_it_would_make() {
    let env = env();
    env.make(["--size", "128,100"]).ends_with(0);
    let run = env.make(["--size", "128,60", "-n"]);
    run.exits(0);
    assert!(
        run.stdout
            .starts_with("make thumbs/60x60/shop/mug.jpg (missing)\n1 picture found: 1 to be made"),
        "{run}"
    );
    assert!(!env.path("thumbs/60x60").exists());
}

#[test]
fn thumbnails_of_other_variants_stay_until_they_are_pruned() {
    let env = env();
    env.picture("images/gone.jpg");
    env.make(["--size", "128,100"]).ends_with(0);
    env.make(["--size", "50"]).ends_with(0);
    fs::remove_file(env.path("images/gone.jpg")).unwrap();

    // Of a variant that the run makes, orphans go.
    env.make(["--size", "100,60", "--prune"])
        .ends_with(0)
        .says("1 pruned");
    let left = [
        "100x100/shop/mug.jpg",
        "128x128/gone.jpg",
        "128x128/shop/mug.jpg",
        "60x60/shop/mug.jpg",
        "gone.jpg",
        "shop/mug.jpg",
    ];
    assert_eq!(env.names("thumbs"), left);

    // A run that mirrors the tree takes the folders of variants for what they are.
    env.make(["--size", "50", "--prune"])
        .ends_with(0)
        .says("1 pruned");
    assert_eq!(
        env.names("thumbs"),
        [&left[..4], &left[5..]].concat(),
        "only gone.jpg"
    );

    env.file("thumbs/128x128/notes.txt", b"mine");
    env.make(["--size", "100,60", "--prune", "--prune-variants"])
        .ends_with(0)
        .says("3 pruned");
    assert_eq!(
        env.names("thumbs"),
        [
            "100x100/shop/mug.jpg",
            "128x128/notes.txt",
            "60x60/shop/mug.jpg"
        ]
    );
    env.make(["--prune-variants"]).exits(2).says("--prune");
}

#[test]
fn a_folder_of_pictures_may_be_called_like_a_variant() {
    let env = Env::new();
    env.picture("images/128x128/a.jpg");
    env.picture("images/128x128/b.jpg");
    env.make([]).ends_with(0);
    fs::remove_file(env.path("images/128x128/b.jpg")).unwrap();
    env.make(["--prune"]).ends_with(0).says("1 pruned");
    assert_eq!(env.names("thumbs"), ["128x128/a.jpg"]);
}

#[test]
fn a_template_names_them_and_prune_reads_it_backwards() {
    let env = env();
    env.picture("images/gone.jpg");
    let options = [
        "--size",
        "128,100",
        "--name",
        "{folder}/{stem}-{size}.{ext}",
    ];
    env.make(options).ends_with(0);
    fs::remove_file(env.path("images/gone.jpg")).unwrap();
    env.make(options.into_iter().chain(["--prune"]))
        .ends_with(0)
        .says("1 fresh, 0 failed, 2 pruned");
    assert_eq!(
        env.names("thumbs"),
        ["shop/mug-100x100.jpg", "shop/mug-128x128.jpg"]
    );
}

#[test]
fn no_name_leads_out_of_its_folder_or_is_missing() {
    let env = Env::new();
    let names = ["...jpg", "b/...jpg", "b/..jpg", "c/a.", "a.jpg"];
    for name in names {
        env.picture(format!("images/{name}"));
    }
    env.file("128x128.jpg", b"mine");
    let before = env.names("");
    for (template, failed) in [
        ("{folder}/{stem}/{size}.{ext}", 3),
        ("{folder}/.{stem}/{size}.{ext}", 1),
        ("{folder}/{source_ext}/{stem}-{size}", 1),
    ] {
        let list = names.join("\n");
        let run = env.list(
            list.as_bytes(),
            &["--name", template, "--replace-foreign", "--size", "128"],
        );
        run.exits(1)
            .counts(5 - failed, 0, failed)
            .says(": freshness: --name calls its thumbnail ");
        let outside = env.names("").into_iter();
        let outside: Vec<_> = outside
            .filter(|name| !name.starts_with("thumbs/"))
            .collect();
        assert_eq!(outside, before, "{template}");
        assert_eq!(
            env.names("thumbs").len(),
            (5 - failed) as usize,
            "{template}"
        );
        fs::remove_dir_all(env.path("thumbs")).unwrap();
    }
    assert_eq!(env.bytes("128x128.jpg"), b"mine");
}

#[test]
fn two_listed_pictures_never_take_turns_in_one_thumbnail() {
    let env = Env::new();
    env.file("images/x", &jpeg(40, 30, 1));
    env.file("images/x.jpg", &jpeg(30, 40, 2));
    let options = ["--name", "{folder}/{stem}.{ext}"];
    for (made, fresh) in [(1, 0), (0, 1)] {
        env.list(b"x\nx.jpg\n", &options)
            .exits(1)
            .counts(made, fresh, 1)
            .says("images/x: freshness: its thumbnail would be that of images/x.jpg as well");
        assert_eq!(size(&env.bytes("thumbs/x.jpg")), (30, 40));
    }
    // Without a template, their thumbnails have two names.
    fs::remove_file(env.path("thumbs/x.jpg")).unwrap();
    env.list(b"x\nx.jpg\n", &[]).exits(0).counts(2, 0, 0);
}

#[test]
fn names_that_would_meet_are_refused_before_anything_is_done() {
    let env = env();
    for (options, told) in [
        (
            &["--size", "128,100", "--name", "{folder}/{stem}.{ext}"][..],
            "a.jpg at 128x128 as jpeg and a.jpg at 100x100 as jpeg would both be a.jpg",
        ),
        (
            &["--size", "128,128:cover"],
            "128x128 as jpeg is asked for twice: thumbnails that differ only in how they fit would have one name",
        ),
        (
            &["--name", "{folder}/{stem}.{format}"],
            "thumbnails of a.jpg and a.jpeg would meet in a.jpeg",
        ),
        (&["--name", "{stem}.{ext}"], "{folder}"),
        (&["--name", "../{folder}/{stem}.{ext}"], "below DEST"),
        (
            &["--size", "x90", "--name", "{folder}/{stem}-{width}.{ext}"],
            "--name has {width}, and the size x90 has none",
        ),
    ] {
        env.make(options.iter().copied()).exits(2).says(told);
        assert!(!env.path("thumbs").exists(), "{options:?}");
    }
    // An example is not looked for among billions of pairs.
    let long = format!("{{folder}}/{}{{stem}}.{{ext}}", "long/".repeat(10_000));
    let run = env.make(["--size", "128,100", "--name", &long]);
    run.exits(2).says("would both be");
}

#[test]
fn one_thumbnail_that_fails_does_not_fail_the_others() {
    let env = env();
    env.dir("thumbs/100x100/shop/mug.jpg");
    let run = env.make(["--size", "128,100,60", "--report", "report.jsonl"]);
    run.ends_with(1)
        .says("1 picture found: 0 made (2 thumbnails), 0 fresh, 1 failed")
        .says("thumbs/100x100/shop/mug.jpg: write: ");
    assert_eq!(env.names("thumbs").len(), 2);
    let record = &env.records("report.jsonl")[0];
    assert_eq!(record["outcome"], "failed");
    let thumbnails = record["thumbnails"].as_array().unwrap().iter();
    let outcomes: Vec<_> = thumbnails.map(|thumbnail| &thumbnail["outcome"]).collect();
    assert_eq!(outcomes, ["made", "failed", "made"]);
}

#[test]
fn a_report_lists_a_pictures_thumbnails() {
    let env = env();
    env.make(["--size", "100"]).ends_with(0);
    env.make_into("several", &["--size", "100"]).ends_with(0);
    let options = ["--size", "100,60", "--report", "report.jsonl"];
    env.make(options).ends_with(0);
    let records = env.records("report.jsonl");
    let thumbnails = &records[0]["thumbnails"];
    let bytes = |name: &str| env.bytes(format!("thumbs/{name}/shop/mug.jpg")).len();
    assert_eq!(
        *thumbnails,
        json!([
            {
                "destination": "thumbs/100x100/shop/mug.jpg", "outcome": "made", "reason": "missing", "format": "jpeg",
                "size": [100, 50], "bytes": bytes("100x100"),
            },
            {
                "destination": "thumbs/60x60/shop/mug.jpg", "outcome": "made", "reason": "missing", "format": "jpeg",
                "size": [60, 30], "bytes": bytes("60x60"),
            },
        ])
    );
    assert_eq!(records[0].get("destination"), None);
    assert_eq!(
        records[1]["settings"],
        "100x100,inside,q80,p1 60x60,inside,q80,p1"
    );
    assert_eq!(records[1]["counts"]["thumbnails"], 2);
}

#[test]
fn shards_and_lists_make_what_a_whole_run_makes() {
    let env = Env::with_pictures(30);
    let options = ["--size", "8,12", "--format", "jpeg,png"];
    env.make(options).ends_with(0);
    for shard in ["0/3", "1/3", "2/3"] {
        let options = [&options[..], &["--shard", shard]].concat();
        env.make_into("sharded", &options).ends_with(0);
    }
    assert_eq!(env.tree("sharded"), env.tree("thumbs"));

    // Each shard prunes its own, and together they prune all.
    for name in env.paths("images").iter().take(12) {
        fs::remove_file(env.path("images").join(name)).unwrap();
    }
    env.make(options.into_iter().chain(["--prune"]))
        .ends_with(0);
    for shard in ["0/3", "1/3", "2/3"] {
        let options = [&options[..], &["--prune", "--shard", shard]].concat();
        env.make_into("sharded", &options).ends_with(0);
    }
    assert_eq!(env.paths("sharded"), env.paths("thumbs"));
    assert_eq!(env.paths("thumbs").len(), 18 * 4);

    fs::remove_dir_all(env.path("thumbs")).unwrap();
    let list: Vec<_> = env.paths("images").into_iter().take(2).collect();
    let list: Vec<_> = list.iter().map(|path| path.to_str().unwrap()).collect();
    env.list(list.join("\n").as_bytes(), &options).ends_with(0);
    assert_eq!(env.paths("thumbs").len(), 2 * 4);
}

#[test]
fn formats_are_what_they_are_called() {
    let env = env();
    env.make(["--format", "png", "--size", "60"]).ends_with(0);
    assert_eq!(env.names("thumbs"), ["shop/mug.jpg.png"]);
    let png = picture(&env, "thumbs/shop/mug.jpg.png", ImageFormat::Png);
    assert_eq!((png.width(), png.height()), (60, 30));
    env.make(["--format", "png", "--size", "60"])
        .counts(0, 1, 0);
    // PNG has no quality: nothing is made anew in vain.
    env.make(["--format", "png", "--size", "60", "--quality", "30"])
        .counts(0, 1, 0);
    fs::remove_file(env.path("images/shop/mug.jpg")).unwrap();
    env.picture("images/other.jpg");
    env.make(["--format", "png", "--size", "60", "--prune"])
        .says("1 pruned");
    assert_eq!(env.names("thumbs"), ["other.jpg.png"]);
}

#[test]
fn a_padded_thumbnail_fills_its_box_with_the_background() {
    let env = env();
    let options = [
        "--size",
        "80:pad",
        "--background",
        "#ff0000",
        "--gravity",
        "north",
    ];
    env.make(options.into_iter().chain(["--format", "png"]))
        .ends_with(0);
    let png = picture(&env, "thumbs/shop/mug.jpg.png", ImageFormat::Png).to_rgb8();
    assert_eq!(png.dimensions(), (80, 80));
    assert_eq!(png.get_pixel(40, 79), &Rgb([255, 0, 0]));
    assert_eq!(png.get_pixel(40, 40), &Rgb([255, 0, 0]));
    assert_ne!(png.get_pixel(40, 0), &Rgb([255, 0, 0]));
}

#[test]
fn gravity_says_what_is_left_of_a_picture_that_is_cut() {
    let env = env();
    let middle = |gravity: &str| {
        let options = [
            "--size",
            "50:cover",
            "--format",
            "png",
            "--gravity",
            gravity,
        ];
        env.make(options).ends_with(0);
        picture(&env, "thumbs/shop/mug.jpg.png", ImageFormat::Png).to_rgb8()
    };
    let (west, centre, east) = (middle("west"), middle("centre"), middle("east"));
    assert_eq!(west.dimensions(), (50, 50));
    assert_ne!(west, centre);
    assert_ne!(centre, east);
    env.make(["--gravity", "up"]).exits(2).says("gravity");
}

#[test]
fn dest_may_name_one_thumbnail_in_its_format() {
    let env = env();
    env.run(["images/shop/mug.jpg", "mug.png", "--size", "60"])
        .ends_with(0);
    assert_eq!(picture(&env, "mug.png", ImageFormat::Png).width(), 60);
    env.run(["images/shop/mug.jpg", "mug.png", "--format", "jpeg"])
        .exits(2)
        .says("mug.png is named like a png, and --format is jpeg");
    env.run(["images/shop/mug.jpg", "two.jpg", "--size", "60,70"])
        .exits(2)
        .says("DEST is the name of one thumbnail, and 2 are to be made");
    env.run([
        "images/shop/mug.jpg",
        "named.jpg",
        "--name",
        "{folder}/{stem}-{size}.{ext}",
    ])
    .ends_with(2)
    .says("DEST is the name of one thumbnail, and --name calls it otherwise");
    assert!(!env.path("named.jpg").exists());
    assert!(!env.path("two.jpg").exists());
}

#[test]
fn progressive_and_sharpened_thumbnails_are_others() {
    let env = env();
    env.make([]).ends_with(0);
    let plain = env.bytes("thumbs/shop/mug.jpg");
    let is_progressive = |jpeg: &[u8]| jpeg.windows(2).any(|marker| marker == [0xFF, 0xC2]);
    assert!(!is_progressive(&plain));
    env.make(["--progressive"]).counts(1, 0, 0);
    assert!(is_progressive(&env.bytes("thumbs/shop/mug.jpg")));
    env.make(["--sharpen"]).counts(1, 0, 0);
    let sharpened = env.bytes("thumbs/shop/mug.jpg");
    assert_ne!(sharpened, plain);
    assert_eq!(size(&sharpened), size(&plain));
}

#[cfg(feature = "webp")]
mod webp {
    use super::*;
    use crate::env::BROKEN;

    const ALL: [&str; 4] = ["--size", "100,60", "--format", "jpeg,webp,png"];

    #[test]
    fn each_size_is_made_in_each_format() {
        let env = env();
        env.make(ALL)
            .ends_with(0)
            .says("1 made (6 thumbnails), 0 fresh");
        for (name, format) in [
            ("100x100/shop/mug.jpg", ImageFormat::Jpeg),
            ("100x100.png/shop/mug.jpg.png", ImageFormat::Png),
            ("100x100.webp/shop/mug.jpg.webp", ImageFormat::WebP),
        ] {
            let thumbnail = picture(&env, &format!("thumbs/{name}"), format);
            assert_eq!((thumbnail.width(), thumbnail.height()), (100, 50));
        }
        env.make(ALL).ends_with(0).counts(0, 1, 0);
    }

    #[test]
    fn a_quality_of_one_format_makes_that_format_alone() {
        let env = env();
        env.make(ALL).ends_with(0);
        let with = ALL.into_iter().chain(["--quality", "webp=40", "-v"]);
        env.make(with)
            .ends_with(0)
            .says("made thumbs/100x100.webp/shop/mug.jpg.webp (settings changed)")
            .says("made thumbs/60x60.webp/shop/mug.jpg.webp (settings changed)")
            .says("1 made (2 thumbnails)");
    }

    #[test]
    fn thumbnails_in_all_formats_are_passed_over_as_pictures() {
        let env = env();
        env.make(ALL).ends_with(0);
        // Named like a JPEG, so that the walk takes it.
        for (number, name) in env.names("thumbs").into_iter().enumerate() {
            let bytes = env.bytes(format!("thumbs/{name}"));
            env.file(format!("images/t/{number}.jpg"), &bytes);
        }
        env.make_into("again", &["-v"])
            .ends_with(0)
            .says("6 thumbnails passed over");
        assert_eq!(env.names("again"), ["shop/mug.jpg"]);
    }

    #[test]
    fn broken_pictures_leave_nothing_in_any_format() {
        let env = Env::new();
        for entry in fs::read_dir(BROKEN).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            env.file(format!("images/{name}"), &fs::read(entry.path()).unwrap());
        }
        let pictures = env.names("images").len();
        let run = env.make(ALL);
        run.ends_with(1);
        let names = env.names("thumbs");
        assert!(names.len() < pictures * 6 && names.len().is_multiple_of(6));
        for name in &names {
            image::load_from_memory(&env.bytes(format!("thumbs/{name}"))).expect(name);
        }
    }

    #[test]
    fn a_side_beyond_webps_fails_that_thumbnail_alone() {
        let env = env();
        let options = ["--size", "100,17000x", "--enlarge", "--format", "webp"];
        env.make(options)
            .ends_with(1)
            .says("17000x8500 pixels, and the sides of a WebP have at most 16383")
            .says("0 made (1 thumbnail), 0 fresh, 1 failed");
        assert_eq!(env.names("thumbs"), ["100x100.webp/shop/mug.jpg.webp"]);
    }
}
