//! XML in one bounded pass: local names only, no entities but those of the standard.

use std::borrow::Cow;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use crate::corpus::{Refusal, codes, limits};

/// What is done with the parts of an XML text, in their order.
pub(super) trait Visitor {
    /// An element begins. `false` passes over all that is in it, and its end.
    fn start(&mut self, tag: &Tag<'_>) -> bool;
    /// An element ends that was not passed over.
    fn end(&mut self, name: &str);
    /// A piece of text; one run of text may come in many.
    fn text(&mut self, text: &str);
}

/// The beginning of an element.
#[derive(Debug)]
pub(super) struct Tag<'x>(BytesStart<'x>);

impl Tag<'_> {
    /// Its name without the prefix.
    pub(super) fn name(&self) -> &str {
        local(self.0.name().0)
    }

    /// The value of the first attribute with this name, whatever its prefix.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let mut attributes = self.0.attributes();
        let found = attributes
            .with_checks(false)
            .filter_map(Result::ok)
            .find(|attribute| local(attribute.key.0) == name)?;
        let value = found.normalized_value(XmlVersion::Implicit1_0);
        Some(value.unwrap_or(found.value).into_owned())
    }

    /// The value of an attribute that is a number.
    pub(super) fn number(&self, name: &str) -> Option<usize> {
        self.attribute(name)?.trim().parse().ok()
    }
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, name)| name)
}

/// Shows an XML text to a visitor, from its beginning to its end or to the first error; what the
/// visitor saw until then is right.
pub(super) fn walk(xml: &str, visitor: &mut impl Visitor) -> Result<(), Refusal> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().allow_dangling_amp = true;
    // How many elements are open, and how many of them lie within one that is passed over.
    let (mut depth, mut passed) = (0_usize, 0_usize);
    let mut rooted = false;
    for _ in 0..limits::PART_NODES {
        let event = reader.read_event().map_err(|error| {
            let at = reader.error_position();
            Refusal::new(codes::XML, format!("not valid XML at byte {at}: {error}"))
        })?;
        match event {
            Event::Start(start) => {
                depth += 1;
                if depth > limits::XML_DEPTH {
                    let message = format!("elements more than {} deep", limits::XML_DEPTH);
                    return Err(Refusal::new(codes::XML_TOO_DEEP, message));
                }
                rooted = true;
                if passed > 0 || !visitor.start(&Tag(start)) {
                    passed += 1;
                }
            }
            Event::Empty(start) => {
                rooted = true;
                let tag = Tag(start);
                if passed == 0 && visitor.start(&tag) {
                    visitor.end(tag.name());
                }
            }
            Event::End(end) => {
                depth = depth.saturating_sub(1);
                if passed > 0 {
                    passed -= 1;
                } else {
                    visitor.end(local(end.name().0));
                }
            }
            Event::Text(text) if passed == 0 => visitor.text(&text.xml10_content()),
            Event::CData(text) if passed == 0 => visitor.text(&text.xml10_content()),
            Event::GeneralRef(name) if passed == 0 => {
                let c = name.resolve_char_ref().ok().flatten();
                visitor.text(&resolved(&name, c));
            }
            Event::Eof if depth > 0 => {
                let message = "it ends before its elements do";
                return Err(Refusal::new(codes::XML, message));
            }
            Event::Eof if !rooted => {
                return Err(Refusal::new(codes::XML, "there is no element in it"));
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
    let message = format!("more than {} parts", limits::PART_NODES);
    Err(Refusal::new(codes::XML_TOO_MANY_NODES, message))
}

/// What a reference stands for. Entities that a document declares itself are never expanded: they
/// stay as they are written.
fn resolved(name: &str, c: Option<char>) -> Cow<'static, str> {
    if let Some(c) = c.filter(|&c| c != '\0') {
        return Cow::Owned(c.to_string());
    }
    Cow::Borrowed(match name {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        "nbsp" => "\u{a0}",
        "shy" => "",
        "ndash" => "–",
        "mdash" => "—",
        "lsquo" => "‘",
        "rsquo" => "’",
        "ldquo" => "“",
        "rdquo" => "”",
        "hellip" => "…",
        "copy" => "©",
        _ => return Cow::Owned(format!("&{name};")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Log(String);

    impl Visitor for Log {
        fn start(&mut self, tag: &Tag<'_>) -> bool {
            let value = tag.attribute("k").unwrap_or_default();
            let shown = format!("<{}{value}>", tag.name());
            self.0.push_str(&shown);
            tag.name() != "skip"
        }

        fn end(&mut self, name: &str) {
            let shown = format!("</{name}>");
            self.0.push_str(&shown);
        }

        fn text(&mut self, text: &str) {
            self.0 += text;
        }
    }

    #[test]
    fn events_come_in_order_and_what_is_passed_over_does_not() {
        for (xml, expected) in [
            ("<a><b k='1'>t</b><c/></a>", "<a><b1>t</b><c></c></a>"),
            ("<w:a x:k='&lt;é'>t</w:a>", "<a<é>t</a>"),
            ("<a><skip>x<b>y</b><skip/>z</skip>t</a>", "<a><skip>t</a>"),
            ("<a><skip k='2'/>t</a>", "<a><skip2>t</a>"),
            (
                "<a>&amp;&#233;&#xe9;&nbsp;&own; & b</a>",
                "<a>&éé\u{a0}&own; & b</a>",
            ),
            ("<a><![CDATA[<x>]]><!-- no --><?pi no?></a>", "<a><x></a>"),
            (
                "<!DOCTYPE a [<!ENTITY x 'xxxx'><!ENTITY y '&x;&x;'>]><a k='&y;'>&y;</a>",
                "<a&y;>&y;</a>",
            ),
        ] {
            let mut log = Log::default();
            walk(xml, &mut log).unwrap();
            assert_eq!(log.0, expected, "{xml}");
        }
    }

    #[test]
    fn what_is_broken_or_hostile_is_refused() {
        let many = format!("<a>{}</a>", "<b/>".repeat(limits::PART_NODES));
        let deep = "<a>".repeat(200_000);
        for (xml, code) in [
            ("", codes::XML),
            ("just words", codes::XML),
            ("<a><b></a>", codes::XML),
            ("<a>cut of", codes::XML),
            ("<a", codes::XML),
            (deep.as_str(), codes::XML_TOO_DEEP),
            (many.as_str(), codes::XML_TOO_MANY_NODES),
        ] {
            let refusal = walk(xml, &mut Log::default()).unwrap_err();
            assert_eq!(refusal.code, code, "{xml:.40}");
        }
    }
}
