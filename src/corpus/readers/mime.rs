//! What messages and pages saved as messages have in common: one parser takes them apart, behind
//! bounds of ours.

mod weight;

use std::borrow::Cow;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders};

use crate::corpus::{Refusal, codes, limits};
pub(super) use weight::PACKED_MESSAGE;
use weight::Weight;

/// What is given to the parser: the bytes of a message, of which some names may be others.
#[derive(Debug)]
pub(super) struct Mime<'m>(Cow<'m, [u8]>);

impl<'m> Mime<'m> {
    /// Looks at a message before it is taken apart.
    ///
    /// # Errors
    /// A refusal of a message that would cost too much.
    pub(super) fn new(bytes: &'m [u8]) -> Result<Self, Refusal> {
        let weight = Weight::of(bytes);
        if weight.is_too_much(bytes.len()) {
            let most = limits::MAIL_PARTS;
            let message = format!("more than {most} parts, or headers beyond all measure");
            return Err(Refusal::new(codes::MAIL_TOO_MANY_PARTS, message));
        }
        Ok(Self(weight.renamed(bytes)))
    }

    /// Takes the message apart; `None` if there is none.
    pub(super) fn message(&self) -> Option<Message<'_>> {
        MessageParser::default().parse(&self.0)
    }

    /// The bytes of a part as they were before they were packed for the mail, whatever the parser
    /// makes of its text. What is damaged is read as far as it goes.
    pub(super) fn content(&self, part: &MessagePart<'_>) -> Cow<'_, [u8]> {
        let end = (part.offset_end as usize).min(self.0.len());
        let bytes = self.0.get(part.offset_body as usize..end);
        let bytes = bytes.unwrap_or_default();
        let encoding = part.content_transfer_encoding().unwrap_or_default().trim();
        if encoding.eq_ignore_ascii_case("quoted-printable") {
            Cow::Owned(unquoted(bytes))
        } else if encoding.eq_ignore_ascii_case("base64") {
            let is_sign = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/".contains(byte);
            let mut signs: Vec<u8> = bytes.iter().copied().filter(is_sign).collect();
            // What is left of a group at the end of something cut short says nothing.
            if signs.len() % 4 == 1 {
                signs.pop();
            }
            signs.resize(signs.len().next_multiple_of(4), b'=');
            Cow::Owned(base64_decode(&signs).unwrap_or_default())
        } else {
            Cow::Borrowed(bytes)
        }
    }
}

/// Undoes quoted-printable; what is not of it stays as it is.
fn unquoted(bytes: &[u8]) -> Vec<u8> {
    let mut content = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == b'=') {
        content.extend_from_slice(&rest[..at]);
        let after = &rest[at + 1..];
        let digits = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let digits = digits.filter(|two| two.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let byte = digits.and_then(|two| u8::from_str_radix(two, 16).ok());
        // Blanks may have been added behind the sign at the end of a line.
        let is_blank = |byte: &&u8| matches!(**byte, b' ' | b'\t' | b'\r');
        let blank = after.iter().take_while(is_blank).count();
        rest = if let Some(byte) = byte {
            content.push(byte);
            &after[2..]
        } else if after.get(blank) == Some(&b'\n') {
            &after[blank + 1..]
        } else {
            content.push(b'=');
            after
        };
    }
    content.extend_from_slice(rest);
    content
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_unpacked_as_far_as_they_go() {
        for (encoding, packed, expected) in [
            ("quoted-printable", "a=3Db=\r\nc=C3=A9", "a=bcé"),
            ("Quoted-Printable", "x = y =zz = \n=4", "x = y =zz =4"),
            ("quoted-printable", "=", "="),
            ("base64", "Y2Fm\r\nw6k=", "café"),
            ("BASE64 ", "Y2Fmw6kX", "café\u{17}"),
            ("base64", "Y2Fmw", "caf"),
            ("base64", "!!", ""),
            ("8bit", "a=3D", "a=3D"),
            ("x-unknown", "a", "a"),
        ] {
            let text = format!("Content-Transfer-Encoding: {encoding}\n\n{packed}");
            let mime = Mime::new(text.as_bytes()).unwrap();
            let message = mime.message().unwrap();
            let given = mime.content(&message.parts[0]);
            assert_eq!(String::from_utf8_lossy(&given), expected, "{packed}");
        }
    }
}
