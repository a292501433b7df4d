//! From coefficients to what a scan says: symbols, extra bits, restarts. The writer turns them into bytes.

use super::picture::{Block, Coding, Picture, ZIGZAG};
use super::progressive::Band;
use super::scan::mcus;
use super::script::Scan;

/// Which Huffman table a symbol is coded with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TableId {
    Dc(usize),
    Ac(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    Symbol(TableId, u8),
    /// A value and how many bits it takes.
    Bits(u32, u32),
    /// The number of an RST marker.
    Restart(u8),
}

/// Tokens of one scan; bands that end together are coded as runs of at most `longest_run` blocks.
pub fn tokens(
    picture: &Picture,
    scan: &Scan,
    restart_interval: usize,
    longest_run: u32,
) -> Vec<Token> {
    let mut coder = Coder {
        band: scan.band,
        longest_run,
        ..Coder::default()
    };
    for (index, mcu) in mcus(&scan.components, picture).into_iter().enumerate() {
        if restart_interval > 0 && index > 0 && index % restart_interval == 0 {
            coder.flush_run();
            coder.predictions = [0; 4];
            coder
                .out
                .push(Token::Restart(((index / restart_interval - 1) % 8) as u8));
        }
        for (spec, x, y) in mcu {
            let component = scan.components[spec];
            coder.slot = slot(picture.coding, component);
            coder.block(
                picture.coding,
                component,
                picture.components[component].block(x, y),
            );
        }
    }
    coder.flush_run();
    coder.out
}

/// Baseline has two table slots of each class, the other codings four (table B.5).
pub fn slot(coding: Coding, component: usize) -> usize {
    if coding == Coding::Baseline {
        component.min(1)
    } else {
        component
    }
}

#[derive(Default)]
struct Coder {
    band: Band,
    longest_run: u32,
    out: Vec<Token>,
    slot: usize,
    predictions: [i32; 4],
    /// Blocks whose band has ended and that are not written yet, and the slot of their table.
    run: u32,
    run_slot: usize,
    /// Correction bits of the blocks of `run`.
    corrections: Vec<Token>,
}

impl Coder {
    fn block(&mut self, coding: Coding, component: usize, block: &Block) {
        let Band {
            first, high, low, ..
        } = self.band;
        match (coding, first, high) {
            (Coding::Progressive, 0, 0) => self.dc(component, block[0] >> low),
            (Coding::Progressive, 0, _) => {
                self.out.push(Token::Bits((block[0] >> low) as u32 & 1, 1));
            }
            (Coding::Progressive, _, 0) => self.band_first(block),
            (Coding::Progressive, ..) => self.band_refine(block),
            _ => {
                self.dc(component, block[0]);
                self.sequential_ac(block);
            }
        }
    }

    /// F.1.2.1: the category of the difference, and the difference.
    fn dc(&mut self, component: usize, value: i32) {
        let difference = value - self.predictions[component];
        self.predictions[component] = value;
        self.out.push(Token::Symbol(
            TableId::Dc(self.slot),
            category(difference) as u8,
        ));
        self.signed(difference);
    }

    /// F.1.2.2, figure F.2.
    fn sequential_ac(&mut self, block: &Block) {
        let mut zeros = 0;
        for place in &ZIGZAG[1..] {
            match block[*place] {
                0 => zeros += 1,
                value => {
                    self.pass(&mut zeros);
                    self.coefficient(zeros, value);
                    zeros = 0;
                }
            }
        }
        if zeros > 0 {
            self.symbol(0x00);
        }
    }

    /// G.1.2.2, figure G.3.
    fn band_first(&mut self, block: &Block) {
        let mut zeros = 0;
        for place in &ZIGZAG[self.band.first..=self.band.last] {
            // The point transform of AC divides, and so rounds towards zero (G.1.2.2).
            match block[*place] / (1 << self.band.low) {
                0 => zeros += 1,
                value => {
                    self.flush_run();
                    self.pass(&mut zeros);
                    self.coefficient(zeros, value);
                    zeros = 0;
                }
            }
        }
        if zeros > 0 {
            self.end_band(Vec::new());
        }
    }

    /// G.1.2.3, figure G.7.
    fn band_refine(&mut self, block: &Block) {
        let magnitude = |place: &usize| block[*place].unsigned_abs() >> self.band.low;
        let places = &ZIGZAG[self.band.first..=self.band.last];
        let last_new = places.iter().rposition(|place| magnitude(place) == 1);
        let magnitudes: Vec<_> = places
            .iter()
            .map(|place| (magnitude(place), block[*place] > 0))
            .collect();
        let (mut zeros, mut corrections) = (0, Vec::new());
        for (k, &(magnitude, positive)) in magnitudes.iter().enumerate() {
            if magnitude == 0 {
                zeros += 1;
                continue;
            }
            // Runs of 16 zeros count only where a new coefficient follows; the rest belongs to the band's end.
            while zeros > 15 && last_new.is_some_and(|last| k <= last) {
                self.flush_run();
                self.symbol(0xF0);
                self.out.append(&mut corrections);
                zeros -= 16;
            }
            if magnitude > 1 {
                corrections.push(Token::Bits(magnitude & 1, 1));
            } else {
                self.flush_run();
                self.symbol((zeros << 4 | 1) as u8);
                self.out.push(Token::Bits(positive.into(), 1));
                self.out.append(&mut corrections);
                zeros = 0;
            }
        }
        if zeros > 0 || !corrections.is_empty() {
            self.end_band(corrections);
        }
    }

    /// Adds a block to the run of ended bands.
    fn end_band(&mut self, mut corrections: Vec<Token>) {
        self.run += 1;
        self.run_slot = self.slot;
        self.corrections.append(&mut corrections);
        if self.run >= self.longest_run {
            self.flush_run();
        }
    }

    /// Writes the run of ended bands as EOBn (table G.1), its correction bits after it.
    fn flush_run(&mut self) {
        if self.run > 0 {
            let n = self.run.ilog2();
            self.out
                .push(Token::Symbol(TableId::Ac(self.run_slot), (n << 4) as u8));
            self.out.push(Token::Bits(self.run - (1 << n), n));
            self.run = 0;
        }
        self.out.append(&mut self.corrections);
    }

    /// Writes ZRL for each 16 zeros.
    fn pass(&mut self, zeros: &mut u32) {
        while *zeros > 15 {
            self.symbol(0xF0);
            *zeros -= 16;
        }
    }

    fn coefficient(&mut self, zeros: u32, value: i32) {
        self.symbol((zeros << 4 | category(value)) as u8);
        self.signed(value);
    }

    fn symbol(&mut self, symbol: u8) {
        self.out.push(Token::Symbol(TableId::Ac(self.slot), symbol));
    }

    /// The extra bits of F.1.2.1: negative numbers less one, in two's complement.
    fn signed(&mut self, value: i32) {
        let count = category(value);
        let bits = if value < 0 {
            value - 1 + (1 << count)
        } else {
            value
        };
        self.out.push(Token::Bits(bits as u32, count));
    }
}

/// SSSS of table F.1: how many bits the magnitude takes.
fn category(value: i32) -> u32 {
    32 - value.unsigned_abs().leading_zeros()
}
