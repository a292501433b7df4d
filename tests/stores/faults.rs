//! Servers that say no, break off, or are not there.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crate::client::{KEY, Kind};
use crate::env::{finish, jpeg, size};
use crate::proxy::Fault;
use crate::server::{SECRET, Server, with_limit};

on_each_server!(
    what_can_not_be_used_is_said_before_the_first_picture_with_the_stores_reason,
    what_goes_wrong_once_is_tried_again,
    what_goes_wrong_for_good_is_that_pictures_failure,
    no_fault_for_good_costs_another_picture,
    a_thumbnail_is_replaced_whole_or_not_at_all,
    a_store_that_answers_that_it_can_not_ends_the_run,
    a_store_that_is_gone_ends_the_run,
    credentials_that_run_out_end_the_run,
    a_picture_that_is_replaced_after_it_was_listed_is_made_as_it_is_now,
    what_comes_into_a_place_meanwhile_is_kept,
    secrets_are_in_no_message_and_no_report,
    pictures_in_flight_fit_the_memory,
    as_many_requests_are_made_at_a_time_as_may_be,
    a_dead_runs_claim_is_taken_over_by_the_stores_clock,
);

fn answer(status: u16, code: &str) -> Fault {
    // What S3 repeats of a request where a signature is wrong.
    let body = format!(
        "<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>No.</Message>\
         <CanonicalRequest>x-amz-security-token:{SECRET}</CanonicalRequest></Error>"
    );
    Fault::Answer(status, body)
}

fn put_pictures(server: &Server, count: u8) {
    for number in 0..count {
        server.put(&format!("images/{number}.jpg"), &jpeg(200, 120, number));
    }
}

fn what_can_not_be_used_is_said_before_the_first_picture_with_the_stores_reason(server: &Server) {
    put_pictures(server, 2);
    let [images, thumbs] = server.places();
    let nowhere = |place: &str| server.url(place).replace("shop", "none");
    let (no_images, no_thumbs) = (nowhere("images"), nowhere("thumbs"));
    let code = match server.kind() {
        Kind::S3 => "NoSuchBucket",
        Kind::Azure => "ContainerNotFound",
    };
    for (source, dest, text) in [
        (
            &no_images,
            &thumbs,
            format!("SOURCE {no_images} can't be used: {code}"),
        ),
        (
            &images,
            &no_thumbs,
            format!("DEST {no_thumbs} can't be used: {code}"),
        ),
        (
            &server.url("imagse"),
            &thumbs,
            "no object of this name".into(),
        ),
    ] {
        server.run([source, dest]).ends_with(2).says(&text);
    }
    for method in ["LIST", "PUT"] {
        server
            .proxy
            .fault(method, "thumbs", 1, answer(403, "AccessDenied"));
        let run = server.make(&[]);
        run.ends_with(2).says("can't be used: AccessDenied: No.");
        run.does_not_say(SECRET);
    }
    assert_eq!(server.keys("thumbs"), [""; 0]);
    for (name, value, text) in senseless(server.kind()) {
        let mut command = server.command(server.places());
        let run = finish(command.env(name, value));
        run.ends_with(2).says("SOURCE ").says(text);
        run.does_not_say("panicked");
    }
    let mut command = server.command(server.places());
    command
        .env_remove("AWS_ALLOW_HTTP")
        .env_remove("AZURE_ALLOW_HTTP");
    finish(&mut command)
        .ends_with(2)
        .says("the server speaks no TLS (--allow-http");
    finish(command.arg("--allow-http"))
        .ends_with(0)
        .counts(2, 0, 0);
}

fn secrets_are_in_no_message_and_no_report(server: &Server) {
    put_pictures(server, 9);
    let url = server
        .url("images")
        .replace("//", &format!("//key:{SECRET}@"));
    let run = server.run([&url, "thumbs.webp"]);
    run.ends_with(2)
        .says("credentials are taken from the environment");
    run.does_not_say(SECRET);
    for (method, target) in [
        ("GET", "images/1.jpg"),
        ("PUT", "thumbs/2.jpg"),
        ("LIST", "thumbs"),
    ] {
        let code = match server.kind() {
            Kind::S3 => "SignatureDoesNotMatch",
            Kind::Azure => "AuthenticationFailed",
        };
        server.proxy.fault(method, target, 1, answer(403, code));
        let run = server.make(&["--report", "report", "--debug", "--force"]);
        run.says(&format!(": {code}: No."));
        for secret in [SECRET, KEY] {
            run.does_not_say(secret);
        }
        if method == "LIST" {
            run.ends_with(2);
            continue;
        }
        run.ends_with(1).counts(8, 0, 1);
        let report = fs::read_to_string(server.env.path("report")).unwrap();
        assert!(report.contains(code));
        assert!([SECRET, KEY].iter().all(|secret| !report.contains(secret)));
    }
}

/// Each fault befalls one of two pictures, at whichever end.
fn no_fault_for_good_costs_another_picture(server: &Server) {
    put_pictures(server, 2);
    server.make(&[]).ends_with(0);
    let (read, write) = (("GET", "images/1.jpg"), ("PUT", "thumbs/1.jpg"));
    let head = ("HEAD", "thumbs/1.jpg");
    for (number, ((method, target), fault, text)) in [
        (read, Fault::Reset, "read: "),
        (read, Fault::HalfBody, "read: "),
        (write, Fault::Reset, "write: "),
        (write, Fault::Silence, "write: "),
        (write, answer(500, "InternalError"), "write: InternalError"),
        (write, answer(503, "SlowDown"), "write: SlowDown"),
        (write, answer(403, "AccessDenied"), "write: AccessDenied"),
        (head, answer(500, ""), "freshness: the store answers 500"),
    ]
    .into_iter()
    .enumerate()
    {
        // Another one each time: a thumbnail that is there already needn't be written again.
        server.put("images/1.jpg", &jpeg(100, 50, number as u8));
        server.proxy.fault(method, target, 1000, fault);
        let run = server.make(&["--retry-timeout", "3"]);
        run.ends_with(1)
            .counts(0, 1, 1)
            .says(&format!("/1.jpg: {text}"));
        server.proxy.heal();
    }
    server.make(&[]).ends_with(0).counts(1, 1, 0);
}

fn a_thumbnail_is_replaced_whole_or_not_at_all(server: &Server) {
    put_pictures(server, 2);
    server.make(&[]).ends_with(0);
    let before = server.bytes("thumbs/1.jpg");
    server.put("images/1.jpg", &jpeg(90, 90, 7));
    server
        .proxy
        .fault("PUT", "thumbs/1.jpg", 1000, Fault::HalfRequest);
    let run = server.make(&["--retry-timeout", "1"]);
    run.ends_with(1).counts(0, 1, 1).says("/1.jpg: write: ");
    assert_eq!(server.bytes("thumbs/1.jpg"), before);
    server.proxy.heal();
    server
        .proxy
        .fault("PUT", "thumbs/1.jpg", 1, Fault::HalfRequest);
    server.make(&[]).ends_with(0).counts(1, 1, 0);
    assert_eq!(size(&server.bytes("thumbs/1.jpg")), (90, 90));
}

fn a_store_that_answers_that_it_can_not_ends_the_run(server: &Server) {
    put_pictures(server, 100);
    server
        .proxy
        .fault("GET", "images/", 10_000, answer(503, "SlowDown"));
    let run = server.make(&["--retry-timeout", "0.3", "--requests", "8"]);
    run.ends_with(2).says("stopped: ").says("SlowDown");
    // It may be back with the next picture: some are tried, but not all.
    let failures = run.lines_about(": read: ").len();
    assert!((32..60).contains(&failures), "{run}");
}

fn what_goes_wrong_once_is_tried_again(server: &Server) {
    put_pictures(server, 9);
    for (method, target, times, fault) in [
        ("GET", "images/0.jpg", 2, answer(503, "SlowDown")),
        ("GET", "images/1.jpg", 1, answer(500, "InternalError")),
        ("GET", "images/2.jpg", 1, Fault::Reset),
        ("GET", "images/3.jpg", 1, Fault::HalfBody),
        ("GET", "images/4.jpg", 1, Fault::Short),
        ("GET", "images/5.jpg", 1, Fault::Silence),
        ("PUT", "thumbs/6.jpg", 1, answer(503, "SlowDown")),
        ("PUT", "thumbs/7.jpg", 1, Fault::Reset),
        ("PUT", "thumbs/8.jpg", 1, Fault::Silence),
        ("LIST", "images", 1, answer(429, "TooManyRequests")),
        ("LIST", "images", 1, Fault::HalfBody),
    ] {
        server.proxy.fault(method, target, times, fault);
    }
    // Silence is borne for half of that.
    let run = server.make(&["--retry-timeout", "4"]);
    run.ends_with(0).counts(9, 0, 0);
    assert_eq!(server.proxy.open_faults(), 0);
    server.make(&[]).ends_with(0).counts(0, 9, 0);
}

fn what_goes_wrong_for_good_is_that_pictures_failure(server: &Server) {
    put_pictures(server, 8);
    for (method, target, fault) in [
        ("GET", "images/1.jpg", answer(500, "InternalError")),
        ("PUT", "thumbs/2.jpg", answer(400, "EntityTooWeird")),
        ("GET", "images/3.jpg", Fault::Short),
        ("GET", "images/4.jpg", answer(403, "AccessDenied")),
        ("GET", "images/5.jpg", Fault::Silence),
        ("GET", "images/6.jpg", answer(503, "SlowDown")),
        ("GET", "images/7.jpg", Fault::Long),
    ] {
        server.proxy.fault(method, target, 1000, fault);
    }
    // Silence is borne for half of that: longer than a busy machine's server takes to answer.
    let run = server.make(&["--retry-timeout", "4"]);
    run.ends_with(1).counts(1, 0, 7);
    run.says("images/1.jpg: read: InternalError")
        .says("thumbs/2.jpg: write: EntityTooWeird")
        .says("images/3.jpg: read: ")
        .says("bytes came where there should be")
        .says("images/4.jpg: read: AccessDenied")
        .says("images/5.jpg: read: ")
        .says("images/6.jpg: read: SlowDown")
        .says("images/7.jpg: read: 1099511627776 bytes came where there should be");
    let made: Vec<_> = server.thumbnails("thumbs").into_keys().collect();
    assert_eq!(made, ["0.jpg"]);
}

fn a_store_that_is_gone_ends_the_run(server: &Server) {
    put_pictures(server, 60);
    let switch = server.proxy.switch();
    let close = Fault::Before(Arc::new(move || switch.close()));
    server.proxy.fault("GET", "images/30.jpg", 1, close);
    let run = server.make(&["--retry-timeout", "1", "--requests", "2"]);
    run.ends_with(2).says("stopped: ");
    // What was in flight is done, and nothing else is begun.
    let failures = run.stderr.matches(": read: ").count() + run.stderr.matches(": write: ").count();
    assert!(failures <= 6, "{run}");
}

fn credentials_that_run_out_end_the_run(server: &Server) {
    put_pictures(server, 60);
    for (code, status) in [
        ("ExpiredToken", 400),
        ("RequestTimeTooSkewed", 403),
        ("AuthenticationFailed", 403),
    ] {
        for (method, target, stage) in [
            ("PUT", "thumbs/", ": write: "),
            ("GET", "images/", ": read: "),
        ] {
            if method == "PUT" {
                // The first one is the claim's.
                let pass = Fault::Before(Arc::new(|| ()));
                server.proxy.fault(method, ".thumbgen.", 2, pass);
            }
            server
                .proxy
                .fault(method, target, 1000, answer(status, code));
            let run = server.make(&["--requests", "2"]);
            run.ends_with(2).says("stopped: ").says(code);
            assert!(run.lines_about(stage).len() <= 6, "{run}");
            server.proxy.heal();
        }
    }
    server.make(&[]).ends_with(0).counts(60, 0, 0);
}

fn a_picture_that_is_replaced_after_it_was_listed_is_made_as_it_is_now(server: &Server) {
    put_pictures(server, 3);
    let other = server.client();
    let replace = Fault::Before(Arc::new(move || {
        other.put("images/1.jpg", &jpeg(300, 300, 9));
    }));
    server.proxy.fault("GET", "images/1.jpg", 1, replace);
    server.make(&[]).ends_with(0).counts(3, 0, 0);
    assert_eq!(size(&server.bytes("thumbs/1.jpg")), (128, 128));
    // The stamp is that of the object that was read.
    server.make(&[]).ends_with(0).counts(0, 3, 0);
}

fn what_comes_into_a_place_meanwhile_is_kept(server: &Server) {
    put_pictures(server, 2);
    let other = server.client();
    let put = Fault::Before(Arc::new(move || other.put("thumbs/1.jpg", b"mine")));
    server.proxy.fault("PUT", "thumbs/1.jpg", 1, put);
    server.make(&[]).ends_with(0).says("1 made").says("1 kept");
    assert_eq!(server.bytes("thumbs/1.jpg"), b"mine");
    // In the place of a thumbnail that is stale, too.
    server.put("images/0.jpg", &jpeg(90, 90, 7));
    let other = server.client();
    let put = Fault::Before(Arc::new(move || other.put("thumbs/0.jpg", b"mine")));
    server.proxy.fault("PUT", "thumbs/0.jpg", 1, put);
    server.make(&[]).ends_with(0).says("0 made").says("2 kept");
    assert_eq!(server.bytes("thumbs/0.jpg"), b"mine");
}

/// Variables of which no request can be made, and what is said of them.
fn senseless(kind: Kind) -> Vec<(&'static str, &'static str, &'static str)> {
    let none = "can't be used: no request can be made of that";
    match kind {
        Kind::S3 => vec![
            ("AWS_ENDPOINT_URL", "127.0.0.1:9000", none),
            ("AWS_ENDPOINT_URL", "", none),
            ("AWS_ENDPOINT_URL", "http://[::1", none),
            ("AWS_ENDPOINT_URL", "not a URL", none),
            ("AWS_SESSION_TOKEN", "with a line break\n", none),
            ("AWS_REGION", "us-east-1\n", none),
        ],
        Kind::Azure => vec![
            ("AZURE_STORAGE_ACCOUNT_NAME", "shop\n", none),
            // Well formed, and another account's.
            (
                "AZURE_STORAGE_ACCOUNT_KEY",
                "dGh1bWJnZW4=",
                "can't be used: AuthorizationFailure",
            ),
        ],
    }
}

/// The most pictures that are asked for at the same time from now on, of so many; each waits long enough for all that
/// may be under way.
fn count_requests(server: &Server, times: usize) -> Arc<[AtomicUsize; 2]> {
    let requests = Arc::new([0, 0].map(AtomicUsize::new));
    let counted = Arc::clone(&requests);
    let wait = Fault::Before(Arc::new(move || {
        let [now, most] = &*counted;
        most.fetch_max(now.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
        thread::sleep(Duration::from_millis(500));
        now.fetch_sub(1, Ordering::Relaxed);
    }));
    server.proxy.fault("GET", "images/", times, wait);
    requests
}

fn as_many_requests_are_made_at_a_time_as_may_be(server: &Server) {
    put_pictures(server, 200);
    let warning =
        "31 requests at a time instead of 256: this process may open only 128 files (ulimit -n)";
    for (options, warns, expected) in [
        (&["--jobs", "2", "--requests", "256"][..], true, 16..=31),
        (&["--jobs", "2", "--force"], false, 16..=31),
        (
            &["--jobs", "2", "--force", "--requests", "12"],
            false,
            12..=12,
        ),
    ] {
        let requests = count_requests(server, 200);
        let run = finish(&mut with_limit(
            "-n 128",
            server.command(server.places()).args(options),
        ));
        run.ends_with(0).counts(200, 0, 0);
        assert_eq!(run.stderr.contains(warning), warns, "{run}");
        assert_eq!(run.stderr.contains("ulimit"), warns, "{run}");
        let most = requests[1].load(Ordering::Relaxed);
        assert!(expected.contains(&most), "{most} requests at a time");
    }
}

fn pictures_in_flight_fit_the_memory(server: &Server) {
    for number in 0..12 {
        // What follows the picture is read with it.
        let picture = [jpeg(200, 120, number), vec![0; 1 << 20]].concat();
        server.put(&format!("images/{number}.jpg"), &picture);
    }
    let requests = count_requests(server, 12);
    let run = server.make(&["--requests", "16", "--max-memory", "2500k"]);
    run.ends_with(0).counts(12, 0, 0);
    let most = requests[1].load(Ordering::Relaxed);
    assert_eq!(most, 2, "pictures of a mebibyte at a time");
}

fn a_dead_runs_claim_is_taken_over_by_the_stores_clock(server: &Server) {
    put_pictures(server, 2);
    let claim = "thumbs/.thumbgen.claim/whole";
    server.put(claim, b"process 1 on another host");
    server.make(&[]).ends_with(75);
    assert_eq!(server.bytes(claim), b"process 1 on another host");
    // By the store's clock, whatever ours says, the claim is years old.
    let old = Fault::Header("last-modified", "Mon, 23 Nov 2020 14:00:00 GMT".into());
    server.proxy.fault("HEAD", claim, 1, old);
    server.make(&[]).ends_with(0).counts(2, 0, 0);
    assert_eq!(server.keys("thumbs/.thumbgen.claim"), [""; 0]);
}
