//! The best Huffman code for given counts of symbols (T.81 K.2).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A code as DHT stores it (T.81 B.2.4.2).
#[derive(Debug)]
pub(super) struct Code {
    /// How many codes have 1 to 16 bits.
    pub(super) counts: [u8; 16],
    /// Their symbols.
    pub(super) symbols: Vec<u8>,
}

/// All symbols, and one more that takes the code of all ones, so that no symbol has it (T.81 K.2).
const SYMBOLS: usize = 257;
const RESERVED: usize = 256;

/// One more than the longest code that a tree of [`SYMBOLS`] could have.
const LENGTHS: usize = SYMBOLS + 1;

impl Code {
    /// The best code for symbols with these counts.
    pub(super) fn for_counts(counts: &[u32]) -> Self {
        let lengths = lengths(counts);
        let mut of_length = [0; LENGTHS];
        for &length in lengths.iter().filter(|&&length| length > 0) {
            of_length[length] += 1;
        }
        limit(&mut of_length);
        // The reserved symbol's code is the last of the longest.
        if let Some(longest) = of_length.iter_mut().rfind(|count| **count > 0) {
            *longest -= 1;
        }
        let mut symbols: Vec<u8> = (0..=255).collect();
        symbols.retain(|&symbol| lengths[usize::from(symbol)] > 0);
        symbols.sort_by_key(|&symbol| lengths[usize::from(symbol)]);
        Self {
            counts: std::array::from_fn(|i| of_length[i + 1] as u8),
            symbols,
        }
    }

    /// Each symbol with its code and the code's length (T.81 C.2).
    pub(super) fn codes(&self) -> impl Iterator<Item = (u8, u32, u32)> {
        let lengths = (1..).zip(&self.counts);
        let lengths = lengths.flat_map(|(length, &n)| std::iter::repeat_n(length, n.into()));
        let mut next = (0, 0);
        self.symbols
            .iter()
            .zip(lengths)
            .map(move |(&symbol, length)| {
                let (code, before) = next;
                let code = code << (length - before);
                next = (code + 1, length);
                (symbol, code, length)
            })
    }
}

/// Huffman's algorithm: the length of each symbol's code, 0 for symbols that never occur (T.81 figure K.1). Of equal
/// counts it takes the last symbol's first.
fn lengths(counts: &[u32]) -> [usize; SYMBOLS] {
    let tree = |count: u64, symbol: usize| Reverse((count, Reverse(symbol)));
    let symbols = counts.iter().zip(0..).filter(|(count, _)| **count > 0);
    let mut trees: BinaryHeap<_> = symbols
        .map(|(&count, symbol)| tree(count.into(), symbol))
        .collect();
    trees.push(tree(1, RESERVED));

    let mut lengths = [0; SYMBOLS];
    // Leads from each symbol of a tree to the next one, beginning with the symbol that the tree is named after.
    let mut next = [None; SYMBOLS];
    while let (Some(Reverse((low, Reverse(first)))), Some(Reverse((high, Reverse(second))))) =
        (trees.pop(), trees.pop())
    {
        trees.push(tree(low + high, first));
        let mut at = first;
        lengths[at] += 1;
        while let Some(other) = next[at] {
            at = other;
            lengths[at] += 1;
        }
        next[at] = Some(second);
        while let Some(other) = next[at] {
            at = other;
            lengths[at] += 1;
        }
    }
    lengths
}

/// Shortens codes of more than 16 bits, and lengthens as few others as that takes (T.81 figure K.3).
fn limit(of_length: &mut [usize; LENGTHS]) {
    for long in (17..LENGTHS).rev() {
        while of_length[long] > 0 {
            let shorter = of_length[1..long - 1].iter().rposition(|&count| count > 0);
            let shorter = 1 + shorter.expect("BUG: long codes without a short one");
            of_length[long] -= 2;
            of_length[long - 1] += 1;
            of_length[shorter + 1] += 2;
            of_length[shorter] -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mozjpeg_rs::huffman::generate_optimal_table;

    /// Compares with the code of the encoder that thumbnails were first made with.
    fn check(counts: [u32; 256]) {
        let mut frequencies = [0; 257];
        for (frequency, count) in frequencies.iter_mut().zip(counts) {
            *frequency = i64::from(count);
        }
        let wanted = generate_optimal_table(&mut frequencies).expect("BUG: codes too long");
        let code = Code::for_counts(&counts);
        assert_eq!(code.counts, wanted.bits[1..]);
        assert_eq!(code.symbols, wanted.huffval[..code.symbols.len()]);

        let codes: Vec<_> = code.codes().collect();
        assert_eq!(
            codes.len(),
            counts.iter().filter(|&&count| count > 0).count()
        );
        for (i, (_, bits, length)) in codes.iter().enumerate() {
            assert!((1..=16).contains(length) && *bits < (1 << length) - 1);
            for (_, others, longer) in &codes[i + 1..] {
                assert_ne!(others >> (longer - length), *bits, "no prefix of another");
            }
        }
    }

    #[test]
    fn codes_are_the_best_and_no_longer_than_16_bits() {
        let mut random = 1u32;
        for round in 0..200 {
            check(std::array::from_fn(|symbol| {
                random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                // Few symbols or many, with counts alike or far apart.
                let present = symbol == round || random >> 24 < 4 * (round as u32 % 60);
                u32::from(present) * ((1 + (random >> 8 & 0xFFFF)) >> (random % 17))
            }));
        }
    }

    #[test]
    fn the_worst_counts_are_bounded_too() {
        let mut counts = [0; 256];
        counts[..2].fill(1);
        for symbol in 2..28 {
            counts[symbol] = counts[symbol - 1] + counts[symbol - 2];
        }
        check(counts);
    }
}
