//! Servers that are spoken to by TLS, as all are but those of tests.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::client::{ACCOUNT, Kind};
use crate::env::{Run, finish, jpeg};
use crate::server::{Server, program};

on_each_server!(a_server_is_known_by_its_certificate);

/// `tls.py` before a server.
struct Tls {
    process: Child,
    port: u16,
    /// The certificate of whoever signed the server's.
    authority: PathBuf,
}

impl Tls {
    fn before(server: &Server) -> Self {
        let authority = server.env.path("authority.pem");
        let mut process = Command::new(program("bin", "python3"))
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stores/tls.py"))
            .arg(server.proxy.port.to_string())
            .arg(&authority)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(process.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        Self {
            process,
            port: line.trim().parse().unwrap(),
            authority,
        }
    }

    /// Runs the program, which is told that the server is `host`.
    fn make(&self, server: &Server, host: &str, is_trusted: bool) -> Run {
        let mut command = server.command(server.places());
        let endpoint = format!("https://{host}:{}", self.port);
        match server.kind() {
            Kind::S3 => command
                .env("AWS_ENDPOINT_URL", endpoint)
                .env_remove("AWS_ALLOW_HTTP"),
            Kind::Azure => command
                .env("AZURE_STORAGE_ENDPOINT", format!("{endpoint}/{ACCOUNT}"))
                .env_remove("AZURE_ALLOW_HTTP"),
        };
        if is_trusted {
            command.env("SSL_CERT_FILE", &self.authority);
        }
        finish(command.arg("--retry-timeout=1"))
    }
}

impl Drop for Tls {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn a_server_is_known_by_its_certificate(server: &Server) {
    for number in 0..20 {
        server.put(&format!("images/{number}.jpg"), &jpeg(16, 12, number));
    }
    let tls = Tls::before(server);
    server.proxy.take_counts();
    tls.make(server, "localhost", false)
        .ends_with(2)
        .says("can't be used: invalid peer certificate: UnknownIssuer");
    // The certificate has no address.
    tls.make(server, "127.0.0.1", true).ends_with(2).says(
        "can't be used: invalid peer certificate: certificate not valid for name \"127.0.0.1\"",
    );
    assert!(server.proxy.take_counts().is_empty(), "it was spoken to");
    tls.make(server, "localhost", true)
        .ends_with(0)
        .counts(20, 0, 0);
    let by_tls = server.thumbnails("thumbs");
    assert_eq!(by_tls.len(), 20);
    server.make(&["--force"]).ends_with(0).counts(20, 0, 0);
    assert_eq!(server.thumbnails("thumbs"), by_tls);
    tls.make(server, "localhost", true)
        .ends_with(0)
        .counts(0, 20, 0);
}
