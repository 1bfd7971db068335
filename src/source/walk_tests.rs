//! Walks over real folders.

use std::fs;

use super::*;
use crate::deadline::Deadline;
use crate::source::Folder;
use crate::source::LARGEST;

/// A folder with files, and the disk seen from it.
struct Scratch {
    folder: tempfile::TempDir,
    disk: Folder,
}

impl Scratch {
    fn new(files: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Temporary folders are behind a link on some systems; the start never is.
        let base = fs::canonicalize(folder.path()).unwrap();
        let scratch = Self {
            disk: Folder::new(base),
            folder,
        };
        for file in files {
            scratch.write(file, "a: 1\n");
        }
        scratch
    }

    fn write(&self, file: &str, content: &str) {
        let path = self.folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn walk_with(&self, named: &[&str], hidden: bool, no_ignore: bool) -> Walked {
        let named: Vec<_> = named.iter().map(PathBuf::from).collect();
        let wanted = |path: &Path| path.extension().is_some_and(|end| end == "yml");
        let how = |threads| WalkOptions {
            hidden,
            no_ignore,
            all_tracked: false,
            threads,
            deadline: Deadline::default(),
            root: None,
            wanted: &wanted,
            also: None,
        };
        let walked = self.disk.walk(&named, &how(1));
        let again = self.disk.walk(&named, &how(4));
        assert_eq!(walked.files, again.files, "threads change nothing");
        walked
    }

    fn shown(&self, named: &[&str]) -> Vec<String> {
        shown(&self.walk_with(named, false, false))
    }
}

fn shown(walked: &Walked) -> Vec<String> {
    let shown = walked.files.iter().map(|found| found.shown.to_string());
    shown.collect()
}

#[test]
fn files_come_sorted_and_only_those_that_are_wanted() {
    let scratch = Scratch::new(&["b.yml", "a/z.yml", "a/b/c.yml", "a.txt", "c.yml", "Z.yml"]);
    assert_eq!(
        scratch.shown(&["."]),
        ["Z.yml", "a/b/c.yml", "a/z.yml", "b.yml", "c.yml"]
    );
    assert_eq!(scratch.shown(&["./a"]), ["a/b/c.yml", "a/z.yml"]);
}

#[test]
fn a_named_file_is_taken_whatever_its_name_and_wherever_it_hides() {
    let scratch = Scratch::new(&["x.txt", ".hidden/y", "ignored.yml"]);
    scratch.write(".ignore", "ignored.yml\n");
    let named = ["x.txt", "./.hidden/y", "ignored.yml"];
    let walked = scratch.walk_with(&named, false, false);
    assert_eq!(shown(&walked), [".hidden/y", "ignored.yml", "x.txt"]);
    assert!(walked.files.iter().all(|found| found.named));
}

#[test]
fn hidden_and_ignored_files_are_left_out_unless_asked_for() {
    let scratch = Scratch::new(&[
        "a.yml",
        ".b.yml",
        ".c/d.yml",
        "out/e.yml",
        ".git/f.yml",
        "g.yml",
    ]);
    scratch.write(".gitignore", "out/\n");
    scratch.write(".ignore", "g.yml\n");
    let walk = |hidden, no_ignore| shown(&scratch.walk_with(&["."], hidden, no_ignore));
    assert_eq!(walk(false, false), ["a.yml"]);
    assert_eq!(walk(true, false), [".b.yml", ".c/d.yml", "a.yml"]);
    assert_eq!(walk(false, true), ["a.yml", "g.yml", "out/e.yml"]);
    assert_eq!(
        walk(true, true),
        [".b.yml", ".c/d.yml", "a.yml", "g.yml", "out/e.yml"]
    );
}

#[test]
fn what_is_not_there_is_a_problem_of_its_name() {
    let scratch = Scratch::new(&["a.yml"]);
    let walked = scratch.walk_with(&["b.yml", "a.yml", "c/d", "a.yml/x"], false, false);
    assert_eq!(shown(&walked), ["a.yml"]);
    let problems: Vec<_> = walked
        .problems
        .iter()
        .map(|problem| &*problem.shown)
        .collect();
    assert_eq!(problems, ["a.yml/x", "b.yml", "c/d"]);
    assert!(
        walked
            .problems
            .iter()
            .all(|problem| problem.named && matches!(problem.error, ReadError::Missing))
    );
}

#[test]
fn a_file_is_found_once_whatever_the_number_of_names_for_it() {
    let scratch = Scratch::new(&["a/x.yml", "a/y.yml", "b/z.yml"]);
    let walked = scratch.walk_with(&[".", "a", "./a/x.yml", "b/../a/x.yml"], false, false);
    assert_eq!(shown(&walked), ["a/x.yml", "a/y.yml", "b/z.yml"]);
    let named: Vec<_> = walked.files.iter().map(|found| found.named).collect();
    assert_eq!(named, [true, false, false]);
}

#[test]
fn a_tree_begins_at_its_repository_or_where_a_policy_says_so() {
    let scratch = Scratch::new(&[
        "r/.git/HEAD",
        "r/p/q/a.yml",
        "r/m/promvet.yaml",
        "r/m/n/b.yml",
        "r/t/u/c.yml",
        "s/.promvet.yaml",
        "s/p/promvet.yaml",
        "s/p/q/d.yml",
    ]);
    let top = scratch.folder.path().join("r/t/promvet.yaml");
    std::fs::write(top, "# A tree of its own.\nroot: true # indeed\n").unwrap();
    let root = |name: &str| {
        let walked = scratch.walk_with(&[name], false, false);
        scratch.disk.shown(&walked.files[0].root)
    };
    for (name, want) in [
        ("r/p/q/a.yml", "r"),
        ("r/p", "r"),
        ("r/m/n/b.yml", "r"),
        ("r/t/u/c.yml", "r/t"),
        ("r/t", "r/t"),
        ("s/p/q/d.yml", "s"),
    ] {
        assert_eq!(root(name), want, "{name}");
    }
}

#[test]
fn only_a_line_of_its_own_says_that_a_tree_begins() {
    use crate::source::is_top;
    for (text, want) in [
        ("root: true", true),
        ("a: 1\r\nroot:  true  # yes\r\n", true),
        ("root: false", false),
        ("# root: true", false),
        ("  root: true", false),
        ("root: truely", false),
        ("", false),
    ] {
        assert_eq!(is_top(text.as_bytes()), want, "{text:?}");
    }
}

#[test]
fn without_a_mark_the_root_is_the_folder_that_was_named() {
    let scratch = Scratch::new(&["p/q/a.yml"]);
    let walked = scratch.walk_with(&["p"], false, false);
    let root = scratch.disk.shown(&walked.files[0].root);
    // A temporary folder may itself be below something that is marked.
    assert!(root == "p" || root.ends_with(".."), "{root}");
}

#[test]
fn files_are_read_up_to_a_limit() {
    let scratch = Scratch::new(&[]);
    scratch.write("a.yml", "12345");
    let read = |path: &str, limit| scratch.disk.read(Path::new(path), limit);
    assert_eq!(read("a.yml", 5).unwrap(), b"12345");
    let too_large = read("a.yml", 4).unwrap_err();
    assert!(matches!(too_large, ReadError::TooLarge { limit: 4 }));
    assert!(matches!(read("b", LARGEST), Err(ReadError::Missing)));
    assert!(matches!(
        read(".", LARGEST),
        Err(ReadError::NotAFile(EntryKind::Folder))
    ));
}

/// What the walk of the crate `ignore` finds, which is ripgrep's.
fn of_ripgrep(top: &Path, hidden: bool) -> Vec<String> {
    let mut walk = ignore::WalkBuilder::new(top);
    walk.hidden(!hidden)
        .filter_entry(|entry| entry.file_name() != ".git");
    let mut found: Vec<String> = walk
        .build()
        .flatten()
        .filter(|entry| entry.path().extension().is_some_and(|end| end == "yml"))
        .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
        .map(|entry| {
            entry
                .path()
                .strip_prefix(top)
                .unwrap()
                .display()
                .to_string()
        })
        .collect();
    found.sort();
    found
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(150))]

    #[test]
    fn what_is_ignored_is_what_ripgrep_ignores(
        files in proptest::collection::vec("(a|b|\\.c)(/(a|b|\\.c)){0,2}/[xy]\\.yml", 1..8),
        rules in proptest::collection::vec(
            (
                "|a/|b/|a/b/|\\.c/",
                "\\.ignore|\\.gitignore|\\.git/info/exclude",
                "((!)?(/|\\*\\*/)?(a|b|\\.c|\\*|[xy]\\.yml|\\*\\.yml|a/b|a/\\*|# x|\\[)(/|/\\*\\*)?\n){1,3}",
            ),
            0..5,
        ),
        hidden in proptest::prelude::any::<bool>(),
        below in "|/a",
    ) {
        let scratch = Scratch::new(&[]);
        for file in &files {
            scratch.write(&format!("top/{file}"), "");
        }
        for (folder, name, content) in &rules {
            scratch.write(&format!("top/{folder}{name}"), content);
        }
        let top = scratch.disk.base().join(format!("top{below}"));
        proptest::prop_assume!(top.is_dir());
        let named = format!("top{below}");
        let found = shown(&scratch.walk_with(&[&named], hidden, false));
        let found: Vec<&str> = found.iter().map(|path| &path[named.len() + 1..]).collect();
        proptest::prop_assert_eq!(found, of_ripgrep(&top, hidden));
    }
}

#[test]
fn a_walk_that_has_no_time_says_so() {
    let scratch = Scratch::new(&["a/x.yml"]);
    let how = WalkOptions {
        hidden: false,
        no_ignore: false,
        all_tracked: false,
        threads: 1,
        deadline: Deadline::after(std::time::Duration::ZERO),
        root: None,
        wanted: &|_| true,
        also: None,
    };
    let walked = scratch.disk.walk(&[PathBuf::from(".")], &how);
    assert!(walked.incomplete && walked.files.is_empty());
}

#[test]
fn an_ignore_file_that_is_too_large_is_left_out() {
    let scratch = Scratch::new(&["a.yml", "b/c.yml"]);
    scratch.write(".ignore", &format!("a.yml\n{}", "#".repeat(1024 * 1024)));
    scratch.write("b/.gitignore", "c.yml\n");
    let walked = scratch.walk_with(&["."], false, false);
    assert_eq!(shown(&walked), ["a.yml", "b/c.yml"]);
    let [(path, why)] = walked.left_out.as_slice() else {
        panic!("{:?}", walked.left_out);
    };
    assert_eq!(&**path, ".ignore");
    assert!(why.contains("larger than"), "{why}");
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
    use std::process::Command;

    use super::*;

    impl Scratch {
        fn link(&self, path: &str, target: &str) {
            let path = self.folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            symlink(target, path).unwrap();
        }

        /// Makes a FIFO, where the system has the command for it.
        fn fifo(&self, path: &str) -> bool {
            let path = self.folder.path().join(path);
            Command::new("mkfifo")
                .arg(path)
                .status()
                .is_ok_and(|status| status.success())
        }
    }

    #[test]
    fn links_are_followed_inside_the_tree_only_and_each_file_is_seen_once() {
        let scratch = Scratch::new(&[
            "t/.git/HEAD",
            "t/a.yml",
            "t/.hidden/c.yml",
            "t/conf.txt",
            "t/p/keep.yml",
            "outside.yml",
        ]);
        for (path, target) in [
            ("t/link-to-a.yml", "a.yml"),
            ("t/c1.yml", ".hidden/c.yml"),
            ("t/c2.yml", ".hidden/c.yml"),
            ("t/p/conf.yml", "../conf.txt"),
            ("t/out.yml", "../outside.yml"),
            ("t/absolute.yml", "/etc/hostname"),
            ("t/loop.yml", "loop.yml"),
            ("t/dangling.yml", "nowhere"),
            ("t/folder.yml", "p"),
            ("t/up.yml", ".."),
        ] {
            scratch.link(path, target);
        }
        assert_eq!(
            scratch.shown(&["t"]),
            ["t/a.yml", "t/c1.yml", "t/p/conf.yml", "t/p/keep.yml"]
        );
        // The tree is that of the repository, not the folder that was named.
        assert_eq!(scratch.shown(&["t/p"]), ["t/p/conf.yml", "t/p/keep.yml"]);
    }

    #[test]
    fn a_named_link_is_followed() {
        let scratch = Scratch::new(&["real/a.yml", "outside.yml"]);
        scratch.link("t/out.yml", "../outside.yml");
        scratch.link("folder", "real");
        let walked = scratch.walk_with(&["t/out.yml", "folder"], false, false);
        assert_eq!(shown(&walked), ["folder/a.yml", "t/out.yml"]);
        let paths = walked
            .files
            .iter()
            .map(|found| scratch.disk.shown(&found.path));
        assert_eq!(paths.collect::<Vec<_>>(), ["real/a.yml", "t/out.yml"]);
        scratch.link("loop", "loop");
        let walked = scratch.walk_with(&["loop"], false, false);
        assert_eq!((walked.files.len(), walked.problems.len()), (0, 1));
    }

    #[test]
    fn pipes_and_devices_are_never_opened() {
        let scratch = Scratch::new(&["a.yml"]);
        if !scratch.fifo("pipe.yml") {
            return;
        }
        scratch.link("link.yml", "pipe.yml");
        assert_eq!(scratch.shown(&["."]), ["a.yml"]);
        for path in ["pipe.yml", "link.yml", "/dev/zero"] {
            let error = scratch.disk.read(Path::new(path), LARGEST).unwrap_err();
            assert!(
                matches!(error, ReadError::NotAFile(EntryKind::Other)),
                "{path}"
            );
            let walked = scratch.walk_with(&[path], false, false);
            assert!(walked.files.is_empty(), "{path}");
            assert!(matches!(
                walked.problems[0].error,
                ReadError::NotAFile(EntryKind::Other)
            ));
        }
    }

    #[test]
    fn names_that_are_not_utf8_are_walked_too() {
        let scratch = Scratch::new(&["a.yml"]);
        let name = OsStr::from_bytes(b"b\xff.yml");
        if fs::write(scratch.folder.path().join(name), "a: 1\n").is_err() {
            return;
        }
        let walked = scratch.walk_with(&["."], false, false);
        assert_eq!(shown(&walked), ["a.yml", "b\u{fffd}.yml"]);
        let found = &walked.files[1];
        assert_eq!(scratch.disk.read(&found.path, LARGEST).unwrap(), b"a: 1\n");
    }

    #[test]
    fn folders_that_are_closed_are_reported() {
        let scratch = Scratch::new(&["a.yml", "closed/b.yml"]);
        let closed = scratch.folder.path().join("closed");
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
        let walked = scratch.walk_with(&["."], false, false);
        let may_anyway = fs::read_dir(&closed).is_ok();
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
        if may_anyway {
            // Root may go anywhere.
            assert_eq!(shown(&walked), ["a.yml", "closed/b.yml"]);
            return;
        }
        assert_eq!(shown(&walked), ["a.yml"]);
        assert_eq!(&*walked.problems[0].shown, "closed");
        assert!(!walked.problems[0].named);
    }

    #[test]
    fn an_ignore_file_that_is_not_a_file_is_left_out() {
        let scratch = Scratch::new(&[".git/HEAD", "a.yml", "rules", "p/b.yml", "q/c.yml"]);
        scratch.write("rules", "*.yml\n");
        scratch.link(".gitignore", "/dev/zero");
        scratch.link("p/.ignore", "../rules");
        let mut want = vec![".gitignore", "p/.ignore"];
        if scratch.fifo("q/.ignore") {
            want.push("q/.ignore");
        }
        let walked = scratch.walk_with(&["."], false, false);
        assert_eq!(shown(&walked), ["a.yml", "p/b.yml", "q/c.yml"]);
        let left_out = walked.left_out.iter().map(|(path, _)| &**path);
        assert_eq!(left_out.collect::<Vec<_>>(), want);
    }

    #[test]
    fn metadata_is_that_of_the_link_itself() {
        let scratch = Scratch::new(&["a.yml"]);
        scratch.link("b.yml", "a.yml");
        let path = scratch.folder.path().join("a.yml");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let meta = scratch.disk.metadata(Path::new("a.yml")).unwrap();
        let owner = fs::metadata(&path).unwrap();
        assert_eq!(
            (meta.kind, meta.len, meta.mode),
            (EntryKind::File, 5, Some(0o640))
        );
        assert_eq!((meta.uid, meta.gid), (Some(owner.uid()), Some(owner.gid())));
        let link = Path::new("b.yml");
        assert_eq!(scratch.disk.metadata(link).unwrap().kind, EntryKind::Link);
        assert_eq!(scratch.disk.link_target(link).unwrap(), Path::new("a.yml"));
    }

    #[test]
    fn within_looks_at_where_a_path_really_leads() {
        let scratch = Scratch::new(&["t/a", "secret"]);
        scratch.link("t/out", "../secret");
        scratch.link("t/in", "a");
        let within = |path: &str| scratch.disk.within(Path::new(path), &[Path::new("t")]);
        assert!(within("t/a").unwrap());
        assert!(within("t/in").unwrap());
        assert!(!within("t/out").unwrap());
        assert!(!within("t/../secret").unwrap());
        assert!(within("t/none").is_err());
    }
}
