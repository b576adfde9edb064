//! Regular expressions over one word: whether they can be read, can fit a word at all, and cost
//! little enough.

use regex_syntax::ast::parse::ParserBuilder;
use regex_syntax::ast::{Ast, ClassSetItem, Visitor, visit};
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

/// Checks a regular expression; in the error, the byte range within it that the problem is about.
/// An offer replaces the whole of it, slashes included.
pub(super) fn check_regex(pattern: &str) -> Result<(), (Problem, (usize, usize))> {
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
    let classes = large_classes(&ast);
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
        let bare = bare.strip_suffix('$').unwrap_or(bare);
        let is_fine = !bare.is_empty() && bare != pattern && check_regex(bare).is_ok();
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

/// How many classes there are that stand for a great part of Unicode.
fn large_classes(ast: &Ast) -> usize {
    struct Count(usize);

    impl Visitor for Count {
        type Output = usize;
        type Err = std::convert::Infallible;

        fn finish(self) -> Result<usize, Self::Err> {
            Ok(self.0)
        }

        fn visit_pre(&mut self, ast: &Ast) -> Result<(), Self::Err> {
            let is_large = match ast {
                Ast::ClassUnicode(_) | Ast::ClassPerl(_) => true,
                Ast::ClassBracketed(class) => class.negated,
                _ => false,
            };
            self.0 += usize::from(is_large);
            Ok(())
        }

        fn visit_class_set_item_pre(&mut self, item: &ClassSetItem) -> Result<(), Self::Err> {
            let is_large = match item {
                ClassSetItem::Unicode(_) | ClassSetItem::Perl(_) => true,
                ClassSetItem::Bracketed(class) => class.negated,
                _ => false,
            };
            self.0 += usize::from(is_large);
            Ok(())
        }
    }

    visit(ast, Count(0)).unwrap_or_else(|never| match never {})
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
