//! Archives and packed files that are broken, hostile, or only odd.

use super::Case;
use super::make::{
    GOOD, Zipped, deflate, good_in_tar, gzip, pax, tar, tar_header, tar_sum, tarred, torn, zip,
    zip_without_directory, zstd,
};

pub(super) fn cases() -> Vec<Case> {
    [zips(), tars(), packed(), bombs(), nested()].concat()
}

fn zips() -> Vec<Case> {
    let good = Zipped::good;
    let bad = || Zipped::deflated("bad.txt", b"This text is broken somehow, and long enough.");
    let with = |change: fn(&mut Zipped)| {
        let mut member = bad();
        change(&mut member);
        zip(&[member, good()])
    };
    let whole = zip(&[bad(), good()]);
    let lost = {
        // The end of the directory says so, and nothing else does.
        let mut bytes = whole.clone();
        let directory = bytes.windows(4).position(|it| it == b"PK\x01\x02").unwrap();
        bytes[directory] = b'X';
        bytes
    };
    vec![
        Case::new(
            "zip",
            "whole.zip",
            whole.clone(),
            &["+bad.txt", "+good.txt"],
        ),
        Case::new("zip-empty", "a.zip", zip(&[]), &["~no_records"]),
        Case::new("zip-nothing", "a.zip", vec![], &["-damaged"]),
        Case::new(
            "zip-text",
            "a.zip",
            b"no archive at all".to_vec(),
            &["-damaged"],
        ),
        Case::new(
            "zip-cut",
            "a.zip",
            zip_without_directory(&[bad(), good()]),
            &["+bad.txt", "+good.txt", "-damaged"],
        ),
        Case::new(
            "zip-cut-member",
            "a.zip",
            {
                let mut bytes = zip_without_directory(&[good(), bad()]);
                bytes.truncate(bytes.len() - 10);
                bytes
            },
            &["+good.txt", "-damaged bad.txt", "-damaged"],
        ),
        Case::new("zip-directory", "a.zip", lost, &["-damaged"]),
        Case::new(
            "zip-encrypted",
            "a.zip",
            with(|it| it.flags = 1),
            &["-encrypted bad.txt", "+good.txt"],
        ),
        Case::new(
            "zip-checksum",
            "a.zip",
            with(|it| it.crc ^= 1),
            &["-damaged bad.txt", "+good.txt"],
        ),
        Case::new(
            "zip-longer",
            "a.zip",
            with(|it| it.size -= 1),
            &["-damaged bad.txt", "+good.txt"],
        ),
        Case::new(
            "zip-shorter",
            "a.zip",
            with(|it| it.size += 1),
            &["-damaged bad.txt", "+good.txt"],
        ),
        Case::new(
            "zip-stream",
            "a.zip",
            with(|it| it.packed = b"\xff\xff\xff\xff no deflate".to_vec()),
            &["-damaged bad.txt", "+good.txt"],
        ),
        Case::new(
            "zip-method",
            "a.zip",
            with(|it| it.method = 14),
            &["-packing bad.txt", "+good.txt"],
        ),
        Case::new(
            "zip-name-differs",
            "a.zip",
            with(|it| it.local_name = b"other".to_vec()),
            &["-damaged bad.txt", "+good.txt"],
        ),
        Case::new(
            "zip-place",
            "a.zip",
            with(|it| it.shift = 7),
            &["-damaged bad.txt", "+good.txt"],
        ),
        Case::new(
            "zip-place-far",
            "a.zip",
            with(|it| it.shift = 0x7fff_ffff),
            &["-damaged bad.txt", "+good.txt"],
        ),
        Case::new(
            "zip-link",
            "a.zip",
            with(|it| it.mode = 0o120_777),
            &["~symlink bad.txt", "+good.txt"],
        ),
        Case::new(
            "zip-device",
            "a.zip",
            with(|it| it.mode = 0o020_600),
            &["~special bad.txt", "+good.txt"],
        ),
        Case::new(
            "zip-slip",
            "a.zip",
            with(|it| {
                it.name = b"../../etc/bad.txt".to_vec();
                it.local_name.clone_from(&it.name);
            }),
            &["+etc/bad.txt member_renamed", "+good.txt"],
        ),
        Case::new(
            "zip-absolute",
            "a.zip",
            with(|it| {
                it.name = b"/tmp/bad.txt".to_vec();
                it.local_name.clone_from(&it.name);
            }),
            &["+tmp/bad.txt member_renamed", "+good.txt"],
        ),
        Case::new(
            "zip-backslash",
            "a.zip",
            with(|it| {
                it.name = b"C:\\x\\bad.txt".to_vec();
                it.local_name.clone_from(&it.name);
            }),
            &["+C:/x/bad.txt", "+good.txt"],
        ),
        Case::new(
            "zip-long-name",
            "a.zip",
            with(|it| {
                it.name = [&b"x".repeat(5_000)[..], b".txt"].concat();
                it.local_name.clone_from(&it.name);
            }),
            &["~unsupported …", "+good.txt"],
        ),
        Case::new(
            "zip-latin-name",
            "a.zip",
            with(|it| {
                it.name = b"caf\xe9.txt".to_vec();
                it.local_name.clone_from(&it.name);
            }),
            &["+caf%E9.txt", "+good.txt"],
        ),
        Case::new(
            "zip-control-name",
            "a.zip",
            with(|it| {
                it.name = b"a\x1b[2J\n.txt".to_vec();
                it.local_name.clone_from(&it.name);
            }),
            &["+a%1B[2J%0A.txt", "+good.txt"],
        ),
        Case::new(
            "zip-no-name",
            "a.zip",
            with(|it| {
                it.name.clear();
                it.local_name.clear();
            }),
            &["~unsupported unnamed", "+good.txt"],
        ),
        Case::new(
            "zip-twice",
            "a.zip",
            zip(&[bad(), good(), bad()]),
            &["=bad.txt", "+good.txt", "+bad.txt"],
        ),
        Case::new(
            "zip-hidden",
            "a.zip",
            zip(&[
                Zipped::stored("__MACOSX/._x.txt", b"x"),
                Zipped::stored("a/.b.txt", b"x"),
                Zipped::stored("folder/", b""),
                good(),
            ]),
            &["~hidden __MACOSX/._x.txt", "~hidden a/.b.txt", "+good.txt"],
        ),
        Case::new(
            "zip-prefix",
            "a.zip",
            [&b"MZ a program that unpacks itself"[..], &whole].concat(),
            &["+bad.txt", "+good.txt"],
        ),
        Case::new(
            "zip-comment",
            "a.zip",
            {
                let mut bytes = whole.clone();
                let end = bytes.len();
                bytes[end - 2..].copy_from_slice(&30_000_u16.to_le_bytes());
                bytes.extend(b"PK\x05\x06".repeat(7_500));
                bytes
            },
            &["+bad.txt", "+good.txt"],
        ),
        Case::new(
            "zip-other",
            "a.zip",
            zip(&[
                Zipped::stored("x.bin", b"\0\x01"),
                Zipped::stored("y", b"%!"),
                good(),
            ]),
            &["~unsupported x.bin", "~unsupported y", "+good.txt"],
        ),
        Case::new(
            "zip-bad-members",
            "a.zip",
            zip(&[
                Zipped::stored("broken.json", b"{\"a\": "),
                Zipped::stored("many.jsonl", b"{}\n{broken\n{\"title\": \"x\"}\n"),
                Zipped::stored("nul.txt", b"\0\0\0\0"),
                good(),
            ]),
            &[
                "-json broken.json",
                "+many.jsonl body_empty",
                "-json many.jsonl",
                "+many.jsonl body_empty",
                "-binary nul.txt",
                "+good.txt",
            ],
        ),
        Case::new(
            "zip-called-txt",
            "a.txt",
            whole.clone(),
            &["+bad.txt format_mismatch", "+good.txt format_mismatch"],
        ),
        Case::new(
            "zip-called-nothing",
            "archive",
            whole,
            &["+bad.txt", "+good.txt"],
        ),
    ]
}

fn tars() -> Vec<Case> {
    let good = good_in_tar;
    let bad = || tarred(b"bad.txt", b'0', b"This text is well, for once.");
    vec![
        Case::new(
            "tar",
            "a.tar",
            tar(&[bad(), good()]),
            &["+bad.txt", "+good.txt"],
        ),
        Case::new("tar-empty", "a.tar", tar(&[]), &["~no_records"]),
        Case::new("tar-nothing", "a.tar", vec![], &["-damaged"]),
        Case::new("tar-text", "a.tar", b"no archive".to_vec(), &["-damaged"]),
        Case::new(
            "tar-noise",
            "a.tar",
            b"noise!".repeat(1_000),
            &["-damaged (at byte 512)", "-damaged"],
        ),
        Case::new(
            "tar-cut",
            "a.tar",
            [
                good(),
                tar_header(b"bad.txt", b'0', 5_000),
                b"Short.".to_vec(),
            ]
            .concat(),
            &["+good.txt", "-damaged bad.txt", "-damaged"],
        ),
        Case::new("tar-no-end", "a.tar", good(), &["+good.txt"]),
        Case::new(
            "tar-cut-header",
            "a.tar",
            [good(), vec![b'x'; 100]].concat(),
            &["+good.txt", "-damaged"],
        ),
        Case::new(
            "tar-checksum",
            "a.tar",
            {
                let mut member = bad();
                member[0] = b'X';
                tar(&[member, good()])
            },
            &["-damaged (at byte 512)", "+good.txt"],
        ),
        Case::new(
            "tar-size",
            "a.tar",
            {
                let mut header = tar_header(b"bad.txt", b'0', 0);
                header[124..136].copy_from_slice(b"not a number");
                tar_sum(&mut header);
                tar(&[header, good()])
            },
            &["-damaged (at byte 512)", "+good.txt"],
        ),
        Case::new(
            "tar-huge",
            "a.tar",
            {
                let mut header = tar_header(b"bad.txt", b'0', 0);
                header[124..136].copy_from_slice(b"\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff");
                tar_sum(&mut header);
                [good(), header].concat()
            },
            &["+good.txt", "-damaged bad.txt", "-damaged"],
        ),
        Case::new(
            "tar-links",
            "a.tar",
            tar(&[
                tarred(b"soft.txt", b'2', b""),
                tarred(b"hard.txt", b'1', b""),
                tarred(b"folder.txt/", b'5', b""),
                good(),
            ]),
            &["~symlink soft.txt", "~symlink hard.txt", "+good.txt"],
        ),
        Case::new(
            "tar-special",
            "a.tar",
            tar(&[
                tarred(b"fifo.txt", b'6', b""),
                tarred(b"device.txt", b'3', b""),
                tarred(b"odd.txt", b'Z', b"x"),
                good(),
            ]),
            &[
                "~special fifo.txt",
                "~special device.txt",
                "~special odd.txt",
                "+good.txt",
            ],
        ),
        Case::new(
            "tar-sparse",
            "a.tar",
            tar(&[
                tarred(b"old.txt", b'S', b"x"),
                tarred(b"x", b'x', &pax("GNU.sparse.major", "1")),
                tarred(b"new.txt", b'0', b"x"),
                good(),
            ]),
            &["-packing old.txt", "-packing new.txt", "+good.txt"],
        ),
        Case::new(
            "tar-slip",
            "a.tar",
            tar(&[
                tarred(b"../bad.txt", b'0', b"Out."),
                tarred(b"/etc/worse.txt", b'0', b"Out."),
                good(),
            ]),
            &[
                "+bad.txt member_renamed",
                "+etc/worse.txt member_renamed",
                "+good.txt",
            ],
        ),
        Case::new(
            "tar-long-name",
            "a.tar",
            tar(&[
                tarred(
                    b"././@LongLink",
                    b'L',
                    &[&b"y".repeat(300)[..], b".txt\0"].concat(),
                ),
                bad(),
                good(),
            ]),
            &["+…", "+good.txt"],
        ),
        Case::new(
            "tar-name-too-long",
            "a.tar",
            tar(&[tarred(b"x", b'L', &b"y".repeat(70_000)), bad(), good()]),
            &["-damaged (at byte 70656)", "+bad.txt", "+good.txt"],
        ),
        Case::new(
            "tar-pax",
            "a.tar",
            tar(&[
                tarred(b"x", b'x', &pax("path", "ümlaut.txt")),
                bad(),
                tarred(b"x", b'x', b"99 path=cut short"),
                bad(),
                good(),
            ]),
            &["+ümlaut.txt", "+bad.txt", "+good.txt"],
        ),
        Case::new(
            "tar-pax-size",
            "a.tar",
            {
                // What the header of pax says counts: else the text would be taken for headers.
                let mut member = tarred(b"bad.txt", b'0', &b"x ".repeat(300));
                member[124..136].copy_from_slice(b"00000000000\0");
                tar_sum(&mut member);
                tar(&[tarred(b"x", b'x', &pax("size", "600")), member, good()])
            },
            &["+bad.txt", "+good.txt"],
        ),
        Case::new(
            "tar-prefix",
            "a.tar",
            {
                let mut member = bad();
                member[345..350].copy_from_slice(b"a/b/c");
                tar_sum(&mut member);
                tar(&[member, good()])
            },
            &["+a/b/c/bad.txt", "+good.txt"],
        ),
        Case::new(
            "tar-latin-name",
            "a.tar",
            tar(&[tarred(b"caf\xe9.txt", b'0', b"Text."), good()]),
            &["+caf%E9.txt", "+good.txt"],
        ),
        Case::new(
            "tar-twice",
            "a.tar",
            tar(&[bad(), good(), bad()]),
            &["=bad.txt", "+good.txt", "+bad.txt"],
        ),
    ]
}

fn packed() -> Vec<Case> {
    let lines =
        b"{\"title\": \"A\", \"body\": \"lighthouse\"}\n{\"title\": \"B\", \"body\": \"b\"}\n";
    let cut = |mut bytes: Vec<u8>, by: usize| {
        bytes.truncate(bytes.len() - by);
        bytes
    };
    let noise = |count: u32| -> Vec<u8> {
        let mut state = 1_u32;
        let next = |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        (0..count).map(next).collect()
    };
    vec![
        Case::new("gz", "good.txt.gz", gzip(GOOD), &["+"]),
        Case::new("gz-lines", "a.jsonl.gz", gzip(lines), &["+#1", "+#2"]),
        Case::new(
            "gz-members",
            "a.jsonl.gz",
            [gzip(lines), gzip(lines)].concat(),
            &["+#1", "+#2", "+#3", "+#4"],
        ),
        Case::new(
            "gz-zeros",
            "good.txt.gz",
            [gzip(GOOD), vec![0; 700]].concat(),
            &["+"],
        ),
        Case::new(
            "gz-behind",
            "a.jsonl.gz",
            [gzip(lines), b"more".to_vec()].concat(),
            &["+#1", "+#2", "-damaged#3"],
        ),
        Case::new(
            "gz-gap",
            "a.jsonl.gz",
            [gzip(lines), torn(gzip(lines)), gzip(lines)].concat(),
            &["+#1", "+#2", "-damaged#3", "+#4", "+#5"],
        ),
        Case::new(
            "gz-gap-first",
            "a.jsonl.gz",
            [torn(gzip(lines)), gzip(lines)].concat(),
            &["-damaged#1", "+#2", "+#3"],
        ),
        Case::new(
            "gz-gap-csv",
            "a.csv.gz",
            [
                gzip(b"title,body\nA,one\n"),
                torn(gzip(b"B,two\nC,three\n")),
                gzip(b"D,the lighthouse\n"),
            ]
            .concat(),
            &["+#2", "-damaged#3", "+#4"],
        ),
        Case::new(
            "gz-gap-text",
            "a.txt.gz",
            [torn(gzip(GOOD)), gzip(GOOD)].concat(),
            &["-damaged"],
        ),
        Case::new(
            "gz-gaps",
            "a.jsonl.gz",
            [b"\x1f\x8b\x08\0no".repeat(2_000), gzip(lines)].concat(),
            &["…"],
        ),
        Case::new(
            "tar-gz-gap",
            "a.tar.gz",
            [gzip(&good_in_tar()), torn(gzip(&good_in_tar()))].concat(),
            &["+good.txt", "-damaged"],
        ),
        Case::new(
            "gz-cut",
            "a.txt.gz",
            cut(gzip(&noise(90_000)), 10),
            &["-damaged"],
        ),
        Case::new("gz-checksum", "a.txt.gz", torn(gzip(GOOD)), &["-damaged"]),
        Case::new("gz-nothing", "a.txt.gz", vec![], &["-damaged"]),
        Case::new("gz-unpacked", "good.txt.gz", GOOD.to_vec(), &["-damaged"]),
        Case::new("gz-other", "a.exe.gz", gzip(b"MZ"), &["~unsupported"]),
        Case::new(
            "gz-called-json",
            "a.json",
            gzip(b"{\"title\": \"T\"}"),
            &["+ format_mismatch,body_empty"],
        ),
        Case::new("tgz", "a.tgz", gzip(&tar(&[good_in_tar()])), &["+good.txt"]),
        Case::new(
            "tar-gz",
            "a.tar.gz",
            gzip(&tar(&[good_in_tar()])),
            &["+good.txt"],
        ),
        Case::new(
            "tar-gz-cut",
            "a.tar.gz",
            cut(
                gzip(&tar(&[
                    good_in_tar(),
                    tarred(b"bad.txt", b'0', &noise(300_000)),
                ])),
                99_000,
            ),
            &["+good.txt", "-damaged bad.txt", "-damaged"],
        ),
        Case::new("zst", "good.txt.zst", zstd(GOOD), &["+"]),
        Case::new(
            "tar-zst",
            "a.tar.zst",
            zstd(&tar(&[good_in_tar()])),
            &["+good.txt"],
        ),
        Case::new(
            "zst-cut",
            "a.txt.zst",
            cut(zstd(&noise(90_000)), 10),
            &["-damaged"],
        ),
        Case::new(
            "zst-noise",
            "a.txt.zst",
            [&b"\x28\xb5\x2f\xfd"[..], &noise(99)].concat(),
            &["-damaged"],
        ),
        Case::new(
            "zst-frames",
            "a.jsonl.zst",
            [zstd(lines), zstd(lines)].concat(),
            &["+#1", "+#2", "+#3", "+#4"],
        ),
    ]
}

fn bombs() -> Vec<Case> {
    let zeros = vec![b' '; 40 << 20];
    let bomb = || Zipped::deflated("bomb.txt", &zeros);
    vec![
        Case::new(
            "bomb-zip",
            "a.zip",
            zip(&[bomb(), Zipped::good()]),
            &["-bomb bomb.txt", "+good.txt"],
        ),
        Case::new(
            "bomb-lines",
            "a.zip",
            {
                let member = Zipped::deflated("bomb.jsonl", &zeros);
                zip(&[member, Zipped::good()])
            },
            &["-bomb bomb.jsonl", "+good.txt"],
        ),
        Case::new(
            "bomb-skipped",
            "a.zip",
            {
                let member = Zipped::deflated("bomb.bin", &zeros);
                zip(&[member, Zipped::good()])
            },
            &["~unsupported bomb.bin", "+good.txt"],
        ),
        Case::new("bomb-gz", "a.txt.gz", gzip(&zeros), &["-bomb"]),
        Case::new("bomb-gz-gz", "a.txt.gz.gz", gzip(&gzip(&zeros)), &["-bomb"]),
        Case::new("bomb-zst", "a.txt.zst", zstd(&zeros), &["-bomb"]),
        Case::new(
            "bomb-tar-gz",
            "a.tar.gz",
            gzip(&tar(&[good_in_tar(), tarred(b"bomb.txt", b'0', &zeros)])),
            &["+good.txt", "-bomb bomb.txt", "-bomb"],
        ),
        Case::new(
            "bomb-member",
            "a.zip",
            {
                // Not packed at all, and too large all the same.
                zip(&[
                    Zipped::stored("large.txt", &vec![b'x'; (32 << 20) + 1]),
                    Zipped::good(),
                ])
            },
            &["-record_too_large large.txt", "+good.txt"],
        ),
        Case::new(
            "bomb-lies",
            "a.zip",
            {
                // It says that it is small, and is not.
                let small = Zipped {
                    size: 10,
                    ..Zipped::stored("bomb.txt", b"")
                };
                let member = Zipped {
                    method: 8,
                    packed: deflate(&zeros),
                    ..small
                };
                zip(&[member, Zipped::good()])
            },
            &["-damaged bomb.txt", "+good.txt"],
        ),
    ]
}

fn nested() -> Vec<Case> {
    let inner = zip(&[Zipped::stored("in.txt", b"Deep."), Zipped::good()]);
    let mut deep = inner.clone();
    for _ in 0..6 {
        deep = zip(&[Zipped::stored("d.zip", &deep), Zipped::good()]);
    }
    vec![
        Case::new(
            "nested-zip",
            "a.zip",
            zip(&[Zipped::stored("inner.zip", &inner), Zipped::good()]),
            &["+inner.zip!/in.txt", "+inner.zip!/good.txt", "+good.txt"],
        ),
        Case::new(
            "nested-tar",
            "a.tar",
            tar(&[
                tarred(b"inner.zip", b'0', &inner),
                tarred(b"inner.tar", b'0', &tar(&[good_in_tar()])),
                tarred(b"in.jsonl.gz", b'0', &gzip(b"{\"body\": \"x\"}\n{broken\n")),
                good_in_tar(),
            ]),
            &[
                "+inner.zip!/in.txt",
                "+inner.zip!/good.txt",
                "+inner.tar!/good.txt",
                "+in.jsonl.gz",
                "-json in.jsonl.gz",
                "+good.txt",
            ],
        ),
        Case::new(
            "nested-broken",
            "a.zip",
            zip(&[
                Zipped::stored("inner.zip", b"PK\x03\x04 and no more"),
                Zipped::good(),
            ]),
            &["-damaged inner.zip", "+good.txt"],
        ),
        Case::new(
            "nested-deep",
            "a.zip",
            deep,
            &[
                "-too_deep d.zip!/d.zip!/d.zip!/d.zip",
                "+d.zip!/d.zip!/d.zip!/good.txt",
                "+d.zip!/d.zip!/good.txt",
                "+d.zip!/good.txt",
                "+good.txt",
            ],
        ),
    ]
}
