//! What keeps workers apart where most of them wait for a store: few of them decode at a time, and the pictures that
//! are in memory are limited.

use std::ops::{Deref, DerefMut};
use std::sync::{Condvar, Mutex};

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::picture::{Options, Thumbnailer};

/// Thumbnailers for as many workers as may decode at a time, and room in memory for pictures.
#[derive(Debug)]
pub struct Overlap {
    options: Options,
    lend: Receiver<Thumbnailer>,
    give_back: Sender<Thumbnailer>,
    room: Mutex<u64>,
    freed: Condvar,
    all_room: u64,
}

impl Overlap {
    /// `jobs` workers may decode at a time, and pictures of `bytes` bytes be in memory.
    pub fn new(jobs: usize, bytes: u64, options: &Options) -> Self {
        let (give_back, lend) = bounded(jobs);
        for _ in 0..jobs {
            let thumbnailer = Thumbnailer::new(options.clone());
            give_back.send(thumbnailer).expect("BUG: room for all");
        }
        Self {
            options: options.clone(),
            lend,
            give_back,
            room: Mutex::new(bytes),
            freed: Condvar::new(),
            all_room: bytes,
        }
    }

    /// Waits for a thumbnailer.
    pub(super) fn thumbnailer(&self) -> Lent<'_> {
        Lent {
            overlap: self,
            thumbnailer: self.lend.recv().ok(),
        }
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

/// A thumbnailer that is given back.
#[derive(Debug)]
pub(super) struct Lent<'a> {
    overlap: &'a Overlap,
    thumbnailer: Option<Thumbnailer>,
}

impl Deref for Lent<'_> {
    type Target = Thumbnailer;

    fn deref(&self) -> &Thumbnailer {
        self.thumbnailer.as_ref().expect("BUG: given back")
    }
}

impl DerefMut for Lent<'_> {
    fn deref_mut(&mut self) -> &mut Thumbnailer {
        self.thumbnailer.as_mut().expect("BUG: given back")
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let lent = self.thumbnailer.take();
        // What a panic leaves may be half changed.
        let whole = lent.filter(|_| !std::thread::panicking());
        let thumbnailer = whole.unwrap_or_else(|| Thumbnailer::new(self.overlap.options.clone()));
        let _ = self.overlap.give_back.send(thumbnailer);
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
