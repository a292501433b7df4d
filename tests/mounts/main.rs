//! File systems that are full, read-only, or in the way, and a load average of the test's own: mounted where nobody
//! else sees them.
//!
//! `cargo test --features mounts --test mounts`. Mounting takes root, or the right to make user namespaces; these tests
//! fail where there is neither.
#![allow(clippy::unwrap_used)]

#[path = "../cli/env.rs"]
#[allow(dead_code, reason = "another target uses the rest")]
mod env;
mod load;

use std::process::Command;

use env::{Env, Run, THUMBGEN, finish, jpeg};

/// Runs a shell script in the test's folder, in a mount namespace of its own; `$THUMBGEN` is the program.
pub(crate) fn mounted(env: &Env, script: &str) -> Run {
    let namespace = |options: &[&str], script: &str| {
        let mut command = Command::new("unshare");
        command
            .args(options)
            .args(["sh", "-c", script])
            .env("THUMBGEN", THUMBGEN)
            .current_dir(env.path(""));
        command
    };
    let options = [&["--mount"][..], &["--mount", "--user", "--map-root-user"]]
        .into_iter()
        .find(|options| {
            namespace(options, "mount -t tmpfs tmpfs images")
                .output()
                .is_ok_and(|output| output.status.success())
        });
    let options = options.expect("mounting is not allowed here");
    finish(&mut namespace(options, script))
}

fn many_pictures(env: &Env, count: u8) {
    for number in 0..count {
        env.file(format!("images/{number:03}.jpg"), &jpeg(200, 200, number));
    }
}

#[test]
fn a_full_dest_ends_the_run() {
    for strategy in ["seq", "threads", "rayon"] {
        let env = Env::new();
        many_pictures(&env, 100);
        env.dir("thumbs");
        let script = format!(
            "mount -t tmpfs -o size=64k tmpfs thumbs || exit 99
             \"$THUMBGEN\" images thumbs --strategy {strategy} --jobs 4
             status=$?
             cp -r thumbs kept
             exit $status"
        );
        let run = mounted(&env, &script);
        run.ends_with(2).says("No space left on device");
        let told = run.stderr.matches("No space left on device").count();
        assert_eq!(told, 1, "told once: {run}");
        let kept = env.tree("kept");
        assert!((1..100).contains(&kept.len()), "{run}");
        for (name, bytes) in kept {
            assert!(
                !name.to_str().unwrap().starts_with('.'),
                "left over: {name:?}"
            );
            assert_eq!(env::size(&bytes), (128, 128), "{name:?}");
        }
    }
}

#[test]
fn old_thumbnails_stay_when_dest_is_full() {
    let env = Env::new();
    many_pictures(&env, 40);
    env.dir("thumbs");
    let script = "mount -t tmpfs -o size=1m tmpfs thumbs || exit 99
         \"$THUMBGEN\" images thumbs --size 32 -q || exit 98
         cp -r thumbs before
         dd if=/dev/zero of=thumbs/fill bs=4k 2>/dev/null
         \"$THUMBGEN\" images thumbs --size 128 --quality 100
         status=$?
         rm thumbs/fill
         cp -r thumbs after
         exit $status";
    let run = mounted(&env, script);
    run.ends_with(2).says("No space left on device");
    let (before, after) = (env.tree("before"), env.tree("after"));
    assert_eq!(before.len(), 40);
    assert!(before.keys().eq(after.keys()));
    for (name, bytes) in after {
        let side = env::size(&bytes);
        assert!(
            bytes == before[&name] || side == (128, 128),
            "{name:?}: {side:?}"
        );
    }
}

#[test]
fn a_read_only_dest_is_refused_before_any_work() {
    let env = Env::new();
    many_pictures(&env, 3);
    env.dir("thumbs");
    let script = "mount -t tmpfs -o ro tmpfs thumbs || exit 99
         exec \"$THUMBGEN\" images thumbs";
    let run = mounted(&env, script);
    run.ends_with(2)
        .says("thumbgen: DEST thumbs can't be used: Read-only file system");
    assert_eq!(run.stderr.lines().count(), 1, "{run}");
}

#[test]
fn a_dest_below_a_read_only_file_system_is_refused_before_any_work() {
    let env = Env::new();
    many_pictures(&env, 3);
    env.dir("disk");
    let script = "mount -t tmpfs -o ro tmpfs disk || exit 99
         exec \"$THUMBGEN\" images disk/thumbs";
    let run = mounted(&env, script);
    run.ends_with(2).says("Read-only file system");
}

#[test]
fn a_part_of_dest_that_is_read_only_ends_the_run() {
    let env = Env::new();
    env.picture("images/part/a.jpg");
    env.dir("thumbs/part");
    let script = "mount -t tmpfs -o ro tmpfs thumbs/part || exit 99
         exec \"$THUMBGEN\" images thumbs";
    let run = mounted(&env, script);
    run.ends_with(2)
        .says("stopped: thumbs/part/a.jpg: write: Read-only file system");
}

#[test]
fn dest_inside_source_is_not_entered_where_it_is_a_mount_point() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.picture("images/b/c.jpg");
    env.dir("images/b/thumbs");
    // Like a container's volume. A listing of images/b has another inode for the folder than the folder itself.
    let script = "mount -t tmpfs tmpfs images/b/thumbs || exit 99
         \"$THUMBGEN\" images images/b/thumbs || exit 98
         \"$THUMBGEN\" images images/b/thumbs || exit 97
         cp -r images/b/thumbs kept";
    let run = mounted(&env, script);
    run.ends_with(0).counts(2, 0, 0).counts(0, 2, 0);
    assert_eq!(env.names("kept"), ["a.jpg", "b/c.jpg"]);
}

#[test]
fn dest_mounted_a_second_time_inside_source_is_not_entered() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.dir("images/elsewhere");
    env.dir("thumbs");
    let script = "mount --bind thumbs images/elsewhere || exit 99
         \"$THUMBGEN\" images thumbs || exit 98
         exec \"$THUMBGEN\" images thumbs";
    let run = mounted(&env, script);
    run.ends_with(0).counts(1, 0, 0).counts(0, 1, 0);
    assert_eq!(env.names("thumbs"), ["a.jpg"]);
}

#[test]
fn a_dest_that_is_gone_is_not_made_anew() {
    let env = Env::new();
    many_pictures(&env, 5);
    env.dir("thumbs");
    // Pictures that arrive at the test's own pace would need a file system of our own. A folder that can't be made
    // stands in for it, on a file system without a free inode.
    let script = "mount -t tmpfs -o nr_inodes=1 tmpfs thumbs || exit 99
         exec \"$THUMBGEN\" images thumbs";
    let run = mounted(&env, script);
    run.ends_with(2).says("No space left on device");
}
