//! Quantised blocks -> tokens, Huffman symbols with their extra bits (T.81 F.1.2) -> bits.

use super::component::{KINDS, kind_of};
use super::forward::Block;
use super::huffman::Code;
use crate::picture::jpeg::NATURAL;
use fearless_simd::{Simd, SimdBase, SimdMask, i16x8};
use memchr::memchr;

/// Symbols of all tables, one after the other: DC and AC of luminance, DC and AC of chrominance.
const SYMBOLS: usize = KINDS * KIND;
/// The step from the symbols of luminance to those of chrominance.
const KIND: usize = 2 * AC;
/// The step from the symbols of a DC table to those of the AC table of the same kind.
const AC: usize = 256;

/// An end of block, and a run of 16 zeros (T.81 table F.2).
const EOB: u32 = 0;
const ZRL: u32 = 0xF0;

/// The most tokens that a block can have: one for each coefficient.
const OF_BLOCK: usize = 64;

/// The tokens of all blocks so far.
#[derive(Debug)]
pub(super) struct Tokens {
    /// The symbol's place among [`SYMBOLS`] in the upper half, the extra bits in the lower.
    tokens: Vec<u32>,
    /// How many there are; what follows them is room, perhaps with an earlier picture's tokens.
    count: usize,
    /// How often each symbol occurred.
    counts: Box<[u32; SYMBOLS]>,
}

/// For each component the DC coefficient of the block before (T.81 F.1.1.5.1).
#[derive(Debug, Default)]
pub(super) struct Predictions([i16; 3]);

impl Default for Tokens {
    fn default() -> Self {
        Self {
            tokens: Vec::new(),
            count: 0,
            counts: Box::new([0; SYMBOLS]),
        }
    }
}

impl Tokens {
    pub(super) fn clear(&mut self) {
        self.count = 0;
        self.counts.fill(0);
    }

    /// Makes room for this many more blocks.
    pub(super) fn make_room(&mut self, blocks: usize) {
        let wanted = self.count + OF_BLOCK * blocks;
        if self.tokens.len() < wanted {
            self.tokens.resize(wanted, 0);
        }
    }

    /// Adds the tokens of a component's next block.
    #[inline(always)]
    pub(super) fn add<S: Simd>(
        &mut self,
        simd: S,
        block: &Block,
        component: usize,
        predictions: &mut Predictions,
    ) {
        let room: &mut [u32; OF_BLOCK] = self.tokens[self.count..]
            .first_chunk_mut()
            .expect("BUG: no room for a block");
        let mut count = 0;
        let mut put = |symbol: u32, extra: u32| {
            room[count % OF_BLOCK] = symbol << 16 | extra;
            self.counts[symbol as usize % SYMBOLS] += 1;
            count += 1;
        };

        let dc = (kind_of(component) * KIND) as u32;
        let prediction = &mut predictions.0[component];
        let (size, extra) = categorised(block[0][0] - *prediction);
        *prediction = block[0][0];
        put(dc + size, extra);

        let ac = dc + AC as u32;
        let coefficients = block.as_flattened();
        let mut last = 0;
        let mut left = zigzag_of(nonzero(simd, block)) & !1;
        while left != 0 {
            let k = left.trailing_zeros();
            left &= left - 1;
            let mut run = k - last - 1;
            last = k;
            while run > 15 {
                put(ac + ZRL, 0);
                run -= 16;
            }
            let place = usize::from(NATURAL[k as usize % 64]);
            let (size, extra) = categorised(coefficients[place % 64]);
            put(ac + (run << 4 | size), extra);
        }
        if last < 63 {
            put(ac + EOB, 0);
        }
        self.count += count;
    }

    /// Writes the scan's data, before stuffing, into `bits`; returns them.
    #[inline(always)]
    pub(super) fn write<'b, S: Simd>(
        &self,
        _: S,
        tables: &Tables,
        bits: &'b mut Vec<u8>,
    ) -> &'b [u8] {
        let tokens = &self.tokens[..self.count];
        let lengths = tables.entries.iter().map(|entry| u64::from(entry & 31));
        let counts = self.counts.iter().map(|&count| u64::from(count));
        let most: u64 = lengths
            .zip(counts)
            .map(|(length, count)| length * count)
            .sum();
        // Each store writes eight bytes.
        let most = (most / 8) as usize + 8;
        if bits.len() < most {
            bits.resize(most, 0);
        }
        let (mut window, mut have, mut at) = (0u64, 0, 0);
        for &token in tokens {
            let entry = tables.entries[(token >> 16) as usize % SYMBOLS];
            have += entry & 31;
            window |= u64::from(entry >> 5 | token & 0xFFFF) << (64 - have);
            bits[at..at + 8].copy_from_slice(&window.to_be_bytes());
            let whole = have / 8;
            at += whole as usize;
            window <<= 8 * whole;
            have %= 8;
        }
        if have > 0 {
            // T.81 F.1.2.3: the last byte is filled with ones.
            bits[at] = (window >> 56) as u8 | 0xFF >> have;
            at += 1;
        }
        &bits[..at]
    }
}

/// Adds a scan's data with a zero after each 0xFF (T.81 F.1.2.3).
pub(super) fn stuff(mut bits: &[u8], jpeg: &mut Vec<u8>) {
    while let Some(at) = memchr(0xFF, bits) {
        let (stuffed, rest) = bits.split_at(at + 1);
        jpeg.extend_from_slice(stuffed);
        jpeg.push(0);
        bits = rest;
    }
    jpeg.extend_from_slice(bits);
}

/// A value's category, which is the number of its extra bits, and these (T.81 F.1.2.1.2).
#[inline(always)]
fn categorised(value: i16) -> (u32, u32) {
    let value = i32::from(value);
    let size = 32 - value.unsigned_abs().leading_zeros();
    // A negative value is coded as one less.
    let extra = (value + (value >> 31)) as u32 & ((1 << size) - 1);
    (size, extra)
}

/// For each row the set of coefficients that are not zero.
#[inline(always)]
fn nonzero<S: Simd>(simd: S, block: &Block) -> [u8; 8] {
    let mut sets = [0; 8];
    for (set, row) in sets.iter_mut().zip(block) {
        let zeros = simd.simd_eq_i16x8(i16x8::from_slice(simd, row), i16x8::splat(simd, 0));
        *set = !(zeros.to_bitmask() as u8);
    }
    sets
}

/// The places in zigzag order of a block's coefficients, from the sets of its rows.
#[inline(always)]
fn zigzag_of(rows: [u8; 8]) -> u64 {
    let sets = ZIGZAG.iter().zip(rows);
    sets.fold(0, |all, (row, set)| all | row[usize::from(set)])
}

/// For each row, the places in zigzag order of each set of its coefficients.
static ZIGZAG: [[u64; 256]; 8] = {
    let mut places = [[0; 256]; 8];
    let mut k = 0;
    while k < 64 {
        let natural = NATURAL[k] as usize;
        let mut set = 0;
        while set < 256 {
            if set >> (natural % 8) & 1 == 1 {
                places[natural / 8][set] |= 1 << k;
            }
            set += 1;
        }
        k += 1;
    }
    places
};

/// The Huffman tables of a scan.
#[derive(Debug)]
pub(super) struct Tables {
    /// Class and number, as DHT packs them into one byte (T.81 B.2.4.2), and the code.
    codes: Vec<(u8, Code)>,
    /// For each symbol its code with room for the extra bits, and in the lowest five bits the length of both.
    entries: [u32; SYMBOLS],
}

impl Tables {
    /// The best tables for these tokens, of luminance alone or of both kinds.
    pub(super) fn new(tokens: &Tokens, kinds: usize) -> Self {
        let mut codes = Vec::with_capacity(2 * kinds);
        let mut entries = [0; SYMBOLS];
        for class in [0, 1] {
            for kind in 0..kinds {
                let start = kind * KIND + class * AC;
                let code = Code::for_counts(&tokens.counts[start..start + AC]);
                for (symbol, bits, length) in code.codes() {
                    let size = u32::from(symbol & 15);
                    entries[start + usize::from(symbol)] = bits << (size + 5) | (length + size);
                }
                codes.push(((class << 4 | kind) as u8, code));
            }
        }
        Self { codes, entries }
    }

    /// Adds the body of a DHT segment.
    pub(super) fn write(&self, body: &mut Vec<u8>) {
        for (place, code) in &self.codes {
            body.push(*place);
            body.extend(code.counts);
            body.extend(&code.symbols);
        }
    }
}
