//! Regular expressions over one word: whether they can be read, can fit a word at all, and cost
//! little enough.

use regex_syntax::ast::parse::ParserBuilder;
use regex_syntax::ast::{
    Ast, ClassAscii, ClassPerl, ClassSetBinaryOp, ClassSetItem, ClassUnicode, Span, Visitor, visit,
};
use regex_syntax::hir::translate::Translator;
use regex_syntax::hir::{Class, Hir, HirKind};

use super::MAX_REGEX_BYTES;
use super::ast::Query;
use super::print::quoted;
use super::problem::Problem;

/// The brackets a regular expression may have in each other.
const MAX_REGEX_DEPTH: u32 = 16;

/// The characters and classes of a regular expression once its repetitions are written out.
const MAX_REGEX_SIZE: u64 = 1_024;

/// The classes of all expressions of a query that are made of the tables of Unicode, or of all letters but
/// some. As case does not matter in words, each takes a third of a millisecond to put together,
/// so that a query full of them would take longer to read than to answer.
const MAX_REGEX_CLASSES: usize = 40;

/// The characters that brackets in all expressions of a query stand for, once for each bracket around
/// them: every one is looked up, as its case does not matter, and all of Unicode, which this allows
/// once, takes ten milliseconds.
const MAX_BRACKETED: u64 = 1_200_000;

/// Classes of more characters than this are looked up one by one; in smaller ones, those of the
/// scripts and kinds of letters, only what has cases, which is an eighth at most.
const SPARSE: u64 = 300_000;

/// The characters of Unicode.
const ALL_CHARACTERS: u64 = 0x11_0000;

/// What the regular expressions of a query cost to put together.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Spent {
    /// Classes that stand for a great part of Unicode.
    classes: usize,
    /// Characters that brackets stand for.
    bracketed: u64,
}

impl Spent {
    /// Adds the expressions of a part of the query that was checked by itself.
    pub(super) fn add_checked(&mut self, query: &Query) -> Result<(), Problem> {
        let mut rest = vec![query];
        while let Some(query) = rest.pop() {
            match query {
                Query::And(parts) | Query::Or(parts) => rest.extend(parts.iter()),
                Query::Not(inner) | Query::Boost(inner, _) => rest.push(inner),
                Query::Near(near) => rest.extend([&*near.left, &*near.right]),
                Query::Regex(regex) => {
                    let ast = ParserBuilder::new().build().parse(&regex.pattern);
                    let pattern = &regex.pattern;
                    self.add(
                        &ast.map(|ast| Classes::of(pattern, &ast))
                            .unwrap_or_default(),
                    )?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether nothing may be added any more.
    pub(super) fn is_too_much(&self) -> bool {
        self.classes > MAX_REGEX_CLASSES || self.bracketed > MAX_BRACKETED
    }

    fn add(&mut self, classes: &Classes<'_>) -> Result<(), Problem> {
        self.classes += classes.large;
        self.bracketed += classes.bracketed;
        if !self.is_too_much() {
            return Ok(());
        }
        let (message, hint) = if self.classes > MAX_REGEX_CLASSES {
            (
                format!(
                    "the regular expressions of a query may have {MAX_REGEX_CLASSES} classes of \
                     many letters together"
                ),
                "repeat a class (`\\w{2,9}`) instead of writing it again; `*` stands for the rest \
                 of a word without an expression",
            )
        } else {
            (
                format!(
                    "the brackets in the regular expressions of a query may stand for \
                     {MAX_BRACKETED} characters together"
                ),
                "name a kind of letters instead, such as `\\p{Greek}`; `.` is any",
            )
        };
        Err(Problem::new("regex_too_large", message).hint(hint))
    }
}

/// Checks a regular expression; in the error, the byte range within it that the problem is about.
/// An offer replaces the whole of it, slashes included. `spent`: what the others of the query
/// cost, to which it is added.
pub(super) fn check_regex(
    pattern: &str,
    spent: &mut Spent,
) -> Result<(), (Problem, (usize, usize))> {
    check(pattern, spent, true)
}

/// `offers`: whether an expression to use instead is looked for, which costs another check.
fn check(pattern: &str, spent: &mut Spent, offers: bool) -> Result<(), (Problem, (usize, usize))> {
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
    let before = *spent;
    spent
        .add(&Classes::of(pattern, &ast))
        .map_err(|problem| (problem, whole))?;
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
        let is_fine = is_new && check(bare, &mut { before }, false).is_ok();
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
struct Classes<'p> {
    pattern: &'p str,
    /// Those that stand for a great part of Unicode.
    large: usize,
    /// Characters that brackets stand for, once for each bracket around them.
    bracketed: u64,
    /// The brackets around what is looked at.
    brackets: u64,
}

impl<'p> Classes<'p> {
    fn of(pattern: &'p str, ast: &Ast) -> Self {
        let classes = Self {
            pattern,
            ..Self::default()
        };
        visit(ast, classes).unwrap_or_else(|never| match never {})
    }

    /// The characters that the class stands for which stands here.
    fn characters(&self, span: &Span) -> u64 {
        let class = self.pattern.get(span.start.offset..span.end.offset);
        // In brackets of its own, it means the same wherever it stood.
        let class = class.and_then(|class| regex_syntax::parse(&format!("[{class}]")).ok());
        match class.as_ref().map(Hir::kind) {
            Some(HirKind::Class(Class::Unicode(class))) => {
                class.iter().map(|range| range.len() as u64).sum()
            }
            Some(_) => 0,
            None => ALL_CHARACTERS,
        }
    }
}

/// What it costs to look up the characters of a class.
fn cost(characters: u64) -> u64 {
    if characters > SPARSE {
        characters
    } else {
        characters / 8
    }
}

impl Visitor for Classes<'_> {
    type Output = Self;
    type Err = std::convert::Infallible;

    fn finish(self) -> Result<Self, Self::Err> {
        Ok(self)
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), Self::Err> {
        match ast {
            Ast::ClassUnicode(class) => {
                self.large += 1;
                // What it leaves out is looked up, not what it stands for.
                let characters = self.characters(&class.span);
                self.bracketed += cost(if class.is_negated() {
                    ALL_CHARACTERS.saturating_sub(characters)
                } else {
                    characters
                });
            }
            Ast::ClassPerl(_) => self.large += 1,
            Ast::ClassBracketed(class) => {
                self.large += usize::from(class.negated);
                self.brackets = 1;
            }
            _ => {}
        }
        Ok(())
    }

    fn visit_class_set_item_pre(&mut self, item: &ClassSetItem) -> Result<(), Self::Err> {
        match item {
            ClassSetItem::Unicode(ClassUnicode { span, .. })
            | ClassSetItem::Perl(ClassPerl { span, .. })
            | ClassSetItem::Ascii(ClassAscii { span, .. }) => {
                let characters = self.characters(span);
                self.large += usize::from(characters > 128);
                self.bracketed += cost(characters) * self.brackets;
            }
            ClassSetItem::Range(range) => {
                let (start, end) = (u32::from(range.start.c), u32::from(range.end.c));
                self.bracketed += u64::from(end.saturating_sub(start)) * self.brackets;
            }
            ClassSetItem::Bracketed(class) => {
                if class.negated {
                    self.large += 1;
                    self.bracketed += ALL_CHARACTERS * self.brackets;
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
        match check_regex(pattern, &mut Spent::default()) {
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
            ("[一-龥]{2}", ""),
            ("[a[^b]]", ""),
            ("[a[^b]][c[^d]]", "regex_too_large"),
            (r"[\x00-\x{10ffff}]", ""),
            (r"[\x00-\x{10ffff}][a[^b]]", "regex_too_large"),
            ("[a-\u{c0000}]", ""),
            ("[b[a-\u{c0000}]]", "regex_too_large"),
            ("[b&&[a-\u{c0000}]]", "regex_too_large"),
            (r"[^\W\d_]+", ""),
            (r"[\w'][\pL'][\d.][[:alpha:]-]", ""),
            (r"[\D][\W]", "regex_too_large"),
            (r"[\P{Thai}a]", ""),
            (r"[\P{Thai}a][\p{Any}a]", "regex_too_large"),
            ("[[:^alpha:]a]", ""),
            ("[[:^alpha:]a][[:^alpha:]b]", "regex_too_large"),
            (r"\p{Any}\p{Any}", "regex_too_large"),
            (r"\PL\P{Thai}\W\D\S", ""),
            (r"^\b^\biran$$$$", "regex_anchor"),
        ] {
            assert_eq!(code(pattern), expected, "{pattern}");
        }
        assert_eq!(code(&"a".repeat(300)), "regex_too_long");
        assert_eq!(code(&"(".repeat(250)), "invalid_regex");
        for class in [r"\w", r"\PL", "[^a]", r"[a\d]"] {
            assert_eq!(code(&class.repeat(40)), "", "{class}");
            assert_eq!(code(&class.repeat(41)), "regex_too_large", "{class}");
        }
    }

    #[test]
    fn problems_say_where() {
        let place = |pattern: &str| check_regex(pattern, &mut Spent::default()).unwrap_err().1;
        assert_eq!(place("ab[z-a]"), (3, 6));
        assert_eq!(place("é(b"), (2, 3));
    }
}
