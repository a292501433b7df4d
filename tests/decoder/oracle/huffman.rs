//! Huffman tables (T.81 annex C) and decoding of one code (F.2.2.3).

use super::Result;
use super::bits::Bits;

/// BITS and HUFFVAL of a DHT segment: how many codes there are of each length, and their symbols in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    pub counts: [usize; 16],
    pub symbols: Vec<u8>,
}

impl Table {
    /// DECODE of figure F.16: lengthen the code until it is one of its length.
    ///
    /// Codes of one length are consecutive numbers, and the first of the next length is twice the number that would
    /// have come next (C.2, figure C.2).
    pub fn decode(&self, bits: &mut Bits) -> Result<u8> {
        let (mut code, mut first, mut index) = (0, 0, 0);
        for count in self.counts {
            code = (code << 1) | bits.bit()? as usize;
            if code < first + count {
                let symbol = self.symbols.get(index + code - first);
                return symbol
                    .copied()
                    .ok_or_else(|| "code without a symbol".into());
            }
            index += count;
            first = (first + count) << 1;
        }
        Err("no such code".into())
    }

    /// Each symbol with its code and the code's length (C.2), for the writer.
    pub fn codes(&self) -> Vec<(u8, u32, u32)> {
        let (mut codes, mut code, mut symbols) = (Vec::new(), 0, self.symbols.iter());
        for (length, &count) in (1..).zip(&self.counts) {
            for &symbol in symbols.by_ref().take(count) {
                codes.push((symbol, code, length));
                code += 1;
            }
            code <<= 1;
        }
        codes
    }
}

/// The four slots of each class, empty until a DHT fills them.
#[derive(Clone, Default)]
pub struct Tables {
    pub dc: [Option<Table>; 4],
    pub ac: [Option<Table>; 4],
}

impl Tables {
    /// The example tables of T.81 K.3.3, which Motion JPEG streams leave out (OpenDML AVI, "AVI MJPEG DIB format").
    pub fn typical() -> Self {
        let mut tables = Self::default();
        tables.dc[0] = Some(typical_dc([0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]));
        tables.dc[1] = Some(typical_dc([0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0]));
        tables.ac[0] = Some(typical_ac(
            [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125],
            K5_SHORT,
        ));
        tables.ac[1] = Some(typical_ac(
            [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119],
            K6_SHORT,
        ));
        tables
    }
}

/// Tables K.3 and K.4: categories 0 to 11 in order.
fn typical_dc(counts: [usize; 16]) -> Table {
    Table {
        counts,
        symbols: (0..12).collect(),
    }
}

/// Tables K.5 and K.6: symbols of the short codes as listed; all others have 16 bits and stand in rising order.
fn typical_ac(counts: [usize; 16], short: &[u8]) -> Table {
    let all = (0..=0xFF_u8).filter(|symbol| match symbol {
        0x00 | 0xF0 => true,
        _ => (1..=10).contains(&(symbol & 15)),
    });
    let mut symbols = short.to_vec();
    symbols.extend(all.filter(|symbol| !short.contains(symbol)));
    assert_eq!(symbols.len(), counts.iter().sum::<usize>());
    Table { counts, symbols }
}

/// Table K.5 in code order up to where the symbols begin to rise without gaps.
const K5_SHORT: &[u8] = &[
    0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61, 0x07,
    0x22, 0x71, 0x14, 0x32, 0x81, 0x91, 0xA1, 0x08, 0x23, 0x42, 0xB1, 0xC1, 0x15, 0x52, 0xD1, 0xF0,
    0x24, 0x33, 0x62, 0x72, 0x82,
];

/// Table K.6 likewise.
const K6_SHORT: &[u8] = &[
    0x00, 0x01, 0x02, 0x03, 0x11, 0x04, 0x05, 0x21, 0x31, 0x06, 0x12, 0x41, 0x51, 0x07, 0x61, 0x71,
    0x13, 0x22, 0x32, 0x81, 0x08, 0x14, 0x42, 0x91, 0xA1, 0xB1, 0xC1, 0x09, 0x23, 0x33, 0x52, 0xF0,
    0x15, 0x62, 0x72, 0xD1, 0x0A, 0x16, 0x24, 0x34, 0xE1, 0x25, 0xF1,
];
