//! Which events wake, by what they say and where.

use std::fs;

use super::*;
use pressmark::Config as Rules;

struct Place {
    _folder: tempfile::TempDir,
    root: PathBuf,
    ground: Ground,
}

fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let root = real(folder.path()).join("articles");
    fs::create_dir(&root).unwrap();
    let text = "[corpus]\nexclude = ['drafts/**', 'old', '*.tmp']\n";
    let rules = Rules::parse(text, Path::new("pressmark.toml")).unwrap();
    let ground = Ground {
        corpus: Arc::new(Corpus::new(&root, rules).unwrap()),
        index: real(&root.join("deep/index")),
        root: root.clone(),
    };
    Place {
        _folder: folder,
        root,
        ground,
    }
}

const CREATED: EventKind = EventKind::Create(CreateKind::File);
const NEW_FOLDER: EventKind = EventKind::Create(CreateKind::Folder);
const WRITTEN: EventKind = EventKind::Modify(ModifyKind::Any);
const CLOSED: EventKind = EventKind::Access(AccessKind::Close(AccessMode::Write));
const OPENED: EventKind = EventKind::Access(AccessKind::Open(AccessMode::Any));
const READ: EventKind = EventKind::Access(AccessKind::Close(AccessMode::Read));
const REMOVED: EventKind = EventKind::Remove(RemoveKind::File);
const FROM: EventKind = EventKind::Modify(ModifyKind::Name(RenameMode::From));
const TO: EventKind = EventKind::Modify(ModifyKind::Name(RenameMode::To));

#[test]
fn only_what_can_matter_wakes() {
    let place = place();
    fs::create_dir(place.root.join("old")).unwrap();
    for (kind, path, expected) in [
        (CREATED, "a.md", true),
        (WRITTEN, "news/a.md", true),
        (CLOSED, "news/a.md", true),
        (REMOVED, "news/a.md", true),
        (FROM, "news/a.md", true),
        (NEW_FOLDER, "news", true),
        (REMOVED, "", true),
        // To look is no change.
        (OPENED, "a.md", false),
        (READ, "a.md", false),
        (OPENED, "", false),
        // Hidden, the index, the configuration.
        (CREATED, ".a.md.swp", false),
        (WRITTEN, ".pressmark/CURRENT", false),
        (WRITTEN, "news/.git/index", false),
        (NEW_FOLDER, "deep/index", false),
        (WRITTEN, "deep/index/CURRENT", false),
        (WRITTEN, "deep/index.md", true),
        (CLOSED, "pressmark.toml", false),
        (CLOSED, "news/pressmark.toml", true),
        // Excluded files; a folder of that name may hold others.
        (CLOSED, "drafts/a.md", false),
        (FROM, "drafts/a.md", false),
        (TO, "drafts/a.md", false),
        (CREATED, "a.tmp", false),
        (CREATED, "drafts", true),
        (FROM, "old", true),
        (TO, "old", true),
        (CREATED, "old", false),
    ] {
        let full = if path.is_empty() {
            place.root.clone()
        } else {
            place.root.join(path)
        };
        assert_eq!(
            place.ground.matters(kind, &full),
            expected,
            "{kind:?} {path}"
        );
    }
}

#[test]
fn what_is_heard_is_sorted() {
    let place = place();
    let root = place.root.clone();
    let inbox = Arc::new(Inbox::new());
    let mut hearing = Hearing {
        inbox: Arc::clone(&inbox),
        ground: Arc::new(place.ground),
    };
    let mut hear = |event: notify::Result<Event>| {
        notify::EventHandler::handle_event(&mut hearing, event);
        let heard = inbox.take();
        let removals = heard.changes.map(|changes| changes.removals);
        (removals, heard.folders.len(), heard.trouble)
    };
    let at = |kind, path: &str| Ok(Event::new(kind).add_path(root.join(path)));
    for (event, expected) in [
        (at(OPENED, "a.md"), (None, 0, Trouble::None)),
        (at(CREATED, "a.md"), (Some(0), 0, Trouble::None)),
        (at(REMOVED, "a.md"), (Some(1), 0, Trouble::None)),
        (at(NEW_FOLDER, "a"), (Some(0), 1, Trouble::None)),
        (at(TO, "a"), (Some(0), 1, Trouble::None)),
        (at(FROM, ""), (Some(1), 0, Trouble::Stale)),
        (
            Ok(Event::new(EventKind::Other).set_flag(notify::event::Flag::Rescan)),
            (None, 0, Trouble::Lost),
        ),
        (Err(notify::Error::generic("no")), (None, 0, Trouble::Lost)),
        (
            Err(notify::Error::new(ErrorKind::MaxFilesWatch)),
            (None, 0, Trouble::Full),
        ),
    ] {
        let said = format!("{event:?}");
        assert_eq!(hear(event), expected, "{said}");
    }
}

/// Whatever the system is, it tells of a change in a folder that came later.
#[test]
fn new_folders_are_listened_to() {
    let place = place();
    let inbox = Arc::new(Inbox::new());
    let corpus = Arc::clone(&place.ground.corpus);
    fs::create_dir_all(place.root.join("a/b")).unwrap();
    let mut listener = Listener::new(&corpus, &place.ground.index, Arc::clone(&inbox)).unwrap();
    let mut heard_of = |write: &dyn Fn()| {
        write();
        loop {
            inbox.wait(inbox.now() + std::time::Duration::from_mins(1));
            let heard = inbox.take();
            listener.add(&heard.folders).unwrap();
            if heard.changes.is_some() {
                break;
            }
        }
    };
    let root = &place.root;
    heard_of(&|| fs::write(root.join("a/b/c.md"), "text").unwrap());
    fs::create_dir_all(root.parent().unwrap().join("tree/x/y")).unwrap();
    heard_of(&|| fs::rename(root.parent().unwrap().join("tree"), root.join("tree")).unwrap());
    heard_of(&|| fs::write(root.join("tree/x/y/z.md"), "text").unwrap());
}
