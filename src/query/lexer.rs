//! Text → tokens, in one pass. It knows no field and never fails: what it cannot place becomes
//! a token that the parser refuses by name.

use super::MAX_REGEX_BYTES;
use super::token::{
    FieldToken, Marks, QuotedToken, Token, TokenKind, WordToken, is_close, is_comparison, is_dash,
    is_hebrew, is_numeric, is_open, is_quote, is_space, keyword,
};
use super::work::steps;

/// So far the second slash is looked for, so that looking costs little.
const MAX_LOOK_AHEAD: usize = 2 * MAX_REGEX_BYTES;

/// Splits a query into tokens.
pub(super) fn lex(text: &str) -> Vec<Token> {
    let mut lexer = Lexer {
        text,
        at: 0,
        tokens: Vec::new(),
    };
    while lexer.token() {}
    lexer.tokens
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    tokens: Vec<Token>,
}

/// Whether a colon ends the name of a field or belongs to a value.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Free,
    Value,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        steps(1);
        self.rest().chars().next()
    }

    fn before(&self) -> Option<char> {
        self.text[..self.at].chars().next_back()
    }

    fn push(&mut self, kind: TokenKind, start: usize) {
        let end = self.at;
        self.tokens.push(Token { kind, start, end });
    }

    /// Reads the next token; `false` at the end.
    fn token(&mut self) -> bool {
        self.skip(is_space);
        let start = self.at;
        let Some(c) = self.peek() else {
            return false;
        };
        if is_open(c) || is_close(c) {
            self.at += c.len_utf8();
            if is_open(c) {
                self.push(TokenKind::Open, start);
            } else {
                self.push(TokenKind::Close, start);
                self.suffix();
            }
        } else if is_quote(c) {
            self.quoted();
        } else if is_dash(c) || c == '+' {
            self.at += c.len_utf8();
            let kind = match self.peek() {
                None => TokenKind::LoneSign,
                Some(next) if is_space(next) || is_close(next) => TokenKind::LoneSign,
                Some(_) if c == '+' => TokenKind::Plus,
                Some(_) => TokenKind::Minus,
            };
            self.push(kind, start);
        } else if c == '@' && self.rest()[1..].starts_with(char::is_alphanumeric) {
            self.at += 1;
            self.skip(|c| !ends_word(c) && !matches!(c, '~' | '^' | '*' | '?' | ',' | ';'));
            let name = self.text[start + 1..self.at]
                .trim_end_matches('.')
                .to_owned();
            self.at = start + 1 + name.len();
            self.push(TokenKind::Saved(name), start);
            self.suffix();
        } else if !self.regex() {
            self.word(Place::Free);
        }
        true
    }

    fn skip(&mut self, of: impl Fn(char) -> bool) {
        let rest = self.rest();
        let length = rest.find(|c| !of(c)).unwrap_or(rest.len());
        steps(length);
        self.at += length;
    }

    /// Reads a word, or the field whose name it turns out to be together with its value.
    fn word(&mut self, place: Place) {
        let start = self.at;
        let mut word = WordToken::default();
        // Where the last `~` and `^` stand, in the query and in the text of the word.
        let (mut tilde, mut caret) = (None, None);
        let mut literal = self.escaped_keyword();
        if literal {
            word.marks.escape = Some(start);
            self.at += 1;
        }
        while let Some(c) = self.peek() {
            let here = self.at;
            if ends_word(c) && !self.is_inner_quote(c) {
                break;
            }
            self.at += c.len_utf8();
            if c == '\\' {
                // Before a letter or digit it is just a character: `AC\DC` loses nothing.
                if let Some(next) = self.peek().filter(|next| !next.is_alphanumeric()) {
                    self.at += next.len_utf8();
                    word.text.push(next);
                    word.marks.escape.get_or_insert(here);
                    literal = true;
                    continue;
                }
            }
            if c == ':' && place == Place::Free && here > start {
                self.field(start, here);
                return;
            }
            word.marks.see(c, here, here == start);
            match c {
                '~' if here > start => tilde = Some((here, word.text.len())),
                '^' if here > start => caret = Some((here, word.text.len())),
                _ => {}
            }
            word.text.push(c);
        }
        let raw = &self.text[start..self.at];
        if raw == "&&" {
            word.marks.foreign = Some(start);
        }
        // Each sign has its number up to the other one or the end.
        let mut end = self.at;
        let mut signs = [
            (tilde, &mut word.marks.fuzzy),
            (caret, &mut word.marks.boost),
        ];
        signs.sort_by_key(|(sign, _)| std::cmp::Reverse(*sign));
        for (sign, mark) in signs {
            if let Some((at, length)) = sign
                && self.text[at + 1..end].chars().all(is_numeric)
            {
                *mark = Some(at);
                word.text.truncate(length);
                end = at;
            } else {
                break;
            }
        }
        let kind = keyword(raw)
            .filter(|_| place == Place::Free && !literal)
            .unwrap_or(TokenKind::Word(word));
        self.push(kind, start);
    }

    /// Whether a backslash stands here that makes an operator a word: `\AND`.
    fn escaped_keyword(&self) -> bool {
        self.rest().strip_prefix('\\').is_some_and(|word| {
            let ends = |c| ends_word(c) || matches!(c, '~' | '^');
            let end = word.find(ends).unwrap_or(word.len());
            steps(end);
            keyword(&word[..end]).is_some()
        })
    }

    /// The quotation mark in a Hebrew acronym.
    fn is_inner_quote(&self, quote: char) -> bool {
        matches!(quote, '"' | '\u{201D}')
            && self.before().is_some_and(is_hebrew)
            && self.rest()[quote.len_utf8()..].starts_with(is_hebrew)
    }

    /// Reads what follows the name of a field; the colon is already behind.
    fn field(&mut self, start: usize, name_end: usize) {
        let mut comparison = "";
        for (written, meaning) in [
            (">=", ">="),
            ("≥", ">="),
            ("=>", ">="),
            ("<=", "<="),
            ("≤", "<="),
            ("=<", "<="),
            (">", ">"),
            ("<", "<"),
            ("==", "="),
            ("=", "="),
        ] {
            if self.rest().starts_with(written) {
                self.at += written.len();
                comparison = meaning;
                break;
            }
        }
        let next = self.peek();
        let alone = next.is_none_or(|c| is_space(c) || is_close(c));
        let field = FieldToken {
            name_end,
            comparison,
            alone,
        };
        self.push(TokenKind::Field(field), start);
        match next {
            Some(c) if is_quote(c) => self.quoted(),
            Some(c) if !alone && !is_open(c) && !self.regex() => self.word(Place::Value),
            _ => {}
        }
    }

    fn quoted(&mut self) {
        let start = self.at;
        self.at += self.peek().map_or(0, char::len_utf8);
        let mut text = String::new();
        let mut closed = false;
        while let Some(c) = self.peek() {
            if is_quote(c) && !self.is_inner_quote(c) {
                self.at += c.len_utf8();
                closed = true;
                break;
            }
            self.at += c.len_utf8();
            match self.peek() {
                Some(next) if c == '\\' && (next == '\\' || is_quote(next)) => {
                    self.at += next.len_utf8();
                    text.push(next);
                }
                _ => text.push(c),
            }
        }
        let text = text.trim().to_owned();
        self.push(TokenKind::Quoted(QuotedToken { text, closed }), start);
        self.suffix();
    }

    /// Reads what stands directly behind a closing quote or bracket: a sign that belongs to it, or
    /// the comma of a list, which means nothing.
    fn suffix(&mut self) {
        let start = self.at;
        match self.peek() {
            Some('~' | '^' | '*' | '?') => {
                self.skip(|c| !ends_word(c));
                self.push(TokenKind::Suffix, start);
            }
            Some(',' | ';' | '.') => {
                self.skip(|c| matches!(c, ',' | ';' | '.'));
                if self.peek().is_some_and(|c| !is_space(c) && !is_close(c)) {
                    self.at = start;
                }
            }
            _ => {}
        }
    }

    /// Reads `/regex/` if that is what stands here.
    fn regex(&mut self) -> bool {
        let Some(body) = self.rest().strip_prefix('/') else {
            return false;
        };
        let mut backslash = false;
        for (at, c) in body.char_indices() {
            steps(1);
            let after = &body[at + c.len_utf8()..];
            if is_space(c) || at > MAX_LOOK_AHEAD {
                return false;
            }
            let is_escaped = backslash;
            backslash = c == '\\' && !is_escaped;
            let ends = after
                .chars()
                .next()
                .is_none_or(|c| is_space(c) || is_close(c) || matches!(c, '^' | '~'));
            if c == '/' && !is_escaped && at > 0 && ends {
                let start = self.at;
                let pattern = unescape_slashes(&body[..at]);
                self.at += 1 + at + 1;
                self.push(TokenKind::Regex(pattern), start);
                self.suffix();
                return true;
            }
        }
        false
    }
}

/// A regular expression without the backslashes that only keep a slash from ending it.
fn unescape_slashes(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        if c == '\\' {
            match chars.next() {
                Some('/') => out.push('/'),
                Some(next) => out.extend([c, next]),
                None => out.push(c),
            }
        } else {
            out.push(c);
        }
    }
    out
}

fn ends_word(c: char) -> bool {
    is_space(c) || is_open(c) || is_close(c) || is_quote(c)
}

impl Marks {
    fn see(&mut self, c: char, at: usize, first: bool) {
        let mark = match c {
            '*' | '?' => &mut self.wildcard,
            ':' => &mut self.colon,
            '|' => &mut self.foreign,
            '!' if first => &mut self.foreign,
            c if is_comparison(c) => &mut self.comparison,
            _ => return,
        };
        mark.get_or_insert(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The kinds in short, with the text of words and quotes.
    fn check(text: &str, expected: &str) {
        let tokens = lex(text);
        let shown: Vec<String> = tokens
            .iter()
            .map(|token| match &token.kind {
                TokenKind::Word(word) => word.text.clone(),
                TokenKind::Quoted(quoted) => format!("<{}>", quoted.text),
                TokenKind::Field(field) => {
                    format!(
                        "{}:{}",
                        &text[token.start..field.name_end],
                        field.comparison
                    )
                }
                TokenKind::Open => "(".to_owned(),
                TokenKind::Close => ")".to_owned(),
                kind => format!("{kind:?}"),
            })
            .collect();
        assert_eq!(shown.join(" "), expected, "{text}");
        let mut end = 0;
        for token in &tokens {
            assert!(token.start >= end && token.start <= token.end, "{text}");
            end = token.end;
            assert!(text.is_char_boundary(token.start) && text.is_char_boundary(end));
        }
    }

    #[test]
    fn text_falls_into_tokens() {
        check("oil gas", "oil gas");
        check("-oil +gas", "Minus oil Plus gas");
        check("–oil − gas", "Minus oil LoneSign gas");
        check("cease-fire O'Brien Iran’s", "cease-fire O'Brien Iran’s");
        check("“a b” „c“ «d»", "<a b> <c> <d>");
        check(r#""say \"no\" \\ \x""#, r#"<say "no" \ \x>"#);
        check("צה\"ל", "צה\"ל");
        check("\"צה\"ל תקף\" x", "<צה\"ל תקף> x");
        check("\"a\", \"b\".", "<a> <b>");
        check("\"a\"~3 (b)^2", "<a> Suffix ( b ) Suffix");
        check("title:iran words:>=5", "title: iran words:>= 5");
        check("country:=\"Persia\"", "country:= <Persia>");
        check("date:2024-01-01T10:00..x:y", "date: 2024-01-01T10:00..x:y");
        check("/a(b|c)/ /usr/bin", "Regex(\"a(b|c)\") /usr/bin");
        check("@gulf a@b", "Saved(\"gulf\") a@b");
        check("a NEAR/8 b BEFORE NEARBY", "a Proximity b Proximity NEARBY");
        check(r"\AND a\ b \(x AC\DC", r"AND a b (x AC\DC");
        check("\u{FEFF}\u{200F}\"a\"", "<a>");
        check("（a OR b）", "( a Join(Or) b )");
        check("می‌خواهم", "می‌خواهم");
    }

    #[test]
    fn signs_are_marked_where_they_stand() {
        let marks = |text: &str| match &lex(text)[0].kind {
            TokenKind::Word(word) => word.marks,
            kind => panic!("{kind:?}"),
        };
        assert_eq!(marks("colo*r?").wildcard, Some(4));
        assert_eq!(marks(r"colo\*r").wildcard, None);
        assert_eq!(marks(r"colo\*r").escape, Some(4));
        assert_eq!(marks("oil~2^3").fuzzy, Some(3));
        assert_eq!(marks("oil^3~").fuzzy, Some(5));
        assert_eq!(marks("oil~^3").boost, Some(4));
        assert_eq!(marks(r"oil\^3").boost, None);
        assert_eq!(marks("hezbolah~2").fuzzy, Some(8));
        assert_eq!(marks("oil^3.5").boost, Some(3));
        assert_eq!(marks("x^y~z~").fuzzy, Some(5));
        assert_eq!(marks("~100 a"), Marks::default());
        assert_eq!(marks("words>=5").comparison, Some(5));
        assert_eq!(marks("a|b").foreign, Some(1));
        assert_eq!(marks("!a").foreign, Some(0));
        assert_eq!(marks("a!"), Marks::default());
    }
}
