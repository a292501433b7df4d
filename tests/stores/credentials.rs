//! Credentials that a machine's metadata service hands out for a while.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, SystemTime};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::env::{finish, jpeg};
use crate::proxy::Fault;
use crate::server::{Server, with_limit};

/// A metadata service of EC2 whose credentials run out at once: each time there are others
/// (<https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html>).
struct Metadata {
    port: u16,
    handed_out: Arc<AtomicUsize>,
}

impl Metadata {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let handed_out = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&handed_out);
        thread::spawn(move || {
            for client in listener.incoming() {
                let _ = serve(&client.unwrap(), &counter);
            }
        });
        Self { port, handed_out }
    }
}

fn serve(mut client: &TcpStream, handed_out: &AtomicUsize) -> std::io::Result<()> {
    let mut reader = BufReader::new(client);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.by_ref().read_line(&mut head)? == 0 {
            return Ok(());
        }
    }
    let target = head.split(' ').nth(1).unwrap();
    let answer = match target {
        "/latest/api/token" => "a token".to_owned(),
        "/latest/meta-data/iam/security-credentials/" => "role".to_owned(),
        _ => {
            let number = handed_out.fetch_add(1, Ordering::Relaxed);
            // Within five minutes of their end, credentials are asked for anew.
            let end = SystemTime::now() + Duration::from_secs(200);
            format!(
                r#"{{"Code":"Success","LastUpdated":"2026-11-26T00:00:00Z","Type":"AWS-HMAC",
                    "AccessKeyId":"test","SecretAccessKey":"hush","Token":"token-{number}",
                    "Expiration":"{}"}}"#,
                humantime::format_rfc3339_seconds(end)
            )
        }
    };
    write!(
        client,
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{answer}",
        answer.len()
    )
}

#[test]
fn that_there_are_none_is_said() {
    let server = Server::new();
    let mut command = server.command(server.places());
    for name in ["ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN"] {
        command.env_remove(format!("AWS_{name}"));
    }
    // Nobody is there.
    command.env("AWS_METADATA_ENDPOINT", "http://127.0.0.1:1");
    let run = finish(command.args(["--retry-timeout", "0.5"]));
    run.ends_with(2)
        .says("can't be used: there are no credentials in the environment");
}

/// Starts `command`, which may leave a core dump of any length.
fn start(command: &Command) -> Child {
    let mut command = with_limit("-c unlimited", command);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

#[test]
fn no_core_dump_has_them() {
    let server = Server::new();
    let mut shell = Command::new("sh");
    shell
        .args(["-c", "kill -ABRT $$"])
        .current_dir(server.env.path(""));
    if !start(&shell).wait().unwrap().core_dumped() {
        println!("SKIPPED: nothing leaves a core dump here");
        return;
    }
    server.put("images/a.jpg", &jpeg(16, 12, 1));
    server.proxy.fault("GET", "images/", 1, Fault::Silence);
    let mut run = start(&server.command(server.places()));
    while server.proxy.open_faults() > 0 {
        thread::sleep(Duration::from_millis(10));
    }
    let process = Pid::from_raw(i32::try_from(run.id()).unwrap());
    kill(process, Signal::SIGABRT).unwrap();
    let status = run.wait().unwrap();
    assert_eq!(status.signal(), Some(Signal::SIGABRT as i32));
    assert!(!status.core_dumped());
}

#[test]
fn credentials_are_renewed_before_they_run_out() {
    let (server, metadata) = (Server::new(), Metadata::new());
    for number in 0..100 {
        server.put(&format!("images/{number}.jpg"), &jpeg(16, 12, number));
    }
    let mut command = server.command(server.places());
    for name in ["ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN"] {
        command.env_remove(format!("AWS_{name}"));
    }
    let endpoint = format!("http://127.0.0.1:{}", metadata.port);
    let run = finish(
        command
            .env("AWS_METADATA_ENDPOINT", endpoint)
            .args(["--requests", "1"]),
    );
    run.ends_with(0).counts(100, 0, 0).does_not_say("hush");
    assert!(metadata.handed_out.load(Ordering::Relaxed) > 2);
    let tokens = server.proxy.tokens();
    assert!(tokens.len() > 2, "{tokens:?}");
}
