//! What decompresses blocks: made once for the segments of a state, which mostly have one dictionary.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tantivy::directory::OwnedBytes;
use zstd::zstd_safe::{self, DCtx, DDict};

use super::MOST_OF_BLOCK;

/// The most that a frame of zstd makes of a byte: four say that a byte is repeated 128 KB long. What
/// claims to be more need not be made room for.
const MOST_GROWTH: u64 = 1 << 15;

/// The bytes to make room for, of a block that claims to have so many; `None` if it lies.
fn room_for(packed: usize, claimed: u64) -> Option<usize> {
    let most = (packed as u64).saturating_mul(MOST_GROWTH);
    let claimed = usize::try_from(claimed).ok()?;
    (claimed as u64 <= most && claimed <= MOST_OF_BLOCK).then_some(claimed)
}

/// What decompresses blocks.
#[derive(Default)]
pub(crate) struct Unpacker {
    contexts: Mutex<Vec<DCtx<'static>>>,
    dictionaries: Mutex<Vec<Arc<Ready>>>,
}

/// A dictionary, ready to decompress with.
pub(super) struct Ready {
    bytes: OwnedBytes,
    made: DDict<'static>,
}

impl Unpacker {
    /// A dictionary, made ready; `None` if it is none.
    pub(super) fn ready(&self, bytes: OwnedBytes) -> Option<Arc<Ready>> {
        let mut known = self
            .dictionaries
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let same = |ready: &&Arc<Ready>| ready.bytes.as_slice() == bytes.as_slice();
        if let Some(ready) = known.iter().find(same) {
            return Some(Arc::clone(ready));
        }
        let made = DDict::try_create(&bytes)?;
        let ready = Arc::new(Ready { bytes, made });
        known.push(Arc::clone(&ready));
        Some(ready)
    }

    /// A block, decompressed; `None` if it is damaged.
    pub(super) fn unpack(&self, packed: &[u8], dictionary: Option<&Ready>) -> Option<Vec<u8>> {
        let length = room_for(
            packed.len(),
            zstd_safe::get_frame_content_size(packed).ok()??,
        )?;
        let mut unpacked = Vec::new();
        unpacked.try_reserve_exact(length).ok()?;
        let contexts = || self.contexts.lock().unwrap_or_else(PoisonError::into_inner);
        let context = contexts().pop();
        let mut context = context.unwrap_or_else(DCtx::create);
        let result = match dictionary {
            Some(ready) => context.decompress_using_ddict(&mut unpacked, packed, &ready.made),
            None => context.decompress(&mut unpacked, packed),
        };
        contexts().push(context);
        (result == Ok(length)).then_some(unpacked)
    }
}

impl fmt::Debug for Unpacker {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Unpacker")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_that_claims_too_much_is_no_block() {
        assert_eq!(room_for(100, 4_400), Some(4_400));
        assert_eq!(room_for(1_000, 32_768_000), Some(32_768_000));
        assert_eq!(room_for(1_000, 32_768_001), None);
        assert_eq!(
            room_for(MOST_OF_BLOCK, MOST_OF_BLOCK as u64),
            Some(MOST_OF_BLOCK)
        );
        assert_eq!(room_for(MOST_OF_BLOCK, MOST_OF_BLOCK as u64 + 1), None);
        assert_eq!(room_for(usize::MAX, u64::MAX), None);
    }
}
