//! Reads the text of `pressmark.toml`, so that every complaint names file, line and remedy.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Config, Rule, SavedSearch};
use crate::schema::near_miss::suggest;
use crate::schema::{FacetDefinition, FieldKeys, NumberDefinition, check_name};
use crate::{Error, ErrorKind, Result};

type Value<'i> = Spanned<DeValue<'i>>;

/// The vocabularies that a facet can name.
const VOCABULARIES: [&str; 4] = ["country", "actor", "topic", "none"];

/// What stands for the default keys in a list of keys.
const DEFAULTS: &str = "...";

pub(super) fn parse(text: &str, path: &Path) -> Result<Config> {
    let file = Source { text, path };
    let root = DeTable::parse(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        file.error(start, error.message().trim_end_matches('.'))
    })?;
    let mut config = Config {
        path: Some(path.to_owned()),
        ..Config::default()
    };
    for (key, value) in root.get_ref() {
        match key.get_ref().as_ref() {
            "corpus" => file.corpus(&mut config, value)?,
            "fields" => file.fields(&mut config.schema.fields, value)?,
            "facets" => file.facets(&mut config, value)?,
            "numbers" => file.numbers(&mut config, value)?,
            "rules" | "searches" | "tagging" => {}
            _ => {
                let known = [
                    "corpus", "fields", "facets", "numbers", "rules", "searches", "tagging",
                ];
                return Err(file.unknown(key, "", &known));
            }
        }
    }
    // Rules and searches speak of facets, which may be declared further down.
    for (key, value) in root.get_ref() {
        match key.get_ref().as_ref() {
            "rules" => file.rules(&mut config, value)?,
            "searches" => file.searches(&mut config, value)?,
            "tagging" => file.tagging(&mut config, value)?,
            _ => {}
        }
    }
    Ok(config)
}

struct Source<'a> {
    text: &'a str,
    path: &'a Path,
}

impl Source<'_> {
    fn corpus(&self, config: &mut Config, value: &Value<'_>) -> Result<()> {
        for (key, value) in self.table(value, "`[corpus]`")? {
            match key.get_ref().as_ref() {
                "include" => config.include = self.strings(value, "include")?,
                "exclude" => config.exclude = self.strings(value, "exclude")?,
                _ => return Err(self.unknown(key, "[corpus]", &["include", "exclude"])),
            }
        }
        Ok(())
    }

    fn fields(&self, fields: &mut FieldKeys, value: &Value<'_>) -> Result<()> {
        for (key, value) in self.table(value, "`[fields]`")? {
            let name = key.get_ref().as_ref();
            let keys = match name {
                "id" => &mut fields.id,
                "title" => &mut fields.title,
                "body" => &mut fields.body,
                "date" => &mut fields.date,
                "url" => &mut fields.url,
                "language" => &mut fields.language,
                _ => {
                    let known = ["id", "title", "body", "date", "url", "language"];
                    return Err(self.unknown(key, "[fields]", &known));
                }
            };
            *keys = self.keys(value, name, keys)?;
        }
        Ok(())
    }

    fn facets(&self, config: &mut Config, value: &Value<'_>) -> Result<()> {
        for (key, value) in in_order(self.table(value, "`[facets]`")?) {
            let name = key.get_ref().as_ref();
            let section = format!("[facets.{name}]");
            self.name(key)?;
            let mut facet = config
                .schema
                .find_facet(name)
                .cloned()
                .unwrap_or_else(|| FacetDefinition::new(name));
            for (key, value) in self.table(value, &format!("`{section}`"))? {
                match key.get_ref().as_ref() {
                    "keys" => facet.keys = self.keys(value, "keys", &facet.keys)?,
                    "tree" => facet.tree = self.tree(value)?,
                    "split" => {
                        let separator = self.string(value, "split")?;
                        if separator.is_empty() {
                            let message = "`split` is empty; it is the text between two values";
                            return Err(self.error(value.span().start, message));
                        }
                        facet.split = Some(separator);
                    }
                    "vocabulary" => facet.vocabulary = self.vocabulary(value)?,
                    "tagging" => facet.tagging = self.boolean(value, "tagging")?,
                    _ => {
                        let known = ["keys", "vocabulary", "tree", "split", "tagging"];
                        return Err(self.unknown(key, &section, &known));
                    }
                }
            }
            let start = key.span().start;
            config.schema = std::mem::take(&mut config.schema)
                .facet(facet)
                .map_err(|error| self.place(start, &error))?;
        }
        Ok(())
    }

    /// Whether anything is looked for in texts at all.
    fn tagging(&self, config: &mut Config, value: &Value<'_>) -> Result<()> {
        for (key, value) in self.table(value, "`[tagging]`")? {
            match key.get_ref().as_ref() {
                "enabled" => {
                    if !self.boolean(value, "enabled")? {
                        for facet in &mut config.schema.facets {
                            facet.tagging = false;
                        }
                    }
                }
                _ => return Err(self.unknown(key, "[tagging]", &["enabled"])),
            }
        }
        Ok(())
    }

    fn boolean(&self, value: &Value<'_>, name: &str) -> Result<bool> {
        match value.get_ref() {
            DeValue::Boolean(is) => Ok(*is),
            _ => Err(self.expected(value, name, "`true` or `false`")),
        }
    }

    fn numbers(&self, config: &mut Config, value: &Value<'_>) -> Result<()> {
        for (key, value) in in_order(self.table(value, "`[numbers]`")?) {
            let name = key.get_ref().as_ref();
            let section = format!("[numbers.{name}]");
            self.name(key)?;
            let mut number = NumberDefinition::new(name);
            for (key, value) in self.table(value, &format!("`{section}`"))? {
                match key.get_ref().as_ref() {
                    "keys" => number.keys = self.keys(value, "keys", &number.keys)?,
                    _ => return Err(self.unknown(key, &section, &["keys"])),
                }
            }
            let start = key.span().start;
            config.schema = std::mem::take(&mut config.schema)
                .number(number)
                .map_err(|error| self.place(start, &error))?;
        }
        for number in &config.schema.numbers {
            if config.schema.find_facet(&number.name).is_some() {
                let message = format!(
                    "`{}` is a facet already and cannot be a number",
                    number.name
                );
                return Err(self.error(value.span().start, &message));
            }
        }
        Ok(())
    }

    fn rules(&self, config: &mut Config, value: &Value<'_>) -> Result<()> {
        let DeValue::Array(rules) = value.get_ref() else {
            return Err(self.expected(value, "rules", "written as `[[rules]]`"));
        };
        for value in rules {
            let mut rule = Rule::default();
            for (key, value) in self.table(value, "`[[rules]]`")? {
                match key.get_ref().as_ref() {
                    "path" => rule.path = self.string(value, "path")?,
                    "set" => {
                        for (key, value) in self.table(value, "`set`")? {
                            self.target(config, key.get_ref(), key.span().start)?;
                            let values = self.scalars(value, key.get_ref())?;
                            rule.set.insert(key.get_ref().to_string(), values);
                        }
                    }
                    "encoding" => rule.encoding = Some(self.string(value, "encoding")?),
                    _ => {
                        let known = ["path", "set", "encoding"];
                        return Err(self.unknown(key, "[[rules]]", &known));
                    }
                }
            }
            let start = value.span().start;
            if rule.path.is_empty() {
                return Err(self
                    .error(start, "a rule has no `path`")
                    .with_hint("write `path = \"wire/{source}/**\"`"));
            }
            let captures = placeholders(&rule.path);
            if captures.is_empty() && rule.set.is_empty() && rule.encoding.is_none() {
                let message = format!("the rule for `{}` says nothing", rule.path);
                let hint = "capture a part of the path, as in `wire/{source}/**`, or add `set = { source = \"…\" }`";
                return Err(self.error(start, &message).with_hint(hint));
            }
            for (position, capture) in captures.iter().enumerate() {
                self.target(config, capture, start)?;
                if captures[..position].contains(capture) || rule.set.contains_key(*capture) {
                    let message = format!("the rule for `{}` gives `{capture}` twice", rule.path);
                    return Err(self.error(start, &message));
                }
            }
            config.rules.push(rule);
        }
        Ok(())
    }

    fn searches(&self, config: &mut Config, value: &Value<'_>) -> Result<()> {
        for (key, value) in self.table(value, "`[searches]`")? {
            let name = key.get_ref().as_ref();
            let well_formed = name.len() <= crate::schema::MAX_NAME_BYTES
                && name.starts_with(|c: char| c.is_ascii_alphabetic())
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
            if !well_formed {
                let message = format!("`{name}` cannot be the name of a saved search");
                let hint = "use letters, digits, `_` and `-`, beginning with a letter";
                return Err(self.error(key.span().start, &message).with_hint(hint));
            }
            let section = format!("[searches.{name}]");
            let mut query = None;
            for (key, value) in self.table(value, &format!("`{section}`"))? {
                match key.get_ref().as_ref() {
                    "query" => query = Some(self.string(value, "query")?),
                    _ => return Err(self.unknown(key, &section, &["query"])),
                }
            }
            let Some(query) = query else {
                let message = format!("`{section}` has no `query`");
                return Err(self.error(key.span().start, &message));
            };
            config
                .searches
                .insert(name.to_owned(), SavedSearch { query });
        }
        Ok(())
    }

    /// Refuses a name that a rule cannot give a value to.
    fn target(&self, config: &Config, name: &str, start: usize) -> Result<()> {
        let schema = &config.schema;
        let facets = schema.facets.iter().map(|facet| facet.name.as_str());
        let numbers = schema.numbers.iter().map(|number| number.name.as_str());
        let mut known = facets.chain(numbers).chain(Config::RULE_FIELDS);
        if known.clone().any(|other| other == name) {
            return Ok(());
        }
        let message = format!("`{name}` in a rule is no facet, number or field");
        let hint = match suggest(name, &mut known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("declare it: `[facets.{name}]`"),
        };
        Err(self.error(start, &message).with_hint(hint))
    }

    fn name(&self, key: &Spanned<std::borrow::Cow<'_, str>>) -> Result<()> {
        check_name(key.get_ref()).map_err(|error| self.place(key.span().start, &error))
    }

    /// A list of source keys, in which `"..."` stands for the keys there were before.
    fn keys(&self, value: &Value<'_>, what: &str, defaults: &[String]) -> Result<Vec<String>> {
        let mut keys: Vec<String> = Vec::new();
        for key in self.strings(value, what)? {
            let given = if key == DEFAULTS {
                defaults.to_vec()
            } else {
                vec![key]
            };
            for key in given {
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
        }
        Ok(keys)
    }

    fn tree(&self, value: &Value<'_>) -> Result<Option<char>> {
        let text = self.string(value, "tree")?;
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            _ if text == "none" => Ok(None),
            (Some(separator), None) if !separator.is_whitespace() && !separator.is_control() => {
                Ok(Some(separator))
            }
            _ => Err(self.expected(value, "tree", "one character, such as \"/\", or \"none\"")),
        }
    }

    fn vocabulary(&self, value: &Value<'_>) -> Result<Option<String>> {
        let name = self.string(value, "vocabulary")?;
        if !VOCABULARIES.contains(&name.as_str()) {
            let message = format!("unknown vocabulary `{name}`");
            let hint = match suggest(&name, VOCABULARIES) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "use `country`, `actor`, `topic` or `none`".to_owned(),
            };
            return Err(self.error(value.span().start, &message).with_hint(hint));
        }
        Ok((name != "none").then_some(name))
    }

    fn table<'v, 'i>(&self, value: &'v Value<'i>, what: &str) -> Result<&'v DeTable<'i>> {
        match value.get_ref() {
            DeValue::Table(table) => Ok(table),
            other => {
                let message = format!("{what} must be a table, not {}", kind(other));
                Err(self.error(value.span().start, &message))
            }
        }
    }

    fn string(&self, value: &Value<'_>, what: &str) -> Result<String> {
        match value.get_ref() {
            DeValue::String(text) => Ok(text.to_string()),
            _ => Err(self.expected(value, what, "a text in quotes")),
        }
    }

    /// A list of strings; one string is a list of one.
    fn strings(&self, value: &Value<'_>, what: &str) -> Result<Vec<String>> {
        match value.get_ref() {
            DeValue::String(text) => Ok(vec![text.to_string()]),
            DeValue::Array(values) => values
                .iter()
                .map(|value| self.string(value, what))
                .collect(),
            _ => Err(self.expected(value, what, "a list of texts in quotes")),
        }
    }

    /// A scalar or a list of scalars, as text.
    fn scalars(&self, value: &Value<'_>, what: &str) -> Result<Vec<String>> {
        let scalar = |value: &Value<'_>| match value.get_ref() {
            DeValue::String(text) => Ok(text.to_string()),
            DeValue::Integer(number) if number.radix() == 10 => Ok(number.as_str().to_owned()),
            DeValue::Float(number) => Ok(number.as_str().to_owned()),
            DeValue::Datetime(date) => Ok(date.to_string()),
            _ => Err(self.expected(value, what, "a text in quotes, or a list of them")),
        };
        match value.get_ref() {
            DeValue::Array(values) => values.iter().map(scalar).collect(),
            _ => Ok(vec![scalar(value)?]),
        }
    }

    fn expected(&self, value: &Value<'_>, what: &str, expected: &str) -> Error {
        let message = format!("`{what}` must be {expected}, not {}", kind(value.get_ref()));
        self.error(value.span().start, &message)
    }

    fn unknown(
        &self,
        key: &Spanned<std::borrow::Cow<'_, str>>,
        section: &str,
        known: &[&str],
    ) -> Error {
        let name = key.get_ref();
        let place = if section.is_empty() {
            String::new()
        } else {
            format!(" in `{section}`")
        };
        let list = known
            .iter()
            .map(|key| format!("`{key}`"))
            .collect::<Vec<_>>()
            .join(", ");
        let hint = match suggest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`? known: {list}"),
            None => format!("known: {list}"),
        };
        let span = key.span();
        self.error(span.start, &format!("unknown key `{name}`{place}"))
            .with_span(span.start, span.end)
            .with_hint(hint)
    }

    /// Puts file and line in front of an error that knows neither.
    fn place(&self, start: usize, error: &Error) -> Error {
        let placed = self.error(start, error.message());
        match error.hint() {
            Some(hint) => placed.with_hint(hint),
            None => placed,
        }
    }

    fn error(&self, start: usize, message: &str) -> Error {
        let before = self.text.get(..start).unwrap_or(self.text);
        let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
        Error::new(
            ErrorKind::Config,
            format!("{}:{line}: {message}", self.path.display()),
        )
        .with_path(self.path)
        .with_span(before.len(), before.len())
    }
}

/// The entries of a table as they stand in the file: facets are shown in that order.
fn in_order<'v, 'i>(
    table: &'v DeTable<'i>,
) -> Vec<(&'v Spanned<std::borrow::Cow<'i, str>>, &'v Value<'i>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// The names in braces, in order; `{a,b}` is a glob's choice and no name.
fn placeholders(pattern: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = pattern;
    while let Some((_, after)) = rest.split_once('{') {
        let Some((name, next)) = after.split_once('}') else {
            break;
        };
        if is_placeholder(name) {
            names.push(name);
        }
        rest = next;
    }
    names
}

/// Whether what stands in braces is the name of something to capture.
pub(crate) fn is_placeholder(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}
