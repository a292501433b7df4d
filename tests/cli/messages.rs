//! Messages that name the remedy.

use crate::env::{Env, jpeg};

#[test]
fn what_is_no_jpeg_is_told_by_its_first_bytes() {
    let env = Env::new();
    let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";
    let png = b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR\xFF\xD8\xFF\xE0";
    for (name, bytes, says) in [
        ("empty", &b""[..], "the file is empty"),
        ("zeros", &[0; 5000], "the file holds nothing but zeros"),
        // Nor for what looks like a JPEG's header by chance.
        ("png", png, "not a JPEG but a PNG"),
        (
            "webp",
            b"RIFF\x24\0\0\0WEBPVP8 ",
            "not a JPEG but a WebP picture",
        ),
        ("gif", b"GIF89a\x01\0\x01\0", "not a JPEG but a GIF"),
        ("tiff", b"II*\0\x08\0\0\0", "not a JPEG but a TIFF"),
        (
            "avif",
            b"\0\0\0\x1Cftypavif\0\0\0\0",
            "not a JPEG but an AVIF picture",
        ),
        (
            "heic",
            b"\0\0\0\x18ftypheic\0\0\0\0",
            "not a JPEG but a HEIC picture",
        ),
        (
            "html",
            b"<!DOCTYPE html><title>404",
            "not a JPEG but HTML, perhaps the error page",
        ),
        (
            "lfs",
            pointer,
            "not a JPEG but a Git LFS pointer; \"git lfs pull\" fetches the picture",
        ),
        ("text", b"no picture", "not a JPEG but text"),
        (
            "other",
            b"\x01\x02\x03\0",
            "not a JPEG, nor any other kind of file that is known",
        ),
    ] {
        let file = env.file(format!("images/{name}.jpg"), bytes);
        env.make([])
            .ends_with(1)
            .says(&format!("images/{name}.jpg: header: {says}"));
        std::fs::remove_file(file).unwrap();
    }
}

#[test]
fn damaged_pictures_name_the_option_that_takes_them() {
    let env = Env::new();
    let whole = jpeg(300, 200, 1);
    let hint = " (--allow-damaged makes what can be made)\n";
    env.file("images/cut.jpg", &whole[..whole.len() / 2]);
    env.make([]).ends_with(1).says(hint);
    env.make(["--allow-damaged"])
        .ends_with(0)
        .does_not_say(hint);

    // Two bytes that are no restart marker in the midst of the data.
    let mut broken = whole.clone();
    let middle = broken.len() / 2;
    broken[middle..middle + 2].copy_from_slice(b"\xFF\xC4");
    env.file("images/cut.jpg", &broken);
    env.make([]).ends_with(1).says(hint);
    env.make(["--allow-damaged"]).ends_with(0);

    // In its header, nothing is there that could be taken.
    env.file("images/cut.jpg", &whole[..100]);
    env.make([]).ends_with(1).does_not_say(hint);
    env.make(["--allow-damaged"]).ends_with(1);
}

#[test]
fn several_sources_are_told_how_to_say_it() {
    let env = Env::new();
    let run = env.run(["shop/a.jpg", "shop/b.jpg", "shop/c.jpg", "out"]);
    run.ends_with(2)
        .says("error: SOURCE is one folder or one picture, and 3 paths were given\n")
        .says("  thumbgen shop out  ")
        .says("  thumbgen shop out --files-from LIST  ");
    assert!(!env.path("out").exists());
}

#[test]
fn values_that_cannot_be_taken_are_told_what_can() {
    let env = Env::new();
    env.picture("images/a.jpg");
    for (option, says) in [
        ("--quality=high", "a whole number from 1 to 100"),
        ("--quality=101", "a whole number from 1 to 100"),
        ("--size=large", "a whole number from 1 to 65535"),
        ("--size=px", "a size is written as 128, 120x80, 120x or x80"),
        (
            "--max-memory=1T",
            "a whole number of bytes above 0, with k, M or G",
        ),
        (
            "--max-pixels=many",
            "a whole number of pixels above 0, with k, M or G",
        ),
        ("--wait=-1", "a number of seconds, as in 90 or 0.5"),
        ("--jobs=0", "a whole number from 1 to 1024"),
        ("--allow-failures=few", "a whole number, or a percentage"),
    ] {
        env.make([option]).ends_with(2).says(says);
    }
    for (option, says) in [
        ("--rounds=0", "a whole number from 1 on"),
        ("--compare-jobs=0", "a whole number from 1 to 1024"),
    ] {
        env.run(["images", "--compare", option])
            .ends_with(2)
            .says(says);
    }
    env.make(["--size=128px", "--max-memory=1GB", "--max-pixels=12MP"])
        .ends_with(0)
        .counts(1, 0, 0);
    env.make(["--size=128", "--max-memory=1GiB"])
        .ends_with(0)
        .counts(0, 1, 0);
}
