//! The thumbnails: sizes, options, bytes and permissions.

use std::process::Command;

use crate::env::{Env, PICTURES, THUMBGEN, finish, jpeg, mode, size};

/// The size of the thumbnail of a picture of `source`, made with `options`.
fn thumbnail_size(source: (u16, u16), options: &[&str]) -> (u32, u32) {
    let env = Env::new();
    env.file("images/a.jpg", &jpeg(source.0, source.1, 1));
    env.make(options.iter().copied())
        .ends_with(0)
        .counts(1, 0, 0);
    size(&env.bytes("thumbs/a.jpg"))
}

#[test]
fn pictures_are_fitted_into_the_box_with_their_aspect_kept() {
    for (source, thumbnail) in [
        ((256, 256), (128, 128)),
        ((300, 200), (128, 85)),
        ((200, 300), (85, 128)),
        // Half a pixel is rounded up.
        ((256, 129), (128, 65)),
        ((2000, 3), (128, 1)),
        ((3, 2000), (1, 128)),
    ] {
        assert_eq!(thumbnail_size(source, &[]), thumbnail, "{source:?}");
    }
}

#[test]
fn small_pictures_are_not_enlarged_unless_asked_for() {
    for source in [(1, 1), (127, 40), (128, 128), (7, 128)] {
        let same = (u32::from(source.0), u32::from(source.1));
        assert_eq!(thumbnail_size(source, &[]), same);
    }
    assert_eq!(thumbnail_size((64, 32), &["--enlarge"]), (128, 64));
}

#[test]
fn size_is_one_number_or_two() {
    for (text, thumbnail) in [
        ("100", (100, 67)),
        ("60x60", (60, 40)),
        ("300x20", (30, 20)),
        ("50x", (50, 33)),
        ("x50", (75, 50)),
    ] {
        assert_eq!(
            thumbnail_size((300, 200), &["--size", text]),
            thumbnail,
            "{text}"
        );
    }
    let env = Env::new();
    for wrong in [
        "0",
        "0x5",
        "5x0",
        "x",
        "",
        "-5",
        "12.5",
        "axb",
        "5x5x5",
        "99999999999",
    ] {
        env.make([format!("--size={wrong}").as_str()])
            .ends_with(2)
            .says("--size");
    }
}

#[test]
fn cover_fills_the_box() {
    assert_eq!(thumbnail_size((300, 200), &["--fit", "cover"]), (128, 128));
    assert_eq!(
        thumbnail_size((300, 200), &["--fit", "cover", "--size", "30x60"]),
        (30, 60)
    );
}

#[test]
fn quality_is_1_to_100() {
    let env = Env::new();
    env.file("images/a.jpg", &jpeg(200, 200, 1));
    let mut last = 0;
    for quality in ["1", "50", "80", "100"] {
        env.make(["--quality", quality])
            .ends_with(0)
            .counts(1, 0, 0);
        let length = env.bytes("thumbs/a.jpg").len();
        assert!(length > last, "quality {quality}");
        last = length;
    }
    for wrong in ["0", "101", "-1", "high", ""] {
        env.make([format!("--quality={wrong}").as_str()])
            .ends_with(2)
            .says("--quality");
    }
}

#[test]
fn all_of_the_projects_pictures_have_thumbnails() {
    let env = Env::new();
    let run = env.run([PICTURES, "thumbs"]);
    run.ends_with(0);
    for (name, bytes) in env.tree("thumbs") {
        let (width, height) = size(&bytes);
        assert!(width.max(height) <= 128, "{name:?}: {width}x{height}");
        assert!(bytes.len() < 12_000, "{name:?}: {} bytes", bytes.len());
    }
    for (name, expected) in [
        ("beach.jpg", (128, 85)),
        ("Shop/MUG-RED.JPG", (128, 128)),
        ("travel/held upright.jpg", (96, 128)),
        ("travel/panorama.jpg", (128, 12)),
        ("travel/tower.jpg", (10, 128)),
        ("small/icon.jpg", (48, 48)),
        ("small/one pixel.jpg", (1, 1)),
        ("small/stripe grey progressive.jpg", (128, 2)),
    ] {
        let thumbnail = env.bytes(format!("thumbs/{name}"));
        assert_eq!(size(&thumbnail), expected, "{name}");
    }
}

#[test]
fn grey_stays_grey_and_all_else_is_colour() {
    let env = Env::new();
    env.run([PICTURES, "thumbs"]).ends_with(0);
    for (name, bytes) in env.tree("thumbs") {
        let picture = image::load_from_memory(&bytes).unwrap();
        let grey = name.to_str().unwrap().contains("grey");
        assert_eq!(picture.color().has_color(), !grey, "{name:?}");
    }
}

#[test]
fn only_what_a_thumbnail_needs_is_in_it() {
    let env = Env::new();
    env.run([PICTURES, "thumbs"]).ends_with(0);
    for (name, bytes) in env.tree("thumbs") {
        let kinds: Vec<u8> = segments(&bytes).collect();
        assert_eq!(
            kinds[..2],
            [0xE0, 0xFE],
            "{name:?}: JFIF header and stamp come first"
        );
        // Quantisation, frame, Huffman tables, scan: no EXIF, no profile, no XMP; and a baseline frame.
        assert!(
            kinds[2..]
                .iter()
                .all(|kind| [0xDB, 0xC0, 0xC4, 0xDA].contains(kind)),
            "{name:?}: {kinds:x?}"
        );
    }
}

/// The markers of the segments up to the first scan (T.81, annex B).
fn segments(jpeg: &[u8]) -> impl Iterator<Item = u8> + '_ {
    let mut at = 2;
    std::iter::from_fn(move || {
        let marker = *jpeg.get(at + 1)?;
        assert_eq!(jpeg[at], 0xFF);
        let length = usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
        at = if marker == 0xDA {
            jpeg.len()
        } else {
            at + 2 + length
        };
        Some(marker)
    })
}

#[test]
fn thumbnails_show_what_their_pictures_show() {
    let env = Env::new();
    env.run([PICTURES, "thumbs"]).ends_with(0);
    let at = |name: &str, x: u32, y: u32| {
        let picture = image::load_from_memory(&env.bytes(format!("thumbs/{name}"))).unwrap();
        picture.into_rgb8().get_pixel(x, y).0
    };
    let near = |a: [u8; 3], b: [u8; 3]| a.iter().zip(b).all(|(a, b)| a.abs_diff(b) < 24);
    for (name, x, y, colour) in [
        ("beach.jpg", 4, 2, [52, 92, 168]),
        ("travel/harbour at dusk.jpeg", 4, 2, [52, 92, 168]),
        ("travel/panorama.jpg", 60, 1, [93, 111, 160]),
        // Sky above, grass below: it is turned the right way up.
        ("travel/held upright.jpg", 90, 3, [120, 180, 235]),
        ("travel/held upright.jpg", 90, 126, [52, 98, 42]),
        ("Shop/label.jpg", 3, 3, [190, 30, 45]),
        ("Shop/mug blue.jpg", 2, 2, [250, 250, 248]),
        ("Shop/mug grey.jpe", 2, 2, [250, 250, 250]),
        ("small/chart.jfif", 24, 20, [235, 235, 16]),
        ("small/one pixel.jpg", 0, 0, [200, 120, 40]),
    ] {
        let found = at(name, x, y);
        assert!(
            near(found, colour),
            "{name} at {x},{y}: {found:?} instead of {colour:?}"
        );
    }
}

#[test]
fn permissions_are_what_the_umask_leaves() {
    for (umask, file, folder) in [
        ("022", 0o644, 0o755),
        ("077", 0o600, 0o700),
        ("002", 0o664, 0o775),
    ] {
        let env = Env::new();
        env.picture("images/a/b.jpg");
        let mut shell = Command::new("sh");
        shell
            .args([
                "-c",
                &format!("umask {umask} && exec \"$0\" images thumbs"),
                THUMBGEN,
            ])
            .current_dir(env.path(""));
        finish(&mut shell).ends_with(0);
        assert_eq!(
            mode(&env.path("thumbs/a/b.jpg")),
            file,
            "file under {umask}"
        );
        assert_eq!(mode(&env.path("thumbs/a")), folder, "folder under {umask}");
        assert_eq!(mode(&env.path("thumbs")), folder, "DEST under {umask}");
    }
}

#[test]
fn a_thumbnail_appears_whole_or_not_at_all() {
    let env = Env::new();
    env.file("images/a.jpg", &jpeg(200, 200, 1));
    env.make([]).ends_with(0);
    // A program that has the old one open goes on reading it: the new one is another file.
    let old = std::fs::File::open(env.path("thumbs/a.jpg")).unwrap();
    let before = env.bytes("thumbs/a.jpg");
    env.make(["--size", "64"]).ends_with(0).counts(1, 0, 0);
    let mut still = Vec::new();
    std::io::Read::read_to_end(&mut &old, &mut still).unwrap();
    assert_eq!(still, before);
    assert_ne!(env.bytes("thumbs/a.jpg"), before);
    assert_eq!(env.names("thumbs"), ["a.jpg"]);
}

#[test]
fn leftovers_of_killed_runs_are_swept_and_those_of_live_ones_are_not() {
    let env = Env::new();
    env.picture("images/a.jpg");
    let host = nix::unistd::gethostname().unwrap().into_string().unwrap();
    let namespace = std::fs::read_link("/proc/self/ns/pid").unwrap();
    let namespace: String = namespace
        .to_str()
        .unwrap()
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    let leftover =
        |host: &str, process: u32| format!(".thumbgen.{host}-{namespace}.{process}.Ab12Cd.tmp");
    // No process has such a high number (proc(5), pid_max); this one is alive, and another host's may be.
    let dead = leftover(&host, 0x7FFF_FFFF);
    let alive = [
        leftover(&host, std::process::id()),
        leftover("elsewhere", 0x7FFF_FFFF),
    ];
    for name in alive.iter().chain([&dead]) {
        env.file(format!("thumbs/{name}"), b"half a thumbnail");
    }
    env.make([]).ends_with(0).counts(1, 0, 0);
    let names = env.names("thumbs");
    assert!(!names.contains(&dead), "{names:?}");
    assert_eq!(names.len(), 3, "{names:?}");
}
