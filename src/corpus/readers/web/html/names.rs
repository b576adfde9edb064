//! What the names of elements and attributes mean for the tree and for the text.

use std::borrow::Cow;

use html5gum::State;

/// The attributes that something is made of; all others are forgotten at once.
#[rustfmt::skip]
pub(super) const ATTRIBUTES: [&str; 22] = [
    "class", "id", "href", "content", "name", "property", "rel", "type", "lang", "xml:lang",
    "datetime", "itemprop", "itemtype", "role", "hidden", "style", "start", "value", "http-equiv",
    "title", "pubdate", "charset",
];

/// The attribute of this name, if it is kept.
pub(super) fn attribute(name: &[u8]) -> Option<&'static str> {
    ATTRIBUTES
        .into_iter()
        .find(|known| known.as_bytes() == name)
}

#[rustfmt::skip]
const KNOWN: [&str; 108] = [
    "a", "abbr", "address", "area", "article", "aside", "audio", "b", "base", "blockquote",
    "body", "br", "button", "canvas", "caption", "center", "cite", "code", "col", "colgroup",
    "data", "dd", "del", "details", "dfn", "dialog", "dir", "div", "dl", "dt", "em", "embed",
    "fieldset", "figcaption", "figure", "font", "footer", "form", "frame", "h1", "h2", "h3", "h4",
    "h5", "h6", "head", "header", "hgroup", "hr", "html", "i", "iframe", "img", "input", "ins",
    "label", "legend", "li", "link", "main", "map", "mark", "math", "menu", "meta", "nav",
    "noembed", "noframes", "noscript", "object", "ol", "optgroup", "option", "p", "param",
    "picture", "pre", "q", "rp", "rt", "ruby", "s", "script", "section", "select", "small",
    "source", "span", "strong", "style", "sub", "summary", "sup", "svg", "table", "tbody", "td",
    "template", "textarea", "tfoot", "th", "thead", "time", "title", "tr", "u", "ul", "video",
];

/// A name in small letters without a copy, if it is a known one.
pub(super) fn intern(name: &[u8]) -> Cow<'static, str> {
    match KNOWN.binary_search_by(|known| known.as_bytes().cmp(name)) {
        Ok(at) => Cow::Borrowed(KNOWN[at]),
        // What is longer is no name that anybody looks for.
        Err(_) => Cow::Owned(String::from_utf8_lossy(&name[..name.len().min(64)]).into_owned()),
    }
}

/// Elements without content.
pub(super) fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "frame"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}

/// Elements that a tag within the head may open without ending it.
pub(super) fn is_of_head(name: &str) -> bool {
    matches!(
        name,
        "base"
            | "basefont"
            | "bgsound"
            | "head"
            | "link"
            | "meta"
            | "noframes"
            | "noscript"
            | "script"
            | "style"
            | "template"
            | "title"
    )
}

/// Elements whose content is text to the tokenizer.
pub(super) fn holds_no_markup(name: &str) -> bool {
    state(name).is_some()
}

/// How the tokenizer goes on behind the start of an element.
pub(super) fn state(name: &str) -> Option<State> {
    match name {
        "textarea" | "title" => Some(State::RcData),
        "script" => Some(State::ScriptData),
        "style" | "iframe" | "xmp" | "noembed" | "noframes" => Some(State::RawText),
        "plaintext" => Some(State::PlainText),
        _ => None,
    }
}

/// `h1` to `h6`.
pub(super) fn is_heading(name: &str) -> bool {
    matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

/// Elements behind which nothing is looked for.
pub(super) fn is_scope(name: &str) -> bool {
    matches!(
        name,
        "applet" | "caption" | "html" | "marquee" | "object" | "table" | "td" | "template" | "th"
    )
}

/// Elements whose start ends an open paragraph.
pub(super) fn ends_paragraph(name: &str) -> bool {
    is_heading(name)
        || matches!(
            name,
            "address"
                | "article"
                | "aside"
                | "blockquote"
                | "center"
                | "dd"
                | "details"
                | "dialog"
                | "dir"
                | "div"
                | "dl"
                | "dt"
                | "fieldset"
                | "figcaption"
                | "figure"
                | "footer"
                | "form"
                | "header"
                | "hgroup"
                | "hr"
                | "li"
                | "listing"
                | "main"
                | "menu"
                | "nav"
                | "ol"
                | "p"
                | "plaintext"
                | "pre"
                | "search"
                | "section"
                | "summary"
                | "table"
                | "ul"
                | "xmp"
        )
}

/// The standard's special elements: the end of an element that is not special passes none.
pub(super) fn is_special(name: &str) -> bool {
    is_scope(name)
        || ends_paragraph(name)
        || is_void(name)
        || matches!(
            name,
            "body"
                | "button"
                | "colgroup"
                | "head"
                | "iframe"
                | "input"
                | "noembed"
                | "noframes"
                | "noscript"
                | "script"
                | "select"
                | "style"
                | "tbody"
                | "textarea"
                | "tfoot"
                | "thead"
                | "title"
                | "tr"
        )
}

/// Elements that begin and end a block of text.
pub(super) fn is_block(name: &str) -> bool {
    ends_paragraph(name)
        || matches!(
            name,
            "body"
                | "caption"
                | "html"
                | "legend"
                | "optgroup"
                | "tbody"
                | "td"
                | "tfoot"
                | "th"
                | "thead"
                | "tr"
                | "object"
                | "noscript"
        )
}

/// Elements without text for a reader, whatever is in them.
pub(super) fn is_silent(name: &str) -> bool {
    matches!(
        name,
        "audio"
            | "button"
            | "canvas"
            | "datalist"
            | "dialog"
            | "embed"
            | "frame"
            | "frameset"
            | "head"
            | "iframe"
            | "input"
            | "link"
            | "map"
            | "meta"
            | "noembed"
            | "noframes"
            | "noscript"
            | "object"
            | "option"
            | "param"
            | "script"
            | "select"
            | "source"
            | "style"
            | "svg"
            | "template"
            | "textarea"
            | "title"
            | "track"
            | "video"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_names_are_in_order_and_cost_nothing() {
        assert!(KNOWN.is_sorted());
        assert!(matches!(intern(b"blockquote"), Cow::Borrowed("blockquote")));
        assert!(matches!(intern(b"amp-ad"), Cow::Owned(_)));
        assert_eq!(intern(&[b'x'; 10_000]).len(), 64);
    }
}
