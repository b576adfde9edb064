//! File names as text. Every byte sequence a file system allows has exactly one path, and no
//! path holds a control character: such bytes, and bytes that are not UTF-8, are written `%XX`.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::path::PathBuf;

/// The text that stands for one file name. Ordinary names stand for themselves.
pub(crate) fn encode(name: &OsStr) -> Cow<'_, str> {
    if let Some(text) = name.to_str()
        && !text
            .bytes()
            .any(|byte| byte == b'%' || byte.is_ascii_control())
    {
        return Cow::Borrowed(text);
    }
    let mut text = String::new();
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        let valid = chunk.valid();
        for (position, c) in valid.char_indices() {
            if c.is_ascii_control() {
                push_escaped(&mut text, c as u8);
            } else if c == '%' && escape(&valid.as_bytes()[position..]).is_some() {
                text.push_str("%25");
            } else {
                text.push(c);
            }
        }
        for &byte in chunk.invalid() {
            push_escaped(&mut text, byte);
        }
    }
    Cow::Owned(text)
}

fn push_escaped(text: &mut String, byte: u8) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    text.push('%');
    text.push(char::from(DIGITS[usize::from(byte >> 4)]));
    text.push(char::from(DIGITS[usize::from(byte & 15)]));
}

/// The byte that an escape at the start stands for, if there is one that [`encode`] would write.
fn escape(bytes: &[u8]) -> Option<u8> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    };
    let [b'%', high, low, ..] = bytes else {
        return None;
    };
    let byte = digit(*high)? << 4 | digit(*low)?;
    (byte == b'%' || byte >= 0x80 || byte.is_ascii_control()).then_some(byte)
}

/// The relative file name that a [`SourceFile::path`](super::SourceFile::path) stands for.
///
/// Join it to the root of the corpus to open the file. Nearly always it is the path itself.
pub fn decode_path(path: &str) -> PathBuf {
    let bytes = path.as_bytes();
    let mut name = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if let Some(escaped) = escape(&bytes[at..]) {
            name.push(escaped);
            at += 3;
        } else {
            name.push(byte);
            at += 1;
        }
    }
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt;
        PathBuf::from(std::ffi::OsString::from_vec(name))
    }
    #[cfg(not(unix))]
    {
        PathBuf::from(String::from_utf8_lossy(&name).into_owned())
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::ffi::OsStrExt;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn odd_names_are_escaped_and_ordinary_ones_left_alone() {
        for (name, expected) in [
            (&b"plain.txt"[..], "plain.txt"),
            ("Kürzung 50 %.txt".as_bytes(), "Kürzung 50 %.txt"),
            (b"caf\xe9.txt", "caf%E9.txt"),
            (b"a\nb\x7f", "a%0Ab%7F"),
            (b"%E9", "%25E9"),
            (b"%25", "%2525"),
            (b"%zz %41 %e9", "%zz %41 %e9"),
        ] {
            assert_eq!(encode(OsStr::from_bytes(name)), expected);
        }
    }

    proptest! {
        #[test]
        fn every_name_has_one_path_and_comes_back(
            name in prop::collection::vec(prop_oneof![Just(b'%'), Just(b'2'), Just(b'5'), Just(b'E'), any::<u8>()], 0..20)
        ) {
            let path = encode(OsStr::from_bytes(&name)).into_owned();
            prop_assert!(!path.chars().any(|c| c.is_ascii_control()));
            let decoded = decode_path(&path);
            prop_assert_eq!(decoded.as_os_str().as_bytes(), &name[..]);
        }
    }
}
