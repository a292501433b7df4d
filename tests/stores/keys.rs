//! Keys that are no paths, or no keys for the crate.

use std::path::Path;

use crate::env::jpeg;
use crate::server::Server;

on_each_server!(
    odd_keys_are_pictures,
    bad_keys_are_failures_by_name_and_hide_no_other,
    the_keys_of_a_list_are_taken_and_others_refused,
    a_dest_inside_source_is_not_gone_through,
);

/// Keys that are pictures everywhere.
const ODD: [&str; 6] = [
    "ä ö/ü%20&+=.jpg",
    "100%.jpg",
    "a/b.jpg",
    "a-b.jpg",
    "tab \"quoted\".jpg",
    "z/#?.jpg",
];

fn odd_keys_are_pictures(server: &Server) {
    let mut expected = ODD.map(str::to_owned).to_vec();
    expected.sort_unstable();
    for key in ODD {
        server.put(&format!("images/{key}"), &jpeg(16, 12, 1));
    }
    server.put("images/.hidden.jpg", &jpeg(16, 12, 1));
    server.make(&[]).ends_with(0).counts(6, 0, 0);
    let made: Vec<_> = server.thumbnails("thumbs").into_keys().collect();
    assert_eq!(made, expected);
    server.make(&["--prune"]).ends_with(0).counts(0, 6, 0);
    server.run([&server.url("images"), "thumbs"]).ends_with(0);
    for key in ODD {
        assert!(server.env.path("thumbs").join(Path::new(key)).exists());
    }
}

fn bad_keys_are_failures_by_name_and_hide_no_other(server: &Server) {
    let long = format!("{}.jpg", "long".repeat(80));
    let odd = ODD;
    let bad = ["d//e.jpg", "d/../f.jpg", "z//last.jpg"];
    for key in odd.iter().chain(&bad) {
        server.put(&format!("images/{key}"), &jpeg(16, 12, 1));
    }
    for key in ["images/folder/", "images/.hidden.jpg", "images/readme.txt"] {
        server.put(key, b"");
    }
    let run = server.make(&[]);
    run.ends_with(1)
        .counts(odd.len() as u32, 0, bad.len() as u32);
    run.says("images/d//e.jpg: walk: ");
    let mut expected = odd.map(str::to_owned).to_vec();
    expected.sort_unstable();
    let made: Vec<_> = server.thumbnails("thumbs").into_keys().collect();
    assert_eq!(made, expected);
    let again = server.make(&[]);
    again
        .ends_with(1)
        .counts(0, odd.len() as u32, bad.len() as u32);

    server.put(&format!("images/{long}"), &jpeg(16, 12, 1));
    let run = server.run([&server.url("images"), "thumbs"]);
    run.ends_with(1)
        .counts(odd.len() as u32, 0, bad.len() as u32 + 1);
    run.says("File name too long");
    assert!(
        odd.iter()
            .all(|key| server.env.path("thumbs").join(Path::new(key)).exists())
    );
}

fn the_keys_of_a_list_are_taken_and_others_refused(server: &Server) {
    for key in ["a.jpg", "b/c.jpg", "d.jpg"] {
        server.put(&format!("images/{key}"), &jpeg(16, 12, 1));
    }
    server.env.file(
        "list",
        b"b/c.jpg\n../images/a.jpg\n/a.jpg\nnone.jpg\n./d.jpg\n",
    );
    let run = server.make(&["--files-from", "list"]);
    run.ends_with(1).counts(2, 0, 3);
    run.says("../images/a.jpg: walk: refused")
        .says("images/none.jpg: stat: ");
    let made: Vec<_> = server.thumbnails("thumbs").into_keys().collect();
    assert_eq!(made, ["b/c.jpg", "d.jpg"]);
}

fn a_dest_inside_source_is_not_gone_through(server: &Server) {
    server.put("images/a.jpg", &jpeg(16, 12, 1));
    let run = || server.run([server.url("images"), server.url("images/t")]);
    run().ends_with(0).counts(1, 0, 0);
    run().ends_with(0).counts(0, 1, 0);
    let refused = |source: &str, dest: &str, text: &str| {
        let places = [source, dest].map(|place| server.url(place));
        server.run(places).ends_with(2).says(text);
    };
    refused("images", "images/", "the same folder");
    refused("images", "", "contains SOURCE");
    refused("images/t", "u", "swapped");
}
