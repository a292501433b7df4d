//! Digests and signatures for the stores' protocols, and TLS: all by graviola, which is assembler and Rust.

use std::io;
use std::sync::Arc;

use graviola::hashing::hmac::Hmac;
use graviola::hashing::{Hash, HashContext, HashOutput, Sha256};
use graviola::signing::rsa::SigningKey;
use object_store::client::{
    CryptoProvider, DigestAlgorithm, DigestContext, HmacContext, Signer, SigningAlgorithm,
};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject;
use thiserror::Error;

/// Makes graviola what TLS is done with, unless the process has chosen something else already: rustls keeps one choice
/// for the whole process, and the HTTP client that object_store uses takes no other.
///
/// # Errors
///
/// If the processor lacks what graviola needs: AES, PCLMUL, AVX2, BMI2 and ADX on x86_64, AES, SHA-2 and PMULL on
/// aarch64.
pub(super) fn choose_tls() -> io::Result<()> {
    if !graviola::util::is_cpu_supported() {
        return Err(io::Error::new(io::ErrorKind::Unsupported, OldProcessor));
    }
    // Somebody was first: their choice will do.
    let _ = rustls_graviola::default_provider().install_default();
    Ok(())
}

/// The processor is too old.
#[derive(Debug, Error)]
#[error("this processor lacks the instructions that TLS is done with here (AVX2, ADX, AES)")]
struct OldProcessor;

/// Digests and signatures.
#[derive(Debug)]
pub(super) struct Graviola;

/// The first 64 bits of the SHA-256 of `parts`, each with its length in front.
pub(super) fn digest(parts: &[&str]) -> u64 {
    let mut context = Sha256::new();
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part.as_bytes());
    }
    first(&context.finish())
}

/// The first 64 bits of the SHA-256 of `bytes`.
pub(super) fn checksum(bytes: &[u8]) -> u64 {
    first(&Sha256::hash(bytes))
}

fn first(hash: &HashOutput) -> u64 {
    let bytes = hash.as_ref().first_chunk().expect("BUG: a short hash");
    u64::from_be_bytes(*bytes)
}

impl CryptoProvider for Graviola {
    fn digest(&self, _: DigestAlgorithm) -> object_store::Result<Box<dyn DigestContext>> {
        Ok(Box::new(Digesting {
            context: Sha256::new(),
            made: None,
        }))
    }

    fn hmac(
        &self,
        _: DigestAlgorithm,
        secret: &[u8],
    ) -> object_store::Result<Box<dyn HmacContext>> {
        Ok(Box::new(Authenticating {
            context: Some(Hmac::new(secret)),
            made: None,
        }))
    }

    fn sign(&self, _: SigningAlgorithm, pem: &[u8]) -> object_store::Result<Box<dyn Signer>> {
        let key = PrivateKeyDer::from_pem_slice(pem).map_err(|_| unusable(KeyFault::Pem))?;
        let key = match key {
            PrivateKeyDer::Pkcs8(key) => SigningKey::from_pkcs8_der(key.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(key) => SigningKey::from_pkcs1_der(key.secret_pkcs1_der()),
            _ => return Err(unusable(KeyFault::NotRsa)),
        };
        let key = key.map_err(|_| unusable(KeyFault::NotRsa))?;
        Ok(Box::new(Signing(Arc::new(key))))
    }
}

/// What is wrong with a service account's key, which no message shows.
#[derive(Debug, Error)]
enum KeyFault {
    #[error("the service account's private key is no PEM")]
    Pem,
    #[error("the service account's private key is no RSA key")]
    NotRsa,
    #[error("the service account's private key can't sign")]
    Signature,
}

fn unusable(fault: KeyFault) -> object_store::Error {
    object_store::Error::Generic {
        store: "signing",
        source: Box::new(fault),
    }
}

struct Digesting {
    context: <Sha256 as Hash>::Context,
    made: Option<HashOutput>,
}

impl DigestContext for Digesting {
    fn update(&mut self, data: &[u8]) {
        self.context.update(data);
    }

    fn finish(&mut self) -> object_store::Result<&[u8]> {
        let context = std::mem::replace(&mut self.context, Sha256::new());
        let made: &HashOutput = self.made.insert(context.finish());
        Ok(made.as_ref())
    }
}

struct Authenticating {
    context: Option<Hmac<Sha256>>,
    made: Option<HashOutput>,
}

impl HmacContext for Authenticating {
    fn update(&mut self, data: &[u8]) {
        if let Some(context) = &mut self.context {
            context.update(data);
        }
    }

    fn finish(&mut self) -> object_store::Result<&[u8]> {
        let context = self.context.take().expect("BUG: finished twice");
        let made: &HashOutput = self.made.insert(context.finish());
        Ok(made.as_ref())
    }
}

struct Signing(Arc<SigningKey>);

impl Signer for Signing {
    fn sign(&self, text: &[u8]) -> object_store::Result<Vec<u8>> {
        let mut signature = vec![0; self.0.modulus_len_bytes()];
        let signature = self.0.sign_pkcs1_sha256(&mut signature, text);
        signature
            .map(<[u8]>::to_vec)
            .map_err(|_| unusable(KeyFault::Signature))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn digests_and_codes_are_those_of_the_standards() {
        let mut digest = Graviola.digest(DigestAlgorithm::Sha256).unwrap();
        digest.update(b"ab");
        digest.update(b"c");
        // FIPS 180-2, appendix B.1.
        assert_eq!(
            hex(digest.finish().unwrap()),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        // RFC 4231, section 4.3.
        let mut hmac = Graviola.hmac(DigestAlgorithm::Sha256, b"Jefe").unwrap();
        hmac.update(b"what do ya want for nothing?");
        assert_eq!(
            hex(hmac.finish().unwrap()),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn a_key_that_is_none_is_an_error_that_does_not_show_it() {
        let error = Graviola.sign(SigningAlgorithm::RS256, b"hush");
        let error = error.map(|_| ()).unwrap_err().to_string();
        assert!(
            error.contains("no PEM") && !error.contains("hush"),
            "{error}"
        );
    }

    #[test]
    fn parts_are_kept_apart_in_a_digest() {
        assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
        assert_eq!(digest(&["ab", "c"]), digest(&["ab", "c"]));
    }
}
