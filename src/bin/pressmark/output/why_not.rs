//! What left a search without hits, and commands to paste that have some.

use pressmark::{Relaxation, WhyNot};

use super::layout::{Flow, Role};
use super::number::{count, shell};
use crate::console::Stream;

/// Renders what left no hits: the smallest conflict, and each clause with its documents.
pub(crate) fn reasons(why_not: &WhyNot, stream: Stream) -> String {
    let mut conflict = Flow::default();
    let clauses: Vec<&str> = why_not
        .conflict
        .iter()
        .filter_map(|&number| why_not.clauses.get(number))
        .map(|clause| clause.clause.as_str())
        .collect();
    let Some((last, others)) = clauses.split_last() else {
        return String::new();
    };
    let how = match others.len() {
        0 => "no document satisfies",
        1 => "no document satisfies both",
        _ => "no document satisfies all of",
    };
    conflict.push(Role::Plain, how);
    conflict.space();
    for (number, clause) in others.iter().enumerate() {
        conflict.glue(Role::Flag, clause);
        conflict.glue(
            Role::Plain,
            if number + 1 < others.len() { "," } else { "" },
        );
        conflict.space();
    }
    if !others.is_empty() {
        conflict.push(Role::Plain, "and");
        conflict.space();
    }
    conflict.glue(Role::Flag, last);
    let mut out = conflict.render(stream, 0, 2);
    if why_not.clauses.len() < 2 {
        return out;
    }
    for (number, clause) in why_not.clauses.iter().enumerate() {
        let mut line = Flow::default();
        line.glue(Role::Flag, &clause.clause);
        line.space();
        let documents = count(clause.count, "document", "documents");
        line.push(Role::Plain, &format!("· {documents}"));
        if number > 0 {
            line.space();
            let together = count(clause.together, "document", "documents");
            line.push(Role::Faint, &format!("· with those before: {together}"));
        }
        out.push_str("  ");
        out.push_str(&line.render(stream, 2, 4));
    }
    out
}

/// Renders the changes that are offered, as commands. `place` are the options that name the
/// corpus, with a space before each.
pub(crate) fn offers(relaxations: &[Relaxation], place: &str, stream: Stream) -> String {
    let mut out = String::new();
    for offered in relaxations {
        let mut line = Flow::default();
        line.glue(Role::Flag, &command(offered, place));
        line.space();
        let hits = count(offered.count, "hit", "hits");
        line.push(Role::Plain, &format!("· {hits} ·"));
        line.space();
        line.push(Role::Faint, &offered.change);
        out.push_str("  ");
        out.push_str(&line.render(stream, 2, 4));
    }
    if out.is_empty() {
        out
    } else {
        format!("try\n{out}")
    }
}

/// The command that asks for what is offered.
fn command(offered: &Relaxation, place: &str) -> String {
    let mut command = format!("pressmark search{place}");
    for option in &offered.options {
        command.push(' ');
        command.push_str(&shell(option));
    }
    if offered.query.starts_with('-') {
        command.push_str(" --");
    }
    if !offered.query.is_empty() {
        command.push(' ');
        command.push_str(&shell(&offered.query));
    }
    command
}
