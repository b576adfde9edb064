//! Regular expressions over one word: whether they can be read, can fit a word at all, and cost
//! little enough.

use regex_syntax::ast::parse::ParserBuilder;
use regex_syntax::ast::{
    Ast, ClassSetBinaryOp, ClassSetItem, Flag, Flags, FlagsItem, FlagsItemKind, GroupKind, Visitor,
    visit,
};
use regex_syntax::hir::translate::Translator;
use regex_syntax::hir::{Hir, HirKind};

use super::MAX_REGEX_BYTES;
use super::print::quoted;
use super::problem::Problem;

/// The brackets a regular expression may have in each other.
const MAX_REGEX_DEPTH: u32 = 16;

/// The characters and classes of a regular expression once its repetitions are written out.
const MAX_REGEX_SIZE: u64 = 1_024;

/// The classes of a regular expression that are made of the tables of Unicode, or of all letters but
/// some. Each takes a tenth of a millisecond to put together where case does not matter, so that a
/// query full of them would take longer to read than to answer.
const MAX_REGEX_CLASSES: usize = 24;

/// Where case does not matter, every character of a class in brackets is looked up one by one, once for
/// each bracket around it: ten milliseconds for all of Unicode.
const MAX_FOLDED: u64 = 20_000;

/// The characters of Unicode.
const ALL_CHARACTERS: u64 = 0x11_0000;

/// Checks a regular expression; in the error, the byte range within it that the problem is about.
/// An offer replaces the whole of it, slashes included.
pub(super) fn check_regex(pattern: &str) -> Result<(), (Problem, (usize, usize))> {
    check(pattern, true)
}

/// `offers`: whether an expression to use instead is looked for, which costs another check.
fn check(pattern: &str, offers: bool) -> Result<(), (Problem, (usize, usize))> {
    let whole = (0, pattern.len());
    if pattern.len() > MAX_REGEX_BYTES {
        let message = format!(
            "the regular expression has {} bytes, more than {MAX_REGEX_BYTES}",
            pattern.len()
        );
        let problem = Problem::new("regex_too_long", message);
        return Err((problem.hint("write a part of it that tells as much"), whole));
    }
    let ast = ParserBuilder::new()
        .nest_limit(MAX_REGEX_DEPTH)
        .build()
        .parse(pattern)
        .map_err(|error| invalid(pattern, &error.into()))?;
    let Classes {
        large: classes,
        folded,
        ..
    } = Classes::of(&ast);
    if folded > MAX_FOLDED {
        let message = format!(
            "with `(?i)`, the classes in brackets may stand for {MAX_FOLDED} characters at most"
        );
        let hint = "words are compared in small letters: write those, and leave `(?i)` out";
        return Err((Problem::new("regex_too_large", message).hint(hint), whole));
    }
    if classes > MAX_REGEX_CLASSES {
        let message = format!(
            "the regular expression has {classes} classes of many letters, more than \
             {MAX_REGEX_CLASSES}"
        );
        let hint = "repeat a class (`\\w{2,9}`) instead of writing it again";
        return Err((Problem::new("regex_too_large", message).hint(hint), whole));
    }
    let hir = Translator::new()
        .translate(pattern, &ast)
        .map_err(|error| invalid(pattern, &error.into()))?;
    if hir.properties().look_set().contains_anchor() || hir.properties().look_set().contains_word()
    {
        let problem = Problem::new(
            "regex_anchor",
            "the expression fits whole words, so `^`, `$` and `\\b` have nothing to say",
        );
        let bare = pattern
            .trim_start_matches("\\b")
            .trim_start_matches('^')
            .trim_end_matches("\\b");
        let bare = bare.trim_end_matches('$');
        let is_new = offers && !bare.is_empty() && bare != pattern;
        let is_fine = is_new && check(bare, false).is_ok();
        return Err(if is_fine {
            (problem.better(format!("/{bare}/")), whole)
        } else {
            (
                problem.hint("leave them out; `.*` stands for the rest of a word"),
                whole,
            )
        });
    }
    if size(&hir) > MAX_REGEX_SIZE {
        let message = format!(
            "the regular expression comes to more than {MAX_REGEX_SIZE} characters and classes"
        );
        let hint = "repeat less: words are short, so `*` and `+` do as well as great numbers";
        return Err((Problem::new("regex_too_large", message).hint(hint), whole));
    }
    if let Some(sign) = impossible(&hir) {
        let message = format!(
            "no word has `{}` in it, so the expression fits nothing: it is over one word",
            sign.escape_default()
        );
        let problem = Problem::new("regex_of_no_word", message);
        return Err((problem.better(quoted(pattern)), whole));
    }
    Ok(())
}

/// What makes classes of an expression costly to put together.
#[derive(Debug, Default)]
struct Classes {
    /// Those that stand for a great part of Unicode.
    large: usize,
    /// Characters that are looked up, if the case of some does not matter.
    folded: u64,
    ignores_case: bool,
    /// The brackets around what is looked at.
    brackets: u64,
}

impl Classes {
    fn of(ast: &Ast) -> Self {
        visit(ast, Self::default()).unwrap_or_else(|never| match never {})
    }

    fn flags(&mut self, flags: &Flags) {
        let is_case = |item: &FlagsItem| item.kind == FlagsItemKind::Flag(Flag::CaseInsensitive);
        self.ignores_case |= flags.items.iter().any(is_case);
    }
}

impl Visitor for Classes {
    type Output = Self;
    type Err = std::convert::Infallible;

    fn finish(mut self) -> Result<Self, Self::Err> {
        if !self.ignores_case {
            self.folded = 0;
        }
        Ok(self)
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), Self::Err> {
        match ast {
            Ast::ClassUnicode(_) | Ast::ClassPerl(_) => self.large += 1,
            Ast::ClassBracketed(class) => {
                self.large += usize::from(class.negated);
                self.brackets = 1;
            }
            Ast::Flags(set) => self.flags(&set.flags),
            Ast::Group(group) => {
                if let GroupKind::NonCapturing(flags) = &group.kind {
                    self.flags(flags);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn visit_class_set_item_pre(&mut self, item: &ClassSetItem) -> Result<(), Self::Err> {
        match item {
            ClassSetItem::Unicode(_) | ClassSetItem::Perl(_) => self.large += 1,
            ClassSetItem::Range(range) => {
                let (start, end) = (u32::from(range.start.c), u32::from(range.end.c));
                self.folded += u64::from(end.saturating_sub(start)) * self.brackets;
            }
            ClassSetItem::Bracketed(class) => {
                if class.negated {
                    self.large += 1;
                    self.folded += ALL_CHARACTERS * self.brackets;
                }
                self.brackets += 1;
            }
            _ => {}
        }
        Ok(())
    }

    fn visit_class_set_item_post(&mut self, item: &ClassSetItem) -> Result<(), Self::Err> {
        if matches!(item, ClassSetItem::Bracketed(_)) {
            self.brackets -= 1;
        }
        Ok(())
    }

    fn visit_class_set_binary_op_pre(&mut self, _: &ClassSetBinaryOp) -> Result<(), Self::Err> {
        self.brackets += 1;
        Ok(())
    }

    fn visit_class_set_binary_op_post(&mut self, _: &ClassSetBinaryOp) -> Result<(), Self::Err> {
        self.brackets -= 1;
        Ok(())
    }
}

fn invalid(pattern: &str, error: &regex_syntax::Error) -> (Problem, (usize, usize)) {
    let (what, span) = match error {
        regex_syntax::Error::Parse(error) => (error.kind().to_string(), Some(error.span())),
        regex_syntax::Error::Translate(error) => (error.kind().to_string(), Some(error.span())),
        _ => ("it cannot be read".to_owned(), None),
    };
    let place = span.map_or((0, pattern.len()), |span| {
        (span.start.offset, span.end.offset)
    });
    let problem = Problem::new(
        "invalid_regex",
        format!("`/{pattern}/` is not a regular expression: {what}"),
    );
    let hint = "a `\\` before a sign makes it plain; put it in quotes to look for the text itself";
    (problem.hint(hint), place)
}

/// How large an automaton of it becomes, in characters and classes.
fn size(hir: &Hir) -> u64 {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 0,
        HirKind::Literal(literal) => literal.0.len() as u64,
        HirKind::Class(_) => 1,
        HirKind::Repetition(repetition) => {
            let times = match repetition.max {
                Some(max) => u64::from(max),
                None => u64::from(repetition.min) + 1,
            };
            size(&repetition.sub).max(1).saturating_mul(times)
        }
        HirKind::Capture(capture) => size(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().map(size).fold(0, u64::saturating_add)
        }
    }
}

/// A sign that every text it fits has, and no word.
fn impossible(hir: &Hir) -> Option<char> {
    match hir.kind() {
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).ok()?;
            let divides = |c: &char| {
                c.is_ascii() && !c.is_ascii_alphanumeric() && !matches!(c, '\'' | '.' | ',' | '"')
            };
            text.chars().find(|c| divides(c) || c.is_whitespace())
        }
        HirKind::Repetition(repetition) if repetition.min > 0 => impossible(&repetition.sub),
        HirKind::Capture(capture) => impossible(&capture.sub),
        HirKind::Concat(parts) => parts.iter().find_map(impossible),
        HirKind::Alternation(parts) => {
            let found: Option<Vec<char>> = parts.iter().map(impossible).collect();
            found?.first().copied()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(pattern: &str) -> &'static str {
        match check_regex(pattern) {
            Ok(()) => "",
            Err((problem, (start, end))) => {
                assert!(pattern.get(start..end).is_some(), "{pattern}");
                assert!(problem.better.is_some() || problem.hint.is_some());
                problem.code
            }
        }
    }

    #[test]
    fn expressions_are_checked() {
        for (pattern, expected) in [
            ("colou?r", ""),
            ("gr(a|e)y", ""),
            (r"\d{4}", ""),
            (r"\p{Greek}+", ""),
            ("[^a-c]+", ""),
            (".*", ""),
            ("o'brien", ""),
            ("(", "invalid_regex"),
            ("a{2,1}", "invalid_regex"),
            ("[z-a]", "invalid_regex"),
            (r"a\", "invalid_regex"),
            ("*a", "invalid_regex"),
            (r"(?=a)b", "invalid_regex"),
            (r"(a)\1", "invalid_regex"),
            ("^iran$", "regex_anchor"),
            (r"\biran", "regex_anchor"),
            ("a{2000}", "regex_too_large"),
            ("(a{100}){100}", "regex_too_large"),
            ("((a{9}){9}){99}", "regex_too_large"),
            (r"\w\d\s\pL[^a]", ""),
            ("(?:){4000}", ""),
            ("foo-bar", "regex_of_no_word"),
            ("usr/bin", "regex_of_no_word"),
            ("a( b| c)", "regex_of_no_word"),
            ("a( b)?", ""),
        ] {
            assert_eq!(code(pattern), expected, "{pattern}");
        }
        for (pattern, expected) in [
            (r"(?i)[a-z][\wé][^a]", ""),
            ("[a[^b]]", ""),
            ("(?i)[a[^b]]", "regex_too_large"),
            ("[a[^b]](?i:c)", "regex_too_large"),
            (r"(?i)[\x00-\x{10ffff}]", "regex_too_large"),
            ("(?i)[a-\u{4000}]", ""),
            ("(?i)[b[a-\u{4000}]]", "regex_too_large"),
            ("(?i)[b&&[a-\u{4000}]]", "regex_too_large"),
            (r"^\b^\biran$$$$", "regex_anchor"),
        ] {
            assert_eq!(code(pattern), expected, "{pattern}");
        }
        assert_eq!(code(&"a".repeat(300)), "regex_too_long");
        assert_eq!(code(&"(".repeat(250)), "invalid_regex");
        for class in [r"\w", r"\PL", "[^a]", r"[a\d]"] {
            assert_eq!(code(&class.repeat(24)), "", "{class}");
            assert_eq!(code(&class.repeat(25)), "regex_too_large", "{class}");
        }
    }

    #[test]
    fn problems_say_where() {
        let place = |pattern: &str| check_regex(pattern).unwrap_err().1;
        assert_eq!(place("ab[z-a]"), (3, 6));
        assert_eq!(place("é(b"), (2, 3));
    }
}
