//! Threads that only decode, for workers most of which wait for a store.
//!
//! If a worker decoded its picture itself once it is its turn, a core would have nothing to do from the end of that to
//! when the next worker is awake: of a run with 20 ms for every request, 5 to 8% of the time.

use std::io;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};

use crate::batch::execute::{Panicked, caught};
use crate::batch::source::local::ReadSource;
use crate::batch::stage::{Clock, StageTimes};
use crate::picture::{Options, Sink, Step, Thumbnail, ThumbnailError, Thumbnailer, Variant};

/// The threads.
#[derive(Debug)]
pub(super) struct Decoders {
    /// None when they are to end.
    work: Option<Sender<Work>>,
    threads: Vec<JoinHandle<()>>,
}

/// Work for one of them; false if the thumbnailer may be half changed.
type Work = Box<dyn FnOnce(&mut Thumbnailer) -> bool + Send>;

/// What became of a picture.
pub(super) struct Decoded {
    /// What was made, with its number among the variants that were wanted.
    made: Vec<(usize, Result<Thumbnail, ThumbnailError>)>,
    /// Why that is not all.
    ended: Result<(), ThumbnailError>,
    /// How long it took, without waiting for a thread.
    pub(super) times: StageTimes,
}

impl Decoded {
    /// Hands what was made to `sink`, if it is all.
    ///
    /// # Errors
    ///
    /// Why it is not.
    pub(super) fn hand_over(self, sink: &mut dyn Sink) -> Result<(), ThumbnailError> {
        self.ended?;
        for (number, made) in self.made {
            sink.thumbnail(number, made);
        }
        Ok(())
    }
}

impl Decoders {
    /// `count` threads that decode as `options` say.
    ///
    /// # Errors
    ///
    /// If they can't be started.
    pub(super) fn new(count: usize, options: &Options) -> io::Result<Self> {
        let (work, for_threads) = unbounded();
        let start = |number| {
            let (work, options) = (for_threads.clone(), options.clone());
            thread::Builder::new()
                .name(format!("decoder {number}"))
                .spawn(move || do_all(&work, &options))
        };
        Ok(Self {
            work: Some(work),
            threads: (0..count).map(start).collect::<io::Result<_>>()?,
        })
    }

    /// Makes thumbnails of a picture as `variants` say. `bytes` are what was read of `source`.
    ///
    /// # Panics
    ///
    /// If making them does, with the same text.
    pub(super) fn decode(
        &self,
        source: Arc<ReadSource>,
        bytes: Vec<u8>,
        variants: Vec<Variant>,
    ) -> Decoded {
        self.run(move |thumbnailer| decode(thumbnailer, &source, &bytes, &variants))
    }

    /// Does `work` on one of the threads, and waits for it.
    fn run<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Thumbnailer) -> R + Send + 'static,
    ) -> R {
        let (answer, answered) = bounded(1);
        let work = move |thumbnailer: &mut Thumbnailer| {
            let result = caught(|| work(thumbnailer));
            let is_whole = result.is_ok();
            let _ = answer.send(result);
            is_whole
        };
        let threads = self.work.as_ref().expect("BUG: ended");
        threads.send(Box::new(work)).expect("BUG: no thread");
        match answered.recv().expect("BUG: no answer") {
            Ok(result) => result,
            Err(Panicked(text)) => resume_unwind(Box::new(text)),
        }
    }
}

impl Drop for Decoders {
    fn drop(&mut self) {
        self.work = None;
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn do_all(work: &Receiver<Work>, options: &Options) {
    let thumbnailer = || Thumbnailer::new(options.clone());
    let mut own = thumbnailer();
    for work in work {
        if !work(&mut own) {
            own = thumbnailer();
        }
    }
}

fn decode(
    thumbnailer: &mut Thumbnailer,
    source: &ReadSource,
    bytes: &[u8],
    variants: &[Variant],
) -> Decoded {
    let mut kept = Kept {
        made: Vec::with_capacity(variants.len()),
        clock: Clock::start(),
    };
    let ended = match &source.file {
        None => thumbnailer.thumbnails(bytes, variants, &mut kept),
        Some(file) => thumbnailer.thumbnails_from(&mut file.input(), variants, &mut kept),
    };
    Decoded {
        made: kept.made,
        ended,
        times: kept.clock.times(),
    }
}

/// Keeps what is made for the worker, which writes it.
struct Kept {
    made: Vec<(usize, Result<Thumbnail, ThumbnailError>)>,
    clock: Clock,
}

impl Sink for Kept {
    fn thumbnail(&mut self, number: usize, made: Result<Thumbnail, ThumbnailError>) {
        self.made.push((number, made));
    }

    fn lap(&mut self, step: Step) {
        self.clock.lap(step.into());
    }
}

#[cfg(test)]
mod tests {
    use std::thread::current;

    use super::*;

    #[test]
    fn a_panic_is_the_workers_and_leaves_a_thread_that_works() {
        let decoders = Decoders::new(1, &Options::default()).unwrap();
        let name = || decoders.run(|_| current().name().map(str::to_owned));
        assert_eq!(name().as_deref(), Some("decoder 0"));
        let Panicked(text) = caught(|| decoders.run(|_| panic!("at work"))).unwrap_err();
        // The place follows, if another test has installed the hook.
        assert!(text.starts_with("at work"), "{text}");
        assert_eq!(name().as_deref(), Some("decoder 0"));
    }
}
