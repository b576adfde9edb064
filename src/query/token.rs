//! The pieces that a query's text falls into, and which characters separate them.

/// A piece of the text, and the bytes it takes there.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) start: usize,
    pub(super) end: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    /// `(`
    Open,
    /// `)`
    Close,
    /// `AND`, `OR`
    Join(Join),
    /// `NOT`
    Not,
    /// `-`, directly before what it applies to.
    Minus,
    /// `+`, directly before what it applies to.
    Plus,
    /// A `-` or `+` with nothing behind it.
    LoneSign,
    /// `title:`, `words:>=`
    Field(FieldToken),
    /// A word, or the bare value of a field.
    Word(WordToken),
    /// What stands between quotes.
    Quoted(QuotedToken),
    /// `~3`, `^2` or `*` directly behind a quote or bracket.
    Suffix,
    /// `NEAR/8`, `BEFORE/5`
    Proximity,
    /// What stands between slashes, without the escapes of slashes.
    Regex(String),
    /// `@gulf`: the name.
    Saved(String),
}

/// A written operator between two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Join {
    And,
    Or,
}

/// The name of a field up to its colon and comparison.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FieldToken {
    /// Where the name ends and the colon stands.
    pub(super) name_end: usize,
    /// `=`, `>=`… between colon and value; empty if there is none.
    pub(super) comparison: &'static str,
    /// Whether no value follows directly: a space, a closing bracket, the end.
    pub(super) alone: bool,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct WordToken {
    /// Without escapes, up to the first of `~2` and `^3`.
    pub(super) text: String,
    pub(super) marks: Marks,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct QuotedToken {
    /// Without escapes and outer space.
    pub(super) text: String,
    /// Whether the closing quote is there.
    pub(super) closed: bool,
}

/// Where the first of each kind of sign stands that may be more than a character of the word;
/// escaped ones do not count.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Marks {
    /// `*` or `?`
    pub(super) wildcard: Option<usize>,
    /// `~` or `~2` at the end
    pub(super) fuzzy: Option<usize>,
    /// `^3` at the end
    pub(super) boost: Option<usize>,
    pub(super) colon: Option<usize>,
    /// `<`, `>` or `=`
    pub(super) comparison: Option<usize>,
    /// `|`, a leading `!`, or `&&`: operators of other languages
    pub(super) foreign: Option<usize>,
    /// A sign made plain by a backslash.
    pub(super) escape: Option<usize>,
}

impl Marks {
    /// What `~` and `^` at the end say; `text` ends where the word does, and begins at `start`.
    pub(super) fn tail<'t>(&self, text: &'t str, start: usize) -> Tail<'t> {
        let number = |mark: Option<usize>| {
            let rest = &text[mark? - start + 1..];
            Some(&rest[..rest.find(['~', '^']).unwrap_or(rest.len())])
        };
        Tail {
            tilde: number(self.fuzzy),
            caret: number(self.boost),
        }
    }
}

/// The signs directly behind a word, quote or bracket, each with the number behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Tail<'t> {
    /// `~2`
    pub(super) tilde: Option<&'t str>,
    /// `^3`
    pub(super) caret: Option<&'t str>,
}

/// Whether it may belong to a number behind `~` or `^`, right or wrong.
pub(super) fn is_numeric(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '+' | '%')
}

/// What a whole word in capitals means when it is not escaped.
pub(super) fn keyword(word: &str) -> Option<TokenKind> {
    match word {
        "AND" => Some(TokenKind::Join(Join::And)),
        "OR" => Some(TokenKind::Join(Join::Or)),
        "NOT" => Some(TokenKind::Not),
        _ => {
            let rest = word
                .strip_prefix("NEAR")
                .or_else(|| word.strip_prefix("BEFORE"))?;
            (rest.is_empty() || rest.starts_with('/')).then_some(TokenKind::Proximity)
        }
    }
}

/// Space, and what is pasted along without being seen: marks of direction, byte order marks.
/// The non-joiner of Persian is not among them: it belongs to words.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// Any double quotation mark; each opens and closes.
pub(super) fn is_quote(c: char) -> bool {
    matches!(
        c,
        '"' | '\u{201C}' | '\u{201D}' | '\u{201E}' | '\u{201F}' | '«' | '»' | '\u{FF02}'
    )
}

pub(super) fn is_open(c: char) -> bool {
    matches!(c, '(' | '\u{FF08}')
}

pub(super) fn is_close(c: char) -> bool {
    matches!(c, ')' | '\u{FF09}')
}

/// A hyphen, any dash, or the minus sign.
pub(super) fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// Whether it is a letter of Hebrew, whose acronyms have a quotation mark before the last one.
pub(super) fn is_hebrew(c: char) -> bool {
    matches!(c, '\u{05D0}'..='\u{05EA}')
}

/// `<`, `>`, `=` and their kin.
pub(super) fn is_comparison(c: char) -> bool {
    matches!(c, '<' | '>' | '=' | '≤' | '≥')
}
