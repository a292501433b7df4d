//! Files from and to a store, part by part: reports are no pictures, and may be long.

use std::io::{self, Read, Write};
use std::sync::Arc;

use object_store::{MultipartUpload, PutMultipartOptions, PutPayload};

use super::client::Store;
use super::error::StoreError;
use super::object::{Headers, Over, Span};

/// What is read and written at a time of objects that are no pictures. S3 wants 5 MiB at least, and takes 10,000 parts.
const PART: usize = 8 << 20;

impl Store {
    /// Writes the bytes of the object `key` into `out`; false if there is none.
    ///
    /// # Errors
    ///
    /// If the store doesn't give them, or `out` doesn't take them.
    pub fn copy_to(&self, key: &str, out: &mut impl Write) -> io::Result<bool> {
        let mut begin = 0;
        let Some(head) = self.head(key)? else {
            return Ok(false);
        };
        while begin < head.length {
            let end = head.length.min(begin + PART as u64);
            let span = Span::Part(begin..end);
            let part = self.get(key, span, Some(&head.etag))?.bytes;
            let (got, wanted) = (part.len() as u64, end - begin);
            if got != wanted {
                return Err(StoreError::other_length(got, wanted).into());
            }
            out.write_all(&part)?;
            begin = end;
        }
        Ok(true)
    }

    /// Makes what is in `file`, of `length` bytes, the object `key`, whatever is there; in parts, if it is long.
    ///
    /// # Errors
    ///
    /// If the store refuses, or `file` can't be read.
    pub fn put_file(
        &self,
        key: &str,
        file: &mut impl Read,
        length: u64,
        content_type: &'static str,
    ) -> io::Result<()> {
        let headers = Headers {
            content_type: Some(content_type),
            ..Headers::default()
        };
        if length <= PART as u64 {
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            self.put(key, bytes, Over::Anything, headers)?;
            return Ok(());
        }
        let path = self.path(key)?;
        let options = PutMultipartOptions {
            attributes: headers.attributes(),
            ..PutMultipartOptions::default()
        };
        let objects = Arc::clone(&self.objects);
        let begun = async move { objects.put_multipart_opts(&path, options).await };
        let mut upload = self.wait(begun)?;
        let sent = self.put_parts(&mut *upload, file);
        let all_sent = sent.is_ok();
        let ended = self.wait(async move {
            let completed = match all_sent {
                true => upload.complete().await.map(Some),
                false => Ok(None),
            };
            if !matches!(completed, Ok(Some(_))) {
                // Otherwise the parts stay, unseen, and are paid for.
                let _ = upload.abort().await;
            }
            completed
        });
        sent?;
        ended?;
        Ok(())
    }

    fn put_parts(&self, upload: &mut dyn MultipartUpload, file: &mut impl Read) -> io::Result<()> {
        loop {
            let mut part = Vec::new();
            file.take(PART as u64).read_to_end(&mut part)?;
            if part.is_empty() {
                return Ok(());
            }
            self.wait(upload.put_part(PutPayload::from(part)))?;
        }
    }
}
