//! Messages that name a remedy.

use std::fs::File;

use crate::env::{Env, jpeg, size};

#[test]
fn what_is_no_picture_is_told_by_its_first_bytes() {
    let env = Env::new();
    let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";
    let png = b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR\xFF\xD8\xFF\xE0";
    for (name, bytes, says) in [
        ("empty", &b""[..], "the file is empty"),
        ("zeros", &[0; 5000], "the file holds nothing but zeros"),
        // Of these there is no more than the name.
        ("png", png, "the file ends before the picture does"),
        (
            "webp",
            b"RIFF\x24\0\0\0WEBPVP8 ",
            "the file ends before the picture does",
        ),
        (
            "gif",
            b"GIF89a\x01\0\x01\0",
            "the file ends before the picture does",
        ),
        (
            "tiff",
            b"II*\0\x08\0\0\0",
            "the file ends before the picture does",
        ),
        (
            "avif",
            b"\0\0\0\x1Cftypavif\0\0\0\0",
            "AVIF is not supported",
        ),
        (
            "heic",
            b"\0\0\0\x18ftypheic\0\0\0\0",
            "HEIC is not supported",
        ),
        (
            "html",
            b"<!DOCTYPE html><title>404",
            "not a picture but HTML, perhaps the error page",
        ),
        (
            "lfs",
            pointer,
            "not a picture but a Git LFS pointer; \"git lfs pull\" fetches the picture",
        ),
        ("text", b"no picture", "not a picture but text"),
        (
            "other",
            b"\x01\x02\x03\0",
            "not a picture, nor any other kind of file that is known",
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
    let hint = " (--allow-damaged makes a thumbnail of what is there)\n";
    env.file("images/cut.jpg", &whole[..whole.len() / 2]);
    env.make([]).ends_with(1).says(hint);
    env.make(["--allow-damaged"])
        .ends_with(0)
        .does_not_say(hint);

    // Two bytes in the middle of the data that are not a restart marker.
    let mut broken = whole.clone();
    let middle = broken.len() / 2;
    broken[middle..middle + 2].copy_from_slice(b"\xFF\xC4");
    env.file("images/cut.jpg", &broken);
    env.make([]).ends_with(1).says(hint);
    env.make(["--allow-damaged"]).ends_with(0);

    // If it is cut in its header, there is nothing to make a thumbnail of.
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

#[test]
fn a_source_without_pictures_is_told_what_it_holds() {
    let env = Env::new();
    for name in ["a.mp4", "b.MP4", "c.txt", "README", ".hidden.jpg"] {
        env.file(format!("images/{name}"), b"");
    }
    env.make([]).ends_with(0).counts(0, 0, 0).says(
        "no picture in SOURCE; passed over: 4 files (2 .mp4, 1 without an extension, 1 .txt), \
         1 hidden (see --hidden)\n",
    );
    env.make(["-q"]).ends_with(0).does_not_say("passed over");
    env.picture("images/picture.jpg");
    env.make([]).ends_with(0).does_not_say("passed over");
}

#[test]
fn one_thumbnail_may_be_named() {
    let env = Env::new();
    env.file("a.jpg", &jpeg(300, 200, 1));
    for dest in ["thumb.jpg", "new/folder/thumb.JPEG", "./images/b.jpe"] {
        let run = env.run(["a.jpg", dest, "-n"]);
        assert!(
            run.stdout.starts_with("make ") && run.stdout.contains("(missing)"),
            "{run}"
        );
        assert!(!env.path(dest).exists());
        env.run(["a.jpg", dest]).ends_with(0).counts(1, 0, 0);
        assert_eq!(size(&env.bytes(dest)), (128, 85), "{dest}");
        env.run(["a.jpg", dest]).ends_with(0).counts(0, 1, 0);
        env.run(["a.jpg", dest, "--size", "64"])
            .ends_with(0)
            .counts(1, 0, 0);
    }
    // Nothing is left: no lock, no temporary file.
    assert_eq!(env.names("new"), ["folder/thumb.JPEG"]);
    assert_eq!(env.names("images"), ["b.jpe"]);

    // A folder is still a folder, and a slash asks for one.
    env.run(["a.jpg", "images"]).ends_with(0).counts(1, 0, 0);
    env.run(["a.jpg", "folder.jpg/"])
        .ends_with(0)
        .counts(1, 0, 0);
    env.run(["a.jpg", "folder.jpg"])
        .ends_with(0)
        .counts(0, 1, 0);
    assert_eq!(env.names("folder.jpg"), ["a.jpg"]);
}

#[test]
fn one_thumbnail_never_takes_its_pictures_place() {
    let env = Env::new();
    let picture = jpeg(300, 200, 1);
    env.file("a.jpg", &picture);
    env.link("a.jpg", "link.jpg");
    std::fs::hard_link(env.path("a.jpg"), env.path("hard.jpg")).unwrap();
    for dest in ["a.jpg", "./a.jpg", "link.jpg", "hard.jpg"] {
        for options in [&[][..], &["--force"]] {
            env.run(["a.jpg", dest].iter().chain(options))
                .ends_with(2)
                .says("is the picture: its thumbnail would replace it");
        }
        assert!(env.bytes(dest) == picture);
    }
    env.run(["a.jpg", "thumb.gif"])
        .ends_with(2)
        .says("DEST thumb.gif is named like a picture in a format that thumbgen doesn't make: name it .jpg, ")
        .says(", or thumb.gif/ for a folder");
    assert!(!env.path("thumb.gif").exists());
}

#[test]
fn what_cannot_be_told_on_stdout_is_no_success() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.make(["--report", "report.jsonl"]).ends_with(0);
    for arguments in [
        &["images", "thumbs", "-n"][..],
        &["report", "merge", "report.jsonl"],
    ] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let mut command = env.command(arguments);
        let output = command.stdout(full).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(
            stderr.contains("stdout can't be written: No space left on device"),
            "{stderr}"
        );
    }

    // A reader that stops reading has seen enough.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = env.command(["images", "thumbs", "-n"]);
    assert!(command.stdout(writer).status().unwrap().success());
}

#[test]
fn lines_of_a_prune_are_as_all_others() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.picture("images/b.jpg");
    env.make([]).ends_with(0);
    std::fs::remove_file(env.path("images/b.jpg")).unwrap();
    let run = env.make(["--prune", "-n"]);
    assert!(
        run.stdout.starts_with("prune thumbs/b.jpg (source gone)\n"),
        "{run}"
    );
    env.make(["--prune", "-v"])
        .ends_with(0)
        .says("pruned thumbs/b.jpg (source gone)\n");
}

#[cfg(not(feature = "object-store"))]
#[test]
fn a_store_names_the_feature_that_this_build_lacks() {
    let env = Env::new();
    env.picture("images/a.jpg");
    for arguments in [
        ["s3://shop/images", "thumbs"],
        ["images", "gs://shop/thumbs"],
    ] {
        env.run(arguments)
            .ends_with(2)
            .says("--features object-store");
    }
    assert!(!env.path("thumbs").exists());
}

#[test]
fn the_url_of_a_file_is_its_path() {
    let env = Env::new();
    let folder = env.picture("images/a.jpg").parent().unwrap().to_owned();
    let source = format!("file://{}", folder.display());
    env.run([source.as_str(), "thumbs"])
        .ends_with(0)
        .counts(1, 0, 0);
    assert_eq!(env.names("thumbs"), ["a.jpg"]);
}
