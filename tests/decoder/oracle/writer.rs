//! Writes a [`Picture`] as a JPEG stream, in any form that the standard allows and some that it does not.

use super::huffman::Table;
use super::picture::{Block, Coding, Picture, ZIGZAG};
use super::script::{self, Scan};
use super::segments::marker;
use super::tables::{Codes, tables};
use super::tokens::{TableId, Token, slot, tokens};
use std::collections::BTreeMap;

/// How to write a picture; [`Recipe::new`] and `..` fill in the ordinary.
#[derive(Clone, Debug)]
pub struct Recipe {
    pub scans: Vec<Scan>,
    pub restart_interval: usize,
    pub codes: Codes,
    /// Quantisation tables of 16 bits (B.2.4.1), which the standard forbids in baseline.
    pub wide_quantisers: bool,
    /// All components name quantisation slot 0, and DQT stands before each scan; for separate scans only.
    pub one_quantiser_slot: bool,
    /// The frame header says 0 lines, and DNL follows the first scan (B.2.5).
    pub lines_by_dnl: bool,
    /// Fill bytes before each marker (B.1.1.2).
    pub fill: usize,
    /// Bytes between the end of a restart interval and RSTn; the standard has none there.
    pub junk_before_restart: Vec<u8>,
    /// The most blocks that one EOBn may end.
    pub longest_run: u32,
    /// Segments right after SOI: marker and body.
    pub segments: Vec<(u8, Vec<u8>)>,
    /// Whether EOI ends the stream.
    pub end: bool,
}

impl Recipe {
    /// One scan for sequential pictures, the usual script for progressive ones.
    pub fn new(picture: &Picture) -> Self {
        let scans = match picture.coding {
            Coding::Progressive => script::usual(picture),
            _ => script::interleaved(picture),
        };
        Self {
            scans,
            restart_interval: 0,
            codes: Codes::Optimal,
            wide_quantisers: false,
            one_quantiser_slot: false,
            lines_by_dnl: false,
            fill: 0,
            junk_before_restart: Vec::new(),
            longest_run: 0x7FFF,
            segments: Vec::new(),
            end: true,
        }
    }

    pub fn write(&self, picture: &Picture) -> Vec<u8> {
        let mut out = Stream {
            bytes: Vec::new(),
            fill: self.fill,
        };
        out.bytes.extend([0xFF, marker::SOI]);
        for (marker, body) in &self.segments {
            out.segment(*marker, body);
        }
        if let Some(transform) = picture.adobe {
            let body = [b"Adobe".as_slice(), &[0, 100, 0, 0, 0, 0, transform]].concat();
            out.segment(marker::APP14, &body);
        }
        if !self.one_quantiser_slot {
            for (slot, component) in picture.components.iter().enumerate() {
                out.quantiser(slot, &component.quantiser, self.wide_quantisers);
            }
        }
        self.frame(picture, &mut out);
        if self.restart_interval > 0 {
            out.segment(marker::DRI, &(self.restart_interval as u16).to_be_bytes());
        }
        for (index, scan) in self.scans.iter().enumerate() {
            if self.one_quantiser_slot {
                out.quantiser(
                    0,
                    &picture.components[scan.components[0]].quantiser,
                    self.wide_quantisers,
                );
            }
            self.scan(picture, scan, &mut out);
            if self.lines_by_dnl && index == 0 {
                out.segment(marker::DNL, &(picture.height as u16).to_be_bytes());
            }
        }
        if self.end {
            out.marker(marker::EOI);
        }
        out.bytes
    }

    /// Frame header, B.2.2.
    fn frame(&self, picture: &Picture, out: &mut Stream) {
        let marker = match picture.coding {
            Coding::Baseline => marker::SOF0,
            Coding::Extended => marker::SOF1,
            Coding::Progressive => marker::SOF2,
        };
        let lines = if self.lines_by_dnl {
            0
        } else {
            picture.height as u16
        };
        let mut body = vec![8];
        body.extend(lines.to_be_bytes());
        body.extend((picture.width as u16).to_be_bytes());
        body.push(picture.components.len() as u8);
        for (index, component) in picture.components.iter().enumerate() {
            let slot = if self.one_quantiser_slot {
                0
            } else {
                index as u8
            };
            body.extend([component.id, (component.h << 4 | component.v) as u8, slot]);
        }
        out.segment(marker, &body);
    }

    /// Huffman tables, scan header (B.2.3) and entropy-coded data.
    fn scan(&self, picture: &Picture, scan: &Scan, out: &mut Stream) {
        let tokens = tokens(picture, scan, self.restart_interval, self.longest_run);
        let tables = match self.codes {
            Codes::Typical | Codes::Absent => typical(),
            codes => tables(&tokens, codes),
        };
        if self.codes != Codes::Absent {
            for (&id, table) in &tables {
                out.huffman(id, table);
            }
        }
        let band = scan.band;
        let mut header = vec![scan.components.len() as u8];
        for &component in &scan.components {
            let slot = slot(picture.coding, component);
            header.extend([picture.components[component].id, (slot << 4 | slot) as u8]);
        }
        header.extend([
            band.first as u8,
            band.last as u8,
            (band.high << 4 | band.low) as u8,
        ]);
        out.segment(marker::SOS, &header);
        out.entropy_coded(&tokens, &tables, &self.junk_before_restart);
    }
}

/// The tables of T.81 K.3.3 in slots 0 and 1.
fn typical() -> BTreeMap<TableId, Table> {
    let typical = super::huffman::Tables::typical();
    let named = |tables: [Option<Table>; 4], id: fn(usize) -> TableId| {
        let tables = tables.into_iter().flatten().enumerate();
        tables.map(move |(slot, table)| (id(slot), table))
    };
    named(typical.dc, TableId::Dc)
        .chain(named(typical.ac, TableId::Ac))
        .collect()
}

/// Bytes of a stream in the making.
struct Stream {
    bytes: Vec<u8>,
    fill: usize,
}

impl Stream {
    fn marker(&mut self, marker: u8) {
        self.bytes.extend(std::iter::repeat_n(0xFF, 1 + self.fill));
        self.bytes.push(marker);
    }

    fn segment(&mut self, marker: u8, body: &[u8]) {
        self.marker(marker);
        self.bytes.extend((body.len() as u16 + 2).to_be_bytes());
        self.bytes.extend(body);
    }

    fn quantiser(&mut self, slot: usize, table: &Block, wide: bool) {
        let mut body = vec![(usize::from(wide) << 4 | slot) as u8];
        for place in ZIGZAG {
            match wide {
                true => body.extend((table[place] as u16).to_be_bytes()),
                false => body.push(u8::try_from(table[place]).expect("a quantiser of 8 bits")),
            }
        }
        self.segment(marker::DQT, &body);
    }

    fn huffman(&mut self, id: TableId, table: &Table) {
        let head = match id {
            TableId::Dc(slot) => slot,
            TableId::Ac(slot) => 0x10 | slot,
        };
        let mut body = vec![head as u8];
        body.extend(table.counts.iter().map(|&count| count as u8));
        body.extend(&table.symbols);
        self.segment(marker::DHT, &body);
    }

    fn entropy_coded(&mut self, tokens: &[Token], tables: &BTreeMap<TableId, Table>, junk: &[u8]) {
        let codes: BTreeMap<_, BTreeMap<_, _>> = tables
            .iter()
            .map(|(&id, table)| {
                (
                    id,
                    table
                        .codes()
                        .into_iter()
                        .map(|(s, code, n)| (s, (code, n)))
                        .collect(),
                )
            })
            .collect();
        let mut bits = Bits::default();
        for token in tokens {
            match token {
                Token::Symbol(id, symbol) => {
                    let (code, length) = codes[id][symbol];
                    bits.put(&mut self.bytes, code, length);
                }
                Token::Bits(value, count) => bits.put(&mut self.bytes, *value, *count),
                Token::Restart(number) => {
                    bits.pad(&mut self.bytes);
                    self.bytes.extend(junk);
                    self.marker(marker::RST0 + number);
                }
            }
        }
        bits.pad(&mut self.bytes);
    }
}

/// Bits on their way into bytes, with a zero byte after each FF (F.1.2.3).
#[derive(Default)]
struct Bits {
    byte: u32,
    count: u32,
}

impl Bits {
    fn put(&mut self, out: &mut Vec<u8>, value: u32, count: u32) {
        for shift in (0..count).rev() {
            self.byte = self.byte << 1 | (value >> shift & 1);
            self.count += 1;
            if self.count == 8 {
                out.push(self.byte as u8);
                if self.byte == 0xFF {
                    out.push(0);
                }
                *self = Self::default();
            }
        }
    }

    /// Fills the last byte with ones (F.1.2.3).
    fn pad(&mut self, out: &mut Vec<u8>) {
        while self.count > 0 {
            self.put(out, 1, 1);
        }
    }
}
