//! HTML to a flat tree: the elements in their order, each with the place where it ends.
//!
//! A tokenizer of the standard gives the tags; which elements a tag opens and closes follows the
//! standard's tree construction where it matters for text: implied ends of paragraphs, items,
//! rows and cells, scopes, ends of the head. Formatting that is wrongly nested is not rebuilt,
//! and text within tables stays where it is. Nothing recurses, a tag looks back at no more than
//! [`limits::MARKUP_DEPTH`] open elements, and what lies beyond the bounds loses its markup,
//! never its text.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use html5gum::emitters::callback::{Callback, CallbackEmitter, CallbackEvent};
use html5gum::{Emitter, ForwardingEmitter, Span, State, Tokenizer};

use super::names;
use crate::corpus::limits;
use crate::corpus::read::metadata::cut_at;

/// A page as a list of nodes; a node's descendants follow it, up to its `end`.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    text: String,
    /// Whether some markup was left out because there was too much of it.
    pub(super) flattened: bool,
    /// The address that a browser noted when it saved the page.
    pub(super) saved_from: Option<String>,
}

#[derive(Debug)]
pub(super) struct Node {
    /// The node that it is in; the first node is its own parent.
    pub(super) parent: u32,
    /// The first node that is not in it.
    pub(super) end: u32,
    pub(super) kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    Element(Element),
    /// A range of the text of the tree.
    Text(Range<u32>),
}

#[derive(Debug)]
pub(super) struct Element {
    /// In small letters.
    pub(super) name: Cow<'static, str>,
    attributes: Vec<(&'static str, Box<str>)>,
}

impl Element {
    /// The value of an attribute, if it is one that is kept ([`names::ATTRIBUTES`]).
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| &**value)
    }
}

impl Tree {
    /// Reads a page. In XHTML, elements may close themselves and there are CDATA sections.
    pub(super) fn new(html: &str, is_xhtml: bool) -> Self {
        let mut builder = Builder::new(is_xhtml);
        let emitter = Switching {
            inner: CallbackEmitter::new(&mut builder),
            is_xhtml,
        };
        let Ok(()) = Tokenizer::new_with_emitter(html, emitter).finish();
        builder.finish()
    }

    pub(super) fn element(&self, at: usize) -> Option<&Element> {
        match &self.nodes.get(at)?.kind {
            Kind::Element(element) => Some(element),
            Kind::Text(_) => None,
        }
    }

    /// Whether a node is an element of this name.
    pub(super) fn is(&self, at: usize, name: &str) -> bool {
        self.element(at).is_some_and(|element| element.name == name)
    }

    /// The text of a text node; nothing for an element.
    pub(super) fn text(&self, at: usize) -> &str {
        match &self.nodes[at].kind {
            Kind::Text(range) => &self.text[range.start as usize..range.end as usize],
            Kind::Element(_) => "",
        }
    }

    pub(super) fn parent(&self, at: usize) -> usize {
        self.nodes[at].parent as usize
    }

    /// The nodes in a node, itself not included.
    pub(super) fn inside(&self, at: usize) -> Range<usize> {
        at + 1..self.nodes[at].end as usize
    }

    /// The elements with their places, in order.
    pub(super) fn elements(&self) -> impl Iterator<Item = (usize, &Element)> {
        let nodes = self.nodes.iter().enumerate();
        nodes.filter_map(|(at, node)| match &node.kind {
            Kind::Element(element) => Some((at, element)),
            Kind::Text(_) => None,
        })
    }

    /// The nodes that a node is in, from the inside out, itself not included.
    pub(super) fn ancestors(&self, at: usize) -> impl Iterator<Item = usize> {
        let next = |at: usize| Some(self.parent(at)).filter(|&parent| parent != at);
        std::iter::successors(next(at), move |&at| next(at))
    }

    /// All text in a node in one line, whatever it is.
    pub(super) fn plain(&self, at: usize) -> String {
        let mut plain = String::new();
        for inner in at..self.nodes[at].end as usize {
            for word in self.text(inner).split_whitespace() {
                if !plain.is_empty() {
                    plain.push(' ');
                }
                plain.push_str(word);
            }
        }
        plain
    }
}

/// Tells the tokenizer which elements hold no markup.
struct Switching<'b> {
    inner: CallbackEmitter<&'b mut Builder>,
    is_xhtml: bool,
}

impl ForwardingEmitter for Switching<'_> {
    type Token = std::convert::Infallible;

    fn inner(&mut self) -> &mut impl Emitter<Token = Self::Token> {
        &mut self.inner
    }

    fn should_emit_errors(&mut self) -> bool {
        false
    }

    fn emit_current_tag(&mut self) -> Option<State> {
        let state = self.inner.emit_current_tag();
        let builder = self.inner.callback_mut();
        builder.state.take().or(state)
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&mut self) -> bool {
        self.is_xhtml
    }
}

/// An element whose end has not come.
struct Open {
    at: u32,
    name: Cow<'static, str>,
}

struct Builder {
    tree: Tree,
    open: Vec<Open>,
    /// How many elements of a name are open, so that nothing is looked for that is not there.
    counts: HashMap<Cow<'static, str>, usize>,
    is_xhtml: bool,
    tags: usize,
    /// The start tag that is being read.
    element: Element,
    /// The attribute that is being read, if it is kept.
    attribute: Option<&'static str>,
    /// How the tokenizer is to go on behind the tag.
    state: Option<State>,
}

impl Callback<std::convert::Infallible, ()> for &mut Builder {
    fn handle_event(
        &mut self,
        event: CallbackEvent<'_>,
        _: Span<()>,
    ) -> Option<std::convert::Infallible> {
        match event {
            CallbackEvent::OpenStartTag { name } => {
                self.element.name = names::intern(name);
                self.element.attributes.clear();
                self.attribute = None;
            }
            CallbackEvent::AttributeName { name } => {
                self.attribute =
                    names::attribute(name).filter(|name| self.element.attribute(name).is_none());
                if let Some(name) = self.attribute {
                    self.element.attributes.push((name, "".into()));
                }
            }
            CallbackEvent::AttributeValue { value } => self.value(value),
            CallbackEvent::CloseStartTag { self_closing } => self.start(self_closing),
            CallbackEvent::EndTag { name } => {
                if self.counts() {
                    self.end(&names::intern(name));
                }
            }
            CallbackEvent::String { value } => self.characters(value),
            CallbackEvent::Comment { value } => self.comment(value),
            CallbackEvent::Doctype { .. } | CallbackEvent::Error(_) => {}
        }
        None
    }
}

impl Builder {
    fn new(is_xhtml: bool) -> Self {
        let root = Element {
            name: Cow::Borrowed("html"),
            attributes: Vec::new(),
        };
        let mut builder = Self {
            tree: Tree::default(),
            open: Vec::new(),
            counts: HashMap::new(),
            is_xhtml,
            tags: 0,
            element: Element {
                name: Cow::Borrowed(""),
                attributes: Vec::new(),
            },
            attribute: None,
            state: None,
        };
        builder.open(root);
        builder
    }

    fn finish(mut self) -> Tree {
        self.close(0);
        self.tree
    }

    /// Whether one more tag may be looked at.
    fn counts(&mut self) -> bool {
        self.tags += 1;
        let counts = self.tags <= limits::MARKUP_TAGS;
        self.tree.flattened |= !counts;
        counts
    }

    fn value(&mut self, value: &[u8]) {
        let Some(name) = self.attribute.take() else {
            return;
        };
        let value = String::from_utf8_lossy(value);
        let end = match name {
            "content" => value.len(),
            _ => cut_at(&value, limits::URL_BYTES),
        };
        if let Some(last) = self.element.attributes.last_mut() {
            last.1 = value[..end].into();
        }
    }

    fn characters(&mut self, value: &[u8]) {
        let inside = self.open.last().map_or("", |open| &open.name);
        let is_kept = match inside {
            "script" => self.current_is_linked_data(),
            "style" | "iframe" | "noembed" | "noframes" => false,
            _ => true,
        };
        if !is_kept {
            return;
        }
        let text = String::from_utf8_lossy(value);
        if inside == "head" {
            if text.trim().is_empty() {
                return;
            }
            self.pop_to("head");
        }
        self.push_text(&text);
    }

    fn current_is_linked_data(&self) -> bool {
        let at = self.open.last().map_or(0, |open| open.at as usize);
        let kind = self.tree.element(at).and_then(|e| e.attribute("type"));
        kind.is_some_and(|kind| {
            kind.trim()
                .to_ascii_lowercase()
                .starts_with("application/ld")
        })
    }

    fn push_text(&mut self, text: &str) {
        let start = self.tree.text.len() as u32;
        self.tree.text.push_str(text);
        let end = self.tree.text.len() as u32;
        // A tag that is not looked at parts words no less than one that is.
        if let Some(Node {
            kind: Kind::Text(range),
            ..
        }) = self.tree.nodes.last_mut()
            && self.tags > limits::MARKUP_TAGS
        {
            self.tree.text.push(' ');
            range.end = end + 1;
            return;
        }
        self.push(Kind::Text(start..end));
    }

    fn push(&mut self, kind: Kind) -> u32 {
        let at = self.tree.nodes.len() as u32;
        let parent = self.open.last().map_or(0, |open| open.at);
        self.tree.nodes.push(Node {
            parent,
            end: at + 1,
            kind,
        });
        at
    }

    fn push_empty(&mut self, name: &'static str) {
        self.push(Kind::Element(Element {
            name: Cow::Borrowed(name),
            attributes: Vec::new(),
        }));
    }

    fn open(&mut self, element: Element) {
        let name = element.name.clone();
        let at = self.push(Kind::Element(element));
        *self.counts.entry(name.clone()).or_default() += 1;
        self.open.push(Open { at, name });
    }

    /// Closes every open element from this place in the stack on.
    fn close(&mut self, from: usize) {
        let end = self.tree.nodes.len() as u32;
        for open in self.open.drain(from..) {
            self.tree.nodes[open.at as usize].end = end;
            if let Some(count) = self.counts.get_mut(&open.name) {
                *count = count.saturating_sub(1);
            }
        }
    }

    fn is_open(&self, name: &str) -> bool {
        self.counts.get(name).is_some_and(|&count| count > 0)
    }

    /// Where the nearest open element is that `wanted` names, if no barrier stands before it.
    fn find(&self, wanted: impl Fn(&str) -> bool, barrier: impl Fn(&str) -> bool) -> Option<usize> {
        for (place, open) in self.open.iter().enumerate().rev() {
            if wanted(&open.name) {
                return Some(place);
            }
            if barrier(&open.name) {
                return None;
            }
        }
        None
    }

    fn pop_to(&mut self, name: &str) {
        if !self.is_open(name) {
            return;
        }
        if let Some(place) = self.find(|open| open == name, |_| false) {
            self.close(place);
        }
    }

    fn close_paragraph(&mut self) {
        if !self.is_open("p") {
            return;
        }
        let barrier = |open: &str| open == "button" || names::is_scope(open);
        if let Some(place) = self.find(|open| open == "p", barrier) {
            self.close(place);
        }
    }

    fn start(&mut self, self_closing: bool) {
        if !self.counts() {
            return;
        }
        let empty = Element {
            name: Cow::Borrowed(""),
            attributes: Vec::new(),
        };
        let element = std::mem::replace(&mut self.element, empty);
        let name = element.name.clone();
        match &*name {
            // There is one of each; what another one says about the language is not lost.
            "html" => {
                if let Kind::Element(root) = &mut self.tree.nodes[0].kind {
                    root.attributes.extend(element.attributes);
                }
                return;
            }
            "body" => {
                self.pop_to("head");
                if self.is_open("body") {
                    return;
                }
            }
            _ => {}
        }
        if self.open.last().is_some_and(|open| open.name == "head") && !names::is_of_head(&name) {
            self.pop_to("head");
        }
        self.close_what_ends_before(&name);
        let is_empty = names::is_void(&name) || (self_closing && self.is_xhtml);
        if is_empty {
            self.push(Kind::Element(element));
        } else if self.open.len() >= limits::MARKUP_DEPTH && !names::holds_no_markup(&name) {
            self.tree.flattened = true;
            if names::is_block(&name) {
                self.push_empty("br");
            }
        } else {
            self.open(element);
        }
        if !is_empty {
            self.state = names::state(&name);
        }
    }

    /// Ends the elements whose ends the start of another implies.
    fn close_what_ends_before(&mut self, name: &str) {
        if names::ends_paragraph(name) {
            self.close_paragraph();
        }
        let special_but =
            |open: &str| names::is_special(open) && !matches!(open, "address" | "div" | "p");
        let table = |open: &str| open == "table" || open == "template";
        let place = match name {
            "li" => self.find(|open| open == "li", special_but),
            "dd" | "dt" => self.find(|open| matches!(open, "dd" | "dt"), special_but),
            "option" | "optgroup" => self.find(|open| open == "option", names::is_special),
            "a" => self.find(|open| open == "a", names::is_special),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                let is_last = self
                    .open
                    .last()
                    .is_some_and(|open| names::is_heading(&open.name));
                is_last.then(|| self.open.len() - 1)
            }
            "td" | "th" => self.find(
                |open| matches!(open, "td" | "th"),
                |open| open == "tr" || table(open),
            ),
            "tr" => self.find(|open| open == "tr", table),
            "tbody" | "thead" | "tfoot" | "colgroup" | "caption" => self.find(
                |open| matches!(open, "tbody" | "thead" | "tfoot" | "colgroup" | "caption"),
                table,
            ),
            _ => None,
        };
        if let Some(place) = place {
            self.close(place);
        }
        // Only cells follow a caption without its end.
        if name == "tr"
            && let Some(place) = self.find(|open| open == "caption", table)
        {
            self.close(place);
        }
    }

    fn end(&mut self, name: &str) {
        let place = match name {
            "html" | "body" => return,
            "br" => {
                self.push_empty("br");
                return;
            }
            name if name != "p" && !names::is_heading(name) && !self.is_open(name) => return,
            "p" => {
                let barrier = |open: &str| open == "button" || names::is_scope(open);
                let place = self.find(|open| open == "p", barrier);
                if place.is_none() {
                    // It parts paragraphs all the same.
                    self.push_empty("p");
                }
                place
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.find(names::is_heading, names::is_scope)
            }
            "li" => self.find(
                |open| open == "li",
                |open| matches!(open, "ul" | "ol") || names::is_scope(open),
            ),
            "td" | "th" | "tr" | "tbody" | "thead" | "tfoot" | "caption" | "table" => self.find(
                |open| open == name,
                |open| (open == "table" && name != "table") || open == "template",
            ),
            _ if names::is_special(name) => self.find(|open| open == name, names::is_scope),
            _ => self.find(|open| open == name, names::is_special),
        };
        if let Some(place) = place {
            self.close(place);
        } else if name == "a" {
            self.forget_link();
        }
    }

    /// A link whose end stands in another block than its start is no link from then on; what it
    /// holds does not look like a list of links either.
    fn forget_link(&mut self) {
        if let Some(place) = self.find(|open| open == "a", names::is_scope) {
            let span = Cow::Borrowed("span");
            let at = self.open[place].at as usize;
            self.open[place].name.clone_from(&span);
            self.counts
                .entry(Cow::Borrowed("a"))
                .and_modify(|count| *count -= 1);
            *self.counts.entry(span.clone()).or_default() += 1;
            if let Kind::Element(element) = &mut self.tree.nodes[at].kind {
                element.name = span;
            }
        }
    }

    fn comment(&mut self, value: &[u8]) {
        if self.tree.saved_from.is_some() || self.tree.nodes.len() > 64 {
            return;
        }
        let head = &value[..value.len().min(limits::URL_BYTES)];
        let comment = String::from_utf8_lossy(head);
        // Internet Explorer and Chrome: `saved from url=(0042)https://…`; SingleFile: `url: https://…`.
        let after = comment.split_once("saved from url=").map(|(_, rest)| {
            rest.trim_start_matches(|c: char| c == '(' || c == ')' || c.is_ascii_digit())
        });
        let after = after.or_else(|| {
            let single_file = comment.contains("SingleFile");
            single_file.then(|| {
                comment
                    .split_once("url:")
                    .map(|(_, rest)| rest.trim_start())
            })?
        });
        let address = after.and_then(|rest| rest.split_whitespace().next());
        self.tree.saved_from = address
            .filter(|address| address.starts_with("http"))
            .map(ToOwned::to_owned);
    }
}
