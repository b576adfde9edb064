//! RTF: the text that its control words and groups are wrapped around.

mod state;
#[cfg(test)]
mod tests;
mod tokens;

use encoding_rs::{
    BIG5, EUC_KR, Encoding, GBK, MACINTOSH, SHIFT_JIS, UTF_8, WINDOWS_874, WINDOWS_1250,
    WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1254, WINDOWS_1255, WINDOWS_1256,
    WINDOWS_1257, WINDOWS_1258,
};

use crate::corpus::budget::Budget;
use crate::corpus::{Article, Note, Refusal, codes};

/// Reads a document.
pub(super) fn read(bytes: &[u8], _: &Budget, notes: &mut Vec<Note>) -> Result<Article, Refusal> {
    let start = bytes.iter().take_while(|byte| byte.is_ascii_whitespace());
    let bytes = &bytes[start.count()..];
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if !bytes.starts_with(b"{\\rtf") {
        let message = "it does not begin like RTF (`{\\rtf`)";
        return Err(Refusal::new(codes::WRONG_FORMAT, message));
    }
    let mut reader = state::Reader::default();
    let end = tokens::read(bytes, &mut reader);
    let unknown = reader.unknown_code_page();
    let (body, metadata) = reader.finish();
    super::whole_or_noted(end, &body, notes)?;
    if let Some(page) = unknown {
        let message = format!("code page {page} is not known; read as windows-1252");
        notes.push(Note::new(codes::ENCODING_GUESSED, message));
    }
    Ok(Article {
        title: None,
        body,
        metadata,
    })
}

/// The encoding of a Windows code page.
fn code_page(number: i32) -> Option<&'static Encoding> {
    Some(match number {
        874 => WINDOWS_874,
        932 => SHIFT_JIS,
        936 => GBK,
        949 => EUC_KR,
        950 => BIG5,
        1250 => WINDOWS_1250,
        1251 => WINDOWS_1251,
        0 | 1252 => WINDOWS_1252,
        1253 => WINDOWS_1253,
        1254 => WINDOWS_1254,
        1255 => WINDOWS_1255,
        1256 => WINDOWS_1256,
        1257 => WINDOWS_1257,
        1258 => WINDOWS_1258,
        10_000 => MACINTOSH,
        65_001 => UTF_8,
        _ => return None,
    })
}

/// The encoding of a font's `\fcharset`; `None` where the code page of the document holds.
fn charset(number: i32) -> Option<&'static Encoding> {
    Some(match number {
        77 => MACINTOSH,
        128 => SHIFT_JIS,
        129 => EUC_KR,
        134 => GBK,
        136 => BIG5,
        161 => WINDOWS_1253,
        162 => WINDOWS_1254,
        163 => WINDOWS_1258,
        177 => WINDOWS_1255,
        178 => WINDOWS_1256,
        186 => WINDOWS_1257,
        204 => WINDOWS_1251,
        222 => WINDOWS_874,
        238 => WINDOWS_1250,
        _ => return None,
    })
}
