//! What the place of a file says: which files belong to the corpus, and metadata out of paths.
//!
//! A path is matched against a rule in time linear in both, with one exception that is bounded:
//! it goes back to the last `**` only.

use std::collections::BTreeMap;

use encoding_rs::Encoding;
use globset::{Glob, GlobBuilder, GlobMatcher, GlobSet, GlobSetBuilder};

use super::limits;
use super::paths::file_of;
use crate::schema::is_placeholder;
use crate::{Config, Error, ErrorKind, Result, Rule};

/// The globs and rules of a configuration, compiled.
#[derive(Debug)]
pub(crate) struct Rules {
    include: Option<GlobSet>,
    exclude: GlobSet,
    by_path: Vec<Compiled>,
}

impl Rules {
    pub(crate) fn new(config: &Config) -> Result<Self> {
        let include = glob_set(config, &config.include)?;
        Ok(Self {
            include: (!config.include.is_empty()).then_some(include),
            exclude: glob_set(config, &config.exclude)?,
            by_path: config
                .rules
                .iter()
                .map(|rule| Compiled::new(config, rule))
                .collect::<Result<_>>()?,
        })
    }

    /// Why a file does not belong to the corpus, if it does not.
    pub(crate) fn excluded(&self, path: &str) -> Option<&'static str> {
        if self.exclude.is_match(path) {
            return Some("`exclude` of the configuration says so");
        }
        match &self.include {
            Some(include) if !include.is_match(path) => {
                Some("`include` of the configuration does not name it")
            }
            _ => None,
        }
    }

    /// Whether `exclude` alone keeps a file out: sidecars need not be included by name.
    pub(crate) fn forbids(&self, path: &str) -> bool {
        self.exclude.is_match(path)
    }

    /// What the place of a file gives to its documents; later rules win. A rule holds for a member
    /// of a container if it fits the container, or the path of the member in it.
    pub(crate) fn given(&self, path: &str) -> Given {
        let mut given = Given::default();
        let container = Some(file_of(path)).filter(|file| *file != path);
        for rule in &self.by_path {
            for path in container.into_iter().chain([path]) {
                rule.apply(path, &mut given);
            }
        }
        given
    }
}

/// What the place of a file gives to its documents.
#[derive(Debug, Default)]
pub(crate) struct Given {
    /// Values of facets, numbers and fields.
    pub(crate) values: BTreeMap<String, Vec<String>>,
    /// How its bytes are to be read.
    pub(crate) encoding: Option<&'static Encoding>,
}

#[derive(Debug)]
struct Compiled {
    segments: Vec<Segment>,
    set: BTreeMap<String, Vec<String>>,
    encoding: Option<&'static Encoding>,
}

#[derive(Debug)]
enum Segment {
    /// `**`: any number of segments, none included; at the end at least one.
    Any,
    /// `{name}`, perhaps with text around it: a segment, or the part that the text leaves.
    Capture {
        before: String,
        name: String,
        after: String,
    },
    /// A glob within one segment.
    Glob(GlobMatcher),
}

impl Compiled {
    fn new(config: &Config, rule: &Rule) -> Result<Self> {
        if rule.path.len() > limits::PATTERN_BYTES {
            return Err(refuse(config, &rule.path, "is longer than 1,024 bytes"));
        }
        let segments = segments(&rule.path)
            .into_iter()
            .map(|segment| Segment::new(config, &rule.path, segment))
            .collect::<Result<_>>()?;
        Ok(Self {
            segments,
            set: rule.set.clone(),
            encoding: rule
                .encoding
                .as_ref()
                .map(|label| encoding(config, rule, label))
                .transpose()?,
        })
    }

    /// Gives what the rule says, if the path fits.
    fn apply(&self, path: &str, given: &mut Given) {
        if let Some(captures) = self.matches(path) {
            for (name, value) in captures {
                given.values.insert(name.to_owned(), vec![value.to_owned()]);
            }
            given.values.extend(self.set.clone());
            given.encoding = self.encoding.or(given.encoding);
        }
    }

    /// What is captured, if the path fits.
    fn matches<'a>(&'a self, path: &'a str) -> Option<Vec<(&'a str, &'a str)>> {
        let parts: Vec<&str> = path.split('/').collect();
        let mut captures: Vec<(&str, &str)> = Vec::new();
        let (mut segment, mut part) = (0, 0);
        // Where to go on when what follows the last `**` does not fit: one segment further.
        let mut retry: Option<(usize, usize, usize)> = None;
        loop {
            match (self.segments.get(segment), parts.get(part)) {
                (None, None) => return Some(captures),
                // At the end, as in globs, it stands for what is inside, not for the folder.
                (Some(Segment::Any), Some(_)) if segment + 1 == self.segments.len() => {
                    return Some(captures);
                }
                (Some(Segment::Any), None) if segment + 1 == self.segments.len() => {}
                (Some(Segment::Any), _) => {
                    retry = Some((segment + 1, part, captures.len()));
                    segment += 1;
                    continue;
                }
                (Some(Segment::Glob(glob)), Some(text)) if glob.is_match(text) => {
                    segment += 1;
                    part += 1;
                    continue;
                }
                (
                    Some(Segment::Capture {
                        before,
                        name,
                        after,
                    }),
                    Some(text),
                ) => {
                    let left = text
                        .strip_prefix(before.as_str())
                        .and_then(|text| text.strip_suffix(after.as_str()))
                        .filter(|text| !text.is_empty());
                    if let Some(value) = left {
                        captures.push((name, value));
                        segment += 1;
                        part += 1;
                        continue;
                    }
                }
                _ => {}
            }
            let (after_any, tried, kept) = retry?;
            if tried >= parts.len() {
                return None;
            }
            retry = Some((after_any, tried + 1, kept));
            captures.truncate(kept);
            (segment, part) = (after_any, tried + 1);
        }
    }
}

impl Segment {
    fn new(config: &Config, pattern: &str, segment: &str) -> Result<Self> {
        if segment == "**" {
            return Ok(Self::Any);
        }
        if let Some((before, rest)) = segment.split_once('{')
            && let Some((name, after)) = rest.split_once('}')
            && is_placeholder(name)
        {
            if [before, after]
                .iter()
                .any(|text| text.contains(['*', '?', '[', '{', '\\']))
            {
                let why = format!("mixes `{{{name}}}` with other wildcards between two `/`");
                return Err(refuse(config, pattern, &why));
            }
            return Ok(Self::Capture {
                before: before.to_owned(),
                name: name.to_owned(),
                after: after.to_owned(),
            });
        }
        let glob = Glob::new(segment)
            .map_err(|error| refuse(config, pattern, &error.kind().to_string()))?;
        Ok(Self::Glob(glob.compile_matcher()))
    }
}

/// Splits a pattern at `/`, but not inside the braces or brackets of a glob.
fn segments(pattern: &str) -> Vec<&str> {
    let mut depth = 0_u32;
    pattern
        .trim_start_matches('/')
        .split(|c| {
            match c {
                '{' | '[' => depth += 1,
                '}' | ']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            c == '/' && depth == 0
        })
        .collect()
}

fn glob_set(config: &Config, patterns: &[String]) -> Result<GlobSet> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        if pattern.len() > limits::PATTERN_BYTES {
            return Err(refuse(config, pattern, "is longer than 1,024 bytes"));
        }
        // `drafts/` means what is in the folder.
        let whole = if pattern.ends_with('/') {
            format!("{pattern}**")
        } else {
            pattern.clone()
        };
        let glob = GlobBuilder::new(whole.trim_start_matches('/'))
            .literal_separator(true)
            .build()
            .map_err(|error| refuse(config, pattern, &error.kind().to_string()))?;
        set.add(glob);
    }
    set.build()
        .map_err(|error| refuse(config, &patterns.join("`, `"), &error.kind().to_string()))
}

/// The encoding that a label stands for.
fn encoding(config: &Config, rule: &Rule, label: &str) -> Result<&'static Encoding> {
    Encoding::for_label(label.as_bytes()).ok_or_else(|| {
        let shown: String = label.chars().take(80).collect();
        let why = format!("there is no encoding `{shown}`");
        refuse(config, &rule.path, &why)
            .with_hint("encodings are called as on the web: `latin1`, `windows-1252`, `koi8-r`")
    })
}

fn refuse(config: &Config, pattern: &str, why: &str) -> Error {
    let place = config
        .path
        .as_ref()
        .map_or_else(String::new, |path| format!("{}: ", path.display()));
    let shown: String = pattern.chars().take(80).collect();
    let error = Error::new(
        ErrorKind::Config,
        format!("{place}the pattern `{shown}` cannot be used: {why}"),
    )
    .with_hint("`*` stands for anything between two `/`, `**` for any number of folders");
    match &config.path {
        Some(path) => error.with_path(path),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn rules(text: &str) -> Result<Rules> {
        Rules::new(&Config::parse(text, Path::new("pressmark.toml")).unwrap())
    }

    #[test]
    fn paths_give_values_by_the_rules_they_fit() {
        let rules = rules(
            r#"
            [[rules]]
            path = "wire/{source}/{date}/**"
            [[rules]]
            path = "wire/reuters/**"
            set = { source = ["Reuters"], country = "UK" }
            [[rules]]
            path = "**/by-{author}/*.{md,txt}"
            [[rules]]
            path = "{language}/**/{date}.md"
            "#,
        )
        .unwrap();
        for (path, expected) in [
            ("wire/afp/1962-10-28/a.txt", "date=1962-10-28 source=afp"),
            ("wire/afp/1962/x/y/a.txt", "date=1962 source=afp"),
            ("wire/afp/a.txt", ""),
            ("wire/a.txt", ""),
            (
                "wire/reuters/1962/a.txt",
                "country=UK date=1962 source=Reuters",
            ),
            ("x/y/by-me/a.md", "author=me date=a language=x"),
            ("by-me/a.md", "author=me date=a language=by-me"),
            ("x/by-/a.md", "date=a language=x"),
            ("x/by-me/a.html", ""),
            ("x/by-me/by-you/a.md", "author=you date=a language=x"),
            ("en/1962.md", "date=1962 language=en"),
            ("en/a/b/1962.md", "date=1962 language=en"),
            ("en/a/b/.md", ""),
        ] {
            let values = rules.given(path).values;
            let given: Vec<_> = values
                .iter()
                .map(|(name, values)| format!("{name}={}", values.join(",")))
                .collect();
            assert_eq!(given.join(" "), expected, "{path}");
        }
    }

    #[test]
    fn rules_hold_for_members_and_give_encodings() {
        let rules = rules(
            r#"
            [[rules]]
            path = "old/**"
            encoding = "latin1"
            set = { source = "Old" }
            [[rules]]
            path = "**/*.zip!/{country}/**"
            [[rules]]
            path = "**/new.txt"
            encoding = "koi8-r"
            "#,
        )
        .unwrap();
        for (path, values, encoding) in [
            ("old/a.txt", "source=Old", "windows-1252"),
            ("old/new.txt", "source=Old", "KOI8-R"),
            (
                "old/a.zip!/IR/x.txt",
                "country=IR source=Old",
                "windows-1252",
            ),
            ("a.zip!/IR/new.txt", "country=IR", "KOI8-R"),
            ("a.txt", "", ""),
        ] {
            let given = rules.given(path);
            let named = given.values.iter();
            let named: Vec<_> = named
                .map(|(name, values)| format!("{name}={}", values.join(",")))
                .collect();
            assert_eq!(named.join(" "), values, "{path}");
            assert_eq!(
                given.encoding.map_or("", |it| it.name()),
                encoding,
                "{path}"
            );
        }
    }

    #[test]
    fn globs_say_what_belongs() {
        let rules = rules(
            "[corpus]\ninclude = ['**/*.md', 'a/*.txt']\nexclude = ['drafts/', '**/tmp/**', '/x.md']",
        )
        .unwrap();
        for (path, belongs) in [
            ("a.md", true),
            ("b/c/a.md", true),
            ("a/b.txt", true),
            ("a/b/c.txt", false),
            ("drafts/a.md", false),
            ("b/drafts/a.md", true),
            ("b/tmp/c/a.md", false),
            ("x.md", false),
            ("a.jsonl", false),
        ] {
            assert_eq!(rules.excluded(path).is_none(), belongs, "{path}");
        }
    }

    #[test]
    fn bad_patterns_are_refused_with_their_file() {
        for text in [
            "[corpus]\ninclude = ['a[']",
            "[corpus]\nexclude = ['{a']",
            "[[rules]]\npath = 'a[/{source}'",
            "[[rules]]\npath = '{source}*/x'",
            "[[rules]]\npath = '{source}-{date}/x'",
            "[[rules]]\npath = 'x/**'\nencoding = 'latin-none'",
        ] {
            let error = rules(text).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config, "{text}");
            assert!(
                error.message().starts_with("pressmark.toml: the pattern"),
                "{error}"
            );
        }
    }

    #[test]
    fn many_wildcards_and_a_deep_path_take_no_time() {
        let rules = rules(&format!(
            "[[rules]]\npath = '{}{{source}}/end'",
            "**/a/".repeat(100)
        ))
        .unwrap();
        assert!(rules.given(&"a/".repeat(2_000)).values.is_empty());
    }
}
