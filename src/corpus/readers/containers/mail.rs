//! Messages (`.eml`, Maildir): the headers say who, when and about what, the text is the part meant
//! for reading, and what is attached are files of their own.

use std::collections::{HashSet, VecDeque};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use mail_parser::{
    Addr, Address, ContentType, Header, HeaderName, HeaderValue, Message, MimeHeaders, PartType,
};
use serde_json::{Map, Value};

use super::{extension_of, next_of, refused};
use crate::corpus::read::unified;
use crate::corpus::readers::mime::{Mime, PACKED_MESSAGE};
use crate::corpus::readers::web::html;
use crate::corpus::{
    Article, Cutter, Input, Material, Member, Piece, Refusal, Sniff, Whole, codes,
};

/// Header lines, of which a message has at least two.
const HEADERS: [&[u8]; 10] = [
    b"received:",
    b"return-path:",
    b"delivered-to:",
    b"message-id:",
    b"mime-version:",
    b"content-type:",
    b"from:",
    b"to:",
    b"date:",
    b"subject:",
];

/// What the first bytes say.
pub(super) fn sniff(head: &[u8]) -> Sniff {
    let lines = head.split(|byte| *byte == b'\n');
    let lines = lines.take_while(|line| !line.trim_ascii().is_empty());
    let mut known = 0;
    for (at, line) in lines.enumerate() {
        let is_header = HEADERS
            .iter()
            .any(|name| line.len() >= name.len() && line[..name.len()].eq_ignore_ascii_case(name));
        if at == 0 && !is_header {
            return Sniff::Unsure;
        }
        known += u32::from(is_header);
    }
    if known > 2 { Sniff::Yes } else { Sniff::Unsure }
}

/// Takes a file as one message, and then what is attached to it.
#[derive(Debug, Default)]
pub(super) struct One {
    whole: Whole,
    attached: VecDeque<Piece>,
}

impl Cutter for One {
    fn next(&mut self, input: &mut Input) -> io::Result<Option<Piece>> {
        if let Some(piece) = next_of(&mut self.attached, input) {
            return Ok(Some(piece));
        }
        let piece = self.whole.next(input)?;
        if let Some(Piece::Record { data, .. }) = &piece {
            self.attached = attached(data, "");
        }
        Ok(piece)
    }
}

/// Everything that is attached to a message; names get a prefix.
pub(super) fn attached(data: &[u8], prefix: &str) -> VecDeque<Piece> {
    let parts = || {
        // A message that is refused says so where its text is read.
        let mime = Mime::new(data).ok()?;
        let message = mime.message()?;
        let text: HashSet<u32> = text_ids(&message).into_iter().collect();
        let parts = message.attachments.iter().filter(|id| !text.contains(id));
        let parts = parts.filter_map(|id| message.part(*id)).zip(1..);
        Some(
            parts
                .map(|(part, number)| {
                    let media_type = part.content_type();
                    let is_message = matches!(part.body, PartType::Message(_))
                        || media_type.is_some_and(|it| it.ctype() == PACKED_MESSAGE);
                    let media_type = media_type
                        .map(|it| format!("{}/{}", it.ctype(), it.subtype().unwrap_or_default()));
                    let extension = if is_message {
                        Some("eml")
                    } else {
                        media_type.as_deref().and_then(extension_of)
                    };
                    // Only the name counts, wherever it would have the file put.
                    let name = part.attachment_name().map(|name| {
                        let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
                        name.trim().to_owned()
                    });
                    let name = name.filter(|name| !name.is_empty());
                    let has_extension = name.as_ref().is_some_and(|name| name.contains('.'));
                    let name = name.unwrap_or_else(|| match extension {
                        Some(extension) => format!("part-{number}.{extension}"),
                        None => format!("part-{number}"),
                    });
                    let content = match &part.body {
                        PartType::Message(inner) => inner.raw_message().to_vec(),
                        _ => part.contents().to_vec(),
                    };
                    let member = Member::new(format!("{prefix}{name}"), content);
                    let member = match extension {
                        Some(extension) if !has_extension || is_message => {
                            member.extension(extension)
                        }
                        _ => member,
                    };
                    let date = message.date().filter(|date| date.is_valid());
                    Piece::Member(match date {
                        Some(date) => member.value("date", date.to_rfc3339()),
                        None => member,
                    })
                })
                .collect::<VecDeque<_>>(),
        )
    };
    let Ok(parts) = catch_unwind(AssertUnwindSafe(parts)) else {
        let message = "a bug was met in what is attached";
        let piece = refused(format!("{prefix}attached"), codes::PANICKED, message);
        return VecDeque::from([piece]);
    };
    parts.unwrap_or_default()
}

/// Reads a message.
pub(super) fn read(material: &mut Material<'_>) -> Result<Article, Refusal> {
    let mime = Mime::new(material.bytes())?;
    let message = mime.message();
    let is_known = |header: &Header<'_>| !matches!(header.name, HeaderName::Other(_));
    let message = message.filter(|message| message.headers().iter().any(is_known));
    let Some(message) = message else {
        return Err(Refusal::new(codes::MAIL, "there is no message in it"));
    };
    let mut metadata = Map::new();
    let mut set = |key: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
            metadata.insert(key.to_owned(), Value::String(value));
        }
    };
    set("title", message.subject().map(str::to_owned));
    set(
        "author",
        message.from().and_then(|from| from.first()).map(person),
    );
    set("date", date(&message));
    set("message_id", message.message_id().map(str::to_owned));
    set(
        "in_reply_to",
        message.in_reply_to().as_text().map(str::to_owned),
    );
    set("organization", header_text(&message, "Organization"));
    set("newsgroups", header_text(&message, "Newsgroups"));
    let people = |address: Option<&Address<'_>>| {
        let people = address.into_iter().flat_map(Address::iter);
        let people: Vec<Value> = people.map(|one| Value::String(person(one))).collect();
        (!people.is_empty()).then_some(Value::Array(people))
    };
    for (key, address) in [("to", message.to()), ("cc", message.cc())] {
        if let Some(people) = people(address) {
            metadata.insert(key.to_owned(), people);
        }
    }
    let keywords = keywords(&message);
    if !keywords.is_empty() {
        metadata.insert("tags".to_owned(), Value::Array(keywords));
    }
    let texts: Vec<String> = text_ids(&message)
        .into_iter()
        .filter_map(|id| message.part(id))
        .filter_map(|part| match &part.body {
            PartType::Text(text) => Some(text.trim_end().to_owned()),
            PartType::Html(page) => Some(html::text(page).trim_end().to_owned()),
            _ => None,
        })
        .collect();
    let body = unified(&texts.join("\n\n")).replace('\0', " ");
    let replaced = body.matches(char::REPLACEMENT_CHARACTER).count();
    if replaced > 0 {
        let message = format!("{replaced} characters replaced");
        material.note(codes::ENCODING_REPLACED, message);
    }
    Ok(Article {
        title: None,
        body,
        metadata,
    })
}

/// The parts that are meant for reading: what the message says they are, else all texts that are
/// not given a name, as when it is cut short.
fn text_ids(message: &Message<'_>) -> Vec<u32> {
    let is_there = |id: &u32| message.part(*id).is_some();
    let texts: Vec<u32> = message.text_body.iter().copied().filter(is_there).collect();
    if !texts.is_empty() {
        return texts;
    }
    let is_text = |id: &u32| {
        message.part(*id).is_some_and(|part| {
            let is_file = part.attachment_name().is_some()
                || part
                    .content_disposition()
                    .is_some_and(ContentType::is_attachment);
            !is_file && matches!(part.body, PartType::Text(_) | PartType::Html(_))
        })
    };
    let attached = message.attachments.iter().copied();
    attached.filter(is_text).collect()
}

/// The date of a message: as it is understood, else as it is written.
fn date(message: &Message<'_>) -> Option<String> {
    match message.date().filter(|date| date.is_valid()) {
        Some(date) => Some(date.to_rfc3339()),
        None => header_text(message, "Date"),
    }
}

/// What the sender says that it is about, in as many headers as there are.
fn keywords(message: &Message<'_>) -> Vec<Value> {
    let mut words = Vec::new();
    for value in message.header_values(HeaderName::Keywords) {
        match value {
            HeaderValue::Text(word) => words.push(word),
            HeaderValue::TextList(list) => words.extend(list),
            _ => {}
        }
    }
    let words = words.into_iter().map(|word| word.trim());
    let words = words.filter(|word| !word.is_empty());
    words.map(|word| Value::String(word.to_owned())).collect()
}

fn header_text(message: &Message<'_>, name: &str) -> Option<String> {
    let text = message.header_raw(name.to_owned())?;
    Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The name of a person, else the address.
fn person(one: &Addr<'_>) -> String {
    let name = one.name().map(str::trim).filter(|name| !name.is_empty());
    name.or(one.address()).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use crate::corpus::tests::read_file;

    #[test]
    fn keywords_are_topics() {
        for (headers, expected) in [
            (
                "Keywords: ports, ships\nKeywords: fog",
                &["ports", "ships", "fog"][..],
            ),
            ("Keywords: =?utf-8?Q?caf=C3=A9?=", &["café"]),
            ("Keywords:\nKeywords: , ", &[]),
        ] {
            let content = format!("Subject: S\nFrom: a@b.c\n{headers}\n\nText.\n");
            let reading = read_file("a.eml", "", content.as_bytes()).remove(0);
            let facets = reading.unwrap().document.facets;
            let given = facets.get("topic").map_or(&[][..], Vec::as_slice);
            assert_eq!(given, expected, "{headers}");
        }
    }
}
