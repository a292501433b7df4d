//! Tests of the real program against real servers: moto for S3 and Azurite for Azure Blob Storage, which
//! `tests/stores/install.sh` installs: the features `stores` and `stores-azure` ask for them. Between program and
//! server stands a proxy that counts requests and answers in the server's place where a test wants a fault.
#![allow(clippy::unwrap_used)]

/// Makes a test for each kind of server of each of these functions.
macro_rules! on_each_server {
    ($($test:ident),+ $(,)?) => {
        mod s3 {
            $(#[test] fn $test() { super::$test(&$crate::server::Server::new()); })+
        }
        #[cfg(feature = "stores-azure")]
        mod azure {
            use $crate::client::Kind;
            use $crate::server::Server;
            $(#[test] fn $test() { super::$test(&Server::of(Kind::Azure)); })+
        }
    };
}

mod client;
mod credentials;
#[allow(dead_code, reason = "the program's other tests use the rest")]
#[path = "../cli/env.rs"]
mod env;
mod faults;
mod keys;
mod proxy;
mod runs;
mod server;
mod side_files;
mod tls;
