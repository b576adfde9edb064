//! Makes archives, packed files, mail and crawls, whole or broken on purpose.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};

/// The text of a member that has to be found, whatever lies beside it.
pub(super) const GOOD: &[u8] = b"A good neighbour\n\nThe lighthouse keeper wrote this text.\n";

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// What gzip packed, damaged from its first block on.
pub(super) fn torn(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes[10] |= 6;
    bytes
}

pub(super) fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

pub(super) fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A member of a zip archive, as the directory and the member itself say it.
#[derive(Clone)]
pub(super) struct Zipped {
    pub(super) name: Vec<u8>,
    pub(super) local_name: Vec<u8>,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) crc: u32,
    pub(super) size: u32,
    pub(super) packed: Vec<u8>,
    pub(super) mode: u32,
    /// How far the directory is off.
    pub(super) shift: u32,
}

impl Zipped {
    pub(super) fn stored(name: &str, data: &[u8]) -> Self {
        let mut crc = flate2::Crc::new();
        crc.update(data);
        Self {
            name: name.into(),
            local_name: name.into(),
            flags: 0,
            method: 0,
            crc: crc.sum(),
            size: data.len() as u32,
            packed: data.to_vec(),
            mode: 0,
            shift: 0,
        }
    }

    pub(super) fn deflated(name: &str, data: &[u8]) -> Self {
        Self {
            method: 8,
            packed: deflate(data),
            ..Self::stored(name, data)
        }
    }

    pub(super) fn good() -> Self {
        Self::deflated("good.txt", GOOD)
    }
}

/// The bytes of the members, and of the directory behind them.
fn zip_parts(members: &[Zipped]) -> (Vec<u8>, Vec<u8>) {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for member in members {
        let at = bytes.len() as u32 + member.shift;
        let short = |value: usize| (value as u16).to_le_bytes();
        let shared = |name: &[u8]| {
            let mut shared = Vec::new();
            shared.extend(20_u16.to_le_bytes());
            shared.extend(member.flags.to_le_bytes());
            shared.extend(member.method.to_le_bytes());
            shared.extend([0; 4]);
            shared.extend(member.crc.to_le_bytes());
            shared.extend((member.packed.len() as u32).to_le_bytes());
            shared.extend(member.size.to_le_bytes());
            shared.extend(short(name.len()));
            shared.extend(short(0));
            shared
        };
        bytes.extend(b"PK\x03\x04");
        bytes.extend(shared(&member.local_name));
        bytes.extend(&member.local_name);
        bytes.extend(&member.packed);
        directory.extend(b"PK\x01\x02\x14\x03");
        directory.extend(shared(&member.name));
        directory.extend([0; 6]);
        directory.extend((member.mode << 16).to_le_bytes());
        directory.extend(at.to_le_bytes());
        directory.extend(&member.name);
    }
    (bytes, directory)
}

pub(super) fn zip(members: &[Zipped]) -> Vec<u8> {
    let (mut bytes, directory) = zip_parts(members);
    let start = bytes.len() as u32;
    bytes.extend(&directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend((members.len() as u16).to_le_bytes());
    bytes.extend((members.len() as u16).to_le_bytes());
    bytes.extend((directory.len() as u32).to_le_bytes());
    bytes.extend(start.to_le_bytes());
    bytes.extend([0; 2]);
    bytes
}

/// The members of an archive alone, as a download that broke off leaves them.
pub(super) fn zip_without_directory(members: &[Zipped]) -> Vec<u8> {
    zip_parts(members).0
}

/// A member of a tar archive.
pub(super) fn tarred(name: &[u8], kind: u8, data: &[u8]) -> Vec<u8> {
    let mut header = tar_header(name, kind, data.len() as u64);
    header.extend(data);
    header.resize(header.len().div_ceil(512) * 512, 0);
    header
}

pub(super) fn tar_header(name: &[u8], kind: u8, size: u64) -> Vec<u8> {
    let mut header = vec![0; 512];
    header[..name.len()].copy_from_slice(name);
    header[100..107].copy_from_slice(b"0000644");
    header[124..135].copy_from_slice(format!("{size:011o}").as_bytes());
    header[156] = kind;
    header[257..265].copy_from_slice(b"ustar\x0000");
    tar_sum(&mut header);
    header
}

/// Puts the checksum of a header right.
pub(super) fn tar_sum(header: &mut [u8]) {
    header[148..156].copy_from_slice(b"        ");
    let sum: u32 = header[..512].iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

pub(super) fn tar(members: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = members.concat();
    bytes.extend([0; 1024]);
    bytes
}

pub(super) fn good_in_tar() -> Vec<u8> {
    tarred(b"good.txt", b'0', GOOD)
}

/// A line of a pax header.
pub(super) fn pax(key: &str, value: &str) -> Vec<u8> {
    let rest = format!(" {key}={value}\n");
    let mut length = rest.len() + 1;
    while length.to_string().len() + rest.len() != length {
        length = length.to_string().len() + rest.len();
    }
    format!("{length}{rest}").into_bytes()
}

/// A record of a crawl.
pub(super) fn warc(kind: &str, address: &str, media_type: &str, block: &[u8]) -> Vec<u8> {
    let mut record = format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {address}\r\n\
         WARC-Date: 2001-02-03T04:05:06Z\r\nContent-Type: {media_type}\r\n\
         Content-Length: {}\r\n\r\n",
        block.len()
    )
    .into_bytes();
    record.extend(block);
    record.extend(b"\r\n\r\n");
    record
}

/// A page as a server sent it.
pub(super) fn answer(address: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let block = [format!("{headers}\r\n\r\n").as_bytes(), body].concat();
    warc(
        "response",
        address,
        "application/http; msgtype=response",
        &block,
    )
}

pub(super) fn good_in_warc() -> Vec<u8> {
    answer(
        "http://example.org/good.txt",
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain",
        GOOD,
    )
}

/// A message with two parts.
pub(super) fn mail(headers: &str, parts: &[(&str, &str)]) -> String {
    let mut text = format!(
        "From: Ana <ana@example.org>\nTo: Bo <bo@example.org>\nSubject: A good neighbour\n\
         Date: Sun, 28 Oct 1962 10:00:00 +0000\nMessage-ID: <1@example.org>\nMIME-Version: 1.0\n\
         {headers}Content-Type: multipart/mixed; boundary=\"xyz\"\n\n"
    );
    for (head, body) in parts {
        text.extend(["--xyz\n", head, "\n\n", body, "\n"]);
    }
    text + "--xyz--\n"
}

/// A page as a browser saves it in one file: more for the header of the file, and the parts.
pub(super) fn mhtml(headers: &str, parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = format!(
        "From: <Saved by a browser>\r\nSubject: A good neighbour\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/related; type=\"text/html\"; boundary=\"b1\"{headers}\r\n\r\n"
    )
    .into_bytes();
    for (head, body) in parts {
        bytes.extend(format!("--b1\r\n{head}\r\n\r\n").bytes());
        bytes.extend(*body);
        bytes.extend(b"\r\n");
    }
    bytes.extend(b"--b1--\r\n");
    bytes
}
