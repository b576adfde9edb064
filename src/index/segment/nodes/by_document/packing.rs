//! How the ordinals of a column stand in a row, and how they are taken from one.

use tantivy::columnar::{ColumnIndex, StrColumn};

use super::block_rows::Values;

/// The most bits that say how many values a document has.
const MOST_COUNT_BITS: u32 = 4;
/// The most bits of an ordinal.
const MOST_BITS: u32 = 32;

/// How the ordinals of a column stand in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::index::segment::nodes) struct Packing {
    /// Bits of each.
    pub(super) width: u32,
    pub(super) count: Count,
}

/// How many ordinals of a column a row has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Count {
    One,
    /// One more than the ordinal, or 0.
    OneAtMost,
    /// As many as these bits before them say.
    Several(u32),
}

impl Count {
    /// The bits that say it.
    fn bits(self) -> u32 {
        match self {
            Self::One | Self::OneAtMost => 0,
            Self::Several(bits) => bits,
        }
    }

    /// The most that a row can have.
    fn most(self) -> usize {
        match self {
            Self::One | Self::OneAtMost => 1,
            Self::Several(bits) => (1 << bits) - 1,
        }
    }
}

impl Packing {
    /// `None` if there are too many values.
    pub(super) fn of(column: &StrColumn, documents: u32) -> Option<Self> {
        let values = column.num_terms() as u64;
        let index = &column.ords().index;
        let (count, greatest) = match index {
            ColumnIndex::Full => (Count::One, values.saturating_sub(1)),
            ColumnIndex::Empty { .. } | ColumnIndex::Optional(_) => (Count::OneAtMost, values),
            ColumnIndex::Multivalued(_) => {
                let each = (0..documents).map(|doc| index.value_row_ids(doc).len());
                let most = each.max().unwrap_or_default() as u64;
                let count = Count::Several(bits_of(most).clamp(1, MOST_COUNT_BITS));
                (count, values.saturating_sub(1))
            }
        };
        let width = bits_of(greatest);
        (width <= MOST_BITS).then_some(Self { width, count })
    }

    /// The two numbers that stand for it in a directory.
    pub(in crate::index::segment::nodes) fn code(self) -> [u64; 2] {
        let count = match self.count {
            Count::One => 0,
            Count::OneAtMost => 1,
            Count::Several(bits) => u64::from(bits) + 1,
        };
        [u64::from(self.width), count]
    }

    /// `None` if no packing has these numbers.
    pub(in crate::index::segment::nodes) fn of_code([width, count]: [u64; 2]) -> Option<Self> {
        let width = u32::try_from(width).ok()?;
        let count = match u32::try_from(count).ok()? {
            0 => Count::One,
            1 => Count::OneAtMost,
            count => Count::Several(count - 1),
        };
        let is_small = !matches!(count, Count::Several(bits) if bits > MOST_COUNT_BITS);
        (width <= MOST_BITS && is_small).then_some(Self { width, count })
    }

    /// Whether its ordinals are not much greater than those of so many values.
    pub(in crate::index::segment::nodes) fn is_of(self, values: u32) -> bool {
        self.width <= bits_of(values.into())
    }

    /// The most bits that it takes of a row.
    pub(super) fn most_bits(self) -> u64 {
        u64::from(self.count.bits()) + self.count.most() as u64 * u64::from(self.width)
    }
}

/// The bits that a number needs.
pub(super) fn bits_of(number: u64) -> u32 {
    u64::BITS - number.leading_zeros()
}

impl Packing {
    /// Takes the ordinals of a column off rows, which begin at these bits.
    pub(super) fn unpack(self, bytes: &[u8], cursors: &mut [u64], values: &mut Values) {
        let width = self.width;
        match self.count {
            Count::One => {
                values.has_one_each = true;
                let ordinals = cursors.iter_mut().map(|cursor| {
                    let ordinal = bits(bytes, *cursor, width);
                    *cursor += u64::from(width);
                    ordinal
                });
                values.ordinals.extend(ordinals);
            }
            Count::OneAtMost => values.fill(cursors, 1, |cursor, slots| {
                let ordinal = bits(bytes, *cursor, width);
                *cursor += u64::from(width);
                slots[0] = ordinal.wrapping_sub(1);
                usize::from(ordinal != 0)
            }),
            Count::Several(_) => {
                let bits = self.most_bits();
                if bits <= u64::FIT {
                    self.unpack_within::<u64>(bytes, cursors, values);
                } else if bits <= u128::FIT {
                    self.unpack_within::<u128>(bytes, cursors, values);
                } else {
                    self.unpack_each(bytes, cursors, values);
                }
            }
        }
    }

    /// Takes ordinals of which as many as a document can have fit into a window. All of those are
    /// taken, whether they are there or not: a processor that has to guess how many there are waits
    /// longer.
    fn unpack_within<W: Window>(self, bytes: &[u8], cursors: &mut [u64], values: &mut Values) {
        let (width, of_count, most) = (self.width, self.count.bits(), self.count.most());
        values.fill(cursors, most, |cursor, slots| {
            let mut window = W::at(bytes, *cursor);
            let count = window.take(of_count);
            for slot in slots {
                *slot = window.take(width);
            }
            *cursor += u64::from(of_count + count * width);
            count as usize
        });
    }

    /// Takes ordinals one by one.
    fn unpack_each(self, bytes: &[u8], cursors: &mut [u64], values: &mut Values) {
        let (width, of_count, most) = (self.width, self.count.bits(), self.count.most());
        values.fill(cursors, most, |cursor, slots| {
            let count = bits(bytes, *cursor, of_count) as usize;
            *cursor += u64::from(of_count);
            for slot in &mut slots[..count] {
                *slot = bits(bytes, *cursor, width);
                *cursor += u64::from(width);
            }
            count
        });
    }

    /// Passes over the ordinals of a column.
    pub(super) fn pass(self, bytes: &[u8], cursors: &mut [u64]) {
        let width = u64::from(self.width);
        for cursor in cursors {
            *cursor += match self.count {
                Count::One | Count::OneAtMost => width,
                Count::Several(many) => {
                    u64::from(many) + u64::from(bits(bytes, *cursor, many)) * width
                }
            };
        }
    }
}

/// The eight bytes that begin there; none behind the end.
pub(super) fn word(bytes: &[u8], at: usize) -> u64 {
    let word = bytes.get(at..).and_then(<[u8]>::first_chunk);
    word.map_or(0, |word| u64::from_le_bytes(*word))
}

/// Bits of rows that are read at once, and taken from the lowest up.
trait Window: Sized {
    /// So many there are at least, wherever the first one stands in a byte.
    const FIT: u64;

    /// Those from a place on, which counts bits as well.
    fn at(bytes: &[u8], cursor: u64) -> Self;

    /// Takes the next, at most [`MOST_BITS`].
    fn take(&mut self, width: u32) -> u32;
}

impl Window for u64 {
    const FIT: Self = 57;

    fn at(bytes: &[u8], cursor: u64) -> Self {
        word(bytes, (cursor / 8) as usize) >> (cursor % 8)
    }

    fn take(&mut self, width: u32) -> u32 {
        let bits = *self & ((1 << width) - 1);
        *self >>= width;
        bits as u32
    }
}

impl Window for u128 {
    const FIT: u64 = 121;

    fn at(bytes: &[u8], cursor: u64) -> Self {
        let at = (cursor / 8) as usize;
        let [low, high] = [at, at + 8].map(|at| Self::from(word(bytes, at)));
        (low | high << 64) >> (cursor % 8)
    }

    fn take(&mut self, width: u32) -> u32 {
        let bits = *self as u64 & ((1 << width) - 1);
        *self >>= width;
        bits as u32
    }
}

/// So many bits from a place on, which counts bits as well.
fn bits(bytes: &[u8], cursor: u64, width: u32) -> u32 {
    let word = word(bytes, (cursor / 8) as usize) >> (cursor % 8);
    (word & ((1 << width) - 1)) as u32
}
