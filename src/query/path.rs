//! Globs over the paths of files.

/// Whether a glob of `path:` fits the path of a file, relative to the corpus, with `/` between
/// its parts.
///
/// `*` stands for any characters of one part of the path, `?` for exactly one, and `**` as a whole
/// part for any number of parts. What has no wildcard, or ends with `/`, fits everything in the
/// folder of that name, too. Case matters, as it does to files. Takes time in proportion to the
/// product of the two lengths at most.
pub fn path_fits(glob: &str, path: &str) -> bool {
    let glob = glob.strip_prefix("./").unwrap_or(glob);
    let folder = glob.strip_suffix('/');
    let is_folder = folder.is_some() || !glob.contains(['*', '?']);
    let mut parts: Vec<&str> = folder.unwrap_or(glob).split('/').collect();
    let path: Vec<&str> = path.split('/').collect();
    if folder.is_none() && parts.last() != Some(&"**") && fits(&parts, &path) {
        return true;
    }
    if is_folder {
        parts.push("**");
    } else if parts.last() != Some(&"**") {
        return false;
    }
    // A folder is not in itself.
    parts.insert(parts.len() - 1, "*");
    fits(&parts, &path)
}

fn fits(glob: &[&str], path: &[&str]) -> bool {
    matches(
        glob.len(),
        path.len(),
        |at| glob[at] == "**",
        |at, to| part_fits(glob[at], path[to]),
    )
}

fn part_fits(glob: &str, part: &str) -> bool {
    let glob: Vec<char> = glob.chars().collect();
    let part: Vec<char> = part.chars().collect();
    matches(
        glob.len(),
        part.len(),
        |at| glob[at] == '*',
        |at, to| glob[at] == '?' || glob[at] == part[to],
    )
}

/// Fits a glob to a text, both in pieces: the last star alone is ever tried with more.
fn matches(
    glob: usize,
    text: usize,
    is_star: impl Fn(usize) -> bool,
    is_same: impl Fn(usize, usize) -> bool,
) -> bool {
    let (mut at, mut to) = (0, 0);
    let mut retry = None;
    while to < text {
        if at < glob && is_star(at) {
            retry = Some((at, to));
            at += 1;
        } else if at < glob && is_same(at, to) {
            (at, to) = (at + 1, to + 1);
        } else if let Some((star, taken)) = retry {
            retry = Some((star, taken + 1));
            (at, to) = (star + 1, taken + 1);
        } else {
            return false;
        }
    }
    (at..glob).all(is_star)
}

#[cfg(test)]
mod tests {
    use super::path_fits;

    #[test]
    fn globs_fit_paths() {
        for (glob, path, expected) in [
            ("reports/**", "reports/a.md", true),
            ("reports/**", "reports/2024/03/a.md", true),
            ("reports/**", "reports", false),
            ("reports/**", "old/reports/a.md", false),
            ("reports/*", "reports/a.md", true),
            ("reports/*", "reports/2024/a.md", false),
            ("reports/*/", "reports/2024/a.md", true),
            ("reports/*/", "reports/a.md", false),
            ("reports", "reports/2024/a.md", true),
            ("reports/", "reports/2024/a.md", true),
            ("reports/", "reports", false),
            ("reports", "reports-old/a.md", false),
            ("reports/a.md", "reports/a.md", true),
            ("./reports/a.md", "reports/a.md", true),
            ("**/a.md", "a.md", true),
            ("**/a.md", "x/y/a.md", true),
            ("**", "x/y/a.md", true),
            ("x/**/a.md", "x/a.md", true),
            ("x/**/a.md", "x/y/z/a.md", true),
            ("*.md", "a.md", true),
            ("*.md", "x/a.md", false),
            ("202?/*", "2024/a.md", true),
            ("202?/*", "20245/a.md", false),
            ("ü?/*", "üß/a.md", true),
            ("Reports/**", "reports/a.md", false),
            ("a**b/c", "axxb/c", true),
            ("", "a.md", false),
        ] {
            assert_eq!(path_fits(glob, path), expected, "{glob} {path}");
        }
    }

    #[test]
    fn hostile_globs_cost_little() {
        let glob = "*a".repeat(2_000) + "b";
        assert!(!path_fits(&glob, &"a".repeat(4_000)));
        let glob = "**/a/".repeat(1_000) + "b";
        assert!(!path_fits(&glob, &"a/".repeat(2_000)));
    }
}
