//! Files cut into records: where they begin and end, what is refused, what the digest says.

use std::fs;
use std::io::Write as _;

use proptest::prelude::*;

use super::*;
use crate::corpus::Sidecar;

/// A file in a folder of its own, as a walk would describe it.
struct Fixture {
    folder: tempfile::TempDir,
    file: SourceFile,
}

impl Fixture {
    fn new(name: &str, bytes: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let absolute = folder.path().join(name);
        fs::write(&absolute, bytes).unwrap();
        let file = SourceFile {
            path: name.to_owned(),
            format: Readers::default().of_name(name).unwrap().clone(),
            stat: FileStat::new(&fs::symlink_metadata(&absolute).unwrap()),
            absolute,
            sidecar: None,
        };
        Self { folder, file }
    }

    fn with_sidecar(mut self, bytes: &[u8]) -> Self {
        let absolute = self.folder.path().join("a.meta.yaml");
        fs::write(&absolute, bytes).unwrap();
        let stat = FileStat::new(&fs::symlink_metadata(&absolute).unwrap());
        self.file.sidecar = Some(Sidecar { absolute, stat });
        self
    }

    fn read(&self) -> (Vec<Result<RawRecord, Failure>>, FileDigest) {
        let mut records = Records::open(&Arc::default(), &self.file).unwrap();
        let list = records.by_ref().collect();
        (list, records.finish())
    }
}

/// Records as `number: text`, failures as `number: code`.
fn check(name: &str, bytes: &[u8], expected: &[&str]) {
    let fixture = Fixture::new(name, bytes);
    let (records, digest) = fixture.read();
    let given: Vec<String> = records
        .iter()
        .map(|record| {
            let (number, text) = match record {
                Ok(record) => {
                    let range = record.start as usize..record.end as usize;
                    assert_eq!(&bytes[range], &record.data[..]);
                    assert_eq!(record.own_hash, blake3::hash(&record.data));
                    let text = String::from_utf8_lossy(&record.data).into_owned();
                    (record.number, text)
                }
                Err(failure) => (failure.record, format!("!{}", failure.code)),
            };
            match number {
                Some(number) => format!("{number}: {text}"),
                None => text,
            }
        })
        .collect();
    assert_eq!(given, expected, "{}", String::from_utf8_lossy(bytes));
    assert_eq!(digest.hash, blake3::hash(bytes).to_hex().to_string());
    assert_eq!(digest.length, bytes.len() as u64);
    assert!(!digest.changed);
}

#[test]
fn a_text_is_one_record_with_every_byte() {
    check("a.txt", b"\xef\xbb\xbfa\r\nb\n", &["\u{feff}a\r\nb\n"]);
    check("a.md", b"", &[""]);
}

#[test]
fn lines_are_records_numbered_as_in_an_editor() {
    check("a.jsonl", b"", &[]);
    check("a.jsonl", b"\n\n", &[]);
    check(
        "a.jsonl",
        b"{1}\n\n  \r\n{2}\r\n{3}",
        &["1: {1}", "4: {2}", "5: {3}"],
    );
    check("a.ndjson", b"\xef\xbb\xbf{1}\n{2}\n", &["1: {1}", "2: {2}"]);
}

#[test]
fn json_is_cut_without_being_parsed() {
    for (text, expected) in [
        ("{\"a\": 1}\n", &["{\"a\": 1}"][..]),
        (" {\"a\": \"}\\\"{\"} ", &["{\"a\": \"}\\\"{\"}"]),
        ("[]", &[]),
        (
            "[{}, {\"a\": [1, {}]} ]\n",
            &["1: {}", "2: {\"a\": [1, {}]}"],
        ),
        ("[1, \"a,]\" ,null]", &["1: 1", "2: \"a,]\"", "3: null"]),
        ("{\"a\":1}\n{\"b\":2}", &["1: {\"a\":1}", "2: {\"b\":2}"]),
        ("[{bad}, {}]", &["1: {bad}", "2: {}"]),
        ("[{} {}]", &["1: {}", "2: {}"]),
        ("[{},]", &["1: {}"]),
        ("[{}", &["1: {}", "1: !json"]),
        ("[{}, {\"a", &["1: {}", "2: {\"a", "2: !json"]),
        ("[{}] x", &["1: {}", "1: !json"]),
        ("[}", &["!json"]),
        ("{\"a\"", &["{\"a\""]),
        ("{} x", &["1: {}", "1: !not_an_object"]),
        ("", &["!json"]),
        ("  \n", &["!json"]),
        ("12", &["!not_an_object"]),
        ("\u{feff}[{}]", &["1: {}"]),
    ] {
        check("a.json", text.as_bytes(), expected);
    }
}

#[test]
fn what_cannot_be_cut_at_ascii_is_refused() {
    check("a.jsonl", b"{\0}\n", &["!binary"]);
    check("a.jsonl", b"\xff\xfe{\0}\0", &["!encoding"]);
    check("a.json", b"{\0\"\0a\0\"\0:\x001\0}\0", &["!encoding"]);
}

#[test]
fn a_record_that_is_too_large_costs_no_other() {
    let long = "x".repeat(limits::RECORD_BYTES + 10);
    for (name, text, expected) in [
        ("a.txt", long.clone(), "!record_too_large"),
        (
            "a.jsonl",
            format!("{{}}\n{long}\n{{}}\n"),
            "1 2!record_too_large 3",
        ),
        (
            "a.json",
            format!("[{{}},\"{long}\",{{}}]"),
            "1 2!record_too_large 3",
        ),
    ] {
        let (records, _) = Fixture::new(name, text.as_bytes()).read();
        let given: Vec<String> = records
            .iter()
            .map(|record| match record {
                Ok(record) => record.number.unwrap_or_default().to_string(),
                Err(failure) => {
                    let number = failure.record.map(|number| number.to_string());
                    format!("{}!{}", number.unwrap_or_default(), failure.code)
                }
            })
            .collect();
        assert_eq!(given.join(" "), expected, "{name}");
    }
}

#[test]
fn the_hash_covers_the_sidecar() {
    let plain = Fixture::new("a.txt", b"text");
    let one = Fixture::new("a.txt", b"text").with_sidecar(b"a: 1");
    let two = Fixture::new("a.txt", b"text").with_sidecar(b"a: 2");
    let hashes: Vec<_> = [&plain, &one, &two]
        .iter()
        .map(|fixture| {
            let (records, digest) = fixture.read();
            assert!(!digest.changed);
            (records[0].as_ref().unwrap().hash, digest.hash)
        })
        .collect();
    assert_ne!(hashes[0], hashes[1]);
    assert_ne!(hashes[1], hashes[2]);
    let again = Fixture::new("a.txt", b"text").with_sidecar(b"a: 1").read();
    assert_eq!(again.1.hash, hashes[1].1);
}

#[test]
fn changes_since_the_walk_are_noticed() {
    let fixture = Fixture::new("a.txt", b"text");
    fs::write(&fixture.file.absolute, b"longer text").unwrap();
    assert!(fixture.read().1.changed);

    let fixture = Fixture::new("a.jsonl", b"{}\n");
    let mut records = Records::open(&Arc::default(), &fixture.file).unwrap();
    assert!(records.next().unwrap().is_ok());
    let mut file = OpenOptions::new()
        .append(true)
        .open(&fixture.file.absolute)
        .unwrap();
    file.write_all(b"{}\n").unwrap();
    let digest = records.finish();
    assert!(digest.changed);
    assert_eq!(digest.length, 6);

    let fixture = Fixture::new("a.txt", b"text").with_sidecar(b"a: 1");
    fs::remove_file(&fixture.file.sidecar.as_ref().unwrap().absolute).unwrap();
    let (records, digest) = fixture.read();
    assert!(digest.changed);
    assert!(
        records[0]
            .as_ref()
            .unwrap()
            .sidecar
            .as_ref()
            .unwrap()
            .content
            .is_err()
    );
}

#[test]
fn a_sidecar_that_is_too_large_is_left_out() {
    let fixture =
        Fixture::new("a.txt", b"text").with_sidecar(&vec![b' '; limits::SIDECAR_BYTES + 1]);
    let (records, _) = fixture.read();
    let record = records[0].as_ref().unwrap();
    let message = record
        .sidecar
        .as_ref()
        .unwrap()
        .content
        .as_ref()
        .unwrap_err();
    assert_eq!(message, "is larger than 1 MiB");
}

#[cfg(unix)]
#[test]
fn what_took_the_place_of_a_file_is_not_opened() {
    let fixture = Fixture::new("a.txt", b"text");
    let path = &fixture.file.absolute;
    fs::rename(path, fixture.folder.path().join("b.txt")).unwrap();
    assert_eq!(
        Records::open(&Arc::default(), &fixture.file)
            .unwrap_err()
            .code,
        codes::VANISHED
    );
    std::os::unix::fs::symlink("b.txt", path).unwrap();
    assert_eq!(
        Records::open(&Arc::default(), &fixture.file)
            .unwrap_err()
            .code,
        codes::UNREADABLE
    );
    fs::remove_file(path).unwrap();
    fs::create_dir(path).unwrap();
    assert_eq!(
        Records::open(&Arc::default(), &fixture.file)
            .unwrap_err()
            .code,
        codes::NOT_A_FILE
    );
}

proptest! {
    #[test]
    fn bytes_of_any_kind_are_cut_and_hashed(
        name in prop_oneof![Just("a.json"), Just("a.jsonl"), Just("a.txt")],
        bytes in prop::collection::vec(prop_oneof![
            Just(b'{'), Just(b'}'), Just(b'['), Just(b']'), Just(b'"'), Just(b'\\'), Just(b','),
            Just(b'\n'), Just(b' '), Just(b'1'), any::<u8>(),
        ], 0..200),
    ) {
        let fixture = Fixture::new(name, &bytes);
        let (records, digest) = fixture.read();
        let mut end = 0;
        for record in records.into_iter().flatten() {
            prop_assert!(record.start >= end && record.end <= bytes.len() as u64);
            end = record.end;
        }
        prop_assert_eq!(digest.hash, blake3::hash(&bytes).to_hex().to_string());
    }

    #[test]
    fn an_array_and_its_lines_hold_the_same_records(
        texts in prop::collection::vec("[ -~]{0,20}|\\PC{0,8}", 1..12)
    ) {
        let objects: Vec<String> = texts
            .iter()
            .map(|text| serde_json::json!({"a": text, "b": [text, {"c": 1}]}).to_string())
            .collect();
        let array = format!("[\n{}\n]", objects.join(" ,\n"));
        for (name, source) in [("a.json", array), ("a.jsonl", objects.join("\n"))] {
            let (records, _) = Fixture::new(name, source.as_bytes()).read();
            let given: Vec<String> = records
                .into_iter()
                .map(|record| String::from_utf8(record.unwrap().data).unwrap())
                .collect();
            prop_assert_eq!(&given, &objects);
        }
    }
}
