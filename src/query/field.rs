//! What a name before a colon stands for.

use super::ast::{Presence, TextField};
use super::problem::Problem;
use crate::Schema;
use crate::schema::near_miss::suggest;
use crate::schema::{Origin, check_name};

/// The names of the language itself that may stand before a colon.
const OWN_FIELDS: &[&str] = &[
    "title", "body", "date", "added", "id", "path", "has", "missing", "lang",
];

/// The fields that a document may have or miss.
const FIELDS_TO_HAVE: &[&str] = &["date", "title", "body", "url", "language"];

/// What the values behind a name are compared with.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Field {
    Text(TextField),
    /// Without a schema also what might be a numeric facet.
    Facet {
        name: String,
        origin: Option<Origin>,
    },
    Number(String),
    Date,
    Added,
    Id,
    Path,
    Has,
    Missing,
}

impl Field {
    /// What stands before the colon, but for an origin.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Text(TextField::Title) => "title",
            Self::Text(TextField::Body) => "body",
            Self::Facet { name, .. } | Self::Number(name) => name,
            Self::Date => "date",
            Self::Added => "added",
            Self::Id => "id",
            Self::Path => "path",
            Self::Has => "has",
            Self::Missing => "missing",
        }
    }
}

/// Finds the field of a name. The offer of a [`Problem`] replaces the name.
pub(super) fn find_field(name: &str, schema: Option<&Schema>) -> Result<Field, Problem> {
    match name {
        "title" => return Ok(Field::Text(TextField::Title)),
        "body" => return Ok(Field::Text(TextField::Body)),
        "date" => return Ok(Field::Date),
        "added" => return Ok(Field::Added),
        "id" => return Ok(Field::Id),
        "has" => return Ok(Field::Has),
        "missing" => return Ok(Field::Missing),
        "path" => return Ok(Field::Path),
        "url" => {
            return Err(
                Problem::new("unsupported_url", "addresses cannot be searched")
                    .hint("write `has:url` or `missing:url`"),
            );
        }
        "text" => {
            return Err(
                Problem::new("unsupported_text", "`text` is not a field").hint(
                    "leave `text:` out: a word without a field is looked for in title and body",
                ),
            );
        }
        _ => {}
    }
    if let Some(problem) = borrowed(name, schema) {
        return Err(problem);
    }
    let (origin, plain) = split_origin(name);
    let plain = if plain == "lang" { "language" } else { plain };
    match schema {
        Some(schema) if schema.find_facet(plain).is_some() => {}
        Some(schema) if schema.find_number(plain).is_some() => {
            return match origin {
                None => Ok(Field::Number(plain.to_owned())),
                Some(origin) => Err(no_origin(plain, origin)),
            };
        }
        None if check_name(plain).is_ok() => {}
        _ => return Err(unknown_field(name, schema)),
    }
    Ok(Field::Facet {
        name: plain.to_owned(),
        origin,
    })
}

/// Finds what `has:` and `missing:` may speak of. The offer of a [`Problem`] replaces the name.
pub(super) fn find_presence(name: &str, schema: Option<&Schema>) -> Result<Presence, Problem> {
    let (origin, plain) = split_origin(name);
    let plain = if plain == "lang" { "language" } else { plain };
    let facet = schema.map_or(check_name(plain).is_ok(), |schema| {
        schema.find_facet(plain).is_some()
    });
    let field = FIELDS_TO_HAVE.contains(&plain);
    let number = schema.is_some_and(|schema| schema.find_number(plain).is_some());
    match origin {
        Some(origin) if (field || number) && !facet => return Err(no_origin(plain, origin)),
        _ if facet || field || number => {}
        _ => {
            let names = FIELDS_TO_HAVE.iter().copied().chain(schema_names(schema));
            let problem = Problem::new(
                "unknown_name",
                format!("there is no facet or field `{name}`"),
            );
            if let Some(near) = near(name, names.clone()) {
                return Err(problem.better(near));
            }
            let names: Vec<_> = names.take(12).map(|name| format!("`{name}`")).collect();
            return Err(problem.hint(format!("there are {}", names.join(", "))));
        }
    }
    Ok(Presence {
        name: plain.to_owned(),
        origin,
    })
}

/// Whether a name means something to this schema, or to every one.
pub(super) fn is_known(name: &str, schema: Option<&Schema>) -> bool {
    OWN_FIELDS.contains(&name) || (schema.is_some() && find_field(name, schema).is_ok())
}

/// The code of names that are not known, as opposed to known and refused.
pub(super) const UNKNOWN_FIELD: &str = "unknown_field";

fn unknown_field(name: &str, schema: Option<&Schema>) -> Problem {
    if let Some(origin) = Origin::ALL.iter().find(|origin| origin.name() == name) {
        return Problem::new(
            "origin_alone",
            format!("`{origin}` says where a value comes from, and needs a facet"),
        )
        .hint(format!("write `{origin}.country:…`"));
    }
    let problem = Problem::new(
        UNKNOWN_FIELD,
        format!("there is no field or facet `{name}`"),
    );
    let names = OWN_FIELDS.iter().copied().chain(schema_names(schema));
    match near(name, names).or_else(|| fed_by(name, schema)) {
        Some(near) => problem.better(near),
        None => problem,
    }
}

/// Names that other tools have for what is called otherwise here, unless the user has a facet of
/// that name.
fn borrowed(name: &str, schema: Option<&Schema>) -> Option<Problem> {
    let declares =
        |schema: &Schema| schema.find_facet(name).is_some() || schema.find_number(name).is_some();
    if schema.is_none_or(declares) {
        return None;
    }
    let problem = Problem::new(
        UNKNOWN_FIELD,
        format!("there is no field or facet `{name}`"),
    );
    Some(match name {
        "intitle" | "allintitle" | "headline" | "subject" => problem.better("title"),
        "intext" | "allintext" | "content" | "fulltext" => problem.better("body"),
        "year" | "published" => problem.better("date"),
        "file" | "filename" | "filepath" | "folder" | "directory" => problem.better("path"),
        "site" | "inurl" | "domain" => {
            problem.hint("addresses cannot be searched; `source:` may know where texts come from")
        }
        "after" | "since" | "from" => problem.hint("write `date:>2024` or `date:2024..`"),
        "before" | "until" | "to" => problem.hint("write `date:<2024` or `date:..2024`"),
        "filetype" | "ext" | "type" | "mime" => {
            problem.hint("the kind of a file is the end of its path, as in `path:**/*.md`")
        }
        _ => return None,
    })
}

/// A clause of another tool's field, in this language.
pub(super) fn in_own_words(name: &str, value: &str) -> Option<String> {
    Some(match name {
        "after" => format!("date:>{value}"),
        "since" | "from" => format!("date:{value}.."),
        "before" => format!("date:<{value}"),
        "until" | "to" => format!("date:..{value}"),
        "filetype" | "ext" | "type" => format!("path:**/*.{}", value.trim_start_matches('.')),
        _ => return None,
    })
}

fn no_origin(name: &str, origin: Origin) -> Problem {
    Problem::new(
        "origin_without_facet",
        format!("`{name}` is not a facet: its values have no origin such as `{origin}`"),
    )
    .better(name)
}

/// The known name that is nearest, its origin kept.
fn near<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<String> {
    let Some((head, tail)) = name.split_once('.') else {
        return suggest(name, names);
    };
    let head = suggest(head, Origin::ALL.iter().map(|origin| origin.name()))?;
    let tail = suggest(tail, names)?;
    Some(format!("{head}.{tail}"))
}

fn schema_names(schema: Option<&Schema>) -> impl Iterator<Item = &str> + Clone {
    let facets = schema.map_or(&[][..], |schema| &schema.facets);
    let numbers = schema.map_or(&[][..], |schema| &schema.numbers);
    let facets = facets.iter().map(|facet| facet.name.as_str());
    facets.chain(numbers.iter().map(|number| number.name.as_str()))
}

/// The facet that a source key feeds: people know the keys of their files.
fn fed_by(key: &str, schema: Option<&Schema>) -> Option<String> {
    let schema = schema?;
    let same = |keys: &[String]| keys.iter().any(|other| other.eq_ignore_ascii_case(key));
    let facet = schema.facets.iter().find(|facet| same(&facet.keys));
    let number = || schema.numbers.iter().find(|number| same(&number.keys));
    let name = facet.map(|facet| &facet.name);
    name.or_else(|| number().map(|number| &number.name))
        .cloned()
}

fn split_origin(name: &str) -> (Option<Origin>, &str) {
    let split = name.split_once('.').and_then(|(head, tail)| {
        let origin = Origin::ALL
            .into_iter()
            .find(|origin| origin.name() == head)?;
        Some((Some(origin), tail))
    });
    split.unwrap_or((None, name))
}
