//! `rules/receivers/*.yaml` → static tables, so that start-up reads nothing.
//!
//! The types and the reader are those with which the program reads users' own profiles.

#[path = "constants.rs"]
mod constants;
#[expect(dead_code, unreachable_pub, reason = "the program uses all of it")]
#[path = "../src/facts/receiver/profile.rs"]
mod profile;
#[expect(dead_code, unreachable_pub, reason = "the program uses all of it")]
#[path = "../src/facts/receiver/program.rs"]
mod program;
#[path = "../src/facts/receiver/reader/mod.rs"]
mod reader;

use std::error::Error;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_yaml::Value;

use constants::table;
use profile::{KnownPath, Mistake, NotReceiver, Profile, ProfileList};
use reader::{MISTAKE_KEYS, PageNode, PageReader};

/// What the program keeps of a profile that it has readied for matching; nothing here.
mod compiled {
    #[derive(Debug, PartialEq)]
    pub(crate) struct Lazy;

    impl Lazy {
        pub(crate) const fn new() -> Self {
            Self
        }
    }
}

/// Keys that users need not write, but these pages must have.
const REQUIRED: &[&str] = &[
    "kind",
    "confidence",
    "recognised",
    "credentials",
    "tls",
    "examples",
    "sources",
];

/// Writes the tables to `$OUT_DIR/receivers.rs`.
pub(crate) fn generate() -> Result<(), Box<dyn Error>> {
    let folder = Path::new("rules/receivers");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.retain(|path| path.extension().is_some_and(|end| end == "yaml"));
    files.sort();
    let mistakes = folder.join("mistakes.yaml");
    let systems = folder.join("not-receivers.yaml");
    let mut profiles = Vec::new();
    for path in files {
        if path != mistakes && path != systems {
            profiles.push(read(&path, |reader, page| profile(reader, page, &path))?);
        }
    }
    let (mistakes, paths) = read(&mistakes, generic)?;
    let systems = read(&systems, not_receivers)?;
    let target = PathBuf::from(env::var("OUT_DIR")?).join("receivers.rs");
    let tables = [
        table("RECEIVERS", "Profile", &profiles),
        table("MISTAKES", "Mistake", &mistakes),
        table("KNOWN_PATHS", "KnownPath", &paths),
        table("NOT_RECEIVERS", "NotReceiver", &systems),
    ];
    Ok(fs::write(target, tables.concat())?)
}

/// Reads a page, all of which must be right.
fn read<T>(
    path: &Path,
    each: impl for<'p> FnOnce(&mut PageReader<&'p Value>, &'p Value) -> T,
) -> Result<T, Box<dyn Error>> {
    let wrong = |message: &str| format!("{}: {message}", path.display());
    let text = fs::read_to_string(path)?;
    let page: Value = serde_yaml::from_str(&text).map_err(|error| wrong(&error.to_string()))?;
    let mut reader = PageReader::new();
    let read = each(&mut reader, &page);
    match reader.errors.first() {
        Some((_, message)) => Err(wrong(message).into()),
        None => Ok(read),
    }
}

fn profile<'p>(reader: &mut PageReader<&'p Value>, page: &'p Value, path: &Path) -> Profile {
    for key in REQUIRED {
        if PageNode::get(page, key).is_none() {
            reader.error(page, format!("{key} is missing"));
        }
    }
    let profile = reader.profile(page);
    if path.file_stem() != Some(OsStr::new(profile.id.as_ref())) {
        reader.error(page, format!("its id is {}", profile.id));
    }
    profile
}

/// The mistakes that no receiver accepts, and the paths that tell whose they are.
fn generic<'p>(
    reader: &mut PageReader<&'p Value>,
    page: &'p Value,
) -> (ProfileList<Mistake>, ProfileList<KnownPath>) {
    reader.keys(page, &["sources", "mistakes", "known_paths"]);
    let mut keys = MISTAKE_KEYS.to_vec();
    keys.extend(["id", "except"]);
    let mistakes = reader.many(page, "mistakes", |reader, node| {
        reader.keys(node, &keys);
        Some(Mistake {
            id: reader.must(node, "id"),
            except: reader.texts(node, "except"),
            ..reader.mistake_of(node)
        })
    });
    let paths = reader.many(page, "known_paths", |reader, node| {
        reader.keys(node, &["path", "says"]);
        Some(KnownPath {
            path: reader.must(node, "path"),
            says: reader.must(node, "says"),
        })
    });
    (mistakes, paths)
}

/// The systems that are often taken for receivers.
fn not_receivers<'p>(
    reader: &mut PageReader<&'p Value>,
    page: &'p Value,
) -> ProfileList<NotReceiver> {
    reader.keys(page, &["sources", "systems"]);
    reader.many(page, "systems", |reader, node| {
        reader.keys(node, &["id", "name", "recognised", "says", "sure"]);
        Some(NotReceiver {
            id: reader.must(node, "id"),
            name: reader.must(node, "name"),
            recognized: reader.many(node, "recognised", |reader, clue| Some(reader.clue(clue))),
            says: reader.must(node, "says"),
            sure: reader.flag(node, "sure"),
        })
    })
}

impl PageNode for &Value {
    fn text(&self) -> Option<&str> {
        self.as_str()
    }

    fn number(self) -> Option<u16> {
        self.as_u64()?.try_into().ok()
    }

    fn flag(self) -> Option<bool> {
        self.as_bool()
    }

    fn get(self, key: &str) -> Option<Self> {
        Value::get(self, key)
    }

    fn entries(self) -> Option<Vec<(Self, Self)>> {
        Some(self.as_mapping()?.iter().collect())
    }

    fn items(self) -> Option<Vec<Self>> {
        Some(self.as_sequence()?.iter().collect())
    }
}
