//! Pages within a budget: the ones used last are in memory, the others in a temporary file.

use std::fs::File;
use std::io;
#[cfg(not(unix))]
use std::io::{Read, Seek, SeekFrom, Write};
#[cfg(unix)]
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{Error, Result};

/// The bytes of a page: small, because most of what is looked up lies anywhere. In tests so small
/// that what a few files need is more than one.
pub(super) const PAGE: usize = if cfg!(test) { 512 } else { 8 << 10 };
/// Fewer pages than this in memory would only move them to and fro.
const LEAST_FRAMES: usize = 16;
/// Marks a page that is in no frame, and a place in a list where there is no page.
const NOWHERE: u32 = u32::MAX;

/// Memory for the collections of a run, beyond which they go on in a file.
#[derive(Debug, Clone)]
pub(in crate::reindex) struct Space(Arc<Mutex<Cache>>);

/// The pages of one collection, in their order. A page costs nothing before it is written.
#[derive(Debug)]
pub(super) struct Pages {
    space: Space,
    numbers: Vec<u32>,
}

#[derive(Debug)]
struct Cache {
    /// Where the file is made when it is needed.
    folder: PathBuf,
    file: Option<File>,
    most: usize,
    frames: Vec<Frame>,
    /// The frame of every page, or [`NOWHERE`].
    homes: Vec<u32>,
    /// Pages that nobody uses any more.
    free: Vec<u32>,
    /// Where the next search for a frame to give up begins.
    hand: usize,
}

#[derive(Debug)]
struct Frame {
    page: u32,
    /// Whether the file does not have it like this.
    is_dirty: bool,
    /// Whether it was used since the hand last passed.
    is_used: bool,
    bytes: Box<[u8; PAGE]>,
}

impl Space {
    /// Keeps at most `memory` bytes of pages in memory (but at least 128 KiB), and the others in a
    /// temporary file in `folder`, which is made when it is first needed.
    pub(in crate::reindex) fn new(folder: &Path, memory: usize) -> Self {
        Self(Arc::new(Mutex::new(Cache {
            folder: folder.to_owned(),
            file: None,
            most: (memory / PAGE).max(LEAST_FRAMES),
            frames: Vec::new(),
            homes: Vec::new(),
            free: Vec::new(),
            hand: 0,
        })))
    }

    /// The bytes that may be in memory.
    pub(in crate::reindex) fn memory(&self) -> usize {
        self.cache().most * PAGE
    }

    /// Keeps fewer pages in memory from now on: `memory` bytes of them, but at least 128 KiB.
    pub(in crate::reindex) fn narrow(&self, memory: usize) -> Result<()> {
        let mut cache = self.cache();
        cache.most = cache.most.min((memory / PAGE).max(LEAST_FRAMES));
        while cache.frames.len() > cache.most {
            cache.drop_last()?;
        }
        Ok(())
    }

    /// Whether a file had to be made.
    #[cfg(test)]
    pub(in crate::reindex) fn has_spilled(&self) -> bool {
        self.cache().file.is_some()
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        // Every step leaves the pages whole, so a panic elsewhere breaks nothing here.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pages {
    pub(super) fn new(space: &Space) -> Self {
        Self {
            space: space.clone(),
            numbers: Vec::new(),
        }
    }

    pub(super) fn space(&self) -> &Space {
        &self.space
    }

    /// Gives the bytes of a page to `f`; of one that was never written, zeros.
    pub(super) fn read<T>(&self, index: usize, f: impl FnOnce(&[u8; PAGE]) -> T) -> Result<T> {
        match self.numbers.get(index) {
            Some(&number) if number != NOWHERE => {
                let mut cache = self.space.cache();
                let frame = cache.frame(number)?;
                Ok(f(&cache.frames[frame].bytes))
            }
            _ => Ok(f(&[0; PAGE])),
        }
    }

    /// Lets `f` change the bytes of a page.
    pub(super) fn write<T>(
        &mut self,
        index: usize,
        f: impl FnOnce(&mut [u8; PAGE]) -> T,
    ) -> Result<T> {
        if index >= self.numbers.len() {
            self.numbers.resize(index + 1, NOWHERE);
        }
        let mut cache = self.space.cache();
        let place = &mut self.numbers[index];
        let frame = if *place == NOWHERE {
            let (number, frame) = cache.add()?;
            *place = number;
            frame
        } else {
            cache.frame(*place)?
        };
        let frame = &mut cache.frames[frame];
        frame.is_dirty = true;
        Ok(f(&mut frame.bytes))
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        let mut cache = self.space.cache();
        for &number in self.numbers.iter().filter(|number| **number != NOWHERE) {
            cache.release(number);
        }
    }
}

impl Cache {
    /// The frame that holds a page, which is read if need be.
    fn frame(&mut self, page: u32) -> Result<usize> {
        let home = self.homes[page as usize];
        if home != NOWHERE {
            let frame = &mut self.frames[home as usize];
            frame.is_used = true;
            return Ok(home as usize);
        }
        let frame = self.vacant(page)?;
        if let Err(error) = self.load(page, frame) {
            self.frames[frame].page = NOWHERE;
            return Err(error);
        }
        self.homes[page as usize] = frame as u32;
        Ok(frame)
    }

    /// A new page, all zeros, with its frame.
    fn add(&mut self) -> Result<(u32, usize)> {
        let number = self.free.pop().unwrap_or_else(|| {
            self.homes.push(NOWHERE);
            (self.homes.len() - 1) as u32
        });
        match self.vacant(number) {
            Ok(frame) => {
                self.frames[frame].bytes.fill(0);
                self.homes[number as usize] = frame as u32;
                Ok((number, frame))
            }
            Err(error) => {
                self.free.push(number);
                Err(error)
            }
        }
    }

    fn release(&mut self, page: u32) {
        let home = std::mem::replace(&mut self.homes[page as usize], NOWHERE);
        if let Some(frame) = self.frames.get_mut(home as usize) {
            (frame.page, frame.is_dirty, frame.is_used) = (NOWHERE, false, false);
        }
        self.free.push(page);
    }

    /// A frame for a page, whose bytes are anything.
    fn vacant(&mut self, page: u32) -> Result<usize> {
        let frame = if self.frames.len() < self.most {
            self.frames.push(Frame {
                page: NOWHERE,
                is_dirty: false,
                is_used: false,
                bytes: Box::new([0; PAGE]),
            });
            self.frames.len() - 1
        } else {
            self.evict()?
        };
        let vacant = &mut self.frames[frame];
        (vacant.page, vacant.is_dirty, vacant.is_used) = (page, false, true);
        Ok(frame)
    }

    /// Gives up the next frame that was not used for a round.
    fn evict(&mut self) -> Result<usize> {
        loop {
            let at = self.hand;
            self.hand = (self.hand + 1) % self.frames.len();
            let frame = &mut self.frames[at];
            if std::mem::take(&mut frame.is_used) {
                continue;
            }
            if frame.page != NOWHERE {
                if frame.is_dirty {
                    self.store(at)?;
                }
                let page = self.frames[at].page;
                self.homes[page as usize] = NOWHERE;
            }
            return Ok(at);
        }
    }

    /// Puts the page of the last frame aside, and gives the frame back.
    fn drop_last(&mut self) -> Result<()> {
        let Some(last) = self.frames.len().checked_sub(1) else {
            return Ok(());
        };
        let frame = &self.frames[last];
        if frame.page != NOWHERE {
            let page = frame.page;
            if frame.is_dirty {
                self.store(last)?;
            }
            self.homes[page as usize] = NOWHERE;
        }
        self.frames.pop();
        self.hand = 0;
        Ok(())
    }

    fn load(&mut self, page: u32, frame: usize) -> Result<()> {
        let bytes = &mut *self.frames[frame].bytes;
        let Some(file) = &mut self.file else {
            bytes.fill(0);
            return Ok(());
        };
        read_page(file, page, bytes).map_err(|error| failed(&self.folder, "read", error))
    }

    fn store(&mut self, frame: usize) -> Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(
                tempfile::tempfile_in(&self.folder)
                    .map_err(|error| failed(&self.folder, "create", error))?,
            ),
        };
        let frame = &mut self.frames[frame];
        write_page(file, frame.page, &frame.bytes)
            .map_err(|error| failed(&self.folder, "write", error))?;
        frame.is_dirty = false;
        Ok(())
    }
}

fn place_of(page: u32) -> u64 {
    u64::from(page) * PAGE as u64
}

#[cfg(unix)]
fn read_page(file: &File, page: u32, bytes: &mut [u8; PAGE]) -> io::Result<()> {
    file.read_exact_at(bytes, place_of(page))
}

#[cfg(not(unix))]
fn read_page(mut file: &File, page: u32, bytes: &mut [u8; PAGE]) -> io::Result<()> {
    file.seek(SeekFrom::Start(place_of(page)))?;
    file.read_exact(bytes)
}

#[cfg(unix)]
fn write_page(file: &File, page: u32, bytes: &[u8; PAGE]) -> io::Result<()> {
    file.write_all_at(bytes, place_of(page))
}

#[cfg(not(unix))]
fn write_page(mut file: &File, page: u32, bytes: &[u8; PAGE]) -> io::Result<()> {
    file.seek(SeekFrom::Start(place_of(page)))?;
    file.write_all(bytes)
}

fn failed(folder: &Path, what: &str, error: io::Error) -> Error {
    let verb = format!("{what} a temporary file in");
    Error::io(folder, &verb, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_survive_being_put_aside() {
        let folder = tempfile::tempdir().unwrap();
        let space = Space::new(folder.path(), 0);
        let mut pages = Pages::new(&space);
        let count = LEAST_FRAMES * 4;
        for index in 0..count {
            pages.write(index, |page| page.fill(index as u8)).unwrap();
        }
        assert!(space.has_spilled());
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            0,
            "the file has no name"
        );
        for index in (0..count).rev() {
            let (first, last) = pages.read(index, |page| (page[0], page[PAGE - 1])).unwrap();
            assert_eq!((first, last), (index as u8, index as u8));
        }
        assert_eq!(pages.read(count, |page| page[7]).unwrap(), 0);
    }

    #[test]
    fn pages_survive_a_smaller_memory() {
        let folder = tempfile::tempdir().unwrap();
        let space = Space::new(folder.path(), PAGE * LEAST_FRAMES * 8);
        let mut pages = Pages::new(&space);
        let count = LEAST_FRAMES * 8;
        let mut write_all = |of: fn(usize) -> u8| {
            for index in 0..count {
                pages.write(index, |page| page.fill(of(index))).unwrap();
            }
            for index in 0..count {
                assert_eq!(pages.read(index, |page| page[PAGE - 1]).unwrap(), of(index));
            }
        };
        write_all(|index| index as u8);
        assert!(!space.has_spilled());
        space.narrow(PAGE * LEAST_FRAMES * 2).unwrap();
        assert!(space.has_spilled());
        assert_eq!(space.cache().frames.len(), LEAST_FRAMES * 2);
        write_all(|index| (index + 1) as u8);
        space.narrow(PAGE * LEAST_FRAMES * 4).unwrap();
        write_all(|index| (index + 2) as u8);
        assert_eq!(space.memory(), PAGE * LEAST_FRAMES * 2, "it never grows");
        for index in 0..count {
            let first = pages.read(index, |page| page[0]).unwrap();
            assert_eq!(first, (index + 2) as u8);
        }
    }

    #[test]
    fn pages_that_are_given_back_are_used_again_and_are_empty() {
        let folder = tempfile::tempdir().unwrap();
        let space = Space::new(folder.path(), 0);
        for _ in 0..3 {
            let mut pages = Pages::new(&space);
            for index in 0..LEAST_FRAMES * 2 {
                let before = pages.write(index, |page| std::mem::replace(&mut page[3], 9));
                assert_eq!(before.unwrap(), 0);
            }
        }
        assert_eq!(space.cache().homes.len(), LEAST_FRAMES * 2);
    }

    #[test]
    fn nothing_is_written_while_there_is_room() {
        let nowhere = Path::new("/no/such/folder");
        let space = Space::new(nowhere, PAGE * LEAST_FRAMES * 2);
        let mut pages = Pages::new(&space);
        for index in 0..LEAST_FRAMES * 2 {
            pages.write(index, |page| page[0] = 1).unwrap();
        }
        assert!(!space.has_spilled());
        let error = pages
            .write(LEAST_FRAMES * 2, |page| page[0] = 1)
            .unwrap_err();
        assert!(error.message().contains("/no/such/folder"), "{error}");
        // What was there is still there.
        assert_eq!(pages.read(0, |page| page[0]).unwrap(), 1);
    }
}
