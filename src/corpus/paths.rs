//! File names as text. Every byte sequence a file system allows has exactly one path, and no
//! path holds a control character: such bytes, and bytes that are not UTF-8, are written `%XX`.
//! So is a `!` at the end of a name, because `!/` is what stands between a container and the path
//! of a member in it.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::path::PathBuf;

/// What stands between a container and the path of a member in it.
const INSIDE: &str = "!/";

/// The text that stands for one file name. Ordinary names stand for themselves.
pub(crate) fn encode(name: &OsStr) -> Cow<'_, str> {
    encode_bytes(name.as_encoded_bytes())
}

fn encode_bytes(name: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(name)
        && !text
            .bytes()
            .any(|byte| byte == b'%' || byte.is_ascii_control())
        && !text.ends_with('!')
    {
        return Cow::Borrowed(text);
    }
    let (name, is_marked) = match name.strip_suffix(b"!") {
        Some(name) => (name, true),
        None => (name, false),
    };
    let mut text = String::new();
    for chunk in name.utf8_chunks() {
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
    if is_marked {
        push_escaped(&mut text, b'!');
    }
    Cow::Owned(text)
}

/// The path of a member in a container, and whether its name was none that could be kept as it
/// is: absolute, leading out of the container, or empty. Backslashes part folders, too, since
/// nobody else would put them there.
pub(super) fn encode_member(name: &[u8]) -> (String, bool) {
    let mut steps: Vec<Cow<'_, str>> = Vec::new();
    let mut is_odd = name.first().is_none_or(|first| b"/\\".contains(first));
    for step in name.split(|byte| b"/\\".contains(byte)) {
        match step {
            b"" | b"." => {}
            b".." => is_odd = true,
            step => steps.push(encode_bytes(step)),
        }
    }
    if steps.is_empty() {
        return ("unnamed".to_owned(), true);
    }
    (steps.join("/"), is_odd)
}

/// The path of something inside a container.
pub(super) fn inside(container: &str, member: &str) -> String {
    format!("{container}{INSIDE}{member}")
}

/// The path of the file that a path leads to or into: `archive.zip` of
/// `archive.zip!/inner.html`.
pub fn file_of(path: &str) -> &str {
    path.split_once(INSIDE).map_or(path, |(file, _)| file)
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
    (b"%!".contains(&byte) || byte >= 0x80 || byte.is_ascii_control()).then_some(byte)
}

/// The relative file name that a [`SourceFile::path`](super::SourceFile::path) stands for.
///
/// Join it to the root of the corpus to open the file. Nearly always it is the path itself; of a
/// path that leads into a container, the container is the file.
pub fn decode_path(path: &str) -> PathBuf {
    let bytes = file_of(path).as_bytes();
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
            (b"now!", "now%21"),
            (b"!!a!!", "!!a!%21"),
            (b"%21", "%2521"),
        ] {
            assert_eq!(encode(OsStr::from_bytes(name)), expected);
        }
    }

    #[test]
    fn names_of_members_stay_inside() {
        for (name, expected, is_odd) in [
            (&b"a/b.txt"[..], "a/b.txt", false),
            (b"./a//b.txt", "a/b.txt", false),
            (b"/etc/passwd", "etc/passwd", true),
            (b"../../a", "a", true),
            (b"..\\a\\b", "a/b", true),
            (b"a/caf\xe9!/b\n", "a/caf%E9%21/b%0A", false),
            (b"", "unnamed", true),
            (b"/", "unnamed", true),
            (b"..", "unnamed", true),
        ] {
            assert_eq!(encode_member(name), (expected.to_owned(), is_odd));
        }
    }

    #[test]
    fn a_path_into_a_container_leads_to_its_file() {
        for (path, file) in [
            ("a/b.zip!/c/d.zip!/e.txt", "a/b.zip"),
            ("a/b.zip", "a/b.zip"),
            ("now%21/a.txt", "now!/a.txt"),
            ("now!.txt", "now!.txt"),
        ] {
            assert_eq!(decode_path(path), PathBuf::from(file));
        }
    }

    proptest! {
        #[test]
        fn every_name_has_one_path_and_comes_back(
            // No name of a file has a `/` in it.
            name in prop::collection::vec(prop_oneof![Just(b'%'), Just(b'!'), Just(b'1'), Just(b'2'), Just(b'5'), Just(b'E'), (0_u8..b'/'), (b'0'..)], 0..20)
        ) {
            let path = encode(OsStr::from_bytes(&name)).into_owned();
            prop_assert!(!path.chars().any(|c| c.is_ascii_control()));
            prop_assert!(!path.ends_with('!'));
            let decoded = decode_path(&path);
            prop_assert_eq!(decoded.as_os_str().as_bytes(), &name[..]);
        }
    }
}
