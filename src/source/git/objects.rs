//! Contents by their names, from one `git cat-file --batch` that stays open. Lengths come from another
//! process, `--batch-check`: with the first, git would unpack what is too large to be read, and a small
//! archive may hold it under a thousand names. (`--batch-command` does both, from git 2.36 on.)

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;

use super::command::{GitError, patience};
use super::isolated::Isolated;
use crate::source::tree::ReadError;

/// The contents of one repository.
#[derive(Debug)]
pub(super) struct GitObjects {
    git: Arc<Isolated>,
    contents: Mutex<Option<Process>>,
    lengths: Mutex<Option<Process>>,
    failed: OnceLock<ObjectFailure>,
}

/// What a process is asked for.
#[derive(Clone, Copy)]
enum Asked {
    Contents,
    Lengths,
}

#[derive(Clone, Debug)]
enum ObjectFailure {
    NoContent,
    TooSlow,
    Broken(String),
}

#[derive(Debug)]
struct Process {
    child: Arc<Mutex<Child>>,
    /// Told when an answer is waited for, and when it is there.
    watch: Sender<()>,
    /// Whether it was ended because it gave no answer in time.
    is_ended: Arc<AtomicBool>,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Drop for Process {
    fn drop(&mut self) {
        // It waits for a next name that will not come. That it may be gone already is anyway.
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = child.kill();
        let _ = child.wait();
    }
}

impl GitObjects {
    pub(super) fn new(git: Arc<Isolated>) -> Self {
        Self {
            git,
            contents: Mutex::new(None),
            lengths: Mutex::new(None),
            failed: OnceLock::new(),
        }
    }

    /// The content of a name.
    pub(super) fn read(&self, id: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
        if self.len(id)? > limit {
            return Err(ReadError::TooLarge { limit });
        }
        let bytes = self.noted(self.exchange(Asked::Contents, |process| {
            let len = process.ask(id)?;
            let mut bytes = Vec::new();
            (&mut process.from).take(len).read_to_end(&mut bytes)?;
            if bytes.len() as u64 != len {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            process.end_of_answer()?;
            Ok(bytes)
        }))?;
        Ok(bytes)
    }

    /// The length of the content of a name, in bytes.
    pub(super) fn len(&self, id: &str) -> io::Result<u64> {
        self.noted(self.exchange(Asked::Lengths, |process| process.ask(id)))
    }

    /// What went wrong first.
    pub(super) fn failure(&self) -> Option<GitError> {
        Some(match self.failed.get()? {
            ObjectFailure::NoContent => GitError::NoContent,
            ObjectFailure::TooSlow => GitError::TooSlow("cat-file".into()),
            ObjectFailure::Broken(said) => GitError::Failed {
                command: "cat-file".into(),
                said: said.clone(),
            },
        })
    }

    fn exchange<T>(
        &self,
        asked: Asked,
        talk: impl FnOnce(&mut Process) -> io::Result<T>,
    ) -> io::Result<T> {
        // The next object would take as long.
        if matches!(self.failed.get(), Some(ObjectFailure::TooSlow)) {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let process = match asked {
            Asked::Contents => &self.contents,
            Asked::Lengths => &self.lengths,
        };
        let mut process = process.lock().unwrap_or_else(PoisonError::into_inner);
        let open = match process.take() {
            Some(open) => open,
            None => Process::start(self.git.command().map_err(io::Error::other)?, asked)?,
        };
        let open = process.insert(open);
        // That the watch is gone means that git is, which the talk will find out.
        let _ = open.watch.send(());
        let reported = talk(open);
        let _ = open.watch.send(());
        let reported = match reported {
            Err(_) if open.is_ended.load(Ordering::Acquire) => Err(io::ErrorKind::TimedOut.into()),
            reported => reported,
        };
        if reported
            .as_ref()
            .is_err_and(|error| error.kind() != io::ErrorKind::NotFound)
        {
            // No one knows where in its answer it is: the next one gets a new process.
            *process = None;
        }
        reported
    }

    fn noted<T>(&self, reported: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &reported {
            let failure = match error.kind() {
                io::ErrorKind::NotFound => ObjectFailure::NoContent,
                io::ErrorKind::TimedOut => ObjectFailure::TooSlow,
                _ => ObjectFailure::Broken(error.to_string()),
            };
            self.failed.get_or_init(|| failure);
        }
        reported
    }
}

/// Ends git when an answer takes too long: an object that is a named pipe would keep it for ever.
fn end_if_silent(reported: &Receiver<()>, child: &Mutex<Child>, is_ended: &AtomicBool) {
    let limit = patience();
    while reported.recv().is_ok() {
        if let Err(RecvTimeoutError::Timeout) = reported.recv_timeout(limit) {
            let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
            is_ended.store(true, Ordering::Release);
            // It may have ended in this moment.
            let _ = child.kill();
            return;
        }
    }
}

impl Process {
    fn start(mut git: Command, asked: Asked) -> io::Result<Self> {
        let batch = match asked {
            Asked::Contents => "--batch",
            Asked::Lengths => "--batch-check",
        };
        let mut child = git
            .args(["cat-file", batch])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let (Some(to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let child = Arc::new(Mutex::new(child));
        let (watch, reported) = mpsc::channel();
        let watched = Arc::clone(&child);
        let is_ended = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&is_ended);
        let process = Self {
            child,
            watch,
            is_ended,
            to,
            from: BufReader::new(from),
        };
        thread::Builder::new().spawn(move || end_if_silent(&reported, &watched, &flag))?;
        Ok(process)
    }

    /// Asks for a name and reads the head of the answer, `<name> <type> <length>`: the length of
    /// what follows.
    fn ask(&mut self, id: &str) -> io::Result<u64> {
        writeln!(self.to, "{id}")?;
        let mut head = String::new();
        self.from.read_line(&mut head)?;
        let mut words = head.split_whitespace().skip(1);
        match (words.next(), words.next().map(str::parse)) {
            (Some("missing"), _) => Err(io::ErrorKind::NotFound.into()),
            (Some(_), Some(Ok(len))) => Ok(len),
            _ => Err(io::Error::other("its answer cannot be read")),
        }
    }

    /// Reads over the line break behind a content.
    fn end_of_answer(&mut self) -> io::Result<()> {
        let mut end = [0];
        self.from.read_exact(&mut end)
    }
}
