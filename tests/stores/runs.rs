//! Whole runs: from a store to a store, from and to folders.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::client::{ACCOUNT, Kind};
use crate::env::{PICTURES, ended, finish, jpeg, piped};
use crate::proxy::Fault;
use crate::server::Server;

on_each_server!(
    all_ways_lead_to_the_thumbnails_of_a_local_run,
    pages_are_made_once_and_then_cost_little,
    settings_variants_foreign_objects_and_orphans_are_as_in_folders,
    an_object_says_what_it_is_and_how_long_it_may_be_kept,
    a_stamp_of_unknown_fields_is_thumbgens_and_stale,
    a_run_that_is_killed_again_and_again_is_finished_by_the_last,
    shards_and_locks_are_as_in_folders,
    a_signal_ends_a_run_that_the_next_one_finishes,
    two_runs_at_once_leave_the_bytes_of_one,
    a_folders_marker_is_nothing,
    urls_of_all_kinds_lead_there,
    one_picture_is_made_from_and_to_a_store,
);

/// Thumbnails without their stamps: what they were made from is told otherwise in a store.
fn without_stamps<K: ToString>(
    thumbnails: impl IntoIterator<Item = (K, Vec<u8>)>,
) -> BTreeMap<String, Vec<u8>> {
    let bare = |jpeg: Vec<u8>| {
        let at = jpeg
            .windows(9)
            .position(|text| text == b"thumbgen ")
            .expect("no stamp")
            - 4;
        let length = usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
        [&jpeg[..at], &jpeg[at + 2 + length..]].concat()
    };
    let thumbnails = thumbnails.into_iter();
    thumbnails
        .map(|(key, jpeg)| (key.to_string(), bare(jpeg)))
        .collect()
}

fn local(tree: BTreeMap<OsString, Vec<u8>>) -> BTreeMap<String, Vec<u8>> {
    without_stamps(
        tree.into_iter()
            .map(|(path, bytes)| (path.into_string().unwrap(), bytes)),
    )
}

fn all_ways_lead_to_the_thumbnails_of_a_local_run(server: &Server) {
    server.put_all(PICTURES.as_ref(), "images");
    server.env.run([PICTURES, "thumbs"]).exits(0);
    let expected = local(server.env.tree("thumbs"));
    let [images, thumbs, of_files] = ["images", "thumbs", "of-files"].map(|it| server.url(it));
    for [source, dest] in [
        [images.as_str(), &thumbs],
        [PICTURES, &(of_files + "/")],
        [&(images.clone() + "/"), "from-store"],
    ] {
        for strategy in ["threads", "rayon", "seq"] {
            let run = server.run([source, dest, "--strategy", strategy, "--force"]);
            run.ends_with(0).counts(15, 0, 0);
        }
        server.proxy.take_counts();
        server.run([source, dest]).ends_with(0).counts(0, 15, 0);
        let counts = server.proxy.take_counts();
        // No picture and no thumbnail is asked for.
        assert!(counts.values().sum::<usize>() < 15, "{source}: {counts:?}");
    }
    assert_eq!(without_stamps(server.thumbnails("thumbs")), expected);
    assert_eq!(without_stamps(server.thumbnails("of-files")), expected);
    assert_eq!(local(server.env.tree("from-store")), expected);
    // What the two runs from the store have made is the same to the last byte.
    let from_store = server.env.tree("from-store").into_iter();
    let from_store = from_store.map(|(path, bytes)| (path.into_string().unwrap(), bytes));
    assert_eq!(server.thumbnails("thumbs"), from_store.collect());
}

fn pages_are_made_once_and_then_cost_little(server: &Server) {
    // Two and a half pages of S3.
    let count = 2500;
    for number in 0..count {
        let picture = jpeg(16, 12, number as u8);
        let key = format!("images/{}/{number}.jpg", number % 40);
        server.env.file(&key, &picture);
        server.put(&key, &picture);
    }
    server.make(&[]).ends_with(0).counts(count, 0, 0);
    server.env.run(["images", "thumbs"]).exits(0);
    let made = without_stamps(server.thumbnails("thumbs"));
    assert!(
        made == local(server.env.tree("thumbs")),
        "not the bytes of a local run"
    );
    server.proxy.take_counts();
    server.make(&[]).ends_with(0).counts(0, count, 0);
    let counts = server.proxy.take_counts();
    assert_eq!(counts["HEAD"], 1, "more than the claim's: {counts:?}");
    assert!(counts.values().sum::<usize>() < 40, "{counts:?}");

    server.put("images/7/7.jpg", &jpeg(20, 20, 1));
    server.remove("thumbs/8/8.jpg");
    server.make(&[]).ends_with(0).counts(2, count - 2, 0);
    // Without the ledger, each thumbnail is asked for its stamp.
    for key in server.keys("thumbs/.thumbgen.ledger/") {
        server.put(&key, b"thumbgen ledger 1\nnonsense");
    }
    server.proxy.take_counts();
    server.make(&[]).ends_with(0).counts(0, count, 0);
    let counts = server.proxy.take_counts();
    assert!(counts["HEAD"] >= count as usize, "{counts:?}");
}

fn settings_variants_foreign_objects_and_orphans_are_as_in_folders(server: &Server) {
    server.put_all(PICTURES.as_ref(), "images");
    server.put("thumbs/beach.jpg", b"another tool's");
    let run = |options: &[&str]| server.make(options);
    run(&[]).ends_with(0).says("14 made").says("1 kept");
    assert_eq!(server.bytes("thumbs/beach.jpg"), b"another tool's");
    let dry = run(&["--size", "64", "--dry-run"]);
    assert!(
        dry.exits(0)
            .stdout
            .contains("14 to be made, 0 fresh, 0 failed, 1 kept")
    );
    run(&["--size", "64"])
        .ends_with(0)
        .says("14 made")
        .says("1 kept");
    server.put("thumbs/note.jpg", b"mine");
    server.remove("images/small/icon.jpg");
    let before = server.keys("thumbs/");
    // One in another size stays, unless those of other variants are to go.
    let of_another_size = ["--size", "96", "--prune", "-n"];
    for (options, prunes) in [
        (&["--size", "64", "--prune", "-n"][..], true),
        (&of_another_size, false),
        (
            &[&of_another_size[..], &["--prune-variants"]].concat(),
            true,
        ),
    ] {
        let dry = run(options).exits(0).stdout.clone();
        assert_eq!(dry.contains("pruned"), prunes, "{options:?}: {dry}");
    }
    assert_eq!(server.keys("thumbs/"), before);
    run(&["--size", "64", "--prune"])
        .ends_with(0)
        .says("1 pruned");
    let after = server.keys("thumbs/");
    assert!(!after.contains(&"thumbs/small/icon.jpg".into()) && after.len() == before.len() - 1);
    run(&["--size", "64", "--replace-foreign"])
        .ends_with(0)
        .counts(1, 13, 0);

    let several = ["--size", "64", "--size", "32", "--format", "jpeg,png"];
    run(&several)
        .ends_with(0)
        .says("14 made (56 thumbnails), 0 fresh, 0 failed");
    run(&several).ends_with(0).counts(0, 14, 0);
    assert_eq!(
        server
            .header("thumbs/32x32.png/beach.jpg.png", "content-type")
            .as_deref(),
        Some("image/png")
    );
}

fn an_object_says_what_it_is_and_how_long_it_may_be_kept(server: &Server) {
    server.put("images/a.jpg", &jpeg(40, 30, 1));
    let run = server.make(&["--cache-control", "max-age=60"]);
    run.ends_with(0);
    let header = |name| server.header("thumbs/a.jpg", name).unwrap();
    assert_eq!(header("content-type"), "image/jpeg");
    assert_eq!(header("cache-control"), "max-age=60");
    let stamp = header(match server.kind() {
        Kind::S3 => "x-amz-meta-thumbgen",
        Kind::Azure => "x-ms-meta-thumbgen",
    });
    assert!(stamp.starts_with("thumbgen 1 etag="), "{stamp}");
    server.make(&["--format", "webp"]).ends_with(0);
    assert_eq!(
        server
            .header("thumbs/a.jpg.webp", "content-type")
            .as_deref(),
        Some("image/webp")
    );
}

fn a_stamp_of_unknown_fields_is_thumbgens_and_stale(server: &Server) {
    server.put("images/a.jpg", &jpeg(40, 30, 1));
    server.make(&[]).ends_with(0).counts(1, 0, 0);
    let bare = without_stamps(server.thumbnails("thumbs"))["a.jpg"].clone();
    // As another tool would copy it, without the user metadata: a comment in the stamp's place (T.81, B.2.4.5).
    let text = b"thumbgen 1 colour=blue";
    let length = (text.len() as u16 + 2).to_be_bytes();
    let other = [&bare[..20], &[0xFF, 0xFE], &length, text, &bare[20..]].concat();
    for name in ["a.jpg", "gone.jpg"] {
        server.put(&format!("thumbs/{name}"), &other);
    }
    server
        .make(&["--prune-variants", "--prune"])
        .ends_with(0)
        .says("1 made, 0 fresh, 0 failed, 1 pruned");
    assert_eq!(
        without_stamps(server.thumbnails("thumbs")),
        [("a.jpg".to_owned(), bare)].into()
    );
}

fn a_run_that_is_killed_again_and_again_is_finished_by_the_last(server: &Server) {
    const PICTURES: u32 = 300;
    let mut there = 0;
    for number in 0..PICTURES {
        let picture = jpeg(16, 12, number as u8);
        server.env.file(format!("images/{number}.jpg"), &picture);
        server.put(&format!("images/{number}.jpg"), &picture);
    }
    let written = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&written);
    let count = Fault::Before(Arc::new(move || {
        counter.fetch_add(1, Ordering::Relaxed);
    }));
    server.proxy.fault("PUT", "thumbs/", usize::MAX, count);
    for round in 0..20 {
        let begun = written.load(Ordering::Relaxed);
        let mut command = server.command(server.places());
        let mut child = command
            .args(["--requests=2", "-q"])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        // Some time in the claim, the rest in the middle of thumbnails.
        while written.load(Ordering::Relaxed) < begun + 1 + round % 12 {
            thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        let killed = child.wait().unwrap();
        assert_eq!(killed.signal(), Some(Signal::SIGKILL as i32), "had ended");
        // A dead run's claim runs out after two minutes.
        for claim in server.keys("thumbs/.thumbgen.claim/") {
            server.remove(&claim);
        }
        let keys = server.keys("thumbs/").into_iter();
        let now = keys.filter(|key| !key.contains("/.")).count();
        assert!(now >= there, "thumbnails are gone");
        there = now;
    }
    server.proxy.heal();
    assert!(there > 20 && there < 300, "{there} thumbnails");
    server
        .make(&[])
        .ends_with(0)
        .says("300 pictures found")
        .says(" 0 failed");
    server.env.run(["images", "thumbs"]).exits(0);
    let made = without_stamps(server.thumbnails("thumbs"));
    assert!(
        made == local(server.env.tree("thumbs")),
        "not the bytes of a local run"
    );
    server
        .make(&["--prune"])
        .ends_with(0)
        .counts(0, PICTURES, 0);
    let left = server.keys("thumbs/").into_iter();
    let left: Vec<_> = left.filter(|key| key.contains("/.")).collect();
    assert!(left.iter().all(|key| key.contains("ledger")), "{left:?}");
}

fn a_signal_ends_a_run_that_the_next_one_finishes(server: &Server) {
    for number in 0..200 {
        server.put(&format!("images/{number}.jpg"), &jpeg(16, 12, number));
    }
    for signal in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP] {
        let process = Arc::new(AtomicI32::new(0));
        let of = Arc::clone(&process);
        // In the middle of the thumbnails, behind the claim.
        let pass = Fault::Before(Arc::new(|| ()));
        server.proxy.fault("PUT", "thumbs/", 20, pass);
        let send = Fault::Before(Arc::new(move || {
            kill(Pid::from_raw(of.load(Ordering::Relaxed)), signal).unwrap();
        }));
        server.proxy.fault("PUT", "thumbs/", 1, send);
        let mut command = server.command(server.places());
        let child = piped(command.arg("--requests=2")).spawn().unwrap();
        process.store(i32::try_from(child.id()).unwrap(), Ordering::Relaxed);
        let run = ended(&command, child);
        assert_eq!(run.status.signal(), Some(signal as i32), "{run}");
        run.says("interrupted: ").says(" 0 failed");
        assert_eq!(
            server.keys("thumbs/.thumbgen.claim/"),
            [""; 0],
            "a claim is left"
        );
    }
    // What was made is known to be fresh, too: the ledger was written.
    let made = server.thumbnails("thumbs").len();
    assert!((30..200).contains(&made), "{made}");
    server.proxy.take_counts();
    let run = server.make(&[]);
    run.ends_with(0).counts(200 - made as u32, made as u32, 0);
    let heads = server.proxy.take_counts()["HEAD"];
    assert!(heads < 5, "{heads} HEADs");
}

fn two_runs_at_once_leave_the_bytes_of_one(server: &Server) {
    for number in 0..40 {
        let picture = jpeg(16, 12, number);
        server.env.file(format!("images/{number}.jpg"), &picture);
        server.put(&format!("images/{number}.jpg"), &picture);
    }
    let arrived = Arc::new(AtomicUsize::new(0));
    let (go, gate) = (Arc::new(AtomicBool::new(false)), Arc::clone(&arrived));
    let going = Arc::clone(&go);
    // The first one waits with all its thumbnails until the second one has begun with its own.
    let wait = Fault::Before(Arc::new(move || {
        gate.fetch_add(1, Ordering::Relaxed);
        while !going.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(5));
        }
    }));
    server.proxy.fault("GET", "images/", 8, wait);
    thread::scope(|scope| {
        let first = scope.spawn(|| server.make(&["--requests", "8", "--jobs", "1"]));
        while arrived.load(Ordering::Relaxed) < 8 {
            thread::sleep(Duration::from_millis(5));
        }
        // As if it had not been able to renew its claim for minutes.
        for claim in server.keys("thumbs/.thumbgen.claim/") {
            server.remove(&claim);
        }
        let started = Arc::clone(&go);
        let start = Fault::Before(Arc::new(move || started.store(true, Ordering::Relaxed)));
        server.proxy.fault("PUT", "thumbs/3.jpg", 1, start);
        server.make(&[]).ends_with(0).says(" 0 failed");
        first.join().unwrap().ends_with(0).says(" 0 failed");
    });
    server.env.run(["images", "thumbs"]).exits(0);
    assert_eq!(
        without_stamps(server.thumbnails("thumbs")),
        local(server.env.tree("thumbs"))
    );
    server.make(&[]).ends_with(0).counts(0, 40, 0);
}

/// As consoles make them: an empty object whose key ends with a slash.
fn a_folders_marker_is_nothing(server: &Server) {
    server.put("images/a.jpg", &jpeg(40, 30, 1));
    for folder in [
        "images/",
        "thumbs/",
        "thumbs/.thumbgen.ledger/",
        "thumbs/.thumbgen.claim/",
    ] {
        server.put(folder, b"");
    }
    let run = server.make(&[]);
    run.ends_with(0).counts(1, 0, 0).does_not_say("going on");
    server.put(
        "thumbs/.thumbgen.claim/shard-0-of-3",
        b"process 1 on another host",
    );
    server
        .make(&[])
        .ends_with(75)
        .says("process 1 on another host");
    server.remove("thumbs/.thumbgen.claim/shard-0-of-3");
    server.make(&["--prune"]).ends_with(0).counts(0, 1, 0);
}

fn urls_of_all_kinds_lead_there(server: &Server) {
    server.put("images/a.jpg", &jpeg(40, 30, 1));
    server.put("other/b.jpg", &jpeg(40, 30, 2));
    let [images, thumbs] = server.places();
    let folder = server.env.dir("of file");
    let file = format!("file://{}", folder.display());
    server.run([&images, &file]).ends_with(0).counts(1, 0, 0);
    assert_eq!(server.env.names("of file"), ["a.jpg"]);
    let in_place = |scheme: &str| match server.kind() {
        Kind::S3 => images.replace("s3", scheme),
        Kind::Azure => match scheme {
            "abfss" => images.replace(
                "az://shop",
                &format!("abfss://shop@{ACCOUNT}.dfs.core.windows.net"),
            ),
            _ => images.replace("az", scheme),
        },
    };
    let schemes = match server.kind() {
        Kind::S3 => ["S3", "s3a"],
        Kind::Azure => ["abfss", "azure"],
    };
    for scheme in schemes {
        let run = server.run([in_place(scheme).as_str(), &thumbs, "--force"]);
        run.ends_with(0).counts(1, 0, 0);
    }
    // One object, with a slash behind its name.
    let one = server.url("other/b.jpg/");
    server.run([&one, &thumbs]).ends_with(0).counts(1, 0, 0);
    let made: Vec<_> = server.thumbnails("thumbs").into_keys().collect();
    assert_eq!(made, ["a.jpg", "b.jpg"]);
}

#[test]
fn a_store_that_knows_no_conditions_is_asked_before_each_write() {
    let server = Server::new();
    for number in 0..5 {
        server.put(&format!("images/{number}.jpg"), &jpeg(16, 12, number));
    }
    server.put("thumbs/1.jpg", b"mine");
    let make = |options: &[&str]| {
        let mut command = server.command(server.places());
        finish(command.env("AWS_CONDITIONAL_PUT", "disabled").args(options))
    };
    let run = make(&[]);
    run.ends_with(0).says("4 made").says("1 kept");
    assert_eq!(server.bytes("thumbs/1.jpg"), b"mine");
    make(&[]).ends_with(0).says("4 fresh").says("1 kept");
    server.put("images/2.jpg", &jpeg(20, 20, 9));
    // What comes between listing and writing is seen all the same.
    let other = server.client();
    let put = Fault::Before(Arc::new(move || other.put("thumbs/3.jpg", b"mine, too")));
    server.put("images/3.jpg", &jpeg(20, 20, 9));
    server.proxy.fault("GET", "images/3.jpg", 1, put);
    let run = make(&[]);
    run.ends_with(0).says("1 made").says("2 kept");
    assert_eq!(server.bytes("thumbs/3.jpg"), b"mine, too");
}

#[cfg(feature = "stores-azure")]
#[test]
fn two_stores_are_ends_of_one_run() {
    let (s3, azure) = (Server::new(), Server::of(Kind::Azure));
    s3.env.run([PICTURES, "thumbs"]).exits(0);
    let expected = local(s3.env.tree("thumbs"));
    for (from, to) in [(&s3, &azure), (&azure, &s3)] {
        from.put_all(PICTURES.as_ref(), "images");
        let both = [from.url("images"), to.url("thumbs")];
        let mut command = from.command(&both);
        command.envs(
            to.command([""; 0])
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        finish(&mut command).ends_with(0).counts(15, 0, 0);
        assert_eq!(without_stamps(to.thumbnails("thumbs")), expected);
        for proxy in [&from.proxy, &to.proxy] {
            proxy.take_counts();
        }
        finish(&mut command).ends_with(0).counts(0, 15, 0);
        let requests = |server: &Server| server.proxy.take_counts().values().sum::<usize>();
        assert!(requests(from) + requests(to) < 15);
    }
}

fn shards_and_locks_are_as_in_folders(server: &Server) {
    for number in 0..30 {
        server.put(&format!("images/{number}.jpg"), &jpeg(16, 12, number as u8));
    }
    let run = |options: &[&str]| server.make(options);
    for shard in ["0/3", "1/3", "2/3"] {
        run(&["--shard", shard]).ends_with(0);
    }
    run(&[]).ends_with(0).counts(0, 30, 0);
    server.put("thumbs/.thumbgen.claim/whole", b"process 1 on another host");
    for options in [&[][..], &["--shard", "0/3"]] {
        let busy = run(options);
        busy.ends_with(75).says("process 1 on another host");
    }
    server.remove("thumbs/.thumbgen.claim/whole");
    run(&[]).ends_with(0);
    assert_eq!(
        server.keys("thumbs/.thumbgen.claim/"),
        [""; 0],
        "a claim is left"
    );
}

fn one_picture_is_made_from_and_to_a_store(server: &Server) {
    server.put("images/a b.jpg", &jpeg(40, 30, 1));
    server.env.file("images/c.jpg", &jpeg(40, 30, 2));
    let (picture, thumbs) = (server.url("images/a b.jpg"), server.url("thumbs"));
    let one = server.url("thumbs/d.jpg");
    for [source, dest] in [
        [picture.as_str(), &thumbs],
        ["images/c.jpg", &one],
        [&picture, "thumbs"],
    ] {
        server.run([source, dest]).ends_with(0).counts(1, 0, 0);
    }
    server
        .run([picture.as_str(), "thumbs/c.png"])
        .ends_with(0)
        .counts(1, 0, 0);
    let made: Vec<_> = server.thumbnails("thumbs").into_keys().collect();
    assert_eq!(made, ["a b.jpg", "d.jpg"]);
    assert_eq!(server.env.names("thumbs"), ["a b.jpg", "c.png"]);
    // It is no picture but a folder of such.
    server.put("images/album.jpg/a.jpg", &jpeg(40, 30, 1));
    let album = server.url("images/album.jpg");
    let run = server.run([album.as_str(), "thumbs/album.png"]);
    run.ends_with(2).says("DEST is the name of one thumbnail");
}
