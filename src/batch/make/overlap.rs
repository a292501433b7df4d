//! Where most workers wait for a store: few threads decode, and the pictures that are in memory are limited.

use std::io;
use std::sync::{Condvar, Mutex};

use super::decoders::Decoders;
use crate::picture::Options;

/// Threads that decode, and room in memory for pictures.
#[derive(Debug)]
pub struct Overlap {
    pub(super) decoders: Decoders,
    room: Mutex<u64>,
    freed: Condvar,
    all_room: u64,
}

impl Overlap {
    /// `jobs` threads decode as `options` say, and pictures of `bytes` bytes may be in memory.
    ///
    /// # Errors
    ///
    /// If the threads can't be started.
    pub fn new(jobs: usize, bytes: u64, options: &Options) -> io::Result<Self> {
        Ok(Self {
            decoders: Decoders::new(jobs, options)?,
            room: Mutex::new(bytes),
            freed: Condvar::new(),
            all_room: bytes,
        })
    }

    /// Waits until there is room for a picture of `bytes` bytes; one that is too large for all of it, for all of it.
    pub(super) fn room(&self, bytes: u64) -> Room<'_> {
        let bytes = bytes.min(self.all_room);
        let room = self.room.lock().expect("BUG: poisoned room");
        let waited = self.freed.wait_while(room, |room| *room < bytes);
        *waited.expect("BUG: poisoned room") -= bytes;
        Room {
            overlap: self,
            bytes,
        }
    }
}

/// Room in memory that is given back.
#[derive(Debug)]
pub(super) struct Room<'a> {
    overlap: &'a Overlap,
    bytes: u64,
}

impl Drop for Room<'_> {
    fn drop(&mut self) {
        if let Ok(mut room) = self.overlap.room.lock() {
            *room += self.bytes;
        }
        self.overlap.freed.notify_all();
    }
}
