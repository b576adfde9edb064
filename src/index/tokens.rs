//! The tokenizer that the engine knows the fields of texts by: it splits what our analysis has packed.
//!
//! The engine writes to no index with a tokenizer that it does not know. Words reach segments another
//! way (`segment/words`), of which tests say that it comes to what this one would.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use crate::analysis::{Packed, unpack};

/// The name it is registered by.
pub(super) const PACKED: &str = "packed";

/// Splits packed tokens.
#[derive(Debug, Clone, Default)]
pub(super) struct PackedTokenizer {
    token: Token,
}

/// The tokens of one text.
pub(super) struct PackedStream<'a> {
    tokens: Packed<'a>,
    token: &'a mut Token,
}

impl Tokenizer for PackedTokenizer {
    type TokenStream<'a> = PackedStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> PackedStream<'a> {
        PackedStream {
            tokens: unpack(text),
            token: &mut self.token,
        }
    }
}

impl TokenStream for PackedStream<'_> {
    fn advance(&mut self) -> bool {
        let Some((text, position)) = self.tokens.next() else {
            return false;
        };
        self.token.text.clear();
        self.token.text.push_str(text);
        self.token.position = position as usize;
        self.token.position_length = 1;
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}
