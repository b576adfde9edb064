//! The characters of an expression: those that it does not tell apart have one code.
//!
//! `\w` stands for more than a hundred thousand characters, whose bytes take hundreds of states to
//! follow, at every place that it stands. As a set of codes it is one code or a few.

use std::collections::{BTreeSet, HashMap};

use regex_syntax::hir::{
    Class, ClassBytes, ClassBytesRange, ClassUnicode, ClassUnicodeRange, Hir, HirKind,
};

/// A code for every character.
#[derive(Debug)]
pub(super) struct Alphabet {
    /// Where the stretches of characters begin that have one code, and that code.
    stretches: Vec<(u32, u8)>,
    /// The codes of the first characters.
    plain: [u8; 128],
}

impl Alphabet {
    /// The codes that an expression needs; `None` if a byte cannot tell them apart.
    pub(super) fn of(expression: &Hir) -> Option<Self> {
        let mut sets = BTreeSet::new();
        collect(expression, &mut sets);
        let mut starts: Vec<u32> = std::iter::once(0)
            .chain(
                sets.iter()
                    .flatten()
                    .flat_map(|&(start, end)| [start, end + 1]),
            )
            .collect();
        starts.sort_unstable();
        starts.dedup();
        starts.retain(|&start| start <= char::MAX.into());
        // Every set divides what was one so far: what it has of it becomes another.
        let mut codes = vec![0_usize; starts.len()];
        let mut count = 1;
        for set in &sets {
            let mut inside = HashMap::new();
            for &(start, end) in set {
                let first = starts.partition_point(|&it| it < start);
                for code in codes[first..].iter_mut().zip(&starts[first..]) {
                    if *code.1 > end {
                        break;
                    }
                    *code.0 = *inside.entry(*code.0).or_insert_with(|| {
                        count += 1;
                        count - 1
                    });
                }
            }
        }
        // Codes of which nothing is left are not counted.
        let mut numbers = HashMap::new();
        let mut stretches: Vec<(u32, u8)> = Vec::with_capacity(starts.len());
        for (start, code) in starts.into_iter().zip(codes) {
            let next = numbers.len();
            let code = u8::try_from(*numbers.entry(code).or_insert(next)).ok()?;
            if stretches.last().is_none_or(|(_, last)| *last != code) {
                stretches.push((start, code));
            }
        }
        let mut alphabet = Self {
            stretches,
            plain: [0; 128],
        };
        for c in 0..128 {
            alphabet.plain[c as usize] = alphabet.look_up(c);
        }
        Some(alphabet)
    }

    /// How many codes there are.
    pub(super) fn codes(&self) -> usize {
        let codes = self
            .stretches
            .iter()
            .map(|(_, code)| usize::from(*code) + 1);
        codes.max().unwrap_or(1)
    }

    #[inline]
    pub(super) fn code(&self, c: char) -> u8 {
        match self.plain.get(c as usize) {
            Some(&code) => code,
            None => self.look_up(c.into()),
        }
    }

    fn look_up(&self, c: u32) -> u8 {
        let behind = self.stretches.partition_point(|(start, _)| *start <= c);
        self.stretches[..behind].last().map_or(0, |(_, code)| *code)
    }

    /// The same expression over codes instead of characters.
    pub(super) fn encoded(&self, hir: &Hir) -> Hir {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => hir.clone(),
            HirKind::Literal(literal) => {
                let text = String::from_utf8_lossy(&literal.0);
                let codes: Vec<u8> = text.chars().map(|c| self.code(c)).collect();
                Hir::literal(codes)
            }
            HirKind::Class(class) => self.class(&ranges(class)),
            HirKind::Repetition(repetition) => {
                let mut repetition = repetition.clone();
                *repetition.sub = self.encoded(&repetition.sub);
                Hir::repetition(repetition)
            }
            HirKind::Capture(capture) => self.encoded(&capture.sub),
            HirKind::Concat(parts) => {
                Hir::concat(parts.iter().map(|it| self.encoded(it)).collect())
            }
            HirKind::Alternation(parts) => {
                Hir::alternation(parts.iter().map(|it| self.encoded(it)).collect())
            }
        }
    }

    fn class(&self, ranges: &[(u32, u32)]) -> Hir {
        let mut codes = BTreeSet::new();
        for &(start, end) in ranges {
            let first = self.stretches.partition_point(|(it, _)| *it < start);
            let stretches = self.stretches[first..].iter();
            codes.extend(
                stretches
                    .take_while(|(it, _)| *it <= end)
                    .map(|(_, code)| *code),
            );
            // The stretch that it begins in the midst of has its code throughout.
            codes.insert(self.look_up(start));
        }
        let codes = codes.into_iter();
        let codes = ClassBytes::new(codes.map(|code| ClassBytesRange::new(code, code)));
        Hir::class(Class::Bytes(codes))
    }
}

/// The sets of characters that an expression tells from the others.
fn collect(hir: &Hir, sets: &mut BTreeSet<Vec<(u32, u32)>>) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => {
            let text = String::from_utf8_lossy(&literal.0);
            sets.extend(text.chars().map(u32::from).map(|c| vec![(c, c)]));
        }
        HirKind::Class(class) => {
            sets.insert(ranges(class));
        }
        HirKind::Repetition(repetition) => collect(&repetition.sub, sets),
        HirKind::Capture(capture) => collect(&capture.sub, sets),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            for part in parts {
                collect(part, sets);
            }
        }
    }
}

/// The characters of a class, ascending, the last of each range included.
fn ranges(class: &Class) -> Vec<(u32, u32)> {
    let of = |it: &ClassUnicode| {
        let range = |it: &ClassUnicodeRange| (it.start().into(), it.end().into());
        it.iter().map(range).collect()
    };
    match class {
        Class::Unicode(class) => of(class),
        // Only those of ASCII are let through by the parser.
        Class::Bytes(class) => class.to_unicode_class().as_ref().map_or_else(Vec::new, of),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alphabet(expression: &str) -> Alphabet {
        Alphabet::of(&regex_syntax::parse(expression).unwrap()).unwrap()
    }

    #[test]
    fn what_is_told_apart_has_codes_of_its_own() {
        let codes = |expression: &str| {
            let stretches = alphabet(expression).stretches;
            u32::from(stretches.iter().map(|it| it.1).max().unwrap()) + 1
        };
        for (expression, count) in [
            ("", 1),
            ("(?s).", 1),
            (r"\w", 2),
            (r"\w{2,9}x[\w]\W", 3),
            ("[a-f][d-k]", 4),
            ("abcab", 4),
            (r"[\d&&a]", 1),
        ] {
            assert_eq!(codes(expression), count, "{expression}");
        }
        let digits = alphabet(r"[^\d]|٣");
        assert_eq!(digits.code('7'), digits.code('৪'));
        assert_ne!(digits.code('7'), digits.code('٣'));
        assert_eq!(digits.code('a'), digits.code(char::MAX));
        assert_ne!(digits.code('a'), digits.code('7'));
    }

    #[test]
    fn more_codes_than_a_byte_has_are_refused() {
        let of = |count| {
            let many: String = ('一'..).take(count).collect();
            Alphabet::of(&regex_syntax::parse(&many).unwrap())
        };
        // One is left for all other characters.
        assert!(of(255).is_some() && of(256).is_none());
    }
}
