//! Cuts RTF into groups, control words and bytes of text.

use crate::corpus::{Refusal, codes, limits};

/// What is done with the parts of an RTF text, in their order.
pub(super) trait Sink {
    /// `{`
    fn open(&mut self);
    /// `}`
    fn close(&mut self);
    /// A control word or, as one character, a control symbol, with its number.
    fn control(&mut self, word: &str, number: Option<i32>);
    /// A byte of text, in the encoding that holds there.
    fn byte(&mut self, byte: u8);
}

/// Reads to the end of the outermost group. An error leaves what was read until then as it is.
pub(super) fn read(bytes: &[u8], sink: &mut impl Sink) -> Result<(), Refusal> {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'{' => {
                depth += 1;
                if depth > limits::RTF_DEPTH {
                    let message = format!("groups more than {} deep", limits::RTF_DEPTH);
                    return Err(Refusal::new(codes::RTF_TOO_DEEP, message));
                }
                sink.open();
            }
            b'}' => {
                sink.close();
                depth = depth.saturating_sub(1);
                // What lies behind the document is no part of it.
                if depth == 0 {
                    return Ok(());
                }
            }
            b'\\' => at = control(bytes, at, sink),
            b'\r' | b'\n' | 0 => {}
            byte => sink.byte(byte),
        }
    }
    let message = "it ends before its groups do";
    Err(Refusal::new(codes::BROKEN_OFF, message))
}

/// Reads what stands behind a backslash, and gives the place behind it.
fn control(bytes: &[u8], start: usize, sink: &mut impl Sink) -> usize {
    let Some(&first) = bytes.get(start) else {
        return start;
    };
    if !first.is_ascii_alphabetic() {
        match first {
            b'\'' => {
                let digits = bytes.get(start + 1..start + 3);
                let value = digits
                    .and_then(|digits| std::str::from_utf8(digits).ok())
                    .and_then(|digits| u8::from_str_radix(digits, 16).ok());
                return match value {
                    Some(value) => {
                        sink.byte(value);
                        start + 3
                    }
                    None => start + 1,
                };
            }
            b'\\' | b'{' | b'}' => sink.byte(first),
            b'\r' | b'\n' => sink.control("par", None),
            first if first.is_ascii() => {
                let symbol = char::from(first);
                sink.control(symbol.encode_utf8(&mut [0; 4]), None);
            }
            _ => {}
        }
        return start + 1;
    }
    let letters = bytes[start..]
        .iter()
        .take_while(|byte| byte.is_ascii_alphabetic());
    let end = start + letters.take(limits::RTF_WORD).count();
    let word = std::str::from_utf8(&bytes[start..end]).unwrap_or_default();
    let sign = usize::from(bytes.get(end) == Some(&b'-'));
    let digits = bytes[end + sign..]
        .iter()
        .take_while(|byte| byte.is_ascii_digit());
    let digits = digits.take(10).count();
    let (number, mut at) = if digits == 0 {
        (None, end)
    } else {
        let end_of_number = end + sign + digits;
        let text = std::str::from_utf8(&bytes[end..end_of_number]).unwrap_or_default();
        let number = text.parse::<i64>().unwrap_or(0);
        let number = number.clamp(i64::from(i32::MIN), i64::from(i32::MAX));
        (Some(number as i32), end_of_number)
    };
    if bytes.get(at) == Some(&b' ') {
        at += 1;
    }
    if word == "bin" {
        let length = usize::try_from(number.unwrap_or(0)).unwrap_or(0);
        return at.saturating_add(length).min(bytes.len());
    }
    sink.control(word, number);
    at
}
