//! What a worker keeps from picture to picture.

use super::entropy::ac::AcTable;
use super::entropy::ac_skip::SkipTable;
use super::entropy::band_skip::BandSkipTable;
use super::entropy::dc::DcTable;
use super::entropy::dc_only::{DcOnlyDecoder, DcOnlyTable};
use super::entropy::huffman::FromSpec;
use super::entropy::unstuff::Buffer;
use super::error::{Error, Flaw};
use super::lanes::Lanes;
use std::sync::Arc;

/// A worker's buffers and tables. Reusing it saves allocating them, and building tables that pictures share.
#[derive(Debug, Default)]
pub struct Scratch {
    /// All planes of a picture, one after the other: with buffers of their own, each would keep the largest that it
    /// was.
    pub(crate) samples: Vec<u8>,
    pub(crate) coefficients: [Vec<i16>; 4],
    pub(crate) histories: [Vec<u64>; 4],
    pub(crate) buffer: Buffer,
    pub(crate) tables: BuiltTables,
    pub(crate) lanes: Lanes,
}

impl Scratch {
    /// An empty scratch; it grows with use.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty scratch with which scans of at least this many bytes are decoded in lanes: for tests, which want that
    /// for small scans, too, or for none.
    #[doc(hidden)]
    pub fn with_lanes_from(bytes: usize) -> Self {
        Self {
            lanes: Lanes::from_size(bytes),
            ..Self::default()
        }
    }
}

/// The tables built so far, by the bytes that define them.
#[derive(Debug, Default)]
pub(crate) struct BuiltTables {
    pub(crate) dc: Cache<DcTable>,
    pub(crate) ac: Cache<AcTable>,
    pub(crate) skip: Cache<SkipTable>,
    pub(crate) first_scans: Cache<BandSkipTable<false>>,
    pub(crate) refining_scans: Cache<BandSkipTable<true>>,
    pub(crate) dc_only: Cache<DcOnlyTable>,
}

impl BuiltTables {
    /// The decoder of a component's block means with these tables.
    pub(crate) fn dc_only_decoder(
        &mut self,
        dc: &[u8],
        ac: &[u8],
        quantiser: u16,
        offset: usize,
    ) -> Result<DcOnlyDecoder, Error> {
        // The counts imply how many symbols there are, so the two specifications together make an unambiguous key.
        let key = [dc, ac].concat();
        let (dc, skip) = (self.dc.get(dc, offset)?, self.skip.get(ac, offset)?);
        let first = self
            .dc_only
            .get_or_build(&key, || Ok(DcOnlyTable::new(&dc, &skip)))?;
        Ok(DcOnlyDecoder {
            first,
            dc,
            skip,
            quantiser,
            prediction: 0,
        })
    }
}

/// The most recently used tables of one kind, newest first.
#[derive(Debug)]
pub(crate) struct Cache<T>(Vec<(Vec<u8>, Arc<T>)>);

impl<T> Default for Cache<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// Two pictures' worth for the sequential kinds, and more than a picture's for most progressive ones.
const KEPT: usize = 8;

impl<T: FromSpec> Cache<T> {
    /// The table that the 16 counts and the symbols of `spec` define; `offset` is where errors are reported.
    pub(crate) fn get(&mut self, spec: &[u8], offset: usize) -> Result<Arc<T>, Error> {
        if !self.bring_forward(spec) {
            // Pictures with optimised tables hardly ever share one: then this is the common case, and reusing memory
            // saves moving 40 KB twice for each table.
            let mut table = self.take_oldest();
            let built = match table.as_mut().and_then(Arc::get_mut) {
                Some(table) => table.rebuild(spec),
                None => T::from_spec(spec).map(|built| table = Some(Arc::new(built))),
            };
            built.map_err(|_| Error::format(Flaw::HuffmanTable, offset))?;
            self.0.extend(table.map(|table| (spec.to_vec(), table)));
            self.0.rotate_right(1);
        }
        Ok(Arc::clone(&self.0[0].1))
    }
}

impl<T> Cache<T> {
    /// The table under `key`, built if there is none.
    pub(crate) fn get_or_build(
        &mut self,
        key: &[u8],
        build: impl FnOnce() -> Result<T, Error>,
    ) -> Result<Arc<T>, Error> {
        if !self.bring_forward(key) {
            let table = build()?;
            self.take_oldest();
            self.0.insert(0, (key.to_vec(), Arc::new(table)));
        }
        Ok(Arc::clone(&self.0[0].1))
    }

    /// Brings the table under `key` to the front; false if there is none.
    fn bring_forward(&mut self, key: &[u8]) -> bool {
        let at = self.0.iter().position(|(kept, _)| kept == key);
        if let Some(at) = at {
            self.0[..=at].rotate_right(1);
        }
        at.is_some()
    }

    /// Makes room for one more table. Returns the least recently used one, if there are too many.
    fn take_oldest(&mut self) -> Option<Arc<T>> {
        let full = self.0.len() == KEPT;
        full.then(|| self.0.pop()).flatten().map(|(_, table)| table)
    }
}
