//! Tests that skipping and looking up several symbols at once gives the same as decoding symbol by symbol.

use super::block::{Decoder, Partial};
use crate::picture::jpeg::entropy::bits::{Bits, CHUNK, Chunk, WORD, extend};
use crate::picture::jpeg::entropy::dc_only::DcOnlyDecoder;
use crate::picture::jpeg::entropy::huffman::{Canonical, FromSpec};
use crate::picture::jpeg::entropy::intervals::{self, Units};
use crate::picture::jpeg::entropy::unstuff::{Buffer, Feed};
use crate::picture::jpeg::error::{Damage, Error};
use crate::picture::jpeg::limits::{DamagePolicy, Limits};
use crate::picture::jpeg::samples::zigzag;
use crate::picture::jpeg::scratch::BuiltTables;
use crate::picture::jpeg::syntax::frame::Coding;
use crate::picture::jpeg::syntax::header::Header;
use crate::picture::jpeg::syntax::markers::{self, SOS};
use crate::picture::jpeg::syntax::scan::{Layout, Scan};
use std::path::Path;

/// Decodes one block as in T.81 figures F.12 to F.14: the DC difference, and all coefficients in zigzag order.
fn plain(bits: &mut Bits, dc: &Canonical, ac: &Canonical) -> Result<(i16, [i16; 64]), Damage> {
    let mut coefficients = [0; 64];
    bits.refill();
    let code = dc.find(bits.peek(16) as u32, 0)?;
    bits.pass(code.length);
    let size = u32::from(code.symbol);
    let difference = extend(bits.take(size), size) as i16;
    let mut k = 1;
    while k < 64 {
        bits.refill();
        let code = ac.find(bits.peek(16) as u32, 0)?;
        bits.pass(code.length);
        if code.ends_block() {
            break;
        }
        k += code.run() as usize;
        let value = extend(bits.take(code.size()), code.size()) as i16;
        *coefficients.get_mut(k).ok_or(Damage::RunTooLong)? = value;
        k += 1;
    }
    Ok((difference, coefficients))
}

/// The decoders of one component, in all ways.
struct Component {
    dc: Canonical,
    ac: Canonical,
    mean: DcOnlyDecoder,
    partial: Vec<(usize, Box<Partial>)>,
    prediction: i16,
    blocks: usize,
}

impl Component {
    fn new(dc: &[u8], ac: &[u8], built: &mut BuiltTables) -> Option<Self> {
        let mut partial = Vec::new();
        for n in 2..=8 {
            match Decoder::new(n, &[1; 64], dc, ac, built, 0).ok()? {
                Decoder::Partial(decoder) => partial.push((n, decoder)),
                Decoder::DcOnly(_) => unreachable!("BUG: n is more than 1"),
            }
        }
        Some(Self {
            dc: Canonical::from_spec(dc).ok()?,
            ac: Canonical::from_spec(ac).ok()?,
            mean: built.dc_only_decoder(dc, ac, 1, 0).ok()?,
            partial,
            prediction: 0,
            blocks: 0,
        })
    }

    /// Decodes a block by symbols, at 1/8 and at one of the other scales in turn.
    fn decode(&mut self, bits: &mut Bits) -> Result<(), Damage> {
        let (mut at_mean, mut at_partial) = (*bits, *bits);
        let count = self.partial.len();
        let (n, partial) = &mut self.partial[self.blocks % count];
        self.blocks += 1;
        (self.mean.prediction, partial.prediction) = (self.prediction, self.prediction);
        let wanted = plain(bits, &self.dc, &self.ac);
        let mean = self.mean.decode(&mut at_mean);
        let read = partial.read(&mut at_partial);
        let (difference, coefficients) = match wanted {
            Ok(wanted) => wanted,
            Err(damage) => {
                assert!(mean.is_err(), "mean misses {damage:?}");
                assert!(read.is_err(), "n = {n} misses {damage:?}");
                partial.restart();
                return Err(damage);
            }
        };
        self.prediction = self.prediction.wrapping_add(difference);
        assert_eq!(
            (mean, at_mean.position()),
            (Ok(self.prediction), bits.position()),
            "mean"
        );
        assert_eq!(partial.prediction, self.prediction, "DC at n = {n}");
        assert_eq!(at_partial.position(), bits.position(), "end at n = {n}");
        let rest = read.map(|coded| &coefficients[coded..]);
        let zeros = rest.is_ok_and(|rest| rest.iter().all(|&coefficient| coefficient == 0));
        assert!(zeros, "{read:?} coefficients at n = {n}");
        for k in (1..64).filter(|&k| zigzag::needed(k, *n)) {
            let place = usize::from(partial.places[k]);
            assert_eq!(
                partial.block[place], coefficients[k],
                "coefficient {k} at n = {n}"
            );
        }
        partial.block = [0; 128];
        Ok(())
    }
}

/// All components of a scan.
struct Lockstep {
    layout: Layout,
    components: Vec<Component>,
}

impl Units for Lockstep {
    fn size(&self) -> (usize, usize) {
        self.layout.mcus
    }

    fn restart(&mut self) {
        for component in &mut self.components {
            component.prediction = 0;
        }
    }

    fn decode(
        &mut self,
        bits: &mut Bits,
        _threshold: usize,
        _at: (usize, usize),
        _count: usize,
    ) -> (usize, Result<(), Damage>) {
        for block in &self.layout.blocks {
            if let Err(damage) = self.components[block.component].decode(bits) {
                return (0, Err(damage));
            }
        }
        (1, Ok(()))
    }

    fn erase(&mut self, _at: (usize, usize)) {}
}

/// Goes through all scans of a sequential picture. Returns the number of blocks.
fn go_through(bytes: &[u8]) -> Result<usize, Error> {
    let header = Header::parse(bytes)?;
    if header.coding() == Coding::Progressive {
        return Ok(0);
    }
    let mut tables = header.tables.clone();
    let (mut built, mut buffer) = (BuiltTables::default(), Buffer::default());
    let mut policy = DamagePolicy::new(&Limits {
        allow_damaged: true,
        ..Limits::default()
    });
    let (mut at, mut blocks, mut seen) = (header.first_scan - 1, 0, 0);
    while seen < header.components().len() {
        let segment = markers::next_segment(bytes, at)?;
        at = segment.end;
        match segment.marker {
            SOS => {
                let scan = Scan::parse(&segment, &header.frame)?;
                let components = scan.components.iter().map(|component| {
                    Component::new(tables.dc[component.dc], tables.ac[component.ac], &mut built)
                });
                let Some(components) = components.collect() else {
                    return Ok(blocks);
                };
                let layout = Layout::new(&scan, &header.frame);
                let mut feed = Feed::new(bytes, at, layout.blocks.len(), &mut buffer);
                let mut units = Lockstep { layout, components };
                intervals::decode(&mut units, &mut feed, tables.restart_interval, &mut policy)?;
                blocks += units.components.iter().map(|c| c.blocks).sum::<usize>();
                seen += scan.components.len();
                at = feed.end();
            }
            _ => tables.read(&segment)?,
        }
    }
    Ok(blocks)
}

/// Goes through all files in the `folders` of the project's folder. Returns their number and that of the blocks.
fn go_through_files(folders: &[&str]) -> (usize, usize) {
    let (mut files, mut blocks) = (0, 0);
    for folder in folders {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let entries = folder
            .read_dir()
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for entry in entries.flatten().filter(|entry| entry.path().is_file()) {
            let bytes = std::fs::read(entry.path()).unwrap();
            // What is wrong with a picture is another test's matter.
            blocks += go_through(&bytes).unwrap_or(0);
            files += 1;
        }
    }
    (files, blocks)
}

#[test]
fn all_ways_agree_on_the_projects_pictures() {
    let folders = ["", "/Shop", "/small", "/travel"].map(|name| format!("testdata/pictures{name}"));
    let (files, blocks) = go_through_files(&folders.each_ref().map(String::as_str));
    assert!(
        files > 10 && blocks > 10_000,
        "{files} files, {blocks} blocks"
    );
}

#[cfg(feature = "corpus")]
#[test]
fn all_ways_agree_on_the_corpus() {
    let (files, blocks) = go_through_files(&[
        "../shared/corpus/camera",
        "../shared/corpus/web",
        "../shared/corpus/small",
        "../shared/corpus/odd",
        "../shared/corpus/odd/jpeg-decoder",
        "../shared/corpus/colour",
        "../shared/corpus/orientation",
        "../shared/corpus/hostile",
    ]);
    assert!(
        files > 300 && blocks > 1_000_000,
        "{files} files, {blocks} blocks"
    );
}

/// A small generator of numbers that are the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (self.0 >> 33) % end
    }
}

/// A DHT body with a code over some of the `symbols`, of random shape and not always complete.
fn random_spec(random: &mut Random, mut symbols: Vec<u8>) -> Vec<u8> {
    let (mut counts, mut chosen) = ([0u8; 16], Vec::new());
    let (mut free, shape) = (1u64, random.below(5) + 1);
    for (i, count) in counts.iter_mut().enumerate() {
        free *= 2;
        let most = (free - u64::from(i < 15)).min(symbols.len() as u64);
        let taken = if i == 15 {
            most
        } else {
            random.below(most / shape + 1)
        };
        *count = taken.min(255) as u8;
        free -= u64::from(*count);
        for _ in 0..*count {
            chosen.push(symbols.swap_remove(random.below(symbols.len() as u64) as usize));
        }
    }
    [counts.as_slice(), &chosen].concat()
}

#[test]
fn all_ways_agree_on_random_codes_and_bits() {
    let mut random = Random(1);
    let mut data: Box<Chunk> = Box::new([0; CHUNK + WORD]);
    let (mut blocks, mut damaged) = (0, 0);
    for round in 0..60 {
        let mut built = BuiltTables::default();
        let dc = random_spec(&mut random, (0..16).collect());
        // All symbols, or those that encoders use: short runs and small values.
        let most = if round % 2 == 0 { 16 } else { 5 };
        let symbols = (0..=255u8).filter(|symbol| symbol >> 4 < most && symbol & 15 < most);
        let ac = random_spec(&mut random, symbols.collect());
        let mut component = Component::new(&dc, &ac, &mut built).expect("BUG: a valid code");
        for byte in data.iter_mut() {
            *byte = random.below(256) as u8;
        }
        let mut position = 0;
        while position < 8 * (CHUNK - 1024) {
            let mut bits = Bits::new(&data, position);
            damaged += usize::from(component.decode(&mut bits).is_err());
            position = bits.position().max(position + 1);
            blocks += 1;
        }
    }
    println!("{blocks} blocks, {damaged} damaged");
    assert!(blocks > 10_000 && damaged > 100);
}
