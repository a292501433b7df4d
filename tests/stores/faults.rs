//! Servers that say no, break off, or are not there.

use std::fs;
use std::sync::Arc;

use crate::env::jpeg;
use crate::proxy::Fault;
use crate::server::{SECRET, Server};

fn answer(status: u16, code: &str) -> Fault {
    // What S3 repeats of a request where a signature is wrong.
    let body = format!(
        "<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>No.</Message>\
         <CanonicalRequest>x-amz-security-token:{SECRET}</CanonicalRequest></Error>"
    );
    Fault::Answer(status, body)
}

fn with_pictures(count: u8) -> Server {
    let server = Server::new();
    for number in 0..count {
        server.put(&format!("images/{number}.jpg"), &jpeg(200, 120, number));
    }
    server
}

const BOTH: [&str; 2] = ["s3://shop/images", "s3://shop/thumbs"];

#[test]
fn what_can_not_be_used_is_said_before_the_first_picture_with_the_stores_reason() {
    let server = with_pictures(2);
    for (source, dest, text) in [
        (
            "s3://none/images",
            "s3://shop/thumbs",
            "SOURCE s3://none/images can't be used: NoSuchBucket",
        ),
        (
            "s3://shop/images",
            "s3://none/thumbs",
            "DEST s3://none/thumbs can't be used: NoSuchBucket",
        ),
        (
            "s3://shop/imagse",
            "s3://shop/thumbs",
            "no object of this name",
        ),
    ] {
        server.run(&[source, dest]).ends_with(2).says(text);
    }
    for method in ["LIST", "PUT"] {
        server
            .proxy
            .fault(method, "thumbs", 1, answer(403, "AccessDenied"));
        let run = server.run(&BOTH);
        run.ends_with(2).says("can't be used: AccessDenied: No.");
        run.does_not_say(SECRET);
    }
    assert_eq!(server.keys("thumbs"), [""; 0]);
}

#[test]
fn secrets_are_in_no_message_and_no_report() {
    let server = with_pictures(3);
    let url = format!("s3://key:{SECRET}@shop/images");
    let run = server.run(&[&url, "thumbs.webp"]);
    run.ends_with(2)
        .says("credentials are taken from the environment");
    run.does_not_say(SECRET);
    server.proxy.fault(
        "GET",
        "images/1.jpg",
        1,
        answer(403, "SignatureDoesNotMatch"),
    );
    let run = server.run(&[&BOTH[..], &["--report", "report", "--debug"]].concat());
    run.ends_with(1).counts(2, 0, 1);
    run.says("images/1.jpg: read: SignatureDoesNotMatch: No.")
        .does_not_say(SECRET);
    let report = fs::read_to_string(server.env.path("report")).unwrap();
    assert!(report.contains("SignatureDoesNotMatch") && !report.contains(SECRET));
}

#[test]
fn what_goes_wrong_once_is_tried_again() {
    let server = with_pictures(6);
    server
        .proxy
        .fault("GET", "images/0.jpg", 2, answer(503, "SlowDown"));
    server
        .proxy
        .fault("GET", "images/1.jpg", 1, answer(500, "InternalError"));
    server.proxy.fault("GET", "images/2.jpg", 1, Fault::Reset);
    server
        .proxy
        .fault("GET", "images/3.jpg", 1, Fault::HalfBody);
    server
        .proxy
        .fault("PUT", "thumbs/4.jpg", 1, answer(503, "SlowDown"));
    server
        .proxy
        .fault("LIST", "images", 1, answer(429, "TooManyRequests"));
    server.run(&BOTH).ends_with(0).counts(6, 0, 0);
    server.run(&BOTH).ends_with(0).counts(0, 6, 0);
}

#[test]
fn what_goes_wrong_for_good_is_that_pictures_failure() {
    let server = with_pictures(4);
    server
        .proxy
        .fault("GET", "images/1.jpg", 1000, answer(500, "InternalError"));
    server
        .proxy
        .fault("PUT", "thumbs/2.jpg", 1000, answer(400, "EntityTooWeird"));
    let run = server.run(&[&BOTH[..], &["--retry-timeout", "1"]].concat());
    run.ends_with(1).counts(2, 0, 2);
    run.says("images/1.jpg: read: InternalError")
        .says("thumbs/2.jpg: write: EntityTooWeird");
    assert_eq!(server.thumbnails("thumbs").len(), 2);
}

#[test]
fn a_store_that_is_gone_ends_the_run() {
    let server = with_pictures(60);
    let proxy = Arc::new(server);
    let closing = Arc::clone(&proxy);
    let close = Fault::Before(Arc::new(move || closing.proxy.close()));
    proxy.proxy.fault("GET", "images/30.jpg", 1, close);
    let run = proxy.run(&[&BOTH[..], &["--retry-timeout", "1", "--requests", "2"]].concat());
    run.ends_with(2).says("stopped: ");
}

#[test]
fn a_picture_that_is_replaced_after_it_was_listed_is_made_as_it_is_now() {
    let server = Arc::new(with_pictures(3));
    let other = Arc::clone(&server);
    let replace = Fault::Before(Arc::new(move || {
        other.put("images/1.jpg", &jpeg(300, 300, 9));
    }));
    server.proxy.fault("GET", "images/1.jpg", 1, replace);
    server.run(&BOTH).ends_with(0).counts(3, 0, 0);
    let thumbnail = server.bytes("thumbs/1.jpg");
    assert_eq!(crate::env::size(&thumbnail), (128, 128));
    // The stamp is that of the object that was read.
    server.run(&BOTH).ends_with(0).counts(0, 3, 0);
}

#[test]
fn what_comes_into_a_place_meanwhile_is_kept() {
    let server = Arc::new(with_pictures(2));
    let other = Arc::clone(&server);
    let put = Fault::Before(Arc::new(move || other.put("thumbs/1.jpg", b"mine")));
    server.proxy.fault("PUT", "thumbs/1.jpg", 1, put);
    server.run(&BOTH).ends_with(0).says("1 made").says("1 kept");
    assert_eq!(server.bytes("thumbs/1.jpg"), b"mine");
}
