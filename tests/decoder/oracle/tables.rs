//! Huffman tables for the writer: the best for a scan, and the most awkward.

use super::huffman::Table;
use super::tokens::{TableId, Token};
use std::collections::BTreeMap;

/// How the writer makes its Huffman tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codes {
    /// For each scan, the shortest codes for what it says.
    Optimal,
    /// Frequent symbols get codes of 16 bits, rare ones of 1 to 7.
    Lopsided,
    /// The tables of T.81 K.3.3; sequential codings only.
    Typical,
    /// The same, but without DHT, as Motion JPEG has it.
    Absent,
}

/// The tables that these tokens need.
pub fn tables(tokens: &[Token], codes: Codes) -> BTreeMap<TableId, Table> {
    let mut uses: BTreeMap<TableId, BTreeMap<u8, usize>> = BTreeMap::new();
    for token in tokens {
        if let Token::Symbol(table, symbol) = token {
            *uses.entry(*table).or_default().entry(*symbol).or_default() += 1;
        }
    }
    let table = |uses: &BTreeMap<u8, usize>| match codes {
        Codes::Lopsided => lopsided(uses),
        _ => optimal(uses),
    };
    uses.iter().map(|(&id, uses)| (id, table(uses))).collect()
}

/// Rare symbols take the codes of 1 to 7 bits, one each; that leaves room for all others at 16.
fn lopsided(uses: &BTreeMap<u8, usize>) -> Table {
    let mut symbols: Vec<u8> = uses.keys().copied().collect();
    symbols.sort_by_key(|symbol| uses[symbol]);
    let mut counts = [0; 16];
    for rank in 0..symbols.len() {
        counts[if rank < 7 { rank } else { 15 }] += 1;
    }
    Table { counts, symbols }
}

/// Huffman's construction, then lengths above 16 shortened; one code of all ones stays free (T.81 K.2).
fn optimal(uses: &BTreeMap<u8, usize>) -> Table {
    // A group is its weight and its symbols, each with the length of its code; `None` is the code that stays free.
    type Group = (usize, Vec<(Option<u8>, usize)>);
    let mut groups: Vec<Group> = uses
        .iter()
        .map(|(&symbol, &n)| (n, vec![(Some(symbol), 0)]))
        .collect();
    groups.push((0, vec![(None, 0)]));
    while groups.len() > 1 {
        groups.sort_by_key(|group| std::cmp::Reverse(group.0));
        let lightest = groups.split_off(groups.len() - 2);
        let weight = lightest.iter().map(|group| group.0).sum();
        let deeper = lightest
            .into_iter()
            .flat_map(|group| group.1)
            .map(|(symbol, length)| (symbol, length + 1));
        groups.push((weight, deeper.collect()));
    }
    let mut leaves = groups.remove(0).1;
    // The longest code stays free; it was the lightest leaf, so none is deeper.
    leaves.sort_by_key(|&(symbol, length)| (length, symbol.is_none(), symbol));
    let mut counts = shortened(leaves.iter().map(|leaf| leaf.1));
    if let Some(longest) = counts.iter().rposition(|&count| count > 0) {
        counts[longest] -= 1;
    }
    let symbols = leaves.into_iter().filter_map(|leaf| leaf.0).collect();
    Table { counts, symbols }
}

/// Counts of code lengths, those above 16 moved up: a pair leaves its parent to one of them, and the other goes
/// beside a shorter code, which becomes a pair (figure K.3).
fn shortened(lengths: impl Iterator<Item = usize>) -> [usize; 16] {
    let mut counts = [0_usize; 258];
    lengths.for_each(|length| counts[length] += 1);
    for length in (17..counts.len()).rev() {
        while counts[length] > 0 {
            let shorter = (1..length - 1)
                .rev()
                .find(|&l| counts[l] > 0)
                .expect("a shorter code");
            counts[length] -= 2;
            counts[length - 1] += 1;
            counts[shorter] -= 1;
            counts[shorter + 1] += 2;
        }
    }
    std::array::from_fn(|i| counts[i + 1])
}
