//! What a run would do, for whoever decides whether it may: the sums first, then what would keep it
//! from going through, then the files, the reasons and the facet values.

use std::io::{self, Write};

use pressmark::ReindexPlan;
use pressmark::plan::{Change, FacetChange, FileChange, PlannedReason, RemadeFrom, ValueChange};

use super::layout::{Flow, Role, columns, pad, styled};
use super::number::{bytes, count, thousands};
use super::refine::joined;
use crate::console::Stream;

/// Paths of each kind, and values of each facet, that are shown unless all are wanted.
const SHOWN: usize = 10;
/// Examples of each reason.
const EXAMPLES: usize = 3;

/// One of the two lists of a facet.
type ValuesOf = fn(&FacetChange) -> &[ValueChange];

/// A plan and what it is shown with.
pub(crate) struct PlanView<'a> {
    pub(crate) plan: &'a ReindexPlan,
    /// What was compared, for the first line.
    pub(crate) corpus: &'a str,
    /// The command that does what is planned.
    pub(crate) command: &'a str,
    /// Whether every path and value is shown.
    pub(crate) all: bool,
    pub(crate) stream: Stream,
}

impl PlanView<'_> {
    /// Prints it all.
    pub(crate) fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        self.head(out)?;
        self.verdicts(out)?;
        self.changes(out)?;
        self.reasons(out)?;
        self.facets(out)?;
        self.end(out)
    }

    fn head(&self, out: &mut dyn Write) -> io::Result<()> {
        let plan = self.plan;
        let against = match plan.generation {
            0 => "nothing is indexed yet".to_owned(),
            generation => format!("compared with generation {generation}"),
        };
        let mut flow = Flow::default();
        flow.push(Role::Title, "plan for ");
        flow.push_whole(Role::Title, self.corpus);
        flow.push(Role::Faint, &format!(" · {against}"));
        writeln!(out, "{}", flow.render(self.stream, 0, 2))?;
        let files = plan.files;
        self.sums(
            out,
            "files",
            &[
                (files.added, "added", Role::Flag),
                (files.changed, "changed", Role::Plain),
                (files.renamed, "renamed", Role::Plain),
                (files.removed, "removed", Role::Warning),
                (files.unchanged, "unchanged", Role::Plain),
                (files.skipped, "skipped", Role::Plain),
                (files.failed, "failed", Role::Error),
            ],
        )?;
        let totals = plan.totals;
        self.sums(
            out,
            "records",
            &[
                (totals.indexed, "to index", Role::Flag),
                (totals.removed, "to remove", Role::Warning),
                (totals.unchanged, "unchanged", Role::Plain),
                (totals.duplicate, "duplicate", Role::Plain),
                (totals.skipped, "skipped", Role::Plain),
                (totals.failed, "failed", Role::Error),
            ],
        )?;
        let (before, after) = (plan.documents_before, plan.documents_after);
        let documents = if before == after {
            format!("{}, as before", thousands(after))
        } else {
            format!("{} → {}", thousands(before), thousands(after))
        };
        self.entry(out, "documents", Role::Name, &documents)?;
        if totals.bytes > 0 {
            self.entry(out, "to read", Role::Name, &bytes(totals.bytes))?;
        }
        Ok(())
    }

    /// A line of numbers with their names, as far as they are not zero.
    fn sums(&self, out: &mut dyn Write, name: &str, sums: &[(u64, &str, Role)]) -> io::Result<()> {
        let items: Vec<Flow> = sums
            .iter()
            .filter(|(number, ..)| *number > 0)
            .map(|(number, what, role)| {
                let mut item = Flow::default();
                item.glue(*role, &format!("{} {what}", thousands(*number)));
                item
            })
            .collect();
        let flow = if items.is_empty() {
            text(Role::Plain, "none")
        } else {
            joined(items)
        };
        self.flow(out, name, Role::Name, &flow)
    }

    /// What is more than an update, and what would keep it from happening.
    fn verdicts(&self, out: &mut dyn Write) -> io::Result<()> {
        let plan = self.plan;
        if let Some(remade) = &plan.remade {
            let from = match remade.from {
                RemadeFrom::Documents => "from what the index holds, no file is read for it",
                _ => "every file is read again",
            };
            let why = format!("{}; {from}", remade.message);
            self.entry(out, "made anew", Role::Notice, &why)?;
        }
        if let Some(rebuild) = &plan.rebuild {
            self.entry(out, "rebuild", Role::Notice, &rebuild.message)?;
        }
        if let Some(refused) = &plan.refused {
            let mut flow = text(Role::Plain, &refused.message);
            if let Some(hint) = &refused.hint {
                flow.push(Role::Faint, &format!(" ({hint})"));
            }
            self.flow(out, "refused", Role::Error, &flow)?;
        }
        Ok(())
    }

    fn changes(&self, out: &mut dyn Write) -> io::Result<()> {
        for (kind, name, sign, role) in [
            (Change::Added, "added", "+", Role::Flag),
            (Change::Changed, "changed", "~", Role::Name),
            (Change::Renamed, "renamed", ">", Role::Name),
            (Change::Removed, "removed", "-", Role::Warning),
        ] {
            let of_kind = || self.plan.changes.iter().filter(|it| it.change == kind);
            let number = of_kind().count();
            if number == 0 {
                continue;
            }
            self.section(out, name, Some(number as u64))?;
            for change in of_kind().take(self.most(SHOWN)) {
                self.change(out, change, sign, role)?;
            }
            self.more(out, number.saturating_sub(self.most(SHOWN)))?;
        }
        Ok(())
    }

    fn change(
        &self,
        out: &mut dyn Write,
        change: &FileChange,
        sign: &str,
        role: Role,
    ) -> io::Result<()> {
        let mut flow = Flow::default();
        flow.glue(role, sign);
        flow.space();
        flow.push_whole(Role::Plain, &change.path);
        let mut aside = Vec::new();
        if let Some(from) = &change.from {
            aside.push(format!("from {from}"));
        }
        if change.records != 1 && change.change != Change::Renamed {
            aside.push(count(change.records, "document", "documents"));
        }
        for fact in aside {
            flow.push(Role::Faint, " · ");
            flow.push_whole(Role::Faint, &fact);
        }
        write!(out, "  {}", flow.render(self.stream, 2, 4))
    }

    fn reasons(&self, out: &mut dyn Write) -> io::Result<()> {
        for (status, sign, role) in [
            ("failed", "!", Role::Error),
            ("duplicate", "=", Role::Plain),
            ("skipped", "·", Role::Plain),
        ] {
            let of_status = || self.plan.reasons.iter().filter(|it| it.status == status);
            let number = of_status().map(|reason| reason.count).sum();
            if number == 0 {
                continue;
            }
            self.section(out, status, Some(number))?;
            for reason in of_status() {
                self.reason(out, reason, sign, role)?;
            }
        }
        Ok(())
    }

    fn reason(
        &self,
        out: &mut dyn Write,
        reason: &PlannedReason,
        sign: &str,
        role: Role,
    ) -> io::Result<()> {
        let mut indent = 2;
        if !reason.code.is_empty() {
            let mut flow = Flow::default();
            flow.glue(role, sign);
            flow.space();
            flow.push(Role::Name, &reason.code);
            flow.space();
            flow.push(Role::Plain, &thousands(reason.count));
            write!(out, "  {}", flow.render(self.stream, 2, 4))?;
            indent = 6;
        }
        for example in reason.examples.iter().take(self.most(EXAMPLES)) {
            let mut flow = Flow::default();
            if reason.code.is_empty() {
                flow.glue(role, sign);
                flow.space();
            }
            flow.push_whole(Role::Plain, &example.path);
            if !example.message.is_empty() {
                flow.push(Role::Faint, " · ");
                flow.push(Role::Faint, &example.message);
            }
            let shown = flow.render(self.stream, indent, indent + 2);
            write!(out, "{}{shown}", " ".repeat(indent))?;
        }
        let shown = reason.examples.len().min(self.most(EXAMPLES)) as u64;
        let hidden = reason.count.saturating_sub(shown);
        if hidden > 0 {
            // The plan itself holds only the first few.
            let tell = if reason.examples.len() as u64 > shown {
                ": -v"
            } else {
                ""
            };
            let more = format!("{} more{tell}", thousands(hidden));
            let more = styled(self.stream, Role::Faint, &more);
            writeln!(out, "{}{more}", " ".repeat(indent))?;
        }
        Ok(())
    }

    fn facets(&self, out: &mut dyn Write) -> io::Result<()> {
        let facets = &self.plan.facets;
        let width = facets.keys().map(|name| columns(name)).max().unwrap_or(0);
        let width = width.min(self.stream.width / 3);
        let titles: [(&str, ValuesOf); 2] = [
            ("declared facet values that appear", |facet| &facet.appear),
            ("declared facet values that vanish", |facet| &facet.vanish),
        ];
        for (title, values) in titles {
            let lists = || facets.iter().filter(|(_, facet)| !values(facet).is_empty());
            if lists().next().is_some() {
                self.section(out, title, None)?;
            }
            for (name, facet) in lists() {
                let name = pad(&super::layout::cut(name, width), width);
                let flow = self.values(values(facet));
                let indent = width + 4;
                let shown = flow.render(self.stream, indent, indent);
                write!(out, "  {}  {shown}", styled(self.stream, Role::Name, &name))?;
            }
        }
        Ok(())
    }

    fn values(&self, values: &[ValueChange]) -> Flow {
        let most = self.most(SHOWN);
        let mut items: Vec<Flow> = values
            .iter()
            .take(most)
            .map(|value| {
                let mut item = Flow::default();
                item.push_whole(Role::Plain, &value.value);
                item.glue(Role::Faint, &format!(" {}", thousands(value.documents)));
                item
            })
            .collect();
        if let Some(hidden) = values.len().checked_sub(most).filter(|&hidden| hidden > 0) {
            items.push(text(
                Role::Faint,
                &format!("+{} more: -v", thousands(hidden as u64)),
            ));
        }
        joined(items)
    }

    /// What to do now.
    fn end(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut flow = Flow::default();
        if self.plan.refused.is_some() {
            flow.push(Role::Error, "index would publish nothing");
            if let Some(option) = self.way_out() {
                flow.push(Role::Plain, "; to do it all the same: ");
                flow.push_whole(Role::Flag, &format!("{} {option}", self.command));
            }
        } else if is_idle(self.plan) {
            flow.push(Role::Title, "nothing to do: ");
            flow.push(Role::Plain, "the index is up to date");
            if self.plan.totals.failed > 0 {
                flow.push(Role::Plain, ", but for what failed before");
            }
        } else {
            flow.push(Role::Plain, "to do it: ");
            flow.push_whole(Role::Flag, self.command);
            if self.plan.totals.failed > 0 {
                let number = count(
                    self.plan.totals.failed,
                    "file or record would fail",
                    "files and records would fail",
                );
                flow.push(Role::Plain, &format!(" · {number}"));
            }
        }
        write!(out, "\n{}", flow.render(self.stream, 0, 2))
    }

    /// The option with which the run would go through, if there is one.
    fn way_out(&self) -> Option<&'static str> {
        let refused = self.plan.refused.as_ref()?;
        match refused.code.as_str() {
            "shrink" => Some("--allow-shrink"),
            _ if self.plan.rebuild.is_some() => Some("--rebuild"),
            _ => None,
        }
    }

    fn most(&self, most: usize) -> usize {
        if self.all { usize::MAX } else { most }
    }

    fn section(&self, out: &mut dyn Write, name: &str, number: Option<u64>) -> io::Result<()> {
        let number = number.map_or(String::new(), |number| format!(" {}", thousands(number)));
        let name = styled(self.stream, Role::Title, name);
        writeln!(out, "\n{name}{}", styled(self.stream, Role::Faint, &number))
    }

    fn more(&self, out: &mut dyn Write, hidden: usize) -> io::Result<()> {
        if hidden == 0 {
            return Ok(());
        }
        let more = format!("{} more: -v", thousands(hidden as u64));
        writeln!(out, "    {}", styled(self.stream, Role::Faint, &more))
    }

    fn entry(&self, out: &mut dyn Write, name: &str, role: Role, value: &str) -> io::Result<()> {
        self.flow(out, name, role, &text(Role::Plain, value))
    }

    fn flow(&self, out: &mut dyn Write, name: &str, role: Role, flow: &Flow) -> io::Result<()> {
        const WIDTH: usize = 9;
        let name = styled(self.stream, role, &pad(name, WIDTH));
        let shown = flow.render(self.stream, WIDTH + 2, WIDTH + 2);
        write!(out, "{name}  {shown}")
    }
}

fn text(role: Role, text: &str) -> Flow {
    let mut flow = Flow::default();
    flow.push(role, text);
    flow
}

/// Whether a run would leave everything as it is.
fn is_idle(plan: &ReindexPlan) -> bool {
    let is_failed = |change: &FileChange| change.change == Change::Failed;
    plan.generation > 0
        && plan.remade.is_none()
        && plan.rebuild.is_none()
        && plan.totals.indexed + plan.totals.removed == 0
        && plan.changes.iter().all(is_failed)
}

#[cfg(test)]
mod tests;
