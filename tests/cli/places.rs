//! SOURCE and DEST: what is refused before anything is made, and one picture as SOURCE.

use std::fs;

use crate::env::{Env, set_mode};

#[test]
fn source_and_dest_must_differ() {
    let env = Env::new();
    let picture = env.picture("images/a.jpg");
    let before = fs::read(&picture).unwrap();
    env.link("images", "link");
    let absolute = env.path("images");
    let absolute = absolute.to_str().unwrap();
    for dest in ["images", "./images/", "images/../images", "link", absolute] {
        env.run(["images", dest])
            .ends_with(2)
            .says("SOURCE and DEST are the same folder");
    }
    assert_eq!(fs::read(&picture).unwrap(), before);
    assert_eq!(env.names("images"), ["a.jpg"]);
}

#[test]
fn a_dest_that_becomes_source_by_being_made_is_refused() {
    let env = Env::new();
    let picture = env.picture("images/a.jpg");
    let before = fs::read(&picture).unwrap();
    // There is no folder "new" to climb out of, until it is made.
    for dest in ["new/../images", "newer/..", "newest/../images/../images"] {
        env.run(["images", dest]).ends_with(2);
        assert_eq!(fs::read(&picture).unwrap(), before, "{dest}");
    }
}

#[test]
fn dest_must_not_contain_source() {
    let env = Env::new();
    env.picture("all/images/a.jpg");
    env.run(["all/images", "all"])
        .ends_with(2)
        .says("contains SOURCE");
    env.run(["all/images", "."])
        .ends_with(2)
        .says("contains SOURCE");
    env.run(["all/images", "/"])
        .ends_with(2)
        .says("contains SOURCE");
    assert_eq!(env.names("all"), ["images/a.jpg"]);
}

#[test]
fn a_url_of_no_store_is_no_folder() {
    let env = Env::new();
    env.picture("images/a.jpg");
    for scheme in ["gcs", "https", "file"] {
        let run = env.run(["images", &format!("{scheme}://shop/thumbs")]);
        run.ends_with(2).says(&format!(
            "DEST can't be used: {scheme}:// is no object store"
        ));
    }
    env.run(["images", "./odd://thumbs"])
        .ends_with(0)
        .counts(1, 0, 0);
    assert_eq!(env.names("."), ["images/a.jpg", "odd:/thumbs/a.jpg"]);
}

#[test]
fn a_dest_that_begins_like_source_is_another_folder() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.run(["images", "images-small"])
        .ends_with(0)
        .counts(1, 0, 0);
}

#[test]
fn source_must_exist() {
    let env = Env::new();
    env.run(["nowhere", "thumbs"])
        .ends_with(2)
        .says("thumbgen: SOURCE nowhere can't be used: No such file or directory");
    env.link("nowhere", "broken link");
    env.run(["broken link", "thumbs"]).ends_with(2);
    assert!(
        !env.path("thumbs").exists(),
        "DEST was made before SOURCE was looked at"
    );
}

#[test]
fn dest_must_be_a_folder() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.file("thumbs", b"a file");
    env.make([])
        .ends_with(2)
        .says("DEST thumbs is not a folder");
    env.run(["images", "thumbs/below"])
        .ends_with(2)
        .says("DEST thumbs/below can't be used");
    assert_eq!(env.bytes("thumbs"), b"a file");
}

#[test]
fn source_that_may_not_be_read_is_refused() {
    let env = Env::new();
    env.picture("images/a.jpg");
    set_mode(&env.path("images"), 0);
    let run = env.make_as_ordinary_user([]);
    set_mode(&env.path("images"), 0o755);
    run.ends_with(2)
        .says("SOURCE images can't be used: Permission denied");
    assert!(!env.path("thumbs").exists());
}

#[test]
fn dest_that_may_not_be_written_is_refused() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.dir("thumbs");
    set_mode(&env.path("thumbs"), 0o555);
    env.make_as_ordinary_user([])
        .ends_with(2)
        .says("DEST thumbs can't be used: Permission denied");
}

#[test]
fn source_may_be_one_picture() {
    let env = Env::new();
    let picture = env.picture("images/sub/a.jpg");
    env.run(["images/sub/a.jpg", "thumbs"])
        .ends_with(0)
        .counts(1, 0, 0);
    env.run([picture.as_path(), &env.path("thumbs")])
        .ends_with(0)
        .counts(0, 1, 0);
    assert_eq!(env.names("thumbs"), ["a.jpg"]);
    // A picture that is named need not have a JPEG's extension.
    env.picture("upload.tmp");
    env.run(["upload.tmp", "thumbs"])
        .ends_with(0)
        .counts(1, 0, 0);
    env.run([".", "images/sub"]).ends_with(0);
}

#[test]
fn one_picture_is_not_replaced_by_its_thumbnail() {
    let env = Env::new();
    let picture = env.picture("images/a.jpg");
    let before = fs::read(&picture).unwrap();
    for dest in ["images", "."] {
        env.run(["images/a.jpg", dest]).ends_with(2);
    }
    // Nor need the link by which it is named.
    env.link("../images/a.jpg", "links/b.jpg");
    env.run(["links/b.jpg", "links"]).ends_with(2);
    assert!(
        fs::symlink_metadata(env.path("links/b.jpg"))
            .unwrap()
            .is_symlink()
    );
    assert_eq!(fs::read(&picture).unwrap(), before);
}

#[test]
fn pictures_are_not_replaced_through_a_link_in_dest() {
    let env = Env::new();
    let picture = env.picture("images/a/x.jpg");
    env.picture("images/b/x.jpg");
    let before = env.tree("images");
    env.dir("thumbs");
    // Links that lead back into SOURCE: to the pictures themselves, and to others.
    env.link("../images/a", "thumbs/a");
    env.link("../images/a", "thumbs/b");
    let run = env.make([]);
    run.ends_with(1).counts(0, 0, 2);
    assert_eq!(env.tree("images"), before);
    assert!(!fs::symlink_metadata(picture).unwrap().is_symlink());
}

#[test]
fn a_link_in_dest_that_leads_to_another_disk_is_fine() {
    let env = Env::new();
    env.picture("images/a/x.jpg");
    env.dir("thumbs");
    env.dir("large disk");
    env.link("../large disk", "thumbs/a");
    env.make([]).ends_with(0).counts(1, 0, 0);
    assert_eq!(env.names("large disk"), ["x.jpg"]);
}
