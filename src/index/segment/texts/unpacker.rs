//! What decompresses blocks: made once for the segments of a state, which mostly have one dictionary.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tantivy::directory::OwnedBytes;
use zstd::zstd_safe::{self, DCtx, DDict};

/// The most that a frame of zstd makes of a byte: four say that a byte is repeated 128 KB long. What
/// claims to be more need not be made room for.
const MOST_GROWTH: u64 = 1 << 15;

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
        let length = zstd_safe::get_frame_content_size(packed).ok()??;
        if length > packed.len() as u64 * MOST_GROWTH {
            return None;
        }
        let length = usize::try_from(length).ok()?;
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
