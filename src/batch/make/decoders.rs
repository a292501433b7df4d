//! Threads that only decode, for workers most of which wait for a store.
//!
//! If a worker decoded its picture itself when its turn came, a core would have nothing to do from the end of that until
//! the next worker is awake: 5% of the time of runs with 20 ms for every request.

use std::io;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::answer::answer;
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
    pub(super) fn hand_over(self, sink: &mut impl Sink) -> Result<(), ThumbnailError> {
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
        let (giver, answer) = answer();
        let work = move |thumbnailer: &mut Thumbnailer| {
            let result = caught(|| work(thumbnailer));
            let is_whole = result.is_ok();
            giver.give(result);
            is_whole
        };
        let threads = self.work.as_ref().expect("BUG: ended");
        threads.send(Box::new(work)).expect("BUG: no thread");
        match answer.wait().expect("BUG: no answer") {
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
    let ended = make_from(thumbnailer, source, bytes, variants, &mut kept);
    if let Err(error) = &ended {
        kept.clock.lap(error.step.into());
    }
    Decoded {
        made: kept.made,
        ended,
        times: kept.clock.times(),
    }
}

/// Makes thumbnails of a picture, of which `bytes` were read of `source`, as `variants` say.
///
/// # Errors
///
/// If it is none that can be decoded.
pub(super) fn make_from(
    thumbnailer: &mut Thumbnailer,
    source: &ReadSource,
    bytes: &[u8],
    variants: &[Variant],
    sink: &mut impl Sink,
) -> Result<(), ThumbnailError> {
    match &source.file {
        None => thumbnailer.thumbnails(bytes, variants, sink),
        Some(file) => thumbnailer.thumbnails_from(&mut file.input(), variants, sink),
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
    use crate::batch::freshness::SourceVersion;
    use crate::batch::stage::Stage;

    #[test]
    fn a_panic_is_the_workers_and_leaves_a_thread_that_works() {
        let decoders = Decoders::new(1, &Options::default()).unwrap();
        let state = || {
            decoders.run(|thumbnailer| {
                let name = current().name().map(str::to_owned);
                (name, thumbnailer.options().rotate)
            })
        };
        let sound = (Some("decoder 0".to_owned()), true);
        assert_eq!(state(), sound);
        let spoil = |thumbnailer: &mut Thumbnailer| {
            let options = Options {
                rotate: false,
                ..Options::default()
            };
            *thumbnailer = Thumbnailer::new(options);
            panic!("at work")
        };
        let Panicked(text) = caught(|| decoders.run(spoil)).unwrap_err();
        // The place follows, if another test has installed the hook.
        assert!(text.starts_with("at work"), "{text}");
        assert_eq!(state(), sound);
    }

    #[test]
    fn the_time_of_a_step_that_fails_is_told() {
        let mut jpeg = std::fs::read("testdata/pictures/beach.jpg").unwrap();
        jpeg.truncate(jpeg.len() / 2);
        let source = ReadSource {
            version: SourceVersion::of(&std::fs::metadata("testdata/pictures/beach.jpg").unwrap()),
            file: None,
        };
        let decoders = Decoders::new(1, &Options::default()).unwrap();
        let decoded = decoders.decode(Arc::new(source), jpeg, vec![Variant::default()]);
        assert_eq!(decoded.ended.unwrap_err().step, Step::Decode);
        assert!(!decoded.times.get(Stage::Decode).is_zero());
    }
}
